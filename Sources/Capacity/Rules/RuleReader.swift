import Groundwork
import Placements

/// Takes typed values from a file of rules and collects what is wrong with it.
///
/// A rule is a plain value, or `{ value = 0.7, assumption = true, source = "…" }`.
struct RuleReader {
  let source: PositionedTOML
  private(set) var findings: [Finding] = []
  private(set) var notes: [RuleKey: RuleSet.Note] = [:]

  init(source: PositionedTOML) { self.source = source }

  // MARK: Keys

  mutating func checkKeys(top: [String]) {
    for key in source.root.keys.sorted() where !top.contains(key) {
      guard RuleKey.sections.contains(key) else {
        unknown(key, at: key, among: top + RuleKey.sections)
        continue
      }
      guard let table = section(key) else {
        wrong(key, value: nil, Phrase(da: "skal være en tabel [\(key)].", en: "must be a table [\(key)]."))
        continue
      }
      for name in table.keys.sorted() where !RuleKey.names(in: key).contains(name) {
        unknown(name, at: key + "." + name, among: RuleKey.names(in: key))
      }
    }
  }

  func has(section: String) -> Bool { source.root[section] != nil }

  func has(_ key: RuleKey) -> Bool { section(key.section)?[key.name] != nil }

  private func section(_ name: String) -> [String: PositionedTOML.Value]? {
    if case .table(let table) = source.root[name] { table } else { nil }
  }

  // MARK: Values

  func string(_ key: String) -> String? {
    if case .string(let text) = source.root[key] { text } else { nil }
  }

  mutating func day(_ key: String) -> Day? {
    guard let value = source.root[key] else { return nil }
    if case .string(let text) = value, let day = Self.day(text) { return day }
    wrong(key, value: nil, Phrase(da: "skal være en dag som \"2025-01-01\".", en: "must be a day as \"2025-01-01\"."))
    return nil
  }

  private static func day(_ text: String) -> Day? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }), let year = Int(parts[0]), let month = Int(parts[1]),
      let day = Int(parts[2])
    else { return nil }
    return Day(year: year, month: month, day: day)
  }

  /// A number inside the range, both ends included.
  mutating func share(_ key: RuleKey, in range: ClosedRange<Double>) -> Quantity? {
    guard let value = value(of: key) else { return nil }
    let number: Double? = switch value {
    case .number(let number): number
    case .integer(let whole): Double(whole)
    default: nil
    }
    if let number, range.contains(number), let quantity = Quantity(number) { return quantity }
    wrong(
      key.rawValue, value: Self.text(value),
      Phrase(
        da: "skal være et tal fra \(NumberText.machine(range.lowerBound)) til \(NumberText.machine(range.upperBound)).",
        en: "must be a number from \(NumberText.machine(range.lowerBound)) to \(NumberText.machine(range.upperBound))."))
    return nil
  }

  mutating func whole(_ key: RuleKey, in range: ClosedRange<Int>) -> Int? {
    guard let value = value(of: key) else { return nil }
    if case .integer(let number) = value, range.contains(number) { return number }
    wrong(
      key.rawValue, value: Self.text(value),
      Phrase(da: "skal være et helt tal fra \(range.lowerBound) til \(range.upperBound).", en: "must be a whole number from \(range.lowerBound) to \(range.upperBound)."))
    return nil
  }

  mutating func word(_ key: RuleKey, among words: [String]) -> String? {
    guard let value = value(of: key) else { return nil }
    if case .string(let text) = value {
      if words.contains(text) { return text }
      unknownWord(text, at: key.rawValue, among: words)
    } else {
      wrong(key.rawValue, value: Self.text(value), Phrase(da: "skal være en tekst i anførselstegn.", en: "must be a text in quotes."))
    }
    return nil
  }

  /// The value itself; what stands beside it goes to the notes.
  private mutating func value(of key: RuleKey) -> PositionedTOML.Value? {
    guard let found = section(key.section)?[key.name] else { return nil }
    guard case .table(let table) = found else {
      notes[key] = RuleSet.Note(isAssumption: false, source: "")
      return found
    }
    let keys = ["value", "assumption", "source"]
    for name in table.keys.sorted() where !keys.contains(name) { unknown(name, at: "\(key.rawValue).\(name)", among: keys) }
    var note = RuleSet.Note(isAssumption: false, source: "")
    switch table["assumption"] {
    case .boolean(let flag): note.isAssumption = flag
    case nil: break
    default: wrong(key.rawValue + ".assumption", value: nil, Phrase(da: "skal være true eller false.", en: "must be true or false."))
    }
    switch table["source"] {
    case .string(let text): note.source = text
    case nil: break
    default: wrong(key.rawValue + ".source", value: nil, Phrase(da: "skal være en tekst i anførselstegn.", en: "must be a text in quotes."))
    }
    notes[key] = note
    if table["value"] == nil { wrong(key.rawValue, value: nil, Phrase(da: "mangler value.", en: "lacks value.")) }
    return table["value"]
  }

  private static func text(_ value: PositionedTOML.Value) -> String? {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): NumberText.machine(number)
    case .boolean(let flag): flag ? "true" : "false"
    case .array, .table: nil
    }
  }

  // MARK: Findings

  private mutating func unknown(_ key: String, at path: String, among known: [String]) {
    findings.append(
      source.finding(
        at: path, value: key, message: Phrase(da: "er ikke en kendt regel.", en: "is no known rule."),
        remedy: NearestName.hint(key, among: known, listAtMost: 20)))
  }

  private mutating func unknownWord(_ word: String, at path: String, among words: [String]) {
    findings.append(
      source.finding(
        at: path, value: word, message: Phrase(da: "er ikke et kendt ord her.", en: "is no known word here."),
        remedy: NearestName.hint(word, among: words)))
  }

  private mutating func wrong(_ path: String, value: String?, _ message: Phrase) {
    findings.append(source.finding(at: path, value: value, message: message, remedy: Phrase(da: "Ret værdien.", en: "Mend the value.")))
  }

  /// Two rules that cannot hold together; named by the key and what it says.
  mutating func contradiction(_ path: String, _ message: Phrase) {
    let parts = path.split(separator: ".").map(String.init)
    let found = parts.count > 1 ? section(parts[0])?[parts[1]] : source.root[path]
    let key = parts.last ?? path
    var own = found
    if case .table(let table) = found { own = table["value"] }
    let value = own.flatMap(Self.text).map { "\(key) = \($0)" } ?? key
    findings.append(source.finding(at: path, value: value, message: message, remedy: Phrase(da: "Ret den ene af dem.", en: "Mend one of them.")))
  }

  /// A rule that makes no sense without another.
  mutating func needs(_ key: RuleKey, _ message: Phrase) {
    if has(key) { contradiction(key.rawValue, message) }
  }

  /// A rule that is missing beside another, or in its section.
  mutating func missing(_ key: RuleKey, beside other: RuleKey?) {
    // A value that is wrong is not missing as well.
    guard !has(key) else { return }
    findings.append(
      source.finding(
        at: other?.rawValue ?? key.section, message: Phrase(da: "kræver også \(key.name).", en: "needs \(key.name), too."),
        remedy: Phrase(da: "Tilføj \(key.name) under [\(key.section)].", en: "Add \(key.name) below [\(key.section)].")))
  }
}
