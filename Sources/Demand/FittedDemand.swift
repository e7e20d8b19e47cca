public import Groundwork
public import Placements
import Synchronization

/// A panel's demand, fitted: flows where they are known, a local level where only the stock is.
public struct FittedDemand: Sendable {
  public let panel: Panel
  /// Future periods.
  public let horizon: Int
  /// Admissions, homecomings and other exits, where there is a stratum with flows and stock; ageing out and transfers, where they are known from stays.
  public let flows: [FlowFit]
  private let countFlows: [FlowFit]
  private let stock: StockModel
  private let clock: FlowClock
  private var shelf: SimulatorShelf?

  /// - Parameters:
  ///   - horizon: future periods, at least 1.
  ///   - threads: flows fitted at the same time; the numbers do not depend on it.
  public init(panel: Panel, horizon: Int, threads: Int = 1) {
    precondition(horizon > 0, "a forecast needs at least one period")
    self.panel = panel
    self.horizon = horizon
    let clock = FlowClock(panel: panel, horizon: horizon)
    self.clock = clock
    stock = StockModel(panel: panel, horizon: horizon)
    let full = panel.strata.indices.filter { panel.knowledge[$0] == .flowsAndStock }
    let counted = panel.strata.indices.filter { panel.knowledge[$0] == .flowsOnly }
    var jobs: [(Flow, [Int], FlowFrame.Exposure)] = []
    if !full.isEmpty || !counted.isEmpty { jobs.append((.admission, full + counted, .population)) }
    if !full.isEmpty { jobs += [(.homecoming, full, .personTime), (.otherExit, full, .personTime)] }
    let aging = Self.strataThatAgeOut(full, panel)
    if !aging.isEmpty { jobs.append((.ageOut, aging, .personTime)) }
    let destinations = TransferDestinations(panel: panel)
    let leaving = full.filter { !destinations.options[$0].isEmpty }
    if !leaving.isEmpty { jobs.append((.transfer, leaving, .personTime)) }
    let countJobs: [(Flow, [Int], FlowFrame.Exposure)] =
      counted.isEmpty ? [] : [(.homecoming, counted, .population), (.otherExit, counted, .population)]
    let fits = Self.fit(jobs + countJobs, panel: panel, clock: clock, threads: threads)
    flows = Array(fits.prefix(jobs.count))
    countFlows = Array(fits.dropFirst(jobs.count))
  }

  /// Those of areas from which anybody ever left at an age limit.
  private static func strataThatAgeOut(_ strata: [Int], _ panel: Panel) -> [Int] {
    let areas = Set(
      strata.filter { s in
        panel.municipalities.indices.contains { m in panel.series(.ageOuts, municipality: m, stratum: s).contains { $0 > 0 } }
      }.map { panel.areaOfStratum[$0] })
    return strata.filter { areas.contains(panel.areaOfStratum[$0]) }
  }

  private static func fit(_ jobs: [(Flow, [Int], FlowFrame.Exposure)], panel: Panel, clock: FlowClock, threads: Int) -> [FlowFit] {
    let results = ConcurrentResults<FlowFit>(count: jobs.count)
    concurrently(jobs.count, threads: threads) { index in
      let (flow, strata, exposure) = jobs[index]
      results.set(FlowFit(panel: panel, clock: clock, flow: flow, strata: strata.sorted(), exposure: exposure), at: index)
    }
    return results.all
  }

  /// What could not be modelled as it should be.
  public var warnings: [Finding] { panel.setAside + (flows + countFlows).compactMap(\.warning) + unknownFlows }

  /// A flow that nobody counted is zero in the forecast: its events are part of another flow or not known at all.
  private var unknownFlows: [Finding] {
    let full = panel.strata.indices.filter { panel.knowledge[$0] == .flowsAndStock }
    return flows.filter { Flow.counted.contains($0.flow) }.compactMap { flow in
      let strata = flow.unknownStrata(among: full)
      guard !strata.isEmpty else { return nil }
      let names = strata.map { panel.strata[$0].area }.joined(separator: ", ")
      return Finding(
        .warning, value: names,
        message: Phrase(da: "\(flow.flow.phrase.da) er ikke oplyst og er nul i prognosen.", en: "\(flow.flow.phrase.en) are not given and are zero in the forecast."),
        remedy: Phrase(da: "Er de talt med i en anden kolonne, er intet tabt.", en: "If another column counts them too, nothing is lost."))
    }
  }

  /// What every forecast rests on, for the foot of its tables.
  public var assumptions: [Phrase] {
    guard !flows.isEmpty else {
      return [
        Phrase(
          da: "Belægningens niveau følger den sidste observation (lokalt niveau på befolkningsandelen) og dens dæmpede fælles udvikling; usikkerheden er estimeret af historikken.",
          en: "The level of the stock follows the last observation (local level of the share of the population) and its damped common drift; its uncertainty is estimated from history.")
      ]
    }
    let left = NumberText.display(100 * FlowClock.damping, decimals: 0, language: .en)
    return [
      Phrase(
        da: "Trends dæmpes: \(left) % af årets hældning er tilbage et år senere (antagelse).",
        en: "Trends are damped: \(left) % of a year's slope is left a year later (assumption).")
    ]
  }

  /// Simulates the reference plan and the scenarios on the same clocks.
  ///
  /// - Parameter isCompared: whether draws will be held, one by one, against those of other plans or keys. Where they will
  ///   not, as in backtests, numbers of citizens are enough if nothing else is known of them: the same distribution, sooner.
  public func simulate(
    reference: DemandPlan, scenarios: [DemandPlan], keys: TallyKeys, draws: Int, seed: UInt64, threads: Int, isCompared: Bool = true,
    progress: (@Sendable (Double) -> Void)? = nil
  ) -> DemandDraws {
    let simulator = simulator(draws: draws, seed: seed, threads: threads)
    // What the reference changes itself, such as noticed exits, is a change of the bare forecast like a scenario's.
    let bare = reference.isBare ? reference : DemandPlan(windows: reference.windows)
    let changed = (reference.isBare ? [] : [reference]) + scenarios
    let plans = simulator.prepare(reference: bare, scenarios: changed, keys: keys)
    let method = isCompared ? .paths : simulator.method(plans: plans, keys: keys)
    let flows = simulator.run(plans: plans, keys: keys, threads: threads, method: method, progress: progress)
    let stocks = stock.run(plans: plans, keys: keys, draws: draws, seed: seed, threads: threads)
    return DemandDraws(flows: flows, stocks: stocks, knowledge: KeyKnowledge(panel: panel, keys: keys), first: changed.count - scenarios.count)
  }

  /// The same, which holds on to the rates that it drew last: for whoever simulates several times with the same draws and seed.
  public func keepingRates() -> FittedDemand {
    var copy = self
    copy.shelf = SimulatorShelf()
    return copy
  }

  func simulator(draws: Int, seed: UInt64, threads: Int) -> FlowSimulator {
    if let found = shelf?.simulator(draws: draws, seed: seed) { return found }
    let drawn = drawnSimulator(draws: draws, seed: seed, threads: threads)
    shelf?.put(drawn)
    return drawn
  }

  private func drawnSimulator(draws: Int, seed: UInt64, threads: Int) -> FlowSimulator {
    let needed = flows + countFlows
    let rates = ConcurrentResults<FlowRates>(count: needed.count)
    let tables = ConcurrentResults<(transfers: TransferDraws, limits: AgeLimitDraws?, frailty: FrailtyTable?, exposure: [Double])>(count: 1)
    concurrently(needed.count + 1, threads: threads) { index in
      if index < needed.count {
        rates.set(needed[index].draws(panel: panel, clock: clock, draws: draws, seed: seed), at: index)
      } else {
        let frailty = flows.first { $0.flow == .homecoming }?.frailty()
        let limits = flows.first { $0.flow == .ageOut }?.ageLimits?.draws(draws, seed: seed, panel: panel, clock: clock)
        tables.set((TransferDraws(panel: panel, draws: draws, seed: seed), limits, frailty, futureExposure()), at: 0)
      }
    }
    let drawn = rates.all
    let (transfers, limits, frailty, exposure) = tables.all[0]
    func pick(_ flow: Flow, from range: Range<Int>) -> FlowRates? {
      range.first { needed[$0].flow == flow }.map { drawn[$0] }
    }
    func known(_ flow: Flow) -> FlowRates {
      pick(flow, from: 0..<flows.count)
        ?? FlowRates(FlowDraws(empty: panel, clock: clock, draws: drawn.isEmpty ? 1 : draws), edges: clock.edges)
    }
    return FlowSimulator(
      panel: panel, clock: clock, draws: draws, seed: seed, admission: known(.admission), homecoming: known(.homecoming),
      otherExit: known(.otherExit), ageOut: pick(.ageOut, from: 0..<flows.count), transfer: pick(.transfer, from: 0..<flows.count),
      homecomingCount: pick(.homecoming, from: flows.count..<needed.count),
      otherExitCount: pick(.otherExit, from: flows.count..<needed.count), destinations: transfers, ageLimits: limits, frailty: frailty, exposure: exposure)
  }

  /// 10,000 persons by municipality, area and future period; 1 where there is no population.
  private func futureExposure() -> [Double] {
    var table = [Double](repeating: 1, count: panel.municipalities.count * panel.areas.count * horizon)
    for m in panel.municipalities.indices where panel.population.covers(panel.municipalities[m].code) {
      for a in panel.areas.indices {
        for t in 0..<horizon {
          let persons = panel.persons(municipality: m, area: a, period: panel.origin.advanced(by: t + 1))
          table[(m * panel.areas.count + a) * horizon + t] = (persons ?? 10_000) / 10_000
        }
      }
    }
    return table
  }
}

/// Keeps the simulator that was put there last.
private final class SimulatorShelf: Sendable {
  private let held = Mutex<FlowSimulator?>(nil)

  func simulator(draws: Int, seed: UInt64) -> FlowSimulator? {
    held.withLock { $0.flatMap { $0.draws == draws && $0.seed == seed ? $0 : nil } }
  }

  func put(_ simulator: FlowSimulator) { held.withLock { $0 = simulator } }
}

/// Which kinds of knowledge meet under a key.
struct KeyKnowledge: Sendable {
  let hasFlowStock: [Bool]
  let hasFlows: [Bool]
  let hasStockOnly: [Bool]
  /// The last known stock of strata without flows.
  let lastStock: [Double]

  init(panel: Panel, keys: TallyKeys) {
    var flowStock = [Bool](repeating: false, count: keys.count)
    var flows = flowStock
    var stockOnly = flowStock
    func mark(_ key: Int, _ knowledge: Panel.Knowledge) {
      guard key >= 0 else { return }
      switch knowledge {
      case .flowsAndStock:
        flowStock[key] = true
        flows[key] = true
      case .flowsOnly: flows[key] = true
      case .stockOnly: stockOnly[key] = true
      case .nothing: return
      }
    }
    if keys.isByOffer {
      // Only where the source says who lives in which offer; a plan's new offers come after the panel's.
      let strataWithOffers = Set(panel.residents.filter { $0.offer != nil }.map(\.stratum) + panel.offerAdmissions.map(\.stratum))
      let known = Set(strataWithOffers.map { panel.strata[$0] })
      for (offer, key) in keys.byOffer.enumerated() where key >= 0 {
        let isCounted = panel.countedOffers?.contains(offer) ?? true
        if offer >= panel.offers.count || (isCounted && known.contains(panel.offers[offer].stratum)) { mark(key, .flowsAndStock) }
      }
    } else {
      for m in panel.municipalities.indices {
        for s in panel.strata.indices { mark(keys.key(municipality: m, stratum: s, offer: -1), panel.knowledge[s]) }
      }
    }
    var last = [Double](repeating: 0, count: keys.count)
    for m in panel.municipalities.indices where !keys.isByOffer {
      for s in panel.strata.indices where panel.knowledge[s] == .stockOnly {
        let key = keys.key(municipality: m, stratum: s, offer: -1)
        if key >= 0 { last[key] += panel.series(.stock, municipality: m, stratum: s).last { !$0.isNaN } ?? 0 }
      }
    }
    lastStock = last
    hasFlowStock = flowStock
    self.hasFlows = flows
    hasStockOnly = stockOnly
  }
}

/// The simulated futures of a reference and its scenarios, by key; plan 0 is the reference.
public struct DemandDraws: Sendable {
  let flows: SimulatedFlows
  let stocks: [StockTally]
  let knowledge: KeyKnowledge
  /// The reference's place among the simulated plans, of which the first is bare.
  let first: Int

  public func isKnown(key: Int) -> Bool { knowledge.hasFlows[key] || knowledge.hasStockOnly[key] }
  public func hasFlows(key: Int) -> Bool { knowledge.hasFlows[key] }
  public func hasFlowStock(key: Int) -> Bool { knowledge.hasFlowStock[key] }
  public func hasStockOnly(key: Int) -> Bool { knowledge.hasStockOnly[key] }

  /// Citizens at the origin in strata with flows.
  public func openingFlowStock(key: Int) -> Int { flows.openingStock[key] }

  /// Citizens at the origin, or by the last count before it.
  public func openingStock(key: Int) -> Double { Double(flows.openingStock[key]) + knowledge.lastStock[key] }

  /// Whether any draw of the plan's flows differs from the reference under the key.
  public func differs(plan: Int, key: Int) -> Bool { plan > 0 && (isTouched(first + plan, key) || isTouched(first, key) || hasStockOnly(key: key)) }

  /// False where nobody of the line has another path under the plan than in the bare forecast.
  public func isChanged(plan: Int, key: Int) -> Bool { isTouched(first + plan, key) }

  private func isTouched(_ simulated: Int, _ key: Int) -> Bool { simulated > 0 && flows.differences[simulated - 1].isTouched(key) }

  /// Adds the events of one kind, key and period under a plan, times a factor, to sums by draw.
  public func add(_ kind: EventTally.Kind, plan: Int, key: Int, step: Int, times factor: Double = 1, to sums: inout [Double]) {
    flows.base.add(kind, key: key, period: step, times: factor, to: &sums)
    if first + plan > 0 { flows.differences[first + plan - 1].add(kind, key: key, period: step, times: factor, to: &sums) }
  }

  public func addStockOnly(plan: Int, key: Int, step: Int, to sums: inout [Double]) {
    stocks[first + plan].withDraws(key: key, period: step) { values in
      for d in values.indices { sums[d] += values[d] }
    }
  }
}
