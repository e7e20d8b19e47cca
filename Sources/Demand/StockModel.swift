import Glibc
import Placements
import Probability

/// A local level for strata of which only the stock is known.
///
/// The log of the share of the population moves by shocks common to all municipalities and by local ones:
/// x(m, t) = level(m, t) + e, level a random walk whose smoothing α is shared by all series, so the level follows the last
/// observation. Local variances are shrunk to the pooled one. Local level: Harvey, "Forecasting, Structural Time Series
/// Models and the Kalman Filter" (1989), in its exponential-smoothing form.
struct StockModel: Sendable {
  struct Series: Sendable {
    let municipality: Int
    let stratum: Int
    /// Log share of the population at the last observation, smoothed.
    let level: Double
    /// Future periods between the last observation and the origin.
    let staleness: Int
    /// Variance of a local shock, shrunk, and the degrees of freedom behind it.
    let variance: Double
    let degrees: Double
  }

  let series: [Series]
  /// Smoothing in (0, 1]; 1 is a random walk.
  let smoothing: Double
  /// Variance of the shock that all series of a stratum share in a period, and its degrees of freedom.
  let commonVariance: [Double]
  let commonDegrees: Double
  /// `[(municipality · strata + stratum) · horizon + period]`.
  let persons: [Double]
  let strata: Int
  let horizon: Int

  /// Half a citizen: keeps the log of an empty stock finite.
  static let offset = 0.5

  init(panel: Panel, horizon: Int) {
    self.horizon = horizon
    strata = panel.strata.count
    var histories: [History] = []
    for s in panel.strata.indices where panel.knowledge[s] == .stockOnly {
      for m in panel.municipalities.indices {
        if let history = History(panel: panel, municipality: m, stratum: s) { histories.append(history) }
      }
    }
    var common = [Double](repeating: 0, count: panel.strata.count)
    for s in panel.strata.indices {
      let own = histories.indices.filter { histories[$0].stratum == s }
      let shocks = Self.commonShocks(own.map { histories[$0] }, periods: panel.count)
      common[s] = shocks.variance
      for index in own { histories[index].remove(common: shocks.values) }
    }
    commonVariance = common
    commonDegrees = Double(max(2, panel.count - 2))
    let smoothing = Self.smoothing(histories)
    self.smoothing = smoothing
    let pooled = Self.pooled(histories)
    series = histories.map { $0.fitted(smoothing: smoothing, pooled: pooled, origin: panel.count - 1) }
    persons = Self.persons(panel, horizon: horizon)
  }

  private static func persons(_ panel: Panel, horizon: Int) -> [Double] {
    var table = [Double](repeating: 1, count: panel.municipalities.count * panel.strata.count * horizon)
    for m in panel.municipalities.indices where panel.population.covers(panel.municipalities[m].code) {
      for s in panel.strata.indices where panel.knowledge[s] == .stockOnly {
        for t in 0..<horizon {
          let at = (m * panel.strata.count + s) * horizon + t
          table[at] = panel.personsAtEnd(municipality: m, area: panel.areaOfStratum[s], period: panel.origin.advanced(by: t + 1)) ?? 1
        }
      }
    }
    return table
  }

  /// The mean change of each period, weighted by the size of the series, and the variance that is not sampling error.
  private static func commonShocks(_ histories: [History], periods: Int) -> (values: [Double], variance: Double) {
    var values = [Double](repeating: 0, count: periods)
    guard histories.count >= 3 else { return (values, 0) }
    var excess: [Double] = []
    for t in 1..<max(2, periods) where t < periods {
      let pairs = histories.compactMap { history in history.change(t).map { ($0, history.weight) } }
      let total = pairs.reduce(0) { $0 + $1.1 }
      guard pairs.count >= 3, total > 0 else { continue }
      let mean = pairs.reduce(0) { $0 + $1.0 * $1.1 } / total
      values[t] = mean
      let spread = pairs.reduce(0) { $0 + $1.1 * $1.1 * ($1.0 - mean) * ($1.0 - mean) } / (total * total)
      excess.append(mean * mean - spread)
    }
    let variance = excess.isEmpty ? 0 : excess.reduce(0, +) / Double(excess.count)
    return (values, max(0, variance))
  }

  /// Changes of a local level with noise have first autocorrelation −θ/(1+θ²) with θ = 1 − α; solved from the pooled estimate.
  private static func smoothing(_ histories: [History]) -> Double {
    var products = 0.0
    var squares = 0.0
    for history in histories {
      let scale = history.localVariance > 0 ? 1 / history.localVariance : 0
      for (now, next) in zip(history.local, history.local.dropFirst()) where !now.isNaN && !next.isNaN {
        products += now * next * scale
        squares += (now * now + next * next) / 2 * scale
      }
    }
    guard squares > 0 else { return 1 }
    let correlation = max(-0.49, min(0, products / squares))
    guard correlation < 0 else { return 1 }
    let theta = (1 - sqrt(1 - 4 * correlation * correlation)) / (-2 * correlation)
    return max(0.1, 1 - theta)
  }

  private static func pooled(_ histories: [History]) -> Double {
    let known = histories.filter { $0.degrees > 0 }
    let degrees = known.reduce(0) { $0 + $1.degrees }
    return degrees > 0 ? known.reduce(0) { $0 + $1.localVariance * $1.degrees } / degrees : 0.01
  }
}

/// One series of stocks on the log scale.
private struct History {
  let municipality: Int
  let stratum: Int
  let logs: [Double]
  let weight: Double
  var local: [Double] = []

  init?(panel: Panel, municipality: Int, stratum: Int) {
    self.municipality = municipality
    self.stratum = stratum
    let stocks = Array(panel.series(.stock, municipality: municipality, stratum: stratum))
    guard stocks.contains(where: { !$0.isNaN }) else { return nil }
    let covered = panel.population.covers(panel.municipalities[municipality].code)
    logs = stocks.indices.map { t in
      let persons = covered ? panel.personsAtEnd(municipality: municipality, area: panel.areaOfStratum[stratum], period: panel.first.advanced(by: t)) ?? 1 : 1
      return log(stocks[t] + StockModel.offset) - log(max(persons, 1))
    }
    let known = stocks.filter { !$0.isNaN }
    weight = known.reduce(0, +) / Double(known.count) + StockModel.offset
    local = [Double](repeating: .nan, count: logs.count)
    for t in logs.indices.dropFirst() { local[t] = change(t) ?? .nan }
  }

  func change(_ t: Int) -> Double? {
    guard t > 0, !logs[t].isNaN, !logs[t - 1].isNaN else { return nil }
    return logs[t] - logs[t - 1]
  }

  mutating func remove(common: [Double]) {
    for t in local.indices where !local[t].isNaN { local[t] -= common[t] }
  }

  var degrees: Double { Double(local.count { !$0.isNaN }) }

  var localVariance: Double {
    degrees > 0 ? local.reduce(0) { $1.isNaN ? $0 : $0 + $1 * $1 } / degrees : 0
  }

  /// Degrees of freedom that the pooled variance brings to each series.
  private static let priorDegrees = 6.0

  /// Large series move less: the pooled variance is taken as it is, not by size, which the series' own changes correct.
  func fitted(smoothing: Double, pooled: Double, origin: Int) -> StockModel.Series {
    var level = Double.nan
    var last = 0
    for t in logs.indices where !logs[t].isNaN {
      level = level.isNaN ? logs[t] : level + smoothing * (logs[t] - level)
      last = t
    }
    let shrunk = (Self.priorDegrees * pooled + degrees * localVariance) / (Self.priorDegrees + degrees)
    return StockModel.Series(
      municipality: municipality, stratum: stratum, level: level, staleness: origin - last, variance: shrunk,
      degrees: Self.priorDegrees + degrees)
  }
}

extension StockModel {
  /// Log-share path of one series in one draw: `horizon` values. Local shocks keep the share `smoothing`; the mean of the
  /// exponential is the level's own (half of the variance is taken off). Local variance is drawn from its scaled inverse χ².
  func path(_ index: Int, draw: Int, seed: UInt64, common: [Double], into path: inout [Double]) {
    let item = series[index]
    var stream = RandomStream(seed: seed ^ 0x7374_6F63_6B, pair: UInt64(index), UInt64(draw))
    let variance = item.variance * item.degrees / (2 * stream.nextGamma(item.degrees / 2))
    let sd = sqrt(variance)
    var walk = item.level
    for _ in 0..<item.staleness { walk += smoothing * sd * stream.nextNormal() - smoothing * smoothing * variance / 2 }
    for t in 0..<horizon {
      let shock = sd * stream.nextNormal()
      path[t] = walk + common[t] + shock - variance / 2
      walk += smoothing * shock - smoothing * smoothing * variance / 2
    }
  }

  /// The common random walk of a stratum in one draw.
  func commonPath(stratum: Int, draw: Int, seed: UInt64, into path: inout [Double]) {
    guard commonVariance[stratum] > 0 else {
      for t in 0..<horizon { path[t] = 0 }
      return
    }
    var stream = RandomStream(seed: seed ^ 0x636F_6D6D_6F6E, pair: UInt64(stratum), UInt64(draw))
    let variance = commonVariance[stratum] * commonDegrees / (2 * stream.nextGamma(commonDegrees / 2))
    let sd = sqrt(variance)
    var walk = 0.0
    for t in 0..<horizon {
      walk += sd * stream.nextNormal() - variance / 2
      path[t] = walk
    }
  }
}
