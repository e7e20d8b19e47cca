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
  /// Posterior standard deviations, in the same order; of the fixed columns the roots of `fixedCovariance`.
  public let standardErrors: [Double]
  /// Covariance of the fixed coefficients. For families other than the Gaussian and up to 20,000 rows it counts the
  /// estimation of variances and θ: by the inverse Hessian of all of them together (maximum likelihood), or the
  /// movement of the mode with them (restricted); else it is given them.
  public let fixedCovariance: Matrix
  /// σ² of each block; of an unstructured one its first column's, see `covariances`. Exactly zero where the criterion
  /// falls towards zero.
  public let variances: [Double]
  /// Covariance of the columns of a level, block by block; one number where the block has one variance.
  public let covariances: [Matrix]
  /// The same of the columns of a formula's groups, before they were centred and scaled.
  let reportedCovariances: [Matrix]
  /// Standard errors of the entries of the reported covariances from the criterion's curvature; nil where it is not proper.
  public let covarianceStandardErrors: [Matrix?]
  /// Standard errors of log σ²; nil where the variance is zero or the criterion has no proper curvature.
  public let logVarianceStandardErrors: [Double?]
  /// θ of the negative binomial, nil elsewhere.
  public let theta: Double?
  public let logThetaStandardError: Double?
  /// Residual variance of the Gaussian, 1 elsewhere.
  public let dispersion: Double
  public let logDispersionStandardError: Double?
  /// The (restricted) log-likelihood by Laplace's approximation or quadrature, with all constants; exact for the
  /// Gaussian.
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
  /// Hat values w dᵀ H⁻¹ d, one per row of the data: what a row's own response weighs in its linear predictor. They
  /// sum to `effectiveDegrees` where the observed information is the expected one.
  public let leverage: [Double]
  public let warnings: [RegressionWarning]
  public let trace: [IterationRecord]
  /// Passes over the rows.
  public let passes: Int
  private let posterior: PosteriorFactor

  init(
    _ state: PenalizedState, _ criterion: LaplaceCriterion, logLikelihood: Double, parameterCovariance: Matrix?,
    jointFixedCovariance: Matrix?, trace: [IterationRecord]
  ) {
    let (problem, plan) = (state.problem, state.plan)
    let layout = problem.layout
    model = problem.spec
    self.layout = layout
    fixedNames = problem.fixedNames
    blockNames = problem.blockNames
    let covariances = CovarianceEstimates(state.priors, parameterCovariance)
    variances = covariances.covariances.map { $0[0, 0] }
    self.covariances = covariances.covariances
    reportedCovariances = covariances.reported
    covarianceStandardErrors = covariances.errors
    logVarianceStandardErrors = covariances.logErrors
    self.trace = trace
    passes = state.passes
    count = problem.data.effectiveCount
    self.logLikelihood = logLikelihood
    conditionalLogLikelihood = state.logLikelihood
    var isFree = [Bool](repeating: true, count: layout.dimension)
    for b in state.priors.indices where !state.isOn(b) { for j in layout.range(ofBlock: b) { isFree[j] = false } }
    state.matrix.invert(withFixed: true)
    let inverse = state.matrix.inverse.base
    let p = layout.fixedCount
    let gamma = (0..<p).map { state.coefficients.base[plan.position[$0]] }
    coefficients = problem.basis.coefficients(gamma)
      + (p..<layout.dimension).map { isFree[$0] ? state.coefficients.base[plan.position[$0]] : 0 }
    let fixed = problem.basis.covariance(jointFixedCovariance ?? state.fixedCovariance())
    fixedCovariance = fixed
    standardErrors = (0..<p).map { fixed[$0, $0].squareRoot() }
      + (p..<layout.dimension).map { isFree[$0] ? inverse[plan.diagonal(plan.position[$0])].squareRoot() : 0 }
    blockEffectiveDegrees = state.priors.indices.map { criterion.effectiveDegrees($0) }
    effectiveDegrees = Double(p) + blockEffectiveDegrees.reduce(0, +)
    criterion.fillLeverage()
    let parameterError = parameterCovariance.flatMap {
      problem.hasParameter ? $0[$0.rows - 1, $0.rows - 1].squareRoot() : nil
    }
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
    var leverage = predictor
    for i in 0..<problem.rowCount {
      let row = Int(problem.patterns.rows[i])
      predictor[row] = state.eta.base[i]
      leverage[row] = state.information.base[i] * criterion.leverage.base[i]
    }
    linearPredictor = predictor
    self.leverage = leverage
    var mean = predictor
    var slope = predictor
    problem.spec.link.inverse(predictor, into: &mean, slope: &slope)
    self.mean = mean
    deviance = problem.spec.family.deviance(problem.data, mean, theta: state.parameter)
    var warnings: [RegressionWarning] = []
    for b in state.priors.indices where !state.isOn(b) {
      warnings.append(.zeroVariance(group: problem.blockNames[b], term: ""))
    }
    for b in state.priors.indices where !state.priors[b].boundDirections.isEmpty {
      warnings.append(.singularCovariance(group: problem.blockNames[b]))
    }
    if problem.hasParameter, !isGaussian, state.parameter >= 0.99 * NegativeBinomialTheta.upperBound {
      warnings.append(.thetaAtBound(theta: state.parameter))
    }
    if isGaussian, problem.spec.quadraturePoints > 1 { warnings.append(.quadratureUnneeded) }
    self.warnings = warnings
    posterior = PosteriorFactor(factor: state.matrix, basis: problem.basis, isFree: isFree)
  }

  /// Throws `separation` where a column's part of the linear predictor is far out and not known to within hundreds:
  /// Newton's steps then ended on the flat slope of a likelihood that rises for ever.
  func requireBounded(_ reaches: [Double]) throws(RegressionError) {
    guard model.family != .gaussian else { return }
    let separating = reaches.indices.filter { j in
      abs(coefficients[j]) * reaches[j] > 12 && !(standardErrors[j] * reaches[j] < 500)
    }
    guard separating.isEmpty else { throw .separation(terms: separating.map { fixedNames[$0] }) }
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

  /// Posterior standard deviation of a linear combination; of one coefficient without a solve.
  func error(of combination: [Weight]) -> Double {
    if combination.count == 1 { return abs(combination[0].factor) * standardErrors[combination[0].coefficient] }
    return max(0, variance(of: combination)).squareRoot()
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
  let basis: FixedBasis
  let isFree: [Bool]
  /// Draws solved together; always this many, so that a draw's bits do not hang on how many are asked for.
  private static let lanes = 32

  private var plan: EliminationPlan { factor.plan }

  func covariance(
    _ first: [FittedPenalizedGLM.Weight], _ second: [FittedPenalizedGLM.Weight]
  ) -> Double {
    let right = weights(second)
    var x = [Double](repeating: 0, count: isFree.count)
    for (j, weight) in weights(first).enumerated() { x[plan.position[j]] = weight }
    x.withUnsafeMutableBufferPointer { buffer in if let base = buffer.baseAddress { factor.solve(base) } }
    return right.indices.reduce(0) { right[$1] == 0 ? $0 : $0 + right[$1] * x[plan.position[$1]] }
  }

  /// One weight for each coefficient of the engine.
  private func weights(_ combination: [FittedPenalizedGLM.Weight]) -> [Double] {
    var result = [Double](repeating: 0, count: isFree.count)
    for weight in combination where isFree[weight.coefficient] { result[weight.coefficient] += weight.factor }
    let p = plan.fixedCount
    result.replaceSubrange(0..<p, with: basis.pullBack(Array(result[..<p])))
    return result
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
          let fixed = basis.coefficients((0..<plan.fixedCount).map { panel.base[plan.position[$0] * lanes + lane] })
          for j in 0..<d {
            let own = isFree[j] ? panel.base[plan.position[j] * lanes + lane] : 0
            target[(first + lane) * d + j] = mode[j] + (j < fixed.count ? fixed[j] : own)
          }
        }
      }
    }
    return result
  }
}
