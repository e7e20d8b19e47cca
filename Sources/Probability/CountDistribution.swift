internal import Glibc

/// A distribution of whole numbers from 0: what counts are compared with.
public enum CountDistribution: Hashable, Sendable {
  /// Mean ≥ 0.
  case poisson(mean: Double)
  /// Mean ≥ 0, variance μ + μ²/θ with θ > 0.
  case negativeBinomial(mean: Double, theta: Double)
  /// Whole trials ≥ 0, probability from 0 to 1.
  case binomial(trials: Double, probability: Double)

  public var mean: Double {
    switch self {
    case .poisson(let mean), .negativeBinomial(let mean, _): mean
    case .binomial(let trials, let probability): trials * probability
    }
  }

  public var variance: Double {
    switch self {
    case .poisson(let mean): mean
    case .negativeBinomial(let mean, let theta): mean + mean * mean / theta
    case .binomial(let trials, let probability): trials * probability * (1 - probability)
    }
  }

  /// log P(X = k); -∞ where k cannot occur or is no whole number.
  public func logProbability(_ k: Double) -> Double {
    guard k >= 0, k == k.rounded(), k.isFinite else { return -.infinity }
    switch self {
    case .poisson(let mean):
      guard mean > 0 else { return k == 0 ? 0 : -.infinity }
      return k * log(mean) - mean - logGamma(k + 1)
    case .negativeBinomial(let mean, let theta):
      guard mean > 0 else { return k == 0 ? 0 : -.infinity }
      return Self.negativeBinomial(k, mean, theta)
    case .binomial(let trials, let probability):
      guard k <= trials else { return -.infinity }
      let choose = logGamma(trials + 1) - logGamma(k + 1) - logGamma(trials - k + 1)
      let successes = k > 0 ? k * log(probability) : 0
      return choose + successes + (k < trials ? (trials - k) * log1p(-probability) : 0)
    }
  }

  public func probability(_ k: Double) -> Double { exp(logProbability(k)) }

  /// Differences of large logarithms are taken as `log1p`, so that θ may be as large as it likes.
  private static func negativeBinomial(_ k: Double, _ mean: Double, _ theta: Double) -> Double {
    let size = -theta * log1p(mean / theta) + k * log1p((k - mean) / (mean + theta)) + k * log(mean) - logGamma(k + 1)
    if theta < 100 {
      return size + logGamma(theta + k) - logGamma(theta) - k * log(theta + k)
    }
    // Stirling: log Γ(θ+k) - log Γ(θ) - k log(θ+k).
    return size + (theta - 0.5) * log1p(k / theta) - k + stirling(theta + k) - stirling(theta)
  }

  /// log Γ(x) less its leading terms, x ≥ 100 (Abramowitz & Stegun 6.1.41).
  private static func stirling(_ x: Double) -> Double {
    let r = 1 / (x * x)
    return (1.0 / 12 - r * (1.0 / 360 - r / 1260)) / x
  }

  // MARK: Tails

  /// P(X ≤ k) and P(X > k) for whole k ≥ -1, each accurate where it is small.
  public func tails(_ k: Double) -> (lower: Double, upper: Double) {
    guard k >= 0 else { return (0, 1) }
    switch self {
    case .poisson(let mean):
      let gamma = incompleteGamma(k + 1, mean)
      return (gamma.upper, gamma.lower)
    case .negativeBinomial(let mean, let theta):
      guard mean > 0 else { return (1, 0) }
      // The continued fraction loses digits where θ is far above k; the terms themselves do not.
      guard theta < 1e4 else { return summed(k) }
      return (incompleteBeta(theta / (theta + mean), theta, k + 1), incompleteBeta(mean / (theta + mean), k + 1, theta))
    case .binomial(let trials, let probability):
      guard k < trials else { return (1, 0) }
      return (incompleteBeta(1 - probability, trials - k, k + 1), incompleteBeta(probability, k + 1, trials - k))
    }
  }

  /// The tail away from the mode, term by term.
  private func summed(_ k: Double) -> (lower: Double, upper: Double) {
    var sum = 0.0
    var at = k < mean ? k : k + 1
    while at >= 0 {
      let term = probability(at)
      sum += term
      if term <= sum * 1e-17 { break }
      at += k < mean ? -1 : 1
    }
    sum = min(1, sum)
    return k < mean ? (sum, 1 - sum) : (1 - sum, sum)
  }

  /// The least k with P(X ≤ k) ≥ p, 0 ≤ p < 1; ∞ at 1 (the trials of a binomial), NaN outside.
  public func quantile(_ p: Double) -> Double {
    guard p >= 0, p < 1 else {
      if p == 1, case .binomial(let trials, _) = self { return trials }
      return p == 1 ? .infinity : .nan
    }
    func reaches(_ k: Double) -> Bool { p < 0.5 ? tails(k).lower >= p : tails(k).upper <= 1 - p }
    let guess = mean + Normal.quantile(min(max(p, 1e-12), 1 - 1e-12)) * variance.squareRoot()
    var high = max(0, guess.rounded(.up))
    var step = 1.0
    while !reaches(high) { (high, step) = (high + step, 2 * step) }
    var low = high
    step = 1
    while low >= 0, reaches(low) { (low, step) = (low - step, 2 * step) }
    low = max(low, -1)
    // low does not reach p, high does.
    while high - low > 1 {
      let middle = ((low + high) / 2).rounded(.down)
      if reaches(middle) { high = middle } else { low = middle }
    }
    return high
  }
}

extension CountDistribution {
  /// Φ⁻¹(P(X < k) + height · P(X = k)), height in (0, 1), taken in the tail that is small; finite for every count.
  public func normalScore(_ k: Double, height: Double) -> Double {
    let (below, upTo) = (tails(k - 1), tails(k))
    if below.lower > 0.5 {
      let tail = upTo.upper + (1 - height) * max(0, below.upper - upTo.upper)
      return -Normal.quantile(max(tail, Double.leastNormalMagnitude))
    }
    let tail = below.lower + height * max(0, upTo.lower - below.lower)
    return Normal.quantile(min(max(tail, Double.leastNormalMagnitude), 1 - 0x1p-53))
  }
}
