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
      let column = Self.column(values)
      if case .texts = column, let row = Self.strayRow(values) {
        throw FindingsError(
          Finding(
            .error, file: path, row: text.headerLine + 1 + row, column: name, value: values[row],
            message: Phrase(da: "er ikke et tal, men resten af kolonnen er.", en: "is not a number, but the rest of the column is."),
            remedy: Phrase(
              da: "Ret værdien, eller lad cellen være tom, hvis den er ukendt.", en: "Mend the value, or leave the cell empty where it is unknown.")))
      }
      table.add(name, column)
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

  /// The first value that spoils a column of numbers: infinite, NaN or of another notation, or one in fifty or fewer that
  /// are no numbers at all. Nil where the column is one of names.
  private static func strayRow(_ values: [String]) -> Int? {
    var (stray, others) = ([Int](), 0)
    for (row, value) in values.enumerated() where !isMissing(value) {
      if (try? NumberText.parse(value)) != nil { others += 1 } else { stray.append(row) }
    }
    guard others > 0, let first = stray.first else { return nil }
    let areNumberWords = stray.allSatisfy { Double(values[$0]) != nil }
    return areNumberWords || stray.count * 50 <= others ? first : nil
  }

  private static func isMissing(_ value: String) -> Bool { value.isEmpty || value == "NA" }
}
