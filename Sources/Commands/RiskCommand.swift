internal import Analysis
internal import ArgumentParser
internal import Capacity
internal import Demand
internal import Groundwork
internal import Placements
internal import Scenarios
internal import Store

/// `plads risk`: which offers may have to close, the most endangered first.
struct RiskCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "risk",
      abstract: Phrase(da: "Hvilke tilbud er i fare, hvor sandsynligt og hvornår.", en: "Which offers are in danger, how likely and when.").spoken)
  }

  @Option(
    help: help(
      Phrase(da: "Grænsen i procent af pladserne, 1 til 99.", en: "The limit in per cent of the places, 1 to 99."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(1...99))
  var closureShare = 70

  @Option(
    help: help(
      Phrase(da: "Rød fra denne sandsynlighed i procent ved 24 måneder.", en: "Red from this probability in per cent at 24 months."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(1...100))
  var red = 50

  @Option(
    help: help(
      Phrase(da: "Gul fra denne sandsynlighed i procent ved 24 måneder.", en: "Yellow from this probability in per cent at 24 months."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(1...100))
  var yellow = 20

  @Flag(help: help(Phrase(da: "Tilbuddenes resultat år for år.", en: "The offers' results year by year.")))
  var years = false

  @Flag(help: help(Phrase(da: "Pladser at planlægge efter, for tilbud og områder.", en: "Places to plan for, by offer and area.")))
  var places = false

  @Flag(
    help: help(
      Phrase(
        da: "Pladser mod efterspørgsel, område for område, og hver kommunes ventede forbrug.",
        en: "Places against demand, area by area, and each municipality's expected use.")))
  var balance = false

  @Option(
    help: help(
      Phrase(
        da: "Én kommunes profil, navn eller kode: borgere, hjemtagninger, regning, andel af tilbuddene.",
        en: "One municipality's profile, name or code: citizens, homecomings, bill, share of the offers."),
      value: Phrase(da: "kommune", en: "municipality")))
  var municipality: String?

  @Flag(help: help(Phrase(da: "Hvilke kommuners hjemtagninger der driver risikoen.", en: "Whose homecomings drive the risk.")))
  var drivers = false

  @Flag(help: help(Phrase(da: "Hvad det koster at lukke, reducere eller fortsætte, og hvem.", en: "What closing, reducing or carrying on costs, and whom.")))
  var costs = false

  @Option(
    help: help(
      Phrase(da: "Én side om dette tilbud, navn eller id.", en: "One page on this offer, name or id."), value: Phrase(da: "tilbud", en: "offer")))
  var explain: String?

  @Option(
    help: help(
      Phrase(da: "Måneder fra beslutning til lukket tilbud, 1 til 36.", en: "Months from the decision until the offer is closed, 1 to 36."),
      value: Phrase(da: "måneder", en: "months")), transform: Choice.integer(1...36))
  var closingTime: Int?

  @Option(
    help: help(
      Phrase(da: "Hvad en tom plads koster, i procent af taksten, 0 til 100.", en: "What an empty place costs, in per cent of the tariff, 0 to 100."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(0...100))
  var emptyCost = 30

  @Option(
    help: help(
      Phrase(da: "Hvad en manglende plads koster, i procent af taksten, 0 til 1000.", en: "What a missing place costs, in per cent of the tariff, 0 to 1000."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(0...1000))
  var missingCost = 30

  @Option(
    help: help(
      Phrase(da: "Hvad det koster at åbne eller lukke en plads, i procent af et års takst, 0 til 1000.", en: "What opening or closing a place costs, in per cent of a year's tariff, 0 to 1000."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(0...1000))
  var changeCost = 15

  @OptionGroup var judged: JudgedOptions
  @OptionGroup var areas: AreaOption
  @OptionGroup var offers: OfferOption
  @OptionGroup var remembering: MemoryOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var simulation: SimulationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if yellow > red {
      throw ValidationError(Phrase(da: "--yellow må ikke være højere end --red.", en: "--yellow must not be above --red.").spoken)
    }
    if [years, places, drivers, costs, balance, municipality != nil, explain != nil].count(where: \.self) > 1 {
      throw ValidationError(
        Phrase(
          da: "--years, --places, --drivers, --costs, --explain, --balance og --municipality er hver sin tabel: vælg én.",
          en: "--years, --places, --drivers, --costs, --explain, --balance and --municipality are tables of their own: choose one.").spoken)
    }
    if balance, !offers.offer.isEmpty {
      throw ValidationError(Phrase(da: "--balance er om hele områder: brug --area.", en: "--balance is about whole areas: use --area.").spoken)
    }
    if explain != nil, !areas.area.isEmpty || !offers.offer.isEmpty {
      throw ValidationError(
        Phrase(da: "--explain er om ét tilbud: udelad --area og --offer.", en: "--explain is about one offer: leave out --area and --offer.").spoken)
    }
    if closingTime != nil, !costs, explain == nil {
      throw ValidationError(
        Phrase(da: "--closing-time hører til --costs og --explain.", en: "--closing-time belongs to --costs and --explain.").spoken)
    }
    if emptyCost + missingCost == 0 {
      throw ValidationError(
        Phrase(da: "--empty-cost og --missing-cost kan ikke begge være 0.", en: "--empty-cost and --missing-cost cannot both be 0.").spoken)
    }
  }

  func run() async throws {
    let session = try ProjectSession(project, output: output)
    try session.requireOffers()
    output.show(session.withoutPlaces)
    let (ruleSet, ruleFile) = try judged.ruleSet(session)
    let horizon = RiskRun.horizonMonths / session.panel.length.months
    let (plans, files) = try judged.plans(session, horizon: horizon)
    let newOffers = plans.flatMap(\.newOffers)
    let explained = try explain.map { try session.offer(named: $0, newOffers: newOffers) }
    var request = RiskRequest(
      areas: try session.areas(areas), offers: try explained.map { [$0] } ?? session.offers(offers, in: session.areas(areas), newOffers: newOffers), trigger: ClosureTrigger(share: Double(closureShare) / 100),
      red: Double(red) / 100, yellow: Double(yellow) / 100, level: Double(simulation.level) / 100, draws: simulation.draws,
      seed: UInt64(simulation.seed), threads: simulation.taskCount, rules: ruleSet, behaviour: judged.costBehaviour,
      advice: PlaceAssumptions(empty: Double(emptyCost) / 100, missing: Double(missingCost) / 100, change: Double(changeCost) / 100), plansPlaces: places || explain != nil)
    if let closingTime { request.closingMonths = closingTime }
    let payer = try municipality.map(session.municipality)
    output.show(plans.flatMap(\.warnings))
    if plans.allSatisfy({ $0.rules.ruleSet == nil }) { output.show(ruleSet.validity(file: ruleFile, origin: session.panel.origin, horizon: horizon)) }
    request.ruleSets = try RuleLibrary(folder: session.folder).sets(of: plans)
    request = request.ruled(by: plans[min(1, plans.count - 1)])
    // A page on an offer that the scenario closes says what that costs.
    request.comparesCosts = costs || explained.map { plans[min(1, plans.count - 1)].closures[$0] != nil } ?? false
    let memory = RunMemory(
      "risk", session: session, simulation: simulation, horizon: horizon, others: [("rules", ruleFile)] + files, fresh: remembering.fresh, output: output)
    try output.write(try memory.document { try computed(plans, request, session, payer: payer, horizon: horizon) }.document)
  }

  /// What people read and what machines read.
  private typealias Tables = (sheets: [Table], machine: Table)

  private func computed(_ plans: [Plan], _ request: RiskRequest, _ session: ProjectSession, payer: Municipality?, horizon: Int) throws -> RunDocument {
    let fitted = session.fitted(horizon: horizon, threads: simulation.taskCount)
    // The plain table simulates once, and needs the memory.
    let demand = drivers || explain != nil || payer != nil || plans.contains { !$0.priceReactions.isEmpty } ? fitted.keepingRates() : fitted
    let plans = try PriceSpiral.settled(plans, demand: demand, extracts: session.extracts, request: request)
    let tables = try payer.map { try profile(of: $0, plans, request, session, demand) }
      ?? (balance ? balanced(plans, request, session, demand, horizon: horizon) : assessed(plans, request, session, demand))
    return session.document(tables.sheets, machine: tables.machine, warnings: demand.warnings, project)
  }

  private func profile(of payer: Municipality, _ plans: [Plan], _ request: RiskRequest, _ session: ProjectSession, _ demand: FittedDemand) throws -> Tables {
    let profile = try MunicipalityProfile(
      demand: demand, extracts: session.extracts, plans: plans, judged: min(1, plans.count - 1), code: payer.code, request: request)
    let tables = MunicipalityTables(profile, request: request, panel: session.panel)
    return (tables.sheets, tables.machine)
  }

  private func assessed(_ plans: [Plan], _ request: RiskRequest, _ session: ProjectSession, _ demand: FittedDemand) throws -> Tables {
    let progress = Progress(Phrase(da: "Simulerer", en: "Simulating"), total: 100, isQuiet: output.quiet)
    // The scenario that was asked for comes after the plain forecast, which it may be itself.
    let result = try RiskRun(
      demand: demand, extracts: session.extracts, plans: plans, judged: min(1, plans.count - 1), request: request, progress: progress.follow)
    progress.finish()
    if years {
      let tables = RiskYearTables(run: result, request: request, panel: session.panel)
      return (tables.sheets, tables.machine)
    }
    if places {
      let tables = RiskPlacesTables(run: result, request: request, panel: session.panel)
      return ([tables.sheet], tables.machine)
    }
    if costs {
      let tables = RiskCostTables(run: result, request: request, panel: session.panel)
      return (tables.sheets, tables.machine)
    }
    if drivers || explain != nil {
      let found = RiskDrivers(demand: demand, plan: plans[min(1, plans.count - 1)], run: result, request: request)
      if let explained = request.offers.first, explain != nil,
        let page = OfferPage(offer: explained, run: result, drivers: found, request: request, demand: demand)
      {
        return ([page.sheet], page.machine)
      }
      if drivers {
        let tables = RiskDriverTables(drivers: found, run: result, request: request, panel: session.panel)
        return ([tables.sheet], tables.machine)
      }
    }
    let tables = RiskTables(run: result, request: request, demand: demand)
    return (tables.sheets, tables.machine)
  }

  private func balanced(_ plans: [Plan], _ request: RiskRequest, _ session: ProjectSession, _ demand: FittedDemand, horizon: Int) -> Tables {
    let basis = OccupancyBasis(session.extracts, panel: session.panel, rules: request.rules)
    let sheet = BalanceSheet(
      demand: demand, extracts: session.extracts, plans: plans, judged: min(1, plans.count - 1), basis: basis, areas: request.areas,
      periods: ResultTables.shownPeriods(panel: session.panel, horizon: horizon, every: session.panel.length), draws: request.draws, seed: request.seed,
      threads: request.threads, level: request.level)
    let tables = BalanceTables(
      sheet, panel: session.panel, notes: OccupancyNotes(basis), draws: request.draws, seed: request.seed, level: request.level)
    return ([tables.sheet], tables.machine)
  }
}
