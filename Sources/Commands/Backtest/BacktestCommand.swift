internal import Analysis
internal import ArgumentParser
internal import Forecasting
internal import Groundwork
internal import Placements

/// `plads backtest`: how good the forecasts would have been.
struct BacktestCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "backtest",
      abstract: Phrase(
        da: "Efterprøv prognoser fra tidligere udgangspunkter mod det, der kom.", en: "Test forecasts from past origins against what came."
      ).spoken)
  }

  @Option(
    help: help(
      Phrase(
        da: "Serier fra en fil (unique_id, ds, y og evt. level) i stedet for projektet.",
        en: "Series from a file (unique_id, ds, y and perhaps level) instead of the project."), value: Phrase(da: "fil", en: "file")))
  var nodes: String?

  @Option(
    help: help(
      Phrase(da: "Summatrix til --nodes: unique_id og en kolonne 0/1 for hver bundserie.", en: "Summing matrix of --nodes: unique_id and a 0/1 column for each bottom series."),
      value: Phrase(da: "fil", en: "file")))
  var summing: String?

  @Option(
    help: help(
      Phrase(da: "Perioder i et år til --nodes: 1, 4 eller 12.", en: "Periods in a year for --nodes: 1, 4 or 12."), value: Phrase(da: "antal", en: "count")),
    transform: Choice.integer(1...366))
  var season = 1

  @Option(
    help: help(Phrase(da: "Perioder frem fra hvert udgangspunkt.", en: "Periods ahead of each origin."), value: Phrase(da: "perioder", en: "periods")),
    transform: Choice.integer(1...1200))
  var horizon: Int?

  @Option(
    help: help(
      Phrase(da: "Sidst kendte perioder, adskilt af komma; ellers de tre seneste med et år imellem.", en: "Last known periods, separated by commas; else the three latest, a year apart."),
      value: Phrase(da: "perioder", en: "periods")))
  var origins: String?

  @Option(
    help: help(
      Phrase(da: "Kun disse modeller (kan gentages); ellers alle.", en: "These models alone (may be repeated); else all."), value: Phrase(da: "model", en: "model")))
  var model: [String] = []

  @Option(
    help: help(
      Phrase(da: "Skriv alle prognoser som CSV: den første models, eller alle fra et projekt.", en: "Write every forecast as CSV: the first model's, or all of a project."),
      value: Phrase(da: "fil", en: "file")))
  var forecasts: String?

  @OptionGroup var project: ProjectOptions
  @OptionGroup var simulation: SimulationOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help: help(
      Phrase(
        da: "Det, projektet efterprøves på: stock, admissions, homecomings, other_exits eller closure (lukninger, færre pladser, lukningsgrænsen).",
        en: "What of the project is tested: stock, admissions, homecomings, other_exits or closure (closings, fewer places, the closure trigger)."),
      value: Phrase(da: "mål", en: "target")), transform: Choice.word(TestedTarget.self))
  var target = TestedTarget.stock

  @Option(
    help: help(
      Phrase(da: "area (kommuner og områder) eller offer (tilbud).", en: "area (municipalities and areas) or offer (offers)."),
      value: Phrase(da: "nøgle", en: "key")), transform: Choice.word(TestedGrouping.self))
  var by = TestedGrouping.area

  func run() async throws {
    if let nodes { return try backtest(SeriesFile(path: nodes, summing: summing)) }
    guard summing == nil else { throw UsageError(Phrase(da: "--summing hører til --nodes.", en: "--summing belongs to --nodes.")) }
    let session = try ProjectSession(project, output: output)
    guard let series = BacktestTarget(rawValue: target.rawValue) else { return try backtestClosures(session) }
    try backtest(session, series)
  }

  /// What became of offers.
  private func backtestClosures(_ session: ProjectSession) throws {
    guard horizon == nil, model.isEmpty else {
      throw UsageError(
        Phrase(
          da: "--target closure har horisonterne 12 og 24 måneder og simuleringen alene: udelad --horizon og --model.",
          en: "--target closure has the horizons 12 and 24 months and the simulation alone: leave out --horizon and --model."))
    }
    let panel = session.panel
    let origins = try origins == nil ? ClosureBacktest.usualOrigins(panel) : closureOrigins(panel)
    guard let unknown = nothingOfOffers(session, origins) else {
      let request = RiskRequest(
        level: Double(simulation.level) / 100, draws: simulation.draws, seed: UInt64(simulation.seed), threads: simulation.taskCount)
      let progress = Progress(Phrase(da: "Efterprøver", en: "Testing"), total: 100, isQuiet: output.quiet)
      let result = try ClosureBacktest(extracts: session.extracts, panel: panel, origins: origins, request: request, progress: progress.follow)
      progress.finish()
      let tables = ClosureTables(result, level: request.level, seed: request.seed)
      if result.forecasts.isEmpty { output.show([nothingScored(Phrase(da: "intet tilbud kunne bedømmes fra udgangspunkterne.", en: "no offer could be judged from the origins."))]) }
      if let forecasts { try OutputFile.write(tables.forecastFile(), to: forecasts) }
      return try session.print(tables.sheets(), machine: tables.machine(), project, output)
    }
    output.show([unknown])
  }

  private func closureOrigins(_ panel: Panel) throws -> [Period] {
    try chosenOrigins(count: panel.count, horizon: 1, season: 1, name: { panel.first.advanced(by: $0).description }) { text in
      Period(text).flatMap { $0.length == panel.length ? $0 - panel.first + 1 : nil }
    }.map { panel.first.advanced(by: $0 - 1) }
  }

  /// Why a project has nothing to say of closures; nil where it has.
  private func nothingOfOffers(_ session: ProjectSession, _ origins: [Period]) -> Finding? {
    if session.extracts.capacity.isEmpty {
      return nothingScored(Phrase(da: "projektet har ingen pladser (capacity.csv).", en: "the project has no places (capacity.csv)."))
    }
    if !session.knowsOffersOfCitizens {
      return nothingScored(Phrase(da: "data siger ikke, hvem der bor i hvilket tilbud.", en: "the data does not say who lives in which offer."))
    }
    if origins.isEmpty {
      return nothingScored(Phrase(da: "historikken er kortere end fire år.", en: "the history is shorter than four years."))
    }
    return nil
  }

  private func nothingScored(_ why: Phrase) -> Finding {
    Finding(.warning, message: Phrase(da: "lukninger kan ikke efterprøves: ", en: "closures cannot be tested: ") + why, remedy: Phrase(""))
  }

  private func series(_ session: ProjectSession, _ target: BacktestTarget) throws -> PanelSeries? {
    let length = PanelSeries.testedLength(session.panel)
    guard by == .offer else { return PanelSeries(session.panel, target: target, length: length) }
    guard session.knowsOffersOfCitizens else {
      throw FindingsError(
        Finding(
          .error, value: "--by offer", message: Phrase(da: "projektets tal siger ikke, hvem der bor i hvilket tilbud.", en: "the project's figures do not say who lives in which offer."),
          remedy: Phrase(da: "Brug --by area.", en: "Use --by area.")))
    }
    return PanelSeries(byOffer: try Panel(byOffer: session.extracts), offers: session.panel.offers, target: target, length: length)
  }

  private func backtest(_ session: ProjectSession, _ target: BacktestTarget) throws {
    guard let series = try series(session, target) else {
      throw FindingsError(
        Finding(
          .error, value: target.rawValue, message: Phrase(da: "projektet har ingen sådanne tal over to perioder.", en: "the project has no such figures over two periods."),
          remedy: Phrase(da: "Vælg et andet --target; »plads check« viser, hvad projektet har.", en: "Choose another --target; “plads check” shows what the project has.")))
    }
    let count = series.history.count
    let horizon = horizon ?? min(3 * series.length.perYear, max(1, count / 3))
    let known = try chosenOrigins(count: count, horizon: horizon, season: series.length.perYear, name: { series.first.advanced(by: $0).description }) { text in
      Period(text).flatMap { $0.length == series.length ? $0 - series.first + 1 : nil }
    }
    // Of flows and offers the default forecast is the simulation's.
    let models: [ForecastModelName] = target == .stock && by == .area ? [.automatic, .simulation] : [.simulation]
    let own: [any Forecaster] = models.map { DemandForecaster(extracts: session.extracts, series: series, model: $0) }
    let forecasters = try chosenForecasters(own + ForecasterCatalogue.series)
    let progress = Progress(Phrase(da: "Efterprøver", en: "Testing"), total: 100, isQuiet: output.quiet)
    let result = RollingOrigin(
      series.history, origins: known, horizon: horizon, forecasters: forecasters, draws: simulation.draws, seed: UInt64(simulation.seed),
      threads: simulation.taskCount, progress: progress.follow)
    progress.finish()
    remark(result, names: { series.cells[$0].name }, period: { series.first.advanced(by: $0).description })
    if let forecasts { try OutputFile.write(ForecastFile.text(result, series: series), to: forecasts) }
    let tables = BacktestTables(result, target: target.rawValue)
    try session.print(tables.sheets(), machine: tables.machine(), project, output)
  }

  private func backtest(_ file: SeriesFile) throws {
    output.show(file.notes)
    let horizon = horizon ?? (season == 1 ? 3 : season)
    let history = SeriesHistory(hierarchy: file.hierarchy, bottom: file.bottom, season: season)
    let known = try chosenOrigins(count: history.count, horizon: horizon, season: season, name: file.period, known: file.known(upTo:))
    let forecasters = try chosenForecasters(ForecasterCatalogue.all)
    let progress = Progress(Phrase(da: "Efterprøver", en: "Testing"), total: 100, isQuiet: output.quiet)
    let result = RollingOrigin(
      history, origins: known, horizon: horizon, forecasters: forecasters, draws: simulation.draws, seed: UInt64(simulation.seed),
      threads: simulation.taskCount, nodeValues: file.nodeValues, progress: progress.follow)
    progress.finish()
    let ids = Dictionary(file.hierarchy.nodes.filter { $0.members.count == 1 }.map { ($0.members[0], $0.id) }, uniquingKeysWith: { first, _ in first })
    remark(result, names: { ids[$0] ?? "" }, period: file.period)
    if let forecasts { try OutputFile.write(ForecastFile.text(result, file: file), to: forecasts) }
    let tables = BacktestTables(result, target: "y")
    try output.isForPeople ? output.write(tables.sheets()) : output.write(tables.machine())
  }

  private func chosenForecasters(_ all: [any Forecaster]) throws -> [any Forecaster] {
    guard !model.isEmpty else { return all }
    return try model.map { name in
      if let found = all.first(where: { $0.name == name }) { return found }
      throw UsageError(
        Phrase(da: "Ukendt model »\(name)«. ", en: "Unknown model “\(name)”. ") + NearestName.hint(name, among: all.map(\.name), listAtMost: 20))
    }
  }

  /// Numbers of periods that are known at the origins.
  /// - Parameters:
  ///   - name: of a period by its index, and the other way: periods known up to one that the user names.
  private func chosenOrigins(count: Int, horizon: Int, season: Int, name: (Int) -> String, known: (String) -> Int?) throws -> [Int] {
    guard let origins else {
      let latest = count - horizon
      let found = (0..<3).map { latest - $0 * season }.filter { $0 > season }
      guard !found.isEmpty else {
        throw UsageError(
          Phrase(
            da: "Serierne har \(count) perioder: for få til en horisont på \(horizon). Vælg en kortere --horizon eller --origins.",
            en: "The series have \(count) periods: too few for a horizon of \(horizon). Choose a shorter --horizon or --origins."))
      }
      return found.reversed()
    }
    let chosen: [Int] = try origins.split(separator: ",", omittingEmptySubsequences: false).map { text in
      let wanted = text.filter { $0 != " " }
      if let found = known(wanted), (1...count).contains(found) { return found }
      throw UsageError(
        Phrase(
          da: "Udgangspunktet »\(wanted)« er ingen periode i serierne (\(name(0)) til \(name(count - 1))).",
          en: "The origin “\(wanted)” is no period of the series (\(name(0)) to \(name(count - 1)))."))
    }
    return Set(chosen).sorted()
  }

  /// What could not be forecast or scored, counted and named.
  private func remark(_ result: RollingOrigin, names: (Int) -> String, period: (Int) -> String) {
    var findings: [Finding] = []
    if !result.setAside.isEmpty {
      let list = result.setAside.prefix(5).map { "\(names($0.series)) (\(period($0.origin - 1)))" }.joined(separator: ", ")
      let more = result.setAside.count > 5 ? ", …" : ""
      findings.append(
        Finding(
          .warning, value: list + more,
          message: Phrase(
            da: "serier uden tal før udgangspunktet, sat til side: \(result.setAside.count).", en: "series without figures before the origin, set aside: \(result.setAside.count)."),
          remedy: Phrase("")))
    }
    if result.names.indices.allSatisfy({ BacktestSummary(result, forecaster: $0) == nil }) {
      findings.append(
        Finding(
          .warning,
          message: Phrase(
            da: "intet kan bedømmes: der er ingen tal efter udgangspunkterne, eller serierne har ikke ændret sig før dem.",
            en: "nothing can be scored: there are no figures after the origins, or the series had not changed before them."),
          remedy: Phrase(da: "Vælg tidligere --origins eller en kortere --horizon.", en: "Choose earlier --origins or a shorter --horizon.")))
    }
    output.show(findings)
  }
}

/// What `--target` may be: a quantity (`BacktestTarget`), or what becomes of offers.
enum TestedTarget: String, CaseIterable, Sendable {
  case stock, admissions, homecomings
  case otherExits = "other_exits"
  case closure
}

/// What `--by` of a backtest may be.
enum TestedGrouping: String, CaseIterable, Sendable {
  case area, offer
}
