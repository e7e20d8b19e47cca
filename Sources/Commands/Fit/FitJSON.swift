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

  typealias Field = JSONField<FitJSON>

  var members: [JSONValue.Member] { Self.fields.members(of: self) }

  static var fields: [Field] { head + measures + additions }

  private static var head: [Field] {
    [
      Field("formula", .text, "as given") { .string($0.formula) }, Field("family", .text, "gaussian, poisson, negative_binomial or binomial") { .string($0.result.family.name) },
      Field("link", .text, "link of the mean") { .string($0.result.link.rawValue) }, Field("method", .text, "ml or reml") { .string($0.result.method.rawValue) },
      Field("coefficients", .list(.object(coefficients.schema())), "fixed coefficients, intervals of 95 %") { own in
        .array(own.result.coefficients.map { .object(coefficients.members(of: Coefficient($0, of: own.result))) })
      },
      Field("variance_components", .list(.object(components.schema())), "variances of groups; the residual has group Residual") { own in
        .array(own.result.varianceComponents.map { .object(components.members(of: $0)) })
      },
    ]
  }

  private static var measures: [Field] {
    [
      Field("theta", .number, "of the negative binomial") { .exact($0.result.theta) }, Field("dispersion", .number, "of the family") { .exact($0.result.dispersion) },
      Field("deviance", .number, "of the fit") { .exact($0.result.deviance) }, Field("null_deviance", .number, "of the intercept alone") { .exact($0.result.nullDeviance) },
      Field("log_likelihood", .number, "see constants") { .exact($0.result.logLikelihood) }, Field("aic", .number, "see constants") { .exact($0.result.aic) },
      Field("residual_sd", .number, "of the Gaussian") { .exact($0.result.residualStandardDeviation) },
      Field("df_residual", .whole, "rows less coefficients") { .integer($0.result.residualDegreesOfFreedom) },
      Field("r_squared", .number, "of the Gaussian") { .exact($0.result.rSquared) }, Field("rows", .whole, "that were fitted") { .integer($0.result.count) },
      Field("warnings", .list(.object(warnings.schema())), "what to know of the fit") { own in
        .array(own.result.warnings.map { .object(warnings.members(of: $0)) })
      },
      Field("trace", .list(.object(steps.schema())), "steps of the optimisation") { own in .array(own.result.trace.map { .object(steps.members(of: $0)) }) },
    ]
  }

  private static var additions: [Field] {
    [
      Field("bic", .number, "see constants") { .exact($0.result.bic) }, Field("parameters", .whole, "counted in AIC and BIC") { .integer($0.result.parameters) },
      Field("effective_degrees_of_freedom", .number, "of coefficients and groups") { .exact($0.result.effectiveDegreesOfFreedom) },
      Field("reml_score", .number, "minus the restricted log-likelihood") { .exact($0.result.restrictedLogLikelihood.map { -$0 }) },
      Field("constants", .text, "which constants the likelihoods hold") { _ in .string(constants) },
      Field("log_theta_std_error", .number, "standard error of log theta") { .exact($0.result.logThetaStandardError) },
      Field("group_effects", .list(.object(effects.schema())), "predicted effects of groups") { own in
        .array(own.result.groupEffects.map { .object(effects.members(of: $0)) })
      },
      Field("fitted", .list(.number), "means of the rows") { numbers($0.result.fitted) },
      Field("linear_predictor", .list(.number), "of the rows") { numbers($0.result.predictor) },
      Field("residuals", .object(residuals.schema()), "of the rows, by kind") { .object(residuals.members(of: $0)) },
      Field("leverage", .list(.number), "of the rows") { numbers($0.result.leverage) },
      Field("cooks_distance", .list(.number), "of the rows") { numbers($0.result.cooksDistance) },
      Field("covariance", .list(.list(.number)), "of the coefficients") { own in
        let matrix = own.result.covariance
        return .array((0..<matrix.rows).map { i in numbers((0..<matrix.columns).map { matrix[i, $0] }) })
      },
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

  private struct Coefficient {
    let own: RegressionResult.Coefficient
    let isRatio: Bool

    init(_ own: RegressionResult.Coefficient, of result: RegressionResult) {
      self.own = own
      isRatio = CoefficientTable(result: result).ratioName != nil
    }

    /// By name, as in the table; the last three are ratios, where the link makes any.
    var values: [Double?] {
      [own.estimate, own.standardError, own.statistic, own.pValue, own.lower, own.upper] + [own.estimate, own.lower, own.upper].map { isRatio ? exp($0) : nil }
    }
  }

  private static var coefficients: [JSONField<Coefficient>] {
    let names = Array(CoefficientTable.names.dropFirst())
    return [JSONField("term", .text, "as R names it") { .string($0.own.term) }]
      + names.enumerated().map { at, name in
        JSONField(name, .number, name == "ratio" ? CoefficientTable.ratioMeaning : ColumnMeaning.of(name)?.meaning ?? name, isOptional: at >= names.count - 3) { own in own.values[at].map { .exact($0) } }
      }
  }

  private static var components: [JSONField<RegressionResult.VarianceComponent>] {
    [
      JSONField("group", .text, "grouping column") { .string($0.group) }, JSONField("term", .text, "what varies; a,b is a covariance") { .string($0.term) },
      JSONField("variance", .number, "estimate") { .exact($0.variance) }, JSONField("log_std_error", .number, "standard error of its logarithm") { .exact($0.logStandardError) },
    ]
  }

  private static var effects: [JSONField<RegressionResult.GroupEffects>] {
    [
      JSONField("group", .text, "grouping column") { .string($0.group) }, JSONField("term", .text, "what varies") { .string($0.term) },
      JSONField("levels", .list(.text), "the groups") { .array($0.levels.map { .string($0) }) },
      JSONField("effects", .list(.number), "of each") { numbers($0.effects) }, JSONField("std_errors", .list(.number), "of each") { numbers($0.standardErrors) },
    ]
  }

  private static var residuals: [Field] {
    RegressionResult.ResidualKind.allCases.map { kind in
      Field(kind.rawValue, .list(.number), "residuals of that kind") { numbers($0.result.residuals(kind)) }
    } + [
      Field("quantile", .list(.number), "randomised quantile residuals") { numbers($0.result.quantileResiduals(seed: $0.seed)) },
      Field("quantile_seed", .whole, "of their random numbers") { .integer(Int($0.seed)) },
    ]
  }

  private static var warnings: [JSONField<RegressionWarning>] {
    [
      JSONField("code", .text, "which warning") { .string(RegressionWording.code($0)) }, JSONField("da", .text, "in Danish") { .string(RegressionWording.phrase($0).da) },
      JSONField("en", .text, "in English") { .string(RegressionWording.phrase($0).en) },
    ]
  }

  private static var steps: [JSONField<IterationRecord>] {
    [
      JSONField("phase", .text, "of the fit") { .string($0.phase) }, JSONField("iteration", .whole, "number") { .integer($0.iteration) },
      JSONField("criterion", .number, "that is minimised") { .exact($0.criterion) }, JSONField("change", .number, "since the step before") { .exact($0.change) },
    ]
  }

  private static func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .exact($0) }) }
}
