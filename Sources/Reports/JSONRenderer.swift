internal import Groundwork

/// `{"meta": {...}, "columns": [...], "rows": [[...]]}`.
enum JSONRenderer {
  static func json(_ table: Table) -> JSONValue {
    var meta = table.meta.map { JSONValue.Member($0.key, .string($0.value)) }
    meta.append(.init("notices", .array(table.notices.map { ["da": .string($0.da), "en": .string($0.en)] })))
    return [
      "meta": .object(meta),
      "columns": .array(table.columns.map { ["name": .string($0.name), "unit": .string($0.unit)] }),
      "rows": .array(table.rows.map { .array($0.map(value)) }),
    ]
  }

  private static func value(_ cell: Table.Cell) -> JSONValue {
    switch cell {
    case .empty: .null
    case .text(let text): .string(text)
    case .term(let code, _): code.isEmpty ? .null : .string(code)
    case .integer(let value): .integer(value)
    case .number(let value), .precise(let value, _): .rounded(value)
    case .estimate(let value): .exact(value)
    }
  }
}
