import Capacity
public import Demand
import Forecasting
import Groundwork
public import Placements
import Probability
public import Scenarios

/// A goal seek over one number of a scenario.
public struct ScenarioSeek: Sendable {
  public let target: SeekTarget
  public let variable: ScenarioVariable
  public let range: ClosedRange<Double>
  public let found: GoalSeek

  /// Of a sought probability.
  static let trigger = ClosureTrigger()

  private struct Futures {
    let scenario: Scenario
    let builder: PlanBuilder
    let plans: [Plan]
    let demand: FittedDemand
    let extracts: Extracts
    let request: RunRequest
    let recipe: StockRecipe
    let offers: OfferBasis?
  }

  /// - Parameters:
  ///   - plans: the plain forecast, then those that the scenario builds on.
  ///   - range: nil for the variable's usual one.
  ///   - offers: what offers' money rests on; needed where the measure or a price reaction needs it.
  ///   - progress: told the share of the work that is done.
  /// - Throws: `FindingsError` where a value cannot be in the scenario, or the target's figure is not known.
  public init(
    _ target: SeekTarget, by variable: ScenarioVariable, of scenario: Scenario, range: ClosedRange<Double>?, builder: PlanBuilder, plans: [Plan],
    demand: FittedDemand, extracts: Extracts, request: RunRequest, recipe: StockRecipe = .plain, offers: OfferBasis? = nil, progress: (@Sendable (Double) -> Void)? = nil
  ) throws {
    self.target = target
    self.variable = variable
    let last = demand.panel.origin.advanced(by: demand.horizon)
    if case .measure(_, let period) = target.figure, period.lastDay > last.lastDay {
      throw FindingsError(
        Finding(
          .error, value: target.text, message: Phrase(da: "ligger efter prognosens sidste periode, \(last).", en: "lies after the forecast's last period, \(last)."),
          remedy: Phrase(da: "Vælg en tidligere periode, eller en længere --horizon.", en: "Choose an earlier period, or a longer --horizon.")))
    }
    let range = range ?? variable.usualRange
    self.range = range
    let settled = try offers?.settled(plans, demand: demand, sharing: request) ?? plans
    let futures = Futures(scenario: scenario, builder: builder, plans: settled, demand: demand, extracts: extracts, request: request, recipe: recipe, offers: offers)
    // A probability of closure takes a run of its own for each value.
    let isRisk = if case .risk = target.figure { true } else { false }
    let (each, rounds) = isRisk ? (5, 5) : (9, 4)
    var round = 0
    found = try GoalSeek(target: target.value, in: range, isWhole: variable.isWhole, each: each, rounds: rounds) { values in
      defer {
        round += 1
        progress?(Double(round) / Double(rounds))
      }
      return try Self.figures(of: values, target, variable, futures)
    }
  }

  private static func figures(
    of values: [Double], _ target: SeekTarget, _ variable: ScenarioVariable, _ futures: Futures
  ) throws -> [GoalSeek.Figure] {
    let written = try values.enumerated().map { number, value in
      try futures.builder.plan(futures.scenario.varied([(variable, value)], named: "\(futures.scenario.name)#\(number + 1)"))
    }
    guard !written.isEmpty else { return [] }
    precondition(futures.offers != nil || !written.contains(where: \.reacts), "tariffs are settled by an offer's money")
    let varied = try futures.offers.map { Array(try $0.settled([futures.plans[0]] + written, demand: futures.demand, sharing: futures.request).dropFirst()) } ?? written
    switch target.figure {
    case .measure(let measure, let period): return try measured(measure, period, varied, target, futures)
    case .risk(let months): return try varied.map { try risk(months, $0, target, futures) }
    }
  }

  private static func measured(
    _ measure: Measure, _ period: Period, _ varied: [Plan], _ target: SeekTarget, _ futures: Futures
  ) throws -> [GoalSeek.Figure] {
    var request = futures.request
    request.grouping = target.grouping
    request.filter = ResultFilter(areas: [target.line.area])
    request.measures = [measure]
    request.level = 0.8
    request.every = period.length
    request.onlyPeriods = [period]
    let fixed = Sweep.fixed(futures.plans, base: futures.scenario.base)
    let run = ScenarioRun(
      demand: futures.demand, capacity: futures.extracts.capacity, plans: fixed + varied, request: request, recipe: futures.recipe,
      offers: measure.needsOffers ? futures.offers ?? OfferBasis(futures.extracts, request: RiskRequest()) : nil)
    let own = run.rows.filter { $0.key == target.line && $0.plan >= fixed.count }.sorted { $0.plan < $1.plan }
    guard own.count == varied.count else { throw unknown(target) }
    return own.map { row in
      // The interval's width says the draws' spread; with a normal's shape it is near enough for an error.
      let spread = (row.value.upper - row.value.lower) / (2 * Normal.quantile(0.9))
      return GoalSeek.Figure(value: row.value.mean, standardError: spread / Double(request.draws).squareRoot(), futures: row.value.lower...row.value.upper)
    }
  }

  private static func risk(_ months: Int, _ plan: Plan, _ target: SeekTarget, _ futures: Futures) throws -> GoalSeek.Figure {
    let request = RiskRequest(
      areas: [target.line.area], offers: [target.line.offer], trigger: trigger, draws: futures.request.draws, seed: futures.request.seed,
      threads: futures.request.threads)
    let plans = futures.plans + [plan]
    let run = try RiskRun(demand: futures.demand, extracts: futures.extracts, plans: plans, judged: plans.count - 1, request: request)
    guard let outlook = run.risks.first(where: { $0.offer.id == target.line.offer })?.outlook else { throw unknown(target) }
    let probability = months == 12 ? outlook.within12 : months == 24 ? outlook.within24 : outlook.within36
    return GoalSeek.Figure(value: probability, standardError: (probability * (1 - probability) / Double(request.draws)).squareRoot())
  }

  private static func unknown(_ target: SeekTarget) -> FindingsError {
    FindingsError(
      Finding(
        .error, value: target.text, message: Phrase(da: "kan ikke regnes: tallet er ikke kendt for denne linje.", en: "cannot be computed: the figure is not known for this line."),
        remedy: Phrase(da: "Se »plads risk« og »plads forecast --by offer«.", en: "See “plads risk” and “plads forecast --by offer”.")))
  }
}
