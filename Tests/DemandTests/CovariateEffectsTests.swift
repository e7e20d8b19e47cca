import Glibc
import Placements
import Testing

@testable import Demand

@Suite struct CovariateEffectsTests {
  private static func world(factor: Double?) -> StaysWorld {
    var world = StaysWorld(
      groups: [StaysWorld.Group(area: "a", section: "SEL_107", admissions: 12, homecoming: [0.5, 0.3, 0.2, 0.2], otherExit: 0.15)],
      areas: [SpecialtyArea(id: "a", name: "A", ageTo: 64)], municipalities: 12)
    world.months = 48
    world.ages = 20...50
    world.agedOut = 0
    world.factor = factor
    world.covariates = [.age, .supportLevel]
    return world
  }

  /// Citizens of level 2 go home three times as often as those of level 1: the factors' ratio is that, within 3.5 standard
  /// errors; other exits and the age, on which nothing depends, have factors near 1, and unknown levels the mean.
  @Test func factorsAreFound() throws {
    let panel = try Panel(Self.world(factor: 3).extracts())
    let demand = FittedDemand(panel: panel, horizon: 12, threads: 2)
    let homecoming = try #require(demand.flows.first { $0.flow == .homecoming })
    func found(_ flow: FlowFit, _ covariate: Covariate) -> [FlowFit.Estimate] {
      flow.estimates.filter { if case .covariate(covariate, _, _) = $0.subject { true } else { false } }
    }
    let levels = found(homecoming, .supportLevel)
    try #require(levels.count == 2)
    let error = (levels.map { pow($0.standardError ?? .nan, 2) }.reduce(0, +)).squareRoot()
    // Both errors are of differences from the mean: their sum of squares bounds that of the difference but for the covariance.
    #expect(abs(levels[1].value - levels[0].value - log(3)) < 3.5 * 1.5 * error, "\(levels.map(\.value)) ± \(error)")
    for estimate in found(homecoming, .age) { #expect(abs(estimate.value) < 0.25, "\(estimate)") }
    let other = try #require(demand.flows.first { $0.flow == .otherExit })
    for factor in other.covariates?.factors ?? [] { #expect(abs(log(factor)) < 0.3) }
    #expect(try #require(homecoming.covariates).factors[0] == 1, "a citizen of whom nothing is known has the mean rate")
    #expect(abs(homecoming.fittedEvents / homecoming.events - 1) < 0.01)
  }

  /// Without a difference there is at most a small one, and what is not asked for changes nothing at all.
  @Test func levelsThatDoNotMatterHaveNoFactor() throws {
    var world = Self.world(factor: 1)
    let extracts = world.extracts()
    let asked = FittedDemand(panel: try Panel(extracts), horizon: 12, threads: 2)
    for flow in asked.flows { for factor in flow.covariates?.factors ?? [] { #expect(abs(log(factor)) < 0.3) } }
    world.covariates = []
    let silent = FittedDemand(panel: try Panel(world.extracts()), horizon: 12, threads: 2)
    #expect(silent.flows.allSatisfy { $0.covariates == nil })
  }

  @Test func drawsKeepTheFactors() throws {
    let demand = FittedDemand(panel: try Panel(Self.world(factor: 3).extracts()), horizon: 12, threads: 2)
    let covariates = try #require(demand.flows.first { $0.flow == .homecoming }?.covariates)
    let (draws, profiles) = (300, covariates.factors.count)
    let table = covariates.draws(draws, seed: 3)
    for profile in 0..<profiles {
      let mean = (0..<draws).reduce(0.0) { $0 + table[$1 * profiles + profile] } / Double(draws)
      #expect(abs(mean / covariates.factors[profile] - 1) < 1e-9)
    }
    #expect(table == covariates.draws(draws, seed: 3))
  }

  /// Who is there matters: where only those of level 2 are left, more go home than where only those of level 1 are, and a
  /// scenario of no change changes nobody's path.
  @Test func residentsLeaveAsTheirLevelsSay() throws {
    let extracts = Self.world(factor: 3).extracts()
    let demand = FittedDemand(panel: try Panel(extracts), horizon: 6, threads: 2)
    func expected(_ level: Double) throws -> Double {
      var own = extracts
      own.stays = extracts.stays.filter { $0.end != nil || $0.supportLevel == level }
      let panel = try Panel(own)
      let clock = FlowClock(panel: panel, horizon: 6)
      func rates(_ flow: Flow) throws -> FlowRates {
        try #require(demand.flows.first { $0.flow == flow }).draws(panel: panel, clock: clock, draws: 400, seed: 5)
      }
      let none = FlowRates(FlowDraws(empty: panel, clock: clock, draws: 400), edges: clock.edges)
      let simulator = FlowSimulator(
        panel: panel, clock: clock, draws: 400, seed: 5, admission: none, homecoming: try rates(.homecoming), otherExit: try rates(.otherExit),
        homecomingCount: nil, otherExitCount: nil, destinations: TransferDraws(panel: panel, draws: 400, seed: 5), frailty: nil,
        exposure: [Double](repeating: 0, count: panel.municipalities.count * 6))
      let keys = TallyKeys(count: 1, cell: panel.municipalities.map { _ in 0 }, strata: 1)
      let change = RateChange(
        target: .flow(.homecoming), municipalities: panel.municipalities.map { _ in true }, strata: [true], periods: 0..<6, effect: .multiply(.exact(1)))
      let result = simulator.run(
        plans: simulator.prepare(reference: DemandPlan(windows: []), scenarios: [DemandPlan(changes: [change], windows: [])], keys: keys), keys: keys,
        threads: 2)
      var (home, difference) = ([Double](repeating: 0, count: 400), [Double](repeating: 0, count: 400))
      for t in 0..<6 {
        result.base.add(.homecomings, key: 0, period: t, to: &home)
        result.differences[0].add(.homecomings, key: 0, period: t, to: &difference)
      }
      #expect(difference.allSatisfy { $0 == 0 })
      return home.reduce(0, +) / 400 / Double(panel.residents.count)
    }
    let ratio = try expected(2) / expected(1)
    // Three times the hazard, less those who are gone already within the half-year; estimates of some hundreds of events.
    #expect(ratio > 1.8 && ratio < 3.6, "\(ratio)")
  }
}
