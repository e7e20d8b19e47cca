internal import Analysis
internal import ArgumentParser
internal import Demand
internal import Forecasting
internal import Groundwork
internal import Placements
internal import Reports
internal import Scenarios
internal import Store

/// `plads sweep`: a scenario's numbers varied over many points, on the same random numbers; in parts for several machines.
struct SweepCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "sweep",
      abstract: Phrase(
        da: "Varier et scenaries tal over mange punkter: hvad flytter mest?", en: "Vary a scenario's numbers over many points: what moves most?"
      ).spoken)
  }

  @Argument(
    help: help(
      Phrase(
        da: "Scenariet, hvis tal varieres; ellers prognosen. Med --merge: delenes filer.",
        en: "The scenario whose numbers are varied; else the forecast. With --merge: the parts' files."), value: Phrase(da: "scenarie", en: "scenario")))
  var scenarios: [String] = []

  @Option(
    help: help(
      Phrase(
        da: "Håndtag.tal=fra:til:skridt eller =a,b,c; kan gentages. Har scenariet flere af slagsen: håndtag[2].tal.",
        en: "Lever.number=from:to:step or =a,b,c; may be repeated. Where the scenario has several: lever[2].number."),
      value: Phrase(da: "variation", en: "variation")))
  var vary: [String] = []

  @Option(
    help: help(
      Phrase(da: "Så mange punkter spredt jævnt (latinsk hyperterning) i stedet for alle kombinationer.", en: "So many points spread evenly (Latin hypercube) instead of all combinations."),
      value: Phrase(da: "punkter", en: "points")), transform: Choice.integer(2...SweepDesign.most))
  var latin: Int?

  @Option(
    help: help(
      Phrase(da: "Kun denne del af punkterne, fx 3/100; skriver en fil til --merge.", en: "Only this part of the points, such as 3/100; writes a file for --merge."),
      value: Phrase(da: "k/n", en: "k/n")))
  var shard: String?

  @Flag(help: help(Phrase(da: "Saml delenes filer til det, som én kørsel ville have skrevet.", en: "Join the parts' files into what one run would have written.")))
  var merge = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var filter: FilterOptions
  @OptionGroup var rules: RulesOption
  @OptionGroup var run: RunOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    if merge { return try mergeParts() }
    let shard = try part()
    guard scenarios.count <= 1 else {
      throw UsageError(Phrase(da: "Ét scenarie ad gangen; flere filer hører til --merge.", en: "One scenario at a time; several files belong to --merge."))
    }
    let design = try design()
    if let shard, shard.count > design.points.count {
      throw UsageError(
        Phrase(
          da: "Der er kun \(design.points.count) punkter; del dem i højst så mange.", en: "There are only \(design.points.count) points; divide them into as many parts at most."))
    }
    let session = try ProjectSession(project, output: output)
    let horizon = session.horizon(run.horizon)
    let study = try ScenarioStudy(scenarios.first, session: session, horizon: horizon, rules: rules.rules)
    var request = try session.request(run, filter, output: output, horizon: horizon, newOffers: study.plans.flatMap(\.newOffers))
    if run.every == nil { request.onlyPeriods = Set(ResultTables.shownPeriods(panel: session.panel, horizon: horizon, every: request.every)) }
    if filter.measure.isEmpty { request.measures = [.stock] }
    output.show(study.plans.flatMap(\.warnings))
    let offers = try rules.offers(session, request.measures ?? [], plans: study.plans, isNeeded: study.plans.contains(where: \.reacts))
    if offers != nil { output.show(session.withoutPlaces) }
    let memory = RunMemory(
      "sweep", session: session, simulation: run.simulation, horizon: horizon, others: study.files + (offers.map { [("rules", $0.file)] } ?? []), fresh: true, output: output)
    let demand = session.fitted(horizon: horizon, threads: run.simulation.taskCount, output: output).keepingRates()
    let basis = ForecastBasis(model: .ofScenarios(session, by: filter.grouping), session: session, horizon: horizon, threads: request.threads, memory: memory)
    let progress = Progress(Phrase(da: "Varierer", en: "Varying"), total: 100, isQuiet: output.quiet)
    let sweep = try Sweep(
      design, of: study.scenario, builder: study.builder, plans: study.plans, shard: shard, demand: demand, capacity: session.extracts.capacity, request: request,
      recipe: basis.recipe, offers: offers?.basis, progress: progress.follow)
    progress.finish()
    let own = OfferNotes(offers?.basis, request.measures ?? [], panel: session.panel)
    let tables = SweepTables(
      sweep, request: request, demand: demand, notes: own.phrases + basis.notes + demand.assumptions, meta: basis.meta + own.meta)
    let last = shard.map { [(name: ShardFiles.shardColumn, text: $0.text), (name: ShardFiles.digestColumn, text: memory.identity.figuresDigest)] } ?? []
    try session.print(tables.sheets(request.measures ?? [], bar: output.output == nil && Console.width < 90 ? 0 : 20), machine: tables.machine(last: last), project, output)
  }

  private func part() throws -> Shard? {
    guard let shard else { return nil }
    guard output.format == .csv, output.output != nil else {
      throw UsageError(Phrase(da: "--shard skriver en fil: tilføj -o FIL.csv.", en: "--shard writes a file: add -o FILE.csv."))
    }
    return try UsageError.instead { () throws(FindingsError) in try Shard(shard) }
  }

  private func design() throws -> SweepDesign {
    guard !vary.isEmpty else {
      throw UsageError(
        Phrase(da: "Hvad skal varieres? Skriv fx --vary homecoming.multiply=1:2:0.1.", en: "Vary what? Write for example --vary homecoming.multiply=1:2:0.1."))
    }
    return try UsageError.instead { () throws(FindingsError) in
      let axes = try vary.map { text throws(FindingsError) in try SweepDesign.Axis(text) }
      let names = axes.map(\.variable.name)
      if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
        throw FindingsError(
          Finding(.error, value: twice, message: Phrase(da: "varieres to gange.", en: "is varied twice."), remedy: Phrase(da: "Skriv den én gang.", en: "Write it once.")))
      }
      if let latin { return SweepDesign(latin: latin, axes: axes, seed: UInt64(run.simulation.seed)) }
      return try SweepDesign(grid: axes)
    }
  }

  private func mergeParts() throws {
    guard vary.isEmpty, latin == nil, shard == nil else {
      throw UsageError(Phrase(da: "--merge samler filer og regner intet; udelad --vary, --latin og --shard.", en: "--merge joins files and computes nothing; leave out --vary, --latin and --shard."))
    }
    guard output.format == .csv || output.format == .table else {
      throw UsageError(Phrase(da: "--merge skriver csv.", en: "--merge writes csv."))
    }
    try output.write(ShardFiles(paths: scenarios).merged())
  }
}
