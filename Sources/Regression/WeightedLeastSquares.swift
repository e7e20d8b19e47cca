internal import Glibc
internal import LinearAlgebra

/// The step of an iteratively reweighted fit: least squares of a working response with weights.
///
/// QR for what fits easily; for large problems the normal equations of columns scaled to unit length, which fall back
/// to QR where they are close to singular.
struct WeightedLeastSquares {
  let design: Matrix
  /// Above this many entries the normal equations are used.
  static let largestForQR = 400_000
  private static let rankTolerance = 1e-10
  private var weighted: Matrix
  private var right: [Double]

  init(_ design: Matrix) {
    self.design = design
    weighted = design
    right = [Double](repeating: 0, count: design.rows)
  }

  struct Solution {
    /// NaN where aliased.
    let coefficients: [Double]
    /// (XᵀWX)⁻¹ of the kept columns.
    let covariance: Matrix
    let kept: [Int]
    let aliased: [Int]
  }

  /// Minimises Σ wᵢ (zᵢ - xᵢβ)².
  mutating func solve(_ z: [Double], weights: [Double]) throws(LinearAlgebraError) -> Solution {
    scale(z, weights)
    if design.rows * design.columns > WeightedLeastSquares.largestForQR, let solution = try normalEquations() {
      return solution
    }
    let qr = try PivotedQR(weighted, tolerance: WeightedLeastSquares.rankTolerance)
    return Solution(
      coefficients: try qr.solve(right), covariance: qr.covariance(), kept: qr.kept, aliased: qr.aliased)
  }

  private mutating func scale(_ z: [Double], _ weights: [Double]) {
    let (n, p) = (design.rows, design.columns)
    let roots = weights.map { $0.squareRoot() }
    for i in 0..<n { right[i] = z[i] * roots[i] }
    design.withUnsafeElements { source in
      weighted.withUnsafeMutableElements { target in
        for j in 0..<p {
          for i in 0..<n { target[i + j * n] = source[i + j * n] * roots[i] }
        }
      }
    }
  }

  /// Nil where the columns are so close to dependent that QR must judge.
  private func normalEquations() throws(LinearAlgebraError) -> Solution? {
    var cross = weighted.crossProduct()
    let p = cross.columns
    let lengths = (0..<p).map { cross[$0, $0].squareRoot() }
    guard lengths.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    for j in 0..<p {
      for i in 0..<p { cross[i, j] /= lengths[i] * lengths[j] }
    }
    guard let factor = try? Cholesky(cross) else { return nil }
    guard (0..<p).allSatisfy({ factor.factor[$0, $0] > 1e-5 }) else { return nil }
    let product = try weighted.multiplied(by: right, transposed: true)
    var x = try factor.solve(zip(product, lengths).map { $0 / $1 })
    for j in 0..<p { x[j] /= lengths[j] }
    var covariance = factor.inverse()
    for j in 0..<p {
      for i in 0..<p { covariance[i, j] /= lengths[i] * lengths[j] }
    }
    return Solution(coefficients: x, covariance: covariance, kept: Array(0..<p), aliased: [])
  }
}

extension Matrix {
  /// `self · coefficients`, NaN coefficients (aliased columns) counting as zero.
  func predictor(_ coefficients: [Double], offset: [Double]?) -> [Double] {
    let clean = coefficients.map { $0.isNaN ? 0 : $0 }
    guard var eta = try? multiplied(by: clean) else { preconditionFailure("one coefficient for each column") }
    if let offset { for i in eta.indices { eta[i] += offset[i] } }
    return eta
  }
}
