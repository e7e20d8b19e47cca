internal import ArgumentParser
internal import Demand
internal import Groundwork
internal import LinearAlgebra
internal import Placements
internal import Regression
internal import Reports

/// `plads fit`: a formula fitted to any table, or to the project's flows.
struct FitCommand: AsyncParsableCommand {
  enum FamilyName: String, CaseIterable, Sendable {
    case gaussian, poisson, binomial
    case negativeBinomial = "negative_binomial"

    var family: Family {
      switch self {
      case .gaussian: .gaussian
      case .poisson: .poisson
      case .binomial: .binomial
      case .negativeBinomial: .negativeBinomial(theta: nil)
      }
    }
  }

  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "fit",
      abstract: Phrase(
        da: "Estimér projektets bevægelser, eller en formel på dem eller på en tabel (--data).",
        en: "Fit the project's flows, or a formula to them or to any table (--data)."
      ).spoken,
      discussion: Phrase(
        da: "Eksempler: plads fit --trends --area autisme; plads fit --data skibe.csv --formula 'incidents ~ type + year' --family poisson --offset 'log(service)'",
        en: "Examples: plads fit --trends --area autisme; plads fit --data ships.csv --formula 'incidents ~ type + year' --family poisson --offset 'log(service)'"
      ).spoken)
  }

  @Option(
    help: help(Phrase(da: "CSV- eller Excel-fil med en linje kolonnenavne.", en: "CSV or Excel file with a line of column names."), value: Phrase(da: "fil", en: "file")))
  var data: String?

  @Option(
    help: help(
      Phrase(da: "Arket, når Excel-filen har flere.", en: "The sheet, where the Excel file has several."), value: Phrase(da: "ark", en: "sheet")))
  var sheet: String?

  @Option(
    help: help(
      Phrase(
        da: "Fx 'y ~ x + (1 | gruppe)' eller 'tilfaelde / alle ~ x'; uden --data på projektets bevægelser, fx 'admissions ~ area'.",
        en: "Such as 'y ~ x + (1 | group)' or 'cases / all ~ x'; without --data of the project's flows, such as 'admissions ~ area'."),
      value: Phrase(da: "formel", en: "formula")))
  var formula: String?

  @Option(
    help: help(
      Phrase(
        da: "gaussian (standard med --data), poisson, negative_binomial (standard for bevægelser) eller binomial.",
        en: "gaussian (default with --data), poisson, negative_binomial (default of flows) or binomial."),
      value: Phrase(da: "familie", en: "family")), transform: Choice.word(FamilyName.self))
  var family: FamilyName?

  @Option(
    help: help(
      Phrase(da: "identity, log, logit, probit eller cloglog; ellers familiens egen.", en: "identity, log, logit, probit or cloglog; else the family's own."),
      value: Phrase(da: "link", en: "link")), transform: Choice.word(Link.self))
  var link: Link?

  @Option(
    help: help(
      Phrase(da: "Kolonne med koefficient 1, eller log(KOLONNE).", en: "Column with coefficient 1, or log(COLUMN)."),
      value: Phrase(da: "kolonne", en: "column")))
  var offset: String?

  @Option(
    help: help(
      Phrase(da: "Kolonne med vægte (præcision).", en: "Column of weights (precision)."), value: Phrase(da: "kolonne", en: "column")))
  var weights: String?

  @Flag(help: help(Phrase(da: "Varianser ved maximum likelihood.", en: "Variances by maximum likelihood.")))
  var ml = false

  @Flag(help: help(Phrase(da: "Varianser ved REML (standard for gaussian).", en: "Variances by REML (default of gaussian).")))
  var reml = false

  @Option(
    help: help(
      Phrase(da: "Punkter i kvadratur; 1 er Laplace.", en: "Points of quadrature; 1 is Laplace."), value: Phrase(da: "antal", en: "count")),
    transform: Choice.integer(1...200))
  var quadrature: Int?

  @Option(
    help: help(
      Phrase(da: "Frø til de randomiserede kvantilresidualer.", en: "Seed of the randomised quantile residuals."),
      value: Phrase(da: "tal", en: "number")), transform: Choice.integer(0...999_999_999))
  var seed = 1

  @Flag(
    help: help(
      Phrase(
        da: "Hjemtagninger pr. 100 pladsår og indskrivninger pr. 10.000 indbyggere, og hvordan de ændrer sig.",
        en: "Homecomings per 100 placed-years and admissions per 10,000 inhabitants, and how they change.")))
  var trends = false

  @Option(
    help: help(
      Phrase(da: "Med --trends: kun efter area, legal_basis eller municipality.", en: "With --trends: by area, legal_basis or municipality alone."),
      value: Phrase(da: "nøgle", en: "key")), transform: Choice.word(TrendTables.Grouping.self))
  var by: TrendTables.Grouping?

  @Option(
    help: help(
      Phrase(
        da: "Med --trends: change (sikreste ændring først, standard) eller events (flest hændelser først).",
        en: "With --trends: change (surest change first, the default) or events (most events first)."),
      value: Phrase(da: "orden", en: "order")), transform: Choice.word(TrendTables.Order.self))
  var sort: TrendTables.Order?

  @Option(
    help: help(
      Phrase(da: "Kun denne model af plads.toml; kan gentages.", en: "Only this model of plads.toml; may be repeated."),
      value: Phrase(da: "model", en: "model")))
  var model: [String] = []

  @Option(
    help: help(
      Phrase(da: "Skriv residualplots (SVG) og index.html i mappen.", en: "Write residual plots (SVG) and index.html into the folder."),
      value: Phrase(da: "mappe", en: "folder")))
  var diagnostics: String?

  @Option(
    help: help(
      Phrase(
        da: "Sammenlign modeller af plads.toml, fx a,b: informationskriterier og tilbagetest.",
        en: "Compare models of plads.toml, such as a,b: information criteria and a backtest."), value: Phrase(da: "modeller", en: "models")))
  var compare: String?

  @Option(
    help: help(
      Phrase(da: "Med --compare: så mange gange estimeres der igen (standard 4).", en: "With --compare: how often models are refitted (default 4)."),
      value: Phrase(da: "antal", en: "count")), transform: Choice.integer(1...100))
  var origins: Int?

  @Option(
    help: help(
      Phrase(da: "Med --compare: perioder frem (standard et år).", en: "With --compare: periods ahead (default a year)."),
      value: Phrase(da: "perioder", en: "periods")), transform: Choice.integer(1...1200))
  var horizon: Int?

  @OptionGroup var areas: AreaOption
  @OptionGroup var municipalities: MunicipalityOption
  @OptionGroup var project: ProjectOptions
  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    if [ml, reml, quadrature != nil].count(where: { $0 }) > 1 {
      throw ValidationError(
        Phrase(da: "Vælg én af --ml, --reml og --quadrature.", en: "Choose one of --ml, --reml and --quadrature.").spoken)
    }
  }

  func run() async throws {
    if trends { return try showTrends() }
    try refuse(trendOption, needs: "--trends")
    if compare != nil { try refuseBesideComparison(diagnostics != nil ? "--diagnostics" : model.isEmpty ? nil : "--model") }
    if compare == nil { try refuse(origins != nil ? "--origins" : horizon != nil ? "--horizon" : nil, needs: "--compare") }
    if data == nil { try refuse(sheet != nil ? "--sheet" : nil, needs: "--data") }
    if data != nil || formula != nil {
      try refuse(compare != nil ? "--compare" : model.isEmpty ? nil : "--model", besides: data != nil ? "--data" : "--formula")
      return try data != nil ? fitData() : fitFlows()
    }
    try refuse(formulaOption, needs: "--formula")
    try fitProject()
  }

  private func refuse(_ option: String?, needs other: String) throws {
    guard let option else { return }
    throw UsageError(Phrase(da: "\(option) kræver \(other).", en: "\(option) needs \(other)."))
  }

  private func refuse(_ option: String?, besides other: String) throws {
    guard let option else { return }
    throw UsageError(
      Phrase(
        da: "\(option) gælder projektets egne bevægelser; udelad \(other).", en: "\(option) is about the project's own flows; leave out \(other)."))
  }

  private func refuseBesideComparison(_ option: String?) throws {
    guard let option else { return }
    throw UsageError(
      Phrase(
        da: "--compare nævner selv sine modeller og skriver kun tabeller; udelad \(option).",
        en: "--compare names its models itself and writes tables alone; leave out \(option)."))
  }

  // MARK: Any table

  private func fitData() throws {
    guard let data else { return }
    guard let formula else {
      throw UsageError(Phrase(da: "Der mangler --formula 'y ~ x'.", en: "--formula 'y ~ x' is missing."))
    }
    if let diagnostics { try Folder.make(diagnostics) }
    let file = try DataFile(path: data, sheet: sheet)
    outputOptions.show(file.notes)
    let request = FitRequest(
      formula: formula, family: (family ?? .gaussian).family, link: link, offset: offset, weights: weights,
      method: reml ? .reml : ml || quadrature != nil ? .ml : .automatic, quadraturePoints: quadrature ?? 1)
    let report = FitReport(formula: formula, result: try request.fit(to: file))
    try show(report)
    if let diagnostics {
      let rows = DiagnosticRows(
        report.result, data: file.table, key: "", title: Phrase(formula), tables: report.people, seed: UInt64(seed))
      try outputOptions.writePlots([rows], into: diagnostics)
    }
  }

  private func show(_ report: FitReport) throws {
    switch outputOptions.format {
    case .json:
      let members = FitJSON(formula: report.formula, result: report.result, seed: UInt64(seed)).members
      try outputOptions.write(JSONValue.object(members).text(brokenToDepth: 2) + "\n")
    case .csv:
      try outputOptions.write(report.machine)
      for warning in report.result.warnings {
        outputOptions.say(Phrase(da: "advarsel: ", en: "warning: ") + RegressionWording.phrase(warning))
      }
    case .table, .markdown, .xlsx: try outputOptions.write(report.people)
    }
  }

  /// The first option that means nothing without `--formula`.
  private var formulaOption: String? {
    let given = [
      ("--family", family != nil), ("--link", link != nil), ("--offset", offset != nil), ("--weights", weights != nil), ("--ml", ml),
      ("--reml", reml), ("--quadrature", quadrature != nil),
    ]
    return given.first { $0.1 }?.0
  }

  /// The first option that means nothing without `--trends`.
  private var trendOption: String? {
    if by != nil { return "--by" }
    if sort != nil { return "--sort" }
    if !areas.area.isEmpty { return "--area" }
    return municipalities.municipality.isEmpty ? nil : "--municipality"
  }

  // MARK: A project

  /// A formula of the command line fitted to the project's flows, as a model of plads.toml would be.
  private func fitFlows() throws {
    guard let formula else { return }
    let declaration = ModelDeclaration(
      name: "", flow: nil, formula: .init(formula, places: []), family: (family ?? .negativeBinomial).rawValue, link: link?.rawValue,
      method: reml ? "reml" : ml || quadrature != nil ? "ml" : nil, offset: offset.map { .init($0, places: []) })
    let model = try DeclaredModel(declaration, from: .options, weights: weights, quadraturePoints: quadrature ?? 1)
    if let diagnostics { try Folder.make(diagnostics) }
    let session = try ProjectSession(project, output: outputOptions)
    try ModelCommands(session: session, project: project, output: outputOptions, seed: UInt64(seed)).fit([model], diagnostics: diagnostics)
  }

  /// The models that plads.toml declares, else the program's own of every flow.
  private func fitProject() throws {
    if let diagnostics { try Folder.make(diagnostics) }
    let session = try ProjectSession(project, output: outputOptions)
    let models = ModelCommands(session: session, project: project, output: outputOptions, seed: UInt64(seed))
    if let compare { return try models.compare(compare, origins: origins ?? 4, horizon: horizon) }
    guard model.isEmpty, session.extracts.settings.models.isEmpty else { return try models.fit(model, diagnostics: diagnostics) }
    let demand = try fitted(session)
    try session.print(FlowSheets(demand: demand).tables, machine: ProjectFitTables(demand: demand).table, project, outputOptions)
    if let diagnostics {
      let notices = project.headed(Table(title: Phrase(""), columns: []), by: session.extracts.settings).notices
      let rows = demand.flows.compactMap { flow in
        DiagnosticRows(flow, of: demand, tables: FlowSheets(demand: demand).sheet(of: flow), seed: UInt64(seed))
      }
      try outputOptions.writePlots(rows, into: diagnostics, notices: notices)
    }
  }

  private func showTrends() throws {
    try refuseBesideTrends(
      data != nil ? "--data" : formula != nil ? "--formula" : compare != nil ? "--compare" : diagnostics != nil ? "--diagnostics" : model.isEmpty ? nil : "--model")
    let session = try ProjectSession(project, output: outputOptions)
    let (areas, municipalities) = (try session.areas(areas), try session.municipalities(municipalities))
    let tables = TrendTables(
      demand: try fitted(session), areas: areas, municipalities: municipalities, grouping: by, order: sort ?? .change)
    try session.print(tables.sheets, machine: tables.machine, project, outputOptions)
  }

  private func refuseBesideTrends(_ option: String?) throws {
    guard let option else { return }
    throw UsageError(
      Phrase(da: "--trends viser de indbyggede modellers rater; udelad \(option).", en: "--trends shows the rates of the built-in models; leave out \(option)."))
  }

  private func fitted(_ session: ProjectSession) throws -> FittedDemand {
    let demand = session.fitted(horizon: 1, threads: LinearAlgebra.allowsConcurrency ? 2 : 1, output: outputOptions)
    guard !demand.flows.isEmpty else {
      throw UsageError(
        Phrase(
          da: "Projektet har kun belægning, ingen bevægelser at estimere. Se »plads forecast«.",
          en: "The project has stocks only, no flows to fit. See “plads forecast”."))
    }
    return demand
  }
}
