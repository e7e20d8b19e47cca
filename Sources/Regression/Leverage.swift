internal import LinearAlgebra

extension FittedGLM {
  /// Coefficients, and the dispersion or θ where it is estimated.
  var parameters: Int {
    let hasParameter = model.family == .gaussian || model.family == .negativeBinomial(theta: nil)
    return kept.count + (hasParameter ? 1 : 0)
  }
}

extension RegressionProblem {
  /// Largest number of products that hat values are worth.
  private static let mostProducts = 50_000_000

  /// Hat values wᵢ xᵢᵀ (XᵀWX)⁻¹ xᵢ with the working weights of the Fisher information, as R's `hatvalues`; nil for designs
  /// so large that they would cost more than the fit.
  func leverage(of fit: FittedGLM) -> [Double]? {
    let n = response.count
    guard n * fit.kept.count * fit.kept.count <= Self.mostProducts else { return nil }
    let hat = columns.variances(kept: fit.kept, count: n) { fit.unscaledCovariance[$0, $1] }
    let weights = workingWeights(of: fit)
    return zip(hat, weights).map { min(1, $0 * $1) }
  }

  private func workingWeights(of fit: FittedGLM) -> [Double] {
    var (mean, slope) = (fit.mean, fit.mean)
    fit.model.link.inverse(fit.predictor, into: &mean, slope: &slope)
    var variance = mean
    fit.model.family.variance(mean, theta: fit.theta ?? .nan, into: &variance)
    return mean.indices.map { responseData.totalWeights[$0] * slope[$0] * slope[$0] / variance[$0] }
  }
}
