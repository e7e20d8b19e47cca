internal import Demand
internal import Groundwork
internal import Placements
internal import Regression
internal import Reports

/// What `plads fit` does with models declared in plads.toml.
struct ModelCommands {
  let session: ProjectSession
  let project: ProjectOptions
  let output: OutputOptions
  let seed: UInt64

  private var settings: ProjectSettings { session.extracts.settings }

  /// Every model fitted, or the named ones.
  func fit(_ names: [String], diagnostics: String?) throws {
    let declared = try names.isEmpty ? settings.models : names.map(model)
    try fit(try declared.map { try DeclaredModel($0) }, diagnostics: diagnostics)
  }

  func fit(_ models: [DeclaredModel], diagnostics: String?) throws {
    let fits = try ModelFits(models, panel: session.panel)
    switch output.format {
    case .json: try output.write(fits.json(notices: notices, seed: seed).text(brokenToDepth: 3) + "\n")
    case .csv: try output.write(headed(fits.machine))
    case .table, .markdown, .xlsx: try output.write(fits.people.enumerated().map { $0.offset == 0 ? headed($0.element) : $0.element })
    }
    if let diagnostics { try plot(fits, into: diagnostics) }
  }

  private func plot(_ fits: ModelFits, into folder: String) throws {
    let rows = fits.fits.map { fit in
      DiagnosticRows(
        fit.result, data: fit.table.data, key: FileKey.of(fit.model.name), title: Phrase(fit.model.name.isEmpty ? fit.report.formula : fit.model.name), tables: fit.report.people, seed: seed,
        time: fit.table.time)
    }
    try output.writePlots(rows, into: folder, notices: notices)
  }

  /// Models of one flow side by side.
  func compare(_ list: String, origins count: Int, horizon wanted: Int?) throws {
    let names = list.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    guard names.count >= 2, Set(names).count == names.count else {
      throw UsageError(
        Phrase(da: "--compare skal have to eller flere forskellige modelnavne, fx --compare a,b.", en: "--compare needs two or more different models' names, such as --compare a,b."))
    }
    let models = try names.map { try DeclaredModel(try model($0)) }
    guard let first = models.first, models.allSatisfy({ $0.flow == first.flow }) else {
      throw UsageError(
        Phrase(da: "--compare: modellerne gælder ikke samme bevægelse.", en: "--compare: the models are not about the same flow."))
    }
    let panel = session.panel
    // The same rows for all, fine enough for each: otherwise neither criteria nor scores could be compared.
    let table = FlowTable(panel: panel, flow: first.flow, detail: models.map(\.detail).max() ?? first.detail)
    try ModelFits.requireRows(table, of: first)
    let horizon = wanted ?? panel.length.perYear
    let origins = ModelBacktest.origins(panel: panel, count: count, horizon: horizon)
    guard !origins.isEmpty else {
      throw UsageError(
        Phrase(
          da: "--compare: dataene har \(panel.count) perioder; der skal være to år før den første prognose og \(horizon) perioder efter. Vælg en kortere --horizon.",
          en: "--compare: the data has \(panel.count) periods; there must be two years before the first forecast and \(horizon) periods after it. Choose a shorter --horizon."))
    }
    let progress = Progress(Phrase(da: "Estimerer igen", en: "Refitting"), total: origins.count * models.count, isQuiet: output.quiet)
    defer { progress.finish() }
    let backtest = try ModelBacktest(models, table, panel: panel, origins: origins, horizon: horizon) { progress.advance(by: $0) }
    let fits = try models.map { try $0.fit(table, panel: panel, method: .ml) }
    progress.finish()
    let comparison = ModelComparison(models: models, fits: fits, backtest: backtest, panel: panel, detail: table.detail)
    try session.print(comparison.people, machine: comparison.machine, project, output)
  }

  private func model(_ name: String) throws -> ModelDeclaration {
    let form = NearestName.machineForm(name)
    if let model = settings.models.first(where: { $0.name == name || NearestName.machineForm($0.name) == form }) { return model }
    let hint = settings.models.isEmpty
      ? Phrase(da: "plads.toml har ingen [[model]]; skriv name og formula under en.", en: "plads.toml has no [[model]]; write name and formula below one.")
      : NearestName.hint(name, among: settings.models.map(\.name), listAtMost: 20)
    throw UsageError(Phrase(da: "Der er ingen model »\(name)«. ", en: "There is no model “\(name)”. ") + hint)
  }

  private func headed(_ table: Table) -> Table { project.headed(table, by: settings) }

  private var notices: [Phrase] { headed(Table(title: Phrase(""), columns: [])).notices }
}

extension OutputOptions {
  /// Residual plots and their page; says where on standard error.
  func writePlots(_ rows: [DiagnosticRows], into folder: String, notices: [Phrase] = []) throws {
    let page = DiagnosticFolder(path: folder, language: Speech.language, notices: notices)
    let count = try page.write(rows, title: Phrase(da: "Modellernes residualer", en: "Residuals of the models"))
    say(Phrase(da: "\(count) filer i \(folder); åbn \(folder)/index.html.", en: "\(count) files in \(folder); open \(folder)/index.html."))
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
