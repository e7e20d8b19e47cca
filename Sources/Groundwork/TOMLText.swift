/// A place in a text file, line and column counted from 1, the column in Unicode scalars.
public struct TextPlace: Hashable, Sendable {
  public let line: Int
  public let column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A string as it stands in a TOML file, with its quotes: knows where each letter of its value was written.
struct TOMLText: Sendable {
  let start: TOMLReader.Place
  /// From the opening to the closing quote.
  let source: [Unicode.Scalar]

  /// One for each scalar of the value, and one after the last.
  func places() -> [TextPlace] {
    guard let quote = source.first else { return [] }
    let isLong = source.count >= 6 && source[1] == quote && source[2] == quote
    var walk = Walk(index: isLong ? 3 : 1, line: start.line, column: start.column + (isLong ? 3 : 1))
    let end = source.count - (isLong ? 3 : 1)
    if isLong { walk.skipLineEnd(source, end) }
    var places: [TextPlace] = []
    while walk.index < end {
      let here = TextPlace(line: walk.line, column: walk.column)
      if source[walk.index] == "\\", quote == "\"" {
        if walk.skipEscape(source, end) { places.append(here) }
      } else {
        places.append(here)
        if !walk.skipLineEnd(source, end) { walk.step(1) }
      }
    }
    return places + [TextPlace(line: walk.line, column: walk.column)]
  }

  private struct Walk {
    var index: Int
    var line: Int
    var column: Int

    mutating func step(_ count: Int) {
      index += count
      column += count
    }

    @discardableResult
    mutating func skipLineEnd(_ source: [Unicode.Scalar], _ end: Int) -> Bool {
      guard index < end else { return false }
      let isPair = source[index] == "\r" && index + 1 < end && source[index + 1] == "\n"
      guard isPair || source[index] == "\n" else { return false }
      index += isPair ? 2 : 1
      line += 1
      column = 1
      return true
    }

    /// False where the escape swallows a line's end and stands for nothing.
    mutating func skipEscape(_ source: [Unicode.Scalar], _ end: Int) -> Bool {
      let sign = index + 1 < end ? source[index + 1] : "\\"
      switch sign {
      case "u": step(6)
      case "U": step(10)
      case " ", "\t", "\n", "\r":
        step(1)
        while index < end, " \t\r\n".unicodeScalars.contains(source[index]) {
          if !skipLineEnd(source, end) { step(1) }
        }
        return false
      default: step(2)
      }
      return true
    }
  }
}
