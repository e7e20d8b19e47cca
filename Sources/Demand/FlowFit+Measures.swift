import Glibc
import Placements
import Probability
public import Regression

extension FlowFit {
  /// How well a flow's regression fits; see `FittedPenalizedGLM`.
  public struct Measures: Sendable {
    public let family: Family
    public let criterion: PenalizedGLM.Criterion
    /// Fixed coefficients, variances, and θ where it is estimated.
    public let parameters: Int
    public let effectiveDegrees: Double
    public let deviance: Double
    /// Laplace approximation of the (restricted) likelihood.
    public let logLikelihood: Double
    /// Of the counts given all effects.
    public let conditionalLogLikelihood: Double
    public let theta: Double?
    public let logThetaStandardError: Double?
    public let variances: [(name: String, levels: Int, variance: Double, logStandardError: Double?)]
    public let warnings: [RegressionWarning]

    /// -2 conditional log-likelihood + 2 effective degrees of freedom (and 2 for θ).
    public var conditionalAIC: Double { -2 * conditionalLogLikelihood + 2 * (effectiveDegrees + (theta == nil ? 0 : 1)) }
  }

  /// Nil where rates were not regressed.
  public var measures: Measures? {
    guard case .regression(let fit, _) = parameters else { return nil }
    return Measures(
      family: fit.model.family, criterion: fit.model.criterion,
      parameters: fit.layout.fixedCount + fit.variances.count + (fit.model.family == .negativeBinomial(theta: nil) ? 1 : 0),
      effectiveDegrees: fit.effectiveDegrees, deviance: fit.deviance, logLikelihood: fit.logLikelihood,
      conditionalLogLikelihood: fit.conditionalLogLikelihood, theta: fit.theta, logThetaStandardError: fit.logThetaStandardError,
      variances: fit.blockNames.indices.map { b in
        (fit.blockNames[b], fit.layout.levelCounts[b], fit.variances[b], fit.logVarianceStandardErrors[b])
      },
      warnings: fit.warnings)
  }
}

/// The rows behind a flow's regression with their fitted means.
public struct FlowObservations: Sendable {
  public let observed: [Double]
  public let fitted: [Double]
  /// Of the counts about their fitted means.
  public let variance: [Double]
  /// Standard normal where the model holds: randomised quantile residuals with the row's number as key.
  public let residuals: [Double]
  public let municipality: [Int]
  public let area: [Int]
  /// In years, such as 2026.83.
  public let time: [Double]
}

extension FittedDemand {
  /// Nil where the flow's rates were not regressed.
  public func observations(of fit: FlowFit, seed: UInt64) -> FlowObservations? {
    guard case .regression(let regression, _) = fit.parameters else { return nil }
    let clock = FlowClock(panel: panel, horizon: horizon)
    let frame = FlowFrame(
      panel: panel, clock: clock, flow: fit.flow, strata: fit.strata, exposure: fit.exposure)
    guard frame.rows == regression.mean.count else { return nil }
    let middle = Double(panel.first.year) + (Double(panel.first.number - 1) + Double(panel.count) / 2) / Double(panel.length.perYear)
    let distributions: [CountDistribution] = regression.mean.map { mean in
      regression.theta.map { .negativeBinomial(mean: mean, theta: $0) } ?? .poisson(mean: mean)
    }
    return FlowObservations(
      observed: frame.response, fitted: regression.mean, variance: distributions.map(\.variance),
      residuals: frame.response.indices.map { i in
        distributions[i].normalScore(frame.response[i], height: RandomStream.uniform(seed: seed, 0, UInt64(i), 0))
      },
      municipality: frame.municipality.map(Int.init), area: frame.stratum.map { panel.areaOfStratum[Int($0)] },
      time: frame.trend.map { middle + $0 })
  }
}
