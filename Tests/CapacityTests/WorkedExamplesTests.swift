import Testing

@testable import Capacity

/// The domain's worked examples G1 to G9; G10 belongs to the public edition.
@Suite struct WorkedExamplesTests {
  private let rules = RuleSet.Adjustment(share: Quantity(millionths: 700_000), tolerance: Quantity(millionths: 30_000))
  private let placeDays = Quantity(20) * Quantity(365)

  private func sjaelland(actual: Int64) throws -> BudgetAdjustment {
    let budgeted = placeDays * Quantity(millionths: 950_000)
    let tariff = Amount(kroner: 3000)
    return BudgetAdjustment(
      budget: tariff * budgeted, budgetedDays: budgeted, actualDays: placeDays * Quantity(millionths: actual), tariff: tariff, rules: rules)
  }

  @Test func g1UnderOccupancyInSjaelland() throws {
    let found = try sjaelland(actual: 900_000)
    #expect(found.budget == Amount(kroner: 20_805_000) && found.incomeChange == Amount(kroner: -1_095_000))
    #expect(found.adjustment == Amount(kroner: -766_500) && found.remainder == Amount(kroner: -328_500))
    #expect(found.revisedBudget == Amount(kroner: 20_038_500) && found.toleranceAmount == Amount(kroner: 601_155))
    let deviation = try #require(found.deviation(costs: found.budget))
    #expect((10_000 * deviation).rounded() == 383 && found.isOutside(costs: found.budget) == true)
  }

  @Test func g2OverOccupancyInSjaelland() throws {
    let found = try sjaelland(actual: 980_000)
    #expect(found.incomeChange == Amount(kroner: 657_000) && found.adjustment == Amount(kroner: 459_900))
    #expect(found.remainder == Amount(kroner: 197_100) && found.revisedBudget == Amount(kroner: 21_264_900))
    let deviation = try #require(found.deviation(costs: found.budget))
    #expect((10_000 * deviation).rounded() == -216 && found.isOutside(costs: found.budget) == false)
  }

  @Test func g3SettlementInNordjylland() {
    var account = SettlementAccount(rules: RuleSet.Settlement(band: Quantity(millionths: 50_000), lagYears: 2, useWithinYears: 5))
    let year = account.close(2012, income: Amount(kroner: 8_418_000), costs: Amount(kroner: 7_648_000), basis: Amount(kroner: 8_000_000))
    #expect(year.arisen == Amount(kroner: 770_000) && year.kept == Amount(kroner: 400_000) && year.settled == Amount(kroner: 370_000))
    #expect(year.dueYear == 2014 && account.due(in: 2014) == Amount(kroner: 370_000))
  }

  @Test func g4SupportPackages() {
    let packages = (1...7).map { RuleSet.SupportPackage.stepPrice($0, interval: Amount(kroner: 317)) }
    #expect(packages == [159, 476, 793, 1110, 1427, 1744, 2061].map { Amount(kroner: $0) })
  }

  @Test(arguments: [(930, 970, false, 950, nil), (990, 1010, false, 980, .cap), (800, 850, false, 950, .floor), (800, 850, true, 900, .floor)]
    as [(Int64, Int64, Bool, Int64, AssumedOccupancy.Bound?)])
  func g5AssumedOccupancy(first: Int64, second: Int64, isShort: Bool, expected: Int64, bound: AssumedOccupancy.Bound?) {
    let rules = RuleSet.Tariff(
      occupancyFrom: .accounts, floor: Quantity(millionths: 950_000), floorShort: Quantity(millionths: 900_000), cap: Quantity(millionths: 980_000))
    let found = AssumedOccupancy(accounts: (Quantity(millionths: first * 1000), Quantity(millionths: second * 1000)), isShort: isShort, rules: rules)
    #expect(found.share == Quantity(millionths: expected * 1000) && found.bound == bound)
  }

  @Test func g6ActualOccupancy() { #expect([6.0, 4].map { Occupancy.percent($0, of: 20) } == [30, 20]) }

  @Test(arguments: [(1, 821_250, 2_737_500), (3, 492_750, 1_642_500)]) func g7ShortNotice(notice: Int, cost: Int, income: Int) {
    let idle = IdlePlaces(
      places: Quantity(6), tariff: Amount(kroner: 3000), noticeMonths: notice, rules: RuleSet.Adaptation(months: 6),
      unavoidable: { _ in Quantity(millionths: 300_000) })
    #expect(idle.unavoidableCost == Amount(kroner: cost) && idle.lostIncome == Amount(kroner: income))
  }

  @Test func g8TariffOfTwentyMillion() throws {
    func tariff(_ occupancy: Int64) throws -> Amount {
      let made = TariffCalculation(
        basis: Amount(kroner: 20_000_000), places: Quantity(20), daysPerYear: Quantity(365), occupancy: Quantity(millionths: occupancy))
      return try #require(made).tariff
    }
    let (low, high) = (try tariff(950_000), try tariff(980_000))
    #expect(low == Amount(oere: 288_392) && high == Amount(oere: 279_564))
    #expect((10_000 * (low / high)).rounded() == 10_316)
  }

  @Test func g9BreakEvenOfTheToleranceRule() throws {
    let share = try #require(BudgetAdjustment.fewerDaysAtTolerance(rules))
    #expect((10_000 * share).rounded() == 416)
  }
}
