public import Demand
public import Forecasting
import Glibc
public import Placements
import Probability
public import Scenarios

/// What municipalities say, what the model says, and both together.
///
/// A statement is corrected by what statements of its municipality were wrong by in the past (`StatementRecord`), and weighed with the
/// model by their precisions on the log scale, draw by draw: combined = (1 − w) · model's draw + w · (corrected statement + its error),
/// with w = v / (v + s), v the variance of the model's draws and s that of the statement's error. So the combined draws have the mean and
/// variance of two independent estimates taken together, and sums over municipalities are taken inside each draw.
public struct SaidForecast: Sendable {
  public struct Row: Sendable {
    public let year: Int
    /// The period that ends the year.
    public let period: Period
    /// Code; empty for all municipalities together.
    public let municipality: String
    public let area: String
    public let kind: ServiceKind
    public let said: Double?
    public let corrected: Double?
    public let model: DrawSummary
    public let combined: DrawSummary
    /// Of the statement, 0 to 1.
    public let weight: Double?
    public let judgement: StatementRecord.Judgement?
    public let statement: Expectation?
  }

  public let rows: [Row]
  /// Nil where no statement has come true.
  public let record: StatementRecord?
  /// Statements about years after the horizon, or in areas without a stock.
  public let unused: Int

  /// - Parameter plan: the plain forecast's.
  public init(demand: FittedDemand, plan: Plan, expectations: [Expectation], request: RunRequest) {
    let panel = demand.panel
    let book = StatementBook(panel: panel, expectations: expectations, horizon: demand.horizon)
    let coming = book.coming.filter { statement in
      request.filter.areas.isEmpty || request.filter.areas.contains(panel.areas[statement.scope.area].id)
    }
    unused = book.unused
    let scopes = Set(coming.map(\.scope))
    let areas = Set(scopes.map { StockScope(municipality: nil, area: $0.area, kind: $0.kind) })
    guard !coming.isEmpty else {
      record = StatementRecord(book.past, modelVariance: 0)
      rows = []
      return
    }
    let stocks = ScopedStocks(
      demand: demand, plan: plan, scopes: scopes, areas: areas, draws: request.draws, seed: request.seed, threads: request.threads)
    let variances = coming.map { Self.logVariance(stocks.draws($0.scope, step: $0.step)) }
    let record = StatementRecord(book.past, modelVariance: variances.reduce(0, +) / Double(variances.count))
    self.record = record
    var rows: [Row] = []
    for year in Set(coming.map(\.statement.year)).sorted() {
      let ofYear = coming.filter { $0.statement.year == year }
      for area in areas.sorted() where ofYear.contains(where: { $0.scope.area == area.area && $0.scope.kind == area.kind }) {
        let own = ofYear.filter { $0.scope.area == area.area && $0.scope.kind == area.kind }.sorted { $0.scope < $1.scope }
        var changed: [StockScope: [Double]] = [:]
        for said in own {
          let combination = Combination(said, model: stocks.draws(said.scope, step: said.step), record: record, panel: panel, seed: request.seed)
          changed[said.scope] = combination.draws
          rows.append(combination.row(said, panel: panel, level: request.level))
        }
        var (model, combined) = (stocks.draws(area, step: own[0].step), stocks.draws(area, step: own[0].step, changed: changed))
        rows.append(
          Row(
            year: year, period: panel.closing(Period(year: year, number: 1, length: .year)), municipality: "", area: panel.areas[area.area].id,
            kind: area.kind, said: nil, corrected: nil, model: DrawSummary(&model, level: request.level),
            combined: DrawSummary(&combined, level: request.level), weight: nil, judgement: nil, statement: nil))
      }
    }
    let payers = request.filter.municipalities
    self.rows = payers.isEmpty ? rows : rows.filter { payers.contains($0.municipality) }
  }

  static func logVariance(_ draws: [Double]) -> Double {
    let logs = draws.map { log($0 + StatementRecord.Past.half) }
    let mean = logs.reduce(0, +) / Double(logs.count)
    return logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, logs.count - 1))
  }
}

/// One statement weighed with the model's draws.
private struct Combination {
  let draws: [Double]
  private let model: [Double]
  private let corrected: Double?
  private let weight: Double
  private let judgement: StatementRecord.Judgement?

  init(_ said: StatementBook.Coming, model: [Double], record: StatementRecord?, panel: Panel, seed: UInt64) {
    self.model = model
    guard let record, let places = said.statement.expectedPlaces else {
      (draws, corrected, weight, judgement) = (model, nil, 0, nil)
      return
    }
    let half = StatementRecord.Past.half
    let judgement = record.judgement(of: said.statement.municipality)
    let variance = SaidForecast.logVariance(model)
    let weight = variance / (variance + judgement.variance)
    let level = log(places + half) + judgement.bias
    let spread = sqrt(judgement.variance)
    // One error for a municipality and area whatever the year: who is wrong about one year is about the next.
    let cell = UInt64((said.scope.municipality ?? 0) * panel.areas.count + said.scope.area)
    draws = model.enumerated().map { draw, value in
      var stream = RandomStream(seed: seed ^ 0x7361_6964, pair: cell, UInt64(draw))
      let mixed = (1 - weight) * log(value + half) + weight * (level + spread * stream.nextNormal())
      return max(0, exp(mixed) - half)
    }
    self.weight = weight
    self.judgement = judgement
    corrected = max(0, exp(level) - half)
  }

  func row(_ said: StatementBook.Coming, panel: Panel, level: Double) -> SaidForecast.Row {
    var (model, combined) = (model, draws)
    return SaidForecast.Row(
      year: said.statement.year, period: panel.closing(Period(year: said.statement.year, number: 1, length: .year)),
      municipality: said.statement.municipality, area: said.statement.area, kind: said.scope.kind, said: said.statement.expectedPlaces,
      corrected: corrected, model: DrawSummary(&model, level: level), combined: DrawSummary(&combined, level: level), weight: weight,
      judgement: judgement, statement: said.statement)
  }
}

/// Statements sorted into those that have come true and those about years ahead.
struct StatementBook {
  struct Coming {
    let statement: Expectation
    let scope: StockScope
    /// Future period, counted from 0.
    let step: Int
  }

  private(set) var past: [StatementRecord.Past] = []
  private(set) var coming: [Coming] = []
  private(set) var unused = 0

  /// Of several statements about a year the last one counts: of the past the last before the year ended, of years ahead the last
  /// before the origin. One without a day counts as the first; talks count after accounts of the same day.
  init(panel: Panel, expectations: [Expectation], horizon: Int) {
    struct Key: Hashable {
      let municipality: String
      let area: String
      let year: Int
    }
    let groups = Dictionary(grouping: expectations) { Key(municipality: $0.municipality, area: $0.area, year: $0.year) }
    for key in groups.keys.sorted(by: { ($0.year, $0.area, $0.municipality) < ($1.year, $1.area, $1.municipality) }) {
      guard let municipality = panel.municipalities.firstIndex(where: { $0.code == key.municipality }),
        let area = panel.areas.firstIndex(where: { $0.id == key.area })
      else {
        unused += 1
        continue
      }
      let scope = StockScope(municipality: municipality, area: area, kind: panel.spokenKind(ofArea: area))
      let whole = Period(year: key.year, number: 1, length: .year)
      let until = min(whole.lastDay, panel.origin.lastDay)
      let statement = (groups[key] ?? []).filter { $0.expectedPlaces != nil && ($0.received.map { $0 <= until } ?? true) }.max { Self.order($0) < Self.order($1) }
      guard let statement, let said = statement.expectedPlaces else { continue }
      let step = panel.closing(whole) - panel.origin - 1
      if step < 0 {
        if let actual = panel.counted(scope, at: panel.closing(whole)) {
          past.append(StatementRecord.Past(source: key.municipality, said: said, actual: actual))
        }
      } else if step < horizon, !panel.strata(of: scope).isEmpty {
        coming.append(Coming(statement: statement, scope: scope, step: step))
      } else {
        unused += 1
      }
    }
  }

  private static func order(_ statement: Expectation) -> (Int, Int) {
    (statement.received?.number ?? Int.min, statement.source == .dialogue ? 1 : 0)
  }
}
