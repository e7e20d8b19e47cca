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

@Suite struct RiskDriversTests {
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let plan: Plan
    let request: RiskRequest
    let run: RiskRun
    let drivers: RiskDrivers
  }

  private static let region: Result<World, any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    let plan = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: []).reference(named: "basis")
    let demand = FittedDemand(panel: panel, horizon: 36, threads: 2)
    // Not a whole number of blocks.
    let request = RiskRequest(draws: 150, threads: 2)
    let run = try RiskRun(demand: demand, extracts: extracts, plans: [plan], judged: 0, request: request)
    return World(
      extracts: extracts, demand: demand, plan: plan, request: request, run: run,
      drivers: RiskDrivers(demand: demand, plan: plan, run: run, request: request))
  }

  /// One run of all municipalities gives what a plan that holds a single one gives, draw by draw.
  @Test(arguments: ["730", "751"], RiskDrivers.Held.allCases)
  func aSingleEffectIsThatOfItsOwnPlan(_ code: String, _ held: RiskDrivers.Held) throws {
    let world = try Self.region.get()
    let panel = world.demand.panel
    let municipality = try #require(panel.municipalities.firstIndex { $0.code == code })
    let factor = held == .zero ? 0 : try #require(world.drivers.rates.factors[municipality])
    var plan = world.plan
    plan.demand.changes.append(
      RateChange(
        target: .flow(.homecoming), municipalities: panel.municipalities.indices.map { $0 == municipality }, strata: panel.strata.map { _ in true },
        periods: 0..<36, effect: .multiply(.exact(factor))))
    let alone = try RiskRun(demand: world.demand, extracts: world.extracts, plans: [world.plan, plan], judged: 1, request: world.request)
    var compared = 0
    for line in world.drivers.lines {
      let risk = try #require(alone.risks.first { $0.offer.id == line.offer.id }?.outlook)
      guard let effect = line.effects.first(where: { $0.held == held && $0.part == .municipality(municipality) }) else { continue }
      #expect((risk.within24 - line.within24 - effect.probability.mean).magnitude < 1e-12, "\(line.offer.id)")
      compared += 1
    }
    #expect(compared > 10)
  }

  @Test func theBaseIsThatOfTheRisks() throws {
    let world = try Self.region.get()
    #expect(world.drivers.lines.map(\.offer.id) == world.run.risks.filter { $0.outlook != nil }.map(\.offer.id))
    for line in world.drivers.lines {
      #expect(line.within24 == world.run.risks.first { $0.offer.id == line.offer.id }?.outlook?.within24)
      #expect(line.now[.all].map(Double.init) == world.run.risks.first { $0.offer.id == line.offer.id }?.citizens)
    }
  }

  /// Citizens add up in every draw, the trigger's probability with the remainder.
  @Test func partsAddUp() throws {
    let world = try Self.region.get()
    #expect(world.drivers.knowsBefore)
    for line in world.drivers.lines {
      for held in RiskDrivers.Held.allCases {
        let own = line.effects.filter { $0.held == held }
        let all = try #require(own.first { $0.part == .all })
        let rest = try #require(own.first { $0.part == .remainder })
        #expect(rest.citizens == DrawSummary(mean: 0, median: 0, lower: 0, upper: 0), "\(line.offer.id)")
        let single = own.filter { $0.part != .all && $0.part != .remainder }
        #expect((single.reduce(rest.probability.mean) { $0 + $1.probability.mean } - all.probability.mean).magnitude < 1e-9)
        #expect((single.reduce(0) { $0 + $1.citizens.mean } - all.citizens.mean).magnitude < 1e-9)
        // Nobody taken home leaves more citizens, so the danger falls.
        if held == .zero { #expect(all.citizens.mean > 0 && all.probability.mean <= 0 && single.allSatisfy { $0.citizens.mean >= 0 }) }
        for effect in own { #expect(effect.probability.lower <= effect.probability.mean && effect.citizens.lower <= effect.citizens.upper) }
      }
    }
  }

  /// The mean rate ahead under `before` is the observed one of before the last three years.
  @Test func heldAtTheRateOfBefore() throws {
    let world = try Self.region.get()
    let panel = world.demand.panel
    let municipality = try #require(panel.municipalities.firstIndex { $0.code == "730" })
    let before = try #require(world.drivers.rates.before[municipality])
    var (events, days) = (0.0, 0.0)
    for stay in world.extracts.stays where stay.payer == "730" {
      let first = panel.first.firstDay
      let last = panel.origin.advanced(by: -36).lastDay.advanced(by: 1)
      if let end = stay.end, first <= end, end < last, stay.endReason == .homecoming { events += 1 }
      days += Double(max(0, min(stay.end ?? last, last) - max(stay.start, first)))
    }
    #expect((before - events / days * 365.25).magnitude < 0.02 * before, "\(before) \(events / days * 365.25)")
    var plan = world.plan
    plan.demand.changes.append(
      RateChange(
        target: .flow(.homecoming), municipalities: panel.municipalities.indices.map { $0 == municipality }, strata: panel.strata.map { _ in true },
        periods: 0..<36, effect: .multiply(.exact(try #require(world.drivers.rates.factors[municipality])))))
    let held = HomecomingRates(demand: world.demand, plan: plan, draws: 150, seed: 1, threads: 2)
    // Who is there changes with the rate, and with it the mix of areas.
    #expect(((held.ahead[municipality] ?? 0) / before - 1).magnitude < 0.1, "\(held.ahead[municipality] ?? 0) \(before)")
  }

  @Test func threadsChangeNothing() throws {
    let world = try Self.region.get()
    var request = world.request
    request.threads = 1
    let one = RiskDrivers(demand: world.demand, plan: world.plan, run: world.run, request: request)
    let tables = [world.drivers, one].map { RiskDriverTables(drivers: $0, run: world.run, request: request, panel: world.demand.panel).machine }
    #expect(tables[0].rows == tables[1].rows && !tables[0].rows.isEmpty)
  }
}
