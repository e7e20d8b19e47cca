import Glibc
import Probability

/// A planner's number: exact, or with a distribution. The ends of normal and lognormal ones are the 10 % and the 90 % quantile,
/// those of uniform and triangular ones the smallest and the largest number.
public struct UncertainNumber: Hashable, Sendable {
  public enum Shape: Hashable, Sendable {
    case exact
    /// For factors: normal on the log scale.
    case logNormal
    case normal
    /// Evenly spread between the ends, for shares and delays.
    case uniform
    /// Between the ends, most likely at the mode.
    case triangular(mode: Double)
  }

  public let lower: Double
  public let upper: Double
  public let shape: Shape
  /// Names the random stream: equal assumptions in two scenarios share their draws.
  public let key: UInt64

  public init(lower: Double, upper: Double, shape: Shape, key: UInt64) {
    self.lower = lower
    self.upper = upper
    self.shape = lower == upper ? .exact : shape
    self.key = key
  }

  public static func exact(_ value: Double) -> UncertainNumber {
    UncertainNumber(lower: value, upper: value, shape: .exact, key: 0)
  }

  /// One less the number, of a share its other part; not for lognormal ones.
  public var complement: UncertainNumber {
    switch shape {
    case .triangular(let mode): UncertainNumber(lower: 1 - upper, upper: 1 - lower, shape: .triangular(mode: 1 - mode), key: key)
    default: UncertainNumber(lower: 1 - upper, upper: 1 - lower, shape: shape, key: key)
    }
  }

  /// The 90 % quantile of the standard normal distribution.
  public static let quantile90 = 1.2815515655446004

  public func value(seed: UInt64, draw: Int) -> Double {
    switch shape {
    case .exact: return lower
    case .uniform:
      return lower + (upper - lower) * RandomStream.uniform(seed: seed, key, UInt64(draw), 3)
    case .triangular(let mode):
      let u = RandomStream.uniform(seed: seed, key, UInt64(draw), 3)
      let width = upper - lower
      return u * width < mode - lower
        ? lower + (u * width * (mode - lower)).squareRoot() : upper - ((1 - u) * width * (upper - mode)).squareRoot()
    case .normal:
      return (lower + upper) / 2 + (upper - lower) / (2 * Self.quantile90) * standardNormal(seed, draw)
    case .logNormal:
      let middle = (log(lower) + log(upper)) / 2
      let spread = (log(upper) - log(lower)) / (2 * Self.quantile90)
      return exp(middle + spread * standardNormal(seed, draw))
    }
  }

  private func standardNormal(_ seed: UInt64, _ draw: Int) -> Double {
    var stream = RandomStream(seed: seed ^ key, pair: UInt64(draw), 5)
    return stream.nextNormal()
  }
}
