import LinearAlgebra
import Testing

@Suite struct RefinedLeastSquaresTests {
  /// Powers 0...degree of 400 numbers in [-1, 3], exact to 32 digits.
  private func powers(_ degree: Int) -> [[DoubleDouble]] {
    let x = (0..<400).map { DoubleDouble(Double($0) / 100 - 1) }
    return (0...degree).map { k in x.map { $0.power(k) } }
  }

  private func rows(_ piece: Int, of pieces: Int, _ design: [[DoubleDouble]], _ y: [DoubleDouble], _ w: [Double]?)
    -> RefinedLeastSquares.Rows
  {
    let range = (y.count * piece / pieces)..<(y.count * (piece + 1) / pieces)
    return RefinedLeastSquares.Rows(
      design: design.map { Array($0[range]) }, response: Array(y[range]), weights: w.map { Array($0[range]) })
  }

  /// Against Householder in double-double, an independent route. Both are rounded to doubles at the end: 14 digits of
  /// coefficients and errors are asked although the condition of degree 12 costs doubles some 7 of 16.
  @Test(arguments: [false, true])
  func agreesWithTheFactorisation(_ isWeighted: Bool) throws {
    let design = powers(12)
    let y = (0..<400).map { DoubleDouble(Double(($0 * 37) % 101) / 7) }
    let weights = isWeighted ? (0..<400).map { Double($0 % 4) } : nil
    let roots = (weights ?? [Double](repeating: 1, count: 400)).map { $0.squareRoot() }
    let matrix = Matrix(columns: design.map { column in zip(column, roots).map { $0.high * $1 } })
    let root = try PivotedQR(matrix, tolerance: 1e-13).inverseRoot()
    let refined = try RefinedLeastSquares(root: root, pieces: 3) { rows($0, of: 3, design, y, weights) }
    let exact = try ExtendedLeastSquares(design: design, response: y, weights: weights)
    let covariance = refined.inverseRoot.transposed.crossProduct()
    for j in 0..<13 {
      #expect(abs(refined.coefficients[j] / exact.coefficients[j] - 1) < 1e-14)
      #expect(abs(covariance[j, j] / exact.covariance[j, j] - 1) < 1e-13)
    }
    #expect(abs(refined.residualSumOfSquares / exact.residualSumOfSquares - 1) < 1e-14)
    for i in 0..<400 { #expect(abs(refined.residuals[i] - exact.residuals[i]) < 1e-13) }
    #expect(refined.steps < 5)
  }

  /// No residual at all: nothing to divide by, and still a result.
  @Test func exactFitsEnd() throws {
    let design = powers(5)
    let y = (0..<400).map { i in design.reduce(DoubleDouble.zero) { $0 + $1[i] } }
    let root = try PivotedQR(Matrix(columns: design.map { $0.map(\.high) })).inverseRoot()
    let fit = try RefinedLeastSquares(root: root, pieces: 1) { rows($0, of: 1, design, y, nil) }
    for value in fit.coefficients { #expect(abs(value - 1) < 1e-15) }
    #expect(fit.residualSumOfSquares < 1e-50)
    let nothing = [DoubleDouble](repeating: .zero, count: 400)
    #expect(
      try RefinedLeastSquares(root: root, pieces: 2) { rows($0, of: 2, design, nothing, nil) }.coefficients
        == [Double](repeating: 0, count: 6))
  }
}
