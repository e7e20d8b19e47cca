internal import Groundwork
internal import Ingest
internal import Regression

/// Any delimited text or sheet as the data of a regression: a column is numeric where every value is a number.
struct DataFile {
  let file: String
  let table: DataTable
  /// What was assumed while reading.
  let notes: [Finding]
  private let headerLine: Int

  /// - Throws: `FindingsError` naming the file and, where there is one, the row.
  init(path: String, sheet: String? = nil) throws {
    let text = try TableFile.read(path, sheet: sheet)
    var table = DataTable()
    for (name, values) in try text.columns() where !name.isEmpty {
      table.add(name, Self.column(values))
    }
    file = path
    self.table = table
    notes = text.notes
    headerLine = text.headerLine
  }

  /// The file's line of a row of data, as long as every row stands on one line.
  func line(_ row: Int) -> Int { headerLine + 1 + row }

  private static func column(_ values: [String]) -> DataTable.Column {
    var numbers: [Double] = []
    numbers.reserveCapacity(values.count)
    for value in values {
      if isMissing(value) {
        numbers.append(.nan)
      } else if let number = try? NumberText.parse(value) {
        numbers.append(number)
      } else {
        return .texts(values.map { isMissing($0) ? nil : $0 })
      }
    }
    return .numbers(numbers)
  }

  private static func isMissing(_ value: String) -> Bool { value.isEmpty || value == "NA" }
}
