import Foundation
import Groundwork
import Testing

@Suite("plads export schema")
struct SchemaTests {
  /// A TOML file's values as JSON has them.
  private static func json(_ value: PositionedTOML.Value) -> Any {
    switch value {
    case .string(let text): text
    case .integer(let number): number
    case .number(let number): number
    case .boolean(let flag): flag
    case .array(let items): items.map(json)
    case .table(let table): table.mapValues(json)
    }
  }

  private static func scenario(_ text: String) throws -> Any {
    let value = json(.table(try PositionedTOML(text: text, file: "x.toml").root))
    return try JSONSerialization.jsonObject(with: try JSONSerialization.data(withJSONObject: value))
  }

  private static func schema(_ name: String, _ program: Program) throws -> JSONSchema {
    let run = try program.run("export", "schema", name)
    #expect(run.code == 0, "\(run.errors)")
    return try JSONSchema(run.output)
  }

  @Test("Shipped scenarios and the program's own template are valid")
  func shipped() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      #expect(try program.run("scenario", "-p", "r", "--new", "mit").code == 0)
      let schema = try Self.schema("scenario", program)
      let files = try program.names(in: "r/scenarios")
      #expect(files.count > 6)
      for file in files {
        let problems = schema.problems(try Self.scenario(program.read("r/scenarios/\(file)")))
        #expect(problems.isEmpty, "\(file): \(problems)")
      }
    }
  }

  /// What the program refuses for its form, the schema refuses, and the other way round.
  static let forms: [(text: String, isValid: Bool)] = [
    ("multiply = 1.3", true), ("multiply = [1.1, 1.5]", true), ("multiply = { distribution = \"triangular\", min = 1, mode = 1.2, max = 1.6 }", true),
    ("add = [-3, 3]", true), ("set = 4\nramp_months = 6", true), ("multiply = 1\nmunicipalities = [\"Aarhus\", 740]\nfrom = \"2027-04\"\nto = 2028", true),
    ("multply = 1.3", false), ("multiply = -1", false), ("multiply = 101", false), ("multiply = \"1,3\"", false), ("multiply = [0, 1.5]", false),
    ("multiply = [1.1, 1.2, 1.3]", false), ("multiply = 2\nadd = 3", false), ("from = \"2027\"", false), ("set = -1", false), ("add = 1001", false),
    ("multiply = 1\nramp_months = 121", false), ("multiply = { distribution = \"normal\", mean = 1, sd = 0.1 }", false),
    ("multiply = { distribution = \"triangular\", min = 1, mode = 1.2 }", false), ("multiply = 1\nareas = true", false), ("multiply = 1\nreason = 5", false),
  ]

  @Test("The schema and the program agree about a change's form", arguments: forms.indices)
  func agrees(index: Int) throws {
    let (text, isValid) = Self.forms[index]
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let toml = "[[change]]\nwhat = \"homecoming\"\n\(text)\n"
      try program.write(toml, to: "r/scenarios/x.toml")
      let run = try program.run("scenario", "x", "-p", "r", "--check")
      #expect((run.code == 0) == isValid, "\(run.errors)")
      #expect(try Self.schema("scenario", program).problems(Self.scenario(toml)).isEmpty == isValid)
    }
  }

  /// A change of each lever that is right, and keys that make it wrong or leave it right.
  static let levers: [(lever: String, right: String, keys: [(text: String, isValid: Bool)])] = [
    ("population", "", [("multiply = 1.1", true), ("multiply = -1", false), ("add = 20000000", false)]),
    ("places", "offer = \"mosebakken\"\nfrom = \"2027\"", [
      ("set = 12", true), ("set = -1", false), ("set = [1, 2]", false), ("multiply = 101", false), ("add = 1\nlead_months = 12", true),
      ("add = 1\nlead_months = 121", false), ("set = 12\nstaffed = -1", false),
    ]),
    ("batch_homecoming", "municipality = \"Aarhus\"\ndate = \"2027-01\"", [
      ("number = 2", true), ("number = 2.5", false), ("number = 0", false), ("number = 2\nrealised = [0.6, 1]", true), ("number = 2\nrealised = 2", false),
      ("number = 2\ndelay_months = [-6, 6]", false), ("number = 2\nnotice = 121", false), ("number = 2\nreplaces_trend = \"no\"", false),
    ]),
    ("new_offer", "id = \"n\"\narea = \"autisme\"\nfrom = \"2027\"", [
      ("places = 12", true), ("places = 0", false), ("places = 12\nshare = 2", false), ("places = 12\nassumed_occupancy = 2", false), ("places = 12\nprice = 0", false),
      ("places = 12\nprice = 2500\ncosts = 9000000", true), ("places = 12\nname = 5", false), ("places = 12\ndays_per_year = 400", false),
    ]),
    ("closure", "offer = \"mosebakken\"\ndate = \"2027-06\"", [
      ("", true), ("wind_down_months = 4\nto = [\"kildespringhus\", \"havbrisehuset\"]\nshares = [0.4, 0.6]", true), ("to = [\"kildespringhus\"]\nshares = [0]", false),
      ("leave = 1.2", false), ("wind_down_months = 1.5", false), ("stop_admissions = true", false),
    ]),
    ("takeover", "offer = \"mosebakken\"\ndate = \"2029-01-01\"\nmunicipality = \"Silkeborg\"", [("others_stay = 0.2", true), ("others_stay = [0.2, 1.2]", false)]),
    ("own_offer", "municipality = \"Aarhus\"\nareas = [\"autisme\"]\nfrom = \"2027-06\"", [
      ("places = 8", true), ("places = 0", false), ("places = 8\nfrom_own = 0.7", true), ("places = 8\nfrom_own = -0.1", false), ("places = 8\nhomecomings = 1.5", false),
    ]),
    ("merge", "to = \"humlekaerparken\"\ndate = \"2027-05\"", [("offers = [\"projekt_fyrrekoglehus\"]", true), ("number = 0", false)]),
    ("repackage", "offer = \"dagtilbud_tegnspiret\"\nto = \"stoetteteam_ordbroen\"\nfrom = \"2027-07\"", [
      ("share = [0.3, 0.5]", true), ("share = 2", false), ("share = 0.5\nramp_months = 12", true), ("share = 0.5\nramp_months = 121", false),
    ]),
    ("court_admissions", "offer = \"sikret_afdeling_ulvkaerborg\"", [
      ("per_year = [2, 5]\nsize = [1, 4]", true), ("per_year = -1\nsize = 1", false), ("per_year = 1\nsize = -1", false), ("per_year = [0, 2]\nsize = 1", false),
    ]),
    ("reform", "from = \"2028-01\"", [("admission = [0.85, 0.95]", true), ("admission = -1", false), ("homecoming = 101", false), ("admission = 0.9\nramp_months = 121", false)]),
    ("tariff", "areas = [\"autisme\"]", [("multiply = 1.03", true), ("multiply = 11", false), ("add = [-50, 50]", true), ("set = 0", false), ("multiply = 1\nadd = 1", false)]),
    ("savings", "", [("percent = 2", true), ("percent = [1, 3]\ntariff_share = 0.5", true), ("percent = 91", false), ("percent = 2\ntariff_share = 1.5", false)]),
    ("complexity", "", [("percent_a_year = 1.5", true), ("percent_a_year = 21", false)]),
    ("tariff_stop", "from = 2027", [("to = 2029\ngrowth = 1", true), ("growth = 21", false)]), ("adaptation_time", "", [("months = 12", true), ("months = 0", false), ("months = 1.5", false)]),
    ("notice", "", [("months = 3", true), ("months = 61", false)]), ("rule_set", "", [("rules = \"sjaelland_2012\"", true), ("rules = true", false)]),
    ("price_reaction", "", [("elasticity = [0.1, 0.5]", true), ("elasticity = 6", false), ("elasticity = -1", false)]),
  ]

  @Test("Schema and program agree about every lever's numbers", arguments: levers.indices)
  func leversAgree(index: Int) throws {
    let (lever, right, keys) = Self.levers[index]
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let schema = try Self.schema("scenario", program)
      for (text, isValid) in keys {
        let toml = "[[change]]\nwhat = \"\(lever)\"\n\(right)\n\(text)\n"
        try program.write(toml, to: "r/scenarios/x.toml")
        let run = try program.run("scenario", "x", "-p", "r", "--check")
        #expect((run.code == 0) == isValid, "\(toml): \(run.errors)")
        #expect(schema.problems(try Self.scenario(toml)).isEmpty == isValid, "\(toml)")
      }
    }
  }

  @Test("Misspelt keys of the scenario, unknown levers and changes without one are refused")
  func refused() throws {
    try Program.withFolder { program in
      let schema = try Self.schema("scenario", program)
      for text in ["titel = \"x\"", "title = 5", "[[change]]\nwhat = \"homecomng\"\nmultiply = 1", "[[change]]\nmultiply = 1", "[[change]]\nwhat = \"closure\"\noffer = \"x\""] {
        #expect(!schema.problems(try Self.scenario(text)).isEmpty, "\(text)")
      }
      #expect(schema.problems(try Self.scenario("")).isEmpty)
    }
  }

  private static let fast = ["--draws", "20", "--quiet"]
  static let outputs: [(name: String, arguments: [String])] = [
    ("forecast", ["forecast", "--every", "year"] + fast), ("scenario_results", ["scenario", "hjemtagning", "--every", "year"] + fast),
    ("scenario_check", ["scenario", "--check"]), ("scenario_batches", ["scenario", "hjemtagning", "--batches"] + fast),
    ("scenario_seek", ["scenario", "--seek", "stock(autisme,2028-10)=80", "--by", "homecoming.multiply"] + fast),
    ("sweep", ["sweep", "--vary", "homecoming.multiply=1,2", "--vary", "admission.multiply=0.9,1"] + fast),
    ("explain_scenario", ["explain", "--scenario", "hjemtagning"] + fast), ("explain_drivers", ["explain", "--drivers"] + fast),
    ("risk", ["risk", "--area", "autisme"] + fast), ("risk_years", ["risk", "--years", "--area", "autisme", "--rules", "sjaelland_2012"] + fast),
    ("risk_places", ["risk", "--places", "--area", "autisme"] + fast), ("risk_drivers", ["risk", "--drivers", "--area", "autisme"] + fast),
    ("risk_costs", ["risk", "--costs", "--area", "autisme"] + fast), ("risk_municipality", ["risk", "--municipality", "751"] + fast),
    ("risk_balance", ["risk", "--balance", "--area", "autisme"] + fast), ("indicators", ["export", "indicators", "--by", "area"] + fast),
    ("forecast_said", ["forecast", "--said"] + fast), ("fit_trends", ["fit", "--trends"]), ("runs", ["runs"]), ("runs_published", ["runs", "--published"]),
    ("fit", ["fit"]), ("backtest", ["backtest", "--model", "naive", "--model", "theta", "--draws", "40", "--quiet"]),
  ]

  @Test("Real outputs are as their schemas say, in JSON and in CSV", arguments: outputs.indices)
  func real(index: Int) throws {
    let (name, arguments) = Self.outputs[index]
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      if name == "forecast_said" { try program.write("municipality,area,year,expected_places\n751,autisme,2027,30\n", to: "r/data/expectations.csv") }
      if name.hasPrefix("runs") { #expect(try program.run(["forecast", "-p", "r", "--publish", "Budget 2027"] + Self.fast).code == 0) }
      let schema = try Self.schema(name, program)
      let json = try program.run(arguments + ["-p", "r", "--format", "json"])
      #expect(json.code == 0, "\(json.errors)")
      let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
      let problems = schema.problems(document)
      #expect(problems.isEmpty, "\(problems.prefix(5))")
      let object = try #require(document as? [String: Any])
      let names = try #require(object["columns"] as? [[String: Any]]).compactMap { $0["name"] as? String }
      let rows = try #require(object["rows"] as? [[Any]])
      #expect(!rows.isEmpty)
      for row in rows.prefix(50) { #expect(schema.problems(Dictionary(uniqueKeysWithValues: zip(names, row)), at: "row").isEmpty) }
      let csv = try program.run(arguments + ["-p", "r", "--format", "csv"])
      #expect(csv.output.split(separator: "\n").first.map(String.init) == names.joined(separator: ","))
      // With fewer columns it is another table.
      let short: [String: Any] = ["meta": [String: Any](), "columns": object["columns"] ?? [Any](), "rows": [Array(rows[0].prefix(4))]]
      #expect(!schema.problems(short).isEmpty)
    }
  }

  private static func document(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

  /// Rows of a CSV text as objects by column: an empty field is null, and what reads as a number is one where the schema says so.
  private static func rows(_ text: String, _ schema: JSONSchema, of name: String, _ program: Program) throws -> [[String: Any]] {
    let own = try #require(try document(try program.run("export", "schema", name).output) as? [String: Any])
    let row = try #require((own["$defs"] as? [String: Any])?["row"] as? [String: Any])
    let properties = try #require(row["properties"] as? [String: [String: Any]])
    let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    let names = try #require(lines.first)
    return lines.dropFirst().map { cells in
      Dictionary(
        zip(names, cells).map { name, cell -> (String, Any) in
          let isText = (properties[name]?["type"] as? [String])?.contains("string") ?? false
          return (name, cell.isEmpty ? NSNull() : isText ? cell : Double(cell).map { $0 as Any } ?? cell)
        }, uniquingKeysWith: { first, _ in first })
    }
  }

  private static let nodes =
    "unique_id,level,ds,y\n" + (2010...2021).flatMap { ["A,one,\($0),\(20 + ($0 * 7) % 5)", "B,one,\($0),\(10 + ($0 * 3) % 4)"] }.joined(separator: "\n") + "\n"

  @Test("A backtest of any series, and every forecast of a backtest, are as their schemas say")
  func backtests() throws {
    try Program.withFolder { program in
      try program.write(Self.nodes, to: "nodes.csv")
      let few = ["--model", "naive", "--model", "theta", "--draws", "40", "--quiet"]
      let arguments = ["backtest", "--nodes", "nodes.csv", "--origins", "2018", "--horizon", "2", "--forecasts", "f.csv"] + few
      let schema = try Self.schema("backtest_nodes", program)
      let run = try program.run(arguments + ["--format", "json"])
      #expect(run.code == 0, "\(run.errors)")
      #expect(schema.problems(try Self.document(run.output)).isEmpty)
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      #expect(try program.run(["backtest", "-p", "r", "--forecasts", "p.csv"] + few).code == 0)
      #expect(try program.run("backtest", "-p", "r", "--target", "closure", "--draws", "20", "--quiet", "--forecasts", "c.csv").code == 0)
      for (name, file) in [("backtest_nodes_forecasts", "f.csv"), ("backtest_forecasts", "p.csv"), ("backtest_closure_forecasts", "c.csv")] {
        let schema = try Self.schema(name, program)
        let rows = try Self.rows(try program.read(file), schema, of: name, program)
        #expect(!rows.isEmpty)
        for row in rows.prefix(200) { #expect(schema.problems(row).isEmpty, "\(name): \(schema.problems(row).prefix(3))") }
        #expect(!schema.problems(rows[0].filter { $0.key != "origin" }).isEmpty && !schema.problems(rows[0].merging(["x": 1]) { $1 }).isEmpty)
      }
    }
  }

  private static let data = "y,x,g\n" + (0..<30).map { "\(2 + ($0 * 7) % 5 + $0 % 3),\($0),\(["a", "b", "c"][$0 % 3])" }.joined(separator: "\n") + "\n"

  @Test("A fit's document has the keys of its schema, whatever the family, and its CSV the columns", arguments: ["gaussian", "poisson", "negative_binomial"])
  func fits(family: String) throws {
    try Program.withFolder { program in
      try program.write(Self.data, to: "d.csv")
      let schema = try Self.schema("fit_data", program)
      for formula in ["y ~ x", "y ~ x + (1 | g)"] {
        let arguments = ["fit", "--data", "d.csv", "--formula", formula, "--family", family]
        let run = try program.run(arguments + ["--format", "json"])
        #expect(run.code == 0, "\(run.errors)")
        let document = try Self.document(run.output)
        #expect(schema.problems(document).isEmpty, "\(schema.problems(document).prefix(5))")
        var object = try #require(document as? [String: Any])
        object["aic"] = nil
        #expect(!schema.problems(object).isEmpty)
        let rows = try Self.rows(try program.run(arguments + ["--format", "csv"]).output, schema, of: "fit_data", program)
        #expect(!rows.isEmpty && rows.allSatisfy { schema.problems($0, at: "row").isEmpty })
      }
    }
  }

  @Test("A formula fitted to the project's flows, and the program's findings")
  func flowsAndFindings() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let models = try Self.schema("fit_models", program)
      let fit = try program.run("fit", "-p", "r", "--formula", "homecomings ~ area", "--format", "json", "--quiet")
      #expect(fit.code == 0, "\(fit.errors)")
      let problems = models.problems(try Self.document(fit.output))
      #expect(problems.isEmpty, "\(problems.prefix(5))")
      try program.write("municipality,area,year,expected_places\n751,autisem,2027,30\n", to: "r/data/expectations.csv")
      for (name, arguments) in [("check", ["check"]), ("check_findings", ["check", "--findings"])] {
        let document = try Self.document(try program.run(arguments + ["-p", "r", "--format", "json"]).output)
        let problems = try Self.schema(name, program).problems(document)
        #expect(problems.isEmpty, "\(problems.prefix(5))")
        #expect(!(try #require((document as? [String: Any])?["rows"] as? [Any])).isEmpty)
      }
    }
  }

  @Test("A published forecast held against what came true")
  func scores() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      // Published as of a year ago: the extracts of then end there.
      let settings = try program.read("r/plads.toml")
      try program.write(settings.replacing("to = \"2026-10-31\"", with: "to = \"2025-12-31\""), to: "r/plads.toml")
      #expect(try program.run(["forecast", "-p", "r", "--publish", "Budget"] + Self.fast).code == 0)
      try program.write(settings, to: "r/plads.toml")
      let schema = try Self.schema("runs_score", program)
      let arguments = ["runs", "Budget", "--score", "-p", "r"]
      let run = try program.run(arguments + ["--format", "json"])
      #expect(run.code == 0, "\(run.errors)")
      let problems = schema.problems(try Self.document(run.output))
      #expect(problems.isEmpty, "\(problems.prefix(5))")
      let rows = try Self.rows(try program.run(arguments + ["--format", "csv"]).output, schema, of: "runs_score", program)
      #expect(rows.prefix(100).allSatisfy { schema.problems($0, at: "row").isEmpty })
    }
  }

  @Test("Without a name a list; an unknown name with the nearest; a file where one is named")
  func list() throws {
    try Program.withFolder { program in
      let list = try program.run("export", "schema")
      #expect(list.code == 0 && list.output.contains("scenario_results") && list.output.contains("plads risk --years"))
      let wrong = try program.run("export", "schema", "forcast")
      #expect(wrong.code == 2 && wrong.errors.contains("»forecast«"))
      #expect(try program.run("export", "schema", "scenario", "-o", "s.json").code == 0)
      #expect(try program.read("s.json").contains("2020-12"))
    }
  }
}
