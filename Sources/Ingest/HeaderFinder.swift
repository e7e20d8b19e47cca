import Groundwork

/// Finds the row of column names among a table's first rows, and the table that the names belong to.
struct HeaderFinder {
  struct Place: Hashable {
    let rows: ClosedRange<Int>
    /// Columns of the table that the names mean.
    let known: Int

    /// As a value of `header_row`.
    var setting: String { rows.count == 1 ? String(rows.lowerBound) : "[\(rows.lowerBound), \(rows.upperBound)]" }
  }

  static let searchedRows = 30

  private let rows: [(line: Int, cells: [String])]
  let delimiter: Delimiter

  /// - Parameters:
  ///   - utf8: text of a whole file.
  ///   - delimiter: nil where it is not known; the one that parts the first rows most is taken then.
  init(utf8: [UInt8], delimiter: Delimiter?) {
    let candidates = delimiter.map { [$0] } ?? Delimiter.allCases
    let readings = candidates.map { HeaderFinder.firstRows(utf8, $0) }
    func fields(_ reading: [(line: Int, cells: [String])]) -> Int { reading.reduce(0) { $0 + $1.cells.count { !$0.isEmpty } } }
    let most = readings.map(fields).max() ?? 0
    let best = readings.firstIndex { fields($0) == most } ?? 0
    rows = readings[best]
    self.delimiter = candidates[best]
  }

  init(_ text: DelimitedText) {
    self.init(utf8: text.bytes, delimiter: text.delimiter)
  }

  private static func firstRows(_ bytes: [UInt8], _ delimiter: Delimiter) -> [(line: Int, cells: [String])] {
    DelimitedText.withBytes(bytes) { buffer in
      let start = bytes.starts(with: TextEncoding.byteOrderMark) ? 3 : 0
      var scanner = RowScanner(buffer, delimiter: delimiter.rawValue, position: start)
      var result: [(line: Int, cells: [String])] = []
      while true {
        switch scanner.next() {
        case .row:
          if scanner.rowLine > searchedRows { return result }
          let row = scanner.row
          result.append((row.line, (0..<min(row.count, 500)).map { String(row[$0].shown) }))
        case .blank: if scanner.rowLine > searchedRows { return result }
        case .end, .unterminatedQuote, .textAfterQuote, .tooLong: return result
        }
      }
    }
  }

  /// The row, or two rows that follow each other, whose names mean most of the table's columns; the first of several.
  /// - Parameter own: the project's names, in their form.
  func header(of layout: TableLayout, own: Set<String> = []) -> Place? {
    var best: Place?
    for (index, row) in rows.enumerated() {
      let single = HeaderFinder.known(row.cells.map { $0.isEmpty ? [] : [$0] }, layout, own)
      if single > (best?.known ?? 0) { best = Place(rows: row.line...row.line, known: single) }
      guard index > 0, rows[index - 1].line == row.line - 1 else { continue }
      let joined = HeaderFinder.known(HeaderFinder.joined(rows[index - 1].cells, row.cells), layout, own)
      if joined > (best?.known ?? 0) { best = Place(rows: (row.line - 1)...row.line, known: joined) }
    }
    return best
  }

  /// Line and index of the first cell with the name, in its form.
  func place(of name: String) -> (line: Int, index: Int)? {
    let form = TableLayout.form(name)
    for row in rows {
      if let index = row.cells.firstIndex(of: name) ?? row.cells.firstIndex(where: { TableLayout.form($0) == form }) { return (row.line, index) }
    }
    return nil
  }

  /// Texts of the first rows that may be names: no digits alone, no person numbers.
  var possibleNames: [String] {
    rows.flatMap(\.cells).filter { !$0.isEmpty && $0.contains { $0.isLetter } && Fault.shown($0) == $0 }
  }

  static func joined(_ upper: [String], _ lower: [String]) -> [[String]] {
    (0..<max(upper.count, lower.count)).map { index in
      [index < upper.count ? upper[index] : "", index < lower.count ? lower[index] : ""].filter { !$0.isEmpty }
    }
  }

  private static func known(_ parts: [[String]], _ layout: TableLayout, _ own: Set<String>) -> Int {
    var found: Set<String> = []
    var mapped = 0
    for part in parts {
      if own.contains(TableLayout.form(part.joined(separator: " "))) { mapped += 1 } else if let name = layout.canonical(parts: part) { found.insert(name) }
    }
    return found.count + mapped
  }

  /// Whether the row after the header has words alone, as a second row of names has and a row of values has not.
  func isFollowedByNames(_ line: Int) -> Bool {
    guard let row = rows.first(where: { $0.line == line + 1 }) else { return false }
    let filled = row.cells.filter { !$0.isEmpty }
    return filled.count >= 2 && !filled.contains { $0.contains { $0.isNumber } }
  }

  // MARK: Which table

  /// The table whose columns the names mean most, where that is clear enough to propose it.
  /// - Parameter name: the file's or the sheet's, which may say what it holds.
  func table(named name: String) -> (table: TableName, header: Place)? {
    var best: (table: TableName, header: Place, score: Int)?
    let words = NearestName.machineForm(name)
    for table in TableName.allCases {
      let layout = TableLayout.of(table)
      guard let header = header(of: layout) ?? likelyHeader(layout) else { continue }
      let names = self.names(header.rows)
      let isKnown = { (column: TableLayout.Column) in names.contains { layout.canonical(parts: $0) == column.name } }
      let guesses = layout.guesses(
        for: names.filter { layout.canonical(parts: $0) == nil }.map { $0.joined(separator: " ") }, columns: layout.columns.filter { !isKnown($0) })
      let lacking = layout.columns.count { column in
        column.isRequired && !isKnown(column) && !guesses.contains { $0.column.name == column.name }
      }
      let isNamed = ([table.rawValue] + table.aliases).contains { words.contains($0) }
      let score = 2 * header.known + guesses.count - 2 * lacking + (isNamed ? 6 : 0)
      if score > (best?.score ?? 3) { best = (table, header, score) }
    }
    return best.map { ($0.table, $0.header) }
  }

  /// Without any known name: the first row with at least three texts.
  private func likelyHeader(_ layout: TableLayout) -> Place? {
    rows.first { $0.cells.count { !$0.isEmpty } >= 3 }.map { Place(rows: $0.line...$0.line, known: 0) }
  }

  private func names(_ range: ClosedRange<Int>) -> [[String]] {
    let cells = rows.filter { range.contains($0.line) }.map(\.cells)
    if cells.count == 2 { return HeaderFinder.joined(cells[0], cells[1]).filter { !$0.isEmpty } }
    return (cells.first ?? []).filter { !$0.isEmpty }.map { [$0] }
  }
}

extension TableLayout {
  /// The canonical name of a header that may stand in two rows: by both together, else by the lower, else by the upper one.
  func canonical(parts: [String]) -> String? {
    if parts.isEmpty { return nil }
    if let name = canonical(parts.joined(separator: " ")) { return name }
    return parts.count == 1 ? nil : parts.reversed().lazy.compactMap { canonical($0) }.first
  }
}
