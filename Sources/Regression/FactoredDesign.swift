internal import LinearAlgebra

/// A design matrix in pieces: a few numeric columns, and factors as indices that are never expanded to dummies.
///
/// Rows with the same level in every factor form a cell. Within a cell each design column is a row column (the constant
/// or a numeric column) or zero, so cross-products are taken over the few row columns of a cell and then added to the
/// design columns that are active there. With factors the rows are kept sorted by cell; without, the columns are the
/// caller's own arrays, uncopied.
struct FactoredDesign: Sendable {
  /// Consecutive rows (in the design's order) of one cell.
  struct Segment: Sendable {
    let start: Int
    let end: Int
    let cell: Int
  }

  /// A design column that is not zero in a cell: it equals this row column there.
  struct Active: Sendable {
    let rowColumn: Int32
    let column: Int32
  }

  let rowCount: Int
  /// One for each design column.
  let names: [String]
  /// Numeric row columns in the design's order of rows; row column 0 is the constant, r ≥ 1 is `numerics[r - 1]`.
  let numerics: [[Double]]
  /// Row of the data of each position; nil where they are the same.
  let order: [Int32]?
  /// Every row once, in order; at most `segmentRows` rows each.
  let segments: [Segment]
  /// Actives of cell c are `actives[activeStarts[c]..<activeStarts[c + 1]]`.
  let actives: [Active]
  let activeStarts: [Int]
  let hasFactors: Bool
  /// Contiguous runs of segments of about equal length; each is summed by itself and the sums are added in order, so
  /// results do not depend on the number of threads.
  let lanes: [Range<Int>]

  /// A block of this many rows with a few columns stays in a core's cache.
  static let segmentRows = 1024

  var columnCount: Int { names.count }
  /// Row columns with the constant.
  var width: Int { numerics.count + 1 }

  init(
    names: [String], numerics: [[Double]], order: [Int32]?, cells: [Range<Int>], actives: [[Active]],
    rowCount: Int, hasFactors: Bool
  ) {
    self.rowCount = rowCount
    self.names = names
    self.numerics = numerics
    self.order = order
    self.hasFactors = hasFactors
    self.actives = actives.flatMap { $0 }
    var starts = [0]
    for cell in actives { starts.append(starts[starts.count - 1] + cell.count) }
    activeStarts = starts
    var segments: [Segment] = []
    for (cell, rows) in cells.enumerated() {
      for start in stride(from: rows.lowerBound, to: rows.upperBound, by: FactoredDesign.segmentRows) {
        segments.append(
          Segment(start: start, end: min(start + FactoredDesign.segmentRows, rows.upperBound), cell: cell))
      }
    }
    self.segments = segments
    lanes = FactoredDesign.lanes(segments, rowCount, columns: names.count)
  }

  /// A dense design: one numeric column for each column.
  init(_ matrix: Matrix, names: [String]) {
    var builder = Builder(rowCount: matrix.rows, names: names)
    for j in 0..<matrix.columns {
      let place = builder.add(column: matrix.column(j))
      builder.add(numeric: [place], factors: [])
    }
    self = builder.design()
  }

  /// The constant alone.
  init(constantOf rowCount: Int) {
    var builder = Builder(rowCount: rowCount, names: ["(Intercept)"])
    builder.add(numeric: [], factors: [])
    self = builder.design()
  }

  /// Few lanes where each needs a large matrix of its own.
  private static func lanes(_ segments: [Segment], _ rowCount: Int, columns: Int) -> [Range<Int>] {
    let count = rowCount < 20_000 ? 1 : (columns <= 400 ? 8 : 2)
    var lanes: [Range<Int>] = []
    var (first, rows) = (0, 0)
    for (i, segment) in segments.enumerated() {
      rows += segment.end - segment.start
      if rows * count >= (lanes.count + 1) * rowCount || i == segments.count - 1 {
        lanes.append(first..<(i + 1))
        first = i + 1
      }
    }
    return lanes
  }

  /// Positions of a lane's rows.
  func rows(ofLane lane: Int) -> Range<Int> {
    segments[lanes[lane].lowerBound].start..<segments[lanes[lane].upperBound - 1].end
  }

  /// Design columns that are not zero in a cell.
  func actives(inCell cell: Int) -> ArraySlice<Active> { actives[activeStarts[cell]..<activeStarts[cell + 1]] }

  /// From rows of the data to the design's order.
  func ordered(_ column: [Double]) -> [Double] {
    order.map(column.gathered) ?? column
  }

  /// From the design's order to rows of the data.
  func restored(_ column: [Double]) -> [Double] {
    guard let order else { return column }
    return [Double](unsafeUninitializedCapacity: order.count) { target, count in
      for i in order.indices { target[Int(order[i])] = column[i] }
      count = order.count
    }
  }

  /// Whether one of these columns is 1 in every row (a full set of dummies does not count, as in R).
  func spansConstant(_ kept: [Int]) -> Bool {
    var cellsOfColumn = [Int](repeating: 0, count: columnCount)
    var rowColumn = [Int](repeating: 0, count: columnCount)
    for active in actives {
      cellsOfColumn[Int(active.column)] += 1
      rowColumn[Int(active.column)] = Int(active.rowColumn)
    }
    return kept.contains { j in
      guard cellsOfColumn[j] == activeStarts.count - 1 else { return false }
      return rowColumn[j] == 0 || numerics[rowColumn[j] - 1].allSatisfy { $0 == 1 }
    }
  }

  /// One row of the design, all columns.
  func row(_ position: Int) -> [Double] {
    var row = [Double](repeating: 0, count: columnCount)
    for active in actives(inCell: cell(of: position)) {
      row[Int(active.column)] = active.rowColumn == 0 ? 1 : numerics[Int(active.rowColumn) - 1][position]
    }
    return row
  }

  private func cell(of position: Int) -> Int {
    var (low, high) = (0, segments.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].end <= position { low = middle + 1 } else { high = middle }
    }
    return segments[low].cell
  }
}
