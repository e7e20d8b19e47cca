import Groundwork
import Placements

/// Reads what municipalities said they would need.
enum ExpectationsTable {
  private struct Key: Hashable {
    let municipality: String
    let area: String
    let year: Int
    let source: Expectation.Source
    let received: Day?
  }

  /// Reports when neither of the columns that say something is there.
  static func hasStatement(_ table: OpenTable) -> Bool {
    if table.has("expected_places") || table.has("scale_1_5") { return true }
    table.log.report(
      .missingColumn("expected_places", aliases: ["forventede_pladser", "scale_1_5"], near: nil, tried: nil), file: table.file,
      row: table.text.headerLine, column: "expected_places")
    return false
  }

  /// - Returns: rows read and expectations, sorted by municipality, area, year, day received and source.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, expectations: [Expectation]) {
    let municipality = table.column("municipality")
    let area = table.column("area")
    let year = table.column("year")
    let places = table.column("expected_places")
    let scale = table.column("scale_1_5")
    let source = table.column("source")
    let received = table.column("received")
    let words = CategoryReader(table, registers)
    let sources = table.cache("source") { Words.statements.value($0) }
    var first = FirstRows<Key>()
    var result: [Expectation] = []
    let rows = table.forEachRow { row in
      let code = words.requiredMunicipality(row, municipality)
      let id = row.required(area) == nil ? nil : words.knownArea(row, area)
      let when = row.required(year) == nil ? nil : row.integer(year, in: CheckedRow.years)
      let count = row.persons(places)
      let level = row.integer(scale, in: 1...5)
      var kind = Expectation.Source.redegoerelse
      if !row.cell(source).isEmpty {
        if let known = sources.value(of: row.cell(source)) {
          kind = known
        } else {
          row.reportUnknown(.unknownWord(row.cell(source).shown, among: Words.statements.suggestions), source, among: Words.statements.terms)
        }
      }
      let day = row.day(received)
      guard let code, let id, let when else { return }
      if row.cell(places).isEmpty, row.cell(scale).isEmpty { return row.report(.nothingStated, places) }
      if let day, day.year > when { row.report(.statedTooLate(when), received) }
      let key = Key(municipality: code, area: id, year: when, source: kind, received: day)
      if let firstRow = first.add(key, row: row.row.line) { return row.report(.duplicate(firstRow: firstRow), year) }
      result.append(
        Expectation(municipality: code, area: id, year: when, expectedPlaces: count, scale: level, source: kind, received: day))
    }
    return (rows, result.sorted { order($0) < order($1) })
  }

  private static func order(_ statement: Expectation) -> (String, String, Int, Int, String) {
    (statement.municipality, statement.area, statement.year, statement.received?.number ?? Int.min, statement.source.rawValue)
  }

  /// Warns of years that no forecast reaches and nothing can be held against.
  static func reportYears(_ expectations: [Expectation], data: ClosedRange<Int>, file: String, log: FindingLog) {
    let far = expectations.filter { $0.year < data.lowerBound || $0.year > data.upperBound + mostYearsAhead }
    for year in Set(far.map(\.year)).sorted() {
      log.report(.yearOutOfReach(count: far.count { $0.year == year }, data: data), file: file, column: "year", value: String(year))
    }
  }

  /// Longer than any horizon that is usual.
  private static let mostYearsAhead = 10
}

extension Words where Value == Expectation.Source {
  static let statements = Words([
    ("redegoerelse", .redegoerelse, ["redegørelse", "kommunal redegørelse", "behovsindmelding", "indmelding", "statement"]),
    ("dialogue", .dialogue, ["dialog", "dialogmøde", "møde", "samtale", "mundtlig"]),
  ])
}

extension Fault {
  static var nothingStated: Fault {
    Fault(
      "statement", .error, Phrase(da: "rækken har hverken pladser eller skala.", en: "the row has neither places nor scale."),
      Phrase(da: "Udfyld expected_places eller scale_1_5.", en: "Fill in expected_places or scale_1_5."))
  }

  static func statedTooLate(_ year: Int) -> Fault {
    Fault(
      "statement-late", .warning, Phrase(da: "ligger efter året \(year), som udsagnet handler om.", en: "lies after the year \(year) that was spoken of."),
      Phrase(da: "Ret datoen; et udsagn efter året tæller ikke som forventning.", en: "Mend the date; what was said after the year is no expectation."))
  }

  static func yearOutOfReach(count: Int, data: ClosedRange<Int>) -> Fault {
    Fault(
      "statement-year", .warning,
      Phrase(
        da: "året ligger uden for data (\(data.lowerBound)-\(data.upperBound)) og de næste ti år; udsagn, der ikke kan bruges: \(count).",
        en: "the year lies outside the data (\(data.lowerBound)-\(data.upperBound)) and the ten years after; statements that cannot be used: \(count)."),
      Phrase(da: "Ret året.", en: "Mend the year."))
  }

  static func unknownArea(_ value: String, among names: [String]) -> Fault {
    let hint = nearest(value, among: names, listAtMost: 12)
    return Fault("area", .error, Phrase(da: "er ikke et område i projektets data.", en: "is no area of the project's data."), hint())
  }
}
