import Testing

@testable import Placements

@Suite struct PriceListTests {
  private func day(_ year: Int, _ month: Int = 1, _ day: Int = 1) throws -> Day { try #require(Day(year: year, month: month, day: day)) }

  private func list() throws -> PriceList {
    let offers = [Offer(id: "a", name: "A", area: "x"), Offer(id: "h", name: "H", area: "x", kind: .hours)]
    let tariffs = [
      Tariff(offer: "a", service: "residential", level: "3", amount: 2000, priceYear: 2024, from: try day(2024), to: try day(2024, 12, 31)),
      Tariff(offer: "a", service: "residential", level: "3", amount: 2100, priceYear: 2025, from: try day(2025), to: nil),
      Tariff(offer: "a", service: "residential", level: "1", amount: 1000, priceYear: 2024, from: try day(2024), to: nil),
      Tariff(offer: "a", service: "day", level: "3", amount: 9, priceYear: 2024, from: try day(2024), to: nil),
      Tariff(offer: "h", service: "hours", level: "1", amount: 400, priceYear: 2024, from: try day(2024), to: nil),
    ]
    return PriceList(tariffs: tariffs, offers: offers)
  }

  private func stay(level: Double? = nil, price: Double? = nil, from start: Day, end: Day? = nil) -> Stay {
    Stay(
      citizen: "c", payer: "751", offer: "a", legalBasis: "SEL_107", kind: .residential, start: start, end: end, endReason: nil, supportLevel: level,
      price: price)
  }

  @Test func aTariffHoldsWhileItIsValid() throws {
    let prices = try list()
    #expect(try prices.price(offer: "a", level: "3", on: day(2024, 12, 31)) == 2000)
    #expect(try prices.price(offer: "a", level: "3", on: day(2025)) == 2100)
    #expect(try prices.price(offer: "a", level: "3", on: day(2023, 12, 31)) == nil)
    #expect(try prices.mean(offer: "a", on: day(2025)) == 1550)
    #expect(try prices.price(offer: "h", level: "1", on: day(2025)) == nil && prices.offers(on: day(2025)) == ["a"])
  }

  /// The income of a stretch is the sum of its days' prices, whatever the tariffs between.
  @Test(arguments: [(Double?.none, 700.0 as Double?), (3, nil), (3, 700), (1, nil)] as [(Double?, Double?)])
  func incomeIsTheSumOfTheDays(level: Double?, price: Double?) throws {
    let prices = try list()
    let own = stay(level: level, price: price, from: try day(2024, 3, 3), end: try day(2025, 8, 9))
    let (first, last) = (try day(2024, 12, 1), try day(2025, 2, 1))
    var sum = 0.0
    for number in first.number..<last.number { sum += try #require(prices.price(of: own, on: Day(number: number))) }
    #expect(prices.income(of: own, from: first, before: last) == sum)
    #expect(try prices.income(of: own, from: day(2025, 9), before: day(2025, 10)) == 0)
  }

  @Test func aDayWithoutAPriceIsUnknown() throws {
    let prices = try list()
    #expect(try prices.income(of: stay(from: day(2024)), from: day(2024), before: day(2025)) == nil)
    #expect(try prices.income(of: stay(level: 3, from: day(2023)), from: day(2023), before: day(2025)) == nil)
    #expect(try prices.income(of: stay(level: 3, price: 5, from: day(2023, 12, 31)), from: day(2023), before: day(2024, 1, 2)) == 2005)
  }
}
