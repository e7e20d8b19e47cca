/// A municipality's own new offer: it takes citizens who would have come to the region, and takes others home, while it has places.
public struct CompetingOffer: Sendable {
  public let municipality: Int
  public let strata: [Bool]
  /// When it is wholly open, at least 1.
  public let places: Int
  /// Days from the origin.
  public let opens: Double
  /// Days over which the places open one by one; 0 for all at once.
  public let ramp: Double
  /// Of the municipality's new citizens in the strata, in [0, 1].
  public let share: UncertainNumber
  /// Citizens in the region's offers who are taken home as places open, evenly over the ramp.
  public let homecomings: Int
  public let key: UInt64

  public init(
    municipality: Int, strata: [Bool], places: Int, opens: Double, ramp: Double, share: UncertainNumber, homecomings: Int, key: UInt64
  ) {
    self.municipality = municipality
    self.strata = strata
    self.places = places
    self.opens = opens
    self.ramp = ramp
    self.share = share
    self.homecomings = homecomings
    self.key = key
  }
}
