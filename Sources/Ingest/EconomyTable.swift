import Groundwork
import Placements

/// Reads budgets and accounts of offers.
enum EconomyTable {
  private struct Key: Hashable {
    let offer: Int
    let period: Period
  }

  /// - Returns: rows read and entries, sorted by offer and period.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, entries: [EconomyEntry]) {
    let offer = table.column("offer")
    let period = table.column("period")
    let amounts = ["original_budget", "revised_budget", "costs", "income"].map { table.column($0) }
    let words = CategoryReader(table, registers)
    let periods = CellCache<Period?> { CheckedRow.period($0) }
    var first = FirstRows<Key>()
    var entries: [EconomyEntry] = []
    let rows = table.forEachRow { row in
      let index = words.requiredOffer(row, offer)
      let when = row.required(period).flatMap { cell -> Period? in
        if let found = periods.value(of: cell) { return found }
        row.report(.notAPeriod, period)
        return nil
      }
      let values = amounts.map { row.amount($0) }
      guard let index, let when else { return }
      if let firstRow = first.add(Key(offer: index, period: when), row: row.row.line) {
        return row.report(.duplicate(firstRow: firstRow), period)
      }
      entries.append(
        EconomyEntry(
          offer: registers.offers.offers[index].id, period: when, originalBudget: values[0], revisedBudget: values[1], costs: values[2],
          income: values[3]))
    }
    return (rows, entries.sorted { ($0.offer, $0.period.firstDay) < ($1.offer, $1.period.firstDay) })
  }
}
