public import Groundwork

/// Scenarios written in a table, one change a row: the columns are the keys of the TOML file, `scenario` says to which a row belongs.
///
/// A row that has nothing but `title`, `base` and `reason` is about the scenario itself. Lists are parted by `|` or `;`, an interval is
/// `1,1 til 1,5`, `1.1 to 1.5` or `1.1-1.5`, a named distribution `triangular(1; 1,2; 1,6)`; decimals have a comma or a point.
public struct ScenarioSheet: Sendable {
  /// In the order of their first rows; what is wrong with one is told when its plan is built.
  public let scenarios: [Scenario]

  /// - Parameters:
  ///   - columns: headers with the values below, all of the same length.
  ///   - lines: in which each row of values stands.
  ///   - headerLine: in which the headers stand.
  ///   - file: as findings name it.
  ///   - name: of the scenario where there is no column `scenario`.
  /// - Throws: `FindingsError` where the headers cannot be used or a row belongs to no scenario.
  public init(columns: [(name: String, values: [String])], lines: [Int], headerLine: Int = 1, file: String, name: String) throws(FindingsError) {
    let header = try SheetHeader(columns, line: headerLine, file: file)
    var names: [String] = []
    var rows: [String: [Int]] = [:]
    var homeless: [Finding] = []
    for row in lines.indices {
      let own = header.scenario.map { columns[$0].values[row] } ?? name
      guard !own.isEmpty else {
        homeless.append(
          Finding(
            .error, file: file, row: lines[row], column: header.scenario.map { columns[$0].name },
            message: Phrase(da: "rækken siger ikke, hvilket scenarie den hører til.", en: "the row does not say to which scenario it belongs."),
            remedy: Phrase(da: "Skriv scenariets navn i hver række.", en: "Write the scenario's name in every row.")))
        continue
      }
      if rows[own] == nil { names.append(own) }
      rows[own, default: []].append(row)
    }
    guard homeless.isEmpty else { throw FindingsError(homeless) }
    var scenarios: [Scenario] = []
    for own in names {
      var reader = SheetRows(header: header, columns: columns, lines: lines, file: file)
      scenarios.append(try reader.scenario(own, rows: rows[own] ?? []))
    }
    self.scenarios = scenarios
  }

  /// Canonical columns in the order in which a template has them.
  public static var columns: [String] {
    var seen: Set = ["what", "reason"]
    return ["scenario", "title", "base", "what"] + Lever.allCases.flatMap(\.keys).filter { seen.insert($0).inserted } + ["reason"]
  }
}

/// Which column is which key.
private struct SheetHeader {
  let scenario: Int?
  /// Of the scenario itself or of a change, by key.
  let keys: [(key: String, column: Int)]

  private static let aliases: [String: [String]] = [
    "scenario": ["scenarie", "scenarienavn"], "title": ["titel", "overskrift"], "base": ["basis", "bygger_paa", "udgangspunkt"],
  ]

  init(_ columns: [(name: String, values: [String])], line: Int, file: String) throws(FindingsError) {
    var found: [String: Int] = [:]
    var keys: [(String, Int)] = []
    var findings: [Finding] = []
    for (index, column) in columns.enumerated() {
      func fail(_ message: Phrase, _ remedy: Phrase) { findings.append(Finding(.error, file: file, row: line, column: column.name.isEmpty ? String(index + 1) : column.name, message: message, remedy: remedy)) }
      guard let key = Self.key(column.name) else {
        if column.name.isEmpty, column.values.allSatisfy(\.isEmpty) { continue }
        fail(
          column.name.isEmpty
            ? Phrase(da: "kolonnen har værdier, men intet navn.", en: "the column has values but no name.") : Phrase(da: "ukendt kolonne.", en: "unknown column."),
          NearestName.find(column.name, among: ScenarioSheet.columns + Self.allAliases).map { Phrase(da: "Mente du »\($0)«?", en: "Did you mean “\($0)”?") }
            ?? Phrase(da: "»plads scenario --new navn.csv« skriver en fil med alle kolonner.", en: "“plads scenario --new name.csv” writes a file with every column."))
        continue
      }
      if let other = found[key] {
        fail(Phrase(da: "er det samme som kolonnen »\(columns[other].name)« (\(key)).", en: "is the same as the column “\(columns[other].name)” (\(key))."), Phrase(da: "Slet den ene.", en: "Remove one."))
        continue
      }
      found[key] = index
      keys.append((key, index))
    }
    if findings.isEmpty, found["what"] == nil, found["base"] == nil, found["title"] == nil {
      findings.append(
        Finding(
          .error, file: file, row: line, message: Phrase(da: "tabellen mangler kolonnen what.", en: "the table lacks the column what."),
          remedy: Phrase(da: "»plads scenario --new navn.csv« skriver en skabelon.", en: "“plads scenario --new name.csv” writes a template.")))
    }
    guard findings.isEmpty else { throw FindingsError(findings) }
    scenario = found["scenario"]
    self.keys = keys.filter { $0.0 != "scenario" }.map { (key: $0.0, column: $0.1) }
  }

  private static var allAliases: [String] { aliases.keys.sorted().flatMap { aliases[$0] ?? [] } + Lever.allCases.flatMap(\.described).flatMap(\.aliases) }

  /// Names of keys first, so that no alias takes them.
  private static func key(_ header: String) -> String? {
    let form = NearestName.machineForm(header)
    if ScenarioSheet.columns.contains(form) { return form }
    if let own = aliases.first(where: { $0.value.contains(form) }) { return own.key }
    let described = Lever.allCases.flatMap(\.described)
    return described.first { $0.aliases.contains(form) }?.name
  }
}

/// Rows of one scenario, made into what the TOML file would have given.
private struct SheetRows {
  let header: SheetHeader
  let columns: [(name: String, values: [String])]
  let lines: [Int]
  let file: String
  private var cells: [String: PositionedTOML.Cell] = [:]
  private var findings: [Finding] = []
  private var root: [String: PositionedTOML.Value] = [:]
  /// Paths of changes with a cell that could not be read.
  private var unread: Set<String> = []

  init(header: SheetHeader, columns: [(name: String, values: [String])], lines: [Int], file: String) {
    self.header = header
    self.columns = columns
    self.lines = lines
    self.file = file
  }

  mutating func scenario(_ name: String, rows: [Int]) throws(FindingsError) -> Scenario {
    var changes: [PositionedTOML.Value] = []
    for row in rows {
      let filled = header.keys.filter { !columns[$0.column].values[row].isEmpty }
      let isChange = filled.contains { !["title", "base", "reason"].contains($0.key) }
      let path = isChange ? "change[\(changes.count)]" : ""
      if isChange { cells[path] = PositionedTOML.Cell(row: lines[row], column: nil) }
      var change: [String: PositionedTOML.Value] = [:]
      let lever = filled.first { $0.key == "what" }.flatMap { Self.lever(columns[$0.column].values[row]) }
      for (key, column) in filled {
        let text = columns[column].values[row]
        if key == "title" || key == "base" || !isChange {
          settle(key, text, row, column)
        } else {
          cells[path + "." + key] = PositionedTOML.Cell(row: lines[row], column: columns[column].name)
          let before = findings.count
          change[key] = value(key, text, lever, row, column)
          if findings.count > before { unread.insert(path) }
        }
      }
      if isChange { changes.append(.table(change)) }
    }
    if !changes.isEmpty { root["change"] = .array(changes) }
    return try Scenario(
      source: PositionedTOML(root: root, file: file, cells: cells), name: name, keepingFlaws: true, flaws: findings, unread: unread)
  }

  /// Of the scenario itself, said once or the same in every row.
  private mutating func settle(_ key: String, _ text: String, _ row: Int, _ column: Int) {
    if let known = root[key], known != .string(text) {
      findings.append(
        finding(
          row, column, text, Phrase(da: "står anderledes i en tidligere række af scenariet.", en: "is said otherwise in an earlier row of the scenario."),
          Phrase(da: "Skriv det i én række.", en: "Write it in one row.")))
      return
    }
    if root[key] == nil { cells[key] = PositionedTOML.Cell(row: lines[row], column: columns[column].name) }
    root[key] = .string(text)
  }

  private func finding(_ row: Int, _ column: Int, _ value: String, _ message: Phrase, _ remedy: Phrase) -> Finding {
    Finding(.error, file: file, row: lines[row], column: columns[column].name, value: value, message: message, remedy: remedy)
  }

  /// By its key or by what people call it in either language.
  private static func lever(_ text: String) -> Lever? {
    let form = NearestName.machineForm(text)
    return Lever.allCases.first { $0.rawValue == form } ?? Lever.allCases.first { NearestName.machineForm($0.phrase.da) == form || NearestName.machineForm($0.phrase.en) == form }
  }

  private mutating func value(_ key: String, _ text: String, _ lever: Lever?, _ row: Int, _ column: Int) -> PositionedTOML.Value? {
    if key == "what" { return .string(lever?.rawValue ?? text) }
    let known = lever.flatMap { ChangeKey.of(key, $0) } ?? Lever.allCases.lazy.compactMap { ChangeKey.of(key, $0) }.first
    switch known?.form {
    case .text, .name, .period: return .string(text)
    case .names:
      let items = SheetValue.list(text)
      // Where one is meant one is written, as in the file.
      return ["municipalities", "areas"].contains(key) || items.count != 1 ? .array(items.map { .string($0) }) : .string(items[0])
    case .numbers:
      let items = SheetValue.list(text).map { SheetValue.number($0) }
      if !items.contains(nil) { return .array(items.compactMap(\.self)) }
      findings.append(finding(row, column, text, Phrase(da: "er ikke tal.", en: "are not numbers."), Phrase(da: "Skriv fx 0,6 | 0,4.", en: "Write for example 0.6 | 0.4.")))
      return nil
    case .flag: return SheetValue.flag(text).map { .boolean($0) } ?? .string(text)
    case nil: return SheetValue.flag(text).map { .boolean($0) } ?? SheetValue.number(text) ?? SheetValue.interval(text) ?? .string(text)
    case .whole, .number, .uncertain:
      if ["price", "costs"].contains(key), SheetValue.mayBeThousands(text) {
        findings.append(
          finding(
            row, column, text, Phrase(da: "kan være tusinder eller decimaler.", en: "may be thousands or decimals."),
            Phrase(da: "Skriv tallet uden skilletegn.", en: "Write the number without separators.")))
        return nil
      }
      if case .whole = known?.form, case .number(let number) = SheetValue.number(text), let whole = Int(exactly: number) { return .integer(whole) }
      if let value = SheetValue.number(text) ?? SheetValue.interval(text) ?? SheetValue.distribution(text) { return value }
      let remedy =
        SheetValue.isDay(text)
        ? Phrase(
          da: "Regnearket har gjort tallene til en dato: skriv 1 til 2.", en: "The spreadsheet has made the numbers a date: write 1 to 2.")
        : Phrase(da: "Skriv fx 1,3 eller 1,1 til 1,5.", en: "Write for example 1.3 or 1.1 to 1.5.")
      findings.append(
        finding(row, column, text, Phrase(da: "er hverken et tal eller et interval.", en: "is neither a number nor an interval."), remedy))
      return nil
    }
  }
}

/// Cells of a sheet as values.
enum SheetValue {
  static func list(_ text: String) -> [String] {
    text.split(whereSeparator: { $0 == "|" || $0 == ";" }).map { trimmed($0) }.filter { !$0.isEmpty }
  }

  static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "ja", "sand", "yes": true
    case "false", "nej", "falsk", "no": false
    default: nil
    }
  }

  static func number(_ text: some StringProtocol) -> PositionedTOML.Value? {
    let plain = trimmed(text).replacing(NumberText.minus, with: "-")
    guard let number = try? NumberText.parse(plain) else { return nil }
    if !plain.contains(where: { ".,eE".contains($0) }), let whole = Int(plain) { return .integer(whole) }
    return .number(number)
  }

  /// `1,1 til 1,5`, `1.1 to 1.5`, `1.1-1.5`, also with a dash.
  static func interval(_ text: String) -> PositionedTOML.Value? {
    for word in [" til ", " to ", "..", "–"] {
      guard let mark = text.firstRange(of: word), let low = number(text[..<mark.lowerBound]), let high = number(text[mark.upperBound...]) else { continue }
      return .array([low, high])
    }
    // The first hyphen behind a digit parts the numbers: one before a digit is a minus, one behind an e an exponent's.
    var last: Character = " "
    for index in text.indices {
      if text[index] == "-", last.isNumber, let low = number(text[..<index]), let high = number(text[text.index(after: index)...]) { return .array([low, high]) }
      if text[index] != " " { last = text[index] }
    }
    return nil
  }

  /// `triangular(1; 1,2; 1,6)`, its numbers in the order in which the distribution names them.
  static func distribution(_ text: String) -> PositionedTOML.Value? {
    guard text.hasSuffix(")"), let open = text.firstIndex(of: "(") else { return nil }
    let word = trimmed(text[..<open]).lowercased()
    guard let distribution = NamedDistribution(rawValue: word) else { return .table(["distribution": .string(word)]) }
    let numbers = list(String(text[text.index(after: open)...].dropLast())).map { number($0) }
    guard numbers.count == distribution.parameters.count, !numbers.contains(nil) else { return .table(["distribution": .string(word)]) }
    return .table(
      ["distribution": .string(word)].merging(zip(distribution.parameters, numbers.compactMap(\.self))) { own, _ in own })
  }

  /// One separator before exactly three digits.
  static func mayBeThousands(_ text: String) -> Bool {
    guard let mark = text.lastIndex(where: { $0 == "." || $0 == "," }) else { return false }
    let behind = text[text.index(after: mark)...]
    return behind.count == 3 && behind.allSatisfy(\.isNumber) && text.first != "0"
  }

  static func isDay(_ text: String) -> Bool { ChangeReader.day(text) != nil }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var text = Substring(text)
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
