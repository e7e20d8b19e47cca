internal import Glibc
internal import LinearAlgebra

/// A share of a penalised problem's rows, whole patterns, with workspaces of its own: shares are worked on side by
/// side, and their sums added in order afterwards.
final class RowShare {
  private unowned let state: PenalizedState
  private let problem: PenalizedProblem
  private let plan: EliminationPlan
  private let patterns: Range<Int>
  /// Where the share's part of `problem.places` begins.
  private let firstPlace: Int
  /// Information without penalties, in the plan's storage.
  let matrix: DoubleBuffer
  let gradient: DoubleBuffer
  /// Sums of `sum`.
  let adjoint: DoubleBuffer
  private(set) var logLikelihood = 0.0
  private(set) var parameterSlope = 0.0
  /// Moments of a pattern's row columns, k × k, and their sums.
  private let moments: DoubleBuffer
  private let sums: DoubleBuffer
  /// k + 1 numbers for each row of the longest pattern.
  private let scaled: DoubleBuffer

  /// Rows above which they are shared.
  private static let smallest = 20_000

  /// The first pattern of each share, and the end.
  static func cuts(_ problem: PenalizedProblem) -> [Int] {
    let count = problem.patterns.count
    guard problem.rowCount > smallest, count > 1 else { return [0, count] }
    let middle = (0..<count).first { 2 * problem.patterns.starts[$0] >= problem.rowCount } ?? count
    return middle > 0 && middle < count ? [0, middle, count] : [0, count]
  }

  init(_ state: PenalizedState, patterns: Range<Int>, matrix: DoubleBuffer) {
    let problem = state.problem
    self.state = state
    self.problem = problem
    plan = problem.plan
    self.patterns = patterns
    self.matrix = matrix
    firstPlace = RowShare.places(problem, before: patterns.lowerBound)
    let (k, d) = (problem.width, problem.layout.dimension)
    gradient = DoubleBuffer(d)
    adjoint = DoubleBuffer(d)
    moments = DoubleBuffer(k * (k + 1))
    sums = DoubleBuffer(k)
    let longest = patterns.map { problem.patterns.starts[$0 + 1] - problem.patterns.starts[$0] }.max() ?? 0
    scaled = DoubleBuffer((k + 1) * longest)
  }

  private static func places(_ problem: PenalizedProblem, before pattern: Int) -> Int {
    var sum = 0
    for c in 0..<pattern {
      let end = problem.activeStarts[c + 1]
      for i in problem.activeStarts[c]..<end where Int(problem.actives[i].position) < problem.plan.sparseCount {
        sum += end - i
      }
    }
    return sum
  }

  private var rows: Range<Int> {
    problem.patterns.starts[patterns.lowerBound]..<problem.patterns.starts[patterns.upperBound]
  }

  // MARK: Predictor

  /// η = offset + D coefficients.
  func predict() {
    multiply(state.coefficients, into: state.eta)
    let (eta, offset) = (state.eta.base, problem.offset.base)
    for i in rows { eta[i] += offset[i] }
  }

  /// D v for a vector of coefficients, one number for each row.
  func multiply(_ v: DoubleBuffer, into result: DoubleBuffer) {
    let (k, on) = (problem.width, state.switches)
    let (target, columns, local) = (result.base, problem.rowColumns.base, sums.base)
    problem.actives.withUnsafeBufferPointer { actives in
      for c in patterns {
        for r in 0..<k { local[r] = 0 }
        for a in problem.activeStarts[c]..<problem.activeStarts[c + 1] {
          let active = actives[a]
          if active.block >= 0, !on[Int(active.block)] { continue }
          local[Int(active.column)] += active.factor * v.base[Int(active.position)]
        }
        let (first, end) = (problem.patterns.starts[c], problem.patterns.starts[c + 1])
        if k == 1 {
          for i in first..<end { target[i] = local[0] }
        } else {
          Kernels.multiplyTransposed(columns + first * k, rows: k, columns: end - first, by: local, into: target + first)
        }
      }
    }
  }

  // MARK: Rows

  /// Score and information of every row, and the sum of the log-likelihood.
  func evaluateRows() {
    switch problem.spec.family {
    case .gaussian: fill(GaussianKernel(variance: state.parameter))
    case .poisson: fill(PoissonKernel())
    case .negativeBinomial: fill(NegativeBinomialKernel(theta: state.parameter, logTheta: log(state.parameter)))
    case .binomial:
      switch problem.spec.link {
      case .probit: fill(ProbitKernel())
      case .cloglog: fill(CloglogKernel())
      default: fill(LogitKernel())
      }
    }
  }

  @inline(__always)
  private func fill<Kernel: RowKernel>(_ kernel: Kernel) {
    let (y, m, w) = (problem.y.base, problem.trials.base, problem.weights.base)
    let (e, s, v) = (state.eta.base, state.score.base, state.information.base)
    var sum = 0.0
    for i in rows {
      let value = kernel.value(y[i], m[i], e[i])
      sum += w[i] * value.logLikelihood
      s[i] = w[i] * value.score
      v[i] = w[i] * value.information
    }
    logLikelihood = sum
  }

  // MARK: Matrix

  /// Gradient and information from score and information of the rows, without penalties.
  func assemble() {
    matrix.clear()
    gradient.clear()
    let on = state.switches
    problem.places.withUnsafeBufferPointer { places in
      problem.actives.withUnsafeBufferPointer { actives in
        var next = firstPlace
        for c in patterns {
          sumMoments(problem.patterns.starts[c], problem.patterns.starts[c + 1])
          scatter(actives[problem.activeStarts[c]..<problem.activeStarts[c + 1]], on, places, &next)
        }
      }
    }
  }

  /// Sums of w d dᵀ and s d over some rows into `moments` (both triangles) and `sums`.
  private func sumMoments(_ first: Int, _ end: Int) {
    let k = problem.width
    let (m, g, columns) = (moments.base, sums.base, problem.rowColumns.base)
    let (w, s) = (state.information.base, state.score.base)
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
    for r in 0..<(k * k) { m[r] = 0 }
    for i in first..<end {
      let row = columns + i * k
      for a in 0..<k {
        g[a] += s[i] * row[a]
        let value = w[i] * row[a]
        for b in 0...a { m[a * k + b] += value * row[b] }
      }
    }
    for a in 0..<k { for b in 0..<a { m[b * k + a] = m[a * k + b] } }
  }

  private func scatter(
    _ actives: Slice<UnsafeBufferPointer<PenalizedProblem.Active>>, _ on: [Bool],
    _ places: UnsafeBufferPointer<Int32>, _ next: inout Int
  ) {
    let (k, ns, c) = (problem.width, plan.sparseCount, plan.coreSize)
    let (m, target) = (moments.base, matrix.base)
    let core = target + plan.coreStart
    for i in actives.indices {
      let a = actives[i]
      let place = Int(a.position)
      let row = m + Int(a.column) * k
      let isSparse = place < ns
      if a.block >= 0, !on[Int(a.block)] {
        if isSparse { next += actives.endIndex - i }
        continue
      }
      gradient.base[place] += a.factor * sums.base[Int(a.column)]
      for j in i..<actives.endIndex {
        let b = actives[j]
        let factor = b.block >= 0 && !on[Int(b.block)] ? 0 : a.factor * b.factor
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

  // MARK: Derivatives of the criterion

  /// h = dᵀ H⁻¹ d for every row.
  func fillLeverage(_ leverage: DoubleBuffer) {
    let (k, on) = (problem.width, state.switches)
    let inverse = state.matrix.inverse.base
    problem.places.withUnsafeBufferPointer { places in
      problem.actives.withUnsafeBufferPointer { actives in
        var next = firstPlace
        for pattern in patterns {
          for r in 0..<(k * k) { moments.base[r] = 0 }
          gather(actives[problem.activeStarts[pattern]..<problem.activeStarts[pattern + 1]], on, places, inverse, &next)
          quadraticForms(problem.patterns.starts[pattern], problem.patterns.starts[pattern + 1], leverage.base)
        }
      }
    }
  }

  /// The inverse between a pattern's row columns into `moments`.
  private func gather(
    _ actives: Slice<UnsafeBufferPointer<PenalizedProblem.Active>>, _ on: [Bool],
    _ places: UnsafeBufferPointer<Int32>, _ inverse: UnsafePointer<Double>, _ next: inout Int
  ) {
    let (k, ns, c, local) = (problem.width, plan.sparseCount, plan.coreSize, moments.base)
    let core = inverse + plan.coreStart
    for i in actives.indices {
      let a = actives[i]
      let place = Int(a.position)
      let isSparse = place < ns
      if a.block >= 0, !on[Int(a.block)] {
        if isSparse { next += actives.endIndex - i }
        continue
      }
      for j in i..<actives.endIndex {
        let b = actives[j]
        let from = isSparse ? inverse[Int(places[next])] : core[Int(b.position) - ns + (place - ns) * c]
        if isSparse { next += 1 }
        if b.block >= 0, !on[Int(b.block)] { continue }
        let value = a.factor * b.factor * from
        local[Int(a.column) * k + Int(b.column)] += value
        if i != j { local[Int(b.column) * k + Int(a.column)] += value }
      }
    }
  }

  /// dᵀ K d for some rows, K = `moments` (k × k, symmetric).
  private func quadraticForms(_ first: Int, _ end: Int, _ leverage: UnsafeMutablePointer<Double>) {
    let (k, local, columns) = (problem.width, moments.base, problem.rowColumns.base)
    if k >= 6, end - first >= 12 {
      let product = scaled.base
      Kernels.multiply(local, columns + first * k, m: k, n: end - first, k: k, into: product)
      for i in first..<end {
        let (row, image) = (columns + i * k, product + (i - first) * k)
        var sum = 0.0
        for r in 0..<k { sum += row[r] * image[r] }
        leverage[i] = sum
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
      leverage[i] = sum
    }
  }

  /// Fills `target` with ½ h dw/dη and `scoreSlope` with ds/dτ; `parameterSlope` is the sum of -dℓ/dτ + ½ h dw/dτ.
  func fillSlopes(leverage: DoubleBuffer, into target: DoubleBuffer, scoreSlope: DoubleBuffer) {
    func run<Kernel: RowKernel>(_ kernel: Kernel) { slopes(kernel, leverage.base, target.base, scoreSlope.base) }
    switch problem.spec.family {
    case .gaussian: run(GaussianKernel(variance: state.parameter))
    case .poisson: run(PoissonKernel())
    case .negativeBinomial: run(NegativeBinomialKernel(theta: state.parameter, logTheta: log(state.parameter)))
    case .binomial:
      switch problem.spec.link {
      case .probit: run(ProbitKernel())
      case .cloglog: run(CloglogKernel())
      default: run(LogitKernel())
      }
    }
  }

  @inline(__always)
  private func slopes<Kernel: RowKernel>(
    _ kernel: Kernel, _ h: UnsafePointer<Double>, _ target: UnsafeMutablePointer<Double>,
    _ s: UnsafeMutablePointer<Double>
  ) {
    let (y, m, w, e) = (problem.y.base, problem.trials.base, problem.weights.base, state.eta.base)
    var sum = 0.0
    for i in rows {
      let slopes = kernel.slopes(y[i], m[i], e[i])
      let half = 0.5 * h[i] * w[i]
      target[i] = half * slopes.information
      s[i] = w[i] * slopes.scoreInParameter
      sum += half * slopes.informationInParameter - w[i] * slopes.likelihoodInParameter
    }
    parameterSlope = sum
  }

  /// Dᵀ x into `adjoint` for one number per row.
  func sum(_ x: DoubleBuffer) {
    let (k, on) = (problem.width, state.switches)
    let (columns, local, values) = (problem.rowColumns.base, sums.base, x.base)
    adjoint.clear()
    problem.actives.withUnsafeBufferPointer { actives in
      for c in patterns {
        for r in 0..<k { local[r] = 0 }
        for i in problem.patterns.starts[c]..<problem.patterns.starts[c + 1] {
          let (value, row) = (values[i], columns + i * k)
          for r in 0..<k { local[r] += value * row[r] }
        }
        for a in problem.activeStarts[c]..<problem.activeStarts[c + 1] {
          let active = actives[a]
          if active.block >= 0, !on[Int(active.block)] { continue }
          adjoint.base[Int(active.position)] += active.factor * local[Int(active.column)]
        }
      }
    }
  }
}
