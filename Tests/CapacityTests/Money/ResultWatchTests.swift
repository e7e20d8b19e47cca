import Glibc
import Groundwork
import Placements
import Testing

@testable import Capacity

@Suite struct ResultWatchTests {
  private func rules(share: Int64? = nil, base: RuleSet.AdjustmentBase = .tariff) -> RuleSet {
    var rules = RuleSet(name: "x", title: Phrase("x"))
    rules.adjustment = share.map { RuleSet.Adjustment(share: Quantity(millionths: $0), base: base, tolerance: Quantity(millionths: 30_000)) }
    return rules
  }

  /// G1's offer: 20 places, 95 %, 3,000 kr., whose tariff pays its costs.
  private let offer = OfferEconomics(price: 3000, costs: 20_805_000, citizens: 19, places: 20, priceYear: 2026)

  private func watch(
    _ citizens: Double, _ behaviour: CostBehaviour, _ rules: RuleSet, length: PeriodLength = .month, economics: OfferEconomics? = nil,
    places: Double? = 20
  ) -> ResultWatch {
    let economics = economics ?? offer
    var watch = ResultWatch(
      economics: economics, behaviour: behaviour, rules: rules, length: length, paths: 2, past: [(citizens: citizens, places: places)])
    let first = Period(year: 2027, number: 1, length: length)
    for step in 0..<length.perYear { watch.observe([citizens, citizens], in: first.advanced(by: step), places: places) }
    return watch
  }

  private func result(_ watch: ResultWatch) throws -> Double { try #require(watch.results(in: 2027)?.first) }

  /// G1 and G2 again: what follows by 70 % leaves the rest of the income, and stays within the tolerance; what does not adapt does not.
  @Test(arguments: [(18.0, -328_500.0, 1.0), (19.6, 197_100, 0)]) func workedExamples(citizens: Double, rest: Double, outside: Double) throws {
    let rules = rules(share: 700_000)
    for length in PeriodLength.allCases {
      let follows = watch(citizens, .followsAdjustment, rules, length: length)
      #expect(try (result(follows) - rest).magnitude < 0.01)
      #expect(follows.shareOutsideTolerance(in: 2027) == 0)
      let stiff = watch(citizens, .unadapted, rules, length: length)
      #expect(try (result(stiff) - rest / 0.3).magnitude < 0.01)
      #expect(stiff.shareOutsideTolerance(in: 2027) == outside)
    }
  }

  /// A budget that is given stands whatever the days: costs of 20,805,000 are 3 % above one of 20,199,029.13 and no more.
  @Test func aGivenBudget() throws {
    let own = watch(18, .unadapted, rules(share: 700_000))
    #expect(own.shareOutsideTolerance(in: 2027, budget: 20_199_030) == 0 && own.shareOutsideTolerance(in: 2027, budget: 20_199_028) == 1)
    #expect(own.shareOutsideTolerance(in: 2027, budget: 21_448_453) == 0 && own.shareOutsideTolerance(in: 2027, budget: 21_448_455) == 1)
    #expect(own.shareOutsideTolerance(in: 2028, budget: 1) == nil && watch(18, .unadapted, rules()).shareOutsideTolerance(in: 2027, budget: 1) == nil)
  }

  /// G1 and G2 once more, by a budget that is given for 95 % of 20 places; and any such budget is held against the costs, 20,805,000, as it is
  /// after 70 % of what the days bring or lack.
  @Test(arguments: [(18.0, 1.0), (19.6, 0)], [RuleSet.AdjustmentBase.tariff, .cost])
  func aGivenBudgetFollowsTheDays(row: (citizens: Double, outside: Double), base: RuleSet.AdjustmentBase) {
    let own = watch(row.citizens, .unadapted, rules(share: 700_000, base: base))
    #expect(own.shareOutsideTolerance(in: 2027, budget: 20_805_000, for: 19 * 365) == row.outside)
    for (ratio, outside) in [(1.0299, 0.0), (1.0301, 1), (0.9701, 0), (0.9699, 1)] {
      let revised = 20_805_000 / ratio
      let budget = base == .tariff ? revised - 0.7 * (row.citizens - 19) * 365 * 3000 : revised / (1 + 0.7 * (row.citizens - 19) / 19)
      #expect(own.shareOutsideTolerance(in: 2027, budget: budget, for: 19 * 365) == outside, "\(ratio)")
    }
  }

  /// What a period's accounts say it cost stands for what would be reckoned; later costs follow as otherwise.
  @Test func accountedPeriods() throws {
    func result(_ accounted: Double?) throws -> Double {
      var own = ResultWatch(economics: offer, behaviour: .adaptationLag, rules: rules(), length: .quarter, paths: 1, past: [(19, 20)])
      for quarter in 1...4 {
        own.observe([15], in: Period(year: 2027, number: quarter, length: .quarter), places: 20, accounted: quarter == 1 ? accounted : nil)
      }
      return try #require(own.results(in: 2027)?.first)
    }
    let reckoned = offer.costs * 90 / 365
    let weight = CostBehaviour.adaptationLag.weights(rules(), months: 3)[0]
    #expect(try abs(result(reckoned - 4 * 3000 * 90 * weight) - result(nil)) < 1e-6)
    #expect(try abs(result(5_000_000) - result(6_000_000) - 1_000_000) < 1e-6)
  }

  /// The same verdict and the same rest as the exact adjustment, for any offer.
  @Test func agreesWithTheExactAdjustment() throws {
    var random = Randomness(state: 7)
    for round in 0..<300 {
      let rules = rules(share: Int64.random(in: 0...10, using: &random) * 100_000, base: round % 2 == 0 ? .tariff : .cost)
      let places = Int.random(in: 4...60, using: &random)
      let (budgeted, actual) = (Int.random(in: 1...places, using: &random), Int.random(in: 0...places + 3, using: &random))
      let (tariff, costs) = (Int.random(in: 900...6000, using: &random), Int.random(in: 2_000_000...90_000_000, using: &random))
      let own = OfferEconomics(price: Double(tariff), costs: Double(costs), citizens: Double(budgeted), places: Double(places), priceYear: 2026)
      let exact = BudgetAdjustment(
        budget: Amount(kroner: costs), budgetedDays: Quantity(365 * budgeted), actualDays: Quantity(365 * actual), tariff: Amount(kroner: tariff),
        rules: try #require(rules.adjustment))
      let stiff = watch(Double(actual), .unadapted, rules, economics: own, places: Double(places))
      #expect(stiff.shareOutsideTolerance(in: 2027) == (exact.isOutside(costs: Amount(kroner: costs)) == true ? 1 : 0))
      #expect(try (result(stiff) - (Amount(kroner: tariff) * (365 * actual) - Amount(kroner: costs)).kroner).magnitude < 0.01)
    }
  }

  /// At the break-even occupancy of costs that do not adapt, the result is nothing.
  @Test(arguments: [0.6, 0.93, 1.1]) func breakEvenIsWhereTheResultIsNothing(share: Double) throws {
    let own = OfferEconomics(price: 2500, costs: 20 * 365 * 2500 * share, citizens: 17, places: 20, priceYear: 2026)
    let percent = try #require(BreakEven.occupancy(costs: own.costs, price: own.price, places: 20, daysPerYear: 365))
    #expect(try result(watch(20 * percent / 100, .unadapted, rules(), economics: own)).magnitude < 0.01)
  }

  /// Six citizens who leave at once cost what idle places cost by the schedule.
  @Test func theLagIsTheScheduleOfIdlePlaces() throws {
    let rules = rules()
    let december = Period(year: 2026, number: 12, length: .month)
    var watch = ResultWatch(economics: offer, behaviour: .adaptationLag, rules: rules, length: .month, paths: 1, past: [(citizens: 19, places: 20)])
    for month in 1...12 { watch.observe([13], in: december.advanced(by: month), places: 20) }
    let idle = IdlePlaces(
      places: Quantity(6), tariff: Amount(kroner: 3000), noticeMonths: 0, rules: rules.adaptation, calendar: .months(after: december), cutMonth: 12)
    #expect(try (result(watch) + idle.unavoidableCost.kroner).magnitude < 1)
    // In the end 70 % have followed: the next year costs 30 % of what is empty, less the income of the leap day.
    for month in 13...24 { watch.observe([13], in: december.advanced(by: month), places: 20) }
    let next = try #require(watch.results(in: 2028)?.first)
    let empty: Double = 0.3 * 6 * 3000 * 366
    #expect((next + empty - 19 * 3000).magnitude < 1)
  }

  /// Weights add up to what costs follow in the end, whatever the length of the periods.
  @Test(arguments: PeriodLength.allCases) func weightsAddUp(length: PeriodLength) {
    #expect(CostBehaviour.unadapted.weights(rules(), months: length.months).isEmpty)
    #expect((CostBehaviour.adaptationLag.weights(rules(), months: length.months).reduce(0, +) - 0.7).magnitude < 1e-9)
    #expect(CostBehaviour.followsAdjustment.weights(rules(share: 600_000), months: length.months) == [0.6])
    #expect(CostBehaviour.followsAdjustment.weights(rules(), months: length.months) == [0.7])
  }

  /// Places that a plan cuts take their budget with them; a steady offer at its own occupancy keeps its result.
  @Test(arguments: CostBehaviour.allCases) func cutPlacesCostNothing(behaviour: CostBehaviour) throws {
    let full = try result(watch(19, behaviour, rules()))
    #expect(full.magnitude < 0.01)
    #expect(try result(watch(9.5, behaviour, rules(), places: 10)).magnitude < 0.01)
  }

  /// What later tariffs settle is what the account settles, over the days that are expected when it is due.
  @Test func settlesAsTheAccountDoes() throws {
    var random = Randomness(state: 8)
    for _ in 0..<200 {
      var rules = rules()
      let settlement = RuleSet.Settlement(band: Quantity(millionths: Int64.random(in: 0...10, using: &random) * 10_000), lagYears: 2, useWithinYears: nil)
      rules.settlement = settlement
      let citizens = Int.random(in: 8...24, using: &random)
      let found = try #require(watch(Double(citizens), .unadapted, rules).tariffChanges(in: 2027)?.first)
      var account = SettlementAccount(rules: settlement)
      let costs = Amount(kroner: 20_805_000)
      let year = account.close(2027, income: Amount(kroner: 3000) * (365 * citizens), costs: costs, basis: costs)
      #expect((found * Double(365 * citizens) + year.settled.kroner).magnitude < 0.01)
    }
    #expect(watch(19, .unadapted, rules()).tariffChanges(in: 2027) == nil)
  }

  /// A deficit raises tariffs by no more than the bound on growth a year since that of the price, a surplus lowers them as ever.
  @Test(arguments: [nil, 0, 2] as [Int?]) func tariffsRiseWithinTheirBound(_ percent: Int?) throws {
    var rules = rules()
    rules.settlement = RuleSet.Settlement(band: .zero, lagYears: 2)
    let free = try (#require(watch(12, .unadapted, rules).tariffChanges(in: 2027)?.first), #require(watch(24, .unadapted, rules).tariffChanges(in: 2027)?.first))
    rules.tariff.growthCap = percent.map { Quantity(millionths: Int64($0) * 10_000) }
    let bound = try (#require(watch(12, .unadapted, rules).tariffChanges(in: 2027)?.first), #require(watch(24, .unadapted, rules).tariffChanges(in: 2027)?.first))
    #expect(free.0 > 60 && free.1 < 0 && bound.1 == free.1)
    #expect((bound.0 - (percent.map { 3000 * (pow(1 + Double($0) / 100, 3) - 1) } ?? free.0)).magnitude < 1e-9)
  }

  /// The days of the year in which it is due, not those of the year that it comes from, so that what is settled comes in.
  @Test func settlesOverTheDaysExpectedWhenItIsDue() throws {
    var rules = rules()
    rules.settlement = RuleSet.Settlement(band: .zero, lagYears: 2)
    var own = watch(17, .unadapted, rules)
    let (result, first) = (try result(own), Period(year: 2028, number: 1, length: .month))
    for month in 0..<24 { own.observe([12, 14], in: first.advanced(by: month), places: 20) }
    #expect(own.expectedDays(for: 2029) == own.expectedDays(for: 2031) && own.expectedDays(for: 2026) == nil)
    let (found, days) = (try #require(own.tariffChanges(in: 2027)), try #require(own.expectedDays(for: 2029)))
    #expect((days - 13 * 365).magnitude < 1e-6 && found.allSatisfy { ($0 * days + result).magnitude < 0.01 })
  }

  /// Where the places of the reference year are unknown, or there were none, those of the newest period stand for them; an offer without
  /// places has no budget.
  @Test(arguments: [nil, 0] as [Double?]) func budgetsFollowThePlacesAlsoFromUnknownOnes(before: Double?) throws {
    let own = OfferEconomics(price: 3000, costs: 20_805_000, citizens: 19, places: before, priceYear: 2026)
    for (places, past) in [(10.0, 20.0), (0, 20), (0, nil)] as [(Double, Double?)] {
      var watch = ResultWatch(
        economics: own, behaviour: .unadapted, rules: rules(), length: .month, paths: 1, past: [(citizens: 19, places: past), (citizens: 19, places: 0)])
      for month in 0..<12 { watch.observe([0], in: Period(year: 2027, number: 1, length: .month).advanced(by: month), places: places) }
      #expect(try (result(watch) + 20_805_000 * places / 20).magnitude < 0.01)
    }
  }

  /// Only whole years are summed; without rules nothing is outside.
  @Test func wholeYearsAlone() {
    var own = watch(19, .unadapted, rules())
    own.observe([19, 19], in: Period(year: 2028, number: 1, length: .month), places: 20)
    #expect(own.wholeYears == [2027] && own.results(in: 2028) == nil && own.shareOutsideTolerance(in: 2027) == nil)
  }

  /// A cut takes empty places first: who is left fills what is left; full offers shrink and all offers grow in proportion.
  @Test(arguments: [(13.0, 14.0, 13.0), (13, 10, 9.5), (19, 10, 9.5), (21, 10, 10.5), (13, 30, 19.5), (19, 40, 38), (13, 20, 13), (0, 10, 0)])
  func aCutTakesEmptyPlacesFirst(citizens: Double, places: Double, held: Double) {
    let own = OfferEconomics(price: 3000, costs: 20_000_000, citizens: citizens, places: 20, priceYear: 2026)
    #expect(abs(own.citizens(with: places) - held) < 1e-9)
    #expect(own.citizens(with: nil) == citizens)
    #expect(OfferEconomics(price: 3000, costs: 1, citizens: citizens, places: nil, priceYear: 2026).citizens(with: places) == citizens)
    #expect(own.citizens(with: 0) == 0)
  }

  /// An offer whose empty places are cut costs its share of the budget for the same citizens, whatever costs do.
  @Test(arguments: CostBehaviour.allCases)
  func halfEmptyOffersCutToTheirCitizensAreNotOverfull(_ behaviour: CostBehaviour) throws {
    let own = OfferEconomics(price: 3000, costs: 20_000_000, citizens: 13, places: 20, priceYear: 2026)
    let sums = try #require(watch(13, behaviour, rules(), economics: own, places: 14).sums(in: 2027))
    #expect(abs(sums.costs[0] - 20_000_000 * 14 / 20) < 0.01)
  }
}
