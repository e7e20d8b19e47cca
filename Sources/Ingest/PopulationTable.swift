import Groundwork
import Placements

/// Reads persons by municipality, year and age: one band a row, or bands as columns (`age_0_5`, `age_80_plus`).
struct PopulationTable {
  private struct Band: Hashable {
    let from: Int
    let to: Int
  }

  private struct Entry {
    let row: Population.Row
    let line: Int
    let header: String
  }

  static let oldest = 120

  private let table: OpenTable
  private let registers: Registers
  private let wide: [(band: Band, column: ColumnPlace)]

  init(_ table: OpenTable, _ registers: Registers) {
    self.table = table
    self.registers = registers
    wide = table.others.compactMap { index in
      let header = table.text.header[index]
      return PopulationTable.band(header).map { ($0, ColumnPlace(index: index, header: header, name: "persons")) }
    }
  }

  /// Positions of the columns that are bands of ages.
  var bandColumns: Set<Int> { Set(wide.map(\.column.index)) }

  /// Reports when there is no column of persons.
  func hasPersons() -> Bool {
    if table.has("persons") || !wide.isEmpty { return true }
    table.log.report(
      .missingColumn("persons", aliases: ["personer", "folketal", "age_0_17"], near: nil, tried: nil), file: table.file,
      row: table.text.headerLine, column: "persons")
    return false
  }

  /// - Returns: rows of the file and rows of population, sorted by municipality, year and age.
  func read() -> (rows: Int, population: [Population.Row]) {
    let municipality = table.column("municipality")
    let year = table.column("year")
    let source = table.column("source")
    let words = CategoryReader(table, registers)
    let sources = table.cache("source") { Words.sources.value($0) }
    var entries: [Entry] = []
    let rows = table.forEachRow { row in
      let code = words.requiredMunicipality(row, municipality)
      let yearNumber = row.required(year) == nil ? nil : row.integer(year, in: CheckedRow.years)
      var isProjection = false
      if !row.cell(source).isEmpty {
        if let known = sources.value(of: row.cell(source)) {
          isProjection = known
        } else {
          row.report(.unknownWord(row.cell(source).shown, among: Words.sources.suggestions), source)
        }
      }
      let counts = counts(row)
      guard let code, let yearNumber else { return }
      for (band, persons, column) in counts {
        let entry = Population.Row(
          municipality: code, year: yearNumber, ageFrom: band.from, ageTo: band.to, persons: persons, isProjection: isProjection)
        entries.append(Entry(row: entry, line: row.row.line, header: column.header))
      }
    }
    let sorted = entries.sorted { PopulationTable.isBefore($0, $1) }
    reportOverlaps(sorted)
    return (rows, sorted.map(\.row))
  }

  private func counts(_ row: CheckedRow) -> [(Band, Double, ColumnPlace)] {
    let persons = table.column("persons")
    guard persons.isThere else {
      return wide.compactMap { band, column in row.amount(column).map { (band, $0, column) } }
    }
    let ageFrom = table.column("age_from")
    let ageTo = table.column("age_to")
    let from = row.integer(ageFrom, in: 0...150) ?? 0
    let to = row.integer(ageTo, in: 0...150) ?? max(from, PopulationTable.oldest)
    if to < from { row.report(.agesReversed, ageTo) }
    guard row.required(persons) != nil, let count = row.amount(persons), to >= from else { return [] }
    return [(Band(from: from, to: to), count, persons)]
  }

  private static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
    let (a, b) = (left.row, right.row)
    if a.municipality != b.municipality { return a.municipality < b.municipality }
    if a.year != b.year { return a.year < b.year }
    if a.isProjection != b.isProjection { return !a.isProjection }
    return (a.ageFrom, a.ageTo, left.line) < (b.ageFrom, b.ageTo, right.line)
  }

  private func reportOverlaps(_ sorted: [Entry]) {
    for (before, after) in zip(sorted, sorted.dropFirst()) {
      let (a, b) = (before.row, after.row)
      guard a.municipality == b.municipality, a.year == b.year, a.isProjection == b.isProjection, b.ageFrom <= a.ageTo else { continue }
      let (early, late) = before.line < after.line ? (before, after) : (after, before)
      let isSame = a.ageFrom == b.ageFrom && a.ageTo == b.ageTo
      table.log.report(
        isSame ? .duplicate(firstRow: early.line) : .overlappingAges(firstRow: early.line), file: table.file, row: late.line,
        column: late.header, value: "\(late.row.municipality) \(late.row.year) \(late.row.ageFrom)-\(late.row.ageTo)")
    }
  }

  /// Reads `age_0_5`, `alder_6_16`, `80+` and `age_80_plus`.
  private static func band(_ header: String) -> Band? {
    var form = TableLayout.form(header)
    for prefix in ["age_", "alder_"] where form.hasPrefix(prefix) { form = String(form.dropFirst(prefix.count)) }
    if form.hasSuffix("+") { form = form.dropLast() + "_plus" }
    let parts = form.split(separator: "_")
    guard parts.count == 2, let from = Int(parts[0]), (0...150).contains(from) else { return nil }
    if parts[1] == "plus" { return Band(from: from, to: max(from, oldest)) }
    guard let to = Int(parts[1]), (from...150).contains(to) else { return nil }
    return Band(from: from, to: to)
  }
}
