/// Reads TOML 1.0 (and, as 1.1 does, line breaks and a last comma in inline tables) into values and the places of their keys.
/// Depth is limited, so that no text can exhaust the stack. Cost: linear in the text.
struct TOMLReader {
  struct Place: Hashable {
    /// Counted from 1, the column in Unicode scalars.
    let line: Int
    let column: Int
  }

  struct Failure: Error {
    let place: Place
    let message: Phrase
  }

  struct Document {
    let root: TOMLTree
    /// Path (`change[0].multiply`, `area[2]`, `project.name`) to the key's place.
    let places: [String: Place]
    /// Path to a string as it was written.
    let texts: [String: TOMLText]
  }

  private static let deepest = 100

  private var text: TOMLScalars
  private let root = TOMLTree()
  private var current: TOMLTree
  private var currentPath = ""
  private var places: [String: Place] = [:]
  private var texts: [String: TOMLText] = [:]
  private var depth = 0

  static func read(_ text: String) throws(Failure) -> Document {
    var reader = TOMLReader(text)
    try reader.readDocument()
    return Document(root: reader.root, places: reader.places, texts: reader.texts)
  }

  private init(_ text: String) {
    self.text = TOMLScalars(text)
    current = root
  }

  private mutating func readDocument() throws(Failure) {
    while true {
      try text.skipLines()
      guard let next = text.peek() else { return }
      if next == "[" {
        try readHeader()
      } else {
        let start = text.position
        try readKeyValue(into: current, path: currentPath)
        try refuseDecimalComma(since: start)
      }
      text.skipBlanks()
      if text.peek() == "#" { try text.skipComment() }
      if text.peek() != nil { try text.newLine() }
    }
  }

  /// `multiply = 1,3` reads as 1 and then a comma.
  private func refuseDecimalComma(since start: Int) throws(Failure) {
    guard text.peek() == ",", let next = text.peek(1), ("0"..."9").contains(next) else { return }
    let written = text.source(from: start)
    let whole = written.suffix(while: { ("0"..."9").contains($0) || $0 == "-" })
    guard !whole.isEmpty else { return }
    var fraction = ""
    var offset = 1
    while let digit = text.peek(offset), ("0"..."9").contains(digit) {
      fraction.unicodeScalars.append(digit)
      offset += 1
    }
    var number = ""
    number.unicodeScalars.append(contentsOf: whole)
    number += "." + fraction
    throw text.failure(
      Phrase(da: "decimaler skrives med punktum, ikke komma. Brug punktum: \(number).", en: "decimals have a point, not a comma. Use a point: \(number)."))
  }

  // MARK: Tables and keys

  private mutating func readHeader() throws(Failure) {
    let place = text.place
    text.advance()
    let isArray = text.skip("[")
    text.skipBlanks()
    let keys = try readKeys()
    try text.expect("]")
    if isArray { try text.expect("]") }
    var table = root
    var path = ""
    for key in keys.dropLast() {
      path = Self.join(path, key)
      guard let inner = table.descend(key, path: &path, making: .implicit), !inner.isClosed else { throw taken(key, place) }
      table = inner
    }
    let last = keys[keys.count - 1]
    path = Self.join(path, last)
    guard let opened = isArray ? table.appendTable(last, path: &path) : table.openTable(last) else { throw taken(last, place) }
    current = opened
    currentPath = path
    places[path] = place
  }

  private mutating func readKeyValue(into table: TOMLTree, path: String) throws(Failure) {
    let place = text.place
    let keys = try readKeys()
    try text.expect("=")
    text.skipBlanks()
    var table = table
    var path = path
    for key in keys.dropLast() {
      path = Self.join(path, key)
      guard let inner = table.descend(key, path: &path, making: .dotted), inner.kind == .dotted, !inner.isClosed else { throw taken(key, place) }
      places[path] = places[path] ?? place
      table = inner
    }
    let last = keys[keys.count - 1]
    path = Self.join(path, last)
    guard !table.has(last) else { throw taken(last, place) }
    places[path] = place
    table.set(last, try readValue(path: path))
  }

  private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : path + "." + key }

  private func taken(_ key: String, _ place: Place) -> Failure {
    let shown = key.prefix(60)
    return Failure(place: place, message: Phrase(da: "»\(shown)« er allerede sat.", en: "“\(shown)” is already set."))
  }

  /// One or more keys with points between.
  private mutating func readKeys() throws(Failure) -> [String] {
    var keys: [String] = []
    repeat {
      text.skipBlanks()
      keys.append(try readKey())
      text.skipBlanks()
    } while text.skip(".")
    return keys
  }

  private mutating func readKey() throws(Failure) -> String {
    switch text.peek() {
    case "\"": return try text.readString(quote: "\"", allowsLines: false)
    case "'": return try text.readString(quote: "'", allowsLines: false)
    default:
      let key = text.take { Self.isBare($0) }
      if !key.isEmpty { return key }
      throw text.failure(
        Phrase(
          da: "her skal stå et navn; navne med andet end a-z, tal, _ og - skal stå i anførselstegn.",
          en: "a name must stand here; names with more than a-z, digits, _ and - must stand in quotes."))
    }
  }

  private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
    default: false
    }
  }

  // MARK: Values

  private mutating func readValue(path: String) throws(Failure) -> TOMLTree.Item {
    switch text.peek() {
    case "\"", "'": return .value(.string(try readString(path: path)))
    case "[": return try nested { reader throws(Failure) in try reader.readArray(path: path) }
    case "{": return try nested { reader throws(Failure) in try reader.readInlineTable(path: path) }
    default:
      let place = text.place
      let word = text.takeWord()
      guard let value = TOMLWord.value(word) else { throw Failure(place: place, message: TOMLWord.problem(word)) }
      return .value(value)
    }
  }

  private mutating func readString(path: String) throws(Failure) -> String {
    let (place, start) = (text.place, text.position)
    let value = try text.readString(quote: text.peek() ?? "\"", allowsLines: true)
    texts[path] = TOMLText(start: place, source: text.source(from: start))
    return value
  }

  private mutating func nested(_ read: (inout TOMLReader) throws(Failure) -> TOMLTree.Item) throws(Failure) -> TOMLTree.Item {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw text.failure(Phrase(da: "for mange parenteser i hinanden.", en: "too many brackets in each other.")) }
    return try read(&self)
  }

  private mutating func readArray(path: String) throws(Failure) -> TOMLTree.Item {
    text.advance()
    var items: [TOMLTree.Item] = []
    while true {
      try text.skipLines()
      if text.skip("]") { return .array(items) }
      let inner = "\(path)[\(items.count)]"
      places[inner] = text.place
      items.append(try readValue(path: inner))
      try text.skipLines()
      if text.skip(",") { continue }
      try text.expect("]")
      return .array(items)
    }
  }

  private mutating func readInlineTable(path: String) throws(Failure) -> TOMLTree.Item {
    text.advance()
    let table = TOMLTree(kind: .dotted)
    while true {
      try text.skipLines()
      if text.skip("}") { break }
      try readKeyValue(into: table, path: path)
      try text.skipLines()
      if text.skip(",") { continue }
      try text.expect("}")
      break
    }
    table.close()
    return .table(table)
  }
}

/// A table while it is read: knows how it came to be, since that decides what may still be added.
final class TOMLTree {
  enum Item {
    case value(PositionedTOML.Value)
    case array([Item])
    case table(TOMLTree)
    /// Made by `[[name]]`.
    case tables([TOMLTree])
  }

  enum Kind {
    /// `[name]`, an element of `[[name]]`, or the root.
    case header
    /// Named on the way to another header; may still be opened once.
    case implicit
    /// By dotted keys or inline.
    case dotted
  }

  private(set) var kind: Kind
  /// An inline table is complete with its bracket.
  private(set) var isClosed = false
  private var items: [String: Item] = [:]

  init(kind: Kind = .header) {
    self.kind = kind
  }

  func has(_ key: String) -> Bool { items[key] != nil }

  func set(_ key: String, _ item: Item) { items[key] = item }

  func close() {
    isClosed = true
    for case .table(let table) in items.values { table.close() }
  }

  /// The table below the key, the last one of an array of tables (the path gets its index), made where there is none;
  /// nil where something else stands there.
  func descend(_ key: String, path: inout String, making kind: Kind) -> TOMLTree? {
    switch items[key] {
    case nil:
      let table = TOMLTree(kind: kind)
      items[key] = .table(table)
      return table
    case .table(let table): return table
    case .tables(let tables):
      path += "[\(tables.count - 1)]"
      return tables.last
    case .value, .array: return nil
    }
  }

  /// For `[key]`; nil where it is taken.
  func openTable(_ key: String) -> TOMLTree? {
    switch items[key] {
    case nil:
      let table = TOMLTree()
      items[key] = .table(table)
      return table
    case .table(let table) where table.kind == .implicit:
      table.kind = .header
      return table
    default: return nil
    }
  }

  /// For `[[key]]`; nil where it is taken.
  func appendTable(_ key: String, path: inout String) -> TOMLTree? {
    var tables: [TOMLTree] = []
    switch items[key] {
    case nil: break
    case .tables(let earlier): tables = earlier
    default: return nil
    }
    path += "[\(tables.count)]"
    tables.append(TOMLTree())
    items[key] = .tables(tables)
    return tables.last
  }

  var values: [String: PositionedTOML.Value] { items.mapValues { Self.value($0) } }

  private static func value(_ item: Item) -> PositionedTOML.Value {
    switch item {
    case .value(let value): value
    case .array(let items): .array(items.map { value($0) })
    case .table(let table): .table(table.values)
    case .tables(let tables): .array(tables.map { .table($0.values) })
    }
  }
}

extension Array {
  /// The longest end of which every element is like that.
  fileprivate func suffix(while isPart: (Element) -> Bool) -> ArraySlice<Element> {
    let start = lastIndex { !isPart($0) }.map { $0 + 1 } ?? startIndex
    return self[start...]
  }
}
