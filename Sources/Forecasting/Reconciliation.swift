internal import Glibc
public import LinearAlgebra

/// Makes forecasts of all nodes add up: bottom values P ŷ, whose sums are the coherent forecasts.
///
/// P = (Sᵀ W⁻¹ S)⁻¹ Sᵀ W⁻¹ with the summing matrix S (Wickramasuriya, Athanasopoulos and Hyndman, JASA 114, 2019).
public struct Reconciliation: Sendable {
  public enum Method: String, CaseIterable, Sendable {
    /// Sums of the bottom forecasts.
    case bottomUp = "bottom_up"
    /// W = 1.
    case ols
    /// W diagonal, the number of series in a node.
    case wlsStructural = "wls_struct"
    /// W diagonal, the mean squared one-step error of a node.
    case wlsVariance = "wls_var"
    /// W the mean cross-product of one-step errors about zero, its correlations shrunk towards none as Schäfer and Strimmer
    /// (2005) find best.
    case minTShrink = "mint_shrink"
  }

  public let method: Method
  /// Bottom series × nodes.
  public let projection: Matrix

  /// - Parameters:
  ///   - residuals: `[node][period]` one-step errors of all nodes over the same periods, finite; needed by `wlsVariance` and
  ///     `minTShrink`.
  /// - Throws: `LinearAlgebraError` where the errors leave the weights singular.
  public init(_ method: Method, hierarchy: SeriesHierarchy, residuals: [[Double]] = []) throws(LinearAlgebraError) {
    self.method = method
    let nodes = hierarchy.nodes
    if method == .bottomUp {
      var projection = Matrix(rows: hierarchy.bottomCount, columns: nodes.count)
      for (index, node) in nodes.enumerated() where node.members.count == 1 { projection[node.members[0], index] = 1 }
      self.projection = projection
      return
    }
    // Rows of W⁻¹ S.
    let summing = Self.summing(hierarchy)
    let weighted: Matrix
    switch method {
    case .bottomUp, .ols: weighted = summing
    case .wlsStructural: weighted = Self.scaled(summing, by: nodes.map { 1 / Double($0.members.count) })
    case .wlsVariance: weighted = Self.scaled(summing, by: Self.meanSquares(residuals, count: nodes.count).map { 1 / $0 })
    case .minTShrink: weighted = try Cholesky(ShrunkCovariance(residuals).matrix).solve(summing)
    }
    let normal = try summing.multiplied(by: weighted, transposed: true)
    projection = try Cholesky(normal).solve(weighted.transposed)
  }

  /// Nodes × bottom series, ones where a series belongs to a node.
  static func summing(_ hierarchy: SeriesHierarchy) -> Matrix {
    var matrix = Matrix(rows: hierarchy.nodes.count, columns: hierarchy.bottomCount)
    for (index, node) in hierarchy.nodes.enumerated() {
      for member in node.members { matrix[index, member] = 1 }
    }
    return matrix
  }

  private static func scaled(_ matrix: Matrix, by factors: [Double]) -> Matrix {
    var result = matrix
    for j in 0..<matrix.columns {
      for i in 0..<matrix.rows { result[i, j] *= factors[i] }
    }
    return result
  }

  /// A node that never erred gets the least of the others, so that it is trusted most and no weight is infinite.
  private static func meanSquares(_ residuals: [[Double]], count: Int) -> [Double] {
    precondition(residuals.count == count, "errors of every node are needed")
    let squares = residuals.map { row in row.reduce(0) { $0 + $1 * $1 } / Double(max(1, row.count)) }
    let least = squares.filter { $0 > 0 }.min() ?? 1
    return squares.map { $0 > 0 ? $0 : least }
  }

  /// Coherent bottom values of one forecast of all nodes.
  public func bottom(_ nodes: [Double]) -> [Double] {
    precondition(nodes.count == projection.columns, "one value for each node")
    guard let values = try? projection.multiplied(by: nodes) else { preconditionFailure("sizes were checked") }
    return values
  }
}

/// The covariance of one-step errors about zero, its correlations shrunk towards none.
///
/// λ = Σ var(r_ij) / Σ r_ij² over i ≠ j of the errors scaled to mean square 1 (Schäfer and Strimmer, Statistical
/// Applications in Genetics and Molecular Biology 4, 2005), without centring, as in the reference implementation of MinT.
public struct ShrunkCovariance: Sendable {
  /// Share of the correlations that is taken off, in [0, 1].
  public let lambda: Double
  /// Root mean squares, a node; 0 for one that never erred.
  public let scales: [Double]
  /// `[node][period]` errors over their scale; zeros for one that never erred.
  let standardised: [[Double]]

  /// - Parameter residuals: `[node][period]`, finite, of equal length, at least one period.
  public init(_ residuals: [[Double]]) {
    let periods = Double(max(1, residuals.first?.count ?? 0))
    let scales = residuals.map { row in sqrt(row.reduce(0) { $0 + $1 * $1 } / periods) }
    let standardised = zip(residuals, scales).map { row, scale in row.map { scale > 0 ? $0 / scale : 0 } }
    self.scales = scales
    self.standardised = standardised
    var (spread, squares) = (0.0, 0.0)
    for i in standardised.indices {
      for j in 0..<i {
        var (sum, square) = (0.0, 0.0)
        for t in standardised[i].indices {
          let product = standardised[i][t] * standardised[j][t]
          sum += product
          square += product * product
        }
        squares += (sum / periods) * (sum / periods)
        spread += (square - sum * sum / periods) / (periods * max(1, periods - 1))
      }
    }
    lambda = squares > 0 ? min(1, max(0, spread / squares)) : 1
  }

  /// Nodes × nodes. A node that never erred keeps a small variance of its own.
  public var matrix: Matrix {
    let count = scales.count
    let periods = Double(max(1, standardised.first?.count ?? 0))
    let least = scales.filter { $0 > 0 }.min() ?? 1
    var result = Matrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<i {
        var sum = 0.0
        for t in standardised[i].indices { sum += standardised[i][t] * standardised[j][t] }
        let value = (1 - lambda) * sum / periods * scales[i] * scales[j]
        result[i, j] = value
        result[j, i] = value
      }
      result[i, i] = scales[i] > 0 ? scales[i] * scales[i] : least * least
    }
    return result
  }
}
