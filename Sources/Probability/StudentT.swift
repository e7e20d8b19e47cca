internal import Glibc

/// Student's t distribution with `degrees` > 0 degrees of freedom; `.infinity` is the normal.
public struct StudentT: Equatable, Sendable {
  public let degrees: Double

  public init(degrees: Double) {
    precondition(degrees > 0, "t needs positive degrees of freedom")
    self.degrees = degrees
  }

  /// P(|T| > |t|), accurate where small.
  public func twoSided(_ t: Double) -> Double {
    guard degrees.isFinite else { return 2 * Normal.upper(abs(t)) }
    guard t.isFinite else { return t.isNaN ? .nan : 0 }
    let square = t * t
    return square < 1
      ? 1 - incompleteBeta(square / (degrees + square), 0.5, degrees / 2)
      : incompleteBeta(degrees / (degrees + square), degrees / 2, 0.5)
  }

  /// P(T ≤ t).
  public func cumulative(_ t: Double) -> Double {
    guard degrees.isFinite else { return Normal.cumulative(t) }
    let tail = twoSided(t) / 2
    return t < 0 ? tail : 1 - tail
  }

  public func density(_ t: Double) -> Double {
    guard degrees.isFinite else { return Normal.density(t) }
    return exp(
      logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - 0.5 * log(degrees * .pi)
        - (degrees + 1) / 2 * log1p(t * t / degrees))
  }

  /// The t with P(T ≤ t) = p, by bracketing and Newton steps to the last digits. ±∞ at 0 and 1, NaN outside.
  public func quantile(_ p: Double) -> Double {
    guard degrees.isFinite else { return Normal.quantile(p) }
    guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
    if p == 0.5 { return 0 }
    let tail = min(p, 1 - p)
    let size = invertDecreasing(start: 1, target: 2 * tail, value: twoSided) { -2 * density($0) }
    return p < 0.5 ? -size : size
  }
}

/// The chi-square distribution with `degrees` > 0 degrees of freedom.
public struct ChiSquare: Equatable, Sendable {
  public let degrees: Double

  public init(degrees: Double) {
    precondition(degrees > 0, "chi-square needs positive degrees of freedom")
    self.degrees = degrees
  }

  public func cumulative(_ x: Double) -> Double { x <= 0 ? 0 : incompleteGamma(degrees / 2, x / 2).lower }
  /// P(X > x), accurate where small.
  public func upper(_ x: Double) -> Double { x <= 0 ? 1 : incompleteGamma(degrees / 2, x / 2).upper }

  public func density(_ x: Double) -> Double {
    guard x > 0 else { return 0 }
    let half = degrees / 2
    return exp((half - 1) * log(x) - x / 2 - half * 0.693147180559945309417 - logGamma(half))
  }

  /// The x with P(X ≤ x) = p. 0 at 0, ∞ at 1, NaN outside.
  public func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? 0 : p == 1 ? .infinity : .nan }
    if p < 0.5 {
      return invertDecreasing(start: degrees, target: -p, value: { -cumulative($0) }, slope: { -density($0) })
    }
    return invertDecreasing(start: degrees, target: 1 - p, value: upper) { -density($0) }
  }
}

/// The x > 0 at which a decreasing function takes a value: Newton steps kept inside a shrinking bracket.
private func invertDecreasing(
  start: Double, target: Double, value: (Double) -> Double, slope: (Double) -> Double
) -> Double {
  var (low, high) = (0.0, start)
  while value(high) > target, high < 1e300 { (low, high) = (high, high * 4) }
  var x = 0.5 * (low + high)
  for _ in 0..<400 {
    let error = value(x) - target
    if error > 0 { low = x } else { high = x }
    var next = x - error / slope(x)
    if !(next > low && next < high) { next = low > 0 ? (low * high).squareRoot() : high / 16 }
    if abs(next - x) <= 1e-16 * x || next == x { return next }
    if high - low <= 2e-16 * high { return next }
    x = next
  }
  return x
}
