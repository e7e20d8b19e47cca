import Foundation
import LinearAlgebra
import Probability
import Regression
import Testing

@Suite struct MixedModelReferenceTests {
  /// lme4's optimum is good to about 7 digits ("two_optimizers_max_rel_diff" 1e-8 to 5e-9 in the criterion's
  /// parameters), so 6 digits of its variances are asked; closed forms are held to more below.
  @Test(arguments: ["lmm_dyestuff_ml", "lmm_dyestuff_reml", "lmm_sleepstudy_ri_ml", "lmm_sleepstudy_ri_reml"])
  func gaussian(_ name: String) throws {
    let reference = try ReferenceCase(glm: name)
    let isDyestuff = name.contains("dyestuff")
    let formula = try Formula(parsing: isDyestuff ? "Yield ~ 1 + (1 | Batch)" : "Reaction ~ Days + (1 | Subject)")
    let fit = try RegressionFit.fit(
      formula: formula, data: reference.data, method: name.hasSuffix("_ml") ? .ml : .reml)
    let worst = try fit.digits(
      estimates: try reference.numbers("fixed"), errors: try reference.numbers("fixed_se"))
    #expect(worst.estimates >= 10)
    #expect(worst.errors >= 6)
    #expect(digits(fit.logLikelihood, try reference.number("log_lik")) >= 10)
    let rows = try #require(reference.expected["varcomp"] as? [[String: Any]])
    for row in rows {
      let group = try #require(row["grp"] as? String)
      let component = try #require(fit.varianceComponents.first { $0.group == group })
      let reached = digits(component.variance, try ReferenceCase.number(row["vcov"]))
      print("digits", name, group, reached, component.logStandardError ?? .nan)
      #expect(reached >= 6)
    }
    if name == "lmm_dyestuff_reml" {
      // Closed form: σ² = MSE = 2451.25, σ_b² = (MSB - MSE) / 5 = 1764.05.
      #expect(digits(fit.varianceComponents[0].variance, 1764.05) >= 8)
      #expect(digits(fit.varianceComponents[1].variance, 2451.25) >= 8)
    }
    let effects = try #require((reference.expected["blup"] as? [String: Any])?[isDyestuff ? "Batch" : "Subject"])
    for row in try #require(effects as? [[String: Any]]) {
      let level = try #require(row["level"] as? String)
      let place = try #require(fit.groupEffects[0].levels.firstIndex(of: level))
      #expect(digits(fit.groupEffects[0].effects[place], try ReferenceCase.number(row["(Intercept)"])) >= 6)
    }
  }

  /// Laplace, as lme4 with nAGQ = 1, whose two optimizers agree to 2.5e-8: 6 digits are asked.
  @Test func cbppLaplace() throws {
    let reference = try ReferenceCase(glm: "glmm_binomial_cbpp")
    let formula = try Formula(parsing: "incidence / size ~ period + (1 | herd)")
    let fit = try RegressionFit.fit(formula: formula, data: reference.data, family: .binomial)
    let fixed = try reference.numbers("laplace", "fixed")
    for (term, value) in fixed {
      let reached = digits(try fit.coefficient(term).estimate, value)
      print("digits cbpp", term, reached)
      #expect(reached >= 6)
    }
    let sd = fit.varianceComponents[0].variance.squareRoot()
    let expected = try reference.number("laplace", "sd_random", "herd.(Intercept)")
    print("digits cbpp sd", digits(sd, expected), digits(fit.logLikelihood, try reference.number("laplace", "log_lik")))
    #expect(digits(sd, expected) >= 6)
    #expect(digits(fit.logLikelihood, try reference.number("laplace", "log_lik")) >= 9)
    #expect(digits(fit.deviance, try reference.number("laplace", "deviance_lme4")) >= 5)
  }
}
