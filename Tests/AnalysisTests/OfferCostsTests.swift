import Capacity
import Demand
import Forecasting
import Groundwork
import Ingest
import Placements
import Probability
import Scenarios
import TestSupport
import Testing

@testable import Analysis

@Suite struct OfferCostsTests {
  private static let origin = Period(year: 2025, number: 12, length: .month)

  /// Citizens of a path that falls by one in the middle of month 4.
  private static func falling(_ months: Int = 12) -> [[Double]] { (0..<months).map { [$0 < 4 ? 10 : $0 == 4 ? 9.5 : 9] } }

  /// A citizen who leaves in the middle of a month is paid for to its end and for the notice's whole months.
  @Test(arguments: [0, 1, 3])
  func noticeIsPaidForItsMonths(_ months: Int) throws {
    let days = (1...12).map { Self.origin.advanced(by: $0).days }
    let paid = AlternativePath.paidEmpty(Self.falling(), before: [10], notice: .currentMonthPlus(months), length: .month, days: days)
    #expect(paid.reduce(0) { $0 + $1[0] } == Double(months) + 0.5)
    #expect(paid.prefix(4).allSatisfy { $0[0] == 0 })
    // As NoticePeriod counts it from the middle of April.
    let given = try #require(Day(year: 2026, month: 4, day: 16))
    let counted = RuleSet.Notice.currentMonthPlus(months).paidEmptyDays(given: given, end: given)
    #expect((Double(counted) / 30.4 - Double(months) - 0.5).magnitude < 0.1)
    #expect(AlternativePath.paidEmpty(Self.falling(), before: [10], notice: .dayToDay, length: .month, days: days).isEmpty)
  }

  /// Nobody comes, nobody stays, and never more than without closing.
  @Test func closingEmptiesTheOffer() {
    var stream = RandomStream(seed: 3, pair: 1, 1)
    let served = (0..<24).map { _ in (0..<50).map { _ in 20 * stream.nextUniform() } }
    let path = AlternativePath(served: served, places: [Double?](repeating: 20, count: 24), paidEmpty: served)
    let closing = path.closing(after: 12, noticePeriods: 3)
    for d in 0..<50 {
      for step in 0..<24 {
        #expect(closing.served[step][d] <= served[step][d])
        if step > 0 { #expect(closing.served[step][d] <= closing.served[step - 1][d]) }
        if step < 3 { #expect(closing.served[step][d] == (0...step).map { served[$0][d] }.min()) }
        if step >= 12 { #expect(closing.served[step][d] == 0 && closing.places[step] == 0) }
      }
    }
    #expect(closing.paidEmpty.isEmpty && closing.adapted == 12)
    #expect(path.closing(after: 24, noticePeriods: 3).adapted == nil)
  }

  /// In every draw: result = reference income − budget − idle, whatever the behaviour of costs; nothing is idle at the reference.
  @Test(arguments: CostBehaviour.allCases)
  func idleIsWhatCostsDoNotFollow(_ behaviour: CostBehaviour) throws {
    let economics = OfferEconomics(price: 3000, costs: 20_000_000, citizens: 18, places: 20, priceYear: 2026)
    let rules = RuleSet(name: "own", title: Phrase("own"))
    func watch(_ citizens: (Int, Int) -> Double) -> ResultWatch {
      let path = AlternativePath(
        served: (0..<12).map { t in (0..<40).map { citizens(t, $0) } }, places: [Double?](repeating: 20, count: 12))
      return path.money(
        ResultWatch(economics: economics, behaviour: behaviour, rules: rules, length: .month, paths: 40, past: [(18, 20)]), from: Self.origin)
    }
    var stream = RandomStream(seed: 5, pair: 1, 1)
    let numbers = (0..<12 * 40).map { _ in 10 + 10 * stream.nextUniform() }
    let sums = try #require(watch { numbers[$0 * 40 + $1] }.sums(in: 2026))
    for d in 0..<40 {
      #expect((sums.income[d] - sums.costs[d] - (18 * 365 * 3000 - 20_000_000 - sums.idle[d])).magnitude < 1)
      let missing = (0..<12).reduce(0.0) { $0 + Double(Self.origin.advanced(by: $1 + 1).days) * (18 - numbers[$1 * 40 + d]) }
      if behaviour == .unadapted { #expect((sums.idle[d] - missing * 3000).magnitude < 1) }
      if behaviour == .followsAdjustment { #expect((sums.idle[d] - 0.3 * missing * 3000).magnitude < 1) }
    }
    let still = try #require(watch { _, _ in 18 }.sums(in: 2026))
    #expect(still.idle.allSatisfy { $0.magnitude < 1e-6 } && still.periods == 12)
  }

  /// From the cut on the smaller budget is the whole cost: earlier empty places are no saving any more.
  @Test func costsFollowACut() throws {
    let economics = OfferEconomics(price: 3000, costs: 20_000_000, citizens: 18, places: 20, priceYear: 2026)
    let rules = RuleSet(name: "own", title: Phrase("own"))
    let path = AlternativePath(served: [[Double]](repeating: [9], count: 24), places: [Double?](repeating: 20, count: 24))
    let watch = ResultWatch(economics: economics, behaviour: .adaptationLag, rules: rules, length: .month, paths: 1, past: [(18, 20)])
    let cut = path.reducing(to: 10, from: 12).money(watch, from: Self.origin)
    let after = try #require(cut.sums(in: 2027))
    #expect((after.costs[0] - 10_000_000).magnitude < 1 && after.idle[0].magnitude < 1 && (after.basis - 10_000_000).magnitude < 1)
    #expect(try #require(cut.sums(in: 2026)).idle[0] > 1_000_000)
  }

  /// What arises is settled or stays on the account, to the øre in every draw; closing hands over what is left.
  @Test(arguments: [nil, 2, 5])
  func moneyInIsMoneyOutAndBalance(_ limit: Int?) {
    var stream = RandomStream(seed: 11, pair: 1, 1)
    func kroner() -> [Double] { (0..<200).map { _ in 20e6 * stream.nextUniform() } }
    let years = (2027...2036).map { CostLedger.Year(year: $0, income: kroner(), costs: kroner(), basis: 10e6) }
    let ledger = CostLedger(RuleSet.Settlement(band: Quantity(millionths: 50_000), lagYears: 2, useWithinYears: limit), years: years, paths: 200)
    for d in 0..<200 {
      let account = ledger.accounts[d]
      #expect(account.years.map(\.arisen).sum == years.map { ledger.settled[$0.year]?[d] ?? .zero }.sum + account.balance)
      let due = account.years.filter { $0.dueYear <= 2036 }.map(\.settled).sum
      #expect(ledger.rest(after: 2036)[d] == account.years.map(\.arisen).sum - due)
      // Without what tariffs gave back or collected meanwhile, it is the years' own results.
      let own = years.map { CostLedger.amount($0.income[d]) - CostLedger.amount($0.costs[d]) }.sum
      #expect(ledger.rest(after: 2036)[d] == own)
    }
  }

  @Test func closingCostsAreSplitToTheOere() throws {
    var stream = RandomStream(seed: 7, pair: 1, 1)
    let rules = RuleSet(name: "own", title: Phrase("own"))
    for _ in 0..<300 {
      let days = Dictionary(uniqueKeysWithValues: (0..<7).map { ("\($0)", [2026: Quantity(Int(900 * stream.nextUniform()))]) })
      let cost = ClosingCost(
        idle: CostLedger.amount(8e6 * stream.nextUniform()), account: CostLedger.amount(4e6 * (stream.nextUniform() - 0.5)))
      let parts = try #require(cost.split(days: days, closing: 2026, rules: rules))
      #expect(parts.map(\.amount).sum == cost.total)
    }
  }

  @Test func alternativesOfTheExampleRegion() throws {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    let plan = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: []).reference(named: "basis")
    let demand = FittedDemand(panel: panel, horizon: 36, threads: 2)
    var rules = RuleSet(name: "own", title: Phrase("own"))
    rules.settlement = RuleSet.Settlement(band: Quantity(millionths: 50_000), lagYears: 2, useWithinYears: 5)
    var request = RiskRequest(areas: ["boern_og_unge"], draws: 100, threads: 2, rules: rules)
    request.comparesCosts = true
    let run = try RiskRun(demand: demand, extracts: extracts, plans: [plan], judged: 0, request: request)
    #expect(!run.costs.isEmpty && run.costs.map(\.offer.id) == run.risks.filter { $0.outlook != nil && (try? $0.economics.get()) != nil }.map(\.offer.id))
    for costs in run.costs {
      let risk = try #require(run.risks.first { $0.offer.id == costs.offer.id })
      let close = try #require(costs.options.first { $0.alternative == .close })
      let carryOn = try #require(costs.options.first { $0.alternative == .carryOn })
      #expect(close.places == 0 && close.effectYear == 2027 && close.citizens.mean <= risk.citizens ?? 0)
      let split = close.payers.reduce(0) { $0 + ($1.closing?.mean ?? .nan) }
      #expect((split - close.closing.mean).magnitude < 0.005, "means of parts that add up in every draw")
      #expect((close.payers.reduce(0) { $0 + $1.share } - 1).magnitude < 1e-9)
      #expect(close.bill == close.closing && close.settled == nil)
      #expect(carryOn.citizens.upper == 0 && carryOn.closing.upper == 0 && carryOn.payers.allSatisfy { $0.closing == nil })
      #expect(carryOn.years.map(\.year) == [2026, 2027, 2028, 2029] && carryOn.years.map(\.months) == [2, 12, 12, 10])
      #expect(carryOn.years.map { $0.settled != nil } == [false, true, true, false])
      if let reduce = costs.options.first(where: { $0.alternative == .reduce }) {
        #expect(reduce.places < risk.places ?? 0 && reduce.closing.mean > 0 && reduce.idle.mean <= carryOn.idle.mean)
      }
      for option in costs.options { #expect(option.idle.lower >= 0 && option.years.allSatisfy { $0.idle.lower >= 0 }) }
    }
  }
}
