/// What an offer takes in and costs, at one price level, with the occupancy that its costs belong to.
public struct OfferEconomics: Hashable, Sendable {
  /// Kroner a paid day.
  public let price: Double
  /// Kroner a year, at the level of the price.
  public let costs: Double
  /// Citizens for whom the costs were held: on average in the accounts' year, or as the budget assumed.
  public let citizens: Double
  /// Standard places at that time; nil where unknown.
  public let places: Double?
  /// Paid days of an occupied day: 1 where the offer is open all year.
  public let paidShare: Double
  public let priceYear: Int

  /// - Parameter daysPerYear: paid for; nil or 365 and more for all of them.
  public init(price: Double, costs: Double, citizens: Double, places: Double?, daysPerYear: Double? = nil, priceYear: Int) {
    self.price = price
    self.costs = costs
    self.citizens = citizens
    self.places = places
    paidShare = daysPerYear.map { min(1, $0 / 365) } ?? 1
    self.priceYear = priceYear
  }

  /// Share of the places that a cut leaves filled at least, as far as there are citizens: the occupancy that tariffs mostly assume.
  public static let fullOccupancy = 0.95

  /// Citizens for whom the costs are held with other places: more in proportion to places that are added, while a cut takes
  /// empty places first. So a half-empty offer that is cut to its citizens is full, not half-empty and smaller.
  ///
  /// - Parameter before: the places that the costs were held for; this offer's own unless given.
  public func citizens(with places: Double?, of before: Double? = nil) -> Double {
    guard let places else { return citizens }
    guard let before = before ?? self.places, before > 0 else { return places > 0 ? citizens : 0 }
    guard places < before else { return citizens * places / before }
    return min(citizens, places * max(citizens / before, Self.fullOccupancy))
  }

  /// Why nothing can be said of an offer's money.
  public enum Missing: String, Error, CaseIterable, Hashable, Sendable {
    case costs, price, days, citizens
  }
}
