import Demand
import Forecasting
import Groundwork
import Placements
import Scenarios
import Testing

@testable import Analysis

@Suite struct OverrideForecastTests {
  private struct World {
    let demand: FittedDemand
    let plan: Plan
    let request: RunRequest
    let overrides: OverrideForecast
    let run: ScenarioRun
    let bare: ScenarioRun
  }

  /// Quarterly stocks of three municipalities to the end of 2024.
  private static func world(_ overrides: [ForecastOverride], by grouping: Grouping = .area) throws -> World {
    var own = Extracts(settings: ProjectSettings(name: "x"), municipalities: Municipality.denmark)
    for t in 0..<40 {
      let period = Period(year: 2015 + t / 4, number: t % 4 + 1, length: .quarter)
      for (payer, stock) in [("740", 40.0), ("751", 90.0), ("730", 60.0)] {
        own.activity.append(
          Activity(stratum: Stratum(area: "a", kind: .residential, legalBasis: ""), period: period, payer: payer, stock: stock + Double((t * 7 + Int(stock)) % 5)))
      }
    }
    let panel = try Panel(own)
    let demand = FittedDemand(panel: panel, horizon: 8)
    let plan = PlanBuilder(panel: panel, horizon: 8, capacity: [], scenarios: []).reference(named: "basis")
    let request = RunRequest(grouping: grouping, every: .quarter, draws: 2000, seed: 5)
    let forecast = OverrideForecast(demand: demand, plan: plan, overrides: overrides, request: request)
    func run(_ overrides: OverrideForecast?) -> ScenarioRun {
      ScenarioRun(demand: demand, capacity: [], plans: [plan], request: request, overrides: overrides)
    }
    return World(demand: demand, plan: plan, request: request, overrides: forecast, run: run(forecast), bare: run(nil))
  }

  private static func override(_ period: String, _ value: Double?, _ interval: ClosedRange<Double>? = nil, municipality: String = "", date: Day? = nil) throws -> ForecastOverride {
    ForecastOverride(municipality: municipality, area: "a", period: try #require(Period(period)), value: value, interval: interval, reason: "x", by: "AB", date: date)
  }

  private static func stock(_ run: ScenarioRun, _ period: String, municipality: String = "") throws -> DrawSummary {
    try #require(run.rows.first { $0.measure == .stock && $0.period.description == period && $0.key.municipality == municipality }).value
  }

  @Test func aNumberIsMetExactlyAndReachedEvenly() throws {
    let world = try Self.world([try Self.override("2025", 250)])
    let end = try Self.stock(world.run, "2025Q4")
    // Through the log scale and back: rounding alone.
    #expect(abs(end.lower - 250) < 1e-9 && abs(end.upper - 250) < 1e-9)
    for (step, period) in ["2025Q1", "2025Q2", "2025Q3", "2025Q4"].enumerated() {
      let (with, without) = (try Self.stock(world.run, period).mean, try Self.stock(world.bare, period).mean)
      let whole = 250 - (try Self.stock(world.bare, "2025Q4").mean)
      #expect(abs(with - without - whole * Double(step + 1) / 4) < 1e-9)
    }
    let (after, before) = (try Self.stock(world.run, "2026Q4").mean, try Self.stock(world.bare, "2026Q4").mean)
    #expect(abs(after - before - (250 - (try Self.stock(world.bare, "2025Q4").mean))) < 1e-9)
  }

  @Test func anIntervalHasItsQuantilesAndKeepsTheModelsOrder() throws {
    let world = try Self.world([try Self.override("2025Q4", nil, 180...240)])
    let row = try #require(world.overrides.rows.first?.applied)
    // Lognormal by the model's heights, whose own tails are not quite normal: within a sixth of the interval's width.
    #expect(abs(row.lower - 180) < 10 && abs(row.upper - 240) < 10, "\(row)")
    let end = try Self.stock(world.run, "2025Q4")
    #expect(abs(end.lower - row.lower) < 1e-9 && abs(end.upper - row.upper) < 1e-9)
  }

  @Test func partsAddUpUnlessTheWholeIsOverridden() throws {
    let own = try Self.override("2025", 20, municipality: "740")
    let part = try Self.world([own])
    let model = try #require(part.overrides.rows.first?.model)
    let (with, without) = (try Self.stock(part.run, "2025Q4").mean, try Self.stock(part.bare, "2025Q4").mean)
    #expect(abs(with - without - (20 - model.mean)) < 1e-9)
    let both = try Self.world([own, try Self.override("2025", 250)])
    #expect(abs(try Self.stock(both.run, "2025Q4").mean - 250) < 1e-9)
    let split = try Self.world([own, try Self.override("2025", 250)], by: .municipality)
    #expect(abs(try Self.stock(split.run, "2025Q4", municipality: "740").mean - 20) < 1e-9)
    #expect(try Self.stock(split.run, "2025Q4", municipality: "751") == Self.stock(split.bare, "2025Q4", municipality: "751"))
    #expect(split.run.overridden.applied == 1 && split.run.overridden.unseen == 1)
    #expect(ResultTables(run: split.run, request: split.request, demand: split.demand).forecast().footnotes.contains { $0.en.hasPrefix("Overridden by analysts") && $0.en.contains("not used: 1") })
  }

  @Test func theModelStandsBesideAndUnchanged() throws {
    let world = try Self.world([try Self.override("2025", 250)])
    let row = try #require(world.overrides.rows.first)
    let bare = try Self.stock(world.bare, "2025Q4")
    #expect(abs((row.model?.mean ?? 0) - bare.mean) < 1e-9 && abs((row.model?.lower ?? 0) - bare.lower) < 1e-9)
  }

  @Test func pastOnesAreScoredWhereTheyWereForecasts() throws {
    let early = Day(year: 2023, month: 1, day: 1)
    let late = Day(year: 2024, month: 6, day: 1)
    let world = try Self.world([
      try Self.override("2023", 210, date: early), try Self.override("2022", 200, date: late), try Self.override("2024", 150, 140...160, date: early),
      try Self.override("2040", 150), try Self.override("2025", 200, municipality: "999"),
    ])
    #expect(world.overrides.rows.count == 3 && world.overrides.unused == 2)
    #expect(world.overrides.rows.allSatisfy { $0.actual != nil && $0.model == nil })
    #expect(world.overrides.rows.map { $0.error != nil } == [false, true, true])
    #expect(world.overrides.record?.count == 2)
  }

  @Test func ofSeveralTheLatestCounts() throws {
    let world = try Self.world([
      try Self.override("2025", 100, date: Day(year: 2024, month: 1, day: 1)), try Self.override("2025Q4", 250, date: Day(year: 2024, month: 10, day: 1)),
    ])
    #expect(world.overrides.rows.count == 1)
    #expect(abs(try Self.stock(world.run, "2025Q4").mean - 250) < 1e-9)
  }
}
