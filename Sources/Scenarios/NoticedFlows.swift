import Demand
import Groundwork
import Placements

/// Notices of coming exits and admissions as part of every plan, the plain forecast included.
///
/// A noticed exit takes that many of those present home on its day in every draw, a noticed admission brings citizens on its day.
/// Neither is counted twice: each noticed citizen takes one off the homecomings, or admissions, that the model expects of the payer and
/// area until that day, spread evenly over the periods and never below zero. Where the stock alone is known, the level changes by the
/// number from that day on. Notices given after the origin are not known yet.
struct NoticedFlows {
  let panel: Panel
  let horizon: Int

  private var start: Day { panel.origin.advanced(by: 1).firstDay }

  /// Those that are known at the origin and act within the horizon.
  var acting: [Notice] {
    let last = panel.origin.lastDay
    return panel.notices.filter { notice in
      notice.noticeDate <= last && notice.endDate > last && notice.endDate <= panel.origin.advanced(by: horizon).lastDay
        && panel.municipalities.contains { $0.code == notice.payer }
    }
  }

  /// Adds the notices to a plan; what they rest on and what cannot be used is said in the reference alone.
  func add(to plan: inout Plan, isReference: Bool) {
    var used: [Notice] = []
    for notice in acting {
      guard let payer = panel.municipalities.firstIndex(where: { $0.code == notice.payer }) else { continue }
      let strata = strata(of: notice, payer: payer)
      if strata.contains(true) {
        act(notice, payer: payer, strata: strata, on: &plan.demand)
        used.append(notice)
      } else if isReference {
        plan.warnings.append(unusable(notice))
      }
    }
    if isReference, !used.isEmpty { plan.assumptions.append(Self.assumption(used)) }
  }

  /// The strata that a notice acts on, all with flows or all without; none where nobody is counted.
  private func strata(of notice: Notice, payer: Int) -> [Bool] {
    let offer = panel.offers.first { $0.id == notice.offer }
    let own = panel.strata.indices.filter { index in
      offer.map { panel.strata[index] == $0.stratum } ?? (panel.strata[index].area == notice.area && [.residential, .singlePerson].contains(panel.strata[index].kind))
    }
    let ofArea = panel.strata.indices.filter { panel.strata[$0].area == notice.area }
    for candidates in [own, ofArea] {
      for knowledge in [Panel.Knowledge.flowsAndStock, .stockOnly] {
        let found = candidates.filter { panel.knowledge[$0] == knowledge }
        guard !found.isEmpty else { continue }
        // A newcomer is one person: the stratum in which the payer has most citizens takes them.
        let chosen = notice.kind == .admission ? [largest(found, payer: payer)] : found
        return panel.strata.indices.map { chosen.contains($0) }
      }
    }
    return panel.strata.map { _ in false }
  }

  private func largest(_ strata: [Int], payer: Int) -> Int {
    func size(_ stratum: Int) -> (Int, Int) {
      (panel.residents.count { $0.stratum == stratum && $0.municipality == payer }, panel.residents.count { $0.stratum == stratum })
    }
    return strata.max { size($0) < size($1) } ?? strata[0]
  }

  private func act(_ notice: Notice, payer: Int, strata: [Bool], on plan: inout DemandPlan) {
    let municipalities = panel.municipalities.indices.map { $0 == payer }
    let period = Period(containing: notice.endDate, length: panel.length) - panel.origin.advanced(by: 1)
    let sign = notice.kind == .exit ? -1.0 : 1.0
    guard panel.strata.indices.contains(where: { strata[$0] && panel.knowledge[$0] == .flowsAndStock }) else {
      plan.changes.append(
        RateChange(
          target: .stock, municipalities: municipalities, strata: strata, periods: period..<horizon,
          effect: .add(.exact(sign * Double(notice.places)))))
      return
    }
    // The model does not know in which offer its citizens leave or come: the area's strata of the same kind give way together.
    let kinds = Set(panel.strata.indices.filter { strata[$0] }.map { panel.strata[$0].kind })
    let wide = panel.strata.indices.map { s in
      panel.strata[s].area == notice.area && kinds.contains(panel.strata[s].kind) && panel.knowledge[s] == .flowsAndStock
    }
    plan.changes.append(
      RateChange(
        target: .flow(notice.kind == .exit ? .homecoming : .admission), municipalities: municipalities, strata: wide, periods: 0..<(period + 1),
        effect: .add(.exact(-Double(notice.places) / Double(period + 1)))))
    let offer = panel.offers.firstIndex { $0.id == notice.offer }
    let key = ChangeReader.hash("notice/\(notice.offer)/\(notice.area)/\(notice.payer)/\(notice.noticeDate.iso)/\(notice.endDate.iso)")
    switch notice.kind {
    case .exit:
      // Where nobody's offer is known, any of the payer's citizens in the area may be meant.
      let isKnown = panel.residents.contains { strata[$0.stratum] && $0.offer != nil }
      plan.batches.append(
        BatchHomecoming(
          municipality: payer, strata: strata, offer: isKnown ? offer : nil, number: notice.places, announced: Double(notice.noticeDate - start),
          leaving: Double(notice.endDate - start), realised: .exact(1), delayMonths: .exact(0), replacesTrend: false, key: key, isNotice: true))
    case .admission:
      guard let stratum = strata.firstIndex(of: true) else { return }
      for number in 0..<notice.places {
        plan.entries.append(
          PlannedAdmission(
            municipality: payer, stratum: stratum, offer: offer, time: Double(notice.endDate - start), key: key &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15))
      }
    }
  }

  private func unusable(_ notice: Notice) -> Finding {
    Finding(
      .warning, file: "notices", row: notice.line > 0 ? notice.line : nil, value: notice.offer.isEmpty ? notice.area : notice.offer,
      message: Phrase(
        da: "varslet bruges ikke: data har ingen belægning for området.", en: "the notice is not used: the data has no stock of the area."),
      remedy: Phrase(da: "Tilføj stock i activity, eller brug stays.", en: "Add stock to activity, or use stays."))
  }

  private static func assumption(_ notices: [Notice]) -> Phrase {
    func citizens(_ kind: Notice.Kind) -> Int { notices.filter { $0.kind == kind }.reduce(0) { $0 + $1.places } }
    let (exits, admissions) = (citizens(.exit), citizens(.admission))
    return Phrase(
      da: "Varsler regnes som sikre: ophør for \(exits), indskrivning af \(admissions) borgere; hver trækker én fra det, modellen venter af samme slags indtil dagen.",
      en: "Notices count as certain: exits of \(exits), admissions of \(admissions) citizens; each takes one off what the model expects of its kind until that day.")
  }

  /// The notice that a scenario's batch most likely repeats: the same payer, a stratum in common, leaving within a month of each other.
  func repeated(by batch: BatchHomecoming) -> Notice? {
    acting.first { notice in
      guard notice.kind == .exit, panel.municipalities[batch.municipality].code == notice.payer else { return false }
      let strata = strata(of: notice, payer: batch.municipality)
      let sharesStratum = panel.strata.indices.contains { strata[$0] && batch.strata[$0] }
      let sharesOffer = batch.offer.map { notice.offer.isEmpty || $0 >= panel.offers.count || panel.offers[$0].id == notice.offer } ?? true
      return sharesStratum && sharesOffer && abs(batch.leaving - Double(notice.endDate - start)) <= 31
    }
  }
}
