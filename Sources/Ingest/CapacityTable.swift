import Groundwork
import Placements

/// Reads places and their steps.
enum CapacityTable {
  private struct Key: Hashable {
    let offer: Int
    let from: Day
  }

  /// What the checks of occupancy need to know of a step besides itself.
  struct Origin {
    let line: Int
    /// Why the occupancy is as it is; empty where nobody says.
    let reason: String
  }

  /// - Returns: rows read; steps, sorted by offer and day; where each stands.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, steps: [CapacityStep], origins: [Origin]) {
    let offer = table.column("offer")
    let from = table.column("from")
    let places = table.column("places")
    let approved = table.column("approved_places")
    let staffed = table.column("staffed_places")
    let staff = table.column("fte")
    let occupancy = table.column("assumed_occupancy")
    let days = table.column("days_per_year")
    let reason = table.column("reason")
    let words = CategoryReader(table, registers)
    var first = FirstRows<Key>()
    var result: [(step: CapacityStep, origin: Origin)] = []
    let rows = table.forEachRow { row in
      let index = words.requiredOffer(row, offer)
      let day = row.requiredDay(from)
      let count = row.required(places) == nil ? nil : row.amount(places)
      let approvedCount = row.amount(approved)
      let staffedCount = row.amount(staffed)
      if let approvedCount, let staffedCount, staffedCount > approvedCount { row.report(.staffedAboveApproved(approvedCount), staffed) }
      let staffCount = row.nonNegative(staff)
      let share = row.share(occupancy)
      let daysCount = row.integer(days, in: 1...366)
      let why = row.text(reason)
      if let share, why.isEmpty, !OccupancyCheck.usual.contains(100 * share) { row.report(.unusualAssumedOccupancy, occupancy) }
      guard let index, let day, let count else { return }
      if let firstRow = first.add(Key(offer: index, from: day), row: row.row.line) {
        return row.report(.duplicate(firstRow: firstRow), from)
      }
      let step = CapacityStep(
        offer: registers.offers.offers[index].id, from: day, places: count, approvedPlaces: approvedCount,
        staffedPlaces: staffedCount, fullTimeStaff: staffCount, assumedOccupancy: share, daysPerYear: daysCount.map(Double.init))
      result.append((step, Origin(line: row.row.line, reason: why)))
    }
    result.sort { ($0.step.offer, $0.step.from) < ($1.step.offer, $1.step.from) }
    return (rows, result.map(\.step), result.map(\.origin))
  }
}
