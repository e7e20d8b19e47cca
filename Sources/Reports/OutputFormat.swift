/// How a table is written.
public enum OutputFormat: String, CaseIterable, Sendable {
  case table, csv, json, markdown, xlsx

  /// Machine formats never change with the language and have every column.
  public var isForMachines: Bool {
    switch self {
    case .csv, .json, .xlsx: true
    case .table, .markdown: false
    }
  }
}
