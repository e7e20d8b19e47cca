import Glibc
import Placements
import Probability

/// Scans the series of one level and keeps those whose statistic is below what chance alone reaches.
struct SignalScan {
  struct Break {
    let series: SignalCells.Series
    /// Period of the window in which it begins.
    let start: Int
    let observed: Double
    let expected: Double
    let ratio: (value: Double, lower: Double, upper: Double)
    let tailProbability: Double
  }

  /// Fewer citizens than this, counted or expected, are no break: a single event is chance, however rare it was.
  private static let leastEvents = 2.0

  private(set) var breaks: [Break] = []
  private(set) var tested = 0

  /// - Parameters:
  ///   - falseAlarms: chance of any false alarm at this level.
  ///   - level: probability inside the ratios' intervals.
  init(series: [SignalCells.Series], futures: SignalFutures, falseAlarms: Double, level: Double) {
    var least = [Double](repeating: 1, count: futures.draws)
    var candidates: [Break] = []
    for own in series {
      let sums = futures.sums(own)
      // What was never expected and never happened says nothing.
      guard own.observed.contains(where: { $0 > 0 }) || sums.contains(where: { $0.contains { $0 > 0 } }) else { continue }
      tested += 1
      if let candidate = Self.scan(own, sums, least: &least, level: level) { candidates.append(candidate) }
    }
    let allowed = Int(falseAlarms * Double(futures.draws))
    let limit = least.sorted()[min(allowed, least.count - 1)]
    breaks = candidates.filter { $0.tailProbability < limit }
  }

  /// The series' strongest start; lowers each draw's least probability by the draw's own.
  private static func scan(_ series: SignalCells.Series, _ sums: [[Double]], least: inout [Double], level: Double) -> Break? {
    let draws = least.count
    var total = [Double](repeating: 0, count: draws)
    var observed = 0.0
    var best: Break?
    for start in sums.indices.reversed() {
      for d in 0..<draws { total[d] += sums[start][d] }
      observed += series.observed[start]
      let mean = total.reduce(0, +) / Double(draws)
      let variance = total.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws - 1)
      let table = TailTable(mean: mean, variance: variance, largest: Int(max(total.max() ?? 0, observed.rounded(.up))))
      for d in 0..<draws where total[d] >= Self.leastEvents || mean >= Self.leastEvents { least[d] = min(least[d], table[Int(total[d])]) }
      guard observed >= Self.leastEvents || mean >= Self.leastEvents else { continue }
      // A count that a source gives in parts of a citizen stands between two whole ones; the more likely one is taken.
      let probability = max(table[Int(observed)], table[Int(observed.rounded(.up))])
      if probability < best?.tailProbability ?? .infinity {
        best = Break(
          series: series, start: start, observed: observed, expected: mean,
          ratio: Self.ratio(observed, mean: mean, variance: variance, level: level), tailProbability: probability)
      }
    }
    return best
  }

  /// On the log scale: the count's own sampling error and that of what was expected, beyond Poisson. Half a citizen is added to
  /// both, so that a ratio of nothing has an interval, too, and the ratio lies inside it.
  private static func ratio(_ observed: Double, mean: Double, variance: Double, level: Double) -> (value: Double, lower: Double, upper: Double) {
    let center = (observed + 0.5) / (mean + 0.5)
    let spread = (1 / (observed + 0.5) + max(0, variance - mean) / ((mean + 0.5) * (mean + 0.5))).squareRoot()
    let factor = exp(Normal.quantile((1 + level) / 2) * spread)
    return (center, center / factor, center * factor)
  }
}

/// Two-sided tail probabilities of a negative binomial (Poisson where it is not wider) by count.
struct TailTable {
  private let values: [Double]

  init(mean: Double, variance: Double, largest: Int) {
    guard mean > 0 else {
      // Never seen in any future: a count above zero is as rare as can be told.
      values = [1] + [Double](repeating: 0, count: largest)
      return
    }
    let distribution: CountDistribution =
      variance > mean * 1.000001 ? .negativeBinomial(mean: mean, theta: mean * mean / (variance - mean)) : .poisson(mean: mean)
    // Far enough for the rest to be nothing beside the last tail that is asked for.
    let end = largest + 60 + Int(8 * max(variance, mean).squareRoot())
    let probabilities = (0...end).map { distribution.probability(Double($0)) }
    var upper = [Double](repeating: 0, count: end + 2)
    for k in stride(from: end, through: 0, by: -1) { upper[k] = upper[k + 1] + probabilities[k] }
    var lower = 0.0
    values = (0...largest).map { k in
      lower += probabilities[k]
      return min(1, 2 * min(lower, upper[k]))
    }
  }

  subscript(_ count: Int) -> Double { values[min(max(0, count), values.count - 1)] }
}
