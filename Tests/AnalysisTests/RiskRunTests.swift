import Capacity
import Demand
import Foundation
import Groundwork
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

@Suite struct RiskRunTests {
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let plans: [Plan]
  }

  private static func world(_ change: (inout Extracts) -> Void = { _ in }) throws -> World {
    var extracts = try ExampleProject.region.read().usable()
    change(&extracts)
    let panel = try Panel(extracts)
    let path = ExampleProject.region.folder + "/scenarios/lukning.toml"
    let scenario = try Scenario(text: String(contentsOfFile: path, encoding: .utf8), file: path, name: "lukning")
    let builder = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: [scenario])
    return World(
      extracts: extracts, demand: FittedDemand(panel: panel, horizon: 36, threads: 2),
      plans: [builder.reference(named: "basis"), try builder.plan(scenario)])
  }

  private static let region: Result<World, any Error> = Result { try world() }

  private func run(_ world: World, judged: Int = 0, _ request: RiskRequest = RiskRequest(draws: 200, threads: 2)) throws -> RiskRun {
    try RiskRun(demand: world.demand, extracts: world.extracts, plans: Array(world.plans.prefix(judged + 1)), judged: judged, request: request)
  }

  @Test func everyOfferHasARowTheMostEndangeredFirst() throws {
    let world = try Self.region.get()
    let risks = try run(world).risks
    #expect(risks.map(\.offer.id).sorted() == world.extracts.offers.map(\.id).sorted())
    let judged = risks.compactMap(\.outlook)
    #expect(zip(judged, judged.dropFirst()).allSatisfy { $0.within24 >= $1.within24 })
    #expect(risks.drop { $0.outlook != nil }.allSatisfy { $0.outlook == nil })
    for outlook in judged {
      #expect(0 <= outlook.within12 && outlook.within12 <= outlook.within24 && outlook.within24 <= outlook.within36 && outlook.within36 <= 1)
      #expect((outlook.median != nil) == (outlook.within36 > 0.5))
      if let lower = outlook.lower, let median = outlook.median { #expect(lower <= median && median <= outlook.upper ?? median) }
    }
    for risk in risks {
      guard let outlook = risk.outlook else { #expect(risk.status == .notAssessed && risk.obstacle != nil); continue }
      #expect(risk.status == (outlook.within24 >= 0.5 ? .red : outlook.within24 >= 0.2 ? .yellow : .green))
    }
  }

  /// What cannot be judged says why and has no invented figures.
  @Test func obstaclesAreNamed() throws {
    let world = try Self.world { extracts in
      extracts.capacity.removeAll { $0.offer == "mosebakken" }
      let now = extracts.settings.observedTo ?? Day(number: 0)
      extracts.offers = extracts.offers.map { offer in
        let last: Day? = offer.id == "egernstubben" ? now : offer.id == "lyngspurven" ? now.advanced(by: 400) : nil
        return Offer(
          id: offer.id, name: offer.name, area: offer.area, region: offer.region, legalBasis: offer.legalBasis, kind: offer.kind,
          validFrom: offer.validFrom, validTo: last ?? offer.validTo)
      }
    }
    let risks = Dictionary(uniqueKeysWithValues: try run(world).risks.map { ($0.offer.id, $0) })
    let closed = try #require(risks["egernstubben"])
    #expect(closed.obstacle == .closed(world.extracts.settings.observedTo ?? Day(number: 0)))
    #expect(closed.places == nil && closed.citizens == nil && closed.occupancyNow == nil)
    if case .closes = risks["lyngspurven"]?.obstacle {} else { Issue.record("an offer that closes within the horizon") }
    #expect(risks["mosebakken"]?.obstacle == .unknownPlaces)
    #expect(risks["mosebakken"]?.places == nil && risks["mosebakken"]?.occupancyNow == nil && risks["mosebakken"]?.citizens == 13)
    #expect(risks["projekt_fyrrekoglehus"]?.obstacle == .singlePerson)
    #expect(risks["projekt_fyrrekoglehus"]?.places == 1)
  }

  @Test func aScenarioClosesItsOfferAndFillsTheOthers() throws {
    let world = try Self.region.get()
    let base = try run(world).risks
    let scenario = try run(world, judged: 1).risks
    func risk(_ risks: [OfferRisk], _ offer: String) throws -> OfferRisk { try #require(risks.first { $0.offer.id == offer }) }
    if case .closes = try risk(scenario, "mosebakken").obstacle {} else { Issue.record("the scenario closes it") }
    // Its citizens move within the area: the neighbours are in less danger, other areas as before.
    #expect(try risk(scenario, "egernstubben").outlook?.within24 ?? 1 < risk(base, "egernstubben").outlook?.within24 ?? 0)
    #expect(try risk(scenario, "noeddehaekken").outlook?.within24 == risk(base, "noeddehaekken").outlook?.within24)
  }

  /// The trigger is watched along each draw's own path, so it is never likelier than being below at some month's end of the
  /// run, and the same whatever the number of threads.
  @Test func threadsAndThresholds() throws {
    let world = try Self.region.get()
    let one = try run(world, RiskRequest(draws: 100, threads: 1)).risks
    let two = try run(world, RiskRequest(draws: 100, threads: 2)).risks
    #expect(one.map { $0.outlook?.within24 } == two.map { $0.outlook?.within24 })
    let strict = try run(world, RiskRequest(trigger: ClosureTrigger(share: 0.9), draws: 100)).risks
    for risk in one {
      let other = strict.first { $0.offer.id == risk.offer.id }
      if let mild = risk.outlook?.within24, let hard = other?.outlook?.within24 { #expect(hard >= mild) }
    }
    let area = try run(world, RiskRequest(areas: ["hjerneskade"], draws: 50)).risks
    #expect(!area.isEmpty && area.allSatisfy { $0.offer.area == "hjerneskade" })
  }

  /// As many come as leave, at 95 % of 40 places: the trigger stays unlikely.
  @Test func aSteadyOfferAtItsAssumedOccupancyIsSafe() throws {
    var stays: [Stay] = []
    let first = try #require(Day(year: 2016, month: 1, day: 10))
    for month in 0..<158 {
      // One a month, each for 38 months: 38 present all the time.
      let start = first.advanced(by: Int(Double(month - 38) * 30.4375))
      let end = start.advanced(by: Int(38 * 30.4375))
      let isOver = month < 120
      stays.append(
        Stay(
          citizen: "c\(month)", payer: month % 2 == 0 ? "751" : "740", offer: "o", legalBasis: "SEL_108", kind: .residential, start: start,
          end: isOver ? end : nil, endReason: isOver ? (month % 3 == 0 ? .homecoming : .discharge) : nil))
    }
    var settings = ProjectSettings(name: "steady", basePeriod: .month)
    settings.observedFrom = Day(year: 2016, month: 1, day: 1)
    settings.observedTo = Day(year: 2025, month: 12, day: 31)
    let extracts = Extracts(
      settings: settings, municipalities: [Municipality(code: "740", name: "Silkeborg"), Municipality(code: "751", name: "Aarhus")],
      offers: [Offer(id: "o", name: "O", area: "a", legalBasis: "SEL_108")],
      capacity: [CapacityStep(offer: "o", from: first, places: 40, assumedOccupancy: 0.95)], stays: stays)
    let panel = try Panel(extracts)
    let plans = [PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: []).reference(named: "basis")]
    let run = try RiskRun(
      demand: FittedDemand(panel: panel, horizon: 36), extracts: extracts, plans: plans, judged: 0, request: RiskRequest(draws: 1000))
    let outlook = try #require(run.risks.first?.outlook)
    #expect((36...40).contains(run.risks[0].citizens ?? 0))
    #expect(outlook.within24 < 0.10, "\(outlook)")
  }

  @Test func tablesHaveThePromisedColumns() throws {
    let world = try Self.region.get()
    let request = RiskRequest(draws: 20)
    let tables = RiskTables(run: try run(world, request), request: request, demand: world.demand)
    #expect(
      tables.machine.columns.map(\.name) == [
        "scenario", "offer", "area", "kind", "places", "occupancy_now", "assumed_occupancy", "break_even_occupancy", "p_outside_tolerance",
        "p_reduction_24m", "p_closure_12m", "p_closure_24m", "p_closure_36m", "median_closure_period", "closure_lower", "closure_upper",
        "expected_result", "advised_places", "status", "status_reason",
      ])
    #expect(tables.machine.rows.count == world.extracts.offers.count && tables.sheet.rows.count == tables.machine.rows.count)
  }
}
