import Groundwork

/// A table's file with its columns recognised; its rows are read by the table's own reader.
final class OpenTable {
  let layout: TableLayout
  let file: String
  let text: DelimitedText
  let log: FindingLog
  let toml: PositionedTOML?
  private let mapping: InputMapping
  private var hasNotedSerials: Set<Int> = []
  /// Canonical name to position.
  private let positions: [String: Int]
  /// Positions of columns with further meaning, such as `age_0_5`, and all that are not known.
  let others: [Int]

  /// Reports what is wrong with the file's beginning; nil when the rows cannot be read.
  init?(_ name: TableName, path: String, file: String, mapping: InputMapping, toml: PositionedTOML?, log: FindingLog) {
    let layout = TableLayout.of(name)
    guard let text = TableOpening(layout: layout, mapping: mapping, toml: toml, log: log).open(path, file: file) else { return nil }
    text.notes.forEach(log.add)
    self.text = text
    self.layout = layout
    self.file = text.file
    self.mapping = mapping
    self.toml = toml
    self.log = log
    let recogniser = HeaderRecogniser(layout: layout, text: text, mapping: mapping, toml: toml, log: log)
    positions = recogniser.positions()
    let known = Set(positions.values)
    others = text.header.indices.filter { !known.contains($0) }
  }

  var columnCount: Int { text.header.count }

  func column(_ name: String) -> ColumnPlace {
    let index = positions[name] ?? -1
    return ColumnPlace(index: index, header: index >= 0 ? text.header[index] : name, name: name)
  }

  func has(_ name: String) -> Bool { positions[name] != nil }

  /// Reports required columns that are missing, or that the names stand in other rows; false when one is.
  func hasRequiredColumns() -> Bool {
    let missing = layout.columns.filter { $0.isRequired && positions[$0.name] == nil }
    if mapping.headerRows == nil, reportHeaderElsewhere(isComplete: missing.isEmpty) { return false }
    let proposed = proposeColumns()
    for column in missing {
      let near = proposed[column.name]
      let tried = columnCount == 1 && text.sheet == nil ? text.delimiter : nil
      log.report(
        .missingColumn(column.name, aliases: column.aliases, near: near, tried: tried), file: file, row: text.headerLine, column: column.name)
    }
    return missing.isEmpty
  }

  private func reportHeaderElsewhere(isComplete: Bool) -> Bool {
    // A title above the names may say nothing of what parts them.
    let finder = HeaderFinder(utf8: text.bytes, delimiter: text.sheet == nil ? mapping.delimiter : .tab)
    let here = text.headerLine
    var place: HeaderFinder.Place?
    let score = HeaderFinder.score(text.headerParts, layout, mapping.ownHeaders, guessing: true)
    if !isComplete, let best = finder.header(of: layout, own: mapping.ownHeaders), best.rows != here...here, best.score > max(2, score) {
      place = best
    } else if layout.hasDigits, positions.count > 1, finder.isFollowedByNames(here) {
      place = HeaderFinder.Place(rows: here...(here + 1), score: score)
    }
    guard let place else { return false }
    log.report(.headerElsewhere(place.setting, table: layout.name.rawValue), file: file, row: place.rows.lowerBound)
    propose("header_row", place.setting)
    return true
  }

  /// Says once a column that plain numbers were taken for days.
  func noteSerials(row: Int, _ column: ColumnPlace) {
    guard hasNotedSerials.insert(column.index).inserted else { return }
    log.report(.plainSerials, file: file, row: row, column: column.header)
  }

  /// Reports the columns that are not used, except those with the given positions.
  func reportIgnored(except used: Set<Int> = []) {
    let missing = layout.names.filter { positions[$0] == nil }
    for index in others where !used.contains(index) {
      let header = text.header[index]
      if header.isEmpty {
        log.report(.namelessColumn(index + 1), file: file, row: text.headerLine)
      } else {
        let near = header.count > 3 ? NearestName.find(String(header.prefix(60)), among: missing) : nil
        log.report(.ignoredColumn(near: near), file: file, row: text.headerLine, column: header)
      }
    }
  }

  /// - Parameters:
  ///   - exempt: a column in which ten digits may stand.
  ///   - citizens: the column of persons, which is looked at more closely for person numbers.
  func forEachRow(exempt: ColumnPlace? = nil, citizens: ColumnPlace? = nil, _ body: (CheckedRow) -> Void) -> Int {
    let errors = log.errorCount
    text.reportRemarks(used: Set(positions.values), to: log)
    let rows = text.forEachRow(log, keepingPersonNumbersIn: exempt?.index, citizens: citizens?.index) { row in
      body(CheckedRow(row, of: self))
    }
    if rows == 0, log.errorCount == errors { log.report(.headerOnly, file: file) }
    return rows
  }

  /// A cache that reads a column's texts after the project's own mapping of values.
  func cache<Value>(_ column: String, _ resolve: @escaping (String) -> Value) -> CellCache<Value> {
    let own = mapping.values[column] ?? [:]
    if own.isEmpty { return CellCache(resolve) }
    return CellCache { text in resolve(own[NearestName.machineForm(String(text.prefix(120)))] ?? text) }
  }

  func summary(rows: Int, used: Set<Int> = []) -> TableSummary {
    let columns = layout.names.compactMap { name in
      positions[name].map { TableSummary.Column(header: Fault.shown(text.header[$0]), name: name) }
    }
    return TableSummary(
      name: layout.name.rawValue, file: file, rows: rows, encoding: text.encoding, delimiter: text.delimiter, columns: columns,
      ignored: others.filter { !used.contains($0) }.map { Fault.shown(text.header[$0]) })
  }
}

/// Finds out which header means which column: the project's mapping first, then canonical names, then aliases.
private struct HeaderRecogniser {
  let layout: TableLayout
  let text: DelimitedText
  let mapping: InputMapping
  let toml: PositionedTOML?
  let log: FindingLog

  func positions() -> [String: Int] {
    var positions: [String: Int] = [:]
    var isMapped: Set<Int> = []
    for header in mapping.columns.keys.sorted() {
      guard let canonical = mapping.columns[header] else { continue }
      guard let index = index(of: header) else {
        reportMissing(header)
        continue
      }
      isMapped.insert(index)
      claim(canonical, index, in: &positions)
    }
    let free = text.header.indices.filter { !isMapped.contains($0) }
    let exact = free.filter { layout.names.contains(TableLayout.form(text.header[$0])) }
    let mapped = Set(positions.keys)
    for index in exact where !mapped.contains(TableLayout.form(text.header[index])) {
      claim(TableLayout.form(text.header[index]), index, in: &positions)
    }
    let named = Set(positions.keys)
    for index in free where !exact.contains(index) {
      if let canonical = layout.canonical(parts: text.headerParts[index]), !named.contains(canonical) { claim(canonical, index, in: &positions) }
    }
    return positions
  }

  private func index(of header: String) -> Int? {
    text.header.firstIndex(of: header) ?? text.header.firstIndex { TableLayout.form($0) == TableLayout.form(header) }
  }

  private func claim(_ canonical: String, _ index: Int, in positions: inout [String: Int]) {
    if let first = positions[canonical] {
      let isMapped = mapping.columns.keys.contains { TableLayout.form($0) == TableLayout.form(text.header[first]) }
      if !isMapped {
        let (header, name) = (MappingProposal.quoted(text.header[first]), MappingProposal.quoted(canonical))
        let proposal = OpenTable.proposal(layout.name, toml, header, name, under: "columns")
        (proposal.inlinePairs(in: toml) + [proposal]).forEach(log.propose)
      }
      log.report(
        .twoColumns(canonical, other: text.header[first]), file: text.file, row: text.headerLine, column: text.header[index])
    } else {
      positions[canonical] = index
    }
  }

  private func reportMissing(_ header: String) {
    let fault = Fault.mappedColumnMissing(header, among: text.header)
    let path = "inputs.\(layout.name.rawValue).columns.\(header)"
    if let toml {
      log.add(fault.finding(in: toml, at: path, value: header))
    } else {
      log.report(fault, file: text.file, row: text.headerLine, value: header)
    }
  }
}
