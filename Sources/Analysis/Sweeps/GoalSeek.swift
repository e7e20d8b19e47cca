import Probability

/// The value of a lever at which a figure reaches a target, by bracketing on common draws.
///
/// A figure's steps (places, homecomings by lot) are the same at the same value, so that a bracket never lies; between the
/// last two values it is taken for a straight line.
public struct GoalSeek: Sendable {
  public struct Figure: Hashable, Sendable {
    public let value: Double
    /// Of the simulation, 0 where there is none.
    public let standardError: Double
    /// The figure of single futures: their 10 % and 90 % quantiles; nil where it is of all futures together.
    public let futures: ClosedRange<Double>?

    public init(value: Double, standardError: Double, futures: ClosedRange<Double>? = nil) {
      self.value = value
      self.standardError = standardError
      self.futures = futures
    }
  }

  public struct Solution: Hashable, Sendable {
    public let value: Double
    /// 80 % interval by the simulation's error: that of the figure over its slope, within the range; nil where the figure stands still.
    public let interval: ClosedRange<Double>?
  }

  /// Ends between which 80 % of the single futures need the value for their own figure to reach the target; nil where an end lies beyond the
  /// range, and both where futures have no figures of their own.
  public struct Futures: Hashable, Sendable {
    public let lower: Double?
    public let upper: Double?
  }

  public let futures: Futures

  /// What was tried first, over the whole range, in rising order.
  public let overview: [(value: Double, figure: Figure)]
  /// What was tried, in rising order.
  public let tried: [(value: Double, figure: Figure)]
  /// The smallest value at which the target is reached; nil where it is not within the range.
  public let solution: Solution?
  /// Whether the figure crosses the target more than once among the first values.
  public let isOneOfSeveral: Bool

  /// The figure's smallest and largest value in the range.
  public var reach: ClosedRange<Double> {
    let values = tried.map(\.figure.value)
    return (values.min() ?? 0)...(values.max() ?? 0)
  }

  /// - Parameters:
  ///   - range: in which the value is looked for.
  ///   - isWhole: whether only whole values have a meaning; the solution is then the one nearest to the target.
  ///   - each: values tried at a time, at least 3.
  ///   - rounds: how often the bracket is divided.
  ///   - figures: of values in rising order, in the same order.
  public init(
    target: Double, in range: ClosedRange<Double>, isWhole: Bool, each: Int, rounds: Int, figures: ([Double]) throws -> [Figure]
  ) rethrows {
    precondition(each >= 3 && rounds >= 1 && range.lowerBound < range.upperBound, "a bracket is divided")
    var known: [Double: Figure] = [:]
    var bracket = range
    var isOneOfSeveral = false
    var isFound = false
    var first: [Double] = []
    for round in 0..<rounds {
      let steps = (0..<each).map { bracket.lowerBound + (bracket.upperBound - bracket.lowerBound) * Double($0) / Double(each - 1) }
      let values = Set(isWhole ? steps.map { $0.rounded() } : steps).sorted()
      let new = values.filter { known[$0] == nil }
      for (value, figure) in zip(new, try figures(new)) { known[value] = figure }
      let crossings = zip(values, values.dropFirst()).filter { pair in
        Self.crosses(known[pair.0]?.value ?? 0, known[pair.1]?.value ?? 0, target)
      }
      if round == 0 { (isOneOfSeveral, first) = (crossings.count > 1, values) }
      guard let crossing = crossings.first else { break }
      isFound = true
      bracket = crossing.0...crossing.1
      if isWhole, crossing.1 - crossing.0 <= 1 { break }
    }
    overview = first.map { ($0, known[$0] ?? Figure(value: 0, standardError: 0)) }
    tried = known.keys.sorted().map { ($0, known[$0] ?? Figure(value: 0, standardError: 0)) }
    self.isOneOfSeveral = isOneOfSeveral
    futures = Self.futures(tried, target, isWhole: isWhole)
    guard isFound, let low = known[bracket.lowerBound], let high = known[bracket.upperBound] else {
      solution = nil
      return
    }
    let share = high.value == low.value ? 0 : (target - low.value) / (high.value - low.value)
    let width = bracket.upperBound - bracket.lowerBound
    let value = bracket.lowerBound + share * width
    let slope = Self.slope(tried, around: value)
    let error = max(low.standardError, high.standardError)
    let halfWidth = slope == 0 ? nil : Normal.quantile(0.9) * error / abs(slope)
    let shown = isWhole ? (share < 0.5 ? bracket.lowerBound : bracket.upperBound) : value
    solution = Solution(
      value: shown,
      interval: halfWidth.map { half in
        func inside(_ end: Double) -> Double { min(max(isWhole ? end.rounded() : end, range.lowerBound), range.upperBound) }
        return inside(value - half)...inside(value + half)
      })
  }

  /// Where the figure moves one way with the value, a future needs no more than v exactly where its figure at v is past the target: the
  /// quantiles of what futures need are where the figure's quantiles reach it.
  private static func futures(_ tried: [(value: Double, figure: Figure)], _ target: Double, isWhole: Bool) -> Futures {
    let own = tried.compactMap { tried in tried.figure.futures.map { (value: tried.value, futures: $0) } }
    guard own.count == tried.count, let first = tried.first, let last = tried.last else { return Futures(lower: nil, upper: nil) }
    func reached(_ end: (ClosedRange<Double>) -> Double) -> Double? {
      let at = zip(own, own.dropFirst()).first { crosses(end($0.futures), end($1.futures), target) }.map { left, right in
        let (from, to) = (end(left.futures), end(right.futures))
        return left.value + (right.value - left.value) * (target - from) / (to - from)
      }
      return isWhole ? at?.rounded() : at
    }
    let (low, high) = (reached(\.lowerBound), reached(\.upperBound))
    return last.figure.value < first.figure.value ? Futures(lower: low, upper: high) : Futures(lower: high, upper: low)
  }

  private static func crosses(_ a: Double, _ b: Double, _ target: Double) -> Bool {
    (a <= target && b > target) || (a < target && b >= target) || (a >= target && b < target) || (a > target && b <= target)
  }

  /// By least squares over the nearest values tried: two neighbours may differ by a single draw.
  private static func slope(_ tried: [(value: Double, figure: Figure)], around value: Double) -> Double {
    let near = tried.sorted { abs($0.value - value) < abs($1.value - value) }.prefix(6)
    let n = Double(near.count)
    let (meanX, meanY) = (near.map(\.value).reduce(0, +) / n, near.map(\.figure.value).reduce(0, +) / n)
    let spread = near.reduce(0) { $0 + ($1.value - meanX) * ($1.value - meanX) }
    return spread > 0 ? near.reduce(0) { $0 + ($1.value - meanX) * ($1.figure.value - meanY) } / spread : 0
  }
}
