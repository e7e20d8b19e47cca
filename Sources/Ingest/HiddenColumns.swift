import Groundwork
import Placements

/// The counts of an activity table that its source hides, column by column: what they may be is known once all rows are read.
struct HiddenColumns {
  private struct Found {
    let entry: Int
    let line: Int
    let count: SuppressedCount
  }

  private let table: OpenTable
  private let settings: SuppressionSettings
  private var found: [Activity.Count: [Found]] = [:]
  private var zeros: Set<Activity.Count> = []

  init(_ table: OpenTable, settings: SuppressionSettings) {
    self.table = table
    self.settings = settings
  }

  mutating func noteZero(_ count: Activity.Count) { zeros.insert(count) }

  mutating func add(_ counts: [Activity.Count: SuppressedCount], entry: Int, line: Int) {
    for (count, hidden) in counts { found[count, default: []].append(Found(entry: entry, line: line, count: hidden)) }
  }

  func header(_ count: Activity.Count) -> String { table.column(ActivityTable.name(count)).header }

  /// Gives the rows their bounds, and says column by column what was read as what.
  func settle(_ entries: inout [(activity: Activity, line: Int)]) {
    for count in Activity.Count.allCases {
      guard let own = found[count] else { continue }
      var unbounded = 0
      for hidden in own {
        let bounds = settings.bounds(hidden.count, showsZeros: zeros.contains(count))
        entries[hidden.entry].activity.hidden[count] = bounds
        if bounds == nil { unbounded += 1 }
      }
      report(own, count, unbounded: unbounded)
    }
  }

  private func report(_ own: [Found], _ count: Activity.Count, unbounded: Int) {
    guard let first = own.first else { return }
    if unbounded < own.count {
      table.log.report(
        .hiddenCounts(own.count - unbounded, start: settings.from ?? (zeros.contains(count) ? 1 : 0), isSetting: settings.from != nil),
        file: table.file, row: first.line, column: header(count))
    }
    if unbounded > 0 {
      table.log.report(
        .unboundedCounts(unbounded), file: table.file, row: own.first { $0.count == .mark }?.line ?? first.line, column: header(count))
    }
  }

  /// By column and series how many counts are hidden.
  func series(of activity: [Activity]) -> [HiddenSeries] {
    Activity.Count.allCases.flatMap { count in
      let names = (found[count] ?? []).map { hidden in
        let row = activity[hidden.entry]
        return "\(row.stratum.key)|\(row.offer)|\(row.payer)"
      }
      return Dictionary(grouping: names) { $0 }.sorted { $0.key < $1.key }
        .map { HiddenSeries(column: ActivityTable.name(count), series: $0.key, count: $0.value.count) }
    }
  }
}

extension Fault {
  static func hiddenCounts(_ count: Int, start: Int, isSetting: Bool) -> Fault {
    let why =
      isSetting
      ? Phrase(da: "som suppressed_from siger", en: "as suppressed_from says")
      : start == 1
        ? Phrase(da: "for kolonnen viser nuller", en: "since the column shows zeros")
        : Phrase(da: "for kolonnen viser ingen nuller", en: "since the column shows no zeros")
    return Fault(
      "hidden", .note,
      Phrase(
        da: "skjulte små antal, som <5: \(count). De læses som intervaller fra \(start), \(why.da), aldrig som nul.",
        en: "hidden small counts, such as <5: \(count). They are read as intervals from \(start), \(why.en), never as zero."),
      Phrase(
        da: "Passer det ikke, så sæt suppressed_from = \(1 - start) under [data] i plads.toml.",
        en: "If that is wrong, set suppressed_from = \(1 - start) under [data] in plads.toml."))
  }

  static func unboundedCounts(_ count: Int) -> Fault {
    Fault(
      "hidden-mark", .warning,
      Phrase(
        da: "skjulte antal uden tal, som * eller ..: \(count). De er ukendte, så de små mangler og de øvrige trækker raterne op.",
        en: "hidden counts without a number, such as * or ..: \(count). They are unknown, so small ones are missing and the others pull the rates up."),
      Phrase(
        da: "Står de for færre end fx 5, så sæt suppressed_below = 5 under [data] i plads.toml.",
        en: "If they stand for fewer than 5, say, set suppressed_below = 5 under [data] in plads.toml."))
  }
}
