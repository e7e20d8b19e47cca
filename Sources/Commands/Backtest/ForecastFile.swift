internal import Analysis
internal import Forecasting
internal import Groundwork
internal import Placements

/// Every forecast of a backtest as CSV, for scoring elsewhere.
enum ForecastFile {
  private static let quantiles = ForecastScore.probabilities.map { "q\(NumberText.machine($0))" }
  static let seriesColumns = (["unique_id", "ds", "origin"] + quantiles).map { Table.Column($0) }
  static let projectColumns = (["model", "origin", "period", "level", "node", "actual"] + quantiles).map { Table.Column($0) }

  static func heading(_ columns: [Table.Column]) -> String { columns.map(\.name).joined(separator: ",") }

  /// `unique_id,ds,origin,q0.025,…`: of the first model, a row a node, origin and step.
  static func text(_ result: RollingOrigin, file: SeriesFile) -> String {
    var lines = [heading(seriesColumns)]
    for record in result.records where record.forecaster == 0 {
      let id = quoted(result.hierarchy.nodes[record.node].id)
      let origin = file.period(record.origin - 1)
      for (step, score) in record.scores.enumerated() {
        lines.append(([id, file.period(record.origin + step), origin] + score.quantiles.map { NumberText.machine($0) }).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `model,origin,period,level,node,actual,q0.025,…`: of every model; an unknown actual value is empty.
  static func text(_ result: RollingOrigin, series: PanelSeries) -> String {
    var lines = [heading(projectColumns)]
    for record in result.records {
      let node = result.hierarchy.nodes[record.node]
      let origin = series.first.advanced(by: record.origin - 1).description
      for (step, score) in record.scores.enumerated() {
        let period = series.first.advanced(by: record.origin + step).description
        let keys = [result.names[record.forecaster], origin, period, quoted(node.level), quoted(node.id)]
        let actual = score.actual.isNaN ? "" : NumberText.machine(score.actual)
        lines.append((keys + [actual] + score.quantiles.map { NumberText.machine($0) }).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func quoted(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
