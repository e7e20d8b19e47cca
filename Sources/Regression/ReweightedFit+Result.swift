internal import LinearAlgebra

extension ReweightedFit {
  /// The fit as a value, in the data's order of rows.
  func finished(thetaEstimated: Bool) throws(RegressionError) -> FittedGLM {
    guard let solution else { preconditionFailure("run before finishing") }
    let degrees = data.effectiveCount - solution.kept.count
    let likelihood = model.family.logLikelihood(data, mean, theta: theta)
    let parameters = Double(solution.kept.count + (thetaEstimated ? 1 : 0))
    let hasIntercept = design.spansConstant(solution.kept)
    return FittedGLM(
      model: model, names: design.names, coefficients: coefficients, unscaledCovariance: solution.covariance,
      kept: solution.kept, aliased: solution.aliased, dispersion: 1, deviance: deviance,
      nullDeviance: try model.nullDeviance(data, hasIntercept: hasIntercept, theta: theta), logLikelihood: likelihood,
      aic: -2 * likelihood + 2 * parameters, degreesOfFreedom: degrees, count: data.effectiveCount,
      theta: theta.isNaN ? nil : theta,
      logThetaStandardError: thetaEstimated ? logThetaError : nil, predictor: design.restored(predictor), mean: design.restored(mean),
      pearson: pearson, warnings: warnings(solution, degrees, thetaEstimated), trace: trace,
      hatValues: .byRows(design, root: solution.root, kept: solution.kept, weights: weights))
  }

  private func warnings(
    _ solution: WeightedLeastSquares.Solution, _ degrees: Int, _ thetaEstimated: Bool
  ) -> [RegressionWarning] {
    var warnings: [RegressionWarning] = []
    if !solution.aliased.isEmpty { warnings.append(.aliased(terms: solution.aliased.map { design.names[$0] })) }
    if degrees <= 0 { warnings.append(.noResidualDegrees) }
    let atBound = rowsAtBound
    if atBound > 0 { warnings.append(.fittedAtBound(rows: atBound)) }
    if thetaEstimated, theta >= NegativeBinomialTheta.upperBound { warnings.append(.thetaAtBound(theta: theta)) }
    return warnings
  }

  private var logThetaError: Double? {
    guard theta < NegativeBinomialTheta.upperBound else { return nil }
    return NegativeBinomialTheta(data).logStandardError(theta, mean: mean)
  }

  private var pearson: Double {
    var variance = mean
    variance.withUnsafeMutableBufferPointer { target in
      mean.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress, let into = target.baseAddress else { return }
        model.family.variance(base, theta: theta, 0..<source.count, into: into)
      }
    }
    var sum = 0.0
    for i in variance.indices where data.totalWeights[i] > 0 {
      sum += data.totalWeights[i] * (data.y[i] - mean[i]) * (data.y[i] - mean[i]) / variance[i]
    }
    return sum
  }
}
