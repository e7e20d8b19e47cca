internal import Glibc
internal import LinearAlgebra

/// The search for variances and θ: generalised Fellner-Schall steps, then Newton steps on the exact criterion (in
/// `VarianceSearch+Newton.swift`).
struct VarianceSearch {
  let state: PenalizedState
  let criterion: LaplaceCriterion
  var trace: [IterationRecord] = []
  /// Inverse Hessian of the criterion in the parameters that are free at the end (`free`), where it was computed.
  var covariance: Matrix?
  var free: [Int] = []
  /// Covariance of the fixed coefficients that counts the estimation of the variances, where it was computed.
  var jointFixedCovariance: Matrix?
  let theta: NegativeBinomialTheta?
  /// Parameters that the criterion was last evaluated at, while nothing has moved since.
  var place: [Double]?
  var anchor: Anchor?
  /// Gain of the penalised likelihood below which a mode is found.
  var modeTolerance: Double
  /// Whether no evaluation is spared: rows are few, and no less than the usual accuracy is asked.
  let isFine: Bool
  /// Many rows know everything better, and the criterion itself grows with them: gains that do not matter are larger.
  let rowScale: Double

  var spec: PenalizedGLM { state.problem.spec }
  var blocks: Range<Int> { state.priors.indices }

  init(_ state: PenalizedState) {
    self.state = state
    criterion = LaplaceCriterion(state)
    isFine = state.problem.rowCount <= 20_000 && state.problem.spec.tolerance <= 1e-4
    rowScale = max(1, Double(state.problem.rowCount) / 100_000)
    modeTolerance = isFine ? 1e-24 : 1e-11 * rowScale
    if case .negativeBinomial(nil) = state.problem.spec.family {
      theta = NegativeBinomialTheta(y: state.problem.y.array, weights: state.problem.weights.array)
    } else {
      theta = nil
    }
  }

  mutating func run() throws(RegressionError) {
    do {
      try search()
    } catch .nonConvergence(let own) where own.isEmpty {
      throw .nonConvergence(trace)
    }
  }

  private mutating func search() throws(RegressionError) {
    try start()
    try fellnerSchall()
    try setZeros()
    if spec.search == .exact {
      try newton()
      jointFixedCovariance = try fixedCovarianceWithVariances()
    } else {
      try solveMode()
      free = Array(parameters().indices)
      covariance = try hessian(at: parameters()).flatMap(VarianceSearch.inverse)
    }
  }

  // MARK: Start

  private mutating func start() throws(RegressionError) {
    switch spec.family {
    case .gaussian: state.parameter = max(0.5 * weightedVariance(), Double.leastNormalMagnitude)
    case .negativeBinomial(let given): state.parameter = given ?? 1
    default: break
    }
    do {
      state.assembleStart()
      state.gatherShares()
      for b in blocks { state.priors[b].start(scale: informationScale(b), dispersion: dispersion) }
      try state.evaluateStart()
    } catch {
      let dependent = state.dependentFixedColumns()
      throw dependent.isEmpty
        ? .numericalBreakdown(state.describe(error), trace) : .rankDeficient(aliased: dependent)
    }
    let dependent = state.dependentFixedColumns()
    if !dependent.isEmpty { throw .rankDeficient(aliased: dependent) }
    do {
      try state.takeStart()
      for _ in 0..<3 where try state.advance() < 1 { break }
    } catch {
      throw .numericalBreakdown(state.describe(error), trace)
    }
  }

  private func weightedVariance() -> Double {
    let data = state.problem.data
    let total = data.totalWeights.reduce(0, +)
    var (mean, sum) = (0.0, 0.0)
    for i in data.y.indices { mean += data.totalWeights[i] * (data.y[i] - (data.offset?[i] ?? 0)) / total }
    for i in data.y.indices {
      let r = data.y[i] - (data.offset?[i] ?? 0) - mean
      sum += data.totalWeights[i] * r * r
    }
    return sum / Double(max(1, data.effectiveCount))
  }

  private var dispersion: Double { spec.family == .gaussian ? state.parameter : 1 }

  /// Mean information of a level for each column of a block, before any penalty is added.
  private func informationScale(_ b: Int) -> [Double] {
    let (range, prior) = (state.layout.range(ofBlock: b), state.priors[b])
    var sums = [Double](repeating: 0, count: prior.width)
    for (i, j) in range.enumerated() {
      let column = i % prior.width
      sums[column] += state.matrix.matrix.base[state.plan.diagonal(state.plan.position[j])]
    }
    let count = Double(max(1, range.count / prior.width))
    return sums.map { max($0 / count, Double.leastNormalMagnitude * 1e20) }
  }

  // MARK: Fellner-Schall

  private mutating func fellnerSchall() throws(RegressionError) {
    if blocks.isEmpty, !state.problem.hasParameter {
      try state.findMode(tolerance: modeTolerance)
      return
    }
    // The exact criterion lies further from the fixed point of these steps than this.
    let goal = spec.search == .exact ? (isFine ? 0.02 : 0.2) : 1e-4
    var last = Double.infinity
    // Covariance matrices move by expectation and maximisation, which ends slowly: Newton steps take over sooner.
    let most = state.priors.contains { $0.width > 1 } ? 15 : 200
    for iteration in 1...most {
      state.matrix.invert(withFixed: state.usesFixed)
      let promised = state.leap()
      let change = updateParameters()
      do throws(LinearAlgebraError) {
        try state.evaluate()
        guard state.objective.isFinite else { throw .notPositiveDefinite(order: 0) }
      } catch {
        throw .numericalBreakdown(state.describe(error), trace)
      }
      trace.append(
        IterationRecord(iteration: iteration, criterion: -state.objective, change: change, phase: "fellner-schall"))
      if promised > max(10, 2 * last) { try state.findMode(tolerance: 1) }
      last = promised
      if change < goal, promised < (isFine ? 0.01 : 1) { return }
    }
    if spec.search == .fellnerSchall { throw .nonConvergence(trace) }
  }

  /// σ² := u'u / effective degrees of freedom, θ and the Gaussian variance likewise; the largest change of a logarithm.
  private func updateParameters() -> Double {
    var change = 0.0
    var degrees = state.usesFixed ? Double(state.layout.fixedCount) : 0
    for b in blocks where state.isOn(b) {
      let prior = state.priors[b]
      degrees += criterion.effectiveDegrees(b)
      if prior.isGiven { continue }
      if prior.width > 1 { updateTogether(b) } else { updateVariance(b) }
      for i in stride(from: 0, to: prior.covariance.count, by: prior.width + 1) {
        let (old, next) = (prior.covariance[i], state.priors[b].covariance[i])
        if next * prior.scale[i / prior.width] > 1e-3 { change = max(change, abs(log(next / old))) }
      }
    }
    if let theta {
      let mean = (0..<state.problem.rowCount).map { exp(state.eta.base[$0]) }
      let next = min(theta.maximise(start: state.parameter, mean: mean, steps: 1), NegativeBinomialTheta.upperBound)
      change = max(change, abs(log(next / state.parameter)))
      state.parameter = next
    } else if spec.family == .gaussian {
      let left = Double(state.problem.data.effectiveCount) - degrees
      let next = max(squaredResiduals() / max(left, 1), Double.leastNormalMagnitude)
      change = max(change, abs(log(next / state.parameter)))
      state.parameter = next
      for b in blocks { state.priors[b].follow(dispersion: next) }
    }
    return change
  }

  /// Fellner and Schall: σ² := u'u / effective degrees of freedom.
  private func updateVariance(_ b: Int) {
    let prior = state.priors[b]
    let wanted = state.squares(ofBlock: b)[0] / max(criterion.effectiveDegrees(b), 1e-10) * prior.precision[0]
    let factor = min(max(wanted, 0.02), 50)
    state.priors[b].set(covariance: [prior.variance * factor])
  }

  /// Expectation and maximisation: Σ := the mean of u uᵀ over the levels, posterior covariance included.
  private func updateTogether(_ b: Int) {
    let levels = Double(criterion.priorRank(b))
    let sums = zip(state.squares(ofBlock: b), criterion.posteriorSum(ofBlock: b)).map { ($0 + $1) / levels }
    state.priors[b].set(covariance: sums)
  }

  private func squaredResiduals() -> Double {
    let (problem, eta) = (state.problem, state.eta.base)
    var sum = 0.0
    for i in 0..<problem.rowCount {
      let r = problem.y.base[i] - eta[i]
      sum += problem.weights.base[i] * r * r
    }
    return sum
  }

  // MARK: Zeros

  /// Switches blocks off whose variance is small and whose criterion falls towards zero.
  private mutating func setZeros() throws(RegressionError) {
    try solveMode()
    for b in blocks where mayVanish(b) && state.priors[b].variance * state.priors[b].scale[0] < 0.3 {
      if try fallsTowardsZero(b) {
        state.priors[b].setVariance(0)
        try solveMode()
      }
    }
  }

  func mayVanish(_ block: Int) -> Bool {
    let prior = state.priors[block]
    return prior.isOn && prior.width == 1 && !prior.isGiven
  }

  /// Whether the criterion's slope in σ² at (next to) zero is not negative; one of rounding counts as none.
  func fallsTowardsZero(_ block: Int) throws(RegressionError) -> Bool {
    let kept = state.priors[block]
    state.priors[block].setVariance(1e-5 / kept.scale[0])
    defer { state.priors[block] = kept }
    try solveMode()
    return criterion.blockSlopes[block][0] >= -1e-9
  }
}

extension VarianceSearch {
  func finished() -> FittedPenalizedGLM {
    FittedPenalizedGLM(
      state, criterion, logLikelihood: -criterion.value, parameterCovariance: parameterCovariance(),
      jointFixedCovariance: jointFixedCovariance, trace: trace)
  }

  /// The result of a quadrature that left the state at its maximum.
  func finished(_ maximum: QuadratureSearch.Maximum, trace: [IterationRecord]) -> FittedPenalizedGLM {
    FittedPenalizedGLM(
      state, criterion, logLikelihood: maximum.logLikelihood, parameterCovariance: maximum.parameterCovariance,
      jointFixedCovariance: maximum.fixedCovariance, trace: trace)
  }

  /// The inverse Hessian with zero rows and columns for parameters at their bound.
  private func parameterCovariance() -> Matrix? {
    guard let covariance else { return nil }
    let count = parameters().count
    var result = Matrix(rows: count, columns: count)
    for (i, a) in free.enumerated() { for (j, b) in free.enumerated() { result[a, b] = covariance[i, j] } }
    return result
  }
}

extension PenalizedState {
  func restore(_ values: [Double]) { for i in values.indices { coefficients.base[i] = values[i] } }
}
