/// One series' fitted model: its past one-step errors, and how it goes on under given shocks.
protocol UnivariateModel: Sendable {
  /// `[period]` of the run it was fitted to: one-step errors in the unit of `sigma`; NaN in the first periods.
  var errors: [Double] { get }
  /// Standard deviation of a shock.
  var sigma: Double { get }
  /// The path under standardised shocks (mean 0, variance 1), one a step; `parameter` is one more, for what was estimated.
  func path(_ shocks: [Double], parameter: Double) -> [Double]
}

/// The last value, with errors that add up.
struct NaiveModel: UnivariateModel {
  let last: Double
  let errors: [Double]
  let sigma: Double
  let drift: Double
  private let driftError: Double

  /// - Parameters:
  ///   - series: at least one value, none unknown.
  ///   - hasDrift: whether the mean change goes on.
  init(_ series: [Double], hasDrift: Bool = false) {
    let changes = zip(series.dropFirst(), series).map { $0 - $1 }
    let drift = hasDrift && changes.count > 1 ? changes.reduce(0, +) / Double(changes.count) : 0
    last = series[series.count - 1]
    self.drift = drift
    errors = [.nan] + changes.map { $0 - drift }
    // A single value: that of a count.
    sigma = changes.isEmpty ? last.squareRoot() : Self.rootMeanSquare(changes.map { $0 - drift }, lost: drift == 0 ? 0 : 1)
    driftError = drift == 0 ? 0 : sigma / Double(changes.count).squareRoot()
  }

  static func rootMeanSquare(_ errors: [Double], lost: Int = 0) -> Double {
    errors.isEmpty ? 0 : (errors.reduce(0) { $0 + $1 * $1 } / Double(max(1, errors.count - lost))).squareRoot()
  }

  func path(_ shocks: [Double], parameter: Double) -> [Double] {
    var level = last
    return shocks.map { shock in
      level += drift + driftError * parameter + sigma * shock
      return level
    }
  }
}

/// The value of a season ago, with errors that add up from season to season.
struct SeasonalNaiveModel: UnivariateModel {
  private let lastSeason: [Double]
  let errors: [Double]
  let sigma: Double

  /// - Parameter series: more values than a season has, none unknown.
  init(_ series: [Double], season: Int) {
    lastSeason = Array(series.suffix(season))
    let changes = zip(series.dropFirst(season), series).map { $0 - $1 }
    errors = [Double](repeating: .nan, count: season) + changes
    sigma = NaiveModel.rootMeanSquare(changes)
  }

  func path(_ shocks: [Double], parameter: Double) -> [Double] {
    var past = lastSeason
    return shocks.indices.map { step in
      let value = past[step % past.count] + sigma * shocks[step]
      past[step % past.count] = value
      return value
    }
  }
}

/// The mean of several models' paths under the same shocks.
struct MeanModel: UnivariateModel {
  private let models: [any UnivariateModel]
  let errors: [Double]
  let sigma: Double

  init(_ models: [any UnivariateModel]) {
    self.models = models
    errors = models[0].errors.indices.map { t in
      models.reduce(0) { $0 + ($1.sigma > 0 ? $1.errors[t] / $1.sigma : 0) } / Double(models.count)
    }
    sigma = 1
  }

  func path(_ shocks: [Double], parameter: Double) -> [Double] {
    let paths = models.map { $0.path(shocks, parameter: parameter) }
    return shocks.indices.map { step in paths.reduce(0) { $0 + $1[step] } / Double(models.count) }
  }
}
