internal import Analysis
internal import Demand
internal import Forecasting
internal import Groundwork
internal import Placements
internal import Scenarios

/// `plads explain --scenario`: what each of a scenario's changes does alone, and what they do together.
struct ScenarioExplanation {
  let name: String
  /// As they were written; empty for the ends of 12, 24 and 36 months.
  let periods: [String]
  let project: ProjectOptions
  let filter: FilterOptions
  let rules: RulesOption
  let futures: RunOptions
  let output: OutputOptions

  func print() throws {
    let session = try ProjectSession(project, output: output)
    let horizon = session.horizon(futures.horizon)
    let study = try ScenarioStudy(name, session: session, horizon: horizon, rules: rules.rules)
    output.show(study.plans.flatMap(\.warnings))
    var request = try session.request(futures, filter, output: output, horizon: horizon, newOffers: study.plans.flatMap(\.newOffers))
    if filter.measure.isEmpty { request.measures = [.stock] }
    try choosePeriods(&request, session.panel, horizon: horizon)
    let waterfall = try ScenarioWaterfall(of: study.scenario, plans: study.plans, builder: study.builder)
    let offers = try rules.offers(session, request.measures ?? [], plans: waterfall.plans, isNeeded: waterfall.plans.contains(where: \.reacts))
    if offers != nil { output.show(session.withoutPlaces) }
    let demand = session.fitted(horizon: horizon, threads: request.threads, output: output).keepingRates()
    let memory = RunMemory(
      "explain", session: session, simulation: futures.simulation, horizon: horizon, others: study.files, fresh: true, output: output)
    let basis = ForecastBasis(model: .ofScenarios(session, by: filter.grouping), session: session, horizon: horizon, threads: request.threads, memory: memory)
    let plans = try offers?.basis.settled(waterfall.plans, demand: demand, sharing: request) ?? waterfall.plans
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    let run = ScenarioRun(
      demand: demand, capacity: session.extracts.capacity, plans: plans, request: request, recipe: basis.recipe, offers: offers?.basis,
      interaction: waterfall.interaction, progress: progress.follow)
    progress.finish()
    let own = OfferNotes(offers?.basis, request.measures ?? [], panel: session.panel)
    let tables = WaterfallTables(
      waterfall, run: run, request: request, demand: demand, notes: own.phrases + basis.notes + demand.assumptions,
      meta: basis.meta + own.meta)
    try session.print(tables.sheets(request.measures ?? [], bar: barWidth(request)), machine: tables.machine(), project, output)
  }

  /// The periods asked for, which may be longer than the data's own; else those that a scenario's sheet shows.
  private func choosePeriods(_ request: inout RunRequest, _ panel: Panel, horizon: Int) throws {
    guard !periods.isEmpty else {
      request.onlyPeriods = Set(ResultTables.shownPeriods(panel: panel, horizon: horizon, every: request.every))
      return
    }
    let last = panel.origin.advanced(by: horizon)
    let chosen = try periods.map { text in
      guard let period = Period(text), period.length >= panel.length, period.firstDay > panel.origin.lastDay, period.lastDay <= last.lastDay else {
        throw UsageError(
          Phrase(
            da: "--period \(text) skal ligge fra \(panel.origin.advanced(by: 1)) til \(last).",
            en: "--period \(text) must lie from \(panel.origin.advanced(by: 1)) to \(last)."))
      }
      return period
    }
    guard let length = chosen.first?.length, chosen.allSatisfy({ $0.length == length }), futures.every.map({ $0 == length }) ?? true else {
      throw UsageError(Phrase(da: "Alle --period skal være lige lange (og som --every).", en: "Every --period must be of one length (and that of --every)."))
    }
    request.every = length
    request.onlyPeriods = Set(chosen)
  }

  /// Bars give way where the terminal is too narrow for the figures beside them.
  private func barWidth(_ request: RunRequest) -> Int {
    let width = output.output == nil ? Console.width : 100
    return width >= 40 + 18 * (request.onlyPeriods?.count ?? 3) ? 12 : 0
  }
}
