public import Placements

/// When an offer may have to close: its occupied places stay below a share of the places that it had at the origin for some
/// months in a row. A limit to watch, not a decision; both numbers are assumptions.
public struct ClosureTrigger: Hashable, Sendable {
  /// In (0, 1). The break-even occupancy is no measure of it: a sound offer just below its break-even would reach that.
  public var share: Double
  /// In a row, at least 1.
  public var months: Int

  public init(share: Double = 0.70, months: Int = 6) {
    precondition(share > 0 && share < 1 && months > 0, "a trigger needs a share inside (0, 1) and at least one month")
    self.share = share
    self.months = months
  }

  /// Occupied places below this count.
  public func threshold(places: Double) -> Double { share * places }

  /// Periods in a row that make the months; one where the periods are longer.
  public func periods(of length: PeriodLength) -> Int { (months + length.months - 1) / length.months }
}

/// Watches the paths of one offer period by period until each reaches the trigger, if it does.
public struct ClosureWatch: Sendable {
  /// By path: the number of future periods after which it was reached, 0 where it was before the first; nil for never so far.
  public private(set) var reached: [Int?]
  private let threshold: Double
  private let needed: Int
  private var below: [Int]
  private var seen = 0

  /// - Parameters:
  ///   - places: at the origin, above 0.
  ///   - before: periods in a row below the threshold just before the first one.
  public init(trigger: ClosureTrigger, places: Double, length: PeriodLength, paths: Int, before: Int = 0) {
    self.init(limit: trigger.threshold(places: places), periods: trigger.periods(of: length), paths: paths, before: before)
  }

  /// - Parameters:
  ///   - limit: occupied places below which a period counts.
  ///   - periods: in a row, at least 1.
  ///   - before: periods in a row below the limit just before the first one.
  public init(limit: Double, periods: Int, paths: Int, before: Int = 0) {
    threshold = limit
    needed = periods
    below = [Int](repeating: before, count: paths)
    reached = [Int?](repeating: before >= needed ? 0 : nil, count: paths)
  }

  /// - Parameter occupied: mean occupied places of the next period, by path.
  public mutating func observe(_ occupied: [Double]) {
    precondition(occupied.count == below.count, "one number a path")
    seen += 1
    for path in occupied.indices where reached[path] == nil {
      below[path] = occupied[path] < threshold ? below[path] + 1 : 0
      if below[path] >= needed { reached[path] = seen }
    }
  }

  /// Share of the paths that have reached it after this many future periods; nil beyond what was seen.
  public func probability(after periods: Int) -> Double? {
    guard periods <= seen else { return nil }
    return Double(reached.count { $0.map { $0 <= periods } ?? false }) / Double(max(1, reached.count))
  }

  /// The first number of periods by which this share of the paths has reached it; nil where it is not so many.
  public func periods(atShare share: Double) -> Int? {
    let sorted = reached.compactMap(\.self).sorted()
    let rank = max(1, Int((share * Double(reached.count)).rounded(.up)))
    return rank <= sorted.count ? sorted[rank - 1] : nil
  }
}

/// When an offer may have to cut places: an assumption, like the trigger of closing.
public enum Reduction {
  /// Of the places that are cut, at least one.
  public static let share = 0.10

  /// Citizens below which the offer, with a tenth of its places fewer, would still be less occupied than its tariff assumes.
  /// - Parameters:
  ///   - places: at least 0.
  ///   - assumedOccupancy: a share of 1.
  public static func limit(places: Double, assumedOccupancy: Double) -> Double {
    assumedOccupancy * max(0, places - max(1, share * places))
  }
}
