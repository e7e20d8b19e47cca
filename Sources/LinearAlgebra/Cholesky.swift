internal import COpenBLAS
internal import Glibc

/// The factor L of a symmetric positive definite matrix A = L Lᵀ. O(n³/3), LAPACK dpotrf.
public struct Cholesky: Sendable {
  /// L in the lower triangle; the upper triangle is not used.
  public private(set) var factor: Matrix

  public var order: Int { factor.rows }

  /// Factors `matrix`, of which only the lower triangle is read.
  /// Throws `dimensionMismatch` (not square), `nonFinite`, `notPositiveDefinite`.
  public init(_ matrix: Matrix) throws(LinearAlgebraError) {
    guard matrix.rows == matrix.columns else {
      throw .dimensionMismatch(expected: matrix.rows, found: matrix.columns)
    }
    try matrix.requireFinite()
    factor = matrix
    let n = matrix.rows
    try factor.withUnsafeMutableElements { (a) throws(LinearAlgebraError) in
      guard let base = a.baseAddress, n > 0 else { return }
      try Cholesky.factorInPlace(base, order: n)
    }
  }

  /// Factors the lower triangle of packed column-major storage in place, without allocating or scanning for NaN.
  public static func factorInPlace(
    _ a: UnsafeMutablePointer<Double>, order n: Int
  ) throws(LinearAlgebraError) {
    LinearAlgebra.start()
    guard n > 0 else { return }
    let info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), Int32(n), a, Int32(n))
    precondition(info >= 0, "dpotrf got a wrong argument")
    if info > 0 { throw .notPositiveDefinite(order: Int(info)) }
  }

  /// Replaces a factor in packed storage by the lower triangle of the inverse of the factored matrix.
  public static func invertInPlace(_ a: UnsafeMutablePointer<Double>, order n: Int) {
    guard n > 0 else { return }
    let info = LAPACKE_dpotri_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), Int32(n), a, Int32(n))
    precondition(info == 0, "dpotri on something that is no factor")
  }

  /// Solves L x = b or Lᵀ x = b in place for `count` right sides of packed storage (leading dimension n).
  public static func solveTriangular(
    _ factor: UnsafePointer<Double>, order n: Int, transposed: Bool, _ b: UnsafeMutablePointer<Double>, count: Int = 1
  ) {
    guard n > 0, count > 0 else { return }
    if count == 1 {
      cblas_dtrsv(
        CblasColMajor, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, Int32(n), factor, Int32(n), b, 1)
    } else {
      cblas_dtrsm(
        CblasColMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, Int32(n),
        Int32(count), 1, factor, Int32(n), b, Int32(n))
    }
  }

  /// Solves with the leading `size` × `size` part of a factor whose storage has leading dimension `ld`.
  public static func solveLeading(
    _ factor: UnsafePointer<Double>, ld: Int, size: Int, transposed: Bool, _ b: UnsafeMutablePointer<Double>
  ) {
    guard size > 0 else { return }
    cblas_dtrsv(
      CblasColMajor, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, Int32(size), factor, Int32(ld), b,
      1)
  }

  /// log det A = 2 Σ log Lᵢᵢ.
  public var logDeterminant: Double {
    var sum = 0.0
    for i in 0..<order { sum += log(factor[i, i]) }
    return 2 * sum
  }

  /// A⁻¹ b.
  public func solve(_ b: [Double]) throws(LinearAlgebraError) -> [Double] {
    guard b.count == order else { throw .dimensionMismatch(expected: order, found: b.count) }
    var x = b
    factor.withUnsafeElements { l in
      guard let base = l.baseAddress else { return }
      Cholesky.solveTriangular(base, order: order, transposed: false, &x)
      Cholesky.solveTriangular(base, order: order, transposed: true, &x)
    }
    return x
  }

  /// A⁻¹ B for all columns of B.
  public func solve(_ b: Matrix) throws(LinearAlgebraError) -> Matrix {
    guard b.rows == order else { throw .dimensionMismatch(expected: order, found: b.rows) }
    var x = b
    factor.withUnsafeElements { l in
      x.withUnsafeMutableElements { right in
        guard let base = l.baseAddress, let target = right.baseAddress else { return }
        Cholesky.solveTriangular(base, order: order, transposed: false, target, count: b.columns)
        Cholesky.solveTriangular(base, order: order, transposed: true, target, count: b.columns)
      }
    }
    return x
  }

  /// A⁻¹, both triangles.
  public func inverse() -> Matrix {
    var result = factor
    result.withUnsafeMutableElements { a in
      guard let base = a.baseAddress else { return }
      Cholesky.invertInPlace(base, order: order)
    }
    result.mirrorLowerTriangle()
    return result
  }

  /// L⁻ᵀ: a T with T Tᵀ = A⁻¹, upper triangular.
  public func inverseRoot() -> Matrix {
    var result = Matrix.identity(order)
    factor.withUnsafeElements { l in
      result.withUnsafeMutableElements { target in
        guard let base = l.baseAddress, let right = target.baseAddress else { return }
        Cholesky.solveTriangular(base, order: order, transposed: true, right, count: order)
      }
    }
    return result
  }

  /// L z: turns standard normals into draws from N(0, A).
  public func multiplyFactor(_ z: [Double]) -> [Double] {
    precondition(z.count == order, "one number for each row")
    var x = z
    factor.withUnsafeElements { l in
      guard let base = l.baseAddress else { return }
      cblas_dtrmv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, Int32(order), base, Int32(order), &x, 1)
    }
    return x
  }

  /// L⁻ᵀ z: turns standard normals into draws from N(0, A⁻¹).
  public func solveTransposedFactor(_ z: [Double]) -> [Double] {
    precondition(z.count == order, "one number for each row")
    var x = z
    factor.withUnsafeElements { l in
      guard let base = l.baseAddress else { return }
      Cholesky.solveTriangular(base, order: order, transposed: true, &x)
    }
    return x
  }
}
