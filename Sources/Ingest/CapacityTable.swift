import Groundwork
import Placements

/// Reads places and their steps.
enum CapacityTable {
  private struct Key: Hashable {
    let offer: Int
    let from: Day
  }

  /// - Returns: rows read and steps, sorted by offer and day.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, steps: [CapacityStep]) {
    let offer = table.column("offer")
    let from = table.column("from")
    let places = table.column("places")
    let approved = table.column("approved_places")
    let staffed = table.column("staffed_places")
    let staff = table.column("fte")
    let occupancy = table.column("assumed_occupancy")
    let days = table.column("days_per_year")
    let words = CategoryReader(table, registers)
    var first = FirstRows<Key>()
    var result: [CapacityStep] = []
    let rows = table.forEachRow { row in
      let index = words.requiredOffer(row, offer)
      let day = row.requiredDay(from)
      let count = row.required(places) == nil ? nil : row.amount(places)
      let approvedCount = row.amount(approved)
      let staffedCount = row.amount(staffed)
      let staffCount = row.nonNegative(staff)
      let share = row.share(occupancy)
      let daysCount = row.integer(days, in: 1...366)
      guard let index, let day, let count else { return }
      if let firstRow = first.add(Key(offer: index, from: day), row: row.row.line) {
        return row.report(.duplicate(firstRow: firstRow), from)
      }
      result.append(
        CapacityStep(
          offer: registers.offers.offers[index].id, from: day, places: count, approvedPlaces: approvedCount,
          staffedPlaces: staffedCount, fullTimeStaff: staffCount, assumedOccupancy: share, daysPerYear: daysCount.map(Double.init)))
    }
    return (rows, result.sorted { ($0.offer, $0.from) < ($1.offer, $1.from) })
  }
}
