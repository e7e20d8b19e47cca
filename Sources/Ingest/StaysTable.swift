import Groundwork
import Placements

/// Reads stays: a million rows in well under a second, so that texts that repeat are read once and nothing is searched.
final class StaysTable {
  struct Result {
    var stays: [Stay] = []
    /// Line of each stay in the file.
    var lines: [Int32] = []
    var rows = 0
    /// Codes of the municipalities that pay.
    var payers: Set<String> = []
    /// Ids of the offers that occur.
    var offers: Set<String> = []
  }

  /// What a stay takes from its offer.
  private struct Place {
    let id: String
    let legalBasis: String
    let kind: ServiceKind
    let validFrom: Day?
    let validTo: Day?
  }

  private struct Columns {
    let citizen, payer, acting, offer, legalBasis, kind, start, end, endReason, supportLevel, price, birthYear, ageAtStart: ColumnPlace

    init(_ table: OpenTable) {
      citizen = table.column("citizen")
      payer = table.column("payer")
      acting = table.column("acting")
      offer = table.column("offer")
      legalBasis = table.column("legal_basis")
      kind = table.column("kind")
      start = table.column("start")
      end = table.column("end")
      endReason = table.column("end_reason")
      supportLevel = table.column("support_level")
      price = table.column("price")
      birthYear = table.column("birth_year")
      ageAtStart = table.column("age_at_start")
    }
  }

  private struct Reasons {
    var ended = 0
    var missing = 0
    var unknown = 0
  }

  private let table: OpenTable
  private let places: [Place]
  private let endIsLastDay: Bool
  private let words: CategoryReader
  private let columns: Columns
  private let reasons: CellCache<EndReason?>

  init(_ table: OpenTable, _ registers: Registers, endIsLastDay: Bool) {
    self.table = table
    self.endIsLastDay = endIsLastDay
    places = registers.offers.offers.map {
      Place(id: $0.id, legalBasis: $0.legalBasis, kind: $0.kind, validFrom: $0.validFrom, validTo: $0.validTo)
    }
    words = CategoryReader(table, registers)
    columns = Columns(table)
    reasons = table.cache("end_reason") { Words.endReasons.value($0) }
  }

  func read() -> Result {
    var result = Result()
    let lines = table.text.lineCount
    result.stays.reserveCapacity(lines)
    result.lines.reserveCapacity(lines)
    var counts = Reasons()
    let citizens = CellCache<String>(capacity: lines / 2) { $0 }
    var keys = OverlapKeys(capacity: lines)
    result.rows = table.forEachRow(citizens: columns.citizen) { row in
      guard let (stay, citizen, offer) = stay(row, citizens, &counts) else { return }
      keys.append(citizen: citizen, offer: offer)
      result.stays.append(stay)
      result.lines.append(Int32(clamping: row.row.line))
    }
    reportReasons(counts)
    result.payers = words.payersSeen
    result.offers = Set(words.offersSeen.map { places[$0].id })
    keys.forEachOverlap(of: result.stays) { first, second in
      let (early, late) = result.lines[first] < result.lines[second] ? (first, second) : (second, first)
      table.log.report(
        .overlappingStays(firstRow: Int(result.lines[early])), file: table.file, row: Int(result.lines[late]),
        column: columns.citizen.header, value: result.stays[late].citizen)
    }
    return result
  }

  private func stay(_ row: CheckedRow, _ citizens: CellCache<String>, _ counts: inout Reasons) -> (stay: Stay, citizen: Int, offer: Int)? {
    let citizen = row.required(columns.citizen)
    let payer = words.requiredMunicipality(row, columns.payer)
    let acting = words.acting(row, columns.acting)
    let offerIndex = words.requiredOffer(row, columns.offer)
    let legalBasis = words.legalBasis(row, columns.legalBasis)
    let kind = words.kind(row, columns.kind)
    let start = row.requiredDay(columns.start)
    let (end, endIsGood) = end(row, start: start)
    let reason = reason(row, end: end, &counts)
    let supportLevel = row.nonNegative(columns.supportLevel)
    let price = row.amount(columns.price)
    let birthYear = birthYear(row, start: start)
    guard let citizen, let payer, let offerIndex, let start, endIsGood else { return nil }
    let offer = places[offerIndex]
    checkValidity(row, offer, start: start, end: end)
    let citizenID = citizens.id(of: citizen)
    let stay = Stay(
      citizen: citizens.values[citizenID], payer: payer, acting: acting ?? "", offer: offer.id,
      legalBasis: legalBasis ?? offer.legalBasis, kind: kind ?? offer.kind, start: start, end: end, endReason: reason,
      supportLevel: supportLevel, price: price, birthYear: birthYear)
    return (stay, citizenID, offerIndex)
  }

  /// The oldest that anybody has become, nearly.
  private static let oldest = 115

  /// Given, or that of the age at the stay's beginning; a year in which nobody there can have been born is an error.
  private func birthYear(_ row: CheckedRow, start: Day?) -> Int? {
    let (year, age) = (row.count(columns.birthYear), row.count(columns.ageAtStart))
    guard let start else { return nil }
    if let age, age > Double(Self.oldest) { row.report(.outside(0, Self.oldest), columns.ageAtStart) }
    guard let year else { return age.flatMap { $0 > Double(Self.oldest) ? nil : start.year - Int($0) } }
    let reached = start.year - Int(year)
    guard (0...Self.oldest).contains(reached) else {
      row.report(.impossibleAge(reached), columns.birthYear)
      return nil
    }
    return Int(year)
  }

  /// The first day absent, and whether the cell is usable.
  private func end(_ row: CheckedRow, start: Day?) -> (day: Day?, isGood: Bool) {
    let cell = row.cell(columns.end)
    if cell.isEmpty { return (nil, true) }
    guard let written = row.day(columns.end, isEnd: true) else { return (nil, DayText.read(cell.bytes) == .open) }
    let end = endIsLastDay ? written.advanced(by: 1) : written
    guard let start else { return (end, true) }
    if written < start {
      row.report(.endBeforeStart(start.iso), columns.end)
      return (nil, false)
    }
    if end == start {
      row.report(.endAtStart, columns.end)
      return (nil, false)
    }
    return (end, true)
  }

  private func reason(_ row: CheckedRow, end: Day?, _ counts: inout Reasons) -> EndReason? {
    let cell = row.cell(columns.endReason)
    var reason: EndReason?
    if !cell.isEmpty {
      reason = reasons.value(of: cell)
      if reason == nil {
        row.reportUnknown(.unknownWord(cell.shown, among: Words.endReasons.suggestions), columns.endReason, among: Words.endReasons.terms)
      }
    }
    guard end != nil else {
      if reason != nil, row.cell(columns.end).isEmpty { row.report(.reasonWithoutEnd, columns.endReason) }
      return nil
    }
    counts.ended += 1
    if cell.isEmpty { counts.missing += 1 }
    if reason == nil || reason == .unknown { counts.unknown += 1 }
    return reason ?? .unknown
  }

  private func checkValidity(_ row: CheckedRow, _ offer: Place, start: Day, end: Day?) {
    if let opened = offer.validFrom, start < opened { row.report(.beforeOffer(opened.iso), columns.start) }
    guard let closed = offer.validTo else { return }
    if start > closed {
      row.report(.afterOffer(closed.iso), columns.start)
    } else if end.map({ $0 > closed.advanced(by: 1) }) ?? true {
      row.report(.afterOffer(closed.iso), columns.end)
    }
  }

  private func reportReasons(_ counts: Reasons) {
    guard counts.ended > 0 else { return }
    if counts.missing > 0 { table.log.report(.endWithoutReason(counts.missing), file: table.file, column: columns.endReason.header) }
    if counts.unknown * 5 > counts.ended {
      let percent = Int((100 * Double(counts.unknown) / Double(counts.ended)).rounded())
      table.log.report(.manyUnknownReasons(percent: percent), file: table.file, column: columns.endReason.header)
    }
  }

  /// Reports days after the data's last one, which only a project's own setting can make.
  func reportPlanned(_ result: Result, after last: Day) {
    for position in result.stays.indices {
      let start = result.stays[position].start
      let line = Int(result.lines[position])
      if start > last {
        table.log.report(.afterWindow(last.iso), file: table.file, row: line, column: columns.start.header, value: start.iso)
      } else if let end = result.stays[position].end, end > last.advanced(by: 1) {
        table.log.report(.afterWindow(last.iso), file: table.file, row: line, column: columns.end.header, value: end.iso)
      }
    }
  }
}

extension StaysTable {
  /// Reports stays under a law that was not in force while they lasted.
  func reportLegalBases(_ result: Result) {
    let header = columns.legalBasis.header
    let old = words.legalBasesSeen.union(places.map(\.legalBasis)).filter { LegalBasis.isReplaced($0) || LegalBasis.isOfReform($0) }
    guard !old.isEmpty else { return }
    for position in result.stays.indices where old.contains(result.stays[position].legalBasis) {
      let stay = result.stays[position]
      guard let fault = LegalBasis.fault(stay.legalBasis, from: stay.start, before: stay.end) else { continue }
      table.log.report(fault, file: table.file, row: Int(result.lines[position]), column: header, value: stay.legalBasis)
    }
  }
}

/// Finds stays of one citizen in one offer, of one kind and legal section, that overlap.
private struct OverlapKeys {
  private var citizens: [Int32] = []
  private var offers: [Int32] = []
  private var citizenCount = 0

  init(capacity: Int) {
    citizens.reserveCapacity(capacity)
    offers.reserveCapacity(capacity)
  }

  mutating func append(citizen: Int, offer: Int) {
    citizens.append(Int32(citizen))
    offers.append(Int32(offer))
    citizenCount = max(citizenCount, citizen + 1)
  }

  /// Calls back with the positions of two stays, in the order of citizens' first appearance. Cost: about n log(stays of a citizen).
  func forEachOverlap(of stays: [Stay], _ report: (Int, Int) -> Void) {
    var starts = [Int32](repeating: 0, count: citizenCount + 1)
    for citizen in citizens { starts[Int(citizen) + 1] += 1 }
    for citizen in 0..<citizenCount { starts[citizen + 1] += starts[citizen] }
    var next = starts
    var sorted = [Int32](repeating: 0, count: citizens.count)
    for (position, citizen) in citizens.enumerated() {
      sorted[Int(next[Int(citizen)])] = Int32(position)
      next[Int(citizen)] += 1
    }
    for citizen in 0..<citizenCount {
      let range = Int(starts[citizen])..<Int(starts[citizen + 1])
      guard range.count > 1 else { continue }
      if range.count > 30 {
        sorted[range].sort { isBefore($0, $1, stays) }
      } else {
        insertionSort(&sorted, range, stays)
      }
      check(sorted, range, stays, report)
    }
  }

  /// By offer, then by start, then as in the file.
  private func isBefore(_ left: Int32, _ right: Int32, _ stays: [Stay]) -> Bool {
    let (a, b) = (Int(left), Int(right))
    if offers[a] != offers[b] { return offers[a] < offers[b] }
    let (first, second) = (stays[a].start, stays[b].start)
    return first == second ? a < b : first < second
  }

  /// Most citizens have few stays, mostly in order.
  private func insertionSort(_ positions: inout [Int32], _ range: Range<Int>, _ stays: [Stay]) {
    for index in range.dropFirst() {
      let moving = positions[index]
      var hole = index
      while hole > range.lowerBound, isBefore(moving, positions[hole - 1], stays) {
        positions[hole] = positions[hole - 1]
        hole -= 1
      }
      positions[hole] = moving
    }
  }

  private func check(_ positions: [Int32], _ range: Range<Int>, _ stays: [Stay], _ report: (Int, Int) -> Void) {
    for index in range.dropFirst() {
      let later = Int(positions[index])
      var before = index - 1
      while before >= range.lowerBound, offers[Int(positions[before])] == offers[later] {
        let earlier = Int(positions[before])
        if overlap(earlier, later, stays) {
          report(earlier, later)
          break
        }
        before -= 1
      }
    }
  }

  private func overlap(_ earlier: Int, _ later: Int, _ stays: [Stay]) -> Bool {
    guard let end = stays[earlier].end else { return isSameService(earlier, later, stays) }
    return end > stays[later].start && isSameService(earlier, later, stays)
  }

  private func isSameService(_ left: Int, _ right: Int, _ stays: [Stay]) -> Bool {
    stays[left].kind == stays[right].kind && stays[left].legalBasis == stays[right].legalBasis
  }
}
