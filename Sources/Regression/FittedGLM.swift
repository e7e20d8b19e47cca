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
  /// Residual variance of the Gaussian, 1 elsewhere.
  public let dispersion: Double
  public let deviance: Double
  public let nullDeviance: Double
  public let logLikelihood: Double
  public let aic: Double
  public let degreesOfFreedom: Int
  /// Rows with a positive weight.
  public let count: Int
  /// The negative binomial's theta, estimated or given.
  public let theta: Double?
  /// Linear predictor with the offset, one per row.
  public let predictor: [Double]
  /// Fitted means (probabilities for the binomial), one per row.
  public let mean: [Double]
  /// Pearson's chi-square.
  public let pearson: Double
  public let warnings: [RegressionWarning]
  public let trace: [IterationRecord]

  /// Standard errors in the order of `coefficients`; NaN where aliased. Theta counts as known.
  public var standardErrors: [Double] {
    var errors = [Double](repeating: .nan, count: coefficients.count)
    for (position, j) in kept.enumerated() {
      errors[j] = (unscaledCovariance[position, position] * dispersion).squareRoot()
    }
    return errors
  }
}
