import Groundwork
import Placements

/// Reads the tables that others refer to: municipalities and offers.
enum ReferenceTables {
  static func municipalities(_ table: OpenTable) -> (rows: Int, municipalities: [Municipality]) {
    let code = table.column("code")
    let name = table.column("name")
    let region = table.column("region")
    let group = table.column("group")
    let validFrom = table.column("valid_from")
    let validTo = table.column("valid_to")
    var result: [Municipality] = []
    var first = FirstRows<String>()
    let rows = table.forEachRow { row in
      guard let codeCell = row.required(code) else { return }
      let text = plainCode(codeCell.text)
      if let firstRow = first.add(text, row: row.row.line) { return row.report(.duplicate(firstRow: firstRow), code) }
      checkValidity(row, validFrom, validTo)
      let written = row.text(name)
      result.append(
        Municipality(code: text, name: written.isEmpty ? text : written, region: row.text(region), group: row.text(group)))
    }
    return (rows, result)
  }

  /// Codes of digits without zeros in front, as Danish statistics write them.
  private static func plainCode(_ text: String) -> String {
    guard text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return text }
    let plain = text.drop { $0 == "0" }
    return plain.isEmpty ? text : String(plain)
  }

  @discardableResult
  private static func checkValidity(_ row: CheckedRow, _ from: ColumnPlace, _ to: ColumnPlace) -> (from: Day?, to: Day?) {
    let first = row.day(from)
    let last = row.day(to, isEnd: true)
    if let first, let last, last < first { row.report(.endBeforeStart(first.iso), to) }
    return (first, last)
  }

  static func offers(_ table: OpenTable, into registers: Registers) -> Int {
    let offer = table.column("offer")
    let name = table.column("name")
    let area = table.column("area")
    let region = table.column("region")
    let legalBasis = table.column("legal_basis")
    let kind = table.column("kind")
    let operatorName = table.column("operator")
    let host = table.column("host_municipality")
    let validFrom = table.column("valid_from")
    let validTo = table.column("valid_to")
    let pNumber = table.column("p_number")
    let nationWide = table.column("nation_wide")
    let financing = table.column("financing")
    let words = CategoryReader(table, registers)
    var first = FirstRows<String>()
    return table.forEachRow(exempt: pNumber) { row in
      let areaID = words.area(row, area)
      let kindValue = words.kind(row, kind)
      let legalValue = words.legalBasis(row, legalBasis)
      let hostCode = words.municipality(row, host)
      let isNationWide = words.nationWide(row, nationWide)
      let payment = words.financing(row, financing)
      let validity = checkValidity(row, validFrom, validTo)
      if let code = legalValue, let fault = LegalBasis.fault(code, of: .offer, from: validity.from, before: validity.to?.advanced(by: 1)) {
        row.report(fault, legalBasis)
      }
      guard let idCell = row.required(offer) else { return }
      let id = idCell.text
      if let firstRow = first.add(id, row: row.row.line) { return row.report(.duplicate(firstRow: firstRow), offer) }
      _ = row.required(area)
      let written = row.text(name)
      let regionText = row.text(region)
      _ = registers.offers.add(
        Offer(
          id: id, name: written.isEmpty ? id : written, area: areaID ?? "",
          region: registers.municipalities.region(regionText) ?? regionText, legalBasis: legalValue ?? "",
          kind: kindValue ?? .residential, operatorName: row.text(operatorName), hostMunicipality: hostCode ?? "",
          validFrom: validity.from, validTo: validity.to, pNumber: row.text(pNumber), isNationWide: isNationWide, financing: payment))
    }
  }
}

/// Reads the columns with few values of one table, each different text once.
final class CategoryReader {
  private let kinds: CellCache<ServiceKind?>
  private let legalBases: CellCache<String?>
  private let areas: CellCache<String>
  private let payers: CellCache<String?>
  private let actings: CellCache<String?>
  private let offers: CellCache<Int?>
  private let nationWides: CellCache<Bool?>
  private let financings: CellCache<Offer.Financing?>
  private let registers: Registers

  init(_ table: OpenTable, _ registers: Registers) {
    self.registers = registers
    let municipalities = registers.municipalities
    let known = registers.offers
    let main = ["payer", "host_municipality", "municipality"].first { table.has($0) } ?? "payer"
    kinds = table.cache("kind") { Words.kinds.value($0) }
    legalBases = table.cache("legal_basis") { LegalBasis.code($0) }
    areas = table.cache("area") { registers.areas.id($0) }
    payers = table.cache(main) { municipalities.code($0) }
    actings = table.cache("acting") { municipalities.code($0) }
    offers = table.cache("offer") { known.index($0) }
    nationWides = table.cache("nation_wide") { Words.yesNo.value($0) }
    financings = table.cache("financing") { Words.financings.value($0) }
  }

  // Each of these is nil where the cell is blank, and nil with a report where it has no known value.

  func kind(_ row: CheckedRow, _ column: ColumnPlace) -> ServiceKind? {
    let cell = row.cell(column)
    if cell.isEmpty { return nil }
    if let kind = kinds.value(of: cell) { return kind }
    row.reportUnknown(.unknownWord(cell.shown, among: Words.kinds.suggestions), column, among: Words.kinds.terms)
    return nil
  }

  /// Where a row belongs: an offer with its area, which a given one must be, or an area alone with no offer; both empty where neither is
  /// given. Nil where one is unknown or they do not fit.
  func place(_ row: CheckedRow, offer offerColumn: ColumnPlace, area areaColumn: ColumnPlace) -> (offer: String, area: String)? {
    let isOfArea = !row.cell(areaColumn).isEmpty
    let area = isOfArea ? knownArea(row, areaColumn) : nil
    if row.cell(offerColumn).isEmpty { return isOfArea ? area.map { ("", $0) } : ("", "") }
    guard let index = offer(row, offerColumn) else { return nil }
    let found = registers.offers.offers[index]
    if let area, area != found.area {
      row.report(.otherArea(found.area), areaColumn)
      return nil
    }
    return isOfArea && area == nil ? nil : (found.id, found.area)
  }

  func nationWide(_ row: CheckedRow, _ column: ColumnPlace) -> Bool? {
    let cell = row.cell(column)
    if cell.isEmpty { return nil }
    if let answer = nationWides.value(of: cell) { return answer }
    row.reportUnknown(.unknownWord(cell.shown, among: Words.yesNo.suggestions), column, among: Words.yesNo.terms)
    return nil
  }

  func financing(_ row: CheckedRow, _ column: ColumnPlace) -> Offer.Financing? {
    let cell = row.cell(column)
    if cell.isEmpty { return nil }
    if let financing = financings.value(of: cell) { return financing }
    row.reportUnknown(.unknownWord(cell.shown, among: Words.financings.suggestions), column, among: Words.financings.terms)
    return nil
  }

  func legalBasis(_ row: CheckedRow, _ column: ColumnPlace) -> String? {
    let cell = row.cell(column)
    if cell.isEmpty { return nil }
    if let code = legalBases.value(of: cell) { return code }
    row.reportUnknown(.unknownLegalBasis(cell.shown), column, among: LegalBasis.codes.map { Term($0, [$0]) })
    return nil
  }

  func area(_ row: CheckedRow, _ column: ColumnPlace) -> String? {
    guard !row.cell(column).isEmpty, let cell = row.required(column) else { return nil }
    let id = areas.value(of: cell)
    if let fault = registers.areas.faultOnce(id) { row.reportUnknown(fault, column, among: registers.areas.declaredTerms) }
    return id
  }

  /// An area that the project's other tables or plads.toml name already.
  func knownArea(_ row: CheckedRow, _ column: ColumnPlace) -> String? {
    guard let cell = row.required(column) else { return nil }
    if let id = registers.areas.known(cell.text) { return id }
    row.reportUnknown(.unknownArea(cell.shown, among: registers.areas.names), column, among: registers.areas.terms)
    return nil
  }

  func municipality(_ row: CheckedRow, _ column: ColumnPlace) -> String? { municipality(row, column, payers) }

  func acting(_ row: CheckedRow, _ column: ColumnPlace) -> String? { municipality(row, column, actings) }

  private func municipality(_ row: CheckedRow, _ column: ColumnPlace, _ cache: CellCache<String?>) -> String? {
    let cell = row.cell(column)
    if cell.isEmpty { return nil }
    if let code = cache.value(of: cell) { return code }
    row.reportUnknown(registers.municipalities.fault(cell.shown), column, among: registers.municipalities.terms)
    return nil
  }

  /// Position in the register.
  func offer(_ row: CheckedRow, _ column: ColumnPlace) -> Int? {
    let cell = row.cell(column)
    if cell.isEmpty { return nil }
    if let index = offers.value(of: cell) { return index }
    if let fault = registers.offers.fault(cell.shown) { row.reportUnknown(fault, column, among: registers.offers.terms) }
    return nil
  }

  /// Codes that the paying municipality's column has named so far.
  var payersSeen: Set<String> { Set(payers.values.compactMap { $0 }) }

  /// Codes of the sections that the column has named so far.
  var legalBasesSeen: Set<String> { Set(legalBases.values.compactMap { $0 }) }

  /// Positions of the offers that the column has named so far.
  var offersSeen: Set<Int> { Set(offers.values.compactMap { $0 }) }

  func requiredMunicipality(_ row: CheckedRow, _ column: ColumnPlace) -> String? {
    row.required(column) == nil ? nil : municipality(row, column)
  }

  func requiredOffer(_ row: CheckedRow, _ column: ColumnPlace) -> Int? {
    row.required(column) == nil ? nil : offer(row, column)
  }
}
