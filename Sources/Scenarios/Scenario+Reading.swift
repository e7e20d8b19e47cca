public import Groundwork

extension Scenario {
  static let keys = ["title", "base", "reason", "change"]

  /// Reads one scenario file.
  /// - Parameter keepingFlaws: whether a file with unknown keys, wrong types and missing keys is kept, so that a plan builder tells
  ///   all that is wrong with it at once.
  /// - Throws: `FindingsError` where the text is no TOML, else with every flaw of the file.
  public init(text: String, file: String, name: String, keepingFlaws: Bool = false) throws(FindingsError) {
    try self.init(source: PositionedTOML(text: text, file: file), name: name, keepingFlaws: keepingFlaws)
  }

  /// - Parameters:
  ///   - flaws: that are known already.
  ///   - unread: paths of changes with values that could not be read; what they lack is not told.
  init(source: PositionedTOML, name: String, keepingFlaws: Bool = false, flaws: [Finding] = [], unread: Set<String> = []) throws(FindingsError) {
    var log = Log(source: source, unread: unread, findings: flaws)
    for key in source.root.keys.sorted() where !Self.keys.contains(key) { log.unknown(key, at: key, among: Self.keys) }
    let title = log.string("title", in: source.root, at: "")
    let base = log.string("base", in: source.root, at: "")
    let reason = log.string("reason", in: source.root, at: "")
    var changes: [Change] = []
    for (index, table) in log.tables("change", in: source.root).enumerated() {
      if let change = log.change(table, at: "change[\(index)]") { changes.append(change) }
    }
    guard log.findings.isEmpty || keepingFlaws else { throw FindingsError(log.findings) }
    self.init(name: name, title: title ?? name, base: base, reason: reason ?? "", changes: changes, source: source, flaws: log.findings)
  }

  /// Collects what is wrong with a file instead of stopping at the first.
  private struct Log {
    let source: PositionedTOML
    let unread: Set<String>
    var findings: [Finding]

    mutating func unknown(_ key: String, at path: String, among known: [String]) {
      let hint = NearestName.hint(key, among: known, listAtMost: 20)
      findings.append(
        source.finding(
          at: path, value: key, message: Phrase(da: "ukendt nøgle.", en: "unknown key."), remedy: hint))
    }

    mutating func wrongType(_ key: String, at path: String, expected: Phrase) {
      findings.append(
        source.finding(
          at: path, value: key, message: Phrase(da: "har en forkert type.", en: "has the wrong type."),
          remedy: Phrase(da: "Skriv \(expected.da).", en: "Write \(expected.en).")))
    }

    mutating func string(_ key: String, in table: [String: PositionedTOML.Value], at prefix: String) -> String? {
      guard let value = table[key] else { return nil }
      if case .string(let text) = value { return text }
      wrongType(key, at: prefix.isEmpty ? key : prefix + "." + key, expected: Phrase(da: "en tekst i anførselstegn", en: "a text in quotes"))
      return nil
    }

    mutating func tables(_ key: String, in root: [String: PositionedTOML.Value]) -> [[String: PositionedTOML.Value]] {
      guard let value = root[key] else { return [] }
      if case .array(let items) = value {
        let tables = items.compactMap { item -> [String: PositionedTOML.Value]? in
          if case .table(let table) = item { table } else { nil }
        }
        if tables.count == items.count { return tables }
      }
      wrongType(key, at: key, expected: Phrase(da: "ændringer som [[change]]", en: "changes as [[change]]"))
      return []
    }

    mutating func change(_ table: [String: PositionedTOML.Value], at path: String) -> Change? {
      guard let what = string("what", in: table, at: path) else {
        if table["what"] == nil {
          findings.append(
            source.finding(
              at: path, message: Phrase(da: "ændringen mangler nøglen what.", en: "the change lacks the key what."),
              remedy: NearestName.hint("", among: Lever.allCases.map(\.rawValue))))
        }
        return nil
      }
      guard let lever = Lever(rawValue: what) else {
        findings.append(
          source.finding(
            at: path + ".what", value: what, message: Phrase(da: "ukendt håndtag.", en: "unknown lever."),
            remedy: NearestName.hint(what, among: Lever.allCases.map(\.rawValue))))
        return nil
      }
      let before = findings.count
      for key in table.keys.sorted() where !lever.keys.contains(key) { unknown(key, at: path + "." + key, among: lever.keys) }
      // A misspelt key is most likely the one that is missing: one message is enough.
      if findings.count == before, !unread.contains(path) {
        for key in lever.requiredKeys where table[key] == nil { missing([key], lever, at: path) }
        let effects = lever.effectKeys.filter { table[$0] != nil }
        if !lever.effectKeys.isEmpty, effects.count != 1 { missing(lever.effectKeys, lever, at: path) }
      }
      let reason = string("reason", in: table, at: path)
      return Change(lever: lever, reason: reason ?? "", path: path, values: table, isFlawed: findings.count > before || unread.contains(path))
    }

    mutating func missing(_ keys: [String], _ lever: Lever, at path: String) {
      let list = keys.joined(separator: ", ")
      let message =
        keys.count == 1
        ? Phrase(da: "\(lever.rawValue) mangler nøglen \(list).", en: "\(lever.rawValue) lacks the key \(list).")
        : Phrase(da: "\(lever.rawValue) skal have netop én af nøglerne \(list).", en: "\(lever.rawValue) needs exactly one of the keys \(list).")
      findings.append(source.finding(at: path, message: message, remedy: Phrase("")))
    }
  }
}
