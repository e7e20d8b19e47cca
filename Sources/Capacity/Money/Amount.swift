/// An amount of money, exact in øre.
///
/// A whole number of 128 bits: sums and splits lose nothing, and no product of what a file can hold overflows. Decimal numbers of
/// Foundation would do the first as well, but round silently at 38 digits and cost every start of the program that module.
/// A product or quotient is rounded once, to the nearest øre, halves away from zero.
public struct Amount: Hashable, Comparable, Sendable {
  public let oere: Int128

  /// Kroner beyond this in size are refused: the specialised social area of all regions costs some billions a year.
  public static let largest = 1e11

  public init(oere: Int128) { self.oere = oere }

  public init(kroner: Int) { oere = Int128(kroner) * 100 }

  /// The nearest øre; nil for what is not finite or above `largest`.
  public init?(kroner: Double) {
    guard kroner.isFinite, kroner.magnitude <= Self.largest else { return nil }
    oere = Int128((kroner * 100).rounded(.toNearestOrAwayFromZero))
  }

  /// - Precondition: the denominator is not zero.
  init(rounding numerator: Int128, over denominator: Int128) { oere = rounded(numerator, over: denominator) }

  /// For display and for models; the nearest double.
  public var kroner: Double { Double(oere) / 100 }

  public var magnitude: Amount { Amount(oere: oere < 0 ? -oere : oere) }

  /// The nearest whole krone, halves up, as tariff sheets print it.
  public var wholeKroner: Amount {
    let (quotient, remainder) = (oere + 50).quotientAndRemainder(dividingBy: 100)
    return Amount(oere: 100 * (remainder < 0 ? quotient - 1 : quotient))
  }

  public static func < (left: Amount, right: Amount) -> Bool { left.oere < right.oere }

  public static prefix func - (amount: Amount) -> Amount { Amount(oere: -amount.oere) }

  public static func * (amount: Amount, quantity: Quantity) -> Amount {
    Amount(rounding: amount.oere * Int128(quantity.millionths), over: Int128(Quantity.scale))
  }

  public static func * (amount: Amount, count: Int) -> Amount { Amount(oere: amount.oere * Int128(count)) }

  /// - Precondition: the divisor is not zero.
  public static func / (amount: Amount, quantity: Quantity) -> Amount {
    Amount(rounding: amount.oere * Int128(Quantity.scale), over: Int128(quantity.millionths))
  }

  /// - Precondition: the divisor is not zero.
  public static func / (amount: Amount, divisor: Amount) -> Double {
    precondition(divisor.oere != 0, "division by an amount of zero")
    return Double(amount.oere) / Double(divisor.oere)
  }
}

extension Amount: AdditiveArithmetic {
  public static let zero = Amount(oere: 0)

  public static func + (left: Amount, right: Amount) -> Amount { Amount(oere: left.oere + right.oere) }
  public static func - (left: Amount, right: Amount) -> Amount { Amount(oere: left.oere - right.oere) }
}

extension Sequence where Element == Amount {
  public var sum: Amount { reduce(.zero, +) }
}

extension Amount {
  /// Parts in proportion to weights, whose sum is the amount to the øre: each gets its share rounded towards zero, and the øre
  /// left over go one each to the largest remainders, of equal ones to the first (Hamilton's method). Nil without a weight above zero.
  /// - Precondition: no weight is negative.
  public func split(by weights: [Quantity]) -> [Amount]? {
    precondition(weights.allSatisfy { $0 >= .zero }, "weights are not negative")
    let total = weights.reduce(Int128(0)) { $0 + Int128($1.millionths) }
    guard total > 0 else { return nil }
    let whole = magnitude.oere
    let shares = weights.map { (whole * Int128($0.millionths)).quotientAndRemainder(dividingBy: total) }
    var parts = shares.map(\.quotient)
    let left = Int(whole - parts.reduce(0, +))
    let order = shares.indices.sorted { (shares[$1].remainder, $0) < (shares[$0].remainder, $1) }
    for index in order.prefix(left) { parts[index] += 1 }
    return parts.map { Amount(oere: oere < 0 ? -$0 : $0) }
  }
}
