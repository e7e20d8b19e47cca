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
}
