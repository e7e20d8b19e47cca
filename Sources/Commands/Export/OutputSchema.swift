internal import Analysis
internal import Groundwork
internal import Placements
internal import Reports

/// A machine output of the program: the command that gives it, and its columns as its writer has them.
struct MachineOutput {
  let name: String
  let command: String
  /// The promised columns; `nil` in their midst stands for one column of each number that a sweep varies.
  let columns: [Table.Column?]
  /// Columns that are something else here than in other outputs.
  private let own: [String: ColumnMeaning]
  private let form: Form
  /// Columns whose unit is the project's own.
  private let freeUnits: Set<String>

  enum Form {
    /// CSV, and JSON of the same columns.
    case table
    /// A CSV file that the command writes beside what it prints.
    case file
    /// JSON of other content than the CSV.
    case document([DescribedKey])
  }

  init(
    _ name: String, _ command: String, _ columns: [Table.Column?], _ own: [String: ColumnMeaning] = [:], form: Form = .table, freeUnits: Set<String> = []
  ) {
    self.name = name
    self.command = command
    self.columns = columns
    self.own = own
    self.form = form
    self.freeUnits = freeUnits
  }

  /// Nil where nothing is known of the column, which may then hold anything.
  func meaning(of column: String) -> ColumnMeaning? { own[column] ?? ColumnMeaning.of(column) }

  static var all: [MachineOutput] {
    let ratio = ["ratio": ColumnMeaning.number(CoefficientTable.ratioMeaning)]
    let level = ["level": ColumnMeaning(type: .text, meaning: "level of the hierarchy")]
    return [
      MachineOutput("check", "plads check", CheckReport.tableColumns),
      MachineOutput("check_findings", "plads check --findings", CheckReport.findingColumns, ["row": ColumnMeaning(type: .whole, meaning: "line of the file, from 1"), "value": ColumnMeaning(type: .text, meaning: "what stands there")]),
      MachineOutput("forecast", "plads forecast", ResultTables.forecastColumns),
      MachineOutput("forecast_said", "plads forecast --said", SaidTables.machineColumns),
      MachineOutput("forecast_overrides", "plads forecast --overrides", OverrideTables.machineColumns),
      MachineOutput("scenario_results", "plads scenario", ResultTables.scenarioColumns),
      MachineOutput("scenario_check", "plads scenario --check", ScenarioCheckTables.machineColumns, ["change": ColumnMeaning(type: .whole, meaning: "number of the change, from 1, those of its bases first")]),
      MachineOutput("scenario_batches", "plads scenario --batches", HomecomingImpactTables.machineColumns),
      MachineOutput("scenario_seek", "plads scenario --seek", SeekTables.machineColumns, ["from": .number("where it was looked for"), "to": .number("where it was looked for")]),
      MachineOutput("sweep", "plads sweep", SweepTables.machineColumns),
      MachineOutput("explain", "plads explain", ExplanationTables.machineColumns),
      MachineOutput("explain_drivers", "plads explain --drivers", DriverTables.machineColumns),
      MachineOutput("explain_scenario", "plads explain --scenario", WaterfallTables.machineColumns, ["change": ColumnMeaning(type: .text, meaning: "position of the change in the file, from 1; several joined by +")]),
      MachineOutput("risk", "plads risk", RiskTables.machineColumns),
      MachineOutput("risk_years", "plads risk --years", RiskYearTables.machineColumns),
      MachineOutput("risk_places", "plads risk --places", RiskPlacesTables.machineColumns),
      MachineOutput("risk_drivers", "plads risk --drivers", RiskDriverTables.machineColumns),
      MachineOutput("risk_costs", "plads risk --costs", RiskCostTables.machineColumns),
      MachineOutput("risk_municipality", "plads risk --municipality", MunicipalityTables.machineColumns),
      MachineOutput("risk_balance", "plads risk --balance", BalanceTables.machineColumns),
      MachineOutput("signals", "plads check --signals", SignalTables.machineColumns, ["level": ColumnMeaning(type: .text, meaning: "area, municipality or municipality_area")]),
      MachineOutput("indicators", "plads export indicators", IndicatorTables.machineColumns, ["price_level": ColumnMeaning(type: .text, meaning: "year of the prices")]),
      MachineOutput("indicators_dictionary", "plads export indicators --dictionary", IndicatorTables.dictionaryColumns),
      MachineOutput("backtest", "plads backtest", BacktestTables.columns),
      MachineOutput("backtest_nodes", "plads backtest --nodes", BacktestTables.columns),
      MachineOutput("backtest_forecasts", "plads backtest --forecasts FILE", ForecastFile.projectColumns, level, form: .file),
      MachineOutput("backtest_nodes_forecasts", "plads backtest --nodes --forecasts FILE", ForecastFile.seriesColumns, form: .file),
      MachineOutput("backtest_closure", "plads backtest --target closure", ClosureTables.machines),
      MachineOutput("backtest_closure_forecasts", "plads backtest --target closure --forecasts FILE", ClosureTables.forecastColumns, form: .file),
      MachineOutput("fit", "plads fit", ProjectFitTables.machineColumns, ["unit": ColumnMeaning(type: .text, meaning: "of the estimate")]),
      MachineOutput("fit_data", "plads fit --data", FitReport.machineColumns, ratio, form: .document(FitJSON.fields.map(\.described))),
      MachineOutput("fit_models", "plads fit --formula", ModelFits.machineColumns, ratio, form: .document(ModelFits.fields.map(\.described))),
      MachineOutput("fit_trends", "plads fit --trends", TrendTables.machineColumns, ["events": .number("how many there were")]),
      MachineOutput("runs", "plads runs", RunLists.machines),
      MachineOutput("runs_published", "plads runs --published", RunLists.publicationColumns),
      MachineOutput("runs_score", "plads runs LABEL --score", PublishedScoreTables.machineColumns(.month), freeUnits: ["ahead"]),
    ]
  }

  // MARK: Schema

  /// Of the JSON document, `{"meta": …, "columns": […], "rows": [[…]]}` unless it has another; `$defs/row` is a row as an object by column,
  /// such as a CSV reader makes of one: an empty field is null.
  var schema: JSONValue {
    switch form {
    case .table: return tableSchema
    case .file:
      return [
        "$schema": .string(ScenarioSchema.dialect), "title": .string(command),
        "description": "One row of the CSV file by column, an empty field is null. Columns are never renamed; new ones come last.",
        "$ref": "#/$defs/row", "$defs": ["row": row],
      ]
    case .document(let keys):
      guard case .object(let members) = keys.schema() else { preconditionFailure("a schema is an object") }
      let head: [JSONValue.Member] = [
        .init("$schema", .string(ScenarioSchema.dialect)), .init("title", .string("\(command) --format json")),
        .init("description", "Keys are never renamed. With --format csv a table of other content: $defs/row is one row of it by column, an empty field is null."),
      ]
      return .object(head + members + [.init("$defs", ["row": row])])
    }
  }

  private var tableSchema: JSONValue {
    [
      "$schema": .string(ScenarioSchema.dialect), "title": .string("\(command) --format json"),
      "description": "Columns are never renamed; new ones come last. The same columns with --format csv: $defs/row is one row of it by column, an empty field is null.",
      "type": "object",
      "properties": [
        "meta": ["type": "object", "properties": ["notices": ["type": "array"]], "additionalProperties": ["type": "string"]],
        "columns": columnList, "rows": ["type": "array", "items": rowList],
      ], "required": ["meta", "columns", "rows"], "additionalProperties": .boolean(false), "$defs": ["row": row],
    ]
  }

  private var varies: Bool { columns.contains { $0 == nil } }
  private var fixed: [Table.Column] { columns.compactMap(\.self) }
  private var leading: [Table.Column] { columns.prefix { $0 != nil }.compactMap(\.self) }

  private static let variable = "^[a-z_]+(\\[[0-9]+\\])?\\.[a-z_]+$"

  private var columnList: JSONValue {
    func item(_ column: Table.Column) -> JSONValue {
      let unit: JSONValue = freeUnits.contains(column.name) ? ["type": "string"] : ["const": .string(column.unit)]
      return ["type": "object", "properties": ["name": ["const": .string(column.name)], "unit": unit], "required": ["name", "unit"]]
    }
    guard varies else { return ["type": "array", "prefixItems": .array(fixed.map(item)), "items": .boolean(false), "minItems": .integer(fixed.count)] }
    let own: JSONValue = ["type": "object", "properties": ["name": ["type": "string", "pattern": .string(Self.variable)]], "required": ["name"]]
    return [
      "type": "array", "prefixItems": .array(leading.map(item)), "items": ["anyOf": .array([own] + fixed.map(item))], "minItems": .integer(fixed.count + 1),
    ]
  }

  private var rowList: JSONValue {
    guard varies else {
      return ["type": "array", "prefixItems": .array(fixed.map { cell($0) }), "items": .boolean(false), "minItems": .integer(fixed.count)]
    }
    return [
      "type": "array", "prefixItems": .array(leading.map { cell($0) }), "items": ["type": ["string", "number", "null"]], "minItems": .integer(fixed.count + 1),
    ]
  }

  private var row: JSONValue {
    var members: [JSONValue.Member] = [
      .init("type", "object"), .init("properties", .object(fixed.map { .init($0.name, cell($0)) })),
      .init("required", .array(fixed.map { .string($0.name) })),
    ]
    if varies {
      members.append(.init("patternProperties", .object([.init(Self.variable, ["type": "number", "description": "The number that is varied"])])))
    }
    members.append(.init("additionalProperties", .boolean(false)))
    return .object(members)
  }

  private func cell(_ column: Table.Column) -> JSONValue {
    let known = meaning(of: column.name)
    let unit = column.unit.isEmpty || freeUnits.contains(column.name) ? [] : [JSONValue.Member("unit", .string(column.unit))]
    return .object(
      [.init("type", .array((known?.type.names ?? ["string", "number"]).map { .string($0) } + ["null"])), .init("description", .string(known?.meaning ?? ""))] + unit)
  }
}
