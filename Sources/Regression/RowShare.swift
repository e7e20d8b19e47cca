internal import Glibc
internal import LinearAlgebra

/// A share of a penalised problem's rows, whole patterns, with workspaces of its own: shares are worked on side by
/// side, and their sums added in order afterwards.
final class RowShare {
  private unowned let state: PenalizedState
  private let problem: PenalizedProblem
  private let patterns: Range<Int>
  /// Of every pattern, as in the problem: where its rows and its actives start.
  private let starts: [Int]
  private let activeStarts: [Int]
  private let width: Int
  private let sparseCount: Int
  private let coreSize: Int
  private let coreStart: Int
  /// Where the share's part of `problem.placePointer` begins.
  private let firstPlace: Int
  /// Information without penalties, in the plan's storage.
  let matrix: DoubleBuffer
  let gradient: DoubleBuffer
  /// Dᵀ of ½ h dw/dη and of ds/dτ, as `fillSlopes` leaves them.
  let adjoint: DoubleBuffer
  let scoreAdjoint: DoubleBuffer
  private(set) var logLikelihood = 0.0
  private(set) var parameterSlope = 0.0
  /// Moments of a pattern's row columns, k × k, and their sums.
  private let moments: DoubleBuffer
  private let sums: DoubleBuffer
  /// k + 1 numbers for each row of the longest pattern.
  private let scaled: DoubleBuffer

  /// Patterns worked on one after another, so that their rows stay in a core's cache from the predictor to the sums.
  private let pieces: [Range<Int>]
  private static let pieceRows = 1024

  private static func pieces(_ problem: PenalizedProblem, _ patterns: Range<Int>) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var first = patterns.lowerBound
    for c in patterns where problem.patterns.starts[c + 1] - problem.patterns.starts[first] >= pieceRows || c + 1 == patterns.upperBound {
      pieces.append(first..<(c + 1))
      first = c + 1
    }
    return pieces
  }

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
    self.patterns = patterns
    starts = problem.patterns.starts
    activeStarts = problem.activeStarts
    width = problem.width
    (sparseCount, coreSize, coreStart) = (problem.plan.sparseCount, problem.plan.coreSize, problem.plan.coreStart)
    self.matrix = matrix
    firstPlace = RowShare.places(problem, before: patterns.lowerBound)
    let (k, d) = (problem.width, problem.layout.dimension)
    gradient = DoubleBuffer(d)
    adjoint = DoubleBuffer(d)
    scoreAdjoint = DoubleBuffer(d)
    pieces = RowShare.pieces(problem, patterns)
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

  private func rows(of patterns: Range<Int>) -> Range<Int> { starts[patterns.lowerBound]..<starts[patterns.upperBound] }

  @inline(__always)
  private func actives(inPattern c: Int) -> UnsafeBufferPointer<PenalizedProblem.Active> {
    let (first, end) = (activeStarts[c], activeStarts[c + 1])
    return UnsafeBufferPointer(start: problem.activePointer + first, count: end - first)
  }

  // MARK: Predictor

  /// η = offset + D coefficients, then score and information of every row, the log-likelihood, and the sums of all.
  func evaluate() {
    matrix.clear()
    gradient.clear()
    logLikelihood = 0
    var next = firstPlace
    let on = state.switches
    for piece in pieces {
      multiply(state.coefficients, piece, on, into: state.eta)
      let (eta, offset) = (state.eta.base, problem.offset.base)
      for i in rows(of: piece) { eta[i] += offset[i] }
      logLikelihood += fillRows(rows(of: piece))
      assemble(piece, on, &next)
    }
  }

  /// D v for a vector of coefficients, one number for each row.
  func multiply(_ v: DoubleBuffer, into result: DoubleBuffer) { multiply(v, patterns, state.switches, into: result) }

  private func multiply(_ v: DoubleBuffer, _ patterns: Range<Int>, _ on: [Bool], into result: DoubleBuffer) {
    let (k, target, columns, local, source) = (width, result.base, problem.rowColumns.base, sums.base, v.base)
    for c in patterns {
      for r in 0..<k { local[r] = 0 }
      for active in actives(inPattern: c) where active.block < 0 || on[Int(active.block)] {
        local[Int(active.column)] += active.factor * source[Int(active.position)]
      }
      let (first, end) = (starts[c], starts[c + 1])
      switch k {
      case 1: for i in first..<end { target[i] = local[0] }
      case 2: for i in first..<end { target[i] = local[0] + local[1] * columns[2 * i + 1] }
      default:
        Kernels.multiplyTransposed(columns + first * k, rows: k, columns: end - first, by: local, into: target + first)
      }
    }
  }

  // MARK: Rows

  /// Score and information of every row, and the log-likelihood.
  func evaluateRows() { logLikelihood = fillRows(rows(of: patterns)) }

  private func fillRows(_ rows: Range<Int>) -> Double {
    func run<Kernel: RowKernel>(_ kernel: Kernel) -> Double {
      kernel.fill(rows, problem.pointers, state.eta.base, score: state.score.base, information: state.information.base)
    }
    switch problem.spec.family {
    case .gaussian: return run(GaussianKernel(variance: state.parameter))
    case .poisson: return run(PoissonKernel())
    case .negativeBinomial: return run(NegativeBinomialKernel(theta: state.parameter))
    case .binomial:
      switch problem.spec.link {
      case .probit: return run(ProbitKernel())
      case .cloglog: return run(CloglogKernel())
      default: return run(LogitKernel())
      }
    }
  }

  // MARK: Matrix

  /// Gradient and information from score and information of the rows, without penalties.
  func assemble() {
    matrix.clear()
    gradient.clear()
    var next = firstPlace
    assemble(patterns, state.switches, &next)
  }

  private func assemble(_ patterns: Range<Int>, _ on: [Bool], _ next: inout Int) {
    for c in patterns {
      sumMoments(starts[c], starts[c + 1])
      scatter(actives(inPattern: c), on, problem.placePointer, &next)
    }
  }

  /// Sums of w d dᵀ and s d over some rows into `moments` (both triangles) and `sums`.
  private func sumMoments(_ first: Int, _ end: Int) {
    let k = width
    if k <= 2 { return sumNarrowMoments(first, end, isConstant: k == 1) }
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

  /// The same with the constant alone, or with it and one more row column.
  private func sumNarrowMoments(_ first: Int, _ end: Int, isConstant: Bool) {
    let (m, g, columns) = (moments.base, sums.base, problem.rowColumns.base)
    let (w, s) = (state.information.base, state.score.base)
    var (weight, score) = (0.0, 0.0)
    guard !isConstant else {
      for i in first..<end {
        weight += w[i]
        score += s[i]
      }
      (m[0], g[0]) = (weight, score)
      return
    }
    var (along, square, scoreAlong) = (0.0, 0.0, 0.0)
    for i in first..<end {
      let x = columns[2 * i + 1]
      weight += w[i]
      score += s[i]
      along += w[i] * x
      square += w[i] * x * x
      scoreAlong += s[i] * x
    }
    (m[0], m[1], m[2], m[3]) = (weight, along, along, square)
    (g[0], g[1]) = (score, scoreAlong)
  }

  /// `moments` and `sums` of a pattern to the coefficients that are active in it.
  private func scatter(
    _ actives: UnsafeBufferPointer<PenalizedProblem.Active>, _ on: [Bool], _ places: UnsafePointer<Int32>, _ next: inout Int
  ) {
    let (k, ns, c, m, target) = (width, sparseCount, coreSize, moments.base, matrix.base)
    let core = target + coreStart
    let count = actives.count
    for i in 0..<count {
      let a = actives[i]
      let place = Int(a.position)
      let row = m + Int(a.column) * k
      let isSparse = place < ns
      if a.block >= 0, !on[Int(a.block)] {
        if isSparse { next += count - i }
        continue
      }
      gradient.base[place] += a.factor * sums.base[Int(a.column)]
      let column = core + (place - ns) * c - ns
      for j in i..<count {
        let b = actives[j]
        let factor = b.block >= 0 && !on[Int(b.block)] ? 0 : a.factor * b.factor
        let value = factor * row[Int(b.column)]
        if isSparse {
          target[Int(places[next])] += value
          next += 1
        } else {
          column[Int(b.position)] += value
        }
      }
    }
  }

  // MARK: Derivatives of the criterion

  /// h = dᵀ H⁻¹ d for every row.
  func fillLeverage(_ leverage: DoubleBuffer) {
    var next = firstPlace
    fillLeverage(leverage, patterns, state.switches, &next)
  }

  private func fillLeverage(_ leverage: DoubleBuffer, _ patterns: Range<Int>, _ on: [Bool], _ next: inout Int) {
    let (k, inverse) = (width, state.matrix.inverse.base)
    for c in patterns {
      for r in 0..<(k * k) { moments.base[r] = 0 }
      gather(actives(inPattern: c), on, problem.placePointer, inverse, &next)
      quadraticForms(starts[c], starts[c + 1], leverage.base)
    }
  }

  /// The inverse between a pattern's row columns into `moments`.
  private func gather(
    _ actives: UnsafeBufferPointer<PenalizedProblem.Active>, _ on: [Bool], _ places: UnsafePointer<Int32>,
    _ inverse: UnsafePointer<Double>, _ next: inout Int
  ) {
    let (k, ns, c, local) = (width, sparseCount, coreSize, moments.base)
    let core = inverse + coreStart
    let count = actives.count
    for i in 0..<count {
      let a = actives[i]
      let place = Int(a.position)
      let isSparse = place < ns
      if a.block >= 0, !on[Int(a.block)] {
        if isSparse { next += count - i }
        continue
      }
      let row = local + Int(a.column) * k
      let column = core + (place - ns) * c - ns
      for j in i..<count {
        let b = actives[j]
        let from = isSparse ? inverse[Int(places[next])] : column[Int(b.position)]
        if isSparse { next += 1 }
        if b.block >= 0, !on[Int(b.block)] { continue }
        // Off the diagonal it stands for both triangles.
        row[Int(b.column)] += (i == j ? 1 : 2) * a.factor * b.factor * from
      }
    }
    for a in 0..<k {
      for b in 0..<a {
        let mean = 0.5 * (local[a * k + b] + local[b * k + a])
        local[a * k + b] = mean
        local[b * k + a] = mean
      }
    }
  }

  /// dᵀ K d for some rows, K = `moments` (k × k, symmetric).
  private func quadraticForms(_ first: Int, _ end: Int, _ leverage: UnsafeMutablePointer<Double>) {
    let (k, local, columns) = (width, moments.base, problem.rowColumns.base)
    if k == 1 {
      for i in first..<end { leverage[i] = local[0] }
      return
    }
    if k == 2 {
      let (constant, linear, square) = (local[0], local[1] + local[2], local[3])
      for i in first..<end {
        let x = columns[2 * i + 1]
        leverage[i] = constant + x * (linear + x * square)
      }
      return
    }
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

  /// Fills `leverage`, `target` with ½ h dw/dη and `scoreSlope` with ds/dτ; `parameterSlope` is the sum of
  /// -dℓ/dτ + ½ h dw/dτ, `adjoint` and `scoreAdjoint` hold the sums of the two columns.
  func fillSlopes(leverage: DoubleBuffer, into target: DoubleBuffer, scoreSlope: DoubleBuffer) {
    adjoint.clear()
    scoreAdjoint.clear()
    parameterSlope = 0
    var next = firstPlace
    let on = state.switches
    for piece in pieces {
      fillLeverage(leverage, piece, on, &next)
      parameterSlope += slopes(rows(of: piece), leverage, target, scoreSlope)
      sum(target, piece, on, into: adjoint)
      if problem.hasParameter { sum(scoreSlope, piece, on, into: scoreAdjoint) }
    }
  }

  private func slopes(_ rows: Range<Int>, _ leverage: DoubleBuffer, _ target: DoubleBuffer, _ scoreSlope: DoubleBuffer) -> Double {
    func run<Kernel: RowKernel>(_ kernel: Kernel) -> Double {
      kernel.fillSlopes(
        rows, problem.pointers, state.eta.base, leverage: leverage.base, information: target.base, score: scoreSlope.base)
    }
    switch problem.spec.family {
    case .gaussian: return run(GaussianKernel(variance: state.parameter))
    case .poisson: return run(PoissonKernel())
    case .negativeBinomial: return run(NegativeBinomialKernel(theta: state.parameter))
    case .binomial:
      switch problem.spec.link {
      case .probit: return run(ProbitKernel())
      case .cloglog: return run(CloglogKernel())
      default: return run(LogitKernel())
      }
    }
  }

  /// `result` += Dᵀ x for one number per row.
  private func sum(_ x: DoubleBuffer, _ patterns: Range<Int>, _ on: [Bool], into result: DoubleBuffer) {
    let (k, columns, local, values, target) = (width, problem.rowColumns.base, sums.base, x.base, result.base)
    for c in patterns {
      for r in 0..<k { local[r] = 0 }
      let (first, end) = (starts[c], starts[c + 1])
      switch k {
      case 1: for i in first..<end { local[0] += values[i] }
      case 2:
        for i in first..<end {
          local[0] += values[i]
          local[1] += values[i] * columns[2 * i + 1]
        }
      default:
        for i in first..<end {
          let (value, row) = (values[i], columns + i * k)
          for r in 0..<k { local[r] += value * row[r] }
        }
      }
      for active in actives(inPattern: c) where active.block < 0 || on[Int(active.block)] {
        target[Int(active.position)] += active.factor * local[Int(active.column)]
      }
    }
  }
}
