public import Placements

/// What a place costs the payer a day: the mean over those who live there, by today's tariff of their support level.
public struct DailyPrices: Sendable {
  private struct Sum {
    var amount = 0.0
    var count = 0.0

    var mean: Double? { count > 0 ? amount / count : nil }
  }

  private struct Place: Hashable {
    let offer: String
    /// Empty for all payers.
    let payer: String
  }

  private let prices: [Place: Double]
  /// Mean over the levels of an offer's own kind of service, for offers where nobody lives.
  private let tariffs: [String: Double]
  /// By offer, of the tariffs that are valid on the day.
  private let priceYears: [String: Int]
  private let year: Int

  /// - Parameter day: on which citizens are present and tariffs valid.
  /// The tariff of a stay's support level counts before its own price, which may be that of the year in which it began, and
  /// that before the mean over the offer's levels. Services by the hour have no price a day.
  public init(stays: [Stay], tariffs: [Tariff], offers: [Offer], on day: Day) {
    let list = PriceList(tariffs: tariffs, offers: offers)
    let kinds = Dictionary(offers.map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
    let means = Dictionary(uniqueKeysWithValues: list.offers(on: day).map { ($0, list.mean(offer: $0, on: day) ?? 0) })
    var sums: [Place: Sum] = [:]
    for stay in stays where stay.start <= day && (stay.end.map { day < $0 } ?? true) {
      guard let kind = kinds[stay.offer], kind != .hours, let price = list.price(of: stay, on: day) ?? means[stay.offer] else { continue }
      for payer in ["", stay.payer] {
        sums[Place(offer: stay.offer, payer: payer), default: Sum()].amount += price
        sums[Place(offer: stay.offer, payer: payer), default: Sum()].count += 1
      }
    }
    prices = sums.compactMapValues(\.mean)
    self.tariffs = means
    let valid = tariffs.filter { $0.from <= day && ($0.to.map { day <= $0 } ?? true) }
    priceYears = Dictionary(valid.map { ($0.offer, $0.priceYear ?? $0.from.year) }, uniquingKeysWith: max)
    year = day.year
  }

  /// Kroner a day for a payer's citizens in an offer; for the offer's citizens where the payer has none there; nil where
  /// neither prices nor tariffs are known.
  public func price(offer: String, payer: String = "") -> Double? {
    prices[Place(offer: offer, payer: payer)] ?? prices[Place(offer: offer, payer: "")] ?? tariffs[offer]
  }

  /// The level of an offer's prices: the year of its tariffs, or of the day where it has none.
  public func priceYear(offer: String) -> Int { priceYears[offer] ?? year }
}
