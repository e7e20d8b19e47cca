import Groundwork
import Placements

/// Where a table lies and how its columns and values are called there.
struct InputMapping {
  var file: String?
  /// Of a workbook.
  var sheet: String?
  /// Rows of the column names, from 1; nil for the first row that is not blank.
  var headerRows: ClosedRange<Int>?
  var delimiter: Delimiter?
  var encoding: TextEncoding?
  /// Header as written to canonical name.
  var columns: [String: String] = [:]
  /// Canonical column to text in machine form to the word that it stands for.
  var values: [String: [String: String]] = [:]

  /// The mapped headers in the form in which names are compared.
  var ownHeaders: Set<String> { Set(columns.keys.map(TableLayout.form)) }
}

/// What plads.toml says.
struct ProjectFile {
  static let name = "plads.toml"

  var settings = ProjectSettings(name: "Plads")
  var endIsLastDay = false
  var suppression = SuppressionSettings()
  var inputs: [TableName: InputMapping] = [:]
  var breaks: [BreakDeclaration] = []
  var merges: [MergeDeclaration] = []
  var overrides: [OverrideDeclaration] = []
  /// For findings about mappings that the data does not fit.
  var toml: PositionedTOML?

  /// - Returns: nil and a finding where the text is no TOML.
  static func read(_ text: String, log: FindingLog) -> ProjectFile? {
    do {
      let toml = try PositionedTOML(text: text, file: name)
      var reader = ProjectFileReader(toml: toml, log: log)
      return reader.read()
    } catch {
      error.findings.forEach(log.add)
    }
    return nil
  }
}

struct ProjectFileReader {
  typealias Values = [String: PositionedTOML.Value]

  let toml: PositionedTOML
  let log: FindingLog
  var result = ProjectFile()

  mutating func read() -> ProjectFile {
    result.toml = toml
    check(
      toml.root, at: "", allowed: ["project", "data", "forecast", "area", "assumption", "inputs", "rates", "model", "break", "merge", "override"])
    readProject()
    readData()
    readForecast()
    readAreas()
    readAssumptions()
    readInputs()
    result.settings.covariates = readCovariates()
    result.settings.models = readModels()
    result.breaks = readBreaks()
    result.merges = readMerges()
    result.overrides = readOverrides()
    return result
  }

  private mutating func readProject() {
    let table = table(toml.root, "project", at: "project")
    check(
      table, at: "project",
      allowed: ["name", "base_period", "region", "synthetic", "notice_da", "notice_en", "attribution", "horizon", "rule_set"])
    if let name = string(table, "name", in: "project") { result.settings.name = name }
    if let text = string(table, "base_period", in: "project") {
      let valid = PeriodLength.allCases.map(\.rawValue)
      result.settings.basePeriod = PeriodLength(rawValue: text)
      if result.settings.basePeriod == nil { report(.unknownWord(text, among: valid), at: "project.base_period", value: text) }
    }
    result.settings.region = string(table, "region", in: "project") ?? ""
    result.settings.isSynthetic = flag(table, "synthetic", in: "project") ?? false
    let danish = string(table, "notice_da", in: "project")
    let english = string(table, "notice_en", in: "project")
    result.settings.notice = Phrase(da: danish ?? english ?? "", en: english ?? danish ?? "")
    result.settings.attribution = string(table, "attribution", in: "project") ?? ""
    if let name = string(table, "rule_set", in: "project") {
      // The name is looked up where the program's own rule sets are known.
      let place = toml.finding(at: "project.rule_set", value: name, message: Phrase(""), remedy: Phrase(""))
      result.settings.ruleSet = RuleSetName(name: name, place: place)
    }
    result.settings.horizon = integer(table, "horizon", in: "project", 1...1200)
  }

  private mutating func readData() {
    let table = table(toml.root, "data", at: "data")
    check(table, at: "data", allowed: ["from", "to", "end_is_last_day", "suppressed_below", "suppressed_from"])
    result.settings.observedFrom = day(table, "from", in: "data")
    result.settings.observedTo = day(table, "to", in: "data")
    if let from = result.settings.observedFrom, let to = result.settings.observedTo, to < from {
      report(.endBeforeStart(from.iso), at: "data.to", value: to.iso)
    }
    result.endIsLastDay = flag(table, "end_is_last_day", in: "data") ?? false
    result.suppression.below = integer(table, "suppressed_below", in: "data", 2...1000)
    result.suppression.from = integer(table, "suppressed_from", in: "data", 0...1)
  }

  private mutating func readForecast() {
    let table = table(toml.root, "forecast", at: "forecast")
    check(table, at: "forecast", allowed: ["model"])
    guard let text = string(table, "model", in: "forecast") else { return }
    result.settings.forecastModel = ForecastModelName(rawValue: text)
    if result.settings.forecastModel == nil {
      report(.unknownWord(text, among: ForecastModelName.allCases.map(\.rawValue)), at: "forecast.model", value: text)
    }
  }

  private mutating func readAreas() {
    var seen: Set<String> = []
    for (index, table) in tables(toml.root, "area") {
      let path = "area[\(index)]"
      check(table, at: path, allowed: ["id", "name", "age_from", "age_to"])
      guard let id = string(table, "id", in: path) else {
        if table["id"] == nil { report(.tomlMissing("id"), at: path) }
        continue
      }
      let from = integer(table, "age_from", in: path, 0...150) ?? 0
      let to = integer(table, "age_to", in: path, 0...150) ?? 120
      if to < from { report(.agesReversed, at: path + ".age_to", value: String(to)) }
      if !seen.insert(NearestName.machineForm(id)).inserted { report(.tomlTwice, at: path + ".id", value: id) }
      let name = string(table, "name", in: path) ?? id
      result.settings.areas.append(SpecialtyArea(id: id, name: name, ageFrom: from, ageTo: max(from, to)))
    }
  }

  private mutating func readAssumptions() {
    for (index, table) in tables(toml.root, "assumption") {
      let path = "assumption[\(index)]"
      check(table, at: path, allowed: ["text_da", "text_en"])
      let danish = string(table, "text_da", in: path)
      let english = string(table, "text_en", in: path)
      guard let first = danish ?? english else {
        report(.tomlMissing("text_da"), at: path)
        continue
      }
      result.settings.assumptions.append(Phrase(da: first, en: english ?? first))
    }
  }

  // MARK: Inputs

  private mutating func readInputs() {
    let inputs = table(toml.root, "inputs", at: "inputs")
    check(inputs, at: "inputs", allowed: TableName.allCases.map(\.rawValue))
    for name in TableName.allCases where inputs[name.rawValue] != nil {
      let path = "inputs.\(name.rawValue)"
      let table = table(inputs, name.rawValue, at: path)
      check(table, at: path, allowed: ["file", "sheet", "header_row", "columns", "values", "delimiter", "encoding"])
      var mapping = InputMapping(file: string(table, "file", in: path), sheet: string(table, "sheet", in: path))
      mapping.headerRows = headerRows(table, in: path)
      if let text = string(table, "delimiter", in: path) {
        mapping.delimiter = Delimiter(named: text)
        if mapping.delimiter == nil { report(.unknownWord(text, among: ["comma", "semicolon", "tab"]), at: path + ".delimiter", value: text) }
      }
      if let text = string(table, "encoding", in: path) {
        mapping.encoding = TextEncoding(named: text)
        if mapping.encoding == nil { report(.unknownWord(text, among: TextEncoding.names), at: path + ".encoding", value: text) }
      }
      mapping.columns = columns(table, of: name, in: path)
      mapping.values = values(table, of: name, in: path)
      result.inputs[name] = mapping
    }
  }

  /// `header_row = 3`, or `[2, 3]` where two rows make up the names.
  private func headerRows(_ table: Values, in path: String) -> ClosedRange<Int>? {
    let range = 1...1000
    guard case .array(let items) = table["header_row"] else {
      return integer(table, "header_row", in: path, range).map { $0...$0 }
    }
    if items.count == 2, case .integer(let first) = items[0], case .integer(let last) = items[1], range.contains(first), last == first + 1 {
      return first...last
    }
    wrongType(Phrase(da: "et rækkenummer eller to, der følger efter hinanden, som [2, 3]", en: "a row's number or two that follow each other, as [2, 3]"), at: path + ".header_row")
    return nil
  }

  private func columns(_ input: Values, of name: TableName, in path: String) -> [String: String] {
    let path = path + ".columns"
    let table = table(input, "columns", at: path)
    let layout = TableLayout.of(name)
    var result: [String: String] = [:]
    for header in table.keys.sorted() {
      guard let target = string(table, header, in: path) else { continue }
      if layout.names.contains(target) {
        result[header] = target
      } else {
        report(.unknownWord(target, among: layout.names), at: "\(path).\(header)", value: target)
      }
    }
    return result
  }

  private func values(_ input: Values, of name: TableName, in path: String) -> [String: [String: String]] {
    let path = path + ".values"
    let layout = TableLayout.of(name)
    let columns = table(input, "values", at: path)
    check(columns, at: path, allowed: layout.names)
    var result: [String: [String: String]] = [:]
    for column in columns.keys.sorted() where layout.names.contains(column) {
      let words = table(columns, column, at: "\(path).\(column)")
      for text in words.keys.sorted() {
        guard let target = string(words, text, in: "\(path).\(column)") else { continue }
        result[column, default: [:]][NearestName.machineForm(text)] = target
        if let valid = ProjectFileReader.invalid(target, for: column) {
          report(.unknownWord(target, among: valid), at: "\(path).\(column).\(text)", value: target)
        }
      }
    }
    return result
  }

  /// The valid words where the target of a mapped value is none of them.
  private static func invalid(_ target: String, for column: String) -> [String]? {
    switch column {
    case "kind": Words.kinds.value(target) == nil ? Words.kinds.suggestions : nil
    case "end_reason": Words.endReasons.value(target) == nil ? Words.endReasons.suggestions : nil
    case "source": Words.sources.value(target) == nil ? Words.sources.suggestions : nil
    case "nation_wide": Words.yesNo.value(target) == nil ? Words.yesNo.suggestions : nil
    case "financing": Words.financings.value(target) == nil ? Words.financings.suggestions : nil
    case "legal_basis": LegalBasis.code(target) == nil ? LegalBasis.codes : nil
    default: nil
    }
  }

  // MARK: Typed values

  func report(_ fault: Fault, at path: String, value: String? = nil) {
    log.add(fault.finding(in: toml, at: path, value: value))
  }

  func check(_ table: Values, at path: String, allowed: [String]) {
    for key in table.keys.sorted() where !allowed.contains(key) {
      report(.tomlUnknownKey(key, among: allowed), at: path.isEmpty ? key : "\(path).\(key)", value: key)
    }
  }

  func wrongType(_ expected: Phrase, at path: String) {
    report(.tomlType(expected), at: path)
  }

  func table(_ values: Values, _ key: String, at path: String) -> Values {
    switch values[key] {
    case .table(let table): return table
    case nil: return [:]
    default:
      wrongType(Phrase(da: "en tabel [\(path)]", en: "a table [\(path)]"), at: path)
      return [:]
    }
  }

  func tables(_ values: Values, _ key: String) -> [(index: Int, table: Values)] {
    guard let value = values[key] else { return [] }
    let expected = Phrase(da: "en eller flere tabeller [[\(key)]]", en: "one or more tables [[\(key)]]")
    guard case .array(let items) = value else {
      wrongType(expected, at: key)
      return []
    }
    return items.enumerated().compactMap { index, item in
      if case .table(let table) = item { return (index, table) }
      wrongType(expected, at: "\(key)[\(index)]")
      return nil
    }
  }

  func string(_ table: Values, _ key: String, in path: String) -> String? {
    switch table[key] {
    case .string(let text): return text
    case nil: return nil
    default:
      wrongType(Phrase(da: "tekst i anførselstegn", en: "text in quotes"), at: "\(path).\(key)")
      return nil
    }
  }

  private func flag(_ table: Values, _ key: String, in path: String) -> Bool? {
    switch table[key] {
    case .boolean(let flag): return flag
    case nil: return nil
    default:
      wrongType(Phrase(da: "true eller false", en: "true or false"), at: "\(path).\(key)")
      return nil
    }
  }

  private func integer(_ table: Values, _ key: String, in path: String, _ range: ClosedRange<Int>) -> Int? {
    switch table[key] {
    case .integer(let number):
      if range.contains(number) { return number }
      report(.outside(range.lowerBound, range.upperBound), at: "\(path).\(key)", value: String(number))
      return nil
    case nil: return nil
    default:
      wrongType(Phrase(da: "et helt tal", en: "a whole number"), at: "\(path).\(key)")
      return nil
    }
  }

  func day(_ table: Values, _ key: String, in path: String) -> Day? {
    guard let text = string(table, key, in: path) else { return nil }
    var copy = text
    let reading = copy.withUTF8 { DayText.read($0) }
    if case .day(let day) = reading, CheckedRow.years.contains(day.year) { return day }
    report(reading == .impossible ? .impossibleDay : .notADay, at: "\(path).\(key)", value: text)
    return nil
  }
}

extension Fault {
  static func tomlUnknownKey(_ key: String, among allowed: [String]) -> Fault {
    Fault(
      "toml", .error, Phrase(da: "er ikke en kendt nøgle.", en: "is not a known key."), nearest(key, among: allowed, listAtMost: 12)())
  }

  static func tomlType(_ expected: Phrase) -> Fault {
    Fault(
      "toml", .error, Phrase(da: "værdien skal være \(expected.da).", en: "the value must be \(expected.en)."),
      Phrase(da: "Ret værdien.", en: "Mend the value."))
  }

  static func tomlMissing(_ key: String) -> Fault {
    Fault(
      "toml", .error, Phrase(da: "nøglen \(key) mangler.", en: "the key \(key) is missing."), Phrase(da: "Tilføj den.", en: "Add it."))
  }

  static var tomlTwice: Fault {
    Fault("toml", .error, Phrase(da: "står to gange.", en: "stands twice."), Phrase(da: "Slet den ene.", en: "Remove one of them."))
  }

  static func mappedColumnMissing(_ header: String, among headers: [String]) -> Fault {
    Fault(
      "toml", .error, Phrase(da: "er ikke en kolonne i filen.", en: "is no column of the file."),
      nearest(header, among: headers, listAtMost: 20)())
  }
}
