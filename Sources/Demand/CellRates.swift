import Glibc
import Placements
import Probability

/// The rates of one municipality's cells in one draw, in the base and under one plan at a time, each computed when first
/// asked for. One thread's scratch.
struct CellRates {
  private let simulator: FlowSimulator
  private let memory = BareMemory()
  private let strata: Int
  private let areas: Int
  private let horizon: Int
  private let areaOfStratum: UnsafePointer<Int>
  private let admission: FlowRates.View
  private let homecoming: FlowRates.View
  private let otherExit: FlowRates.View
  private let homecomingCount: FlowRates.View?
  private let otherExitCount: FlowRates.View?
  private let exposure: UnsafePointer<Double>
  private let largestExposure: UnsafePointer<Double>
  private let baseBook: RateBook
  private let planBook: RateBook
  /// Other exits follow the area alone: `[draw in the block · areas + area]`.
  private let exitShapes: RateShapes
  /// Homecomings have the municipality's own trend and batches besides: `[area]`.
  private let homecomingShapes: RateShapes
  /// The municipality's own damped trend of homecomings.
  private let municipalityTime: UnsafeMutablePointer<Double>
  private var municipalityTimeReady = false
  private var plan: PreparedPlan
  private var touches: UnsafePointer<Touch>
  private var isBase = true
  private(set) var municipality = 0
  private(set) var draw = 0
  /// Key of all random numbers of the municipality in this draw.
  private(set) var root: UInt64 = 0

  init(simulator: FlowSimulator, reference: PreparedPlan) {
    self.simulator = simulator
    strata = simulator.panel.strata.count
    areas = simulator.panel.areas.count
    horizon = simulator.horizon
    areaOfStratum = simulator.areaOfStratum.pointer
    admission = simulator.admission.view
    homecoming = simulator.homecoming.view
    otherExit = simulator.otherExit.view
    homecomingCount = simulator.homecomingCount?.view
    otherExitCount = simulator.otherExitCount?.view
    exposure = simulator.exposure.pointer
    largestExposure = simulator.largestExposure.pointer
    baseBook = RateBook(edges: simulator.edges, strata: strata, memory: memory)
    planBook = RateBook(edges: simulator.edges, strata: strata, memory: memory)
    exitShapes = RateShapes(horizon: horizon, rows: EventTally.width * areas, memory: memory)
    homecomingShapes = RateShapes(horizon: horizon, rows: areas, memory: memory)
    municipalityTime = memory.filled(horizon, with: 1)
    plan = reference
    touches = reference.touch.pointer
  }

  /// Forgets what was shared by the draws of a block.
  func beginBlock() { exitShapes.clear() }

  mutating func begin(municipality: Int, draw: Int, reference: PreparedPlan) {
    self.municipality = municipality
    self.draw = draw
    root = StreamKey.of(simulator.seed, UInt64(municipality) &+ 1, UInt64(draw))
    plan = reference
    touches = reference.touch.pointer + municipality * strata
    isBase = true
    baseBook.clear()
    homecomingShapes.clear()
    municipalityTimeReady = false
  }

  mutating func use(_ plan: PreparedPlan) {
    self.plan = plan
    touches = plan.touch.pointer + municipality * strata
    isBase = false
    planBook.clear()
  }

  @inline(__always)
  func touch(_ stratum: Int) -> Touch { touches[stratum] }

  /// True where the current plan leaves the row as it is in the base.
  @inline(__always)
  func usesBase(_ row: RateBook.Row, _ stratum: Int) -> Bool {
    if isBase { return true }
    switch row {
    case .admission: return touch(stratum).isDisjoint(with: .admissionRate)
    case .homecoming, .homecomingCount: return touch(stratum).isDisjoint(with: .homecoming)
    case .otherExit, .otherExitCount: return touch(stratum).isDisjoint(with: .otherExit)
    }
  }

  /// The book that has the row under the current plan, or in the base, with the row filled.
  @inline(__always)
  mutating func book(_ row: RateBook.Row, _ stratum: Int, inBase: Bool = false) -> RateBook {
    if inBase || usesBase(row, stratum) {
      if !baseBook.ready(row, stratum) { fillBase(row, stratum) }
      return baseBook
    }
    if !planBook.ready(row, stratum) { fillPlan(row, stratum) }
    return planBook
  }

  /// An upper bound of the base's clusters over the horizon: most cells have none, and this spares them their rates.
  @inline(__always)
  func mostArrivals(_ stratum: Int) -> Double {
    let area = areaOfStratum[stratum]
    return level(admission, stratum) * largestExposure[municipality * areas + area] * admission.total(area: area, draw: draw) * 1.000001
  }

  /// How much the plan can raise a cell's admissions at most.
  func largestIncrease(_ stratum: Int) -> Double {
    var factor = 1.0
    for index in plan.plan.changes.indices where applies(index, to: .admission, stratum) {
      guard plan.multiplies[index] else { return .infinity }
      factor *= max(1, plan.value(index, draw: draw))
    }
    return factor
  }

  /// Of the row's negative binomial in this draw; nil for Poisson.
  func theta(_ row: RateBook.Row) -> Double? { flow(row)?.theta(draw: draw) }

  // MARK: Filling

  @inline(__always)
  private func flow(_ row: RateBook.Row) -> FlowRates.View? {
    switch row {
    case .admission: admission
    case .homecoming: homecoming
    case .otherExit: otherExit
    case .homecomingCount: homecomingCount
    case .otherExitCount: otherExitCount
    }
  }

  /// Rate a day at the origin per unit of exposure, without season.
  @inline(__always)
  private func level(_ flow: FlowRates.View, _ stratum: Int) -> Double {
    flow.level(municipality: municipality, stratum: stratum, draw: draw) / FlowSimulator.daysPerYear
  }

  private mutating func fillBase(_ row: RateBook.Row, _ stratum: Int) {
    guard let flow = flow(row) else { return }
    if let (shapes, index) = shape(row, stratum) {
      baseBook.follow(row, stratum, shape: shapes.integral(index), level: level(flow, stratum))
    } else {
      fillCounted(flow, baseBook.ownAmounts(row, stratum), stratum)
      cluster(row, stratum, flow, in: baseBook)
      baseBook.finish(row, stratum)
    }
  }

  private mutating func fillPlan(_ row: RateBook.Row, _ stratum: Int) {
    guard let flow = flow(row) else { return }
    let amounts = planBook.ownAmounts(row, stratum)
    if let (shapes, index) = shape(row, stratum) {
      let level = level(flow, stratum)
      let shape = shapes.amounts(index)
      for t in 0..<horizon { amounts[t] = level * shape[t] }
    } else {
      fillCounted(flow, amounts, stratum)
    }
    for index in plan.plan.changes.indices where applies(index, to: row, stratum) { change(index, amounts, row, stratum) }
    if row == .homecoming { restTrend(amounts, stratum) }
    if row.isCounted { cluster(row, stratum, flow, in: planBook) }
    planBook.finish(row, stratum)
  }

  /// The shape that a hazard's row has in common with others; nil for counts.
  @inline(__always)
  private mutating func shape(_ row: RateBook.Row, _ stratum: Int) -> (RateShapes, Int)? {
    let area = areaOfStratum[stratum]
    switch row {
    case .otherExit:
      let index = draw % EventTally.width * areas + area
      if !exitShapes.ready(index) {
        exitShapes.amounts(index).update(from: otherExit.days(area: area, draw: draw), count: horizon)
        exitShapes.integrate(index)
      }
      return (exitShapes, index)
    case .homecoming:
      if !homecomingShapes.ready(area) { fillHomecomings(area) }
      return (homecomingShapes, area)
    case .admission, .homecomingCount, .otherExitCount: return nil
    }
  }

  private mutating func fillHomecomings(_ area: Int) {
    if !municipalityTimeReady { fillMunicipalityTime() }
    let amounts = homecomingShapes.amounts(area)
    let days = homecoming.days(area: area, draw: draw)
    for t in 0..<horizon { amounts[t] = days[t] * municipalityTime[t] }
    if let table = simulator.frailty {
      // One gamma factor of mean 1 a period for the municipality's homecomings in an area: the batches.
      var stream = CounterStream(key: CounterStream.key(root, 2_000_000 + UInt64(area)))
      table.multiply(amounts, count: horizon, stream: &stream, draw: draw)
    }
    homecomingShapes.integrate(area)
  }

  private mutating func fillMunicipalityTime() {
    municipalityTimeReady = true
    guard let slope = homecoming.slope(municipality: municipality, draw: draw) else { return }
    let damped = simulator.damped.pointer
    var value = exp(slope * damped[0])
    municipalityTime[0] = value
    for t in 1..<max(1, horizon) {
      // By the series of the exponential, which leaves out less than 3e-9, where the step is small.
      let step = slope * (damped[t] - damped[t - 1])
      value *= abs(step) < 0.05 ? 1 + step * (1 + step * (0.5 + step * (1.0 / 6 + step * (1.0 / 24)))) : exp(step)
      municipalityTime[t] = value
    }
  }

  /// Mean events by period of a counted row.
  @inline(__always)
  private func fillCounted(_ flow: FlowRates.View, _ amounts: UnsafeMutablePointer<Double>, _ stratum: Int) {
    let area = areaOfStratum[stratum]
    let level = level(flow, stratum)
    let days = flow.days(area: area, draw: draw)
    let people = exposure + (municipality * areas + area) * horizon
    for t in 0..<horizon { amounts[t] = level * days[t] * people[t] }
  }

  /// Keeps the means and turns the events into clusters.
  @inline(__always)
  private func cluster(_ row: RateBook.Row, _ stratum: Int, _ flow: FlowRates.View, in book: RateBook) {
    let amounts = book.ownAmounts(row, stratum)
    book.ownMeans(row, stratum).update(from: amounts, count: horizon)
    if let theta = flow.theta(draw: draw) { clusters(amounts, count: horizon, theta: theta) }
  }

  // MARK: Changes

  private func applies(_ index: Int, to row: RateBook.Row, _ stratum: Int) -> Bool {
    let change = plan.plan.changes[index]
    return change.municipalities[municipality] && change.strata[stratum] && change.target.acts(on: row)
  }

  private func change(_ index: Int, _ amounts: UnsafeMutablePointer<Double>, _ row: RateBook.Row, _ stratum: Int) {
    let change = plan.plan.changes[index]
    let value = plan.value(index, draw: draw)
    for t in change.periods.clamped(to: 0..<horizon) {
      switch change.effect {
      case .multiply: amounts[t] *= value
      case .add: amounts[t] = max(0, amounts[t] + added(index, value, amounts[t], row, stratum, t))
      }
    }
  }

  /// An added number by period: for arrivals this cell's share of it, for exits a hazard of every citizen.
  private func added(_ index: Int, _ value: Double, _ amount: Double, _ row: RateBook.Row, _ stratum: Int, _ t: Int) -> Double {
    let share = plan.shares[index][municipality * strata + stratum]
    switch plan.plan.changes[index].target {
    case .population:
      let persons = exposure[(municipality * areas + areaOfStratum[stratum]) * horizon + t] * 10_000
      return persons > 0 ? amount * share * value / persons : 0
    case .flow(.homecoming) where row == .homecoming, .flow(.otherExit) where row == .otherExit:
      let present = Double(simulator.residents[municipality].count { $0.stratum == stratum })
      return present > 0 ? value * share / present : 0
    default: return value * share
    }
  }

  /// Fitted homecomings rest between a batch's announcement and the batch.
  private func restTrend(_ amounts: UnsafeMutablePointer<Double>, _ stratum: Int) {
    for (index, batch) in plan.plan.batches.enumerated()
    where batch.municipality == municipality && batch.replacesTrend && batch.strata[stratum] {
      let until = leaving(batch, index)
      for t in 0..<horizon {
        let from = max(simulator.edges[t], batch.announced)
        let to = min(simulator.edges[t + 1], until)
        if to > from { amounts[t] *= 1 - (to - from) / (simulator.edges[t + 1] - simulator.edges[t]) }
      }
    }
  }

  func leaving(_ batch: BatchHomecoming, _ index: Int) -> Double {
    batch.leaving + plan.delay[index][draw] * FlowSimulator.daysPerYear / 12
  }
}
