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
        da: "auto (standard: simuleringen, områdernes belægning vejet med andre modeller efter, hvordan de klarede sig før), stock_and_flow (simuleringen alene), local_level, ets, theta, mean, naive, seasonal_naive eller drift; [forecast] model i plads.toml ændrer standarden.",
        en: "auto (default: the simulation, the areas' stock weighed with other models by how they did before), stock_and_flow (the simulation alone), local_level, ets, theta, mean, naive, seasonal_naive or drift; [forecast] model in plads.toml changes the default."),
      value: Phrase(da: "model", en: "model")), transform: Choice.word(ForecastModelName.self))
  var model: ForecastModelName?

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
  @OptionGroup var rules: RulesOption
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
    if let model { try checkModel(model) }
    if publish != nil, said || overrides || applyOverrides {
      throw UsageError(
        Phrase(
          da: "--publish fryser modellens prognose; den kan ikke stå sammen med --said, --overrides eller --apply-overrides.",
          en: "--publish freezes the model's forecast; it cannot stand with --said, --overrides or --apply-overrides."))
    }
    let session = try ProjectSession(project, output: output)
    let horizon = session.horizon(run.horizon)
    let (model, reason) = resolvedModel(session)
    var request = try session.request(run, filter, output: output, horizon: horizon)
    // A chart has every period, what is recorded of its run the usual few.
    let sheetPeriods = request.onlyPeriods
    if chart {
      request.onlyPeriods = nil
      request.innerLevel = min(Self.innerLevel, request.level)
    }
    let offers = try rules.offers(session, request.measures ?? [])
    if offers != nil { output.show(session.withoutPlaces) }
    let memory = RunMemory(
      "forecast", session: session, simulation: run.simulation, horizon: horizon, others: offers.map { [("rules", $0.file)] } ?? [],
      fresh: remembering.fresh, recalls: !chart, output: output)
    let publisher = try publish.map { try Publisher(label: $0, memory: memory) }
    var charts: [(frame: Table, charts: [FanChart], legend: FanLegend)] = []
    let (document, number) = try memory.document {
      let demand = session.fitted(horizon: horizon, threads: run.simulation.taskCount)
      let builder = PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: [])
      var basis = builder.reference(named: "basis")
      if !model.simulates, !basis.demand.isBare {
        basis.assumptions = [Phrase(da: "Varsler indgår kun i simuleringen (auto og stock_and_flow).", en: "Notices act in the simulation alone (auto and stock_and_flow).")]
      }
      let warnings = basis.warnings + demand.warnings
      let overriding = overrideForecast(session, demand, basis, request, model).map { (forecast: $0, tables: OverrideTables($0, panel: session.panel, request: request)) }
      let statements = saidTables(session, demand, basis, request, model)
      if let statements, said { return session.document(statements.sheets, machine: statements.machine, warnings: warnings, project) }
      if let overriding, overrides { return session.document([overriding.tables.sheet], machine: overriding.tables.machine, warnings: warnings, project) }
      if said || overrides { throw nothingToShow }
      let stocks = ForecastBasis(model: model, session: session, horizon: horizon, threads: request.threads, memory: memory)
      var notes = stocks.notes + (reason.map { [$0] } ?? [])
      if !stocks.recipe.isPlain, overriding != nil || statements != nil {
        notes.append(
          Phrase(
            da: "Udsagn og overskrivninger nedenfor holdes op mod stock_and_flow alene.", en: "Statements and overrides below are held against stock_and_flow alone."))
      }
      let tables =
        model.simulates
        ? simulate(request, session, demand, basis, stocks, notes, applyOverrides ? overriding?.forecast : nil, offers?.basis)
        : forecast(model, request, session, demand, basis)
      if chart { charts = try draw(tables, request, session, demand) }
      let beside = (overriding.map { [$0.tables.sheet] } ?? []) + (statements?.sheets ?? [])
      let said = output.isForPeople ? [] : notes.map { Finding(.note, message: $0, remedy: Phrase("")) } + tables.missing(request.measures ?? [])
      return session.document(
        tables.forecastSheets(request.measures ?? [], periods: sheetPeriods) + beside, machine: tables.forecast(), warnings: warnings + said, project)
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
    _ request: RunRequest, _ session: ProjectSession, _ demand: FittedDemand, _ basis: Plan, _ stocks: ForecastBasis, _ notes: [Phrase],
    _ overriding: OverrideForecast?, _ offers: OfferBasis?
  ) -> ResultTables {
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    let result = ScenarioRun(
      demand: demand, capacity: session.extracts.capacity, plans: [basis], request: request, overrides: overriding, recipe: stocks.recipe,
      offers: offers, progress: progress.follow)
    progress.finish()
    let own = OfferNotes(offers, request.measures ?? [], panel: session.panel)
    return ResultTables(
      run: result, request: request, demand: demand, notes: own.phrases + notes + demand.assumptions,
      meta: stocks.meta + own.meta)
  }

  /// By a model of series; the lines and the citizens now are the simulation's, of a few futures.
  private func forecast(_ model: ForecastModelName, _ request: RunRequest, _ session: ProjectSession, _ demand: FittedDemand, _ basis: Plan) -> ResultTables {
    var forecasts: [Measure: ForecastModel.Result] = [:]
    for (measure, target) in Self.targets where request.measures?.contains(measure) ?? true {
      forecasts[measure] = ForecastModel(model).forecast(target, demand: demand, draws: request.draws, seed: request.seed, threads: request.threads)
    }
    var notes: [Phrase] = []
    for (measure, _) in Self.targets {
      for note in forecasts[measure]?.notes ?? [] { notes.append(forecasts.count > 1 ? measure.phrase + Phrase(": ") + note : note) }
    }
    var few = request
    few.draws = 10
    let lines = ScenarioRun(demand: demand, capacity: session.extracts.capacity, plans: [basis], request: few)
    return ResultTables(
      run: lines.replacing(rowsBy: forecasts, request: request, panel: session.panel), request: request, demand: demand, notes: notes,
      meta: [("model", model.rawValue)])
  }

  /// What models of series can forecast.
  private static let targets: [(Measure, BacktestTarget)] = [
    (.stock, .stock), (.admissions, .admissions), (.homecomings, .homecomings), (.otherExits, .otherExits),
  ]

  /// The model that the command or the project names, and why it is another where something else needs the simulation.
  private func resolvedModel(_ session: ProjectSession) -> (ForecastModelName, Phrase?) {
    if let model { return (model, nil) }
    let usual = session.extracts.settings.forecastModel ?? .automatic
    guard usual != .simulation, let need = needOfSimulation(usual) else { return (usual, nil) }
    return (.simulation, Phrase(da: "Model: stock_and_flow, fordi \(need.da).", en: "Model: stock_and_flow, because \(need.en)."))
  }

  /// What the simulation alone can do of what is wanted; nil for nothing.
  private func needOfSimulation(_ model: ForecastModelName) -> Phrase? {
    if filter.grouping == .offer { return Phrase(da: "--by offer kræver den: de andre modeller kender ikke tilbuddene", en: "--by offer needs it: the other models do not know the offers") }
    if publish != nil { return Phrase(da: "--publish kræver den, som »plads explain« kan forklare", en: "--publish needs it, which “plads explain” can explain") }
    if said || overrides || applyOverrides {
      return Phrase(da: "--said, --overrides og --apply-overrides kræver den", en: "--said, --overrides and --apply-overrides need it")
    }
    guard !model.simulates, let other = filter.measure.first(where: { name in !Self.targets.contains { $0.0.rawValue == name } }) else { return nil }
    return Phrase(
      da: "--measure \(other) kræver den: modeller af serier har stock, admissions, homecomings og other_exits",
      en: "--measure \(other) needs it: models of series have stock, admissions, homecomings and other_exits")
  }

  private func checkModel(_ model: ForecastModelName) throws {
    guard model != .simulation, let need = needOfSimulation(model) else { return }
    throw UsageError(
      Phrase(da: "--model \(model.rawValue) går ikke: ", en: "--model \(model.rawValue) will not do: ") + need
        + Phrase(da: ". Skriv --model stock_and_flow.", en: ". Write --model stock_and_flow."))
  }

  /// Nil where there are none, or where nothing shows or applies them.
  private func overrideForecast(
    _ session: ProjectSession, _ demand: FittedDemand, _ basis: Plan, _ request: RunRequest, _ model: ForecastModelName
  ) -> OverrideForecast? {
    guard overrides || applyOverrides || (output.isForPeople && !chart && model.simulates), !session.extracts.overrides.isEmpty else { return nil }
    return OverrideForecast(demand: demand, plan: basis, overrides: session.extracts.overrides, request: request)
  }

  /// Nil where nobody spoke of a year ahead, or where the machine's table has no room for it.
  private func saidTables(_ session: ProjectSession, _ demand: FittedDemand, _ basis: Plan, _ request: RunRequest, _ model: ForecastModelName) -> SaidTables? {
    guard said || (output.isForPeople && !chart && model.simulates), !session.extracts.expectations.isEmpty else { return nil }
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
