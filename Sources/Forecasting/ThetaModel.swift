internal import Glibc

/// The Theta method: simple exponential smoothing with half the slope of a straight line as drift, of the series without
/// its season (Assimakopoulos and Nikolopoulos, IJF 16, 2000; in this form Hyndman and Billah, IJF 19, 2003).
struct ThetaModel: UnivariateModel {
  private let level: Double
  private let alpha: Double
  /// Half the slope of the least-squares line, a period.
  private let drift: Double
  /// What the line's start still adds at the origin: (1 − (1 − α)ⁿ) / α drifts.
  private let lead: Double
  /// Factors of the coming periods' seasons, the next first.
  private let seasonal: [Double]
  let errors: [Double]
  let sigma: Double

  /// - Parameter series: at least two values, none unknown.
  init(_ series: [Double], season: Int) {
    let indices = Self.seasonalIndices(series, season: season)
    let adjusted = series.indices.map { series[$0] / indices[$0 % indices.count] }
    let count = Double(adjusted.count)
    let centre = (count - 1) / 2
    let mean = adjusted.reduce(0, +) / count
    var (products, squares) = (0.0, 0.0)
    for (t, value) in adjusted.enumerated() {
      products += (Double(t) - centre) * (value - mean)
      squares += (Double(t) - centre) * (Double(t) - centre)
    }
    let drift = products / squares / 2
    let found = NelderMead.minimum(from: [0], step: 1, limit: 200) { point in
      let errors = Self.smooth(adjusted, alpha: Self.share(point[0]), start: adjusted[0]).errors
      return errors.reduce(0) { $0 + $1 * $1 }
    }
    let alpha = Self.share(found.point[0])
    let fitted = Self.smooth(adjusted, alpha: alpha, start: adjusted[0])
    self.alpha = alpha
    self.drift = drift
    level = fitted.level
    lead = drift * (1 - pow(1 - alpha, count)) / alpha
    seasonal = (0..<max(1, season)).map { indices[(series.count + $0) % indices.count] }
    // One-step forecasts with the drift's part, as the method itself makes them.
    let whole = fitted.errors.enumerated().map { t, error in t == 0 ? .nan : error - drift * (1 - pow(1 - alpha, Double(t))) / alpha }
    errors = whole
    sigma = NaiveModel.rootMeanSquare(whole.filter { !$0.isNaN }, lost: 1)
  }

  private static func share(_ x: Double) -> Double { 0.01 + 0.98 / (1 + exp(-x)) }

  private static func smooth(_ series: [Double], alpha: Double, start: Double) -> (level: Double, errors: [Double]) {
    var level = start
    let errors = series.map { value in
      let error = value - level
      level += alpha * error
      return error
    }
    return (level, errors)
  }

  /// Multiplicative indices where the autocorrelation at the season's lag is significant at 10 %; ones elsewhere, and for a
  /// series that is not above 0 throughout.
  private static func seasonalIndices(_ series: [Double], season: Int) -> [Double] {
    guard season > 1, series.count >= 2 * season + 1, series.allSatisfy({ $0 > 0 }) else { return [1] }
    let mean = series.reduce(0, +) / Double(series.count)
    let variance = series.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard variance > 0 else { return [1] }
    let correlations = (1...season).map { lag in
      zip(series.dropFirst(lag), series).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) } / variance
    }
    let bound = 1.645 * sqrt((1 + 2 * correlations.dropLast().reduce(0) { $0 + $1 * $1 }) / Double(series.count))
    guard abs(correlations[season - 1]) > bound else { return [1] }
    return ClassicalDecomposition.indices(series, season: season)
  }

  func path(_ shocks: [Double], parameter: Double) -> [Double] {
    var now = level + lead
    return shocks.indices.map { step in
      let value = now + sigma * shocks[step]
      now += drift + alpha * sigma * shocks[step]
      return value * seasonal[step % seasonal.count]
    }
  }
}
