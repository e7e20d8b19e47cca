import Demand
import Foundation
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

/// Every scenario runs on the same clocks, so that differences are far surer than the figures that they are between.
@Suite struct PairingTests {
  private struct World: Sendable {
    let extracts: Extracts
    let demand: FittedDemand
  }

  private static func world(_ example: ExampleProject, horizon: Int) throws -> World {
    let extracts = try example.read().usable()
    return World(extracts: extracts, demand: FittedDemand(panel: try Panel(extracts), horizon: horizon, threads: 2))
  }

  private static let region = Result { try world(.region, horizon: 24) }
  private static let denmark = Result { try world(.denmark, horizon: 3) }

  private enum Figure: String, CaseIterable { case stock, admissions, homecomings, otherExits }

  /// By draw, over all of a kind: the stock at the horizon's end, flows from a step on until then.
  private func figures(_ world: World, _ text: String, draws: Int, flowsFrom start: Int = 0) throws -> [Figure: (base: [Double], scenario: [Double])] {
    let panel = world.demand.panel
    let scenario = try Scenario(text: text, file: "s.toml", name: "s")
    let builder = PlanBuilder(panel: panel, horizon: world.demand.horizon, capacity: world.extracts.capacity, scenarios: [scenario])
    let plans = [builder.reference(named: "basis"), try builder.plan(scenario)]
    let simulated = SimulatedPlans(
      demand: world.demand, capacity: world.extracts.capacity, plans: plans, grouping: .total, filter: ResultFilter(), detail: .events, draws: draws,
      seed: 1, threads: 2, progress: nil)
    let key = try #require(simulated.index.keys.indices.first { simulated.index.keys[$0].kind == panel.strata[0].kind })
    let states = plans.indices.map { plan -> LineState in
      var state = LineState(draws: draws, opening: simulated.draws.openingFlowStock(key: key))
      for step in 0..<world.demand.horizon {
        if step == start { state.startPeriod() }
        state.add(simulated.draws, plan: plan, key: key, step: step, days: 30)
      }
      return state
    }
    var stocks = states.map(\.stock)
    if simulated.draws.hasStockOnly(key: key) {
      for plan in plans.indices { simulated.draws.addStockOnly(plan: plan, key: key, step: world.demand.horizon - 1, to: &stocks[plan]) }
    }
    return [
      .stock: (stocks[0], stocks[1]), .admissions: (states[0].admissions, states[1].admissions),
      .homecomings: (states[0].homecomings, states[1].homecomings), .otherExits: (states[0].otherExits, states[1].otherExits),
    ]
  }

  private func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }

  /// How many times smaller the variance of the paired difference is than that of two runs with random numbers of their own.
  private func gain(_ pair: (base: [Double], scenario: [Double])) -> Double {
    let paired = variance(zip(pair.scenario, pair.base).map { $0 - $1 })
    return paired == 0 ? .infinity : (variance(pair.base) + variance(pair.scenario)) / paired
  }

  /// The bound is 5. A variance of 1,000 draws is off by 4.5 % (one standard error, √(2/999)), so that a gain that is truly 5.7 and more
  /// fails in fewer than one of a hundred samples; with one seed the test says the same every time.
  @Test("Paired differences vary at least five times less", arguments: ["homecoming", "admission", "other_exit", "transfer", "population"], [0.8, 0.9, 1.1, 1.3])
  func rateLevers(lever: String, factor: Double) throws {
    let figures = try figures(try Self.region.get(), "[[change]]\nwhat = \"\(lever)\"\nmultiply = \(factor)", draws: 1000)
    for figure in Figure.allCases {
      let gain = gain(try #require(figures[figure]))
      #expect(gain >= 5, "\(lever) × \(factor), \(figure): \(gain)")
    }
  }

  /// A plan keeps exits of the base where they are, or has others besides, so that those of a later year alone are paired as closely.
  @Test("Exits of a later year alone, too", arguments: ["homecoming", "other_exit"], [0.8, 1.3])
  func laterExits(lever: String, factor: Double) throws {
    let figures = try figures(try Self.region.get(), "[[change]]\nwhat = \"\(lever)\"\nmultiply = \(factor)", draws: 1000, flowsFrom: 12)
    for figure in [Figure.homecomings, .otherExits] {
      let gain = gain(try #require(figures[figure]))
      #expect(gain >= 5, "\(lever) × \(factor), \(figure): \(gain)")
    }
  }

  @Test("Where only stocks are known, too", arguments: ["stock", "population"], [0.8, 1.3])
  func stockLevers(lever: String, factor: Double) throws {
    let figures = try figures(try Self.denmark.get(), "[[change]]\nwhat = \"\(lever)\"\nmultiply = \(factor)", draws: 1000)
    let gain = gain(try #require(figures[.stock]))
    #expect(gain >= 5, "\(lever) × \(factor): \(gain)")
  }
}
