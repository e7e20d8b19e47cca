import Capacity
import Demand
import Forecasting
import Groundwork
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

/// Income, results and closure risk in scenarios' tables are what `plads risk` says.
@Suite struct MoneyRowsTests {
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let builder: PlanBuilder
    let plans: [Plan]

    init() throws {
      extracts = try ExampleProject.region.read().usable()
      let panel = try Panel(extracts)
      demand = FittedDemand(panel: panel, horizon: 36, threads: 2)
      builder = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: [])
      let text = "base = \"basis\"\n[[change]]\nwhat = \"tariff\"\narea = \"boern_og_unge\"\nfrom = 2027\nmultiply = 1.1\n[[change]]\nwhat = \"homecoming\"\narea = \"boern_og_unge\"\nmultiply = 1.5"
      plans = [builder.reference(named: "basis"), try builder.plan(try Scenario(text: text, file: "s.toml", name: "s"))]
    }

    func rows(_ grouping: Grouping, _ measures: [Measure], every: PeriodLength, draws: Int = 200) -> [ResultRow] {
      let request = RunRequest(
        grouping: grouping, filter: ResultFilter(areas: ["boern_og_unge"]), every: every, draws: draws, threads: 2, measures: measures)
      return ScenarioRun(
        demand: demand, capacity: extracts.capacity, plans: plans, request: request, offers: OfferBasis(extracts, request: RiskRequest())).rows
    }

    func risk(_ judged: Int, draws: Int = 200) throws -> RiskRun {
      try RiskRun(
        demand: demand, extracts: extracts, plans: plans, judged: judged, request: RiskRequest(areas: ["boern_og_unge"], draws: draws, threads: 2))
    }
  }

  private static let world = Result { try World() }

  @Test func resultsAndProbabilitiesAreThoseOfRisk() throws {
    let world = try Self.world.get()
    let years = world.rows(.offer, [.income, .result], every: .year)
    let months = world.rows(.offer, [.pClosure], every: .month)
    #expect(!years.isEmpty && !months.isEmpty)
    let end = world.demand.panel.origin.advanced(by: 24)
    var (results, probabilities) = (0, 0)
    for plan in world.plans.indices {
      for risk in try world.risk(plan).risks {
        guard let outlook = risk.outlook else { continue }
        for year in outlook.years {
          guard let row = years.first(where: { $0.plan == plan && $0.key.offer == risk.offer.id && $0.measure == .result && $0.period.firstDay.year == year.year }) else { continue }
          // Sums of months against sums of years: the last digits of millions.
          #expect(abs(row.value.mean - year.result.mean) < 0.01, "\(risk.offer.id) \(year.year)")
          results += 1
        }
        let row = months.first { $0.plan == plan && $0.key.offer == risk.offer.id && $0.period == end }
        #expect(row?.value.mean == outlook.within24, "\(risk.offer.id)")
        #expect(row.map { $0.value.lower == $0.value.mean && $0.value.upper == $0.value.mean } ?? false)
        probabilities += 1
      }
    }
    #expect(results > 8 && probabilities > 4)
  }

  /// An area's rows are the sums of its offers', in the mean exactly, and quarters add up to years.
  @Test func sumsOverOffersAndTime() throws {
    let world = try Self.world.get()
    let offers = world.rows(.offer, [.income, .result], every: .year, draws: 40)
    let area = world.rows(.area, [.income, .result], every: .year, draws: 40)
    let quarters = world.rows(.area, [.income, .result], every: .quarter, draws: 40)
    #expect(area.contains { $0.key.kind == .residential })
    for row in area {
      let own = offers.filter { $0.plan == row.plan && $0.measure == row.measure && $0.period == row.period && $0.key.kind == row.key.kind }
      #expect(abs(own.reduce(0) { $0 + $1.value.mean } - row.value.mean) < 1)
      let parts = quarters.filter { $0.plan == row.plan && $0.measure == row.measure && $0.key == row.key && $0.period.enclosing(.year) == row.period }
      #expect(parts.count == 4 && abs(parts.reduce(0) { $0 + $1.value.mean } - row.value.mean) < 1)
    }
    #expect(!world.rows(.area, [.pClosure], every: .year, draws: 40).contains { $0.measure == .pClosure })
  }

  /// Without another demand a dearer tariff brings a tenth more in every draw.
  @Test func aDearerTariffBringsItsShare() throws {
    let world = try Self.world.get()
    let text = "base = \"basis\"\n[[change]]\nwhat = \"tariff\"\narea = \"boern_og_unge\"\nmultiply = 1.1"
    let plans = [world.plans[0], try world.builder.plan(try Scenario(text: text, file: "t.toml", name: "t"))]
    let request = RunRequest(grouping: .offer, filter: ResultFilter(areas: ["boern_og_unge"]), every: .year, draws: 60, measures: [.income, .result])
    let rows = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: plans, request: request, offers: OfferBasis(world.extracts, request: RiskRequest())).rows
    let dearer = rows.filter { $0.plan == 1 && $0.measure == .income }
    #expect(!dearer.isEmpty)
    for row in dearer {
      let base = try #require(rows.first { $0.plan == 0 && $0.measure == .income && $0.key == row.key && $0.period == row.period })
      #expect(abs(row.value.mean - 1.1 * base.value.mean) < 1e-6 * base.value.mean)
      #expect(row.probabilityWorse == 0)
    }
  }

  private func rows(_ changes: String, name: String = "x") throws -> [ResultRow] {
    let world = try Self.world.get()
    let plans = [world.plans[0], try world.builder.plan(try Scenario(text: "base = \"basis\"\n" + changes, file: "\(name).toml", name: name))]
    let request = RunRequest(grouping: .offer, filter: ResultFilter(areas: ["boern_og_unge"]), every: .month, draws: 60, threads: 2, measures: [.income, .result, .places])
    return ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: plans, request: request, offers: OfferBasis(world.extracts, request: RiskRequest())).rows
  }

  /// An offer that is closed or given away takes in nothing and costs nothing: nobody pays notice for a place that is no longer there.
  @Test(arguments: [
    "[[change]]\nwhat = \"closure\"\noffer = \"mosebakken\"\ndate = \"2027-06\"",
    "[[change]]\nwhat = \"takeover\"\noffer = \"mosebakken\"\ndate = \"2028-01\"",
    "[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2027-06\"\nset = 0",
  ])
  func withoutPlacesThereIsNoMoney(changes: String) throws {
    let own = try rows(changes).filter { $0.plan == 1 && $0.key.offer == "mosebakken" }
    let closed = Set(own.filter { $0.measure == .places && $0.value.mean == 0 }.map(\.period))
    #expect(closed.count > 12)
    for row in own where closed.contains(row.period) && row.measure != .places {
      // Nobody is served in a place that is not there; sums of a year's months leave their last digits.
      #expect(abs(row.value.lower) < 0.01 && abs(row.value.upper) < 0.01, "\(row.period) \(row.measure)")
    }
  }

  /// A cut of empty places moves no income: whom nobody moves out pays as before, and nobody pays for what was cut.
  @Test func aCutOfPlacesSendsNoBills() throws {
    let own = try rows("[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2027-06\"\nset = 8")
    func income(_ plan: Int, _ period: String) throws -> Double {
      try #require(own.first { $0.plan == plan && $0.key.offer == "mosebakken" && $0.measure == .income && $0.period.description == period }).value.mean
    }
    // Fewer are served, so that less comes in than without the cut from its first month on.
    for period in ["2027-06", "2027-07", "2027-08"] { #expect(try income(1, period) < income(0, period), "\(period)") }
  }

  /// Whoever is told half a year ahead has no notice left to pay when the citizens leave, and costs have begun to follow.
  @Test func aLongerNoticeCostsTheOfferLessAfterwards() throws {
    func result(_ date: String, _ notice: Int) throws -> (income: Double, result: Double) {
      let changes = "[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"Hedensted\"\noffer = \"mosebakken\"\nnumber = 3\ndate = \"\(date)\"\nnotice = \(notice)\nreplaces_trend = false"
      let own = try rows(changes, name: "b").filter { $0.plan == 1 && $0.key.offer == "mosebakken" && ["2027-07", "2027-08", "2027-09"].contains($0.period.description) }
      func sum(_ measure: Measure) -> Double { own.filter { $0.measure == measure }.reduce(0) { $0 + $1.value.mean } }
      return (sum(.income), sum(.result))
    }
    // The same three leave on the same day, told of in January and in June.
    let (early, late) = (try result("2027-01", 6), try result("2027-06", 1))
    // Six months ahead nothing is paid for the empty places; one month ahead half a month of three places at least is.
    #expect(late.income - early.income > 3 * 15 * 2000 * 0.3)
    // Costs have adapted by then: the costs of the quarter are lower.
    #expect((early.income - early.result) < (late.income - late.result))
  }
}
