/// Seasonal effects as deviations from the centred moving average of one season.
enum ClassicalDecomposition {
  /// Mean over one season around each period, half weights at both ends where the season is even; NaN where it does not fit
  /// or a value is unknown.
  static func movingAverage(_ series: [Double], season: Int) -> [Double] {
    let half = season / 2
    var result = [Double](repeating: .nan, count: series.count)
    for t in half..<max(half, series.count - half) {
      var sum = 0.0
      if season % 2 == 0 {
        for k in (1 - half)..<half { sum += series[t + k] }
        sum += (series[t - half] + series[t + half]) / 2
      } else {
        for k in -half...half { sum += series[t + k] }
      }
      result[t] = sum / Double(season)
    }
    return result
  }

  /// Multiplicative indices: means of the ratios by position in the season, scaled to mean 1. Needs two seasons and a period.
  static func indices(_ series: [Double], season: Int) -> [Double] {
    let ratios = zip(series, movingAverage(series, season: season)).map { $1 > 0 ? $0 / $1 : .nan }
    let raw = means(ratios, season: season, missing: 1)
    let centre = raw.reduce(0, +) / Double(season)
    return raw.map { max(0.01, $0 / centre) }
  }

  /// Additive effects: means of the differences by position in the season, with mean 0. Needs two seasons and a period.
  static func effects(_ series: [Double], season: Int) -> [Double] {
    let raw = means(zip(series, movingAverage(series, season: season)).map { $0 - $1 }, season: season, missing: 0)
    let centre = raw.reduce(0, +) / Double(season)
    return raw.map { $0 - centre }
  }

  private static func means(_ values: [Double], season: Int, missing: Double) -> [Double] {
    var sums = [Double](repeating: 0, count: season)
    var counts = sums
    for (t, value) in values.enumerated() where !value.isNaN {
      sums[t % season] += value
      counts[t % season] += 1
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : missing }
  }
}
