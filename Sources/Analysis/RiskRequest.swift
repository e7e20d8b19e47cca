public import Capacity
import Groundwork
import Placements
public import Scenarios

/// How the risk of offers is judged.
public struct RiskRequest: Sendable {
  public var areas: Set<String>
  public var offers: Set<String>
  public var trigger: ClosureTrigger
  /// Probability at 24 months from which an offer is red, in (0, 1].
  public var red: Double
  /// From which it is yellow, at most `red`.
  public var yellow: Double
  /// Probability inside intervals, in (0, 1).
  public var level: Double
  public var draws: Int
  public var seed: UInt64
  public var threads: Int
  /// That hold for the judged plan.
  public var rules: RuleSet
  /// By name, those that scenarios may choose instead.
  public var ruleSets: [String: RuleSet] = [:]
  public var behaviour: CostBehaviour
  public var advice: PlaceAssumptions
  /// Whether the advised places are planned over the whole horizon, for areas too.
  public var plansPlaces: Bool
  /// From the decision to close until the offer is closed: case, hearing, notice to staff and residents; at least 1. It is not the
  /// adaptation time.
  public var closingMonths = 12
  /// Whether closing, reducing and carrying on are compared.
  public var comparesCosts = false

  /// - Parameter rules: those without adjustment, tolerance and settlement where nil.
  public init(
    areas: Set<String> = [], offers: Set<String> = [], trigger: ClosureTrigger = ClosureTrigger(), red: Double = 0.5, yellow: Double = 0.2,
    level: Double = 0.8, draws: Int = 2000, seed: UInt64 = 1, threads: Int = 1, rules: RuleSet? = nil, behaviour: CostBehaviour = .adaptationLag,
    advice: PlaceAssumptions = PlaceAssumptions(), plansPlaces: Bool = false
  ) {
    self.areas = areas
    self.offers = offers
    self.trigger = trigger
    self.red = red
    self.yellow = yellow
    self.level = level
    self.draws = draws
    self.seed = seed
    self.threads = threads
    self.rules = rules ?? RuleSet(name: "neutral", title: Phrase(da: "neutralt", en: "neutral"))
    self.behaviour = behaviour
    self.advice = advice
    self.plansPlaces = plansPlaces
  }
}

extension RiskRequest {
  /// With the rules that hold under a plan: its own rule set and what it changes of one.
  public func ruled(by plan: Plan) -> RiskRequest {
    var request = self
    request.rules = (plan.rules.ruleSet.flatMap { ruleSets[$0] } ?? rules).changed(by: plan.rules)
    return request
  }

  /// The areas that are simulated: places are handed out among all offers of an area, whichever are asked for. Empty for all.
  func areas(of all: [Offer]) -> Set<String> {
    guard !offers.isEmpty else { return areas }
    let own = Set(all.filter { offers.contains($0.id) }.map(\.area))
    return areas.isEmpty ? own : own.intersection(areas)
  }

  func asksFor(_ offer: Offer) -> Bool {
    (areas.isEmpty || areas.contains(offer.area)) && (offers.isEmpty || offers.contains(offer.id))
  }
}
