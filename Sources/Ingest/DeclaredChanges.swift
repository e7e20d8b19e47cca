import Groundwork
import Placements

/// The breaks and merges of plads.toml, their names looked up once all tables are read.
struct DeclaredChanges {
  struct Merge {
    let kind: MergeDeclaration.Kind
    /// Ids without the one they are merged into.
    let old: [String]
    /// As they are written, in the same order.
    let oldNames: [DeclaredName]
    let into: String
    let date: Day
    let declaration: MergeDeclaration

    /// For the foot of every table.
    var assumption: Phrase {
      let parts = declaration.old.map(\.text).joined(separator: ", ")
      let why = declaration.reason.isEmpty ? "" : " – " + declaration.reason
      return Phrase(
        da: "Sammenlagt \(date.iso): \(parts) tælles som \(declaration.into.text), også før\(why)",
        en: "Merged on \(date.iso): \(parts) count as \(declaration.into.text), also before\(why)")
    }
  }

  private(set) var breaks: [SeriesBreak] = []
  private(set) var merges: [Merge] = []

  private let toml: PositionedTOML
  private let registers: Registers
  private let log: FindingLog
  private let covered: ClosedRange<Day>?

  /// - Parameter covered: the days that the data covers, where known.
  init(_ project: ProjectFile, toml: PositionedTOML, registers: Registers, covered: ClosedRange<Day>?, log: FindingLog) {
    self.toml = toml
    self.registers = registers
    self.log = log
    self.covered = covered
    for declaration in project.breaks { add(declaration) }
    for declaration in project.merges { add(declaration) }
    refuseOverlaps()
    refuseCycles()
  }

  /// Where everything of a kind goes in the end: through merges of merges.
  func destinations(_ kind: MergeDeclaration.Kind) -> [String: String] {
    var next: [String: String] = [:]
    for merge in merges where merge.kind == kind {
      for old in merge.old { next[old] = merge.into }
    }
    return next.mapValues { first in
      var last = first
      var steps = 0
      while let further = next[last], steps <= next.count {
        last = further
        steps += 1
      }
      return last
    }
  }

  func merges(_ kind: MergeDeclaration.Kind) -> [Merge] { merges.filter { $0.kind == kind } }

  private func report(_ fault: Fault, at path: String, value: String? = nil) { log.add(fault.finding(in: toml, at: path, value: value)) }

  private mutating func add(_ declaration: BreakDeclaration) {
    let areas = declaration.areas.compactMap { find($0, .areas) }
    let offers = declaration.offers.compactMap { find($0, .offers) }
    checkDate(declaration.date, at: declaration.path)
    guard areas.count == declaration.areas.count, offers.count == declaration.offers.count else { return }
    breaks.append(
      SeriesBreak(areas: areas, offers: offers, measure: declaration.measure, date: declaration.date, reason: declaration.reason))
  }

  private mutating func add(_ declaration: MergeDeclaration) {
    let old = declaration.old.compactMap { find($0, declaration.kind) }
    checkDate(declaration.date, at: declaration.path)
    guard let into = find(declaration.into, declaration.kind), old.count == declaration.old.count else { return }
    let others = zip(old, declaration.old).filter { $0.0 != into }
    if others.isEmpty { return report(.mergeOfNothing, at: declaration.into.path, value: declaration.into.text) }
    merges.append(
      Merge(
        kind: declaration.kind, old: others.map(\.0), oldNames: others.map(\.1), into: into, date: declaration.date, declaration: declaration))
  }

  /// The id of a name; nil and a finding with the nearest one where nothing has it.
  private func find(_ name: DeclaredName, _ kind: MergeDeclaration.Kind) -> String? {
    let found: String?
    let fault: Fault
    switch kind {
    case .municipalities:
      found = registers.municipalities.code(name.text)
      fault = registers.municipalities.fault(name.text)
    case .areas:
      found = registers.areas.known(name.text)
      fault = .unknownArea(name.text, among: registers.areas.names)
    case .offers:
      found = registers.offers.index(name.text).map { registers.offers.offers[$0].id }
      fault = registers.offers.fault(name.text) ?? .offersMissing
    }
    if found == nil { report(fault, at: name.path, value: name.text) }
    return found
  }

  private func checkDate(_ date: Day, at path: String) {
    guard let covered, !(date > covered.lowerBound && date <= covered.upperBound) else { return }
    report(.changeOutsideData(from: covered.lowerBound.iso, to: covered.upperBound.iso), at: path + ".date", value: date.iso)
  }

  private mutating func refuseOverlaps() {
    var seen: [String: Int] = [:]
    for merge in merges {
      for (id, name) in zip(merge.old, merge.oldNames) {
        let key = merge.kind.rawValue + "/" + id
        if let line = seen[key] {
          report(.mergedTwice(line: line), at: name.path, value: name.text)
        } else {
          seen[key] = toml.line(of: merge.declaration.path) ?? 0
        }
      }
    }
  }

  /// What was merged into another must not come back out of it.
  private func refuseCycles() {
    for kind in MergeDeclaration.Kind.allCases {
      var next: [String: String] = [:]
      for merge in merges(kind) {
        for old in merge.old where next[old] == nil { next[old] = merge.into }
        var at = merge.into
        var steps = 0
        while let further = next[at], steps <= next.count {
          if merge.old.contains(further) || further == merge.into {
            report(.mergeCycle, at: merge.declaration.into.path, value: merge.declaration.into.text)
            break
          }
          at = further
          steps += 1
        }
      }
    }
  }
}

extension Fault {
  static var mergeOfNothing: Fault {
    Fault(
      "toml", .error, Phrase(da: "sammenlægges kun med sig selv.", en: "is merged with itself alone."),
      Phrase(da: "Skriv, hvad der er lagt ind under den.", en: "Write what was merged into it."))
  }

  static func mergedTwice(line: Int) -> Fault {
    Fault(
      "toml", .error, Phrase(da: "er allerede lagt sammen på linje \(line).", en: "is merged already on line \(line)."),
      Phrase(da: "Slet den ene; en deling kan ikke skrives som sammenlægning.", en: "Remove one of them; a split cannot be written as a merge."))
  }

  static var mergeCycle: Fault {
    Fault(
      "toml", .error, Phrase(da: "er selv lagt ind under noget, der lægges ind under den.", en: "is itself merged into what is merged into it."),
      Phrase(da: "Vend en af de to.", en: "Turn one of them round."))
  }

  static func changeOutsideData(from: String, to: String) -> Fault {
    Fault(
      "change-date", .warning,
      Phrase(da: "ligger uden for data (\(from) til \(to)) og ændrer intet.", en: "lies outside the data (\(from) to \(to)) and changes nothing."),
      Phrase(da: "Ret datoen.", en: "Mend the date."))
  }

  static func rowsAfterMerge(_ count: Int, into: String, date: String) -> Fault {
    Fault(
      "merge-late", .warning,
      Phrase(
        da: "rækker fra efter \(date), hvor den er lagt ind under \(into): \(count). De tælles med dér.",
        en: "rows from after \(date), when it was merged into \(into): \(count). They count there."),
      Phrase(da: "Kontrollér, at de ikke også står under det nye navn.", en: "Make sure that they do not stand under the new name, too."))
  }
}
