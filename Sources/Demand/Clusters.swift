import Glibc
import Probability

/// Clusters whose sizes follow the logarithmic series, so that counts are negative binomial. Quenouille, Biometrics 5 (1949).
enum Clusters {
  /// Expected number of clusters of a mean count: θ ln(1 + μ/θ).
  @inline(__always)
  static func expected(mean: Double, theta: Double, inverse: Double) -> Double {
    let x = mean * inverse
    return x < 1 ? 2 * theta * series(x) : theta * log1p(x)
  }

  /// Turns mean counts into expected clusters, in place.
  static func expect(_ means: UnsafeMutablePointer<Double>, count: Int, theta: Double) {
    let inverse = 1 / theta
    var largest = 0.0
    for t in 0..<count { largest = max(largest, means[t]) }
    guard largest * inverse < 1 else {
      for t in 0..<count { means[t] = expected(mean: means[t], theta: theta, inverse: inverse) }
      return
    }
    for t in 0..<count { means[t] = 2 * theta * series(means[t] * inverse) }
  }

  /// ½ ln(1 + x) = artanh(z) with z = x/(2 + x) by its series, 0 ≤ x < 1: the first term left out is under 2e-8 of the sum.
  @inline(__always)
  private static func series(_ x: Double) -> Double {
    let z = x / (2 + x)
    let q = z * z
    return z * (1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13)))))))
  }

  /// The size of one cluster.
  @inline(__always)
  static func size(mean: Double, theta: Double, stream: inout CounterStream) -> Int {
    let p = min(mean / (mean + theta), 1 - 1e-9)
    return p < 1e-9 ? 1 : stream.nextLogSeries(p)
  }
}
