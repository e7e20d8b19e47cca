internal import Glibc
public import LinearAlgebra
internal import Probability

/// A fitted penalised GLM: estimates, their joint normal posterior, and how they were found. Immutable.
///
/// The posterior is N(mode, H⁻¹) of all coefficients given the variances and θ, H the observed information with
/// penalties. A block with variance zero has effects of exactly zero, without uncertainty.
public struct FittedPenalizedGLM: Sendable {
  public let model: PenalizedGLM
  public let layout: CoefficientLayout
  public let fixedNames: [String]
  public let blockNames: [String]
  /// All coefficients: fixed, then the blocks in order.
  public let coefficients: [Double]
  /// Posterior standard deviations, in the same order.
  public let standardErrors: [Double]
  /// σ² of each block; exactly zero where the criterion falls towards zero.
  public let variances: [Double]
  /// Standard errors of log σ²; nil where the variance is zero or the criterion has no proper curvature.
  public let logVarianceStandardErrors: [Double?]
  /// θ of the negative binomial, nil elsewhere.
  public let theta: Double?
  public let logThetaStandardError: Double?
  /// Residual variance of the Gaussian, 1 elsewhere.
  public let dispersion: Double
  public let logDispersionStandardError: Double?
  /// Laplace approximation of the (restricted) log-likelihood, with all constants; exact for the Gaussian.
  public let logLikelihood: Double
  /// The conditional log-likelihood of the responses at the mode, without the prior of the effects.
  public let conditionalLogLikelihood: Double
  /// Conditional deviance at the mode.
  public let deviance: Double
  /// Effective degrees of freedom of all coefficients, and of each block.
  public let effectiveDegrees: Double
  public let blockEffectiveDegrees: [Double]
  /// Rows with a positive weight.
  public let count: Int
  /// Linear predictor with offset, one per row of the data.
  public let linearPredictor: [Double]
  /// Fitted means (probabilities for the binomial), one per row of the data.
  public let mean: [Double]
  public let warnings: [RegressionWarning]
  public let trace: [IterationRecord]
  /// Passes over the rows.
  public let passes: Int
  private let posterior: PosteriorFactor

  init(
    _ state: PenalizedState, criterion: Double, logErrors: [Double?], parameterError: Double?,
    trace: [IterationRecord]
  ) {
    let (problem, plan) = (state.problem, state.plan)
    let layout = problem.layout
    model = problem.spec
    self.layout = layout
    fixedNames = problem.fixedNames
    blockNames = problem.blockNames
    variances = state.variances
    logVarianceStandardErrors = logErrors
    self.trace = trace
    passes = state.passes
    count = problem.data.effectiveCount
    logLikelihood = -criterion
    conditionalLogLikelihood = state.logLikelihood
    var isFree = [Bool](repeating: true, count: layout.dimension)
    for b in state.variances.indices where !state.isOn(b) { for j in layout.range(ofBlock: b) { isFree[j] = false } }
    state.matrix.invert(withFixed: true)
    let inverse = state.matrix.inverse.base
    coefficients = (0..<layout.dimension).map { isFree[$0] ? state.coefficients.base[plan.position[$0]] : 0 }
    standardErrors = (0..<layout.dimension).map {
      isFree[$0] ? inverse[plan.diagonal(plan.position[$0])].squareRoot() : 0
    }
    blockEffectiveDegrees = state.variances.indices.map { b in
      guard state.isOn(b) else { return 0 }
      let trace = layout.range(ofBlock: b).reduce(0.0) { $0 + inverse[plan.diagonal(plan.position[$1])] }
      return Double(layout.levelCounts[b]) - trace / state.variances[b]
    }
    effectiveDegrees = Double(layout.fixedCount) + blockEffectiveDegrees.reduce(0, +)
    let isGaussian = problem.spec.family == .gaussian
    dispersion = isGaussian ? state.parameter : 1
    logDispersionStandardError = isGaussian ? parameterError : nil
    if case .negativeBinomial = problem.spec.family {
      theta = state.parameter
      logThetaStandardError = parameterError
    } else {
      theta = nil
      logThetaStandardError = nil
    }
    var predictor = [Double](repeating: 0, count: problem.rowCount)
    for i in 0..<problem.rowCount { predictor[Int(problem.patterns.rows[i])] = state.eta.base[i] }
    linearPredictor = predictor
    var mean = predictor
    var slope = predictor
    problem.spec.link.inverse(predictor, into: &mean, slope: &slope)
    self.mean = mean
    deviance = problem.spec.family.deviance(problem.data, mean, theta: state.parameter)
    var warnings: [RegressionWarning] = []
    for b in state.variances.indices where !state.isOn(b) {
      warnings.append(.zeroVariance(group: problem.blockNames[b], term: ""))
    }
    if problem.hasParameter, !isGaussian, state.parameter >= 0.99 * NegativeBinomialTheta.upperBound {
      warnings.append(.thetaAtBound(theta: state.parameter))
    }
    self.warnings = warnings
    posterior = PosteriorFactor(factor: state.matrix, isFree: isFree)
  }

  // MARK: Estimates by name

  public var fixedCoefficients: [Double] { Array(coefficients.prefix(layout.fixedCount)) }
  public var fixedStandardErrors: [Double] { Array(standardErrors.prefix(layout.fixedCount)) }
  /// Effects of the levels of a block.
  public func effects(ofBlock block: Int) -> [Double] { Array(coefficients[layout.range(ofBlock: block)]) }
  /// Posterior standard deviations of the effects of a block.
  public func effectStandardErrors(ofBlock block: Int) -> [Double] {
    Array(standardErrors[layout.range(ofBlock: block)])
  }

  // MARK: Posterior

  /// One coefficient of a linear combination: its position (see `layout`) and what it is multiplied by.
  public struct Weight: Equatable, Sendable {
    public let coefficient: Int
    public let factor: Double
    public init(_ coefficient: Int, _ factor: Double) {
      self.coefficient = coefficient
      self.factor = factor
    }
  }

  /// Posterior mean of a linear combination of coefficients.
  public func estimate(of combination: [Weight]) -> Double {
    combination.reduce(0) { $0 + $1.factor * coefficients[$1.coefficient] }
  }

  /// Posterior variance of a linear combination of coefficients. One solve with the factor.
  public func variance(of combination: [Weight]) -> Double { covariance(of: combination, with: combination) }

  /// Posterior covariance of two linear combinations of coefficients.
  public func covariance(of first: [Weight], with second: [Weight]) -> Double {
    posterior.covariance(first, second)
  }

  /// Draws from the joint posterior: a matrix of `layout.dimension` rows and `count` columns, one draw each.
  ///
  /// Draw d depends on (seed, d) alone: not on `count`, nor on what runs beside it.
  public func drawCoefficients(count: Int, seed: UInt64) -> Matrix {
    posterior.draw(around: coefficients, count: count, seed: seed)
  }
}

/// The factor of the posterior precision. Nothing is written to it after the fit.
struct PosteriorFactor: @unchecked Sendable {
  let factor: SparseFactor
  let isFree: [Bool]
  /// Draws solved together; always this many, so that a draw's bits do not hang on how many are asked for.
  private static let lanes = 32

  private var plan: EliminationPlan { factor.plan }

  func covariance(
    _ first: [FittedPenalizedGLM.Weight], _ second: [FittedPenalizedGLM.Weight]
  ) -> Double {
    var x = [Double](repeating: 0, count: isFree.count)
    for weight in first where isFree[weight.coefficient] { x[plan.position[weight.coefficient]] += weight.factor }
    x.withUnsafeMutableBufferPointer { buffer in if let base = buffer.baseAddress { factor.solve(base) } }
    var sum = 0.0
    for weight in second where isFree[weight.coefficient] {
      sum += weight.factor * x[plan.position[weight.coefficient]]
    }
    return sum
  }

  func draw(around mode: [Double], count: Int, seed: UInt64) -> Matrix {
    precondition(count >= 0, "a number of draws is not negative")
    LinearAlgebra.start()
    let (d, lanes) = (isFree.count, PosteriorFactor.lanes)
    var result = Matrix(rows: d, columns: count)
    let panel = DoubleBuffer(d * lanes)
    for first in stride(from: 0, to: count, by: lanes) {
      for lane in 0..<lanes {
        var stream = RandomStream(seed: seed, UInt64(first + lane))
        for j in stride(from: 0, to: d, by: 2) {
          let pair = stream.nextNormalPair()
          panel.base[plan.position[j] * lanes + lane] = pair.0
          if j + 1 < d { panel.base[plan.position[j + 1] * lanes + lane] = pair.1 }
        }
      }
      factor.solveTransposed(panel.base, lanes: lanes)
      result.withUnsafeMutableElements { target in
        for lane in 0..<min(lanes, count - first) {
          for j in 0..<d {
            let deviation = isFree[j] ? panel.base[plan.position[j] * lanes + lane] : 0
            target[(first + lane) * d + j] = mode[j] + deviation
          }
        }
      }
    }
    return result
  }
}
