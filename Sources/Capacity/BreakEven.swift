public import Placements

/// What a year of each offer costs: the newest twelve months of accounts, else the newest year's budget.
public struct YearlyCosts: Sendable {
  /// One year that is known without a gap.
  public struct Year: Hashable, Sendable {
    /// Kroner.
    public let costs: Double
    public let first: Day
    public let last: Day
    /// Planned, not spent.
    public let isBudget: Bool
  }

  private let years: [String: Year]

  /// - Parameter day: later accounts are not used.
  public init(_ entries: [EconomyEntry], until day: Day) {
    years = Dictionary(grouping: entries, by: \.offer).compactMapValues { own in
      let past = own.filter { $0.period.lastDay <= day }
      return Self.newestYear(past, isBudget: false, \.costs)
        ?? Self.newestYear(own.filter { $0.period.firstDay <= day }, isBudget: true) { $0.revisedBudget ?? $0.originalBudget }
    }
  }

  /// Nil where no whole year is known.
  public func year(of offer: String) -> Year? { years[offer] }

  /// Kroner a year; nil where no whole year is known.
  public func costs(of offer: String) -> Double? { years[offer]?.costs }

  /// The newest year without a gap: one year, four quarters or twelve months that follow each other.
  private static func newestYear(_ entries: [EconomyEntry], isBudget: Bool, _ amount: (EconomyEntry) -> Double?) -> Year? {
    var best: Year?
    for length in PeriodLength.allCases {
      let known = entries.compactMap { entry -> (period: Period, amount: Double)? in
        entry.period.length == length ? amount(entry).map { (entry.period, $0) } : nil
      }.sorted { $0.period < $1.period }
      guard known.count >= length.perYear else { continue }
      for last in (length.perYear - 1..<known.count).reversed() {
        let run = known[(last - length.perYear + 1)...last]
        guard let first = run.first, known[last].period - first.period == length.perYear - 1 else { continue }
        if best.map({ known[last].period.lastDay > $0.last }) ?? true {
          best = Year(
            costs: run.reduce(0) { $0 + $1.amount }, first: first.period.firstDay, last: known[last].period.lastDay, isBudget: isBudget)
        }
        break
      }
    }
    return best
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
