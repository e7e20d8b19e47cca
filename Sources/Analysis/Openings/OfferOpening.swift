public import Capacity
public import Forecasting
public import Scenarios

/// The money of an offer that a scenario opens: until it is full, in the years after, and what tariffs collect of its start-up.
public struct OfferOpening: Sendable {
  public struct Year: Sendable {
    public let year: Int
    /// Of it that lie inside the horizon and after opening; 0 where only tariffs are left to collect.
    public let months: Int
    /// Income − costs, kroner; nil beyond the horizon.
    public let result: DrawSummary?
    /// Costs − income of its start-up months; nil where it has none.
    public let deficit: DrawSummary?
    /// What its tariffs collect of the start-up's deficit, kroner and kroner a day; nil where the rules leave it to settlement.
    public let charge: DrawSummary?
    public let chargePerDay: DrawSummary?
    /// What the rest of its result changes the tariff of `tariffYear` by, kroner a day; nil where the rules settle nothing.
    public let tariffChange: DrawSummary?
    public let tariffYear: Int?
  }

  public let terms: NewOfferTerms
  public let economics: OfferEconomics
  /// Months from opening that count as start-up.
  public let startUpMonths: Int
  /// Whether the horizon ends before they do.
  public let isCut: Bool
  /// Costs − income of all of them inside the horizon.
  public let deficit: DrawSummary
  public let years: [Year]

  /// Where a scenario does not say how long an offer takes to fill.
  static let usualMonths = 12
}
