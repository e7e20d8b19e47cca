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

  @Flag(
    help: help(
      Phrase(
        da: "Kun hvad kommunerne siger (expectations), ved siden af modellen, og begge samlet.",
        en: "Only what municipalities say (expectations), beside the model, and both together.")))
  var said = false

  @Flag(
    help: help(
      Phrase(
        da: "Kun analytikeres overskrivninger ved siden af modellen, og hvordan tidligere gik.",
        en: "Only analysts' overrides beside the model, and how past ones came true.")))
  var overrides = false

  @Flag(
    help: help(
      Phrase(
        da: "Brug overskrivningerne i prognosen; hver tabel siger det.", en: "Apply the overrides to the forecast; every table says so.")))
  var applyOverrides = false

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
    if publish != nil, said || overrides || applyOverrides {
      throw UsageError(
        Phrase(
          da: "--publish fryser modellens prognose; den kan ikke stå sammen med --said, --overrides eller --apply-overrides.",
          en: "--publish freezes the model's forecast; it cannot stand with --said, --overrides or --apply-overrides."))
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
      let builder = PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: [])
      var basis = builder.reference(named: "basis")
      if model != ForecastModel.simulation, !basis.demand.isBare {
        basis.assumptions = [Phrase(da: "Varsler indgår kun i --model stock_and_flow.", en: "Notices act in --model stock_and_flow alone.")]
      }
      let warnings = basis.warnings + demand.warnings
      let overriding = overrideForecast(session, demand, basis, request).map { (forecast: $0, tables: OverrideTables($0, panel: session.panel, request: request)) }
      let statements = saidTables(session, demand, basis, request)
      if let statements, said { return session.document(statements.sheets, machine: statements.machine, warnings: warnings, project) }
      if let overriding, overrides { return session.document([overriding.tables.sheet], machine: overriding.tables.machine, warnings: warnings, project) }
      if said || overrides { throw nothingToShow }
      let tables = simulate(request, session, demand, basis, applyOverrides ? overriding?.forecast : nil)
      if chart { charts = try draw(tables, request, session, demand) }
      let beside = (overriding.map { [$0.tables.sheet] } ?? []) + (statements?.sheets ?? [])
      return session.document(tables.forecastSheets(request.measures ?? []) + beside, machine: tables.forecast(), warnings: warnings, project)
    }
    try publisher?.publish(run: number, session: session, request: request, horizon: horizon)
    if chart { try output.write(charts) } else { try output.write(document) }
  }

  private var nothingToShow: UsageError {
    said
      ? UsageError(
        Phrase(
          da: "--said kræver udsagn om år inden for horisonten; læg dem i data/expectations.csv.",
          en: "--said needs statements about years within the horizon; put them into data/expectations.csv."))
      : UsageError(
        Phrase(
          da: "--overrides kræver overskrivninger: data/overrides.csv eller [[override]] i plads.toml.",
          en: "--overrides needs overrides: data/overrides.csv or [[override]] in plads.toml."))
  }

  private func simulate(
    _ request: RunRequest, _ session: ProjectSession, _ demand: FittedDemand, _ basis: Plan, _ overriding: OverrideForecast?
  ) -> ResultTables {
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    let result = ScenarioRun(
      demand: demand, capacity: session.extracts.capacity, plans: [basis], request: request, overrides: overriding, progress: progress.follow)
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
    if said || overrides || applyOverrides {
      throw UsageError(
        Phrase(
          da: "--said, --overrides og --apply-overrides kræver --model stock_and_flow.", en: "--said, --overrides and --apply-overrides need --model stock_and_flow."))
    }
    if let other = filter.measure.first(where: { name in !Self.targets.contains { $0.0.rawValue == name } }) {
      throw UsageError(
        Phrase(
          da: "--measure \(other) kræver --model stock_and_flow; de andre modeller har stock, admissions, homecomings og other_exits.",
          en: "--measure \(other) needs --model stock_and_flow; the other models have stock, admissions, homecomings and other_exits."))
    }
  }

  /// Nil where there are none, or where nothing shows or applies them.
  private func overrideForecast(
    _ session: ProjectSession, _ demand: FittedDemand, _ basis: Plan, _ request: RunRequest
  ) -> OverrideForecast? {
    guard overrides || applyOverrides || (output.isForPeople && !chart && model == ForecastModel.simulation), !session.extracts.overrides.isEmpty else { return nil }
    return OverrideForecast(demand: demand, plan: basis, overrides: session.extracts.overrides, request: request)
  }

  /// Nil where nobody spoke of a year ahead, or where the machine's table has no room for it.
  private func saidTables(_ session: ProjectSession, _ demand: FittedDemand, _ basis: Plan, _ request: RunRequest) -> SaidTables? {
    guard said || (output.isForPeople && !chart && model == ForecastModel.simulation), !session.extracts.expectations.isEmpty else { return nil }
    let forecast = SaidForecast(demand: demand, plan: basis, expectations: session.extracts.expectations, request: request)
    return forecast.rows.isEmpty ? nil : SaidTables(forecast, panel: session.panel, request: request)
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
