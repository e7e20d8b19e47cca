public import Capacity
public import Forecasting
public import Placements

/// What is known of one offer's danger.
public struct OfferRisk: Sendable {
  public enum Status: String, CaseIterable, Sendable {
    case red, yellow, green
    case notAssessed = "not_assessed"
  }

  /// Why an offer is not judged by the trigger.
  public enum Obstacle: Hashable, Sendable {
    /// Its last day.
    case closed(Day)
    case closes(Day)
    /// The scenario lets its host municipality take it over.
    case takenOver(Day)
    /// Its first day; nil for a new offer of the scenario.
    case opens(Day?)
    case singlePerson
    /// Paid by a key, whatever its use, and referred to by courts: empty places do not close it.
    case secure
    /// Paid by a key, whatever its use.
    case keyFinanced
    case unknownPlaces
    case noPlaces
    /// Nobody lives there, and nobody was ever admitted.
    case neverUsed
    case unknownCitizens
  }

  /// What the judged paths say.
  public struct Outlook: Sendable {
    /// Of reaching the trigger within 12, 24 and 36 months.
    public let within12: Double
    public let within24: Double
    public let within36: Double
    /// Periods in which so many of the futures have reached it: half, and the ends of the interval. Only where it is reached
    /// within 36 months more likely than not; nil beyond them.
    public let median: Period?
    public let lower: Period?
    public let upper: Period?
    /// Actual occupancy of the period that ends 24 months ahead, in per cent; nil where it then has no places.
    public let occupancy24: DrawSummary?
    /// Places below whose occupation the months count.
    public let threshold: Double
    /// Periods in a row below it up to the origin.
    public let before: Int
    /// By whole calendar year of the horizon; empty where the offer's money is not known.
    public let years: [YearResult]
    /// The calendar year that the origin lies in, observed in part; nil where it ends there, or not all of that part is known.
    public let runningYear: YearResult?
    /// Whole places to plan for after the adaptation time; nil beyond the horizon, or where nothing costs anything.
    public let advisedPlaces: Int?
    /// Of citizens staying below `reductionLimit` for as many months as the trigger's within 24 months; nil without the tariff's
    /// occupancy.
    public let reduced24: Double?
    /// Below it the offer with a tenth fewer places, at least one, would still be less occupied than its tariff assumes.
    public let reductionLimit: Double?
  }

  /// What a calendar year brings.
  public struct YearResult: Hashable, Sendable {
    public let year: Int
    /// Share of the futures whose costs leave the tolerance; nil where the rule set states none, and of the running year without a
    /// revised budget.
    public let outsideTolerance: Double?
    /// Revised budget as given, kroner at the level of the prices; nil where the budget is that of the reference year, adjusted.
    public let revisedBudget: Double?
    /// Income, with what is paid under notice, − costs, kroner.
    public let result: DrawSummary
    /// What the result changes the tariff of `tariffYear` by, kroner a day; nil where the rule set settles nothing.
    public let tariffChange: DrawSummary?
    public let tariffYear: Int?
  }

  public let offer: Offer
  /// Standard places at the origin; nil where unknown or where the offer is closed.
  public let places: Double?
  /// Citizens at the origin; nil where unknown or where the offer is closed.
  public let citizens: Double?
  /// Occupied days over place-days of the last observed period, in per cent; citizens over places where days are unknown.
  public let occupancyNow: Double?
  /// Share of 1, of the tariff; nil where the capacity table does not say.
  public let assumedOccupancy: Double?
  /// In per cent of the places: where a year's income pays a year's costs; nil where price, costs or days are unknown.
  public let breakEven: Double?
  /// What its money is reckoned from.
  public let economics: Result<OfferEconomics, OfferEconomics.Missing>
  public let status: Status
  public let outlook: Outlook?
  public let obstacle: Obstacle?
  /// Of an offer that the scenario opens, where its money can be reckoned.
  public let opening: OfferOpening?
}
