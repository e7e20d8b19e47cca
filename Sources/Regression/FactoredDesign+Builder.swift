internal import LinearAlgebra

extension FactoredDesign {
  /// Puts a design together from terms, each the product of numeric columns and of factors' dummies.
  struct Builder {
    /// A factor in a term: its place, and the first level with a dummy.
    struct Dummies {
      let factor: Int
      let first: Int
    }

    private struct Term {
      let rowColumn: Int
      let factors: [Dummies]
      let firstColumn: Int
    }

    private let rowCount: Int
    private let names: [String]
    private var expressions: [Expression?] = []
    private var columns: [[Double]] = []
    private var products: [[Int]] = []
    private var factorNames: [(column: String, levels: [String])] = []
    private var factors: [[Int32]] = []
    private var levelCounts: [Int] = []
    private var terms: [Term] = []
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
    mutating func add(numeric places: [Int], factors used: [Dummies]) {
      let rowColumn: Int
      if places.isEmpty {
        rowColumn = 0
      } else if let known = products.firstIndex(of: places) {
        rowColumn = known + 1
      } else {
        products.append(places)
        rowColumn = products.count
      }
      terms.append(Term(rowColumn: rowColumn, factors: used, firstColumn: columnCount))
      columnCount += used.reduce(1) { $0 * max(0, levelCounts[$1.factor] - $1.first) }
    }

    func design() -> FactoredDesign {
      precondition(columnCount == names.count, "one name for each column")
      var numerics = products.map { places in
        places.dropFirst().reduce(columns[places[0]]) { a, place in zip(a, columns[place]).map { $0 * $1 } }
      }
      guard !factors.isEmpty else {
        return FactoredDesign(
          names: names, numerics: numerics, order: nil, cells: rowCount > 0 ? [0..<rowCount] : [],
          actives: [terms.map { Active(rowColumn: Int32($0.rowColumn), column: Int32($0.firstColumn)) }],
          rowCount: rowCount, hasFactors: false)
      }
      let order = sortedRows()
      numerics.withUnsafeMutableBufferPointer { columns in
        let columns = columns
        LinearAlgebra.inParallel(columns.count) { k in columns[k] = columns[k].gathered(order) }
      }
      let cells = self.cells(order)
      return FactoredDesign(
        names: names, numerics: numerics, order: order, cells: cells,
        actives: cells.map { actives(inRow: Int(order[$0.lowerBound])) }, rowCount: rowCount, hasFactors: true)
    }

    /// Rows by the levels of all factors, equal ones in their own order: counting sorts, the last factor first.
    private func sortedRows() -> [Int32] {
      var order = (0..<rowCount).map { Int32($0) }
      var sorted = order
      for (factor, levels) in zip(factors, levelCounts).reversed() {
        var places = [Int](repeating: 0, count: levels + 1)
        for level in factor { places[Int(level) + 1] += 1 }
        for i in 1..<places.count { places[i] += places[i - 1] }
        for row in order {
          let level = Int(factor[Int(row)])
          sorted[places[level]] = row
          places[level] += 1
        }
        swap(&order, &sorted)
      }
      return order
    }

    private func cells(_ order: [Int32]) -> [Range<Int>] {
      var cells: [Range<Int>] = []
      var start = 0
      for i in 1..<(order.count + 1) {
        let isEnd =
          i == order.count || factors.contains { $0[Int(order[i])] != $0[Int(order[i - 1])] }
        if isEnd {
          cells.append(start..<i)
          start = i
        }
      }
      return cells
    }

    private func actives(inRow row: Int) -> [Active] {
      terms.compactMap { term in
        var (column, distance) = (term.firstColumn, 1)
        for dummies in term.factors {
          let level = Int(factors[dummies.factor][row]) - dummies.first
          guard level >= 0 else { return nil }
          column += distance * level
          distance *= levelCounts[dummies.factor] - dummies.first
        }
        return Active(rowColumn: Int32(term.rowColumn), column: Int32(column))
      }
    }
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
