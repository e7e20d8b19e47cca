import Testing

@testable import Capacity

@Suite struct PriceIndexTests {
  private let index = PriceIndex([2024: 100, 2025: 103.1, 2026: 106.4, 1900: 0, 1901: -1])

  @Test func amountsMoveByTheRatioOfTheIndices() throws {
    let old = Money(Amount(kroner: 1000), priceYear: 2024)
    #expect(index.converted(old, to: 2025) == Money(Amount(kroner: 1031), priceYear: 2025))
    #expect(index.converted(old, to: 2024) == old)
    #expect(index.converted(Money(Amount(kroner: 1031), priceYear: 2025), to: 2026)?.amount == Amount(kroner: 1064))
  }

  /// The base of the index does not matter, and no year is invented.
  @Test func onlyRatiosCount() {
    let other = PriceIndex([2024: 1, 2025: 1.031, 2026: 1.064])
    let money = Money(Amount(oere: 123_456_789), priceYear: 2025)
    #expect(other.converted(money, to: 2026) == index.converted(money, to: 2026))
    #expect(index.converted(money, to: 2027) == nil && index.factor(from: 2020, to: 2024) == nil)
    #expect(index.factor(from: 2019, to: 2019) == 1)
    #expect(index.years == [2024, 2025, 2026])
  }

  @Test func levelsAreNeverMixed() async {
    await #expect(processExitsWith: .failure) {
      _ = Money(Amount(kroner: 1), priceYear: 2025) + Money(Amount(kroner: 1), priceYear: 2026)
    }
    let sum = Money(Amount(kroner: 3), priceYear: 2025) - Money(Amount(kroner: 1), priceYear: 2025)
    #expect(sum == Money(Amount(kroner: 2), priceYear: 2025))
  }
}
