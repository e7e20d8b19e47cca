import Foundation
import Testing

@Suite("plads runs, forecast --publish, explain")
struct MemoryTests {
  private static let fast = ["--draws", "200", "--quiet"]

  /// Two municipalities, one area with all flows, quarters from 2015 on; `homecomings` of Aarhus from 2021 on.
  private static func activity(quarters: Int, homecomings: Int = 1, revised: Bool = false) -> String {
    var rows = "area,period,payer,stock,admissions,homecomings,other_exits\n"
    for (payer, start) in [("740", 40), ("751", 90)] {
      var stock = start
      for quarter in 0..<quarters {
        let home = payer == "751" && quarter >= 24 ? homecomings : (quarter + start) % 3
        let admissions = 3 + quarter % 2 + (revised && quarter < 4 ? 2 : 0)
        let others = 2 - quarter % 2
        stock += admissions - home - others
        rows += "autisme,\(2015 + quarter / 4)Q\(quarter % 4 + 1),\(payer),\(stock),\(admissions),\(home),\(others)\n"
      }
    }
    return rows
  }

  private static func population(growth: Double) -> String {
    var rows = "municipality,year,age_from,age_to,persons,source\n"
    for (code, persons) in [("740", 50_000.0), ("751", 200_000.0)] {
      for year in 2015...2030 {
        let count = year <= 2021 ? persons : persons * (1 + growth * Double(year - 2021))
        rows += "\(code),\(year),18,120,\(Int(count)),\(year <= 2021 ? "observed" : "projection")\n"
      }
    }
    return rows
  }

  private static func make(in program: Program, quarters: Int = 28) throws {
    try SmallProject.make(in: program)
    try program.write(activity(quarters: quarters), to: "p/data/activity.csv")
    try program.write(population(growth: 0), to: "p/data/population.csv")
  }

  /// Rows of a CSV by their header.
  private static func rows(_ csv: String) -> [[String: String]] {
    let lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    return lines.dropFirst().map { Dictionary(zip(lines[0], $0)) { first, _ in first } }
  }

  private static func runs(_ program: Program) throws -> [[String: String]] {
    rows(try program.run("runs", "-p", "p", "--format", "csv", "--quiet").output)
  }

  @Test("The same run comes back from the store with the same bytes, in either language; another one does not", arguments: ["table", "csv", "json"])
  func reuse(format: String) throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let arguments = ["forecast", "-p", "p", "--format", format] + Self.fast
      let first = try program.run(arguments)
      #expect(first.code == 0, "\(first.errors)")
      let second = try program.run(arguments + ["--threads", "1"])
      #expect(second.output == first.output)
      #expect(try Self.runs(program).count == 1)
      let english = try program.run(arguments + ["--language", "en"])
      #expect((english.output == first.output) == (format != "table"))
      #expect(try Self.runs(program).count == 1)
      let anew = try program.run(arguments + ["--fresh"])
      #expect(anew.output == first.output)
      let englishAnew = try program.run(arguments + ["--fresh", "--language", "en"])
      #expect(englishAnew.output == english.output)
      #expect(try Self.runs(program).count == 3)
      #expect(try program.run(arguments + ["--seed", "2"]).output != first.output)
      #expect(try program.run(arguments + ["--by", "municipality"]).output != first.output)
      try program.write(Self.activity(quarters: 28, homecomings: 2), to: "p/data/activity.csv")
      #expect(try program.run(arguments).output != first.output)
      let digests = try Self.runs(program).compactMap { $0["inputs"] }
      #expect(Set(digests).count == 2)
    }
  }

  @Test("Scenarios and their files are part of what a run is made from")
  func scenarios() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      try program.write("[[change]]\nwhat = \"homecoming\"\nmultiply = 2\nreason = \"a\"\n", to: "p/scenarios/x.toml")
      let arguments = ["scenario", "x", "-p", "p", "--format", "csv"] + Self.fast
      let first = try program.run(arguments)
      #expect(first.code == 0, "\(first.errors)")
      #expect(try program.run(arguments).output == first.output)
      #expect(try Self.runs(program).count == 1)
      try program.write("[[change]]\nwhat = \"homecoming\"\nmultiply = 3\nreason = \"a\"\n", to: "p/scenarios/x.toml")
      #expect(try program.run(arguments).output != first.output)
    }
  }

  @Test("Warnings of a run that comes back are said again")
  func warnings() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      try program.write(SmallProject.activity(["stock", "admissions", "homecomings"]), to: "p/data/activity.csv")
      let first = try program.run("forecast", "-p", "p", "--draws", "50")
      let second = try program.run("forecast", "-p", "p", "--draws", "50")
      #expect(first.code == 0)
      #expect(first.errors == second.errors)
    }
  }

  @Test("The list has the promised columns and no time; a run is shown again by its number")
  func list() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let forecast = try program.run(["forecast", "-p", "p", "--by", "municipality"] + Self.fast)
      let list = try program.run("runs", "-p", "p", "--format", "csv")
      #expect(list.code == 0)
      #expect(
        list.output.split(separator: "\n")[0]
          == "run,command,spec,form,origin,horizon,draws,seed,inputs,version,kernel,rows,warnings,label")
      let row = try #require(try Self.runs(program).first)
      #expect(row["spec"] == "forecast --by municipality")
      #expect(row["origin"] == "2021Q4")
      #expect(row["draws"] == "200")
      #expect(try program.run("runs", "1", "-p", "p").output == forecast.output)
      let machine = try program.run("runs", "1", "-p", "p", "--format", "csv", "--quiet")
      #expect(machine.output.hasPrefix("origin,period,region,"))
      #expect(try program.run("runs", "-p", "p", "--command", "risk", "--format", "csv", "--quiet").output.split(separator: "\n").count == 1)
      let people = try program.run("runs", "-p", "p", "--language", "en")
      #expect(people.output.contains("When"))
      let unknown = try program.run("runs", "7", "-p", "p")
      #expect(unknown.code == 2)
      #expect(unknown.output.isEmpty)
    }
  }

  @Test("Without a store: runs and explain say what to do; a forecast works, whatever lies in its place", arguments: ["folder", "text"])
  func unusable(what: String) throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let none = try program.run("runs", "-p", "p", "--language", "en")
      #expect(none.code == 1)
      #expect(none.errors.contains("plads.sqlite") && none.errors.contains("plads forecast"))
      let expected = try program.run(["forecast", "-p", "p"] + Self.fast).output
      try FileManager.default.removeItem(at: program.folder.appendingPathComponent("p/plads.sqlite"))
      if what == "folder" {
        try FileManager.default.createDirectory(at: program.folder.appendingPathComponent("p/plads.sqlite"), withIntermediateDirectories: false)
      } else {
        try program.write(String(repeating: "not a database ", count: 100), to: "p/plads.sqlite")
      }
      let forecast = try program.run("forecast", "-p", "p", "--draws", "200", "--language", "en")
      #expect(forecast.code == 0)
      #expect(forecast.errors.contains("warning: plads.sqlite"), "\(forecast.errors)")
      #expect(try program.run(["forecast", "-p", "p"] + Self.fast).output == expected)
      let publish = try program.run(["forecast", "-p", "p", "--publish", "a"] + Self.fast)
      #expect(publish.code == 1)
      #expect(publish.output.isEmpty)
      #expect(publish.errors.contains("plads.sqlite"))
    }
  }

  @Test("A label is used once, and must be one")
  func labels() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let first = try program.run(["forecast", "-p", "p", "--publish", "Budget 2022"] + Self.fast)
      #expect(first.code == 0, "\(first.errors)")
      let taken = try program.run(["forecast", "-p", "p", "--publish", "Budget 2022", "--language", "en"] + Self.fast)
      #expect(taken.code == 1)
      #expect(taken.output.isEmpty)
      #expect(taken.errors.contains("runs --published"))
      for label in ["12", "", "a\nb", "a/b"] {
        #expect(try program.run(["forecast", "-p", "p", "--publish", label] + Self.fast).code == 2, "\(label)")
      }
      let list = try program.run("runs", "--published", "-p", "p", "--format", "csv", "--quiet")
      #expect(list.output.split(separator: "\n")[0] == "label,run,origin,horizon,draws,seed,level,inputs,version")
      #expect(Self.rows(list.output).map { $0["label"] } == ["Budget 2022"])
      #expect(try program.run("runs", "Budget 2022", "-p", "p", "--quiet").output == first.output)
    }
  }

  @Test("A published forecast against what came true")
  func score() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      #expect(try program.run(["forecast", "-p", "p", "--publish", "a"] + Self.fast).code == 0)
      let early = try program.run("runs", "a", "--score", "-p", "p", "--format", "csv", "--quiet")
      #expect(early.code == 0)
      #expect(early.output.split(separator: "\n").count == 1)
      try program.write(Self.activity(quarters: 30, homecomings: 9), to: "p/data/activity.csv")
      let score = try program.run("runs", "a", "--score", "-p", "p", "--format", "csv", "--quiet")
      #expect(
        score.output.split(separator: "\n")[0]
          == "label,origin,period,ahead,region,area,municipality,kind,measure,unit,mean,median,lower,upper,actual,error,inside,level")
      let rows = Self.rows(score.output).filter { $0["measure"] == "homecomings" }
      #expect(rows.map { $0["period"] } == ["2022Q1", "2022Q2"])
      for row in rows {
        let (mean, actual, error) = (Double(row["mean"] ?? ""), Double(row["actual"] ?? ""), Double(row["error"] ?? ""))
        let (lower, upper) = (try #require(Double(row["lower"] ?? "")), try #require(Double(row["upper"] ?? "")))
        // Six decimals are printed.
        #expect(abs(try #require(error) - (try #require(actual) - (try #require(mean)))) < 2e-6)
        #expect(row["inside"] == ((lower...upper).contains(try #require(actual)) ? "1" : "0"))
      }
      let unknown = try program.run("runs", "b", "--score", "-p", "p")
      #expect(unknown.code == 2)
      #expect(unknown.errors.contains("a"))
    }
  }

  @Test("An unchanged project moves nothing; what is changed moves its own step; the steps add up")
  func explain() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let explain = ["explain", "-p", "p", "--format", "csv"] + Self.fast
      let without = try program.run(explain)
      #expect(without.code == 1)
      #expect(without.output.isEmpty)
      #expect(try program.run(["forecast", "-p", "p", "--publish", "a"] + Self.fast).code == 0)
      #expect(try Self.moved(program.run(explain)) == [])
      #expect(try Self.moved(program.run(explain + ["--seed", "5"])) == ["simulation"])
      try program.write(Self.population(growth: 0.1), to: "p/data/population.csv")
      #expect(try Self.moved(program.run(explain)) == ["population"])
      try program.write(Self.activity(quarters: 28, revised: true), to: "p/data/activity.csv")
      #expect(try Self.moved(program.run(explain)) == ["population", "revised_data"])
      try program.write(Self.activity(quarters: 31, homecomings: 6, revised: true), to: "p/data/activity.csv")
      let all = try program.run(explain)
      #expect(try Self.moved(all) == ["population", "revised_data", "came_true", "outlook"])
      #expect(all.output.hasPrefix("label,origin_then,origin_now,period,area,kind,measure,unit,component,value\n"))
      let people = try program.run(["explain", "-p", "p", "--against", "a", "--language", "en"] + Self.fast)
      #expect(people.output.contains("Came true") && people.output.contains("Homecomings"))
      #expect(try program.run(explain + ["--against", "b"]).code == 2)
      #expect(try program.run(explain + ["--period", "2021Q4"]).code == 2)
    }
  }

  /// The components that are not zero anywhere; checks that they add up to six decimals each.
  private static func moved(_ run: Program.Run) throws -> [String] {
    #expect(run.code == 0, "\(run.errors)")
    var moved: [String] = []
    let order = ["aggregation", "model", "simulation", "assumptions", "population", "revised_data", "came_true", "outlook"]
    for (_, line) in Dictionary(grouping: rows(run.output), by: { "\($0["period"] ?? "") \($0["area"] ?? "")" }) {
      var values: [String: Double] = [:]
      for row in line { values[row["component"] ?? ""] = Double(row["value"] ?? "") }
      let steps = order.map { values[$0] ?? .nan }
      #expect(abs(try #require(values["published"]) + steps.reduce(0, +) - (try #require(values["forecast"]))) < 1e-5)
      moved += order.filter { values[$0] != 0 }
    }
    return order.filter(Set(moved).contains)
  }

  @Test("What drives a forecast adds up and ends at the forecast", arguments: ["flows", "stock"])
  func drivers(kind: String) throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      if kind == "stock" { try program.write(SmallProject.activity(["stock"]), to: "p/data/activity.csv") }
      try program.write(Self.population(growth: 0.05), to: "p/data/population.csv")
      let run = try program.run(["explain", "--drivers", "-p", "p", "--format", "csv"] + Self.fast)
      #expect(run.code == 0, "\(run.errors)")
      let forecast = Self.rows(try program.run(["forecast", "-p", "p", "--format", "csv", "--measure", "stock", "--model", "stock_and_flow"] + Self.fast).output)
      let periods = Dictionary(grouping: Self.rows(run.output)) { $0["period"] ?? "" }
      #expect(periods.count == 3)
      for (period, rows) in periods {
        var values: [String: Double] = [:]
        for row in rows { values[row["component"] ?? ""] = Double(row["value"] ?? "") }
        let parts = ["now", "admissions", "population", "homecomings", "other_exits", "transfers", "drift"].map { values[$0] ?? .nan }
        let total = try #require(values["forecast"])
        #expect(abs(parts.reduce(0, +) - total) < 1e-5)
        let said = try #require(forecast.first { $0["period"] == period }?["mean"].flatMap(Double.init))
        #expect(abs(said - total) < 1e-5)
        #expect(try #require(values["population"]) > 0.1, "a growing population admits more")
      }
    }
  }

  @Test("check --signals: the promised columns, a break that is there, in either language")
  func signals() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      try program.write(Self.activity(quarters: 28, homecomings: 12), to: "p/data/activity.csv")
      let run = try program.run("check", "--signals", "-p", "p", "--format", "csv", "--quiet", "--draws", "400")
      #expect(run.code == 0, "\(run.errors)")
      #expect(
        run.output.split(separator: "\n")[0]
          == "level,region,area,municipality,kind,flow,since,until,observed,expected,ratio,ratio_lower,ratio_upper,tail_probability,effect_12m,interval")
      let row = try #require(Self.rows(run.output).first { $0["level"] == "municipality" && $0["flow"] == "homecoming" })
      #expect(row["municipality"] == "751")
      #expect(row["until"] == "2021Q4")
      #expect(try #require(row["ratio"].flatMap(Double.init)) > 3)
      let people = try program.run("check", "--signals", "-p", "p", "--language", "en", "--quiet", "--draws", "400")
      #expect(people.output.contains("Aarhus") && people.output.contains("homecomings") && people.output.contains("10 of 100"))
      #expect(try program.run("check", "--signals", "--findings", "-p", "p").code == 2)
    }
  }
}
