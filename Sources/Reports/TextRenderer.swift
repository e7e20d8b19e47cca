internal import Groundwork

/// A table for a terminal: notices, title, aligned columns, footnotes.
struct TextRenderer {
  let table: Table
  let language: Language
  let width: Int
  let color: Bool
  let blanksRepeats: Bool

  func render() -> String {
    var blocks: [[String]] = []
    blocks.append(table.notices.flatMap { wrapped($0, .notice) })
    blocks.append(table.title.isEmpty ? [] : wrapped(table.title, .strong))
    blocks.append(table.columns.isEmpty ? [] : gridLines())
    blocks.append(table.footnotes.flatMap { wrapped($0, .faint) })
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private func wrapped(_ phrase: Phrase, _ style: Style) -> [String] {
    DisplayWidth.wrapped(DisplayWidth.printable(phrase[language]), to: width).map { styled($0, style) }
  }

  private func gridLines() -> [String] {
    let columns = table.filledColumns.map { TextColumn(table, index: $0, language: language) }
    let layout = TextLayout(columns: columns, width: width)
    if layout.cutsWords, columns.count > 3, !columns[0].isNumeric { return stackedLines(columns) }
    var lines = layout.lines(of: columns.map(\.heading), wrapsBottom: true).map { styled($0, .strong) }
    lines.append(styled(layout.rule, .faint))
    for row in table.rows.indices {
      let repeats = blanksRepeats ? repeatedKeys(columns, row: row) : 0
      let cells = columns.indices.map { $0 < repeats ? "" : columns[$0].cells[row] }
      lines += layout.lines(of: cells, wrapsBottom: false)
    }
    return lines
  }

  /// Where words would have to be cut: the first column's texts on lines of their own, the others indented below.
  private func stackedLines(_ columns: [TextColumn]) -> [String] {
    let rest = Array(columns.dropFirst())
    let indent = "  "
    let layout = TextLayout(columns: rest, width: width - indent.count)
    var lines = [styled(columns[0].heading, .strong)] + layout.lines(of: rest.map(\.heading), wrapsBottom: true).map { styled(indent + $0, .strong) }
    lines.append(styled(indent + layout.rule, .faint))
    for row in table.rows.indices {
      let repeats = blanksRepeats ? repeatedKeys(columns, row: row) : 0
      let key = columns[0].cells[row]
      if repeats == 0, !key.isEmpty { lines += DisplayWidth.wrapped(key, to: width) }
      let cells = rest.indices.map { $0 + 1 < repeats ? "" : rest[$0].cells[row] }
      lines += layout.lines(of: cells, wrapsBottom: false).map { indent + $0 }
    }
    return lines
  }

  /// How many leading text columns say the same as in the row above.
  private func repeatedKeys(_ columns: [TextColumn], row: Int) -> Int {
    guard row > 0 else { return 0 }
    return columns.prefix { !$0.isNumeric && $0.cells[row] == $0.cells[row - 1] }.count
  }

  private enum Style: String {
    case notice = "\u{1B}[33m"
    case strong = "\u{1B}[1m"
    case faint = "\u{1B}[2m"
  }

  private func styled(_ line: String, _ style: Style) -> String {
    color ? style.rawValue + line + "\u{1B}[0m" : line
  }
}

/// One column's texts, numbers already padded so that their decimal signs stand above each other.
struct TextColumn {
  let heading: String
  let cells: [String]
  let isNumeric: Bool

  init(_ table: Table, index: Int, language: Language) {
    let column = table.columns[index]
    let source = table.rows.map { $0[index] }
    heading = DisplayWidth.printable(column.heading[language])
    isNumeric = source.contains(where: \.isNumber) && source.allSatisfy { $0.isNumber || $0.isEmpty }
    let shown = source.map { $0.shown(decimals: column.decimals, language: language) }
    cells = isNumeric ? Self.aligned(shown, decimalSign: language == .da ? "," : ".") : shown
  }

  private static func aligned(_ texts: [String], decimalSign: Character) -> [String] {
    func fraction(_ text: String) -> Int {
      text.firstIndex(of: decimalSign).map { text.distance(from: $0, to: text.endIndex) } ?? 0
    }
    let widest = texts.reduce(0) { max($0, fraction($1)) }
    return texts.map { $0.isEmpty ? "" : $0 + String(repeating: " ", count: widest - fraction($0)) }
  }

  var widestCell: Int { cells.reduce(0) { max($0, DisplayWidth.of($1)) } }

  /// Words longer than this are cut rather than let a table grow wider than the terminal.
  static let longestUncutWord = 24

  /// What the column needs when its words may stand on several lines.
  var narrowest: Int {
    let content = isNumeric ? widestCell : cells.reduce(0) { max($0, DisplayWidth.longestWord($1)) }
    return max(1, headingWord, isNumeric ? content : min(content, Self.longestUncutWord))
  }

  var headingWord: Int { DisplayWidth.longestWord(heading) }

  /// What is left where a terminal is narrower still: headings and words are cut at so many characters, intervals broken between
  /// their numbers. Numbers alone are never broken.
  func narrowest(word: Int) -> Int {
    let content = isNumeric ? widestCell : cells.reduce(0) { max($0, DisplayWidth.longestWord($1.replacing("\u{A0}", with: " "))) }
    return max(1, min(headingWord, word), isNumeric ? content : min(content, word))
  }
}

/// Widths of the columns that fit a terminal: headings give way first, then texts, then the gaps.
struct TextLayout {
  private let widths: [Int]
  private let rightAligned: [Bool]
  private let gap: Int
  /// Whether words are cut, since the columns do not fit otherwise.
  let cutsWords: Bool
  /// Where nothing fits, words are cut no shorter than so many characters.
  private static let leastWord = 12

  init(columns: [TextColumn], width: Int) {
    rightAligned = columns.map(\.isNumeric)
    let gaps = max(0, columns.count - 1)
    var widths = columns.map { max($0.widestCell, DisplayWidth.of($0.heading), 1) }
    var room = width - 2 * gaps
    Self.shrink(&widths, to: room, floors: columns.map { max($0.widestCell, $0.headingWord, 1) })
    Self.shrink(&widths, to: room, floors: columns.map(\.narrowest))
    cutsWords = widths.reduce(0, +) > room
    gap = cutsWords ? 1 : 2
    room = width - gap * gaps
    let words = [16, 12, 8, 5]
    let fitting = words.first { word in columns.reduce(0) { $0 + $1.narrowest(word: word) } <= room }
    Self.shrink(&widths, to: room, floors: columns.map { $0.narrowest(word: fitting ?? Self.leastWord) })
    self.widths = widths
  }

  /// Takes from the widest column that is still above its floor until the sum fits.
  private static func shrink(_ widths: inout [Int], to room: Int, floors: [Int]) {
    var excess = widths.reduce(0, +) - room
    while excess > 0 {
      let candidates = widths.indices.filter { widths[$0] > floors[$0] }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
      excess -= 1
    }
  }

  var rule: String { widths.map { String(repeating: "─", count: $0) }.joined(separator: blanks) }

  /// Blanks that keep an interval together give way where it does not fit.
  private func breakable(_ text: String, to width: Int) -> String {
    DisplayWidth.longestWord(text) > width ? text.replacing("\u{A0}", with: " ") : text
  }

  private var blanks: String { String(repeating: " ", count: gap) }

  /// The lines of one row; short cells stand on the last line where `wrapsBottom`, else on the first.
  func lines(of cells: [String], wrapsBottom: Bool) -> [String] {
    let blocks = cells.indices.map { column in
      DisplayWidth.of(cells[column]) <= widths[column]
        ? [cells[column]] : DisplayWidth.wrapped(breakable(cells[column], to: widths[column]), to: widths[column], cutsWords: true)
    }
    let height = blocks.reduce(1) { max($0, $1.count) }
    return (0..<height).map { line in
      var text = ""
      for column in cells.indices {
        let position = wrapsBottom ? line - (height - blocks[column].count) : line
        let piece = blocks[column].indices.contains(position) ? blocks[column][position] : ""
        if column > 0 { text += blanks }
        text += DisplayWidth.padded(piece, to: widths[column], right: rightAligned[column])
      }
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }
  }
}
