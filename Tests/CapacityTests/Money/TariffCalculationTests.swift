import Testing

@testable import Capacity

@Suite struct TariffCalculationTests {
  private func share(_ value: Double) throws -> Quantity { try #require(Quantity(value)) }

  private var nordjylland: RuleSet.Tariff {
    RuleSet.Tariff(
      occupancyFrom: .accounts, floor: Quantity(millionths: 950_000), floorShort: Quantity(millionths: 900_000),
      cap: Quantity(millionths: 980_000), lagYears: 2)
  }

  @Test func theBasisIsAllLongTermCosts() {
    var basis = CostBasis(direct: Amount(kroner: 100), depreciation: Amount(kroner: 7), interest: Amount(kroner: 3), otherIncome: Amount(kroner: 5))
    #expect(basis.total(RuleSet.Tariff()) == Amount(kroner: 105))
    #expect(basis.total(RuleSet.Tariff(overhead: Quantity(millionths: 60_000))) == Amount(kroner: 111))
    basis.indirect = Amount(kroner: 10)
    #expect(basis.total(RuleSet.Tariff(overhead: Quantity(millionths: 60_000))) == Amount(kroner: 115))
  }

  /// The tariff of 2013 rests on the accounts of 2011 and 2010.
  @Test func theYearsOfTheAccounts() {
    #expect(AssumedOccupancy.years(for: 2013, rules: nordjylland) == (2011, 2010))
    #expect(AssumedOccupancy.years(for: 2013, rules: RuleSet.Tariff(lagYears: 3)) == (2010, 2009))
  }

  @Test func boundsAreNamed() throws {
    let low = AssumedOccupancy(accounts: (try share(0.80), try share(0.85)), isShort: false, rules: nordjylland)
    #expect(low.share == Quantity(millionths: 950_000) && low.bound == .floor)
    let high = AssumedOccupancy(accounts: (try share(0.99), try share(1.01)), isShort: false, rules: nordjylland)
    #expect(high.bound == .cap)
    let plain = AssumedOccupancy(accounts: (try share(0.80), try share(0.85)), isShort: false, rules: RuleSet.Tariff())
    #expect(plain.share == Quantity(millionths: 825_000) && plain.bound == nil)
    #expect(AssumedOccupancy(accounts: (try share(0.93), try share(0.96)), isShort: true, rules: nordjylland).bound == nil)
  }

  /// At the expected days the tariff pays its basis within half an øre a day, and with a settlement what is settled less.
  @Test func theTariffPaysItsBasis() throws {
    var random = Randomness(state: 3)
    for _ in 0..<500 {
      let basis = Amount(kroner: Int.random(in: 1_000_000...90_000_000, using: &random))
      let places = Quantity(Int.random(in: 4...60, using: &random))
      let occupancy = Quantity(millionths: Int64.random(in: 900...1000, using: &random) * 1000)
      let settled = Amount(kroner: Int.random(in: -900_000...900_000, using: &random))
      let made = try #require(TariffCalculation(basis: basis, places: places, daysPerYear: Quantity(365), occupancy: occupancy, settled: settled))
      let half = made.expectedDays.value / 2
      #expect(Double((made.plain * made.expectedDays - basis).magnitude.oere) <= half + 1)
      #expect(Double((made.tariff * made.expectedDays - basis + settled).magnitude.oere) <= 2 * half + 2)
      #expect((made.correction < .zero) == (settled > .zero) || made.correction == .zero)
    }
    #expect(TariffCalculation(basis: Amount(kroner: 1), places: .zero, daysPerYear: Quantity(365), occupancy: .one) == nil)
  }

  @Test func growthIsBounded() {
    let rules = RuleSet.Tariff(growthCap: .zero)
    #expect(TariffCalculation.capped(Amount(kroner: 3100), last: Amount(kroner: 3000), rules: rules) == Amount(kroner: 3000))
    #expect(TariffCalculation.capped(Amount(kroner: 2900), last: Amount(kroner: 3000), rules: rules) == Amount(kroner: 2900))
    #expect(TariffCalculation.capped(Amount(kroner: 3100), last: Amount(kroner: 3000), rules: RuleSet.Tariff()) == Amount(kroner: 3100))
  }

  /// 7 hours are the first package, 7.5 the second; packages go on above 12 with the same step.
  @Test func packagesByHours() throws {
    let width = Quantity(7)
    let hours = [0, 0.5, 7, 7.5, 14, 84, 85].map { Quantity($0 as Double) ?? .zero }
    #expect(hours.map { RuleSet.SupportPackage.stepNumber(hours: $0, width: width) } == [1, 1, 1, 2, 2, 12, 13])
    let interval = Amount(kroner: 377)
    #expect(RuleSet.SupportPackage.stepPrice(13, interval: interval) - RuleSet.SupportPackage.stepPrice(12, interval: interval) == interval)
    #expect(RuleSet.SupportPackage.hourlyPrice(hours: try share(3.5), tariff: Amount(kroner: 402)) == Amount(kroner: 1407))
  }

  /// The steps that Region Syddanmark printed in 2023 (interval 349, day 116), exactly.
  @Test(arguments: [(349, [175, 524, 873, 1222, 1571, 1920, 2269, 2618, 2967, 3316, 3665, 4014]), (116, [58, 174, 290, 406, 522, 638, 754, 870, 986, 1102])])
  func printedPackages(interval: Int, printed: [Int]) {
    let made = printed.indices.map { RuleSet.SupportPackage.stepPrice($0 + 1, interval: Amount(kroner: interval)) }
    #expect(made == printed.map { Amount(kroner: $0) })
  }
}
