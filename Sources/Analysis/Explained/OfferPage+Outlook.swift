import Capacity
import Forecasting
import Groundwork
import Placements

extension OfferPage {
  func number(_ value: Double, _ decimals: Int = 0) -> Phrase { Phrase { NumberText.display(value, decimals: decimals, language: $0) } }

  func interval(_ own: DrawSummary, scale: Double = 1, decimals: Int = 0) -> Phrase {
    .interval(own.median * scale, own.lower * scale, own.upper * scale, decimals: decimals)
  }

  func meanInterval(_ own: DrawSummary, scale: Double = 1, decimals: Int = 0) -> Phrase {
    .interval(own.mean * scale, own.lower * scale, own.upper * scale, decimals: decimals)
  }

  // MARK: What the offer is

  var offerFacts: [OfferFact] {
    let offer = risk.offer
    let area = panel.areas.first { $0.id == offer.area }?.name ?? offer.area
    let law = offer.legalBasis.isEmpty ? "" : ", " + offer.legalBasis.replacing("_", with: " § ")
    var what = Phrase(area) + Phrase(", ") + offer.kind.phrase + Phrase(law)
    if offer.isNationWide == true { what = what + Phrase(da: ", landsdækkende", en: ", nation-wide") }
    if offer.financing == .key { what = what + Phrase(da: ", objektivt finansieret", en: ", key-financed") }
    var places = Phrase("")
    if let own = risk.places { places = number(own) + (own == 1 ? Phrase(da: " plads", en: " place") : Phrase(da: " pladser", en: " places")) }
    if let citizens = risk.citizens {
      places = (places.isEmpty ? places : places + Phrase(", ")) + number(citizens) + (citizens == 1 ? Phrase(da: " borger nu", en: " citizen now") : Phrase(da: " borgere nu", en: " citizens now"))
    }
    if let now = risk.occupancyNow { places = places + Phrase(da: " (\(number(now).da) % belagt)", en: " (\(number(now).en) % occupied)") }
    if let assumed = risk.assumedOccupancy {
      places = places + Phrase(da: "; taksten forudsætter \(number(100 * assumed).da) %", en: "; the tariff assumes \(number(100 * assumed).en) %")
    }
    return [
      OfferFact(
        .offer, what,
        [
          .init(item: "area", text: offer.area), .init(item: "kind", text: offer.kind.rawValue), .init(item: "legal_basis", text: offer.legalBasis),
          .init(item: "nation_wide", text: offer.isNationWide.map { $0 ? "yes" : "no" } ?? ""), .init(item: "financing", text: offer.financing?.rawValue ?? ""),
        ]),
      OfferFact(
        .offer, places.isEmpty ? nil : places + Phrase("."),
        [
          .init(item: "places", value: risk.places, unit: "places"), .init(item: "citizens", value: risk.citizens, unit: "citizens"),
          .init(item: "occupancy_now", value: risk.occupancyNow, unit: "percent"),
          .init(item: "assumed_occupancy", value: risk.assumedOccupancy.map { 100 * $0 }, unit: "percent"),
        ]),
      users,
    ]
  }

  /// Payers of those who live there, the largest first.
  private var users: OfferFact {
    var counts: [Int: Int] = [:]
    for resident in panel.residents where resident.offer.map({ panel.offers[$0].id }) == risk.offer.id { counts[resident.municipality, default: 0] += 1 }
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let shown = sorted.prefix(8).map { "\(panel.municipalities[$0.key].name) \($0.value)" }.joined(separator: ", ")
    let more = sorted.dropFirst(8).reduce(0) { $0 + $1.value }
    let rest = more == 0 ? Phrase("") : Phrase(da: " og andre \(more)", en: " and others \(more)")
    return OfferFact(
      .offer, sorted.isEmpty ? nil : Phrase(da: "Bruges af: \(shown)", en: "Used by: \(shown)") + rest + Phrase("."),
      sorted.map { .init(item: "citizens_of_payer", municipality: panel.municipalities[$0.key].code, value: Double($0.value), unit: "citizens") })
  }

  // MARK: Status and danger

  var statusFacts: [OfferFact] {
    let reason = RiskTables(run: run, request: request, demand: demand).reason(risk)
    var line = Phrase { $0 == .da ? "\(risk.status.phrase.da.prefix(1).uppercased())\(risk.status.phrase.da.dropFirst())" : risk.status.phrase.en }
    if risk.outlook != nil {
      line = line + Phrase(
        da: " (rød fra \(number(request.red, 2).da), gul fra \(number(request.yellow, 2).da) inden 24 måneder)",
        en: " (red from \(number(request.red, 2).en), yellow from \(number(request.yellow, 2).en) within 24 months)")
    }
    return [OfferFact(.status, (line + Phrase(": ") + reason).sentence, [.init(item: "status", text: risk.status.rawValue), .init(item: "reason", text: reason.en)])]
  }

  var outlookFacts: [OfferFact] {
    guard let outlook = risk.outlook else { return [] }
    let horizons = [(12, outlook.within12), (24, outlook.within24), (36, outlook.within36)]
    let p = Phrase { language in horizons.map { "\($0.0) md.: \(NumberText.display($0.1, decimals: 2, language: language))" }.joined(separator: "; ") }
    let months = request.trigger.periods(of: panel.length) * panel.length.months
    let share = NumberText.machine(100 * request.trigger.share)
    var facts = [
      OfferFact(
        .outlook,
        Phrase(
          da: "Sandsynlighed for færre end \(number(outlook.threshold, 1).da) borgere (\(share) % af pladserne) i \(months) måneder i træk inden \(p.da).",
          en: "Probability of fewer than \(number(outlook.threshold, 1).en) citizens (\(share) % of the places) for \(months) months in a row within \(p.en.replacing(" md.", with: " mo.")).")
        , horizons.map { .init(item: "p_closure", period: "\($0.0)m", value: $0.1, unit: "probability") })
    ]
    facts.append(OfferFact(.outlook, median(outlook), [.init(item: "median_closure_period", text: [outlook.median, outlook.lower, outlook.upper].map { $0?.description ?? "" }.joined(separator: " "))]))
    if let reduced = outlook.reduced24, let limit = outlook.reductionLimit {
      facts.append(
        OfferFact(
          .outlook,
          Phrase(
            da: "At pladser må skæres inden 24 måneder (færre end \(number(limit, 1).da) borgere i \(months) måneder): \(number(reduced, 2).da).",
            en: "That places must be cut within 24 months (fewer than \(number(limit, 1).en) citizens for \(months) months): \(number(reduced, 2).en).")
          , [.init(item: "p_reduction", period: "24m", value: reduced, unit: "probability")]))
    }
    if let ahead = outlook.occupancy24 {
      let text = interval(ahead)
      facts.append(
        OfferFact(
          .outlook, Phrase(da: "Belægning om 24 måneder: \(text.da) %.", en: "Occupancy in 24 months: \(text.en) %."),
          [.init(item: "occupancy", period: "24m", value: ahead.median, lower: ahead.lower, upper: ahead.upper, unit: "percent")]))
    }
    return facts
  }

  private func median(_ outlook: OfferRisk.Outlook) -> Phrase {
    guard let median = outlook.median else {
      return Phrase(da: "Grænsen nås i færre end halvdelen af fremtiderne inden 36 måneder.", en: "The limit is reached in fewer than half of the futures within 36 months.")
    }
    guard median > panel.origin else { return Phrase(da: "Grænsen er nået.", en: "The limit is reached.") }
    let ends = "[\(outlook.lower?.description ?? "…"); \(outlook.upper?.description ?? "…")]"
    return Phrase(da: "Halvdelen af fremtiderne har nået grænsen \(median) \(ends).", en: "Half of the futures have reached the limit by \(median) \(ends).")
  }

  // MARK: Drivers

  var driverFacts: [OfferFact] {
    guard let drivers else { return [] }
    var facts: [OfferFact] = []
    var shown = 0
    for effect in drivers.effects {
      guard effect.part != .remainder else { continue }
      var line: Phrase?
      if case .municipality(let m) = effect.part, effect.held == .zero, shown < 3, effect.citizens.mean > 0 {
        shown += 1
        line = driver(m, effect)
      } else if effect.part == .all {
        line = all(effect)
      }
      var code = ""
      if case .municipality(let m) = effect.part { code = panel.municipalities[m].code }
      let item = "held_" + effect.held.rawValue + (code.isEmpty ? "_" + effect.part.name : "")
      facts.append(
        OfferFact(
          .drivers, line,
          [
            .init(
              item: item + "_p_change", period: "24m", municipality: code, value: effect.probability.mean, lower: effect.probability.lower,
              upper: effect.probability.upper, unit: "probability"),
            .init(
              item: item + "_citizens_change", period: "24m", municipality: code, value: effect.citizens.mean, lower: effect.citizens.lower,
              upper: effect.citizens.upper, unit: "citizens"),
          ]))
    }
    return facts
  }

  private func driver(_ m: Int, _ effect: RiskDrivers.Effect) -> Phrase {
    let name = panel.municipalities[m].name
    let rates = [rates.before[m], rates.ahead[m]].map { own in own.map { number(100 * $0) } ?? Phrase("–") }
    let p = Phrase.change(effect.probability.mean, decimals: 2)
    let citizens = meanInterval(effect.citizens, decimals: 1)
    return Phrase(
      da: "\(name) hjemtog før \(rates[0].da) % om året, fremover \(rates[1].da) %: uden det P \(p.da) og \(citizens.da) borgere mere om 24 måneder.",
      en: "\(name) took home \(rates[0].en) % a year before, ahead \(rates[1].en) %: without it P \(p.en) and \(citizens.en) citizens more in 24 months.")
  }

  private func all(_ effect: RiskDrivers.Effect) -> Phrase {
    let p = Phrase.change(effect.probability.mean, decimals: 2)
    let citizens = meanInterval(effect.citizens, decimals: 1)
    return effect.held == .zero
      ? Phrase(da: "Uden nogen hjemtagning: P \(p.da), borgere \(citizens.da).", en: "Without any homecoming: P \(p.en), citizens \(citizens.en).")
      : Phrase(
        da: "Med alles hjemtagning som før de seneste \(HomecomingRates.years) år: P \(p.da), borgere \(citizens.da).",
        en: "With all homecomings as before the last \(HomecomingRates.years) years: P \(p.en), citizens \(citizens.en).")
  }
}
