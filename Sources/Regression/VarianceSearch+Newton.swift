internal import Glibc
internal import LinearAlgebra

extension VarianceSearch {
  /// Parameters of all blocks that are on, then log θ or the logarithm of the Gaussian variance.
  func parameters() -> [Double] {
    blocks.flatMap { state.priors[$0].parameters } + (state.problem.hasParameter ? [log(state.parameter)] : [])
  }

  private func bounds() -> [Double] {
    blocks.flatMap { state.priors[$0].bounds } + (state.problem.hasParameter ? [-.infinity] : [])
  }

  func set(_ x: [Double]) {
    var next = 0
    for b in blocks {
      let count = state.priors[b].parameterCount
      if count > 0 { state.priors[b].set(parameters: x[next..<(next + count)]) }
      next += count
    }
    guard state.problem.hasParameter else { return }
    state.parameter = exp(x[next])
    if spec.family == .gaussian { for b in blocks { state.priors[b].follow(dispersion: state.parameter) } }
  }

  func slopes() -> [Double] {
    blocks.flatMap { criterion.blockSlopes[$0] } + (state.problem.hasParameter ? [criterion.parameterSlope] : [])
  }

  /// Mode and criterion with gradient at the state's parameters; for ML the fixed coefficients maximise the criterion.
  func solveMode() throws(RegressionError) {
    try state.findMode(tolerance: modeTolerance)
    var shift = criterion.evaluateGradient()
    guard !state.usesFixed, spec.family != .gaussian else { return }
    for _ in 0..<60 {
      state.moveShift(shift)
      if try state.findMode(tolerance: modeTolerance, isEvaluated: true) == 0 { return }
      shift = criterion.evaluateGradient()
    }
  }

  /// Criterion and gradient at some parameters; the mode is sought from where `anchor` says that it moves.
  mutating func evaluate(_ x: [Double]) throws(RegressionError) -> (value: Double, slopes: [Double]) {
    if x == place { return (criterion.value, slopes()) }
    if let anchor, let start = anchor.predicted(x) { state.restore(start) }
    place = nil
    set(x)
    try solveMode()
    place = x
    return (criterion.value, slopes())
  }

  /// Keeps the state's mode, at parameters `x`, as what later ones are predicted from.
  mutating func dropAnchor(_ x: [Double]) {
    anchor = Anchor(x: x, coefficients: state.coefficients.array, slopes: criterion.modeSlopes())
  }

  /// A mode and how it moves with the parameters.
  struct Anchor {
    let x: [Double]
    let coefficients: [Double]
    let slopes: [[Double]]

    /// Nil where the parameters are too far away, or not the same ones.
    func predicted(_ other: [Double]) -> [Double]? {
      guard other.count == x.count, slopes.count == x.count else { return nil }
      let moves = zip(other, x).map(-)
      guard moves.allSatisfy({ abs($0) < 0.5 }) else { return nil }
      var result = coefficients
      for (move, slope) in zip(moves, slopes) where move != 0 {
        for i in result.indices { result[i] += move * slope[i] }
      }
      return result
    }
  }

  /// The maximum over θ with all blocks switched off.
  mutating func settleWithoutBlocks() throws(RegressionError) {
    try solveMode()
    try newton()
  }

  mutating func newton() throws(RegressionError) {
    var x = parameters()
    guard !x.isEmpty else { return try solveMode() }
    let goal = 0.01 * spec.tolerance * spec.tolerance * rowScale
    var (value, g) = try evaluate(x)
    var h = try hessian(at: x)
    for iteration in 1...100 {
      let open = freeParameters(x, g)
      guard let matrix = h, let direction = VarianceSearch.descent(matrix, g, open) else { throw .nonConvergence(trace) }
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
      try switchOff()
      if parameters().count != x.count {
        x = parameters()
        guard !x.isEmpty else { return try solveMode() }
        (value, g) = try evaluate(x)
        h = try hessian(at: x)
      } else if isFine, promised > 1e-10 {
        h = try hessian(at: x)
      } else {
        dropAnchor(x)
        h = VarianceSearch.updated(matrix, moved, turned)
      }
    }
    g = try evaluate(x).slopes
    free = freeParameters(x, g)
    let full = try isFine ? hessian(at: x) : h
    _ = try evaluate(x)
    covariance = full.map { VarianceSearch.part(of: $0, free) }.flatMap(VarianceSearch.inverse)
  }

  /// Parameters that are not held at their lower bound by the criterion.
  private func freeParameters(_ x: [Double], _ g: [Double]) -> [Int] {
    let low = bounds()
    return x.indices.filter { !(x[$0] <= low[$0] + 1e-9 && g[$0] >= 0) }
  }

  private mutating func switchOff() throws(RegressionError) {
    for b in blocks where mayVanish(b) {
      let prior = state.priors[b]
      guard prior.variance * prior.scale[0] < 0.05, criterion.blockSlopes[b][0] > -1e-9 else { continue }
      place = nil
      if try fallsTowardsZero(b) { state.priors[b].setVariance(0) }
      try solveMode()
    }
    if state.problem.hasParameter, theta != nil, state.parameter > NegativeBinomialTheta.upperBound {
      state.parameter = NegativeBinomialTheta.upperBound
    }
  }

  private mutating func lineSearch(
    _ x: [Double], _ value: Double, _ g: [Double], _ direction: [Double]
  ) throws(RegressionError) -> (x: [Double], value: Double, slopes: [Double])? {
    let low = bounds()
    var scale = min(1, 2 / (direction.map(abs).max() ?? 1))
    for _ in 0..<25 {
      let trial = x.indices.map { max(low[$0], x[$0] + scale * direction[$0]) }
      let slope = x.indices.reduce(0) { $0 + (trial[$1] - x[$1]) * g[$1] }
      if let result = try? evaluate(trial), result.value <= value + 1e-4 * slope + 1e-12 * abs(value) {
        return (trial, result.value, result.slopes)
      }
      scale *= 0.5
    }
    return nil
  }

  /// Differences of the exact gradient: central for a fine search, one-sided else. Anchors the mode at `x`.
  mutating func hessian(at x: [Double]) throws(RegressionError) -> Matrix? {
    let m = x.count
    guard m > 0 else { return nil }
    let centre = try evaluate(x).slopes
    dropAnchor(x)
    let tolerance = modeTolerance
    // Errors of the mode enter differences over 5e-3 only by some 1e-5.
    if !isFine { modeTolerance = 1e-8 * rowScale }
    defer { modeTolerance = tolerance }
    let reach = isFine ? 1e-4 : 5e-3
    var result = Matrix(rows: m, columns: m)
    for j in 0..<m {
      var moved = x
      moved[j] += reach
      let up = try evaluate(moved).slopes
      var down = centre
      if isFine {
        moved[j] = x[j] - reach
        down = try evaluate(moved).slopes
      }
      for i in 0..<m { result[i, j] = (up[i] - down[i]) / (isFine ? 2 * reach : reach) }
    }
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

  /// -|H|⁻¹ g over the open parameters with eigenvalues made positive; zero for the others.
  static func descent(_ h: Matrix, _ g: [Double], _ open: [Int]) -> [Double]? {
    var direction = [Double](repeating: 0, count: g.count)
    guard !open.isEmpty else { return direction }
    guard let eigen = try? SymmetricEigen(part(of: h, open)) else { return nil }
    let floor = max(1e-6, 1e-8 * (eigen.values.map(abs).max() ?? 1))
    for k in open.indices {
      let v = eigen.vectors.column(k)
      let along = zip(v, open).reduce(0) { $0 + $1.0 * g[$1.1] } / max(abs(eigen.values[k]), floor)
      for (i, j) in open.enumerated() { direction[j] -= along * v[i] }
    }
    return direction
  }

  /// Rows and columns of a symmetric matrix.
  static func part(of h: Matrix, _ chosen: [Int]) -> Matrix {
    var result = Matrix(rows: chosen.count, columns: chosen.count)
    for (i, a) in chosen.enumerated() { for (j, b) in chosen.enumerated() { result[i, j] = h[a, b] } }
    return result
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

  static func inverse(_ h: Matrix) -> Matrix? { (try? Cholesky(h))?.inverse() }
}
