import Glibc
import Placements
import Probability

/// One thread's scratch: simulates a municipality in a draw under every plan and adds the events to the tallies.
///
/// What is called for each citizen is mutating though it changes nothing: the worker would be copied for every other call.
struct PathWorker: ~Copyable {
  let simulator: FlowSimulator
  private let plans: [PreparedPlan]
  private let keys: TallyKeys
  private let base: EventTally
  private let differences: [EventTally]
  private let strataCount: Int
  /// Strata whose citizens are followed one by one.
  private let isFollowed: [Bool]
  private let countsNet: Bool
  private let countsDays: Bool
  private let countsEvents: Bool
  let rates: CellRates
  private var baseSpells: [Spell] = []
  var spells: [Spell] = []
  private var arrivals: [Arrival] = []
  /// Where each base citizen's spells begin, and one past the last.
  private var citizenStarts: [Int] = []
  private var nextCitizen: Int32 = 0
  var municipality = 0
  var draw = 0
  private var plan = 0
  var current: PreparedPlan
  /// Whether anything that is counted depends on who lives in which offer.
  let tracksOffers: Bool
  private let edges: UnsafePointer<Double>
  let periodOfDay: UnsafePointer<Int32>
  let endOfTime: Double
  /// By stratum: whether anybody leaves at an age limit, and whether anybody moves.
  let agesOut: [Bool]
  let moves: [Bool]
  /// By stratum: whether ageing out goes by age; and whether anything is known of citizens themselves.
  let agesOutByAge: [Bool]
  let hasTraits: Bool
  /// By plan: citizens who come in this draw's jumps.
  private var jumped: [[PlannedAdmission]]
  /// `[plan · municipalities + municipality]`: looked up without the plans themselves, whose counts of references all threads share.
  private let touches: UnsafePointer<Bool>
  private let memory = BareMemory()
  private let jumps: [Int]
  /// Of the current plan in the municipality: decisions by which citizens move.
  var decisions: [Int] = []

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
    isFollowed = simulator.panel.knowledge.map { $0 == .flowsAndStock }
    countsNet = keys.detail.isNet
    countsDays = keys.detail != .net && keys.detail != .flows
    countsEvents = !countsNet && simulator.panel.knowledge.contains(.flowsOnly)
    rates = CellRates(simulator: simulator, reference: plans[0])
    edges = simulator.edges.pointer
    periodOfDay = simulator.periodOfDay.pointer
    endOfTime = simulator.endOfTime
    let (ageOut, transfer) = (simulator.ageOut?.view, simulator.transfer?.view)
    agesOut = (0..<strata).map { ageOut?.isPositive(stratum: $0) ?? false }
    agesOutByAge = (0..<strata).map { simulator.ageLimits?.covers(simulator.areaOfStratum[$0]) ?? false }
    hasTraits = simulator.panel.traits != nil
    moves = (0..<strata).map { (transfer?.isPositive(stratum: $0) ?? false) && simulator.destinations.hasDestinations($0) }
    jumped = plans.map { _ in [] }
    jumps = plans.indices.filter { !plans[$0].plan.jumps.isEmpty }
    touches = memory.copy(plans.flatMap(\.touches))
  }

  /// Simulates a draw. Those of a block follow each other, since their counts stand near each other in memory.
  mutating func run(draw: Int) {
    rates.begin(draw: draw)
    for index in jumps {
      jumped[index] = plans[index].plan.jumps.flatMap { $0.entries(seed: simulator.seed, draw: draw, endOfTime: endOfTime) }
    }
    for municipality in simulator.panel.municipalities.indices { run(municipality: municipality, draw: draw) }
  }

  private mutating func run(municipality: Int, draw: Int) {
    self.municipality = municipality
    self.draw = draw
    plan = 0
    current = plans[0]
    decisions = []
    rates.begin(municipality: municipality, reference: current)
    simulateBase()
    swap(&spells, &baseSpells)
    for spell in baseSpells { count(spell, sign: 1, into: base) }
    if countsEvents { countEvents() }
    let municipalities = simulator.panel.municipalities.count
    for index in 1..<plans.count where touches[index * municipalities + municipality] {
      plan = index
      current = plans[index]
      decisions = current.moves.ofMunicipality[municipality]
      rates.use(current)
      simulateChanged(into: differences[index - 1])
      if countsEvents { countChangedEvents(into: differences[index - 1]) }
    }
  }

  // MARK: Paths

  /// Everybody's path in the base; spells of one citizen stand together.
  private mutating func simulateBase() {
    spells.removeAll(keepingCapacity: true)
    citizenStarts.removeAll(keepingCapacity: true)
    let (residents, admitted, traits) = (simulator.residents[municipality], simulator.admitted[municipality], simulator.traits[municipality])
    for (number, resident) in residents.enumerated() {
      citizenStarts.append(spells.count)
      let known = hasTraits ? traits[number] : .unknown
      var spell = Spell(
        citizen: Int32(number), stratum: Int32(resident.stratum), offer: Int32(resident.offer ?? -1), entry: .resident,
        cause: .stays, birthYear: known.birthYear, profile: known.profile, admitted: admitted[number], start: 0, end: 0, key: CounterStream.key(rates.root, UInt64(number)))
      follow(&spell)
    }
    rates.fillArrivals(&arrivals)
    for index in arrivals.indices {
      arrivals[index].firstCitizen = Int32(citizenStarts.count)
      admit(arrivals[index], size: size(of: arrivals[index]))
    }
    citizenStarts.append(spells.count)
    nextCitizen = Int32(citizenStarts.count)
  }

  /// Runs again only those whose path the plan can change, and counts what differs.
  private mutating func simulateChanged(into tally: EventTally) {
    spells.removeAll(keepingCapacity: true)
    followChanged(0..<simulator.residents[municipality].count, into: tally)
    for index in arrivals.indices {
      let arrival = arrivals[index]
      let next = index + 1 < arrivals.count ? Int(arrivals[index + 1].firstCitizen) : citizenStarts.count - 1
      let citizens = Int(arrival.firstCitizen)..<next
      let touch = rates.touch(Int(arrival.stratum))
      let size = touch.contains(.admissionRate) ? self.size(of: arrival) : citizens.count
      if size == citizens.count, !touch.contains(.newChoice) {
        followChanged(citizens, into: tally)
      } else {
        for at in citizenStarts[citizens.lowerBound]..<citizenStarts[citizens.upperBound] { count(baseSpells[at], sign: -1, into: tally) }
        admit(arrival, size: size)
      }
    }
    for stratum in 0..<strataCount where isFollowed[stratum] && rates.touch(stratum).contains(.admissionRate) { admitExcess(stratum) }
    if current.hasMore { addMore(into: tally) }
    for spell in spells { count(spell, sign: 1, into: tally) }
  }

  private mutating func addMore(into tally: EventTally) {
    if !current.plan.entries.isEmpty { admitPlanned(current.plan.entries) }
    if !current.plan.jumps.isEmpty { admitPlanned(jumped[plan]) }
    if !current.plan.competitors.isEmpty { fillCompetitors() }
    if !current.plan.batches.isEmpty { applyBatches(into: tally) }
  }

  private mutating func followChanged(_ citizens: Range<Int>, into tally: EventTally) {
    guard current.changesPaths[municipality] else { return }
    for citizen in citizens {
      let span = citizenStarts[citizen]..<citizenStarts[citizen + 1]
      guard span.contains(where: { !rates.touch(Int(baseSpells[$0].stratum)).isDisjoint(with: .path) }) else { continue }
      if span.count == 1, retime(span.lowerBound, into: tally) { continue }
      for at in span { count(baseSpells[at], sign: -1, into: tally) }
      var spell = baseSpells[span.lowerBound]
      follow(&spell)
    }
  }

  /// Most plans change one way of leaving alone, and most citizens leave by it neither in the base nor under the plan: one look at what the
  /// plan's hazard is above the base's then says that nothing changes, or that all that changes is when and how the spell ends. False where
  /// the citizen must be followed.
  private mutating func retime(_ at: Int, into tally: EventTally) -> Bool {
    let before = baseSpells[at]
    let stratum = Int(before.stratum)
    let touch = rates.touch(stratum).intersection(.path)
    // Where decisions move citizens, clocks are inverted: whoever is touched at all must go that way, or the same clock would say two things.
    guard decisions.isEmpty, touch == .homecoming || touch == .otherExit else { return false }
    let (row, cause): (RateBook.Row, Spell.Cause) = touch == .homecoming ? (.homecoming, .homecoming) : (.otherExit, .otherExit)
    // An exit that the plan does not keep leaves the citizen to whatever is next.
    if before.cause == cause, !isKept(row, before, at: before.end, mark: Self.thinning(row, 0) + 1) { return false }
    var spell = before
    considerAbove(row, cause, stream: Self.thinning(row, 0), spell: &spell)
    guard spell.end < before.end else { return true }
    count(before, sign: -1, into: tally)
    spells.append(spell)
    return true
  }

  @inline(__always)
  func period(at time: Double) -> Int { Int(periodOfDay[Int(time)]) }

  /// Follows a citizen from the spell's start through moves to the end; appends every spell.
  ///
  /// Numbers of a spell, from the citizen's own stream: clocks of homecoming, other exit and move, the move's destination,
  /// the offer there; and apart from these, so that they stay what they are without it, the clock of ageing out.
  ///
  /// - Parameter spell: the first; used for all.
  private mutating func follow(_ spell: inout Spell) {
    if !decisions.isEmpty { return followThroughDecisions(&spell) }
    var number: UInt64 = 0
    while true {
      let stratum = Int(spell.stratum)
      let at = period(at: spell.start)
      spell.end = .infinity
      spell.cause = .stays
      spell.clockStart = spell.start
      var (home, other) = (CounterStream.uniform(key: spell.key, number), CounterStream.uniform(key: spell.key, number + 1))
      if hasTraits {
        home = rates.scaled(home, .homecoming, profile: spell.profile)
        other = rates.scaled(other, .otherExit, profile: spell.profile)
      }
      leave(.homecoming, .homecoming, home, number, at: at, spell: &spell)
      leave(.otherExit, .otherExit, other, number, at: at, spell: &spell)
      if moves[stratum] { leave(.transfer, .move, CounterStream.uniform(key: spell.key, number + 2), number, at: at, spell: &spell) }
      if agesOutByAge[stratum], spell.birthYear != 0 {
        considerAge(CounterStream.uniform(key: spell.key, number + Self.ageOutClock), spell: &spell)
      } else if agesOut[stratum] {
        leave(.ageOut, .ageOut, CounterStream.uniform(key: spell.key, number + Self.ageOutClock), number, at: at, spell: &spell)
      }
      guard leaveClosingOffers(&spell) else { return }
      spells.append(spell)
      guard spell.cause == .move else { return }
      let destination = simulator.destinations.destination(from: stratum, draw: draw, uniform: CounterStream.uniform(key: spell.key, number + 3))
      spell.stratum = Int32(destination)
      spell.offer = offer(in: destination, at: spell.end, uniform: CounterStream.uniform(key: spell.key, number + 4))
      spell.entry = .move
      spell.start = spell.end
      number += 5
      spell.clock = UInt32(number)
    }
  }

  static let ageOutClock: UInt64 = 1 << 32
  private static let traitsNumber: UInt64 = 1 << 33

  mutating func considerAge(_ uniform: Double, spell: inout Spell) {
    let area = simulator.areaOfStratum[Int(spell.stratum)]
    let end =
      simulator.ageLimits?.crossing(
        area: area, draw: draw, birthYear: Int(spell.birthYear), start: spell.start, endOfTime: endOfTime, uniform: uniform) ?? .infinity
    guard end < spell.end else { return }
    spell.end = end
    spell.cause = .ageOut
  }

  /// Those who come are like somebody who came to the stratum before.
  private mutating func traits(ofArrival key: UInt64, in stratum: Int, at time: Double) -> StayTraits.Person {
    guard hasTraits, !simulator.arrivals[stratum].isEmpty else { return .unknown }
    let past = simulator.arrivals[stratum]
    let like = past[min(past.count - 1, Int(CounterStream.uniform(key: key, Self.traitsNumber) * Double(past.count)))]
    guard like.age >= 0, let limits = simulator.ageLimits else { return StayTraits.Person(profile: like.profile, birthYear: 0) }
    return StayTraits.Person(profile: like.profile, birthYear: Int16(limits.year(at: time)) - like.age)
  }

  /// Those who live in a closing offer move to another of their stratum, else of their area and kind, else leave.
  /// False when the citizen has left.
  private mutating func leaveClosingOffers(_ spell: inout Spell) -> Bool {
    while tracksOffers, spell.offer >= 0 {
      let closing = current.closing[Int(spell.offer)]
      guard closing < min(spell.end, endOfTime) else { return true }
      let day = max(closing, spell.start)
      let lot = RandomStream.uniform(seed: simulator.seed, spell.key, UInt64(spell.offer) &+ 1, 29)
      let (stratum, next) = refuge(from: Int(spell.stratum), at: day, uniform: lot)
      var before = spell
      before.end = day
      before.cause = next < 0 ? .otherExit : .move
      spells.append(before)
      if next < 0 { return false }
      spell.offer = next
      if stratum != Int(spell.stratum) { spell.clockStart = .nan }
      spell.stratum = Int32(stratum)
      spell.entry = .move
      spell.start = day
    }
    return true
  }

  /// One way of leaving, its clock inverted through the current plan's hazard.
  @inline(__always)
  mutating func consider(_ row: RateBook.Row, _ cause: Spell.Cause, _ uniform: Double, at period: Int, spell: inout Spell) {
    let end = crossing(rates.book(row, Int(spell.stratum)), row, spell, from: spell.start, period: period, uniform: uniform)
    if end < spell.end {
      spell.end = end
      spell.cause = cause
    }
  }

  @inline(__always)
  mutating func crossing(_ book: RateBook, _ row: RateBook.Row, _ spell: borrowing Spell, from start: Double, period: Int, uniform: Double) -> Double {
    let stratum = Int(spell.stratum)
    guard let factors = rates.tenure(row, stratum) else { return book.crossing(row, stratum, start: start, period: period, uniform: uniform) }
    return book.crossing(
      row, stratum, start: start, period: period, uniform: uniform, admitted: spell.admitted, factors: factors, periodOfDay: periodOfDay)
  }

  /// How many citizens come with an arrival under the current plan.
  @inline(__always)
  private func size(of arrival: Arrival) -> Int {
    let (clusters, mean) = rates.expectedAdmissions(arrival)
    guard arrival.threshold < clusters else { return 0 }
    var stream = CounterStream(key: arrival.key)
    _ = stream.nextUniform()
    return clusterSize(mean: mean, theta: rates.theta(.admission), stream: &stream)
  }

  /// The first citizen comes at the arrival's time, others at any time of its period.
  private mutating func admit(_ arrival: Arrival, size: Int) {
    let period = Int(arrival.period)
    for member in 0..<size {
      let key = CounterStream.key(arrival.key, UInt64(member))
      var stream = CounterStream(key: CounterStream.key(key, 1))
      let choice = stream.nextUniform()
      let start = member == 0 ? arrival.time : edges[period] + stream.nextUniform() * (edges[period + 1] - edges[period])
      if plan == 0 { citizenStarts.append(spells.count) } else { nextCitizen += 1 }
      let known = traits(ofArrival: key, in: Int(arrival.stratum), at: start)
      var spell = Spell(
        citizen: plan == 0 ? Int32(citizenStarts.count - 1) : nextCitizen, stratum: arrival.stratum,
        offer: offer(in: Int(arrival.stratum), at: start, uniform: choice), entry: .admission, cause: .stays, birthYear: known.birthYear,
        profile: known.profile, admitted: start, start: start, end: 0, key: key)
      follow(&spell)
    }
  }

  /// Admissions that a plan has above the rate of the arrivals.
  private mutating func admitExcess(_ stratum: Int) {
    let cell = CounterStream.key(rates.root, 1_000_001 + UInt64(stratum))
    var clocks = CounterStream(key: cell)
    let most = rates.mostExcess(stratum)
    let first = clocks.nextUniform()
    // Most cells have so few admissions that no more of them come anyway; −ln u is at least 1 − u, which spares them the logarithm.
    guard 1 - first < most else { return }
    var reached = -log(first)
    guard reached < most else { return }
    rates.fillExcess(stratum)
    let book = rates.excess
    let theta = rates.theta(.admission)
    let total = book.total(.admission, stratum)
    var number: UInt64 = 0
    while reached < total {
      let (time, period, mean) = book.arrival(.admission, stratum, reached: reached)
      let key = CounterStream.key(cell, number)
      var stream = CounterStream(key: key)
      let size = clusterSize(mean: mean, theta: theta, stream: &stream)
      let arrival = Arrival(stratum: Int32(stratum), period: Int32(period), time: time, threshold: 0, mean: mean, key: key, firstCitizen: 0)
      admit(arrival, size: size)
      number += 1
      reached += clocks.nextExponential()
    }
  }

  /// Citizens who are known to come.
  private mutating func admitPlanned(_ entries: [PlannedAdmission]) {
    for entry in entries where entry.municipality == municipality && entry.time < endOfTime {
      let key = CounterStream.key(CounterStream.key(rates.root, entry.key), 5_000_000)
      let choice = offer(in: entry.stratum, at: entry.time, uniform: CounterStream.uniform(key: CounterStream.key(key, 1), 0))
      nextCitizen += 1
      let known = traits(ofArrival: key, in: entry.stratum, at: entry.time)
      var spell = Spell(
        citizen: nextCitizen, stratum: Int32(entry.stratum), offer: tracksOffers ? entry.offer.map(Int32.init) ?? choice : -1, entry: .admission,
        cause: .stays, birthYear: known.birthYear, profile: known.profile, admitted: entry.time, start: entry.time, end: 0, key: key)
      follow(&spell)
    }
  }

  @inline(__always)
  private func clusterSize(mean: Double, theta: Double?, stream: inout CounterStream) -> Int {
    guard let theta else { return 1 }
    return Clusters.size(mean: mean, theta: theta, stream: &stream)
  }

  /// As `offer(in:at:uniform:)`, of the offers besides one.
  private mutating func offer(in stratum: Int, at time: Double, uniform: Double, besides other: Int32) -> Int32 {
    let windows = current.windows[stratum].filter { $0.offer != Int(other) }
    let total = windows.reduce(0) { $0 + $1.weight(at: time) }
    guard tracksOffers, total > 0 else { return -1 }
    var rest = uniform * total
    for window in windows {
      rest -= window.weight(at: time)
      if rest < 0 { return Int32(window.offer) }
    }
    return Int32(windows.last { $0.weight(at: time) > 0 }?.offer ?? -1)
  }

  /// The offer that takes a new citizen; −1 where offers are not known or none is open.
  mutating func offer(in stratum: Int, at time: Double, uniform: Double) -> Int32 {
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

  // MARK: Batches and closures

  private mutating func applyBatches(into tally: EventTally) {
    let own = current.plan.batches.indices.filter { current.plan.batches[$0].municipality == municipality }
    // By the day they leave in this draw: nobody is taken home twice.
    let inOrder = own.map { (index: $0, time: rates.leaving(current.plan.batches[$0], $0)) }.sorted { ($0.time, $0.index) < ($1.time, $1.index) }
    for (index, time) in inOrder {
      let batch = current.plan.batches[index]
      guard time < endOfTime else { continue }
      // Up or down by lot, so that the mean is kept.
      let share = Double(batch.number) * min(1, current.realised[index][draw])
      let wanted = Int(share + RandomStream.uniform(seed: simulator.seed, batch.key, UInt64(draw), 43) * 0.999_999)
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
        if keys.detail == .announced || (keys.detail == .batches && !batch.isNotice) { countLeaver(spells[at], noticeDays: time - batch.announced, into: tally) }
      }
      spells.removeAll { $0.start > time && citizens.contains($0.citizen) }
    }
  }

  private func countLeaver(_ spell: Spell, noticeDays: Double, into tally: EventTally) {
    let key = keys.key(municipality: municipality, stratum: Int(spell.stratum), offer: Int(spell.offer))
    guard key >= 0 else { return }
    let at = period(at: spell.end)
    tally.add(1, .batchCitizens, key: key, period: at, draw: draw)
    tally.add(Int32(noticeDays.rounded(.down)), .noticeDays, key: key, period: at, draw: draw)
  }

  private func lot(_ spell: Spell, _ batch: BatchHomecoming) -> Double {
    RandomStream.uniform(seed: simulator.seed, spell.key, batch.key, 23)
  }

  mutating func refuge(from stratum: Int, at time: Double, uniform: Double, besides own: Int32) -> (stratum: Int, offer: Int32) {
    let same = offer(in: stratum, at: time, uniform: uniform, besides: own)
    return same >= 0 ? (stratum, same) : elsewhere(than: stratum, at: time, uniform: uniform)
  }

  mutating func refuge(from stratum: Int, at time: Double, uniform: Double) -> (stratum: Int, offer: Int32) {
    let same = offer(in: stratum, at: time, uniform: uniform)
    return same >= 0 ? (stratum, same) : elsewhere(than: stratum, at: time, uniform: uniform)
  }

  /// An offer of another stratum of the area and kind; none, −1, where there is none.
  private mutating func elsewhere(than stratum: Int, at time: Double, uniform: Double) -> (stratum: Int, offer: Int32) {
    let strata = simulator.panel.strata
    for other in strata.indices where other != stratum && strata[other].area == strata[stratum].area && strata[other].kind == strata[stratum].kind {
      let found = offer(in: other, at: time, uniform: uniform)
      if found >= 0 { return (other, found) }
    }
    return (stratum, -1)
  }

  // MARK: Counting

  private mutating func count(_ spell: Spell, sign: Int32, into tally: EventTally) {
    let arrives = spell.entry != .resident
    let leaves = spell.end < endOfTime
    guard arrives || leaves else { return }
    let key = keys.key(municipality: municipality, stratum: Int(spell.stratum), offer: Int(spell.offer))
    guard key >= 0 else { return }
    if arrives {
      let at = period(at: spell.start)
      tally.add(sign, spell.entry == .admission && !countsNet ? .admissions : .netMoves, key: key, period: at, draw: draw)
      if countsDays { tally.add(sign * daysLeft(at, spell.start), .dayCorrection, key: key, period: at, draw: draw) }
    }
    guard leaves else { return }
    let at = period(at: spell.end)
    if countsDays { tally.add(-sign * daysLeft(at, spell.end), .dayCorrection, key: key, period: at, draw: draw) }
    if countsNet {
      tally.add(-sign, .netMoves, key: key, period: at, draw: draw)
      return
    }
    switch spell.cause {
    case .stays: return
    case .homecoming: tally.add(sign, .homecomings, key: key, period: at, draw: draw)
    case .otherExit: tally.add(sign, .otherExits, key: key, period: at, draw: draw)
    case .ageOut:
      tally.add(sign, .otherExits, key: key, period: at, draw: draw)
      if keys.detail == .causes || keys.detail == .batches || keys.detail == .announced { tally.add(sign, .ageOuts, key: key, period: at, draw: draw) }
    case .move: tally.add(-sign, .netMoves, key: key, period: at, draw: draw)
    }
  }

  /// Whole days from the day of `time` to the end of the period.
  @inline(__always)
  private func daysLeft(_ period: Int, _ time: Double) -> Int32 { Int32(edges[period + 1] - time.rounded(.down)) }

  // MARK: Flows of strata without a known stock: counted, nobody is followed

  private static let countedRows: [(RateBook.Row, EventTally.Kind)] = [
    (.admission, .admissions), (.homecomingCount, .homecomings), (.otherExitCount, .otherExits),
  ]

  private func countEvents() {
    forEachCount { row, kind, stratum, key in
      let (_, means) = rates.counted(row, stratum, inBase: true)
      let theta = rates.theta(row)
      forEachCluster(row, stratum, rates.book(row, stratum, inBase: true), cell: cell(row, stratum)) { period, number in
        var stream = cluster(row, stratum, number)
        add(clusterSize(mean: means[period], theta: theta, stream: &stream), kind, key, period, base)
      }
    }
  }

  /// The base's clusters stay as far as the plan expects as many; what it expects above them comes apart, as with arrivals.
  private func countChangedEvents(into tally: EventTally) {
    forEachCount { row, kind, stratum, key in
      guard !rates.usesBase(row, stratum) else { return }
      let (expected, means) = rates.counted(row, stratum, inBase: true)
      let (planned, plannedMeans) = rates.counted(row, stratum, inBase: false)
      let theta = rates.theta(row)
      forEachCluster(row, stratum, rates.book(row, stratum, inBase: true), cell: cell(row, stratum)) { period, number in
        var stream = cluster(row, stratum, number)
        var sameStream = stream
        let before = clusterSize(mean: means[period], theta: theta, stream: &stream)
        let isKept = CounterStream.uniform(key: CounterStream.key(cell(row, stratum), number), 0) * expected[period] < planned[period]
        let after = isKept ? clusterSize(mean: plannedMeans[period], theta: theta, stream: &sameStream) : 0
        if after != before { add(after - before, kind, key, period, tally) }
      }
      rates.keepExcess(row, stratum)
      let above = CounterStream.key(cell(row, stratum), 1 << 40)
      forEachCluster(row, stratum, rates.excess, cell: above) { period, number in
        var stream = CounterStream(key: CounterStream.key(above, number))
        add(clusterSize(mean: plannedMeans[period], theta: theta, stream: &stream), kind, key, period, tally)
      }
    }
  }

  private func forEachCount(_ body: (RateBook.Row, EventTally.Kind, Int, Int) -> Void) {
    let knowledge = simulator.panel.knowledge
    for stratum in knowledge.indices where knowledge[stratum] == .flowsOnly {
      let key = keys.key(municipality: municipality, stratum: stratum, offer: -1)
      guard key >= 0 else { continue }
      for (row, kind) in Self.countedRows where rates.has(row) { body(row, kind, stratum, key) }
    }
  }

  /// Calls back with the period and number of every cluster of a filled row.
  private func forEachCluster(_ row: RateBook.Row, _ stratum: Int, _ book: RateBook, cell: UInt64, _ body: (Int, UInt64) -> Void) {
    var clocks = CounterStream(key: cell)
    let total = book.total(row, stratum)
    var reached = clocks.nextExponential()
    var number: UInt64 = 0
    while reached < total {
      body(book.arrival(row, stratum, reached: reached).period, number)
      number += 1
      reached += clocks.nextExponential()
    }
  }

  private func cell(_ row: RateBook.Row, _ stratum: Int) -> UInt64 {
    CounterStream.key(rates.root, 3_000_000 + UInt64(row.rawValue * strataCount + stratum))
  }

  /// The numbers of a cluster's size; the first number decides whether a plan keeps it.
  private func cluster(_ row: RateBook.Row, _ stratum: Int, _ number: UInt64) -> CounterStream {
    var stream = CounterStream(key: CounterStream.key(cell(row, stratum), number))
    _ = stream.nextUniform()
    return stream
  }

  /// The stock of others under the key stays as it is.
  private func add(_ citizens: Int, _ kind: EventTally.Kind, _ key: Int, _ period: Int, _ tally: EventTally) {
    tally.add(Int32(citizens), kind, key: key, period: period, draw: draw)
    tally.add(Int32(kind == .admissions ? -citizens : citizens), .netMoves, key: key, period: period, draw: draw)
  }
}
