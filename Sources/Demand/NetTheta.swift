import Glibc

/// θ of negative binomial counts net of what the municipalities share.
///
/// A flow's regression knows no shared shocks: its θ takes what they scatter for clusters of each municipality. The simulation
/// draws shocks and clusters both, so that scatter would count twice. θ is estimated again with the shocks that the data tell
/// of in the means.
enum NetTheta {
  /// θ with the shared paths over θ without them, at least 1: both by maximum likelihood at the fitted means, so that what the
  /// restricted likelihood does for the regression's own θ stays.
  /// - Parameters:
  ///   - paths: logs by row of what is shared.
  ///   - theta: the regression's own, of a row.
  static func ratio(response: [Double], fitted: [Double], paths: [Double], theta: Double) -> Double {
    let plain = maximum(response, fitted, near: theta)
    let net = maximum(response, zip(fitted, paths).map { $0 * exp($1) }, near: theta)
    return max(1, net / plain)
  }

  private static let reach = log(100.0)

  /// Where the likelihood is highest within a factor of a hundred, by bisection on its slope.
  private static func maximum(_ response: [Double], _ means: [Double], near theta: Double) -> Double {
    var (low, high) = (log(theta) - reach, log(theta) + reach)
    for _ in 0..<20 {
      let middle = (low + high) / 2
      if slope(response, means, exp(middle)) > 0 { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }

  /// Derivative of the log-likelihood by θ.
  private static func slope(_ response: [Double], _ means: [Double], _ theta: Double) -> Double {
    var sum = 0.0
    for (y, mean) in zip(response, means) {
      let ratio = mean / theta
      // ln θ/(θ + μ) + 1 − (y + θ)/(θ + μ)
      sum += ratio / (1 + ratio) - log1p(ratio) - y / (theta + mean)
      var k = 0.0
      while k < y {
        sum += 1 / (theta + k)
        k += 1
      }
    }
    return sum
  }
}
