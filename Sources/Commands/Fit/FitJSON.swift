internal import Glibc
internal import Groundwork
internal import LinearAlgebra
internal import Regression
internal import Reports

/// A fit as a JSON document, all digits. Keys are a promise, as columns are: new ones are appended.
struct FitJSON {
  let formula: String
  let result: RegressionResult
  /// Of the randomised quantile residuals.
  let seed: UInt64

  var members: [JSONValue.Member] {
    head + [
      .init("coefficients", .array(result.coefficients.map(coefficient))),
      .init("variance_components", .array(result.varianceComponents.map(component))),
    ] + measures + [.init("warnings", .array(result.warnings.map(warning))), .init("trace", .array(result.trace.map(step)))] + additions
  }

  private var head: [JSONValue.Member] {
    [
      .init("formula", .string(formula)), .init("family", .string(result.family.name)), .init("link", .string(result.link.rawValue)),
      .init("method", .string(result.method.rawValue)),
    ]
  }

  private var measures: [JSONValue.Member] {
    [
      .init("theta", .exact(result.theta)), .init("dispersion", .exact(result.dispersion)), .init("deviance", .exact(result.deviance)),
      .init("null_deviance", .exact(result.nullDeviance)), .init("log_likelihood", .exact(result.logLikelihood)),
      .init("aic", .exact(result.aic)), .init("residual_sd", .exact(result.residualStandardDeviation)),
      .init("df_residual", .integer(result.residualDegreesOfFreedom)), .init("r_squared", .exact(result.rSquared)),
      .init("rows", .integer(result.count)),
    ]
  }

  private var additions: [JSONValue.Member] {
    [
      .init("bic", .exact(result.bic)), .init("parameters", .integer(result.parameters)),
      .init("effective_degrees_of_freedom", .exact(result.effectiveDegreesOfFreedom)),
      .init("reml_score", .exact(result.restrictedLogLikelihood.map { -$0 })), .init("constants", .string(Self.constants)),
      .init("log_theta_std_error", .exact(result.logThetaStandardError)), .init("group_effects", .array(result.groupEffects.map(effects))),
      .init("fitted", numbers(result.fitted)), .init("linear_predictor", numbers(result.predictor)), .init("residuals", residuals),
      .init("leverage", numbers(result.leverage)), .init("cooks_distance", numbers(result.cooksDistance)),
      .init("covariance", covariance),
    ]
  }

  /// Which constants the likelihoods hold.
  static let constants =
    "log_likelihood has every constant of the density (log 2 pi, log y!, log of the binomial coefficients), as R's logLik. "
    + "With groups it is the Laplace approximation (exact for the Gaussian) with the constants of the groups' normal densities; "
    + "with method reml also the integral over the fixed coefficients under a flat prior of height 1, p/2 log 2 pi included, as lme4. "
    + "reml_score is minus that restricted log-likelihood. AIC and BIC are -2 log_likelihood plus 2 or log(rows) times parameters; "
    + "rows are those of positive weight."

  // MARK: Parts

  private func coefficient(_ c: RegressionResult.Coefficient) -> JSONValue {
    var members: [JSONValue.Member] = [.init("term", .string(c.term))]
    let values = [c.estimate, c.standardError, c.statistic, c.pValue, c.lower, c.upper]
    members += zip(CoefficientTable.names.dropFirst(), values).map { .init($0, .exact($1)) }
    if CoefficientTable(result: result).ratioName != nil {
      let ratios = [exp(c.estimate), exp(c.lower), exp(c.upper)]
      members += zip(CoefficientTable.names.suffix(3), ratios).map { .init($0, .exact($1)) }
    }
    return .object(members)
  }

  private func component(_ c: RegressionResult.VarianceComponent) -> JSONValue {
    [
      "group": .string(c.group), "term": .string(c.term), "variance": .exact(c.variance),
      "log_std_error": .exact(c.logStandardError),
    ]
  }

  private func effects(_ e: RegressionResult.GroupEffects) -> JSONValue {
    [
      "group": .string(e.group), "term": .string(e.term), "levels": .array(e.levels.map { .string($0) }),
      "effects": numbers(e.effects), "std_errors": numbers(e.standardErrors),
    ]
  }

  private var residuals: JSONValue {
    var members = RegressionResult.ResidualKind.allCases.map { JSONValue.Member($0.rawValue, numbers(result.residuals($0))) }
    members.append(.init("quantile", numbers(result.quantileResiduals(seed: seed))))
    members.append(.init("quantile_seed", .integer(Int(seed))))
    return .object(members)
  }

  private var covariance: JSONValue {
    let matrix = result.covariance
    return .array((0..<matrix.rows).map { i in numbers((0..<matrix.columns).map { matrix[i, $0] }) })
  }

  private func warning(_ w: RegressionWarning) -> JSONValue {
    let phrase = RegressionWording.phrase(w)
    return ["code": .string(RegressionWording.code(w)), "da": .string(phrase.da), "en": .string(phrase.en)]
  }

  private func step(_ record: IterationRecord) -> JSONValue {
    [
      "phase": .string(record.phase), "iteration": .integer(record.iteration), "criterion": .exact(record.criterion),
      "change": .exact(record.change),
    ]
  }

  private func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .exact($0) }) }
}
