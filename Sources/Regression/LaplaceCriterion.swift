internal import Glibc
internal import LinearAlgebra

/// The criterion that variances and θ minimise, minus the Laplace approximation of a log-likelihood, with its exact
/// gradient in log σ² and log θ (or the log of the Gaussian variance).
///
/// With ℓ̂ the penalised log-likelihood at its mode and H the observed information with penalties,
/// V = -ℓ̂ + ½ log|H| + ½ Σ q log σ² (- p/2 log 2π for REML); H covers the blocks (ML) or all coefficients (REML). The
/// gradient follows Wood (2011), J. R. Stat. Soc. B 73, appendix, but by one adjoint solve instead of one per variance.
final class LaplaceCriterion {
  let state: PenalizedState
  private(set) var value = Double.infinity
  /// Derivatives in the parameters of each block (empty where it is off or its penalty given).
  private(set) var blockSlopes: [[Double]]
  private(set) var parameterSlope = 0.0
  let leverage: DoubleBuffer
  private let work: DoubleBuffer
  private let adjoint: DoubleBuffer
  private let scoreSlope: DoubleBuffer
  private let scoreAdjoint: DoubleBuffer
  private let pushed: DoubleBuffer

  init(_ state: PenalizedState) {
    self.state = state
    blockSlopes = state.priors.map { _ in [] }
    leverage = DoubleBuffer(state.problem.rowCount)
    work = DoubleBuffer(state.problem.rowCount)
    scoreSlope = DoubleBuffer(state.problem.rowCount)
    adjoint = DoubleBuffer(state.dimension)
    scoreAdjoint = DoubleBuffer(state.dimension)
    pushed = DoubleBuffer(state.dimension)
  }

  private var blocks: Range<Int> { state.priors.indices }
  private var plan: EliminationPlan { state.plan }

  /// Value at the state's last evaluation, which must be at the mode.
  func evaluateValue() -> Double {
    var v = -(state.logLikelihood - 0.5 * state.penalty) + 0.5 * state.matrix.logDeterminant(withFixed: state.usesFixed)
    for b in blocks where state.isOn(b) {
      v += 0.5 * Double(priorRank(b)) * state.priors[b].logDeterminant
    }
    if state.usesFixed {
      // The flat prior is that of the coefficients of the columns as they were given.
      v -= 0.5 * Double(state.layout.fixedCount) * log(2 * .pi) + state.problem.basis.logDeterminant
    }
    value = v
    return v
  }

  /// How often the prior's covariance stands in the model: once for each level, or for each coefficient.
  func priorRank(_ block: Int) -> Int { state.layout.range(ofBlock: block).count / state.priors[block].width }

  /// Σ over the levels of a block of its part of the inverse, by rows; the trace where it has one variance. Needs
  /// `state.matrix.invert`.
  func posteriorSum(ofBlock block: Int) -> [Double] {
    let (range, d) = (state.layout.range(ofBlock: block), state.priors[block].width)
    let inverse = state.matrix.inverse.base
    if d == 1 { return [range.reduce(0) { $0 + inverse[plan.diagonal(plan.position[$1])] }] }
    var result = [Double](repeating: 0, count: d * d)
    var next = 0
    for _ in 0..<state.layout.levelCounts[block] {
      for r in 0..<d {
        for s in r..<d {
          result[r * d + s] += inverse[Int(state.problem.pairPlaces[block][next])]
          next += 1
        }
      }
    }
    for r in 0..<d { for s in 0..<r { result[r * d + s] = result[s * d + r] } }
    return result
  }

  /// Effective degrees of freedom of a block; needs `state.matrix.invert`.
  func effectiveDegrees(_ block: Int) -> Double {
    guard state.isOn(block) else { return 0 }
    let lost = zip(state.priors[block].precision, posteriorSum(ofBlock: block)).reduce(0) { $0 + $1.0 * $1.1 }
    return Double(state.layout.range(ofBlock: block).count) - lost
  }

  /// Value and gradient at the state's mode. For ML it also returns the shift of the fixed coefficients' score that
  /// belongs to the maximum of the criterion.
  func evaluateGradient() -> [Double] {
    _ = evaluateValue()
    let matrix = state.matrix
    matrix.invert(withFixed: state.usesFixed)
    let explicit = fillLeverageAndSlopes()
    var shift = [Double](repeating: 0, count: state.layout.fixedCount)
    for j in shift.indices { shift[j] = adjoint.base[plan.position[j]] }
    pushed.copy(from: adjoint)
    matrix.solve(pushed.base, withFixed: state.usesFixed)
    if !state.usesFixed {
      for j in shift.indices { pushed.base[plan.position[j]] = 0 }
      subtractCross(&shift)
    }
    parameterSlope = explicit - state.problem.constants.slope(state.parameter)
    for b in blocks where state.isOn(b) {
      let slopes = state.priors[b].slopes(ofPrecision: precisionSlope(b))
      blockSlopes[b] = state.priors[b].isGiven ? [] : slopes
      if state.priors[b].isGiven, state.problem.spec.family == .gaussian { parameterSlope += slopes[0] }
    }
    for b in blocks where !state.isOn(b) { blockSlopes[b] = [] }
    if state.problem.hasParameter {
      for i in 0..<state.dimension { parameterSlope += pushed.base[i] * scoreAdjoint.base[i] }
    }
    return shift
  }

  /// How the mode moves with each parameter (those of `blockSlopes`, then θ or the Gaussian variance), coefficients in
  /// the order of elimination: H⁻¹ times the derivative of the score. Needs the gradient's evaluation at the mode.
  func modeSlopes() -> [[Double]] {
    var result: [[Double]] = []
    for b in blocks {
      for derivative in state.priors[b].precisionDerivatives() {
        pushed.clear()
        addPenaltyScore(b, derivative)
        state.matrix.solve(pushed.base)
        result.append(pushed.array)
      }
    }
    if state.problem.hasParameter {
      pushed.copy(from: scoreAdjoint)
      state.matrix.solve(pushed.base)
      result.append(pushed.array)
    }
    return result
  }

  /// `pushed` -= D u for the levels of a block.
  private func addPenaltyScore(_ b: Int, _ derivative: [Double]) {
    let (range, d) = (state.layout.range(ofBlock: b), state.priors[b].width)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: d) {
      for r in 0..<d {
        for s in 0..<d {
          pushed.base[plan.position[first + r]] -=
            derivative[r * d + s] * state.coefficients.base[plan.position[first + s]]
        }
      }
    }
  }

  /// Derivative in the precision Ω of a block, symmetric, by rows: ½ (Σ u uᵀ + Σ H⁻¹ - L Σ), less how the mode moves.
  private func precisionSlope(_ b: Int) -> [Double] {
    let prior = state.priors[b]
    let (d, levels) = (prior.width, Double(priorRank(b)))
    let (squares, sum) = (state.squares(ofBlock: b), posteriorSum(ofBlock: b))
    let along = state.products(ofBlock: b, pushed, state.coefficients)
    return (0..<(d * d)).map { i in
      let mirrored = (i % d) * d + i / d
      return 0.5 * (squares[i] + sum[i] - levels * prior.covariance[i] - along[i] - along[mirrored])
    }
  }

  /// h = dᵀ H⁻¹ d for every row; needs `state.matrix.invert`.
  func fillLeverage() { state.eachShare { [leverage] in $0.fillLeverage(leverage) } }

  /// Fills `work` with ½ h dw/dη and `scoreSlope` with ds/dτ, and their sums over the rows of each coefficient; returns
  /// the sum of -dℓ/dτ + ½ h dw/dτ.
  private func fillLeverageAndSlopes() -> Double {
    state.eachShare { [leverage, work, scoreSlope] in $0.fillSlopes(leverage: leverage, into: work, scoreSlope: scoreSlope) }
    adjoint.clear()
    scoreAdjoint.clear()
    for share in state.shares {
      for i in 0..<state.dimension {
        adjoint.base[i] += share.adjoint.base[i]
        scoreAdjoint.base[i] += share.scoreAdjoint.base[i]
      }
    }
    return state.shares.reduce(0) { $0 + $1.parameterSlope }
  }

  /// shift -= H(fixed, blocks) · pushed.
  private func subtractCross(_ shift: inout [Double]) {
    let (p, c, ns) = (shift.count, plan.coreSize, plan.sparseCount)
    let entries = state.matrix.matrix.base
    let firstFixed = c - p
    var products = [Double](repeating: 0, count: p)
    for j in 0..<ns {
      let end = plan.starts[j + 1]
      for r in 0..<p { products[r] += entries[end - p + r] * pushed.base[j] }
    }
    for i in 0..<firstFixed {
      for r in 0..<p { products[r] += entries[plan.coreStart + firstFixed + r + i * c] * pushed.base[ns + i] }
    }
    for j in shift.indices { shift[j] -= products[plan.position[j] - ns - firstFixed] }
  }
}

extension PenalizedProblem {
  /// Whether θ or the Gaussian variance is estimated.
  var hasParameter: Bool {
    switch spec.family {
    case .gaussian, .negativeBinomial(theta: nil): true
    default: false
    }
  }
}
