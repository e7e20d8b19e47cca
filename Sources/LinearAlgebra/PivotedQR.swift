internal import COpenBLAS
internal import Glibc

/// A rank-revealing QR factorisation of an n × p matrix. O(n p²), LAPACK dgeqp3.
///
/// Columns are scaled to length one first, so rank does not depend on units. Where columns depend on each other the
/// earlier ones are kept and the later ones reported in `aliased`, as R's `lm` does.
public struct PivotedQR: Sendable {
  public let rows: Int
  public let columns: Int
  /// Number of independent columns.
  public let rank: Int
  /// Columns (ascending) that depend on earlier ones and take no part in solutions.
  public let aliased: [Int]
  /// Columns that take part, ascending.
  public let kept: [Int]
  private let qr: Matrix
  private let tau: [Double]
  /// Position in the factor → position in `kept`.
  private let order: [Int]
  private let scale: [Double]

  /// `tolerance` is the least length of what is left of a unit column after its predecessors are projected out.
  /// Throws `nonFinite`.
  public init(_ matrix: Matrix, tolerance: Double = 1e-10) throws(LinearAlgebraError) {
    LinearAlgebra.start()
    try matrix.requireFinite()
    rows = matrix.rows
    columns = matrix.columns
    var factor = Factor(matrix, kept: Array(0..<matrix.columns))
    var dependent: [Int] = []
    if factor.rank(tolerance) < matrix.columns {
      let independent = PivotedQR.independentColumns(of: matrix, tolerance: tolerance)
      dependent = Array(0..<matrix.columns).filter { !independent.contains($0) }
      factor = Factor(matrix, kept: independent)
    }
    aliased = dependent
    kept = factor.kept
    rank = factor.kept.count
    qr = factor.qr
    tau = factor.tau
    order = factor.order
    scale = factor.scale
  }

  /// The least-squares coefficients of `b` on all columns; aliased ones are NaN.
  public func solve(_ b: [Double]) throws(LinearAlgebraError) -> [Double] {
    guard b.count == rows else { throw .dimensionMismatch(expected: rows, found: b.count) }
    var coefficients = [Double](repeating: .nan, count: columns)
    guard rank > 0 else { return coefficients }
    var x = b
    rotate(&x, transposed: true)
    qr.withUnsafeElements { a in
      cblas_dtrsv(
        CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, Int32(rank), a.baseAddress, Int32(rows), &x, 1)
    }
    for position in 0..<rank {
      coefficients[kept[order[position]]] = x[position] / scale[order[position]]
    }
    return coefficients
  }

  /// T with T Tᵀ = (XᵀX)⁻¹ of the kept columns, rows in the order of `kept`: X T has orthonormal columns.
  public func inverseRoot() -> Matrix {
    var inverse = Matrix.identity(rank)
    guard rank > 0 else { return inverse }
    qr.withUnsafeElements { a in
      inverse.withUnsafeMutableElements { b in
        cblas_dtrsm(
          CblasColMajor, CblasLeft, CblasUpper, CblasNoTrans, CblasNonUnit, Int32(rank), Int32(rank), 1, a.baseAddress,
          Int32(rows), b.baseAddress, Int32(rank))
      }
    }
    var result = Matrix(rows: rank, columns: rank)
    for k in 0..<rank {
      for i in 0..<rank { result[order[i], k] = inverse[i, k] / scale[order[i]] }
    }
    return result
  }

  /// (XᵀX)⁻¹ of the kept columns in the order of `kept`: the unscaled covariance of the coefficients.
  public func covariance() -> Matrix { inverseRoot().transposed.crossProduct() }

  /// Diagonal of the hat matrix: the leverage of every row, between 0 and 1.
  public func leverages() -> [Double] {
    var sums = [Double](repeating: 0, count: rows)
    var unit = [Double](repeating: 0, count: rows)
    for k in 0..<rank {
      for i in 0..<rows { unit[i] = 0 }
      unit[k] = 1
      rotate(&unit, transposed: false)
      for i in 0..<rows { sums[i] += unit[i] * unit[i] }
    }
    return sums
  }

  private func rotate(_ x: inout [Double], transposed: Bool) {
    let info = qr.withUnsafeElements { a in
      LAPACKE_dormqr(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), CChar(UInt8(ascii: transposed ? "T" : "N")), Int32(rows), 1,
        Int32(rank), a.baseAddress, Int32(rows), tau, &x, Int32(rows))
    }
    precondition(info == 0, "dormqr got a wrong argument")
  }

  /// Gram-Schmidt, twice, in the given order: the columns that are not combinations of earlier ones.
  private static func independentColumns(of matrix: Matrix, tolerance: Double) -> [Int] {
    var basis: [[Double]] = []
    var independent: [Int] = []
    for j in 0..<matrix.columns {
      var v = matrix.column(j)
      let length = norm(v)
      guard length > 0, basis.count < matrix.rows else { continue }
      for _ in 0..<2 {
        for q in basis {
          let along = cblas_ddot(Int32(v.count), q, 1, v, 1)
          cblas_daxpy(Int32(v.count), -along, q, 1, &v, 1)
        }
      }
      let rest = norm(v)
      if rest > tolerance * length {
        basis.append(v.map { $0 / rest })
        independent.append(j)
      }
    }
    return independent
  }

  private static func norm(_ v: [Double]) -> Double { cblas_dnrm2(Int32(v.count), v, 1) }

  /// dgeqp3 of the chosen columns, scaled to unit length.
  private struct Factor {
    var qr: Matrix
    var tau: [Double]
    var order: [Int]
    var scale: [Double]
    var kept: [Int]

    init(_ matrix: Matrix, kept chosen: [Int]) {
      kept = chosen
      order = []
      scale = chosen.map { j in
        let length = PivotedQR.norm(matrix.column(j))
        return length > 0 ? length : 1
      }
      qr = matrix.selecting(columns: chosen)
      let (n, p) = (matrix.rows, chosen.count)
      tau = [Double](repeating: 0, count: max(1, min(n, p)))
      var pivots = [Int32](repeating: 0, count: max(1, p))
      let lengths = scale
      qr.withUnsafeMutableElements { a in
        guard n > 0, p > 0, let base = a.baseAddress else { return }
        for j in 0..<p {
          for i in 0..<n { base[i + j * n] /= lengths[j] }
        }
        let info = LAPACKE_dgeqp3(LAPACK_COL_MAJOR, Int32(n), Int32(p), base, Int32(n), &pivots, &tau)
        precondition(info == 0, "dgeqp3 got a wrong argument")
      }
      order = pivots.prefix(p).map { Int($0) - 1 }
    }

    func rank(_ tolerance: Double) -> Int {
      var count = 0
      while count < min(qr.rows, qr.columns), abs(qr[count, count]) > tolerance { count += 1 }
      return count
    }
  }
}
