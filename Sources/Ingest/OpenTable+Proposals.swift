import Groundwork

extension OpenTable {
  /// Proposes a line under `[inputs.<table>]`, or a table below it.
  func propose(_ key: String, _ value: String?, under part: String = "", choices: [String] = []) {
    let proposal = OpenTable.proposal(layout.name, toml, key, value, under: part, choices: choices)
    proposal.inlinePairs(in: toml).forEach(log.propose)
    log.propose(proposal)
  }

  static func proposal(
    _ table: TableName, _ toml: PositionedTOML?, _ key: String, _ value: String?, under part: String = "", choices: [String] = []
  ) -> MappingProposal {
    let parts = ["inputs", table.rawValue] + part.split(separator: ".").map(String.init)
    return MappingProposal(under: parts, key: key, value: value, choices: choices, in: toml)
  }

  /// Proposes what a value may mean. Values that may be a person's number are never repeated.
  func proposeValue(_ value: String, in column: ColumnPlace, among terms: [Term]) {
    let shown = Fault.shown(value)
    guard shown == value, !terms.isEmpty else { return }
    let best = Term.best(value, among: terms)
    let choices = best == nil && terms.count <= 12 ? terms.map(\.name) : []
    propose(MappingProposal.quoted(value), best.map { MappingProposal.quoted($0.name) }, under: "values.\(column.name)", choices: choices)
  }

  /// Proposes which of the unknown headers mean the columns that are missing; required ones that nothing suits are left open.
  /// - Returns: the header proposed for each column that has one.
  func proposeColumns() -> [String: String] {
    let missing = layout.columns.filter { !has($0.name) }
    let unknown = others.map { text.header[$0] }.filter { !$0.isEmpty && Fault.shown($0) == $0 }
    let guesses = layout.guesses(for: unknown, columns: missing)
    for guess in guesses { propose(MappingProposal.quoted(guess.header), MappingProposal.quoted(guess.column.name), under: "columns") }
    let open = missing.filter { column in column.isRequired && !guesses.contains { $0.column.name == column.name } }.map(\.name)
    var proposed = Dictionary(guesses.map { ($0.column.name, $0.header) }, uniquingKeysWith: { first, _ in first })
    for column in open {
      guard let near = NearestName.find(column, among: unknown), !proposed.values.contains(near) else { continue }
      propose(MappingProposal.quoted(near), MappingProposal.quoted(column), under: "columns")
      proposed[column] = near
    }
    let left = open.filter { proposed[$0] == nil }
    guard !left.isEmpty else { return proposed }
    for header in unknown where !proposed.values.contains(header) {
      propose(MappingProposal.quoted(header), nil, under: "columns", choices: left)
    }
    return proposed
  }
}
