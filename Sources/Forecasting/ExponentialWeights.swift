internal import Glibc

/// Weights of past changes that fade by `decay` a period, over those that are known.
struct ExponentialWeights {
  let decay: Double

  /// Weighted mean, and the number of equal observations that would be as sure (Kish's effective size); 0 and 0 without any.
  func mean(_ values: [Double]) -> (mean: Double, size: Double) {
    var (sum, weights, squares, weight) = (0.0, 0.0, 0.0, 1.0)
    for value in values.reversed() {
      if !value.isNaN {
        sum += weight * value
        weights += weight
        squares += weight * weight
      }
      weight *= decay
    }
    return weights > 0 ? (sum / weights, weights * weights / squares) : (0, 0)
  }
}
