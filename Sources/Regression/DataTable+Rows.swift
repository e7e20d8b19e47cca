extension DataTable {
  /// The given rows, in the given order; a row may stand several times.
  public func rows(_ rows: [Int]) -> DataTable {
    var table = DataTable()
    for name in names {
      switch self[name] {
      case .numbers(let values): table.add(name, .numbers(rows.map { values[$0] }))
      case .texts(let values): table.add(name, .texts(rows.map { values[$0] }))
      case nil: break
      }
    }
    return table
  }
}
