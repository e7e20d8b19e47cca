import Capacity
import Placements

/// Mean occupied places of each offer in each observed period.
struct PastPresence: Sendable {
  private let panel: Panel

  init(_ byOffer: Panel) { panel = byOffer }

  var length: PeriodLength { panel.length }

  /// Periods in a row up to the last, or to an earlier one, with fewer occupied than the threshold allows. A past period had no
  /// more places than now count, so an offer that grew is not blamed for having been small.
  func periodsBelow(_ trigger: ClosureTrigger, offer: String, until last: Period? = nil, places: (Period) -> Double) -> Int {
    periodsBelow(offer: offer, until: last) { trigger.threshold(places: places($0)) }
  }

  /// The same of any limit, in occupied places.
  func periodsBelow(offer: String, until last: Period? = nil, limit: (Period) -> Double) -> Int {
    var run = 0
    let end = last.map { min(panel.count, max(0, $0 - panel.first + 1)) } ?? panel.count
    for t in (0..<end).reversed() {
      let period = panel.first.advanced(by: t)
      let days = occupiedDays(in: period, offer: offer)
      guard let days, days / Double(period.days) < limit(period) else { return run }
      run += 1
    }
    return run
  }
}

extension PastPresence {
  /// Mean over a period's days; nil where no payer's days are known.
  func meanCitizens(in period: Period, offer: String) -> Double? {
    occupiedDays(in: period, offer: offer).map { $0 / Double(period.days) }
  }

  /// Nil where no payer's days are known.
  func occupiedDays(in period: Period, offer: String) -> Double? {
    let t = period - panel.first
    guard t >= 0, t < panel.count else { return nil }
    var days: Double?
    for s in panel.strata.indices where panel.strata[s].area == offer {
      for m in panel.municipalities.indices {
        let value = panel.value(.occupiedDays, municipality: m, stratum: s, period: t)
        if !value.isNaN { days = (days ?? 0) + value }
      }
    }
    return days
  }

  /// A payer's citizens taken home from offers in the observed periods of a year; NaN where unknown.
  func homecomings(of payer: String, offers: [String], year: Int) -> [Double] {
    guard let m = panel.municipalities.firstIndex(where: { $0.code == payer }) else { return [] }
    let periods = (0..<panel.count).filter { panel.first.advanced(by: $0).lastDay.year == year }
    return panel.strata.indices.filter { offers.contains(panel.strata[$0].area) }.flatMap { s in
      periods.map { panel.value(.homecomings, municipality: m, stratum: s, period: $0) }
    }
  }

  /// Citizens taken home from an offer over the last periods, by payer that took any; nil where a payer's are not known.
  func homecomings(from offer: String, periods: Int) -> [(payer: String, citizens: Double)]? {
    let strata = panel.strata.indices.filter { panel.strata[$0].area == offer }
    guard !strata.isEmpty else { return nil }
    var taken: [(payer: String, citizens: Double)] = []
    for m in panel.municipalities.indices {
      var sum = 0.0
      for s in strata { for value in panel.series(.homecomings, municipality: m, stratum: s).suffix(periods) { sum += value } }
      if sum.isNaN { return nil }
      if sum > 0 { taken.append((panel.municipalities[m].code, sum)) }
    }
    return taken
  }

  /// Whether a payer had citizens in an offer in the last periods.
  func wasUsed(_ offer: String, by payer: String, periods: Int) -> Bool {
    lastDays(of: payer, offer: offer, periods: periods) > 0
  }

  /// Known occupied days of a payer in an offer over the last periods.
  func lastDays(of payer: String, offer: String, periods: Int) -> Double {
    days(of: payer, offer: offer, in: max(0, panel.count - periods)..<panel.count)
  }

  private func days(of payer: String, offer: String, in periods: Range<Int>) -> Double {
    guard let m = panel.municipalities.firstIndex(where: { $0.code == payer }) else { return 0 }
    var sum = 0.0
    for s in panel.strata.indices where panel.strata[s].area == offer {
      for t in periods {
        let value = panel.value(.occupiedDays, municipality: m, stratum: s, period: t)
        if !value.isNaN { sum += value }
      }
    }
    return sum
  }
}
