public import Demand
public import Forecasting
import Glibc
public import Placements
import Probability
public import Scenarios

/// Analysts' own forecasts beside the model's, and what they come to when they are applied.
///
/// An override's draws follow the model's: a draw that is high by the model is as high by the override, so that sums keep the model's
/// dependence. Its interval is that of the 10 % and 90 % quantiles of a lognormal number; a number alone leaves no doubt. Applied, the
/// stock moves from the model to the override evenly from the origin to the override's period and keeps the distance after it. What is said
/// of an area as a whole alone decides the area's sum; what is said of its municipalities otherwise adds up.
public struct OverrideForecast: Sendable {
  public struct Row: Sendable {
    public let override: ForecastOverride
    public let kind: ServiceKind
    public let period: Period
    /// The model's own, and the override's; nil of the past.
    public let model: DrawSummary?
    public let applied: DrawSummary?
    /// What came true; nil of the future or where it was not counted.
    public let actual: Double?
    /// Factor from the override to what came true, on the log scale.
    public let error: Double?
  }

  public let rows: [Row]
  /// Past overrides as a source of statements; nil where none has come true.
  public let record: StatementRecord?
  /// Overrides of periods beyond the horizon, or of what has no stock.
  public let unused: Int
  let shifts: [StockShift]

  public init(demand: FittedDemand, plan: Plan, overrides: [ForecastOverride], request: RunRequest) {
    let panel = demand.panel
    let placed = overrides.compactMap { Placed($0, panel: panel, horizon: demand.horizon) }
    let latest = Dictionary(grouping: placed) { Target(scope: $0.scope, closing: $0.closing) }
      .compactMap { $0.value.max { ($0.override.date?.number ?? Int.min) < ($1.override.date?.number ?? Int.min) } }
      .sorted { ($0.closing, $0.scope) < ($1.closing, $1.scope) }
    let coming = latest.filter { $0.step >= 0 }
    unused = overrides.count - placed.count
    var rows: [Row] = []
    var past: [StatementRecord.Past] = []
    for own in latest where own.step < 0 {
      let actual = panel.counted(own.scope, at: own.closing)
      // Said after it had happened it is no forecast.
      let isForecast = own.override.date.map { $0 < own.closing.lastDay } ?? false
      let judged = isForecast ? actual.map { StatementRecord.Past(source: "override", said: own.middle, actual: $0) } : nil
      if let judged { past.append(judged) }
      rows.append(Row(override: own.override, kind: own.scope.kind, period: own.closing, model: nil, applied: nil, actual: actual, error: judged?.error))
    }
    record = StatementRecord(past, modelVariance: 0)
    guard !coming.isEmpty else {
      self.rows = rows
      shifts = []
      return
    }
    let scopes = Set(coming.map(\.scope).filter { $0.municipality != nil })
    let areas = Set(coming.map { StockScope(municipality: nil, area: $0.scope.area, kind: $0.scope.kind) })
    let stocks = ScopedStocks(
      demand: demand, plan: plan, scopes: scopes, areas: areas, draws: request.draws, seed: request.seed, threads: request.threads)
    var knots: [StockScope: [(step: Int, delta: [Double])]] = [:]
    for own in coming {
      var model = stocks.draws(own.scope, step: own.step)
      var applied = own.draws(like: model, seed: request.seed)
      knots[own.scope, default: []].append((own.step, zip(applied, model).map { $0 - $1 }))
      rows.append(
        Row(
          override: own.override, kind: own.scope.kind, period: own.closing, model: DrawSummary(&model, level: request.level),
          applied: DrawSummary(&applied, level: request.level), actual: nil, error: nil))
    }
    self.rows = rows
    shifts = knots.keys.sorted().map { StockShift(scope: $0, knots: knots[$0] ?? [], horizon: demand.horizon) }
  }

  private struct Target: Hashable {
    let scope: StockScope
    let closing: Period
  }
}

/// An override with its place in the panel.
private struct Placed {
  let override: ForecastOverride
  let scope: StockScope
  /// The base period that ends with the override's.
  let closing: Period
  /// Future period from 0; negative in the past.
  let step: Int

  /// Nil where nothing of the panel is meant.
  init?(_ override: ForecastOverride, panel: Panel, horizon: Int) {
    guard let area = panel.areas.firstIndex(where: { $0.id == override.area }) else { return nil }
    var municipality: Int?
    if !override.municipality.isEmpty {
      municipality = panel.municipalities.firstIndex { $0.code == override.municipality }
      if municipality == nil { return nil }
    }
    scope = StockScope(municipality: municipality, area: area, kind: panel.spokenKind(ofArea: area))
    closing = panel.closing(override.period)
    step = closing - panel.origin - 1
    self.override = override
    guard step < horizon, !panel.strata(of: scope).isEmpty else { return nil }
  }

  private static let half = StatementRecord.Past.half
  /// Of the standard normal, at 90 %.
  private static let normalTail = Normal.quantile(0.9)

  private var logMiddle: Double {
    if let value = override.value { return log(value + Self.half) }
    guard let interval = override.interval else { return log(Self.half) }
    return (log(interval.lowerBound + Self.half) + log(interval.upperBound + Self.half)) / 2
  }

  var middle: Double { max(0, exp(logMiddle) - Self.half) }

  private var spread: Double {
    guard let interval = override.interval else { return 0 }
    return (log(interval.upperBound + Self.half) - log(interval.lowerBound + Self.half)) / (2 * Self.normalTail)
  }

  /// Below it the model is as good as certain, and its draws differ by rounding alone.
  private static let leastDeviation = 1e-6

  /// The override's draws, each as far from the middle as the model's; where the model has no doubt, as far as a normal number.
  func draws(like model: [Double], seed: UInt64) -> [Double] {
    let logs = model.map { log($0 + Self.half) }
    let mean = logs.reduce(0, +) / Double(logs.count)
    let deviation = sqrt(SaidForecast.logVariance(model))
    let cell = UInt64(scope.area) << 32 | UInt64(scope.municipality.map { $0 + 1 } ?? 0)
    return logs.enumerated().map { draw, own in
      var stream = RandomStream(seed: seed ^ 0x6F76_6572, pair: cell, UInt64(draw))
      let height = deviation > Self.leastDeviation ? (own - mean) / deviation : stream.nextNormal()
      return max(0, exp(logMiddle + spread * height) - Self.half)
    }
  }
}

/// By how much the stock of a scope is moved, draw by draw.
struct StockShift: Sendable {
  let scope: StockScope
  /// `[step][draw]`.
  let deltas: [[Double]]

  /// - Parameter knots: by future step; straight lines from nothing at the origin through them, level after the last.
  init(scope: StockScope, knots: [(step: Int, delta: [Double])], horizon: Int) {
    self.scope = scope
    let sorted = knots.sorted { $0.step < $1.step }
    let draws = sorted.first?.delta.count ?? 0
    deltas = (0..<horizon).map { step in
      guard let next = sorted.first(where: { $0.step >= step }) else { return sorted.last?.delta ?? [] }
      let before = sorted.last { $0.step < step }
      let (from, start) = (Double(before?.step ?? -1), before?.delta ?? [Double](repeating: 0, count: draws))
      let share = (Double(step) - from) / (Double(next.step) - from)
      return zip(start, next.delta).map { $0 + share * ($1 - $0) }
    }
  }

  /// Sums by line of the results, `[step][draw]`, and the scopes that no line shows.
  static func byLine(_ shifts: [StockShift], index: KeyIndex, panel: Panel) -> (lines: [Int: [[Double]]], unseen: [StockScope]) {
    func line(_ scope: StockScope) -> Int? {
      guard let stratum = panel.strata(of: scope).first else { return nil }
      let keys = (scope.municipality.map { $0...$0 } ?? 0...(panel.municipalities.count - 1)).map { index.tally.key(municipality: $0, stratum: stratum, offer: -1) }
      guard let key = keys.first, key >= 0, keys.allSatisfy({ $0 == key }) else { return nil }
      return key
    }
    var lines: [Int: [[Double]]] = [:]
    var unseen: [StockScope] = []
    for shift in shifts {
      guard let key = line(shift.scope) else {
        unseen.append(shift.scope)
        continue
      }
      let whole = StockScope(municipality: nil, area: shift.scope.area, kind: shift.scope.kind)
      if shift.scope.municipality != nil, shifts.contains(where: { $0.scope == whole }), line(whole) == key { continue }
      var sum = lines[key] ?? shift.deltas.map { $0.map { _ in 0 } }
      for step in sum.indices {
        for d in sum[step].indices { sum[step][d] += shift.deltas[step][d] }
      }
      lines[key] = sum
    }
    return (lines, unseen)
  }
}
