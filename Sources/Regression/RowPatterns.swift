/// Rows grouped by their levels in all blocks, and in factors among the fixed columns: rows of one pattern share every
/// coefficient, so cross-products are summed over each pattern first and then added to the few coefficients that are
/// active in it.
struct RowPatterns {
  /// What tells rows apart: a number from -1 up to below `levels` for each row.
  struct Key {
    let index: [Int32]
    let levels: Int
  }

  /// Position in pattern order → row of the data.
  let rows: [Int32]
  /// Where each pattern starts in `rows`; one more entry than patterns.
  let starts: [Int]

  var count: Int { starts.count - 1 }

  /// Counting sorts, the first key varying slowest: O(rows × keys).
  init(rowCount: Int, keys: [Key]) {
    var sort = RowSort(rowCount: rowCount)
    for key in keys.reversed() { sort.add(key.index, levels: key.levels) }
    rows = sort.order
    var isStart = [Bool](repeating: false, count: rowCount + 1)
    if rowCount > 0 { isStart[0] = true }
    for key in keys {
      var last = rowCount > 0 ? key.index[Int(rows[0])] : 0
      for i in rows.indices {
        let level = key.index[Int(rows[i])]
        if level != last { isStart[i] = true }
        last = level
      }
    }
    starts = (0..<rowCount).filter { isStart[$0] } + [rowCount]
  }

  /// By the levels of the blocks, and of the factors where patterns then still have two rows or more on average.
  init(rowCount: Int, blocks: [PenalizedBlock], factors: [Key]) {
    let keys = blocks.map { Key(index: $0.index, levels: $0.levelCount) }
    let fine = RowPatterns(rowCount: rowCount, keys: keys + factors)
    self = factors.isEmpty || 2 * fine.count <= rowCount ? fine : RowPatterns(rowCount: rowCount, keys: keys)
  }

  /// Values of a column in pattern order.
  func ordered(_ column: [Double]) -> [Double] { column.gathered(rows) }

  /// Whether a factor has one level in every pattern.
  func holds(_ index: [Int32]) -> Bool {
    (0..<count).allSatisfy { c in
      let first = index[Int(rows[starts[c]])]
      return (starts[c]..<starts[c + 1]).allSatisfy { index[Int(rows[$0])] == first }
    }
  }

  /// For each pattern whether the column (in pattern order) has a number there that is not zero.
  func supports(of column: [Double]) -> [Bool] {
    (0..<count).map { c in column[starts[c]..<starts[c + 1]].contains { $0 != 0 } }
  }

  /// The value of each pattern where the column (in pattern order) does not vary within any; else nil.
  func constants(of column: [Double]) -> [Double]? {
    var values = [Double](repeating: 0, count: count)
    for c in 0..<count {
      let first = column[starts[c]]
      for i in starts[c]..<starts[c + 1] where column[i] != first { return nil }
      values[c] = first
    }
    return values
  }
}
