import Demand
import Forecasting
import Groundwork
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

@Suite struct AreaStocksTests {
  private struct World {
    let extracts: Extracts
    let panel: Panel
    let demand: FittedDemand
    let plan: Plan
  }

  private static let draws = 100

  private static let world: Result<World, any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    let demand = FittedDemand(panel: panel, horizon: 14, threads: 2)
    let plan = PlanBuilder(panel: panel, horizon: 14, capacity: extracts.capacity, scenarios: []).reference(named: "basis")
    return World(extracts: extracts, panel: panel, demand: demand, plan: plan)
  }

  private func rows(_ grouping: Grouping, shifted: Bool, measure: Measure = .stock) throws -> [ResultRow] {
    let world = try Self.world.get()
    let request = RunRequest(grouping: grouping, every: .month, draws: Self.draws, seed: 1, threads: 2, measures: [measure])
    return ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: [world.plan], request: request, recipe: shifted ? StockRecipe.all[0] : .plain).rows
  }

  private func mean(_ rows: [ResultRow], _ month: Int, _ kind: ServiceKind = .residential) throws -> Double {
    let period = try Self.world.get().panel.origin.advanced(by: month)
    return rows.filter { $0.period == period && $0.key.kind == kind }.reduce(0) { $0 + $1.value.mean }
  }

  @Test("Areas and regions add up to the total in every period, and the shift moves them", arguments: [1, 3, 8, 14])
  func addsUp(_ month: Int) throws {
    let total = try mean(rows(.total, shifted: true), month)
    #expect(abs(try mean(rows(.area, shifted: true), month) - total) < 1e-6 * total)
    #expect(abs(try mean(rows(.region, shifted: true), month) - total) < 1e-3 * total)
    // Municipalities with hardly anybody are cut at nobody, which lifts their sum a little.
    #expect(abs(try mean(rows(.municipality, shifted: true), month) - total) < 0.02 * total)
    #expect(try mean(rows(.total, shifted: false), month) != total)
  }

  @Test("An area's quarters have the recipe's own distribution, months lie between")
  func distribution() throws {
    let world = try Self.world.get()
    let series = try #require(AreaStockSeries(world.panel))
    let simulated = series.simulated(world.demand, plan: world.plan.demand, steps: 4, draws: Self.draws, seed: 1, threads: 2)
    let wanted = StockRecipe.all[0].paths(simulated: simulated) {
      StockRecipe.forecaster($0).forecast(series.history, horizon: 4, draws: Self.draws, seed: 1, threads: 2)
    }
    let rows = try rows(.area, shifted: true)
    for (index, key) in series.keys.enumerated() {
      let own = rows.filter { $0.key.area == key.area && $0.key.kind == key.kind }
      for quarter in 1...4 {
        let node = SeriesHierarchy.Node(id: "", level: "", members: [index])
        var sample = try #require(wanted.sample(node, step: quarter - 1))
        let expected = DrawSummary(&sample, level: 0.8)
        let found = try #require(own.first { $0.period == world.panel.origin.advanced(by: 3 * quarter) }).value
        // The paths are kept in single precision.
        for (a, b) in [(found.mean, expected.mean), (found.lower, expected.lower), (found.upper, expected.upper)] { #expect(abs(a - b) < 1e-3) }
      }
    }
  }

  @Test("Days follow the stock: a year's full-year places move as the mean stock does")
  func days() throws {
    let moved = try mean(rows(.area, shifted: true, measure: .fullYearPlaces), 12) - (try mean(rows(.area, shifted: false, measure: .fullYearPlaces), 12))
    let stock = try [11, 12].map { try mean(rows(.area, shifted: true), $0) - (try mean(rows(.area, shifted: false), $0)) }
    #expect(abs(moved - (stock[0] + stock[1]) / 2) < 0.05 * max(1, abs(stock[1])))
  }

  @Test("A scenario's difference from its base is the simulation's, with and without the shift")
  func differences() throws {
    let world = try Self.world.get()
    let path = ExampleProject.region.folder + "/scenarios/hjemtagning.toml"
    let scenario = try Scenario(text: String(decoding: TextFile.read(path), as: UTF8.self), file: path, name: "hjemtagning")
    let builder = PlanBuilder(panel: world.panel, horizon: 14, capacity: world.extracts.capacity, scenarios: [scenario])
    let plans = [world.plan, try builder.plan(scenario)]
    let request = RunRequest(grouping: .area, every: .month, draws: Self.draws, seed: 1, threads: 2, measures: [.stock])
    let runs = [StockRecipe.all[0], .plain].map {
      ScenarioRun(demand: world.demand, capacity: world.extracts.capacity, plans: plans, request: request, recipe: $0).rows.filter { $0.plan == 1 }
    }
    #expect(runs[0].contains { $0.difference.mean < -0.5 })
    for (a, b) in zip(runs[0], runs[1]) where a.value.lower > 1 && b.value.lower > 1 {
      #expect(abs(a.difference.mean - b.difference.mean) < 0.05)
    }
  }

  @Test("An area that a scenario empties is empty, whatever its base is moved by")
  func emptied() throws {
    let world = try Self.world.get()
    let text = ["homecoming", "admission"].map { what in
      "[[change]]\nwhat = \"\(what)\"\nareas = [\"boern_og_unge\"]\nfrom = \"2026-12\"\nmultiply = \(what == "admission" ? 0 : 100)\nreason = \"r\"\n"
    }.joined()
    let scenario = try Scenario(text: "title = \"Empty\"\nreason = \"r\"\n" + text, file: "empty.toml", name: "empty")
    let builder = PlanBuilder(panel: world.panel, horizon: 14, capacity: world.extracts.capacity, scenarios: [scenario])
    let request = RunRequest(grouping: .area, every: .month, draws: Self.draws, seed: 1, threads: 2, measures: [.stock])
    let plan = try builder.plan(scenario)
    let rows = [StockRecipe.all[0], .plain].map {
      ScenarioRun(demand: world.demand, capacity: world.extracts.capacity, plans: [world.plan, plan], request: request, recipe: $0).rows
        .filter { $0.plan == 1 && $0.key.area == "boern_og_unge" }
    }
    #expect(!rows[0].isEmpty)
    for (moved, plain) in zip(rows[0], rows[1]) { #expect(moved.value.mean <= 2 * plain.value.mean + 1e-9) }
    #expect(rows[0].contains { $0.period == world.panel.origin.advanced(by: 14) && $0.value.mean < 1 })
  }

  @Test("A trial comes back from its bytes; damaged ones are refused")
  func archive() throws {
    let trial = StockTrial(
      chosen: StockRecipe.all[2], scores: StockRecipe.all.map { .init(recipe: $0, crps: 0.75) },
      origins: [Period(year: 2025, number: 3, length: .month)])
    #expect(try StockTrial(archive: trial.archive()) == trial)
    #expect(throws: ByteReader.Damaged.self) { try StockTrial(archive: Array(trial.archive().dropLast())) }
    #expect(trial.notes.contains { $0.en.contains("2025-03") && $0.en.contains("stock_and_flow+naive 1.00") })
  }

  @Test("Nothing after an origin is seen: neither stays, nor places, nor closings")
  func noPeeking() throws {
    let world = try Self.world.get()
    let series = try #require(PanelSeries(world.panel, target: .stock, length: .quarter))
    let origin = series.first.advanced(by: 23)
    var changed = world.extracts
    changed.stays = changed.stays.filter { $0.start <= origin.lastDay }
    changed.capacity = changed.capacity.filter { $0.from <= origin.lastDay }
    changed.offers = changed.offers.map { offer in
      Offer(
        id: offer.id, name: offer.name, area: offer.area, region: offer.region, legalBasis: offer.legalBasis, kind: offer.kind,
        validFrom: offer.validFrom, validTo: origin.lastDay.advanced(by: 100))
    }
    let known = [world.extracts, changed].map { extracts in
      DemandForecaster(extracts: extracts, series: series, model: .automatic)
        .forecast(series.history.prefix(24), horizon: 4, draws: 20, seed: 1, threads: 2)
    }
    #expect(known[0].values == known[1].values)
    #expect(known[0].values.contains { $0 > 1 })
  }

  @Test("A short history or one without stocks leaves the simulation alone")
  func short() throws {
    let world = try Self.world.get()
    let early = world.extracts.known(at: world.panel.first.advanced(by: 17), from: world.panel.first.firstDay)
    let trial = StockTrial(extracts: early, panel: try Panel(early), horizon: 12, threads: 1)
    #expect(trial.chosen.isPlain && trial.scores.isEmpty)
  }
}
