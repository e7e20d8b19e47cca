internal import Forecasting
internal import Groundwork

/// Tables of a backtest.
struct BacktestTables {
  let result: RollingOrigin
  let target: String
  /// Index of the naive forecaster that skill is counted against; nil where it was not run.
  private let naive: Int?

  init(_ result: RollingOrigin, target: String) {
    self.result = result
    self.target = target
    naive = result.names.firstIndex(of: "naive")
  }

  static let columns: [Table.Column] = [
    .init("model", heading: Phrase(da: "Model", en: "Model")), .init("target", heading: Phrase(da: "Mål", en: "Target")),
    .init("grouping", heading: Phrase(da: "Niveau", en: "Level")), .init("horizon", unit: "periods", heading: Phrase(da: "Skridt", en: "Step")),
    .init("origins", heading: Phrase(da: "Udgangspunkter", en: "Origins")), .init("n", heading: Phrase("n")),
    .init("mase", heading: Phrase("MASE"), decimals: 3), .init("rmsse", heading: Phrase("RMSSE"), decimals: 3),
    .init("wape", heading: Phrase("WAPE"), decimals: 3), .init("bias", heading: Phrase(da: "Skævhed", en: "Bias"), decimals: 3),
    .init("crps", heading: Phrase("CRPS"), decimals: 3), .init("coverage80", heading: Phrase(da: "80 %", en: "80%"), decimals: 2),
    .init("coverage95", heading: Phrase(da: "95 %", en: "95%"), decimals: 2),
    .init("skill_vs_naive", heading: Phrase(da: "Gevinst", en: "Skill"), decimals: 3), .init("p_value", heading: Phrase("p"), decimals: 3),
    .init("pit1", heading: Phrase("PIT 1"), decimals: 2), .init("pit2", heading: Phrase("PIT 2"), decimals: 2),
    .init("pit3", heading: Phrase("PIT 3"), decimals: 2), .init("pit4", heading: Phrase("PIT 4"), decimals: 2),
    .init("pit5", heading: Phrase("PIT 5"), decimals: 2),
  ]

  /// A row for each model, level and step; an empty level or step means all.
  func machine() -> Table {
    var table = Table(title: Phrase(da: "Efterprøvning", en: "Backtest"), columns: Self.columns)
    let steps = result.records.first?.scores.count ?? 0
    for forecaster in result.names.indices {
      for level in [nil] + result.hierarchy.levels.map(Optional.some) {
        for step in [nil] + (0..<steps).map(Optional.some) {
          if let row = row(forecaster, level, step) { table.append(row) }
        }
      }
    }
    return table
  }

  /// What a person reads: a table for all nodes and one for each level, over all steps.
  func sheets() -> [Table] {
    let levels = result.hierarchy.levels
    let shown: [String?] = levels.count > 1 ? [nil] + levels : [nil]
    let kept = [0] + Array(5..<15)
    return shown.enumerated().map { position, level in
      var table = Table(title: title(level), columns: kept.map { Self.columns[$0] })
      for forecaster in result.names.indices {
        guard let row = row(forecaster, level, nil) else { continue }
        table.append(kept.map { row[$0] })
      }
      if position == shown.count - 1 { table.footnotes = Self.notes }
      return table
    }
  }

  private func title(_ level: String?) -> Phrase {
    guard let level else { return Phrase(da: "Efterprøvning, alle niveauer", en: "Backtest, all levels") }
    return Phrase(da: "Niveau: \(level)", en: "Level: \(level)")
  }

  private static let notes = [
    Phrase(
      da: "MASE, RMSSE, skævhed (faktisk − median) og CRPS er i enheder af nodens egne ændringer før udgangspunktet; mindre er bedre.",
      en: "MASE, RMSSE, bias (actual − median) and CRPS are in units of the node's own changes before the origin; less is better."),
    Phrase(
      da: "80 % og 95 %: andel af udfald inden for intervallerne. Gevinst: 1 − CRPS / den naive prognoses CRPS; p: tosidet parret test mod den naive, klynger efter udgangspunkt og node (tom med ét udgangspunkt).",
      en: "80% and 95%: share of outcomes inside the intervals. Skill: 1 − CRPS / the naive forecast's CRPS; p: two-sided paired test against the naive one, clustered by origin and node (empty with one origin)."),
  ]

  private func row(_ forecaster: Int, _ level: String?, _ step: Int?) -> [Table.Cell]? {
    guard let summary = BacktestSummary(result, forecaster: forecaster, level: level, step: step) else { return nil }
    var (skill, p): (Double?, Double?) = (nil, nil)
    if let naive, naive != forecaster, let other = BacktestSummary(result, forecaster: naive, level: level, step: step) {
      skill = summary.skill(against: other)
      p = summary.difference(from: other)?.pValue
    }
    func number(_ value: Double?) -> Table.Cell { value.map { $0.isFinite ? .number($0) : .empty } ?? .empty }
    return [
      .text(result.names[forecaster]), .text(target), level.map { .text($0) } ?? .empty, step.map { .integer($0 + 1) } ?? .empty,
      .integer(summary.origins), .integer(summary.count), number(summary.mase), number(summary.rmsse), number(summary.wape),
      number(summary.bias), number(summary.crps), number(summary.coverage80), number(summary.coverage95), number(skill), number(p),
    ] + summary.pitFifths.map(number)
  }
}
