import Foundation
import LinearAlgebra
import Probability
import Regression
import Testing

@Suite struct GeneralizedLinearModelLawTests {
  private func data(_ n: Int = 60) -> DataTable {
    var stream = RandomStream(seed: 9)
    let x = (0..<n).map { _ in stream.nextNormal() }
    var data = DataTable()
    data.add("x", x)
    data.add("e", (0..<n).map { _ in 0.5 + stream.nextUniform() })
    data.add("w", (0..<n).map { Double($0 % 3) })
    data.add("y", x.map { Double(stream.nextPoisson(exp(0.5 + 0.3 * $0))) })
    return data
  }

  /// g(g⁻¹(η)) = η, and dμ/dη against central differences (h = 1e-5: error h² and rounding 1e-11).
  @Test(arguments: Link.allCases)
  func linksInvertAndDifferentiate(_ link: Link) {
    let eta = stride(from: -2.5, through: 1.2, by: 0.1).map { $0 }
    func means(_ x: [Double]) -> ([Double], [Double]) {
      var (mean, slope) = (x, x)
      link.inverse(x, into: &mean, slope: &slope)
      return (mean, slope)
    }
    let (mean, slope) = means(eta)
    for (a, b) in zip(link.apply(mean), eta) { #expect(abs(a - b) < 1e-12) }
    let (up, down) = (means(eta.map { $0 + 1e-5 }).0, means(eta.map { $0 - 1e-5 }).0)
    for i in eta.indices { #expect(abs((up[i] - down[i]) / 2e-5 - slope[i]) < 1e-8 * max(1, slope[i])) }
  }

  /// Counts with the offset log(e) are rates y/e with the weight e: one model, written twice.
  @Test func anOffsetIsAnExposure() throws {
    let data = self.data()
    let formula = try Formula(parsing: "y ~ x")
    let first = try RegressionFit.fit(
      formula: formula, data: data, family: .poisson, offset: Expression(parsing: "log(e)"))
    let shifted = try RegressionFit.fit(
      formula: formula, data: data, family: .poisson, offset: Expression(parsing: "log(e) + 2"))
    #expect(abs(first.coefficients[0].estimate - shifted.coefficients[0].estimate - 2) < 1e-10)
    #expect(abs(first.coefficients[1].estimate - shifted.coefficients[1].estimate) < 1e-10)
    #expect(abs(first.logLikelihood - shifted.logLikelihood) < 1e-9)
  }

  /// Row by row the score equations of a canonical link: Σ (y - μ) x = 0 to rounding.
  @Test func canonicalScoreIsZero() throws {
    let fit = try RegressionFit.fit(formula: Formula(parsing: "y ~ x"), data: data(), family: .poisson)
    guard case .numbers(let x)? = data()["x"], case .numbers(let y)? = data()["y"] else { return }
    #expect(abs(zip(y, fit.fitted).reduce(0) { $0 + $1.0 - $1.1 }) < 1e-10)
    #expect(abs(x.indices.reduce(0) { $0 + x[$1] * (y[$1] - fit.fitted[$1]) }) < 1e-10)
  }

  /// The normal equations of large problems solve the score equations, and lie near the QR fit of four fifths of the rows.
  @Test func largeProblemsAgreeWithSmallOnes() throws {
    let n = 150_000
    var stream = RandomStream(seed: 2)
    let columns = [[Double](repeating: 1, count: n), (0..<n).map { _ in stream.nextNormal() }, (0..<n).map { _ in stream.nextUniform() }]
    let y = (0..<n).map { Double(stream.nextPoisson(exp(0.2 + 0.1 * columns[1][$0]))) }
    let model = try GeneralizedLinearModel(family: .poisson)
    let both = try model.fit(design: Matrix(columns: columns), names: ["1", "a", "b"], response: y)
    // 450,000 entries go by the normal equations, 360,000 by QR; a standard error is about 0.002.
    let half = try model.fit(
      design: Matrix(columns: columns.map { Array($0.prefix(120_000)) }), names: ["1", "a", "b"],
      response: Array(y.prefix(120_000)))
    let score = y.indices.reduce(0.0) { $0 + columns[1][$1] * (y[$1] - both.mean[$1]) }
    #expect(abs(score) < 1e-6)
    #expect(abs(both.coefficients[1] - half.coefficients[1]) < 0.01)
  }

  /// Poisson counts have no overdispersion to find: θ at its bound is said.
  @Test func thetaAtItsBoundIsAWarning() throws {
    var data = DataTable()
    data.add("y", [3.0, 4, 5, 4, 3, 4, 5, 4, 4, 4])
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "y ~ 1"), data: data, family: .negativeBinomial(theta: nil))
    #expect(fit.warnings == [.thetaAtBound(theta: try #require(fit.theta))])
    #expect(abs(fit.coefficients[0].estimate - log(4)) < 1e-9)
  }

  @Test func familyAndLinkMustFit() {
    #expect(throws: RegressionError.unsupportedLink(family: "poisson", link: "logit")) {
      try GeneralizedLinearModel(family: .poisson, link: .logit)
    }
  }
}
