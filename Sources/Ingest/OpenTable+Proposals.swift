import Groundwork

extension OpenTable {
  /// Proposes a line under `[inputs.<table>]`, or a table below it.
  func propose(_ key: String, _ value: String?, under part: String = "", choices: [String] = []) {
    log.propose(OpenTable.proposal(layout.name, toml, key, value, under: part, choices: choices))
  }

  static func proposal(
    _ table: TableName, _ toml: PositionedTOML?, _ key: String, _ value: String?, under part: String = "", choices: [String] = []
  ) -> MappingProposal {
    let section = "inputs.\(table.rawValue)" + (part.isEmpty ? "" : "." + part)
    return MappingProposal(section: section, sectionLine: toml?.line(of: section), key: key, value: value, choices: choices)
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
  func proposeColumns() {
    let missing = layout.columns.filter { !has($0.name) }
    let unknown = others.map { text.header[$0] }.filter { !$0.isEmpty && Fault.shown($0) == $0 }
    let guesses = layout.guesses(for: unknown, columns: missing)
    for guess in guesses { propose(MappingProposal.quoted(guess.header), MappingProposal.quoted(guess.column.name), under: "columns") }
    let open = missing.filter { column in column.isRequired && !guesses.contains { $0.column.name == column.name } }.map(\.name)
    guard !open.isEmpty else { return }
    for header in unknown where !guesses.contains(where: { $0.header == header }) {
      propose(MappingProposal.quoted(header), nil, under: "columns", choices: open)
    }
  }
}
