import Demand
public import Forecasting
public import Placements

extension ScenarioRun {
  /// The run with the rows of the plain forecast made by another model; measures that only the simulation has are left out.
  /// - Parameter forecasts: by measure.
  public func replacing(rowsBy forecasts: [Measure: ForecastModel.Result], request: RunRequest, panel: Panel) -> ScenarioRun {
    let rows = forecasts.keys.sorted { $0.rawValue < $1.rawValue }.flatMap { measure in
      ModelRows(measure: measure, forecast: forecasts[measure], request: request, panel: panel).rows
    }
    let order = Dictionary(uniqueKeysWithValues: Measure.allCases.enumerated().map { ($1, $0) })
    return ScenarioRun(
      copying: self,
      rows: rows.sorted { a, b in
        if a.key != b.key { return a.key < b.key }
        if a.measure != b.measure { return (order[a.measure] ?? 0) < (order[b.measure] ?? 0) }
        return a.period < b.period
      })
  }
}

/// Rows of one measure from paths of municipality × area and kind.
private struct ModelRows {
  private(set) var rows: [ResultRow] = []

  init(measure: Measure, forecast: ForecastModel.Result?, request: RunRequest, panel: Panel) {
    guard let forecast else { return }
    let cells = forecast.series.cells
    let regions = Dictionary(uniqueKeysWithValues: panel.municipalities.map { ($0.code, $0.region) })
    let skipped = Set(forecast.paths.setAside)
    var members: [ResultKey: [Int]] = [:]
    for (index, cell) in cells.enumerated() where !skipped.contains(index) {
      guard request.filter.areas.isEmpty || request.filter.areas.contains(cell.area),
        request.filter.municipalities.isEmpty || request.filter.municipalities.contains(cell.municipality)
      else { continue }
      members[Self.key(cell, grouping: request.grouping, region: regions[cell.municipality] ?? ""), default: []].append(index)
    }
    let length = max(request.every, panel.length)
    for key in members.keys.sorted() {
      add(key, members[key] ?? [], measure: measure, paths: forecast.paths, request: request, panel: panel, length: length)
    }
  }

  private static func key(_ cell: PanelSeries.Cell, grouping: Grouping, region: String) -> ResultKey {
    switch grouping {
    case .region: ResultKey(region: region, kind: cell.kind)
    case .municipality: ResultKey(region: region, municipality: cell.municipality, kind: cell.kind)
    case .area: ResultKey(area: cell.area, kind: cell.kind)
    case .total, .offer: ResultKey(kind: cell.kind)
    }
  }

  private mutating func add(
    _ key: ResultKey, _ members: [Int], measure: Measure, paths: PathDraws, request: RunRequest, panel: Panel, length: PeriodLength
  ) {
    let node = SeriesHierarchy.Node(id: "", level: "", members: members)
    var sum = [Double](repeating: 0, count: paths.draws)
    for step in 0..<paths.horizon {
      let period = panel.origin.advanced(by: step + 1)
      guard let now = paths.sample(node, step: step) else { return }
      if measure.isFlow { for draw in sum.indices { sum[draw] += now[draw] } } else { sum = now }
      let whole = period.enclosing(length)
      guard whole.lastDay == period.lastDay else { continue }
      if whole.firstDay > panel.origin.lastDay, request.onlyPeriods?.contains(whole) ?? true {
        rows.append(row(key, whole, measure, sum, request))
      }
      sum = [Double](repeating: 0, count: paths.draws)
    }
  }

  private func row(_ key: ResultKey, _ period: Period, _ measure: Measure, _ values: [Double], _ request: RunRequest) -> ResultRow {
    var copy = values
    let summary = DrawSummary(&copy, level: request.level)
    let inner = request.innerLevel.map { DrawSummary(&copy, level: $0) }
    return ResultRow(
      plan: 0, key: key, period: period, measure: measure, value: summary, inner: inner,
      difference: DrawSummary(mean: 0, median: 0, lower: 0, upper: 0), probabilityWorse: measure.worse.map { _ in 0 }, isUnchanged: true)
  }
}
