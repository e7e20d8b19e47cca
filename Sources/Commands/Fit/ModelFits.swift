internal import Demand
internal import Groundwork
internal import Placements
internal import Regression
internal import Reports

/// Declared models with their fits to a project.
struct ModelFits {
  struct Fitted {
    let model: DeclaredModel
    let table: FlowTable
    let result: RegressionResult

    var report: FitReport {
      FitReport(formula: model.declaration.formula.text, result: result, name: Phrase(model.name))
    }
  }

  let panel: Panel
  let fits: [Fitted]

  /// - Throws: `FindingsError` of the first model that cannot be fitted.
  init(_ models: [DeclaredModel], panel: Panel) throws {
    self.panel = panel
    var tables: [FlowTable] = []
    fits = try models.map { model in
      let known = tables.first { $0.flow == model.flow && $0.detail == model.detail }
      let table = known ?? FlowTable(panel: panel, flow: model.flow, detail: model.detail)
      if known == nil { tables.append(table) }
      try Self.requireRows(table, of: model)
      return Fitted(model: model, table: table, result: try model.fit(table, panel: panel))
    }
  }

  static func requireRows(_ table: FlowTable, of model: DeclaredModel) throws {
    guard table.period.isEmpty else { return }
    let isDeclared = model.origin == .settings
    throw FindingsError(
      Finding(
        .error, file: isDeclared ? "plads.toml" : nil, row: model.declaration.line, value: isDeclared ? model.name : nil,
        message: Phrase(
          da: "projektet har ingen rækker for \(model.flow.phrase.da): de er ikke talt, eller belægningen er ukendt.",
          en: "the project has no rows for \(model.flow.phrase.en): they were not counted, or the stock is unknown."),
        remedy: Phrase(da: "Se »plads check«.", en: "See “plads check”.")))
  }

  // MARK: People

  /// The tables of each model below each other.
  var people: [Table] {
    fits.flatMap { fit -> [Table] in
      var tables = fit.report.people
      tables[tables.count - 1].footnotes += notes(fit)
      return tables
    }
  }

  private func notes(_ fit: Fitted) -> [Phrase] {
    var notes = RowNotes(model: fit.model, table: fit.table).phrases
    let (unknown, unexposed) = (EstimateText.count(fit.table.unknown), EstimateText.count(fit.table.unexposed))
    if fit.table.unknown > 0 {
      notes.append(
        Phrase(
          da: "\(unknown.da) celler er udeladt, fordi antal eller eksponering er ukendt.",
          en: "\(unknown.en) cells are left out because the count or the exposure is unknown."))
    }
    if fit.table.unexposed > 0 {
      notes.append(
        Phrase(da: "\(unexposed.da) celler er udeladt, fordi ingen var der.", en: "\(unexposed.en) cells are left out because nobody was there."))
    }
    return notes
  }

  // MARK: Machines

  static let machineColumns = (["model", "flow", "part", "group"] + CoefficientTable.names).map { Table.Column($0) }

  /// Columns: model, flow, part, group, term, estimate, std_error, statistic, p_value, lower, upper, ratio, ratio_lower,
  /// ratio_upper. `part` is `coefficient`, `variance` (std_error is that of its logarithm, lower and upper follow from it)
  /// or `measure` (term: rows, parameters, effective_degrees_of_freedom, df_residual, deviance, log_likelihood, aic, bic,
  /// theta, dispersion). Intervals are 95 %.
  var machine: Table {
    var table = Table(title: Phrase(da: "Modeller", en: "Models"), columns: Self.machineColumns)
    for fit in fits {
      let head: [Table.Cell] = [.text(fit.model.name), .text(fit.model.flow.rawValue)]
      for row in MachineRows(result: fit.result).all { table.append(head + [.text(row.part), row.group, .text(row.term)] + row.numbers) }
    }
    return table
  }

  /// `{"meta": {"notices": …}, "models": [{"name", "flow", … as of fit --data}]}`.
  func json(notices: [Phrase], seed: UInt64) -> JSONValue { .object(Self.fields.members(of: Document(fits: fits, notices: notices, seed: seed))) }

  struct Document {
    let fits: [Fitted]
    let notices: [Phrase]
    let seed: UInt64
  }

  static var fields: [JSONField<Document>] {
    let phrase: JSONValue = ["type": "object", "properties": ["da": ["type": "string"], "en": ["type": "string"]], "required": ["da", "en"]]
    return [
      JSONField("meta", .object(["type": "object", "properties": ["notices": ["type": "array", "items": phrase]], "required": ["notices"]]), "what was printed above") {
        ["notices": .array($0.notices.map { ["da": .string($0.da), "en": .string($0.en)] })]
      },
      JSONField("models", .list(.object((head.map(\.described) + FitJSON.fields.map(\.described)).schema())), "each as of plads fit --data") { own in
        .array(own.fits.map { .object(head.members(of: $0) + FitJSON(formula: $0.report.formula, result: $0.result, seed: own.seed).members) })
      },
    ]
  }

  private static var head: [JSONField<Fitted>] {
    [
      JSONField("name", .text, "of plads.toml; empty for one of the command line") { .string($0.model.name) },
      JSONField("flow", .text, "that is fitted") { .string($0.model.flow.rawValue) },
      JSONField("offset", .optionalText, "as given") { .string($0.model.offset?.description) },
      JSONField("cells_unknown", .whole, "left out, since count or exposure is unknown") { .integer($0.table.unknown) },
      JSONField("cells_without_exposure", .whole, "left out, since nobody was there") { .integer($0.table.unexposed) },
      JSONField("row_keys", .list(.text), "what tells rows apart") { .array($0.table.detail.keys.map { .string($0) }) },
    ]
  }
}
