internal import Groundwork

/// A pipe table for a page or a mail.
struct MarkdownRenderer {
  let table: Table
  let language: Language

  func render() -> String {
    var blocks: [[String]] = []
    blocks.append(table.title.isEmpty ? [] : ["## " + escaped(table.title[language])])
    blocks.append(table.notices.isEmpty ? [] : [table.notices.map { "> " + escaped($0[language]) }.joined(separator: "\n>\n")])
    blocks.append(table.columns.isEmpty ? [] : gridLines())
    blocks.append(table.footnotes.map { "- " + escaped($0[language]) })
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private func gridLines() -> [String] {
    let columns = table.filledColumns
    let isNumeric = columns.map { column in
      let cells = table.rows.map { $0[column] }
      return cells.contains(where: \.isNumber) && cells.allSatisfy { $0.isNumber || $0.isEmpty }
    }
    var lines = [line(columns.map { escaped(table.columns[$0].heading[language]) })]
    lines.append(line(isNumeric.map { $0 ? "---:" : "---" }))
    for row in table.rows {
      lines.append(
        line(columns.map { escaped(row[$0].shown(decimals: table.columns[$0].decimals, language: language)) }))
    }
    return lines
  }

  private func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  /// Signs that Markdown would read as its own, also `<`, which begins HTML.
  private func escaped(_ text: String) -> String {
    var result = ""
    for character in DisplayWidth.printable(text) {
      if "\\|`*_<[".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
