internal import Dispatch
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
  /// Passes over the rows.
  private(set) var passes = 0
  private let step: DoubleBuffer
  private let saved: DoubleBuffer
  /// At least one; the first writes into `matrix.matrix`.
  private(set) var shares: [RowShare] = []

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
    let (d, n) = (problem.layout.dimension, problem.rowCount)
    coefficients = DoubleBuffer(d)
    gradient = DoubleBuffer(d)
    step = DoubleBuffer(d)
    saved = DoubleBuffer(d)
    eta = DoubleBuffer(n)
    score = DoubleBuffer(n)
    information = DoubleBuffer(n)
    let cuts = RowShare.cuts(problem)
    shares = (1..<cuts.count).map { i in
      RowShare(
        self, patterns: cuts[i - 1]..<cuts[i], matrix: i == 1 ? matrix.matrix : DoubleBuffer(problem.plan.storageCount))
    }
  }

  func isOn(_ block: Int) -> Bool { priors[block].isOn }
  /// Which blocks are on.
  var switches: [Bool] { priors.map(\.isOn) }

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
    passes += 1
    eachShare { $0.evaluate() }
    logLikelihood = shares.reduce(problem.constants.value(parameter)) { $0 + $1.logLikelihood }
    try finishAndFactor()
  }

  /// The start of everything: least squares of the link of first guesses, with the coefficients zero before.
  func evaluateStart() throws(LinearAlgebraError) {
    assembleStart()
    try finishAndFactor()
  }

  /// The same without penalties and factor.
  func assembleStart() {
    let data = problem.data
    let guesses = problem.spec.link.apply(problem.spec.family.startingMeans(data))
    for i in 0..<problem.rowCount { eta.base[i] = guesses[Int(problem.patterns.rows[i])] }
    passes += 1
    eachShare { $0.evaluateRows() }
    for i in 0..<problem.rowCount { score.base[i] = information.base[i] * (eta.base[i] - problem.offset.base[i]) }
    eachShare { $0.assemble() }
    logLikelihood = shares.reduce(0) { $0 + $1.logLikelihood }
  }

  /// Shares side by side where there are several and the BLAS allows it. Their number hangs on the problem alone, so
  /// that results do not depend on the machine's threads.
  func eachShare(_ work: @escaping (RowShare) -> Void) {
    guard shares.count > 1, LinearAlgebra.allowsConcurrency else { return shares.forEach(work) }
    let task = ShareTask(shares: shares, work: work)
    DispatchQueue.concurrentPerform(iterations: shares.count) { task.work(task.shares[$0]) }
  }

  /// Each share is worked on by one thread and writes to rows and workspaces of its own.
  private struct ShareTask: @unchecked Sendable {
    let shares: [RowShare]
    let work: (RowShare) -> Void
  }

  /// D v for a vector of coefficients, one number for each row in pattern order.
  func multiply(_ v: DoubleBuffer, into result: DoubleBuffer) { shares.forEach { $0.multiply(v, into: result) } }

  /// The fixed columns' part of the inverse; needs `matrix.invert`.
  func fixedCovariance() -> Matrix {
    let (p, ns, c) = (layout.fixedCount, plan.sparseCount, plan.coreSize)
    let core = matrix.inverse.base + plan.coreStart
    var result = Matrix(rows: p, columns: p)
    for i in 0..<p { for j in 0..<p { result[i, j] = core[plan.position[i] - ns + (plan.position[j] - ns) * c] } }
    return result
  }

  // MARK: Matrix

  /// The shares' gradients and matrices together, with the penalties; then the factor.
  private func finishAndFactor() throws(LinearAlgebraError) {
    gatherShares()
    penalise()
    try matrix.factorise()
  }

  func gatherShares() {
    gradient.copy(from: shares[0].gradient)
    for share in shares.dropFirst() {
      for i in 0..<dimension { gradient.base[i] += share.gradient.base[i] }
      for i in 0..<plan.storageCount { matrix.matrix.base[i] += share.matrix.base[i] }
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

  /// A new linear term where everything else stands as it was last evaluated: only the gradient changes.
  func moveShift(_ new: [Double]) {
    for j in shift.indices { gradient.base[plan.position[j]] -= new[j] - shift[j] }
    shift = new
  }

  /// Newton steps until the promised gain is below `tolerance`; the last one is not taken, so that coefficients,
  /// likelihood and factor belong together. `isEvaluated` says that they do already.
  /// Returns the number of steps taken.
  @discardableResult
  func findMode(tolerance: Double, isEvaluated: Bool = false) throws(RegressionError) -> Int {
    do {
      if !isEvaluated { try evaluate() }
      var last = Double.infinity
      for taken in 0..<100 {
        let promised = newtonStep()
        guard promised.isFinite else { break }
        if promised < tolerance || (promised < 1e-9 && promised >= 0.5 * last) { return taken }
        last = promised
        _ = try advance()
      }
    } catch {
      let runaway = runawayColumns()
      throw runaway.isEmpty ? .numericalBreakdown(describe(error), []) : .separation(terms: runaway)
    }
    let runaway = runawayColumns()
    throw runaway.isEmpty ? .nonConvergence([]) : .separation(terms: runaway)
  }

  /// Fixed columns whose part of the linear predictor is far beyond where a count or share can tell its value.
  private func runawayColumns() -> [String] {
    guard problem.spec.family != .gaussian else { return [] }
    let gamma = (0..<layout.fixedCount).map { coefficients.base[plan.position[$0]] }
    let beta = problem.basis.coefficients(gamma)
    return beta.indices.filter { abs(beta[$0]) * problem.basis.reaches[$0] > 12 }.map { problem.fixedNames[$0] }
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
