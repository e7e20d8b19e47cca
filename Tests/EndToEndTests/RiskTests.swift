import Foundation
import Testing

@Suite("plads risk")
struct RiskTests {
  private static let columns =
    "scenario,offer,area,kind,places,occupancy_now,assumed_occupancy,break_even_occupancy,p_outside_tolerance,p_reduction_24m,p_closure_12m,"
    + "p_closure_24m,p_closure_36m,median_closure_period,closure_lower,closure_upper,expected_result,advised_places,status,status_reason,nation_wide,financing,price_level,rule_set,cost_behaviour,"
    + "expected_result_lower,expected_result_upper,homecomings_3y,homecomings_3y_most"

  @Test("A sheet of at most 100 places that says what the limit is, in both languages")
  func sheet() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let danish = try program.run("risk", "-p", "r", "--draws", "50")
      #expect(danish.code == 0, "\(danish.errors)")
      for word in ["Mosebakken", "under 70 %", "6 måneder i træk", "ikke en beslutning", "Begrundelse", "2027 mio. kr. [80]", "forventede resultat", "prisniveau", "Hjemtaget, 3 år", "--drivers", "enkeltmandsprojekt", "landsdækkende;", "Landsdækkende (offers.csv", "Intern:"] {
        #expect(danish.output.contains(word), "\(word)")
      }
      let english = try program.run("risk", "-p", "r", "--draws", "50", "--language", "en")
      for word in ["below 70 %", "6 months in a row", "not a decision", "Reason", "single-person"] { #expect(english.output.contains(word), "\(word)") }
      for line in danish.output.split(separator: "\n") + english.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      #expect(try program.run("risk", "-p", "r", "--draws", "20", "--format", "markdown").output.contains("| --- |"))
      for line in try program.run("risk", "-p", "r", "--draws", "50", environment: ["COLUMNS": "80"]).output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
  }

  @Test("Machine formats have the promised columns, the same in both languages; unknown figures are empty")
  func machine() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "-p", "r", "--draws", "50", "--area", "udviklingshandicap"]
      for format in ["csv", "json"] {
        let danish = try program.run(arguments + ["--format", format])
        #expect(try danish.output == program.run(arguments + ["--format", format, "--language", "en", "--threads", "1"]).output)
      }
      let lines = try program.run(arguments + ["--format", "csv"]).output.split(separator: "\n").map(String.init)
      #expect(lines[0] == Self.columns)
      let single = try #require(lines.first { $0.contains("projekt_fyrrekoglehus") })
      #expect(single.contains("single_person,1,100,95,") && single.contains(",,,,,,,,,,not_assessed,"), "\(single)")
    }
  }

  @Test("The result has its interval, and those who took most citizens home are named, as the stays have them")
  func money() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let rows = Self.rows(try program.run("risk", "-p", "r", "--draws", "50", "--area", "boern_og_unge", "--format", "csv").output)
      for row in rows where row["expected_result"] != "" {
        let ends = [row["expected_result_lower"], row["expected_result"], row["expected_result_upper"]].map { $0.flatMap(Double.init) ?? .nan }
        #expect(ends[0] <= ends[1] && ends[1] <= ends[2], "\(row)")
      }
      let stays = Self.rows(try program.read("r/data/stays.csv"))
      let taken = stays.filter { $0["offer"] == "mosebakken" && $0["end_reason"] == "homecoming" && ("2023-11-01"..."2026-10-31").contains($0["end"] ?? "") }
      let mosebakken = try #require(rows.first { $0["offer"] == "mosebakken" })
      #expect(!taken.isEmpty && mosebakken["homecomings_3y"].flatMap(Double.init) == Double(taken.count))
      let counts = Dictionary(grouping: taken, by: { $0["payer"] ?? "" }).mapValues(\.count)
      let named = (mosebakken["homecomings_3y_most"] ?? "").split(separator: " ").map(String.init)
      #expect(named.count == min(2, counts.count) && named.first.flatMap { counts[$0] } == counts.values.max())
    }
  }

  private static func rows(_ output: String) -> [[String: String]] {
    let lines = output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    guard let header = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  @Test("The money by year under a rule set; the same year's in the table of risks")
  func years() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "-p", "r", "--draws", "50", "--area", "udviklingshandicap", "--format", "csv"]
      let neutral = try program.run(arguments + ["--years"])
      #expect(neutral.code == 0, "\(neutral.errors)")
      #expect(neutral.output.hasPrefix("scenario,offer,year,p_outside_tolerance,result_mean,result_lower,result_upper,price_level,tariff_year,tariff_change_mean,tariff_change_lower,tariff_change_upper,rule_set,cost_behaviour,revised_budget,start_up_deficit,start_up_deficit_lower,start_up_deficit_upper,start_up_charge,start_up_charge_lower,start_up_charge_upper,start_up_charge_per_day,months\n"))
      #expect(Self.rows(neutral.output).allSatisfy { $0["p_outside_tolerance"] == "" })
      let rules = ["--rules", "sjaelland_2012"]
      let years = Self.rows(try program.run(arguments + rules + ["--years", "--language", "en", "--threads", "1"]).output)
      #expect(Set(years.compactMap { $0["year"] }) == ["2026", "2027", "2028"])
      let risks = Self.rows(try program.run(arguments + rules).output)
      for year in years where year["year"] == "2027" {
        let risk = try #require(risks.first { $0["offer"] == year["offer"] })
        #expect(risk["expected_result"] == year["result_mean"] && risk["p_outside_tolerance"] == year["p_outside_tolerance"])
      }
      #expect(years.contains { ($0["p_outside_tolerance"].flatMap(Double.init) ?? 0) > 0 })
      let follows = Self.rows(try program.run(arguments + rules + ["--years", "--cost-behaviour", "follows_70"]).output)
      #expect(follows.allSatisfy { $0["year"] == "2026" || ["", "0"].contains($0["p_outside_tolerance"]) })
      // The running year is held against the budget that is given, and says which.
      for row in years { #expect((row["year"] == "2026" && row["p_outside_tolerance"] != "") == (row["revised_budget"] != ""), "\(row)") }
      let settled = Self.rows(try program.run(arguments + ["--years", "--rules", "nordjylland_socialaftale"]).output).filter { $0["result_mean"] != "" }
      #expect(!settled.isEmpty && settled.allSatisfy { $0["tariff_year"].flatMap(Int.init) == $0["year"].flatMap(Int.init).map { $0 + 2 } })
      #expect(settled.contains { ($0["tariff_change_mean"].flatMap(Double.init) ?? 0) > 0 })
      let sheet = try program.run("risk", "-p", "r", "--draws", "20", "--years", "--rules", "sjaelland_2012")
      for word in ["Mosebakken", "prisniveau 2026", "sjaelland_2012", "adaptation_lag", "antagelse"] { #expect(sheet.output.contains(word), "\(word)") }
      for line in sheet.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
  }

  @Test(
    "Every table of money names rule set, price level and cost behaviour, for machines in every row of amounts and below the sheet",
    arguments: [
      ([], "expected_result", false), (["--years"], "result_mean", true), (["--costs"], "bill_change", true), (["--places"], "cost_today", true),
      (["--municipality", "740"], "mean", true),
    ] as [([String], String, Bool)])
  func named(_ options: [String], _ amount: String, _ isInSheet: Bool) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "-p", "r", "--draws", "20", "--area", "autisme", "--rules", "nordjylland_socialaftale", "--cost-behaviour", "unadapted"] + options
      let rows = Self.rows(try program.run(arguments + ["--format", "csv"]).output).filter { $0[amount] != "" && ($0["unit"] ?? "kr.") == "kr." && ($0["cost_unit"] ?? "kr.") == "kr." }
      #expect(!rows.isEmpty)
      for row in rows {
        #expect(row["rule_set"] == "nordjylland_socialaftale" && row["price_level"] == "2026" && row["cost_behaviour"] == "unadapted", "\(row)")
      }
      let sheet = try program.run(arguments).output.lowercased()
      if isInSheet { for word in ["nordjylland_socialaftale", "prisniveau 2026"] { #expect(sheet.contains(word), "\(word)") } }
    }
  }

  @Test("A scenario's new offer: its years with their start-up, in the tables of years and costs, with what is assumed; slips are refused")
  func opening() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "--scenario", "nyt_tilbud", "-p", "r", "--draws", "30", "--area", "dobbeltdiagnose"]
      let years = Self.rows(try program.run(arguments + ["--years", "--format", "csv"]).output).filter { $0["offer"] == "skovskadehuset" }
      #expect(years.map { $0["year"] } == ["2027", "2028", "2029"] && years.map { $0["months"] } == ["4", "12", "10"])
      #expect(years.allSatisfy { $0["result_mean"] != "" && $0["price_level"] == "2026" && $0["rule_set"] == "neutral" })
      #expect(years.prefix(2).allSatisfy { (Double($0["start_up_deficit"] ?? "") ?? 0) > 0 } && years[2]["start_up_deficit"] == "")
      let costs = Self.rows(try program.run(arguments + ["--costs", "--format", "csv"]).output).filter { $0["alternative"] == "open" }
      #expect(costs.map { $0["result"] }.count == 3 && zip(costs, years).allSatisfy { abs((Double($0["result"] ?? "") ?? 0) - (Double($1["result_mean"] ?? "") ?? 1)) < 1 })
      for option in [["--years"], ["--costs"], []] {
        let sheet = try program.run(arguments + option)
        for word in ["Skovskadehuset", "opstart", "neutral"] { #expect(sheet.output.contains(word), "\(option) \(word)") }
        for line in sheet.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      }
      #expect(try program.run(arguments + ["--years"]).output.contains("(antagelse)"))
      let slip = try program.read("r/scenarios/nyt_tilbud.toml").replacing("share = 0.3", with: "share = 0.3\nprice = -5")
      try program.write(slip, to: "r/scenarios/slip.toml")
      let refused = try program.run("risk", "--scenario", "slip", "-p", "r", "--years", "--language", "en")
      #expect(refused.code == 1 && refused.errors.contains("price"), "\(refused.errors)")
    }
  }

  @Test("Places to plan for: promised columns, the offers of an area and their sum, costs as assumed")
  func places() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "-p", "r", "--draws", "50", "--area", "hjerneskade", "--format", "csv"]
      let plain = try program.run(arguments + ["--places"])
      #expect(plain.code == 0, "\(plain.errors)")
      #expect(
        plain.output.hasPrefix(
          "scenario,area,kind,offer,from,to,places,advised_places,demand_mean,demand_lower,demand_upper,cost_today,cost_advised,cost_unit,price_level,rule_set,cost_behaviour\n"))
      #expect(try plain.output == program.run(arguments + ["--places", "--threads", "1", "--language", "en"]).output)
      let rows = Self.rows(plain.output)
      #expect(rows.contains { $0["offer"] == "" } && rows.contains { $0["offer"] != "" })
      let dear = Self.rows(try program.run(arguments + ["--places", "--missing-cost", "300"]).output)
      func advised(_ rows: [[String: String]]) -> Double { rows.reduce(0) { $0 + ($1["advised_places"].flatMap(Double.init) ?? 0) } }
      #expect(advised(dear) > advised(rows))
      let risks = Self.rows(try program.run(arguments).output)
      #expect(risks.filter { $0["status"] != "not_assessed" }.allSatisfy { Int($0["advised_places"] ?? "") != nil })
      let sheet = try program.run("risk", "-p", "r", "--draws", "20", "--places")
      for word in ["antagelse", "6 måneder", "Råd", "alle"] { #expect(sheet.output.contains(word), "\(word)") }
      for line in sheet.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      #expect(try program.run("risk", "-p", "r", "--places", "--years").code == 2)
      #expect(try program.run("risk", "-p", "r", "--empty-cost", "0", "--missing-cost", "0").code == 2)
    }
  }

  @Test("Whose homecomings drive the risk: promised columns, parts that add up, a sheet of at most 100 places")
  func drivers() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "-p", "r", "--draws", "60", "--area", "autisme", "--drivers"]
      let run = try program.run(arguments + ["--format", "csv"])
      #expect(run.code == 0, "\(run.errors)")
      #expect(
        run.output.hasPrefix(
          "scenario,offer,held,part,municipality,months,citizens,rate_before,rate_ahead,p_closure,p_change,p_change_lower,p_change_upper,citizens_change_mean,citizens_change_lower,citizens_change_upper\n"))
      #expect(try run.output == program.run(arguments + ["--format", "csv", "--language", "en", "--threads", "1"]).output)
      let rows = Self.rows(run.output)
      for own in Dictionary(grouping: rows, by: { [$0["offer"], $0["held"]] }).values {
        let sum = own.filter { $0["part"] != "all" }.reduce(0.0) { $0 + (Double($1["p_change"] ?? "") ?? .nan) }
        let all = try #require(own.first { $0["part"] == "all" }?["p_change"].flatMap(Double.init))
        #expect((sum - all).magnitude < 1e-4)
      }
      let sheet = try program.run("risk", "-p", "r", "--draws", "20", "--drivers")
      for word in ["Randers", "uforklaret", "alle tilsammen", "antagelse", "Intern:"] { #expect(sheet.output.contains(word), "\(word)") }
      for line in sheet.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      #expect(try program.run("risk", "-p", "r", "--drivers", "--years").code == 2)
    }
  }

  @Test("Closing, reducing and carrying on: promised columns, payers who add up, a sheet of at most 100 places", arguments: ["neutral", "nordjylland_socialaftale"])
  func costs(_ rules: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "-p", "r", "--draws", "60", "--area", "boern_og_unge", "--costs", "--rules", rules]
      let run = try program.run(arguments + ["--format", "csv"])
      #expect(run.code == 0, "\(run.errors)")
      #expect(
        run.output.hasPrefix(
          "scenario,alternative,offer,payer,year,citizens,share_of_days,idle_cost,idle_cost_lower,idle_cost_upper,closing_cost,closing_cost_lower,closing_cost_upper,account_settled,account_settled_lower,account_settled_upper,tariff_change_per_day,tariff_change_per_day_lower,tariff_change_per_day_upper,bill_change,bill_change_lower,bill_change_upper,tariff_year,months,places,citizens_affected,citizens_affected_lower,citizens_affected_upper,full_time_staff_affected,price_level,result,result_lower,result_upper,not_yet_settled,not_yet_settled_lower,not_yet_settled_upper,rule_set,cost_behaviour,full_time_staff_affected_lower,full_time_staff_affected_upper\n"))
      #expect(try run.output == program.run(arguments + ["--format", "csv", "--language", "en", "--threads", "1"]).output)
      let rows = Self.rows(run.output)
      for own in Dictionary(grouping: rows, by: { [$0["offer"], $0["alternative"], $0["year"]] }).values {
        let all = try #require(own.first { $0["payer"] == "" })
        let payers = own.filter { $0["payer"] != "" }
        for column in ["idle_cost", "closing_cost", "bill_change"] {
          let sum = payers.reduce(0.0) { $0 + (Double($1[column] ?? "") ?? .nan) }
          // Every payer's amount is rounded to the øre.
          #expect((sum - (all[column].flatMap(Double.init) ?? .nan)).magnitude <= 0.005 * Double(payers.count + 1) + 1e-6, "\(column) \(all)")
        }
        #expect((all["account_settled"] == "") == (rules == "neutral" || (all["year"] != "" && (all["alternative"] == "close" || all["months"] != "12"))))
        #expect((all["not_yet_settled"] == "") == (rules == "neutral"))
        if all["year"] == "", let open = all["not_yet_settled"].flatMap(Double.init) {
          let (bill, result) = (all["bill_change"].flatMap(Double.init) ?? .nan, all["result"].flatMap(Double.init) ?? .nan)
          #expect((result - (open - bill)).magnitude < 0.1)
        }
      }
      let close = rows.filter { $0["offer"] == "mosebakken" && $0["alternative"] == "close" && $0["payer"] == "" }
      #expect(close.contains { $0["year"] == "2027" && (Double($0["closing_cost"] ?? "") ?? 0) > 1e6 && $0["closing_cost"] == $0["bill_change"] })
      #expect(close.contains { $0["year"] == "" && (Double($0["full_time_staff_affected"] ?? "") ?? 0) > 10 && $0["price_level"] == "2026" })
      let sheet = try program.run(["risk", "-p", "r", "--draws", "20", "--costs", "--rules", rules])
      for word in ["Mosebakken", "luk", "fortsæt", "Årsværk væk", "Hvad det koster", "Resultat [80]", "Regning [80]", "Hvem betaler", "Andelene er dagene", "antagelse", rules, "adaptation_lag", "prisniveau 2026", "Intern:"] {
        #expect(sheet.output.contains(word), "\(word)")
      }
      for word in ["Ej opgjort [80]", "Takst op til, kr./dag [80]"] { #expect(sheet.output.contains(word) == (rules != "neutral"), "\(word)") }
      for line in sheet.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
  }

  @Test("One page on an offer, by name or id, in both languages; a misspelt one is likened")
  func explain() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "-p", "r", "--draws", "60"]
      let page = try program.run(arguments + ["--explain", "Mosebakken", "--rules", "nordjylland_socialaftale"])
      #expect(page.code == 0, "\(page.errors)")
      for word in ["20 pladser, 13 borgere", "Hedensted 3", "Rød", "12 md.:", "2027: resultat", "ændrer taksten i", "Randers hjemtog", "betales til og med", "--closing-time", "At beholde planen", "(antagelse", "Kun til intern brug", "Intern:"] {
        #expect(page.output.contains(word), "\(word)")
      }
      let english = try program.run(arguments + ["--explain", "mosebakken", "--language", "en"])
      for word in ["20 places, 13 citizens", "result", "took home", "is paid until", "Keeping the plan", "For internal use only"] { #expect(english.output.contains(word), "\(word)") }
      for line in page.output.split(separator: "\n") + english.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      let csv = try program.run(arguments + ["--explain", "mosebakken", "--format", "csv"])
      #expect(csv.output.hasPrefix("scenario,offer,section,item,period,municipality,value,lower,upper,unit,assumption,text\n"))
      #expect(try csv.output == program.run(arguments + ["--explain", "Mosebakken", "--format", "csv", "--language", "en", "--threads", "1"]).output)
      let risks = Self.rows(try program.run(arguments + ["--offer", "mosebakken", "--format", "csv"]).output)
      #expect(Self.rows(csv.output).first { $0["item"] == "p_closure" && $0["period"] == "24m" }?["value"] == risks.first?["p_closure_24m"])
      #expect(!page.output.contains(".."))
      let narrowed = try program.run(arguments + ["--explain", "Mosebakken", "--area", "autisme"])
      #expect(narrowed.code == 2 && narrowed.errors.contains("--explain"))
      let single = try program.run(arguments + ["--explain", "projekt_fyrrekoglehus"])
      #expect(single.code == 0 && single.output.contains("enkeltmandsprojekt") && !single.output.contains("betales til"))
      let wrong = try program.run(arguments + ["--explain", "mosebaken"])
      #expect(wrong.code == 2 && wrong.errors.contains("mosebakken") && wrong.output.isEmpty, "\(wrong.errors)")
      #expect(try program.run(arguments + ["--explain", "mosebakken", "--costs"]).code == 2)
    }
  }

  @Test("In the example region Mosebakken is red and a well-used offer green")
  func colours() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let rows = Self.rows(try program.run("risk", "-p", "r", "--draws", "500", "--offer", "mosebakken", "--offer", "boligerne_bukkeblad", "--format", "csv").output)
      #expect(rows.first { $0["offer"] == "mosebakken" }?["status"] == "red")
      let sound = try #require(rows.first { $0["offer"] == "boligerne_bukkeblad" })
      #expect(sound["status"] == "green" && (Double(sound["occupancy_now"] ?? "") ?? 0) > 90)
    }
  }

  @Test("A project's own rules, and rules that are wrong: line, column and nearest name")
  func rules() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let settings = try program.read("r/plads.toml")
      try program.write(settings.replacing("base_period", with: "rule_set = \"our\"\nbase_period", maxReplacements: 1), to: "r/plads.toml")
      let unknown = try program.run("check", "-p", "r", "--quiet", "--language", "en")
      #expect(unknown.code == 1 && unknown.errors.contains("plads.toml, row 3, column 1") && unknown.errors.contains("no rule set"), "\(unknown.errors)")
      try FileManager.default.createDirectory(at: program.folder.appendingPathComponent("r/rules"), withIntermediateDirectories: false)
      try program.write("title_en = \"Ours\"\n[adjustment]\nshare = 0.65\ntolerence = 0.02\n", to: "r/rules/our.toml")
      let wrong = try program.run("risk", "-p", "r", "--draws", "20", "--language", "en")
      #expect(wrong.code == 1 && wrong.errors.contains("row 4, column 1") && wrong.errors.contains("“tolerance”"), "\(wrong.errors)")
      try program.write("title_en = \"Ours\"\n[adjustment]\nshare = 0.65\ntolerance = 0.02\n", to: "r/rules/our.toml")
      #expect(try program.run("check", "-p", "r", "--quiet").code == 0)
      let run = try program.run("risk", "-p", "r", "--draws", "20", "--years", "--format", "json", "--offer", "mosebakken")
      #expect(run.code == 0 && run.output.contains("\"rule_set\": \"our\"") || run.output.contains("\"rule_set\":\"our\""), "\(run.output)\(run.errors)")
    }
  }

  @Test("A scenario is judged instead of the plain forecast")
  func scenario() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run("risk", "-p", "r", "--draws", "20", "--scenario", "lukning", "--offer", "mosebakken", "--format", "csv")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("lukning,mosebakken,") && run.output.contains("closes as planned"))
    }
  }

  @Test(
    "What is wrong with the command line: exit code 2 and the nearest name",
    arguments: [
      (["--area", "autsme"], "autisme"), (["--offer", "mosebaken"], "mosebakken"), (["--scenario", "luknin"], "lukning"),
      (["--closure-share", "0"], "1 til 99"), (["--red", "20", "--yellow", "50"], "--red"), (["--horizon", "12"], "--horizon"),
      (["--rules", "sjaeland_2012"], "sjaelland_2012"), (["--cost-behaviour", "unadaptd"], "unadapted"),
    ])
  func usage(_ arguments: [String], _ words: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(["risk", "-p", "r"] + arguments)
      #expect(run.code == 2 && run.output.isEmpty)
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test("Without places the rest is shown and said; without offers of citizens: exit code 1, and what to bring")
  func missing() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      let places = try program.run("risk", "-p", "p", "--language", "en")
      #expect(places.code == 0 && places.output.contains("places are not given"))
      #expect(places.errors.contains("data/capacity.csv") && places.errors.contains("places"), "\(places.errors)")
    }
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      try program.write(SmallProject.offers, to: "p/data/offers.csv")
      try program.write("offer,from,places\nmosebakken,2019-01-01,20\n", to: "p/data/capacity.csv")
      let citizens = try program.run("risk", "-p", "p", "--language", "en")
      #expect(citizens.code == 1 && citizens.errors.contains("which offer"), "\(citizens.errors)")
    }
  }
}
