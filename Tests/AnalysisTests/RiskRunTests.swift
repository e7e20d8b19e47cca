import Capacity
import Demand
import Forecasting
import Foundation
import Groundwork
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

@Suite struct RiskRunTests {
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let plans: [Plan]
  }

  private static func world(_ change: (inout Extracts) -> Void = { _ in }) throws -> World {
    var extracts = try ExampleProject.region.read().usable()
    change(&extracts)
    let panel = try Panel(extracts)
    let path = ExampleProject.region.folder + "/scenarios/lukning.toml"
    let scenario = try Scenario(text: String(contentsOfFile: path, encoding: .utf8), file: path, name: "lukning")
    let builder = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: [scenario])
    return World(
      extracts: extracts, demand: FittedDemand(panel: panel, horizon: 36, threads: 2),
      plans: [builder.reference(named: "basis"), try builder.plan(scenario)])
  }

  private static let region: Result<World, any Error> = Result { try world() }

  private func run(_ world: World, judged: Int = 0, _ request: RiskRequest = RiskRequest(draws: 200, threads: 2)) throws -> RiskRun {
    try RiskRun(demand: world.demand, extracts: world.extracts, plans: Array(world.plans.prefix(judged + 1)), judged: judged, request: request)
  }

  @Test func everyOfferHasARowTheMostEndangeredFirst() throws {
    let world = try Self.region.get()
    let risks = try run(world).risks
    #expect(risks.map(\.offer.id).sorted() == world.extracts.offers.map(\.id).sorted())
    let judged = risks.compactMap(\.outlook)
    #expect(zip(judged, judged.dropFirst()).allSatisfy { $0.within24 >= $1.within24 })
    #expect(risks.drop { $0.outlook != nil }.allSatisfy { $0.outlook == nil })
    for outlook in judged {
      #expect(0 <= outlook.within12 && outlook.within12 <= outlook.within24 && outlook.within24 <= outlook.within36 && outlook.within36 <= 1)
      #expect((outlook.median != nil) == (outlook.within36 > 0.5))
      if let lower = outlook.lower, let median = outlook.median { #expect(lower <= median && median <= outlook.upper ?? median) }
    }
    for risk in risks {
      guard let outlook = risk.outlook else { #expect(risk.status == .notAssessed && risk.obstacle != nil); continue }
      // By the probability with its two shown decimals.
      let shown = (100 * outlook.within24).rounded() / 100
      #expect(risk.status == (shown >= 0.5 ? .red : shown >= 0.2 ? .yellow : .green))
    }
  }

  /// What cannot be judged says why and has no invented figures.
  @Test func obstaclesAreNamed() throws {
    let world = try Self.world { extracts in
      extracts.capacity.removeAll { $0.offer == "mosebakken" }
      let now = extracts.settings.observedTo ?? Day(number: 0)
      extracts.offers = extracts.offers.map { offer in
        let last: Day? = offer.id == "egernstubben" ? now : offer.id == "lyngspurven" ? now.advanced(by: 400) : nil
        var own = offer
        own.validTo = last ?? offer.validTo
        if offer.id == "kildespringhus" { own.financing = .key }
        return own
      }
    }
    let risks = Dictionary(uniqueKeysWithValues: try run(world).risks.map { ($0.offer.id, $0) })
    let closed = try #require(risks["egernstubben"])
    #expect(closed.obstacle == .closed(world.extracts.settings.observedTo ?? Day(number: 0)))
    #expect(closed.places == nil && closed.citizens == nil && closed.occupancyNow == nil)
    if case .closes = risks["lyngspurven"]?.obstacle {} else { Issue.record("an offer that closes within the horizon") }
    #expect(risks["mosebakken"]?.obstacle == .unknownPlaces)
    #expect(risks["mosebakken"]?.places == nil && risks["mosebakken"]?.occupancyNow == nil && risks["mosebakken"]?.citizens == 13)
    #expect(risks["projekt_fyrrekoglehus"]?.obstacle == .singlePerson)
    #expect(risks["projekt_fyrrekoglehus"]?.places == 1)
    #expect(risks["sikret_afdeling_ulvkaerborg"]?.obstacle == .secure)
    #expect(risks["kildespringhus"]?.obstacle == .keyFinanced && risks["kildespringhus"]?.outlook == nil)
    #expect(risks["rehabiliteringen_isfuglen"]?.offer.isNationWide == true && risks["rehabiliteringen_isfuglen"]?.outlook != nil)
  }

  @Test func aScenarioClosesItsOfferAndFillsTheOthers() throws {
    let world = try Self.region.get()
    let base = try run(world).risks
    let scenario = try run(world, judged: 1).risks
    func risk(_ risks: [OfferRisk], _ offer: String) throws -> OfferRisk { try #require(risks.first { $0.offer.id == offer }) }
    if case .closes = try risk(scenario, "mosebakken").obstacle {} else { Issue.record("the scenario closes it") }
    // Its citizens move within the area: the neighbours are in less danger, other areas as before.
    #expect(try risk(scenario, "egernstubben").outlook?.within24 ?? 1 < risk(base, "egernstubben").outlook?.within24 ?? 0)
    #expect(try risk(scenario, "noeddehaekken").outlook?.within24 == risk(base, "noeddehaekken").outlook?.within24)
  }

  /// The trigger is watched along each draw's own path, so it is never likelier than being below at some month's end of the
  /// run, and the same whatever the number of threads.
  @Test func threadsAndThresholds() throws {
    let world = try Self.region.get()
    let one = try run(world, RiskRequest(draws: 100, threads: 1)).risks
    let two = try run(world, RiskRequest(draws: 100, threads: 2)).risks
    #expect(one.map { $0.outlook?.within24 } == two.map { $0.outlook?.within24 })
    let strict = try run(world, RiskRequest(trigger: ClosureTrigger(share: 0.9), draws: 100)).risks
    for risk in one {
      let other = strict.first { $0.offer.id == risk.offer.id }
      if let mild = risk.outlook?.within24, let hard = other?.outlook?.within24 { #expect(hard >= mild) }
    }
    let area = try run(world, RiskRequest(areas: ["hjerneskade"], draws: 50)).risks
    #expect(!area.isEmpty && area.allSatisfy { $0.offer.area == "hjerneskade" })
  }

  /// The table's advice is the quantile that the costs name, the plan's is what its own costs say is cheaper than today's, and
  /// an area's demand is its offers' within each draw.
  @Test func advisedPlaces() throws {
    let world = try Self.region.get()
    let request = RiskRequest(areas: ["hjerneskade"], draws: 200, threads: 2, plansPlaces: true)
    let result = try run(world, request)
    for risk in result.risks where risk.outlook != nil { #expect(risk.outlook?.advisedPlaces != nil, "\(risk.offer.id)") }
    var dear = request
    dear.advice.missing = 3
    let more = try run(world, dear)
    for (mild, hard) in zip(result.risks, more.risks) where mild.offer.id == hard.offer.id {
      #expect(hard.outlook?.advisedPlaces ?? 0 >= mild.outlook?.advisedPlaces ?? 0)
    }
    for advice in result.places {
      #expect(advice.steps.reduce(0) { $0 + $1.costAdvised } <= advice.steps.reduce(0) { $0 + $1.costToday } + 1e-6)
      #expect(advice.steps.dropFirst().allSatisfy { $0.advised == $0.advised.rounded() })
      // Nothing can be changed before the adaptation time.
      #expect(advice.steps.first.map { $0.advised == $0.today && $0.last - $0.first + 1 == request.rules.adaptation.months } ?? false)
    }
    let area = try #require(result.places.first { $0.offer == nil && $0.kind == .residential })
    let offers = result.places.filter { $0.offer != nil && $0.kind == .residential }
    for (index, step) in area.steps.enumerated() {
      #expect(abs(step.demand.mean - offers.reduce(0) { $0 + $1.steps[index].demand.mean }) < 1e-9 * max(1, step.demand.mean))
      #expect(step.today == offers.reduce(0) { $0 + $1.steps[index].today })
      // Offers' ups and downs offset each other in part.
      #expect(step.demand.upper - step.demand.lower < offers.reduce(0) { $0 + $1.steps[index].demand.upper - $1.steps[index].demand.lower })
    }
  }

  @Test func aCutIsWatchedByTheTariffsOccupancy() throws {
    let world = try Self.region.get()
    for risk in try run(world).risks {
      guard let outlook = risk.outlook else { continue }
      #expect((outlook.reduced24 == nil) == (risk.assumedOccupancy == nil))
      guard let limit = outlook.reductionLimit, let reduced = outlook.reduced24 else { continue }
      #expect((0...1).contains(reduced))
      // The higher limit is reached the more easily.
      if limit >= outlook.threshold { #expect(reduced >= outlook.within24) }
    }
  }

  /// An offer to which as many come as leave, at 95 % of 40 places, for 3,000 kr. a day.
  /// - Parameter accounts: kroner a year by year.
  private func steady(accounts: [Int: Double] = [:]) throws -> Extracts {
    var stays: [Stay] = []
    let first = try #require(Day(year: 2016, month: 1, day: 10))
    for month in 0..<158 {
      // One a month, each for 38 months: 38 present all the time.
      let start = first.advanced(by: Int(Double(month - 38) * 30.4375))
      let end = start.advanced(by: Int(38 * 30.4375))
      let isOver = month < 120
      stays.append(
        Stay(
          citizen: "c\(month)", payer: month % 2 == 0 ? "751" : "740", offer: "o", legalBasis: "SEL_108", kind: .residential, start: start,
          end: isOver ? end : nil, endReason: isOver ? (month % 3 == 0 ? .homecoming : .discharge) : nil, price: 3000))
    }
    var settings = ProjectSettings(name: "steady", basePeriod: .month)
    settings.observedFrom = Day(year: 2016, month: 1, day: 1)
    settings.observedTo = Day(year: 2025, month: 12, day: 31)
    var extracts = Extracts(
      settings: settings, municipalities: [Municipality(code: "740", name: "Silkeborg"), Municipality(code: "751", name: "Aarhus")],
      offers: [Offer(id: "o", name: "O", area: "a", legalBasis: "SEL_108")],
      capacity: [CapacityStep(offer: "o", from: first, places: 40, assumedOccupancy: 0.95)], stays: stays)
    extracts.economy = accounts.sorted { $0.key < $1.key }.map { EconomyEntry(offer: "o", period: Period(year: $0.key, number: 1, length: .year), costs: $0.value) }
    return extracts
  }

  private func run(steady extracts: Extracts, _ request: RiskRequest) throws -> (run: RiskRun, panel: Panel) {
    let panel = try Panel(extracts)
    let plans = [PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: []).reference(named: "basis")]
    return (try RiskRun(demand: FittedDemand(panel: panel, horizon: 36), extracts: extracts, plans: plans, judged: 0, request: request), panel)
  }

  /// In September the year is its observed months and those ahead; its tolerance is that of the original budget, else of the revised one, and what
  /// accounts have of the year counts as they have it.
  @Test func theRunningYearIsHeldAgainstItsBudget() throws {
    let (september, first) = (Period(year: 2025, number: 9, length: .month), try #require(Day(year: 2016, month: 1, day: 1)))
    let year = Period(year: 2025, number: 1, length: .year)
    var rules = RuleSet(name: "r", title: Phrase("r"))
    rules.adjustment = RuleSet.Adjustment(share: Quantity(millionths: 700_000), tolerance: Quantity(millionths: 30_000))
    func running(budget: Double?, original: Double? = nil, monthly: Double? = nil) throws -> OfferRisk.YearResult {
      var extracts = try steady(accounts: [2024: 41_000_000]).known(at: september, from: first)
      extracts.economy.append(EconomyEntry(offer: "o", period: year, originalBudget: original, revisedBudget: budget))
      if let monthly {
        for month in 1...9 { extracts.economy.append(EconomyEntry(offer: "o", period: Period(year: 2025, number: month, length: .month), costs: monthly)) }
      }
      let outlook = try #require(try run(steady: extracts, RiskRequest(draws: 50, rules: rules)).run.risks.first?.outlook)
      #expect(outlook.years.map(\.year) == [2026, 2027])
      return try #require(outlook.runningYear)
    }
    let unknown = try running(budget: nil)
    #expect(unknown.year == 2025 && unknown.outsideTolerance == nil && unknown.revisedBudget == nil)
    let kept = try running(budget: 41_000_000)
    #expect(kept.result == unknown.result && kept.outsideTolerance ?? 1 < 0.5 && kept.revisedBudget == 41_000_000)
    #expect(try running(budget: 30_000_000).outsideTolerance == 1)
    // An original budget is adjusted by the rules themselves, and then the revised one is only shown.
    let adjusted = try running(budget: 41_000_000, original: 30_000_000)
    #expect(adjusted.outsideTolerance == 1 && adjusted.revisedBudget == 41_000_000 && adjusted.result == kept.result)
    let (cheap, dear) = (try running(budget: nil, monthly: 3_400_000), try running(budget: nil, monthly: 3_500_000))
    #expect(abs(cheap.result.mean - dear.result.mean - 900_000) < 1)
  }

  /// Where the year ends with the origin there is none.
  @Test func aWholeYearHasNoRunningOne() throws {
    let (run, _) = try run(steady: steady(accounts: [2025: 41_000_000]), RiskRequest(draws: 10))
    #expect(run.risks.first?.outlook?.runningYear == nil && run.risks.first?.outlook?.years.map(\.year) == [2026, 2027, 2028])
  }

  /// The trigger stays unlikely.
  @Test func aSteadyOfferAtItsAssumedOccupancyIsSafe() throws {
    let (run, _) = try run(steady: steady(), RiskRequest(draws: 1000))
    let outlook = try #require(run.risks.first?.outlook)
    #expect((36...40).contains(run.risks[0].citizens ?? 0))
    #expect(outlook.within24 < 0.10, "\(outlook)")
  }

  /// A capacity table that begins late says the same as one that goes further back: months below the limit, reference places, results of
  /// years in which the places are cut.
  @Test func aCapacityTableMayBeginLate() throws {
    func outlook(_ first: Day) throws -> (outlook: OfferRisk.Outlook, places: Double?) {
      var extracts = try steady(accounts: [2025: 38 * 365 * 3000])
      let cut = try #require(Day(year: 2027, month: 1, day: 1))
      extracts.capacity = [
        CapacityStep(offer: "o", from: first, places: 40, assumedOccupancy: 0.95), CapacityStep(offer: "o", from: cut, places: 20),
      ]
      let run = try run(steady: extracts, RiskRequest(trigger: ClosureTrigger(share: 0.98), draws: 100)).run
      let risk = try #require(run.risks.first)
      return (try #require(risk.outlook), try risk.economics.get().places)
    }
    let starts = try (#require(Day(year: 2016, month: 1, day: 1)), #require(Day(year: 2025, month: 10, day: 1)))
    let (early, late) = (try outlook(starts.0), try outlook(starts.1))
    #expect(early.outlook.before > 6 && late.outlook.before == early.outlook.before && late.outlook.within12 == early.outlook.within12)
    #expect(early.places == 40 && late.places == 40 && !early.outlook.years.isEmpty && late.outlook.years == early.outlook.years)
  }

  private func rules() -> RuleSet {
    var rules = RuleSet(name: "own", title: Phrase("own"))
    rules.adjustment = RuleSet.Adjustment(share: Quantity(millionths: 700_000), tolerance: Quantity(millionths: 30_000))
    return rules
  }

  /// Accounts of 2025 that the year's days paid: the results of the years ahead lie around nothing, and a share of 70 % that follows
  /// leaves 30 % of what costs that do not adapt make of it.
  @Test func resultsAreIncomeLessCosts() throws {
    let extracts = try steady(accounts: [2025: 38 * 365 * 3000])
    var found: [CostBehaviour: OfferRisk] = [:]
    // Places left are not paid for further.
    var rules = self.rules()
    rules.notice = .dayToDay
    for behaviour in CostBehaviour.allCases {
      found[behaviour] = try run(steady: extracts, RiskRequest(draws: 300, rules: rules, behaviour: behaviour)).run.risks.first
    }
    let follows = try #require(found[.followsAdjustment]?.outlook?.years)
    let stiff = try #require(found[.unadapted]?.outlook?.years)
    let lagging = try #require(found[.adaptationLag]?.outlook?.years)
    #expect(follows.map(\.year) == [2026, 2027, 2028])
    let economics = try #require(try found[.unadapted]?.economics.get())
    #expect(economics.price == 3000 && (37.5...38.5).contains(economics.citizens) && economics.priceYear == 2025 && economics.places == 40)
    // Costs were 38 citizens' days, the accounts' year had a few days more or less.
    let held = 3000 * 365 * (economics.citizens - 38)
    for (year, other) in zip(follows, stiff) where year.year < 2028 {
      #expect((year.result.mean - held - 0.3 * (other.result.mean - held)).magnitude < 1)
      #expect(other.result.lower < 0.1 * economics.costs && other.result.upper > -0.1 * economics.costs)
      #expect(year.outsideTolerance == 0 && (0...1).contains(other.outsideTolerance ?? -1))
    }
    for (year, (low, high)) in zip(lagging, zip(follows, stiff)) {
      let ends = [low.result.mean, high.result.mean].sorted()
      #expect((ends[0] - 1...ends[1] + 1).contains(year.result.mean))
    }
  }

  /// What payers pay under notice is part of the results, the more the longer it is.
  @Test func resultsCountNoticePay() throws {
    let extracts = try steady(accounts: [2025: 38 * 365 * 3000])
    let means = try [RuleSet.Notice.dayToDay, .currentMonthPlus(1), .currentMonthPlus(3)].map { notice in
      var rules = self.rules()
      rules.notice = notice
      let request = RiskRequest(draws: 100, rules: rules, behaviour: .unadapted)
      return try #require(try run(steady: extracts, request).run.risks.first?.outlook?.years.first).result.mean
    }
    #expect(means[0] + 100_000 < means[1] && means[1] + 100_000 < means[2], "\(means)")
  }

  /// What cannot be computed is said, and the rest is shown.
  @Test func withoutAccountsThereIsNoResult() throws {
    let request = RiskRequest(draws: 50, rules: rules())
    let (run, panel) = try run(steady: steady(), request)
    #expect(run.risks.first?.economics == .failure(.costs) && run.risks.first?.outlook?.years == [] && run.risks.first?.breakEven == nil)
    let tables = RiskYearTables(run: run, request: request, panel: panel)
    #expect(tables.machine.rows.isEmpty && tables.sheet.footnotes.contains { $0.en.contains("no whole year of costs") })
  }

  /// An index brings last year's costs to this year's prices, for the break-even as for the results.
  @Test func costsStandAtTheLevelOfThePrice() throws {
    var extracts = try steady(accounts: [2024: 40_000_000])
    func judged() throws -> (risk: OfferRisk, unconverted: [Int]) {
      let run = try run(steady: extracts, RiskRequest(draws: 20)).run
      return (try #require(run.risks.first), run.unconverted)
    }
    let before = try judged()
    #expect(try before.unconverted == [2024] && before.risk.economics.get().costs == 40_000_000)
    extracts.indices = [2024: 100, 2025: 103]
    let after = try judged()
    #expect(try after.unconverted.isEmpty && (after.risk.economics.get().costs - 41_200_000).magnitude < 1)
    #expect(try (#require(after.risk.breakEven) / #require(before.risk.breakEven) - 1.03).magnitude < 1e-9)
  }

  @Test func yearTablesHaveThePromisedColumns() throws {
    let world = try Self.region.get()
    let request = RiskRequest(draws: 50, rules: rules())
    let run = try run(world, request)
    let tables = RiskYearTables(run: run, request: request, panel: world.demand.panel)
    #expect(
      tables.machine.columns.map(\.name) == [
        "scenario", "offer", "year", "p_outside_tolerance", "result_mean", "result_lower", "result_upper", "price_level", "tariff_year",
        "tariff_change_mean", "tariff_change_lower", "tariff_change_upper", "rule_set", "cost_behaviour", "revised_budget",
        "start_up_deficit", "start_up_deficit_lower", "start_up_deficit_upper", "start_up_charge", "start_up_charge_lower",
        "start_up_charge_upper", "start_up_charge_per_day", "months",
      ])
    let judged = run.risks.filter { $0.outlook != nil }
    #expect(tables.machine.rows.count == 3 * judged.count && tables.sheet.rows.count == tables.machine.rows.count)
    #expect(tables.machine.meta.contains { $0.key == "rule_set" && $0.value == "own" } && tables.machine.meta.contains { $0.key == "price_level" && $0.value == "2026" })
    for risk in judged {
      for year in risk.outlook?.years ?? [] {
        #expect(year.result.lower <= year.result.upper && (0...1).contains(year.outsideTolerance ?? -1))
        #expect(year.tariffChange == nil && year.tariffYear == nil)
      }
    }
    // Day offers whose days a year are blank have no result, and the table says so.
    #expect(tables.sheet.footnotes.contains { $0.en.contains("Without a result") })
  }

  /// A rule set that points out deviating occupancy does so in the reason, and one that does not stays silent.
  @Test func deviatingOccupancyIsPointedOut() throws {
    let world = try Self.region.get()
    var request = RiskRequest(draws: 20)
    let run = try run(world, request)
    func reasons() -> [String: String] {
      let table = RiskTables(run: run, request: request, demand: world.demand).machine
      return Dictionary(uniqueKeysWithValues: table.rows.map { row in
        guard case .text(let offer) = row[1], case .term(let code, _) = row[19] else { return ("", "") }
        return (offer, code)
      })
    }
    #expect(!reasons().values.contains { $0.contains("tariff's occupancy") })
    request.rules.occupancyAlert = Quantity(millionths: 50_000)
    let found = reasons()
    for risk in run.risks where risk.outlook != nil {
      guard let now = risk.occupancyNow, let assumed = risk.assumedOccupancy else { continue }
      #expect((found[risk.offer.id] ?? "").contains("tariff's occupancy") == ((now - 100 * assumed).magnitude >= 5))
    }
    #expect(found["mosebakken"]?.contains("points below") == true)
  }

  @Test func tablesHaveThePromisedColumns() throws {
    let world = try Self.region.get()
    let request = RiskRequest(draws: 20)
    let tables = RiskTables(run: try run(world, request), request: request, demand: world.demand)
    #expect(
      tables.machine.columns.map(\.name) == [
        "scenario", "offer", "area", "kind", "places", "occupancy_now", "assumed_occupancy", "break_even_occupancy", "p_outside_tolerance",
        "p_reduction_24m", "p_closure_12m", "p_closure_24m", "p_closure_36m", "median_closure_period", "closure_lower", "closure_upper",
        "expected_result", "advised_places", "status", "status_reason", "nation_wide", "financing", "price_level", "rule_set", "cost_behaviour",
        "expected_result_lower", "expected_result_upper", "homecomings_3y", "homecomings_3y_most",
      ])
    #expect(tables.machine.rows.count == world.extracts.offers.count && tables.sheet.rows.count == tables.machine.rows.count)
  }
}
