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

/// A family with its link, row by row; loops over it are specialised once per column.
protocol RowKernel {
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue
  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes
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
  let logTheta: Double

  @inline(__always)
  func value(_ y: Double, _ trials: Double, _ eta: Double) -> RowValue {
    let mean = exp(eta)
    let inverse = 1 / (theta + mean)
    let score = theta * (y - mean) * inverse
    let information = (y + theta) * mean * theta * inverse * inverse
    // (y + θ) log(1 + μ/θ) instead of (y + θ) log(θ + μ): no cancellation for large θ.
    return RowValue(
      logLikelihood: y * (eta - logTheta) - (y + theta) * logOnePlus(mean / theta), score: score, information: information)
  }

  @inline(__always)
  func slopes(_ y: Double, _ trials: Double, _ eta: Double) -> RowSlopes {
    let mean = exp(eta)
    let inverse = 1 / (theta + mean)
    let information = (y + theta) * mean * theta * inverse * inverse
    return RowSlopes(
      information: information * (theta - mean) * inverse,
      likelihoodInParameter: theta * ((mean - y) * inverse - logOnePlus(mean / theta)),
      scoreInParameter: theta * (y - mean) * mean * inverse * inverse,
      informationInParameter: information * (theta / (y + theta) + 1 - 2 * theta * inverse))
  }
}

/// log(1 + x) for x ≥ 0: the slower `log1p` only where it is needed.
@inline(__always)
private func logOnePlus(_ x: Double) -> Double { x < 1e-2 ? log1p(x) : log(1 + x) }

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
