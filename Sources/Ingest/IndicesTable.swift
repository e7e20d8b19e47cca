import Groundwork

/// Reads the price and wage index by year.
enum IndicesTable {
  /// An index this small is a rate of growth.
  private static let leastIndex = 20.0

  /// - Returns: rows read and the index by year, on the file's own base.
  static func read(_ table: OpenTable) -> (rows: Int, indices: [Int: Double]) {
    let year = table.column("year")
    let index = table.column("pl_index")
    var first = FirstRows<Int>()
    var result: [Int: Double] = [:]
    let rows = table.forEachRow { row in
      let when = row.required(year) == nil ? nil : row.integer(year, in: CheckedRow.years)
      let value = row.required(index) == nil ? nil : row.amount(index)
      guard let when, let value else { return }
      if value < leastIndex { return row.report(.indexIsRate, index) }
      if let firstRow = first.add(when, row: row.row.line) { return row.report(.duplicate(firstRow: firstRow), year) }
      result[when] = value
    }
    return (rows, result)
  }
}

extension Fault {
  static var indexIsRate: Fault {
    Fault(
      "index", .error, Phrase(da: "er ikke et indeks, men ligner en vækst i procent.", en: "is no index but looks like a growth in per cent."),
      Phrase(da: "Skriv indekset, fx 100, 103,1 og 106,4 år for år.", en: "Write the index, such as 100, 103.1 and 106.4 year by year."))
  }
}
