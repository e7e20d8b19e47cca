import Groundwork
import Placements

/// Reads the places that municipalities run themselves.
enum OwnSupplyTable {
  private struct Key: Hashable {
    let municipality, area: String
    let from: Day
    let status: OwnSupplyStep.Status
  }

  /// - Returns: rows read and steps, sorted by municipality, area, day and status.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, steps: [OwnSupplyStep]) {
    let municipality = table.column("municipality")
    let area = table.column("area")
    let from = table.column("from")
    let places = table.column("places")
    let citizens = table.column("citizens")
    let status = table.column("status")
    let words = CategoryReader(table, registers)
    let statuses = table.cache("status") { Words.ownSupply.value($0) }
    var first = FirstRows<Key>()
    var result: [OwnSupplyStep] = []
    let rows = table.forEachRow { row in
      let code = words.requiredMunicipality(row, municipality)
      let id = row.required(area) == nil ? nil : words.knownArea(row, area)
      let day = row.requiredDay(from)
      let count = row.required(places) == nil ? nil : row.persons(places)
      let living = row.persons(citizens)
      var state: OwnSupplyStep.Status? = .open
      if !row.cell(status).isEmpty {
        state = statuses.value(of: row.cell(status))
        if state == nil {
          row.reportUnknown(.unknownWord(row.cell(status).shown, among: Words.ownSupply.suggestions), status, among: Words.ownSupply.terms)
        }
      }
      guard let code, let id, let day, let count, let state else { return }
      let key = Key(municipality: code, area: id, from: day, status: state)
      if let firstRow = first.add(key, row: row.row.line) { return row.report(.duplicate(firstRow: firstRow), from) }
      result.append(OwnSupplyStep(municipality: code, area: id, from: day, places: count, citizens: living, status: state))
    }
    return (rows, result.sorted { order($0) < order($1) })
  }

  private static func order(_ step: OwnSupplyStep) -> (String, String, Int, String) {
    (step.municipality, step.area, step.from.number, step.status.rawValue)
  }
}

extension Words where Value == OwnSupplyStep.Status {
  static let ownSupply = Words([
    ("open", .open, ["åben", "åbent", "i drift", "åbnet"]), ("planned", .planned, ["planlagt", "planlægges", "på vej", "besluttet"]),
  ])
}
