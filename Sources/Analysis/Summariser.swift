import Capacity
import Demand
import Dispatch
import Forecasting
import Placements

/// Turns event counts into measures, inside each draw first, over the draws last.
struct Summariser: Sendable {
  let demand: FittedDemand
  let request: RunRequest
  let index: KeyIndex
  let draws: DemandDraws
  let timelines: [PlacesTimeline]
  let bases: [Int]
  let offers: [Offer]
  /// By line, `[step][draw]`: by how much overrides move the stock.
  var shifts: [Int: [[Double]]] = [:]
  /// By line, `[step][draw]`: by how much the forecast's other models move the stock, and the days with it.
  var baseShifts: [Int: [[Double]]] = [:]

  var interaction: PlanInteraction?

  private var panel: Panel { demand.panel }

  func openingStock() -> [ResultKey: Double] {
    Dictionary(uniqueKeysWithValues: index.keys.enumerated().map { ($1, draws.openingStock(key: $0)) })
  }

  /// Rows in the order plan, key, measure, period.
  func rows() -> [ResultRow] {
    let keys = index.keys.indices.filter { draws.isKnown(key: $0) || hasPlaces($0) }
    let results = Slots<[ResultRow]>(count: keys.count)
    let chunks = max(1, min(request.threads, keys.count))
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
      for position in stride(from: chunk, to: keys.count, by: chunks) {
        var line = LineSummary(summariser: self, key: keys[position])
        results.set(line.rows(), at: position)
      }
    }
    let all = results.values.flatMap { $0 ?? [] }
    return (0...timelines.count).flatMap { plan in all.filter { $0.plan == plan } }
  }

  private func hasPlaces(_ key: Int) -> Bool { index.offersOfKey[key].contains { offer in timelines.contains { $0.knows(offers[offer].id) } } }

  /// The sum over the line's offers; nil when one that exists in the plan has unknown places.
  func places(plan: Int, key: Int, _ value: (PlacesTimeline, String) -> Double?) -> Double? {
    var sum = 0.0
    var any = false
    for offer in index.offersOfKey[key] {
      let id = offers[offer].id
      if let places = value(timelines[plan], id) {
        sum += places
        any = true
      } else if offer < panel.offers.count {
        return nil
      }
    }
    return any ? sum : nil
  }
}

/// Results of threads, one slot each.
final class Slots<Value>: @unchecked Sendable {
  private let storage: UnsafeMutablePointer<Value?>
  private let count: Int

  init(count: Int) {
    self.count = count
    storage = .allocate(capacity: max(1, count))
    storage.initialize(repeating: nil, count: max(1, count))
  }

  deinit {
    storage.deinitialize(count: max(1, count))
    storage.deallocate()
  }

  func set(_ value: Value, at index: Int) { storage[index] = value }

  var values: [Value?] { Array(UnsafeBufferPointer(start: storage, count: count)) }
}

/// Walks one line through the periods under all plans.
private struct LineSummary {
  private let summariser: Summariser
  private let key: Int
  private let count: Int
  /// By plan: whether its line can differ from the plain forecast's; where not, that one's state stands for it.
  private let differs: [Bool]
  private var states: [LineState]
  /// By plan, since the period's start; nil once a base period's places were unknown.
  private var placeDays: [Double?]
  private var days = 0
  /// By draw: days that the base shift adds since the period's start; empty without one.
  private var shiftedDays: [Double] = []
  private var found: [ResultRow] = []

  init(summariser: Summariser, key: Int) {
    self.summariser = summariser
    self.key = key
    count = summariser.request.draws
    let plans = summariser.timelines.indices
    differs = plans.map { $0 == 0 || summariser.draws.differs(plan: $0, key: key) }
    states = plans.map { _ in LineState(draws: summariser.request.draws, opening: summariser.draws.openingFlowStock(key: key)) }
    placeDays = plans.map { _ in 0 }
  }

  private var panel: Panel { summariser.demand.panel }

  mutating func rows() -> [ResultRow] {
    let request = summariser.request
    let length = max(request.every, panel.length)
    for step in 0..<summariser.demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      for plan in states.indices where differs[plan] { states[plan].add(summariser.draws, plan: plan, key: key, step: step, days: period.days) }
      addPlaceDays(period)
      addShiftedDays(step, days: period.days)
      let whole = period.enclosing(length)
      guard whole.lastDay == period.lastDay else { continue }
      // A period that began before the origin is only partly simulated: its flows would be too small.
      let isWhole = whole.firstDay > panel.origin.lastDay
      if isWhole, request.onlyPeriods?.contains(whole) ?? true { summarise(at: period, as: whole, step: step) }
      startPeriod()
    }
    return found.sorted { left, right in
      (left.plan, Self.order(left.measure), left.period) < (right.plan, Self.order(right.measure), right.period)
    }
  }

  private static func order(_ measure: Measure) -> Int { Measure.allCases.firstIndex(of: measure) ?? 0 }

  private mutating func addPlaceDays(_ period: Period) {
    for plan in placeDays.indices {
      let added = summariser.places(plan: plan, key: key) { $0.placeDays(in: period, offer: $1) }
      placeDays[plan] = placeDays[plan].flatMap { sum in added.map { sum + $0 } }
    }
    days += period.days
  }

  /// The shift's mean over the period, from its last end to this one.
  private mutating func addShiftedDays(_ step: Int, days: Int) {
    guard let shift = summariser.baseShifts[key] else { return }
    if shiftedDays.isEmpty { shiftedDays = [Double](repeating: 0, count: count) }
    for d in 0..<count { shiftedDays[d] += (shift[step][d] + (step > 0 ? shift[step - 1][d] : 0)) / 2 * Double(days) }
  }

  private mutating func startPeriod() {
    shiftedDays = []
    for plan in states.indices where differs[plan] { states[plan].startPeriod() }
    placeDays = placeDays.map { _ in 0 }
    days = 0
  }

  private mutating func summarise(at period: Period, as whole: Period, step: Int) {
    let wanted = summariser.request.measures ?? Measure.usual
    for measure in Measure.usual where wanted.contains(measure) {
      var vectors: [[Double]?] = []
      for plan in states.indices {
        vectors.append(differs[plan] || measure.needsPlaces ? vector(measure, plan: plan, period: period, step: step) : vectors[0])
      }
      for plan in states.indices {
        guard let values = vectors[plan] else { continue }
        // Without places in the base there is nothing to compare with: a new offer's base has none, which counts as zero.
        let base = vectors[summariser.bases[plan]] ?? [Double](repeating: 0, count: count)
        found.append(
          ResultRow(
            plan: plan, key: summariser.index.keys[key], period: whole, measure: measure, values: values, base: base, request: summariser.request))
      }
      if let row = summariser.interaction?.row(
        vectors, key: summariser.index.keys[key], period: whole, measure: measure, request: summariser.request)
      {
        found.append(row)
      }
    }
  }

  /// The measure's value in every draw; nil where it is not known for this line.
  private func vector(_ measure: Measure, plan: Int, period: Period, step: Int) -> [Double]? {
    let state = states[differs[plan] ? plan : 0]
    let knowsFlows = summariser.draws.hasFlows(key: key)
    switch measure {
    case .stock: return stock(plan: plan, step: step)
    case .admissions: return knowsFlows ? state.admissions : nil
    case .homecomings: return knowsFlows ? state.homecomings : nil
    case .otherExits: return knowsFlows ? state.otherExits : nil
    case .occupiedDays:
      guard !summariser.draws.hasStockOnly(key: key), summariser.draws.hasFlowStock(key: key) else { return nil }
      if shiftedDays.isEmpty { return state.occupiedDays }
      let base = states[0].occupiedDays
      return state.occupiedDays.indices.map { d in
        max(0, state.occupiedDays[d] + Self.kept(shiftedDays[d], plan: state.occupiedDays[d], base: base[d]))
      }
    case .fullYearPlaces:
      guard let days = vector(.occupiedDays, plan: plan, period: period, step: step) else { return nil }
      return days.map { $0 / Double(self.days) }
    case .places:
      return places(plan: plan, period: period).map { [Double](repeating: $0, count: count) }
    case .vacant:
      guard let places = places(plan: plan, period: period), let stock = stock(plan: plan, step: step) else { return nil }
      return stock.map { places - $0 }
    case .occupancy:
      guard let placeDays = placeDays[plan], placeDays > 0,
        let days = vector(.occupiedDays, plan: plan, period: period, step: step)
      else { return nil }
      return days.map { 100 * $0 / placeDays }
    default: return nil
    }
  }

  private func places(plan: Int, period: Period) -> Double? {
    summariser.places(plan: plan, key: key) { $0.atEnd(of: period, offer: $1) }
  }

  private func stock(plan: Int, step: Int) -> [Double]? {
    guard let simulated = simulatedStock(plan: plan, step: step) else { return nil }
    var values = simulated
    if let shift = summariser.shifts[key]?[step] { values = zip(values, shift).map { max(0, $0 + $1) } }
    if let shift = summariser.baseShifts[key]?[step] {
      let base = differs[plan] && plan > 0 ? simulatedStock(plan: 0, step: step) : nil
      for d in values.indices { values[d] = max(0, values[d] + Self.kept(shift[d], plan: simulated[d], base: base?[d] ?? simulated[d])) }
    }
    return values
  }

  private func simulatedStock(plan: Int, step: Int) -> [Double]? {
    let draws = summariser.draws
    var values: [Double]? = draws.hasFlowStock(key: key) ? states[differs[plan] ? plan : 0].stock : nil
    if draws.hasStockOnly(key: key) {
      var sum = values ?? [Double](repeating: 0, count: count)
      draws.addStockOnly(plan: plan, key: key, step: step, to: &sum)
      values = sum
    }
    return values
  }

  /// What a plan keeps of the base's shift in a draw: all of it, so that its difference from the base is the simulation's, unless
  /// it has fewer citizens left than the shift would add; with nobody left there is nothing to shift.
  private static func kept(_ shift: Double, plan: Double, base: Double) -> Double {
    guard shift > 0, plan < base else { return shift }
    return min(shift, max(plan, shift * max(0, plan) / base))
  }
}
