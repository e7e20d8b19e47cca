/// Rows of activity added into the cells of a panel, with what is known of each sum.
///
/// Parts are the rows of one offer and payer (of each that was merged into it), and the shorter periods inside a longer base period. A sum of which a part is
/// unknown is unknown; of hidden parts the bounds add up.
struct ActivitySums {
  /// By quantity and index of the panel's values: bounds of the sum, equal where it is known. NaN where no row counts it.
  private(set) var lower: [[Double]]
  private(set) var upper: [[Double]]

  private static let quantities: [(Activity.Count, Panel.Quantity)] = Activity.Count.allCases.compactMap { count in
    count.quantity.map { (count, $0) }
  }

  private struct Series {
    let cell: Int
    /// Numbers of its rows by the period's ordinal.
    var rows: [Int: Int] = [:]
  }

  private struct Key: Hashable, Comparable {
    let cell: Int
    let offer: String
    let source: String

    static func < (left: Key, right: Key) -> Bool { (left.cell, left.offer, left.source) < (right.cell, right.offer, right.source) }
  }

  init(_ rows: [Activity], panel: Panel) {
    let size = panel.municipalities.count * panel.strata.count * panel.count
    lower = Panel.Quantity.allCases.map { _ in [Double](repeating: .nan, count: size) }
    upper = lower
    guard let unit = rows.first?.period.length else { return }
    let municipalityIndex = Dictionary(uniqueKeysWithValues: panel.municipalities.enumerated().map { ($1.code, $0) })
    let stratumIndex = Dictionary(uniqueKeysWithValues: panel.strata.enumerated().map { ($1, $0) })
    var series: [Key: Series] = [:]
    var same: (row: Int, cell: Int)?
    for (number, row) in rows.enumerated() {
      // Rows of a series mostly follow each other.
      if let before = same, rows[before.row].payer == row.payer, rows[before.row].stratum == row.stratum {
        same = (number, before.cell)
      } else {
        guard let municipality = municipalityIndex[row.payer], let stratum = stratumIndex[row.stratum] else { continue }
        same = (number, panel.offset(municipality, stratum))
      }
      guard let cell = same?.cell else { continue }
      series[Key(cell: cell, offer: row.offer, source: row.source), default: Series(cell: cell)].rows[row.period.ordinal] = number
    }
    for (_, own) in series.sorted(by: { $0.key < $1.key }) { add(own, of: rows, unit: unit, panel: panel) }
    if unit < panel.length { forgetParts(series.values.map { ($0.cell, $0.rows.keys.min()!...$0.rows.keys.max()!) }, unit: unit, panel: panel) }
  }

  /// A payer whose rows begin or end inside a base period has no whole count of it.
  private mutating func forgetParts(_ spans: [(cell: Int, ordinals: ClosedRange<Int>)], unit: PeriodLength, panel: Panel) {
    let inside = panel.length.months / unit.months
    for (cell, own) in Dictionary(grouping: spans, by: \.cell) {
      let first = own.map(\.ordinals.lowerBound).min()!
      let last = own.map(\.ordinals.upperBound).max()!
      let start = panel.first.firstDay
      for index in 0..<panel.count {
        let opening = Period(containing: start, length: unit).ordinal + index * inside
        guard first > opening || last < opening + inside - 1 else { continue }
        for (_, quantity) in Self.quantities where quantity != .stock {
          lower[quantity.rawValue][cell + index] = -.infinity
          upper[quantity.rawValue][cell + index] = .infinity
        }
      }
    }
  }

  /// From the series' first row to its last; what it never counts it says nothing of.
  private mutating func add(_ series: Series, of rows: [Activity], unit: PeriodLength, panel: Panel) {
    guard let first = series.rows.keys.min(), let last = series.rows.keys.max() else { return }
    for (count, quantity) in Self.quantities where series.rows.values.contains(where: { rows[$0].bounds(of: count) != nil }) {
      for ordinal in first...last {
        let period = Period(length: unit, ordinal: ordinal)
        let base = period.enclosing(panel.length)
        let index = base - panel.first
        guard (0..<panel.count).contains(index), quantity != .stock || period.lastDay == base.lastDay else { continue }
        add(series.rows[ordinal].flatMap { rows[$0].bounds(of: count) }, to: quantity, at: series.cell + index)
      }
    }
  }

  private mutating func add(_ part: ClosedRange<Double>?, to quantity: Panel.Quantity, at index: Int) {
    let q = quantity.rawValue
    let isFirst = lower[q][index].isNaN
    // Unknown is anything from −∞ on, which no later part takes back.
    lower[q][index] = (isFirst ? 0 : lower[q][index]) + (part?.lowerBound ?? -.infinity)
    upper[q][index] = (isFirst ? 0 : upper[q][index]) + (part?.upperBound ?? .infinity)
  }

  func isKnown(_ quantity: Panel.Quantity, _ index: Int) -> Bool { lower[quantity.rawValue][index] == upper[quantity.rawValue][index] }

  /// Whether rows count it.
  func isCounted(_ quantity: Panel.Quantity, _ index: Int) -> Bool { !lower[quantity.rawValue][index].isNaN }

  /// Bounds of a sum, equal where it is known; nil where nothing bounds it.
  func bounds(_ quantity: Panel.Quantity, _ index: Int) -> ClosedRange<Double>? {
    let (low, high) = (lower[quantity.rawValue][index], upper[quantity.rawValue][index])
    return low.isFinite && high.isFinite ? low...high : nil
  }

  /// Narrows bounds to their overlap with others; false where there is none.
  mutating func narrow(_ quantity: Panel.Quantity, _ index: Int, to low: Double, _ high: Double) -> Bool {
    let q = quantity.rawValue
    let (newLow, newHigh) = (max(lower[q][index], low), min(upper[q][index], high))
    guard newLow <= newHigh else { return false }
    lower[q][index] = newLow
    upper[q][index] = newHigh
    return true
  }
}
