internal import Glibc

/// An unevaluated sum of two doubles, about 32 significant digits. Sums and products after Dekker (1971) and Knuth.
public struct DoubleDouble: Equatable, Sendable {
  public var high: Double
  public var low: Double

  public init(_ value: Double) {
    high = value
    low = 0
  }

  /// `high + low`, normalised.
  public init(_ high: Double, _ low: Double) {
    self.high = high + low
    self.low = low - (self.high - high)
  }

  public static let zero = DoubleDouble(0)
  public var isFinite: Bool { high.isFinite && low.isFinite }

  /// The exact product of two doubles (where it neither overflows nor underflows).
  public init(product a: Double, _ b: Double) {
    high = a * b
    low = high.isFinite ? fma(a, b, -high) : 0
  }

  @inline(__always)
  private static func twoSum(_ a: Double, _ b: Double) -> (Double, Double) {
    let s = a + b
    let bb = s - a
    return (s, (a - (s - bb)) + (b - bb))
  }

  public static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let (s, e) = twoSum(a.high, b.high)
    let (t, f) = twoSum(a.low, b.low)
    let first = DoubleDouble(s, e + t)
    return DoubleDouble(first.high, first.low + f)
  }

  public static prefix func - (a: DoubleDouble) -> DoubleDouble {
    var result = a
    result.high = -a.high
    result.low = -a.low
    return result
  }

  public static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + (-b) }

  public static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let p = a.high * b.high
    guard p.isFinite else { return DoubleDouble(p) }
    let e = fma(a.high, b.high, -p)
    return DoubleDouble(p, e + (a.high * b.low + a.low * b.high))
  }

  public static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let q1 = a.high / b.high
    guard q1.isFinite else { return DoubleDouble(q1) }
    var r = a - b * DoubleDouble(q1)
    let q2 = r.high / b.high
    r = r - b * DoubleDouble(q2)
    return DoubleDouble(q1, q2) + DoubleDouble(r.high / b.high)
  }

  public static func += (a: inout DoubleDouble, b: DoubleDouble) { a = a + b }
  public static func -= (a: inout DoubleDouble, b: DoubleDouble) { a = a - b }

  /// NaN below zero.
  public func squareRoot() -> DoubleDouble {
    guard high > 0 else { return DoubleDouble(high == 0 ? 0 : .nan) }
    let root = DoubleDouble(high.squareRoot())
    let correction = (self - root * root) / DoubleDouble(2 * root.high)
    return root + correction
  }

  /// Whole power by repeated squaring; negative exponents by the reciprocal.
  public func power(_ exponent: Int) -> DoubleDouble {
    var base = self
    var left = exponent.magnitude
    var result = DoubleDouble(1)
    while left > 0 {
      if left & 1 == 1 { result = result * base }
      base = base * base
      left >>= 1
    }
    return exponent < 0 ? DoubleDouble(1) / result : result
  }
}
