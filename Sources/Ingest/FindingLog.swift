import Groundwork

/// What is wrong or worth knowing, without its place. Texts are made only when a finding is kept.
struct Fault: Sendable {
  /// Findings of one kind in one column of one file are counted together.
  let kind: String
  let severity: Finding.Severity
  let message: @Sendable () -> Phrase
  let remedy: @Sendable () -> Phrase
  /// All findings of the kind in one column become one with a count: they have one cause and one remedy.
  private(set) var isMerged = false

  init(
    _ kind: String, _ severity: Finding.Severity = .error, _ message: @autoclosure @escaping @Sendable () -> Phrase,
    _ remedy: @autoclosure @escaping @Sendable () -> Phrase
  ) {
    self.kind = kind
    self.severity = severity
    self.message = message
    self.remedy = remedy
  }

  /// The same, counted together with its like.
  var merged: Fault {
    var copy = self
    copy.isMerged = true
    return copy
  }

  func finding(file: String?, row: Int? = nil, column: String? = nil, value: String? = nil) -> Finding {
    Finding(
      severity, file: file, row: row, column: column.map { Fault.shown($0) }, value: value.map { Fault.shown($0) },
      message: Fault.masked(message()), remedy: Fault.masked(remedy()))
  }

  private static func masked(_ phrase: Phrase) -> Phrase {
    Phrase(da: PersonNumber.masked(phrase.da), en: PersonNumber.masked(phrase.en))
  }

  /// The same with its place in a TOML file.
  func finding(in toml: PositionedTOML, at path: String, value: String? = nil) -> Finding {
    toml.finding(
      severity, at: path, value: value.map { Fault.shown($0) }, message: Fault.masked(message()), remedy: Fault.masked(remedy()))
  }

  /// A value as it may be printed: short, on one line, without person numbers.
  static func shown(_ value: String) -> String {
    let start = String(value.prefix(200))
    let oneLine = String(start.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    return PersonNumber.masked(oneLine)
  }
}

/// Collects findings; of one kind in one column of one file at most `limit` are kept one by one, the rest are summed up;
/// kinds that are merged become one finding.
final class FindingLog {
  private struct Key: Hashable {
    let file: String?
    let column: String?
    let kind: String
  }

  private struct Rest {
    var count = 0
    var first: Int?
    var last: Int?
    let severity: Finding.Severity
    let message: Phrase
  }

  /// Findings that become one: the first of them whole, and where the first stand.
  private struct Merged {
    let first: Finding
    var count = 0
    var rows: [Int] = []

    var finding: Finding {
      if count == 1 { return first }
      let list = rows.map(String.init).joined(separator: ", ") + (count > rows.count ? ", …" : "")
      let message = first.message + Phrase(da: " I alt \(count) værdier i kolonnen, række \(list).", en: " In all \(count) values of the column, row \(list).")
      return Finding(
        first.severity, file: first.file, row: first.row, column: first.column, value: first.value, message: message, remedy: first.remedy)
    }
  }

  private let limit = 20
  private var merged: [Key: Merged] = [:]
  private var kept: [Finding] = []
  private var counts: [Key: Int] = [:]
  private var rests: [Key: Rest] = [:]
  private(set) var errorCount = 0
  /// Without repetitions, in the order of their first appearance.
  private(set) var proposals: [MappingProposal] = []
  private var proposed: Set<String> = []
  private var proposalCounts: [String: Int] = [:]

  func propose(_ proposal: MappingProposal) {
    guard proposed.insert("\(proposal.section)\n\(proposal.key)").inserted else { return }
    let count = proposalCounts[proposal.section, default: 0] + 1
    proposalCounts[proposal.section] = count
    if count <= 2 * limit { proposals.append(proposal) }
  }

  func report(_ fault: Fault, file: String?, row: Int? = nil, column: String? = nil, value: @autoclosure () -> String? = nil) {
    if fault.severity == .error { errorCount += 1 }
    let key = Key(file: file, column: column, kind: fault.kind)
    if fault.isMerged {
      var all = merged[key] ?? Merged(first: fault.finding(file: file, row: row, column: column, value: value()))
      all.count += 1
      if let row, all.rows.count < 5, all.rows.last != row { all.rows.append(row) }
      merged[key] = all
      return
    }
    let count = counts[key, default: 0] + 1
    counts[key] = count
    guard count > limit else {
      kept.append(fault.finding(file: file, row: row, column: column, value: value()))
      return
    }
    var rest = rests[key] ?? Rest(severity: fault.severity, message: fault.message())
    rest.count += 1
    rest.first = rest.first ?? row
    rest.last = row ?? rest.last
    rests[key] = rest
  }

  func add(_ finding: Finding) {
    if finding.severity == .error { errorCount += 1 }
    kept.append(finding)
  }

  /// Sorted by file and row, those of the whole file first.
  func sorted() -> [Finding] {
    let summaries = rests.map { key, rest in
      Fault.more(rest.count, of: rest.message, severity: rest.severity, last: rest.last)
        .finding(file: key.file, row: rest.first, column: key.column)
    }
    return (kept + merged.values.map(\.finding) + summaries).enumerated().sorted { left, right in
      FindingLog.order(left.element, right.element) ?? (left.offset < right.offset)
    }.map(\.element)
  }

  private static func order(_ left: Finding, _ right: Finding) -> Bool? {
    if left.file != right.file { return (left.file ?? "") < (right.file ?? "") }
    if left.row != right.row { return (left.row ?? 0) < (right.row ?? 0) }
    if left.column != right.column { return (left.column ?? "") < (right.column ?? "") }
    if left.message != right.message { return left.message.da < right.message.da }
    return nil
  }
}
