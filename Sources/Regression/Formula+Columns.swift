extension Expression {
  /// A column's name where an expression uses it, with its place in the text (characters from 0).
  public struct ColumnUse: Hashable, Sendable {
    public let name: String
    public let position: Int
  }

  /// In order of appearance; a column may stand several times.
  public var columnUses: [ColumnUse] { columns.map { ColumnUse(name: $0.name, position: $0.position) } }
}

extension Formula {
  /// The columns of the left side.
  public var responseColumns: [Expression.ColumnUse] {
    switch response {
    case .value(let expression): expression.columnUses
    case .proportion(let successes, let trials): successes.columnUses + trials.columnUses
    }
  }

  /// Every column that the formula uses, in the order of names.
  public var columnNames: [String] {
    var names = Set(responseColumns.map(\.name))
    for expression in offsets + smooths.map(\.variable) + ridges.flatMap(\.variables) { names.formUnion(expression.columns.map(\.name)) }
    for term in terms + groups.flatMap(\.terms) { names.formUnion(term.variables.flatMap(\.columns)) }
    names.formUnion(groups.flatMap(\.columns))
    names.formUnion(smooths.compactMap(\.by))
    return names.sorted()
  }
}
