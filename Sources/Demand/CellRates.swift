import Glibc
import Placements
import Probability

/// The rates of one municipality's cells in one draw, in the base and under one plan at a time, each computed when first
/// asked for. One thread's scratch.
final class CellRates {
  private let simulator: FlowSimulator
  private let memory = BareMemory()
  private let strata: Int
  private let areas: Int
  private let horizon: Int
  private let areaOfStratum: UnsafePointer<Int>
  private let admission: FlowRates.View
  private let homecoming: FlowRates.View
  private let otherExit: FlowRates.View
  private let ageOut: FlowRates.View?
  private let transfer: FlowRates.View?
  private let homecomingCount: FlowRates.View?
  private let otherExitCount: FlowRates.View?
  private let exposure: UnsafePointer<Double>
  private let largestExposure: UnsafePointer<Double>
  private let baseBook: RateBook
  private let planBook: RateBook
  /// What a plan's hazards are above the base's.
  private let aboveBook: RateBook
  /// Other exits follow the area alone: `[area]`.
  private let exitShapes: RateShapes
  /// Ageing out and transfers, likewise.
  private let ageOutShapes: RateShapes
  private let transferShapes: RateShapes
  /// Admissions follow the area and the population: the area's part, likewise.
  private let admissionShapes: RateShapes
  /// By stratum: admissions a day at the largest exposure, without trend and season; and their bounds over the horizon, summed up.
  private let levels: UnsafeMutablePointer<Double>
  private let bounds: UnsafeMutablePointer<Double>
  private let isFollowed: UnsafeMutablePointer<Bool>
  private let edges: UnsafePointer<Double>
  /// Homecomings have the municipality's own trend and batches besides: `[area]`.
  private let homecomingShapes: RateShapes
  /// `[area · horizon + period]`: the gamma factors inside those shapes.
  private let homecomingFactors: UnsafeMutablePointer<Double>
  /// By period: what a plan makes of the population, a factor.
  private let populationRatio: UnsafeMutablePointer<Double>
  /// The municipality's own damped trend of homecomings.
  private let municipalityTime: UnsafeMutablePointer<Double>
  private var municipalityTimeReady = false
  private var plan: PreparedPlan
  private var touches: UnsafePointer<Touch>
  private var isBase = true
  private var municipality = 0
  private var draw = 0
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
    ageOut = simulator.ageOut?.view
    transfer = simulator.transfer?.view
    homecomingCount = simulator.homecomingCount?.view
    otherExitCount = simulator.otherExitCount?.view
    exposure = simulator.exposure.pointer
    largestExposure = simulator.largestExposure.pointer
    baseBook = RateBook(edges: simulator.edges, strata: strata, memory: memory)
    planBook = RateBook(edges: simulator.edges, strata: strata, memory: memory)
    aboveBook = RateBook(edges: simulator.edges, strata: strata, memory: memory)
    exitShapes = RateShapes(horizon: horizon, rows: areas, memory: memory)
    ageOutShapes = RateShapes(horizon: horizon, rows: areas, memory: memory)
    transferShapes = RateShapes(horizon: horizon, rows: areas, memory: memory)
    admissionShapes = RateShapes(horizon: horizon, rows: areas, memory: memory)
    levels = memory.filled(strata, with: 0)
    bounds = memory.filled(strata, with: 0)
    isFollowed = memory.filled(strata, with: false)
    for (s, knowledge) in simulator.panel.knowledge.enumerated() { isFollowed[s] = knowledge == .flowsAndStock }
    edges = simulator.edges.pointer
    homecomingShapes = RateShapes(horizon: horizon, rows: areas, memory: memory)
    homecomingFactors = memory.filled(areas * horizon, with: 1)
    populationRatio = memory.filled(horizon, with: 1)
    municipalityTime = memory.filled(horizon, with: 1)
    plan = reference
    touches = reference.touch.pointer
  }

  /// Forgets what the municipalities of a draw share.
  func begin(draw: Int) {
    self.draw = draw
    exitShapes.clear()
    ageOutShapes.clear()
    transferShapes.clear()
    baseBook.clear()
    admissionShapes.clear()
  }

  func begin(municipality: Int, reference: PreparedPlan) {
    self.municipality = municipality
    root = CounterStream.key(CounterStream.key(simulator.seed, UInt64(municipality)), UInt64(draw))
    plan = reference
    touches = reference.touch.pointer + municipality * strata
    isBase = true
    baseBook.clearOwn()
    homecomingShapes.clear()
    municipalityTimeReady = false
  }

  func use(_ plan: PreparedPlan) {
    self.plan = plan
    touches = plan.touch.pointer + municipality * strata
    isBase = false
    planBook.clear()
    aboveBook.clear()
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
    case .ageOut: return touch(stratum).isDisjoint(with: .ageOut)
    case .transfer: return touch(stratum).isDisjoint(with: .transfer)
    }
  }

  /// The book that has the row under the current plan, or in the base, with the row filled.
  @inline(__always)
  func book(_ row: RateBook.Row, _ stratum: Int, inBase: Bool = false) -> RateBook {
    if inBase || usesBase(row, stratum) {
      if !baseBook.ready(row, stratum) { fillBase(row, stratum) }
      return baseBook
    }
    if !planBook.ready(row, stratum) { fillPlan(row, stratum) }
    return planBook
  }

  // MARK: A plan's hazard beside the base's

  /// Of the base's exits in a period, the share that a plan keeps, which is 1 where its hazard is not below the base's.
  @inline(__always)
  func kept(_ row: RateBook.Row, _ stratum: Int, in period: Int) -> Double {
    let before = book(row, stratum, inBase: true).amount(row, stratum, in: period)
    let share = before > 0 ? book(row, stratum).amount(row, stratum, in: period) / before : 1
    return share > 1 - Self.rounding ? 1 : share
  }

  /// What the plan's hazard is above the base's; nil where it is nowhere above it.
  @inline(__always)
  func above(_ row: RateBook.Row, _ stratum: Int) -> RateBook? {
    if !aboveBook.ready(row, stratum) { fillAbove(row, stratum) }
    return aboveBook.total(row, stratum) > 0 ? aboveBook : nil
  }

  private func fillAbove(_ row: RateBook.Row, _ stratum: Int) {
    if let flow = flow(row), let factor = factorThroughout(row, stratum), let shape = hazardShape(row, area: areaOfStratum[stratum]) {
      return aboveBook.follow(row, stratum, shape: shape, level: level(flow, stratum) * max(0, factor - 1))
    }
    let (before, after) = (book(row, stratum, inBase: true), book(row, stratum))
    let amounts = aboveBook.ownAmounts(row, stratum)
    for t in 0..<horizon {
      let (old, new) = (before.amount(row, stratum, in: t), after.amount(row, stratum, in: t))
      amounts[t] = new - old > Self.rounding * old ? new - old : 0
    }
    aboveBook.finish(row, stratum)
  }

  /// Relative: differences of running integrals are known to some 1e-14, and where nothing is changed nothing may be.
  private static let rounding = 1e-12

  // MARK: Arrivals

  /// The arrivals of all followed strata, by stratum and time; the same for every plan.
  func fillArrivals(_ arrivals: inout [Arrival]) {
    arrivals.removeAll(keepingCapacity: true)
    var total = 0.0
    for s in 0..<strata {
      bounds[s] = total
      levels[s] = 0
      // Where nobody is followed there may be no rates at all to read.
      guard isFollowed[s] else { continue }
      let area = areaOfStratum[s]
      levels[s] = level(admission, s) * largestExposure[municipality * areas + area]
      total += levels[s] * admission.total(area: area, draw: draw)
      bounds[s] = total
    }
    var clocks = CounterStream(key: CounterStream.key(root, 1_000_000))
    let first = clocks.nextUniform()
    // −ln u is at least 1 − u: most municipalities have no arrival, and this spares them the logarithm.
    guard 1 - first < total else { return }
    var reached = -log(first)
    var stratum = 0
    var number: UInt64 = 4_000_000
    while reached < total {
      while bounds[stratum] <= reached { stratum += 1 }
      let area = areaOfStratum[stratum]
      let cell = municipality * areas + area
      let integral = shape(admission, in: admissionShapes, area: area)
      let wanted = (reached - (stratum == 0 ? 0 : bounds[stratum - 1])) / levels[stratum]
      var t = 0
      while t + 1 < horizon, integral[t + 1] <= wanted { t += 1 }
      let amount = integral[t + 1] - integral[t]
      let (start, end) = (edges[t], edges[t + 1])
      let time = min(start + (wanted - integral[t]) / amount * (end - start), end.nextDown)
      let key = CounterStream.key(root, number)
      let people = exposure[cell * horizon + t]
      arrivals.append(
        Arrival(
          stratum: Int32(stratum), period: Int32(t), time: time, threshold: CounterStream.uniform(key: key, 0) * amount * levels[stratum],
          mean: levels[stratum] / largestExposure[cell] * admission.days(area: area, draw: draw)[t] * people, key: key, firstCitizen: 0))
      number += 1
      reached += clocks.nextExponential()
    }
  }

  /// Expected clusters and citizens of admissions in an arrival's stratum and period under the current plan.
  func expectedAdmissions(_ arrival: Arrival) -> (clusters: Double, mean: Double) {
    let (stratum, t) = (Int(arrival.stratum), Int(arrival.period))
    var mean = arrival.mean
    if !usesBase(.admission, stratum) {
      withUnsafeMutablePointer(to: &mean) { applyChanges($0 - t, .admission, stratum, t..<t + 1) }
    }
    guard let theta = admission.theta(draw: draw) else { return (mean, mean) }
    return (Clusters.expected(mean: mean, theta: theta, inverse: 1 / theta), mean)
  }

  /// Above the expected number of the plan's admissions over the arrivals' rate; infinite where a number is added.
  func mostExcess(_ stratum: Int) -> Double {
    var factor = 1.0
    for index in plan.changesOfMunicipality[municipality] where applies(index, to: .admission, stratum) {
      guard plan.multiplies[index] else { return .infinity }
      factor *= max(1, plan.value(index, draw: draw))
    }
    // Clusters are never more than citizens, and the arrivals' rate is that of the largest exposure.
    return (factor - 1) * levels[stratum] * admission.total(area: areaOfStratum[stratum], draw: draw)
  }

  /// Fills the plan's admissions above the arrivals' rate.
  func fillExcess(_ stratum: Int) {
    fillPlan(.admission, stratum)
    keepExcess(.admission, stratum, over: admission.days(area: areaOfStratum[stratum], draw: draw), times: levels[stratum])
  }

  /// Expected clusters of a counted row and the means behind them, by period, in the base or under the plan.
  func counted(_ row: RateBook.Row, _ stratum: Int, inBase: Bool) -> (clusters: UnsafePointer<Double>, means: UnsafePointer<Double>) {
    let book = book(row, stratum, inBase: inBase)
    return (UnsafePointer(book.ownAmounts(row, stratum)), UnsafePointer(book.ownMeans(row, stratum)))
  }

  /// Leaves of a counted row under the plan what it has above the base.
  func keepExcess(_ row: RateBook.Row, _ stratum: Int) {
    keepExcess(row, stratum, over: baseBook.ownAmounts(row, stratum), times: 1)
  }

  private func keepExcess(_ row: RateBook.Row, _ stratum: Int, over base: UnsafePointer<Double>, times factor: Double) {
    let amounts = planBook.ownAmounts(row, stratum)
    for t in 0..<horizon { amounts[t] = max(0, amounts[t] - factor * base[t]) }
    planBook.finish(row, stratum)
  }

  /// What `fillExcess` or `keepExcess` left.
  var excess: RateBook { planBook }

  func has(_ row: RateBook.Row) -> Bool { flow(row) != nil }

  /// Of the row's negative binomial in this draw; nil for Poisson.
  func theta(_ row: RateBook.Row) -> Double? { flow(row)?.theta(draw: draw) }

  /// Factors of a hazard by band of time since admission; nil where there are none.
  @inline(__always)
  func tenure(_ row: RateBook.Row, _ stratum: Int) -> UnsafePointer<Double>? {
    switch row {
    case .homecoming: homecoming.tenure(stratum: stratum, draw: draw)
    case .otherExit: otherExit.tenure(stratum: stratum, draw: draw)
    case .ageOut: ageOut?.tenure(stratum: stratum, draw: draw)
    case .transfer, .admission, .homecomingCount, .otherExitCount: nil
    }
  }

  /// The uniform number at which a citizen of a profile leaves when others leave at `uniform`: the unit-exponential clock
  /// runs a factor faster.
  func scaled(_ uniform: Double, _ row: RateBook.Row, profile: Int32) -> Double {
    guard let factor = flow(row)?.factor(profile: profile, draw: draw), factor != 1 else { return uniform }
    return pow(uniform, 1 / factor)
  }

  // MARK: Filling

  @inline(__always)
  private func flow(_ row: RateBook.Row) -> FlowRates.View? {
    switch row {
    case .admission: admission
    case .homecoming: homecoming
    case .otherExit: otherExit
    case .ageOut: ageOut
    case .transfer: transfer
    case .homecomingCount: homecomingCount
    case .otherExitCount: otherExitCount
    }
  }

  /// Rate a day at the origin per unit of exposure, without season.
  @inline(__always)
  private func level(_ flow: FlowRates.View, _ stratum: Int) -> Double {
    flow.level(municipality: municipality, stratum: stratum, draw: draw) / FlowSimulator.daysPerYear
  }

  private func fillBase(_ row: RateBook.Row, _ stratum: Int) {
    guard let flow = flow(row) else { return }
    if let shape = hazardShape(row, area: areaOfStratum[stratum]) {
      baseBook.follow(row, stratum, shape: shape, level: level(flow, stratum))
    } else {
      fillCounted(flow, baseBook.ownAmounts(row, stratum), stratum)
      cluster(row, stratum, flow, in: baseBook)
      baseBook.finish(row, stratum)
    }
  }

  private func fillPlan(_ row: RateBook.Row, _ stratum: Int) {
    guard let flow = flow(row) else { return }
    if !row.isCounted, let factor = factorThroughout(row, stratum), let shape = hazardShape(row, area: areaOfStratum[stratum]) {
      return planBook.follow(row, stratum, shape: shape, level: level(flow, stratum) * factor)
    }
    let amounts = planBook.ownAmounts(row, stratum)
    switch row {
    case .homecoming: fillPlannedHomecomings(amounts, flow, stratum)
    case .otherExit, .ageOut, .transfer:
      let level = level(flow, stratum)
      let days = flow.days(area: areaOfStratum[stratum], draw: draw)
      for t in 0..<horizon { amounts[t] = level * days[t] }
      applyChanges(amounts, row, stratum, 0..<horizon)
    case .admission, .homecomingCount, .otherExitCount:
      fillCounted(flow, amounts, stratum)
      applyChanges(amounts, row, stratum, 0..<horizon)
      cluster(row, stratum, flow, in: planBook)
    }
    planBook.finish(row, stratum)
  }

  /// What the plan's changes make of a hazard where all of them are factors over the whole horizon: the base's shape at another level. Nil
  /// where one is not, or where the trend of homecomings rests.
  private func factorThroughout(_ row: RateBook.Row, _ stratum: Int) -> Double? {
    var factor = 1.0
    for index in plan.changesOfMunicipality[municipality] where applies(index, to: row, stratum) {
      guard plan.actsThroughout[index] else { return nil }
      factor *= plan.value(index, draw: draw)
    }
    let rests = row == .homecoming && plan.plan.batches.contains { $0.municipality == municipality && $0.replacesTrend && $0.strata[stratum] }
    return rests ? nil : factor
  }

  /// Changes act on the mean hazard; batches multiply what they leave, so that an added number keeps its mean.
  private func fillPlannedHomecomings(_ amounts: UnsafeMutablePointer<Double>, _ flow: FlowRates.View, _ stratum: Int) {
    let area = areaOfStratum[stratum]
    if !homecomingShapes.ready(area) { fillHomecomings(area) }
    let level = level(flow, stratum)
    let days = flow.days(area: area, draw: draw)
    for t in 0..<horizon { amounts[t] = level * days[t] * municipalityTime[t] }
    applyChanges(amounts, .homecoming, stratum, 0..<horizon)
    restTrend(amounts, stratum)
    let factors = homecomingFactors + area * horizon
    for t in 0..<horizon { amounts[t] *= factors[t] }
  }

  /// The integral that a hazard's row has in common with others; nil for counts.
  @inline(__always)
  private func hazardShape(_ row: RateBook.Row, area: Int) -> UnsafePointer<Double>? {
    switch row {
    case .otherExit: return shape(otherExit, in: exitShapes, area: area)
    case .ageOut: return ageOut.map { shape($0, in: ageOutShapes, area: area) }
    case .transfer: return transfer.map { shape($0, in: transferShapes, area: area) }
    case .homecoming:
      if !homecomingShapes.ready(area) { fillHomecomings(area) }
      return homecomingShapes.integral(area)
    case .admission, .homecomingCount, .otherExitCount: return nil
    }
  }

  /// The integral of the area's part of a flow, filled once a draw.
  @inline(__always)
  private func shape(_ flow: FlowRates.View, in shapes: RateShapes, area: Int) -> UnsafePointer<Double> {
    if !shapes.ready(area) {
      shapes.amounts(area).update(from: flow.days(area: area, draw: draw), count: horizon)
      shapes.integrate(area)
    }
    return shapes.integral(area)
  }

  private func fillHomecomings(_ area: Int) {
    if !municipalityTimeReady { fillMunicipalityTime() }
    let amounts = homecomingShapes.amounts(area)
    let days = homecoming.days(area: area, draw: draw)
    let factors = homecomingFactors + area * horizon
    if let table = simulator.frailty {
      // One gamma factor of mean 1 a period for the municipality's homecomings in an area: the batches.
      var stream = CounterStream(key: CounterStream.key(root, 2_000_000 + UInt64(area)))
      table.fill(factors, count: horizon, stream: &stream, draw: draw)
    }
    for t in 0..<horizon { amounts[t] = days[t] * municipalityTime[t] * factors[t] }
    homecomingShapes.integrate(area)
  }

  private func fillMunicipalityTime() {
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
    if let theta = flow.theta(draw: draw) { Clusters.expect(amounts, count: horizon, theta: theta) }
  }

  // MARK: Changes

  private func applies(_ index: Int, to row: RateBook.Row, _ stratum: Int) -> Bool {
    plan.reaches(index, stratum) && plan.targets[index].acts(on: row)
  }

  /// The plan's changes of a row in some periods: first of the population, then of the flow, each in the plan's order.
  private func applyChanges(_ amounts: UnsafeMutablePointer<Double>, _ row: RateBook.Row, _ stratum: Int, _ periods: Range<Int>) {
    var changesPopulation = false
    for index in plan.changesOfMunicipality[municipality] where plan.isOfPopulation[index] && applies(index, to: row, stratum) {
      if !changesPopulation { for t in periods { populationRatio[t] = 1 } }
      changesPopulation = true
      let value = plan.value(index, draw: draw)
      let step = plan.steps[index]
      let given = plan.multiplies[index] ? 0 : plan.shares[index][municipality * strata + stratum] * value
      for t in step.periods(within: periods) {
        let persons = exposure[(municipality * areas + areaOfStratum[stratum]) * horizon + t] * 10_000
        if persons > 0 { populationRatio[t] = step.changed(populationRatio[t], by: value, given: given / persons, in: t) }
      }
    }
    if changesPopulation { for t in periods { amounts[t] *= populationRatio[t] } }
    for index in plan.changesOfMunicipality[municipality] where !plan.isOfPopulation[index] && applies(index, to: row, stratum) {
      let value = plan.value(index, draw: draw)
      let step = plan.steps[index]
      let given = plan.multiplies[index] ? 0 : added(index, value, row, stratum)
      for t in step.periods(within: periods) { amounts[t] = step.changed(amounts[t], by: value, given: given, in: t) }
    }
  }

  /// An added or set number by period: for arrivals this cell's share of it, for exits a hazard of every citizen.
  private func added(_ index: Int, _ value: Double, _ row: RateBook.Row, _ stratum: Int) -> Double {
    let share = plan.shares[index][municipality * strata + stratum]
    guard !row.isCounted else { return value * share }
    let present = residents(row, stratum)
    return present > 0 ? value * share / present : 0
  }

  /// Citizens of the stratum at the origin, each weighed by the factors of the time since admission and of what is known of them.
  private func residents(_ row: RateBook.Row, _ stratum: Int) -> Double {
    let factors = tenure(row, stratum)
    let (present, admitted, traits) = (simulator.residents[municipality], simulator.admitted[municipality], simulator.traits[municipality])
    var sum = 0.0
    for index in present.indices where present[index].stratum == stratum {
      var weight = factors.map { $0[RateBook.band(-admitted[index])] } ?? 1
      if !traits.isEmpty { weight *= flow(row)?.factor(profile: traits[index].profile, draw: draw) ?? 1 }
      sum += weight
    }
    return sum
  }

  /// Fitted homecomings rest between a batch's announcement and the batch.
  private func restTrend(_ amounts: UnsafeMutablePointer<Double>, _ stratum: Int) {
    for (index, batch) in plan.plan.batches.enumerated()
    where batch.municipality == municipality && batch.replacesTrend && batch.strata[stratum] {
      let until = leaving(batch, index)
      for t in 0..<horizon {
        let from = max(edges[t], batch.announced)
        let to = min(edges[t + 1], until)
        if to > from { amounts[t] *= 1 - (to - from) / (edges[t + 1] - edges[t]) }
      }
    }
  }

  func leaving(_ batch: BatchHomecoming, _ index: Int) -> Double {
    batch.leaving + plan.delay[index][draw] * FlowSimulator.daysPerYear / 12
  }
}
