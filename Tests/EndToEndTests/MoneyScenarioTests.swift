import Foundation
import Testing

/// Scenarios that change tariffs, costs and rules.
@Suite("Money in scenarios")
struct MoneyScenarioTests {
  private func rows(_ text: String) -> [[String: String]] {
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    guard let names = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(zip(names, $0), uniquingKeysWith: { first, _ in first }) }
  }

  private func number(_ row: [String: String], _ name: String) throws -> Double { try #require(Double(row[name] ?? "")) }

  @Test("The shipped ones move income and results the way their reasons say, in every year after the change")
  func directions() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(
        "scenario", "-p", "r", "besparelse", "kompleksitet", "--measure", "income,result", "--every", "year", "--draws", "100", "--format", "csv", "--quiet")
      #expect(run.code == 0)
      let found = rows(run.output)
      #expect(Set(found.compactMap { $0["measure"] }) == ["income", "result"])
      for row in found where row["kind"] == "residential" && row["period"] == "2028" {
        let (mean, delta) = (try number(row, "mean"), try number(row, "delta_mean"))
        switch (row["scenario"], row["measure"]) {
        // 2 % of what income would have been.
        case ("besparelse", "income"): #expect(abs(delta + 0.02 * (mean - delta)) < 1e-6 * abs(mean) + 0.01)
        case ("kompleksitet", "income"): #expect(delta > 0)
        case ("kompleksitet", "result"): #expect(delta < 0)
        default: continue
        }
      }
      let stop = rows(try program.run("risk", "-p", "r", "--years", "--scenario", "takststop", "--draws", "100", "--format", "csv", "--quiet").output)
      let free = rows(try program.run("risk", "-p", "r", "--years", "--rules", "nordjylland_socialaftale", "--draws", "100", "--format", "csv", "--quiet").output)
      func changes(_ rows: [[String: String]]) -> [Double] { rows.compactMap { Double($0["tariff_change_mean"] ?? "") } }
      #expect(!changes(stop).isEmpty && changes(stop).allSatisfy { $0 <= 0 } && changes(free).contains { $0 > 0 })
      #expect(stop.allSatisfy { $0["rule_set"] == "nordjylland_socialaftale" })
      let bill = { (arguments: [String]) throws -> Double in
        let own = rows(try program.run(["risk", "-p", "r", "--municipality", "Aarhus", "--draws", "60", "--format", "csv", "--quiet"] + arguments).output)
        return try number(#require(own.first { $0["measure"] == "bill" && $0["period"] == "2028" && ($0["offer"] ?? "").isEmpty }), "mean")
      }
      // What a key finances does not follow the tariff.
      #expect(try bill(["--scenario", "besparelse"]) < 0.99 * bill([]))
    }
  }

  @Test("A sweep and a goal seek over a saving")
  func sweepsAndSeeks() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let sweep = try program.run(
        "sweep", "-p", "r", "besparelse", "--vary", "savings.percent=0:4:2", "--measure", "result", "--every", "year", "--area", "autisme", "--draws", "60", "--format", "csv", "--quiet")
      #expect(sweep.code == 0)
      let found = rows(sweep.output).filter { $0["period"] == "2028" && $0["kind"] == "residential" }
      #expect(found.count == 3)
      #expect(try number(#require(found.first { $0["savings.percent"] == "0" }), "delta_mean") == 0)
      let seek = try program.run(
        "scenario", "-p", "r", "besparelse", "--seek", "income(autisme,2028)=75000000", "--by", "savings.percent", "--range", "0:50", "--draws", "60",
        "--format", "csv", "--quiet")
      #expect(seek.code == 0)
      // The target holds a comma and stands in quotes: columns are counted from the end. Income falls by the saving's share of what it is without.
      let cells = try #require(seek.output.split(separator: "\n").last).split(separator: ",", omittingEmptySubsequences: false)
      try #require(cells.count > 10)
      let (status, value, without) = (cells[cells.count - 10], try #require(Double(cells[cells.count - 9])), try #require(Double(cells[cells.count - 3])))
      #expect(status == "found" && without > 75_000_000)
      #expect(abs(value - 100 * (1 - 75_000_000 / without)) < 0.1)
    }
  }

  @Test("Rent and staff of places in results, in risk and in what closing costs")
  func staffAndRent() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      func change(_ keys: String) -> String { "[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2027-07\"\n\(keys)\n" }
      try program.write(change("add = 0\nrent = 900000"), to: "r/scenarios/leje.toml")
      try program.write(change("add = 4\nstaffed = 20"), to: "r/scenarios/ubemandet.toml")
      let fast = ["-p", "r", "--draws", "40", "--quiet", "--format", "csv"]
      let scenario = try program.run(["scenario", "leje", "ubemandet", "--measure", "result,staffed_places", "--every", "year", "--by", "offer", "--offer", "mosebakken"] + fast)
      #expect(scenario.code == 0, "\(scenario.errors)")
      let found = rows(scenario.output)
      func row(_ scenario: String, _ measure: String, _ year: String) throws -> [String: String] {
        try #require(found.first { $0["scenario"] == scenario && $0["measure"] == measure && $0["period"] == year })
      }
      // Half a year's days of 2027, all of 2028; machines get six decimals.
      for (year, rent) in [("2027", 900_000 * 184.0 / 365), ("2028", 900_000)] {
        #expect(abs(try number(row("leje", "result", year), "delta_mean") + rent) < 0.01)
        #expect(abs(try number(row("ubemandet", "result", year), "delta_mean")) < 0.01)
      }
      #expect(try number(row("ubemandet", "staffed_places", "2028"), "mean") == 20)
      func years(_ arguments: [String]) throws -> Double {
        let own = rows(try program.run(["risk", "--years", "--offer", "mosebakken"] + arguments + fast).output)
        return try number(#require(own.first { $0["year"] == "2028" }), "result_mean")
      }
      #expect(abs(try years([]) - years(["--scenario", "leje"]) - 900_000) < 0.01)
      func bill(_ arguments: [String]) throws -> [[String: String]] { rows(try program.run(["risk", "--costs", "--offer", "mosebakken", "--rules", "sjaelland_2012"] + arguments + fast).output) }
      let (plain, rented) = (try bill([]), try bill(["--scenario", "leje"]))
      #expect(!plain.isEmpty && plain.count == rented.count && plain != rented)
    }
  }

  @Test(
    "Money that cannot do what it says is warned of, with file and line",
    arguments: [
      ("what = \"tariff\"\noffer = \"mosebakken\"\nadd = -90000", ["x.toml, række 4", "taksten bliver 0"]),
      ("what = \"tariff\"\noffer = \"mosebakken\"\nadd = -50", []),
      ("what = \"tariff\"\noffer = \"stoetteteam_ordbroen\"\nmultiply = 1.1", ["uden pris", "stoetteteam_ordbroen"]),
      ("what = \"tariff_stop\"\nfrom = 2027\n[[change]]\nwhat = \"tariff\"\nmultiply = 1.1\nfrom = \"2027-03\"", ["x.toml, række 6", "tariff_stop", "ude i 2027"]),
      ("what = \"tariff_stop\"\nfrom = 2027\n[[change]]\nwhat = \"tariff\"\noffer = \"mosebakken\"\nset = 500", []),
      ("what = \"tariff\"\nmultiply = 1.1\n[[change]]\nwhat = \"tariff\"\noffer = \"mosebakken\"\nset = 3000", ["x.toml, række 7", "overtrumfer"]),
      ("what = \"adaptation_time\"\nmonths = 2", ["x.toml, række 3", "full_months"]), ("what = \"adaptation_time\"\nmonths = 9", []),
    ])
  func warnings(change: String, expected: [String]) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write("[[change]]\n\(change)\n", to: "r/scenarios/x.toml")
      let run = try program.run("scenario", "x", "-p", "r", "--check")
      #expect(run.code == 0 && expected.allSatisfy { run.errors.contains($0) } && run.errors.contains("advarsel") == !expected.isEmpty, "\(run.errors)")
    }
  }

  @Test("People read thousands of kroner, machines kroner; no word is cut in 60 columns")
  func thousands() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["scenario", "besparelse", "-p", "r", "--measure", "income", "--every", "year", "--area", "autisme", "--draws", "20", "--quiet"]
      let table = try program.run(arguments + ["--language", "en"])
      #expect(table.code == 0 && table.output.contains("Income, 1,000 kr. in the year"), "\(table.errors)")
      let csv = rows(try program.run(arguments + ["--format", "csv"]).output)
      let base = try #require(csv.first { $0["scenario"] == "basis" && $0["period"] == "2028" && $0["kind"] == "residential" })
      #expect(base["unit"] == "kr.")
      let (median, shown) = (try number(base, "median"), try #require(table.output.split(separator: "\n").first { $0.contains("basis") }))
      func thousand(_ value: Double) -> String { "\(Int(value / 1_000_000)),\(String(Int((value / 1000).rounded()) % 1000 + 1000).suffix(3))" }
      #expect(shown.contains(thousand(median)), "\(shown) lacks \(thousand(median))")
      // Long words of what is varied, and amounts, whole on their lines.
      let sweep = ["sweep", "besparelse", "-p", "r", "--vary", "savings.percent=1,3", "--vary", "admission.multiply=0.9,1.1", "--measure", "result", "--area", "autisme", "--draws", "20", "--quiet"]
      for (run, words) in [(arguments, ["besparelse"]), (sweep, ["savings.percent", "admission.multiply"])] {
        let narrow = try program.run(run, environment: ["COLUMNS": "60"])
        let lines = narrow.output.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 60 } && narrow.code == 0)
        for word in words { #expect(lines.contains { $0.contains(" \(word) ") || $0.hasPrefix(word) }, "\(word) in \(narrow.output)") }
      }
    }
  }

  @Test("A rule set that does not exist: line and the nearest name")
  func unknownRules() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write("[[change]]\nwhat = \"rule_set\"\nrules = \"sjaelland_2021\"\n", to: "r/scenarios/x.toml")
      let run = try program.run("risk", "-p", "r", "--scenario", "x", "--years")
      #expect(run.code == 1 && run.output.isEmpty)
      #expect(run.errors.contains("x.toml") && run.errors.contains("sjaelland_2012") && run.errors.contains("3"))
    }
  }
}
