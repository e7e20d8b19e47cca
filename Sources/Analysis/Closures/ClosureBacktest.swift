import Capacity
import Demand
import Forecasting
public import Placements
import Scenarios

/// One probability from one origin, and what came.
public struct ClosureForecast: Hashable, Sendable {
  public let event: ClosureEvent
  public let months: Int
  public let origin: Period
  /// Id.
  public let offer: String
  /// Share of the futures that reach the closure trigger.
  public let probability: Double
  /// What the offers' past said at the origin; nil where it had no whole window.
  public let baseRate: Double?
  public let happened: Bool
}

/// What `plads risk` would have said of offers at past origins, against what became of them.
///
/// At each origin the model is refitted to what was known; later places and closings are not. The probability of the closure
/// trigger is the forecast of every event: it is what risk shows, and whether it foretells closings and reductions, too, is asked.
public struct ClosureBacktest: Sendable {
  public static let horizons = [12, 24]

  public let forecasts: [ClosureForecast]
  /// Origins from which something could be said.
  public let origins: [Period]
  /// Offers and origins that stood at the trigger already: they are not scored.
  public let already: Int
  public let draws: Int

  /// Origins that are tried unless others are wanted: years before the last period, with three years known; the latest six.
  public static func usualOrigins(_ panel: Panel) -> [Period] {
    let perYear = panel.length.perYear
    return (1...6).map { panel.origin.advanced(by: -$0 * perYear) }.filter { $0 - panel.first + 1 >= 3 * perYear }.reversed()
  }

  /// - Parameters:
  ///   - origins: last known periods, inside the panel.
  ///   - request: its trigger, draws, seed and threads count.
  /// - Throws: `FindingsError` where nothing is counted by offer.
  public init(
    extracts: Extracts, panel: Panel, origins: [Period], request: RiskRequest, progress: (@Sendable (Double) -> Void)? = nil
  ) throws {
    let outcomes = try OfferOutcomes(extracts: extracts, panel: panel, trigger: request.trigger)
    var forecasts: [ClosureForecast] = []
    var judged: [Period] = []
    var already = 0
    for (index, origin) in origins.enumerated() {
      defer { progress?(Double(index + 1) / Double(origins.count)) }
      let past = extracts.known(at: origin, from: panel.first.firstDay)
      guard let known = try? Panel(past) else { continue }
      let horizon = (Self.horizons.max() ?? 0) / panel.length.months
      let demand = FittedDemand(panel: known, horizon: horizon, threads: request.threads)
      let plan = PlanBuilder(panel: known, horizon: horizon, capacity: past.capacity, scenarios: []).reference(named: "backtest")
      guard let run = try? RiskRun(demand: demand, extracts: past, plans: [plan], judged: 0, request: request) else { continue }
      let reached = run.risks.count { ($0.outlook?.before ?? 0) >= request.trigger.periods(of: panel.length) }
      already += reached
      let own = Self.forecasts(run, outcomes, origin: origin, length: panel.length)
      if !own.isEmpty { judged.append(origin) }
      forecasts += own
    }
    self.forecasts = forecasts
    self.origins = judged
    self.already = already
    draws = request.draws
  }

  private static func forecasts(_ run: RiskRun, _ outcomes: OfferOutcomes, origin: Period, length: PeriodLength) -> [ClosureForecast] {
    let open = Set(outcomes.atRisk(origin).map(\.id))
    var found: [ClosureForecast] = []
    for event in ClosureEvent.allCases {
      for months in horizons {
        let periods = months / length.months
        let base = outcomes.baseRate(event, within: periods, knownAt: origin)
        for risk in run.risks.sorted(by: { $0.offer.id < $1.offer.id }) where open.contains(risk.offer.id) {
          guard let outlook = risk.outlook, let happened = outcomes.happened(event, risk.offer, after: origin, within: periods) else { continue }
          found.append(
            ClosureForecast(
              event: event, months: months, origin: origin, offer: risk.offer.id, probability: months == 12 ? outlook.within12 : outlook.within24,
              baseRate: base, happened: happened))
        }
      }
    }
    return found
  }
}
