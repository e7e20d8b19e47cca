internal import Analysis
internal import ArgumentParser
internal import Capacity
internal import Demand
internal import Groundwork
internal import Placements
internal import Scenarios
internal import Store

/// `plads risk`: which offers may have to close, the most endangered first.
struct RiskCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "risk",
      abstract: Phrase(da: "Hvilke tilbud er i fare, hvor sandsynligt og hvornår.", en: "Which offers are in danger, how likely and when.").spoken)
  }

  @Option(
    help: help(
      Phrase(da: "Døm under dette scenarie, navn eller fil; ellers den rene prognose.", en: "Judge under this scenario, name or file; else the plain forecast."),
      value: Phrase(da: "scenarie", en: "scenario")))
  var scenario: String?

  @Option(
    help: help(
      Phrase(da: "Grænsen i procent af pladserne, 1 til 99.", en: "The limit in per cent of the places, 1 to 99."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(1...99))
  var closureShare = 70

  @Option(
    help: help(
      Phrase(da: "Rød fra denne sandsynlighed i procent ved 24 måneder.", en: "Red from this probability in per cent at 24 months."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(1...100))
  var red = 50

  @Option(
    help: help(
      Phrase(da: "Gul fra denne sandsynlighed i procent ved 24 måneder.", en: "Yellow from this probability in per cent at 24 months."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(1...100))
  var yellow = 20

  @OptionGroup var areas: AreaOption
  @OptionGroup var offers: OfferOption
  @OptionGroup var remembering: MemoryOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var simulation: SimulationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard yellow > red else { return }
    throw ValidationError(
      Phrase(da: "--yellow må ikke være højere end --red.", en: "--yellow must not be above --red.").spoken)
  }

  func run() async throws {
    let session = try ProjectSession(project, output: output)
    try session.requireOffersWithPlaces()
    let request = RiskRequest(
      areas: try session.areas(areas), offers: try session.offers(offers), trigger: ClosureTrigger(share: Double(closureShare) / 100),
      red: Double(red) / 100, yellow: Double(yellow) / 100, level: Double(simulation.level) / 100, draws: simulation.draws,
      seed: UInt64(simulation.seed), threads: simulation.taskCount)
    let horizon = RiskRun.horizonMonths / session.panel.length.months
    let builder = PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: [])
    var plans = [builder.reference(named: ScenarioLibrary.reference)]
    var files: [(name: String, path: String)] = []
    if let scenario {
      let library = try ScenarioLibrary(folder: session.folder, wanted: [scenario])
      plans = try library.plans(
        PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: library.all))
      files = library.files
    }
    output.show(plans.flatMap(\.warnings))
    let memory = RunMemory(
      "risk", session: session, simulation: simulation, horizon: horizon, others: files, fresh: remembering.fresh, output: output)
    try output.write(try memory.document { try computed(plans, request, session, horizon: horizon) }.document)
  }

  private func computed(_ plans: [Plan], _ request: RiskRequest, _ session: ProjectSession, horizon: Int) throws -> RunDocument {
    let demand = session.fitted(horizon: horizon, threads: simulation.taskCount)
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    // The scenario that was asked for comes after the plain forecast, which it may be itself.
    let result = try RiskRun(
      demand: demand, extracts: session.extracts, plans: plans, judged: min(1, plans.count - 1), request: request, progress: progress.follow)
    progress.finish()
    let tables = RiskTables(run: result, request: request, demand: demand)
    return session.document([tables.sheet], machine: tables.machine, warnings: demand.warnings, project)
  }
}
