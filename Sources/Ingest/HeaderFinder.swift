import Groundwork

/// Finds the row of column names among a table's first rows, and the table that the names belong to.
struct HeaderFinder {
  struct Place: Hashable {
    let rows: ClosedRange<Int>
    /// Two for each column of the table that a name means, one for each that a name most likely means.
    let score: Int

    /// As a value of `header_row`.
    var setting: String { rows.count == 1 ? String(rows.lowerBound) : "[\(rows.lowerBound), \(rows.upperBound)]" }
  }

  static let searchedRows = 30

  /// No row has a value.
  var isEmpty: Bool { rows.isEmpty }

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

  /// Names that mean columns are enough from this score on to leave guesses aside.
  private static let sureScore = 6

  /// The row, or two rows that follow each other, whose names mean most of the table's columns; the first of several.
  /// - Parameter own: the project's names, in their form.
  func header(of layout: TableLayout, own: Set<String> = []) -> Place? {
    let sure = best { HeaderFinder.score($0, layout, own, guessing: false) }
    if let sure, sure.score >= HeaderFinder.sureScore { return sure }
    return best { HeaderFinder.score($0, layout, own, guessing: true) }
  }

  private func best(_ score: ([[String]]) -> Int) -> Place? {
    var best: Place?
    for (index, row) in rows.enumerated() {
      let single = score(row.cells.map { $0.isEmpty ? [] : [$0] })
      if single > (best?.score ?? 0) { best = Place(rows: row.line...row.line, score: single) }
      guard index > 0, rows[index - 1].line == row.line - 1 else { continue }
      let joined = score(HeaderFinder.joined(rows[index - 1].cells, row.cells))
      if joined > (best?.score ?? 0) { best = Place(rows: (row.line - 1)...row.line, score: joined) }
    }
    return best
  }

  /// What names say of a table: see `Place.score`. Names without a letter, or longer than a name can be, say nothing.
  static func score(_ parts: [[String]], _ layout: TableLayout, _ own: Set<String>, guessing: Bool) -> Int {
    var found: Set<String> = []
    var mapped = 0
    var rest: [String] = []
    for part in parts where !part.isEmpty {
      let name = part.joined(separator: " ")
      if own.contains(TableLayout.form(name)) {
        mapped += 1
      } else if let canonical = layout.canonical(parts: part) {
        found.insert(canonical)
      } else if name.count <= 60, name.contains(where: { $0.isLetter }), !name.contains(where: { $0.isNumber }) {
        rest.append(name)
      }
    }
    let sure = 2 * (found.count + mapped)
    if !guessing || rest.isEmpty { return sure }
    return sure + layout.guesses(for: rest, columns: layout.columns.filter { !found.contains($0.name) }).count
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
      guard let header = header(of: layout) else { continue }
      let names = self.names(header.rows)
      let known = Set(names.compactMap { layout.canonical(parts: $0) })
      let rest = names.filter { layout.canonical(parts: $0) == nil }.map { $0.joined(separator: " ") }
      let guessed = layout.guesses(for: rest, columns: layout.columns.filter { !known.contains($0.name) }).map(\.column.name)
      let lacking = layout.columns.count { $0.isRequired && !known.contains($0.name) && !guessed.contains($0.name) }
      let isNamed = ([table.rawValue] + table.aliases).contains { words.contains($0) }
      let score = header.score - 2 * lacking + (isNamed ? 6 : 0)
      if score > (best?.score ?? 3) { best = (table, header, score) }
    }
    return best.map { ($0.table, $0.header) }
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
