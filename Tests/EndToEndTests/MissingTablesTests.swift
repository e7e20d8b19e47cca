import Foundation
import Testing

/// What cannot be computed is said, the rest is shown: no optional table stops anything.
@Suite("Projects without optional tables")
struct MissingTablesTests {
  private static func project(without tables: [String], in program: Program) throws {
    #expect(try program.run("new", "r", "--example", "region").code == 0)
    for table in tables { try FileManager.default.removeItem(at: program.folder.appendingPathComponent("r/data/\(table).csv")) }
  }

  private static let commands: [[String]] = [
    ["risk"], ["risk", "--costs"], ["risk", "--years"], ["risk", "--drivers"], ["risk", "--municipality", "740"], ["risk", "--balance"], ["risk", "--places"],
    ["risk", "--explain", "mosebakken"], ["export", "indicators"],
    ["scenario", "hjemtagning", "--measure", "stock", "--measure", "income", "--measure", "result", "--measure", "served", "--measure", "places"],
    ["scenario", "lukning", "--by", "offer", "--measure", "p_closure", "--measure", "income", "--measure", "waiting"],
  ]

  @Test(
    "Every table of risk, indicators and scenarios runs",
    arguments: [["economy"], ["tariffs"], ["capacity"], ["indices"], ["capacity", "economy"], ["economy", "tariffs"], ["capacity", "tariffs"], ["population", "indices"]])
  func runs(tables: [String]) throws {
    try Program.withFolder { program in
      try Self.project(without: tables, in: program)
      for command in Self.commands {
        let run = try program.run(command + ["-p", "r", "--draws", "10", "--area", "boern_og_unge"].filter { !(command.contains("--explain") && ["--area", "boern_og_unge"].contains($0)) })
        #expect(run.code == 0, "\(command) without \(tables): \(run.errors)")
        let words = Set(run.output.lowercased().split { !$0.isLetter }.map(String.init))
        #expect(words.isDisjoint(with: ["nan", "inf"]), "\(command)")
      }
    }
  }

  /// Costs do not move it: days × price is the same with the accounts and without them.
  @Test("Without accounts income stands as with them; the result is said to be missing")
  func income() throws {
    func income(_ program: Program, _ format: [String]) throws -> Program.Run {
      try program.run(
        ["scenario", "hjemtagning", "-p", "r", "--draws", "20", "--area", "boern_og_unge", "--by", "offer", "--measure", "income", "--measure", "result"] + format)
    }
    // By everything before the figures: the mean.
    func means(_ text: String) throws -> [String: Double] {
      let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      let mean = try #require(lines.first?.firstIndex(of: "mean"))
      return Dictionary(
        lines.filter { $0.contains("income") }.map { ($0.prefix(mean).joined(separator: ","), Double($0[mean]) ?? .nan) }, uniquingKeysWith: { first, _ in first })
    }
    try Program.withFolder { program in
      try Self.project(without: [], in: program)
      let whole = try means(try income(program, ["--format", "csv"]).output)
      try FileManager.default.removeItem(at: program.folder.appendingPathComponent("r/data/economy.csv"))
      let bare = try income(program, ["--format", "csv", "--fresh"])
      let alone = try means(bare.output)
      #expect(!whole.isEmpty)
      // Sums in another order: doubles of millions.
      for (key, mean) in whole { #expect(abs((alone[key] ?? .nan) - mean) <= 1e-5 + 1e-9 * abs(mean), "\(key) \(mean)") }
      #expect(!bare.output.contains(",result,"))
      let sheet = try income(program, [])
      #expect(sheet.output.contains("resultat kræver udgifter (economy.csv"))
    }
  }

  @Test("Checked: offers with citizens that no tariff names, and where their price comes from")
  func tariffs() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      #expect(try !program.run("check", "-p", "r", "--language", "en").errors.contains("no tariff"))
      let lines = try program.read("r/data/tariffs.csv").split(separator: "\n").filter { !$0.hasPrefix("mosebakken,") }
      try program.write(lines.joined(separator: "\n") + "\n", to: "r/data/tariffs.csv")
      let one = try program.run("check", "-p", "r", "--language", "en")
      #expect(one.code == 0 && (one.output + one.errors).contains("no tariff for 1 offers with citizens (Mosebakken)"), "\(one.output)\(one.errors)")
    }
  }
}
