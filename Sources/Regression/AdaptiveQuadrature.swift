internal import Glibc
internal import LinearAlgebra

/// The marginal log-likelihood of a model with one scalar random effect by adaptive Gauss-Hermite quadrature, and its
/// maximum.
///
/// For each level the integrand is sampled around its mode b̂ at b̂ + √2 s t with s the mode's curvature (Liu and Pierce,
/// Biometrika 81 (1994)). The gradient counts how mode and curvature move, so that it is exact for any number of nodes.
/// Parameters: the engine's fixed coefficients, log σ, and log θ where it is estimated.
final class AdaptiveQuadrature {
  private let state: PenalizedState
  private let rule: GaussHermite
  /// Standardised mode of each level (b of N(0, 1)).
  private(set) var modes: [Double]
  private let base: DoubleBuffer
  private let zero: DoubleBuffer

  private var problem: PenalizedProblem { state.problem }
  private var fixedCount: Int { state.layout.fixedCount }
  private var hasTheta: Bool { problem.hasParameter }
  var parameterCount: Int { fixedCount + 1 + (hasTheta ? 1 : 0) }

  init(_ state: PenalizedState, points: Int) {
    self.state = state
    rule = GaussHermite(count: points)
    modes = [Double](repeating: 0, count: state.problem.patterns.count)
    base = DoubleBuffer(state.problem.rowCount)
    zero = DoubleBuffer(state.dimension)
  }

  /// Minus the log-likelihood with all constants, and its gradient.
  func evaluate(_ x: [Double]) -> (value: Double, slopes: [Double]) {
    zero.clear()
    for j in 0..<fixedCount { zero.base[state.plan.position[j]] = x[j] }
    state.multiply(zero, into: base)
    for i in 0..<problem.rowCount { base.base[i] += problem.offset.base[i] }
    let sigma = exp(x[fixedCount])
    var theta = state.parameter
    if hasTheta { theta = exp(x[fixedCount + 1]) }
    var sum = Sum(value: problem.constants.value(theta), slopes: [Double](repeating: 0, count: parameterCount))
    if hasTheta { sum.slopes[fixedCount + 1] = problem.constants.slope(theta) }
    switch problem.spec.family {
    case .gaussian: preconditionFailure("the Gaussian's likelihood is exact without quadrature")
    case .poisson: add(PoissonKernel(), sigma, &sum)
    case .negativeBinomial: add(NegativeBinomialKernel(theta: theta), sigma, &sum)
    case .binomial:
      switch problem.spec.link {
      case .probit: add(ProbitKernel(), sigma, &sum)
      case .cloglog: add(CloglogKernel(), sigma, &sum)
      default: add(LogitKernel(), sigma, &sum)
      }
    }
    return (-sum.value, sum.slopes.map { -$0 })
  }

  private struct Sum {
    var value: Double
    var slopes: [Double]
  }

  private func add<Kernel: RowKernel>(_ kernel: Kernel, _ sigma: Double, _ sum: inout Sum) {
    for c in 0..<problem.patterns.count {
      let rows = problem.patterns.starts[c]..<problem.patterns.starts[c + 1]
      let actives = problem.actives[problem.activeStarts[c]..<problem.activeStarts[c + 1]]
      if let effect = actives.first(where: { $0.block >= 0 }) {
        level(kernel, c, rows, actives, loading(rows, effect, sigma), &sum)
      } else {
        level(kernel, c, rows, actives, [Double](repeating: 0, count: rows.count), &sum)
      }
    }
  }

  /// σ z of the rows.
  private func loading(_ rows: Range<Int>, _ effect: PenalizedProblem.Active, _ sigma: Double) -> [Double] {
    rows.map { sigma * effect.factor * problem.rowColumns.base[$0 * problem.width + Int(effect.column)] }
  }

  /// First, second and third derivative of a level's joint log-likelihood in b.
  private struct Shape {
    var value = 0.0
    var first = 0.0
    var curvature = 0.0
  }

  private func shape<Kernel: RowKernel>(_ kernel: Kernel, _ rows: Range<Int>, _ z: [Double], _ b: Double) -> Shape {
    var shape = Shape(value: -0.5 * b * b - 0.5 * log(2 * .pi), first: -b, curvature: 1)
    for (k, i) in rows.enumerated() {
      let (w, eta) = (problem.weights.base[i], base.base[i] + z[k] * b)
      let row = kernel.value(problem.y.base[i], problem.trials.base[i], eta)
      shape.value += w * row.logLikelihood
      shape.first += w * row.score * z[k]
      shape.curvature += w * row.information * z[k] * z[k]
    }
    return shape
  }

  private func findMode<Kernel: RowKernel>(_ kernel: Kernel, _ c: Int, _ rows: Range<Int>, _ z: [Double]) -> (Double, Shape) {
    var b = modes[c]
    var now = shape(kernel, rows, z, b)
    for _ in 0..<100 {
      var step = now.first / now.curvature
      if abs(step) < 1e-13 * max(1, abs(b)) { break }
      var next = shape(kernel, rows, z, b + step)
      var halvings = 0
      while !(next.value >= now.value - 1e-13 * abs(now.value)), halvings < 40 {
        step *= 0.5
        halvings += 1
        next = shape(kernel, rows, z, b + step)
      }
      b += step
      now = next
    }
    modes[c] = b
    return (b, now)
  }

  private func level<Kernel: RowKernel>(
    _ kernel: Kernel, _ c: Int, _ rows: Range<Int>, _ actives: ArraySlice<PenalizedProblem.Active>, _ z: [Double],
    _ sum: inout Sum
  ) {
    let (mode, shape) = findMode(kernel, c, rows, z)
    let spread = 1 / shape.curvature.squareRoot()
    let nodes = rule.nodes.map { mode + 2.0.squareRoot() * spread * $0 }
    let shapes = nodes.map { self.shape(kernel, rows, z, $0) }
    let logs = zip(shapes, rule.logWeights).map { $0.value + $1 }
    let top = logs.max() ?? 0
    let total = logs.reduce(0) { $0 + exp($1 - top) }
    sum.value += top + log(total) + log(2.0.squareRoot() * spread)
    let shares = logs.map { exp($0 - top) / total }
    // How the nodes' places enter: E[ℓ'] and √2 E[t ℓ'] + 1/s.
    var (place, width) = (0.0, 1 / spread)
    for k in nodes.indices {
      place += shares[k] * shapes[k].first
      width += 2.0.squareRoot() * shares[k] * rule.nodes[k] * shapes[k].first
    }
    var parts = RowSums(width: problem.width)
    for (k, i) in rows.enumerated() { parts.add(row(kernel, i, z[k], mode, nodes, shares), columns(i)) }
    func slope(direct: Double, mode first: Double, curvature: Double) -> Double {
      let moved = spread * spread * first
      let stretched = -0.5 * spread * spread * spread * (curvature + parts.third * moved)
      return direct + moved * place + stretched * width
    }
    for active in actives where active.block < 0 {
      let (r, f) = (Int(active.column), active.factor)
      let j = state.plan.coefficient[Int(active.position)]
      sum.slopes[j] += slope(direct: f * parts.direct[r], mode: -f * parts.crossed[r], curvature: f * parts.turned[r])
    }
    sum.slopes[fixedCount] += slope(
      direct: parts.inScale, mode: parts.score - mode * parts.information,
      curvature: 2 * parts.information + parts.third * mode)
    if hasTheta {
      sum.slopes[fixedCount + 1] += slope(
        direct: parts.inTheta, mode: parts.scoreInTheta, curvature: parts.informationInTheta)
    }
  }

  private func columns(_ row: Int) -> UnsafePointer<Double> {
    UnsafePointer(problem.rowColumns.base + row * problem.width)
  }

  /// A row's part of what the gradient needs.
  private struct RowPart {
    var direct = 0.0
    var crossed = 0.0
    var turned = 0.0
    var third = 0.0
    var inScale = 0.0
    var score = 0.0
    var information = 0.0
    var inTheta = 0.0
    var scoreInTheta = 0.0
    var informationInTheta = 0.0
  }

  private struct RowSums {
    var direct: [Double]
    var crossed: [Double]
    var turned: [Double]
    var third = 0.0
    var inScale = 0.0
    var score = 0.0
    var information = 0.0
    var inTheta = 0.0
    var scoreInTheta = 0.0
    var informationInTheta = 0.0

    init(width: Int) {
      direct = [Double](repeating: 0, count: width)
      crossed = direct
      turned = direct
    }

    mutating func add(_ part: RowPart, _ columns: UnsafePointer<Double>) {
      for r in direct.indices {
        direct[r] += part.direct * columns[r]
        crossed[r] += part.crossed * columns[r]
        turned[r] += part.turned * columns[r]
      }
      third += part.third
      inScale += part.inScale
      score += part.score
      information += part.information
      inTheta += part.inTheta
      scoreInTheta += part.scoreInTheta
      informationInTheta += part.informationInTheta
    }
  }

  private func row<Kernel: RowKernel>(
    _ kernel: Kernel, _ i: Int, _ z: Double, _ mode: Double, _ nodes: [Double], _ shares: [Double]
  ) -> RowPart {
    let (y, m, w) = (problem.y.base[i], problem.trials.base[i], problem.weights.base[i])
    var part = RowPart()
    for k in nodes.indices {
      let eta = base.base[i] + z * nodes[k]
      let score = w * shares[k] * kernel.value(y, m, eta).score
      part.direct += score
      part.inScale += score * z * nodes[k]
      if hasTheta { part.inTheta += w * shares[k] * kernel.slopes(y, m, eta).likelihoodInParameter }
    }
    let eta = base.base[i] + z * mode
    let (value, slopes) = (kernel.value(y, m, eta), kernel.slopes(y, m, eta))
    part.crossed = w * value.information * z
    part.turned = w * slopes.information * z * z
    part.third = part.turned * z
    part.score = w * value.score * z
    part.information = w * value.information * z * z
    part.scoreInTheta = w * slopes.scoreInParameter * z
    part.informationInTheta = w * slopes.informationInParameter * z * z
    return part
  }
}
