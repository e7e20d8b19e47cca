public import Demand
import Glibc
public import Placements

/// What a scenario changes of offers' tariffs and costs. It acts on today's, at their price level.
public struct MoneyChange: Sendable {
  public enum Effect: Hashable, Sendable {
    /// By a factor, by so many kroner a day, or to so many.
    case tariffMultiply, tariffAdd, tariffSet
    /// Per cent of the costs that are saved, with the budget; the tariff falls by `tariffShare` (0...1) of it.
    case savings(tariffShare: Double)
    /// Per cent a year by which a citizen's care grows dearer; budget and tariff follow by `tariffShare` (0...1) of it.
    case complexity(tariffShare: Double)

    /// Of a scenario's change, that holds its number.
    var key: String {
      switch self {
      case .tariffMultiply: "multiply"
      case .tariffAdd: "add"
      case .tariffSet: "set"
      case .savings: "percent"
      case .complexity: "percent_a_year"
      }
    }
  }

  public let effect: Effect
  public let value: UncertainNumber
  /// Whose offers it acts on.
  public let strata: Set<Stratum>
  /// Id of the only offer it acts on; nil for all of the strata.
  public let offer: String?
  /// Future periods, counted from 0. After them a drift stays where it is; the others end.
  public let periods: Range<Int>
  /// Base periods over which the effect grows in a straight line from nothing to all of it.
  public let ramp: Double

  public init(effect: Effect, value: UncertainNumber, strata: Set<Stratum>, offer: String?, periods: Range<Int>, ramp: Double = 0) {
    self.effect = effect
    self.value = value
    self.strata = strata
    self.offer = offer
    self.periods = periods
    self.ramp = ramp
  }

  public func number(seed: UInt64, draw: Int) -> Double { value.value(seed: seed, draw: draw) }

  public func acts(on own: Offer) -> Bool { offer.map { $0 == own.id } ?? strata.contains(own.stratum) }

  /// On today's price, costs and budget.
  public struct Factors: Hashable, Sendable {
    public var price = 1.0
    public var costs = 1.0
    public var budget = 1.0

    public init() {}

    public mutating func multiply(_ other: Factors) {
      price *= other.price
      costs *= other.costs
      budget *= other.budget
    }
  }

  /// - Parameters:
  ///   - period: a future one, counted from 0.
  ///   - number: the value in a draw.
  ///   - price: kroner a day before the change, above 0.
  public func factors(in period: Int, at number: Double, price: Double, length: PeriodLength) -> Factors {
    var factors = Factors()
    guard period >= periods.lowerBound else { return factors }
    if case .complexity(let share) = effect {
      // In the middle of the period; years of drift so far.
      let years = (Double(min(period, periods.upperBound - 1) - periods.lowerBound) + 0.5) * Double(length.months) / 12
      let growth = pow(1 + number / 100, years)
      factors.costs = growth
      factors.budget = 1 + share * (growth - 1)
      factors.price = factors.budget
      return factors
    }
    guard period < periods.upperBound else { return factors }
    let strength = RateChange.strength(since: Double(period - periods.lowerBound), ramp: ramp)
    switch effect {
    case .tariffMultiply: factors.price = 1 + (number - 1) * strength
    case .tariffAdd: factors.price = max(0, price + number * strength) / price
    case .tariffSet: factors.price = 1 + (max(0, number) / price - 1) * strength
    case .savings(let share):
      factors.costs = 1 - number / 100 * strength
      factors.budget = factors.costs
      factors.price = 1 - share * number / 100 * strength
    case .complexity: break
    }
    return factors
  }
}

/// What a scenario changes of the economic rules that hold.
public struct RuleChanges: Hashable, Sendable {
  /// A rule set instead of the chosen one.
  public var ruleSet: String?
  /// Due years in which tariffs may grow by no more than so many per cent a year.
  public var tariffStop: TariffStop?
  public var adaptationMonths: Int?
  /// Whole months after the running one; nil for the rule set's.
  public var noticeMonths: Int?

  public struct TariffStop: Hashable, Sendable {
    public let years: ClosedRange<Int>
    /// Real growth a year, per cent, at least 0.
    public let growth: Double

    public init(years: ClosedRange<Int>, growth: Double) {
      self.years = years
      self.growth = growth
    }
  }

  public init() {}

  public var isEmpty: Bool { self == RuleChanges() }
}
