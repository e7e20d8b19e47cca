import Placements

@testable import Demand

/// One area with two homes that can stand in for each other, a home under another section, two single-person projects and an offer of
/// hours; constant rates, given by stratum.
struct DecisionsWorld {
  static let draws = 4000
  static let horizon = 24
  static let ids = ["east", "west", "long", "one", "two", "visits"]
  let panel: Panel
  let simulator: FlowSimulator
  private let reference: DemandPlan

  /// Yearly rates of a stratum; admissions of each municipality.
  struct Rates {
    var admissions = 0.0
    var homecoming = 0.0
    var otherExit = 0.0

    var leave: Double { homecoming + otherExit }
  }

  /// - Parameters:
  ///   - residents: of each municipality, by offer id.
  ///   - rates: by legal section of the stratum, with `single` for the projects.
  init(residents: [String: Int], rates: [String: Rates], municipalities: Int = 1, draws: Int = Self.draws, seed: UInt64 = 11) {
    let panel = Self.panel(residents, municipalities)
    let clock = FlowClock(panel: panel, horizon: Self.horizon)
    func flow(_ value: (Rates) -> Double) -> FlowRates {
      let flow = FlowDraws(empty: panel, clock: clock, draws: draws)
      for d in 0..<draws {
        for (s, stratum) in panel.strata.enumerated() {
          flow.stratumFactor[d * panel.strata.count + s] = value(rates[stratum.kind == .singlePerson ? "single" : stratum.legalBasis] ?? Rates())
        }
      }
      return FlowRates(flow, edges: clock.edges)
    }
    self.panel = panel
    simulator = FlowSimulator(
      panel: panel, clock: clock, draws: draws, seed: seed, admission: flow(\.admissions), homecoming: flow(\.homecoming), otherExit: flow(\.otherExit),
      homecomingCount: nil, otherExitCount: nil, destinations: TransferDraws(panel: panel, draws: draws, seed: seed), frailty: nil,
      exposure: [Double](repeating: 1, count: municipalities * Self.horizon))
    reference = DemandPlan(windows: Self.ids.map { OfferWindow(offer: Self.offer($0, panel), stratum: Self.stratum($0, panel), weight: 1) })
  }

  private static func panel(_ residents: [String: Int], _ municipalities: Int) -> Panel {
    func offer(_ id: String, _ law: String, _ kind: ServiceKind) -> Offer { Offer(id: id, name: id, area: "a", legalBasis: law, kind: kind) }
    let offers = [
      offer("east", "SEL_107", .residential), offer("west", "SEL_107", .residential), offer("long", "SEL_108", .residential),
      offer("one", "SEL_107", .singlePerson), offer("two", "SEL_107", .singlePerson), offer("visits", "SEL_85", .hours),
    ]
    let codes = (0..<municipalities).map { "\(100 + $0)" }
    let (start, end) = (Day(year: 2020, month: 1, day: 1)!, Day(year: 2021, month: 1, day: 1)!)
    // One stay of the past lets every stratum exist.
    let stays = codes.flatMap { code in
      offers.flatMap { offer in
        (0...(residents[offer.id] ?? 0)).map { number in
          Stay(
            citizen: "\(code)-\(offer.id)-\(number)", payer: code, offer: offer.id, legalBasis: offer.legalBasis, kind: offer.kind, start: start,
            end: number == 0 ? end : nil, endReason: number == 0 ? .discharge : nil)
        }
      }
    }
    let settings = ProjectSettings(
      name: "test", basePeriod: .month, areas: [SpecialtyArea(id: "a", name: "A")], observedFrom: start, observedTo: Day(year: 2024, month: 12, day: 31)!)
    // Made of constants; a failure is a fault of the test itself.
    return try! Panel(Extracts(settings: settings, municipalities: codes.map { Municipality(code: $0, name: $0) }, offers: offers, stays: stays))
  }

  private static func offer(_ id: String, _ panel: Panel) -> Int { panel.offers.firstIndex { $0.id == id }! }
  private static func stratum(_ id: String, _ panel: Panel) -> Int { panel.strata.firstIndex(of: panel.offers[offer(id, panel)].stratum)! }
  func offer(_ id: String) -> Int { Self.offer(id, panel) }
  func stratum(_ id: String) -> Int { Self.stratum(id, panel) }
  func strata(_ ids: String...) -> [Bool] { panel.strata.indices.map { s in ids.contains { stratum($0) == s } } }
  var everybody: [Bool] { panel.municipalities.map { _ in true } }

  /// Days from the origin to the start of a future period.
  func day(_ period: Int) -> Double { simulator.edges[period] }
  func years(_ from: Int, _ to: Int) -> Double { (day(to) - day(from)) / 365.25 }

  /// The reference changed.
  func plan(_ change: (inout DemandPlan) -> Void) -> DemandPlan {
    var plan = reference
    change(&plan)
    return plan
  }

  func move(
    _ ids: [String], from: Int, until: Int? = nil, share: Double = 1, leave: Double = 0, to: [CitizenMove.Destination] = [], arrivals: Bool = false,
    municipalities: [Bool]? = nil, key: UInt64 = 3
  ) -> CitizenMove {
    CitizenMove(
      municipalities: municipalities ?? everybody, strata: panel.strata.indices.map { s in ids.contains { stratum($0) == s } },
      offers: ids.map { offer($0) }, from: day(from), until: day(until ?? from), share: .exact(share), leave: .exact(leave), destinations: to,
      reachesArrivals: arrivals, key: key)
  }

  func to(_ id: String, _ weight: Double = 1) -> CitizenMove.Destination { CitizenMove.Destination(stratum: stratum(id), offer: offer(id), weight: weight) }

  /// Results by offer.
  func run(_ plans: [DemandPlan], threads: Int = 2) -> Results {
    let offers = panel.offers.count
    let keys = TallyKeys(count: offers, byOffer: Array(0..<offers), payerCounts: everybody, strata: panel.strata.count)
    return Results(
      world: self, flows: simulator.run(plans: simulator.prepare(reference: reference, scenarios: plans, keys: keys), keys: keys, threads: threads))
  }

  struct Results {
    let world: DecisionsWorld
    let flows: SimulatedFlows
    static let flowKinds: [(EventTally.Kind, Double)] = [(.admissions, 1), (.homecomings, -1), (.otherExits, -1), (.netMoves, 1)]

    /// By draw, of the base where `plan` is nil.
    func counts(_ kind: EventTally.Kind, _ id: String, _ period: Int, plan: Int? = 0) -> [Double] {
      var counts = [Double](repeating: 0, count: world.simulator.draws)
      flows.base.add(kind, key: world.offer(id), period: period, to: &counts)
      if let plan { flows.differences[plan].add(kind, key: world.offer(id), period: period, to: &counts) }
      return counts
    }

    func difference(_ kind: EventTally.Kind, _ id: String, _ period: Int, plan: Int = 0) -> [Double] {
      var counts = [Double](repeating: 0, count: world.simulator.draws)
      flows.differences[plan].add(kind, key: world.offer(id), period: period, to: &counts)
      return counts
    }

    func sum(_ kind: EventTally.Kind, _ ids: [String], _ periods: Range<Int>, plan: Int? = 0) -> [Double] {
      var sum = [Double](repeating: 0, count: world.simulator.draws)
      for id in ids { for period in periods { sum = zip(sum, counts(kind, id, period, plan: plan)).map(+) } }
      return sum
    }

    /// At the end of a period.
    func stock(_ ids: [String], _ period: Int, plan: Int? = 0) -> [Double] {
      var stock = [Double](repeating: Double(ids.reduce(0) { $0 + flows.openingStock[world.offer($1)] }), count: world.simulator.draws)
      for (kind, sign) in Self.flowKinds { stock = zip(stock, sum(kind, ids, 0..<period + 1, plan: plan)).map { $0 + sign * $1 } }
      return stock
    }

    var isUnchanged: Bool {
      flows.differences.indices.allSatisfy { plan in
        DecisionsWorld.ids.allSatisfy { id in
          EventTally.Kind.allCases.allSatisfy { kind in
            (0..<DecisionsWorld.horizon).allSatisfy { difference(kind, id, $0, plan: plan).allSatisfy { $0 == 0 } }
          }
        }
      }
    }
  }
}

/// Mean and its Monte-Carlo error.
struct DrawMean {
  let mean: Double
  let variance: Double
  let error: Double

  init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    error = (variance / Double(values.count)).squareRoot()
  }

  /// Within 4.5 errors, which a right simulator misses about once in 150,000 comparisons.
  func agrees(with exact: Double) -> Bool { abs(mean - exact) <= 4.5 * error + 1e-9 }
}
