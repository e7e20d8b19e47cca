import Foundation
import Placements
import Testing

@testable import Demand

/// Numbers of citizens moved from period to period: against exact moments, and against citizens who are followed one by one.
///
/// Tolerances are four to five standard errors; the seeds are fixed.
@Suite struct CountWorkerTests {
  struct Cell: Sendable {
    var residents = 14
    var admissions = 3.6
    var homecoming = 0.1
    var otherExit = 0.15
    var thetaA: Double?
    var thetaH: Double?
    var municipalities = 1
    var slope = 0.0
  }

  private static let draws = 20_000
  private static let horizon = 20

  private func simulator(_ cell: Cell, draws: Int = Self.draws) -> (simulator: FlowSimulator, keys: TallyKeys, panel: Panel) {
    let panel = Panel.single(residents: cell.residents, municipalities: cell.municipalities)
    let clock = FlowClock(panel: panel, horizon: Self.horizon)
    func rates(_ rate: Double, _ theta: Double?, slope: Double = 0) -> FlowRates {
      var flow = FlowDraws(empty: panel, clock: clock, draws: draws)
      for d in 0..<draws { flow.stratumFactor[d] = rate }
      if slope != 0 { flow.municipalitySlope = [Double](repeating: slope, count: draws * cell.municipalities) }
      flow.theta = theta.map { [Double](repeating: $0, count: draws) }
      return FlowRates(flow, edges: clock.edges)
    }
    let simulator = FlowSimulator(
      panel: panel, clock: clock, draws: draws, seed: 11, admission: rates(cell.admissions, cell.thetaA),
      homecoming: rates(cell.homecoming, nil, slope: cell.slope), otherExit: rates(cell.otherExit, nil), homecomingCount: nil,
      otherExitCount: nil, destinations: TransferDraws(panel: panel, draws: draws, seed: 11),
      frailty: cell.thetaH.map { FrailtyTable(theta: $0, logError: 0) },
      exposure: [Double](repeating: 1, count: cell.municipalities * Self.horizon))
    return (simulator, TallyKeys(count: 1, cell: [Int](repeating: 0, count: cell.municipalities), strata: 1), panel)
  }

  private func run(_ world: (simulator: FlowSimulator, keys: TallyKeys, panel: Panel), _ method: FlowSimulator.Method, threads: Int = 2) -> SimulatedFlows {
    let plans = world.simulator.prepare(reference: DemandPlan(windows: []), scenarios: [], keys: world.keys)
    return world.simulator.run(plans: plans, keys: world.keys, threads: threads, method: method)
  }

  private func counts(_ result: SimulatedFlows, _ kind: EventTally.Kind, _ period: Int, draws: Int = Self.draws) -> [Double] {
    var counts = [Double](repeating: 0, count: draws)
    result.base.add(kind, key: 0, period: period, to: &counts)
    return counts
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

  private func moments(_ values: [Double]) -> (mean: Double, variance: Double, fourth: Double) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    return (
      mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1),
      values.reduce(0) { $0 + pow($1 - mean, 4) } / n
    )
  }

  // MARK: Exact moments

  /// Mean over Gamma(θ, θ) by the midpoint rule in ln g, far finer than the simulation's error; 1 without θ.
  private func average(theta: Double?, _ value: (Double) -> Double) -> Double {
    guard let theta else { return value(1) }
    var (sum, weight) = (0.0, 0.0)
    for step in 0..<40_000 {
      let x = -30 + 34 * (Double(step) + 0.5) / 40_000
      let density = exp(theta * x - theta * exp(x))
      sum += density * value(exp(x))
      weight += density
    }
    return sum / weight
  }

  /// Mean and second moment of the stock, and mean homecomings, period after period: those present stay with s = e^−λ,
  /// those who come with w = (1 − e^−λ)/λ, both under the period's gamma factor; thinned admissions stay negative binomial.
  private func exact(_ cell: Cell, lengths: [Double]) -> [(mean: Double, variance: Double, homecomings: Double)] {
    var (mean, square) = (Double(cell.residents), Double(cell.residents * cell.residents))
    return lengths.map { days in
      let years = days / 365.25
      let mu = cell.admissions * years
      let over = cell.thetaA.map { 1 / $0 } ?? 0
      func expected(_ value: (_ s: Double, _ w: Double, _ share: Double) -> Double) -> Double {
        average(theta: cell.thetaH) { factor in
          let (home, other) = (cell.homecoming * factor * years, cell.otherExit * years)
          let sum = home + other
          return value(exp(-sum), -expm1(-sum) / sum, home / sum)
        }
      }
      let (m, q) = (mean, square)
      let homecomings = expected { s, w, share in share * (m * (1 - s) + mu * (1 - w)) }
      square = expected { s, w, _ in m * s * (1 - s) + mu * w + mu * mu * w * w * (1 + over) + q * s * s + 2 * m * s * mu * w }
      mean = expected { s, w, _ in m * s + mu * w }
      return (mean, square - mean * mean, homecomings)
    }
  }

  private static let cells = [
    Cell(), Cell(thetaA: 2, thetaH: 2), Cell(residents: 0, admissions: 30, thetaA: 0.4), Cell(residents: 3, homecoming: 3, otherExit: 5, thetaH: 0.5),
    // More than inversion can draw: both ways to draw meet here.
    Cell(residents: 900, admissions: 400, homecoming: 0.3, otherExit: 0.2, thetaA: 30, thetaH: 5), Cell(residents: 60, admissions: 300, homecoming: 1),
    // Seldom, and then very many.
    Cell(residents: 5, admissions: 9000, homecoming: 6, otherExit: 4, thetaA: 0.7),
    // Nearly nothing happens.
    Cell(residents: 1, admissions: 0.01, homecoming: 0.001, otherExit: 0.001, thetaA: 1, thetaH: 1),
  ]

  @Test(arguments: cells) func momentsAreExact(cell: Cell) {
    let world = simulator(cell)
    let result = run(world, .counts)
    let edges = FlowClock(panel: world.panel, horizon: Self.horizon).edges
    let exact = exact(cell, lengths: (0..<Self.horizon).map { edges[$0 + 1] - edges[$0] })
    for period in [0, 1, 7, 19] {
      let (mean, variance, fourth) = moments(stock(result, through: period))
      let n = Double(Self.draws)
      #expect(abs(mean - exact[period].mean) < 4.5 * sqrt(exact[period].variance / n))
      // The variance of a sample variance, by the sample's own fourth moment.
      #expect(abs(variance - exact[period].variance) < 5 * sqrt(max(fourth - variance * variance, 0) / n))
      let home = moments(counts(result, .homecomings, period))
      #expect(abs(home.mean - exact[period].homecomings) < 4.5 * sqrt(max(home.variance, exact[period].homecomings) / n))
    }
  }

  /// Numbers of every kind, their days and how they go together are those of citizens who are followed.
  @Test(arguments: [Cell(thetaA: 2, thetaH: 2, municipalities: 3, slope: -0.3), Cell(residents: 40, admissions: 90, homecoming: 2, otherExit: 3)])
  func countsAreThoseOfPaths(cell: Cell) {
    let world = simulator(cell)
    let (numbers, paths) = (run(world, .counts), run(world, .paths))
    let kinds: [EventTally.Kind] = [.admissions, .homecomings, .otherExits, .dayCorrection]
    let n = Double(Self.draws)
    for period in [0, 5, 19] {
      for (index, kind) in kinds.enumerated() {
        let (a, b) = (counts(numbers, kind, period), counts(paths, kind, period))
        let (first, second) = (moments(a), moments(b))
        #expect(abs(first.mean - second.mean) < 4.5 * sqrt((first.variance + second.variance) / n), "\(kind), \(period)")
        let error = sqrt((first.fourth - first.variance * first.variance + second.fourth - second.variance * second.variance) / n)
        #expect(abs(first.variance - second.variance) < 5 * error, "variance of \(kind), \(period)")
        for other in kinds[..<index] {
          let (c, d) = (counts(numbers, other, period), counts(paths, other, period))
          // Products of centred numbers: their means are the covariances.
          let (ma, mb, mc, md) = (first.mean, second.mean, moments(c).mean, moments(d).mean)
          let products = moments(zip(a, c).map { ($0 - ma) * ($1 - mc) })
          let others = moments(zip(b, d).map { ($0 - mb) * ($1 - md) })
          #expect(abs(products.mean - others.mean) < 5 * sqrt((products.variance + others.variance) / n), "\(kind) and \(other), \(period)")
        }
      }
    }
  }

  // MARK: Laws

  @Test(arguments: [1, 3, 7]) func threadsChangeNothing(threads: Int) {
    let world = simulator(Cell(thetaA: 2, thetaH: 1, municipalities: 3), draws: 333)
    let (one, many) = (run(world, .counts, threads: 1), run(world, .counts, threads: threads))
    for kind in EventTally.Kind.allCases {
      for period in 0..<Self.horizon { #expect(counts(one, kind, period, draws: 333) == counts(many, kind, period, draws: 333)) }
    }
  }

  /// Stocks are the same whether causes and days are told or not, and nobody leaves who is not there.
  @Test func netCountsGiveTheSameStock() {
    let world = simulator(Cell(residents: 2, admissions: 1, homecoming: 4, otherExit: 6, thetaA: 2, thetaH: 1, municipalities: 2))
    let net = TallyKeys(count: 1, cell: [0, 0], strata: 1, detail: .net)
    let (full, slim) = (run(world, .counts), run((world.simulator, net, world.panel), .counts))
    for period in 0..<Self.horizon {
      let stocks = stock(full, through: period)
      #expect(stocks == stock(slim, through: period))
      #expect(stocks.allSatisfy { $0 >= 0 })
    }
  }

  /// Flows are the same whether their days are told or not.
  @Test(arguments: [FlowSimulator.Method.counts, .paths]) func flowsWithoutDays(method: FlowSimulator.Method) {
    let world = simulator(Cell(thetaA: 2, thetaH: 1, municipalities: 2), draws: 333)
    let flows = TallyKeys(count: 1, cell: [0, 0], strata: 1, detail: .flows)
    let (full, slim) = (run(world, method), run((world.simulator, flows, world.panel), method))
    for kind in [EventTally.Kind.admissions, .homecomings, .otherExits, .netMoves] {
      for period in 0..<Self.horizon { #expect(counts(full, kind, period, draws: 333) == counts(slim, kind, period, draws: 333)) }
    }
    #expect(counts(full, .dayCorrection, 3, draws: 333).contains { $0 != 0 })
    #expect(counts(slim, .dayCorrection, 3, draws: 333).allSatisfy { $0 == 0 })
  }

  @Test func withoutRatesNothingHappens() {
    let world = simulator(Cell(admissions: 0, homecoming: 0, otherExit: 0, thetaA: 1, thetaH: 1))
    let result = run(world, .counts)
    for kind in EventTally.Kind.allCases {
      for period in 0..<Self.horizon { #expect(counts(result, kind, period).allSatisfy { $0 == 0 }) }
    }
  }

  // MARK: When they are enough

  /// Stays tell citizens apart, scenarios are paired by citizens, and who lives where needs them too.
  @Test func citizensAreFollowedWhereMoreIsKnownOrAsked() throws {
    let dated = simulator(Cell(), draws: 16)
    let plans = dated.simulator.prepare(reference: DemandPlan(windows: []), scenarios: [], keys: dated.keys)
    #expect(dated.simulator.method(plans: plans, keys: dated.keys) == .paths)

    let panel = try activityPanel()
    let demand = FittedDemand(panel: panel, horizon: 4)
    let keys = TallyKeys(count: 1, cell: [Int](repeating: 0, count: panel.municipalities.count), strata: 1)
    let simulator = demand.simulator(draws: 16, seed: 1, threads: 1)
    func method(_ scenarios: [DemandPlan]) -> FlowSimulator.Method {
      simulator.method(plans: simulator.prepare(reference: DemandPlan(windows: []), scenarios: scenarios, keys: keys), keys: keys)
    }
    #expect(method([]) == .counts)
    let change = RateChange(
      target: .flow(.homecoming), municipalities: [Bool](repeating: true, count: panel.municipalities.count), strata: [true], periods: 0..<4,
      effect: .multiply(.exact(2)))
    #expect(method([DemandPlan(changes: [change], windows: [])]) == .paths)
  }

  /// Where only stocks are known nobody comes and nobody leaves.
  @Test func stocksAlone() throws {
    let activity = (0..<24).map { quarter in
      Activity(
        stratum: Stratum(area: "a", kind: .residential, legalBasis: ""),
        period: Period(year: 2019, number: 1, length: .quarter).advanced(by: quarter), payer: "101", stock: Double(10 + quarter % 3))
    }
    let settings = ProjectSettings(name: "test", basePeriod: .quarter, areas: [SpecialtyArea(id: "a", name: "A")])
    let panel = try Panel(Extracts(settings: settings, municipalities: [Municipality(code: "101", name: "K")], activity: activity))
    let demand = FittedDemand(panel: panel, horizon: 4)
    let keys = TallyKeys(count: 1, cell: [0], strata: 1)
    let draws = demand.simulate(
      reference: DemandPlan(windows: []), scenarios: [], keys: keys, draws: 100, seed: 1, threads: 2, isCompared: false)
    for kind in EventTally.Kind.allCases {
      var sums = [Double](repeating: 0, count: 100)
      draws.add(kind, plan: 0, key: 0, step: 2, to: &sums)
      #expect(sums.allSatisfy { $0 == 0 })
    }
  }

  /// Backtests may take numbers where forecasts follow citizens: the same forecast but for the simulation's error.
  @Test func numbersAndCitizensGiveOneForecast() throws {
    let panel = try activityPanel()
    let demand = FittedDemand(panel: panel, horizon: 12)
    let keys = TallyKeys(count: 1, cell: [Int](repeating: 0, count: panel.municipalities.count), strata: 1)
    let simulator = demand.simulator(draws: 8000, seed: 3, threads: 2)
    let plans = simulator.prepare(reference: DemandPlan(windows: []), scenarios: [], keys: keys)
    let results = [FlowSimulator.Method.counts, .paths].map { simulator.run(plans: plans, keys: keys, threads: 2, method: $0) }
    for kind in [EventTally.Kind.admissions, .homecomings, .otherExits] {
      let totals = results.map { result in
        var total = [Double](repeating: 0, count: 8000)
        for period in 0..<12 { result.base.add(kind, key: 0, period: period, to: &total) }
        return moments(total)
      }
      // Both have the same draws of the rates, so the difference is smaller than that of unrelated samples.
      #expect(abs(totals[0].mean - totals[1].mean) < 4.5 * sqrt((totals[0].variance + totals[1].variance) / 8000))
    }
  }

  /// Counted activity of four municipalities, quarter by quarter.
  private func activityPanel() throws -> Panel {
    let codes = ["101", "147", "153", "155"]
    var activity: [Activity] = []
    for (m, code) in codes.enumerated() {
      var stock = 10 + 4 * m
      for quarter in 0..<24 {
        let (admissions, home, other) = ((quarter + m) % 3, (quarter + 2 * m) % 4 == 0 ? 1 : 0, quarter % 2)
        stock += admissions - home - other
        activity.append(
          Activity(
            stratum: Stratum(area: "a", kind: .residential, legalBasis: ""), period: Period(year: 2019, number: 1, length: .quarter).advanced(by: quarter),
            payer: code, stock: Double(stock), admissions: Double(admissions), homecomings: Double(home), otherExits: Double(other)))
      }
    }
    let settings = ProjectSettings(name: "test", basePeriod: .quarter, areas: [SpecialtyArea(id: "a", name: "A")])
    return try Panel(Extracts(settings: settings, municipalities: codes.map { Municipality(code: $0, name: $0) }, activity: activity))
  }
}
