import LinearAlgebra
import Testing

@Suite struct PivotedQRTests {
  /// Well-conditioned 4 × 2: both routes keep 13 digits.
  @Test func agreesWithCholesky() throws {
    let x = Matrix(rowMajor: [[1, 1], [1, 2], [1, 4], [1, 7]])
    let y = [1.0, 2, 2, 5]
    let byQR = try PivotedQR(x).solve(y)
    let factor = try Cholesky(x.crossProduct())
    let byCholesky = try factor.solve(try x.multiplied(by: y, transposed: true))
    for (a, b) in zip(byQR, byCholesky) { #expect(abs(a - b) < 1e-13) }
    let covariance = try PivotedQR(x).covariance()
    for i in 0..<2 { for j in 0..<2 { #expect(abs(covariance[i, j] - factor.inverse()[i, j]) < 1e-13) } }
    #expect(abs(try PivotedQR(x).leverages().reduce(0, +) - 2) < 1e-13)
  }

  @Test func laterColumnsAreAliased() throws {
    let a = [1.0, 2, 3, 4]
    let b = [1.0, 0, 0, 1]
    let sum = zip(a, b).map { 1e6 * ($0 + $1) }
    let qr = try PivotedQR(Matrix(columns: [a, b, sum, [0, 0, 1, 0]]))
    #expect(qr.rank == 3)
    #expect(qr.aliased == [2])
    #expect(try qr.solve([1, 1, 1, 1])[2].isNaN)
  }

  @Test func rankDoesNotDependOnUnits() throws {
    let qr = try PivotedQR(Matrix(columns: [[1, 1, 1], [1e-12, 2e-12, 4e-12], [1e15, 0, 0]]))
    #expect(qr.rank == 3)
  }

  @Test func extendedKeepsTwentyDigitsOfAHilbertProblem() throws {
    // Hilbert columns of order 8 (condition 1.5e10) with the exact solution of ones, y rounded to doubles: the
    // solution is right to about 16 - 10 digits whatever is done, the residual to all.
    let design = (0..<8).map { j in (0..<8).map { i in DoubleDouble(1) / DoubleDouble(Double(i + j + 1)) } }
    let y = (0..<8).map { i in (0..<8).reduce(DoubleDouble.zero) { $0 + design[$1][i] }.high }.map { DoubleDouble($0) }
    let fit = try ExtendedLeastSquares(design: design, response: y)
    for value in fit.coefficients { #expect(abs(value - 1) < 1e-5) }
    #expect(fit.residualSumOfSquares < 1e-40)
  }
}
