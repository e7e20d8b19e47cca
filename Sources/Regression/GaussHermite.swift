internal import Glibc
internal import LinearAlgebra

/// Nodes t of Gauss-Hermite quadrature for the weight exp(-t²), with the logarithms of weight · exp(t²).
///
/// Nodes are eigenvalues of the Jacobi matrix (Golub and Welsch, Math. Comp. 23 (1969)), refined by Newton steps on the
/// orthonormal Hermite functions φ; the weight is exp(-t²) / (n φ_{n-1}(t)²), which keeps its digits far out, too.
struct GaussHermite {
  let nodes: [Double]
  let logWeights: [Double]

  /// `count` from 1 to 200.
  init(count: Int) {
    precondition((1...200).contains(count), "1 to 200 points")
    var jacobi = Matrix(rows: count, columns: count)
    for k in 1..<max(count, 1) {
      (jacobi[k, k - 1], jacobi[k - 1, k]) = ((Double(k) / 2).squareRoot(), (Double(k) / 2).squareRoot())
    }
    guard let eigen = try? SymmetricEigen(jacobi) else { preconditionFailure("a tridiagonal matrix has eigenvalues") }
    var nodes = eigen.values.sorted()
    for i in nodes.indices {
      for _ in 0..<3 {
        let (last, before) = GaussHermite.functions(count, nodes[i])
        nodes[i] -= last / ((2 * Double(count)).squareRoot() * before - nodes[i] * last)
      }
    }
    self.nodes = nodes
    logWeights = nodes.map { t in
      let before = GaussHermite.functions(count, t).before
      return -log(Double(count) * before * before)
    }
  }

  /// φ_n and φ_{n-1} at `t`.
  private static func functions(_ n: Int, _ t: Double) -> (last: Double, before: Double) {
    var (before, last) = (0.0, exp(-0.5 * t * t) / Double.pi.squareRoot().squareRoot())
    for k in 0..<n {
      let (a, b) = ((2 / Double(k + 1)).squareRoot(), (Double(k) / Double(k + 1)).squareRoot())
      (before, last) = (last, a * t * last - b * before)
    }
    return (last, before)
  }
}
