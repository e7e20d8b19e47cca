internal import Glibc

/// Seasonal effects on the log scale, shrunk towards the pattern that all series share.
///
/// Effects are means of the deviations from a centred moving average of one season (classical decomposition). Each is then
/// drawn towards the precision-weighted mean of all series: the variance between series is what their spread exceeds the
/// sampling error by (empirical Bayes, Efron and Morris, JASA 68, 1973).
struct SeasonalPattern {
  /// `[series][position in the season]`, summing to about 0.
  let effects: [[Double]]
  let season: Int

  /// No season where there are not two whole ones and a period more.
  init(logs: [[Double]], season: Int) {
    self.season = season
    let flat = [[Double]](repeating: [Double](repeating: 0, count: season), count: logs.count)
    guard season > 1, let count = logs.first?.count, count >= 2 * season + 1 else {
      effects = flat
      return
    }
    let own = logs.map { SeriesSeason($0, season: season) }
    guard own.contains(where: { $0 != nil }) else {
      effects = flat
      return
    }
    let known = own.compactMap { $0 }
    let total = known.reduce(0) { $0 + 1 / $1.variance }
    let pooled = (0..<season).map { j in known.reduce(0) { $0 + $1.effects[j] / $1.variance } / total }
    let between = Self.between(known, pooled: pooled)
    effects = own.map { series in
      guard let series else { return pooled }
      return (0..<season).map { j in
        let sampling = series.variance / series.counts[j]
        return pooled[j] + between / (between + sampling) * (series.effects[j] - pooled[j])
      }
    }
  }

  /// Variance of true effects between series, by moments weighted for their precision.
  private static func between(_ series: [SeriesSeason], pooled: [Double]) -> Double {
    var squares = 0.0
    var number = 0.0
    for one in series {
      for (j, effect) in one.effects.enumerated() {
        squares += (effect - pooled[j]) * (effect - pooled[j])
        number += 1
      }
    }
    let mean = squares / number
    var (sum, weights) = (0.0, 0.0)
    for one in series {
      for (j, effect) in one.effects.enumerated() {
        let sampling = one.variance / one.counts[j]
        let weight = 1 / max((sampling + mean) * (sampling + mean), 1e-300)
        sum += weight * ((effect - pooled[j]) * (effect - pooled[j]) - sampling)
        weights += weight
      }
    }
    return max(sum / weights, 1e-12)
  }

  func effect(series: Int, period: Int) -> Double { effects[series][period % season] }
}

/// One series' own seasonal effects.
private struct SeriesSeason {
  let effects: [Double]
  /// Deviations behind each effect.
  let counts: [Double]
  /// Variance of a deviation about its effect.
  let variance: Double

  init?(_ logs: [Double], season: Int) {
    let average = ClassicalDecomposition.movingAverage(logs, season: season)
    var sums = [Double](repeating: 0, count: season)
    var counts = sums
    var deviations: [(position: Int, value: Double)] = []
    for t in logs.indices {
      let deviation = logs[t] - average[t]
      guard !deviation.isNaN else { continue }
      deviations.append((t % season, deviation))
      sums[t % season] += deviation
      counts[t % season] += 1
    }
    guard !counts.contains(0), deviations.count > season else { return nil }
    var effects = zip(sums, counts).map { $0 / $1 }
    let centre = effects.reduce(0, +) / Double(season)
    effects = effects.map { $0 - centre }
    let squares = deviations.reduce(0) { sum, item in
      let rest = item.value - effects[item.position]
      return sum + rest * rest
    }
    self.effects = effects
    self.counts = counts
    variance = max(squares / Double(deviations.count - season), 1e-6)
  }
}
