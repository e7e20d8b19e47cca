/// Rows grouped by their levels in all blocks: rows of one pattern share every effect, so cross-products are summed
/// over each pattern first and then added to the few coefficients that are active in it.
struct RowPatterns {
  /// Position in pattern order → row of the data.
  let rows: [Int32]
  /// Where each pattern starts in `rows`; one more entry than patterns.
  let starts: [Int]

  var count: Int { starts.count - 1 }

  /// Counting sorts, last block first: O(rows × blocks).
  init(rowCount: Int, blocks: [PenalizedBlock]) {
    var order = (0..<rowCount).map { Int32($0) }
    var sorted = order
    for block in blocks.reversed() {
      var places = [Int](repeating: 0, count: block.levelCount + 2)
      for level in block.index { places[Int(level) + 2] += 1 }
      for i in 1..<places.count { places[i] += places[i - 1] }
      for row in order {
        let key = Int(block.index[Int(row)]) + 1
        sorted[places[key]] = row
        places[key] += 1
      }
      swap(&order, &sorted)
    }
    rows = order
    var starts: [Int] = []
    for i in order.indices {
      let (row, last) = (Int(order[i]), i > 0 ? Int(order[i - 1]) : -1)
      if last < 0 || blocks.contains(where: { $0.index[row] != $0.index[last] }) { starts.append(i) }
    }
    self.starts = starts + [rowCount]
  }

  /// Values of a column in pattern order.
  func ordered(_ column: [Double]) -> [Double] { rows.map { column[Int($0)] } }

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
