internal import Glibc
internal import Probability

/// The parts of a log-likelihood that do not hang on the linear predictor, summed once over distinct counts.
struct CountConstants {
  /// Distinct counts with their total weights (negative binomial), ascending.
  private var counts: [(count: Double, weight: Double)] = []
  private var fixedPart = 0.0
  private let family: Family
  private var totalWeight = 0.0
  private var rowCount = 0.0

  init(_ family: Family, _ data: ResponseData, successes: [Double]) {
    self.family = family
    let weights = data.weights ?? [Double](repeating: 1, count: data.y.count)
    switch family {
    case .gaussian:
      for w in weights where w > 0 {
        fixedPart += 0.5 * log(w)
        rowCount += 1
      }
    case .binomial:
      let trials = data.trials ?? []
      for i in trials.indices where trials[i] > 1 {
        let rest = trials[i] - successes[i]
        fixedPart += weights[i] * (logGamma(trials[i] + 1) - logGamma(successes[i] + 1) - logGamma(rest + 1))
      }
    case .poisson, .negativeBinomial:
      collect(data.y, weights)
      for (count, weight) in counts { fixedPart -= weight * logGamma(count + 1) }
    }
  }

  private mutating func collect(_ y: [Double], _ weights: [Double]) {
    let top = 4096
    var small = [Double](repeating: 0, count: top)
    var large: [(Double, Double)] = []
    for i in y.indices {
      if y[i] < Double(top) { small[Int(y[i])] += weights[i] } else { large.append((y[i], weights[i])) }
      totalWeight += weights[i]
    }
    for k in 0..<top where small[k] > 0 { counts.append((Double(k), small[k])) }
    counts += large.sorted { $0 < $1 }.map { (count: $0.0, weight: $0.1) }
  }

  /// What to add to the sum of the rows' values; `parameter` is θ, or the Gaussian variance.
  func value(_ parameter: Double) -> Double {
    switch family {
    case .poisson, .binomial: return fixedPart
    case .gaussian: return fixedPart - 0.5 * rowCount * log(2 * .pi * parameter)
    case .negativeBinomial:
      // log Γ(y+θ) - log Γ(θ), with θ log θ cancelled against the rows' log1p(μ/θ).
      let base = logGamma(parameter)
      var sum = fixedPart
      for (count, weight) in counts where count > 0 {
        sum += weight * (parameter > 1e6 ? risingLog(parameter, count) : logGamma(count + parameter) - base)
      }
      return sum
    }
  }

  /// Derivative in the parameter's logarithm.
  func slope(_ parameter: Double) -> Double {
    switch family {
    case .poisson, .binomial: return 0
    case .gaussian: return -0.5 * rowCount
    case .negativeBinomial:
      let base = digamma(parameter)
      var sum = 0.0
      for (count, weight) in counts where count > 0 {
        sum += weight * (parameter > 1e6 ? risingSlope(parameter, count) : digamma(count + parameter) - base)
      }
      return parameter * sum
    }
  }

  private func risingLog(_ theta: Double, _ count: Double) -> Double {
    var sum = 0.0
    for k in 0..<Int(min(count, 1e7)) { sum += log(theta + Double(k)) }
    return sum
  }

  private func risingSlope(_ theta: Double, _ count: Double) -> Double {
    var sum = 0.0
    for k in 0..<Int(min(count, 1e7)) { sum += 1 / (theta + Double(k)) }
    return sum
  }
}
