internal import ArgumentParser
import Analysis
import Forecasting
import Groundwork
import Placements
import Scenarios
import Store

/// Labels under which forecasts are published.
enum PublicationLabel {
  static let longest = 60

  /// A number would look like a run's.
  @Sendable static func read(_ text: String) throws -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0.properties.numericType != nil || " -_.".unicodeScalars.contains($0) }
    guard !text.isEmpty, text.count <= longest, isPlain, text.first != " ", text.last != " ", text.first != "-", Int(text) == nil else {
      throw ValidationError(
        Phrase(
          da: "Navnet skal have 1 til \(longest) bogstaver, tal, blanke, punktummer eller streger og må ikke kun være et tal.",
          en: "The label must have 1 to \(longest) letters, digits, blanks, points or dashes and must not be a mere number."
        ).spoken)
    }
    return text
  }
}

/// Freezes a forecast: stock, flows and days of every period, of the total, the regions, municipalities and areas, whatever is shown.
struct Publisher {
  private let label: String
  private let memory: RunMemory
  private let store: RunStore

  static let groupings: [Grouping] = [.total, .region, .municipality, .area]

  /// By area, from the archived counts alone.
  static let rebuilt = "rebuilt"

  private static let measures: [Measure] = [.stock, .admissions, .homecomings, .otherExits, .occupiedDays]

  /// - Throws: before anything is computed, where the label is taken or the store cannot be used.
  init(label: String, memory: RunMemory) throws(FindingsError) {
    self.label = label
    self.memory = memory
    store = try RunStore.required(folder: memory.folder, making: true)
    if try requiring({ () throws(StoreProblem) in try store.isTaken(label) }) { throw FindingsError(StoreProblem.labelTaken(label).finding(.error)) }
  }

  /// - Parameter run: the recorded run that shows it.
  func publish(run: Int?, session: ProjectSession, request: RunRequest, horizon: Int) throws {
    guard let run else { throw FindingsError(StoreProblem.notWritable.finding(.error)) }
    var request = request
    request.measures = Self.measures
    let forecast = AreaForecast(panel: session.panel, horizon: horizon, request: request)
    var values = Self.groupings.flatMap { grouping in forecast.rows(by: grouping).map { Self.value($0, grouping.rawValue) } }
    let archive = session.panel.archive()
    request.measures = [.stock]
    let again = AreaForecast(panel: try Panel(archive: archive), horizon: horizon, request: request)
    values += again.rows(by: .area).map { Self.value($0, Self.rebuilt) }
    try requiring { () throws(StoreProblem) in
      try store.publish(label, run: run, level: request.level, panel: archive, values: values)
    }
    memory.say(
      Phrase(
        da: "Offentliggjort som »\(label)« (kørsel \(run)); »plads explain« holder senere prognoser op mod den.",
        en: "Published as “\(label)” (run \(run)); “plads explain” holds later forecasts against it."))
  }

  private static func value(_ row: ResultRow, _ grouping: String) -> Publication.Value {
    Publication.Value(
      grouping: grouping, period: row.period.description, region: row.key.region, area: row.key.area,
      municipality: row.key.municipality, kind: row.key.kind.rawValue, measure: row.measure.rawValue, mean: row.value.mean,
      median: row.value.median, lower: row.value.lower, upper: row.value.upper)
  }
}
