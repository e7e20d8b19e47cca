internal import Demand
internal import Groundwork
internal import Placements
internal import Regression

/// A fit's rows as its residual plots need them.
struct DiagnosticRows {
  struct Grouping {
    let heading: Phrase
    /// For the file's name.
    let key: String
    let labels: [String]
  }

  /// For the files' names; empty where there is but one fit.
  let key: String
  let title: Phrase
  /// Values or counts, with their fitted means in the same unit.
  let observed: [Double]
  let fitted: [Double]
  let variance: [Double]
  /// Randomised quantile residuals.
  let residuals: [Double]
  let isCount: Bool
  let isLogarithmic: Bool
  let groupings: [Grouping]
  /// Of each row in years; nil where the rows have no time.
  let time: [Double]?
  /// The fit's tables as text, for the page.
  let tables: [Table]

  /// A formula's fit: by each of its groups.
  init(_ result: RegressionResult, data: DataTable, key: String, title: Phrase, tables: [Table], seed: UInt64, time: [Double]? = nil) {
    let weights = result.priorWeights
    let rows = result.observed.indices.filter { (weights?[$0] ?? 1) > 0 && (result.trials?[$0] ?? 1) > 0 }
    let residuals = result.quantileResiduals(seed: seed)
    self.key = key
    self.title = title
    observed = rows.map { result.observed[$0] * (result.trials?[$0] ?? 1) }
    fitted = rows.map { result.fitted[$0] * (result.trials?[$0] ?? 1) }
    let variances = result.responseVariances
    variance = rows.map { variances[$0] * (result.trials?[$0] ?? 1) * (result.trials?[$0] ?? 1) }
    self.residuals = rows.map { residuals[$0] }
    isCount = !result.isGaussian
    isLogarithmic = result.link == .log
    self.time = time.map { time in rows.map { time[$0] } }
    self.tables = tables
    groupings = Self.groupings(result.schema.formula, data, rows)
  }

  private static func groupings(_ formula: Formula, _ data: DataTable, _ rows: [Int]) -> [Grouping] {
    var seen: Set<String> = []
    return formula.groups.compactMap { group in
      guard seen.insert(group.label).inserted else { return nil }
      let columns = group.columns.compactMap { data.labels(of: $0) }
      guard columns.count == group.columns.count else { return nil }
      let labels = rows.map { row in columns.map { $0[row] }.joined(separator: ", ") }
      return Grouping(heading: Self.heading(group.label), key: group.label, labels: labels)
    }
  }

  private static func heading(_ label: String) -> Phrase {
    switch label {
    case "municipality": Phrase(da: "kommune", en: "municipality")
    case "area": Phrase(da: "område", en: "area")
    case "municipality:area": Phrase(da: "kommune og område", en: "municipality and area")
    default: Phrase(label)
    }
  }

  /// A project's own model of a flow; nil where its rates were not regressed.
  init?(_ flow: FlowFit, of demand: FittedDemand, tables: [Table], seed: UInt64) {
    guard let rows = demand.observations(of: flow, seed: seed) else { return nil }
    key = flow.flow.plural
    title = flow.flow.phrase
    (observed, fitted, residuals, time) = (rows.observed, rows.fitted, rows.residuals, rows.time)
    variance = rows.variance
    (isCount, isLogarithmic) = (true, true)
    self.tables = tables
    groupings = [
      Grouping(heading: Self.heading("municipality"), key: "municipality", labels: rows.municipality.map { demand.panel.municipalities[$0].name }),
      Grouping(heading: Self.heading("area"), key: "area", labels: rows.area.map { demand.panel.areas[$0].name }),
    ]
  }
}

extension DataTable {
  /// A column as texts; nil where it is missing or has gaps.
  fileprivate func labels(of name: String) -> [String]? {
    switch self[name] {
    case .numbers(let values): values.contains(where: \.isNaN) ? nil : values.map { NumberText.machine($0) }
    case .texts(let values): values.contains { $0 == nil } ? nil : values.compactMap { $0 }
    case nil: nil
    }
  }
}
