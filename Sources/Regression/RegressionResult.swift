internal import Glibc
public import LinearAlgebra

/// A fitted formula: everything a table or a JSON of it shows.
public struct RegressionResult: Sendable {
  public struct Coefficient: Equatable, Sendable {
    /// As R names it.
    public let term: String
    /// NaN where the term is aliased.
    public let estimate: Double
    public let standardError: Double
    /// Estimate over standard error: t where a dispersion is estimated from residual degrees of freedom, else z.
    public let statistic: Double
    /// Two-sided.
    public let pValue: Double
    /// Ends of the 95 % interval.
    public let lower: Double
    public let upper: Double
  }

  public struct VarianceComponent: Equatable, Sendable {
    /// The group's label, or `Residual`.
    public let group: String
    /// `(Intercept)` or the slope's column, two with a comma for a covariance; empty for the residual and for
    /// coefficients that share one variance.
    public let term: String
    /// The variance, or the covariance of the two terms.
    public let variance: Double
    /// Its standard error by the criterion's curvature; nil where it is zero or that is not known.
    public let standardError: Double?
    /// Standard error of the variance's logarithm; nil where the variance is zero or it is not known.
    public let logStandardError: Double?
  }

  /// Effects of the levels of one group and term.
  public struct GroupEffects: Equatable, Sendable {
    public let group: String
    public let term: String
    public let levels: [String]
    public let effects: [Double]
    /// Posterior standard deviations given the variances.
    public let standardErrors: [Double]
  }

  /// How the parameters were chosen.
  public enum Method: String, Sendable {
    case leastSquares = "least_squares"
    case maximumLikelihood = "ml"
    case restrictedMaximumLikelihood = "reml"
  }

  public let schema: Schema
  public let family: Family
  public let link: Link
  public let method: Method
  public let coefficients: [Coefficient]
  public let varianceComponents: [VarianceComponent]
  public let groupEffects: [GroupEffects]
  public let theta: Double?
  /// Standard error of log θ (given the means in fits without groups); nil where theta is given, absent or at its bound.
  public let logThetaStandardError: Double?
  /// Residual variance (Gaussian) or 1.
  public let dispersion: Double
  public let deviance: Double
  /// Nil with groups.
  public let nullDeviance: Double?
  public let logLikelihood: Double
  public let aic: Double
  /// Estimated numbers that AIC and BIC count: coefficients, variances, and dispersion or θ where it is estimated.
  public let parameters: Int
  /// Rank of the design, plus with groups the trace that the pooled effects use.
  public let effectiveDegreesOfFreedom: Double
  public let residualDegreesOfFreedom: Int
  /// Square root of the Gaussian's dispersion; nil elsewhere.
  public let residualStandardDeviation: Double?
  /// Share of the sum of squares (about the mean where there is an intercept); nil unless plain least squares.
  public let rSquared: Double?
  /// Rows with a positive weight.
  public let count: Int
  /// Fitted means, one per row of the data.
  public let fitted: [Double]
  /// Linear predictors with offset, one per row of the data.
  public let predictor: [Double]
  public let warnings: [RegressionWarning]
  public let trace: [IterationRecord]
  let hatValues: HatValues
  let response: ResponseData
  /// What was added to the formula's own offset.
  let extraOffset: Expression?
  let posterior: Posterior

  /// Hat values, one per row of the data: how far a row's fitted value (on the scale of the working response) follows its
  /// own response. Computed at each call in plain fits.
  public var leverage: [Double] { hatValues.values }

  /// Bayesian information criterion, with the number of rows of positive weight as its n.
  public var bic: Double { -2 * logLikelihood + log(Double(count)) * Double(parameters) }

  /// The restricted log-likelihood that was maximised, nil where the method is another. See `constants`.
  public var restrictedLogLikelihood: Double? { method == .restrictedMaximumLikelihood ? logLikelihood : nil }

  /// Covariance of the coefficients in their order, with the dispersion; NaN rows and columns where aliased. Mixed fits:
  /// given the variances. Cost: one solve per coefficient in mixed fits.
  public var covariance: Matrix { posterior.coefficientCovariance(count: coefficients.count) }
}
