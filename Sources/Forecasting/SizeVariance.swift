internal import Glibc

/// Variances of many series drawn towards a common curve of size: a + b / size, as small counts move more.
struct SizeVariance {
  private let constant: Double
  private let bySize: Double

  /// Iterated weighted least squares of squared errors on 1 and 1/size, both coefficients at or above 0; the weights are
  /// those of the fit before.
  ///
  /// - Parameters:
  ///   - variances: at or above 0; NaN where a series has none.
  ///   - sizes: mean level of each series, above 0.
  init(variances: [Double], sizes: [Double]) {
    let known = variances.indices.filter { variances[$0].isFinite }
    // A Poisson count's log varies by 1 / mean: all that is known without a single change.
    guard !known.isEmpty else {
      (constant, bySize) = (0, 1)
      return
    }
    var (level, slope) = (known.reduce(0) { $0 + variances[$1] } / Double(known.count), 0.0)
    for _ in 0..<5 {
      var (s0, s1, s2, t0, t1) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for index in known {
        let x = 1 / sizes[index]
        let expected = max(level + slope * x, 1e-9)
        let weight = 1 / (expected * expected)
        s0 += weight
        s1 += weight * x
        s2 += weight * x * x
        t0 += weight * variances[index]
        t1 += weight * x * variances[index]
      }
      let determinant = s0 * s2 - s1 * s1
      guard determinant > 1e-12 * s0 * s2 else { break }
      (level, slope) = ((s2 * t0 - s1 * t1) / determinant, (s0 * t1 - s1 * t0) / determinant)
      if slope < 0 { (level, slope) = (t0 / s0, 0) }
      if level < 0 { (level, slope) = (0, t1 / s2) }
    }
    (constant, bySize) = (level, slope)
  }

  func expected(size: Double) -> Double { max(constant + bySize / size, 1e-9) }

  /// The curve's value and the series' own, weighted by `priorSize` and the effective number of observations behind it.
  func shrunk(_ variance: Double, observations: Double, size: Double, priorSize: Double) -> Double {
    guard variance.isFinite else { return expected(size: size) }
    return (priorSize * expected(size: size) + observations * variance) / (priorSize + observations)
  }
}
