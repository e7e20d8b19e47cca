import Foundation
import Testing

@testable import Regression

@Suite struct AdaptiveQuadratureTests {
  /// A rule of n nodes integrates powers up to 2n - 1 against exp(-t²) exactly: ∫ t^2k exp(-t²) = Γ(k + ½).
  @Test(arguments: [1, 2, 5, 9, 25, 80, 200])
  func nodesIntegratePowers(_ count: Int) {
    let rule = GaussHermite(count: count)
    for k in 0..<min(count, 12) {
      let sum = zip(rule.nodes, rule.logWeights).reduce(0.0) { $0 + exp($1.1 - $1.0 * $1.0) * pow($1.0, Double(2 * k)) }
      #expect(abs(sum / exp(lgamma(Double(k) + 0.5)) - 1) < 1e-11)
    }
  }

  /// 80 nodes (`ml_exact_gh80`), last Newton step 5e-13: 8 digits of estimates are asked. Its standard errors are from
  /// second differences, good to about the sixth digit; 50 nodes here.
  @Test func cbppIsExactMaximumLikelihood() throws {
    let reference = try ReferenceCase(glm: "glmm_binomial_cbpp")
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "incidence / size ~ period + (1 | herd)"), data: reference.data, family: .binomial,
      method: .ml, quadraturePoints: 50)
    for (term, value) in try reference.numbers("ml_exact_gh80", "fixed") {
      #expect(digits(try fit.coefficient(term).estimate, value) >= 8)
    }
    let errors = try reference.numbers("ml_exact_gh80", "se")
    for (term, value) in errors where term != "sd" {
      #expect(digits(try fit.coefficient(term).standardError, value) >= 6)
    }
    let component = fit.varianceComponents[0]
    let sd = component.variance.squareRoot()
    #expect(digits(sd, try reference.number("ml_exact_gh80", "sd_random")) >= 8)
    // The error of sd is half that of log σ², times sd.
    #expect(digits(0.5 * sd * (component.logStandardError ?? 0), try #require(errors["sd"])) >= 5)
    #expect(digits(fit.logLikelihood, try reference.number("ml_exact_gh80", "full_log_lik")) >= 11)
  }

  /// lme4 with nAGQ = 25, whose two optimizers agree to 5e-8, and its conditional modes.
  @Test func cbppAsLme4() throws {
    let reference = try ReferenceCase(glm: "glmm_binomial_cbpp")
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "incidence / size ~ period + (1 | herd)"), data: reference.data, family: .binomial,
      method: .ml, quadraturePoints: 25)
    for (term, value) in try reference.numbers("agq25", "fixed") {
      #expect(digits(try fit.coefficient(term).estimate, value) >= 6)
    }
    let modes = try #require((reference.value(["agq25", "cond_modes"]) as? [String: Any])?["herd"] as? [[String: Any]])
    for row in modes {
      let level = try #require(row["level"] as? String)
      let place = try #require(fit.groupEffects[0].levels.firstIndex(of: level))
      #expect(digits(fit.groupEffects[0].effects[place], try ReferenceCase.number(row["(Intercept)"])) >= 5)
    }
  }

  /// The gradient counts how nodes move: central differences of the value, whatever the number of nodes and the family.
  @Test(arguments: [2, 3, 9], [Family.poisson, .negativeBinomial(theta: nil), .binomial])
  func gradientAgainstDifferences(_ points: Int, _ family: Family) throws {
    let isBinomial = family == .binomial
    let y = (0..<60).map { Double(($0 * $0 + 3 * $0) % (isBinomial ? 4 : 7)) }
    let block = PenalizedBlock(name: "g", levelCount: 8, index: (0..<60).map { Int32($0 % 8) })
    let fixed = [[Double](repeating: 1, count: 60), (0..<60).map { Double($0 % 11) / 11 }]
    let model = try PenalizedGLM(family: family, link: isBinomial ? .cloglog : nil, criterion: .ml)
    let trials = isBinomial ? [Double](repeating: 3, count: 60) : nil
    let data = try ResponseData(family, y: y, trials: trials)
    let basis = try FixedBasis(fixed, names: ["a", "b"], rows: 60)
    let state = PenalizedState(PenalizedProblem(model, data, y, basis, ["a", "b"], [block]))
    let quadrature = AdaptiveQuadrature(state, points: points)
    let x = [0.2, -0.1, -0.4] + (state.problem.hasParameter ? [0.7] : [])
    let slopes = quadrature.evaluate(x).slopes
    for j in x.indices {
      var (up, down) = (x, x)
      up[j] += 1e-5
      down[j] -= 1e-5
      let difference = (quadrature.evaluate(up).value - quadrature.evaluate(down).value) / 2e-5
      // Rounding of values near 100 over 2e-5, and the third derivative times 1e-10.
      #expect(abs(difference - slopes[j]) < 1e-7)
    }
  }

  @Test(arguments: ["y ~ 1 + (1 | g) + (1 | h)", "y ~ 1 + (1 + x | g)", "y ~ x"])
  func moreThanOneScalarEffectIsAnError(_ formula: String) throws {
    var data = DataTable()
    let rows = Array(0..<24)
    data.add("y", rows.map { Double($0 % 5) } as [Double])
    data.add("x", rows.map { Double($0) } as [Double])
    data.add("g", rows.map { "g\($0 % 4)" } as [String])
    data.add("h", rows.map { "h\($0 % 3)" } as [String])
    #expect(throws: RegressionError.unsupportedQuadrature) {
      try RegressionFit.fit(formula: Formula(parsing: formula), data: data, family: .poisson, quadraturePoints: 5)
    }
  }
}
