internal import Analysis
internal import ArgumentParser
internal import Demand
internal import Groundwork
internal import Placements
internal import Store

/// `plads explain`: why the forecast moved since a published one, and what drives it.
struct ExplainCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "explain",
      abstract: Phrase(
        da: "Hvorfor prognosen har flyttet sig siden den sidst offentliggjorte, og hvad der driver den.",
        en: "Why the forecast moved since the last published one, and what drives it."
      ).spoken)
  }

  @Option(
    help: help(
      Phrase(da: "Sammenlign med denne offentliggjorte prognose; ellers den sidste.", en: "Compare with this published forecast; else the latest."),
      value: Phrase(da: "navn", en: "label")))
  var against: String?

  @Flag(
    help: help(
      Phrase(
        da: "Kun hvad der driver dagens prognose; kræver ingen offentliggjort.", en: "Only what drives today's forecast; needs no published one.")))
  var drivers = false

  @Option(
    help: help(
      Phrase(
        da: "Forklar denne periode; kan gentages. Ellers om 12, 24 og 36 måneder.", en: "Explain this period; may be repeated. Else 12, 24 and 36 months on."),
      value: Phrase(da: "periode", en: "period")))
  var period: [String] = []

  @Option(
    help: help(
      Phrase(da: "Med --drivers: linjer efter total, region, municipality eller area.", en: "With --drivers: lines by total, region, municipality or area."),
      value: Phrase(da: "nøgle", en: "key")), transform: Choice.word(Grouping.self))
  var by: Grouping = .area

  @OptionGroup var project: ProjectOptions
  @OptionGroup var simulation: SimulationOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help: help(
      Phrase(da: "Perioder frem; ellers 36 måneder, 12 kvartaler eller 10 år.", en: "Periods ahead; else 36 months, 12 quarters or 10 years."),
      value: Phrase(da: "perioder", en: "periods")), transform: Choice.integer(1...1200))
  var horizon: Int?

  func validate() throws {
    func refuse(_ phrase: Phrase) throws { throw ValidationError(phrase.spoken) }
    if drivers, against != nil { try refuse(Phrase(da: "--drivers og --against udelukker hinanden.", en: "--drivers and --against exclude each other.")) }
    if !drivers, by != .area { try refuse(Phrase(da: "--by kræver --drivers.", en: "--by needs --drivers.")) }
    if by == .offer {
      try refuse(Phrase(da: "Forklaringen går efter total, region, municipality eller area.", en: "The explanation goes by total, region, municipality or area."))
    }
  }

  func run() async throws {
    let published = drivers ? nil : try published()
    let session = try ProjectSession(project, output: output)
    let steps = session.horizon(horizon)
    var request = RunRequest(
      grouping: by, level: Double(simulation.level) / 100, every: session.panel.length, draws: simulation.draws,
      seed: UInt64(simulation.seed), threads: simulation.taskCount)
    var sheets: [Table] = []
    var machine: Table?
    if let (forecast, store) = published {
      let tables = try explained(forecast, store, session, request, steps)
      sheets += tables.sheets()
      machine = tables.machine()
    }
    if published == nil || output.isForPeople {
      request.onlyPeriods = Set(try chosen(session.panel, until: session.panel.origin.advanced(by: steps)))
      let demand = session.fitted(horizon: steps, threads: simulation.taskCount, output: output)
      let tables = DriverTables(ForecastDrivers(demand: demand, request: request), panel: session.panel)
      sheets += published == nil ? tables.sheets() : tables.sheets().suffix(1)
      machine = machine ?? tables.machine()
    }
    guard let machine else { return }
    try session.print(sheets, machine: machine, project, output)
  }

  private func published() throws -> (forecast: PublishedForecast, store: RunStore) {
    do {
      let store = try RunStore.required(folder: project.project)
      return (try PublishedForecasts(store: store).find(against), store)
    } catch let error as FindingsError {
      output.say(Phrase(da: "»plads explain --drivers« kræver ingen offentliggjort prognose.", en: "“plads explain --drivers” needs no published forecast."))
      throw error
    }
  }

  private func explained(
    _ forecast: PublishedForecast, _ store: RunStore, _ session: ProjectSession, _ request: RunRequest, _ steps: Int
  ) throws -> ExplanationTables {
    let publication = forecast.publication
    let panel = session.panel
    let origin = try forecast.origin()
    guard origin.length == panel.length, origin <= panel.origin else { throw Self.incomparable(publication.label, origin, panel) }
    guard let old = try? Panel(archive: try requiring { () throws(StoreProblem) in try store.panel(of: publication.label) }) else {
      throw FindingsError(StoreProblem.corrupt.finding(.error))
    }
    let basis = PublishedBasis(
      label: publication.label, panel: old, horizon: publication.horizon, draws: publication.draws, seed: UInt64(publication.seed),
      values: try forecast.values(by: .area, store), rebuilt: try forecast.rebuilt(store))
    let last = min(origin.advanced(by: publication.horizon), panel.origin.advanced(by: steps))
    let progress = Progress(Phrase(da: "Regner trin for trin", en: "Computing step by step"), total: 0, isQuiet: output.quiet)
    progress.advance()
    defer { progress.finish() }
    let periods = try chosen(panel, until: last, from: origin)
    return ExplanationTables(
      try ForecastExplanation(basis: basis, extracts: session.extracts, panel: panel, horizon: steps, request: request, periods: periods),
      basis: basis, panel: panel)
  }

  /// The periods asked for; else the ends of 12, 24 and 36 months after `from` that both reach, or the last that both reach.
  private func chosen(_ panel: Panel, until last: Period, from: Period? = nil) throws -> [Period] {
    let next = panel.origin.advanced(by: 1)
    guard last >= next else {
      throw UsageError(
        Phrase(da: "Den offentliggjorte prognose rækker kun til \(last); data går længere.", en: "The published forecast reaches only \(last); the data goes further."))
    }
    let asked = try period.map { text in
      guard let period = Period(text), period.length == panel.length, (next...last).contains(period) else {
        throw UsageError(Phrase(da: "--period \(text) skal ligge fra \(next) til \(last).", en: "--period \(text) must lie from \(next) to \(last)."))
      }
      return period
    }
    if !asked.isEmpty { return Set(asked).sorted() }
    let start = from ?? panel.origin
    let steps = panel.length == .year ? Array(stride(from: 3, through: 9, by: 3)) : [1, 2, 3].map { $0 * panel.length.perYear }
    let ends = steps.map { start.advanced(by: $0) }.filter { (next...last).contains($0) }
    return ends.isEmpty ? [last] : ends
  }

  private static func incomparable(_ label: String, _ origin: Period, _ panel: Panel) -> UsageError {
    UsageError(
      Phrase(
        da: "»\(label)« bygger på data til \(origin), projektet går til \(panel.origin): det skal være samme periodelængde og ikke ældre data.",
        en: "“\(label)” rests on data to \(origin), the project's ends with \(panel.origin): it takes the same length of period and no older data."))
  }
}
