internal import Glibc
internal import LinearAlgebra

/// Fixed columns as the penalised engine sees them: for small problems made orthogonal first, so that polynomials and
/// years in the thousands lose no digits in its normal equations. β = T γ with γ the coefficients of `columns`.
struct FixedBasis {
  let columns: Columns
  /// T, upper triangular; nil is the identity.
  let transform: Matrix?
  /// The largest absolute number of each column as it was given.
  let reaches: [Double]

  enum Columns {
    case dense([[Double]])
    /// Of these pieces the columns at the given places.
    case parts(DesignParts, kept: [Int])
  }

  var count: Int {
    switch columns {
    case .dense(let columns): columns.count
    case .parts(_, let kept): kept.count
    }
  }

  /// Factors of columns in pieces.
  var factors: [RowPatterns.Key] {
    guard case .parts(let parts, _) = columns else { return [] }
    return zip(parts.factors, parts.levelCounts).map { RowPatterns.Key(index: $0, levels: $1) }
  }

  /// Rows above which columns are taken as they are: orthogonal columns would undo the sparsity of dummies.
  static let largest = 20_000

  /// Throws `rankDeficient` with the names of columns that depend on earlier ones.
  init(_ fixed: [[Double]], names: [String], rows: Int) throws(RegressionError) {
    reaches = fixed.map { column in column.reduce(0) { max($0, abs($1)) } }
    guard rows <= FixedBasis.largest, !fixed.isEmpty else {
      columns = .dense(fixed)
      transform = nil
      return
    }
    let p = fixed.count
    var q: [[Double]] = []
    var r = Matrix(rows: p, columns: p)
    var aliased: [String] = []
    for (j, column) in fixed.enumerated() {
      var v = column
      let length = FixedBasis.length(v)
      for _ in 0..<2 {
        for (i, u) in q.enumerated() {
          var along = 0.0
          for k in v.indices { along += u[k] * v[k] }
          for k in v.indices { v[k] -= along * u[k] }
          r[i, j] += along
        }
      }
      let rest = FixedBasis.length(v)
      guard rest > 1e-10 * length else {
        aliased.append(names[j])
        continue
      }
      r[q.count, j] = rest
      q.append(v.map { $0 / rest })
    }
    guard aliased.isEmpty else { throw .rankDeficient(aliased: aliased) }
    let unit = Double(rows).squareRoot()
    columns = .dense(q.map { $0.map { $0 * unit } })
    transform = FixedBasis.inverse(r, times: unit)
  }

  /// Of the columns `kept`, which are independent, of a design in pieces; large ones stay in pieces.
  init(_ parts: DesignParts, _ design: FactoredDesign, kept: [Int]) throws(RegressionError) {
    guard parts.rowCount > FixedBasis.largest, !kept.isEmpty else {
      try self.init(design.columns(kept), names: kept.map { parts.names[$0] }, rows: parts.rowCount)
      return
    }
    let reaches = design.reaches()
    self.init(columns: .parts(parts, kept: kept), transform: nil, reaches: kept.map { reaches[$0] })
  }

  private init(columns: Columns, transform: Matrix?, reaches: [Double]) {
    self.columns = columns
    self.transform = transform
    self.reaches = reaches
  }

  private static func length(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// `factor` R⁻¹ of an upper triangle.
  private static func inverse(_ r: Matrix, times factor: Double) -> Matrix {
    let p = r.rows
    var result = Matrix(rows: p, columns: p)
    for j in 0..<p {
      result[j, j] = factor / r[j, j]
      for i in stride(from: j - 1, through: 0, by: -1) {
        var sum = 0.0
        for k in (i + 1)...j { sum -= r[i, k] * result[k, j] }
        result[i, j] = sum / r[i, i]
      }
    }
    return result
  }

  /// log det T.
  var logDeterminant: Double {
    guard let transform else { return 0 }
    return (0..<transform.rows).reduce(0) { $0 + log(transform[$1, $1]) }
  }

  /// β of a γ.
  func coefficients(_ gamma: [Double]) -> [Double] {
    guard let transform else { return gamma }
    return gamma.indices.map { i in (i..<gamma.count).reduce(0) { $0 + transform[i, $1] * gamma[$1] } }
  }

  /// Tᵀ w: the weights on γ of a combination of β.
  func pullBack(_ weights: [Double]) -> [Double] {
    guard let transform else { return weights }
    return weights.indices.map { j in (0...j).reduce(0) { $0 + transform[$1, j] * weights[$1] } }
  }

  /// T C Tᵀ for a covariance C of γ.
  func covariance(_ gamma: Matrix) -> Matrix {
    guard let transform, let half = try? transform.multiplied(by: gamma),
      let full = try? half.multiplied(by: transform, otherTransposed: true)
    else { return gamma }
    return full
  }
}
