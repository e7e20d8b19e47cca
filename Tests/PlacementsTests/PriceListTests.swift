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

  private func supported(_ rows: [(service: String, level: String, amount: Double)]) throws -> PriceList {
    PriceList(
      tariffs: try rows.map { Tariff(offer: "a", service: $0.service, level: $0.level, amount: $0.amount, priceYear: 2024, from: try day(2024), to: nil) },
      offers: [Offer(id: "a", name: "A", area: "x")])
  }

  /// Packages of a step are those of Syddanmark's lists (DOMAIN.md, G4, step 317); packages of a list are as listed; hours cost an hour's tariff each.
  @Test(arguments: [(1.0, 1159.0), (2, 1476), (3, 1793), (4, 2110), (5, 2427), (6, 2744), (7, 3061), (0, 1000)])
  func packagesOfAStep(level: Double, price: Double) throws {
    let prices = try supported([("base", "", 1000), ("package", "", 317)])
    #expect(try prices.price(of: stay(level: level, from: day(2024)), on: day(2025)) == price)
  }

  @Test func supportComesOnTopOfTheBase() throws {
    let listed = try supported([("base", "", 1000), ("package", "1", 160), ("package", "2", 480)])
    #expect(try listed.price(of: stay(level: 2, from: day(2024)), on: day(2025)) == 1480)
    #expect(try listed.mean(offer: "a", on: day(2025)) == 1320)
    // A support that is not known leaves the price to the stay itself.
    #expect(try listed.price(of: stay(price: 1700, from: day(2024)), on: day(2025)) == 1700)
    let hourly = try supported([("base", "", 3187), ("hourly", "", 402)])
    #expect(try hourly.price(of: stay(level: 2.5, from: day(2024)), on: day(2025)) == 3187 + 2.5 * 402)
    let bare = try supported([("base", "", 3187)])
    #expect(try bare.price(of: stay(from: day(2024)), on: day(2025)) == 3187)
  }

  /// Supplements of all levels and of the stay's own add up, and are part of the income; a stay's own price has none.
  @Test func supplementsAreAdded() throws {
    let prices = try supported([("residential", "1", 2000), ("residential", "2", 2500), ("supplement", "", 223), ("supplement", "2", 40)])
    let (one, two) = (stay(level: 1, from: try day(2024)), stay(level: 2, from: try day(2024)))
    #expect(try prices.price(of: one, on: day(2025)) == 2223)
    #expect(try prices.price(of: two, on: day(2025)) == 2763)
    #expect(try prices.income(of: two, from: day(2025), before: day(2025, 1, 11)) == 10 * 2763)
    #expect(try prices.mean(offer: "a", on: day(2025)) == 2493)
    #expect(try prices.price(of: stay(level: 1, price: 900, from: day(2023)), on: day(2023, 6)) == 900)
  }

  /// A tariff without a level is that of every stay whose level has none of its own.
  @Test func aTariffWithoutALevelIsForAll() throws {
    let prices = try supported([("residential", "", 1500), ("residential", "2", 2500)])
    #expect(try prices.price(of: stay(from: day(2024)), on: day(2025)) == 1500)
    #expect(try prices.price(of: stay(level: 1, from: day(2024)), on: day(2025)) == 1500)
    #expect(try prices.price(of: stay(level: 2, from: day(2024)), on: day(2025)) == 2500)
  }
}
