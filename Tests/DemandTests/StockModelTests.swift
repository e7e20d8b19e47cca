import Foundation
import Placements
import Probability
import Testing

@testable import Demand

@Suite struct StockModelTests {
  /// Stocks of `count` municipalities over 20 years from a random walk of the log with the given shocks; the last two years
  /// are held back.
  private func panel(seed: UInt64, count: Int, local: Double, common: Double) throws -> (panel: Panel, future: [[Double]]) {
    var stream = RandomStream(seed: seed, 1, 2)
    var logs = (0..<count).map { _ in log(50 + 400 * stream.nextUniform()) }
    var activity: [Activity] = []
    var future = [[Double]](repeating: [], count: count)
    for year in 2000..<2020 {
      let shared = common * stream.nextNormal()
      for m in 0..<count {
        logs[m] += shared + local * stream.nextNormal()
        if year < 2018 {
          activity.append(
            Activity(stratum: Stratum(area: "a", kind: .residential, legalBasis: ""), period: Period(year: year, number: 1, length: .year), payer: "\(100 + m)", stock: exp(logs[m]).rounded()))
        } else {
          future[m].append(exp(logs[m]))
        }
      }
    }
    let settings = ProjectSettings(name: "test", areas: [SpecialtyArea(id: "a", name: "A")])
    let municipalities = (0..<count).map { Municipality(code: "\(100 + $0)", name: "M\($0)") }
    return (try Panel(Extracts(settings: settings, municipalities: municipalities, activity: activity)), future)
  }

  private func interval(_ values: [Double]) -> ClosedRange<Double> {
    let sorted = values.sorted()
    return sorted[sorted.count / 10]...sorted[sorted.count * 9 / 10]
  }

  /// 80 % intervals of single municipalities and of their sum hold 80 % of what came, over 40 simulated countries.
  /// With 40 × 30 municipality-years that share common shocks the share's own standard error is near 4 percentage points
  /// and that of the totals (40 values, two years each) near 6; three of them are allowed.
  @Test func intervalsCoverMunicipalitiesAndTheirSum() throws {
    var single = 0, singles = 0, total = 0, totals = 0
    for seed in 0..<40 {
      let (panel, future) = try panel(seed: UInt64(seed), count: 30, local: 0.08, common: 0.06)
      let demand = FittedDemand(panel: panel, horizon: 2)
      let each = TallyKeys(count: 30, cell: Array(0..<30), strata: 1)
      let whole = TallyKeys(count: 1, cell: [Int](repeating: 0, count: 30), strata: 1)
      for (keys, isTotal) in [(each, false), (whole, true)] {
        let draws = demand.simulate(reference: DemandPlan(windows: []), scenarios: [], keys: keys, draws: 400, seed: 3, threads: 2)
        for key in 0..<keys.count {
          for step in 0..<2 {
            var values = [Double](repeating: 0, count: 400)
            draws.addStockOnly(plan: 0, key: key, step: step, to: &values)
            let actual = isTotal ? future.reduce(0) { $0 + $1[step] } : future[key][step]
            let hit = interval(values).contains(actual)
            if isTotal { totals += 1; total += hit ? 1 : 0 } else { singles += 1; single += hit ? 1 : 0 }
          }
        }
      }
    }
    let singleShare = Double(single) / Double(singles)
    let totalShare = Double(total) / Double(totals)
    #expect((0.68...0.92).contains(singleShare), "municipalities: \(singleShare)")
    #expect((0.62...0.96).contains(totalShare), "totals: \(totalShare)")
  }

  /// The level follows the last observation when the series is a random walk.
  @Test func levelFollowsTheLastObservation() throws {
    let (panel, _) = try panel(seed: 5, count: 30, local: 0.1, common: 0.02)
    let model = StockModel(panel: panel, horizon: 3)
    #expect(model.smoothing > 0.8)
    for series in model.series {
      let last = panel.series(.stock, municipality: series.municipality, stratum: series.stratum).last ?? .nan
      #expect(abs(exp(series.level) - last) < 0.1 * last)
    }
  }

  /// The mean of the paths follows the drift alone: none sneaks in with the variance.
  @Test func meanOfPathsFollowsTheDrift() throws {
    let (panel, _) = try panel(seed: 6, count: 20, local: 0.1, common: 0.05)
    let demand = FittedDemand(panel: panel, horizon: 10)
    let keys = TallyKeys(count: 1, cell: [Int](repeating: 0, count: 20), strata: 1)
    let draws = demand.simulate(reference: DemandPlan(windows: []), scenarios: [], keys: keys, draws: 4000, seed: 1, threads: 2)
    var values = [Double](repeating: 0, count: 4000)
    draws.addStockOnly(plan: 0, key: 0, step: 9, to: &values)
    let mean = values.reduce(0, +) / 4000
    let sd = sqrt(values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3999)
    let model = StockModel(panel: panel, horizon: 10)
    let steps = (1...10).reduce(0.0) { $0 + pow(model.driftDamping, Double($1)) }
    // The drift's error and variances with few degrees of freedom lift the mean of the exponential a little.
    let lift = model.drift[0].error * model.drift[0].error * steps * steps / 2
    let expected = exp(model.drift[0].mean * steps + lift)
    #expect(abs(mean / draws.openingStock(key: 0) / expected - 1) < 4 * sd / mean / sqrt(4000) + 0.04)
  }
}
