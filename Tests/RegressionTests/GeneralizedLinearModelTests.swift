import Foundation
import Regression
import Testing

/// Coefficients and errors against 40-digit recomputations (`_hp`); 10 digits are asked, one or two short of what the
/// least squares inside can give. Deviances and likelihoods against R's printed 15 digits.
@Suite struct GeneralizedLinearModelTests {
  private func check(_ fit: RegressionResult, _ reference: ReferenceCase, _ key: String? = nil) throws {
    let path = key.map { [$0] } ?? []
    func numbers(_ name: String) throws -> [String: Double] {
      let found = try #require(reference.value(path + [name]) as? [String: Any])
      return try found.mapValues { try ReferenceCase.number($0) }
    }
    let worst = try fit.digits(estimates: try numbers("coefficients_hp"), errors: try numbers("std_errors_hp"))
    print("digits", reference.expected["case"] ?? "", key ?? "", worst)
    #expect(worst.estimates >= 10)
    #expect(worst.errors >= 10)
    func number(_ name: String) throws -> Double { try ReferenceCase.number(reference.value(path + [name])) }
    #expect(digits(fit.deviance, try number("deviance")) >= 10)
    #expect(digits(try #require(fit.nullDeviance), try number("null_deviance")) >= 10)
    #expect(digits(fit.logLikelihood, try number("log_lik")) >= 11)
    #expect(digits(fit.aic, try number("aic")) >= 11)
    #expect(try number("df_residual") == Double(fit.residualDegreesOfFreedom))
  }

  @Test func warpbreaks() throws {
    let reference = try ReferenceCase(glm: "poisson_warpbreaks")
    let formula = try Formula(parsing: "breaks ~ wool * factor(tension, \"L\", \"M\", \"H\")")
    try check(try RegressionFit.fit(formula: formula, data: reference.data, family: .poisson), reference)
  }

  @Test func ships() throws {
    let reference = try ReferenceCase(glm: "poisson_offset_ships")
    let formula = try Formula(parsing: "incidents ~ type + year + period")
    let offset = try Expression(parsing: "log(service)")
    let fit = try RegressionFit.fit(formula: formula, data: reference.data, family: .poisson, offset: offset)
    try check(fit, reference)
    let inside = try Formula(parsing: "incidents ~ type + year + period + offset(log(service))")
    let same = try RegressionFit.fit(formula: inside, data: reference.data, family: .poisson)
    #expect(same.coefficients == fit.coefficients)
  }

  @Test(arguments: [Link.logit, .probit, .cloglog])
  func beetles(_ link: Link) throws {
    let reference = try ReferenceCase(glm: "binomial_\(link.rawValue)_bliss")
    let formula = try Formula(parsing: "killed / n ~ dose")
    try check(try RegressionFit.fit(formula: formula, data: reference.data, family: .binomial, link: link), reference)
  }

  @Test(arguments: [Link.logit, .cloglog])
  func veteranHazard(_ link: Link) throws {
    let reference = try ReferenceCase(glm: "hazard_veteran")
    let formula = try Formula(
      parsing: "y ~ 0 + factor(period) + trt + karno + factor(celltype, 'squamous', 'smallcell', 'adeno', 'large')")
    let fit = try RegressionFit.fit(formula: formula, data: reference.data, family: .binomial, link: link)
    try check(fit, reference, link.rawValue)
  }

  @Test func quine() throws {
    let reference = try ReferenceCase(glm: "negbin_quine_main")
    let formula = try Formula(parsing: "Days ~ factor(Eth, 'A', 'N') + factor(Sex, 'F', 'M') + Age + Lrn")
    let fit = try RegressionFit.fit(formula: formula, data: reference.data, family: .negativeBinomial(theta: nil))
    let worst = try fit.digits(
      estimates: try reference.numbers("coefficients"), errors: try reference.numbers("std_errors_theta_known"))
    print("digits quine", worst, digits(try #require(fit.theta), try reference.number("theta")))
    #expect(worst.estimates >= 10)
    #expect(worst.errors >= 9)
    #expect(digits(try #require(fit.theta), try reference.number("theta")) >= 10)
    #expect(digits(fit.logLikelihood, try reference.number("log_lik")) >= 12)
    #expect(digits(fit.deviance, try reference.number("deviance")) >= 9)
    #expect(digits(fit.aic, try reference.number("aic")) >= 12)
    // Printed by MASS from θ to 12 digits.
    let error = try #require(fit.logThetaStandardError) * #require(fit.theta)
    #expect(digits(error, try reference.number("theta_se_glmnb")) >= 9)
  }

  /// One dummy per period and nothing else reproduces the life table's hazards.
  @Test(arguments: [Link.logit, .cloglog])
  func teachersLifeTable(_ link: Link) throws {
    let url = try ReferenceCase.resources().appendingPathComponent("glm/hazard_teachers_lifetable/expected.json")
    let rows = try #require(ReferenceCase.json(url)["life_table"] as? [[String: Any]])
    var data = DataTable()
    for key in ["period", "at_risk", "events"] { data.add(key, try rows.map { try ReferenceCase.number($0[key]) }) }
    let formula = try Formula(parsing: "events / at_risk ~ 0 + factor(period)")
    let fit = try RegressionFit.fit(formula: formula, data: data, family: .binomial, link: link)
    for (i, row) in rows.enumerated() {
      #expect(digits(fit.fitted[i], try ReferenceCase.number(row["hazard"])) >= 12)
      let error = fit.coefficients[i].standardError
      let p = fit.fitted[i]
      let slope = link == .logit ? p * (1 - p) : -(1 - p) * log(1 - p)
      #expect(digits(error * slope, try ReferenceCase.number(row["se_hazard"])) >= 10)
    }
  }
}
