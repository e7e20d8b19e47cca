import Capacity
public import Forecasting
public import Placements

/// What closing an offer, reducing its places and carrying on would each cost, and whom.
public struct OfferCosts: Sendable {
  public enum Alternative: String, CaseIterable, Sendable {
    case close, reduce
    case carryOn = "carry_on"
  }

  /// What arises in a calendar year, as far as it lies in the horizon. Kroner at the level of the prices.
  public struct Year: Sendable {
    public let year: Int
    /// Of the year inside the horizon.
    public let months: Int
    /// Costs that do not fall with the income that stays away, at least 0.
    public let idle: DrawSummary
    /// Of closing: idle places until then and the account, to be split; of reducing: the change of places. Zero in other years.
    public let closing: DrawSummary
    /// Income, with what is paid under notice, − costs, the change of places taken off; before what later tariffs settle.
    public let result: DrawSummary
    /// What later tariffs pay back (above zero) or collect; nil where the rules settle nothing, the year is not whole, or the offer is
    /// closed before.
    public let settled: DrawSummary?
    /// Kroner a day in the tariff of `tariffYear`.
    public let tariffChange: DrawSummary?
    public let tariffYear: Int?
    /// What the payers' bills change by for it: closing costs that are split and what tariffs collect.
    public let bill: DrawSummary
    /// Of the result, what nobody has been billed for: what stays on the account, and all of a year that is not whole. Without idle
    /// places and the account of an offer that closes, which are part of the closing cost. Nil where the rules settle nothing.
    public let unsettled: DrawSummary?
  }

  /// One payer's part.
  public struct Payer: Sendable {
    public let municipality: Municipality
    /// At the origin.
    public let citizens: Int
    /// Of the days in the rule set's years before closing.
    public let share: Double
    /// The closing cost split to the øre in every draw, of the year of closing; nil for alternatives without one.
    public let closing: DrawSummary?
  }

  public struct Option: Sendable {
    public let alternative: Alternative
    /// Places afterwards.
    public let places: Double
    /// Those who must move.
    public let citizens: DrawSummary
    /// Full-time staff whose place goes; nil where the capacity table does not say.
    public let staff: Double?
    public let years: [Year]
    public let payers: [Payer]
    /// Over the horizon, each summed within its draw.
    public let idle: DrawSummary
    public let closing: DrawSummary
    public let bill: DrawSummary
    public let result: DrawSummary
    public let settled: DrawSummary?
    /// In every draw: result = unsettled − bill, so that alternatives compare over the same months.
    public let unsettled: DrawSummary?
    /// The year in which the offer is closed or reduced; nil for carrying on.
    public let effectYear: Int?
  }

  public let offer: Offer
  public let status: OfferRisk.Status
  public let priceYear: Int
  /// Reducing only where fewer places are advised than planned, and not where the offer closes anyway.
  public let options: [Option]
  /// Where the scenario closes the offer, the day: then the options are those of the plain forecast.
  public var closes: Day?
}
