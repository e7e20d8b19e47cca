internal import Glibc

/// Gauss-Hermite quadrature for the standard normal: E f(Z) ≈ Σ weightᵢ f(nodeᵢ), exact for polynomials up to degree
/// 2 · count - 1. Nodes ascend.
public struct NormalQuadrature: Sendable {
  public let nodes: [Double]
  public let weights: [Double]

  /// - Parameter count: 1 to 60 nodes.
  public init(count: Int) {
    precondition((1...60).contains(count), "1 to 60 nodes")
    var nodes = [Double](repeating: 0, count: count)
    var weights = nodes
    // Eigenvalues interlace: roots of one order bracket those of the next.
    var roots: [Double] = []
    for order in 1...count {
      let reach = 2 * Double(order).squareRoot() + 1
      let edges = [-reach] + roots + [reach]
      roots = (0..<order).map { Self.root(order, from: edges[$0], to: edges[$0 + 1]) }
    }
    for (i, x) in roots.enumerated() {
      nodes[i] = x
      let last = Self.hermite(count, x).previous
      weights[i] = 1 / (Double(count) * last * last)
    }
    self.nodes = nodes
    self.weights = weights
  }

  public func expectation(_ function: (Double) -> Double) -> Double {
    zip(nodes, weights).reduce(0) { $0 + $1.1 * function($1.0) }
  }

  /// Orthonormal Hermite polynomials (probabilists') of an order and the one below.
  private static func hermite(_ order: Int, _ x: Double) -> (value: Double, previous: Double) {
    var (value, previous) = (1.0, 0.0)
    for n in 0..<order {
      let next = (x * value - Double(n).squareRoot() * previous) / Double(n + 1).squareRoot()
      (value, previous) = (next, value)
    }
    return (value, previous)
  }

  private static func root(_ order: Int, from low: Double, to high: Double) -> Double {
    var (low, high) = (low, high)
    let rises = hermite(order, high).value > 0
    for _ in 0..<200 {
      let middle = 0.5 * (low + high)
      guard middle > low, middle < high else { break }
      if (hermite(order, middle).value > 0) == rises { high = middle } else { low = middle }
    }
    return 0.5 * (low + high)
  }
}
