internal import Glibc
internal import LinearAlgebra
internal import Probability

/// The front door: a formula and a table of data to a fitted model.
public enum RegressionFit {
  /// How variances of groups are chosen: the Gaussian's default is REML, that of other families ML.
  public enum Method: String, Sendable { case automatic, ml, reml }

  /// Largest design (rows times columns) that least squares factorises in double-double arithmetic.
  static let largestExtended = 20_000
  /// Larger ones are solved in doubles and corrected in double-double where that is quick: rows times squared columns up
  /// to this always (a third of a second), so that accuracy does not fall at the limit above.
  private static let alwaysRefined = 10_000_000
  /// Up to this where other columns inflate a coefficient's variance by more than `refinedInflation` (a million rows of a
  /// 10th power: four seconds). Below that inflation doubles keep the coefficients to about 1e-12 standard errors.
  private static let largestRefined = 150_000_000
  private static let refinedInflation = 1e6

  /// Fits `formula` to `data`: least squares, a GLM, or, where it has `( | )`, smooth or ridge terms, a penalised GLM.
  ///
  /// Missing values in used columns are errors with their row; no row is dropped.
  ///
  /// - Parameters:
  ///   - formula: what is fitted; see the page on formulas.
  ///   - data: columns of equal length, at least one row.
  ///   - family: distribution of the response given its mean.
  ///   - link: the family's canonical link where nil.
  ///   - offset: a column or expression such as `Expression(parsing: "log(service)")`, besides the formula's own.
  ///   - weights: the name of a column of prior (precision) weights ≥ 0.
  ///   - quadraturePoints: points of adaptive quadrature over one scalar random effect; 1 is Laplace's approximation.
  public static func fit(
    formula: Formula, data: DataTable, family: Family = .gaussian, link: Link? = nil, offset: Expression? = nil,
    weights: String? = nil, method: Method = .automatic, quadraturePoints: Int = 1
  ) throws(RegressionError) -> RegressionResult {
    let model = try GeneralizedLinearModel(family: family, link: link)
    do {
      guard !formula.isPenalized else {
        let problem = try RegressionProblem(formula, data, family, offset: offset, weights: weights)
        return try mixed(model, problem, data, method, quadraturePoints)
      }
      guard quadraturePoints == 1 else { throw RegressionError.unsupportedQuadrature }
      return try plain(model, formula, data, offset: offset, weights: weights)
    } catch let error as DataError {
      throw .data(error)
    } catch let error as RegressionError {
      throw error
    } catch {
      preconditionFailure("an error of another kind: \(error)")
    }
  }

  /// Without groups: texts are interned first, so that a million rows of them are looked at once.
  private static func plain(
    _ model: GeneralizedLinearModel, _ formula: Formula, _ data: DataTable, offset: Expression?, weights: String?
  ) throws -> RegressionResult {
    guard data.rowCount > 0 else { throw DataError.noRows }
    let table = try InternedTable(data, for: formula)
    let schema = try Schema(formula, learningFrom: table, weights: nil)
    let columns = try ResponseColumns(formula, schema, data, model.family, offset: offset, weights: weights)
    let response = try ResponseData(
      model.family, y: columns.response, trials: columns.trials, weights: columns.weights, offset: columns.offset)
    guard model.family == .gaussian else {
      let fit = try model.fit(try schema.factoredDesign(for: table), response)
      return result(of: fit, schema, .maximumLikelihood, response, offset)
    }
    let extended = ExtendedProblem(schema: schema, data: data, extraOffset: offset, weights: columns.weights)
    return result(of: try leastSquares(model, table, extended, response), schema, .leastSquares, response, offset)
  }

  // MARK: Least squares

  private static func leastSquares(
    _ model: GeneralizedLinearModel, _ table: InternedTable, _ extended: ExtendedProblem, _ response: ResponseData
  ) throws -> FittedGLM {
    let (n, p) = (table.data.rowCount, extended.schema.columnNames.count)
    if n * p <= largestExtended {
      _ = try extended.schema.columns(for: table.data)  // Reports what is missing, unknown or not finite.
      return try extended.factorised(model, response)
    }
    let fit = try LeastSquaresFit(model, try extended.schema.factoredDesign(for: table), response)
    let work = n * p * p
    guard work <= alwaysRefined || (work <= largestRefined && fit.inflation > refinedInflation) else {
      return fit.finished()
    }
    do {
      return try extended.refined(fit, response)
    } catch is LinearAlgebraError {
      throw RegressionError.numericalBreakdown("design", [])
    }
  }

  private static func result(
    of fit: FittedGLM, _ schema: Schema, _ method: RegressionResult.Method, _ response: ResponseData,
    _ offset: Expression?
  ) -> RegressionResult {
    let isGaussian = fit.model.family == .gaussian
    let reference = StudentT(
      degrees: isGaussian ? Double(max(fit.degreesOfFreedom, 1)) : .infinity)
    let errors = fit.standardErrors
    let coefficients = fit.names.indices.map { j in
      RegressionResult.Coefficient(
        term: fit.names[j], estimate: fit.coefficients[j], standardError: errors[j], reference: reference)
    }
    return RegressionResult(
      schema: schema, family: fit.model.family, link: fit.model.link, method: method,
      coefficients: coefficients, varianceComponents: [], groupEffects: [], theta: fit.theta,
      logThetaStandardError: fit.logThetaStandardError, dispersion: fit.dispersion, deviance: fit.deviance,
      nullDeviance: fit.nullDeviance, logLikelihood: fit.logLikelihood, aic: fit.aic, parameters: fit.parameters,
      effectiveDegreesOfFreedom: Double(fit.kept.count), residualDegreesOfFreedom: fit.degreesOfFreedom,
      residualStandardDeviation: isGaussian ? fit.dispersion.squareRoot() : nil,
      rSquared: isGaussian && fit.nullDeviance > 0 ? 1 - fit.deviance / fit.nullDeviance : nil, count: fit.count,
      fitted: fit.mean, predictor: fit.predictor, warnings: fit.warnings, trace: fit.trace, hatValues: fit.hatValues,
      response: response, extraOffset: offset,
      posterior: .normal(covariance: fit.unscaledCovariance, scale: fit.dispersion, kept: fit.kept))
  }
}

extension RegressionResult.Coefficient {
  init(term: String, estimate: Double, standardError: Double, reference: StudentT) {
    self.term = term
    self.estimate = estimate
    self.standardError = standardError
    statistic = estimate / standardError
    pValue = statistic.isNaN ? .nan : reference.twoSided(statistic)
    let reach = reference.quantile(0.975) * standardError
    lower = estimate - reach
    upper = estimate + reach
  }
}
