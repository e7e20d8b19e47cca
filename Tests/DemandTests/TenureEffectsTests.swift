import Foundation
import Placements
import Probability
import Testing

@testable import Demand

/// Hazards by time since admission: counted exactly, found again where they are known, and simulated as theory says.
@Suite struct TenureEffectsTests {
  private static let origin = Day(year: 2024, month: 12, day: 31)!

  private static func panel(_ stays: [Stay], offers: [Offer], from: Day) throws -> Panel {
    let settings = ProjectSettings(
      name: "test", basePeriod: .month, areas: offers.map { SpecialtyArea(id: $0.area, name: $0.area) }, observedFrom: from, observedTo: origin)
    let payers = Set(stays.map(\.payer)).sorted()
    return try Panel(Extracts(settings: settings, municipalities: payers.map { Municipality(code: $0, name: $0) }, offers: offers, stays: stays))
  }

  private static func stay(_ citizen: String, _ offer: Offer, _ start: Day, _ end: Day?, _ reason: EndReason?, payer: String = "100") -> Stay {
    Stay(citizen: citizen, payer: payer, offer: offer.id, legalBasis: offer.legalBasis, kind: offer.kind, start: start, end: end, endReason: reason)
  }

  private static func offer(_ area: String, _ section: String) -> Offer { Offer(id: "o-" + area, name: area, area: area, legalBasis: section) }

  /// A stay from before the data enters with its time; a transfer does not set the clock back; the last day present decides.
  @Test func daysAndExitsAreCountedByBand() throws {
    let (a, b) = (Self.offer("a", "SEL_107"), Self.offer("b", "SEL_108"))
    let window = Day(year: 2020, month: 1, day: 1)!
    let first = window.advanced(by: -600)
    let moved = window.advanced(by: 60)
    let panel = try Self.panel(
      [
        Self.stay("1", a, first, moved, .transfer), Self.stay("1", b, moved, first.advanced(by: 1826), .homecoming),
        Self.stay("2", a, window.advanced(by: 10), nil, nil),
      ], offers: [a, b], from: window)
    let tenure = try #require(panel.tenure)
    func days(_ stratum: Int, _ band: Int) -> Double { (0..<panel.count).reduce(0) { $0 + tenure.days(cell: stratum * panel.count + $1, band: band) } }
    let present = Double(Self.origin - window.advanced(by: 10) + 1)
    #expect(days(0, 0) == 183 && days(0, 1) == 60 + 731 - 183 && days(0, 2) == present - 731)
    #expect((0..<4).map { days(1, $0) } == [0, 131 - 60, 1826 - 731, 0])
    #expect(tenure.exits.map(\.band) == [2], "the last day present is the last of the third band")
    for s in 0..<2 {
      for t in 0..<panel.count {
        let sum = (0..<4).reduce(0.0) { $0 + tenure.days(cell: s * panel.count + t, band: $1) }
        #expect(sum == panel.value(.occupiedDays, municipality: 0, stratum: s, period: t))
      }
    }
    #expect(panel.residents.map(\.admitted) == [window.advanced(by: 10)])
  }

  /// Yearly homecoming hazards by band.
  private static let hazards = ["SEL_107": [0.9, 0.45, 0.2, 0.1], "SEL_108": [0.2, 0.2, 0.2, 0.2]]

  /// Ten years of 20 municipalities with two sections; stays are admitted for fifteen years before the data.
  private static func world(hidesReasons: Bool = false) throws -> Panel {
    let offers = [offer("a", "SEL_107"), offer("b", "SEL_108")]
    let window = origin.advanced(by: -3652)
    var stays: [Stay] = []
    for (number, offer) in offers.enumerated() {
      for payer in 0..<20 {
        var stream = RandomStream(seed: 11, pair: UInt64(number), UInt64(payer))
        let size = exp(0.4 * stream.nextNormal())
        var admitted = -25.0 * 365.25
        while true {
          admitted -= log(stream.nextUniform()) * 365.25 / (3 * size)
          guard admitted < 0 else { break }
          let start = origin.advanced(by: Int(admitted.rounded(.down)))
          let (lasts, home) = duration(hazards[offer.legalBasis]!, other: 0.1, &stream)
          let last = start.advanced(by: max(1, lasts))
          guard last > window else { continue }
          let ended = last <= origin
          let told: EndReason = home ? .homecoming : .discharge
          let reason: EndReason = hidesReasons && stays.count % 3 == 0 ? .unknown : told
          stays.append(
            stay("\(number)-\(payer)-\(stays.count)", offer, start, ended ? last : nil, ended ? reason : nil, payer: "\(100 + payer)"))
        }
      }
    }
    return try panel(stays, offers: offers, from: window.advanced(by: 1))
  }

  private static func duration(_ hazard: [Double], other: Double, _ stream: inout RandomStream) -> (days: Int, home: Bool) {
    var left = -log(stream.nextUniform())
    var from = 0.0
    for band in 0..<4 {
      let daily = (hazard[band] + other) / 365.25
      let until = band < 3 ? Double(Tenure.bounds[band]) : .infinity
      if left < daily * (until - from) { return (Int(from + left / daily), stream.nextUniform() < hazard[band] / (hazard[band] + other)) }
      left -= daily * (until - from)
      from = until
    }
    return (0, false)
  }

  /// Factors relative to each other are the hazards', within 3.5 standard errors; flat hazards stay flat.
  @Test func factorsAreFound() throws {
    let panel = try Self.world()
    let demand = FittedDemand(panel: panel, horizon: 12, threads: 2)
    let homecoming = try #require(demand.flows.first { $0.flow == .homecoming })
    let found = homecoming.estimates.compactMap { estimate -> (LegalGroup, Int, Double, Double)? in
      guard case .tenure(let group, let band) = estimate.subject, let error = estimate.standardError else { return nil }
      return (group, band, estimate.value, error)
    }
    #expect(found.count == 8)
    for (group, band, value, error) in found {
      let hazard = try #require(Self.hazards[group == .temporary ? "SEL_107" : "SEL_108"])
      // The mean weighs the bands by what is expected in them, which the difference from the second band leaves out.
      let second = try #require(found.first { $0.0 == group && $0.1 == 1 })
      #expect(abs(value - second.2 - log(hazard[band] / hazard[1])) < 3.5 * (error + second.3), "\(group) \(band): \(value) ± \(error)")
    }
    // The exits that the fit counts are those of the data.
    #expect(abs(homecoming.fittedEvents / homecoming.events - 1) < 0.01)
    // Death and discharge do not depend on the time: at most a small factor.
    let other = try #require(demand.flows.first { $0.flow == .otherExit })
    for factor in other.tenure?.factors ?? [] { #expect(abs(log(factor)) < 0.5) }
  }

  /// Draws keep the estimates as their means, so that they do not move the expected exits.
  @Test func drawsKeepTheFactors() throws {
    let demand = FittedDemand(panel: try Self.world(), horizon: 12, threads: 2)
    let tenure = try #require(demand.flows.first { $0.flow == .homecoming }?.tenure)
    let draws = 400
    let table = tenure.draws(draws, seed: 3)
    for cell in 0..<TenureEffects.cells {
      let mean = (0..<draws).reduce(0.0) { $0 + table[$1 * TenureEffects.cells + cell] } / Double(draws)
      #expect(abs(mean / tenure.factors[cell] - 1) < 1e-9)
    }
    #expect(table == tenure.draws(draws, seed: 3))
  }

  /// A third of the reasons gone: the forecast has as many homecomings as with all of them, and as many exits in total.
  @Test func unknownReasonsAreSplitAsTheKnownOnes() throws {
    func exits(hiding hidden: Bool) throws -> (home: Double, all: Double) {
      let panel = try Self.world(hidesReasons: hidden)
      let demand = FittedDemand(panel: panel, horizon: 12, threads: 2)
      let keys = TallyKeys(count: 1, cell: [Int](repeating: 0, count: panel.municipalities.count * panel.strata.count), strata: panel.strata.count)
      let result = demand.simulate(reference: DemandPlan(windows: []), scenarios: [], keys: keys, draws: 400, seed: 2, threads: 2)
      var (home, other) = ([Double](repeating: 0, count: 400), [Double](repeating: 0, count: 400))
      for step in 0..<12 {
        result.add(.homecomings, plan: 0, key: 0, step: step, to: &home)
        result.add(.otherExits, plan: 0, key: 0, step: step, to: &other)
      }
      return (home.reduce(0, +) / 400, (home.reduce(0, +) + other.reduce(0, +)) / 400)
    }
    let (known, hidden) = (try exits(hiding: false), try exits(hiding: true))
    // Two thirds of some 400 homecomings are known: about 3 % by chance, and the fits' pooling differs a little.
    #expect(abs(hidden.home / known.home - 1) < 0.1, "\(hidden) against \(known)")
    #expect(abs(hidden.all / known.all - 1) < 0.05, "\(hidden) against \(known)")
  }

  private static let draws = 4000
  private static let factors = [2.0, 1, 0.5, 0.2]

  /// One stratum; 20 residents admitted `days` before the origin.
  private static func simulator(days: Int, admissionsPerYear: Double) throws -> (simulator: FlowSimulator, panel: Panel) {
    let offer = offer("a", "SEL_107")
    let start = origin.advanced(by: 1 - days)
    let panel = try panel((0..<20).map { stay("\($0)", offer, start, nil, nil) }, offers: [offer], from: Day(year: 2014, month: 1, day: 1)!)
    let clock = FlowClock(panel: panel, horizon: 36)
    func rates(_ rate: Double, _ factors: [Double]?) -> FlowRates {
      var flow = FlowDraws(empty: panel, clock: clock, draws: draws)
      for d in 0..<draws { flow.stratumFactor[d] = rate }
      if let factors {
        let table = (0..<draws).flatMap { _ in LegalGroup.allCases.flatMap { _ in factors } }
        flow.tenure = (table, TenureEffects.groupOfStratum(panel))
      }
      return FlowRates(flow, edges: clock.edges)
    }
    let simulator = FlowSimulator(
      panel: panel, clock: clock, draws: draws, seed: 5, admission: rates(admissionsPerYear, nil), homecoming: rates(0.4, factors),
      otherExit: rates(0.1, nil), homecomingCount: nil, otherExitCount: nil, destinations: TransferDraws(panel: panel, draws: draws, seed: 5),
      frailty: nil, exposure: [Double](repeating: 1, count: 36))
    return (simulator, panel)
  }

  private static func exits(_ simulator: FlowSimulator, _ plan: DemandPlan = DemandPlan(windows: [])) -> (base: [Double], difference: [Double]) {
    let keys = TallyKeys(count: 1, cell: [0], strata: 1)
    let result = simulator.run(
      plans: simulator.prepare(reference: DemandPlan(windows: []), scenarios: [plan], keys: keys), keys: keys, threads: 2)
    var (base, difference) = ([Double](repeating: 0, count: draws), [Double](repeating: 0, count: draws))
    for period in 0..<24 {
      result.base.add(.homecomings, key: 0, period: period, to: &base)
      result.differences[0].add(.homecomings, key: 0, period: period, to: &difference)
    }
    return (base, difference)
  }

  /// Expected homecomings of one citizen within `span` days, by quarter-day steps of the competing hazards.
  private static func expected(since: Double, span: Double) -> Double {
    let step = 0.25
    var (alive, sum) = (1.0, 0.0)
    for at in stride(from: 0.0, to: span, by: step) {
      let home = factors[RateBook.band(since + at + step / 2)] * 0.4 / 365.25 * step
      let leave = 1 - exp(-home - 0.1 / 365.25 * step)
      sum += alive * leave * home / (home + 0.1 / 365.25 * step)
      alive *= 1 - leave
    }
    return sum
  }

  /// The mean number of homecomings in two years is what the hazards give: four standard errors of the simulated mean.
  @Test(arguments: [10, 150, 500, 1700, 4000]) func residentsLeaveAsTheirTimeSays(days: Int) throws {
    let (simulator, panel) = try Self.simulator(days: days, admissionsPerYear: 0)
    let base = Self.exits(simulator).base
    let span = Double(panel.origin.advanced(by: 25).firstDay - panel.origin.advanced(by: 1).firstDay)
    let exact = 20 * Self.expected(since: Double(days), span: span)
    let mean = base.reduce(0, +) / Double(Self.draws)
    #expect(abs(mean - exact) < 4 * sqrt(exact / Double(Self.draws)) + 0.01, "\(mean) against \(exact)")
  }

  /// Those who arrive begin at zero.
  @Test func arrivalsBeginAtZero() throws {
    let (simulator, panel) = try Self.simulator(days: 4000, admissionsPerYear: 12)
    let base = Self.exits(simulator).base
    let span = Double(panel.origin.advanced(by: 25).firstDay - panel.origin.advanced(by: 1).firstDay)
    // Arrivals at an even rate; 200 moments are enough for the third digit.
    var left = 0.0
    for moment in 0..<200 { left += Self.expected(since: 0, span: span * (Double(moment) + 0.5) / 200) }
    let arrived = left / 200 * 12 * span / 365.25
    let exact = 20 * Self.expected(since: 4000, span: span) + arrived
    let mean = base.reduce(0, +) / Double(Self.draws)
    #expect(abs(mean - exact) < 4.5 * sqrt(exact / Double(Self.draws)) + 0.02, "\(mean) against \(exact)")
  }

  /// Scenarios share the clocks: a change of nothing changes nothing, more homecomings never fewer in total.
  @Test(arguments: [1.0, 1.5]) func scenariosArePaired(factor: Double) throws {
    let (simulator, _) = try Self.simulator(days: 150, admissionsPerYear: 12)
    let change = RateChange(target: .flow(.homecoming), municipalities: [true], strata: [true], periods: 0..<36, effect: .multiply(.exact(factor)))
    let difference = Self.exits(simulator, DemandPlan(changes: [change], windows: [])).difference
    if factor == 1 {
      #expect(difference.allSatisfy { $0 == 0 })
    } else {
      #expect(difference.allSatisfy { $0 >= 0 } && difference.contains { $0 > 0 })
    }
  }
}
