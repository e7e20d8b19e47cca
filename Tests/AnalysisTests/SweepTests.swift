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

/// On the example region with few draws.
@Suite struct SweepTests {
  private struct World: Sendable {
    let extracts: Extracts
    let demand: FittedDemand
    let builder: PlanBuilder
    let scenario: Scenario
  }

  private static let world: Result<World, any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    let scenario = try Scenario(
      text: "[[change]]\nwhat = \"homecoming\"\nareas = [\"autisme\"]\nmultiply = 1.5\n[[change]]\nwhat = \"admission\"\nmultiply = 0.9", file: "s.toml", name: "s")
    return World(
      extracts: extracts, demand: FittedDemand(panel: panel, horizon: 12, threads: 2),
      builder: PlanBuilder(panel: panel, horizon: 12, capacity: extracts.capacity, scenarios: [scenario]), scenario: scenario)
  }

  private static let request = RunRequest(every: .month, draws: 60, threads: 2, measures: [.stock])

  private func sweep(_ axes: [String], shard: String? = nil) throws -> Sweep {
    let world = try Self.world.get()
    return try Sweep(
      SweepDesign(grid: axes.map { try SweepDesign.Axis($0) }), of: world.scenario, builder: world.builder,
      plans: [world.builder.reference(named: "basis")], shard: shard.map { try Shard($0) }, demand: world.demand, capacity: world.extracts.capacity,
      request: Self.request)
  }

  /// A point is the scenario with that number in it, to the digit.
  @Test func aPointIsTheScenarioWithItsNumber() throws {
    let world = try Self.world.get()
    let swept = try sweep(["homecoming.multiply=1.2,2"])
    let written = try Scenario(
      text: "[[change]]\nwhat = \"homecoming\"\nareas = [\"autisme\"]\nmultiply = 2\n[[change]]\nwhat = \"admission\"\nmultiply = 0.9", file: "t.toml", name: "t")
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: [world.builder.reference(named: "basis"), try world.builder.plan(written)],
      request: Self.request)
    let (own, other) = (swept.rows.filter { $0.point == 2 }.map(\.result), run.rows.filter { $0.plan == 1 })
    #expect(own.count == other.count && !own.isEmpty)
    for (a, b) in zip(own, other) { #expect(a.key == b.key && a.period == b.period && a.value == b.value && a.difference == b.difference) }
  }

  // MARK: Buyers who react to tariffs

  private static let reacting = "[[change]]\nwhat = \"price_reaction\"\nareas = [\"boern_og_unge\"]\nkind = \"residential\"\nelasticity = 0.3\n"
  private static let settling: RuleSet = {
    var rules = RuleSet(name: "r", title: Phrase("r"))
    rules.settlement = RuleSet.Settlement(band: .zero, lagYears: 2)
    return rules
  }()

  /// Each point is settled by itself, as `plads scenario` settles the scenario with that number in it.
  @Test func reactionsAreThoseOfTheScenario() throws {
    let world = try Self.world.get()
    let basis = OfferBasis(world.extracts, request: RiskRequest(rules: Self.settling))
    let reference = world.builder.reference(named: "basis")
    let scenario = try Scenario(text: Self.reacting, file: "s.toml", name: "s")
    let swept = try Sweep(
      SweepDesign(grid: [try SweepDesign.Axis("price_reaction.elasticity=0,1.5")]), of: scenario, builder: world.builder,
      plans: [reference, try world.builder.plan(scenario)], shard: nil, demand: world.demand, capacity: world.extracts.capacity, request: Self.request, offers: basis)
    #expect(swept.rows.filter { $0.point == 1 }.allSatisfy { $0.result.isUnchanged })
    let written = try world.builder.plan(try Scenario(text: Self.reacting.replacing("0.3", with: "1.5"), file: "t.toml", name: "t"))
    let plans = try basis.settled([reference, written], demand: world.demand, sharing: Self.request)
    let run = ScenarioRun(demand: world.demand, capacity: world.extracts.capacity, plans: plans, request: Self.request)
    let (own, other) = (swept.rows.filter { $0.point == 2 }.map(\.result), run.rows.filter { $0.plan == 1 })
    #expect(own.count == other.count && own.contains { !$0.isUnchanged })
    for (a, b) in zip(own, other) { #expect(a.key == b.key && a.period == b.period && a.value == b.value && a.difference == b.difference) }
    #expect(swept.assumptions.contains { $0.en.contains("by itself") })
  }

  /// The number that is found gives the target once the tariffs stand still with it.
  @Test func aSoughtNumberIsSettled() throws {
    let world = try Self.world.get()
    let basis = OfferBasis(world.extracts, request: RiskRequest(rules: Self.settling))
    let reference = world.builder.reference(named: "basis")
    let scenario = try Scenario(text: Self.reacting + "[[change]]\nwhat = \"homecoming\"\nareas = [\"boern_og_unge\"]\nmultiply = 1\n", file: "s.toml", name: "s")
    let target = try SeekTarget("stock(boern_og_unge,2027-10)=80", panel: world.demand.panel)
    let variable = try ScenarioVariable("homecoming.multiply")
    let seek = try ScenarioSeek(
      target, by: variable, of: scenario, range: nil, builder: world.builder, plans: [reference, try world.builder.plan(scenario)], demand: world.demand,
      extracts: world.extracts, request: Self.request, offers: basis)
    let solution = try #require(seek.found.solution)
    let plans = try basis.settled([reference, try world.builder.plan(scenario.varied([(variable, solution.value)], named: "x"))], demand: world.demand, sharing: Self.request)
    let run = ScenarioRun(demand: world.demand, capacity: world.extracts.capacity, plans: plans, request: Self.request)
    let row = try #require(run.rows.first { $0.plan == 1 && $0.key == target.line && $0.period.description == "2027-10" })
    // Sixty draws: one citizen more or less in one of them is a step of 1/60.
    #expect(abs(row.value.mean - 80) <= 1.0 / 60 + 1e-9, "\(row.value.mean) at \(solution.value)")
  }

  @Test func shardsTogetherAreTheWhole() throws {
    let axes = ["homecoming.multiply=1:2:0.25", "admission.multiply=0.8,1.1"]
    func lines(_ sweep: Sweep) -> [String] { sweep.rows.map { "\($0.point) \($0.result.key) \($0.result.period) \($0.result.value) \($0.result.difference)" } }
    let whole = lines(try sweep(axes))
    let parts = try (1...3).flatMap { lines(try sweep(axes, shard: "\($0)/3")) }
    #expect(Set(whole) == Set(parts) && whole.count == parts.count)
  }

  /// A lever that the scenario does not have acts everywhere; one that needs more than a number must stand in the scenario.
  @Test func leversThatTheScenarioLacks() throws {
    #expect(try !sweep(["other_exit.multiply=1,2"]).rows.isEmpty)
    #expect(throws: FindingsError.self) { try sweep(["places.add=1,2"]) }
    #expect(throws: FindingsError.self) { try sweep(["homecoming[2].multiply=1,2"]) }
    #expect(throws: FindingsError.self) { try sweep(["homecoming.multiply=-1,2"]) }
  }

  /// Several plans with one new offer have its places once, whatever is computed together.
  @Test func aNewOffersPlacesCountOnce() throws {
    let world = try Self.world.get()
    let scenario = try Scenario(
      text: "[[change]]\nwhat = \"new_offer\"\nid = \"nyt\"\narea = \"autisme\"\nplaces = 10\nfrom = \"2027-01\"", file: "n.toml", name: "n")
    let reference = world.builder.reference(named: "basis")
    var request = Self.request
    request.measures = [.places]
    let sweep = try Sweep(
      SweepDesign(grid: [SweepDesign.Axis("new_offer.places=8,12,16")]), of: scenario, builder: world.builder,
      plans: [reference, try world.builder.plan(scenario)], shard: nil, demand: world.demand, capacity: world.extracts.capacity, request: request)
    let rows = sweep.rows.filter { $0.result.key == ResultKey(area: "autisme", kind: .residential) && $0.result.period.description == "2027-10" }
    #expect(rows.sorted { $0.point < $1.point }.map(\.result.difference.mean) == [8, 12, 16])
  }

  /// Bars have one scale in the whole table; a span that shows as nought has none.
  @Test func barsHaveOneScale() throws {
    let world = try Self.world.get()
    let tables = SweepTables(
      try sweep(["homecoming.multiply=1.2,2", "admission.multiply=0.9,0.9001"]), request: Self.request, demand: world.demand, notes: [], meta: [])
    let table = try #require(tables.sheets([.stock], bar: 20).first { $0.columns.last?.name == "bar" })
    let rows = table.rows.map { row -> (span: Double, bar: Int) in
      guard case .number(let span) = row[row.count - 2], case .text(let bar) = row[row.count - 1] else { return (.nan, -1) }
      return (abs(span), bar.count)
    }
    let largest = try #require(rows.map(\.span).max())
    #expect(rows.contains { $0.span < 0.05 } && largest > 1)
    for row in rows { #expect(row.bar == (row.span < 0.05 ? 0 : Int((20 * row.span / largest).rounded())), "\(row)") }
  }

  /// In a hypercube, too, a variable has its own effect and not another's: with 12 points and two variables exactly the plane through a plane's points.
  @Test func effectsOfAHypercubeAreApart() throws {
    let axes = [try SweepDesign.Axis("homecoming.multiply=1:3"), try SweepDesign.Axis("admission.multiply=0:1")]
    let design = SweepDesign(latin: 12, axes: axes, seed: 5)
    let swept = try sweep(["homecoming.multiply=1,2"]).rows[0].result
    let rows = design.points.enumerated().map { number, point in
      let value = 50 - 4 * point[0] + 0 * point[1]
      let summary = DrawSummary(mean: value, median: value, lower: value, upper: value)
      return Sweep.Row(
        point: number + 1,
        result: ResultRow(
          plan: 1, key: swept.key, period: swept.period, measure: .stock, value: summary, inner: nil, difference: summary, probabilityWorse: nil,
          isUnchanged: false))
    }
    let effects = SweepEffect.all(rows, design: design)
    #expect(effects[0].axis == 0 && abs(effects[0].span + 8) < 1e-9)
    #expect(abs(effects[1].span) < 1e-9)
  }

  /// On a grid the effect of a variable is that of its ends, whatever the other.
  @Test func effectsAreThoseOfTheEnds() throws {
    let swept = try sweep(["homecoming.multiply=1,2", "admission.multiply=0.9,1"])
    let rows = swept.rows.filter { $0.result.key == ResultKey(area: "autisme", kind: .residential) && $0.result.period.description == "2027-10" }
    let means = rows.sorted { $0.point < $1.point }.map(\.result.value.mean)
    let effects = SweepEffect.all(rows, design: swept.design)
    let homecoming = try #require(effects.first { $0.axis == 0 })
    #expect(abs(homecoming.span - (means[2] + means[3] - means[0] - means[1]) / 2) < 1e-9)
    #expect(homecoming.span < 0)
    #expect(try #require(effects.first { $0.axis == 1 }).span > 0)
  }

  /// With the lever found, the figure is the target: within a thousandth of a citizen.
  @Test func aSoughtNumberReachesItsTarget() throws {
    let world = try Self.world.get()
    let target = try SeekTarget("stock(autisme,2027-10)=80", panel: world.demand.panel)
    let seek = try ScenarioSeek(
      target, by: try ScenarioVariable("homecoming.multiply"), of: world.scenario, range: nil, builder: world.builder,
      plans: [world.builder.reference(named: "basis")], demand: world.demand, extracts: world.extracts, request: Self.request)
    let solution = try #require(seek.found.solution)
    let plan = try world.builder.plan(world.scenario.varied([(try ScenarioVariable("homecoming.multiply"), solution.value)], named: "x"))
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: [world.builder.reference(named: "basis"), plan], request: Self.request)
    let row = try #require(run.rows.first { $0.plan == 1 && $0.key == target.line && $0.period.description == "2027-10" })
    // Sixty draws: one citizen more or less in one of them is a step of 1/60.
    #expect(abs(row.value.mean - 80) <= 1.0 / 60 + 1e-9, "\(row.value.mean) at \(solution.value)")
  }

  /// The interval is that of the answer, whatever level other tables show.
  @Test func aSeeksIntervalDoesNotDependOnTheLevel() throws {
    let world = try Self.world.get()
    let target = try SeekTarget("stock(autisme,2027-10)=80", panel: world.demand.panel)
    let widths = try [0.5, 0.95].map { level in
      var request = Self.request
      request.level = level
      let seek = try ScenarioSeek(
        target, by: try ScenarioVariable("homecoming.multiply"), of: world.scenario, range: nil, builder: world.builder,
        plans: [world.builder.reference(named: "basis")], demand: world.demand, extracts: world.extracts, request: request)
      let interval = try #require(seek.found.solution?.interval)
      return interval.upperBound - interval.lowerBound
    }
    #expect(widths[0] == widths[1] && widths[0] > 0)
  }

  @Test(arguments: [
    ("stock(autsime,2027-10)=80", "autisme"), ("stok(autisme,2027-10)=80", "stock"), ("stock(autisme,2020-10)=80", "2028-10"), ("risk(autisme,24m)=0.5", ""),
    ("risk(Mosebakken,20m)=0.5", ""), ("risk(Mosebakken,24m)=1.5", ""), ("stock(autisme)=80", ""), ("stock(autisme,2027-10)", ""),
  ])
  func brokenTargets(text: String, hint: String) throws {
    let panel = try Self.world.get().demand.panel
    let error = #expect(throws: FindingsError.self) { try SeekTarget(text, panel: panel) }
    #expect(hint.isEmpty || error?.findings[0].text(in: .da).contains(hint) == true, "\(error?.findings[0].text(in: .da) ?? "")")
  }
}
