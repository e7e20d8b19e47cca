/// The beta distribution with both shapes > 0; order statistics of n uniform numbers are Beta(i, n - i + 1).
public struct BetaDistribution: Hashable, Sendable {
  public let first: Double
  public let second: Double

  public init(_ first: Double, _ second: Double) {
    precondition(first > 0 && second > 0, "beta needs positive shapes")
    self.first = first
    self.second = second
  }

  /// P(X ≤ x).
  public func cumulative(_ x: Double) -> Double {
    x <= 0 ? 0 : x >= 1 ? 1 : incompleteBeta(x, first, second)
  }

  /// The x with P(X ≤ x) = p to 13 digits, by bisection. 0 at 0, 1 at 1, NaN outside.
  public func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? 0 : p == 1 ? 1 : .nan }
    var (low, high) = (0.0, 1.0)
    while high - low > 1e-13 * high {
      let middle = 0.5 * (low + high)
      guard middle > low, middle < high else { break }
      if cumulative(middle) < p { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
}
