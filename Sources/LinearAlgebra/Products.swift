internal import COpenBLAS

extension Matrix {
  /// `self · other`, or with either operand transposed. O(m n k), BLAS dgemm.
  public func multiplied(
    by other: Matrix, transposed: Bool = false, otherTransposed: Bool = false
  ) throws(LinearAlgebraError) -> Matrix {
    LinearAlgebra.start()
    let (m, inner) = transposed ? (columns, rows) : (rows, columns)
    let (otherInner, n) = otherTransposed ? (other.columns, other.rows) : (other.rows, other.columns)
    guard inner == otherInner else { throw .dimensionMismatch(expected: inner, found: otherInner) }
    var result = Matrix(rows: m, columns: n)
    guard m > 0, n > 0, inner > 0 else { return result }
    result.withUnsafeMutableElements { c in
      withUnsafeElements { a in
        other.withUnsafeElements { b in
          cblas_dgemm(
            CblasColMajor, transposed ? CblasTrans : CblasNoTrans, otherTransposed ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(inner), 1, a.baseAddress, Int32(rows), b.baseAddress, Int32(other.rows), 0,
            c.baseAddress, Int32(m))
        }
      }
    }
    return result
  }

  /// `self · x`, or `selfᵀ · x`. BLAS dgemv.
  public func multiplied(by x: [Double], transposed: Bool = false) throws(LinearAlgebraError) -> [Double] {
    LinearAlgebra.start()
    let expected = transposed ? rows : columns
    guard x.count == expected else { throw .dimensionMismatch(expected: expected, found: x.count) }
    var y = [Double](repeating: 0, count: transposed ? columns : rows)
    guard rows > 0, columns > 0 else { return y }
    withUnsafeElements { a in
      cblas_dgemv(
        CblasColMajor, transposed ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), 1, a.baseAddress,
        Int32(rows), x, 1, 0, &y, 1)
    }
    return y
  }

  /// `selfᵀ · self`, both triangles filled. BLAS dsyrk.
  public func crossProduct() -> Matrix {
    LinearAlgebra.start()
    var result = Matrix(rows: columns, columns: columns)
    guard rows > 0, columns > 0 else { return result }
    result.withUnsafeMutableElements { c in
      withUnsafeElements { a in
        cblas_dsyrk(
          CblasColMajor, CblasLower, CblasTrans, Int32(columns), Int32(rows), 1, a.baseAddress, Int32(rows), 0,
          c.baseAddress, Int32(columns))
      }
    }
    result.mirrorLowerTriangle()
    return result
  }
}

/// BLAS kernels on bare column-major storage, for inner loops that own their workspaces. No size is checked.
public enum Kernels {
  /// Lower triangle of `c` (order n, leading dimension `ldc`) += alpha · a aᵀ with `a` n × k, leading dimension `lda`.
  public static func addOuterProduct(
    _ a: UnsafePointer<Double>, rows n: Int, columns k: Int, lda: Int, alpha: Double,
    into c: UnsafeMutablePointer<Double>, ldc: Int
  ) {
    cblas_dsyrk(
      CblasColMajor, CblasLower, CblasNoTrans, Int32(n), Int32(k), alpha, a, Int32(lda), 1, c, Int32(ldc))
  }

  /// `c` (m × n) = beta · c + alpha · a bᵀ with `a` m × k and `b` n × k, all packed by columns.
  public static func multiplyTransposed(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, m: Int, n: Int, k: Int, alpha: Double, beta: Double,
    into c: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemm(
      CblasColMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), alpha, a, Int32(m), b, Int32(n), beta, c,
      Int32(m))
  }

  /// `y` (`columns` numbers) = aᵀ x with `a` `rows` × `columns`, packed by columns.
  public static func multiplyTransposed(
    _ a: UnsafePointer<Double>, rows m: Int, columns n: Int, by x: UnsafePointer<Double>,
    into y: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemv(CblasColMajor, CblasTrans, Int32(m), Int32(n), 1, a, Int32(m), x, 1, 0, y, 1)
  }

  /// X := X L⁻¹ with `x` `rows` × n packed by columns and L the lower triangle of packed `l` (order n).
  public static func solveRightLower(
    _ l: UnsafePointer<Double>, order n: Int, _ x: UnsafeMutablePointer<Double>, rows: Int
  ) {
    guard n > 0, rows > 0 else { return }
    cblas_dtrsm(
      CblasColMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, Int32(rows), Int32(n), 1, l, Int32(n), x,
      Int32(rows))
  }

  /// `c` (m × n) = a b with `a` m × k and `b` k × n, all packed by columns.
  public static func multiply(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, m: Int, n: Int, k: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemm(
      CblasColMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(m), b, Int32(k), 0, c,
      Int32(m))
  }

  /// `c` (m × n) = a b with `a` m × k and `distance` between its columns, `b` k × n and `c` packed by columns.
  public static func multiply(
    _ a: UnsafePointer<Double>, distance: Int, _ b: UnsafePointer<Double>, m: Int, n: Int, k: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    cblas_dgemm(
      CblasColMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(distance), b, Int32(k), 0, c,
      Int32(m))
  }

  /// Lower triangle of `c` (packed, order n) = aᵀ a with `a` m × n and `distance` between its columns.
  public static func crossProduct(
    _ a: UnsafePointer<Double>, rows m: Int, columns n: Int, distance: Int, into c: UnsafeMutablePointer<Double>
  ) {
    guard n > 0 else { return }
    cblas_dsyrk(CblasColMajor, CblasLower, CblasTrans, Int32(n), Int32(m), 1, a, Int32(distance), 0, c, Int32(n))
  }

  /// Σ aᵢ bᵢ of equally long columns.
  public static func dot(_ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>) -> Double {
    cblas_ddot(Int32(a.count), a.baseAddress, 1, b.baseAddress, 1)
  }
}
