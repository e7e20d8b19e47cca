/// The smallest parts of a formula.
enum FormulaToken: Equatable {
  case name(String)
  case number(Double)
  case text(String)
  /// One of `~ + - * / : ^ ( ) , = |` or `||`.
  case symbol(String)
  case end
}

struct FormulaLexer {
  private let characters: [Character]
  private var at = 0

  init(_ text: String) { characters = Array(text) }

  /// All tokens with the position of their first character, the last one `.end`.
  mutating func tokens() throws(FormulaError) -> [(token: FormulaToken, position: Int)] {
    var result: [(token: FormulaToken, position: Int)] = []
    while true {
      while at < characters.count, characters[at].isWhitespace { at += 1 }
      let start = at
      let token = try next()
      result.append((token, start))
      if token == .end { return result }
    }
  }

  private mutating func next() throws(FormulaError) -> FormulaToken {
    guard at < characters.count else { return .end }
    let c = characters[at]
    if c == "`" { return .name(try quoted(by: c)) }
    if c == "\"" || c == "'" { return .text(try quoted(by: c)) }
    if c.isASCII, c.isNumber || (c == "." && at + 1 < characters.count && characters[at + 1].isNumber) {
      return .number(try number())
    }
    if c.isLetter || c == "." || c == "_" { return .name(word()) }
    at += 1
    if c == "|", at < characters.count, characters[at] == "|" {
      at += 1
      return .symbol("||")
    }
    guard "~+-*/:^(),=|".contains(c) else { throw .unexpected(String(c), position: at - 1) }
    return .symbol(String(c))
  }

  private mutating func quoted(by mark: Character) throws(FormulaError) -> String {
    let start = at
    at += 1
    var result = ""
    while at < characters.count, characters[at] != mark {
      if characters[at] == "\\", at + 1 < characters.count { at += 1 }
      result.append(characters[at])
      at += 1
    }
    guard at < characters.count else { throw .unclosedQuote(position: start) }
    at += 1
    return result
  }

  private mutating func word() -> String {
    let start = at
    while at < characters.count, characters[at].isLetter || characters[at].isNumber || "._".contains(characters[at]) {
      at += 1
    }
    return String(characters[start..<at])
  }

  private mutating func number() throws(FormulaError) -> Double {
    let start = at
    func isDigit(_ i: Int) -> Bool { i < characters.count && characters[i].isASCII && characters[i].isNumber }
    while isDigit(at) || (at < characters.count && characters[at] == ".") { at += 1 }
    if at < characters.count, characters[at] == "e" || characters[at] == "E" {
      let signed = at + 1 < characters.count && "+-".contains(characters[at + 1])
      if isDigit(at + (signed ? 2 : 1)) {
        at += signed ? 2 : 1
        while isDigit(at) { at += 1 }
      }
    }
    let text = String(characters[start..<at])
    guard let value = Double(text), value.isFinite else { throw .badNumber(text, position: start) }
    return value
  }
}
