internal import Glibc
internal import LinearAlgebra

/// The search for variances and θ: generalised Fellner-Schall steps, then Newton steps on the exact criterion.
struct VarianceSearch {
  let state: PenalizedState
  let criterion: LaplaceCriterion
  private(set) var trace: [IterationRecord] = []
  /// Inverse Hessian of the criterion in the free parameters, where it was computed.
  private(set) var covariance: Matrix?
  private let theta: NegativeBinomialTheta?
  /// Mean information of the levels of each block without its penalty: the scale of its precision.
  private var scale: [Double]
  private var modeTolerance: Double
  private let isSmall: Bool

  private var spec: PenalizedGLM { state.problem.spec }
  private var blocks: Range<Int> { state.variances.indices }

  init(_ state: PenalizedState) {
    self.state = state
    criterion = LaplaceCriterion(state)
    scale = [Double](repeating: 1, count: state.variances.count)
    isSmall = state.problem.rowCount <= 20_000
    modeTolerance = isSmall ? 1e-18 : 1e-11
    if case .negativeBinomial(nil) = state.problem.spec.family {
      theta = NegativeBinomialTheta(y: state.problem.y.array, weights: state.problem.weights.array)
    } else {
      theta = nil
    }
  }

  mutating func run() throws(RegressionError) {
    try start()
    try fellnerSchall()
    try setZeros()
    if spec.search == .exact {
      try newton()
    } else {
      try solveMode()
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
      try state.evaluateStart()
      measureScale()
      for b in blocks { state.variances[b] = 10 / scale[b] }
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

  private mutating func measureScale() {
    for b in blocks {
      let precision = 1 / state.variances[b]
      var sum = 0.0
      for j in state.layout.range(ofBlock: b) {
        sum += state.matrix.matrix.base[state.plan.diagonal(state.plan.position[j])] - precision
      }
      scale[b] = max(sum / Double(max(1, state.layout.levelCounts[b])), 1e-12)
    }
  }

  // MARK: Fellner-Schall

  private mutating func fellnerSchall() throws(RegressionError) {
    if blocks.isEmpty, !state.problem.hasParameter {
      try state.findMode(tolerance: modeTolerance)
      return
    }
    let goal = spec.search == .exact ? 0.02 : 1e-4
    var last = Double.infinity
    for iteration in 1...200 {
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
      if change < goal, promised < 0.01 { return }
    }
    if spec.search == .fellnerSchall { throw .nonConvergence(trace) }
  }

  /// σ² := u'u / effective degrees of freedom, θ and the Gaussian variance likewise; the largest change of a logarithm.
  private func updateParameters() -> Double {
    var change = 0.0
    var degrees = state.usesFixed ? Double(state.layout.fixedCount) : 0
    for b in blocks where state.isOn(b) {
      let precision = 1 / state.variances[b]
      let effective = Double(state.layout.levelCounts[b]) - precision * criterion.trace(ofBlock: b)
      degrees += effective
      let wanted = state.squares(ofBlock: b) / max(effective, 1e-10) * precision
      let factor = min(max(wanted, 0.02), 50)
      let next = max(state.variances[b] * factor, 1e-7 / scale[b])
      if next > 1e-3 / scale[b] { change = max(change, abs(log(next / state.variances[b]))) }
      state.variances[b] = next
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
    }
    return change
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
    for b in blocks where state.isOn(b) && state.variances[b] * scale[b] < 0.3 {
      if try fallsTowardsZero(b) {
        state.variances[b] = 0
        try solveMode()
      }
    }
  }

  /// Whether the criterion's slope in σ² at (next to) zero is not negative.
  private func fallsTowardsZero(_ block: Int) throws(RegressionError) -> Bool {
    let kept = state.variances[block]
    state.variances[block] = 1e-5 / scale[block]
    defer { state.variances[block] = kept }
    try solveMode()
    return criterion.varianceSlopes[block] >= 0
  }

  // MARK: Newton

  /// Logarithms of the variances that are on, then of θ or the Gaussian variance.
  private func parameters() -> [Double] {
    blocks.filter(state.isOn).map { log(state.variances[$0]) }
      + (state.problem.hasParameter ? [log(state.parameter)] : [])
  }

  private func set(_ x: [Double]) {
    var next = 0
    for b in blocks where state.isOn(b) {
      state.variances[b] = exp(x[next])
      next += 1
    }
    if state.problem.hasParameter { state.parameter = exp(x[next]) }
  }

  private func slopes() -> [Double] {
    blocks.filter(state.isOn).map { criterion.varianceSlopes[$0] }
      + (state.problem.hasParameter ? [criterion.parameterSlope] : [])
  }

  /// Mode and criterion with gradient at the state's parameters; for ML the fixed coefficients maximise the criterion.
  private func solveMode() throws(RegressionError) {
    try state.findMode(tolerance: modeTolerance)
    var shift = criterion.evaluateGradient()
    guard !state.usesFixed, spec.family != .gaussian else { return }
    for _ in 0..<60 {
      state.shift = shift
      if try state.findMode(tolerance: modeTolerance) == 0 { return }
      shift = criterion.evaluateGradient()
    }
  }

  private func evaluate(_ x: [Double]) throws(RegressionError) -> (value: Double, slopes: [Double]) {
    set(x)
    try solveMode()
    return (criterion.value, slopes())
  }

  private mutating func newton() throws(RegressionError) {
    var x = parameters()
    guard !x.isEmpty else { return try solveMode() }
    let goal = 0.01 * spec.tolerance * spec.tolerance
    var (value, g) = try evaluate(x)
    var h = try hessian(at: x)
    for iteration in 1...100 {
      guard let matrix = h, let direction = VarianceSearch.descent(matrix, g) else { throw .nonConvergence(trace) }
      let promised = -zip(direction, g).reduce(0) { $0 + $1.0 * $1.1 } / 2
      trace.append(IterationRecord(iteration: iteration, criterion: value, change: promised, phase: "newton"))
      if promised < goal { break }
      guard let next = try lineSearch(x, value, g, direction) else {
        if promised < 1e-6 { break }
        throw .nonConvergence(trace)
      }
      let moved = zip(next.x, x).map(-)
      let turned = zip(next.slopes, g).map(-)
      (x, value, g) = next
      let before = x.count
      try switchOff()
      if parameters().count != before {
        x = parameters()
        guard !x.isEmpty else { return try solveMode() }
        (value, g) = try evaluate(x)
        h = try hessian(at: x)
      } else if isSmall, promised > 1e-10 {
        h = try hessian(at: x)
      } else {
        h = VarianceSearch.updated(matrix, moved, turned)
      }
    }
    set(x)
    try solveMode()
    covariance = try (isSmall ? hessian(at: x) : h).flatMap(VarianceSearch.inverse)
  }

  private mutating func switchOff() throws(RegressionError) {
    for b in blocks where state.isOn(b) && state.variances[b] * scale[b] < 0.05 && criterion.varianceSlopes[b] > 0 {
      if try fallsTowardsZero(b) { state.variances[b] = 0 }
      try solveMode()
    }
    if state.problem.hasParameter, theta != nil, state.parameter > NegativeBinomialTheta.upperBound {
      state.parameter = NegativeBinomialTheta.upperBound
    }
  }

  private func lineSearch(
    _ x: [Double], _ value: Double, _ g: [Double], _ direction: [Double]
  ) throws(RegressionError) -> (x: [Double], value: Double, slopes: [Double])? {
    let slope = zip(direction, g).reduce(0) { $0 + $1.0 * $1.1 }
    var scale = min(1, 2 / (direction.map(abs).max() ?? 1))
    for _ in 0..<25 {
      let trial = zip(x, direction).map { $0 + scale * $1 }
      if let result = try? evaluate(trial), result.value <= value + 1e-4 * scale * slope + 1e-12 * abs(value) {
        return (trial, result.value, result.slopes)
      }
      scale *= 0.5
    }
    _ = try evaluate(x)
    return nil
  }

  /// Differences of the exact gradient: central for small problems, one-sided for large ones.
  private mutating func hessian(at x: [Double]) throws(RegressionError) -> Matrix? {
    let m = x.count
    guard m > 0 else { return nil }
    let base = state.coefficients.array
    let tolerance = modeTolerance
    // Errors of the mode enter differences over 5e-3 of large problems only by some 1e-5.
    if !isSmall { modeTolerance = 1e-8 }
    defer { modeTolerance = tolerance }
    let centre = slopes()
    let reach = isSmall ? 1e-4 : 5e-3
    var result = Matrix(rows: m, columns: m)
    for j in 0..<m {
      var moved = x
      moved[j] += reach
      let up = try evaluate(moved).slopes
      state.restore(base)
      var down = centre
      if isSmall {
        moved[j] = x[j] - reach
        down = try evaluate(moved).slopes
        state.restore(base)
      }
      for i in 0..<m { result[i, j] = (up[i] - down[i]) / (isSmall ? 2 * reach : reach) }
    }
    modeTolerance = tolerance
    _ = try evaluate(x)
    for i in 0..<m {
      for j in 0..<i {
        let mean = 0.5 * (result[i, j] + result[j, i])
        result[i, j] = mean
        result[j, i] = mean
      }
    }
    return result
  }

  // MARK: Matrices

  /// -|H|⁻¹ g with eigenvalues made positive.
  private static func descent(_ h: Matrix, _ g: [Double]) -> [Double]? {
    guard let eigen = try? SymmetricEigen(h) else { return nil }
    let floor = max(1e-6, 1e-8 * (eigen.values.map(abs).max() ?? 1))
    var direction = [Double](repeating: 0, count: g.count)
    for k in g.indices {
      let v = eigen.vectors.column(k)
      let along = zip(v, g).reduce(0) { $0 + $1.0 * $1.1 } / max(abs(eigen.values[k]), floor)
      for i in g.indices { direction[i] -= along * v[i] }
    }
    return direction
  }

  /// The BFGS update, left out where the curvature along the step is not positive.
  private static func updated(_ h: Matrix, _ s: [Double], _ y: [Double]) -> Matrix {
    let curvature = zip(s, y).reduce(0) { $0 + $1.0 * $1.1 }
    let hs = (0..<s.count).map { i in (0..<s.count).reduce(0) { $0 + h[i, $1] * s[$1] } }
    let shs = zip(s, hs).reduce(0) { $0 + $1.0 * $1.1 }
    guard curvature > 1e-10 * abs(shs), shs > 0 else { return h }
    var result = h
    for i in s.indices { for j in s.indices { result[i, j] += y[i] * y[j] / curvature - hs[i] * hs[j] / shs } }
    return result
  }

  private static func inverse(_ h: Matrix) -> Matrix? { (try? Cholesky(h))?.inverse() }

  // MARK: Result

  func finished() throws(RegressionError) -> FittedPenalizedGLM {
    var logErrors = [Double?](repeating: nil, count: blocks.count)
    var next = 0
    for b in blocks where state.isOn(b) {
      logErrors[b] = covariance.map { $0[next, next].squareRoot() }
      next += 1
    }
    let parameterError = state.problem.hasParameter ? covariance.map { $0[next, next].squareRoot() } : nil
    return FittedPenalizedGLM(
      state, criterion: criterion.value, logErrors: logErrors, parameterError: parameterError, trace: trace)
  }
}

extension PenalizedState {
  func restore(_ values: [Double]) { for i in values.indices { coefficients.base[i] = values[i] } }
}
