import Demand

/// Running values of one line under one plan, one number a draw.
struct LineState {
  private(set) var stock: [Double]
  /// These count since `startPeriod`.
  private(set) var admissions: [Double]
  private(set) var homecomings: [Double]
  private(set) var otherExits: [Double]
  private(set) var occupiedDays: [Double]

  init(draws: Int, opening: Int) {
    stock = [Double](repeating: Double(opening), count: draws)
    let zero = [Double](repeating: 0, count: draws)
    (admissions, homecomings, otherExits, occupiedDays) = (zero, zero, zero, zero)
  }

  mutating func startPeriod() {
    let zero = [Double](repeating: 0, count: stock.count)
    (admissions, homecomings, otherExits, occupiedDays) = (zero, zero, zero, zero)
  }

  /// Adds one base period: stock(t) = stock(t−1) + admissions − homecomings − other exits + net moves, and
  /// occupied days = opening stock × days + what arrivals and leavers add and take.
  mutating func add(_ source: DemandDraws, plan: Int, key: Int, step: Int, days: Int) {
    for d in stock.indices { occupiedDays[d] += stock[d] * Double(days) }
    source.add(.dayCorrection, plan: plan, key: key, step: step, to: &occupiedDays)
    source.add(.admissions, plan: plan, key: key, step: step, to: &admissions)
    source.add(.homecomings, plan: plan, key: key, step: step, to: &homecomings)
    source.add(.otherExits, plan: plan, key: key, step: step, to: &otherExits)
    addStock(source, plan: plan, key: key, step: step)
  }

  /// The stock alone.
  mutating func addStock(_ source: DemandDraws, plan: Int, key: Int, step: Int) {
    for (kind, sign) in Self.signs { source.add(kind, plan: plan, key: key, step: step, times: sign, to: &stock) }
  }

  /// What the stock grows and falls by.
  private static let signs: [(EventTally.Kind, Double)] = [(.admissions, 1), (.homecomings, -1), (.otherExits, -1), (.netMoves, 1)]
}
