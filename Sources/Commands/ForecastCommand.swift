internal import ArgumentParser
internal import Analysis
internal import Demand
internal import Groundwork
internal import Placements
internal import Scenarios
internal import Store

/// `plads forecast`: where demand goes if nothing is changed.
struct ForecastCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "forecast",
      abstract: Phrase(da: "Fremskriv efterspørgslen, som udviklingen går.", en: "Forecast demand as things are going.").spoken)
  }

  @Flag(
    help: help(
      Phrase(
        da: "Tegn fortid og prognose, en figur for hver linje; bredden følger terminalen eller COLUMNS.",
        en: "Draw past and forecast, a chart for each line; as wide as the terminal or COLUMNS.")))
  var chart = false

  @Option(
    help: help(
      Phrase(
        da: "Frys prognosen under dette navn, så den kan holdes op mod senere tal.",
        en: "Freeze the forecast under this label, so that it can be held against later figures."),
      value: Phrase(da: "navn", en: "label")), transform: PublicationLabel.read)
  var publish: String?

  @OptionGroup var remembering: MemoryOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var filter: FilterOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var output: OutputOptions

  /// The second interval of a chart.
  private static let innerLevel = 0.5

  func run() async throws {
    guard !chart || output.isForPeople else {
      throw UsageError(
        Phrase(
          da: "--chart tegner for mennesker: --format table eller markdown; tallene selv fås uden --chart.",
          en: "--chart draws for people: --format table or markdown; the figures themselves come without --chart."))
    }
    let session = try ProjectSession(project, output: output)
    let horizon = session.horizon(run.horizon)
    var request = try session.request(run, filter, output: output, horizon: horizon)
    if chart {
      request.onlyPeriods = nil
      request.innerLevel = min(Self.innerLevel, request.level)
    }
    let memory = RunMemory("forecast", session: session, simulation: run.simulation, horizon: horizon, fresh: remembering.fresh || chart, output: output)
    let publisher = try publish.map { try Publisher(label: $0, memory: memory) }
    var charts: [(frame: Table, charts: [FanChart], legend: FanLegend)] = []
    let (document, number) = try memory.document {
      let demand = session.fitted(horizon: horizon, threads: run.simulation.taskCount)
      let tables = simulate(request, session, demand, horizon: horizon)
      if chart { charts = try draw(tables, request, session, demand) }
      return session.document(
        tables.forecastSheets(request.measures ?? []), machine: tables.forecast(), warnings: demand.warnings, project)
    }
    try publisher?.publish(run: number, session: session, request: request, horizon: horizon)
    if chart { try output.write(charts) } else { try output.write(document) }
  }

  private func simulate(_ request: RunRequest, _ session: ProjectSession, _ demand: FittedDemand, horizon: Int) -> ResultTables {
    let builder = PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: [])
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    let result = ScenarioRun(
      demand: demand, capacity: session.extracts.capacity, plans: [builder.reference(named: "basis")], request: request,
      progress: progress.follow)
    progress.finish()
    return ResultTables(run: result, request: request, demand: demand)
  }

  private func draw(_ tables: ResultTables, _ request: RunRequest, _ session: ProjectSession, _ demand: FittedDemand) throws
    -> [(frame: Table, charts: [FanChart], legend: FanLegend)]
  {
    let history = try ObservedHistory(extracts: session.extracts, demand: demand, request: request)
    return (request.measures ?? []).enumerated().map { position, measure in
      let charts = tables.forecastCharts(measure, history: history)
      let frame = tables.chartFrame(measure)
      return (position == 0 ? project.headed(frame, by: session.extracts.settings) : frame, charts, tables.chartLegend(charts))
    }
  }
}
