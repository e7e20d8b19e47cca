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
  /// Mean common change a period, shrunk towards zero, and its standard error; damped in the future.
  let drift: [(mean: Double, error: Double)]
  /// Share of the drift that is left a period later.
  let driftDamping: Double
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
    var drift = [(mean: Double, error: Double)](repeating: (0, 0), count: panel.strata.count)
    for s in panel.strata.indices {
      let own = histories.indices.filter { histories[$0].stratum == s }
      let shocks = Self.commonShocks(own.map { histories[$0] }, periods: panel.count)
      common[s] = shocks.variance
      drift[s] = shocks.drift
      for index in own { histories[index].remove(common: shocks.values) }
    }
    commonVariance = common
    self.drift = drift
    driftDamping = pow(FlowClock.damping, 1 / Double(panel.length.perYear))
    commonDegrees = Double(max(2, panel.count - 2))
    let smoothing = Self.smoothing(histories)
    self.smoothing = smoothing
    let pooled = PooledVariance(histories)
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

  private struct CommonShocks {
    var values: [Double]
    var variance = 0.0
    var drift = (mean: 0.0, error: 0.0)
  }

  /// The mean change of each period, weighted by the size of the series; their mean is the drift, and their variance about
  /// it that is not sampling error the common shocks'. The drift is shrunk as the positive part of James and Stein does.
  private static func commonShocks(_ histories: [History], periods: Int) -> CommonShocks {
    var result = CommonShocks(values: [Double](repeating: 0, count: periods))
    guard histories.count >= 3 else { return result }
    var changes: [(mean: Double, spread: Double)] = []
    for t in 1..<max(2, periods) where t < periods {
      let pairs = histories.compactMap { history in history.change(t).map { ($0, history.weight) } }
      let total = pairs.reduce(0) { $0 + $1.1 }
      guard pairs.count >= 3, total > 0 else { continue }
      let mean = pairs.reduce(0) { $0 + $1.0 * $1.1 } / total
      result.values[t] = mean
      let spread = pairs.reduce(0) { $0 + $1.1 * $1.1 * ($1.0 - mean) * ($1.0 - mean) } / (total * total)
      changes.append((mean, spread))
    }
    guard changes.count >= 3 else { return result }
    let count = Double(changes.count)
    let mean = changes.reduce(0) { $0 + $1.mean } / count
    let total = changes.reduce(0) { $0 + ($1.mean - mean) * ($1.mean - mean) } / (count - 1)
    result.variance = max(0, total - changes.reduce(0) { $0 + $1.spread } / count)
    let error = sqrt(total / count)
    result.drift = (mean == 0 ? 0 : mean * max(0, 1 - error * error / (mean * mean)), error)
    return result
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
}

/// How much single series move, by their size: a + b / mean stock. Small ones move more, as counts do.
private struct PooledVariance {
  private var constant = 0.01
  private var bySize = 0.0

  /// Weighted least squares of squared local changes; the weights are those of the fit before.
  init(_ histories: [History]) {
    let known = histories.filter { $0.degrees > 0 }
    guard !known.isEmpty else { return }
    constant = known.reduce(0) { $0 + $1.localVariance * $1.degrees } / known.reduce(0) { $0 + $1.degrees }
    for _ in 0..<5 {
      var (s0, s1, s2, t0, t1) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for history in known {
        let x = 1 / history.weight
        let weight = history.degrees / pow(max(variance(at: history.weight), 1e-8), 2)
        s0 += weight
        s1 += weight * x
        s2 += weight * x * x
        t0 += weight * history.localVariance
        t1 += weight * x * history.localVariance
      }
      let determinant = s0 * s2 - s1 * s1
      guard determinant > 1e-12 * s0 * s2 else { return }
      let slope = (s0 * t1 - s1 * t0) / determinant
      let level = (s2 * t0 - s1 * t1) / determinant
      if slope < 0 {
        (constant, bySize) = (t0 / s0, 0)
      } else if level < 0 {
        (constant, bySize) = (0, t1 / s2)
      } else {
        (constant, bySize) = (level, slope)
      }
    }
  }

  func variance(at size: Double) -> Double { constant + bySize / size }
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

  func fitted(smoothing: Double, pooled: PooledVariance, origin: Int) -> StockModel.Series {
    var level = Double.nan
    var last = 0
    for t in logs.indices where !logs[t].isNaN {
      level = level.isNaN ? logs[t] : level + smoothing * (logs[t] - level)
      last = t
    }
    let shrunk = (Self.priorDegrees * pooled.variance(at: weight) + degrees * localVariance) / (Self.priorDegrees + degrees)
    // Changes of a local level with noise have the variance (1 + θ²)σ², θ = 1 − α.
    let innovation = shrunk / (1 + (1 - smoothing) * (1 - smoothing))
    return StockModel.Series(
      municipality: municipality, stratum: stratum, level: level, staleness: origin - last, variance: innovation,
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

  /// The common random walk of a stratum in one draw, with its damped drift.
  func commonPath(stratum: Int, draw: Int, seed: UInt64, into path: inout [Double]) {
    var stream = RandomStream(seed: seed ^ 0x636F_6D6D_6F6E, pair: UInt64(stratum), UInt64(draw))
    let variance = commonVariance[stratum] * commonDegrees / (2 * stream.nextGamma(commonDegrees / 2))
    let sd = sqrt(variance)
    var slope = drift[stratum].mean + drift[stratum].error * stream.nextNormal()
    var walk = 0.0
    for t in 0..<horizon {
      slope *= driftDamping
      walk += slope + sd * stream.nextNormal() - variance / 2
      path[t] = walk
    }
  }
}
