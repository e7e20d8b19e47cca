public import LinearAlgebra

/// A fitted generalised linear model. Immutable; columns that were aliased have NaN coefficients.
public struct FittedGLM: Sendable {
  public let model: GeneralizedLinearModel
  public let names: [String]
  public let coefficients: [Double]
  /// (XᵀWX)⁻¹ of the kept columns (Fisher information), without the dispersion.
  public let unscaledCovariance: Matrix
  public let kept: [Int]
  public let aliased: [Int]
  /// Residual variance of the Gaussian (NaN without residual degrees of freedom), 1 elsewhere.
  public let dispersion: Double
  public let deviance: Double
  /// Deviance of the intercept alone, or without one of the offset alone.
  public let nullDeviance: Double
  /// With all constants. Infinite for a Gaussian fit without any residual.
  public let logLikelihood: Double
  public let aic: Double
  public let degreesOfFreedom: Int
  /// Rows with a positive weight.
  public let count: Int
  /// The negative binomial's theta, estimated or given.
  public let theta: Double?
  /// Standard error of log θ with the means held; nil where θ is given, absent or at its bound.
  public let logThetaStandardError: Double?
  /// Linear predictor with the offset, one per row.
  public let predictor: [Double]
  /// Fitted means (probabilities for the binomial), one per row.
  public let mean: [Double]
  /// Pearson's chi-square.
  public let pearson: Double
  public let warnings: [RegressionWarning]
  public let trace: [IterationRecord]
  let hatValues: HatValues

  /// Standard errors in the order of `coefficients`; NaN where aliased. Theta counts as known.
  public var standardErrors: [Double] {
    var errors = [Double](repeating: .nan, count: coefficients.count)
    for (position, j) in kept.enumerated() {
      errors[j] = (unscaledCovariance[position, position] * dispersion).squareRoot()
    }
    return errors
  }

  /// Coefficients, and the dispersion or θ where it is estimated.
  var parameters: Int {
    let hasParameter = model.family == .gaussian || model.family == .negativeBinomial(theta: nil)
    return kept.count + (hasParameter ? 1 : 0)
  }

  /// Hat values, one per row: the diagonal of W½X(XᵀWX)⁻¹XᵀW½ with prior and working weights, as R's `hatvalues`. Between
  /// 0 and 1, 0 where the weight is 0; they add up to the number of kept columns. Computed at each call, O(n p²) for
  /// numeric columns, less with factors.
  public var leverage: [Double] { hatValues.values }
}

/// Where the hat values of a fit come from.
enum HatValues: Sendable {
  case known([Double])
  /// From T with T Tᵀ = (XᵀWX)⁻¹; weights in the design's order of rows.
  case byRows(FactoredDesign, root: Matrix, kept: [Int], weights: [Double])

  var values: [Double] {
    switch self {
    case .known(let values): values
    case .byRows(let design, let root, let kept, let weights):
      design.restored(design.leverages(root: root, kept: kept, weights: weights))
    }
  }
}
