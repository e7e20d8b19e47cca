internal import Glibc
internal import Probability

/// The distribution of the response given its mean.
public enum Family: Hashable, Sendable {
  case gaussian
  case poisson
  /// Variance μ + μ²/θ. A nil theta is estimated by maximum likelihood.
  case negativeBinomial(theta: Double?)
  /// Successes of a number of trials; the mean is a probability.
  case binomial

  public var canonicalLink: Link {
    switch self {
    case .gaussian: .identity
    case .poisson, .negativeBinomial: .log
    case .binomial: .logit
    }
  }

  /// Whether the family and link go together here.
  public func allows(_ link: Link) -> Bool {
    switch self {
    case .gaussian: link == .identity
    case .poisson, .negativeBinomial: link == .log
    case .binomial: link == .logit || link == .probit || link == .cloglog
    }
  }
}

/// A response with what belongs to it: checked once, used by every fit.
struct ResponseData: Sendable {
  /// Counts, values, or for the binomial the share of successes.
  let y: [Double]
  /// Trials of the binomial; nil elsewhere.
  let trials: [Double]?
  /// Prior weights; nil is all one.
  let weights: [Double]?
  let offset: [Double]?

  /// Prior weight times trials: what the working weights are multiplied by.
  let totalWeights: [Double]

  init(
    _ family: Family, y: [Double], trials: [Double]? = nil, weights: [Double]? = nil, offset: [Double]? = nil
  ) throws(RegressionError) {
    guard !y.isEmpty else { throw .data(.noRows) }
    for other in [trials, weights, offset] {
      if let other, other.count != y.count { throw .data(.lengthMismatch(expected: y.count, found: other.count)) }
    }
    if let weights, let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) { throw .invalidWeight(row: row) }
    if let offset, let row = offset.firstIndex(where: { !$0.isFinite }) { throw .invalidOffset(row: row) }
    if let row = ResponseData.firstInvalid(family, y, trials) { throw .invalidResponse(row: row, value: y[row]) }
    self.weights = weights
    self.offset = offset
    if family == .binomial {
      let m = trials ?? [Double](repeating: 1, count: y.count)
      self.trials = m
      self.y = zip(y, m).map { $1 > 0 ? $0 / $1 : 0 }
      totalWeights = zip(m, weights ?? [Double](repeating: 1, count: y.count)).map(*)
    } else {
      self.y = y
      self.trials = nil
      totalWeights = weights ?? [Double](repeating: 1, count: y.count)
    }
    if !totalWeights.contains(where: { $0 > 0 }) { throw .noPositiveWeight }
  }

  /// The outcome of every row that weighs, where they all have the same one at the bound; nil elsewhere, and for values.
  func soleOutcome(_ family: Family) -> RegressionError.Outcome? {
    guard family != .gaussian, let first = y.indices.first(where: { totalWeights[$0] > 0 }) else { return nil }
    let isBinomial = family == .binomial
    guard y[first] == 0 || (isBinomial && y[first] == 1), y.indices.allSatisfy({ totalWeights[$0] == 0 || y[$0] == y[first] })
    else { return nil }
    return y[first] == 1 ? .successes : isBinomial ? .failures : .zeros
  }

  /// That these terms run to infinity, or that no other outcome was seen.
  func separation(_ family: Family, terms: [String]) -> RegressionError {
    soleOutcome(family).map { .oneOutcome($0) } ?? .separation(terms: terms)
  }

  private static func firstInvalid(_ family: Family, _ y: [Double], _ trials: [Double]?) -> Int? {
    func isCount(_ x: Double) -> Bool { x >= 0 && x.isFinite && x == x.rounded() }
    switch family {
    case .gaussian: return y.firstIndex { !$0.isFinite }
    case .poisson, .negativeBinomial: return y.firstIndex { !isCount($0) }
    case .binomial:
      return y.indices.first { i in
        let m = trials.map { $0[i] } ?? 1
        return !(isCount(y[i]) && isCount(m) && y[i] <= m)
      }
    }
  }

  /// The same rows in a design's order.
  func ordered(by design: FactoredDesign) -> ResponseData { design.order == nil ? self : ResponseData(self, design) }

  private init(_ data: ResponseData, _ design: FactoredDesign) {
    y = design.ordered(data.y)
    trials = data.trials.map(design.ordered)
    weights = data.weights.map(design.ordered)
    offset = data.offset.map(design.ordered)
    totalWeights = data.weights == nil && data.trials == nil ? data.totalWeights : design.ordered(data.totalWeights)
  }

  /// Rows with a positive weight (and trials): what counts for degrees of freedom.
  var effectiveCount: Int { totalWeights.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }
}

extension Family {
  /// A first guess of the means, inside their range (R's `mustart`).
  func startingMeans(_ data: ResponseData) -> [Double] {
    switch self {
    case .gaussian: data.y
    case .poisson: data.y.map { $0 + 0.1 }
    case .negativeBinomial: data.y.map { $0 == 0 ? 1.0 / 6 : $0 }
    case .binomial: zip(data.y, data.totalWeights).map { ($1 * $0 + 0.5) / ($1 + 1) }
    }
  }

  /// Variance function of some rows of a column.
  func variance(
    _ mean: UnsafePointer<Double>, theta: Double, _ rows: Range<Int>, into variance: UnsafeMutablePointer<Double>
  ) {
    switch self {
    case .gaussian: for i in rows { variance[i] = 1 }
    case .poisson: for i in rows { variance[i] = mean[i] }
    case .negativeBinomial: for i in rows { variance[i] = mean[i] * (1 + mean[i] / theta) }
    case .binomial: for i in rows { variance[i] = mean[i] * (1 - mean[i]) }
    }
  }

  /// Twice the log-likelihood's distance from the saturated model, in units of the dispersion.
  func deviance(_ data: ResponseData, _ mean: [Double], theta: Double) -> Double {
    mean.withUnsafeBufferPointer { $0.baseAddress.map { deviance(data, $0, theta: theta, data.y.indices) } ?? 0 }
  }

  /// The same of some rows.
  func deviance(_ data: ResponseData, _ mean: UnsafePointer<Double>, theta: Double, _ rows: Range<Int>) -> Double {
    var sum = 0.0
    let (y, w) = (data.y, data.totalWeights)
    switch self {
    case .gaussian: for i in rows { sum += w[i] * (y[i] - mean[i]) * (y[i] - mean[i]) / 2 }
    case .poisson:
      for i in rows { sum += w[i] * ((y[i] > 0 ? y[i] * log(y[i] / mean[i]) : 0) - (y[i] - mean[i])) }
    case .negativeBinomial:
      for i in rows {
        let first = y[i] > 0 ? y[i] * log(y[i] / mean[i]) : 0
        sum += w[i] * (first - (y[i] + theta) * log((y[i] + theta) / (mean[i] + theta)))
      }
    case .binomial:
      for i in rows {
        let success = y[i] > 0 ? y[i] * log(y[i] / mean[i]) : 0
        let failure = y[i] < 1 ? (1 - y[i]) * log((1 - y[i]) / (1 - mean[i])) : 0
        sum += w[i] * (success + failure)
      }
    }
    return 2 * sum
  }

  /// The log-likelihood with all constants, as R's `logLik`; the Gaussian's variance is the maximum likelihood one.
  func logLikelihood(_ data: ResponseData, _ mean: [Double], theta: Double) -> Double {
    let (y, w) = (data.y, data.weights ?? [Double](repeating: 1, count: data.y.count))
    var sum = 0.0
    switch self {
    case .gaussian: return gaussianLogLikelihood(data, deviance(data, mean, theta: theta))
    case .poisson:
      for i in y.indices { sum += w[i] * ((y[i] > 0 ? y[i] * log(mean[i]) : 0) - mean[i] - logGamma(y[i] + 1)) }
    case .negativeBinomial:
      let constant = theta * log(theta) - logGamma(theta)
      for i in y.indices {
        let kernel = (y[i] > 0 ? y[i] * log(mean[i]) : 0) - (y[i] + theta) * log(mean[i] + theta)
        sum += w[i] * (kernel + constant + logGamma(y[i] + theta) - logGamma(y[i] + 1))
      }
    case .binomial:
      guard let trials = data.trials else { return .nan }
      for i in y.indices where trials[i] > 0 {
        let k = (y[i] * trials[i]).rounded()
        let rest = trials[i] - k
        let choose = logGamma(trials[i] + 1) - logGamma(k + 1) - logGamma(rest + 1)
        let kernel = (k > 0 ? k * log(mean[i]) : 0) + (rest > 0 ? rest * log1p(-mean[i]) : 0)
        sum += w[i] * (choose + kernel)
      }
    }
    return sum
  }

  /// The Gaussian's log-likelihood from the residual sum of squares, with the variance that maximises it.
  func gaussianLogLikelihood(_ data: ResponseData, _ squares: Double) -> Double {
    let n = Double(data.effectiveCount)
    var sum = 0.0
    for weight in data.weights ?? [] where weight > 0 { sum += log(weight) / 2 }
    return sum - n / 2 * (log(2 * .pi * squares / n) + 1)
  }
}
