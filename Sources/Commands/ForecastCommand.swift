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

  @OptionGroup var project: ProjectOptions
  @OptionGroup var filter: FilterOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try ProjectSession(project, output: output)
    let horizon = session.horizon(run.horizon)
    let request = try session.request(run, filter, output: output, horizon: horizon)
    let demand = session.fitted(horizon: horizon, threads: run.taskCount, output: output)
    let builder = PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: [])
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    let result = ScenarioRun(
      demand: demand, capacity: session.extracts.capacity, plans: [builder.reference(named: "basis")], request: request,
      progress: progress.follow)
    progress.finish()
    let tables = ResultTables(run: result, request: request, demand: demand)
    try session.print(tables.forecastSheets(request.measures ?? []), machine: tables.forecast(), project, output)
  }
}
