/// A TOML text being read: position, line and column, and the forms that need no knowledge of tables.
struct TOMLScalars {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var line = 1
  private var lineStart = 0

  init(_ text: String) {
    scalars = Array(text.unicodeScalars.first == "\u{FEFF}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...])
  }

  var place: TOMLReader.Place { TOMLReader.Place(line: line, column: index - lineStart + 1) }

  var position: Int { index }

  /// What was read since a position.
  func source(from position: Int) -> [Unicode.Scalar] { Array(scalars[position..<index]) }

  func failure(_ message: Phrase) -> TOMLReader.Failure { TOMLReader.Failure(place: place, message: message) }

  func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    index + offset < scalars.count ? scalars[index + offset] : nil
  }

  mutating func advance() { index += 1 }

  /// Moves past the scalar where it stands next.
  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    index += 1
    return true
  }

  mutating func expect(_ scalar: Unicode.Scalar) throws(TOMLReader.Failure) {
    guard !skip(scalar) else { return }
    throw failure(Phrase(da: "her mangler \(scalar).", en: "\(scalar) is missing here."))
  }

  mutating func skipBlanks() {
    while let next = peek(), next == " " || next == "\t" { index += 1 }
  }

  mutating func newLine() throws(TOMLReader.Failure) {
    if peek() == "\r", peek(1) == "\n" { index += 1 }
    guard skip("\n") else { throw failure(Phrase(da: "her skal linjen slutte.", en: "the line must end here.")) }
    line += 1
    lineStart = index
  }

  mutating func skipComment() throws(TOMLReader.Failure) {
    while let next = peek(), next != "\n" {
      if next == "\r", peek(1) == "\n" { return }
      guard !Self.isControl(next) else { throw controlFailure() }
      index += 1
    }
  }

  /// Past blanks, line ends and comments.
  mutating func skipLines() throws(TOMLReader.Failure) {
    while let next = peek() {
      switch next {
      case " ", "\t": index += 1
      case "\n", "\r": try newLine()
      case "#": try skipComment()
      default: return
      }
    }
  }

  mutating func take(while isPart: (Unicode.Scalar) -> Bool) -> String {
    var word = ""
    while let next = peek(), isPart(next) {
      word.unicodeScalars.append(next)
      index += 1
    }
    return word
  }

  /// A value without quotes or brackets; a date takes the time of day after one blank with it.
  mutating func takeWord() -> String {
    let isPart = { (scalar: Unicode.Scalar) in !" \t\r\n,]}#".unicodeScalars.contains(scalar) }
    var word = take(while: isPart)
    if word.utf8.count == 10, TOMLWord.isDate(word), peek() == " ", let next = peek(1), ("0"..."9").contains(next) {
      index += 1
      word += " " + take(while: isPart)
    }
    return word
  }

  // MARK: Strings

  /// - Parameter allowsLines: whether three quotes open a text of several lines.
  mutating func readString(quote: Unicode.Scalar, allowsLines: Bool) throws(TOMLReader.Failure) -> String {
    index += 1
    guard peek() == quote, peek(1) == quote else { return try readRest(quote: quote, isLong: false) }
    guard allowsLines else { throw failure(Phrase(da: "et navn kan ikke fylde flere linjer.", en: "a name cannot span lines.")) }
    index += 2
    if peek() == "\n" || (peek() == "\r" && peek(1) == "\n") { try newLine() }
    return try readRest(quote: quote, isLong: true)
  }

  private mutating func readRest(quote: Unicode.Scalar, isLong: Bool) throws(TOMLReader.Failure) -> String {
    var text = String.UnicodeScalarView()
    while let next = peek() {
      if next == quote {
        if !isLong {
          index += 1
          return String(text)
        }
        if closes(quote, &text) { return String(text) }
      } else if next == "\\", quote == "\"" {
        try readEscape(into: &text, isLong: isLong)
      } else if next == "\n" || (next == "\r" && peek(1) == "\n") {
        guard isLong else { break }
        text.append("\n")
        try newLine()
      } else {
        guard !Self.isControl(next) else { throw controlFailure() }
        text.append(next)
        index += 1
      }
    }
    throw failure(Phrase(da: "teksten mangler sit slutanførselstegn.", en: "the text lacks its closing quote."))
  }

  /// Three quotes close; up to two more before them belong to the text.
  private mutating func closes(_ quote: Unicode.Scalar, _ text: inout String.UnicodeScalarView) -> Bool {
    var count = 0
    while count < 5, peek(count) == quote { count += 1 }
    index += count
    for _ in 0..<(count < 3 ? count : count - 3) { text.append(quote) }
    return count >= 3
  }

  private mutating func readEscape(into text: inout String.UnicodeScalarView, isLong: Bool) throws(TOMLReader.Failure) {
    let start = place
    index += 1
    let sign = peek()
    index += 1
    switch sign {
    case "b": text.append("\u{8}")
    case "t": text.append("\t")
    case "n": text.append("\n")
    case "f": text.append("\u{C}")
    case "r": text.append("\r")
    case "e": text.append("\u{1B}")
    case "\"": text.append("\"")
    case "\\": text.append("\\")
    case "u": text.append(try readCode(digits: 4, start))
    case "U": text.append(try readCode(digits: 8, start))
    case " ", "\t", "\n", "\r":
      index -= 1
      guard isLong, try skipLineBreak() else { throw Self.escapeFailure(start) }
    default: throw Self.escapeFailure(start)
    }
  }

  private mutating func readCode(digits: Int, _ start: TOMLReader.Place) throws(TOMLReader.Failure) -> Unicode.Scalar {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let next = peek(), let digit = Character(next).hexDigitValue, next.isASCII else { throw Self.escapeFailure(start) }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    guard let scalar = Unicode.Scalar(value) else { throw Self.escapeFailure(start) }
    return scalar
  }

  /// A backslash at a line's end swallows everything up to the next text.
  private mutating func skipLineBreak() throws(TOMLReader.Failure) -> Bool {
    skipBlanks()
    var found = false
    while let next = peek(), next == "\n" || next == "\r" {
      try newLine()
      found = true
      skipBlanks()
    }
    return found
  }

  private static func escapeFailure(_ place: TOMLReader.Place) -> TOMLReader.Failure {
    TOMLReader.Failure(
      place: place,
      message: Phrase(
        da: "omvendt skråstreg skal skrives \\\\, eller teksten sættes i '…'.", en: "write a backslash as \\\\, or put the text in '…'."))
  }

  private func controlFailure() -> TOMLReader.Failure {
    failure(Phrase(da: "her står et usynligt styretegn.", en: "an invisible control character stands here."))
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 0x20 && scalar != "\t") || scalar.value == 0x7F
  }
}
