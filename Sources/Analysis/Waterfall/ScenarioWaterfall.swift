public import Groundwork
public import Scenarios

/// A scenario taken apart: what it is compared with, each of its own changes alone, what they do together beyond their sum, and all of it,
/// on the same clocks.
///
/// The base is what the scenario names as such: changes that it inherits are in the base and in every part.
public struct ScenarioWaterfall: Sendable {
  /// Changes that are made together, since the later ones need the first, such as places of a new offer.
  public struct Part: Sendable {
    /// Positions in the file, from 1, rising.
    public let numbers: [Int]
    public let levers: [Lever]
    /// What they assume, and what follows from it.
    public let assumptions: [Phrase]
    let plan: Plan
  }

  /// The plain forecast, the scenario and those that it builds on, then one a part.
  public let plans: [Plan]
  public let parts: [Part]
  /// Indices of `plans`.
  public let interaction: PlanInteraction

  /// - Parameter plans: the plain forecast first, the scenario and its bases among the others.
  /// - Throws: `FindingsError` where the scenario has no changes of its own.
  public init(of scenario: Scenario, plans: [Plan], builder: PlanBuilder) throws {
    guard let whole = plans.firstIndex(where: { $0.name == scenario.name }), !scenario.changes.isEmpty else { throw Self.nothing(scenario) }
    let base = plans.firstIndex { $0.name == scenario.base } ?? 0
    parts = try Self.apart(scenario, base: plans[base], builder: builder)
    self.plans = plans + parts.map(\.plan)
    interaction = PlanInteraction(base: base, parts: parts.indices.map { plans.count + $0 }, whole: whole)
  }

  /// A change that cannot be read alone goes with the nearest earlier ones with which it can.
  private static func apart(_ scenario: Scenario, base: Plan, builder: PlanBuilder) throws -> [Part] {
    var groups: [Set<Int>] = []
    for index in scenario.changes.indices {
      if (try? builder.plan(scenario, only: [index])) != nil {
        groups.append([index])
      } else if let group = groups.indices.last(where: { (try? builder.plan(scenario, only: groups[$0].union([index]))) != nil }) {
        groups[group].insert(index)
      } else {
        groups = [groups.reduce(into: [index]) { $0.formUnion($1) }]
      }
    }
    let inherited = try builder.plan(scenario, only: []).assumptions.count
    return try groups.enumerated().map { number, group in
      let plan = try builder.plan(scenario, only: group, named: "\(scenario.name)/\(number + 1)")
      return Part(
        numbers: group.sorted().map { $0 + 1 }, levers: group.sorted().map { scenario.changes[$0].lever },
        assumptions: Array(plan.assumptions.dropFirst(inherited)), plan: plan)
    }
  }

  private static func nothing(_ scenario: Scenario) -> FindingsError {
    let elsewhere = scenario.base.map {
      Phrase(da: "Hvad det bygger på, forklares med --scenario \($0).", en: "What it builds on is explained by --scenario \($0).")
    }
    return FindingsError(
      Finding(
        .error, value: scenario.name, message: Phrase(da: "har ingen egne ændringer at dele op.", en: "has no changes of its own to take apart."),
        remedy: elsewhere ?? Phrase("")))
  }

  /// The scenario's index among the plans.
  public var scenario: Plan { plans[interaction.whole] }

  public var base: Plan { plans[interaction.base] }
}
