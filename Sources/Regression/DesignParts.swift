internal import LinearAlgebra

/// A design's columns before its rows are put in any order: numeric columns, and factors as indices.
struct DesignParts: Sendable {
  /// A factor in a term: its place, and the first level with a dummy.
  struct Dummies: Sendable {
    let factor: Int
    let first: Int
  }

  /// The product of a row column (0 is the constant, r ≥ 1 is `numerics[r - 1]`) and of factors' dummies, the first
  /// varying fastest.
  struct Term: Sendable {
    let rowColumn: Int
    let factors: [Dummies]
    let firstColumn: Int
  }

  let rowCount: Int
  /// One for each design column.
  let names: [String]
  let numerics: [[Double]]
  /// The level of each row.
  let factors: [[Int32]]
  let levelCounts: [Int]
  let terms: [Term]

  /// The design columns that are not zero for the levels that a row has.
  func actives(inRow row: Int) -> [FactoredDesign.Active] {
    terms.compactMap { term in
      var (column, distance) = (term.firstColumn, 1)
      for dummies in term.factors {
        let level = Int(factors[dummies.factor][row]) - dummies.first
        guard level >= 0 else { return nil }
        column += distance * level
        distance *= levelCounts[dummies.factor] - dummies.first
      }
      return FactoredDesign.Active(rowColumn: Int32(term.rowColumn), column: Int32(column))
    }
  }

  /// Rows by the levels of all factors, equal ones in their own order.
  func sortedRows() -> [Int32] {
    var sort = RowSort(rowCount: rowCount)
    for (factor, levels) in zip(factors, levelCounts).reversed() { sort.add(factor, levels: levels) }
    return sort.order
  }
}

/// Counting sorts, one key after another: the last one added varies slowest.
struct RowSort {
  private(set) var order: [Int32]
  private var sorted: [Int32]

  init(rowCount: Int) {
    order = (0..<rowCount).map { Int32($0) }
    sorted = order
  }

  /// `index` is from -1 up to below `levels`.
  mutating func add(_ index: [Int32], levels: Int) {
    var places = [Int](repeating: 0, count: levels + 2)
    for level in index { places[Int(level) + 2] += 1 }
    for i in 1..<places.count { places[i] += places[i - 1] }
    for row in order {
      let key = Int(index[Int(row)]) + 1
      sorted[places[key]] = row
      places[key] += 1
    }
    swap(&order, &sorted)
  }
}

extension FactoredDesign {
  init(_ parts: DesignParts) {
    guard !parts.factors.isEmpty else {
      self.init(
        names: parts.names, numerics: parts.numerics, order: nil, cells: parts.rowCount > 0 ? [0..<parts.rowCount] : [],
        actives: [parts.terms.map { Active(rowColumn: Int32($0.rowColumn), column: Int32($0.firstColumn)) }],
        rowCount: parts.rowCount, hasFactors: false)
      return
    }
    let order = parts.sortedRows()
    var numerics = parts.numerics
    numerics.withUnsafeMutableBufferPointer { columns in
      let columns = columns
      LinearAlgebra.inParallel(columns.count) { k in columns[k] = columns[k].gathered(order) }
    }
    let cells = Self.cells(order, parts.factors)
    self.init(
      names: parts.names, numerics: numerics, order: order, cells: cells,
      actives: cells.map { parts.actives(inRow: Int(order[$0.lowerBound])) }, rowCount: parts.rowCount, hasFactors: true)
  }

  /// The largest absolute number of each column.
  func reaches() -> [Double] {
    var result = [Double](repeating: 0, count: columnCount)
    for segment in segments {
      let rows = segment.start..<segment.end
      let largest = [1] + numerics.map { column in rows.reduce(0) { max($0, abs(column[$1])) } }
      for active in actives(inCell: segment.cell) {
        result[Int(active.column)] = max(result[Int(active.column)], largest[Int(active.rowColumn)])
      }
    }
    return result
  }

  /// Columns written out, in the data's order of rows.
  func columns(_ chosen: [Int]) -> [[Double]] {
    var place = [Int](repeating: -1, count: columnCount)
    for (k, j) in chosen.enumerated() { place[j] = k }
    var result = [[Double]](repeating: [Double](repeating: 0, count: rowCount), count: chosen.count)
    for segment in segments {
      for active in actives(inCell: segment.cell) where place[Int(active.column)] >= 0 {
        let (target, source) = (place[Int(active.column)], Int(active.rowColumn))
        for i in segment.start..<segment.end { result[target][order.map { Int($0[i]) } ?? i] = source == 0 ? 1 : numerics[source - 1][i] }
      }
    }
    return result
  }

  private static func cells(_ order: [Int32], _ factors: [[Int32]]) -> [Range<Int>] {
    var cells: [Range<Int>] = []
    var start = 0
    for i in 1..<(order.count + 1) {
      let isEnd = i == order.count || factors.contains { $0[Int(order[i])] != $0[Int(order[i - 1])] }
      if isEnd {
        cells.append(start..<i)
        start = i
      }
    }
    return cells
  }
}
