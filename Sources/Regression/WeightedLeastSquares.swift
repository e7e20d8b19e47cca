internal import Glibc
internal import LinearAlgebra

/// The step of an iteratively reweighted fit: weighted least squares of what is left of a working response.
///
/// QR for what fits easily. For large problems the normal equations of columns scaled to unit length; since they are
/// solved for a step from given coefficients, their rounding slows the fit at worst, it does not move the maximum. Where
/// the columns are close to dependent QR takes over, by blocks of rows.
struct WeightedLeastSquares {
  let design: FactoredDesign
  /// Above this many entries the normal equations are used.
  static let largestForQR = 400_000
  /// Least length of what is left of a unit column after its predecessors are projected out.
  private let rankTolerance: Double
  /// Largest factor by which other columns may inflate a coefficient's variance in the normal equations. Their errors
  /// are about the machine's epsilon times this, so the standard errors keep eight digits.
  private static let largestInflation = 1e8
  /// Columns that take part; judged once, at the first step.
  private(set) var kept: [Int]?

  init(_ design: FactoredDesign, rankTolerance: Double = 1e-10) {
    self.design = design
    self.rankTolerance = rankTolerance
  }

  struct Solution {
    /// One for each column, NaN where aliased.
    let step: [Double]
    /// T with T Tᵀ = (XᵀWX)⁻¹ of the kept columns.
    let root: Matrix
    let kept: [Int]
    let aliased: [Int]

    var covariance: Matrix { root.transposed.crossProduct() }
    /// Standard errors of unit dispersion, in the order of `kept`.
    var errors: [Double] {
      (0..<root.rows).map { i in
        var sum = 0.0
        for k in 0..<root.columns { sum += root[i, k] * root[i, k] }
        return sum.squareRoot()
      }
    }
  }

  /// Minimises Σ wᵢ (rᵢ - xᵢδ)² over δ; `rest` and `weights` (all one where nil) in the design's order of rows.
  /// Throws `rankDeficient` where columns become dependent that were not so at the first step.
  mutating func solve(
    _ rest: [Double], weights: [Double]?, byQR: Bool = false
  ) throws(LinearAlgebraError) -> Solution {
    if !byQR, design.rowCount * design.columnCount > WeightedLeastSquares.largestForQR,
      let solution = try normalEquations(rest, weights)
    {
      return solution
    }
    return try orthogonal(rest, weights)
  }

  private mutating func orthogonal(_ rest: [Double], _ weights: [Double]?) throws(LinearAlgebraError) -> Solution {
    let p = design.columnCount
    let triangle = design.triangle(rest, weights: weights)
    let columns = kept ?? Array(0..<p)
    let qr = try PivotedQR(
      triangle.selecting(columns: columns), tolerance: kept == nil ? rankTolerance : 1e-14)
    if kept != nil, !qr.aliased.isEmpty {
      throw .rankDeficient(rank: qr.rank, aliased: qr.aliased.map { columns[$0] })
    }
    let used = qr.kept.map { columns[$0] }
    kept = used
    let solved = try qr.solve(triangle.column(p))
    var step = [Double](repeating: .nan, count: p)
    for (place, j) in columns.enumerated() { step[j] = solved[place] }
    return Solution(step: step, root: qr.inverseRoot(), kept: used, aliased: others(than: used))
  }

  private func others(than used: [Int]) -> [Int] {
    let set = Set(used)
    return (0..<design.columnCount).filter { !set.contains($0) }
  }

  /// Nil where the columns are so close to dependent that QR must judge.
  private mutating func normalEquations(
    _ rest: [Double], _ weights: [Double]?
  ) throws(LinearAlgebraError) -> Solution? {
    let p = design.columnCount
    let moments = design.moments(rest, weights: weights)
    let used = kept ?? Array(0..<p)
    let lengths = used.map { moments[$0, $0].squareRoot() }
    guard lengths.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    var scaled = Matrix(rows: used.count, columns: used.count)
    for (j, column) in used.enumerated() {
      for (i, row) in used.enumerated() where i >= j { scaled[i, j] = moments[row, column] / (lengths[i] * lengths[j]) }
    }
    guard let factor = try? Cholesky(scaled) else { return nil }
    var root = factor.inverseRoot()
    for i in used.indices { for k in used.indices { root[i, k] /= lengths[i] } }
    let inflation = used.indices.map { i in used.indices.reduce(0) { $0 + root[i, $1] * root[i, $1] } * lengths[i] * lengths[i] }
    guard inflation.allSatisfy({ $0 < WeightedLeastSquares.largestInflation }) else { return nil }
    kept = used
    let rotated = try root.multiplied(by: used.map { moments[p, $0] }, transposed: true)
    let solved = try root.multiplied(by: rotated)
    var step = [Double](repeating: .nan, count: p)
    for (place, j) in used.enumerated() { step[j] = solved[place] }
    return Solution(step: step, root: root, kept: used, aliased: others(than: used))
  }
}
