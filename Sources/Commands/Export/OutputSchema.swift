internal import Analysis
internal import Groundwork
internal import Reports

/// A machine output of the program: the command that gives it, and its columns as its writer has them.
struct MachineOutput {
  let name: String
  let command: String
  /// The promised columns; `nil` in their midst stands for one column of each number that a sweep varies.
  let columns: [Table.Column?]
  /// Columns that are something else here than in other outputs.
  private let own: [String: ColumnMeaning]

  init(_ name: String, _ command: String, _ columns: [Table.Column?], _ own: [String: ColumnMeaning] = [:]) {
    self.name = name
    self.command = command
    self.columns = columns
    self.own = own
  }

  /// Nil where nothing is known of the column, which may then hold anything.
  func meaning(of column: String) -> ColumnMeaning? { own[column] ?? ColumnMeaning.of(column) }

  static var all: [MachineOutput] {
    [
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
      MachineOutput("backtest_closure", "plads backtest --target closure", ClosureTables.machines),
      MachineOutput("fit_trends", "plads fit --trends", TrendTables.machineColumns, ["events": .number("how many there were")]),
      MachineOutput("runs", "plads runs", RunLists.machines),
    ]
  }

  // MARK: Schema

  /// Of the JSON document, `{"meta": …, "columns": […], "rows": [[…]]}`; `$defs/row` is a row as an object by column, such as a CSV
  /// reader makes of one: an empty field is null.
  var schema: JSONValue {
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
      [
        "type": "object", "properties": ["name": ["const": .string(column.name)], "unit": ["const": .string(column.unit)]], "required": ["name", "unit"],
      ]
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
    let unit = column.unit.isEmpty ? [] : [JSONValue.Member("unit", .string(column.unit))]
    return .object(
      [.init("type", .array((known?.type.names ?? ["string", "number"]).map { .string($0) } + ["null"])), .init("description", .string(known?.meaning ?? ""))] + unit)
  }
}
