import Foundation
import Placements
import Testing

@testable import Demand

/// Simulated numbers against what probability theory says of them. Tolerances are four to five standard errors of the
/// simulated mean, so a right simulator fails about once in 20,000 seeds; the seed is fixed.
@Suite struct FlowSimulatorTests {
  private static let draws = 4000
  private static let horizon = 24

  /// One municipality, one area and stratum with 30 residents; constant rates.
  private func world(
    residents: Int = 30, admissionsPerYear: Double = 6, homecoming: Double = 0.2, otherExit: Double = 0.3, thetaA: Double? = nil,
    thetaH: Double? = nil, municipalities: Int = 1
  ) -> (simulator: FlowSimulator, keys: TallyKeys, panel: Panel) {
    let panel = Panel.single(residents: residents, municipalities: municipalities)
    let clock = FlowClock(panel: panel, horizon: Self.horizon)
    func rates(_ rate: Double, _ theta: Double?) -> FlowRates {
      var flow = FlowDraws(empty: panel, clock: clock, draws: Self.draws)
      for d in 0..<Self.draws { flow.stratumFactor[d] = rate }
      flow.theta = theta.map { [Double](repeating: $0, count: Self.draws) }
      return FlowRates(flow, edges: clock.edges)
    }
    let exposure = [Double](repeating: 1, count: municipalities * Self.horizon)
    let simulator = FlowSimulator(
      panel: panel, clock: clock, draws: Self.draws, seed: 7, admission: rates(admissionsPerYear, thetaA), homecoming: rates(homecoming, nil),
      otherExit: rates(otherExit, nil), homecomingCount: nil, otherExitCount: nil,
      destinations: TransferDraws(panel: panel, draws: Self.draws, seed: 7), frailty: thetaH.map { FrailtyTable(theta: $0, logError: 0) },
      exposure: exposure)
    return (simulator, TallyKeys(count: 1, cell: [Int](repeating: 0, count: municipalities), strata: 1), panel)
  }

  private func counts(_ tally: EventTally, _ kind: EventTally.Kind, _ period: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: Self.draws)
    tally.add(kind, key: 0, period: period, to: &counts)
    return counts
  }

  private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
  }

  private func stock(_ result: SimulatedFlows, through last: Int) -> [Double] {
    var stock = [Double](repeating: Double(result.openingStock[0]), count: Self.draws)
    for period in 0...last {
      for (kind, sign) in [(EventTally.Kind.admissions, 1.0), (.homecomings, -1), (.otherExits, -1), (.netMoves, 1)] {
        result.base.add(kind, key: 0, period: period, times: sign, to: &stock)
      }
    }
    return stock
  }

  /// Births and deaths: mean N e^(−ht) + (λ/h)(1 − e^(−ht)); the survivors are binomial, the arrivals present Poisson.
  @Test(arguments: [0, 11, 23]) func stockHasTheExactMeanAndVariance(period: Int) {
    let (simulator, keys, panel) = world()
    let result = simulator.run(keys: keys, threads: 2)
    let (mean, variance) = moments(stock(result, through: period))
    let h = 0.5
    let t = Double(panel.origin.advanced(by: period + 2).firstDay - panel.origin.advanced(by: 1).firstDay) / 365.25
    let survivors = exp(-h * t)
    let arrived = 6 / h * (1 - survivors)
    let exactMean = 30 * survivors + arrived
    let exactVariance = 30 * survivors * (1 - survivors) + arrived
    let error = sqrt(exactVariance / Double(Self.draws))
    #expect(abs(mean - exactMean) < 4 * error)
    // The sample variance of n near-normal values has relative standard error √(2/n).
    #expect(abs(variance / exactVariance - 1) < 5 * sqrt(2 / Double(Self.draws)))
  }

  /// Admissions in clusters are negative binomial: mean μ, variance μ + μ²/θ.
  @Test func admissionsAreNegativeBinomial() {
    let (simulator, keys, panel) = world(residents: 0, admissionsPerYear: 24, thetaA: 1.5)
    let result = simulator.run(keys: keys, threads: 2)
    for period in [0, 7, 20] {
      let mu = 24 * Double(panel.origin.advanced(by: period + 1).days) / 365.25
      let (mean, variance) = moments(counts(result.base, .admissions, period))
      let exact = mu + mu * mu / 1.5
      #expect(abs(mean - mu) < 4.5 * sqrt(exact / Double(Self.draws)))
      // The negative binomial's fourth moment makes the sample variance some three times as uncertain as a normal's.
      #expect(abs(variance / exact - 1) < 5 * 3 * sqrt(2 / Double(Self.draws)))
    }
  }

  /// A plan's admissions have the plan's own mean and variance, whether it has fewer than the base or more; with fewer it
  /// admits some of the base's arrivals.
  @Test(arguments: [0.4, 1.0, 2.5]) func changedAdmissionsAreNegativeBinomial(factor: Double) {
    let (simulator, keys, panel) = world(residents: 0, admissionsPerYear: 24, homecoming: 0, otherExit: 0, thetaA: 1.5)
    let change = RateChange(
      target: .flow(.admission), municipalities: [true], strata: [true], periods: 0..<Self.horizon, effect: .multiply(.exact(factor)))
    let result = simulator.run([DemandPlan(changes: [change], windows: [])], keys: keys, threads: 2)
    for period in [0, 7, 20] {
      let mu = factor * 24 * Double(panel.origin.advanced(by: period + 1).days) / 365.25
      let base = counts(result.base, .admissions, period)
      let difference = counts(result.differences[0], .admissions, period)
      let (mean, variance) = moments(zip(base, difference).map(+))
      let exact = mu + mu * mu / 1.5
      #expect(abs(mean - mu) < 4.5 * sqrt(exact / Double(Self.draws)))
      #expect(abs(variance / exact - 1) < 5 * 3 * sqrt(2 / Double(Self.draws)))
      if factor < 1 { #expect(difference.allSatisfy { $0 <= 0 }) }
      if factor > 1 { #expect(difference.allSatisfy { $0 >= 0 }) }
    }
  }

  /// A population that doubles and then gets half of today's persons more is two and a half times today's.
  @Test func populationChangesAddUpInPersons() {
    let (simulator, keys, panel) = world(residents: 0, admissionsPerYear: 24)
    func change(_ effect: RateChange.Effect) -> RateChange {
      RateChange(target: .population, municipalities: [true], strata: [true], periods: 0..<Self.horizon, effect: effect)
    }
    let plan = DemandPlan(changes: [change(.multiply(.exact(2))), change(.add(.exact(5000)))], windows: [])
    let result = simulator.run([plan], keys: keys, threads: 1)
    let mu = 2.5 * 24 * Double(panel.origin.advanced(by: 1).days) / 365.25
    let (mean, _) = moments(zip(counts(result.base, .admissions, 0), counts(result.differences[0], .admissions, 0)).map(+))
    #expect(abs(mean - mu) < 4.5 * sqrt(mu / Double(Self.draws)))
  }

  /// A set number replaces what was expected, at once or over a ramp; what has grown by a period is the ramp's mean over it.
  @Test(arguments: [(0.0, [1, 1, 1]), (3.5, [0.5 / 3.5, 3.5 / 3.5 - 0.125 / 3.5, 1])])
  func setAdmissionsReplaceTheExpected(ramp: Double, strengths: [Double]) {
    let (simulator, keys, panel) = world(residents: 0, admissionsPerYear: 24, homecoming: 0, otherExit: 0, thetaA: 1.5)
    let change = RateChange(
      target: .flow(.admission), municipalities: [true], strata: [true], periods: 1..<Self.horizon, effect: .set(.exact(5)), ramp: ramp)
    let result = simulator.run([DemandPlan(changes: [change], windows: [])], keys: keys, threads: 2)
    for (period, strength) in zip([1, 4, 20], strengths) {
      let mu = (1 - strength) * 24 * Double(panel.origin.advanced(by: period + 1).days) / 365.25 + strength * 5
      let (mean, variance) = moments(zip(counts(result.base, .admissions, period), counts(result.differences[0], .admissions, period)).map(+))
      let exact = mu + mu * mu / 1.5
      #expect(abs(mean - mu) < 4.5 * sqrt(exact / Double(Self.draws)), "period \(period): \(mean) instead of \(mu)")
      #expect(abs(variance / exact - 1) < 5 * 3 * sqrt(2 / Double(Self.draws)))
    }
    #expect(counts(result.differences[0], .admissions, 0).allSatisfy { $0 == 0 })
  }

  /// As many homecomings are set as would leave if as many were there as at the origin.
  @Test func setHomecomingsAreTheMeanHazard() {
    let (simulator, keys, _) = world(residents: 30, admissionsPerYear: 0, homecoming: 2, otherExit: 0)
    let change = RateChange(
      target: .flow(.homecoming), municipalities: [true], strata: [true], periods: 0..<Self.horizon, effect: .set(.exact(3)))
    let result = simulator.run([DemandPlan(changes: [change], windows: [])], keys: keys, threads: 1)
    let leave = 1 - exp(-3.0 / 30)
    let (mean, _) = moments(zip(counts(result.base, .homecomings, 0), counts(result.differences[0], .homecomings, 0)).map(+))
    #expect(abs(mean - 30 * leave) < 4.5 * sqrt(30 * leave * (1 - leave) / Double(Self.draws)))
  }

  /// Fewer homecomings by a number: the mean hazard falls by it, batches or not.
  @Test(arguments: [-1.0, 1.0]) func addedHomecomingsChangeTheMeanHazard(added: Double) {
    let theta = 0.8
    let (simulator, keys, panel) = world(residents: 30, admissionsPerYear: 0, homecoming: 2, otherExit: 0, thetaH: theta)
    let change = RateChange(
      target: .flow(.homecoming), municipalities: [true], strata: [true], periods: 0..<Self.horizon, effect: .add(.exact(added)))
    let result = simulator.run([DemandPlan(changes: [change], windows: [])], keys: keys, threads: 1)
    let h = 2 * Double(panel.origin.advanced(by: 1).days) / 365.25 + added / 30
    let leave = 1 - pow(1 + h / theta, -theta)
    let (mean, variance) = moments(zip(counts(result.base, .homecomings, 0), counts(result.differences[0], .homecomings, 0)).map(+))
    #expect(abs(mean - 30 * leave) < 4.5 * sqrt(variance / Double(Self.draws)))
  }

  /// Nobody is taken home twice, in whatever order two batches are written.
  @Test func orderOfBatchesChangesNothing() {
    let (simulator, keys, _) = world(residents: 30, admissionsPerYear: 0, homecoming: 0, otherExit: 0)
    func batch(_ leaving: Double, _ key: UInt64) -> BatchHomecoming {
      BatchHomecoming(
        municipality: 0, strata: [true], offer: nil, number: 12, announced: 0, leaving: leaving, realised: .exact(1), delayMonths: .exact(0),
        replacesTrend: false, key: key)
    }
    for batches in [[batch(40, 1), batch(200, 2)], [batch(200, 2), batch(40, 1)]] {
      let result = simulator.run([DemandPlan(batches: batches, windows: [])], keys: keys, threads: 1)
      let taken = (0..<Self.horizon).reduce([Double](repeating: 0, count: Self.draws)) { sum, period in
        zip(sum, counts(result.differences[0], .homecomings, period)).map(+)
      }
      #expect(taken.allSatisfy { $0 == 24 })
    }
  }

  /// Counting the net alone gives the same stock as counting every kind of event.
  @Test func netCountsGiveTheSameStock() {
    let (simulator, keys, _) = world(thetaA: 2, thetaH: 1, municipalities: 3)
    let net = TallyKeys(count: 1, cell: [0, 0, 0], strata: 1, detail: .net)
    let change = RateChange(
      target: .flow(.homecoming), municipalities: [true, false, true], strata: [true], periods: 0..<Self.horizon, effect: .multiply(.exact(2)))
    let plan = DemandPlan(changes: [change], windows: [])
    let full = simulator.run([plan], keys: keys, threads: 1)
    let slim = simulator.run([plan], keys: net, threads: 2)
    #expect(stock(full, through: Self.horizon - 1) == stock(slim, through: Self.horizon - 1))
    for period in 0..<Self.horizon {
      let moves = [(EventTally.Kind.admissions, 1.0), (.homecomings, -1), (.otherExits, -1), (.netMoves, 1)]
      let whole = moves.reduce([Double](repeating: 0, count: Self.draws)) { sum, move in
        zip(sum, counts(full.differences[0], move.0, period)).map { $0 + move.1 * $1 }
      }
      #expect(whole == counts(slim.differences[0], .netMoves, period))
    }
  }

  /// With a common gamma factor the share that stays through a period is (1 + h/θ)^(−θ), and leavers cluster.
  @Test func homecomingsComeInBatches() {
    let theta = 0.5
    let (simulator, keys, panel) = world(residents: 20, admissionsPerYear: 0, homecoming: 2, otherExit: 0, thetaH: theta)
    let result = simulator.run(keys: keys, threads: 1)
    let h = 2 * Double(panel.origin.advanced(by: 1).days) / 365.25
    let leave = 1 - pow(1 + h / theta, -theta)
    let bothStay = pow(1 + 2 * h / theta, -theta)
    let (mean, variance) = moments(counts(result.base, .homecomings, 0))
    let covariance = bothStay - (1 - leave) * (1 - leave)
    let exact = 20 * leave * (1 - leave) + 20 * 19 * covariance
    #expect(exact > 1.5 * 20 * leave * (1 - leave), "the case must be overdispersed to test anything")
    #expect(abs(mean - 20 * leave) < 4.5 * sqrt(exact / Double(Self.draws)))
    #expect(abs(variance / exact - 1) < 0.15)
  }

  /// Occupied days are the days from entry to exit of everybody, whole days.
  @Test func occupiedDaysFollowFromTheStock() {
    let (simulator, keys, panel) = world(residents: 10, admissionsPerYear: 0, homecoming: 0, otherExit: 1)
    let result = simulator.run(keys: keys, threads: 1)
    let days = Double(panel.origin.advanced(by: 1).days)
    let correction = counts(result.base, .dayCorrection, 0)
    let mean = correction.reduce(0, +) / Double(Self.draws)
    // A leaver after whole days k of the period is absent days − k days: the expectation over an exponential time.
    let daily = 1 / 365.25
    var expected = 0.0
    for k in 0..<Int(days) {
      let leavesThatDay: Double = exp(-daily * Double(k)) - exp(-daily * Double(k + 1))
      expected -= 10 * leavesThatDay * (days - Double(k))
    }
    #expect(abs(mean - expected) < 0.6)
  }

  @Test(arguments: [1, 2, 3, 7]) func threadsChangeNothing(threads: Int) {
    let (simulator, keys, _) = world(thetaA: 2, thetaH: 1, municipalities: 3)
    let change = RateChange(
      target: .flow(.homecoming), municipalities: [true, false, true], strata: [true], periods: 3..<20,
      effect: .multiply(UncertainNumber(lower: 1.2, upper: 2, shape: .logNormal, key: 5)))
    let plan = DemandPlan(changes: [change], windows: [])
    let one = simulator.run([plan], keys: keys, threads: 1)
    let many = simulator.run([plan], keys: keys, threads: threads)
    for kind in EventTally.Kind.allCases {
      for period in 0..<Self.horizon {
        #expect(counts(one.base, kind, period) == counts(many.base, kind, period))
        #expect(counts(one.differences[0], kind, period) == counts(many.differences[0], kind, period))
      }
    }
  }

  /// A change that changes nothing runs everybody again on the same clocks and must find the same paths.
  @Test(arguments: [RateChange.Target.flow(.homecoming), .flow(.otherExit), .flow(.admission), .population])
  func multiplyingByOneChangesNothing(target: RateChange.Target) {
    let (simulator, keys, _) = world(thetaA: 2, thetaH: 1)
    let change = RateChange(target: target, municipalities: [true], strata: [true], periods: 0..<Self.horizon, effect: .multiply(.exact(1)))
    let result = simulator.run([DemandPlan(changes: [change], windows: [])], keys: keys, threads: 1)
    for kind in EventTally.Kind.allCases {
      for period in 0..<Self.horizon { #expect(counts(result.differences[0], kind, period).allSatisfy { $0 == 0 }) }
    }
  }

  /// Twice the homecomings: the difference has the exact mean, and pairing makes it far more certain than two runs would.
  @Test func pairedDifferencesAreExactAndSharp() {
    let (simulator, keys, panel) = world(residents: 30, admissionsPerYear: 0, homecoming: 0.2, otherExit: 0.3)
    let change = RateChange(
      target: .flow(.homecoming), municipalities: [true], strata: [true], periods: 0..<Self.horizon, effect: .multiply(.exact(1.3)))
    let result = simulator.run([DemandPlan(changes: [change], windows: [])], keys: keys, threads: 2)
    var difference = [Double](repeating: 0, count: Self.draws)
    for period in 0..<12 {
      for (d, value) in counts(result.differences[0], .homecomings, period).enumerated() { difference[d] -= value }
      for (d, value) in counts(result.differences[0], .otherExits, period).enumerated() { difference[d] -= value }
    }
    let t = Double(panel.origin.advanced(by: 13).firstDay - panel.origin.advanced(by: 1).firstDay) / 365.25
    let base = exp(-0.5 * t)
    let changed = exp(-0.56 * t)
    let (mean, variance) = moments(difference)
    #expect(abs(mean - 30 * (changed - base)) < 4 * sqrt(variance / Double(Self.draws)))
    let unpaired = 30 * (base * (1 - base) + changed * (1 - changed))
    #expect(variance < unpaired / 5)
  }

  /// A batch takes exactly those announced, or all who are there; the trend rests from announcement to batch.
  @Test(arguments: [(5, 5.0), (50, 30.0)]) func batchesTakeWhoIsThere(announced: Int, leave: Double) {
    let (simulator, keys, _) = world(residents: 30, admissionsPerYear: 0, homecoming: 0, otherExit: 0)
    let batch = BatchHomecoming(
      municipality: 0, strata: [true], offer: nil, number: announced, announced: 0, leaving: 40, realised: .exact(1), delayMonths: .exact(0),
      replacesTrend: true, key: 9)
    let result = simulator.run([DemandPlan(batches: [batch], windows: [])], keys: keys, threads: 1)
    #expect(counts(result.differences[0], .homecomings, 1).allSatisfy { $0 == leave })
    #expect(counts(result.differences[0], .homecomings, 0).allSatisfy { $0 == 0 })
  }

  /// Added exits come in the number that was added while the stock stays near the origin's.
  @Test func addedHomecomingsAreAsManyAsAdded() {
    let (simulator, keys, _) = world(residents: 400, admissionsPerYear: 0, homecoming: 0, otherExit: 0)
    let change = RateChange(target: .flow(.homecoming), municipalities: [true], strata: [true], periods: 0..<1, effect: .add(.exact(4)))
    let result = simulator.run([DemandPlan(changes: [change], windows: [])], keys: keys, threads: 1)
    let (mean, _) = moments(counts(result.differences[0], .homecomings, 0))
    // 400 (1 − e^(−0.01)) = 3.98; four standard errors of a Poisson mean.
    #expect(abs(mean - 400 * (1 - exp(-0.01))) < 4 * sqrt(4 / Double(Self.draws)))
  }
}

extension FlowSimulator {
  /// Scenarios against a reference without changes or offers.
  fileprivate func run(_ scenarios: [DemandPlan] = [], keys: TallyKeys, threads: Int) -> SimulatedFlows {
    run(plans: prepare(reference: DemandPlan(windows: []), scenarios: scenarios, keys: keys), keys: keys, threads: threads)
  }
}

extension Panel {
  /// One area and stratum; every municipality holds `residents` citizens, nothing ever happened.
  static func single(residents: Int, municipalities: Int) -> Panel {
    let offer = Offer(id: "o", name: "O", area: "a", legalBasis: "SEL_107")
    let codes = (0..<municipalities).map { "\(100 + $0)" }
    let stays = codes.flatMap { code in
      (0..<max(1, residents)).map { number in
        Stay(
          citizen: "\(code)-\(number)", payer: code, offer: "o", legalBasis: "SEL_107", kind: .residential, start: Day(year: 2020, month: 1, day: 1)!,
          end: residents == 0 ? Day(year: 2021, month: 1, day: 1)! : nil, endReason: residents == 0 ? .discharge : nil)
      }
    }
    let settings = ProjectSettings(
      name: "test", basePeriod: .month, areas: [SpecialtyArea(id: "a", name: "A")], observedFrom: Day(year: 2020, month: 1, day: 1)!,
      observedTo: Day(year: 2024, month: 12, day: 31)!)
    let extracts = Extracts(
      settings: settings, municipalities: codes.map { Municipality(code: $0, name: $0) }, offers: [offer], stays: stays)
    // Made of constants above; a failure is a fault of the test itself.
    return try! Panel(extracts)
  }
}
