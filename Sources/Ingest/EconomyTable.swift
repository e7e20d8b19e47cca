import Groundwork
import Placements

/// Reads budgets and accounts of offers.
enum EconomyTable {
  private struct Key: Hashable {
    let offer: Int
    let period: Period
  }

  /// - Returns: rows read; entries, sorted by offer and period; the line of each.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, entries: [EconomyEntry], lines: [Int]) {
    let offer = table.column("offer")
    let period = table.column("period")
    let amounts = ["original_budget", "revised_budget", "costs", "income"].map { table.column($0) }
    let words = CategoryReader(table, registers)
    let periods = CellCache<Period?> { CheckedRow.period($0) }
    var first = FirstRows<Key>()
    var entries: [(entry: EconomyEntry, line: Int)] = []
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
      // A slip of units is a factor of a thousand; costs that are merely high are not.
      if let costs = values[2], let budget = values[1] ?? values[0], budget > 0, costs > 5 * budget || costs * 5 < budget {
        row.report(.costsFarFromBudget(budget), amounts[2])
      }
      let entry = EconomyEntry(
        offer: registers.offers.offers[index].id, period: when, originalBudget: values[0], revisedBudget: values[1], costs: values[2],
        income: values[3])
      entries.append((entry, row.row.line))
    }
    entries.sort { ($0.entry.offer, $0.entry.period.firstDay) < ($1.entry.offer, $1.entry.period.firstDay) }
    return (rows, entries.map(\.entry), entries.map(\.line))
  }
}
