internal import Glibc

/// Simple exponential smoothing of several series with one shared parameter: the level of a random walk seen with noise
/// (Muth, JASA 55, 1960).
enum LevelSmoothing {
  private static let leastScale = 1e-12
  static let candidates = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]

  struct Track {
    /// `[period]`: level after the period; NaN before the first observation.
    let levels: [Double]
    /// `[period]`: observation less the level before; NaN where unknown and at the first observation.
    let errors: [Double]
    /// Periods from the last observation to the end.
    let staleness: Int

    var last: Double { levels.last ?? .nan }
  }

  /// A smoothed series starts at the mean of its first season, an unsmoothed one at its first value.
  static func track(_ series: [Double], alpha: Double, season: Int) -> Track {
    var level = start(series, alpha: alpha, season: season)
    var levels = [Double](repeating: .nan, count: series.count)
    var errors = levels
    var last = -1
    for (t, value) in series.enumerated() {
      if !value.isNaN {
        if last >= 0 { errors[t] = value - level }
        level += alpha * (value - level)
        last = t
      }
      if last >= 0 { levels[t] = level }
    }
    return Track(levels: levels, errors: errors, staleness: last < 0 ? series.count : series.count - 1 - last)
  }

  private static func start(_ series: [Double], alpha: Double, season: Int) -> Double {
    guard alpha < 1, season > 1 else { return series.first { !$0.isNaN } ?? .nan }
    let known = series.prefix(season).filter { !$0.isNaN }
    return known.isEmpty ? series.first { !$0.isNaN } ?? .nan : known.reduce(0, +) / Double(known.count)
  }

  /// The parameter with the least squared errors 1 to `horizon` steps ahead, in units of each series' own changes, over all
  /// series and origins from `first`; of those that are not worse by more than a standard error over the series, the largest:
  /// too little smoothing costs less than a level that lags.
  static func shared(_ rows: [[Double]], season: Int, horizon: Int, first: Int) -> Double {
    let scales = rows.map(meanSquaredChange)
    var losses: [[Double]] = []
    for alpha in candidates {
      losses.append(
        zip(rows, scales).map { row, scale in loss(row, alpha: alpha, season: season, horizon: horizon, first: first) / scale })
    }
    // A series that does not move, such as the only one's deviation from itself, says nothing.
    let known = rows.indices.filter { row in scales[row] > leastScale && losses.allSatisfy { $0[row].isFinite } }
    guard !known.isEmpty else { return 1 }
    let means = losses.map { one in known.reduce(0) { $0 + one[$1] } / Double(known.count) }
    let best = means.indices.min { means[$0] < means[$1] } ?? means.count - 1
    for index in stride(from: candidates.count - 1, to: best, by: -1) {
      guard known.count > 1 else { break }
      let excess = known.map { losses[index][$0] - losses[best][$0] }
      let mean = means[index] - means[best]
      let spread = excess.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count - 1)
      if mean <= sqrt(spread / Double(known.count)) { return candidates[index] }
    }
    return candidates[best]
  }

  /// Mean squared error over horizons and origins; NaN where there is none.
  private static func loss(_ row: [Double], alpha: Double, season: Int, horizon: Int, first: Int) -> Double {
    let levels = track(row, alpha: alpha, season: season).levels
    var (sum, number) = (0.0, 0.0)
    for origin in max(0, first - 1)..<max(max(0, first - 1), row.count - 1) where !levels[origin].isNaN {
      for t in (origin + 1)..<min(row.count, origin + 1 + horizon) where !row[t].isNaN {
        sum += (row[t] - levels[origin]) * (row[t] - levels[origin])
        number += 1
      }
    }
    return number > 0 ? sum / number : .nan
  }

  static func meanSquaredChange(_ row: [Double]) -> Double {
    var (sum, number) = (0.0, 0.0)
    for (now, before) in zip(row.dropFirst(), row) where !now.isNaN && !before.isNaN {
      sum += (now - before) * (now - before)
      number += 1
    }
    return number > 0 ? max(sum / number, leastScale) : .nan
  }
}
