import Glibc
import Placements
import Probability

/// One thread's scratch: simulates a municipality in a draw under every plan and adds the events to the tallies.
struct PathWorker {
  private let simulator: FlowSimulator
  private let plans: [PreparedPlan]
  private let keys: TallyKeys
  private let base: EventTally
  private let differences: [EventTally]
  private let memory: Scratch
  private let baseBook: RateBook
  private let book: RateBook
  private let strataCount: Int
  private let areaOfStratum: [Int]
  /// Strata whose citizens are followed one by one.
  private let isFollowed: [Bool]
  private let countsEvents: Bool
  private var frailty: [Double]
  private var frailtyReady: [Bool]
  private var municipalityTime: [Double]
  private var municipalityTimeReady = false
  private var baseSpells: [Spell] = []
  private var spells: [Spell] = []
  private let rates: UnsafeMutablePointer<Double>
  private let means: UnsafeMutablePointer<Double>
  /// By stratum in the base: when the first cluster of admissions comes, in units of the integrated rate, and a bound of that.
  private var firstCluster: [Double]
  private var mostClusters: [Double]
  /// Where each base citizen's spells begin, and one past the last.
  private var citizenStarts: [Int] = []
  /// By stratum: the first base citizen that was admitted to it.
  private var firstCitizen: [Int]
  private var nextCitizen: Int32 = 0
  private var municipality = 0
  private var draw = 0
  private var plan = 0
  private var current: PreparedPlan
  /// Whether anything that is counted depends on who lives in which offer.
  private let tracksOffers: Bool

  init(simulator: FlowSimulator, plans: [PreparedPlan], keys: TallyKeys, base: EventTally, differences: [EventTally]) {
    self.simulator = simulator
    self.plans = plans
    self.keys = keys
    self.base = base
    self.differences = differences
    current = plans[0]
    tracksOffers = keys.isByOffer || plans.contains { $0.needsOffers }
    let strata = simulator.panel.strata.count
    strataCount = strata
    areaOfStratum = simulator.panel.areaOfStratum
    isFollowed = simulator.panel.knowledge.map { $0 == .flowsAndStock }
    countsEvents = simulator.panel.knowledge.contains(.flowsOnly)
    memory = Scratch(count: 2 * simulator.horizon)
    baseBook = RateBook(edges: simulator.edges, strata: strata)
    book = RateBook(edges: simulator.edges, strata: strata)
    frailty = [Double](repeating: 1, count: simulator.panel.areas.count * simulator.horizon)
    frailtyReady = [Bool](repeating: false, count: simulator.panel.areas.count)
    municipalityTime = [Double](repeating: 1, count: simulator.horizon)
    rates = memory.pointer
    means = memory.pointer + simulator.horizon
    firstCluster = [Double](repeating: 0, count: strata)
    mostClusters = firstCluster
    firstCitizen = [Int](repeating: 0, count: strata + 1)
  }

  mutating func run(municipality: Int, draw: Int) {
    self.municipality = municipality
    self.draw = draw
    prepare()
    plan = 0
    current = plans[0]
    simulateBase()
    swap(&spells, &baseSpells)
    for spell in baseSpells { count(spell, sign: 1, into: base) }
    countEvents(sign: 1, into: base, fromBase: true)
    for index in 1..<plans.count where plans[index].touches[municipality] {
      plan = index
      current = plans[index]
      book.clear()
      simulateChanged(into: differences[index - 1])
      countEvents(sign: 1, into: differences[index - 1], fromBase: false)
      countEvents(sign: -1, into: differences[index - 1], fromBase: true)
    }
  }

  private mutating func prepare() {
    baseBook.clear()
    municipalityTimeReady = false
    for area in frailtyReady.indices { frailtyReady[area] = false }
  }

  /// The municipality's own damped trend of homecomings.
  private mutating func fillMunicipalityTime() {
    municipalityTimeReady = true
    let slopes = simulator.homecoming.municipalitySlope
    guard !slopes.isEmpty else { return }
    let slope = slopes[municipality * simulator.draws + draw]
    for t in 0..<simulator.horizon { municipalityTime[t] = exp(slope * simulator.damped[t]) }
  }

  // MARK: Paths

  /// Seed of the municipality in this draw.
  private var root: UInt64 { mixed(UInt64(municipality) &+ 1, UInt64(draw)) }

  /// Everybody's path in the base; spells of one citizen stand together.
  private mutating func simulateBase() {
    spells.removeAll(keepingCapacity: true)
    citizenStarts.removeAll(keepingCapacity: true)
    let root = root
    for (number, resident) in simulator.residents[municipality].enumerated() {
      citizenStarts.append(spells.count)
      follow(
        Spell(
          citizen: Int32(number), stratum: Int32(resident.stratum), offer: Int32(resident.offer ?? -1), entry: .resident,
          cause: .stays, start: 0, end: 0, key: mixed(root, UInt64(number))))
    }
    for stratum in 0..<strataCount {
      firstCitizen[stratum] = citizenStarts.count
      if isFollowed[stratum] { admit(stratum: stratum) }
    }
    firstCitizen[strataCount] = citizenStarts.count
    citizenStarts.append(spells.count)
    nextCitizen = Int32(citizenStarts.count)
  }

  /// Runs again only those whose path the plan can change, and counts what differs.
  private mutating func simulateChanged(into tally: EventTally) {
    spells.removeAll(keepingCapacity: true)
    followChanged(0..<firstCitizen[0], into: tally)
    for stratum in 0..<strataCount {
      let citizens = firstCitizen[stratum]..<firstCitizen[stratum + 1]
      if !touch(stratum).isDisjoint(with: .admission), isFollowed[stratum] {
        for at in citizenStarts[citizens.lowerBound]..<citizenStarts[citizens.upperBound] { count(baseSpells[at], sign: -1, into: tally) }
        admit(stratum: stratum)
      } else {
        followChanged(citizens, into: tally)
      }
    }
    if !current.plan.batches.isEmpty { applyBatches() }
    for spell in spells { count(spell, sign: 1, into: tally) }
  }

  private mutating func followChanged(_ citizens: Range<Int>, into tally: EventTally) {
    guard current.changesPaths[municipality] else { return }
    for citizen in citizens {
      let span = citizenStarts[citizen]..<citizenStarts[citizen + 1]
      guard span.contains(where: { !touch(Int(baseSpells[$0].stratum)).isDisjoint(with: .path) }) else { continue }
      for at in span { count(baseSpells[at], sign: -1, into: tally) }
      follow(baseSpells[span.lowerBound])
    }
  }

  @inline(__always)
  private func touch(_ stratum: Int) -> Touch { current.touch[municipality * strataCount + stratum] }

  /// Hash of two keys and the seed, as the seed of a citizen's or cell's own stream.
  @inline(__always)
  private func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
    StreamKey.of(simulator.seed, a, b)
  }

  @inline(__always)
  private func period(at time: Double) -> Int { Int(simulator.periodOfDay[Int(time)]) }

  /// Follows a citizen from the spell's start through moves to the end; appends every spell.
  private mutating func follow(_ first: Spell) {
    var spell = first
    var number: UInt64 = 0
    while true {
      var clocks = RandomStream(seed: spell.key, pair: number, 11)
      let home = clocks.nextExponential()
      let exit = clocks.nextExponential()
      let move = clocks.nextExponential()
      let direction = clocks.nextUniform()
      let choice = clocks.nextUniform()
      let stratum = Int(spell.stratum)
      let at = period(at: spell.start)
      spell.end = .infinity
      spell.cause = .stays
      consider(.otherExit, exit, .otherExit, at: at, spell: &spell)
      let moveRate = simulator.transfers.rate[draw * simulator.transfers.strata + stratum]
      if moveRate > 0, spell.start + move / moveRate < min(spell.end, simulator.endOfTime) {
        spell.end = spell.start + move / moveRate
        spell.cause = .move
      }
      consider(.homecoming, home, .homecoming, at: at, spell: &spell)
      guard leaveClosingOffers(&spell) else { return }
      spells.append(spell)
      guard spell.cause == .move else { return }
      let destination = simulator.transfers.destination(from: stratum, uniform: direction)
      spell.stratum = Int32(destination)
      spell.offer = offer(in: destination, at: spell.end, uniform: choice)
      spell.entry = .move
      spell.start = spell.end
      number += 1
    }
  }

  /// Those who live in a closing offer move to another of their stratum, else of their area and kind, else leave.
  /// False when the citizen has left.
  private mutating func leaveClosingOffers(_ spell: inout Spell) -> Bool {
    while tracksOffers, spell.offer >= 0 {
      let closing = current.closing[Int(spell.offer)]
      guard closing < min(spell.end, simulator.endOfTime) else { return true }
      let day = max(closing, spell.start)
      let lot = RandomStream.uniform(seed: simulator.seed, spell.key, UInt64(spell.offer) &+ 1, 29)
      let (stratum, next) = refuge(from: Int(spell.stratum), at: day, uniform: lot)
      var before = spell
      before.end = day
      before.cause = next < 0 ? .otherExit : .move
      spells.append(before)
      if next < 0 { return false }
      spell.offer = next
      spell.stratum = Int32(stratum)
      spell.entry = .move
      spell.start = day
    }
    return true
  }

  @inline(__always)
  private mutating func consider(_ row: RateBook.Row, _ amount: Double, _ cause: Spell.Cause, at period: Int, spell: inout Spell) {
    let stratum = Int(spell.stratum)
    let end: Double
    if usesBase(row, stratum) {
      if !baseBook.ready(row, stratum) { fillBase(row, stratum) }
      end = baseBook.crossing(row, stratum, start: spell.start, period: period, amount: amount)
    } else {
      if !book.ready(row, stratum) { fillScenario(row, stratum) }
      end = book.crossing(row, stratum, start: spell.start, period: period, amount: amount)
    }
    if end < spell.end {
      spell.end = end
      spell.cause = cause
    }
  }

  private mutating func admit(stratum: Int) {
    let fromBase = usesBase(.admission, stratum)
    if plan == 0 {
      mostClusters[stratum] = mostArrivals(stratum)
      firstCluster[stratum] = -log(RandomStream.uniform(seed: simulator.seed, root, UInt64(stratum), 13))
    }
    guard firstCluster[stratum] < mostClusters[stratum] * (fromBase ? 1 : largestIncrease(stratum)) else { return }
    let book = fromBase ? baseBook : self.book
    if !book.ready(.admission, stratum) { fromBase ? fillBase(.admission, stratum) : fillScenario(.admission, stratum) }
    let cell = mixed(root, 1_000_000 + UInt64(stratum))
    var clocks = RandomStream(seed: cell, pair: 0, 13)
    var reached = firstCluster[stratum]
    let total = book.integralEnd(.admission, stratum)
    var number: UInt64 = 0
    while reached < total {
      let (time, period, mean) = book.arrival(.admission, stratum, reached: reached)
      let key = mixed(cell, number)
      var stream = RandomStream(seed: key, pair: 1, 17)
      let size = clusterSize(mean: mean, theta: simulator.admission.theta?[draw], stream: &stream)
      for member in 0..<size {
        let start =
          member == 0
          ? time : simulator.edges[period] + stream.nextUniform() * (simulator.edges[period + 1] - simulator.edges[period])
        let choice = stream.nextUniform()
        if plan == 0 { citizenStarts.append(spells.count) } else { nextCitizen += 1 }
        follow(
          Spell(
            citizen: plan == 0 ? Int32(citizenStarts.count - 1) : nextCitizen, stratum: Int32(stratum), offer: offer(in: stratum, at: start, uniform: choice), entry: .admission,
            cause: .stays, start: start, end: 0, key: mixed(key, UInt64(member) + 7)))
      }
      number += 1
      reached += clocks.nextExponential()
    }
  }

  /// An upper bound of the clusters over the horizon: most cells have none, and this spares them their rates.
  @inline(__always)
  private func mostArrivals(_ stratum: Int) -> Double {
    let flow = simulator.admission
    let area = areaOfStratum[stratum]
    let level = flow.level(municipality: municipality, stratum: stratum, draw: draw) / FlowSimulator.daysPerYear
    return level * simulator.largestExposure[municipality * flow.areas + area] * flow.areaTotal[draw * flow.areas + area] * 1.000001
  }

  /// How much the plan can raise a cell's admissions at most.
  private func largestIncrease(_ stratum: Int) -> Double {
    var factor = 1.0
    for (index, change) in current.plan.changes.enumerated() where applies(change, to: .admission, stratum) {
      guard case .multiply = change.effect else { return .infinity }
      factor *= max(1, current.values[index * simulator.draws + draw])
    }
    return factor
  }

  @inline(__always)
  private func clusterSize(mean: Double, theta: Double?, stream: inout RandomStream) -> Int {
    guard let theta else { return 1 }
    let p = min(mean / (mean + theta), 1 - 1e-9)
    return p < 1e-9 ? 1 : stream.nextLogSeries(p)
  }

  /// The offer that takes a new citizen; −1 where offers are not known or none is open.
  private func offer(in stratum: Int, at time: Double, uniform: Double) -> Int32 {
    guard tracksOffers else { return -1 }
    let windows = current.windows[stratum]
    var total = 0.0
    for window in windows { total += window.weight(at: time) }
    guard total > 0 else { return -1 }
    var rest = uniform * total
    for window in windows {
      rest -= window.weight(at: time)
      if rest < 0 { return Int32(window.offer) }
    }
    return Int32(windows.last { $0.weight(at: time) > 0 }?.offer ?? -1)
  }

  // MARK: Rates

  /// True where the current plan leaves the row as it is in the base.
  @inline(__always)
  private func usesBase(_ row: RateBook.Row, _ stratum: Int) -> Bool {
    if plan == 0 { return true }
    switch row {
    case .admission: return touch(stratum).isDisjoint(with: .admissionRate)
    case .homecoming, .homecomingCount: return touch(stratum).isDisjoint(with: .homecoming)
    case .otherExit, .otherExitCount: return touch(stratum).isDisjoint(with: .otherExit)
    }
  }

  private func applies(_ change: RateChange, to row: RateBook.Row, _ stratum: Int) -> Bool {
    change.municipalities[municipality] && change.strata[stratum] && change.target.acts(on: row)
  }

  private mutating func fillBase(_ row: RateBook.Row, _ stratum: Int) {
    fillPlain(row, stratum)
    if row.isCounted { cluster(row) }
    baseBook.set(row, stratum, rates: rates, means: means)
  }

  private mutating func fillScenario(_ row: RateBook.Row, _ stratum: Int) {
    fillPlain(row, stratum)
    for (index, change) in current.plan.changes.enumerated() where applies(change, to: row, stratum) {
      let value = current.values[index * simulator.draws + draw]
      for t in change.periods.clamped(to: 0..<simulator.horizon) {
        switch change.effect {
        case .multiply: rates[t] *= value
        case .add: rates[t] = max(0, rates[t] + added(change, index, value, row, stratum, t))
        }
      }
    }
    if row == .homecoming { restTrend(stratum) }
    if row.isCounted { cluster(row) }
    book.set(row, stratum, rates: rates, means: means)
  }

  /// An added number as a rate per day: for arrivals this cell's share of it, for exits a hazard of every citizen.
  private func added(_ change: RateChange, _ index: Int, _ value: Double, _ row: RateBook.Row, _ stratum: Int, _ t: Int) -> Double {
    let days = simulator.edges[t + 1] - simulator.edges[t]
    let share = current.shares[index][municipality * strataCount + stratum]
    switch change.target {
    case .population:
      let area = areaOfStratum[stratum]
      let at = (municipality * simulator.panel.areas.count + area) * simulator.horizon + t
      let persons = simulator.exposure[at] * 10_000
      return persons > 0 ? rates[t] * share * value / persons : 0
    case .flow(.homecoming) where row == .homecoming, .flow(.otherExit) where row == .otherExit:
      let present = Double(simulator.residents[municipality].count { $0.stratum == stratum })
      return present > 0 ? value * share / present / days : 0
    default: return value * share / days
    }
  }

  /// Fitted homecomings rest between a batch's announcement and the batch.
  private mutating func restTrend(_ stratum: Int) {
    for (index, batch) in current.plan.batches.enumerated()
    where batch.municipality == municipality && batch.replacesTrend && batch.strata[stratum] {
      let until = leaving(batch, index)
      for t in 0..<simulator.horizon {
        let from = max(simulator.edges[t], batch.announced)
        let to = min(simulator.edges[t + 1], until)
        guard to > from else { continue }
        rates[t] *= 1 - (to - from) / (simulator.edges[t + 1] - simulator.edges[t])
      }
    }
  }

  private func leaving(_ batch: BatchHomecoming, _ index: Int) -> Double {
    batch.leaving + current.delay[index][draw] * FlowSimulator.daysPerYear / 12
  }

  /// Rates per day before clustering.
  private mutating func fillPlain(_ row: RateBook.Row, _ stratum: Int) {
    guard let flow = flow(row) else { return }
    let area = areaOfStratum[stratum]
    let level = flow.level(municipality: municipality, stratum: stratum, draw: draw) / FlowSimulator.daysPerYear
    let horizon = simulator.horizon
    let rates = rates
    flow.areaTime.withUnsafeBufferPointer { all in
      let time = UnsafeBufferPointer(rebasing: all[(draw * flow.areas + area) * horizon..<(draw * flow.areas + area + 1) * horizon])
      switch row {
      case .homecoming: break
      case .otherExit:
        for t in 0..<horizon { rates[t] = level * time[t] }
      case .admission, .homecomingCount, .otherExitCount:
        simulator.exposure.withUnsafeBufferPointer { people in
          let start = (municipality * flow.areas + area) * horizon
          for t in 0..<horizon { rates[t] = level * time[t] * people[start + t] }
        }
      }
    }
    guard row == .homecoming else { return }
    if !municipalityTimeReady { fillMunicipalityTime() }
    if !frailtyReady[area] { drawFrailty(area) }
    let time = (draw * flow.areas + area) * horizon
    flow.areaTime.withUnsafeBufferPointer { all in
      frailty.withUnsafeBufferPointer { shock in
        municipalityTime.withUnsafeBufferPointer { own in
          for t in 0..<horizon { rates[t] = level * all[time + t] * own[t] * shock[area * horizon + t] }
        }
      }
    }
  }

  private func flow(_ row: RateBook.Row) -> FlowRates? {
    switch row {
    case .admission: simulator.admission
    case .homecoming: simulator.homecoming
    case .otherExit: simulator.otherExit
    case .homecomingCount: simulator.homecomingCount
    case .otherExitCount: simulator.otherExitCount
    }
  }

  /// Turns mean rates into rates of clusters.
  private mutating func cluster(_ row: RateBook.Row) {
    let theta = flow(row)?.theta?[draw]
    let (rates, means, days) = (rates, means, simulator.days)
    days.withUnsafeBufferPointer { days in
      for t in days.indices {
        means[t] = rates[t] * days[t]
        if let theta { rates[t] = clusterRate(mean: means[t], theta: theta) / days[t] }
      }
    }
  }

  /// One gamma factor of mean 1 a period for the municipality's homecomings in an area: the batches.
  private mutating func drawFrailty(_ area: Int) {
    frailtyReady[area] = true
    let start = area * simulator.horizon
    guard let table = simulator.frailty else {
      for t in 0..<simulator.horizon { frailty[start + t] = 1 }
      return
    }
    var stream = RandomStream(seed: mixed(UInt64(municipality) &+ 1, UInt64(draw)), pair: 2_000_000 + UInt64(area), 19)
    for t in 0..<simulator.horizon { frailty[start + t] = table.factor(stream.nextUniform(), draw: draw) }
  }

  // MARK: Batches and closures

  private mutating func applyBatches() {
    for (index, batch) in current.plan.batches.enumerated() where batch.municipality == municipality {
      let time = leaving(batch, index)
      guard time < simulator.endOfTime else { continue }
      let wanted = Int((Double(batch.number) * min(1, current.realised[index][draw])).rounded())
      let present = spells.indices.filter { at in
        let spell = spells[at]
        return spell.start <= time && spell.end > time && batch.strata[Int(spell.stratum)]
          && (batch.offer.map { Int(spell.offer) == $0 } ?? true)
      }
      let ranked = present.sorted { lot(spells[$0], batch) < lot(spells[$1], batch) }
      let leavers = ranked.prefix(wanted)
      guard !leavers.isEmpty else { continue }
      let citizens = leavers.map { spells[$0].citizen }
      for at in leavers {
        spells[at].end = time
        spells[at].cause = .homecoming
      }
      spells.removeAll { $0.start > time && citizens.contains($0.citizen) }
    }
  }

  private func lot(_ spell: Spell, _ batch: BatchHomecoming) -> Double {
    RandomStream.uniform(seed: simulator.seed, spell.key, batch.key, 23)
  }

  private func refuge(from stratum: Int, at time: Double, uniform: Double) -> (stratum: Int, offer: Int32) {
    let same = offer(in: stratum, at: time, uniform: uniform)
    if same >= 0 { return (stratum, same) }
    let strata = simulator.panel.strata
    for other in strata.indices where other != stratum && strata[other].area == strata[stratum].area && strata[other].kind == strata[stratum].kind {
      let found = offer(in: other, at: time, uniform: uniform)
      if found >= 0 { return (other, found) }
    }
    return (stratum, -1)
  }

  // MARK: Counting

  private func count(_ spell: Spell, sign: Int32, into tally: EventTally) {
    let key = keys.key(municipality: municipality, stratum: Int(spell.stratum), offer: Int(spell.offer))
    guard key >= 0 else { return }
    if spell.entry != .resident {
      let at = period(at: spell.start)
      tally.add(sign, spell.entry == .admission ? .admissions : .netMoves, key: key, period: at, draw: draw)
      tally.add(sign * daysLeft(at, spell.start), .dayCorrection, key: key, period: at, draw: draw)
    }
    guard spell.end < simulator.endOfTime else { return }
    let at = period(at: spell.end)
    switch spell.cause {
    case .stays: return
    case .homecoming: tally.add(sign, .homecomings, key: key, period: at, draw: draw)
    case .otherExit: tally.add(sign, .otherExits, key: key, period: at, draw: draw)
    case .move: tally.add(-sign, .netMoves, key: key, period: at, draw: draw)
    }
    tally.add(-sign * daysLeft(at, spell.end), .dayCorrection, key: key, period: at, draw: draw)
  }

  /// Whole days from the day of `time` to the end of the period.
  @inline(__always)
  private func daysLeft(_ period: Int, _ time: Double) -> Int32 { Int32(simulator.edges[period + 1] - time.rounded(.down)) }

  /// Flows of strata without a known stock: counted, nobody is followed.
  private mutating func countEvents(sign: Int32, into tally: EventTally, fromBase: Bool) {
    guard countsEvents else { return }
    let knowledge = simulator.panel.knowledge
    for stratum in knowledge.indices where knowledge[stratum] == .flowsOnly {
      countEvents(.admission, .admissions, stratum, sign, tally, fromBase)
      if simulator.homecomingCount != nil { countEvents(.homecomingCount, .homecomings, stratum, sign, tally, fromBase) }
      if simulator.otherExitCount != nil { countEvents(.otherExitCount, .otherExits, stratum, sign, tally, fromBase) }
    }
  }

  private mutating func countEvents(
    _ row: RateBook.Row, _ kind: EventTally.Kind, _ stratum: Int, _ sign: Int32, _ tally: EventTally, _ fromBase: Bool
  ) {
    let key = keys.key(municipality: municipality, stratum: stratum, offer: -1)
    guard key >= 0 else { return }
    let plain = fromBase || usesBase(row, stratum)
    if plain {
      if !baseBook.ready(row, stratum) { fillBase(row, stratum) }
    } else if !book.ready(row, stratum) {
      fillScenario(row, stratum)
    }
    let cell = mixed(mixed(UInt64(municipality) &+ 1, UInt64(draw)), 3_000_000 + UInt64(row.rawValue * simulator.panel.strata.count + stratum))
    var clocks = RandomStream(seed: cell, pair: 0, 31)
    let book = plain ? baseBook : self.book
    let total = book.integralEnd(row, stratum)
    var reached = clocks.nextExponential()
    var number: UInt64 = 0
    while reached < total {
      let (_, period, mean) = book.arrival(row, stratum, reached: reached)
      var stream = RandomStream(seed: cell, pair: number + 1, 37)
      let size = clusterSize(mean: mean, theta: flow(row)?.theta?[draw], stream: &stream)
      tally.add(sign * Int32(size), kind, key: key, period: period, draw: draw)
      number += 1
      reached += clocks.nextExponential()
    }
  }
}

/// Numbers that a worker owns and its copies share.
private final class Scratch {
  let pointer: UnsafeMutablePointer<Double>

  init(count: Int) {
    pointer = .allocate(capacity: max(1, count))
    pointer.initialize(repeating: 0, count: max(1, count))
  }

  deinit { pointer.deallocate() }
}
