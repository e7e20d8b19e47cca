internal import Probability

extension RegressionProblem {
  /// Standard error of log θ by the observed information given the means, as `SE.theta` / θ of MASS's `glm.nb`.
  func logThetaStandardError(of fit: FittedGLM) -> Double? {
    guard fit.model.family == .negativeBinomial(theta: nil), let theta = fit.theta,
      theta < NegativeBinomialTheta.upperBound
    else { return nil }
    let base = trigamma(theta)
    var information = 0.0
    for (i, y) in responseData.y.enumerated() {
      let total = fit.mean[i] + theta
      let part = base - trigamma(theta + y) - 1 / theta + 2 / total - (y + theta) / (total * total)
      information += responseData.totalWeights[i] * part
    }
    return information > 0 ? 1 / (theta * information.squareRoot()) : nil
  }
}
