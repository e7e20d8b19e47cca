internal import Glibc
internal import LinearAlgebra

/// Newton steps on the likelihood by adaptive quadrature, from the Laplace approximation's maximum.
struct QuadratureSearch {
  /// What is known at the maximum, in the engine's terms.
  struct Maximum {
    let logLikelihood: Double
    /// Covariance of the engine's fixed coefficients.
    let fixedCovariance: Matrix?
    /// Covariance of log σ² and log θ.
    let parameterCovariance: Matrix?
  }

  private let quadrature: AdaptiveQuadrature
  private let state: PenalizedState
  private(set) var trace: [IterationRecord]

  init(_ state: PenalizedState, points: Int, trace: [IterationRecord]) {
    self.state = state
    self.trace = trace
    quadrature = AdaptiveQuadrature(state, points: points)
  }

  /// Leaves the state at the maximum, with effects at their modes. Throws `nonConvergence`, `numericalBreakdown`.
  mutating func run() throws(RegressionError) -> Maximum {
    var x = start()
    var now = quadrature.evaluate(x)
    guard now.value.isFinite else { throw .numericalBreakdown("quadrature", trace) }
    for iteration in 1...200 {
      let h = hessian(x)
      guard let direction = VarianceSearch.descent(h, now.slopes, Array(x.indices)) else { break }
      let promised = -zip(direction, now.slopes).reduce(0) { $0 + $1.0 * $1.1 } / 2
      trace.append(IterationRecord(iteration: iteration, criterion: now.value, change: promised, phase: "quadrature"))
      let isDone = promised < 1e-18 || (promised < 1e-12 && iteration > 20)
      guard !isDone, let next = lineSearch(x, now, direction) else {
        guard promised < 1e-9 else { break }
        return try finish(x, now.value, h)
      }
      (x, now) = next
      if x[fixedCount] < zeroBound { return try finishWithoutVariance(x) }
    }
    throw .nonConvergence(trace)
  }

  private var fixedCount: Int { state.layout.fixedCount }

  /// log σ at which a level's information is so weak that the variance counts as zero.
  private var zeroBound: Double { 0.5 * log(1e-7 / state.priors[0].scale[0]) }

  private func start() -> [Double] {
    let variance = max(state.priors[0].variance, 0.05 / state.priors[0].scale[0])
    return (0..<fixedCount).map { state.coefficients.base[state.plan.position[$0]] } + [0.5 * log(variance)]
      + (state.problem.hasParameter ? [log(state.parameter)] : [])
  }

  private func lineSearch(
    _ x: [Double], _ now: (value: Double, slopes: [Double]), _ direction: [Double]
  ) -> (x: [Double], now: (value: Double, slopes: [Double]))? {
    let slope = zip(direction, now.slopes).reduce(0) { $0 + $1.0 * $1.1 }
    var scale = min(1, 3 / (direction.map(abs).max() ?? 1))
    for _ in 0..<30 {
      let trial = zip(x, direction).map { $0 + scale * $1 }
      let next = quadrature.evaluate(trial)
      if next.value <= now.value + 1e-4 * scale * slope + 1e-13 * abs(now.value) { return (trial, next) }
      scale *= 0.5
    }
    return nil
  }

  /// Central differences of the exact gradient.
  private func hessian(_ x: [Double]) -> Matrix {
    let m = x.count
    var result = Matrix(rows: m, columns: m)
    for j in 0..<m {
      var (up, down) = (x, x)
      let reach = 1e-4
      up[j] += reach
      down[j] -= reach
      let (a, b) = (quadrature.evaluate(up).slopes, quadrature.evaluate(down).slopes)
      for i in 0..<m { result[i, j] = (a[i] - b[i]) / (2 * reach) }
    }
    for i in 0..<m {
      for j in 0..<i {
        let mean = 0.5 * (result[i, j] + result[j, i])
        (result[i, j], result[j, i]) = (mean, mean)
      }
    }
    return result
  }

  /// Puts coefficients and modes into the state; its linear term holds the fixed coefficients there.
  private func settle(_ x: [Double], variance: Double) throws(RegressionError) {
    state.priors[0].setVariance(variance)
    if state.problem.hasParameter { state.parameter = exp(x[fixedCount + 1]) }
    for j in 0..<fixedCount { state.coefficients.base[state.plan.position[j]] = x[j] }
    state.shift = [Double](repeating: 0, count: fixedCount)
    for c in 0..<state.problem.patterns.count {
      let actives = state.problem.actives[state.problem.activeStarts[c]..<state.problem.activeStarts[c + 1]]
      guard let effect = actives.first(where: { $0.block >= 0 }) else { continue }
      state.coefficients.base[Int(effect.position)] = variance.squareRoot() * quadrature.modes[c]
    }
    do {
      try state.evaluate()
    } catch {
      throw .numericalBreakdown(state.describe(error), trace)
    }
    state.shift = (0..<fixedCount).map { state.gradient.base[state.plan.position[$0]] }
  }

  private func finish(_ x: [Double], _ value: Double, _ h: Matrix) throws(RegressionError) -> Maximum {
    _ = quadrature.evaluate(x)
    try settle(x, variance: exp(2 * x[fixedCount]))
    let inverse = VarianceSearch.inverse(h)
    let fixed = inverse.map { VarianceSearch.part(of: $0, Array(0..<fixedCount)) }
    let rest = inverse.map { all -> Matrix in
      var part = VarianceSearch.part(of: all, Array(fixedCount..<x.count))
      for i in 0..<part.rows {
        part[i, 0] *= 2
        part[0, i] *= 2
      }
      return part
    }
    return Maximum(logLikelihood: -value, fixedCovariance: fixed, parameterCovariance: rest)
  }

  /// The variance is zero: the plain model's likelihood, which needs no quadrature.
  private func finishWithoutVariance(_ x: [Double]) throws(RegressionError) -> Maximum {
    state.priors[0].setVariance(0)
    state.shift = [Double](repeating: 0, count: fixedCount)
    var search = VarianceSearch(state)
    try search.settleWithoutBlocks()
    return Maximum(
      logLikelihood: -search.criterion.value, fixedCovariance: nil, parameterCovariance: search.covariance)
  }
}
