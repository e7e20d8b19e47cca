import Foundation
import LinearAlgebra
import Probability
import Regression
import Testing

/// R 4.2.2's `residuals`, `hatvalues`, `cooks.distance`, `BIC` and `predict` on the data of the reference suites. R's `glm`
/// was asked for 1e-15 of the deviance, `glm.nb` stops its theta earlier; least squares is held to 1e-10.
@Suite struct ResidualTests {
  private func agree(_ values: [Double], _ reference: [Double], _ tolerance: Double = 1e-8) -> Bool {
    values.count == reference.count && zip(values, reference).allSatisfy { abs($0 - $1) <= tolerance * max(1e-3, abs($1)) }
  }

  private func pick(_ values: [Double], _ rows: [Int]) -> [Double] { rows.map { values[$0 - 1] } }

  @Test func poisson() throws {
    let reference = try ReferenceCase(glm: "poisson_warpbreaks")
    let formula = try Formula(parsing: "breaks ~ wool * factor(tension, \"L\", \"M\", \"H\")")
    let fit = try RegressionFit.fit(formula: formula, data: reference.data, family: .poisson)
    let rows = [1, 2, 30, 54]
    #expect(agree(pick(fit.residuals(.response), rows), [-18.555555555555571, -14.555555555555571, 0.777777777777782, 9.222222222222225]))
    #expect(agree(pick(fit.residuals(.pearson), rows), [-2.779860676543336, -2.180609273216629, 0.146406354532238, 2.128205128205129]))
    #expect(agree(pick(fit.residuals(.deviance), rows), [-3.016921425852853, -2.319211722249493, 0.145741490611087, 1.982235208168584]))
    #expect(agree(pick(fit.leverage, rows), [Double](repeating: 1.0 / 9, count: 4)))
    #expect(
      agree(pick(fit.cooksDistance, rows), [0.18111621986699913, 0.11144664380714880, 0.00050237860892389, 0.10615446252465494]))
    #expect(agree([fit.bic], [480.903113220736], 1e-12))
    #expect(
      agree([fit.covariance[1, 0], fit.covariance[1, 1], fit.covariance[1, 2]], [-0.00249376558601851, 0.00643077346003206, 0.00249376558601851]))
    var new = DataTable()
    new.add("wool", ["A", "B"])
    new.add("tension", ["M", "H"])
    let predicted = try fit.predict(new)
    #expect(agree(predicted.map(\.linearPredictor), [3.17805383034888, 2.93267413758686]))
    #expect(agree(predicted.map(\.standardError), [0.0680413817439455, 0.0769230769230768]))
    #expect(agree(predicted.map(\.mean), [24, exp(2.93267413758686)]))
  }

  @Test func binomial() throws {
    let reference = try ReferenceCase(glm: "binomial_cloglog_bliss")
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "killed / n ~ dose"), data: reference.data, family: .binomial, link: .cloglog)
    #expect(
      agree(
        fit.residuals(.pearson),
        [
          0.182513317721216, 0.568087203474777, -0.793173454307960, -0.635538485729062, 1.243043214637545, -0.541255874590463,
          -0.121205375809616, 0.229828758023437,
        ], 1e-6))
    #expect(
      agree(
        fit.residuals(.deviance),
        [
          0.180573782166333, 0.557733636615226, -0.803293786921524, -0.634396959957735, 1.288834391341653, -0.523663856368553,
          -0.118788287482425, 0.324955445994333,
        ], 1e-6))
    #expect(
      agree(
        fit.leverage,
        [
          0.2522209011916823, 0.2813348171491892, 0.2659731406942494, 0.2060145843458021, 0.2711626072082657, 0.3514512841647092,
          0.2961306949817990, 0.0757119702643027,
        ], 1e-6))
    #expect(agree(pick(fit.cooksDistance, [2, 5]), [0.08789623847847769, 0.39437644513068365], 1e-6))
    #expect(agree([fit.bic], [33.8033600334769], 1e-10))
  }

  @Test func negativeBinomial() throws {
    let reference = try ReferenceCase(glm: "negbin_quine_main")
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "Days ~ Sex + Age + Eth + Lrn"), data: reference.data, family: .negativeBinomial(theta: nil))
    let rows = [1, 5, 100]
    #expect(agree(pick(fit.residuals(.deviance), rows), [-1.910016537586006, -1.194258940535397, -0.462818028129566], 1e-6))
    #expect(agree(pick(fit.residuals(.pearson), rows), [-1.018785295469612, -0.815401203951065, -0.401807755643894], 1e-6))
    #expect(agree(pick(fit.leverage, rows), [0.0738340588370838, 0.0518554456067894, 0.0463285828966067], 1e-6))
    #expect(agree(pick(fit.cooksDistance, rows), [0.01276281361249748, 0.00547885639280547, 0.00117487070168376], 1e-6))
    #expect(agree([fit.bic], [1133.01987126365], 1e-9))
    #expect(fit.parameters == 8)
  }

  @Test func weightedLeastSquares() throws {
    let reference = try ReferenceCase(glm: "ols_longley_intervals")
    let fit = try RegressionFit.fit(
      formula: Formula(parsing: "Employed ~ GNP + Unemployed"), data: reference.data, weights: "Population")
    #expect(agree(pick(fit.residuals(.pearson), [1, 7]), [3.63922531428414, -2.27561106587995], 1e-10))
    #expect(agree(pick(fit.residuals(.deviance), [1, 7]), [3.63922531428414, -2.27561106587995], 1e-10))
    #expect(agree(pick(fit.residuals(.response), [1, 7]), [0.350821874652122, -0.212115153228694], 1e-10))
    #expect(agree(pick(fit.leverage, [1, 7]), [0.213142543491498, 0.237280379673847], 1e-10))
    #expect(agree(pick(fit.cooksDistance, [1, 7]), [0.0466676474352840, 0.0216196206749007], 1e-10))
    #expect(agree([fit.bic], [32.6797012433082], 1e-11))
    var new = DataTable()
    new.add("GNP", [400.0])
    new.add("Unemployed", [300.0])
    let predicted = try fit.predict(new, level: 0.9)[0]
    #expect(agree([predicted.mean, predicted.lower, predicted.upper, predicted.standardError], [65.8888903503169, 65.6393535793781, 66.1384271212557, 0.140906920330418], 1e-10))
  }

  static let cases: [(String, String, Family)] = [
    ("poisson_warpbreaks", "breaks ~ wool + tension", .poisson),
    ("negbin_quine_main", "Days ~ Sex + Age + Eth + Lrn", .negativeBinomial(theta: nil)),
    ("binomial_logit_bliss", "killed / n ~ dose", .binomial),
    ("ols_longley_intervals", "Employed ~ GNP + Unemployed", .gaussian),
    ("glmm_binomial_cbpp", "incidence / size ~ period + (1 | herd)", .binomial),
    ("lmm_sleepstudy_ri_reml", "Reaction ~ Days + (1 | Subject)", .gaussian),
  ]

  @Test("Residuals agree with the sums that the fit reports", arguments: cases)
  func sums(_ name: String, _ formula: String, _ family: Family) throws {
    let fit = try RegressionFit.fit(formula: Formula(parsing: formula), data: try ReferenceCase(glm: name).data, family: family)
    let deviance = fit.residuals(.deviance).reduce(0) { $0 + $1 * $1 }
    #expect(abs(deviance / fit.deviance - 1) < 1e-9)
    for (response, other) in zip(fit.residuals(.response), fit.residuals(.deviance)) { #expect(response * other >= 0) }
    #expect(abs(fit.aic - (-2 * fit.logLikelihood + 2 * Double(fit.parameters))) < 1e-9)
    let leverage = fit.leverage
    #expect(abs(leverage.reduce(0, +) - fit.effectiveDegreesOfFreedom) < 1e-6)
    #expect(leverage.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test("Quantile residuals: the same for a seed, finite, in the order of the responses", arguments: cases)
  func quantiles(_ name: String, _ formula: String, _ family: Family) throws {
    let fit = try RegressionFit.fit(formula: Formula(parsing: formula), data: try ReferenceCase(glm: name).data, family: family)
    let first = fit.quantileResiduals(seed: 1)
    #expect(first == fit.quantileResiduals(seed: 1))
    #expect(first.allSatisfy { $0.isFinite })
    if family == .gaussian {
      let scaled = fit.residuals(.pearson).map { $0 / fit.dispersion.squareRoot() }
      #expect(first == scaled)
    } else {
      #expect(first != fit.quantileResiduals(seed: 2))
    }
  }

  @Test("Where the model holds, quantile residuals are standard normal (Kolmogorov's distance)", arguments: [0.3, 4.0, 60.0])
  func normality(_ mean: Double) throws {
    let n = 4000
    var stream = RandomStream(seed: 5)
    let theta = 1.7
    let y = (0..<n).map { _ in Double(stream.nextPoisson(mean * stream.nextGamma(theta) / theta)) }
    var data = DataTable()
    data.add("y", y)
    let fit = try RegressionFit.fit(formula: Formula(parsing: "y ~ 1"), data: data, family: .negativeBinomial(theta: nil))
    let sorted = fit.quantileResiduals(seed: 3).sorted()
    let distance = sorted.enumerated().map { abs(Normal.cumulative($0.element) - (Double($0.offset) + 0.5) / Double(n)) }.max() ?? 1
    // 1.63 / √n is the 99 % point.
    #expect(distance < 1.63 / Double(n).squareRoot())
  }
}
