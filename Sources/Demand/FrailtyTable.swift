import Glibc
import Probability

/// Gamma factors of mean 1 by table: the quantile function on an even grid of probabilities, linear between its nodes.
///
/// The shape's uncertainty is kept by as many tables as `shapes`, spread over its distribution. The mean is kept within 1e-4, far below the sampling error of any forecast.
final class FrailtyTable: Sendable {
  static let shapes = 16
  private static let nodes = 1024
  /// Upper tail: nodes where 1 − p halves from one to the next, down to the smallest step of a uniform number.
  private static let tailNodes = 48
  private let quantiles: BareArray<Float>
  private let tails: [Double]
  private let shapeOfTable: [Double]
  /// (Γ(θ + 1))^(1/θ) / θ: the quantile of a small p is this times p^(1/θ).
  private let smallFactor: [Double]

  /// - Parameters:
  ///   - theta: shape, above zero; the factor's variance is 1/θ.
  ///   - logError: standard error of log θ.
  init(theta: Double, logError: Double) {
    let shapes = (0..<Self.shapes).map { theta * exp(logError * Normal.quantile((Double($0) + 0.5) / Double(Self.shapes))) }
    shapeOfTable = shapes
    quantiles = BareArray(
      shapes.flatMap { shape -> [Float] in
        var values = [Double](repeating: 0, count: Self.nodes + 1)
        values[1] = Self.quantile(1 / Double(Self.nodes), shape: shape)
        for node in 2..<Self.nodes { values[node] = Self.next(Double(node) / Double(Self.nodes), after: values[node - 1], shape: shape) }
        return values.map(Float.init)
      })
    tails = shapes.flatMap { shape in
      (0..<Self.tailNodes).map { Self.upperQuantile(pow(0.5, Double($0)) / Double(Self.nodes), shape: shape) }
    }
    smallFactor = shapes.map { exp(lgamma($0 + 1) / $0) / $0 }
  }

  /// The factors of a draw's periods, at the next numbers of the stream.
  @inline(__always)
  func fill(_ factors: UnsafeMutablePointer<Double>, count: Int, stream: inout CounterStream, draw: Int) {
    let table = draw % Self.shapes
    let nodes = quantiles.pointer + table * (Self.nodes + 1)
    for t in 0..<count {
      let uniform = stream.nextUniform()
      let position = uniform * Double(Self.nodes)
      let node = Int(position)
      if node > 0, node < Self.nodes - 1 {
        let (low, high) = (Double(nodes[node]), Double(nodes[node + 1]))
        factors[t] = low + (position - Double(node)) * (high - low)
      } else {
        factors[t] = outer(uniform, table: table)
      }
    }
  }

  /// Multiplies the values of a group of draws, one a period and `stride` apart, by factors at the next numbers of the stream.
  ///
  /// - Parameter first: the group's first draw; the others follow.
  @inline(__always)
  func multiply(_ values: UnsafeMutablePointer<Lanes>, stride: Int, count: Int, stream: inout LaneStream, first: Int) {
    let table = first % Self.shapes
    for t in 0..<count {
      let uniform = stream.nextUniform()
      let position = uniform * Float(Self.nodes)
      let node = LaneMath.wholePart(position)
      var (low, high) = (Lanes.zero, Lanes.zero)
      var nodes = quantiles.pointer + table * (Self.nodes + 1)
      for lane in 0..<Lanes.scalarCount {
        let own = nodes + Int(node[lane])
        low[lane] = own[0]
        high[lane] = own[1]
        nodes += Self.nodes + 1
      }
      var factors = low + (position - LaneMath.numbers(node)) * (high - low)
      let isOuter = ~LaneMath.above(node, 0) | LaneMath.above(node, Int32(Self.nodes - 2))
      if LaneMath.isAny(isOuter) {
        for lane in 0..<Lanes.scalarCount where isOuter[lane] != 0 { factors[lane] = Float(outer(Double(uniform[lane]), table: table + lane)) }
      }
      values[t * stride] *= factors
    }
  }

  /// Both ends: the leading term of the lower one, whose error is below a thousandth of a tiny factor, and the upper one
  /// linear in log₂(1 − p), in which the quantile is nearly straight.
  private func outer(_ uniform: Double, table: Int) -> Double {
    if uniform < 0.5 { return smallFactor[table] * pow(uniform, 1 / shapeOfTable[table]) }
    let depth = min(Double(Self.tailNodes - 1) - 1e-9, max(0, -log2((1 - uniform) * Double(Self.nodes))))
    let node = Int(depth)
    let start = table * Self.tailNodes + node
    return tails[start] + (depth - Double(node)) * (tails[start + 1] - tails[start])
  }

  private static func upperQuantile(_ upperTail: Double, shape: Double) -> Double {
    search { incompleteGamma(shape, $0 * shape).upper > upperTail }
  }

  /// The quantile just above a known one, by Newton's method on the logarithm.
  private static func next(_ probability: Double, after previous: Double, shape: Double) -> Double {
    let constant = shape * log(shape) - lgamma(shape)
    var x = log(previous)
    for _ in 0..<30 {
      let value = exp(x)
      let (lower, upper) = incompleteGamma(shape, value * shape)
      let miss = probability < 0.5 ? lower - probability : (1 - probability) - upper
      // d/dx of the distribution function at e^x: e^x times the density.
      let step = miss / exp(constant + shape * x - shape * value)
      x -= max(-1, min(1, step))
      if abs(step) < 1e-12 { return exp(x) }
    }
    return quantile(probability, shape: shape)
  }

  /// Quantile of Gamma(shape, 1/shape).
  static func quantile(_ probability: Double, shape: Double) -> Double {
    search { value in
      let (lower, upper) = incompleteGamma(shape, value * shape)
      return probability < 0.5 ? lower < probability : upper > 1 - probability
    }
  }

  /// The value up to which `isBelow` holds, by bisection on the log scale: rarely called, and never fails.
  private static func search(_ isBelow: (Double) -> Bool) -> Double {
    // Below e^−350 a factor is zero for every purpose, above e^12 it sends everybody home at once.
    var low = -350.0
    var high = 12.0
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if isBelow(exp(middle)) { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }
}
