internal import LinearAlgebra

/// What a formula learnt from data once: levels of factors and groups, how each term is coded, the bases of smooth
/// terms. New data gets the same columns or a named error.
public struct Schema: Equatable, Sendable {
  public let formula: Formula
  let fixed: DesignCoding
  /// Pooled terms: groups, then smooth terms, then ridges, as the formula lists them.
  let pooled: [PooledTerm]
  /// Fixed columns that belong to pooled terms, such as the line of a smooth term.
  let lines: [LineTerm]

  /// Names of the columns of the design, as R names them; `(Intercept)` first where there is one.
  public var columnNames: [String] { fixed.columnNames + lines.flatMap(\.names) }

  /// Levels of every group term, in byte order; those of `(1 | a:b)` are joined by a colon.
  public let groupLevels: [[String]]
  var terms: [[DesignCoding.Coding]] { fixed.terms }

  /// Throws `DataError`.
  public init(_ formula: Formula, learningFrom data: DataTable) throws(DataError) {
    guard data.rowCount > 0 else { throw .noRows }
    try self.init(formula, learningFrom: InternedTable(data, for: formula), weights: nil)
  }

  /// Rows whose weight is zero have no say in where smooth terms and ridges have their centre, scale and range.
  init(_ formula: Formula, learningFrom table: InternedTable, weights: [Double]?) throws(DataError) {
    let data = table.data
    let counting: (Int) -> Bool = { weights.map { w in { w[$0] > 0 } }?($0) ?? true }
    guard data.rowCount > 0 else { throw .noRows }
    for case .factor(let name, nil) in formula.variables {
      // What the sample would report in its own rows.
      if case .numbers = data[name] { _ = try data.numbers(name) }
    }
    self.formula = formula
    fixed = try DesignCoding(formula.terms, formula.variables, hasIntercept: formula.hasIntercept, learningFrom: table.sample)
    groupLevels = try formula.groups.map { (group) throws(DataError) in
      DesignCoding.sortedLevels(try table.grouping(group.columns, at: group.position).labels)
    }
    var pooled: [PooledTerm] = []
    for (group, levels) in zip(formula.groups, groupLevels) { pooled += try PooledTerm.terms(of: group, levels, data) }
    var lines: [LineTerm] = []
    for smooth in formula.smooths {
      let basis = try SmoothBasis(smooth, learningFrom: data, counting: counting)
      pooled += PooledTerm.terms(of: basis)
      lines += LineTerm.terms(of: basis)
    }
    for ridge in formula.ridges {
      pooled.append(try PooledTerm(ridge, centred: formula.hasIntercept, learningFrom: data, counting: counting))
    }
    self.pooled = pooled
    self.lines = lines
  }

  // MARK: Applying

  /// The columns of the design, one number per row of `data`. Throws `DataError`, also for levels not learnt.
  public func columns(for data: DataTable) throws(DataError) -> [[Double]] {
    var result = try fixed.columns(for: data)
    for line in lines { result += try line.columns(for: data) }
    return result
  }

  /// The same in double-double arithmetic: powers keep 32 digits.
  func extendedColumns(for data: DataTable) throws(DataError) -> [[DoubleDouble]] {
    var result = try fixed.extendedColumns(for: data)
    for line in lines { result += try line.columns(for: data).map { $0.map { DoubleDouble($0) } } }
    return result
  }

  /// The level of each row, -1 where it has not been learnt.
  static func position(_ labels: [String], _ levels: [String]) -> [Int32] {
    var places: [String: Int32] = [:]
    for (i, level) in levels.enumerated() { places[level] = Int32(i) }
    return labels.map { places[$0] ?? -1 }
  }

  static func known(_ index: [Int32], _ labels: [String], _ column: String) throws(DataError) -> [Int32] {
    guard let row = index.firstIndex(of: -1) else { return index }
    throw .unknownLevel(column: column, level: labels[row], row: row)
  }

  /// The label of each row in the grouping of one or several columns.
  static func labels(of columns: [String], in data: DataTable, at position: Int) throws(DataError) -> [String] {
    var labels = try data.labels(columns[0], at: position)
    for name in columns.dropFirst() {
      let more = try data.labels(name, at: position)
      for i in labels.indices { labels[i] += ":" + more[i] }
    }
    return labels
  }

  /// For every group term the level of each row. A level not learnt throws, or is -1 (no effect: the population's
  /// mean) where `allowingNewGroups`.
  public func groupIndices(for data: DataTable, allowingNewGroups: Bool = false) throws(DataError) -> [[Int32]] {
    var result: [[Int32]] = []
    for (group, levels) in zip(formula.groups, groupLevels) {
      let labels = try Schema.labels(of: group.columns, in: data, at: group.position)
      let index = Schema.position(labels, levels)
      result.append(allowingNewGroups ? index : try Schema.known(index, labels, group.label))
    }
    return result
  }

  /// Sum of the formula's `offset( )` terms, one per row; nil where it has none.
  public func offset(for data: DataTable) throws(DataError) -> [Double]? {
    guard !formula.offsets.isEmpty else { return nil }
    var sum = [Double](repeating: 0, count: data.rowCount)
    for expression in formula.offsets {
      let values = try expression.values(in: data)
      for i in sum.indices { sum[i] += values[i] }
    }
    return sum
  }
}
