/// How many places of a terminal a text takes.
enum DisplayWidth {
  static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// A letter with its combining marks takes one place, a wide East Asian one or a picture takes two.
  static func of(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    let isPicture = first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}")
    return isPicture || isWide(first) ? 2 : 1
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      true
    default: false
    }
  }

  /// Line ends and tabs as blanks, other control characters as a question mark.
  static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
    return String(
      text.map { character -> Character in
        if character.isNewline || character == "\t" { return " " }
        let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
        return isControl ? "?" : character
      })
  }

  static func padded(_ text: String, to width: Int, right: Bool) -> String {
    let blanks = String(repeating: " ", count: max(0, width - of(text)))
    return right ? blanks + text : text + blanks
  }

  /// Lines no wider than `width` where blanks allow it; a longer word stands alone, or is cut where `cutsWords` says so.
  static func wrapped(_ text: String, to width: Int, cutsWords: Bool = false) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in text.split(separator: " ") {
      for piece in cutsWords ? pieces(word, width) : [String(word)] {
        let size = of(piece)
        if used > 0, used + 1 + size > width {
          lines.append(line)
          line = ""
          used = 0
        }
        line += used > 0 ? " " + piece : piece
        used += used > 0 ? size + 1 : size
      }
    }
    if used > 0 || lines.isEmpty { lines.append(line) }
    return lines
  }

  static func longestWord(_ text: String) -> Int {
    text.split(separator: " ").reduce(0) { max($0, of(String($1))) }
  }

  private static func pieces(_ word: Substring, _ width: Int) -> [String] {
    var pieces: [String] = []
    var piece = ""
    for character in word {
      if !piece.isEmpty, of(piece) + of(character) > max(1, width) {
        pieces.append(piece)
        piece = ""
      }
      piece.append(character)
    }
    return pieces + [piece]
  }
}
