internal import Groundwork
internal import Placements
internal import Scenarios

/// One scenario, or the plain forecast, whose numbers are to be changed.
struct ScenarioStudy {
  let scenario: Scenario
  let builder: PlanBuilder
  /// The plain forecast, the scenario and those that it builds on.
  let plans: [Plan]
  let files: [(name: String, path: String)]

  init(_ name: String?, session: ProjectSession, horizon: Int) throws {
    let library = try name.map { try ScenarioLibrary(folder: session.folder, only: $0) }
    builder = PlanBuilder(
      panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: library?.all ?? [],
      ruleSets: RuleLibrary(folder: session.folder).names)
    scenario = library?.chosen ?? Scenario.plain(named: ScenarioLibrary.reference, title: ScenarioLibrary.reference)
    plans = try library?.plans(builder) ?? [builder.reference(named: ScenarioLibrary.reference)]
    files = library?.files ?? []
  }
}
