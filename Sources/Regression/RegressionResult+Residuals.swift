internal import Glibc
internal import Probability

extension RegressionResult {
  /// What residuals measure, as R's `residuals(fit, type = )`.
  public enum ResidualKind: String, CaseIterable, Sendable {
    /// y - μ; of the binomial the share of successes less the fitted probability.
    case response
    /// (y - μ) √w / √V(μ), w the prior weight (times trials).
    case pearson
    /// The signed root of the row's share of the deviance.
    case deviance
  }

  /// The response as it was fitted: values, counts, or of the binomial the share of successes. One per row.
  public var observed: [Double] { response.y }
  /// Trials of the binomial, one per row; nil elsewhere.
  public var trials: [Double]? { response.trials }
  /// Prior weights, one per row; nil where all are one.
  public var priorWeights: [Double]? { response.weights }

  /// One residual per row of the data, 0 where the weight is 0 (but of kind `response`). Not divided by the dispersion.
  public func residuals(_ kind: ResidualKind) -> [Double] {
    let (y, w) = (response.y, response.totalWeights)
    switch kind {
    case .response: return zip(y, fitted).map { $0 - $1 }
    case .pearson:
      var variance = fitted
      family.variance(fitted, theta: theta ?? .nan, fitted.indices, into: &variance)
      return y.indices.map { (y[$0] - fitted[$0]) * (w[$0] / variance[$0]).squareRoot() }
    case .deviance:
      return y.indices.map { i in
        let part = (2 * w[i] * max(0, family.halfDeviance(y[i], fitted[i], theta: theta ?? .nan))).squareRoot()
        return y[i] < fitted[i] ? -part : part
      }
    }
  }

  /// Variances of the responses about their fitted means, one per row: φ V(μ) / w, of the binomial those of the shares;
  /// infinite where the weight is 0.
  public var responseVariances: [Double] {
    var variance = fitted
    family.variance(fitted, theta: theta ?? .nan, fitted.indices, into: &variance)
    return zip(variance, response.totalWeights).map { dispersion * $0 / $1 }
  }

  /// Randomised quantile residuals (Dunn and Smyth, Journal of Computational and Graphical Statistics 5 (1996), 236-244):
  /// Φ⁻¹ of the response's place in its fitted distribution, of counts at a random height of the step. Standard normal
  /// where the model holds. With groups, given their predicted effects.
  ///
  /// The height is a function of the seed and the row's number alone. The Gaussian needs none: its residual is
  /// (y - μ) √w / σ. Precision weights of other families do not enter. NaN for no trials or without residual degrees.
  public func quantileResiduals(seed: UInt64) -> [Double] {
    if family == .gaussian {
      let deviation = dispersion.squareRoot()
      return residuals(.pearson).map { $0 / deviation }
    }
    return response.y.indices.map { i in
      guard let distribution = distribution(mean: fitted[i], trials: response.trials?[i]) else { return .nan }
      let count = response.trials.map { (response.y[i] * $0[i]).rounded() } ?? response.y[i]
      let height = RandomStream.uniform(seed: seed, Self.quantileKey, UInt64(i), 0)
      return distribution.normalScore(count, height: height)
    }
  }

  private static let quantileKey: UInt64 = 0x7175_616E

  /// The fitted distribution of a count; nil for the Gaussian and for a binomial without trials.
  func distribution(mean: Double, trials: Double?) -> CountDistribution? {
    switch family {
    case .gaussian: return nil
    case .poisson: return .poisson(mean: mean)
    case .negativeBinomial: return .negativeBinomial(mean: mean, theta: theta ?? .infinity)
    case .binomial:
      guard let trials, trials > 0 else { return nil }
      return .binomial(trials: trials, probability: mean)
    }
  }

  /// Cook's distances, one per row, as R's `cooks.distance`: (rᵢ / (1 - hᵢ))² hᵢ / (φ p), r the Pearson residual, h the
  /// leverage, φ the dispersion, p the effective degrees of freedom (the rank without groups). NaN where hᵢ is 1.
  public var cooksDistance: [Double] {
    let scale = dispersion * effectiveDegreesOfFreedom
    return zip(residuals(.pearson), leverage).map { residual, hat in
      guard hat < 1 - 1e-14 else { return .nan }
      let deleted = residual / (1 - hat)
      return deleted * deleted * hat / scale
    }
  }
}

extension Family {
  /// Half a row's deviance at weight 1: ℓ(y; y) - ℓ(y; μ) in units of the dispersion.
  func halfDeviance(_ y: Double, _ mean: Double, theta: Double) -> Double {
    switch self {
    case .gaussian: return (y - mean) * (y - mean) / 2
    case .poisson: return (y > 0 ? y * log(y / mean) : 0) - (y - mean)
    case .negativeBinomial:
      return (y > 0 ? y * log(y / mean) : 0) - (y + theta) * log1p((y - mean) / (mean + theta))
    case .binomial:
      let success = y > 0 ? y * log(y / mean) : 0
      return success + (y < 1 ? (1 - y) * log((1 - y) / (1 - mean)) : 0)
    }
  }
}
