internal import Glibc
internal import LinearAlgebra

/// The one mutable state of a penalised fit: coefficients, variances, and the workspaces of a pass over the rows.
/// Vectors of coefficients are in the order of elimination.
final class PenalizedState {
  let problem: PenalizedProblem
  let matrix: SparseFactor
  /// Prior covariance of each block; zero switches the block off.
  var priors: [BlockCovariance]
  /// θ of the negative binomial, variance of the Gaussian, 1 elsewhere.
  var parameter = 1.0
  /// Added to the negative log-likelihood as a linear term in the fixed coefficients; moves them from the joint mode to
  /// the maximum of the Laplace criterion.
  var shift: [Double]
  let coefficients: DoubleBuffer
  let gradient: DoubleBuffer
  let eta: DoubleBuffer
  let score: DoubleBuffer
  let information: DoubleBuffer
  private(set) var logLikelihood = -Double.infinity
  private(set) var passes = 0
  private let step: DoubleBuffer
  private let saved: DoubleBuffer
  let moments: DoubleBuffer
  let sums: DoubleBuffer
  /// k + 1 numbers for each row of the longest pattern.
  let scaled: DoubleBuffer

  var layout: CoefficientLayout { problem.layout }
  var plan: EliminationPlan { problem.plan }
  var dimension: Int { layout.dimension }
  var usesFixed: Bool { problem.spec.criterion == .reml }

  init(_ problem: PenalizedProblem) {
    LinearAlgebra.start()
    self.problem = problem
    matrix = SparseFactor(problem.plan)
    priors = problem.priors
    shift = [Double](repeating: 0, count: problem.layout.fixedCount)
    let (d, n, k) = (problem.layout.dimension, problem.rowCount, problem.width)
    coefficients = DoubleBuffer(d)
    gradient = DoubleBuffer(d)
    step = DoubleBuffer(d)
    saved = DoubleBuffer(d)
    eta = DoubleBuffer(n)
    score = DoubleBuffer(n)
    information = DoubleBuffer(n)
    moments = DoubleBuffer(k * (k + 1))
    sums = DoubleBuffer(k)
    let longest = (0..<problem.patterns.count).map { problem.patterns.starts[$0 + 1] - problem.patterns.starts[$0] }
    scaled = DoubleBuffer((k + 1) * (longest.max() ?? 0))
  }

  func isOn(_ block: Int) -> Bool { priors[block].isOn }

  // MARK: Objective

  /// Penalised log-likelihood less the shift's linear term, at the last evaluation.
  var objective: Double {
    guard logLikelihood.isFinite else { return -.infinity }
    var value = logLikelihood - 0.5 * penalty
    for j in shift.indices { value -= shift[j] * coefficients.base[plan.position[j]] }
    return value
  }

  /// Σ uᵀ Ω u over the levels of all blocks.
  var penalty: Double {
    priors.indices.reduce(0) { sum, b in
      isOn(b) ? sum + zip(squares(ofBlock: b), priors[b].precision).reduce(0) { $0 + $1.0 * $1.1 } : sum
    }
  }

  /// Σ u uᵀ over the levels of a block, by rows; u'u where it has one variance.
  func squares(ofBlock block: Int) -> [Double] { products(ofBlock: block, coefficients, coefficients) }

  /// Σ a bᵀ over the levels of a block for two vectors of coefficients, by rows; a'b where it has one variance.
  func products(ofBlock block: Int, _ a: DoubleBuffer, _ b: DoubleBuffer) -> [Double] {
    let (range, d) = (layout.range(ofBlock: block), priors[block].width)
    var result = [Double](repeating: 0, count: d * d)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: d) {
      for r in 0..<d {
        let value = a.base[plan.position[first + r]]
        for s in 0..<d { result[r * d + s] += value * b.base[plan.position[first + s]] }
      }
    }
    return result
  }

  /// One pass over the rows at the current coefficients: likelihood, gradient, information matrix and its factor.
  func evaluate() throws(LinearAlgebraError) {
    predict()
    logLikelihood = rowValues() + problem.constants.value(parameter)
    try assembleAndFactor()
  }

  /// The start of everything: least squares of the link of first guesses, with the coefficients zero before.
  func evaluateStart() throws(LinearAlgebraError) {
    let data = problem.data
    let guesses = problem.spec.link.apply(problem.spec.family.startingMeans(data))
    for i in 0..<problem.rowCount { eta.base[i] = guesses[Int(problem.patterns.rows[i])] }
    logLikelihood = rowValues()
    for i in 0..<problem.rowCount { score.base[i] = information.base[i] * (eta.base[i] - problem.offset.base[i]) }
    try assembleAndFactor()
  }

  /// η = offset + D coefficients, pattern by pattern.
  private func predict() {
    multiply(coefficients, into: eta)
    for i in 0..<problem.rowCount { eta.base[i] += problem.offset.base[i] }
  }

  /// D v for a vector of coefficients, one number for each row in pattern order.
  func multiply(_ v: DoubleBuffer, into result: DoubleBuffer) {
    let k = problem.width
    let (target, columns, local) = (result.base, problem.rowColumns.base, sums.base)
    problem.actives.withUnsafeBufferPointer { actives in
      for c in 0..<problem.patterns.count {
        for r in 0..<k { local[r] = 0 }
        for a in problem.activeStarts[c]..<problem.activeStarts[c + 1] {
          let active = actives[a]
          if active.block >= 0, !isOn(Int(active.block)) { continue }
          local[Int(active.column)] += active.factor * v.base[Int(active.position)]
        }
        let constant = local[0]
        for i in problem.patterns.starts[c]..<problem.patterns.starts[c + 1] {
          var sum = constant
          let row = columns + i * k
          for r in 1..<max(k, 1) { sum += row[r] * local[r] }
          target[i] = sum
        }
      }
    }
  }

  private func rowValues() -> Double {
    passes += 1
    switch problem.spec.family {
    case .gaussian: return fill(GaussianKernel(variance: parameter))
    case .poisson: return fill(PoissonKernel())
    case .negativeBinomial: return fill(NegativeBinomialKernel(theta: parameter, logTheta: log(parameter)))
    case .binomial:
      switch problem.spec.link {
      case .probit: return fill(ProbitKernel())
      case .cloglog: return fill(CloglogKernel())
      default: return fill(LogitKernel())
      }
    }
  }

  @inline(__always)
  private func fill<Kernel: RowKernel>(_ kernel: Kernel) -> Double {
    let (y, m, w) = (problem.y.base, problem.trials.base, problem.weights.base)
    let (e, s, v) = (eta.base, score.base, information.base)
    var sum = 0.0
    for i in 0..<problem.rowCount {
      let value = kernel.value(y[i], m[i], e[i])
      sum += w[i] * value.logLikelihood
      s[i] = w[i] * value.score
      v[i] = w[i] * value.information
    }
    return sum
  }

  /// The fixed columns' part of the inverse; needs `matrix.invert`.
  func fixedCovariance() -> Matrix {
    let (p, ns, c) = (layout.fixedCount, plan.sparseCount, plan.coreSize)
    let core = matrix.inverse.base + plan.coreStart
    var result = Matrix(rows: p, columns: p)
    for i in 0..<p { for j in 0..<p { result[i, j] = core[plan.position[i] - ns + (plan.position[j] - ns) * c] } }
    return result
  }

  // MARK: Matrix

  /// Gradient and information from `score` and `information`, with the penalties; then the factor.
  private func assembleAndFactor() throws(LinearAlgebraError) {
    matrix.matrix.clear()
    gradient.clear()
    problem.places.withUnsafeBufferPointer { places in
      problem.actives.withUnsafeBufferPointer { actives in
        var next = 0
        for c in 0..<problem.patterns.count {
          sumMoments(problem.patterns.starts[c], problem.patterns.starts[c + 1])
          scatter(actives, problem.activeStarts[c], problem.activeStarts[c + 1], places, &next)
        }
      }
    }
    penalise()
    try matrix.factorise()
  }

  /// Sums of w d dᵀ and s d over some rows into `moments` (both triangles) and `sums`.
  private func sumMoments(_ first: Int, _ end: Int) {
    let k = problem.width
    let (m, g, columns) = (moments.base, sums.base, problem.rowColumns.base)
    let (w, s) = (information.base, score.base)
    if k >= 5, end - first >= 12 {
      // One product D [w D, s]ᵀ gives both, the sums in the last column.
      let wide = k + 1
      var target = scaled.base
      var row = UnsafePointer(columns + first * k)
      for i in first..<end {
        let weight = w[i]
        for r in 0..<k { target[r] = weight * row[r] }
        target[k] = s[i]
        target += wide
        row += k
      }
      Kernels.multiplyTransposed(
        columns + first * k, scaled.base, m: k, n: wide, k: end - first, alpha: 1, beta: 0, into: m)
      g.update(from: m + k * k, count: k)
      return
    }
    for r in 0..<k { g[r] = 0 }
    for i in first..<end {
      let row = columns + i * k
      for r in 0..<k { g[r] += s[i] * row[r] }
    }
    for r in 0..<(k * k) { m[r] = 0 }
    for i in first..<end {
      let row = columns + i * k
      for a in 0..<k {
        let value = w[i] * row[a]
        for b in 0...a { m[a * k + b] += value * row[b] }
      }
    }
    for a in 0..<k { for b in 0..<a { m[b * k + a] = m[a * k + b] } }
  }

  private func scatter(
    _ actives: UnsafeBufferPointer<PenalizedProblem.Active>, _ first: Int, _ end: Int,
    _ places: UnsafeBufferPointer<Int32>, _ next: inout Int
  ) {
    let (k, ns, c) = (problem.width, plan.sparseCount, plan.coreSize)
    let (m, target) = (moments.base, matrix.matrix.base)
    let core = target + plan.coreStart
    for i in first..<end {
      let a = actives[i]
      let place = Int(a.position)
      let row = m + Int(a.column) * k
      let isSparse = place < ns
      if a.block >= 0, !isOn(Int(a.block)) {
        if isSparse { next += end - i }
        continue
      }
      gradient.base[place] += a.factor * sums.base[Int(a.column)]
      for j in i..<end {
        let b = actives[j]
        let factor = b.block >= 0 && !isOn(Int(b.block)) ? 0 : a.factor * b.factor
        let value = factor * row[Int(b.column)]
        if isSparse {
          target[Int(places[next])] += value
          next += 1
        } else {
          core[Int(b.position) - ns + (place - ns) * c] += value
        }
      }
    }
  }

  private func penalise() {
    for block in priors.indices {
      if !isOn(block) {
        switchOff(block)
      } else if priors[block].width > 1 {
        penaliseTogether(block)
      } else {
        let precision = priors[block].precision[0]
        for j in layout.range(ofBlock: block) {
          let position = plan.position[j]
          matrix.matrix.base[plan.diagonal(position)] += precision
          gradient.base[position] -= precision * coefficients.base[position]
        }
      }
    }
    for j in shift.indices { gradient.base[plan.position[j]] -= shift[j] }
  }

  private func switchOff(_ block: Int) {
    for j in layout.range(ofBlock: block) {
      let position = plan.position[j]
      matrix.matrix.base[plan.diagonal(position)] += 1
      gradient.base[position] = 0
      coefficients.base[position] = 0
    }
  }

  private func penaliseTogether(_ block: Int) {
    let (range, d, precision) = (layout.range(ofBlock: block), priors[block].width, priors[block].precision)
    var next = 0
    for first in stride(from: range.lowerBound, to: range.upperBound, by: d) {
      for r in 0..<d {
        let position = plan.position[first + r]
        for s in 0..<d {
          gradient.base[position] -= precision[r * d + s] * coefficients.base[plan.position[first + s]]
        }
        for s in r..<d {
          matrix.matrix.base[Int(problem.pairPlaces[block][next])] += precision[r * d + s]
          next += 1
        }
      }
    }
  }

  // MARK: Steps

  /// Half the gain that a Newton step promises, before it is taken; `step` holds it afterwards.
  private func newtonStep() -> Double {
    step.copy(from: gradient)
    matrix.solve(step.base)
    var sum = 0.0
    for i in 0..<dimension { sum += step.base[i] * gradient.base[i] }
    return 0.5 * sum
  }

  /// Takes the first step from `evaluateStart`.
  func takeStart() throws(LinearAlgebraError) {
    _ = newtonStep()
    coefficients.copy(from: step)
    try evaluate()
  }

  /// A Newton step without any check; returns the gain it promised. The evaluation after it is the caller's.
  func leap() -> Double {
    let promised = newtonStep()
    for i in 0..<dimension { coefficients.base[i] += step.base[i] }
    return promised
  }

  /// One Newton step with halving; returns the gain it promised. Needs an evaluation before and leaves one behind.
  func advance() throws(LinearAlgebraError) -> Double {
    let promised = newtonStep()
    let before = objective
    saved.copy(from: coefficients)
    var scale = 1.0
    for _ in 0..<40 {
      for i in 0..<dimension { coefficients.base[i] = saved.base[i] + scale * step.base[i] }
      do {
        try evaluate()
        if objective >= before - 1e-9 * (abs(before) + 1) { return promised }
      } catch {
        if scale < 1e-6 { throw error }
      }
      scale *= 0.5
    }
    coefficients.copy(from: saved)
    try evaluate()
    return 0
  }

  /// Newton steps until the promised gain is below `tolerance`; the last one is not taken, so that coefficients,
  /// likelihood and factor belong together.
  /// Returns the number of steps taken.
  @discardableResult
  func findMode(tolerance: Double) throws(RegressionError) -> Int {
    do {
      try evaluate()
      var last = Double.infinity
      for taken in 0..<100 {
        let promised = newtonStep()
        guard promised.isFinite else { break }
        if promised < tolerance || (promised < 1e-9 && promised >= 0.5 * last) { return taken }
        last = promised
        _ = try advance()
      }
    } catch {
      throw .numericalBreakdown(describe(error), [])
    }
    throw .nonConvergence([])
  }

  func describe(_ error: LinearAlgebraError) -> String {
    if case .notPositiveDefinite(let order) = error, order <= dimension, order > 0 {
      return problem.name(ofPosition: order - 1)
    }
    return "information matrix"
  }

  /// Fixed columns whose pivot is nothing but rounding: they depend on the others.
  func dependentFixedColumns() -> [String] {
    let (c, ns) = (plan.coreSize, plan.sparseCount)
    let (full, factor) = (matrix.matrix.base + plan.coreStart, matrix.factor.base + plan.coreStart)
    return problem.fixedNames.indices.filter { j in
      let i = plan.position[j] - ns
      return !(factor[i + i * c] * factor[i + i * c] > 1e-11 * full[i + i * c])
    }.map { problem.fixedNames[$0] }
  }
}

extension EliminationPlan {
  /// Place in the storage of the diagonal entry of a position.
  func diagonal(_ position: Int) -> Int {
    if position < sparseCount { return starts[position] }
    return coreStart + (position - sparseCount) * (coreSize + 1)
  }
}
