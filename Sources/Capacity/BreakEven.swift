public import Placements

/// What a year of each offer costs: the newest twelve months of accounts, else the newest year's budget.
public struct YearlyCosts: Sendable {
  private let costs: [String: Double]

  /// - Parameter day: later accounts are not used.
  public init(_ entries: [EconomyEntry], until day: Day) {
    costs = Dictionary(grouping: entries, by: \.offer).compactMapValues { own in
      let past = own.filter { $0.period.lastDay <= day }
      return Self.newestYear(past, \.costs)
        ?? Self.newestYear(own.filter { $0.period.firstDay <= day }) { $0.revisedBudget ?? $0.originalBudget }
    }
  }

  /// Kroner a year; nil where no whole year is known.
  public func costs(of offer: String) -> Double? { costs[offer] }

  /// The sum over the newest year without a gap: one year, four quarters or twelve months that follow each other.
  private static func newestYear(_ entries: [EconomyEntry], _ amount: (EconomyEntry) -> Double?) -> Double? {
    var best: (end: Day, sum: Double)?
    for length in PeriodLength.allCases {
      let known = entries.compactMap { entry -> (period: Period, amount: Double)? in
        entry.period.length == length ? amount(entry).map { (entry.period, $0) } : nil
      }.sorted { $0.period < $1.period }
      guard known.count >= length.perYear else { continue }
      for last in (length.perYear - 1..<known.count).reversed() {
        let run = known[(last - length.perYear + 1)...last]
        guard let first = run.first, known[last].period - first.period == length.perYear - 1 else { continue }
        if best.map({ known[last].period.lastDay > $0.end }) ?? true { best = (known[last].period.lastDay, run.reduce(0) { $0 + $1.amount }) }
        break
      }
    }
    return best?.sum
  }
}

/// Where an offer's income covers its costs.
public enum BreakEven {
  /// The occupancy, in per cent of its places, at which a year's tariffs pay a year's costs that do not adapt:
  /// costs / (places · days · price), the tariff formula of takstbekendtgørelsen solved for occupancy. Nil unless all are above zero.
  public static func occupancy(costs: Double, price: Double, places: Double, daysPerYear: Double) -> Double? {
    guard costs > 0, price > 0, places > 0, daysPerYear > 0 else { return nil }
    return 100 * costs / (price * places * daysPerYear)
  }
}
