import Foundation
import Testing

@Suite("plads explain --scenario")
struct ScenarioExplanationTests {
  private static let columns =
    "scenario,base,component,change,lever,period,region,area,municipality,offer,kind,measure,unit,mean,median,lower,upper,delta_mean,delta_lower,delta_upper,p_worse,level,assumption"

  @Test("Rows add up to the scenario, and the scenario is that of plads scenario")
  func rows() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let common = ["-p", "r", "--draws", "40", "--format", "csv", "--quiet", "--measure", "stock"]
      let run = try program.run(["explain", "--scenario", "nyt_tilbud", "--by", "offer"] + common)
      #expect(run.code == 0, "\(run.errors)")
      #expect(try run.output == program.run(["explain", "--scenario", "nyt_tilbud", "--by", "offer", "--threads", "1"] + common).output)
      #expect(run.output.split(separator: "\n").first.map(String.init) == Self.columns)
      let rows = run.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      func differences(_ component: String) -> [String: Double] {
        Dictionary(rows.filter { $0[2] == component }.map { ($0[5] + "/" + $0[9], Double($0[17]) ?? 0) }, uniquingKeysWith: +)
      }
      let (changes, interaction, whole) = (differences("change"), differences("interaction"), differences("scenario"))
      #expect(whole.values.contains { $0 != 0 } && interaction.values.contains { $0 != 0 })
      // Each figure is rounded to six decimals.
      for (key, value) in whole { #expect(abs((changes[key] ?? 0) + (interaction[key] ?? 0) - value) < 3e-6, "\(key)") }
      let scenario = try program.run(["scenario", "nyt_tilbud", "--by", "offer"] + common)
      for line in scenario.output.split(separator: "\n").map({ $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }) where line[0] == "nyt_tilbud" {
        if let own = whole[line[2] + "/" + line[6]] { #expect(Double(line[14]) == own) }
      }
    }
  }

  @Test("People read it at 60, 80 and 100 columns, in both languages", arguments: [60, 80, 100], ["da", "en"])
  func people(width: Int, language: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(
        ["explain", "--scenario", "hjemtagning", "-p", "r", "--draws", "40", "--language", language], environment: ["COLUMNS": String(width)])
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= width }, "\(run.output)")
      #expect(run.output.contains(language == "da" ? "samspil" : "interaction") && run.output.contains("batch_homecoming"))
    }
  }

  @Test(
    "A wrong command line says what to write",
    arguments: [
      (["--scenario", "hjemtagnign"], "»hjemtagning«"), (["--scenario", "hjemtagning", "--drivers"], "udelukker"), (["--area", "autisme"], "--scenario"),
      (["--scenario", "hjemtagning", "--period", "2020"], "2026-11"), (["--scenario", "hjemtagning", "--period", "2028", "--period", "2027-12"], "lige lange"),
      (["--scenario", "hjemtagning", "--measure", "stok"], "stock"),
    ])
  func wrong(arguments: [String], words: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(["explain", "-p", "r"] + arguments)
      #expect(run.code == 2 && run.errors.contains(words), "\(run.errors)")
    }
  }
}
