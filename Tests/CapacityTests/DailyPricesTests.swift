import Placements
import Testing

@testable import Capacity

@Suite struct DailyPricesTests {
  private let day = Day(year: 2026, month: 6, day: 30)!

  private func stay(_ payer: String, level: Double? = nil, price: Double? = nil, end: Day? = nil, offer: String = "a") -> Stay {
    Stay(
      citizen: "x", payer: payer, offer: offer, legalBasis: "SEL_107", kind: .residential, start: Day(year: 2020, month: 1, day: 1)!, end: end,
      endReason: nil, supportLevel: level, price: price)
  }

  private func offer(_ id: String, _ kind: ServiceKind = .residential) -> Offer {
    Offer(id: id, name: id, area: "x", region: "", legalBasis: "SEL_107", kind: kind)
  }

  private func tariff(_ level: String, _ amount: Double, from year: Int = 2026, to: Day? = nil, offer: String = "a", service: String = "residential")
    -> Tariff
  { Tariff(offer: offer, service: service, level: level, amount: amount, priceYear: year, from: Day(year: year, month: 1, day: 1)!, to: to) }

  private func prices(_ stays: [Stay], _ tariffs: [Tariff], _ offers: [Offer] = []) -> DailyPrices {
    DailyPrices(stays: stays, tariffs: tariffs, offers: offers + [offer("a")], on: day)
  }

  /// The tariff of a stay's level, else its own price, else the mean over the levels; the mean over those present.
  @Test func theNearestKnownPriceCounts() {
    let tariffs = [tariff("1", 1000), tariff("2", 2000), tariff("1", 500, from: 2025, to: Day(year: 2025, month: 12, day: 31))]
    let found = prices([stay("101", level: 2, price: 1), stay("101", price: 4000), stay("147"), stay("147", level: 9)], tariffs)
    #expect(found.price(offer: "a", payer: "101") == 3000)
    #expect(found.price(offer: "a", payer: "147") == 1500)
    #expect(found.price(offer: "a") == 2250)
    #expect(found.price(offer: "a", payer: "751") == 2250)
  }

  /// Those who have left have no price, and where nobody lives the tariff counts.
  @Test func nobodyPresentMeansTheTariff() {
    let found = prices([stay("101", price: 9, end: day)], [tariff("1", 1000), tariff("2", 2000)])
    #expect(found.price(offer: "a", payer: "101") == 1500)
  }

  /// No price is invented: without tariffs, for another service, and by the hour.
  @Test func unknownStaysUnknown() {
    #expect(prices([stay("101")], []).price(offer: "a") == nil)
    #expect(prices([stay("101")], [tariff("1", 9, service: "day")]).price(offer: "a") == nil)
    let hours = prices([stay("101", price: 300, offer: "h")], [tariff("1", 300, offer: "h", service: "hours")], [offer("h", .hours)])
    #expect(hours.price(offer: "h") == nil)
  }
}
