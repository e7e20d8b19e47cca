import Capacity
public import Demand
import Forecasting
public import Placements
public import Scenarios

/// The danger of every offer under one plan, the most endangered first.
///
/// Whether the trigger is reached is decided inside each draw, along its own path; shares are taken over the draws last.
public struct RiskRun: Sendable {
  public let plan: Plan
  public let risks: [OfferRisk]
  /// Years of costs that no index brings to the level of the prices, sorted.
  public let unconverted: [Int]
  /// Areas and their offers, where the request plans places.
  public let places: [PlacesAdvice]
  /// Closing, reducing and carrying on compared, in the order of the risks; empty unless the request asks for it.
  public let costs: [OfferCosts]
  /// Who was in which offer.
  let past: PastPresence

  /// Months to which the forecast must reach.
  public static let horizonMonths = 36

  /// - Parameters:
  ///   - demand: fitted with a horizon of 36 months.
  ///   - plans: the plain forecast first.
  ///   - judged: index of the plan that is judged.
  /// - Throws: `FindingsError` where nothing is counted by offer.
  public init(
    demand: FittedDemand, extracts: Extracts, plans: [Plan], judged: Int, request: RiskRequest, progress: (@Sendable (Double) -> Void)? = nil
  ) throws {
    plan = plans[judged]
    let past = PastPresence(try Panel(byOffer: extracts))
    self.past = past
    let simulated = SimulatedPlans(
      demand: demand, capacity: extracts.capacity, plans: plans, grouping: .offer,
      filter: ResultFilter(areas: request.areas(of: demand.panel.offers + plans.flatMap(\.newOffers))), detail: .events, draws: request.draws,
      seed: request.seed, threads: request.threads, progress: progress)
    let judge = RiskJudge(
      demand: demand, simulated: simulated, plans: plans, plan: judged, request: request, extracts: extracts, past: past)
    let found = judge.all()
    risks = found.map(\.risk).sorted { Self.rank($0) < Self.rank($1) }
    places = judge.advice(found.compactMap(\.line))
    var costs = Dictionary(found.map { ($0.risk.offer.id, $0.costs) }, uniquingKeysWith: { first, _ in first })
    for (offer, day) in request.comparesCosts ? plan.closures.sorted(by: { $0.key < $1.key }) : [] {
      costs[offer] = judge.asInTheForecast(offer, closing: day, plans: plans, extracts: extracts)
    }
    self.costs = risks.compactMap { costs[$0.offer.id] ?? nil }
    unconverted = Set(risks.compactMap { risk in (try? risk.economics.get()) == nil ? nil : judge.money.unconverted(risk.offer) }).sorted()
  }

  private static func rank(_ risk: OfferRisk) -> (Int, Double, Double, Double, String) {
    guard let outlook = risk.outlook else { return (1, 0, 0, 0, risk.offer.id) }
    return (0, -outlook.within24, -outlook.within36, -outlook.within12, risk.offer.id)
  }
}
