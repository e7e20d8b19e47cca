internal import ArgumentParser
internal import Analysis
internal import Demand
internal import Forecasting
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

  @Option(
    help: help(
      Phrase(
        da: "stock_and_flow (simuleringen, som scenarier og risiko hviler på), auto (for hvert område den, der klarede sig bedst før), local_level, ets, theta, mean, naive, seasonal_naive eller drift.",
        en: "stock_and_flow (the simulation that scenarios and risk rest on), auto (for each area the one that did best before), local_level, ets, theta, mean, naive, seasonal_naive or drift."),
      value: Phrase(da: "model", en: "model")), transform: Choice.name(among: ForecastModel.names))
  var model = ForecastModel.simulation

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
    if model != ForecastModel.simulation { try checkModel() }
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
    guard model != ForecastModel.simulation else { return ResultTables(run: result, request: request, demand: demand) }
    var forecasts: [Measure: ForecastModel.Result] = [:]
    for (measure, target) in Self.targets where request.measures?.contains(measure) ?? true {
      forecasts[measure] = ForecastModel(model).forecast(
        target, extracts: session.extracts, demand: demand, draws: request.draws, seed: request.seed, threads: request.threads)
    }
    var notes: [Phrase] = []
    for (measure, _) in Self.targets {
      for note in forecasts[measure]?.notes ?? [] { notes.append(forecasts.count > 1 ? measure.phrase + Phrase(": ") + note : note) }
    }
    return ResultTables(run: result.replacing(rowsBy: forecasts, request: request, panel: session.panel), request: request, demand: demand, notes: notes)
  }

  /// What models of series can forecast.
  private static let targets: [(Measure, BacktestTarget)] = [
    (.stock, .stock), (.admissions, .admissions), (.homecomings, .homecomings), (.otherExits, .otherExits),
  ]

  private func checkModel() throws {
    if filter.by == .offer {
      throw UsageError(
        Phrase(
          da: "--by offer kræver --model stock_and_flow: de andre modeller kender ikke tilbuddene.",
          en: "--by offer needs --model stock_and_flow: the other models do not know the offers."))
    }
    if publish != nil {
      throw UsageError(
        Phrase(
          da: "--publish kræver --model stock_and_flow, som »plads explain« kan forklare.", en: "--publish needs --model stock_and_flow, which “plads explain” can explain."))
    }
    if let other = filter.measure.first(where: { name in !Self.targets.contains { $0.0.rawValue == name } }) {
      throw UsageError(
        Phrase(
          da: "--measure \(other) kræver --model stock_and_flow; de andre modeller har stock, admissions, homecomings og other_exits.",
          en: "--measure \(other) needs --model stock_and_flow; the other models have stock, admissions, homecomings and other_exits."))
    }
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
