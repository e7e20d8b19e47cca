internal import ArgumentParser
internal import Analysis
internal import Capacity
internal import Demand
internal import Forecasting
internal import Groundwork
internal import Placements
internal import Ingest
internal import Reports
internal import Scenarios
internal import Store

/// `plads scenario`: what changes, against the plain forecast, on the same random numbers.
struct ScenarioCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "scenario",
      abstract: Phrase(da: "Regn scenarier, og sammenlign dem med basis.", en: "Run scenarios and compare them with the base.").spoken)
  }

  @Argument(
    help: help(
      Phrase(
        da: "Scenariernes navne eller filer; ellers alle i projektets mappe scenarios.",
        en: "The scenarios' names or files; else all in the project's folder scenarios."), value: Phrase(da: "scenarie", en: "scenario")))
  var scenarios: [String] = []

  @Option(
    help: help(
      Phrase(
        da: "Skriv en fil til et nyt scenarie, klar til at rette, og regn intet: TOML med forklaringer, eller et ark, når navnet ender på .csv eller .xlsx.",
        en: "Write a file for a new scenario, ready to edit, and compute nothing: TOML with comments, or a sheet where the name ends in .csv or .xlsx."), value: Phrase(da: "navn", en: "name")))
  var new: String?

  @Flag(
    help: help(
      Phrase(
        da: "Læs scenarierne, vis deres antagelser og hvad der er galt med dem, og regn intet.",
        en: "Read the scenarios, show their assumptions and what is wrong with them, and compute nothing.")))
  var check = false

  @Flag(
    help: help(
      Phrase(
        da: "Kun udmeldte hjemtagninger (batch_homecoming) pr. tilbud: borgere, varsel, tomme pladser, tab.",
        en: "Only announced homecomings (batch_homecoming) by offer: citizens, notice, empty places, loss.")))
  var batches = false

  @Option(
    help: help(
      Phrase(
        da: "Hvor stort skal et tal være? Mål som »stock(område,2028-12)=80« eller »risk(tilbud,24m)=0.5«; tallet nævnes med --by.",
        en: "How large must a number be? A target such as “stock(area,2028-12)=80” or “risk(offer,24m)=0.5”; --by names the number."),
      value: Phrase(da: "mål", en: "target")))
  var seek: String?

  @Option(
    help: help(
      Phrase(da: "Med --seek: hvor der ledes, fx 0.5:3.", en: "With --seek: where it is looked for, such as 0.5:3."), value: Phrase(da: "fra:til", en: "from:to")))
  var range: String?

  @OptionGroup var remembering: MemoryOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var filter: FilterOptions
  @OptionGroup var rules: RulesOption
  @OptionGroup var run: RunOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try ProjectSession(project, output: output)
    if let new {
      guard scenarios.isEmpty, !batches, !check else {
        throw UsageError(Phrase(da: "--new står alene.", en: "--new stands alone."))
      }
      let name = output.format == .csv && !new.lowercased().hasSuffix(".csv") ? new + ".csv" : new
      return try NewScenario(name: name, folder: session.folder, panel: session.panel).make()
    }
    if let seek { return try reach(seek, session) }
    guard range == nil else { throw UsageError(Phrase(da: "--range hører til --seek.", en: "--range belongs to --seek.")) }
    let horizon = session.horizon(run.horizon)
    let library = try ScenarioLibrary(folder: session.folder, wanted: scenarios)
    let plans = try library.plans(PlanBuilder(session, horizon: horizon, scenarios: library.all, rules: rules.rules))
    let request = try session.request(run, filter, output: output, horizon: horizon, newOffers: plans.flatMap(\.newOffers))
    output.show(plans.flatMap(\.warnings) + NewOfferPlausibility.warnings(plans, extracts: session.extracts, on: session.panel.origin.lastDay))
    if check {
      guard !batches else { throw UsageError(Phrase(da: "--check regner intet; udelad --batches.", en: "--check computes nothing; leave out --batches.")) }
      let tables = ScenarioCheckTables(plans, reference: library.plainReference)
      return try session.print([tables.sheet()], machine: tables.machine(), project, output)
    }
    let offers = try rules.offers(session, request.measures ?? [], plans: plans, isNeeded: plans.contains(where: \.reacts))
    if offers != nil { output.show(session.withoutPlaces) }
    let memory = RunMemory(
      "scenario", session: session, simulation: run.simulation, horizon: horizon,
      others: library.files + (offers.map { [("rules", $0.file)] } ?? []), fresh: remembering.fresh, output: output)
    try output.write(try memory.document { try computed(plans, request, session, memory, offers?.basis, horizon: horizon) }.document)
  }

  private func computed(
    _ plans: [Plan], _ request: RunRequest, _ session: ProjectSession, _ memory: RunMemory, _ offers: OfferBasis?, horizon: Int
  ) throws -> RunDocument {
    let demand = session.fitted(horizon: horizon, threads: run.simulation.taskCount).keepingRates()
    let plans = try offers?.settled(plans, demand: demand, sharing: request) ?? plans
    // Nobody waits for them who asked for an overview of all scenarios or for rows.
    let wantsImpacts = batches || (output.isForPeople && !scenarios.isEmpty)
    let impacts = wantsImpacts ? impacts(plans, session: session, demand: demand, request: request) : []
    let impactTables = HomecomingImpactTables(impacts, panel: session.panel, level: request.level)
    if batches {
      guard !impacts.isEmpty else {
        throw UsageError(
          Phrase(
            da: "--batches kræver et scenarie med batch_homecoming inden for horisonten, der rammer nogen.",
            en: "--batches needs a scenario with a batch_homecoming inside the horizon that reaches somebody."))
      }
      return session.document(
        impactTables.sheets(namesChanges: true), machine: impactTables.machine(), warnings: demand.warnings, project)
    }
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    let basis = ForecastBasis(model: .ofScenarios(session, by: filter.grouping), session: session, horizon: horizon, threads: request.threads, memory: memory)
    let result = ScenarioRun(
      demand: demand, capacity: session.extracts.capacity, plans: plans, request: request, recipe: basis.recipe, offers: offers,
      progress: progress.follow)
    progress.finish()
    let own = OfferNotes(offers, request.measures ?? [], panel: session.panel, plans: plans)
    let tables = ResultTables(
      run: result, request: request, demand: demand, notes: own.phrases + basis.notes + demand.assumptions,
      meta: basis.meta + own.meta)
    return session.document(
      tables.scenarioSheets(request.measures ?? []) + impactTables.sheets(namesChanges: false), machine: tables.scenario(),
      warnings: demand.warnings, project)
  }

  /// `--seek`.
  private func reach(_ text: String, _ session: ProjectSession) throws {
    guard !batches, !check, scenarios.count <= 1 else {
      throw UsageError(Phrase(da: "--seek tager ét scenarie, uden --batches og --check.", en: "--seek takes one scenario, without --batches and --check."))
    }
    guard filter.areas.area.isEmpty, filter.municipalities.municipality.isEmpty, filter.offers.offer.isEmpty, filter.measure.isEmpty, run.every == nil else {
      throw UsageError(
        Phrase(
          da: "--seek siger selv linje, mål og periode; udelad --area, --municipality, --offer, --measure og --every.",
          en: "--seek names line, measure and period itself; leave out --area, --municipality, --offer, --measure and --every."))
    }
    guard let name = filter.variable else {
      throw UsageError(
        Phrase(da: "--seek skal vide, hvilket tal der må ændres: fx --by homecoming.multiply.", en: "--seek must know which number may change: for example --by homecoming.multiply."))
    }
    let (variable, target, between) = try UsageError.instead { () throws(FindingsError) in
      (try ScenarioVariable(name), try SeekTarget(text, panel: session.panel), try range.map(Self.bounds))
    }
    let horizon: Int
    if case .risk = target.figure { horizon = RiskRun.horizonMonths / session.panel.length.months } else { horizon = session.horizon(run.horizon) }
    let study = try ScenarioStudy(scenarios.first, session: session, horizon: horizon, rules: rules.rules)
    output.show(study.plans.flatMap(\.warnings))
    let request = RunRequest(
      level: Double(run.simulation.level) / 100, every: session.panel.length, draws: run.simulation.draws, seed: UInt64(run.simulation.seed),
      threads: run.simulation.taskCount)
    let memory = RunMemory(
      "scenario", session: session, simulation: run.simulation, horizon: horizon, others: study.files, fresh: true, output: output)
    let reacts = study.plans.contains(where: \.reacts)
    let offers: (basis: OfferBasis, file: String)?
    if case .measure(let measure, _) = target.figure {
      offers = try rules.offers(session, [measure], plans: study.plans, isNeeded: reacts)
    } else {
      offers = reacts ? try rules.offers(session, [], plans: study.plans, isNeeded: true) : nil
    }
    let demand = session.fitted(horizon: horizon, threads: request.threads, output: output).keepingRates()
    let basis = ForecastBasis(
      model: .ofScenarios(session, by: target.grouping), session: session, horizon: horizon, threads: request.threads, memory: memory)
    let progress = Progress(Phrase(da: "Leder", en: "Seeking"), total: 100, isQuiet: output.quiet)
    let found = try ScenarioSeek(
      target, by: variable, of: study.scenario, range: between, builder: study.builder, plans: study.plans, demand: demand, extracts: session.extracts,
      request: request, recipe: basis.recipe, offers: offers?.basis, progress: progress.follow)
    progress.finish()
    let tables = SeekTables(found, scenario: study.scenario.name, notes: study.plans.flatMap(\.assumptions) + (reacts ? [Sweep.settling] : []) + basis.notes + demand.assumptions)
    try session.print([tables.sheet()], machine: tables.machine(), project, output)
  }

  private static func bounds(_ text: String) throws(FindingsError) -> ClosedRange<Double> {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let low = parts[0], let high = parts[1], low.isFinite, high.isFinite, low < high else {
      throw FindingsError(
        Finding(.error, value: text, message: Phrase(da: "er intet interval.", en: "is no range."), remedy: Phrase(da: "Skriv den mindste først og decimaler med punktum, fx --range 0.5:3.", en: "Write the smaller first, for example --range 0.5:3.")))
    }
    return low...high
  }

  /// What the batches of each scenario mean by offer; the filters of rows do not apply.
  private func impacts(_ plans: [Plan], session: ProjectSession, demand: FittedDemand, request: RunRequest) -> [HomecomingImpact] {
    let extracts = session.extracts
    return HomecomingImpact.all(
      plans: plans, demand: demand, capacity: extracts.capacity,
      prices: DailyPrices(stays: extracts.stays, tariffs: extracts.tariffs, offers: extracts.offers, on: session.panel.origin.lastDay),
      request: request)
  }
}

extension UsageError {
  /// What is wrong with an option is a wrong command line.
  static func instead<Value>(_ body: () throws(FindingsError) -> Value) throws(UsageError) -> Value {
    do {
      return try body()
    } catch {
      let finding = error.findings[0]
      throw UsageError(Phrase(finding.value.map { "»\($0)«: " } ?? "") + finding.message + Phrase(" ") + finding.remedy)
    }
  }
}
