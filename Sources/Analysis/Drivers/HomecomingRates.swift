import Demand
import Placements
import Scenarios

/// How often each municipality takes citizens home, a year and citizen: before the last three years, and in the forecast.
public struct HomecomingRates: Sendable {
  /// By municipality of the panel; nil where nobody was there.
  public let before: [Double?]
  /// Mean of the forecast over its horizon; nil where nobody is expected.
  public let ahead: [Double?]

  /// By municipality: what multiplies the forecast's rates so that their mean is that of before; nil where it is not known.
  let factors: [Double?]

  static let years = 3
  /// Fewer homecomings leave other citizens, whose rates are others: the factors are found step by step.
  private static let steps = 3

  /// - Parameter draws: of the forecast; its mean needs fewer than an interval.
  init(demand: FittedDemand, plan: Plan, draws: Int, seed: UInt64, threads: Int) {
    let panel = demand.panel
    let before = panel.municipalities.indices.map { Self.observed(panel, municipality: $0) }
    self.before = before
    func ahead(_ plan: Plan) -> [Double?] { Self.simulated(demand, plan, draws: draws, seed: seed, threads: threads) }
    let plain = ahead(plan)
    self.ahead = plain
    func ratios(_ rates: [Double?]) -> [Double?] {
      zip(before, rates).map { before, rate in rate.flatMap { rate in rate > 0 ? before.map { $0 / rate } : nil } }
    }
    var factors = ratios(plain)
    if factors.contains(where: { $0 != nil }) {
      for _ in 1..<Self.steps {
        var held = plan
        held.demand.changes += Self.changes(factors, panel: panel, horizon: demand.horizon)
        factors = zip(factors, ratios(ahead(held))).map { old, ratio in old.map { $0 * (ratio ?? 1) } }
      }
    }
    self.factors = factors
  }

  /// Multiplies every municipality's homecomings; those without a factor stay as they are.
  static func changes(_ factors: [Double?], panel: Panel, horizon: Int) -> [RateChange] {
    panel.municipalities.indices.compactMap { m in
      factors[m].map { factor in
        RateChange(
          target: .flow(.homecoming), municipalities: panel.municipalities.indices.map { $0 == m }, strata: panel.strata.map { _ in true },
          periods: 0..<horizon, effect: .multiply(.exact(factor)))
      }
    }
  }

  /// Homecomings a year and citizen of each municipality under a plan, over the horizon and the draws.
  private static func simulated(_ demand: FittedDemand, _ plan: Plan, draws: Int, seed: UInt64, threads: Int) -> [Double?] {
    let panel = demand.panel
    let simulated = SimulatedPlans(
      demand: demand, capacity: [], plans: [plan], grouping: .municipality, filter: ResultFilter(), detail: .events, draws: draws, seed: seed,
      threads: threads, progress: nil)
    var homecomings: [String: Double] = [:]
    var days: [String: Double] = [:]
    for (key, line) in simulated.index.keys.enumerated() where simulated.draws.hasFlowStock(key: key) {
      var state = LineState(draws: draws, opening: simulated.draws.openingFlowStock(key: key))
      for step in 0..<demand.horizon {
        state.add(simulated.draws, plan: 0, key: key, step: step, days: panel.origin.advanced(by: step + 1).days)
      }
      homecomings[line.municipality, default: 0] += state.homecomings.reduce(0, +)
      days[line.municipality, default: 0] += state.occupiedDays.reduce(0, +)
    }
    return panel.municipalities.map { municipality in
      guard let present = days[municipality.code], present > 0 else { return nil }
      return (homecomings[municipality.code] ?? 0) / present * daysPerYear
    }
  }

  private static let daysPerYear = 365.25

  /// Over all periods and groups of which both the homecomings and the days are known.
  private static func observed(_ panel: Panel, municipality m: Int) -> Double? {
    let periods = panel.count - years * panel.length.perYear
    guard periods > 0 else { return nil }
    var (events, days) = (0.0, 0.0)
    for s in panel.strata.indices where panel.knowledge[s] == .flowsAndStock {
      for t in 0..<periods {
        let homecomings = panel.value(.homecomings, municipality: m, stratum: s, period: t)
        let present = panel.value(.occupiedDays, municipality: m, stratum: s, period: t)
        guard !homecomings.isNaN, !present.isNaN else { continue }
        events += homecomings
        days += present
      }
    }
    return days > 0 ? events / days * daysPerYear : nil
  }
}
