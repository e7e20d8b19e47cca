internal import Analysis
internal import ArgumentParser
internal import Demand
internal import Forecasting
internal import Groundwork
internal import Placements
internal import Store

/// `plads explain`: why the forecast moved since a published one, what drives it, and what a scenario's changes do one by one.
struct ExplainCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "explain",
      abstract: Phrase(
        da: "Hvorfor prognosen har flyttet sig, hvad der driver den, og hvad et scenaries ændringer gør hver for sig.",
        en: "Why the forecast moved, what drives it, and what a scenario's changes do one by one."
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
        da: "Del dette scenarie op: hver ændring alene, samspillet og det hele, mod scenariets basis.",
        en: "Take this scenario apart: each change alone, the interaction and all of it, against the scenario's base."),
      value: Phrase(da: "scenarie", en: "scenario")))
  var scenario: String?

  @Option(
    help: help(
      Phrase(
        da: "Forklar denne periode; kan gentages. Ellers om 12, 24 og 36 måneder.", en: "Explain this period; may be repeated. Else 12, 24 and 36 months on."),
      value: Phrase(da: "periode", en: "period")))
  var period: [String] = []

  @OptionGroup var project: ProjectOptions
  @OptionGroup var filter: FilterOptions
  @OptionGroup var rules: RulesOption
  @OptionGroup var futures: RunOptions
  @OptionGroup var output: OutputOptions

  private var by: Grouping { filter.grouping }
  private var simulation: SimulationOptions { futures.simulation }

  func validate() throws {
    func refuse(_ phrase: Phrase) throws { throw ValidationError(phrase.spoken) }
    guard [drivers, against != nil, scenario != nil].count(where: \.self) < 2 else {
      return try refuse(Phrase(da: "--drivers, --against og --scenario udelukker hinanden.", en: "--drivers, --against and --scenario exclude each other."))
    }
    if scenario != nil { return }
    if !drivers, by != .area { try refuse(Phrase(da: "--by kræver --drivers eller --scenario.", en: "--by needs --drivers or --scenario.")) }
    if by == .offer {
      try refuse(Phrase(da: "Forklaringen går efter total, region, municipality eller area.", en: "The explanation goes by total, region, municipality or area."))
    }
    let selecting = [
      ("--area", !filter.areas.area.isEmpty), ("--municipality", !filter.municipalities.municipality.isEmpty), ("--offer", !filter.offers.offer.isEmpty),
      ("--measure", !filter.measure.isEmpty), ("--rules", rules.rules != nil), ("--every", futures.every != nil),
    ]
    if let (option, _) = selecting.first(where: \.1) {
      try refuse(Phrase(da: "\(option) hører til --scenario.", en: "\(option) belongs to --scenario."))
    }
  }

  func run() async throws {
    if let scenario {
      return try ScenarioExplanation(
        name: scenario, periods: period, project: project, filter: filter, rules: rules, futures: futures, output: output
      ).print()
    }
    let published = drivers ? nil : try published()
    let session = try ProjectSession(project, output: output)
    let steps = session.horizon(futures.horizon)
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
      output.say(
        Phrase(
          da: "»plads explain --drivers« og »plads explain --scenario NAVN« kræver ingen offentliggjort prognose.",
          en: "“plads explain --drivers” and “plads explain --scenario NAME” need no published forecast."))
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
