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

  /// - Parameter rules: the rule set of the command line; nil for the project's.
  init(_ name: String?, session: ProjectSession, horizon: Int, rules: String? = nil) throws {
    let library = try name.map { try ScenarioLibrary(folder: session.folder, only: $0) }
    builder = PlanBuilder(session, horizon: horizon, scenarios: library?.all ?? [], rules: rules)
    scenario = library?.chosen ?? Scenario.plain(named: ScenarioLibrary.reference, title: ScenarioLibrary.reference)
    plans = try library?.plans(builder) ?? [builder.reference(named: ScenarioLibrary.reference)]
    files = library?.files ?? []
  }
}
