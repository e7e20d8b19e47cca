import Foundation
import Probability
import Testing

@testable import Regression

@Suite struct ResidualSummaryTests {
  @Test("Quantiles: in order, inside their band, tails whole", arguments: [1, 2, 17, 400, 401, 30_000])
  func quantiles(_ n: Int) {
    var stream = RandomStream(seed: 9)
    let residuals = (0..<n).map { _ in stream.nextNormal() } + [.nan]
    let points = NormalQuantiles(residuals).points
    #expect(points.count == min(n, 400) || (n > 400 && points.count > 300 && points.count <= 400))
    #expect(points.first?.observed == residuals.dropLast().min() && points.last?.observed == residuals.dropLast().max())
    for point in points { #expect(point.lower < point.expected && point.expected < point.upper) }
    for (a, b) in zip(points, points.dropFirst()) { #expect(a.expected < b.expected && a.observed <= b.observed && a.lower <= b.lower) }
    #expect(Double(points.count { $0.observed < $0.lower || $0.observed > $0.upper }) <= max(1, 0.3 * Double(points.count)))
  }

  @Test func bins() {
    let x = (0..<100).map { Double($0 / 10) }
    let means = RowMean.binned(x: x, y: x.map { 2 * $0 }, bins: 20)
    #expect(means.map(\.rows).reduce(0, +) == 100)
    #expect(means.allSatisfy { $0.mean == 2 * $0.x })
    #expect(RowMean.binned(x: [], y: [], bins: 5).isEmpty)
    // Shares of 10 each: a group ends before it would pass its own.
    let sizes = [Double](repeating: 1, count: 10) + [5, 5.5, 9.5]
    let places = sizes.indices.map { Double($0) }
    #expect(RowMean.binned(x: places, y: sizes, bins: 3, sizes: sizes).map(\.rows) == [10, 1, 2])
    #expect(RowMean.binned(x: places, y: sizes, bins: 3, sizes: sizes).reduce(0) { $0 + Double($1.rows) * $1.mean } == 30)
    #expect(RowMean.binned(x: [1, .nan], y: [3, 4], bins: 5).map(\.mean) == [3])
  }

  @Test func sums() {
    let sums = RowSum.by(["b", "a", "b"], observed: [3, 1, 2], expected: [1, 1, 2], variance: [1, 1, 3])
    #expect(sums.map(\.key) == ["a", "b"])
    #expect(sums.map(\.sum.score) == [0, 1])
  }

  @Test("Clustered errors: independent rows as the plain error, copies of rows as one")
  func clusters() {
    var stream = RandomStream(seed: 2)
    let differences = (0..<4000).map { _ in stream.nextNormal() }
    let alone = PairedDifference(differences, groups: Array(0..<4000), times: Array(0..<4000))
    #expect(abs(alone.standardError - 1 / 4000.0.squareRoot()) < 0.1 / 4000.0.squareRoot())
    let groups = (0..<4000).map { $0 % 40 }
    let copied = groups.map { differences[$0] }
    let together = PairedDifference(copied, groups: groups, times: (0..<4000).map { $0 / 40 })
    let few = PairedDifference(Array(differences.prefix(40)), groups: Array(0..<40), times: Array(0..<40))
    #expect(abs(together.standardError / few.standardError - 1) < 0.05)
    #expect(PairedDifference([1, 2], groups: [0, 0], times: [0, 0]).standardError.isNaN)
  }

  private static func fit(_ family: Family) throws -> RegressionResult {
    let name: String
    let formula: String
    switch family {
    case .gaussian: (name, formula) = ("ols_longley_intervals", "Employed ~ GNP")
    case .binomial: (name, formula) = ("binomial_logit_bliss", "killed / n ~ dose")
    case .poisson: (name, formula) = ("poisson_warpbreaks", "breaks ~ wool")
    case .negativeBinomial: (name, formula) = ("negbin_quine_main", "Days ~ Sex")
    }
    return try RegressionFit.fit(formula: Formula(parsing: formula), data: try ReferenceCase(glm: name).data, family: family)
  }

  private static func prediction(_ fit: RegressionResult, error: Double) -> RegressionResult.Prediction {
    let at = fit.predictor[0]
    return .init(linearPredictor: at, standardError: error, mean: fit.fitted[0], lower: .nan, upper: .nan)
  }

  @Test("Predictive distributions: scores of their own sums, quantiles that rise", arguments: [Family.poisson, .negativeBinomial(theta: nil), .binomial], [0.0, 0.3])
  func predictive(_ family: Family, _ error: Double) throws {
    let fit = try Self.fit(family)
    let said = fit.predictive(Self.prediction(fit, error: error), trials: 30)
    let probabilities = (0..<3000).map { exp(said.logScore(Double($0))) }
    #expect(abs(probabilities.reduce(0, +) - 1) < 1e-8)
    #expect(abs(zip(0..., probabilities).reduce(0) { $0 + Double($1.0) * $1.1 } - said.mean) < 1e-6 * said.mean)
    var below = 0.0
    for y in [0.0, 3, 12] {
      below = 0
      let crps = zip(0..., probabilities).reduce(0.0) { sum, next in
        below += next.1
        let distance = Double(next.0) >= y ? 1 - below : below
        return sum + distance * distance
      }
      #expect(abs(said.crps(y) - crps) < 1e-6)
    }
    let quantiles = [0.05, 0.1, 0.5, 0.9, 0.99].map(said.quantile)
    #expect(quantiles == quantiles.sorted())
    // Not knowing the rate makes the distribution wider.
    if error > 0 {
      let sure = fit.predictive(Self.prediction(fit, error: 0), trials: 30)
      #expect(said.quantile(0.99) >= sure.quantile(0.99))
    }
  }

  @Test("The Gaussian's score by its integral")
  func gaussian() throws {
    let fit = try Self.fit(.gaussian)
    let said = fit.predictive(Self.prediction(fit, error: 0.2))
    let deviation = (fit.dispersion + 0.04).squareRoot()
    for z in [-2.0, 0, 1.3] {
      let y = said.mean + z * deviation
      let step = 1e-3
      let integral = stride(from: -10.0, through: 10, by: step).reduce(0.0) { sum, x in
        let distance = Normal.cumulative(x) - (x >= z ? 1 : 0)
        return sum + distance * distance * step
      }
      #expect(abs(said.crps(y) / deviation - integral) < 2e-3)
      #expect(abs(said.logScore(y) - (Normal.logDensity(z) - log(deviation))) < 1e-12)
    }
    #expect(abs(said.quantile(0.5) - said.mean) < 1e-12)
  }

  @Test func rows() {
    var table = DataTable()
    table.add("x", [1.0, 2, 3])
    table.add("g", ["a", nil, "c"])
    let part = table.rows([2, 0, 2])
    #expect(part["x"] == .numbers([3, 1, 3]) && part["g"] == .texts(["c", "a", "c"]))
    #expect(table.rows([]).rowCount == 0)
  }

  @Test func columnsOfFormulas() throws {
    let formula = try Formula(parsing: "events / log(n) ~ x")
    #expect(formula.responseColumns.map(\.name) == ["events", "n"])
    #expect(formula.responseColumns.map(\.position) == [0, 13])
    #expect(try Expression(parsing: "log(a) + b").columnUses.map(\.name) == ["a", "b"])
  }
}
