extension FactoredDesign {
  /// Puts a design together from terms, each the product of numeric columns and of factors' dummies.
  struct Builder {
    private let rowCount: Int
    private let names: [String]
    private var expressions: [Expression?] = []
    private var columns: [[Double]] = []
    private var products: [[Int]] = []
    private var factorNames: [(column: String, levels: [String])] = []
    private var factors: [[Int32]] = []
    private var levelCounts: [Int] = []
    private var terms: [DesignParts.Term] = []
    private var columnCount = 0

    init(rowCount: Int, names: [String]) {
      self.rowCount = rowCount
      self.names = names
    }

    /// The place of a column of numbers.
    mutating func add(column: [Double]) -> Int {
      expressions.append(nil)
      columns.append(column)
      return columns.count - 1
    }

    /// The place of an expression's values, which are computed once.
    mutating func numeric(_ expression: Expression, _ data: DataTable) throws(DataError) -> Int {
      if let known = expressions.firstIndex(of: expression.canonical) { return known }
      columns.append(try expression.values(in: data))
      expressions.append(expression.canonical)
      return columns.count - 1
    }

    /// The place of a factor, whose index is made once.
    mutating func factor(
      named column: String, _ levels: [String], index: () throws(DataError) -> [Int32]
    ) throws(DataError) -> Int {
      if let known = factorNames.firstIndex(where: { $0.column == column && $0.levels == levels }) { return known }
      factors.append(try index())
      factorNames.append((column, levels))
      levelCounts.append(levels.count)
      return factors.count - 1
    }

    /// Adds a term: the product of numeric columns (none is the constant) and of factors, the first varying fastest.
    mutating func add(numeric places: [Int], factors used: [DesignParts.Dummies]) {
      let rowColumn: Int
      if places.isEmpty {
        rowColumn = 0
      } else if let known = products.firstIndex(of: places) {
        rowColumn = known + 1
      } else {
        products.append(places)
        rowColumn = products.count
      }
      terms.append(DesignParts.Term(rowColumn: rowColumn, factors: used, firstColumn: columnCount))
      columnCount += used.reduce(1) { $0 * max(0, levelCounts[$1.factor] - $1.first) }
    }

    /// What was added, in the data's order of rows.
    func parts() -> DesignParts {
      precondition(columnCount == names.count, "one name for each column")
      let numerics = products.map { places in
        places.dropFirst().reduce(columns[places[0]]) { a, place in zip(a, columns[place]).map { $0 * $1 } }
      }
      return DesignParts(
        rowCount: rowCount, names: names, numerics: numerics, factors: factors, levelCounts: levelCounts, terms: terms)
    }

    func design() -> FactoredDesign { FactoredDesign(parts()) }
  }
}

extension [Double] {
  /// Entries at the given rows.
  func gathered(_ rows: [Int32]) -> [Double] {
    withUnsafeBufferPointer { source in
      [Double](unsafeUninitializedCapacity: rows.count) { target, count in
        for i in rows.indices { target[i] = source[Int(rows[i])] }
        count = rows.count
      }
    }
  }
}
