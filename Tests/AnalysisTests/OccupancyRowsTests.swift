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

/// Places handed out in every draw and month of the example region, also where a scenario closes an offer.
@Suite struct OccupancyRowsTests {
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let plans: [Plan]
    let simulated: SimulatedPlans
  }

  private static let draws = 60

  private static let world: Result<World, any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    let path = ExampleProject.region.folder + "/scenarios/lukning.toml"
    let scenario = try Scenario(text: String(contentsOfFile: path, encoding: .utf8), file: path, name: "lukning")
    let builder = PlanBuilder(panel: panel, horizon: 24, capacity: extracts.capacity, scenarios: [scenario])
    let demand = FittedDemand(panel: panel, horizon: 24, threads: 2)
    let plans = [builder.reference(named: "basis"), try builder.plan(scenario)]
    let simulated = SimulatedPlans(
      demand: demand, capacity: extracts.capacity, plans: plans, grouping: .offer, filter: ResultFilter(), detail: .events, draws: draws, seed: 1,
      threads: 2, progress: nil)
    return World(extracts: extracts, demand: demand, plans: plans, simulated: simulated)
  }

  private func basis(_ world: World, _ change: (inout RuleSet.Waiting) -> Void = { _ in }) -> OccupancyBasis {
    var rules = RuleSet(name: "r", title: Phrase("r"))
    change(&rules.waiting)
    return OccupancyBasis(world.extracts, panel: world.demand.panel, rules: rules)
  }

  private func occupier(_ world: World, _ change: (inout RuleSet.Waiting) -> Void = { _ in }) -> Occupier {
    Occupier(demand: world.demand, simulated: world.simulated, plans: world.plans, basis: basis(world, change), draws: Self.draws)
  }

  @Test(arguments: [0, 1]) func demandIsServedWaitsOrLeftInEveryDrawAndMonth(plan: Int) throws {
    let world = try Self.world.get()
    let occupier = occupier(world)
    var lacking = 0.0
    for group in OfferGroup.all(world.simulated) {
      let paths = occupier.paths(of: group, plan: plan)
      for t in 0..<world.demand.horizon {
        for d in 0..<Self.draws {
          let wanted = paths.reduce(0) { $0 + $1.demand[t][d] }
          let lost = paths.reduce(0) { $0 + $1.waiting[t][d] + $1.left[t][d] }
          let found = paths.reduce(0) { $0 + $1.served[t][d] } + lost
          lacking += lost
          // Sums of some tens of numbers near 20.
          if abs(wanted - found) > 1e-9 * max(1, wanted) { Issue.record("\(group.stratum.key) \(t) \(d): \(wanted) \(found)") }
        }
      }
    }
    #expect(lacking > 0)
  }

  @Test(arguments: RuleSet.PlacesLimit.allCases) func noMoreAreServedThanMayBe(limit: RuleSet.PlacesLimit) throws {
    let world = try Self.world.get()
    let occupier = occupier(world) { $0.limit = limit }
    for group in OfferGroup.all(world.simulated) {
      for own in occupier.paths(of: group, plan: 1) {
        let now = world.simulated.timelines[1].atEnd(of: world.demand.panel.origin, offer: own.offer.id) ?? 0
        let crowding = max(1, Double(world.simulated.draws.openingFlowStock(key: own.key)) / max(1, now))
        for t in own.served.indices {
          let day = world.demand.panel.origin.advanced(by: t + 1).lastDay
          let most = own.places[t] * crowding * occupier.basis.limitRatio(own.offer.id, on: day)
          #expect((own.served[t].max() ?? 0) <= most + 1e-9, "\(own.offer.id) \(t)")
        }
      }
    }
  }

  @Test func whereEverybodyMustBeTakenNobodyWaits() throws {
    let world = try Self.world.get()
    let occupier = occupier(world) { $0.duty = .always }
    for group in OfferGroup.all(world.simulated) {
      for own in occupier.paths(of: group, plan: 0) {
        #expect(own.waiting.allSatisfy { $0.allSatisfy { abs($0) < 1e-9 } } && own.left.allSatisfy { $0.allSatisfy { $0 == 0 } })
      }
    }
  }

  private func run(_ grouping: Grouping, _ measures: [Measure], threads: Int = 2, plans: Int = 1, offers: OfferBasis? = nil) throws -> ScenarioRun {
    let world = try Self.world.get()
    return ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: Array(world.plans.prefix(plans)),
      request: RunRequest(grouping: grouping, every: .quarter, draws: Self.draws, threads: threads, measures: measures),
      offers: offers ?? OfferBasis(world.extracts, request: RiskRequest(rules: basis(world).rules)))
  }

  /// Without a waiting list today, demand is what the simulation draws, whoever finds a place.
  @Test func demandIsTheSimulations() throws {
    let rows = try run(.offer, [.fullYearPlaces, .demand]).rows
    let simulated = rows.filter { $0.measure == .fullYearPlaces }
    let wanted = Dictionary(uniqueKeysWithValues: rows.filter { $0.measure == .demand }.map { ([AnyHashable($0.key), AnyHashable($0.period)], $0.value) })
    #expect(!simulated.isEmpty && simulated.count == wanted.count)
    for row in simulated {
      let own = try #require(wanted[[AnyHashable(row.key), AnyHashable(row.period)]])
      #expect(abs(own.mean - row.value.mean) < 1e-9 * max(1, row.value.mean) && abs(own.upper - row.value.upper) < 1e-6)
    }
  }

  @Test func areasAreTheSumsOfTheirOffersAndThreadsChangeNothing() throws {
    let measures: [Measure] = [.demand, .served, .waiting, .left, .freePlaces, .approvedPlaces, .staffedPlaces]
    let offers = try run(.offer, measures, plans: 2).rows
    let areas = try run(.area, measures, threads: 1, plans: 2).rows
    for row in areas {
      let parts = offers.filter { $0.plan == row.plan && $0.measure == row.measure && $0.period == row.period && $0.key.area == row.key.area && $0.key.kind == row.key.kind }
      #expect(abs(parts.reduce(0) { $0 + $1.value.mean } - row.value.mean) < 1e-6, "\(row.measure) \(row.key)")
    }
    let again = try run(.offer, measures, threads: 1, plans: 2).rows
    #expect(offers.map(\.value) == again.map(\.value) && offers.map(\.difference) == again.map(\.difference))
    #expect(try run(.municipality, measures).rows.isEmpty)
  }

  /// Days of day offers are not known without their days a year, hours have none, and kinds stand in lines of their own.
  @Test func kindsHaveTheirOwnArithmetic() throws {
    let rows = try run(.total, [.servedDays, .served, .servedFullYearPlaces]).rows
    #expect(Set(rows.filter { $0.measure == .served }.map(\.key.kind)) == Set(ServiceKind.allCases))
    #expect(Set(rows.filter { $0.measure == .servedDays }.map(\.key.kind)) == [.residential, .respite, .singlePerson])
    for row in rows where row.measure == .servedFullYearPlaces {
      let served = rows.first { $0.measure == .served && $0.key == row.key && $0.period == row.period }
      #expect(abs((served?.value.mean ?? 0) - row.value.mean) < 1e-6)
    }
  }

  /// Half a year's days are paid for: half the days, the same full-year places.
  @Test func dayOffersCountTheDaysOnWhichTheyAreOpen() {
    #expect(ServiceArithmetic.paidShare(.day, daysPerYear: 182.5) == 0.5 && ServiceArithmetic.paidShare(.day, daysPerYear: nil) == nil)
    #expect(ServiceArithmetic.paidShare(.residential, daysPerYear: nil) == 1 && ServiceArithmetic.paidShare(.hours, daysPerYear: 365) == nil)
  }

  /// Those who wait today are demand besides the simulated.
  @Test func todaysWaitingList() throws {
    let world = try Self.world.get()
    let offer = try #require(world.extracts.offers.first { $0.id == "boligerne_bukkeblad" })
    var extracts = world.extracts
    extracts.activity.append(Activity(stratum: offer.stratum, offer: offer.id, period: world.demand.panel.origin, payer: "740", waiting: 6))
    let listed = OfferBasis(extracts, request: RiskRequest(rules: RuleSet(name: "r", title: Phrase("r"))))
    #expect(listed.occupancy(world.demand.panel).waitingNow == [offer.id: 6])
    func demand(_ rows: [ResultRow]) -> Double { rows.first { $0.key.offer == offer.id && $0.measure == .demand }?.value.mean ?? 0 }
    let (with, without) = (demand(try run(.offer, [.demand], offers: listed).rows), demand(try run(.offer, [.demand]).rows))
    #expect(with > without + 4 && with <= without + 6)
  }
}
