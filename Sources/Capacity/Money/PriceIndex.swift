/// An amount at the price level of a year; amounts of different levels are never added.
public struct Money: Hashable, Sendable {
  public let amount: Amount
  /// Year of the price level (pris- og lønniveau, p/l).
  public let priceYear: Int

  public init(_ amount: Amount, priceYear: Int) {
    self.amount = amount
    self.priceYear = priceYear
  }

  /// - Precondition: both stand at one price level.
  public static func + (left: Money, right: Money) -> Money {
    precondition(left.priceYear == right.priceYear, "amounts of different price levels are not added")
    return Money(left.amount + right.amount, priceYear: left.priceYear)
  }

  /// - Precondition: both stand at one price level.
  public static func - (left: Money, right: Money) -> Money { left + Money(-right.amount, priceYear: right.priceYear) }
}

/// The price and wage index (pl-indeks) by year, on any base.
public struct PriceIndex: Hashable, Sendable {
  private let values: [Int: Quantity]

  /// - Parameter values: by year, above zero; others and those beyond `Quantity.largest` are left out.
  public init(_ values: [Int: Double]) {
    self.values = values.compactMapValues { Quantity($0) }.filter { $0.value > .zero }
  }

  public var years: [Int] { values.keys.sorted() }

  /// What a krone of one year is worth in another; 1 within a year; nil where a year has no index.
  public func factor(from: Int, to: Int) -> Double? {
    if from == to { return 1 }
    guard let old = values[from], let new = values[to] else { return nil }
    return new.value / old.value
  }

  /// The same at another price level, amount × index(to) / index(from), rounded once; nil where a year has no index.
  public func converted(_ money: Money, to year: Int) -> Money? {
    if money.priceYear == year { return money }
    guard let old = values[money.priceYear], let new = values[year] else { return nil }
    let amount = Amount(rounding: money.amount.oere * Int128(new.millionths), over: Int128(old.millionths))
    return Money(amount, priceYear: year)
  }
}
