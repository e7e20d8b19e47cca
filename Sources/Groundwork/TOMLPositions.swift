/// Where the keys of a TOML text stand. Knows just enough of the grammar to follow headers, keys, strings and brackets;
/// TOMLKit has already refused what is not TOML.
enum TOMLPositions {
  struct Place: Hashable, Sendable {
    let line: Int
    let column: Int
  }

  /// Path (`change[0].multiply`, `area[2]`, `project.name`) to the key's place, both counted from 1.
  static func scan(_ text: String) -> [String: Place] {
    var scanner = Scanner(characters: Array(text))
    return scanner.run()
  }

  private struct Scanner {
    let characters: [Character]
    var index = 0
    var line = 1
    var lineStart = 0
    var prefix = ""
    var counts: [String: Int] = [:]
    var places: [String: Place] = [:]

    init(characters: [Character]) {
      self.characters = characters
    }

    mutating func run() -> [String: Place] {
      while index < characters.count {
        skipBlank()
        guard index < characters.count else { break }
        switch characters[index] {
        case "\n", "\r\n": newLine()
        case "#": skipLine()
        case "[": readHeader()
        default: readKeyValue()
        }
      }
      return places
    }

    private var place: Place { Place(line: line, column: index - lineStart + 1) }

    private mutating func newLine() {
      index += 1
      line += 1
      lineStart = index
    }

    private mutating func skipBlank() {
      while index < characters.count, characters[index] == " " || characters[index] == "\t" { index += 1 }
    }

    private mutating func skipLine() {
      while index < characters.count, !characters[index].isNewline { index += 1 }
    }

    private mutating func readHeader() {
      let start = place
      let isArray = index + 1 < characters.count && characters[index + 1] == "["
      index += isArray ? 2 : 1
      let name = readKey(until: "]")
      skipLine()
      if isArray {
        let number = counts[name, default: 0]
        counts[name] = number + 1
        prefix = "\(name)[\(number)]"
      } else {
        prefix = name
      }
      places[prefix] = start
    }

    private mutating func readKeyValue() {
      let start = place
      let key = readKey(until: "=")
      if !key.isEmpty { places[prefix.isEmpty ? key : prefix + "." + key] = start }
      guard index < characters.count, characters[index] == "=" else { return skipLine() }
      index += 1
      skipValue()
    }

    private mutating func readKey(until end: Character) -> String {
      var key = ""
      while index < characters.count, characters[index] != end, !characters[index].isNewline {
        let character = characters[index]
        if character == "\"" || character == "'" {
          index += 1
          while index < characters.count, characters[index] != character, !characters[index].isNewline {
            key.append(characters[index])
            index += 1
          }
        } else if character != " ", character != "\t" {
          key.append(character)
        }
        index += 1
      }
      return key
    }

    /// Moves past a value, over several lines where brackets or triple quotes are open.
    private mutating func skipValue() {
      var depth = 0
      while index < characters.count {
        let character = characters[index]
        switch character {
        case "[", "{": depth += 1
        case "]", "}": depth -= 1
        case "#":
          skipLine()
          continue
        case "\"", "'":
          skipString(character)
          continue
        case let other where other.isNewline:
          newLine()
          if depth <= 0 { return }
          continue
        default: break
        }
        index += 1
      }
    }

    private mutating func skipString(_ quote: Character) {
      let triple = index + 2 < characters.count && characters[index + 1] == quote && characters[index + 2] == quote
      index += triple ? 3 : 1
      while index < characters.count {
        let character = characters[index]
        if character == "\\", quote == "\"" {
          index += 2
        } else if character == quote, !triple {
          index += 1
          return
        } else if character == quote, index + 2 < characters.count, characters[index + 1] == quote, characters[index + 2] == quote {
          index += 3
          return
        } else if character.isNewline {
          if !triple { return }
          newLine()
        } else {
          index += 1
        }
      }
    }
  }
}
