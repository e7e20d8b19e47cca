internal import LinearAlgebra

/// How the terms of a formula (or of one of its groups) are coded as columns: learnt from data once.
struct DesignCoding: Equatable, Sendable {
  enum Coding: Equatable, Sendable {
    case numeric(Expression)
    /// Dummies of the levels from `first` on: 1 leaves the base level out, 0 keeps all.
    case factor(column: String, label: String, levels: [String], first: Int)
  }

  let hasIntercept: Bool
  let terms: [[Coding]]
  /// As R names them; `(Intercept)` first where there is one.
  let columnNames: [String]

  init(
    _ formulaTerms: [Formula.Term], _ variables: [Formula.Variable], hasIntercept: Bool, learningFrom data: DataTable
  ) throws(DataError) {
    self.hasIntercept = hasIntercept
    var factors: [(variable: Formula.Variable, levels: [String])] = []
    for variable in variables {
      let position = formulaTerms.filter { $0.variables.contains(variable) }.map(\.position).min() ?? 0
      if let levels = try DesignCoding.levels(of: variable, in: data, at: position) { factors.append((variable, levels)) }
    }
    terms = try DesignCoding.codings(formulaTerms, variables, hasIntercept, factors)
    columnNames = (hasIntercept ? ["(Intercept)"] : []) + terms.flatMap(DesignCoding.names)
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
    _ formulaTerms: [Formula.Term], _ variables: [Formula.Variable], _ hasIntercept: Bool,
    _ factors: [(variable: Formula.Variable, levels: [String])]
  ) throws(DataError) -> [[Coding]] {
    // Without an intercept the first factor of the first term that has one keeps all its levels.
    var fullIsDue = !hasIntercept
    return try formulaTerms.map { (term) throws(DataError) -> [Coding] in
      let ordered = variables.filter { term.variables.contains($0) }
      return try ordered.map { (variable) throws(DataError) -> Coding in
        guard let levels = factors.first(where: { $0.variable == variable })?.levels else {
          if case .numeric(let expression) = variable { return .numeric(expression) }
          return .numeric(.column(variable.label, position: term.position))
        }
        let rest = ordered.filter { $0 != variable }
        let hasMargin = rest.isEmpty || formulaTerms.contains(Formula.Term(variables: rest, position: 0))
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

  // MARK: Applying

  /// The columns of the design, one number per row of `data`. Throws `DataError`, also for levels not learnt.
  func columns(for data: DataTable) throws(DataError) -> [[Double]] {
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
    var result: [[Scalar]] = hasIntercept ? [[Scalar](repeating: Scalar(1), count: n)] : []
    for term in terms {
      var columns: [[Scalar]] = []
      for coding in term {
        let parts: [[Scalar]]
        switch coding {
        case .numeric(let expression): parts = [try numeric(expression)]
        case .factor(let column, _, let levels, let first):
          parts = try DesignCoding.dummies(try DesignCoding.index(data, column, levels), levels.count, first)
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
    return try Schema.known(Schema.position(labels, levels), labels, column)
  }
}

/// What the columns of a design are made of: doubles, or double-doubles for badly conditioned problems.
protocol DesignScalar {
  init(_ value: Double)
  static func * (a: Self, b: Self) -> Self
}
extension Double: DesignScalar {}
extension DoubleDouble: DesignScalar {}
