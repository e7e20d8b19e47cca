internal import Analysis
internal import ArgumentParser
internal import Capacity
internal import Demand
internal import Groundwork
internal import Placements
internal import Reports
internal import Scenarios
internal import Store

/// `plads export`: results in the shape that other programs read.
struct ExportCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "export",
      abstract: Phrase(da: "Til andre programmer: plads export indicators (tal), plads export schema (hvad filerne holder).", en: "For other programs: plads export indicators (figures), plads export schema (what files hold).").spoken,
      subcommands: [ExportIndicatorsCommand.self, ExportSchemaCommand.self])
  }
}

/// `plads export indicators`: history and forecast of the region's indicators in one table of facts, with a dictionary.
struct ExportIndicatorsCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "indicators",
      abstract: Phrase(da: "Indikatorer for tilbud, områder og kommuner, fortid og prognose.", en: "Indicators of offers, areas and municipalities, past and forecast.").spoken)
  }

  @Option(
    help: help(
      Phrase(
        da: "Kun denne indikator; kan gentages: budget_compliance, capacity_use, self_supply, purchase_share, cost_per_day, citizens_served, satisfaction.",
        en: "Only this indicator; may be repeated: budget_compliance, capacity_use, self_supply, purchase_share, cost_per_day, citizens_served, satisfaction."),
      value: Phrase(da: "indikator", en: "indicator")), transform: Choice.word(Indicator.self))
  var indicator: [Indicator] = []

  @Option(
    help: help(
      Phrase(da: "Kun rækker for offer, area eller municipality; kan gentages.", en: "Only rows of offer, area or municipality; may be repeated."),
      value: Phrase(da: "niveau", en: "grain")), transform: Choice.word(Indicator.Grain.self))
  var by: [Indicator.Grain] = []

  @Flag(
    help: help(
      Phrase(
        da: "Kun ordbogen: hvad hver indikator er. Med --output skrives den ellers ved siden af (NAVN-dictionary.csv).",
        en: "Only the dictionary: what each indicator is. With --output it is else written beside (NAME-dictionary.csv).")))
  var dictionary = false

  @OptionGroup var judged: JudgedOptions
  @OptionGroup var areas: AreaOption
  @OptionGroup var remembering: MemoryOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var simulation: SimulationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    if dictionary { return try output.write(IndicatorTables.dictionary) }
    let session = try ProjectSession(project, output: output)
    try session.requireOffers()
    output.show(session.withoutPlaces)
    let (ruleSet, ruleFile) = try judged.ruleSet(session)
    var request = RiskRequest(
      areas: try session.areas(areas), level: Double(simulation.level) / 100, draws: simulation.draws, seed: UInt64(simulation.seed),
      threads: simulation.taskCount, rules: ruleSet, behaviour: judged.costBehaviour)
    let horizon = RiskRun.horizonMonths / session.panel.length.months
    output.show(ruleSet.validity(file: ruleFile, origin: session.panel.origin, horizon: horizon))
    let (plans, files) = try judged.plans(session, horizon: horizon)
    output.show(plans.flatMap(\.warnings))
    request.ruleSets = try RuleLibrary(folder: session.folder).sets(of: plans)
    request = request.ruled(by: plans[min(1, plans.count - 1)])
    let memory = RunMemory(
      "export", session: session, simulation: simulation, horizon: horizon, others: [("rules", ruleFile)] + files, fresh: remembering.fresh, output: output)
    let document = try memory.document { [request] in try computed(plans, request, session, horizon: horizon) }.document
    try output.write(document)
    try writeDictionary()
  }

  private func computed(_ plans: [Plan], _ request: RiskRequest, _ session: ProjectSession, horizon: Int) throws -> RunDocument {
    let demand = session.fitted(horizon: horizon, threads: simulation.taskCount).keepingRates()
    let plans = try PriceSpiral.settled(plans, demand: demand, extracts: session.extracts, request: request)
    let facts = try IndicatorFacts(
      demand: demand, extracts: session.extracts, plans: plans, judged: min(1, plans.count - 1),
      indicators: Set(indicator.isEmpty ? Indicator.allCases : indicator), grains: Set(by.isEmpty ? Indicator.Grain.allCases : by), request: request)
    let tables = IndicatorTables(facts, request: request, panel: session.panel)
    return session.document([tables.table], machine: tables.table, warnings: demand.warnings, project)
  }

  /// Beside the facts, in their format: `facts.csv` has `facts-dictionary.csv`.
  private func writeDictionary() throws {
    guard let path = output.output, !path.hasPrefix("/dev/") else { return }
    let (folder, name) = OutputFile.split(path)
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    let ending = name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
    let text = try Rendering.text(IndicatorTables.dictionary, format: output.format, language: Speech.language)
    try OutputFile.write(text, to: "\(path.hasPrefix("/") || folder != "." ? folder + "/" : "")\(stem)-dictionary\(ending)")
  }
}
