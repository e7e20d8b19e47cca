import Demand

/// Running values of one line under one plan, one number a draw.
struct LineState {
  let differs: Bool
  var stock: [Double]
  var admissions: [Double]
  var homecomings: [Double]
  var otherExits: [Double]
  var occupiedDays: [Double]
  /// Nil once a period's places were unknown.
  var placeDays: Double? = 0
  var days = 0

  init(draws: Int, opening: Int, differs: Bool) {
    self.differs = differs
    stock = [Double](repeating: Double(opening), count: draws)
    let zero = [Double](repeating: 0, count: draws)
    admissions = zero
    homecomings = zero
    otherExits = zero
    occupiedDays = zero
  }

  mutating func startPeriod() {
    placeDays = 0
    days = 0
    for d in stock.indices {
      admissions[d] = 0
      homecomings[d] = 0
      otherExits[d] = 0
      occupiedDays[d] = 0
    }
  }

  /// Adds one base period: stock(t) = stock(t−1) + admissions − homecomings − other exits + net moves, and
  /// occupied days = opening stock × days + what arrivals and leavers add and take.
  mutating func add(_ source: DemandDraws, plan: Int, key: Int, step: Int, days: Int) {
    for d in stock.indices { occupiedDays[d] += stock[d] * Double(days) }
    source.forEach(plan: plan, key: key, step: step) { kind, d, amount in
      switch kind {
      case .admissions:
        admissions[d] += amount
        stock[d] += amount
      case .homecomings:
        homecomings[d] += amount
        stock[d] -= amount
      case .otherExits:
        otherExits[d] += amount
        stock[d] -= amount
      case .netMoves: stock[d] += amount
      case .dayCorrection: occupiedDays[d] += amount
      case .batchCitizens, .noticeDays: break
      }
    }
  }
}
