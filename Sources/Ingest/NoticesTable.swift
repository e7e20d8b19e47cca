import Groundwork
import Placements

/// Reads notices of coming exits and admissions.
enum NoticesTable {
  private struct Key: Hashable {
    let offer: String
    let area: String
    let payer: String
    let noticeDate: Day
    let endDate: Day
    let kind: Notice.Kind
  }

  /// More citizens in one notice are a slip of the keyboard.
  private static let mostPlaces = 1000

  /// Reports when nothing says where.
  static func hasPlace(_ table: OpenTable) -> Bool {
    if table.has("offer") || table.has("area") { return true }
    table.log.report(.offerOrArea(), file: table.file, row: table.text.headerLine)
    return false
  }

  /// - Returns: rows read and notices, in the file's order.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, notices: [Notice]) {
    let payer = table.column("payer")
    let places = table.column("places")
    let noticeDate = table.column("notice_date")
    let endDate = table.column("end_date")
    let kind = table.column("kind")
    let words = CategoryReader(table, registers)
    let kinds = table.cache("kind") { Words.notices.value($0) }
    var first = FirstRows<Key>()
    var result: [Notice] = []
    let rows = table.forEachRow { row in
      let place = place(row, table, words)
      let code = words.requiredMunicipality(row, payer)
      let count = row.required(places) == nil ? nil : row.integer(places, in: 1...mostPlaces)
      let given = row.requiredDay(noticeDate)
      let end = row.requiredDay(endDate)
      var isKnown = true
      var what = Notice.Kind.exit
      if !row.cell(kind).isEmpty {
        isKnown = kinds.value(of: row.cell(kind)) != nil
        what = kinds.value(of: row.cell(kind)) ?? .exit
        if !isKnown { row.reportUnknown(.unknownWord(row.cell(kind).shown, among: Words.notices.suggestions), kind, among: Words.notices.terms) }
      }
      guard let place, let code, let count, let given, let end, isKnown else { return }
      if end < given { return row.report(.endBeforeNotice(given.iso), endDate) }
      let key = Key(offer: place.offer, area: place.area, payer: code, noticeDate: given, endDate: end, kind: what)
      if let firstRow = first.add(key, row: row.row.line) { return row.report(.duplicate(firstRow: firstRow), endDate) }
      result.append(
        Notice(
          offer: place.offer, area: place.area, payer: code, places: count, noticeDate: given, endDate: end, kind: what, line: row.row.line))
    }
    return (rows, result)
  }

  /// Nil with a report where neither offer nor area is given.
  private static func place(_ row: CheckedRow, _ table: OpenTable, _ words: CategoryReader) -> (offer: String, area: String)? {
    let (offer, area) = (table.column("offer"), table.column("area"))
    if row.cell(offer).isEmpty, row.cell(area).isEmpty {
      row.report(.offerAndAreaBlank, offer.isThere ? offer : area)
      return nil
    }
    return words.place(row, offer: offer, area: area)
  }

  /// Reports notices that are no longer coming, and exits of more citizens than are present.
  /// - Parameter present: citizens of a payer on the data's last day, in an offer or, without one, in an area; nil where nobody counts them.
  static func report(_ notices: [Notice], lastDay: Day?, table: OpenTable, present: (Notice) -> Int?) {
    let end = table.column("end_date").header
    let coming = notices.filter { notice in lastDay.map { notice.endDate > $0 } ?? true }
    if let lastDay {
      for notice in notices where notice.endDate <= lastDay {
        table.log.report(.noticePast(lastDay.iso), file: table.file, row: notice.line, column: end, value: notice.endDate.iso)
      }
    }
    struct Place: Hashable {
      let offer: String
      let area: String
      let payer: String
    }
    var noticed: [Place: Int] = [:]
    for notice in coming where notice.kind == .exit {
      let place = Place(offer: notice.offer, area: notice.area, payer: notice.payer)
      noticed[place, default: 0] += notice.places
      if let there = present(notice), let sum = noticed[place], sum > there {
        table.log.report(
          .moreThanPresent(sum, present: there), file: table.file, row: notice.line, column: table.column("places").header,
          value: String(notice.places))
      }
    }
  }
}

extension Words where Value == Notice.Kind {
  static let notices = Words([
    ("exit", .exit, ["ophør", "udskrivning", "opsigelse", "hjemtagning", "fraflytning", "udflytning", "afgang", "homecoming"]),
    ("admission", .admission, ["indskrivning", "indflytning", "tilgang", "visitation", "opstart", "ny plads"]),
  ])
}

extension Fault {
  static func endBeforeNotice(_ notice: String) -> Fault {
    Fault(
      "order", .error, Phrase(da: "ligger før varslet \(notice).", en: "lies before the notice, \(notice)."),
      Phrase(da: "Ret en af datoerne.", en: "Mend one of the dates."))
  }

  static func noticePast(_ day: String) -> Fault {
    Fault(
      "notice-past", .note,
      Phrase(da: "ligger ikke efter dataens sidste dag, \(day); varslet er opfyldt i data og bruges ikke.", en: "does not lie after the data's last day, \(day); the notice has come true in the data and is not used."),
      Phrase(""))
  }

  static func moreThanPresent(_ sum: Int, present: Int) -> Fault {
    Fault(
      "notice-count", .warning,
      Phrase(da: "der er varslet ophør for \(sum) borgere, men kun \(present) er der.", en: "\(sum) citizens are noticed to leave, but \(present) are there."),
      Phrase(da: "Kontrollér antal, tilbud og betaler; flere end de tilstedeværende kan ikke forlade stedet.", en: "Check number, offer and payer; no more than are there can leave."))
  }
}
