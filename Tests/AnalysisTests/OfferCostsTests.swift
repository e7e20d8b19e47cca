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
    let paid = NoticePay(months: months, length: .month, days: days, before: [10]).paidEmpty(Self.falling())
    #expect(paid.reduce(0) { $0 + $1[0] } == Double(months) + 0.5)
    #expect(paid.prefix(4).allSatisfy { $0[0] == 0 })
    // As NoticePeriod counts it from the middle of April.
    let given = try #require(Day(year: 2026, month: 4, day: 16))
    let counted = RuleSet.Notice.currentMonthPlus(months).paidEmptyDays(given: given, end: given)
    #expect((Double(counted) / 30.4 - Double(months) - 0.5).magnitude < 0.1)
  }

  /// Nobody comes, those of now leave as they would, and nobody stays.
  @Test func closingEmptiesTheOffer() {
    var stream = RandomStream(seed: 3, pair: 1, 1)
    let staying = (0..<24).map { _ in (0..<50).map { _ in 0.8 + 0.2 * stream.nextUniform() } }
    var path = AlternativePath(served: [[Double]](repeating: [Double](repeating: 19, count: 50), count: 24), places: [Double?](repeating: 20, count: 24))
    (path.opening, path.staying) = (19, staying)
    let closing = path.closing(after: 12, noticePeriods: 3)
    for d in 0..<50 {
      let left = (0...24).map { t in staying.prefix(t).reduce(19) { $0 * $1[d] } }
      #expect((path.survivors(after: 12)[d] - left[12]).magnitude < 1e-9)
      for step in 0..<24 {
        #expect(closing.served[step][d] <= (left[step] + left[step + 1]) / 2 + 1e-9)
        if step > 0 { #expect(closing.served[step][d] <= closing.served[step - 1][d]) }
        if step < 3 { #expect((closing.served[step][d] - (left[step] + left[step + 1]) / 2).magnitude < 1e-9) }
        if step >= 12 { #expect(closing.served[step][d] == 0 && closing.places[step] == 0) }
      }
    }
    #expect(closing.paidEmpty.isEmpty && closing.adapted == 12)
    #expect(path.closing(after: 24, noticePeriods: 3).adapted == nil)
  }

  /// An offer that stays as full because as many come as leave has few of its citizens of now left after a year.
  @Test func thoseWhoComeAnewNeedNotMove() {
    var path = AlternativePath(served: [[Double]](repeating: [10], count: 12), places: [Double?](repeating: 20, count: 12))
    (path.opening, path.staying) = (10, [[Double]](repeating: [10.0 / 11], count: 12))
    // 10 × (10 / 11)^12
    #expect((path.survivors(after: 12)[0] - 3.186308).magnitude < 1e-6)
  }

  /// Who leaves of himself pays his notice as otherwise, but not beyond closing; who must move pays none.
  @Test(arguments: [(4, 1.5), (11, 0.5)])
  func ownLeaversPayTheirNotice(_ month: Int, _ paid: Double) {
    let days = (1...24).map { Self.origin.advanced(by: $0).days }
    var path = AlternativePath(served: [[Double]](repeating: [10], count: 24), places: [Double?](repeating: 20, count: 24))
    (path.opening, path.staying) = (10, (0..<24).map { [$0 == month ? 0.9 : 1] })
    path.notice = NoticePay(months: 1, length: .month, days: days, before: [10])
    let closing = path.closing(after: 12, noticePeriods: 11)
    #expect((closing.paidEmpty.reduce(0) { $0 + $1[0] } - paid).magnitude < 1e-9)
    #expect(closing.paidEmpty.dropFirst(12).allSatisfy { $0[0] == 0 })
  }

  /// Whom a cut moves gave no notice; one who leaves below it later did.
  @Test func aCutIsNoNotice() {
    let days = (1...12).map { Self.origin.advanced(by: $0).days }
    let served: [[Double]] = (0..<12).map { [$0 < 8 ? 12 : $0 == 8 ? 10.5 : 9] }
    var path = AlternativePath(served: served, places: [Double?](repeating: 12, count: 12))
    let notice = NoticePay(months: 1, length: .month, days: days, before: [12])
    (path.notice, path.paidEmpty) = (notice, notice.paidEmpty(served))
    let cut = path.reducing(to: 10, from: 6)
    #expect(cut.paidEmpty.prefix(8).allSatisfy { $0[0] == 0 })
    // From 10 to 9.
    #expect(cut.paidEmpty.reduce(0) { $0 + $1[0] } == 1.5 && path.paidEmpty.reduce(0) { $0 + $1[0] } == 4.5)
    let late = path.reducing(to: 9, from: 11)
    #expect(late.paidEmpty.prefix(11).map { $0[0] } == path.paidEmpty.prefix(11).map { $0[0] } && late.paidEmpty[11][0] == 0)
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
    let economics = OfferEconomics(price: 3000, costs: 20_000_000, citizens: 19, places: 20, priceYear: 2026)
    let rules = RuleSet(name: "own", title: Phrase("own"))
    let path = AlternativePath(served: [[Double]](repeating: [9.5], count: 24), places: [Double?](repeating: 20, count: 24))
    let watch = ResultWatch(economics: economics, behaviour: .adaptationLag, rules: rules, length: .month, paths: 1, past: [(19, 20)])
    let cut = path.reducing(to: 10, from: 12).money(watch, from: Self.origin)
    let after = try #require(cut.sums(in: 2027))
    #expect((after.costs[0] - 10_000_000).magnitude < 1 && after.idle[0].magnitude < 1 && (after.basis - 10_000_000).magnitude < 1)
    #expect(try #require(cut.sums(in: 2026)).idle[0] > 1_000_000)
  }

  /// A year's own result is settled once or stays on the account, to the øre in every draw, whatever tariffs collect meanwhile;
  /// closing hands over what is left.
  @Test(arguments: [nil, 2, 5], [1, 2, 3])
  func moneyInIsMoneyOutAndBalance(_ limit: Int?, _ lag: Int) {
    var stream = RandomStream(seed: 11, pair: 1, 1)
    func kroner() -> [Double] { (0..<200).map { _ in 20e6 * stream.nextUniform() } }
    let years = (2027...2036).map { CostLedger.Year(year: $0, income: kroner(), costs: kroner(), basis: 10e6) }
    let ledger = CostLedger(RuleSet.Settlement(band: Quantity(millionths: 50_000), lagYears: lag, useWithinYears: limit), years: years, paths: 200)
    for d in 0..<200 {
      let own = years.map { CostLedger.amount($0.income[d]) - CostLedger.amount($0.costs[d]) }.sum
      let tariffs = ledger.accounts[d].years.filter { $0.dueYear <= 2036 }.map(\.settled).sum
      #expect(own == tariffs + ledger.rest(after: 2036)[d])
      #expect(own == years.map { ledger.settled[$0.year]?[d] ?? .zero }.sum + ledger.accounts[d].balance)
    }
  }

  @Test(arguments: [1, 2, 3])
  func aShockIsSettledOnce(_ lag: Int) {
    let years = (2027...2036).map { CostLedger.Year(year: $0, income: [10e6], costs: [$0 == 2028 ? 15e6 : 10e6], basis: 10e6) }
    let ledger = CostLedger(RuleSet.Settlement(band: .zero, lagYears: lag), years: years, paths: 1)
    for year in years { #expect(ledger.settled[year.year] == [CostLedger.amount(year.year == 2028 ? -5e6 : 0)]) }
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

  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    var builder: PlanBuilder { PlanBuilder(panel: demand.panel, horizon: 36, capacity: extracts.capacity, scenarios: []) }

    func costs(lag: Int, closingMonths: Int = 12, draws: Int = 100, only: Set<String> = []) throws -> RiskRun {
      var rules = RuleSet(name: "own", title: Phrase("own"))
      rules.settlement = RuleSet.Settlement(band: Quantity(millionths: 50_000), lagYears: lag, useWithinYears: 5)
      var request = RiskRequest(areas: ["boern_og_unge"], offers: only, draws: draws, threads: 2, rules: rules)
      request.comparesCosts = true
      request.closingMonths = closingMonths
      return try run(request)
    }

    /// Closing Mosebakken, with and without settlement, where the rules state what it costs once.
    func closing(_ own: RuleSet.Closing, settles: Bool) throws -> OfferCosts {
      var rules = RuleSet(name: "own", title: Phrase("own"))
      if settles { rules.settlement = RuleSet.Settlement(band: Quantity(millionths: 50_000), lagYears: 2, useWithinYears: 5) }
      rules.closing = own
      var request = RiskRequest(areas: ["boern_og_unge"], offers: ["mosebakken"], draws: 40, threads: 2, rules: rules)
      request.comparesCosts = true
      return try run(request).costs[0]
    }

    func run(_ request: RiskRequest, scenario: String? = nil) throws -> RiskRun {
      var plans = [builder.reference(named: "basis")]
      if let scenario { plans.append(try builder.plan(Scenario(text: scenario, file: "s.toml", name: "s"))) }
      return try RiskRun(demand: demand, extracts: extracts, plans: plans, judged: plans.count - 1, request: request)
    }
  }

  private static let region: Result<World, any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    return World(extracts: extracts, demand: FittedDemand(panel: panel, horizon: 36, threads: 2))
  }

  /// Severance, lease and what else closing costs once is in the closing cost and its bill, to the øre, and in no other alternative; what
  /// the offer earns or loses is still billed or named as not settled.
  @Test(arguments: [true, false]) func whatClosingCostsOnce(_ settles: Bool) throws {
    let world = try Self.region.get()
    var own = RuleSet.Closing()
    (own.severance, own.lease, own.residualValue, own.inventorySale) = (Quantity(0.2), Quantity(0.1), Quantity(0.05), Quantity(0.02))
    let (plain, dear) = (try world.closing(RuleSet.Closing(), settles: settles), try world.closing(own, settles: settles))
    let run = try world.run(RiskRequest(areas: ["boern_og_unge"], offers: ["mosebakken"], draws: 2))
    let more = try #require(run.risks.first { $0.offer.id == "mosebakken" }?.economics.get().costs) * 0.33
    for (old, new) in zip(plain.options, dear.options) {
      let change = old.alternative == .close ? more : 0
      #expect(abs(new.closing.mean - old.closing.mean - change) < 0.05 && abs(new.bill.mean - old.bill.mean - change) < 0.05, "\(old.alternative)")
      #expect(abs(new.result.mean - old.result.mean + change) < 0.05 && new.unsettled?.mean == old.unsettled?.mean)
      if let open = new.unsettled?.mean { #expect(abs(new.result.mean - (open - new.bill.mean)) < 0.05) }
    }
    let payers = try #require(dear.options.first { $0.alternative == .close }?.payers)
    #expect(abs(payers.compactMap { $0.closing?.mean }.reduce(0, +) - (dear.options.first { $0.alternative == .close }?.closing.mean ?? 0)) < 0.05)
  }

  /// In every alternative what the offer earns or loses is billed or named as not settled, so that they compare over the same months;
  /// when tariffs settle it changes nothing of a year's own result.
  @Test(arguments: [12, 24, 30])
  func everyKroneIsBilledOrOpen(_ closingMonths: Int) throws {
    let world = try Self.region.get()
    let runs = try [1, 2, 3].map { try world.costs(lag: $0, closingMonths: closingMonths, draws: 60, only: ["mosebakken"]).costs[0] }
    for costs in runs {
      for option in costs.options {
        // Every year's and the account's amounts are rounded to the øre.
        let open = try #require(option.unsettled).mean
        #expect((option.result.mean - (open - option.bill.mean)).magnitude < 0.05, "\(option.alternative)")
        #expect((option.years.reduce(0) { $0 + ($1.unsettled?.mean ?? .nan) } - open).magnitude < 0.05)
        #expect((option.years.reduce(0) { $0 + $1.bill.mean } - option.bill.mean).magnitude < 0.05)
      }
    }
    for alternative in [OfferCosts.Alternative.reduce, .carryOn] {
      let settled = runs.map { own in own.options.first { $0.alternative == alternative }?.years.map { $0.settled?.mean } }
      #expect(settled[0] != nil && settled[0] == settled[1] && settled[1] == settled[2])
    }
    let close = try runs.map { own in try #require(own.options.first { $0.alternative == .close }) }
    // What a tariff collects before closing is no part of the closing cost, and only that.
    for (lag, own) in zip(1...3, close) {
      #expect((own.settled?.mean != 0) == (2027 + lag <= own.effectYear ?? 0), "\(lag)")
      #expect((own.closing.mean - (own.settled?.mean ?? .nan) - close[0].bill.mean).magnitude < 0.05, "\(lag)")
    }
  }

  /// Who must move is who is left where nobody is admitted any more.
  @Test func survivorsAreThoseOfAnOfferWithoutAdmissions() throws {
    let world = try Self.region.get()
    let without = """
      title = "Ingen indskrives"
      reason = "Opdigtet"

      [[change]]
      what = "admission"
      from = "2026-11"
      multiply = 0
      reason = "Opdigtet"
      """
    let request = RiskRequest(areas: ["boern_og_unge"], draws: 400, threads: 2)
    let left = try world.run(request, scenario: without).risks
    let run = try world.costs(lag: 2, closingMonths: 24, draws: 400)
    for costs in run.costs {
      guard let risk = left.first(where: { $0.offer.id == costs.offer.id }), let places = risk.places, let month = risk.outlook?.occupancy24 else { continue }
      let close = try #require(costs.options.first { $0.alternative == .close })
      let counted = month.mean * places / 100
      // The month's mean against its end, and whoever moves there from other offers, whom closing does not let in.
      #expect((close.citizens.mean - counted).magnitude < 0.15 * (risk.citizens ?? 0), "\(costs.offer.id) \(close.citizens.mean) \(counted)")
    }
  }

  @Test func alternativesOfTheExampleRegion() throws {
    let run = try Self.region.get().costs(lag: 2)
    #expect(!run.costs.isEmpty && run.costs.map(\.offer.id) == run.risks.filter { $0.outlook != nil && (try? $0.economics.get()) != nil }.map(\.offer.id))
    for costs in run.costs {
      let risk = try #require(run.risks.first { $0.offer.id == costs.offer.id })
      let close = try #require(costs.options.first { $0.alternative == .close })
      let carryOn = try #require(costs.options.first { $0.alternative == .carryOn })
      #expect(close.places == 0 && close.effectYear == 2027 && close.citizens.mean <= risk.citizens ?? 0)
      let split = close.payers.reduce(0) { $0 + ($1.closing?.mean ?? .nan) }
      #expect((split - close.closing.mean).magnitude < 0.005, "means of parts that add up in every draw")
      #expect((close.payers.reduce(0) { $0 + $1.share } - 1).magnitude < 1e-9)
      #expect(close.bill == close.closing && close.settled?.upper == 0 && close.years.allSatisfy { $0.settled == nil })
      #expect(carryOn.citizens.upper == 0 && carryOn.closing.upper == 0 && carryOn.payers.allSatisfy { $0.closing == nil })
      #expect(carryOn.years.map(\.year) == [2026, 2027, 2028, 2029] && carryOn.years.map(\.months) == [2, 12, 12, 10])
      #expect(carryOn.years.map { $0.settled != nil } == [false, true, true, false])
      // One offer and year has one result, wherever it is shown.
      let years = try #require(risk.outlook?.years)
      #expect(years.map(\.year) == [2027, 2028])
      for (year, other) in zip(years, carryOn.years.dropFirst()) {
        for end: KeyPath<DrawSummary, Double> in [\.mean, \.lower, \.upper] { #expect((year.result[keyPath: end] - other.result[keyPath: end]).magnitude < 0.01) }
      }
      if let reduce = costs.options.first(where: { $0.alternative == .reduce }) {
        #expect(reduce.places < risk.places ?? 0 && reduce.closing.mean > 0 && reduce.idle.mean <= carryOn.idle.mean)
      }
      for option in costs.options { #expect(option.idle.lower >= 0 && option.years.allSatisfy { $0.idle.lower >= 0 }) }
    }
  }
}
