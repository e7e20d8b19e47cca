internal import COpenBLAS

/// Eigenvalues (ascending) and orthonormal eigenvectors (columns, same order) of a symmetric matrix. LAPACK dsyevr.
public struct SymmetricEigen: Sendable {
  public let values: [Double]
  public let vectors: Matrix

  /// Reads the lower triangle of `matrix`. Throws `dimensionMismatch`, `nonFinite`, `didNotConverge`.
  public init(_ matrix: Matrix) throws(LinearAlgebraError) {
    LinearAlgebra.start()
    let n = matrix.rows
    guard n == matrix.columns else { throw .dimensionMismatch(expected: n, found: matrix.columns) }
    try matrix.requireFinite()
    var a = matrix
    var vectors = Matrix(rows: n, columns: n)
    var values = [Double](repeating: 0, count: n)
    guard n > 0 else {
      self.values = values
      self.vectors = vectors
      return
    }
    var support = [Int32](repeating: 0, count: 2 * n)
    var found: Int32 = 0
    let info = a.withUnsafeMutableElements { storage in
      vectors.withUnsafeMutableElements { z in
        LAPACKE_dsyevr(
          LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "A")), CChar(UInt8(ascii: "L")), Int32(n),
          storage.baseAddress, Int32(n), 0, 0, 0, 0, 0, &found, &values, z.baseAddress, Int32(n), &support)
      }
    }
    precondition(info >= 0, "dsyevr got a wrong argument")
    if info > 0 { throw .didNotConverge(info: Int(info)) }
    self.values = values
    self.vectors = vectors
  }
}
