internal import ArgumentParser
internal import Analysis
internal import Demand
internal import Groundwork
internal import Placements
internal import Scenarios

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
    let demand = session.fitted(horizon: horizon, threads: run.simulation.taskCount, output: output)
    let builder = PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: [])
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    let result = ScenarioRun(
      demand: demand, capacity: session.extracts.capacity, plans: [builder.reference(named: "basis")], request: request,
      progress: progress.follow)
    progress.finish()
    let tables = ResultTables(run: result, request: request, demand: demand)
    if chart { return try draw(tables, request, session, demand) }
    try session.print(tables.forecastSheets(request.measures ?? []), machine: tables.forecast(), project, output)
  }

  private func draw(_ tables: ResultTables, _ request: RunRequest, _ session: ProjectSession, _ demand: FittedDemand) throws {
    let history = try ObservedHistory(extracts: session.extracts, demand: demand, request: request)
    let sheets = (request.measures ?? []).enumerated().map { position, measure in
      let charts = tables.forecastCharts(measure, history: history)
      let frame = tables.chartFrame(measure)
      return (position == 0 ? project.headed(frame, by: session.extracts.settings) : frame, charts, tables.chartLegend(charts))
    }
    try output.write(sheets)
  }
}
