/// A decimal number with six places, exact: shares, places, days, hours and index values as their sources write them.
/// Sums of such numbers have no rounding; products and quotients are rounded to the nearest millionth, halves away from zero.
public struct Quantity: Hashable, Comparable, Sendable {
  public let millionths: Int64

  public static let scale: Int64 = 1_000_000
  /// Numbers beyond this in size are refused: no count, share or index of this field comes near it.
  public static let largest = 1e9

  public init(millionths: Int64) { self.millionths = millionths }

  public init(_ whole: Int) { millionths = Int64(whole) * Self.scale }

  /// The nearest number of six places; exact for what was written with no more. Nil for what is not finite or above `largest`.
  public init?(_ value: Double) {
    guard value.isFinite, value.magnitude <= Self.largest else { return nil }
    millionths = Int64((value * Double(Self.scale)).rounded(.toNearestOrAwayFromZero))
  }

  public var value: Double { Double(millionths) / Double(Self.scale) }

  public static func < (left: Quantity, right: Quantity) -> Bool { left.millionths < right.millionths }

  public static func * (left: Quantity, right: Quantity) -> Quantity {
    Quantity(rounding: Int128(left.millionths) * Int128(right.millionths), over: Int128(scale))
  }

  /// - Precondition: the divisor is not zero.
  public static func / (left: Quantity, right: Quantity) -> Quantity {
    Quantity(rounding: Int128(left.millionths) * Int128(scale), over: Int128(right.millionths))
  }

  private init(rounding numerator: Int128, over denominator: Int128) {
    millionths = Int64(rounded(numerator, over: denominator))
  }
}

extension Quantity: AdditiveArithmetic {
  public static let zero = Quantity(millionths: 0)
  public static let one = Quantity(1)

  public static func + (left: Quantity, right: Quantity) -> Quantity { Quantity(millionths: left.millionths + right.millionths) }
  public static func - (left: Quantity, right: Quantity) -> Quantity { Quantity(millionths: left.millionths - right.millionths) }
}

/// A fraction to the nearest whole number, halves away from zero.
/// - Precondition: the denominator is not zero.
func rounded(_ numerator: Int128, over denominator: Int128) -> Int128 {
  precondition(denominator != 0, "division by zero")
  let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
  guard remainder.magnitude * 2 >= denominator.magnitude else { return quotient }
  return quotient + ((numerator < 0) == (denominator < 0) ? 1 : -1)
}
