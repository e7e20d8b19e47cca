internal import Glibc
internal import Probability

/// Maximum likelihood of the negative binomial's theta for given means, by Newton steps on log θ.
struct NegativeBinomialTheta {
  /// Above this the model is a Poisson one.
  static let upperBound = 1e8
  private let y: [Double]
  private let weights: [Double]
  /// Total weight of each count up to the largest; ψ(y + θ) is needed once per count, not per row.
  private var histogram: [Double]
  private let isWeighted: Bool

  init(_ data: ResponseData) { self.init(y: data.y, weights: data.totalWeights) }

  init(y: [Double], weights: [Double]) {
    self.y = y
    self.weights = weights
    isWeighted = weights.contains { $0 != 1 }
    let top = min(y.max() ?? 0, 1e6)
    histogram = [Double](repeating: 0, count: Int(top) + 1)
    for i in y.indices where y[i] <= top { histogram[Int(y[i])] += weights[i] }
  }

  /// Moment estimate from the Pearson excess over a Poisson fit.
  func momentStart(_ mean: [Double]) -> Double {
    var (excess, square) = (0.0, 0.0)
    for i in y.indices {
      let r = (y[i] - mean[i]) / mean[i]
      excess += weights[i] * (r * r - 1 / mean[i])
      square += weights[i]
    }
    guard excess > 0 else { return 1e3 }
    return min(max(square / excess, 1e-3), 1e5)
  }

  /// `steps` limits the Newton steps; the result is then on the way to the maximum.
  func maximise(start: Double, mean: [Double], steps: Int = 200) -> Double {
    var logTheta = log(start)
    var (low, high) = (log(1e-8), log(NegativeBinomialTheta.upperBound))
    for _ in 0..<steps {
      let theta = exp(logTheta)
      let (score, curvature) = derivatives(theta, mean)
      if score > 0 { low = logTheta } else { high = logTheta }
      var step = curvature < 0 ? -score / curvature : (score > 0 ? 1 : -1)
      step = min(max(step, -3), 3)
      var next = logTheta + step
      if next <= low || next >= high { next = 0.5 * (low + high) }
      if abs(next - logTheta) < 1e-14 * max(1, abs(logTheta)) || high - low < 1e-14 {
        logTheta = next
        break
      }
      logTheta = next
    }
    let isAtBound = log(NegativeBinomialTheta.upperBound) - logTheta < 0.01
    return isAtBound ? NegativeBinomialTheta.upperBound : exp(logTheta)
  }

  /// Standard error of log θ from the observed information with the means held, as MASS's `theta.ml`; NaN where the
  /// likelihood is not concave there.
  func logStandardError(_ theta: Double, mean: [Double]) -> Double {
    1 / (-derivatives(theta, mean).1).squareRoot()
  }

  /// First and second derivative of the log-likelihood in log θ.
  private func derivatives(_ theta: Double, _ mean: [Double]) -> (Double, Double) {
    // ψ(y+θ) - ψ(θ) = Σ_{j<y} 1/(θ+j): sums over the histogram.
    var (first, second, g, h) = (0.0, 0.0, 0.0, 0.0)
    for k in histogram.indices {
      if histogram[k] > 0 {
        first += histogram[k] * g
        second -= histogram[k] * h
      }
      let r = 1 / (theta + Double(k))
      g += r
      h += r * r
    }
    let inverseTheta = 1 / theta
    var logs = LogOnePlusSum()
    for i in y.indices {
      let (r, w) = (1 / (theta + mean[i]), weights[i])
      first += w * (mean[i] - y[i]) * r
      second += w * (mean[i] * inverseTheta * r + (y[i] - mean[i]) * r * r)
      if isWeighted { first -= w * log1p(mean[i] * inverseTheta) } else { logs.add(mean[i] * inverseTheta) }
    }
    first -= logs.value
    return (theta * first, theta * first + theta * theta * second)
  }
}
