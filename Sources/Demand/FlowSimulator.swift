import Dispatch
import Placements
import Probability
import Synchronization

/// Simulates citizens one by one in continuous time; numbers of them where nothing else is known and asked for.
///
/// Each citizen has one unit-exponential clock for each way to leave, each cell a unit-rate process of arriving clusters;
/// both are inverted through the cumulative rates. The clocks depend on (seed, draw, citizen) alone, so every scenario
/// runs on the same ones and differences are paired. Only what a scenario touches is run again.
final class FlowSimulator: Sendable {
  let panel: Panel
  let areaOfStratum: BareArray<Int>
  let horizon: Int
  let draws: Int
  let seed: UInt64
  let edges: BareArray<Double>
  let damped: BareArray<Double>
  /// Period of each whole day from the origin.
  let periodOfDay: BareArray<Int32>
  let admission: FlowRates
  let homecoming: FlowRates
  let otherExit: FlowRates
  /// Nil where nobody leaves at an age limit.
  let ageOut: FlowRates?
  /// Of moves to other strata; nil where there are none.
  let transfer: FlowRates?
  /// For strata whose flows are known but not their stock; counted against the population.
  let homecomingCount: FlowRates?
  let otherExitCount: FlowRates?
  let destinations: TransferDraws
  let frailty: FrailtyTable?
  /// `[(municipality · areas + area) · horizon + period]`, in 10,000 persons.
  let exposure: BareArray<Double>
  /// `[municipality · areas + area]`: the largest exposure of the horizon.
  let largestExposure: BareArray<Double>
  /// By municipality, those of one stratum together.
  let residents: [[Panel.Resident]]
  /// Of the same citizens: days from the origin to the admission; minus infinity where it is not known.
  let admitted: [[Double]]
  /// Of the same citizens; empty where nothing is known of them themselves.
  let traits: [[StayTraits.Person]]
  /// By stratum: what was known of those who came; empty likewise.
  let arrivals: [[StayTraits.Arrival]]
  /// Ageing out by age; nil where it is not known.
  let ageLimits: AgeLimitDraws?

  static let daysPerYear = 365.25

  /// What a core's own cache holds beside everything else, on machines of these years.
  private static let cachedBytes = 768 * 1024

  /// - Parameter arrivals: like whom those are who come; the panel's own unless given.
  init(
    panel: Panel, clock: FlowClock, draws: Int, seed: UInt64, admission: FlowRates, homecoming: FlowRates, otherExit: FlowRates,
    ageOut: FlowRates? = nil, transfer: FlowRates? = nil, homecomingCount: FlowRates?, otherExitCount: FlowRates?, destinations: TransferDraws,
    ageLimits: AgeLimitDraws? = nil, arrivals: [[StayTraits.Arrival]]? = nil, frailty: FrailtyTable?, exposure: [Double]
  ) {
    self.panel = panel
    areaOfStratum = BareArray(panel.areaOfStratum)
    horizon = clock.horizon
    self.draws = draws
    self.seed = seed
    let edges = clock.edges
    self.edges = BareArray(edges)
    damped = BareArray((0..<clock.horizon).map(clock.dampedYears))
    var periods: [Int32] = []
    for t in 0..<clock.horizon { periods += Array(repeating: Int32(t), count: Int(edges[t + 1] - edges[t])) }
    periodOfDay = BareArray(periods)
    self.admission = admission
    self.homecoming = homecoming
    self.otherExit = otherExit
    precondition([ageOut, transfer].allSatisfy { $0?.view.isShared ?? true }, "ageing out and transfers are the same for all municipalities")
    self.ageOut = ageOut
    self.transfer = transfer
    self.homecomingCount = homecomingCount
    self.otherExitCount = otherExitCount
    self.destinations = destinations
    self.ageLimits = ageLimits
    self.frailty = frailty
    self.exposure = BareArray(exposure)
    let horizon = clock.horizon
    largestExposure = BareArray(
      (0..<panel.municipalities.count * panel.areas.count).map { cell in
        exposure[cell * horizon..<(cell + 1) * horizon].max() ?? 0
      })
    var residents = [[Panel.Resident]](repeating: [], count: panel.municipalities.count)
    var traits = [[StayTraits.Person]](repeating: [], count: panel.municipalities.count)
    let order = panel.residents.enumerated().sorted { ($0.element.stratum, $0.offset) < ($1.element.stratum, $1.offset) }
    for (index, resident) in order {
      residents[resident.municipality].append(resident)
      if let known = panel.traits { traits[resident.municipality].append(known.residents[index]) }
    }
    self.residents = residents
    self.traits = traits
    self.arrivals = arrivals ?? panel.traits?.arrivals ?? []
    let start = panel.origin.advanced(by: 1).firstDay
    admitted = residents.map { $0.map { $0.admitted.map { Double($0 - start) } ?? -.infinity } }
  }

  var endOfTime: Double { edges[horizon] }

  /// The reference, then the scenarios, each with what the simulation looks up.
  func prepare(reference: DemandPlan, scenarios: [DemandPlan], keys: TallyKeys) -> [PreparedPlan] {
    ([reference] + scenarios).map { PreparedPlan($0, reference: reference, simulator: self, isByOffer: keys.isByOffer) }
  }

  /// Whether citizens are followed one by one, or only their numbers from period to period.
  enum Method { case paths, counts }

  /// Counts are enough where nothing is known of citizens but their number, and where nobody moves. With scenarios everybody
  /// is followed, since their clocks pair what the scenarios make of them.
  ///
  /// Both have the same distribution, not the same draws.
  func method(plans: [PreparedPlan], keys: TallyKeys) -> Method {
    let isAlone = plans.count == 1 && plans[0].plan.isBare && !plans[0].needsOffers && !keys.isByOffer && keys.detail != .presence
    let areAlike = panel.traits == nil && ageLimits == nil && panel.offerAdmissions.isEmpty && panel.residents.allSatisfy { $0.admitted == nil && $0.offer == nil }
    let views = [admission.view, homecoming.view, otherExit.view]
    let haveTenure = panel.strata.indices.contains { s in views.contains { $0.tenure(stratum: s, draw: 0) != nil } }
    let stay = panel.strata.indices.allSatisfy { s in ![ageOut, transfer].contains { $0?.view.isPositive(stratum: s) ?? false } }
    return isAlone && areAlike && !haveTenure && stay ? .counts : .paths
  }

  /// - Parameters:
  ///   - plans: the reference first.
  ///   - method: `paths` always serves; `counts` only where `method(plans:keys:)` says so.
  ///   - progress: called with the share that is done, from any thread.
  func run(
    plans: [PreparedPlan], keys: TallyKeys, threads: Int, method: Method = .paths, progress: (@Sendable (Double) -> Void)? = nil
  ) -> SimulatedFlows {
    if method == .counts { return count(keys: keys, threads: threads, progress: progress) }
    // Nobody is announced in the base, which is bare.
    let base = EventTally(keys: keys.count, horizon: horizon, draws: draws, detail: keys.detail == .announced ? .causes : keys.detail)
    let differences = plans.dropFirst().map { _ in EventTally(keys: keys.count, horizon: horizon, draws: draws, detail: keys.detail, isSparse: true) }
    // Counts meet at random: in a block that stays in a core's own cache if it can, and from there to the others at once.
    let isSmall = EventTally.blockBytes(keys, horizon: horizon) <= Self.cachedBytes
    inBlocks(threads: threads, progress: progress) { next in
      let one = isSmall ? EventTally(keys: keys.count, horizon: horizon, draws: nil, detail: base.detail) : nil
      var worker = PathWorker(simulator: self, plans: plans, keys: keys, base: one ?? base, differences: differences)
      while let block = next() {
        for draw in block * EventTally.width..<min(draws, (block + 1) * EventTally.width) { worker.run(draw: draw) }
        if let one { base.take(block: block, from: one) }
      }
    }
    return SimulatedFlows(base: base, differences: differences, openingStock: openingStock(keys))
  }

  private func count(keys: TallyKeys, threads: Int, progress: (@Sendable (Double) -> Void)?) -> SimulatedFlows {
    let tally = EventTally(keys: keys.count, horizon: horizon, draws: draws, detail: keys.detail)
    // Without flows there are no rates of every draw either.
    guard panel.knowledge.contains(where: { $0 == .flowsAndStock || $0 == .flowsOnly }) else {
      return SimulatedFlows(base: tally, differences: [], openingStock: openingStock(keys))
    }
    inBlocks(threads: threads, progress: progress) { next in
      var worker = CountWorker(simulator: self, keys: keys, tally: tally)
      while let block = next() { worker.run(block: block) }
    }
    return SimulatedFlows(base: tally, differences: [], openingStock: openingStock(keys))
  }

  /// Lets each thread take one block of draws after another until there is none.
  private func inBlocks(threads: Int, progress: (@Sendable (Double) -> Void)?, work: @Sendable (_ next: () -> Int?) -> Void) {
    let blocks = EventTally.blocks(draws)
    let chunks = max(1, min(threads, blocks))
    let nextBlock = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
      work {
        let block = nextBlock.wrappingAdd(1, ordering: .relaxed).oldValue
        if chunk == 0 { progress?(Double(min(block, blocks)) / Double(blocks)) }
        return block < blocks ? block : nil
      }
    }
  }

  func openingStock(_ keys: TallyKeys) -> [Int] {
    var stock = [Int](repeating: 0, count: keys.count)
    for resident in panel.residents {
      let key = keys.key(municipality: resident.municipality, stratum: resident.stratum, offer: resident.offer ?? -1)
      if key >= 0 { stock[key] += 1 }
    }
    return stock
  }
}
