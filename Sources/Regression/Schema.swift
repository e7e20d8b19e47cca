internal import LinearAlgebra

/// What a formula learnt from data once: levels of factors and groups, and how each term is coded. New data gets the
/// same columns or a named error.
public struct Schema: Equatable, Sendable {
  enum Coding: Equatable, Sendable {
    case numeric(Expression)
    /// Dummies of the levels from `first` on: 1 leaves the base level out, 0 keeps all.
    case factor(column: String, label: String, levels: [String], first: Int)
  }

  public let formula: Formula
  /// Names of the columns of the design, as R names them; `(Intercept)` first where there is one.
  public let columnNames: [String]
  /// Levels of every group term, in byte order; those of `(1 | a:b)` are joined by a colon.
  public let groupLevels: [[String]]
  let terms: [[Coding]]

  /// Throws `DataError`.
  public init(_ formula: Formula, learningFrom data: DataTable) throws(DataError) {
    guard data.rowCount > 0 else { throw .noRows }
    self.formula = formula
    var factors: [(variable: Formula.Variable, levels: [String])] = []
    for variable in formula.variables {
      if let levels = try Schema.levels(of: variable, in: data, at: formula.position(of: variable)) {
        factors.append((variable, levels))
      }
    }
    terms = try Schema.codings(formula, factors)
    columnNames = (formula.hasIntercept ? ["(Intercept)"] : []) + terms.flatMap(Schema.names)
    groupLevels = try formula.groups.map { (group) throws(DataError) in
      let labels = try Schema.labels(of: group, in: data)
      return Schema.sortedLevels(labels)
    }
  }

  // MARK: Learning

  /// Nil for a numeric variable.
  private static func levels(
    of variable: Formula.Variable, in data: DataTable, at position: Int
  ) throws(DataError) -> [String]? {
    switch variable {
    case .numeric(let expression):
      for column in expression.columns { _ = try data.required(column.name, at: position) }
      return nil
    case .column(let name):
      guard case .texts = try data.required(name, at: position) else { return nil }
      return sortedLevels(try data.labels(name))
    case .factor(let name, let given):
      if let given { return given }
      if case .numbers = try data.required(name, at: position) {
        var unique: [Double] = []
        for value in try data.numbers(name).sorted() where unique.last != value { unique.append(value) }
        return unique.map(numberLabel)
      }
      return sortedLevels(try data.labels(name))
    }
  }

  /// Distinct texts in byte order.
  static func sortedLevels(_ labels: [String]) -> [String] {
    Set(labels).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func codings(
    _ formula: Formula, _ factors: [(variable: Formula.Variable, levels: [String])]
  ) throws(DataError) -> [[Coding]] {
    // Without an intercept the first factor of the first term that has one keeps all its levels.
    var fullIsDue = !formula.hasIntercept
    return try formula.terms.map { (term) throws(DataError) -> [Coding] in
      let ordered = formula.variables.filter { term.variables.contains($0) }
      return try ordered.map { (variable) throws(DataError) -> Coding in
        guard let levels = factors.first(where: { $0.variable == variable })?.levels else {
          if case .numeric(let expression) = variable { return .numeric(expression) }
          return .numeric(.column(variable.label, position: term.position))
        }
        let rest = ordered.filter { $0 != variable }
        let hasMargin = rest.isEmpty || formula.terms.contains(Formula.Term(variables: rest, position: 0))
        let first = hasMargin && !fullIsDue ? 1 : 0
        fullIsDue = false
        if levels.count < 2, first == 1 { throw .tooFewLevels(column: variable.columns[0]) }
        return .factor(column: variable.columns[0], label: variable.label, levels: levels, first: first)
      }
    }
  }

  private static func names(of term: [Coding]) -> [String] {
    var names = [""]
    for (index, coding) in term.enumerated() {
      let parts: [String]
      switch coding {
      case .numeric(let expression): parts = [expression.description]
      case .factor(_, let label, let levels, let first): parts = levels[first...].map { label + $0 }
      }
      names = parts.flatMap { part in names.map { index == 0 ? part : $0 + ":" + part } }
    }
    return names
  }

  private static func labels(of group: Formula.Group, in data: DataTable) throws(DataError) -> [String] {
    var labels = try data.labels(group.columns[0], at: group.position)
    for name in group.columns.dropFirst() {
      let more = try data.labels(name, at: group.position)
      for i in labels.indices { labels[i] += ":" + more[i] }
    }
    return labels
  }

  // MARK: Applying

  /// The columns of the design, one number per row of `data`. Throws `DataError`, also for levels not learnt.
  public func columns(for data: DataTable) throws(DataError) -> [[Double]] {
    try build(data) { (expression) throws(DataError) in try expression.values(in: data) }
  }

  /// The same in double-double arithmetic: powers keep 32 digits.
  func extendedColumns(for data: DataTable) throws(DataError) -> [[DoubleDouble]] {
    try build(data) { (expression) throws(DataError) in try expression.extendedValues(in: data) }
  }

  private func build<Scalar: DesignScalar>(
    _ data: DataTable, numeric: (Expression) throws(DataError) -> [Scalar]
  ) throws(DataError) -> [[Scalar]] {
    let n = data.rowCount
    var result: [[Scalar]] = formula.hasIntercept ? [[Scalar](repeating: Scalar(1), count: n)] : []
    for term in terms {
      var columns: [[Scalar]] = []
      for coding in term {
        let parts: [[Scalar]]
        switch coding {
        case .numeric(let expression): parts = [try numeric(expression)]
        case .factor(let column, _, let levels, let first):
          parts = try Schema.dummies(try Schema.index(data, column, levels), levels.count, first)
        }
        columns =
          columns.isEmpty ? parts : parts.flatMap { part in columns.map { zip($0, part).map { $0 * $1 } } }
      }
      result += columns
    }
    return result
  }

  private static func dummies<Scalar: DesignScalar>(
    _ index: [Int32], _ count: Int, _ first: Int
  ) throws(DataError) -> [[Scalar]] {
    (first..<max(first, count)).map { level in index.map { Scalar($0 == Int32(level) ? 1 : 0) } }
  }

  private static func index(
    _ data: DataTable, _ column: String, _ levels: [String]
  ) throws(DataError) -> [Int32] {
    let labels = try data.labels(column)
    return try known(position(labels, levels), labels, column)
  }

  /// The level of each row, -1 where it has not been learnt.
  private static func position(_ labels: [String], _ levels: [String]) -> [Int32] {
    var places: [String: Int32] = [:]
    for (i, level) in levels.enumerated() { places[level] = Int32(i) }
    return labels.map { places[$0] ?? -1 }
  }

  private static func known(_ index: [Int32], _ labels: [String], _ column: String) throws(DataError) -> [Int32] {
    guard let row = index.firstIndex(of: -1) else { return index }
    throw .unknownLevel(column: column, level: labels[row], row: row)
  }

  /// For every group term the level of each row. A level not learnt throws, or is -1 (no effect: the population's
  /// mean) where `allowingNewGroups`.
  public func groupIndices(for data: DataTable, allowingNewGroups: Bool = false) throws(DataError) -> [[Int32]] {
    var result: [[Int32]] = []
    for (group, levels) in zip(formula.groups, groupLevels) {
      let labels = try Schema.labels(of: group, in: data)
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

/// What the columns of a design are made of: doubles, or double-doubles for badly conditioned problems.
protocol DesignScalar {
  init(_ value: Double)
  static func * (a: Self, b: Self) -> Self
}
extension Double: DesignScalar {}
extension DoubleDouble: DesignScalar {}

extension Formula {
  /// Where the variable first stands.
  func position(of variable: Variable) -> Int {
    terms.filter { $0.variables.contains(variable) }.map(\.position).min() ?? 0
  }
}
