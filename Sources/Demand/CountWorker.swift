import Glibc
import Placements
import Probability

/// A cell of a group of draws, whose random numbers are its own.
struct Part {
  let roots: LaneKeys
  /// Unrelated to those of other cells.
  let number: UInt64

  /// One of eight series for all lanes.
  @inline(__always)
  func stream(_ series: UInt64) -> LaneStream { LaneStream(roots: roots, part: 6_000_000 + 8 * number + series) }

  /// Numbers of one lane, for a method and period.
  func stream(lane: Int, _ purpose: UInt64) -> CounterStream {
    CounterStream(key: CounterStream.key(CounterStream.key(roots[lane], 6_000_000 + number), purpose))
  }
}

/// One thread's scratch: moves numbers of citizens from period to period where nobody is followed, a block of draws at a
/// time, as many of them at once as there are `Lanes`.
///
/// With constant hazards of a period, λ in sum, those present leave with probability 1 − e^−λ, and those who come, at any
/// time of the period, with 1 − (1 − e^−λ)/λ. So the counts have the distribution of `PathWorker`'s, at a cost by cells and
/// periods instead of citizens. Rates are in single precision, whose rounding is far below any forecast's error.
struct CountWorker: ~Copyable {
  /// Draws at once, and how often a block holds them.
  static let lanes = Lanes.scalarCount
  static let groups = EventTally.width / lanes

  private let simulator: FlowSimulator
  private let keys: TallyKeys
  private let tally: EventTally
  private let horizon: Int
  private let areas: Int
  private let strata: Int
  private let memory = BareMemory()
  private let residents: [[Int32]]
  private let admission: CountedFlow
  private let homecoming: HazardDays
  private let otherExit: HazardDays
  private let countedFlows: [(flow: CountedFlow, kind: EventTally.Kind)]
  /// `[period · groups + group]`: the municipality's own trend of homecomings.
  private let municipalityTime: UnsafeMutablePointer<Lanes>
  /// `[(area · horizon + period) · groups + group]`: days of homecomings with the municipality's trend and batches.
  private let homecomingDays: UnsafeMutablePointer<Lanes>
  private let admitted: UnsafeMutablePointer<LaneBits>
  private let cell: CellPeriods
  /// Keys of a municipality's random numbers in each of the block's draws.
  private let roots: UnsafeMutablePointer<LaneKeys>
  private var block = 0
  private var first = 0
  /// Draws of the block; lanes beyond have rates of zero.
  private var active = 0

  init(simulator: FlowSimulator, keys: TallyKeys, tally: EventTally) {
    self.simulator = simulator
    self.keys = keys
    self.tally = tally
    horizon = simulator.horizon
    areas = simulator.panel.areas.count
    strata = simulator.panel.strata.count
    admission = CountedFlow(simulator.admission, areas: areas, strata: strata, horizon: horizon, memory: memory)
    homecoming = HazardDays(simulator.homecoming, areas: areas, strata: strata, horizon: horizon, memory: memory)
    otherExit = HazardDays(simulator.otherExit, areas: areas, strata: strata, horizon: horizon, memory: memory)
    var counted: [(flow: CountedFlow, kind: EventTally.Kind)] = []
    if keys.detail != .net, simulator.panel.knowledge.contains(.flowsOnly) {
      counted.append((admission, .admissions))
      for (rates, kind) in [(simulator.homecomingCount, EventTally.Kind.homecomings), (simulator.otherExitCount, .otherExits)] {
        if let rates { counted.append((CountedFlow(rates, areas: areas, strata: strata, horizon: horizon, memory: memory), kind)) }
      }
    }
    countedFlows = counted
    municipalityTime = memory.filled(horizon * Self.groups, with: Lanes(repeating: 1))
    homecomingDays = memory.filled(areas * horizon * Self.groups, with: .zero)
    admitted = memory.filled(horizon, with: .zero)
    cell = CellPeriods(horizon: horizon, memory: memory)
    roots = memory.filled(Self.groups, with: .zero)
    let strata = strata
    residents = simulator.residents.map { own in
      var present = [Int32](repeating: 0, count: strata)
      for resident in own { present[resident.stratum] += 1 }
      return present
    }
  }

  /// Simulates a block of draws.
  mutating func run(block: Int) {
    self.block = block
    first = block * EventTally.width
    active = min(EventTally.width, simulator.draws - first)
    admission.fill(first: first, active: active)
    homecoming.fill(first: first, active: active)
    otherExit.fill(first: first, active: active)
    for counted in countedFlows where counted.kind != .admissions { counted.flow.fill(first: first, active: active) }
    for municipality in simulator.panel.municipalities.indices { run(municipality) }
  }

  private mutating func run(_ municipality: Int) {
    let seed = CounterStream.key(simulator.seed, UInt64(municipality))
    let lanes = UnsafeMutableRawPointer(roots).assumingMemoryBound(to: UInt64.self)
    for lane in 0..<active { lanes[lane] = CounterStream.key(seed, UInt64(first + lane)) }
    admission.fillLevels(municipality, first: first, active: active)
    homecoming.fillLevels(municipality, first: first, active: active)
    otherExit.fillLevels(municipality, first: first, active: active)
    for counted in countedFlows where counted.kind != .admissions { counted.flow.fillLevels(municipality, first: first, active: active) }
    fillMunicipalityTime(municipality)
    var filled = -1
    for stratum in 0..<strata {
      let key = keys.key(municipality: municipality, stratum: stratum, offer: -1)
      guard key >= 0 else { continue }
      switch simulator.panel.knowledge[stratum] {
      case .flowsAndStock:
        // Strata of an area mostly stand together.
        let area = simulator.areaOfStratum[stratum]
        if filled != area { fillHomecomings(area) }
        filled = area
        for group in 0..<Self.groups where group * Self.lanes < active { follow(municipality, stratum, group, key: key) }
      case .flowsOnly: count(municipality, stratum, key: key)
      case .stockOnly, .nothing: continue
      }
    }
  }

  // MARK: Rates

  private func fillMunicipalityTime(_ municipality: Int) {
    guard simulator.homecoming.view.slope(municipality: municipality, draw: first) != nil else { return }
    let most = Lanes(repeating: 80)
    for group in 0..<Self.groups {
      var slopes = Lanes.zero
      for lane in 0..<Self.lanes where group * Self.lanes + lane < active {
        slopes[lane] = Float(simulator.homecoming.view.slope(municipality: municipality, draw: first + group * Self.lanes + lane) ?? 0)
      }
      for t in 0..<horizon {
        municipalityTime[t * Self.groups + group] = LaneMath.exp(LaneMath.larger(LaneMath.smaller(slopes * Float(simulator.damped[t]), most), -most))
      }
    }
  }

  private func fillHomecomings(_ area: Int) {
    let start = area * horizon * Self.groups
    let days = homecoming.days(area)
    for index in 0..<horizon * Self.groups { homecomingDays[start + index] = days[index] * municipalityTime[index] }
    guard let table = simulator.frailty else { return }
    for group in 0..<Self.groups where group * Self.lanes < active {
      var stream = LaneStream(roots: roots[group], part: 2_000_000 + UInt64(area))
      table.multiply(homecomingDays + start + group, stride: Self.groups, count: horizon, stream: &stream, first: first + group * Self.lanes)
    }
  }

  // MARK: Cells

  /// Flows without a known stock: counted, nobody is there to leave.
  private func count(_ municipality: Int, _ stratum: Int, key: Int) {
    let cell = municipality * areas + simulator.areaOfStratum[stratum]
    let moves = tally.line(.netMoves, key: key, block: block)
    for (number, counted) in countedFlows.enumerated() {
      let line = tally.line(counted.kind, key: key, block: block)
      let sign: Int32 = counted.kind == .admissions ? -1 : 1
      for group in 0..<Self.groups where group * Self.lanes < active {
        let part = Part(roots: roots[group], number: UInt64((number + 1) * strata + stratum))
        var stream = part.stream(0)
        counted.flow.draw(
          stratum, area: simulator.areaOfStratum[stratum], group: group, people: simulator.exposure.pointer + cell * horizon, part: part,
          stream: &stream, into: admitted)
        for t in 0..<horizon {
          add(admitted[t], to: line, t, group)
          // The stock of others under the key stays as it is.
          add(sign &* admitted[t], to: moves, t, group)
        }
      }
    }
  }

  @inline(__always)
  private func add(_ counts: LaneBits, to line: UnsafeMutablePointer<Int32>, _ period: Int, _ group: Int) {
    let lanes = UnsafeMutableRawPointer(line + period * EventTally.width + group * Self.lanes).assumingMemoryBound(to: LaneBits.self)
    lanes.pointee &+= counts
  }

  /// Four draws of a cell from the origin to the horizon.
  private func follow(_ municipality: Int, _ stratum: Int, _ group: Int, key: Int) {
    let area = simulator.areaOfStratum[stratum]
    let part = Part(roots: roots[group], number: UInt64(stratum))
    var stream = part.stream(0)
    admission.draw(
      stratum, area: area, group: group, people: simulator.exposure.pointer + (municipality * areas + area) * horizon, part: part,
      stream: &stream, into: admitted)
    cell.prepare(
      home: homecoming.level(stratum, group), homeDays: homecomingDays + area * horizon * Self.groups + group,
      other: otherExit.level(stratum, group), otherDays: otherExit.days(area) + group)
    let present = residents[municipality][stratum]
    switch self.keys.detail {
    case .net: leaveUncounted(present, part, &stream, group, key)
    case .flows: leave(present, part, &stream, group, key, countsDays: false)
    case .events, .causes, .batches, .announced: leave(present, part, &stream, group, key, countsDays: true)
    case .presence: preconditionFailure("presence is counted by paths")
    }
  }

  private func leaveUncounted(_ present: Int32, _ part: Part, _ stream: inout LaneStream, _ group: Int, _ key: Int) {
    var stock = LaneBits(repeating: present)
    let moves = tally.line(.netMoves, key: key, block: block)
    for t in 0..<horizon {
      let (residents, arrivals) = cell.leavers(stock: stock, admitted: admitted[t], period: t, stream: &stream, part: part)
      let net = admitted[t] &- residents &- arrivals
      stock = stock &+ net
      add(net, to: moves, t, group)
    }
  }

  @inline(__always)
  private func leave(
    _ present: Int32, _ part: Part, _ stream: inout LaneStream, _ group: Int, _ key: Int, countsDays: Bool
  ) {
    // Apart, so that stocks are the same whether causes and days are told or not; days apart from causes likewise.
    var causes = part.stream(1)
    var times = countsDays ? part.stream(2) : causes
    var stock = LaneBits(repeating: present)
    let admissions = tally.line(.admissions, key: key, block: block)
    let homecomings = tally.line(.homecomings, key: key, block: block)
    let otherExits = tally.line(.otherExits, key: key, block: block)
    let days = countsDays ? tally.line(.dayCorrection, key: key, block: block) : admissions
    for t in 0..<horizon {
      let (residents, arrivals) = cell.leavers(stock: stock, admitted: admitted[t], period: t, stream: &stream, part: part)
      let leavers = residents &+ arrivals
      let home = cell.homecomings(of: leavers, period: t, stream: &causes)
      add(admitted[t], to: admissions, t, group)
      add(home, to: homecomings, t, group)
      add(leavers &- home, to: otherExits, t, group)
      if countsDays {
        let length = Float(simulator.edges[t + 1] - simulator.edges[t])
        let correction = cell.days(
          stayed: admitted[t] &- arrivals, left: residents, both: arrivals, period: t, length: length, stream: &times, part: part)
        add(correction, to: days, t, group)
      }
      stock = stock &+ admitted[t] &- leavers
    }
  }
}
