import Groundwork
import Placements

/// Rows of an activity table that sum over municipalities or areas: never counted with their parts, but they bound hidden ones.
struct TotalRows {
  private struct Key: Hashable {
    let stratum: Stratum
    let offer: String
    let period: Period

    init(_ activity: Activity) {
      stratum = activity.stratum
      offer = activity.offer
      period = activity.period
    }
  }

  private static let words: Set<String> = ["alle", "all", "total", "totalt", "i_alt", "ialt", "hele_landet", "sum", "alle_kommuner", "samlet"]

  static func isWord(_ text: String) -> Bool { words.contains(NearestName.machineForm(String(text.prefix(40)))) }

  private let table: OpenTable
  private var totals: [(activity: Activity, line: Int)] = []
  private let areaTotals: CellCache<Bool>

  init(_ table: OpenTable, _ registers: Registers) {
    self.table = table
    areaTotals = CellCache { registers.areas.isTotal($0) }
  }

  /// Whether the row sums over all areas.
  func isOfAllAreas(_ row: CheckedRow, _ area: ColumnPlace) -> Bool { !row.cell(area).isEmpty && areaTotals.value(of: row.cell(area)) }

  func skip(_ row: CheckedRow, _ column: ColumnPlace) { row.report(.totalsSetAside, column) }

  mutating func add(_ activity: Activity, _ row: CheckedRow, _ payer: ColumnPlace) {
    skip(row, payer)
    totals.append((activity, row.row.line))
  }

  /// Narrows what hidden parts may be to what the total and the other parts leave, and reports totals that their parts contradict.
  func settle(_ entries: inout [(activity: Activity, line: Int)], header: (Activity.Count) -> String) {
    guard !totals.isEmpty else { return }
    let parts = Dictionary(grouping: entries.indices) { Key(entries[$0].activity) }
    for (total, line) in totals {
      for count in Activity.Count.allCases {
        guard let sum = total[count], let own = parts[Key(total)], own.contains(where: { entries[$0].activity[count] != nil }) else { continue }
        if !narrow(own, count, to: sum, &entries) {
          table.log.report(
            .totalContradicted, file: table.file, row: line, column: header(count), value: NumberText.machine(sum))
        }
      }
    }
  }

  /// - Returns: false where no values of the parts add up to the total.
  private func narrow(_ parts: [Int], _ count: Activity.Count, to sum: Double, _ entries: inout [(activity: Activity, line: Int)]) -> Bool {
    let known = parts.reduce(0) { $0 + (entries[$1].activity[count] ?? 0) }
    let unknown = parts.filter { entries[$0].activity[count] == nil }
    let isOpen = unknown.contains { entries[$0].activity.hidden[count] == nil }
    let bounds = unknown.map { entries[$0].activity.hidden[count] ?? 0...max(0, sum - known) }
    let (low, high) = (bounds.reduce(0) { $0 + $1.lowerBound }, bounds.reduce(0) { $0 + $1.upperBound })
    let left = sum - known
    // A tenth of a person: stocks may be full-year values with rounded decimals.
    guard left >= low - 0.1, left <= high + 0.1 else { return false }
    // One blank part may be one that the source does not count at all.
    guard !isOpen else { return true }
    for (index, own) in zip(unknown, bounds) {
      let from = max(own.lowerBound, left - (high - own.upperBound))
      let to = min(own.upperBound, left - (low - own.lowerBound))
      if from <= to { entries[index].activity.hidden[count] = from...to }
    }
    return true
  }
}

extension Fault {
  static var totalsSetAside: Fault {
    Fault(
      "total", .note,
      Phrase(
        da: "er en sum og tælles ikke med; den begrænser, hvad skjulte antal i dens dele kan være.",
        en: "is a sum and is not counted; it bounds what hidden counts among its parts may be."),
      Phrase("")).merged
  }

  static var totalContradicted: Fault {
    Fault(
      "total-sum", .warning, Phrase(da: "passer ikke med summen af rækkerne under den.", en: "does not agree with the sum of its rows."),
      Phrase(da: "Kontrollér, om rækker mangler eller står to gange.", en: "Look for rows that are missing or stand twice."))
  }
}
