internal import Glibc
internal import Probability

/// A row's log-likelihood (without terms free of η) with its derivatives in η, for a prior weight of one.
struct RowValue {
  var logLikelihood: Double
  var score: Double
  /// Minus the second derivative: the observed information.
  var information: Double
}

/// What the gradient of a Laplace criterion needs beyond that; τ is log θ, or the logarithm of the Gaussian variance.
struct RowSlopes {
  /// dw/dη
  var information: Double
  /// dℓ/dτ, ds/dτ and dw/dτ at fixed η.
  var likelihoodInParameter: Double
  var scoreInParameter: Double
  var informationInParameter: Double
}

/// What rows hold that does not change: successes, counts or values; trials; prior weights.
struct RowPointers {
  let y: UnsafePointer<Double>
  let trials: UnsafePointer<Double>
  let weights: UnsafePointer<Double>
  /// Whether any weight is not one.
  let isWeighted: Bool
}

/// A family with its link, row by row; loops over it are specialised once per column.
protocol RowKernel {
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue
  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes

  /// Score and information of some rows, times their weights; returns the sum of their log-likelihood.
  func fill(
    _ rows: Range<Int>, _ data: RowPointers, _ eta: UnsafePointer<Double>, score: UnsafeMutablePointer<Double>,
    information: UnsafeMutablePointer<Double>
  ) -> Double

  /// ½ h dw/dη and ds/dτ of some rows, times their weights; returns the sum of -dℓ/dτ + ½ h dw/dτ.
  func fillSlopes(
    _ rows: Range<Int>, _ data: RowPointers, _ eta: UnsafePointer<Double>, leverage: UnsafePointer<Double>,
    information: UnsafeMutablePointer<Double>, score: UnsafeMutablePointer<Double>
  ) -> Double
}

extension RowKernel {
  @inline(__always)
  func fill(
    _ rows: Range<Int>, _ data: RowPointers, _ eta: UnsafePointer<Double>, score: UnsafeMutablePointer<Double>,
    information: UnsafeMutablePointer<Double>
  ) -> Double {
    var sum = 0.0
    for i in rows {
      let (row, w) = (value(data.y[i], data.trials[i], eta[i]), data.weights[i])
      sum += w * row.logLikelihood
      score[i] = w * row.score
      information[i] = w * row.information
    }
    return sum
  }

  @inline(__always)
  func fillSlopes(
    _ rows: Range<Int>, _ data: RowPointers, _ eta: UnsafePointer<Double>, leverage: UnsafePointer<Double>,
    information: UnsafeMutablePointer<Double>, score: UnsafeMutablePointer<Double>
  ) -> Double {
    var sum = 0.0
    for i in rows {
      let (row, w) = (slopes(data.y[i], data.trials[i], eta[i]), data.weights[i])
      let half = 0.5 * leverage[i] * w
      information[i] = half * row.information
      score[i] = w * row.scoreInParameter
      sum += half * row.informationInParameter - w * row.likelihoodInParameter
    }
    return sum
  }
}

struct PoissonKernel: RowKernel {
  @inline(__always)
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue {
    let mean = exp(eta)
    return RowValue(logLikelihood: y * eta - mean, score: y - mean, information: mean)
  }

  @inline(__always)
  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes {
    RowSlopes(information: exp(eta), likelihoodInParameter: 0, scoreInParameter: 0, informationInParameter: 0)
  }
}

/// Terms of ψ and log Γ are summed over a histogram of counts elsewhere (`CountConstants`).
struct NegativeBinomialKernel: RowKernel {
  let theta: Double
  private let logTheta: Double
  private let inverseTheta: Double

  init(theta: Double) {
    self.theta = theta
    logTheta = log(theta)
    inverseTheta = 1 / theta
  }

  @inline(__always)
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue {
    let mean = exp(eta)
    let (score, information) = derivatives(y, mean)
    // (y + θ) log(1 + μ/θ) instead of (y + θ) log(θ + μ): no cancellation for large θ.
    return RowValue(
      logLikelihood: y * (eta - logTheta) - (y + theta) * logOnePlus(mean * inverseTheta), score: score, information: information)
  }

  @inline(__always)
  private func derivatives(_ y: Double, _ mean: Double) -> (score: Double, information: Double) {
    let inverse = theta / (theta + mean)
    return ((y - mean) * inverse, (y + theta) * mean * inverse * inverse * inverseTheta)
  }

  @inline(__always)
  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes {
    var slopes = slopesWithoutLog(y, exp(eta))
    slopes.likelihoodInParameter -= theta * logOnePlus(exp(eta) * inverseTheta)
    return slopes
  }

  /// The likelihood's slope lacks -θ log(1 + μ/θ).
  @inline(__always)
  private func slopesWithoutLog(_ y: Double, _ mean: Double) -> RowSlopes {
    let inverse = theta / (theta + mean)
    let ratio = mean * inverseTheta
    let information = (y + theta) * mean * inverse * inverse * inverseTheta
    let score = (y - mean) * inverse
    return RowSlopes(
      information: information * (1 - ratio) * inverse, likelihoodInParameter: -score,
      scoreInParameter: score * ratio * inverse, informationInParameter: information * (theta / (y + theta) + 1 - 2 * inverse))
  }

  /// The logarithms of many rows are taken together.
  @inline(__always)
  func fill(
    _ rows: Range<Int>, _ data: RowPointers, _ eta: UnsafePointer<Double>, score: UnsafeMutablePointer<Double>,
    information: UnsafeMutablePointer<Double>
  ) -> Double {
    var sum = 0.0
    if data.isWeighted {
      for i in rows {
        let (row, w) = (value(data.y[i], 1, eta[i]), data.weights[i])
        sum += w * row.logLikelihood
        score[i] = w * row.score
        information[i] = w * row.information
      }
      return sum
    }
    var (logs, timesCount) = (LogOnePlusSum(), LogOnePlusSum())
    for i in rows {
      let (y, mean) = (data.y[i], exp(eta[i]))
      let (first, second) = derivatives(y, mean)
      score[i] = first
      information[i] = second
      let ratio = mean * inverseTheta
      logs.add(ratio)
      if y > 0 {
        sum += y * (eta[i] - logTheta)
        timesCount.add(ratio, times: y)
      }
    }
    return sum - theta * logs.value - timesCount.value
  }

  @inline(__always)
  func fillSlopes(
    _ rows: Range<Int>, _ data: RowPointers, _ eta: UnsafePointer<Double>, leverage: UnsafePointer<Double>,
    information: UnsafeMutablePointer<Double>, score: UnsafeMutablePointer<Double>
  ) -> Double {
    var (sum, weighted) = (0.0, 0.0)
    var logs = LogOnePlusSum()
    for i in rows {
      let (mean, w) = (exp(eta[i]), data.weights[i])
      let row = slopesWithoutLog(data.y[i], mean)
      let half = 0.5 * leverage[i] * w
      information[i] = half * row.information
      score[i] = w * row.scoreInParameter
      sum += half * row.informationInParameter - w * row.likelihoodInParameter
      if data.isWeighted { weighted += w * logOnePlus(mean * inverseTheta) } else { logs.add(mean * inverseTheta) }
    }
    return sum + theta * (data.isWeighted ? weighted : logs.value)
  }
}

/// log(1 + x) for x ≥ 0: the slower `log1p` only where it is needed.
@inline(__always)
private func logOnePlus(_ x: Double) -> Double { x < 1e-2 ? log1p(x) : log(1 + x) }

/// Σ log(1 + x) over many x ≥ 0 with few logarithms: that of a product, and a series for small x.
struct LogOnePlusSum {
  private var product = 1.0
  private var sum = 0.0

  var value: Double { sum + log(product) }

  @inline(__always)
  mutating func add(_ x: Double) {
    if x < 1e-2 {
      sum += Self.series(x)
    } else if x < 1e30 {
      product *= 1 + x
      if product > 1e270 {
        sum += log(product)
        product = 1
      }
    } else {
      sum += log(x)
    }
  }

  /// The same for a whole number of times; small numbers of them without a logarithm.
  @inline(__always)
  mutating func add(_ x: Double, times count: Double) {
    if count <= 4, x >= 1e-2 {
      for _ in 0..<Int(count) { add(x) }
    } else {
      sum += count * logOnePlus(x)
    }
  }

  /// x - x²/2 + … - x⁸/8: below 1e-2 the rest is less than 2e-17 of it.
  @inline(__always)
  private static func series(_ x: Double) -> Double {
    let tail = x * (1.0 / 5 - x * (1.0 / 6 - x * (1.0 / 7 - x * (1.0 / 8))))
    return x * (1 - x * (1.0 / 2 - x * (1.0 / 3 - x * (1.0 / 4 - tail))))
  }
}

struct GaussianKernel: RowKernel {
  let variance: Double
  let constant: Double

  init(variance: Double) {
    self.variance = variance
    constant = 0.5 * log(2 * .pi * variance)
  }

  @inline(__always)
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue {
    let r = y - eta
    // The constant is -½ log(2πφ) per row, not per unit of weight: added elsewhere.
    return RowValue(logLikelihood: -0.5 * r * r / variance, score: r / variance, information: 1 / variance)
  }

  @inline(__always)
  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes {
    let r = y - eta
    return RowSlopes(
      information: 0, likelihoodInParameter: 0.5 * r * r / variance, scoreInParameter: -r / variance,
      informationInParameter: -1 / variance)
  }
}

struct LogitKernel: RowKernel {
  @inline(__always)
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue {
    let e = exp(-abs(eta))
    let p = eta >= 0 ? 1 / (1 + e) : e / (1 + e)
    let softplus = max(eta, 0) + log1p(e)
    return RowValue(
      logLikelihood: y * eta - trials * softplus, score: y - trials * p,
      information: trials * e / ((1 + e) * (1 + e)))
  }

  @inline(__always)
  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes {
    let e = exp(-abs(eta))
    let p = eta >= 0 ? 1 / (1 + e) : e / (1 + e)
    return RowSlopes(
      information: trials * e / ((1 + e) * (1 + e)) * (1 - 2 * p), likelihoodInParameter: 0, scoreInParameter: 0,
      informationInParameter: 0)
  }
}

struct ProbitKernel: RowKernel {
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue {
    let (a, b) = (Normal.hazardBelow(eta), Normal.hazardBelow(-eta))
    let failures = trials - y
    let likelihood =
      (y > 0 ? y * Normal.logCumulative(eta) : 0) + (failures > 0 ? failures * Normal.logCumulative(-eta) : 0)
    return RowValue(
      logLikelihood: likelihood, score: y * a - failures * b,
      information: y * a * (eta + a) + failures * b * (b - eta))
  }

  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes {
    let (a, b) = (Normal.hazardBelow(eta), Normal.hazardBelow(-eta))
    let (sa, sb) = (eta + a, b - eta)
    let success = a - a * sa * sa - a * a * sa
    let failure = b * sb * sb + b * b * sb - b
    return RowSlopes(
      information: y * success + (trials - y) * failure, likelihoodInParameter: 0, scoreInParameter: 0,
      informationInParameter: 0)
  }
}

struct CloglogKernel: RowKernel {
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue {
    let t = exp(min(eta, 700))
    let q = t < 1e-300 ? 1 : t / expm1(t)
    let failures = trials - y
    let likelihood = (y > 0 ? y * log(max(-expm1(-t), Double.leastNormalMagnitude)) : 0) - failures * t
    return RowValue(
      logLikelihood: likelihood, score: y * q - failures * t,
      information: max(y * q * (t + q - 1), 0) + failures * t)
  }

  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes {
    let t = exp(min(eta, 700))
    let q = t < 1e-300 ? 1 : t / expm1(t)
    let rest = 1 - t - q
    let slope = q * rest
    let success = -(slope * rest + q * (-t - slope))
    return RowSlopes(
      information: y * success + (trials - y) * t, likelihoodInParameter: 0, scoreInParameter: 0,
      informationInParameter: 0)
  }
}
