import Placements
import Testing

@testable import Demand

/// What the whole of rates, factors and simulation must keep.
@Suite struct FittedDemandTests {
  private static let groups = [
    StaysWorld.Group(
      area: "unge", section: "BL_43", admissions: 150, homecoming: [0.4, 0.2, 0.15, 0.1], otherExit: 0.2, ageOut: 0.15, transfer: 0.15, destination: 1),
    StaysWorld.Group(area: "voksne", section: "SEL_107", admissions: 100, homecoming: [0.3, 0.15, 0.1, 0.1], otherExit: 0.15, transfer: 0.05, destination: 2),
    StaysWorld.Group(area: "voksne", section: "SEL_108", admissions: 50, homecoming: [0.1, 0.1, 0.1, 0.1], otherExit: 0.1),
  ]

  private static func world(traits: Bool) -> StaysWorld {
    var world = StaysWorld(groups: groups, areas: [SpecialtyArea(id: "unge", name: "Unge", ageTo: 17), SpecialtyArea(id: "voksne", name: "Voksne")])
    guard traits else { return world }
    world.ages = 8...16
    world.factor = 2
    world.covariates = [.supportLevel]
    return world
  }

  private static let draws = 200

  /// The fitted rates from the stock before the data's first period, over the data's own periods: the means of all flows are
  /// the counts to 1 %, beside four standard errors of the simulated mean.
  ///
  /// Rates without trend (there are less than two years), so that those of the origin hold from the beginning. The simulated
  /// stock is not quite the one that was there, which with thousands of events moves the flows by less than the 1 %; but how
  /// many reach the age limit at all is chance, Poisson at most.
  @Test(arguments: [false, true]) func simulatedMeansEqualTheCountsInSample(traits: Bool) throws {
    let extracts = Self.world(traits: traits).extracts()
    let panel = try Panel(extracts)
    var earlier = extracts
    earlier.settings.observedFrom = panel.first.advanced(by: -12).firstDay
    let before = try Panel(earlier.asOf(panel.first.advanced(by: -1)))
    #expect(before.municipalities == panel.municipalities && before.strata == panel.strata && before.areas == panel.areas)
    let demand = FittedDemand(panel: panel, horizon: panel.count, threads: 2)
    let clock = FlowClock(panel: before, horizon: panel.count)
    func rates(_ flow: Flow) throws -> FlowRates {
      try #require(demand.flows.first { $0.flow == flow }).draws(panel: panel, clock: clock, draws: Self.draws, seed: 3)
    }
    let limits = demand.flows.first { $0.flow == .ageOut }?.ageLimits?.draws(Self.draws, seed: 3, panel: before, clock: clock)
    #expect((limits != nil) == traits)
    if traits {
      #expect(try #require(demand.flows.first { $0.flow == .homecoming }).covariates != nil)
    }
    let simulator = FlowSimulator(
      panel: before, clock: clock, draws: Self.draws, seed: 3, admission: try rates(.admission), homecoming: try rates(.homecoming),
      otherExit: try rates(.otherExit), ageOut: try rates(.ageOut), transfer: try rates(.transfer), homecomingCount: nil, otherExitCount: nil,
      destinations: TransferDraws(panel: panel, draws: Self.draws, seed: 3), ageLimits: limits, arrivals: panel.traits?.arrivals, frailty: nil,
      exposure: [Double](repeating: 1, count: panel.municipalities.count * panel.areas.count * panel.count))
    let strata = panel.strata.count
    let keys = TallyKeys(count: strata, cell: (0..<panel.municipalities.count * strata).map { $0 % strata }, strata: strata, detail: .causes)
    let result = simulator.run(
      plans: simulator.prepare(reference: DemandPlan(windows: []), scenarios: [], keys: keys), keys: keys, threads: 2)
    func simulated(_ kind: EventTally.Kind, _ strata: Range<Int>) -> [Double] {
      var sums = [Double](repeating: 0, count: Self.draws)
      for key in strata { for t in 0..<panel.count { result.base.add(kind, key: key, period: t, to: &sums) } }
      return sums
    }
    func check(_ name: String, _ sums: [Double], _ counted: Double, chance: Double = 0) {
      let mean = sums.reduce(0, +) / Double(Self.draws)
      let variance = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Self.draws - 1)
      #expect(counted > 250, "\(name): too few to say anything")
      #expect(abs(mean - counted) < 0.01 * counted + chance + 4 * (variance / Double(Self.draws)).squareRoot(), "\(name): \(mean) against \(counted)")
    }
    check("admissions", simulated(.admissions, 0..<strata), panel.total(.admissions))
    check("homecomings", simulated(.homecomings, 0..<strata), panel.total(.homecomings))
    let others = zip(simulated(.otherExits, 0..<strata), simulated(.ageOuts, 0..<strata)).map { $0 - $1 }
    check("other exits", others, panel.total(.otherExits) - panel.total(.ageOuts))
    check("age outs", simulated(.ageOuts, 0..<strata), panel.total(.ageOuts), chance: traits ? 3 * panel.total(.ageOuts).squareRoot() : 0)
    // Nobody moves to the first stratum, and nobody from the last.
    check("transfers from the first", simulated(.netMoves, 0..<1).map { -$0 }, Double(panel.transfers.count { $0.from == 0 }))
    check("transfers to the last", simulated(.netMoves, 2..<3), Double(panel.transfers.count { $0.to == 2 }))
    let lost = simulated(.netMoves, 0..<strata)
    #expect(lost.allSatisfy { $0 == 0 }, "a move is between strata: nobody comes or goes by it")
  }

  /// More or fewer other exits leave the hazard of ageing out and of transfers as they are, and the other way round.
  @Test(arguments: [Flow.otherExit, .ageOut, .transfer]) func flowsChangeByThemselves(flow: Flow) throws {
    let panel = try Panel(Self.world(traits: false).extracts())
    let demand = FittedDemand(panel: panel, horizon: 12, threads: 2)
    let cells = panel.municipalities.count * panel.strata.count
    let keys = TallyKeys(count: 1, cell: (0..<cells).map { $0 % panel.strata.count == 0 ? 0 : -1 }, strata: panel.strata.count, detail: .causes)
    func plan(_ factor: Double) -> DemandPlan {
      DemandPlan(
        changes: [
          RateChange(
            target: .flow(flow), municipalities: panel.municipalities.map { _ in true }, strata: panel.strata.map { _ in true }, periods: 0..<12,
            effect: .multiply(.exact(factor)))
        ], windows: [])
    }
    let result = demand.simulate(reference: DemandPlan(windows: []), scenarios: [plan(1), plan(0)], keys: keys, draws: 100, seed: 2, threads: 2)
    #expect(!result.differs(plan: 1, key: 0) || sums(result, .otherExits, 1) == sums(result, .otherExits, 0), "a factor of one changes nothing")
    let (aged, other, moves) = (sums(result, .ageOuts, 2), sums(result, .otherExits, 2) - sums(result, .ageOuts, 2), sums(result, .netMoves, 2))
    #expect((aged == 0) == (flow == .ageOut) && (other == 0) == (flow == .otherExit) && (moves == 0) == (flow == .transfer))
    // Who does not leave in one way may leave in another: of those at risk some ten per cent more.
    let base = (sums(result, .ageOuts, 0), sums(result, .otherExits, 0) - sums(result, .ageOuts, 0), -sums(result, .netMoves, 0))
    for (name, changed, before) in [("age outs", aged, base.0), ("other exits", other, base.1), ("transfers", -moves, base.2)] where changed != 0 {
      #expect(changed > before && changed < 1.2 * before, "\(name): \(changed) against \(before)")
    }
  }

  /// Rates that are kept are those that would be drawn again, and others where draws or seed are others.
  @Test func keptRatesAreThoseDrawnAgain() throws {
    let panel = try Panel(Self.world(traits: false).extracts())
    let demand = FittedDemand(panel: panel, horizon: 12, threads: 2)
    let keeping = demand.keepingRates()
    let keys = TallyKeys(count: 1, cell: panel.municipalities.indices.flatMap { _ in panel.strata.map { _ in 0 } }, strata: panel.strata.count)
    for seed in [2, 2, 3, 2] as [UInt64] {
      func exits(_ demand: FittedDemand) -> [Double] {
        let draws = demand.simulate(reference: DemandPlan(windows: []), scenarios: [], keys: keys, draws: 100, seed: seed, threads: 2)
        var sums = [Double](repeating: 0, count: 100)
        for step in 0..<12 { draws.add(.homecomings, plan: 0, key: 0, step: step, to: &sums) }
        return sums
      }
      #expect(exits(keeping) == exits(demand), "seed \(seed)")
    }
  }

  private func sums(_ draws: DemandDraws, _ kind: EventTally.Kind, _ plan: Int) -> Double {
    var sums = [Double](repeating: 0, count: 100)
    for step in 0..<12 { draws.add(kind, plan: plan, key: 0, step: step, to: &sums) }
    return sums.reduce(0, +)
  }
}
