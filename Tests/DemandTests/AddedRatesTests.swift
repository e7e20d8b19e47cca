import Foundation
import Placements
import Testing

@testable import Demand

/// Numbers that a scenario adds to rates, or sets, against the exact expectation of citizens who come and leave independently. Tolerances
/// are 4.5 standard errors of the simulated mean: a right simulator misses one comparison in about 150,000.
@Suite struct AddedRatesTests {
  private static let draws = 4000
  private static let horizon = 24
  /// Yearly, but for those who come to each municipality in a year.
  private static let (admissions, homecoming, otherExit) = (6.0, 0.4, 0.3)
  private static let residents = 30
  private static let municipalities = 2

  /// What is done to a rate: in events a period over the whole scope of sixty citizens at the origin.
  struct Case: Sendable, CustomStringConvertible {
    let flow: Flow
    let add: Double?
    let set: Double?
    let ramp: Double

    var effect: RateChange.Effect { add.map { .add(.exact($0)) } ?? .set(.exact(set ?? 0)) }
    var description: String { "\(flow) add \(add ?? 0) set \(set ?? 0) ramp \(ramp)" }

    /// A period's hazard, from what it is without the change: the effect grows in a straight line over the ramp, by its mean over the
    /// period, and is shared by as many citizens as the scope held at the origin.
    func changed(_ before: Double, in period: Int, of citizens: Double) -> Double {
      let (from, to) = (Double(period), Double(period + 1))
      let strength = ramp == 0 ? 1 : (pow(min(to, ramp), 2) - pow(min(from, ramp), 2)) / (2 * ramp) + max(0, to - max(from, ramp))
      if let add { return max(0, before + strength * add / citizens) }
      return before * (1 - strength) + strength * (set ?? 0) / citizens
    }
  }

  static let cases: [Case] = [Flow.homecoming, .otherExit].flatMap { flow in
    [
      Case(flow: flow, add: 1.5, set: nil, ramp: 0), Case(flow: flow, add: -0.8, set: nil, ramp: 0), Case(flow: flow, add: 1.5, set: nil, ramp: 6.5),
      Case(flow: flow, add: nil, set: 2, ramp: 0), Case(flow: flow, add: nil, set: 0, ramp: 0), Case(flow: flow, add: nil, set: 4, ramp: 6.5),
    ]
  }

  private func rates(_ panel: Panel, _ clock: FlowClock, ofAll: Bool = false, _ rate: (Int) -> Double) -> FlowRates {
    let flow = FlowDraws(empty: panel, clock: clock, draws: Self.draws, tellsMunicipalitiesApart: !ofAll)
    for d in 0..<Self.draws { for s in panel.strata.indices { flow.stratumFactor[d * panel.strata.count + s] = rate(s) } }
    return FlowRates(flow, edges: clock.edges)
  }

  private func counts(_ result: SimulatedFlows, _ kind: EventTally.Kind, key: Int = 0, _ period: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: Self.draws)
    result.base.add(kind, key: key, period: period, to: &counts)
    result.differences[0].add(kind, key: key, period: period, to: &counts)
    return counts
  }

  /// Of one period: `hazards` are its integrals, `coming` who come on average, evenly over it; who leaves by each, and who is left.
  private func live(_ citizens: inout Double, coming: Double, _ hazards: [Double]) -> [Double] {
    let all = hazards.reduce(0, +)
    let left = all == 0 ? citizens + coming : citizens * exp(-all) + coming * (1 - exp(-all)) / all
    let leavers = citizens + coming - left
    citizens = left
    return hazards.map { all == 0 ? 0 : leavers * $0 / all }
  }

  /// Stock and both flows of every second month, over both municipalities.
  @Test(arguments: cases) func stocksAndFlowsAreTheExact(_ own: Case) {
    let panel = Panel.single(residents: Self.residents, municipalities: Self.municipalities)
    let clock = FlowClock(panel: panel, horizon: Self.horizon)
    let simulator = FlowSimulator(
      panel: panel, clock: clock, draws: Self.draws, seed: 23, admission: rates(panel, clock) { _ in Self.admissions },
      homecoming: rates(panel, clock) { _ in Self.homecoming }, otherExit: rates(panel, clock) { _ in Self.otherExit }, homecomingCount: nil,
      otherExitCount: nil, destinations: TransferDraws(panel: panel, draws: Self.draws, seed: 23), frailty: nil,
      exposure: [Double](repeating: 1, count: Self.municipalities * Self.horizon))
    let everybody = [Bool](repeating: true, count: Self.municipalities)
    let change = RateChange(
      target: .flow(own.flow), municipalities: everybody, strata: [true], periods: 0..<Self.horizon, effect: own.effect, ramp: own.ramp)
    let keys = TallyKeys(count: 1, cell: [0, 0], strata: 1)
    let reference = DemandPlan(windows: [])
    let result = simulator.run(
      plans: simulator.prepare(reference: reference, scenarios: [DemandPlan(changes: [change], windows: [])], keys: keys), keys: keys, threads: 2)
    let atOrigin = Double(Self.residents * Self.municipalities)
    var (citizens, stock) = (atOrigin, [Double](repeating: atOrigin, count: Self.draws))
    for period in 0..<Self.horizon {
      let years = (clock.edges[period + 1] - clock.edges[period]) / 365.25
      let before = [Self.homecoming * years, Self.otherExit * years]
      let hazards = zip([Flow.homecoming, .otherExit], before).map { $0 == own.flow ? own.changed($1, in: period, of: atOrigin) : $1 }
      let exact = live(&citizens, coming: Self.admissions * Double(Self.municipalities) * years, hazards)
      let flows = [EventTally.Kind.homecomings, .otherExits].map { counts(result, $0, period) }
      stock = zip(zip(stock, counts(result, .admissions, period)).map(+), zip(flows[0], flows[1]).map(+)).map(-)
      guard period % 2 == 1 else { continue }
      for (flow, expected) in zip(flows, exact) { #expect(DrawMean(flow).agrees(with: expected), "\(period): \(DrawMean(flow).mean) of \(expected)") }
      #expect(DrawMean(stock).agrees(with: citizens), "\(period): \(DrawMean(stock).mean) of \(citizens)")
    }
  }

  // MARK: Transfers

  /// Two areas: citizens of the first move to the second, as somebody did before.
  private static let two: Panel = {
    let offers = [Offer(id: "a", name: "a", area: "a", legalBasis: "SEL_107"), Offer(id: "b", name: "b", area: "b", legalBasis: "SEL_107")]
    let (start, moved, end) = (Day(year: 2020, month: 1, day: 1)!, Day(year: 2021, month: 1, day: 1)!, Day(year: 2022, month: 1, day: 1)!)
    func stay(_ citizen: String, _ offer: String, _ from: Day, _ to: Day?, _ reason: EndReason?) -> Stay {
      Stay(citizen: citizen, payer: "100", offer: offer, legalBasis: "SEL_107", kind: .residential, start: from, end: to, endReason: reason)
    }
    let stays = (0..<60).map { stay("c\($0)", "a", start, nil, nil) } + [stay("m", "a", start, moved, .transfer), stay("m", "b", moved, end, .discharge)]
    let settings = ProjectSettings(
      name: "test", basePeriod: .month, areas: [SpecialtyArea(id: "a", name: "A"), SpecialtyArea(id: "b", name: "B")], observedFrom: start,
      observedTo: Day(year: 2024, month: 12, day: 31)!)
    // Made of constants; a failure is a fault of the test itself.
    return try! Panel(Extracts(settings: settings, municipalities: [Municipality(code: "100", name: "100")], offers: offers, stays: stays))
  }()

  /// Who moves, and who is in either area: moved citizens leave at the second area's rates.
  @Test(arguments: [(0.5, nil), (-0.2, nil), (nil, 2), (nil, 0)] as [(Double?, Double?)]) func transfersAreTheExact(add: Double?, set: Double?) throws {
    let own = Case(flow: .transfer, add: add, set: set, ramp: 0)
    let panel = Self.two
    let clock = FlowClock(panel: panel, horizon: Self.horizon)
    let (transfer, exit) = (0.1, [0.3, 0.8])
    let from = try #require(panel.strata.firstIndex { $0.area == "a" })
    let simulator = FlowSimulator(
      panel: panel, clock: clock, draws: Self.draws, seed: 29, admission: rates(panel, clock) { $0 == from ? 12 : 0 },
      homecoming: rates(panel, clock) { _ in 0 }, otherExit: rates(panel, clock) { $0 == from ? exit[0] : exit[1] },
      transfer: rates(panel, clock, ofAll: true) { $0 == from ? transfer : 0 }, homecomingCount: nil, otherExitCount: nil,
      destinations: TransferDraws(panel: panel, draws: Self.draws, seed: 29), frailty: nil, exposure: [Double](repeating: 1, count: 2 * Self.horizon))
    let keys = TallyKeys(count: 2, cell: [0, 1], strata: 2)
    let change = RateChange(
      target: .flow(.transfer), municipalities: [true], strata: panel.strata.indices.map { $0 == from }, periods: 0..<Self.horizon, effect: own.effect)
    let reference = DemandPlan(windows: [])
    let result = simulator.run(
      plans: simulator.prepare(reference: reference, scenarios: [DemandPlan(changes: [change], windows: [])], keys: keys), keys: keys, threads: 2)
    var (first, second) = (60.0, 0.0)
    var stock = [Double](repeating: 0, count: Self.draws)
    for period in 0..<Self.horizon {
      let years = (clock.edges[period + 1] - clock.edges[period]) / 365.25
      let move = own.changed(transfer * years, in: period, of: 60)
      let (m, n) = (exit[0] * years + move, exit[1] * years)
      let coming = 12 * years
      // dA = c − m A, dB = move A − n B over a period of length 1.
      let level = coming / m
      let moved = (first - level) * move
      second = second * exp(-n) + move * level * (1 - exp(-n)) / n + moved * (abs(m - n) < 1e-9 ? exp(-n) : (exp(-m) - exp(-n)) / (n - m))
      let leavers = live(&first, coming: coming, [exit[0] * years, move])
      let moves = counts(result, .netMoves, key: from, period).map { -$0 }
      #expect(DrawMean(moves).agrees(with: leavers[1]), "\(period): \(DrawMean(moves).mean) of \(leavers[1])")
      stock = zip(zip(stock, counts(result, .netMoves, key: 1 - from, period)).map(+), counts(result, .otherExits, key: 1 - from, period)).map(-)
      #expect(DrawMean(stock).agrees(with: second), "\(period): \(DrawMean(stock).mean) of \(second)")
    }
  }
}
