/// Citizens who leave their offer or legal section by one decision: all on a day, or evenly over a time.
///
/// Each has lots of their own for being reached, for the day, for leaving and for where to, so that every scenario moves the same
/// citizens; who moves to another stratum keeps what is left of each clock.
public struct CitizenMove: Sendable {
  public struct Destination: Hashable, Sendable {
    public let stratum: Int
    /// Nil for any open offer of the stratum.
    public let offer: Int?
    /// Relative to the move's other destinations.
    public let weight: Double

    public init(stratum: Int, offer: Int?, weight: Double = 1) {
      self.stratum = stratum
      self.offer = offer
      self.weight = weight
    }
  }

  /// One flag a municipality.
  public let municipalities: [Bool]
  /// One flag a stratum.
  public let strata: [Bool]
  /// Those who live there; nil for all of the strata.
  public let offers: [Int]?
  /// Days from the origin; equal where all move at once.
  public let from: Double
  public let until: Double
  /// Of those who are there, in [0, 1].
  public let share: UncertainNumber
  /// Of those who are reached: they leave for another supplier.
  public let leave: UncertainNumber
  /// Empty for the other offers of the stratum, else of the area and kind.
  public let destinations: [Destination]
  /// Whether the same shares of those who come from `from` on go the same way, and are never admitted where they do not stay.
  public let reachesArrivals: Bool
  public let key: UInt64

  public init(
    municipalities: [Bool], strata: [Bool], offers: [Int]?, from: Double, until: Double, share: UncertainNumber = .exact(1),
    leave: UncertainNumber = .exact(0), destinations: [Destination] = [], reachesArrivals: Bool = false, key: UInt64
  ) {
    precondition(from <= until, "a move ends before it begins")
    self.municipalities = municipalities
    self.strata = strata
    self.offers = offers
    self.from = from
    self.until = until
    self.share = share
    self.leave = leave
    self.destinations = destinations
    self.reachesArrivals = reachesArrivals
    self.key = key
  }

  /// The same move where offers beside the panel's have other indices.
  public func renumbering(_ offer: (Int) -> Int) -> CitizenMove {
    CitizenMove(
      municipalities: municipalities, strata: strata, offers: offers.map { $0.map(offer) }, from: from, until: until, share: share,
      leave: leave, destinations: destinations.map { Destination(stratum: $0.stratum, offer: $0.offer.map(offer), weight: $0.weight) },
      reachesArrivals: reachesArrivals, key: key)
  }

  /// More than any plan has; a citizen's moves so far fit into one number.
  public static let mostOfAPlan = 64

  /// Whether it depends on who lives in which offer.
  var namesOffers: Bool { offers != nil || destinations.isEmpty || destinations.contains { $0.offer != nil } }
}
