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

/// Laws that hold for every run, on the example region with few draws.
@Suite struct ScenarioRunTests {
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let plans: [Plan]
  }

  private static let world: Result<World, any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    let names = ["hjemtagning", "vigende", "lukning"]
    let scenarios = try names.map { name in
      try Scenario(
        text: String(contentsOfFile: ExampleProject.region.folder + "/scenarios/\(name).toml", encoding: .utf8), file: name, name: name)
    }
    let builder = PlanBuilder(panel: panel, horizon: 24, capacity: extracts.capacity, scenarios: scenarios)
    return World(
      extracts: extracts, demand: FittedDemand(panel: panel, horizon: 24, threads: 2),
      plans: [builder.reference(named: "basis")] + (try scenarios.map { try builder.plan($0) }))
  }

  private func run(_ grouping: Grouping, every: PeriodLength = .month, draws: Int = 200) throws -> ScenarioRun {
    let world = try Self.world.get()
    return ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: world.plans,
      request: RunRequest(grouping: grouping, every: every, draws: draws, threads: 2))
  }

  private func mean(_ run: ScenarioRun, _ plan: Int, _ measure: Measure, _ period: String, kind: ServiceKind = .residential) -> Double {
    run.rows.filter { $0.plan == plan && $0.measure == measure && $0.period.description == period && $0.key.kind == kind }
      .reduce(0) { $0 + $1.value.mean }
  }

  /// Sums inside each draw: means of the parts add up to the mean of the whole, whatever the split. Exact but for rounding.
  @Test(arguments: [Measure.stock, .admissions, .homecomings, .otherExits, .occupiedDays])
  func splitsAddUp(measure: Measure) throws {
    let total = try run(.total)
    for grouping in [Grouping.area, .region, .municipality, .offer] {
      let split = try run(grouping)
      for plan in 0..<4 {
        let whole = mean(total, plan, measure, "2028-06")
        let parts = mean(split, plan, measure, "2028-06")
        // Moves between offers of the closure are inside every other split, so offers add up as well.
        #expect(abs(whole - parts) < 1e-6 * max(1, whole), "\(grouping) \(plan): \(whole) against \(parts)")
      }
    }
  }

  /// The same change written otherwise gives the same futures: with a change of another rate that changes nothing, and in two halves of the
  /// time, by area and by offer. Where only one rate changes citizens take a shorter way through the simulation.
  @Test(arguments: ["homecoming", "other_exit"], [Grouping.area, .offer]) func sameChangesSameFutures(lever: String, grouping: Grouping) throws {
    let world = try Self.world.get()
    let builder = PlanBuilder(panel: world.demand.panel, horizon: 24, capacity: world.extracts.capacity, scenarios: [])
    func plan(_ name: String, _ changes: [String]) throws -> Plan {
      try builder.plan(try Scenario(text: changes.map { "[[change]]\n" + $0 }.joined(separator: "\n"), file: name, name: name))
    }
    let other = lever == "homecoming" ? "other_exit" : "homecoming"
    for factor in [0.6, 1.4] {
      let own = "what = \"\(lever)\"\nmultiply = \(factor)\n"
      let plans = [
        world.plans[0], try plan("one", [own]), try plan("two", [own, "what = \"\(other)\"\nmultiply = 1"]),
        try plan("three", [own + "to = \"2027-06\"", own + "from = \"2027-07\""]),
      ]
      let run = ScenarioRun(
        demand: world.demand, capacity: world.extracts.capacity, plans: plans, request: RunRequest(grouping: grouping, every: .month, draws: 60, threads: 2))
      func values(_ plan: Int) -> [[Double]] { run.rows.filter { $0.plan == plan }.map { [$0.value.mean, $0.value.lower, $0.value.upper, $0.difference.mean] } }
      #expect(values(1) == values(2) && values(1) == values(3) && values(1) != values(0))
    }
  }

  /// Flows and days of a year are the sums of its months, the stock is that of December.
  @Test func yearsAddUpFromMonths() throws {
    let months = try run(.total)
    let years = try run(.total, every: .year)
    for measure in [Measure.admissions, .homecomings, .otherExits, .occupiedDays] {
      let sum = (1...12).reduce(0.0) { $0 + mean(months, 0, measure, "2027-" + ($1 < 10 ? "0\($1)" : "\($1)")) }
      #expect(abs(sum - mean(years, 0, measure, "2027")) < 1e-6 * sum)
    }
    #expect(mean(years, 0, .stock, "2027") == mean(months, 0, .stock, "2027-12"))
  }

  /// stock(t) = stock(t−1) + admissions − homecomings − other exits, summed over everything that moves can reach.
  @Test func stockIdentityHolds() throws {
    let total = try run(.total)
    func all(_ measure: Measure, _ period: String, _ plan: Int) -> Double {
      ServiceKind.allCases.reduce(0) { $0 + mean(total, plan, measure, period, kind: $1) }
    }
    for plan in 0..<4 {
      let change = all(.stock, "2028-02", plan) - all(.stock, "2028-01", plan)
      let flows = all(.admissions, "2028-02", plan) - all(.homecomings, "2028-02", plan) - all(.otherExits, "2028-02", plan)
      #expect(abs(change - flows) < 1e-6)
    }
  }

  @Test func differencesAreOfTheSameDraws() throws {
    let run = try run(.area)
    for row in run.rows where row.plan > 0 {
      let base = run.rows.first { $0.plan == run.baseOfPlan[row.plan] && $0.key == row.key && $0.measure == row.measure && $0.period == row.period }
      if let base { #expect(abs(row.difference.mean - (row.value.mean - base.value.mean)) < 1e-6) }
    }
  }

  /// A closed offer empties, its citizens are in other offers, and the area keeps them.
  @Test func closureMovesCitizensWithinTheArea() throws {
    let offers = try run(.offer)
    let closed = offers.rows.filter { $0.plan == 3 && $0.key.offer == "mosebakken" && $0.period.description == "2027-08" }
    #expect(closed.first { $0.measure == .stock }?.value.upper == 0)
    #expect(closed.first { $0.measure == .places }?.value.mean == 0)
    let areas = try run(.area)
    let stocks = areas.rows.filter { $0.plan == 3 && $0.measure == .stock }
    #expect(stocks.allSatisfy { $0.isUnchanged })
    #expect(areas.rows.contains { $0.plan == 3 && $0.measure == .vacant && !$0.isUnchanged })
  }

  @Test func tablesHaveThePromisedColumns() throws {
    let world = try Self.world.get()
    let request = RunRequest(grouping: .area, every: .month, draws: 50, threads: 1)
    let run = ScenarioRun(demand: world.demand, capacity: world.extracts.capacity, plans: world.plans, request: request)
    let tables = ResultTables(run: run, request: request, demand: world.demand)
    #expect(
      tables.scenario().columns.map(\.name) == [
        "scenario", "base", "period", "region", "area", "municipality", "offer", "kind", "measure", "unit", "mean", "median", "lower", "upper",
        "delta_mean", "delta_lower", "delta_upper", "p_worse", "level",
      ])
    #expect(
      tables.forecast().columns.map(\.name) == [
        "origin", "period", "region", "area", "municipality", "offer", "kind", "measure", "unit", "mean", "median", "lower", "upper", "level",
      ])
  }
}
