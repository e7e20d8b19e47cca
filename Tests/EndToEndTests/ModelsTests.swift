import Foundation
import FoundationXML
import Testing

@Suite("plads fit with models of plads.toml")
struct ModelsTests {
  private static let toml = """

    [[model]]
    name = "sæson"
    formula = "admissions ~ season + (1 | municipality)"
    family = "poisson"

    [[model]]
    name = "trend"
    formula = "admissions ~ years + (1 | municipality)"
    family = "poisson"

    [[model]]
    name = "hjem"
    formula = "homecomings ~ season"
    family = "poisson"

    """

  /// Six municipalities over seven years; one has twice the admissions, the first quarter more than the others.
  private static func make(in program: Program, models: String = toml) throws {
    guard try program.run("new", "p").code == 0 else { throw Program.Failure.notBuilt("plads new") }
    var rows = "area,period,payer,stock,admissions,homecomings,other_exits\n"
    var state: UInt64 = 7
    func next(_ mean: Double) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(mean + Double(state >> 40) / Double(1 << 24) * 2)
    }
    for quarter in 0..<28 {
      for (place, payer) in ["740", "751", "730", "615", "657", "791"].enumerated() {
        let mean = (place == 0 ? 4.0 : 2) + (quarter % 4 == 0 ? 2 : 0)
        rows += "autisme,\(2019 + quarter / 4)Q\(quarter % 4 + 1),\(payer),40,\(next(mean)),\(next(1)),\(next(0))\n"
      }
    }
    try program.write(rows, to: "p/data/activity.csv")
    try program.write(try program.read("p/plads.toml") + models, to: "p/plads.toml")
  }

  @Test("A readable table for each model in both languages, no wider than 100 columns", arguments: ["da", "en"])
  func tables(_ language: String) throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let run = try program.run("fit", "-p", "p", "--language", language)
      #expect(run.code == 0, "\(run.errors)")
      let headings: [String] = language == "da" ? ["Faktor", "Std.fejl"] : ["Ratio", "Std. error"]
      let words: [String] = ["sæson: admissions ~ season", "trend: ", "hjem: ", "municipality", "AIC", "BIC"]
      for word in words + headings { #expect(run.output.contains(word), "\(word)") }
      for line in run.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      let one = try program.run("fit", "-p", "p", "--model", "saeson")
      #expect(one.code == 0 && !one.output.contains("trend: "))
    }
  }

  @Test("JSON and CSV hold every model")
  func machines() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let run = try program.run("fit", "-p", "p", "--format", "json")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      let models = try #require(document["models"] as? [[String: Any]])
      #expect(models.map { $0["name"] as? String } == ["sæson", "trend", "hjem"])
      #expect(models.map { $0["flow"] as? String } == ["admission", "admission", "homecoming"])
      #expect(models.allSatisfy { $0["coefficients"] != nil && $0["residuals"] != nil && $0["bic"] != nil })
      #expect(try program.run("fit", "-p", "p", "--format", "json", "--language", "en").output == run.output)
      let csv = try program.run("fit", "-p", "p", "--format", "csv")
      #expect(csv.output.hasPrefix("model,flow,part,group,term,estimate,std_error,statistic,p_value,lower,upper,ratio,ratio_lower,ratio_upper\n"))
      #expect(csv.output.contains("sæson,admission,variance,municipality,(Intercept),"))
      #expect(csv.output.contains("hjem,homecoming,measure,,aic,"))
    }
  }

  @Test("Plots of every model, and of the built-in models, with a page that shows them")
  func diagnostics() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      #expect(try program.run("fit", "-p", "p", "--diagnostics", "out/plots", "--quiet").code == 0)
      let names = try program.names(in: "out/plots")
      for name in ["index.html", "saeson-qq.svg", "saeson-residuals.svg", "saeson-observed.svg", "saeson-by-municipality.svg", "saeson-time.svg", "hjem-qq.svg"] {
        #expect(names.contains(name), "\(names)")
      }
      let page = try program.read("out/plots/index.html")
      for name in names where name.hasSuffix(".svg") {
        #expect(page.contains("src=\"\(name)\""))
        #expect(XMLParser(data: Data(try program.read("out/plots/" + name).utf8)).parse(), "\(name)")
        #expect(try program.read("out/plots/" + name).contains("Intern: små tal er ikke skjult"))
      }
      try program.write("", to: "file")
      let bad = try program.run("fit", "-p", "p", "--diagnostics", "file", "--language", "en")
      #expect(bad.code == 1 && bad.output.isEmpty && bad.errors.contains("not a folder"))
    }
    try Program.withFolder { program in
      try Self.make(in: program, models: "")
      let run = try program.run("fit", "-p", "p", "--diagnostics", "out")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("Rate/faktor"))
      #expect(try program.names(in: "out").contains("admissions-by-municipality.svg"))
    }
  }

  @Test("Plots of any table")
  func dataDiagnostics() throws {
    try Program.withFolder { program in
      try program.write("y,x,g\n3,1,a\n5,2,a\n7,3,b\n9,4,b\n12,5,b\n", to: "data.csv")
      let run = try program.run("fit", "--data", "data.csv", "--formula", "y ~ x + (1 | g)", "--diagnostics", "d", "--language", "en")
      #expect(run.code == 0, "\(run.errors)")
      #expect(try program.names(in: "d") == ["by-g.svg", "index.html", "observed.svg", "qq.svg", "residuals.svg"])
    }
  }

  @Test("Comparison: criteria and scores with a verdict; the promised columns")
  func comparison() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let run = try program.run("fit", "-p", "p", "--compare", "trend,sæson", "--quiet")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("»sæson« forudsiger bedst"), "\(run.output)")
      for line in run.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      let csv = try program.run("fit", "-p", "p", "--compare", "trend,sæson", "--quiet", "--format", "csv")
      let lines = csv.output.split(separator: "\n")
      #expect(
        lines[0]
          == "model,flow,formula,family,rows,parameters,effective_degrees_of_freedom,log_likelihood,aic,bic,origins,horizon,predictions,log_score,crps,mae,wape,bias,coverage80,base,delta_aic,delta_bic,delta_log_score,delta_log_score_lower,delta_log_score_upper,delta_crps,delta_crps_lower,delta_crps_upper,delta_mae,delta_mae_lower,delta_mae_upper,wape_area"
      )
      #expect(lines.count == 3 && lines[1].hasPrefix("trend,admission,") && lines[2].contains(",trend,"))
      #expect(lines[1].contains(",4,4,96,"))
    }
  }

  /// An area with two legal bases and day places, one municipality, so many months: 2, 1 and 3 admissions a month.
  private static func makeStrata(in program: Program, months: Int = 24) throws {
    guard try program.run("new", "p").code == 0 else { throw Program.Failure.notBuilt("plads new") }
    try program.write(
      "offer,name,area,legal_basis,kind\nA,A,autisme,107,residential\nB,B,autisme,108,residential\nC,C,autisme,104,day\n", to: "p/data/offers.csv")
    var rows = "offer,period,payer,stock,admissions,homecomings,other_exits\n"
    for month in 0..<months {
      let period = "\(2023 + month / 12)-\(month % 12 < 9 ? "0" : "")\(month % 12 + 1)"
      for (offer, count) in [("A", 2), ("B", 1), ("C", 3)] { rows += "\(offer),\(period),740,10,\(count),\(count - 1),1\n" }
    }
    try program.write(rows, to: "p/data/activity.csv")
  }

  static let rates: [(formula: String, rows: Int, keys: Int, rates: [Double])] = [
    ("admissions ~ kind", 48, 4, [3, 1]), ("admissions ~ 1", 48, 4, [3]), ("admissions ~ 0 + legal_basis", 72, 5, [3, 2, 1]),
  ]

  @Test("Legal bases that a formula does not name are summed, kinds never are; the output says which", arguments: rates)
  func sums(_ formula: String, _ rows: Int, _ keys: Int, _ rates: [Double]) throws {
    try Program.withFolder { program in
      try Self.makeStrata(in: program)
      let arguments = ["fit", "-p", "p", "--formula", formula, "--family", "poisson"]
      let run = try program.run(arguments + ["--format", "json"])
      #expect(run.code == 0, "\(run.errors)")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      let model = try #require((document["models"] as? [[String: Any]])?.first)
      #expect(model["rows"] as? Int == rows)
      #expect((model["row_keys"] as? [String])?.count == keys)
      let ratios = try #require(model["coefficients"] as? [[String: Any]]).compactMap { $0["ratio"] as? Double }
      // Without a population the exposure is years: two years of 731 days, 365.25 to the year.
      let years = 731 / 365.25 / 24
      let expected = rates.enumerated().map { i, rate in formula.contains("kind") && i == 1 ? rate : rate / years }
      for (ratio, rate) in zip(ratios, expected) { #expect(abs(ratio / rate - 1) < 0.002) }
      #expect(ratios.count == expected.count)
      let table = try program.run(arguments + ["--language", "en"])
      #expect(table.output.contains("never added together") == !formula.contains("kind"), "\(table.output)")
      #expect(table.output.contains("of each legal basis by itself") == formula.contains("legal_basis"))
    }
  }

  @Test("Compared models have the same rows, fine enough for both")
  func comparedRows() throws {
    try Program.withFolder { program in
      try Self.makeStrata(in: program, months: 28)
      let models = [("a", "admissions ~ kind"), ("b", "admissions ~ kind + legal_basis")].map { "\n[[model]]\nname = \"\($0)\"\nformula = \"\($1)\"\nfamily = \"poisson\"\n" }
      try program.write(try program.read("p/plads.toml") + models.joined(), to: "p/plads.toml")
      let csv = try program.run("fit", "-p", "p", "--compare", "a,b", "--quiet", "--format", "csv", "--origins", "1", "--horizon", "3")
      #expect(csv.code == 0, "\(csv.errors)")
      for line in csv.output.split(separator: "\n").dropFirst() { #expect(line.contains(",poisson,84,"), "\(line)") }
      let alone = try program.run("fit", "-p", "p", "--format", "csv")
      #expect(alone.output.contains("a,admission,measure,,rows,56,") && alone.output.contains("b,admission,measure,,rows,84,"), "\(alone.output)")
    }
  }

  static let wrongModels: [(String, [String])] = [
    ("formula = \"admisions ~ season\"", ["kolonne 12", "»admisions«", "Mente du »admissions«?", "\n  ^"]),
    ("formula = \"admissions ~ seson\"", ["kolonne 25", "»seson«", "season", "             ^"]),
    ("formula = \"admissions ~ season + (1 | municpality)\"", ["kolonne 39", "municipality"]),
    ("formula = \"admissions ~ season +\"", ["kolonne 33", "slutter for tidligt"]),
    ("formula = '''\nadmissions ~ season +\n  yeers'''", ["kolonne 3:", "»yeers«", "\n    yeers\n    ^"]),
    ("formula = \"stock ~ season\"", ["hvilken bevægelse", "flow"]), ("formula = \"admissions ~ season\"\nlink = \"logit\"", ["logit", "negative_binomial"]),
    ("formula = \"homecomings ~ 1\"\noffset = \"log(persontime)\"", ["»persontime«", "person_time", "kolonne 15"]),
  ]

  @Test("What a formula gets wrong is shown where it stands in plads.toml", arguments: wrongModels)
  func errors(_ model: String, _ words: [String]) throws {
    try Program.withFolder { program in
      try Self.make(in: program, models: "\n[[model]]\nname = \"m\"\n\(model)\n")
      let run = try program.run("fit", "-p", "p")
      #expect(run.code == 1)
      #expect(run.output.isEmpty)
      for word in ["plads.toml, række "] + words { #expect(run.errors.contains(word), "\(run.errors)") }
    }
  }

  static let wrongArguments: [([String], String)] = [
    (["--model", "saesn"], "Mente du »sæson«?"), (["--compare", "sæson"], "to eller flere"), (["--compare", "sæson,hjem"], "samme bevægelse"),
    (["--compare", "sæson,trend", "--horizon", "27"], "kortere --horizon"), (["--origins", "2"], "--compare"),
    (["--compare", "sæson,trend", "--diagnostics", "d"], "--diagnostics"), (["--trends", "--model", "hjem"], "--model"),
    (["--data", "x.csv", "--formula", "y ~ x", "--model", "hjem"], "--data"), (["--family", "poisson"], "--formula"),
    (["--formula", "admissions ~ seson"], "Mente du »season«"), (["--formula", "stock ~ season"], "hvilken bevægelse"),
    (["--formula", "admissions ~ season", "--weights", "person_tim"], "person_time"), (["--formula", "admissions ~ 1", "--offset", "log(popluation)"], "population"),
    (["--formula", "admissions ~ 1", "--model", "hjem"], "udelad --formula"), (["--sheet", "x"], "--data"),
  ]

  @Test("What the command line gets wrong: exit code 2", arguments: wrongArguments)
  func usage(_ arguments: [String], _ word: String) throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let run = try program.run(["fit", "-p", "p"] + arguments)
      #expect(run.code == 2)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(word), "\(run.errors)")
    }
  }
}
