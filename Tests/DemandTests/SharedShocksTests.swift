import Foundation
import LinearAlgebra
import Probability
import Testing

@testable import Demand

/// Walks and shocks that municipalities share: found where they are, not invented where they are not, simulated with the
/// variance that was found and without moving the mean.
@Suite struct SharedShocksTests {
  private static let (areas, steps) = (6, 40)

  /// Counts of areas in steps of half a year, around means of `size`.
  private static func totals(seed: UInt64, size: Double, walk: Double, areaWalk: Double, shock: Double) -> SharedShocks.Totals {
    var stream = RandomStream(seed: seed, 1)
    var events = [Double](repeating: 0, count: areas * steps)
    func path(_ deviation: Double) -> [Double] {
      var level = 0.0
      return (0..<steps).map { _ in
        level += deviation * stream.nextNormal()
        return level
      }
    }
    let common = path(walk)
    let passing = (0..<steps).map { _ in shock * stream.nextNormal() }
    for a in 0..<areas {
      let own = path(areaWalk)
      for k in 0..<steps { events[a * steps + k] = Double(poisson(size * exp(common[k] + passing[k] + own[k]), &stream)) }
    }
    let years = (0..<steps).map { (Double($0) + 0.5 - Double(steps) / 2) / 2 }
    // What a regression on area and trend leaves is not needed here: the walks' columns are orthogonal to both.
    let means = (0..<areas).flatMap { a in line(Array(events[a * steps..<(a + 1) * steps]), years) }
    return SharedShocks.Totals(
      areas: areas, steps: steps, events: events, means: means, clustered: [Double](repeating: 0, count: areas * steps), trend: years,
      ramp: years.map { max(0, $0) })
  }

  private static func poisson(_ mean: Double, _ stream: inout RandomStream) -> Int {
    var (count, sum) = (0, -log(stream.nextUniform()))
    while sum < mean {
      count += 1
      sum -= log(stream.nextUniform())
    }
    return count
  }

  /// A log-linear trend by Newton's method.
  private static func line(_ counts: [Double], _ years: [Double]) -> [Double] {
    var (level, slope) = (log(counts.reduce(0, +) / Double(counts.count)), 0.0)
    for _ in 0..<20 {
      let means = years.map { exp(level + slope * $0) }
      let (s0, s1, s2) = (means.reduce(0, +), zip(means, years).reduce(0) { $0 + $1.0 * $1.1 }, zip(means, years).reduce(0) { $0 + $1.0 * $1.1 * $1.1 })
      let (g0, g1) = (zip(counts, means).reduce(0) { $0 + $1.0 - $1.1 }, (0..<years.count).reduce(0.0) { $0 + (counts[$1] - means[$1]) * years[$1] })
      let determinant = s0 * s2 - s1 * s1
      level += (s2 * g0 - s1 * g1) / determinant
      slope += (s0 * g1 - s1 * g0) / determinant
    }
    return years.map { exp(level + slope * $0) }
  }

  private static func fit(_ totals: SharedShocks.Totals) throws -> SharedShocks {
    try #require(try SharedShocks(totals, span: 2, perYear: 4, hasRamp: false))
  }

  /// With 240 counts of 200 a walk's variance is known to within a third or so; eight worlds together to within a tenth.
  @Test func variancesAreFound() throws {
    var (walk, areaWalk, shock) = (0.0, 0.0, 0.0)
    for seed in 1...8 {
      let found = try Self.fit(Self.totals(seed: UInt64(seed), size: 200, walk: 0.1, areaWalk: 0.12, shock: 0.08))
      walk += found.walk.variance / 8
      areaWalk += found.areaWalk.variance / 8
      shock += found.shock.variance / 8
    }
    #expect(abs(areaWalk / (0.12 * 0.12) - 1) < 0.3, "\(areaWalk)")
    // The common ones rest on 40 steps each.
    #expect(abs(walk / (0.1 * 0.1) - 1) < 0.5, "\(walk)")
    #expect(abs(shock / (0.08 * 0.08) - 1) < 0.5, "\(shock)")
  }

  /// Counts that vary by chance alone show next to nothing: the mean variance stays below a tenth of what counts of 20 vary by.
  @Test func chanceIsNotTakenForShocks() throws {
    var sum = 0.0
    for seed in 1...8 {
      let found = try Self.fit(Self.totals(seed: UInt64(seed), size: 20, walk: 0, areaWalk: 0, shock: 0))
      sum += (found.walk.variance + found.areaWalk.variance) / 8
    }
    #expect(sum < 0.1 * 1 / 20, "\(sum)")
  }

  /// Factors ahead: means as the level at the origin says, variance growing by the walks, areas moving together.
  @Test func futuresWanderAroundTheLevel() throws {
    let shocks = try Self.fit(Self.totals(seed: 3, size: 200, walk: 0.1, areaWalk: 0.12, shock: 0.08))
    let (draws, horizon) = (4000, 12)
    var factors = [Double](repeating: 1, count: draws * Self.areas * horizon)
    factors.withUnsafeMutableBufferPointer { shocks.multiply($0.baseAddress!, draws: draws, horizon: horizon, seed: 9) }
    func values(_ area: Int, _ t: Int) -> [Double] { (0..<draws).map { factors[($0 * Self.areas + area) * horizon + t] } }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
    for area in [0, 5] {
      let (first, last) = (values(area, 0), values(area, horizon - 1))
      let means = (first.reduce(0, +) / Double(draws), last.reduce(0, +) / Double(draws))
      let error = (variance(first) / Double(draws)).squareRoot() + (variance(last) / Double(draws)).squareRoot()
      #expect(abs(means.0 - means.1) < 4 * error, "the mean of a walk's exponential stays")
      let growth = variance(last.map { log($0) }) - variance(first.map { log($0) })
      // Eleven quarters are five and a half steps. Drawn variances keep their mean; four standard errors of a variance.
      let expected = 5.5 * (shocks.walk.variance + shocks.areaWalk.variance)
      #expect(abs(growth - expected) < 4 * variance(last.map { log($0) }) * (2 / Double(draws)).squareRoot() + 0.1 * expected)
    }
    let (a, b) = (values(0, horizon - 1).map { log($0) }, values(5, horizon - 1).map { log($0) })
    let together = variance(zip(a, b).map(+)) - variance(a) - variance(b)
    #expect(together > 2 * 4 * shocks.walk.variance, "what is common does not average out")
  }

  /// The level at the origin follows the last steps: counts that have doubled stay doubled.
  @Test func levelFollowsTheLastObservations() throws {
    var totals = Self.totals(seed: 5, size: 200, walk: 0, areaWalk: 0, shock: 0)
    // A hump and a jump at the end that no straight line follows.
    for k in 34..<40 { totals.events[k] *= 2 }
    let means = Self.line(Array(totals.events[0..<Self.steps]), totals.trend)
    for k in 0..<Self.steps { totals.means[k] = means[k] }
    let shocks = try Self.fit(totals)
    let draws = 1000
    var factors = [Double](repeating: 1, count: draws * Self.areas)
    factors.withUnsafeMutableBufferPointer { shocks.multiply($0.baseAddress!, draws: draws, horizon: 1, seed: 9) }
    let mean = (0..<draws).reduce(0.0) { $0 + factors[$1 * Self.areas] } / Double(draws) * totals.means[Self.steps - 1]
    #expect(abs(mean / 400 - 1) < 0.1, "\(mean): the line alone says \(totals.means[Self.steps - 1])")
  }

  /// What is unknown of the levels is what conditioning the whole normal model on its data leaves, with the line unknown as well:
  /// L − P S⁻¹ P' + P S⁻¹ X (X' S⁻¹ X)⁻¹ X' S⁻¹ P' over all areas and steps at once.
  @Test func originIsAsUnknownAsTheWholeModelSays() throws {
    let shocks = try Self.fit(Self.totals(seed: 3, size: 50, walk: 0.1, areaWalk: 0.12, shock: 0.08))
    let (model, n) = (shocks.model, Self.areas * Self.steps)
    let (walk, areaWalk) = (shocks.walk.variance, shocks.areaWalk.variance)
    var covariance = Matrix(rows: n, columns: n)
    var levels = Matrix(rows: n, columns: Self.areas)
    var lines = Matrix(rows: n, columns: model.fixed.columns)
    var prior = Matrix(rows: Self.areas, columns: Self.areas)
    let end = Self.steps - 1
    for a in 0..<Self.areas {
      for k in 0..<Self.steps {
        let row = a * Self.steps + k
        for b in 0..<Self.areas {
          for j in 0..<Self.steps {
            let common = walk * model.walk[k, j] + (k == j ? shocks.shock.variance : 0)
            let own = areaWalk * model.walk[k, j] + (k == j ? shocks.areaShock.variance + model.chance[a][k] : 0)
            covariance[row, b * Self.steps + j] = common + (a == b ? own : 0)
          }
          levels[row, b] = (walk + (a == b ? areaWalk : 0)) * model.walk[k, end]
        }
        for c in 0..<model.fixed.columns { lines[row, c] = model.fixed[k, c] }
      }
      for b in 0..<Self.areas { prior[a, b] = (walk + (a == b ? areaWalk : 0)) * model.walk[end, end] }
    }
    let factor = try Cholesky(covariance)
    let known = try levels.multiplied(by: try factor.solve(levels), transposed: true)
    let along = try lines.multiplied(by: try factor.solve(levels), transposed: true)
    let line = try Cholesky(try lines.multiplied(by: try factor.solve(lines), transposed: true))
    let back = try along.multiplied(by: try line.solve(along), transposed: true)
    let found = shocks.originCovariance()
    // The model solves the same equations area by area; 240 rows of double precision leave some eight digits.
    for a in 0..<Self.areas {
      for b in 0..<Self.areas {
        let expected = prior[a, b] - known[a, b] + back[a, b]
        #expect(abs(found[a, b] - expected) < 1e-7 * prior[0, 0], "\(a), \(b): \(found[a, b]), \(expected)")
      }
    }
  }
}
