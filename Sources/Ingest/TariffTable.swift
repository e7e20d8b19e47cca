import Groundwork
import Placements

/// Reads tariffs and checks that one alone is valid at a time.
enum TariffTable {
  private struct Entry {
    let tariff: Tariff
    let row: Int
  }

  /// - Returns: rows read and tariffs, sorted by offer, service, level and day.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, tariffs: [Tariff]) {
    let offer = table.column("offer")
    let service = table.column("service")
    let level = table.column("level")
    let amount = table.column("amount")
    let priceYear = table.column("price_year")
    let from = table.column("from")
    let to = table.column("to")
    let words = CategoryReader(table, registers)
    let services = table.cache("service") { Words.kinds.value($0)?.rawValue ?? Words.tariffParts.value($0)?.rawValue }
    var entries: [Entry] = []
    let rows = table.forEachRow { row in
      let index = words.requiredOffer(row, offer)
      let value = row.required(amount) == nil ? nil : row.amount(amount)
      let first = row.requiredDay(from)
      let last = row.day(to, isEnd: true)
      let year = row.integer(priceYear, in: CheckedRow.years)
      if let first, let last, last < first { row.report(.endBeforeStart(first.iso), to) }
      guard let index, let value, let first else { return }
      let own = registers.offers.offers[index]
      let tariff = Tariff(
        offer: own.id, service: self.service(row, service, services, of: own), level: row.text(level), amount: value,
        priceYear: year, from: first, to: last)
      entries.append(Entry(tariff: tariff, row: row.row.line))
    }
    let sorted = entries.sorted {
      ($0.tariff.offer, $0.tariff.service, $0.tariff.level, $0.tariff.from, $0.row)
        < ($1.tariff.offer, $1.tariff.service, $1.tariff.level, $1.tariff.from, $1.row)
    }
    reportOverlaps(sorted, table, from)
    return (rows, closed(sorted.map(\.tariff)))
  }

  /// In the words of `Tariff.service`: the offer's own kind where the cell is blank, and an unknown word as it stands, with a warning.
  private static func service(_ row: CheckedRow, _ column: ColumnPlace, _ known: CellCache<String?>, of offer: Offer) -> String {
    let cell = row.cell(column)
    guard !cell.isEmpty else { return offer.kind.rawValue }
    guard let service = known.value(of: cell) else {
      let text = row.text(column)
      row.report(.unknownTariffService(text, among: Words.kinds.suggestions + Words.tariffParts.suggestions), column)
      return text
    }
    let isPart = Tariff.Part(rawValue: service) != nil
    if service != offer.kind.rawValue, !isPart || offer.kind == .hours { row.report(.otherTariffService(offer.kind), column) }
    return service
  }

  /// A tariff without an end gives way to the next one of the same offer, service and level.
  private static func closed(_ sorted: [Tariff]) -> [Tariff] {
    sorted.indices.map { index in
      let tariff = sorted[index]
      guard tariff.to == nil, index + 1 < sorted.count else { return tariff }
      let next = sorted[index + 1]
      guard next.offer == tariff.offer, next.service == tariff.service, next.level == tariff.level, tariff.from < next.from
      else { return tariff }
      return Tariff(
        offer: tariff.offer, service: tariff.service, level: tariff.level, amount: tariff.amount, priceYear: tariff.priceYear,
        from: tariff.from, to: next.from.advanced(by: -1))
    }
  }

  /// Only a tariff that says how long it lasts can overlap the next; two from one day always do.
  private static func reportOverlaps(_ sorted: [Entry], _ table: OpenTable, _ from: ColumnPlace) {
    for (before, after) in zip(sorted, sorted.dropFirst()) {
      let (left, right) = (before.tariff, after.tariff)
      guard left.offer == right.offer, left.service == right.service, left.level == right.level else { continue }
      let lasts = left.to.map { $0 >= right.from } ?? (left.from == right.from)
      if lasts {
        let (early, late) = before.row < after.row ? (before, after) : (after, before)
        table.log.report(
          .overlappingTariffs(firstRow: early.row), file: table.file, row: late.row, column: from.header, value: late.tariff.from.iso)
      }
    }
  }
}
