/// Sorts columns into those that are one number for each pattern and those that vary within patterns; the latter share
/// a row column where they are multiples of it pattern by pattern, as `area:time` is of time.
struct RowColumns {
  /// Where a coefficient finds its numbers: a row column (0 is the constant), times a factor for each pattern.
  struct Place {
    let column: Int
    /// nil is 1 everywhere.
    let byPattern: [Double]?

    func factor(inPattern c: Int) -> Double { byPattern?[c] ?? 1 }
  }

  private let patterns: RowPatterns
  /// Row columns after the constant, in pattern order.
  private(set) var varying: [[Double]] = []
  let constant = Place(column: 0, byPattern: nil)

  init(_ patterns: RowPatterns) { self.patterns = patterns }

  mutating func add(_ column: [Double]) -> Place {
    let ordered = patterns.ordered(column)
    if let constants = patterns.constants(of: ordered) { return Place(column: 0, byPattern: constants) }
    for known in varying.indices {
      if let factors = share(ordered, with: known) {
        return Place(column: known + 1, byPattern: factors.allSatisfy { $0 == 1 } ? nil : factors)
      }
    }
    varying.append(ordered)
    let factors = patterns.supports(of: ordered).map { $0 ? 1.0 : 0 }
    return Place(column: varying.count, byPattern: factors.contains(0) ? factors : nil)
  }

  /// The factor of each pattern by which a column is a row column, which takes the column's numbers where its own are
  /// all zero; nil where the two do not go together.
  private mutating func share(_ column: [Double], with known: Int) -> [Double]? {
    var factors = [Double](repeating: 0, count: patterns.count)
    var fresh: [Int] = []
    for c in 0..<patterns.count {
      let rows = patterns.starts[c]..<patterns.starts[c + 1]
      guard rows.contains(where: { column[$0] != 0 }) else { continue }
      guard let first = rows.first(where: { varying[known][$0] != 0 }) else {
        fresh.append(c)
        factors[c] = 1
        continue
      }
      let factor = column[first] / varying[known][first]
      guard factor.isFinite, rows.allSatisfy({ column[$0] == factor * varying[known][$0] }) else { return nil }
      factors[c] = factor
    }
    for c in fresh { for i in patterns.starts[c]..<patterns.starts[c + 1] { varying[known][i] = column[i] } }
    return factors
  }

  /// The constant and the row columns, together for each row.
  func buffer() -> DoubleBuffer {
    let k = varying.count + 1
    let n = patterns.rows.count
    let result = DoubleBuffer(n * k)
    for i in 0..<n { result.base[i * k] = 1 }
    for (j, column) in varying.enumerated() {
      column.withUnsafeBufferPointer { source in
        for i in 0..<n { result.base[i * k + j + 1] = source[i] }
      }
    }
    return result
  }
}

/// Where the fixed coefficients find their numbers.
struct FixedPlaces {
  /// Of columns written out: one for each coefficient.
  private var dense: [RowColumns.Place] = []
  /// Of columns in pieces: one for each row column.
  private var pieces: [RowColumns.Place] = []
  private var parts: DesignParts?
  /// Design column → coefficient, -1 where it is left out.
  private var coefficient: [Int] = []

  init(_ basis: FixedBasis, _ patterns: RowPatterns, _ columns: inout RowColumns) {
    switch basis.columns {
    case .dense(let source): dense = source.map { columns.add($0) }
    case .parts(let parts, let kept):
      guard parts.factors.allSatisfy(patterns.holds) else {
        // Patterns of a row or two each: factors that vary within patterns are written out as dummies.
        dense = FactoredDesign(parts).columns(kept).map { columns.add($0) }
        return
      }
      pieces = [columns.constant] + parts.numerics.map { columns.add($0) }
      coefficient = [Int](repeating: -1, count: parts.names.count)
      for (k, j) in kept.enumerated() { coefficient[j] = k }
      self.parts = parts
    }
  }

  /// Calls `body` with each coefficient that is not zero in a pattern (of which `row` is one), its row column and factor.
  func forEach(inPattern c: Int, row: Int, _ body: (_ coefficient: Int, _ column: Int, _ factor: Double) -> Void) {
    for (j, place) in dense.enumerated() {
      let factor = place.factor(inPattern: c)
      if factor != 0 { body(j, place.column, factor) }
    }
    guard let parts else { return }
    for active in parts.actives(inRow: row) where coefficient[Int(active.column)] >= 0 {
      let place = pieces[Int(active.rowColumn)]
      let factor = place.factor(inPattern: c)
      if factor != 0 { body(coefficient[Int(active.column)], place.column, factor) }
    }
  }
}
