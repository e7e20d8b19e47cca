import Placements

/// What a plan changes in one cell.
struct Touch: OptionSet {
  let rawValue: UInt8

  static let admissionRate = Touch(rawValue: 1)
  static let homecoming = Touch(rawValue: 2)
  static let otherExit = Touch(rawValue: 4)
  static let batch = Touch(rawValue: 8)
  /// Offers open or close.
  static let offers = Touch(rawValue: 16)
  /// Those who are admitted choose among other offers.
  static let newChoice = Touch(rawValue: 32)
  static let ageOut = Touch(rawValue: 64)
  static let transfer = Touch(rawValue: 128)

  /// Changes that reach those who are there.
  static let path: Touch = [.homecoming, .otherExit, .ageOut, .transfer, .batch, .offers]
}

extension RateChange.Target {
  var touch: Touch {
    switch self {
    case .flow(.admission), .population: .admissionRate
    case .flow(.homecoming): .homecoming
    case .flow(.otherExit): .otherExit
    case .flow(.ageOut): .ageOut
    case .flow(.transfer): .transfer
    case .stock: []
    }
  }

  func acts(on row: RateBook.Row) -> Bool {
    switch (self, row) {
    case (.flow(.admission), .admission), (.population, .admission), (.flow(.homecoming), .homecoming),
      (.flow(.homecoming), .homecomingCount), (.flow(.otherExit), .otherExit), (.flow(.otherExit), .otherExitCount), (.flow(.ageOut), .ageOut),
      (.flow(.transfer), .transfer):
      true
    default: false
    }
  }
}

/// A plan with what the inner loop needs looked up once.
final class PreparedPlan: Sendable {
  let plan: DemandPlan
  /// By municipality: whether its paths differ from the reference's.
  let touches: [Bool]
  /// By municipality: whether those who are there can be reached, not only admissions.
  let changesPaths: [Bool]
  /// `[municipality · strata + stratum]`: what the plan changes.
  let touch: BareArray<Touch>
  /// Whether who lives in which offer changes more than counts by offer.
  let needsOffers: Bool
  /// By stratum: the offers that take new citizens.
  let windows: [[OfferWindow]]
  /// By offer: the day on which it closes to those who live there.
  let closing: BareArray<Double>
  /// `[change · draws + draw]`, with `add` already as a rate per unit of its distribution.
  private let values: BareArray<Double>
  private let draws: Int
  /// By municipality: the changes that reach it, in the plan's order.
  let changesOfMunicipality: [[Int]]
  /// By change: whether it multiplies.
  let multiplies: [Bool]
  /// By change: whether it is a factor that stays the same over the whole horizon.
  let actsThroughout: [Bool]
  /// Whether it has more than changes of rates: citizens who are known to come, jumps, competitors or batches.
  let hasMore: Bool
  let targets: [RateChange.Target]
  let steps: [RateStep]
  /// `[change · strata + stratum]`.
  private let strataOfChange: BareArray<Bool>
  private let strata: Int
  /// By change: whether it changes the population at risk.
  let isOfPopulation: [Bool]
  /// By change, `[municipality · strata + stratum]`: share of an added number, for admissions.
  let shares: [[Double]]
  let realised: [[Double]]
  let delay: [[Double]]
  let moves: PreparedMoves
  /// `[competitor][draw]`.
  let competing: [[Double]]

  init(_ plan: DemandPlan, reference: DemandPlan, simulator: FlowSimulator, isByOffer: Bool) {
    self.plan = plan
    let offers = (plan.windows.map(\.offer).max() ?? -1) + 1
    var windows = [[OfferWindow]](repeating: [], count: simulator.panel.strata.count)
    var closing = [Double](repeating: .infinity, count: max(offers, simulator.panel.offers.count))
    for window in plan.windows {
      windows[window.stratum].append(window)
      closing[window.offer] = window.closes
    }
    self.windows = windows
    self.closing = BareArray(closing)
    let touch = Self.touch(plan, reference, panel: simulator.panel, isByOffer: isByOffer)
    self.touch = BareArray(touch)
    let strata = simulator.panel.strata.count
    touches = simulator.panel.municipalities.indices.map { m in touch[m * strata..<(m + 1) * strata].contains { !$0.isEmpty } }
    changesPaths = simulator.panel.municipalities.indices.map { m in
      touch[m * strata..<(m + 1) * strata].contains { !$0.isDisjoint(with: .path) }
    }
    needsOffers =
      touch.contains { $0.contains(.offers) } || plan.batches.contains { $0.offer != nil } || plan.entries.contains { $0.offer != nil }
      || plan.moves.contains(where: \.namesOffers) || plan.jumps.contains { $0.offer != nil }
    moves = PreparedMoves(plan.moves, offers: closing.count, simulator: simulator)
    competing = plan.competitors.map { own in (0..<simulator.draws).map { own.share.value(seed: simulator.seed, draw: $0) } }
    var values = [Double](repeating: 0, count: plan.changes.count * simulator.draws)
    for (index, change) in plan.changes.enumerated() {
      for d in 0..<simulator.draws {
        switch change.effect {
        case .multiply(let number), .add(let number), .set(let number): values[index * simulator.draws + d] = number.value(seed: simulator.seed, draw: d)
        case .multiplyEach(let factors): values[index * simulator.draws + d] = factors[d]
        }
      }
    }
    self.values = BareArray(values)
    draws = simulator.draws
    changesOfMunicipality = simulator.panel.municipalities.indices.map { m in plan.changes.indices.filter { plan.changes[$0].municipalities[m] } }
    isOfPopulation = plan.changes.map { $0.target == .population }
    multiplies = plan.changes.map(\.effect.isFactor)
    let horizon = 0..<simulator.horizon
    actsThroughout = plan.changes.map { $0.effect.isFactor && $0.ramp == 0 && $0.periods.clamped(to: horizon) == horizon }
    hasMore = !(plan.entries.isEmpty && plan.jumps.isEmpty && plan.competitors.isEmpty && plan.batches.isEmpty)
    targets = plan.changes.map(\.target)
    steps = plan.changes.map(\.step)
    strataOfChange = BareArray(plan.changes.flatMap(\.strata))
    self.strata = strata
    shares = plan.changes.map { Self.shares(of: $0, simulator: simulator) }
    realised = plan.batches.map { batch in (0..<simulator.draws).map { batch.realised.value(seed: simulator.seed, draw: $0) } }
    delay = plan.batches.map { batch in (0..<simulator.draws).map { batch.delayMonths.value(seed: simulator.seed, draw: $0) } }
  }

  @inline(__always)
  func reaches(_ change: Int, _ stratum: Int) -> Bool { strataOfChange[change * strata + stratum] }

  /// The change's number in a draw.
  @inline(__always)
  func value(_ change: Int, draw: Int) -> Double { values[change * draws + draw] }

  private static func touch(_ plan: DemandPlan, _ reference: DemandPlan, panel: Panel, isByOffer: Bool) -> [Touch] {
    let strata = panel.strata.count
    var touch = [Touch](repeating: [], count: panel.municipalities.count * strata)
    let offers = panel.strata.indices.map { offersMatter($0, plan, reference, isByOffer: isByOffer) }
    for m in panel.municipalities.indices {
      for s in 0..<strata {
        if offers[s] { touch[m * strata + s].formUnion([.offers, .newChoice]) }
        for change in plan.changes where change.municipalities[m] && change.strata[s] { touch[m * strata + s].formUnion(change.target.touch) }
        if plan.entries.contains(where: { $0.municipality == m && $0.stratum == s }) { touch[m * strata + s].formUnion(.admissionRate) }
        touch[m * strata + s].formUnion(Self.touch(ofCitizens: plan, m, s))
        for batch in plan.batches where batch.municipality == m && batch.strata[s] {
          touch[m * strata + s].formUnion(batch.replacesTrend ? [.batch, .homecoming] : .batch)
        }
      }
    }
    return touch
  }

  /// What moves, jumps and competing offers change in a cell.
  private static func touch(ofCitizens plan: DemandPlan, _ m: Int, _ s: Int) -> Touch {
    var touch: Touch = []
    for move in plan.moves where move.municipalities[m] && move.strata[s] { touch.formUnion(move.reachesArrivals ? [.batch, .newChoice] : .batch) }
    if plan.jumps.contains(where: { $0.stratum == s && $0.weights[m] > 0 }) { touch.formUnion(.admissionRate) }
    if plan.competitors.contains(where: { $0.municipality == m && $0.strata[s] }) { touch.formUnion(.batch) }
    return touch
  }

  /// Whether a stratum's offers differ from the reference's in a way that the results can show: always when they are split
  /// by offer; else only when somebody in a closing offer finds no other in the same stratum.
  private static func offersMatter(_ stratum: Int, _ plan: DemandPlan, _ reference: DemandPlan, isByOffer: Bool) -> Bool {
    let own = plan.windows.filter { $0.stratum == stratum }
    let before = reference.windows.filter { $0.stratum == stratum }
    let differs =
      own.count != before.count
      || zip(own, before).contains { $0.offer != $1.offer || $0.weight != $1.weight || $0.opens != $1.opens || $0.closes != $1.closes || $0.stops != $1.stops || $0.ramp != $1.ramp }
    guard differs, !isByOffer else { return differs }
    let closing = own.map(\.closes).filter(\.isFinite)
    return closing.contains { day in !own.contains { $0.closes == .infinity && $0.opens <= day && $0.ramp == 0 } }
  }

  /// How an added or set number is spread over cells: flows as they are expected at the origin, persons and stocks by population.
  private static func shares(of change: RateChange, simulator: FlowSimulator) -> [Double] {
    if change.effect.isFactor { return [] }
    let cells = Cells(change: change, simulator: simulator)
    switch change.target {
    case .flow(let flow):
      let expected = cells.weights { cells.expected(flow, $0, $1) }
      if expected.contains(where: { $0 > 0 }) { return cells.shares(expected) }
      return cells.shares(cells.weights { flow == .admission ? cells.people($0, $1) : Double(cells.present($0, $1)) })
    case .stock: return cells.shares(cells.weights { cells.simulator.panel.knowledge[$1] == .stockOnly ? cells.people($0, $1) : 0 })
    // The same persons belong to the population of every stratum.
    case .population: return cells.sharesWithinStrata(cells.weights(cells.people))
    }
  }

  /// The cells in a change's scope.
  private struct Cells {
    let change: RateChange
    let simulator: FlowSimulator

    private var panel: Panel { simulator.panel }

    func people(_ m: Int, _ s: Int) -> Double {
      simulator.exposure[(m * panel.areas.count + panel.areaOfStratum[s]) * simulator.horizon]
    }

    func present(_ m: Int, _ s: Int) -> Int { simulator.residents[m].count { $0.stratum == s } }

    /// Events a year at the origin, over a few draws of the rates.
    func expected(_ flow: Flow, _ m: Int, _ s: Int) -> Double {
      let draws = min(32, simulator.draws)
      func level(_ rates: FlowRates) -> Double {
        let view = rates.view
        return (0..<draws).reduce(0) { $0 + view.level(municipality: m, stratum: s, draw: $1) } / Double(draws)
      }
      switch (flow, panel.knowledge[s]) {
      case (.admission, .flowsAndStock), (.admission, .flowsOnly): return level(simulator.admission) * people(m, s)
      case (.homecoming, .flowsAndStock): return level(simulator.homecoming) * Double(present(m, s))
      case (.otherExit, .flowsAndStock): return level(simulator.otherExit) * Double(present(m, s))
      case (.ageOut, .flowsAndStock): return simulator.ageOut.map { level($0) * Double(present(m, s)) } ?? 0
      case (.transfer, .flowsAndStock): return simulator.transfer.map { level($0) * Double(present(m, s)) } ?? 0
      case (.ageOut, .flowsOnly), (.transfer, .flowsOnly): return 0
      case (.homecoming, .flowsOnly): return simulator.homecomingCount.map { level($0) * people(m, s) } ?? 0
      case (.otherExit, .flowsOnly): return simulator.otherExitCount.map { level($0) * people(m, s) } ?? 0
      case (_, .stockOnly), (_, .nothing): return 0
      }
    }

    /// `[municipality · strata + stratum]`, zero outside the scope.
    func weights(_ weight: (Int, Int) -> Double) -> [Double] {
      var weights = [Double](repeating: 0, count: panel.municipalities.count * panel.strata.count)
      for m in panel.municipalities.indices where change.municipalities[m] {
        for s in panel.strata.indices where change.strata[s] { weights[m * panel.strata.count + s] = weight(m, s) }
      }
      return weights
    }

    func shares(_ weights: [Double]) -> [Double] {
      let total = weights.reduce(0, +)
      return total > 0 ? weights.map { $0 / total } : weights
    }

    func sharesWithinStrata(_ weights: [Double]) -> [Double] {
      let strata = panel.strata.count
      let totals = panel.strata.indices.map { s in panel.municipalities.indices.reduce(0.0) { $0 + weights[$1 * strata + s] } }
      return weights.enumerated().map { totals[$0 % strata] > 0 ? $1 / totals[$0 % strata] : 0 }
    }
  }
}
