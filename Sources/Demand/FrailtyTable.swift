import Glibc
import Probability

/// Gamma factors of mean 1 by table: the quantile function on an even grid of probabilities, linear between its nodes.
///
/// The shape's uncertainty is kept by as many tables as `shapes`, spread over its distribution. Beyond the outermost
/// nodes the exact quantile is computed. The mean is kept within 1e-4, far below the sampling error of any forecast.
struct FrailtyTable: Sendable {
  static let shapes = 16
  private static let nodes = 1024
  private let quantiles: [Double]
  private let shapeOfTable: [Double]

  /// - Parameters:
  ///   - theta: shape, above zero; the factor's variance is 1/θ.
  ///   - logError: standard error of log θ.
  init(theta: Double, logError: Double) {
    shapeOfTable = (0..<Self.shapes).map { theta * exp(logError * Normal.quantile((Double($0) + 0.5) / Double(Self.shapes))) }
    quantiles = shapeOfTable.flatMap { shape -> [Double] in
      var values = [Double](repeating: 0, count: Self.nodes + 1)
      values[1] = Self.quantile(1 / Double(Self.nodes), shape: shape)
      for node in 2..<Self.nodes { values[node] = Self.next(Double(node) / Double(Self.nodes), after: values[node - 1], shape: shape) }
      return values
    }
  }

  /// The factor at a uniform number in a draw.
  @inline(__always)
  func factor(_ uniform: Double, draw: Int) -> Double {
    let table = draw % Self.shapes
    let position = uniform * Double(Self.nodes)
    let node = Int(position)
    guard node > 0, node < Self.nodes - 1 else { return Self.quantile(uniform, shape: shapeOfTable[table]) }
    let start = table * (Self.nodes + 1) + node
    return quantiles[start] + (position - Double(node)) * (quantiles[start + 1] - quantiles[start])
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

  /// Quantile of Gamma(shape, 1/shape) by bisection on the log scale: rarely called, and never fails.
  static func quantile(_ probability: Double, shape: Double) -> Double {
    // Below the smallest double's square root the factor is zero for every purpose.
    var low = -350.0
    var high = log(2 + 60 / min(shape, 1))
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let (lower, upper) = incompleteGamma(shape, exp(middle) * shape)
      let isBelow = probability < 0.5 ? lower < probability : upper > 1 - probability
      if isBelow { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }
}
