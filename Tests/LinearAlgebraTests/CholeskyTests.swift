import Glibc
import LinearAlgebra
import Testing

@Suite struct CholeskyTests {
  let matrix = Matrix(rowMajor: [[4, 2, 0.5], [2, 5, 1], [0.5, 1, 3]])

  @Test func solvesAndInverts() throws {
    let factor = try Cholesky(matrix)
    let x = try factor.solve([1, 2, 3])
    let back = try matrix.multiplied(by: x)
    for (a, b) in zip(back, [1.0, 2, 3]) { #expect(abs(a - b) < 1e-14) }
    let identity = try matrix.multiplied(by: factor.inverse())
    for i in 0..<3 { for j in 0..<3 { #expect(abs(identity[i, j] - (i == j ? 1 : 0)) < 1e-14) } }
    #expect(abs(factor.logDeterminant - log(44.75)) < 1e-14)
  }

  @Test func factorTurnsNormalsIntoBothCovariances() throws {
    let factor = try Cholesky(matrix)
    let z = [0.3, -1, 2]
    let there = factor.multiplyFactor(factor.solveTransposedFactor(z))
    let quadratic = zip(try matrix.multiplied(by: factor.solveTransposedFactor(z)), factor.solveTransposedFactor(z))
    #expect(abs(quadratic.reduce(0) { $0 + $1.0 * $1.1 } - z.reduce(0) { $0 + $1 * $1 }) < 1e-13)
    #expect(there.count == 3)
  }

  @Test func namesWhatIsWrong() {
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) {
      try Cholesky(Matrix(rowMajor: [[1, 2], [2, 1]]))
    }
    #expect(throws: LinearAlgebraError.nonFinite(row: 1, column: 0)) {
      try Cholesky(Matrix(rowMajor: [[1, 0], [.nan, 1]]))
    }
    #expect(throws: LinearAlgebraError.dimensionMismatch(expected: 1, found: 2)) {
      try Cholesky(Matrix(rows: 1, columns: 2))
    }
  }
}
