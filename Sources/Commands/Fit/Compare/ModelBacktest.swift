internal import Demand
internal import Glibc
internal import Groundwork
internal import Placements
internal import Regression

/// Models refitted before each of several origins and scored on the periods that follow, row by row.
///
/// A prediction knows what a forecast would not: the exposure of the periods that follow. It compares models of rates, not
/// forecasts.
struct ModelBacktest {
  /// What one model said of every row that was predicted; rows stand in the same order for each model.
  struct Scores {
    /// log of the probability of what came; the higher the better.
    var logScore: [Double] = []
    /// Continuous ranked probability score; the lower the better.
    var crps: [Double] = []
    /// Observed less predictive mean.
    var error: [Double] = []
    var isCovered: [Bool] = []
  }

  let origins: [Int]
  let horizon: Int
  let scores: [Scores]
  let observed: [Double]
  let municipality: [Int]
  /// Index of the period.
  let period: [Int]
  /// Of each row: its area, kind and period at its origin, as one number.
  private let total: [Int]

  /// Coverage asked of the predictive intervals.
  static let level = 0.8

  /// The last periods before which models are fitted: `count` of them, a horizon apart, the last with a whole horizon after
  /// it, the first with two years before it. May be fewer, in order of time.
  static func origins(panel: Panel, count: Int, horizon: Int) -> [Int] {
    let fewest = 2 * panel.length.perYear
    return (1...count).map { panel.count - $0 * horizon }.filter { $0 >= fewest }.reversed()
  }

  /// - Parameter origins: numbers of periods before the origin, at least one.
  /// - Throws: `FindingsError` where a model cannot be fitted or predicted at an origin.
  init(_ models: [DeclaredModel], _ table: FlowTable, panel: Panel, origins: [Int], horizon: Int, progress: (Int) -> Void) throws {
    self.origins = origins
    self.horizon = horizon
    var scores = [Scores](repeating: Scores(), count: models.count)
    var rows: [Int] = []
    var totals: [Int] = []
    let kinds = table.kind.map { ServiceKind.allCases.firstIndex(of: $0) ?? 0 }
    for origin in origins {
      let past = table.period.indices.filter { table.period[$0] < origin }
      let future = table.period.indices.filter { (origin..<(origin + horizon)).contains(table.period[$0]) }
      guard !past.isEmpty, !future.isEmpty else { continue }
      rows += future
      totals += future.map { row in
        let time = origin * (panel.count + 1) + table.period[row]
        return (time * panel.areas.count + table.area[row]) * ServiceKind.allCases.count + kinds[row]
      }
      for (index, model) in models.enumerated() {
        do {
          try Self.score(model, table, panel, past, future, into: &scores[index])
        } catch let error as FindingsError {
          throw Self.named(error, model, origin: panel.first.advanced(by: origin - 1))
        }
        progress(1)
      }
    }
    self.scores = scores
    let responses = try models.first.map { try $0.fitResponses(table, rows) } ?? []
    observed = responses
    municipality = rows.map { table.municipality[$0] }
    period = rows.map { table.period[$0] }
    total = totals
  }

  private static func score(
    _ model: DeclaredModel, _ table: FlowTable, _ panel: Panel, _ past: [Int], _ future: [Int], into scores: inout Scores
  ) throws {
    let fit = try model.fit(table, panel: panel, rows: past)
    let predictions = try model.predict(table, panel: panel, rows: future, by: fit)
    let (values, trials) = try fit.responses(in: table.data.rows(future))
    for (i, prediction) in predictions.enumerated() {
      let said = fit.predictive(prediction, trials: trials?[i] ?? 1)
      scores.logScore.append(said.logScore(values[i]))
      scores.crps.append(said.crps(values[i]))
      scores.error.append(values[i] - said.mean)
      scores.isCovered.append((said.quantile((1 - level) / 2)...said.quantile((1 + level) / 2)).contains(values[i]))
    }
  }

  /// Which model, and when.
  private static func named(_ error: FindingsError, _ model: DeclaredModel, origin: Period) -> FindingsError {
    FindingsError(
      error.findings.map { finding in
        Finding(
          finding.severity, file: finding.file, row: finding.row, column: finding.column, value: finding.value,
          message: Phrase(da: "modellen »\(model.name)« estimeret til og med \(origin): ", en: "model “\(model.name)” fitted up to \(origin): ") + finding.message,
          remedy: finding.remedy)
      })
  }

  // MARK: Summaries

  /// Means over the rows: log score, CRPS, absolute error, its share of what was observed, predicted less observed, share
  /// covered.
  struct Summary {
    let logScore: Double
    let crps: Double
    let meanAbsoluteError: Double
    let wape: Double
    /// The same of sums over the municipalities, by area, kind and period.
    let areaWape: Double
    let bias: Double
    let coverage: Double
  }

  func summary(of model: Int) -> Summary {
    let own = scores[model]
    let n = Double(own.error.count)
    let absolute = own.error.reduce(0) { $0 + abs($1) }
    let all = observed.reduce(0) { $0 + abs($1) }
    var sums: [Int: Double] = [:]
    for (key, error) in zip(total, own.error) { sums[key, default: 0] += error }
    let together = sums.keys.sorted().reduce(0) { $0 + abs(sums[$1] ?? 0) }
    return Summary(
      logScore: own.logScore.reduce(0, +) / n, crps: own.crps.reduce(0, +) / n, meanAbsoluteError: absolute / n,
      wape: absolute / all, areaWape: together / all, bias: own.error.reduce(0) { $0 - $1 } / n,
      coverage: Double(own.isCovered.count { $0 }) / n)
  }

  /// A measure's difference between two models on the same rows.
  func difference(_ model: Int, _ base: Int, _ measure: (Scores) -> [Double]) -> PairedDifference {
    PairedDifference(zip(measure(scores[model]), measure(scores[base])).map { $0 - $1 }, groups: municipality, times: period)
  }
}

extension DeclaredModel {
  /// The responses of rows, which all models of one comparison share.
  fileprivate func fitResponses(_ table: FlowTable, _ rows: [Int]) throws -> [Double] {
    guard case .numbers(let values) = table.data[flow.plural] else { return [] }
    return rows.map { values[$0] }
  }
}
