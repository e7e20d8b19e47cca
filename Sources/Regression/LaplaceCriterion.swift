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
  private let pushed: DoubleBuffer

  init(_ state: PenalizedState) {
    self.state = state
    blockSlopes = state.priors.map { _ in [] }
    leverage = DoubleBuffer(state.problem.rowCount)
    work = DoubleBuffer(state.problem.rowCount)
    scoreSlope = DoubleBuffer(state.problem.rowCount)
    adjoint = DoubleBuffer(state.dimension)
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
    fillLeverage()
    let explicit = fillSlopes()
    scatterAdjoint()
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
      state.multiply(pushed, into: work)
      for i in 0..<state.problem.rowCount { parameterSlope += work.base[i] * scoreSlope.base[i] }
    }
    return shift
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

  /// h = dᵀ H⁻¹ d for every row.
  func fillLeverage() {
    let problem = state.problem
    let (k, ns, c) = (problem.width, plan.sparseCount, plan.coreSize)
    let (local, columns) = (state.moments.base, problem.rowColumns.base)
    let inverse = state.matrix.inverse.base
    let core = inverse + plan.coreStart
    problem.places.withUnsafeBufferPointer { places in
      problem.actives.withUnsafeBufferPointer { actives in
        var next = 0
        for pattern in 0..<problem.patterns.count {
          for r in 0..<(k * k) { local[r] = 0 }
          let end = problem.activeStarts[pattern + 1]
          for i in problem.activeStarts[pattern]..<end {
            let a = actives[i]
            let place = Int(a.position)
            let isSparse = place < ns
            if a.block >= 0, !state.isOn(Int(a.block)) {
              if isSparse { next += end - i }
              continue
            }
            for j in i..<end {
              let b = actives[j]
              let from = isSparse ? inverse[Int(places[next])] : core[Int(b.position) - ns + (place - ns) * c]
              if isSparse { next += 1 }
              if b.block >= 0, !state.isOn(Int(b.block)) { continue }
              let value = a.factor * b.factor * from
              local[Int(a.column) * k + Int(b.column)] += value
              if i != j { local[Int(b.column) * k + Int(a.column)] += value }
            }
          }
          quadraticForms(problem.patterns.starts[pattern], problem.patterns.starts[pattern + 1], columns, local)
        }
      }
    }
  }

  /// dᵀ K d for some rows, K = `local` (k × k, symmetric).
  private func quadraticForms(
    _ first: Int, _ end: Int, _ columns: UnsafePointer<Double>, _ local: UnsafePointer<Double>
  ) {
    let k = state.problem.width
    if k >= 6, end - first >= 12 {
      let product = state.scaled.base
      Kernels.multiply(local, columns + first * k, m: k, n: end - first, k: k, into: product)
      for i in first..<end {
        let (row, image) = (columns + i * k, product + (i - first) * k)
        var sum = 0.0
        for r in 0..<k { sum += row[r] * image[r] }
        leverage.base[i] = sum
      }
      return
    }
    for i in first..<end {
      let row = columns + i * k
      var sum = 0.0
      for a in 0..<k {
        var inner = 0.0
        for b in 0..<k { inner += local[a * k + b] * row[b] }
        sum += inner * row[a]
      }
      leverage.base[i] = sum
    }
  }

  /// Fills `work` with ½ h dw/dη and `scoreSlope` with ds/dτ; returns the sum of -dℓ/dτ + ½ h dw/dτ.
  private func fillSlopes() -> Double {
    switch state.problem.spec.family {
    case .gaussian: return fill(GaussianKernel(variance: state.parameter))
    case .poisson: return fill(PoissonKernel())
    case .negativeBinomial:
      return fill(NegativeBinomialKernel(theta: state.parameter, logTheta: log(state.parameter)))
    case .binomial:
      switch state.problem.spec.link {
      case .probit: return fill(ProbitKernel())
      case .cloglog: return fill(CloglogKernel())
      default: return fill(LogitKernel())
      }
    }
  }

  @inline(__always)
  private func fill<Kernel: RowKernel>(_ kernel: Kernel) -> Double {
    let problem = state.problem
    let (y, m, w, e) = (problem.y.base, problem.trials.base, problem.weights.base, state.eta.base)
    let (h, target, s) = (leverage.base, work.base, scoreSlope.base)
    var sum = 0.0
    for i in 0..<problem.rowCount {
      let slopes = kernel.slopes(y[i], m[i], e[i])
      let half = 0.5 * h[i] * w[i]
      target[i] = half * slopes.information
      s[i] = w[i] * slopes.scoreInParameter
      sum += half * slopes.informationInParameter - w[i] * slopes.likelihoodInParameter
    }
    return sum
  }

  /// Dᵀ work into `adjoint`.
  private func scatterAdjoint() {
    let problem = state.problem
    let k = problem.width
    let (columns, local) = (problem.rowColumns.base, state.sums.base)
    adjoint.clear()
    for c in 0..<problem.patterns.count {
      for r in 0..<k { local[r] = 0 }
      for i in problem.patterns.starts[c]..<problem.patterns.starts[c + 1] {
        for r in 0..<k { local[r] += work.base[i] * columns[i * k + r] }
      }
      for a in problem.activeStarts[c]..<problem.activeStarts[c + 1] {
        let active = problem.actives[a]
        if active.block >= 0, !state.isOn(Int(active.block)) { continue }
        adjoint.base[Int(active.position)] += active.factor * local[Int(active.column)]
      }
    }
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
