internal import ArgumentParser
internal import Analysis
internal import Capacity
internal import Demand
internal import Forecasting
internal import Groundwork
internal import Placements
internal import Ingest
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
        da: "Skriv en fil med forklaringer til et nyt scenarie, klar til at rette, og regn intet.",
        en: "Write a commented file for a new scenario, ready to edit, and compute nothing."), value: Phrase(da: "navn", en: "name")))
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
      return try NewScenario(name: new, folder: session.folder, panel: session.panel).make()
    }
    if let seek { return try reach(seek, session) }
    guard range == nil else { throw UsageError(Phrase(da: "--range hører til --seek.", en: "--range belongs to --seek.")) }
    let horizon = session.horizon(run.horizon)
    let request = try session.request(run, filter, output: output, horizon: horizon)
    let library = try ScenarioLibrary(folder: session.folder, wanted: scenarios)
    let plans = try library.plans(
      PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: library.all, ruleSets: RuleLibrary(folder: session.folder).names))
    output.show(plans.flatMap(\.warnings))
    if check {
      guard !batches else { throw UsageError(Phrase(da: "--check regner intet; udelad --batches.", en: "--check computes nothing; leave out --batches.")) }
      let tables = ScenarioCheckTables(plans)
      return try session.print([tables.sheet()], machine: tables.machine(), project, output)
    }
    let reacts = plans.contains { !$0.priceReactions.isEmpty }
    let offers = try rules.offers(session, request.measures ?? [], plans: plans, isNeeded: reacts)
    let memory = RunMemory(
      "scenario", session: session, simulation: run.simulation, horizon: horizon,
      others: library.files + (offers.map { [("rules", $0.file)] } ?? []), fresh: remembering.fresh, output: output)
    try output.write(try memory.document { try computed(plans, request, session, memory, offers?.basis, horizon: horizon) }.document)
  }

  private func computed(
    _ plans: [Plan], _ request: RunRequest, _ session: ProjectSession, _ memory: RunMemory, _ offers: OfferBasis?, horizon: Int
  ) throws -> RunDocument {
    let demand = session.fitted(horizon: horizon, threads: run.simulation.taskCount)
    var settling = offers?.request ?? RiskRequest()
    (settling.level, settling.draws, settling.seed, settling.threads) = (request.level, request.draws, request.seed, request.threads)
    let plans = try PriceSpiral.settled(plans, demand: demand, extracts: session.extracts, request: settling)
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
    let own = OfferNotes(offers, request.measures ?? [], panel: session.panel)
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
    let study = try ScenarioStudy(scenarios.first, session: session, horizon: horizon)
    output.show(study.plans.flatMap(\.warnings))
    let request = RunRequest(
      level: Double(run.simulation.level) / 100, every: session.panel.length, draws: run.simulation.draws, seed: UInt64(run.simulation.seed),
      threads: run.simulation.taskCount)
    let memory = RunMemory(
      "scenario", session: session, simulation: run.simulation, horizon: horizon, others: study.files, fresh: true, output: output)
    let offers: (basis: OfferBasis, file: String)?
    if case .measure(let measure, _) = target.figure { offers = try rules.offers(session, [measure], plans: study.plans) } else { offers = nil }
    let demand = session.fitted(horizon: horizon, threads: request.threads, output: output)
    let basis = ForecastBasis(
      model: .ofScenarios(session, by: target.grouping), session: session, horizon: horizon, threads: request.threads, memory: memory)
    let progress = Progress(Phrase(da: "Leder", en: "Seeking"), total: 100, isQuiet: output.quiet)
    let found = try ScenarioSeek(
      target, by: variable, of: study.scenario, range: between, builder: study.builder, plans: study.plans, demand: demand, extracts: session.extracts,
      request: request, recipe: basis.recipe, offers: offers?.basis, progress: progress.follow)
    progress.finish()
    let tables = SeekTables(found, scenario: study.scenario.name, notes: study.plans.flatMap(\.assumptions) + basis.notes + demand.assumptions)
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

/// One scenario, or the plain forecast, whose numbers are to be changed.
struct ScenarioStudy {
  let scenario: Scenario
  let builder: PlanBuilder
  /// The plain forecast, the scenario and those that it builds on.
  let plans: [Plan]
  let files: [(name: String, path: String)]

  init(_ name: String?, session: ProjectSession, horizon: Int) throws {
    let library = try name.map { try ScenarioLibrary(folder: session.folder, wanted: [$0]) }
    builder = PlanBuilder(panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: library?.all ?? [],
      ruleSets: RuleLibrary(folder: session.folder).names)
    scenario = library?.chosen ?? Scenario.plain(named: ScenarioLibrary.reference, title: ScenarioLibrary.reference)
    plans = try library?.plans(builder) ?? [builder.reference(named: ScenarioLibrary.reference)]
    files = library?.files ?? []
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

/// The scenario files of a project and those that the user names.
struct ScenarioLibrary {
  /// Every scenario that may be a base, by name.
  let all: [Scenario]
  /// Every file that was read, by scenario.
  private(set) var files: [(name: String, path: String)] = []
  private let wanted: [Scenario]

  /// The first that was asked for.
  var chosen: Scenario { wanted[0] }

  /// Under which a run's inputs name scenarios.
  static let inputName = "scenario"
  /// The name of the plain forecast.
  static let reference = "basis"

  init(folder: String, wanted names: [String]) throws {
    let shelf = folder == "." ? "scenarios" : folder + "/scenarios"
    var read: [Scenario] = []
    var broken: [Finding] = []
    for file in Folder.files(in: shelf, ending: ".toml") {
      do {
        read.append(try Self.read(shelf + "/" + file, name: String(file.dropLast(5))))
        files.append((Self.inputName, shelf + "/" + file))
      } catch let error as FindingsError {
        // A broken file that nobody asked for must not stop the others.
        if names.isEmpty || names.contains(where: { Self.stem($0) == String(file.dropLast(5)) }) { broken += error.findings }
      }
    }
    var chosen: [Scenario] = []
    for name in names {
      if let known = read.first(where: { $0.name == name }) {
        chosen.append(known)
      } else if name.hasSuffix(".toml") || name.contains("/") {
        let known = read.first { shelf + "/" + $0.name + ".toml" == name }
        chosen.append(try known ?? Self.read(name, name: Self.stem(name)))
        if known == nil { files.append((Self.inputName, name)) }
      } else if broken.isEmpty {
        let hint = NearestName.hint(name, among: read.map(\.name))
        throw UsageError(
          Phrase(
            da: "Der er intet scenarie »\(name)« i \(shelf). \(hint.da)", en: "There is no scenario “\(name)” in \(shelf). \(hint.en)"))
      }
    }
    guard broken.isEmpty else { throw FindingsError(broken) }
    all = read + chosen.filter { scenario in !read.contains { $0.name == scenario.name } }
    wanted = names.isEmpty ? read : chosen
    guard !wanted.isEmpty else {
      throw UsageError(
        Phrase(
          da: "Der er ingen scenarier i \(shelf). Læg en .toml-fil dér, eller nævn en fil.",
          en: "There are no scenarios in \(shelf). Put a .toml file there or name a file."))
    }
  }

  private static func stem(_ path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".toml") ? String(file.dropLast(5)) : file
  }

  private static func read(_ path: String, name: String) throws -> Scenario {
    try Scenario(text: String(decoding: TextFile.read(path), as: UTF8.self), file: path, name: name)
  }

  /// The plain forecast first, then what was asked for and every base that it needs, each once.
  func plans(_ builder: PlanBuilder) throws -> [Plan] {
    let hasOwnBase = all.contains { $0.name == Self.reference && !$0.changes.isEmpty }
    var plans = [builder.reference(named: hasOwnBase ? "prognose" : Self.reference)]
    var findings: [Finding] = []
    var queue = wanted
    var met: Set = [plans[0].name]
    while !queue.isEmpty {
      let scenario = queue.removeFirst()
      // Also scenarios that fail, or a ring of bases would never end.
      guard met.insert(scenario.name).inserted else { continue }
      do {
        plans.append(try builder.plan(scenario))
      } catch let error as FindingsError {
        findings += error.findings
      }
      if let base = scenario.base, let parent = all.first(where: { $0.name == base }) { queue.append(parent) }
    }
    guard findings.isEmpty else { throw FindingsError(findings) }
    return plans
  }
}
