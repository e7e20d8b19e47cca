internal import Glibc
internal import Probability

/// What a fit says of one new response: the family's distribution, spread over the normal error of its linear predictor
/// (15 Gauss-Hermite nodes; for the Gaussian one normal). Variances, dispersion and θ count as known.
public struct PredictiveDistribution: Sendable {
  private enum Shape {
    case normal(mean: Double, deviation: Double)
    /// With P(X ≤ k) from k = 0 up to where next to nothing is left.
    case counts([(weight: Double, distribution: CountDistribution)], cumulative: [Double])
  }

  private let shape: Shape

  static let rule = NormalQuadrature(count: 15)

  public var mean: Double {
    switch shape {
    case .normal(let mean, _): mean
    case .counts(let parts, _): parts.reduce(0) { $0 + $1.weight * $1.distribution.mean }
    }
  }

  /// log of the probability (density for the Gaussian) of a response: the higher, the better it was foreseen.
  public func logScore(_ y: Double) -> Double {
    switch shape {
    case .normal(let mean, let deviation): return Normal.logDensity((y - mean) / deviation) - log(deviation)
    case .counts(let parts, _):
      let logs = parts.map { log($0.weight) + $0.distribution.logProbability(y) }
      guard let highest = logs.max(), highest > -.infinity else { return -.infinity }
      return highest + log(logs.reduce(0) { $0 + exp($1 - highest) })
    }
  }

  /// Continuous ranked probability score ∫ (F(x) - 1{y ≤ x})² dx, in units of the response: the lower the better.
  /// Gneiting and Raftery, Journal of the American Statistical Association 102 (2007). Cost for counts: their range.
  public func crps(_ y: Double) -> Double {
    switch shape {
    case .normal(let mean, let deviation):
      let z = (y - mean) / deviation
      return deviation * (z * (2 * Normal.cumulative(z) - 1) + 2 * Normal.density(z) - 1 / Double.pi.squareRoot())
    case .counts(_, let cumulative):
      var score = max(0, y - Double(cumulative.count))
      for (k, below) in cumulative.enumerated() {
        let distance = Double(k) >= y ? 1 - below : below
        score += distance * distance
      }
      return score
    }
  }

  /// The least value with at least the probability p below or at it, 0 < p < 1.
  public func quantile(_ p: Double) -> Double {
    switch shape {
    case .normal(let mean, let deviation): return mean + deviation * Normal.quantile(p)
    case .counts(_, let cumulative):
      return Double(cumulative.firstIndex { $0 >= p } ?? cumulative.count)
    }
  }

  private static let least = 1e-10
  private static let longest = 1_000_000

  private static func cumulative(_ parts: [(weight: Double, distribution: CountDistribution)]) -> [Double] {
    var probabilities: [Double] = []
    for (weight, distribution) in parts {
      var (k, below) = (0, 0.0)
      var probability = distribution.probability(0)
      while k < longest {
        if k == probabilities.count { probabilities.append(0) }
        probabilities[k] += weight * probability
        below += probability
        if below >= 1 - least || (Double(k) > distribution.mean && probability < least * 1e-3) { break }
        let next = probability * distribution.ratio(k)
        k += 1
        // Far below the mode the first probabilities vanish; there each is taken by itself.
        probability = next > 1e-290 ? next : distribution.probability(Double(k))
      }
    }
    var sum = 0.0
    return probabilities.map { probability in
      sum = min(1, sum + probability)
      return sum
    }
  }

  init(_ fit: RegressionResult, _ row: RegressionResult.Prediction, trials: Double) {
    guard fit.family != .gaussian else {
      let variance = row.standardError * row.standardError + fit.dispersion
      shape = .normal(mean: row.mean, deviation: variance.squareRoot())
      return
    }
    let rule = row.standardError > 1e-8 ? Self.rule : NormalQuadrature(count: 1)
    let predictors = rule.nodes.map { row.linearPredictor + row.standardError * $0 }
    var (means, slopes) = (predictors, predictors)
    fit.link.inverse(predictors, into: &means, slope: &slopes)
    let parts = zip(rule.weights, means).compactMap { weight, mean in
      fit.distribution(mean: mean, trials: trials).map { (weight: weight, distribution: $0) }
    }
    shape = .counts(parts, cumulative: Self.cumulative(parts))
  }
}

extension CountDistribution {
  /// P(X = k + 1) / P(X = k).
  fileprivate func ratio(_ k: Int) -> Double {
    let k = Double(k)
    switch self {
    case .poisson(let mean): return mean / (k + 1)
    case .negativeBinomial(let mean, let theta): return (k + theta) / (k + 1) * mean / (mean + theta)
    case .binomial(let trials, let probability): return (trials - k) / (k + 1) * probability / (1 - probability)
    }
  }
}

extension RegressionResult {
  /// What the fit says of a new response with this prediction; of the binomial the number of successes.
  public func predictive(_ row: Prediction, trials: Double = 1) -> PredictiveDistribution {
    PredictiveDistribution(self, row, trials: trials)
  }

  /// The responses of a table as they are scored: values or counts, and trials of the binomial.
  /// - Throws: missing columns and values.
  public func responses(in data: DataTable) throws(DataError) -> (values: [Double], trials: [Double]?) {
    switch schema.formula.response {
    case .value(let expression): return (try expression.values(in: data), nil)
    case .proportion(let successes, let total) where family == .binomial:
      return (try successes.values(in: data), try total.values(in: data))
    case .proportion(let top, let bottom): return (try Expression.binary(.divide, top, bottom).values(in: data), nil)
    }
  }
}
