/// Weighted least squares by Householder QR in double-double arithmetic, for small and badly conditioned problems.
///
/// O(n p²) at some 30 times the cost of plain doubles. Columns that depend on earlier ones are set aside, as in R's
/// `lm` (limited pivoting): the remainder of a column, divided by its length, must exceed `tolerance`.
public struct ExtendedLeastSquares: Sendable {
  /// One for each column; NaN where aliased.
  public let coefficients: [Double]
  /// (XᵀWX)⁻¹ of the kept columns, in the order of `kept`.
  public let covariance: Matrix
  /// Response less fit, one for each row, also where the weight is zero.
  public let residuals: [Double]
  /// Σ w r².
  public let residualSumOfSquares: Double
  /// Hat values of the rows, 0 where the weight is 0.
  public let leverages: [Double]
  public let kept: [Int]
  public let aliased: [Int]

  /// `design` is n × p, given by columns; `response` and `weights` (≥ 0, all one where nil) have n entries.
  /// Throws `dimensionMismatch`, `nonFinite`.
  public init(
    design: [[DoubleDouble]], response: [DoubleDouble], weights: [Double]? = nil, tolerance: Double = 1e-13
  ) throws(LinearAlgebraError) {
    let n = response.count
    for (j, column) in design.enumerated() {
      guard column.count == n else { throw .dimensionMismatch(expected: n, found: column.count) }
      if let i = column.firstIndex(where: { !$0.isFinite }) { throw .nonFinite(row: i, column: j) }
    }
    if let i = response.firstIndex(where: { !$0.isFinite }) { throw .nonFinite(row: i, column: design.count) }
    let roots = weights.map { $0.map { DoubleDouble($0).squareRoot() } }
    func scaled(_ column: [DoubleDouble]) -> [DoubleDouble] { roots.map { zip(column, $0).map { $0 * $1 } } ?? column }

    var reduction = HouseholderReduction(response: scaled(response))
    for (j, column) in design.enumerated() { reduction.append(scaled(column), index: j, tolerance: tolerance) }
    let kept = reduction.kept
    self.kept = kept
    aliased = Array(0..<design.count).filter { !kept.contains($0) }
    let solution = reduction.solve()
    var all = [Double](repeating: .nan, count: design.count)
    for (position, j) in kept.enumerated() { all[j] = solution[position].high }
    coefficients = all
    let inverse = reduction.inverse()
    covariance = ExtendedLeastSquares.covariance(inverse)

    var rest = response
    for (position, j) in kept.enumerated() {
      for i in 0..<n { rest[i] -= design[j][i] * solution[position] }
    }
    residuals = rest.map(\.high)
    residualSumOfSquares = scaled(rest).reduce(DoubleDouble.zero) { $0 + $1 * $1 }.high
    leverages = ExtendedLeastSquares.leverages(kept.map { scaled(design[$0]) }, inverse, count: n)
  }

  /// R⁻¹R⁻ᵀ from the columns of R⁻¹.
  private static func covariance(_ inverse: [[DoubleDouble]]) -> Matrix {
    let p = inverse.count
    var result = Matrix(rows: p, columns: p)
    for i in 0..<p {
      for j in 0...i {
        var sum = DoubleDouble.zero
        for k in i..<p { sum += inverse[k][i] * inverse[k][j] }
        result[i, j] = sum.high
        result[j, i] = sum.high
      }
    }
    return result
  }

  /// Squared lengths of the rows of X R⁻¹, each column of which is an orthonormal one.
  private static func leverages(_ design: [[DoubleDouble]], _ inverse: [[DoubleDouble]], count n: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: n)
    for (k, column) in inverse.enumerated() {
      for i in 0..<n {
        var entry = DoubleDouble.zero
        for j in 0...k { entry += design[j][i] * column[j] }
        sums[i] += entry.high * entry.high
      }
    }
    return sums
  }
}

/// The state of a column-by-column Householder reduction.
private struct HouseholderReduction {
  private var reflectors: [[DoubleDouble]] = []
  /// Columns of R, column k with k + 1 entries.
  private var upper: [[DoubleDouble]] = []
  private var rotated: [DoubleDouble]
  private(set) var kept: [Int] = []

  init(response: [DoubleDouble]) { rotated = response }

  mutating func append(_ column: [DoubleDouble], index: Int, tolerance: Double) {
    let k = kept.count
    let total = HouseholderReduction.length(column[...])
    guard k < column.count, total.high > 0 else { return }
    var v = column
    for (position, reflector) in reflectors.enumerated() {
      HouseholderReduction.reflect(&v, by: reflector, from: position)
    }
    let rest = HouseholderReduction.length(v[k...])
    guard rest.high > tolerance * total.high else { return }
    let diagonal = v[k].high > 0 ? -rest : rest
    upper.append(Array(v[..<k]) + [diagonal])
    var reflector = Array(v[k...])
    reflector[0] -= diagonal
    let size = HouseholderReduction.length(reflector[...])
    for i in reflector.indices { reflector[i] = reflector[i] / size }
    HouseholderReduction.reflect(&rotated, by: reflector, from: k)
    reflectors.append(reflector)
    kept.append(index)
  }

  /// R⁻¹ of the rotated response.
  func solve() -> [DoubleDouble] { back(Array(rotated.prefix(kept.count))) }

  /// Columns of R⁻¹, zeros below the diagonal included.
  func inverse() -> [[DoubleDouble]] {
    (0..<kept.count).map { j in
      var unit = [DoubleDouble](repeating: .zero, count: kept.count)
      unit[j] = DoubleDouble(1)
      return back(unit)
    }
  }

  private func back(_ right: [DoubleDouble]) -> [DoubleDouble] {
    var x = right
    for k in stride(from: right.count - 1, through: 0, by: -1) {
      x[k] = x[k] / upper[k][k]
      for i in 0..<k { x[i] -= upper[k][i] * x[k] }
    }
    return x
  }

  private static func length(_ v: ArraySlice<DoubleDouble>) -> DoubleDouble {
    v.reduce(DoubleDouble.zero) { $0 + $1 * $1 }.squareRoot()
  }

  /// x -= 2 (v·x) v for a unit vector `v` that starts at row `first`.
  private static func reflect(_ x: inout [DoubleDouble], by v: [DoubleDouble], from first: Int) {
    var along = DoubleDouble.zero
    for (i, entry) in v.enumerated() { along += entry * x[first + i] }
    along = along + along
    for (i, entry) in v.enumerated() { x[first + i] -= along * entry }
  }
}
