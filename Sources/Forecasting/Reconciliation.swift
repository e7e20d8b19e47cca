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
  fileprivate let form: Form

  fileprivate enum Form: Sendable {
    /// P itself, bottom series × nodes.
    case projection(Matrix)
    case correction(Correction)
  }

  /// P ŷ for a diagonal W, where every bottom series is a node, without the matrix P.
  ///
  /// The bottom forecasts are observations of the bottom values with variances W_b, the sums' forecasts others with W_a;
  /// with A the rows of S for the sums, P ŷ = ŷ_b + W_b Aᵀ (A W_b Aᵀ + W_a)⁻¹ (ŷ_a − A ŷ_b).
  fileprivate struct Correction: Sendable {
    /// By bottom series: its own node.
    let own: [Int]
    let variances: [Double]
    let sums: [(node: Int, members: [Int])]
    /// Of A W_b Aᵀ + W_a; nil where there are no sums.
    let factor: Cholesky?
  }

  /// - Parameters:
  ///   - residuals: `[node][period]` one-step errors of all nodes over the same periods, finite; needed by `wlsVariance` and
  ///     `minTShrink`.
  /// - Throws: `LinearAlgebraError` where the errors leave the weights singular.
  public init(_ method: Method, hierarchy: SeriesHierarchy, residuals: [[Double]] = []) throws(LinearAlgebraError) {
    self.method = method
    let nodes = hierarchy.nodes
    switch method {
    case .bottomUp:
      var projection = Matrix(rows: hierarchy.bottomCount, columns: nodes.count)
      for (index, node) in nodes.enumerated() where node.members.count == 1 { projection[node.members[0], index] = 1 }
      form = .projection(projection)
    case .ols: form = try Self.diagonal([Double](repeating: 1, count: nodes.count), hierarchy)
    case .wlsStructural: form = try Self.diagonal(nodes.map { Double($0.members.count) }, hierarchy)
    case .wlsVariance: form = try Self.diagonal(Self.meanSquares(residuals, count: nodes.count), hierarchy)
    case .minTShrink:
      let summing = Self.summing(hierarchy)
      form = .projection(try Self.projection(summing, weighted: Cholesky(ShrunkCovariance(residuals).matrix).solve(summing)))
    }
  }

  /// - Parameter weighted: W⁻¹ S.
  private static func projection(_ summing: Matrix, weighted: Matrix) throws(LinearAlgebraError) -> Matrix {
    try Cholesky(summing.multiplied(by: weighted, transposed: true)).solve(weighted.transposed)
  }

  private static func diagonal(_ variances: [Double], _ hierarchy: SeriesHierarchy) throws(LinearAlgebraError) -> Form {
    var own = [Int](repeating: -1, count: hierarchy.bottomCount)
    var sums: [(node: Int, members: [Int])] = []
    for (index, node) in hierarchy.nodes.enumerated() {
      if node.members.count == 1, own[node.members[0]] < 0 { own[node.members[0]] = index } else { sums.append((index, node.members)) }
    }
    guard !own.contains(-1) else {
      let summing = summing(hierarchy)
      return .projection(try projection(summing, weighted: scaled(summing, by: variances.map { 1 / $0 })))
    }
    let bottom = own.map { variances[$0] }
    guard !sums.isEmpty else { return .correction(Correction(own: own, variances: bottom, sums: [], factor: nil)) }
    var overlaps = Matrix(rows: sums.count, columns: sums.count)
    for (i, first) in sums.enumerated() {
      var weight = [Double](repeating: 0, count: hierarchy.bottomCount)
      for member in first.members { weight[member] = bottom[member] }
      for (j, second) in sums.enumerated() { overlaps[i, j] = second.members.reduce(0) { $0 + weight[$1] } }
      overlaps[i, i] += variances[first.node]
    }
    return .correction(Correction(own: own, variances: bottom, sums: sums, factor: try Cholesky(overlaps)))
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
    let column = bottom(Matrix(columns: [nodes]))
    return column.column(0)
  }

  /// Coherent bottom values, bottom series × forecasts.
  ///
  /// - Parameter nodes: nodes × forecasts.
  public func bottom(_ nodes: Matrix) -> Matrix {
    switch form {
    case .projection(let projection):
      precondition(nodes.rows == projection.columns, "one value for each node")
      guard let values = try? projection.multiplied(by: nodes) else { preconditionFailure("sizes were checked") }
      return values
    case .correction(let correction): return correction.bottom(nodes)
    }
  }
}

extension Reconciliation.Correction {
  func bottom(_ nodes: Matrix) -> Matrix {
    precondition(nodes.rows == own.count + sums.count, "one value for each node")
    var result = Matrix(rows: own.count, columns: nodes.columns)
    fillOwn(nodes, &result)
    guard let factor else { return result }
    var misses = Matrix(rows: sums.count, columns: nodes.columns)
    for column in 0..<nodes.columns {
      result.withUnsafeElements { values in
        let start = column * own.count
        for (index, sum) in sums.enumerated() {
          misses[index, column] = nodes[sum.node, column] - sum.members.reduce(0) { $0 + values[start + $1] }
        }
      }
    }
    guard let shares = try? factor.solve(misses) else { preconditionFailure("sizes were checked") }
    result.withUnsafeMutableElements { values in
      for column in 0..<nodes.columns {
        let start = column * own.count
        for (index, sum) in sums.enumerated() {
          let share = shares[index, column]
          for member in sum.members { values[start + member] += variances[member] * share }
        }
      }
    }
    return result
  }

  private func fillOwn(_ nodes: Matrix, _ result: inout Matrix) {
    nodes.withUnsafeElements { source in
      result.withUnsafeMutableElements { values in
        for column in 0..<nodes.columns {
          for (series, node) in own.enumerated() { values[column * own.count + series] = source[column * nodes.rows + node] }
        }
      }
    }
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
