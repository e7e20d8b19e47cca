/// Where the keys of a TOML text stand. Knows just enough of the grammar to follow headers, keys, strings and brackets;
/// TOMLKit refuses what is not TOML, but for what `badBeginning` finds.
enum TOMLPositions {
  struct Place: Hashable, Sendable {
    let line: Int
    let column: Int
  }

  struct Scan {
    /// Path (`change[0].multiply`, `area[2]`, `project.name`) to the key's place, both counted from 1.
    var places: [String: Place] = [:]
    /// The first table header or array item that begins with a sign that cannot begin one.
    /// The parser aborts the program on some of them instead of refusing the text.
    var badBeginning: Place?
  }

  static func scan(_ text: String) -> Scan {
    var scanner = Scanner(characters: Array(text.unicodeScalars))
    scanner.run()
    return scanner.result
  }

  private struct Scanner {
    let characters: [Unicode.Scalar]
    var index = 0
    var line = 1
    var lineStart = 0
    var prefix = ""
    var counts: [String: Int] = [:]
    var result = Scan()

    init(characters: [Unicode.Scalar]) {
      self.characters = characters
    }

    mutating func run() {
      while index < characters.count {
        skipBlank()
        guard index < characters.count else { break }
        switch characters[index] {
        case "\n": newLine()
        case "#": skipLine()
        case "[": readHeader()
        default: readKeyValue()
        }
      }
    }

    private var place: Place { Place(line: line, column: index - lineStart + 1) }

    private mutating func newLine() {
      index += 1
      line += 1
      lineStart = index
    }

    private mutating func skipBlank() {
      while index < characters.count, isBlank(characters[index]) { index += 1 }
    }

    private func isBlank(_ character: Unicode.Scalar) -> Bool { character == " " || character == "\t" || character == "\r" }

    private mutating func skipLine() {
      while index < characters.count, characters[index] != "\n" { index += 1 }
    }

    private mutating func readHeader() {
      let start = place
      let isArray = index + 1 < characters.count && characters[index + 1] == "["
      index += isArray ? 2 : 1
      skipBlank()
      if !beginsKey { noteBadBeginning(start) }
      let name = indexed(readKey(until: "]"))
      skipLine()
      if isArray {
        let number = counts[name, default: 0]
        counts[name] = number + 1
        prefix = "\(name)[\(number)]"
      } else {
        prefix = name
      }
      result.places[prefix] = start
    }

    private mutating func noteBadBeginning(_ place: Place) {
      if result.badBeginning == nil { result.badBeginning = place }
    }

    /// Also true for `]`, which the parser refuses by itself.
    private var beginsKey: Bool {
      guard index < characters.count else { return true }
      switch characters[index] {
      case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "\"", "'", "]": return true
      default: return false
      }
    }

    /// `[area.more]` below `[[area]]` belongs to its last table: `area[1].more`.
    private func indexed(_ name: String) -> String {
      var path = ""
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      for (position, part) in parts.enumerated() {
        path += (path.isEmpty ? "" : ".") + part
        if position < parts.count - 1, let count = counts[path] { path += "[\(count - 1)]" }
      }
      return path
    }

    private mutating func readKeyValue() {
      let start = place
      let key = readKey(until: "=")
      let path = prefix.isEmpty ? key : prefix + "." + key
      if !key.isEmpty { result.places[path] = start }
      guard index < characters.count, characters[index] == "=" else { return skipLine() }
      index += 1
      readValue(path)
      skipLine()
    }

    /// Moves past a value and notes the keys of inline tables in it.
    private mutating func readValue(_ path: String) {
      skipBlank()
      guard index < characters.count else { return }
      switch characters[index] {
      case "{": readInlineTable(path)
      case "[": readArray(path)
      case "\"", "'": skipString(characters[index])
      default:
        while index < characters.count, characters[index] != "\n", !",]}#".unicodeScalars.contains(characters[index]) { index += 1 }
      }
    }

    private mutating func readInlineTable(_ path: String) {
      index += 1
      while index < characters.count {
        skipToItem()
        guard index < characters.count else { return }
        if characters[index] == "}" {
          index += 1
          return
        }
        let start = place
        let before = index
        let key = readKey(until: "=")
        result.places["\(path).\(key)"] = start
        if index < characters.count, characters[index] == "=" { index += 1 }
        readValue("\(path).\(key)")
        if index == before { index += 1 }
      }
    }

    private mutating func readArray(_ path: String) {
      index += 1
      var number = 0
      while index < characters.count {
        skipToItem()
        guard index < characters.count else { return }
        if characters[index] == "]" {
          index += 1
          return
        }
        if !beginsKey, !"+.[{,".unicodeScalars.contains(characters[index]) { noteBadBeginning(place) }
        let before = index
        result.places["\(path)[\(number)]"] = place
        readValue("\(path)[\(number)]")
        number += 1
        if index == before { index += 1 }
      }
    }

    /// Past blanks, commas, comments and line ends between items.
    private mutating func skipToItem() {
      while index < characters.count {
        let character = characters[index]
        if character == "\n" {
          newLine()
        } else if character == "#" {
          skipLine()
        } else if isBlank(character) || character == "," {
          index += 1
        } else {
          return
        }
      }
    }

    private mutating func readKey(until end: Unicode.Scalar) -> String {
      var key = ""
      while index < characters.count, characters[index] != end, characters[index] != "\n" {
        let character = characters[index]
        if character == "\"" || character == "'" {
          index += 1
          while index < characters.count, characters[index] != character, characters[index] != "\n" {
            key.unicodeScalars.append(characters[index])
            index += 1
          }
        } else if !isBlank(character) {
          key.unicodeScalars.append(character)
        }
        index += 1
      }
      return key
    }

    private mutating func skipString(_ quote: Unicode.Scalar) {
      let triple = index + 2 < characters.count && characters[index + 1] == quote && characters[index + 2] == quote
      index += triple ? 3 : 1
      while index < characters.count {
        let character = characters[index]
        if character == "\\", quote == "\"", index + 1 < characters.count, characters[index + 1] != "\n" {
          index += 2
        } else if character == quote, !triple {
          index += 1
          return
        } else if character == quote, index + 2 < characters.count, characters[index + 1] == quote, characters[index + 2] == quote {
          index += 3
          return
        } else if character == "\n" {
          if !triple { return }
          newLine()
        } else {
          index += 1
        }
      }
    }
  }
}
