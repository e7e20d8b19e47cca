import Groundwork
import Placements

/// Reads counts by period and payer.
struct ActivityTable {
  /// Names of the columns in the order of `Activity.Count`.
  static let measures = ["stock", "occupied_days", "admissions", "homecomings", "other_exits", "waiting"]

  private struct Key: Hashable {
    /// Of the row's stratum, offer and payer, from `SeriesNumbers`.
    let series: Int
    let period: Period
  }

  struct Result {
    let rows: Int
    let activity: [Activity]
    let hidden: [HiddenSeries]
  }

  private let table: OpenTable
  private let registers: Registers
  private let suppression: SuppressionSettings
  private let words: CategoryReader

  init(_ table: OpenTable, _ registers: Registers, suppression: SuppressionSettings) {
    self.table = table
    self.registers = registers
    self.suppression = suppression
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

  func read() -> Result {
    let period = table.column("period")
    let payer = table.column("payer")
    let area = table.column("area")
    let columns = Activity.Count.allCases.map { ($0, table.column(ActivityTable.name($0))) }
    let periods = CellCache<Period?> { CheckedRow.period($0) }
    let totals = CellCache<Bool> { registers.municipalities.isTotal($0) }
    var length: (PeriodLength, row: Int)?
    var seen = FirstRows<Key>()
    var series = SeriesNumbers()
    var fractional: Int?
    var hidden = HiddenColumns(table, settings: suppression)
    var sums = TotalRows(table, registers)
    var entries: [(activity: Activity, line: Int)] = []
    let rows = table.forEachRow { row in
      if sums.isOfAllAreas(row, area) { return sums.skip(row, area) }
      let place = place(row)
      let isTotal = !row.cell(payer).isEmpty && totals.value(of: row.cell(payer))
      let code = isTotal ? "" : words.requiredMunicipality(row, payer)
      let when = self.period(row, period, periods, &length)
      var values = [Double?](repeating: nil, count: columns.count)
      var own: [Activity.Count: SuppressedCount] = [:]
      for (count, column) in columns where !row.cell(column).isEmpty {
        own[count] = SuppressedCount.read(row.cell(column).bytes)
        if own[count] == nil { values[count.rawValue] = ActivityTable.value(row, count, column) }
        if values[count.rawValue] == 0, !isTotal { hidden.noteZero(count) }
      }
      if let stock = values[0], stock != stock.rounded() { fractional = fractional ?? row.row.line }
      guard let place, let code, let when else { return }
      let activity = Activity(
        stratum: place.stratum, offer: place.offer, period: when, payer: code, stock: values[0], occupiedDays: values[1],
        admissions: values[2], homecomings: values[3], otherExits: values[4], waiting: values[5])
      let key = Key(series: series.number(of: ActivitySeries(stratum: place.stratum, offer: place.offer, payer: code)), period: when)
      if let first = seen.add(key, row: row.row.line) { return row.report(.duplicate(firstRow: first), period) }
      if isTotal { return sums.add(activity, row, payer) }
      if let fault = LegalBasis.fault(place.stratum.legalBasis, from: when.firstDay, before: when.lastDay.advanced(by: 1)) {
        table.log.report(fault, file: table.file, row: row.row.line, column: table.column("legal_basis").header, value: place.stratum.legalBasis)
      }
      hidden.add(own, entry: entries.count, line: row.row.line)
      entries.append((activity, row.row.line))
    }
    if let fractional { table.log.report(.fractionalStock, file: table.file, row: fractional, column: table.column("stock").header) }
    hidden.settle(&entries)
    sums.settle(&entries, header: hidden.header)
    reportCountedTwice(entries)
    return Result(rows: rows, activity: entries.map(\.activity), hidden: hidden.series(of: entries.map(\.activity)))
  }

  /// A shown count; days may have decimals, and stocks as full-year values.
  private static func value(_ row: CheckedRow, _ count: Activity.Count, _ column: ColumnPlace) -> Double? {
    switch count {
    case .stock: row.persons(column)
    case .occupiedDays: row.amount(column)
    case .admissions, .homecomings, .otherExits, .waiting: row.count(column)
    }
  }

  static func name(_ count: Activity.Count) -> String { measures[count.rawValue] }

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
    guard entries.contains(where: { !$0.activity.offer.isEmpty }) else { return }
    var series = SeriesNumbers()
    func whole(_ activity: Activity) -> Key {
      Key(series: series.number(of: ActivitySeries(stratum: activity.stratum, offer: "", payer: activity.payer)), period: activity.period)
    }
    var wholes: [Key: Int] = [:]
    for (activity, line) in entries where activity.offer.isEmpty { wholes[whole(activity)] = line }
    guard !wholes.isEmpty else { return }
    let column = table.column("offer")
    for (activity, line) in entries where !activity.offer.isEmpty {
      if let first = wholes[whole(activity)] {
        table.log.report(.countedTwice(firstRow: first), file: table.file, row: line, column: column.header, value: activity.offer)
      }
    }
  }
}

/// Rows that differ by their period alone.
struct ActivitySeries: Hashable {
  let stratum: Stratum
  let offer: String
  let payer: String
}

/// Numbers series from 0, so that what is kept of every row need not hold their names.
struct SeriesNumbers {
  private var numbers: [ActivitySeries: Int] = [:]
  private var last: (series: ActivitySeries, number: Int)?

  mutating func number(of series: ActivitySeries) -> Int {
    // Extracts mostly list a series' periods one after the other.
    if let last, last.series == series { return last.number }
    let number = numbers[series] ?? numbers.count
    numbers[series] = number
    last = (series, number)
    return number
  }
}
