import Glibc
import Placements
import Probability
import Testing

@testable import Demand

/// Batches of homecomings, shocks that municipalities share and the time since admission, each counted once.
@Suite struct NetThetaTests {
  /// Of a municipality's month.
  private static let theta = 1.2
  private static let shock = 0.35
  private static let worlds = 6
  private static let draws = 400

  /// Five years of 16 municipalities, homecomings by time since admission, a gamma factor for each month of each municipality
  /// and a shock for each half-year of all.
  private static func world(_ seed: UInt64) -> StaysWorld {
    var world = StaysWorld(
      groups: [StaysWorld.Group(area: "a", section: "SEL_107", admissions: 24, homecoming: [0.9, 0.45, 0.2, 0.1], otherExit: 0.1)],
      areas: [SpecialtyArea(id: "a", name: "A")], municipalities: 16)
    world.months = 60
    world.seed = seed
    let batches = (0..<world.municipalities).map { m in
      (0..<world.months).map { t in
        var stream = RandomStream(seed: seed ^ 0xBA7C4, pair: UInt64(m), UInt64(t))
        return stream.nextGamma(theta) / theta
      }
    }
    let shocks = (0..<10).map { k in
      var stream = RandomStream(seed: seed ^ 0x540C4, pair: UInt64(k), 0)
      return exp(shock * stream.nextNormal() - shock * shock / 2)
    }
    world.batch = { m, t in t < 0 || t >= 60 ? 1 : batches[m][t] * shocks[t / 6] }
    return world
  }

  private static let fits: Result<[FittedDemand], any Error> = Result {
    try (1...worlds).map { FittedDemand(panel: try Panel(world(UInt64($0)).extracts()), horizon: 12, threads: 2) }
  }

  /// θ's 95 % intervals hold the truth, and its estimates are right on average; the regression's own, which takes the shared
  /// shocks for batches, is too small.
  @Test func thetaIsNetOfShocksAndTime() throws {
    var inside = 0
    var (net, plain) = (0.0, 0.0)
    for demand in try Self.fits.get() {
      let fit = try #require(demand.flows.first { $0.flow == .homecoming })
      let estimate = try #require(fit.estimates.first { $0.subject == .theta })
      if let lower = estimate.lower, let upper = estimate.upper, (lower...upper).contains(Self.theta) { inside += 1 }
      net += log(estimate.value / Self.theta) / Double(Self.worlds)
      plain += log(estimate.value / fit.netTheta / Self.theta) / Double(Self.worlds)
    }
    #expect(inside >= Self.worlds - 1)
    // A standard error of some 0.15 in each world.
    #expect(abs(net) < 0.2, "\(net), without the shocks taken out \(plain)")
    #expect(plain < net)
  }

  /// Municipality-quarters scatter in the simulated futures as they did in the data: the squared coefficient of variation
  /// beyond Poisson, on average over the worlds. Futures add what is unknown of rates and trends, a few hundredths.
  @Test func futuresScatterAsTheDataDid() throws {
    var (observed, simulated) = (0.0, 0.0)
    for demand in try Self.fits.get() {
      let panel = demand.panel
      let fit = try #require(demand.flows.first { $0.flow == .homecoming })
      let rows = try #require(demand.observations(of: fit, seed: 1))
      let excess = zip(rows.observed, rows.fitted).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) - $1.1 }
      observed += excess / rows.fitted.reduce(0) { $0 + $1 * $1 } / Double(Self.worlds)
      let keys = TallyKeys(count: panel.municipalities.count, cell: Array(panel.municipalities.indices), strata: 1)
      let result = demand.simulate(reference: DemandPlan(windows: []), scenarios: [], keys: keys, draws: Self.draws, seed: 2, threads: 2)
      var (above, squares) = (0.0, 0.0)
      for m in panel.municipalities.indices {
        for quarter in 0..<2 {
          var sums = [Double](repeating: 0, count: Self.draws)
          for t in 0..<3 { result.add(.homecomings, plan: 0, key: m, step: 3 * quarter + t, to: &sums) }
          let mean = sums.reduce(0, +) / Double(Self.draws)
          above += sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Self.draws - 1) - mean
          squares += mean * mean
        }
      }
      simulated += above / squares / Double(Self.worlds)
    }
    #expect(observed > 0.25, "the worlds must scatter to test anything: \(observed)")
    // In-sample residuals are a little too small (each municipality's rate is fitted to them), futures a little too wide.
    #expect(simulated > 0.85 * observed && simulated < 1.25 * observed, "\(simulated) against \(observed)")
  }
}
