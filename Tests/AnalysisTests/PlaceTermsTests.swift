import Capacity
import Demand
import Forecasting
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

/// Staffed places and rent of a scenario in its money, against what each must come to.
@Suite struct PlaceTermsTests {
  private static let offer = "mosebakken"
  private static let rent = 900_000.0

  /// Base, and a scenario of one change of places each.
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let plans: [Plan]

    init(_ changes: [String]) throws {
      extracts = try ExampleProject.region.read().usable()
      let panel = try Panel(extracts)
      demand = FittedDemand(panel: panel, horizon: 36, threads: 2)
      let builder = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: [])
      plans = [builder.reference(named: "basis")] + (try changes.enumerated().map { number, text in
        let file = "base = \"basis\"\n" + text.split(separator: "|").map { "[[change]]\nwhat = \"places\"\noffer = \"\(PlaceTermsTests.offer)\"\n\($0)\n" }.joined()
        return try builder.plan(try Scenario(text: file, file: "\(number).toml", name: "s\(number)"))
      })
    }

    /// By draw of a year's or month's row of the offer under a plan: income, and costs.
    func money(_ plan: Int, _ period: String, _ behaviour: CostBehaviour = .unadapted) throws -> (income: Double, costs: Double) {
      let every: PeriodLength = period.count == 4 ? .year : .month
      let request = RunRequest(
        grouping: .offer, filter: ResultFilter(areas: ["boern_og_unge"]), every: every, draws: 60, threads: 2, measures: [.income, .result])
      let rows = ScenarioRun(
        demand: demand, capacity: extracts.capacity, plans: plans, request: request, offers: OfferBasis(extracts, request: RiskRequest(behaviour: behaviour))
      ).rows.filter { $0.plan == plan && $0.key.offer == PlaceTermsTests.offer && $0.period == Period(period) }
      let income = try #require(rows.first { $0.measure == .income }).value.mean
      return (income, income - (try #require(rows.first { $0.measure == .result }).value.mean))
    }

    func rows(_ measure: Measure, _ plan: Int) -> [ResultRow] {
      let request = RunRequest(grouping: .offer, filter: ResultFilter(areas: ["boern_og_unge"]), every: .month, draws: 60, threads: 2, measures: [measure])
      return ScenarioRun(demand: demand, capacity: extracts.capacity, plans: plans, request: request, offers: OfferBasis(extracts, request: RiskRequest()))
        .rows.filter { $0.plan == plan && $0.key.offer == PlaceTermsTests.offer && $0.measure == measure }
    }
  }

  private static let world = Result {
    try World([
      "from = \"2027-07-01\"\nadd = 0\nrent = 900000", "from = \"2027-07\"\nadd = 4\nstaffed = 20", "from = \"2027-07\"\nadd = 0\nstaffed = 15",
      "from = \"2027-07\"\nadd = 5\nstaffed = 25", "from = \"2027-07\"\nadd = 5", "from = \"2027-07\"\nto = \"2027-12\"\nset = 20\nrent = 900000",
      "from = \"2027-07\"\nadd = 5\nstaffed = 22|from = \"2028-01\"\nset = 18",
    ])
  }

  /// A year's rent is spread over its days, from the day on which it begins; neither income nor the offer's other costs move.
  private static let rented: [(period: String, share: Double)] = [
    ("2027", 184.0 / 365), ("2028", 1), ("2027-06", 0), ("2027-07", 31.0 / 365), ("2028-02", 29.0 / 366),
  ]

  @Test(arguments: rented.indices, CostBehaviour.allCases)
  func rentIsACostOfItsDays(index: Int, behaviour: CostBehaviour) throws {
    let own = Self.rented[index]
    let world = try Self.world.get()
    let (before, after) = (try world.money(0, own.period, behaviour), try world.money(1, own.period, behaviour))
    #expect(abs(after.income - before.income) < 0.01)
    #expect(abs(after.costs - before.costs - Self.rent * own.share) < 0.01)
  }

  /// It ends with the change.
  @Test func rentEnds() throws {
    let world = try Self.world.get()
    let (first, next) = (try world.money(6, "2027").costs - world.money(0, "2027").costs, try world.money(6, "2028").costs - world.money(0, "2028").costs)
    #expect(abs(first - Self.rent * 184 / 365) < 0.01)
    #expect(abs(next) < 0.01)
  }

  /// Mosebakken has 20 places, all of them staffed: costs that do not adapt are a twentieth a staffed place.
  @Test func costsFollowTheStaffedPlaces() throws {
    let world = try Self.world.get()
    let yearly = try world.money(0, "2028").costs
    func ratio(_ plan: Int, _ period: String = "2028") throws -> Double { try world.money(plan, period).costs / (period == "2028" ? yearly : world.money(0, period).costs) }
    #expect(abs(try ratio(2) - 1) < 1e-9, "places that nobody staffs cost nothing")
    #expect(abs(try ratio(3) - 15.0 / 20) < 1e-9)
    #expect(abs(try ratio(4) - 25.0 / 20) < 1e-9)
    #expect(abs(try ratio(5) - 25.0 / 20) < 1e-9)
    // Places that are cut below those that were staffed are no longer staffed.
    #expect(abs(try ratio(7, "2027-08") - 22.0 / 20) < 1e-9)
    #expect(abs(try ratio(7) - 18.0 / 20) < 1e-9)
  }

  /// Nobody is served beyond the staffed places, and places that nobody staffs serve nobody: whoever is served is as before.
  @Test func staffBoundsWhoIsServed() throws {
    let world = try Self.world.get()
    let served = (0..<4).map { world.rows(.served, $0) }
    let from = try #require(Period("2027-08"))
    for (base, own) in zip(served[0], served[2]) where own.period >= from { #expect(own.value.mean == base.value.mean, "\(own.period)") }
    for own in served[3] where own.period >= from { #expect(own.value.upper <= 15 + 1e-9) }
    #expect(served[0].contains { $0.period >= from && $0.value.upper > 15 })
    let staffed = world.rows(.staffedPlaces, 3)
    #expect(staffed.filter { $0.period >= from }.allSatisfy { $0.value.mean == 15 } && staffed.first?.value.mean == 20)
  }

  /// In `plads risk --years` and in its alternatives: carrying on pays the rent to the end, an offer that closes until it is closed.
  @Test func riskAndItsAlternativesPayIt() throws {
    let world = try Self.world.get()
    func risk(_ plan: Int) throws -> (years: [OfferRisk.YearResult], options: [OfferCosts.Option]) {
      var request = RiskRequest(areas: ["boern_og_unge"], offers: [Self.offer], draws: 60, threads: 2, behaviour: .unadapted)
      request.comparesCosts = true
      let run = try RiskRun(demand: world.demand, extracts: world.extracts, plans: world.plans, judged: plan, request: request)
      return (try #require(run.risks.first?.outlook?.years), try #require(run.costs.first?.options))
    }
    let (base, own) = (try risk(0), try risk(1))
    for (before, after) in zip(base.years, own.years) {
      #expect(abs(before.result.mean - after.result.mean - (after.year == 2027 ? Self.rent * 184 / 365 : Self.rent)) < 0.01)
    }
    func result(_ options: [OfferCosts.Option], _ alternative: OfferCosts.Alternative) throws -> Double { try #require(options.first { $0.alternative == alternative }).result.mean }
    // The horizon of 36 months and closing after 12 both begin at the origin.
    let origin = world.demand.panel.origin
    func paid(_ months: Int) -> Double {
      (1...months).reduce(0) { sum, step in
        let month = origin.advanced(by: step)
        return sum + (month.firstDay >= Day(year: 2027, month: 7, day: 1)! ? Self.rent * Double(month.days) / Double(month.enclosing(.year).days) : 0)
      }
    }
    let (carried, closed) = (try result(base.options, .carryOn) - result(own.options, .carryOn), try result(base.options, .close) - result(own.options, .close))
    #expect(abs(carried - paid(36)) < 0.05)
    #expect(abs(closed - paid(12)) < 0.05)
  }

  /// Saying of staff what is so changes nothing: not even where fewer were staffed when the costs were held than are now.
  @Test func whatIsSoChangesNothing() throws {
    var extracts = try ExampleProject.region.read().usable()
    extracts.capacity = [(2019, 24.0, 18.0), (2026, 20, 20)].map { year, places, staffed in
      CapacityStep(
        offer: Self.offer, from: Day(year: year, month: 1, day: 1)!, places: places, approvedPlaces: nil, staffedPlaces: staffed, fullTimeStaff: nil,
        assumedOccupancy: 0.95)
    }
    let panel = try Panel(extracts)
    let demand = FittedDemand(panel: panel, horizon: 36, threads: 2)
    let builder = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: [])
    let text = "base = \"basis\"\n[[change]]\nwhat = \"places\"\noffer = \"\(Self.offer)\"\nfrom = \"2027-01\"\nset = 20\nstaffed = 20\n"
    let plans = [builder.reference(named: "basis"), try builder.plan(try Scenario(text: text, file: "same.toml", name: "same"))]
    let request = RunRequest(
      grouping: .offer, filter: ResultFilter(areas: ["boern_og_unge"]), every: .year, draws: 60, threads: 2, measures: [.result])
    let rows = ScenarioRun(
      demand: demand, capacity: extracts.capacity, plans: plans, request: request, offers: OfferBasis(extracts, request: RiskRequest())
    ).rows.filter { $0.key.offer == Self.offer }
    #expect(rows.contains { $0.plan == 0 } && rows.filter { $0.plan == 0 }.map(\.value.mean) == rows.filter { $0.plan == 1 }.map(\.value.mean))
  }
}
