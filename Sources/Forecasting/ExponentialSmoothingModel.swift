internal import Glibc

/// Exponential smoothing in state-space form: error, trend and season (Hyndman, Koehler, Ord and Snyder, "Forecasting with
/// Exponential Smoothing", 2008), chosen by AICc.
///
/// Smoothing parameters and the first level and slope maximise the likelihood; the first seasonal states are those of a
/// classical decomposition and count as parameters.
struct ExponentialSmoothingModel: UnivariateModel {
  enum Trend: Sendable { case none, additive, damped }
  enum Kind: Sendable { case none, additive, multiplicative }

  struct Form: Sendable {
    let multiplicativeError: Bool
    let trend: Trend
    let season: Kind

    /// Every form whose recursions are stable; multiplicative ones need series above 0.
    static func candidates(seasonal: Bool, positive: Bool) -> [Form] {
      var forms: [Form] = []
      for isMultiplicative in positive ? [false, true] : [false] {
        for trend in [Trend.none, .additive, .damped] {
          forms.append(Form(multiplicativeError: isMultiplicative, trend: trend, season: .none))
          guard seasonal else { continue }
          forms.append(Form(multiplicativeError: isMultiplicative, trend: trend, season: .additive))
          if isMultiplicative { forms.append(Form(multiplicativeError: true, trend: trend, season: .multiplicative)) }
        }
      }
      return forms
    }
  }

  let form: Form
  let errors: [Double]
  let sigma: Double
  /// Akaike's criterion corrected for few observations, without the constant that all forms share.
  let aicc: Double
  private let parameters: Parameters
  private let state: State
  private let period: Int

  struct Parameters: Sendable {
    var alpha = 0.3
    var beta = 0.0
    var gamma = 0.0
    var phi = 1.0
  }

  struct State: Sendable {
    var level: Double
    var slope: Double
    var seasonal: [Double]
    /// Position of the coming period in the season.
    var position = 0
  }

  /// Below this mean a series of counts is mostly zeros: trend and season are nothing but chance there, and the level alone is
  /// smoothed, which also makes panels of thousands of nearly empty series quick.
  static let sparseMean = 1.0

  /// The form with the least AICc, of a nearly empty series the level alone; nil where the series is too short for any.
  /// - Parameter series: no value unknown.
  static func best(_ series: [Double], season: Int) -> ExponentialSmoothingModel? {
    if series.reduce(0, +) < sparseMean * Double(series.count) {
      return ExponentialSmoothingModel(series, form: Form(multiplicativeError: false, trend: .none, season: .none), season: season)
    }
    let isSeasonal = season > 1 && series.count >= 2 * season + 1
    let forms = Form.candidates(seasonal: isSeasonal, positive: series.allSatisfy { $0 > 0 })
    return forms.compactMap { ExponentialSmoothingModel(series, form: $0, season: season) }.min { $0.aicc < $1.aicc }
  }

  private init?(_ series: [Double], form: Form, season: Int) {
    let period = form.season == .none ? 1 : season
    let count = Double(series.count)
    let states = 1.0 + (form.trend == .none ? 0 : 1) + (form.season == .none ? 0 : Double(season - 1))
    let smoothers = 1.0 + (form.trend == .none ? 0 : 1) + (form.trend == .damped ? 1 : 0) + (form.season == .none ? 0 : 1)
    let number = states + smoothers + 1
    guard count - number - 1 > 0 else { return nil }
    let start = Self.start(series, form: form, season: season)
    let scale = max(abs(start.level), 1e-9)
    let first = Self.unbounded(form, start: start, scale: scale)
    let found = NelderMead.minimum(from: first, step: 0.5) { point in
      let (parameters, state) = Self.bounded(point, form: form, start: start, scale: scale)
      return Self.run(series, form: form, parameters: parameters, from: state, errors: nil).criterion
    }
    guard found.value.isFinite else { return nil }
    let (parameters, state) = Self.bounded(found.point, form: form, start: start, scale: scale)
    var errors = [Double](repeating: 0, count: series.count)
    let end = errors.withUnsafeMutableBufferPointer { Self.run(series, form: form, parameters: parameters, from: state, errors: $0) }
    self.form = form
    self.errors = errors
    self.parameters = parameters
    self.state = end.state
    self.period = period
    sigma = sqrt(errors.reduce(0) { $0 + $1 * $1 } / max(1, count - states - smoothers))
    aicc = found.value + 2 * number + 2 * number * (number + 1) / (count - number - 1)
  }

  // MARK: Start

  private static func start(_ series: [Double], form: Form, season: Int) -> State {
    guard form.season != .none else {
      let slope = form.trend == .none ? 0 : line(Array(series.prefix(10)))
      let level = form.trend == .none ? series.prefix(4).reduce(0, +) / Double(min(4, series.count)) : series[0] - slope
      return State(level: level, slope: slope, seasonal: [0])
    }
    let mean = series.prefix(season).reduce(0, +) / Double(season)
    let second = series[season..<(2 * season)].reduce(0, +) / Double(season)
    let seasonal =
      form.season == .multiplicative
      ? ClassicalDecomposition.indices(series, season: season) : ClassicalDecomposition.effects(series, season: season)
    return State(level: mean, slope: form.trend == .none ? 0 : (second - mean) / Double(season), seasonal: seasonal)
  }

  /// Slope of the least-squares line.
  private static func line(_ values: [Double]) -> Double {
    let centre = Double(values.count - 1) / 2
    var (products, squares) = (0.0, 0.0)
    for (t, value) in values.enumerated() {
      products += (Double(t) - centre) * value
      squares += (Double(t) - centre) * (Double(t) - centre)
    }
    return squares > 0 ? products / squares : 0
  }

  // MARK: Parameters

  /// α in (0.0001, 0.9999), β a share of α, γ a share of 1 − α, φ in (0.8, 0.98), as usual; then level and slope.
  private static func bounded(_ point: [Double], form: Form, start: State, scale: Double) -> (Parameters, State) {
    var next = 0
    func take() -> Double {
      next += 1
      return point[next - 1]
    }
    func share(_ x: Double) -> Double { 0.0001 + 0.9998 / (1 + exp(-x)) }
    var parameters = Parameters()
    var state = start
    parameters.alpha = share(take())
    if form.trend != .none { parameters.beta = parameters.alpha * share(take()) }
    if form.trend == .damped { parameters.phi = 0.8 + 0.18 / (1 + exp(-take())) }
    if form.season != .none { parameters.gamma = (1 - parameters.alpha) * share(take()) }
    state.level = start.level + scale * take() * 0.1
    if form.trend != .none { state.slope = start.slope + scale * take() * 0.02 }
    return (parameters, state)
  }

  private static func unbounded(_ form: Form, start: State, scale: Double) -> [Double] {
    var point = [-0.5]
    if form.trend != .none { point.append(-2) }
    if form.trend == .damped { point.append(1) }
    if form.season != .none { point.append(-2) }
    point.append(0)
    if form.trend != .none { point.append(0) }
    return point
  }

  // MARK: Recursions

  /// Runs through the series; the criterion is −2 log-likelihood without constants, infinite where a forecast that must be
  /// above 0 is not.
  private static func run(
    _ series: [Double], form: Form, parameters: Parameters, from start: State, errors: UnsafeMutableBufferPointer<Double>?
  ) -> (criterion: Double, state: State) {
    var state = start
    var (squares, logs) = (0.0, 0.0)
    for (t, value) in series.enumerated() {
      let expected = expectation(form, parameters, state)
      if form.multiplicativeError {
        guard expected > 1e-9 else { return (.infinity, state) }
        logs += log(expected)
      }
      let error = form.multiplicativeError ? value / expected - 1 : value - expected
      squares += error * error
      errors?[t] = error
      advance(&state, form, parameters, expected: expected, error: form.multiplicativeError ? error * expected : error)
    }
    let count = Double(series.count)
    return (count * log(max(squares / count, 1e-30)) + 2 * logs, state)
  }

  private static func expectation(_ form: Form, _ parameters: Parameters, _ state: State) -> Double {
    let base = state.level + parameters.phi * state.slope
    switch form.season {
    case .none: return base
    case .additive: return base + state.seasonal[state.position]
    case .multiplicative: return base * state.seasonal[state.position]
    }
  }

  /// - Parameter error: in the series' unit.
  private static func advance(_ state: inout State, _ form: Form, _ parameters: Parameters, expected: Double, error: Double) {
    let base = state.level + parameters.phi * state.slope
    var change = error
    if form.season == .multiplicative {
      let factor = state.seasonal[state.position]
      change = error / max(factor, 1e-6)
      state.seasonal[state.position] = factor + parameters.gamma * error / max(base, 1e-9)
    } else if form.season == .additive {
      state.seasonal[state.position] += parameters.gamma * error
    }
    state.level = base + parameters.alpha * change
    state.slope = parameters.phi * state.slope + parameters.beta * change
    if form.season != .none { state.position = (state.position + 1) % state.seasonal.count }
  }

  func path(_ shocks: [Double], parameter: Double) -> [Double] {
    var state = self.state
    return shocks.map { shock in
      let expected = Self.expectation(form, parameters, state)
      let error = form.multiplicativeError ? max(expected, 0) * max(-1, sigma * shock) : sigma * shock
      Self.advance(&state, form, parameters, expected: expected, error: error)
      return expected + error
    }
  }
}
