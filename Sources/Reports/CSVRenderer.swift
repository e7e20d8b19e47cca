internal import Groundwork

/// RFC 4180 with line feeds: a header of the promised names, then the rows.
enum CSVRenderer {
  static func render(_ table: Table) -> String {
    var text = table.columns.map { quoted($0.name) }.joined(separator: ",") + "\n"
    for row in table.rows {
      for (column, cell) in row.enumerated() {
        if column > 0 { text += "," }
        text += field(cell)
      }
      text += "\n"
    }
    return text
  }

  private static func field(_ cell: Table.Cell) -> String {
    switch cell {
    case .empty: ""
    case .text(let value): quoted(defused(value))
    case .term(let code, _): quoted(defused(code))
    case .integer(let value): String(value)
    case .number(let value), .precise(let value, _): value.isFinite ? NumberText.machine(value) : ""
    case .estimate(let value): value.isFinite ? NumberText.allDigits(value) : ""
    }
  }

  /// A spreadsheet would run a text that begins like a formula; an apostrophe makes it text.
  private static func defused(_ text: String) -> String {
    guard let first = text.first, "=+-@\t\r".contains(first) else { return text }
    return "'" + text
  }

  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return text }
    var field = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { field += "\"" }
      field.unicodeScalars.append(scalar)
    }
    return field + "\""
  }
}
