import Groundwork
import Placements

/// A name that plads.toml writes, with the path that tells its line.
struct DeclaredName: Hashable {
  let text: String
  let path: String
}

/// `[[break]]`: a change of definition, its names not yet looked up.
struct BreakDeclaration {
  let areas: [DeclaredName]
  let offers: [DeclaredName]
  let measure: Activity.Count?
  let date: Day
  let reason: String
  let path: String
}

/// `[[merge]]`: several municipalities, areas or offers that became one, their names not yet looked up.
struct MergeDeclaration {
  enum Kind: String, CaseIterable {
    case municipalities, areas, offers
  }

  let kind: Kind
  let old: [DeclaredName]
  let into: DeclaredName
  let date: Day
  let reason: String
  let path: String
}

extension ProjectFileReader {
  func readBreaks() -> [BreakDeclaration] {
    tables(toml.root, "break").compactMap { index, table in
      let path = "break[\(index)]"
      check(table, at: path, allowed: ["area", "areas", "offer", "offers", "measure", "date", "reason"])
      let areas = names(table, ["area", "areas"], in: path)
      let offers = names(table, ["offer", "offers"], in: path)
      var measure: Activity.Count?
      if let word = string(table, "measure", in: path) {
        measure = ActivityTable.measures.firstIndex(of: word).flatMap(Activity.Count.init)
        if measure == nil { report(.unknownWord(word, among: ActivityTable.measures), at: path + ".measure", value: word) }
      }
      let reason = string(table, "reason", in: path) ?? ""
      guard let date = changeDay(table, in: path) else { return nil }
      return BreakDeclaration(areas: areas, offers: offers, measure: measure, date: date, reason: reason, path: path)
    }
  }

  func readMerges() -> [MergeDeclaration] {
    tables(toml.root, "merge").compactMap { index, table in
      let path = "merge[\(index)]"
      let kinds = MergeDeclaration.Kind.allCases
      check(table, at: path, allowed: kinds.map(\.rawValue) + ["into", "date", "reason"])
      let given = kinds.filter { table[$0.rawValue] != nil }
      if given.isEmpty { report(.tomlMissing("municipalities"), at: path) }
      if given.count > 1 { report(.mergeOfSeveralKinds, at: "\(path).\(given[1].rawValue)", value: given[1].rawValue) }
      let into = names(table, ["into"], in: path).first
      if into == nil, table["into"] == nil { report(.tomlMissing("into"), at: path) }
      let reason = string(table, "reason", in: path) ?? ""
      let date = changeDay(table, in: path)
      guard given.count == 1, let kind = given.first, let into, let date else { return nil }
      let old = names(table, [kind.rawValue], in: path)
      if old.isEmpty { report(.tomlMissing(kind.rawValue), at: path) }
      return MergeDeclaration(kind: kind, old: old, into: into, date: date, reason: reason, path: path)
    }
  }

  /// The day or the first day of the period at `date`, which is required.
  private func changeDay(_ table: Values, in path: String) -> Day? {
    guard table["date"] != nil else {
      report(.tomlMissing("date"), at: path)
      return nil
    }
    if case .integer(let year) = table["date"], CheckedRow.years.contains(year) { return Period(year: year, number: 1, length: .year).firstDay }
    if case .string(let text) = table["date"], let period = CheckedRow.period(text) { return period.firstDay }
    return day(table, "date", in: path)
  }

  /// Texts or numbers at the keys, alone or in lists.
  func names(_ table: Values, _ keys: [String], in path: String) -> [DeclaredName] {
    keys.flatMap { key -> [DeclaredName] in
      guard let value = table[key] else { return [] }
      let isList = if case .array = value { true } else { false }
      let items = if case .array(let items) = value { items } else { [value] }
      return items.enumerated().compactMap { index, item in
        let place = isList ? "\(path).\(key)[\(index)]" : "\(path).\(key)"
        switch item {
        case .string(let text): return DeclaredName(text: text, path: place)
        case .integer(let number): return DeclaredName(text: String(number), path: place)
        default:
          wrongType(Phrase(da: "navne eller koder", en: "names or codes"), at: place)
          return nil
        }
      }
    }
  }
}

extension Fault {
  static var mergeOfSeveralKinds: Fault {
    Fault(
      "toml", .error, Phrase(da: "en sammenlægning gælder enten kommuner, områder eller tilbud.", en: "a merge is of municipalities, of areas or of offers."),
      Phrase(da: "Skriv en [[merge]] for hver.", en: "Write one [[merge]] for each."))
  }
}
