import Groundwork
import Placements

/// Reads counts by period and payer.
struct ActivityTable {
  static let measures = ["stock", "occupied_days", "admissions", "homecomings", "other_exits", "waiting"]

  private struct Key: Hashable {
    let stratum: Stratum
    let offer: String
    let period: Period
    let payer: String
  }

  private let table: OpenTable
  private let registers: Registers
  private let words: CategoryReader

  init(_ table: OpenTable, _ registers: Registers) {
    self.table = table
    self.registers = registers
    words = CategoryReader(table, registers)
  }

  /// Reports what the header lacks; false when the rows cannot be read.
  func hasColumns() -> Bool {
    let header = table.text.headerLine
    let hasMeasure = ActivityTable.measures.contains { table.has($0) }
    if !hasMeasure { table.log.report(.noMeasure, file: table.file, row: header) }
    let hasPlace = table.has("offer") || table.has("area")
    if !hasPlace { table.log.report(.offerOrArea(), file: table.file, row: header) }
    let exits = table.column("other_exits")
    if TableLayout.form(exits.header) == "udskrivninger" {
      table.log.report(.readAsOtherExits, file: table.file, row: header, column: exits.header)
    }
    return hasMeasure && hasPlace
  }

  func read() -> (rows: Int, activity: [Activity]) {
    let period = table.column("period")
    let payer = table.column("payer")
    let stock = table.column("stock")
    let days = table.column("occupied_days")
    let counts = ["admissions", "homecomings", "other_exits", "waiting"].map { table.column($0) }
    let periods = CellCache<Period?> { CheckedRow.period($0) }
    var length: (PeriodLength, row: Int)?
    var seen = FirstRows<Key>()
    var fractional: Int?
    var entries: [(activity: Activity, line: Int)] = []
    let rows = table.forEachRow { row in
      let place = place(row)
      let code = words.requiredMunicipality(row, payer)
      let when = self.period(row, period, periods, &length)
      let stockValue = row.persons(stock)
      if let stockValue, stockValue != stockValue.rounded() { fractional = fractional ?? row.row.line }
      let daysValue = row.amount(days)
      let values = counts.map { row.count($0) }
      guard let place, let code, let when else { return }
      let key = Key(stratum: place.stratum, offer: place.offer, period: when, payer: code)
      if let first = seen.add(key, row: row.row.line) { return row.report(.duplicate(firstRow: first), period) }
      let activity = Activity(
        stratum: place.stratum, offer: place.offer, period: when, payer: code, stock: stockValue, occupiedDays: daysValue,
        admissions: values[0], homecomings: values[1], otherExits: values[2], waiting: values[3])
      entries.append((activity, row.row.line))
    }
    if let fractional { table.log.report(.fractionalStock, file: table.file, row: fractional, column: stock.header) }
    reportCountedTwice(entries)
    return (rows, entries.map(\.activity))
  }

  private func period(
    _ row: CheckedRow, _ column: ColumnPlace, _ cache: CellCache<Period?>, _ length: inout (PeriodLength, row: Int)?
  ) -> Period? {
    guard let cell = row.required(column) else { return nil }
    guard let period = cache.value(of: cell) else {
      row.report(.notAPeriod, column)
      return nil
    }
    if let first = length {
      guard first.0 == period.length else {
        row.report(.mixedPeriods(first.0, row: first.row), column)
        return nil
      }
    } else {
      length = (period.length, row.row.line)
    }
    return period
  }

  /// Where the row counts: its offer's stratum, changed by what the row says itself.
  private func place(_ row: CheckedRow) -> (stratum: Stratum, offer: String)? {
    let offerColumn = table.column("offer")
    let areaColumn = table.column("area")
    let area = words.area(row, areaColumn)
    let legalBasis = words.legalBasis(row, table.column("legal_basis"))
    let kind = words.kind(row, table.column("kind"))
    if row.cell(offerColumn).isEmpty {
      guard let area else {
        if row.cell(areaColumn).isEmpty { row.report(.offerAndAreaBlank, areaColumn) }
        return nil
      }
      return (Stratum(area: area, kind: kind ?? .residential, legalBasis: legalBasis ?? ""), "")
    }
    if !registers.offers.isThere, let area {
      return (Stratum(area: area, kind: kind ?? .residential, legalBasis: legalBasis ?? ""), row.text(offerColumn))
    }
    guard let index = words.offer(row, offerColumn) else { return nil }
    let offer = registers.offers.offers[index]
    if let area, area != offer.area {
      row.report(.otherArea(offer.area), areaColumn)
      return nil
    }
    return (Stratum(area: offer.area, kind: kind ?? offer.kind, legalBasis: legalBasis ?? offer.legalBasis), offer.id)
  }

  /// Warns where a payer's area is counted both as a whole and by offer in one period.
  private func reportCountedTwice(_ entries: [(activity: Activity, line: Int)]) {
    var wholes: [Key: Int] = [:]
    for (activity, line) in entries where activity.offer.isEmpty { wholes[ActivityTable.whole(activity)] = line }
    guard !wholes.isEmpty else { return }
    let column = table.column("offer")
    for (activity, line) in entries where !activity.offer.isEmpty {
      if let first = wholes[ActivityTable.whole(activity)] {
        table.log.report(.countedTwice(firstRow: first), file: table.file, row: line, column: column.header, value: activity.offer)
      }
    }
  }

  private static func whole(_ activity: Activity) -> Key {
    Key(stratum: activity.stratum, offer: "", period: activity.period, payer: activity.payer)
  }
}
