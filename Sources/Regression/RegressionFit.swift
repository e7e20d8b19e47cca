internal import Glibc
internal import LinearAlgebra
internal import Probability

/// The front door: a formula and a table of data to a fitted model.
public enum RegressionFit {
  /// How variances of groups are chosen: the Gaussian's default is REML, that of other families ML.
  public enum Method: String, Sendable { case automatic, ml, reml }

  /// Largest design (rows times columns) that least squares solves in double-double arithmetic.
  static let largestExtended = 20_000

  /// Fits `formula` to `data`: least squares, a GLM, or, where it has `( | )`, smooth or ridge terms, a penalised GLM.
  ///
  /// - Parameters:
  ///   - link: the family's canonical link where nil.
  ///   - offset: a column or expression such as `Expression(parsing: "log(service)")`, besides the formula's own.
  ///   - weights: the name of a column of prior (precision) weights ≥ 0.
  ///   - quadraturePoints: points of adaptive quadrature over one scalar random effect; 1 is Laplace's approximation.
  /// Missing values in used columns are errors with their row; no row is dropped.
  public static func fit(
    formula: Formula, data: DataTable, family: Family = .gaussian, link: Link? = nil, offset: Expression? = nil,
    weights: String? = nil, method: Method = .automatic, quadraturePoints: Int = 1
  ) throws(RegressionError) -> RegressionResult {
    let model = try GeneralizedLinearModel(family: family, link: link)
    let problem: RegressionProblem
    do {
      problem = try RegressionProblem(formula, data, family, offset: offset, weights: weights)
    } catch let error as DataError {
      throw .data(error)
    } catch let error as RegressionError {
      throw error
    } catch {
      preconditionFailure("an error of another kind: \(error)")
    }
    if formula.isPenalized { return try mixed(model, problem, data, method, quadraturePoints) }
    if quadraturePoints > 1 { throw .unsupportedQuadrature }
    if family == .gaussian { return try leastSquares(model, problem, data) }
    return try generalized(model, problem)
  }

  // MARK: Least squares

  private static func leastSquares(
    _ model: GeneralizedLinearModel, _ problem: RegressionProblem, _ data: DataTable
  ) throws(RegressionError) -> RegressionResult {
    let size = problem.columns.count * problem.response.count
    guard size <= largestExtended, !problem.columns.isEmpty else { return try generalized(model, problem) }
    let response = try ResponseData(
      .gaussian, y: problem.response, weights: problem.weights, offset: problem.offset)
    let solution: ExtendedLeastSquares
    do {
      solution = try extended(problem, data, response)
    } catch let error as DataError {
      throw .data(error)
    } catch {
      throw .numericalBreakdown("design", [])
    }
    let fit = gaussianFit(model, problem, response, solution)
    return result(of: fit, problem, method: .leastSquares)
  }

  private static func extended(
    _ problem: RegressionProblem, _ data: DataTable, _ response: ResponseData
  ) throws -> ExtendedLeastSquares {
    var design = try problem.schema.extendedColumns(for: data)
    var y = response.y
    if let offset = response.offset { for i in y.indices { y[i] -= offset[i] } }
    if response.weights != nil {
      for i in y.indices {
        let root = DoubleDouble(response.totalWeights[i]).squareRoot()
        y[i] *= root.high
        for j in design.indices { design[j][i] = design[j][i] * root }
      }
    }
    return try ExtendedLeastSquares(design: design, response: y)
  }

  private static func gaussianFit(
    _ model: GeneralizedLinearModel, _ problem: RegressionProblem, _ response: ResponseData,
    _ solution: ExtendedLeastSquares
  ) -> FittedGLM {
    let fitted = fittedValues(problem, response, solution)
    let names = problem.schema.columnNames
    let degrees = response.effectiveCount - solution.kept.count
    let likelihood = model.family.logLikelihood(response, fitted, theta: .nan)
    var warnings: [RegressionWarning] = []
    if !solution.aliased.isEmpty { warnings.append(.aliased(terms: solution.aliased.map { names[$0] })) }
    if degrees <= 0 { warnings.append(.noResidualDegrees) }
    return FittedGLM(
      model: model, names: names, coefficients: solution.coefficients, unscaledCovariance: solution.covariance,
      kept: solution.kept, aliased: solution.aliased,
      dispersion: degrees > 0 ? solution.residualSumOfSquares / Double(degrees) : .nan,
      deviance: solution.residualSumOfSquares, nullDeviance: totalSquares(problem, response),
      logLikelihood: likelihood, aic: -2 * likelihood + 2 * Double(solution.kept.count + 1),
      degreesOfFreedom: degrees, count: response.effectiveCount, theta: nil, predictor: fitted, mean: fitted,
      pearson: solution.residualSumOfSquares, warnings: warnings, trace: [])
  }

  /// Response less residual, which loses no digits; where the weight is zero the linear predictor.
  private static func fittedValues(
    _ problem: RegressionProblem, _ response: ResponseData, _ solution: ExtendedLeastSquares
  ) -> [Double] {
    var fitted = response.offset ?? [Double](repeating: 0, count: response.y.count)
    for (column, coefficient) in zip(problem.columns, solution.coefficients) where !coefficient.isNaN {
      for i in fitted.indices { fitted[i] += column[i] * coefficient }
    }
    for i in fitted.indices where response.totalWeights[i] > 0 {
      fitted[i] = response.y[i] - solution.residuals[i] / response.totalWeights[i].squareRoot()
    }
    return fitted
  }

  /// Weighted sum of squares of the response less its offset, about its mean where there is an intercept; summed in
  /// double-double.
  private static func totalSquares(_ problem: RegressionProblem, _ response: ResponseData) -> Double {
    let w = response.totalWeights
    let y = response.y.indices.map { response.y[$0] - (response.offset?[$0] ?? 0) }
    var centre = DoubleDouble.zero
    if problem.schema.formula.hasIntercept {
      var total = DoubleDouble.zero
      for i in y.indices {
        centre += DoubleDouble(w[i]) * DoubleDouble(y[i])
        total += DoubleDouble(w[i])
      }
      centre = centre / total
    }
    var sum = DoubleDouble.zero
    for i in y.indices {
      let difference = DoubleDouble(y[i]) - centre
      sum += DoubleDouble(w[i]) * difference * difference
    }
    return sum.high
  }

  // MARK: GLM

  private static func generalized(
    _ model: GeneralizedLinearModel, _ problem: RegressionProblem
  ) throws(RegressionError) -> RegressionResult {
    let fit = try model.fit(
      design: problem.design, names: problem.schema.columnNames, response: problem.response, trials: problem.trials,
      weights: problem.weights, offset: problem.offset)
    return result(of: fit, problem, method: model.family == .gaussian ? .leastSquares : .maximumLikelihood)
  }

  private static func result(
    of fit: FittedGLM, _ problem: RegressionProblem, method: RegressionResult.Method
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
      schema: problem.schema, family: fit.model.family, link: fit.model.link, method: method,
      coefficients: coefficients, varianceComponents: [], groupEffects: [], theta: fit.theta,
      logThetaStandardError: nil, dispersion: fit.dispersion, deviance: fit.deviance, nullDeviance: fit.nullDeviance,
      logLikelihood: fit.logLikelihood, aic: fit.aic, residualDegreesOfFreedom: fit.degreesOfFreedom,
      residualStandardDeviation: isGaussian ? fit.dispersion.squareRoot() : nil,
      rSquared: isGaussian ? 1 - fit.deviance / fit.nullDeviance : nil, count: fit.count, fitted: fit.mean,
      predictor: fit.predictor, warnings: fit.warnings, trace: fit.trace)
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
