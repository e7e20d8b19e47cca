public import Placements
public import Scenarios

/// What a scenario makes of one offer's price, costs and budget, by future period and draw.
public struct MoneyLevers: Hashable, Sendable {
  /// Of the first factors.
  private let first: Period
  private let factors: [[MoneyChange.Factors]]

  /// Nil where the changes leave the offer alone.
  /// - Parameters:
  ///   - price: kroner a day now, above 0.
  ///   - first: the first future period.
  ///   - periods: future ones.
  ///   - stop: years in which tariffs may grow by so much alone; nil for none.
  public init?(
    _ changes: [MoneyChange], on offer: Offer, price: Double, from first: Period, periods: Int, draws: Int, seed: UInt64, stop: RuleChanges.TariffStop? = nil
  ) {
    let own = changes.filter { $0.acts(on: offer) }
    guard !own.isEmpty, price > 0 else { return nil }
    self.first = first
    let values = own.map { change in (0..<draws).map { change.number(seed: seed, draw: $0) } }
    // The price in the last period before a stop, by draw: what tariffs may grow from.
    var before = [Double](repeating: 1, count: draws)
    factors = (0..<periods).map { t in
      let year = first.advanced(by: t).lastDay.year
      let most = stop.flatMap { stop in stop.years.contains(year) ? Self.growth(stop, in: year) : nil }
      return (0..<draws).map { d in
        var all = MoneyChange.Factors()
        for (change, value) in zip(own, values) { all.multiply(change.factors(in: t, at: value[d], price: price * all.price, length: first.length)) }
        if let most { all.price = min(all.price, before[d] * most) } else { before[d] = all.price }
        return all
      }
    }
  }

  private static func growth(_ stop: RuleChanges.TariffStop, in year: Int) -> Double {
    (stop.years.lowerBound...year).reduce(1) { factor, _ in factor * (1 + stop.growth / 100) }
  }

  /// By draw; nil outside the periods.
  public func factors(in period: Period) -> [MoneyChange.Factors]? {
    let step = period - first
    return factors.indices.contains(step) ? factors[step] : nil
  }
}

extension RuleSet {
  /// With a scenario's other rules. Of another rule set the scenario names the caller must have begun with that.
  public func changed(by changes: RuleChanges) -> RuleSet {
    var rules = self
    if let stop = changes.tariffStop {
      rules.tariff.growthCap = Quantity(stop.growth / 100)
      rules.tariff.growthCapYears = stop.years
      rules.notes[.growthCap] = Note(isAssumption: true, source: "scenario")
    }
    if let months = changes.adaptationMonths {
      // Full costs last no longer than adapting does.
      rules.adaptation = Adaptation(months: months, fullMonths: min(months, adaptation.fullMonths), floor: adaptation.floor)
      rules.notes[.adaptationMonths] = Note(isAssumption: true, source: "scenario")
    }
    if let months = changes.noticeMonths {
      rules.notice = .currentMonthPlus(months)
      rules.notes[.noticeMonths] = Note(isAssumption: true, source: "scenario")
    }
    return rules
  }
}
