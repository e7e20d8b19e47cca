internal import ArgumentParser
internal import Capacity
internal import Groundwork
internal import Placements
internal import Scenarios

/// The future that is judged, and the money it is judged by.
struct JudgedOptions: ParsableArguments {
  @Option(
    help: help(
      Phrase(da: "Under dette scenarie, navn eller fil; ellers den rene prognose.", en: "Under this scenario, name or file; else the plain forecast."),
      value: Phrase(da: "scenarie", en: "scenario")))
  var scenario: String?

  @Option(
    help: help(
      Phrase(da: "Økonomiske regler: et regelsæt i projektets rules eller programmets; ellers projektets rule_set.", en: "Economic rules: a rule set in the project's rules or the program's; else the project's rule_set."),
      value: Phrase(da: "regelsæt", en: "rule set")))
  var rules: String?

  @Option(
    help: help(
      Phrase(da: "Hvordan udgifterne følger borgerne: adaptation_lag, follows_70, unadapted.", en: "How costs follow the citizens: adaptation_lag, follows_70, unadapted."),
      value: Phrase(da: "måde", en: "way")), transform: Choice.word(CostBehaviour.self))
  var costBehaviour = CostBehaviour.adaptationLag

  /// The rule set with its file, for the run's memory.
  func ruleSet(_ session: ProjectSession) throws -> (rules: RuleSet, path: String) {
    try RuleLibrary(folder: session.folder).chosen(rules, else: session.extracts.settings.ruleSet)
  }

  /// The plain forecast's plan, then the scenario's where one was asked for, with the scenario's files.
  func plans(_ session: ProjectSession, horizon: Int) throws -> (plans: [Plan], files: [(name: String, path: String)]) {
    func builder(_ scenarios: [Scenario]) -> PlanBuilder {
      PlanBuilder(session, horizon: horizon, scenarios: scenarios, rules: rules)
    }
    guard let scenario else { return ([builder([]).reference(named: ScenarioLibrary.reference)], []) }
    let library = try ScenarioLibrary(folder: session.folder, only: scenario)
    return (try library.plans(builder(library.all)), library.files)
  }
}
