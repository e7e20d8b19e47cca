internal import LinearAlgebra

/// What is known of a fit's coefficients beyond their values: the covariance that errors of predictions come from.
enum Posterior: Sendable {
  /// (XᵀWX)⁻¹ of the kept columns, and the dispersion that it is multiplied by.
  case normal(covariance: Matrix, scale: Double, kept: [Int])
  case mixed(MixedPosterior)

  /// The design's columns that have a coefficient.
  var kept: [Int] {
    switch self {
    case .normal(_, _, let kept): kept
    case .mixed(let mixed): mixed.kept
    }
  }

  /// Covariance of `count` coefficients; NaN where aliased.
  func coefficientCovariance(count: Int) -> Matrix {
    var result = Matrix(rows: count, columns: count, repeating: .nan)
    for (a, i) in kept.enumerated() {
      for (b, j) in kept.enumerated() where j >= i {
        let value: Double
        switch self {
        case .normal(let covariance, let scale, _): value = scale * covariance[a, b]
        case .mixed(let mixed): value = mixed.fixedCovariance(a, b)
        }
        result[i, j] = value
        result[j, i] = value
      }
    }
    return result
  }
}

/// The joint posterior of a mixed fit, with the places of the design's kept columns in it.
struct MixedPosterior: Sendable {
  let fit: FittedPenalizedGLM
  /// Fixed column k of the fit is column `kept[k]` of the design.
  let kept: [Int]

  func fixedCovariance(_ a: Int, _ b: Int) -> Double {
    fit.fixedCovariance[a, b]
  }
}
