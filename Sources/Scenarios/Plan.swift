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
  /// Offers that the plan closes, with the day.
  public var closures: [String: Day] = [:]
  /// Every change with its numbers and its reason.
  public var assumptions: [Phrase]
  public var warnings: [Finding]
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
