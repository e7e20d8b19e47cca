internal import Analysis
internal import Capacity
internal import Glibc
internal import Groundwork
internal import Ingest
internal import Placements
internal import Scenarios

/// The rule sets that a project may use: its own in `rules`, then those that come with the program. A project's own file stands
/// for the shipped one of the same name.
struct RuleLibrary {
  /// What counts where nothing is named.
  static let standard = "neutral"

  private let shelf: String
  private let shipped: String?

  /// - Parameter shipped: the program's folder of rule sets; nil where its data is missing.
  init(folder: String, shipped: String? = ShippedData.folder.map { $0 + "/rules" }) {
    shelf = folder == "." ? "rules" : folder + "/rules"
    self.shipped = shipped
  }

  private static let ending = ".toml"

  /// In byte order.
  var names: [String] {
    let files = Folder.files(in: shelf, ending: Self.ending) + (shipped.map { Folder.files(in: $0, ending: Self.ending) } ?? [])
    return Set(files.map { String($0.dropLast(Self.ending.count)) }).sorted()
  }

  /// Where a rule set lies; nil where there is none of the name.
  func path(of name: String) -> String? {
    guard names.contains(name) else { return nil }
    let own = shelf + "/" + name + Self.ending
    return access(own, F_OK) == 0 ? own : shipped.map { $0 + "/" + name + Self.ending }
  }

  /// The rule set that the project names, or the neutral one.
  /// - Throws: `FindingsError` with the place in plads.toml and the nearest name, or with what is wrong with the rules' own file.
  func ruleSet(_ wanted: RuleSetName?) throws -> RuleSet {
    let name = wanted?.name ?? Self.standard
    guard let path = path(of: name) else {
      if wanted == nil { _ = try ShippedData.find() }
      throw FindingsError(
        Finding(
          .error, file: wanted?.place.file ?? shelf, row: wanted?.place.row, column: wanted?.place.column, value: name,
          message: Phrase(da: "er ikke et regelsæt.", en: "is no rule set."), remedy: NearestName.hint(name, among: names)))
    }
    return try Self.read(path, name: name)
  }

  /// The rule set that the command line names, else the project's, with its file.
  /// - Throws: `UsageError` with the nearest name, or what `ruleSet` throws.
  func chosen(_ name: String?, else wanted: RuleSetName?) throws -> (rules: RuleSet, path: String) {
    if let name, path(of: name) == nil {
      let hint = NearestName.hint(name, among: names)
      throw UsageError(Phrase(da: "Der er intet regelsæt »\(name)«. \(hint.da)", en: "There is no rule set “\(name)”. \(hint.en)"))
    }
    let asked = name.map { RuleSetName(name: $0, place: Finding(.error, message: Phrase(""), remedy: Phrase(""))) } ?? wanted
    let rules = try ruleSet(asked)
    return (rules, path(of: rules.name) ?? "")
  }

  /// The rule sets that plans choose instead of the project's, by name.
  func sets(of plans: [Plan]) throws -> [String: RuleSet] {
    var sets: [String: RuleSet] = [:]
    for name in plans.compactMap(\.rules.ruleSet) where sets[name] == nil {
      sets[name] = try chosen(name, else: nil).rules
    }
    return sets
  }

  static func read(_ path: String, name: String) throws -> RuleSet {
    let bytes = try TextFile.read(path, as: path)
    return try RuleSet(text: String(decoding: bytes, as: UTF8.self), file: path, name: name)
  }

  /// What is wrong with the project's rules, for `plads check`: with the set that it names and with every file of its own.
  func findings(_ wanted: RuleSetName?) -> [Finding] {
    var found = wanted.map { name in problems { _ = try ruleSet(name) } } ?? []
    for file in Folder.files(in: shelf, ending: Self.ending) {
      let name = String(file.dropLast(Self.ending.count))
      if name != wanted?.name { found += problems { _ = try Self.read(shelf + "/" + file, name: name) } }
    }
    return found
  }

  /// A warning where the agreement that the project names covers no year after the last observed one.
  func validity(_ wanted: RuleSetName?, origin: Period?) -> [Finding] {
    guard let wanted, let origin, let rules = try? ruleSet(wanted) else { return [] }
    return rules.validity(
      file: wanted.place.file ?? "", row: wanted.place.row, column: wanted.place.column, origin: origin, horizon: RiskRun.horizonMonths / origin.length.months)
  }

  private func problems(_ work: () throws -> Void) -> [Finding] {
    do {
      try work()
      return []
    } catch let error as FindingsError {
      return error.findings
    } catch {
      return [Finding(.error, file: shelf, message: Phrase(String(describing: error)), remedy: Phrase(""))]
    }
  }
}

extension RuleSet {
  /// A warning where the agreement covers no year of the forecast.
  func validity(file: String, row: Int? = nil, column: String? = nil, origin: Period, horizon: Int) -> [Finding] {
    let years = origin.advanced(by: 1).firstDay.year...origin.advanced(by: horizon).lastDay.year
    guard !years.contains(where: covers) else { return [] }
    let (from, to) = (validFrom?.iso ?? "…", validTo?.iso ?? "…")
    return [
      Finding(
        .warning, file: file, row: row, column: column, value: name,
        message: Phrase(
          da: "regelsættet gælder \(from) – \(to), intet af prognosens år \(years.lowerBound)-\(years.upperBound); det bruges alligevel.",
          en: "the rule set is valid \(from) – \(to), in no year of the forecast, \(years.lowerBound)-\(years.upperBound); it is used all the same."),
        remedy: Phrase(da: "Vælg et andet med --rules, eller ret valid_from og valid_to.", en: "Choose another with --rules, or mend valid_from and valid_to."))
    ]
  }
}
