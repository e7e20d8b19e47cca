public import Demand
public import Groundwork
public import Placements

/// A scenario in the panel's indices: changes of rates, dated changes of places, and what was assumed.
public struct Plan: Sendable {
  public let name: String
  public let title: String
  /// The scenario that it builds on and is compared with; nil for the plain forecast.
  public let base: String?
  public var demand: DemandPlan
  /// Changes of places after the capacity table, in the order in which they take effect.
  public var places: [PlacesChange]
  /// Offers that only this scenario has; index = the panel's offers plus the position here.
  public var newOffers: [Offer]
  /// By id, what the scenario says of the new offers' money.
  public var newOfferTerms: [String: NewOfferTerms] = [:]
  /// How buyers react to tariffs that settlement moves; none where they do not.
  public var priceReactions: [PriceReactionTerms] = []
  /// What it changes of tariffs and costs, in the order of the file.
  public var money: [MoneyChange] = []
  /// What it changes of the economic rules.
  public var rules = RuleChanges()
  /// Offers that the plan closes, with the day.
  public var closures: [String: Day] = [:]
  /// Offers that their host municipality takes over, with the day. They leave the region's supply and cost it no closing.
  public var takeovers: [String: Day] = [:]
  /// What changes of places say besides the number of places, in the order in which they were written.
  public var placeTerms: [PlaceTerms] = []
  /// Every change with its numbers and its reason.
  public var assumptions: [Phrase]
  public var warnings: [Finding]
}

/// How far those who pay react to a changed tariff.
public struct PriceReactionTerms: Sendable {
  /// At least 0: at a tariff x times as dear citizens are admitted x^−elasticity and taken home x^elasticity times as often.
  public let elasticity: UncertainNumber
  /// One flag a stratum.
  public let strata: [Bool]

  public init(elasticity: UncertainNumber, strata: [Bool]) {
    self.elasticity = elasticity
    self.strata = strata
  }
}

/// What a scenario says of a new offer's opening and money; what it leaves out is assumed where it is needed.
public struct NewOfferTerms: Hashable, Sendable {
  public let opens: Day
  /// When it is wholly open.
  public let places: Double
  /// From opening until all its places are open and it takes its full share of those who come.
  public let rampMonths: Double?
  /// Kroner a day.
  public let price: Double?
  /// Kroner a year of the full offer.
  public let costs: Double?
  /// Share of the places that is occupied when it is full.
  public let assumedOccupancy: Double?
  /// That are paid for.
  public let daysPerYear: Double?

  public init(
    opens: Day, places: Double, rampMonths: Double? = nil, price: Double? = nil, costs: Double? = nil, assumedOccupancy: Double? = nil,
    daysPerYear: Double? = nil
  ) {
    self.opens = opens
    self.places = places
    self.rampMonths = rampMonths
    self.price = price
    self.costs = costs
    self.assumedOccupancy = assumedOccupancy
    self.daysPerYear = daysPerYear
  }
}

/// What a change of an offer's places says of staff and rent: costs follow the staffed places, no others can be occupied, and rent is a
/// cost of its own whoever lives there.
public struct PlaceTerms: Hashable, Sendable {
  public let offer: String
  /// When the places are there, after any lead time; both ends included, open-ended where `to` is nil.
  public let from: Day
  public let to: Day?
  /// Of all the offer's places from then on, until a later change says another number; nil where it does not say.
  public let staffed: Double?
  /// Kroner a year at the level of the tariffs, besides what the offer costs already; nil where it does not say.
  public let rent: Double?
}

/// Places of one offer change on a day.
public struct PlacesChange: Hashable, Sendable {
  public enum Effect: Hashable, Sendable {
    case add(Double), multiply(Double), set(Double)
  }

  public let offer: String
  /// Both ends included; open-ended where `to` is nil.
  public let from: Day
  public let to: Day?
  public let effect: Effect
}
