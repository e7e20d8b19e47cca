import Foundation
import TestSupport
import Testing

/// The first hour with one's own files: the example region's extracts as a planner would have them, from messy files through a
/// clean check to the three users' questions, each answered by one command.
@Suite("Monday morning")
struct MondayMorningTests {
  private static let data = URL(fileURLWithPath: ExampleProject.region.folder).appendingPathComponent("data")

  private static func rows(_ table: String) throws -> [[String]] {
    try String(contentsOf: data.appendingPathComponent(table + ".csv"), encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// An Excel extract with a title, Danish headings and words, and `igangværende` for open stays.
  private static func staysBook() throws -> WorkbookFile {
    let reasons = ["homecoming": "Hjemtaget", "transfer": "Flyttet internt", "death": "Død", "discharge": "Udskrevet", "age_out": "Fyldt 18/23"]
    let rows = try rows("stays").map { row -> [WorkbookFile.Cell] in
      let reason = row[8].isEmpty ? "" : reasons[row[8]] ?? row[8]
      return [row[0], row[1], row[3], row[6], row[7].isEmpty ? "igangværende" : row[7], reason, row[9]].map { WorkbookFile.Cell(stringLiteral: $0) }
    }
    let header: [WorkbookFile.Cell] = ["Borgernøgle", "Betalingskommune", "Tilbud", "Indskrevet", "Udskrevet", "Udskrivningsårsag", "Støtteniveau"]
    return WorkbookFile([.init("Udtræk", [["Ophold"], [], header] + rows)])
  }

  /// A semicolon file in Windows-1252 with decimal commas.
  private static func capacityText() throws -> String {
    "Tilbud;Gælder fra;Normerede pladser;Forudsat belægning i %\n"
      + (try rows("capacity").map { "\($0[0]);\($0[1]);\($0[2]);\(String(format: "%.1f", 100 * (Double($0[6]) ?? 0)).replacing(".", with: ","))\n" }
        .joined())
  }

  /// A tariff list whose names take two rows.
  private static func tariffsText() throws -> String {
    "Takster;;;;;\nTilbud;Ydelse;Niveau;Takst;Gyldighed;\n;;;kr. pr. døgn;fra;til\n"
      + (try rows("tariffs").map { "\($0[0]);\($0[1]);\($0[2]);\($0[3].replacing(".", with: ","));\($0[5]);\($0[6])\n" }.joined())
  }

  private func clean(_ program: Program) throws {
    #expect(try program.run("new", "p").code == 0)
    try program.write(try Self.staysBook().bytes, to: "p/data/Udtræk ophold.xlsx")
    try program.write(Array(try #require(try Self.capacityText().data(using: .windowsCP1252))), to: "p/data/normeringer 2026.csv")
    try program.write(Array(try #require(try Self.tariffsText().data(using: .windowsCP1252))), to: "p/data/takstliste.csv")
    for table in ["offers", "population", "economy"] {
      try program.write(Array(try Data(contentsOf: Self.data.appendingPathComponent(table + ".csv"))), to: "p/data/\(table).csv")
    }
    var run = try program.run("check", "-p", "p")
    var rounds = 0
    while run.code != 0, rounds < 6 {
      try program.write(MessyFilesTests.pasted(run.errors, into: try program.read("p/plads.toml")), to: "p/plads.toml")
      run = try program.run("check", "-p", "p")
      rounds += 1
    }
    let settings = try program.read("p/plads.toml")
    #expect(run.code == 0, "\(run.errors)\n\(settings)")
    #expect(run.output.contains("3.048") && run.output.contains("1.611"), "every row is read: \(run.output)")
  }

  private func narrow(_ run: Program.Run, _ words: String...) {
    #expect(run.code == 0, "\(run.errors)")
    for line in run.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    for word in words { #expect(run.output.contains(word), "\(word) is not in: \(run.output)") }
  }

  @Test("messy files, a clean check, and an answer to each user's question by one command")
  func path() throws {
    try Program.withFolder { program in
      try clean(program)
      #expect(try program.run("scenario", "--new", "aarhus", "-p", "p").code == 0)
      narrow(
        try program.run("scenario", "aarhus", "--batches", "-p", "p", "--draws", "200"), "Aarhus hjemtager 9: udmeldt", "I alt", "Borgere",
        "Dage med varsel", "Genbelagt", "Tabt", "står tomme")
      narrow(try program.run("risk", "-p", "p", "--draws", "200"), "Mosebakken", "Nulpunkt", "rød", "P: sandsynligheden")
      narrow(try program.run("fit", "--trends", "-p", "p"), "hjemtagninger pr. 100 pladsår", "indskrivninger pr. 10.000", "Aarhus", "SEL_107")
      narrow(
        try program.run("forecast", "--chart", "-p", "p", "--draws", "50", environment: ["COLUMNS": "100"]), "autisme: borgere. Nu 86", "observeret", "median")
    }
  }

  @Test("a new scenario is never written over an old one, and needs a usable name")
  func newScenario() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "denmark").code == 0)
      let first = try program.run("scenario", "--new", "Flere børn", "-p", "r")
      #expect(first.code == 0 && first.output.contains("r/scenarios/flere_boern.toml"), "\(first.output)\(first.errors)")
      let text = try program.read("r/scenarios/flere_boern.toml")
      let again = try program.run("scenario", "--new", "flere_boern", "-p", "r")
      #expect(again.code == 2 && again.errors.contains("findes allerede"), "\(again.errors)")
      #expect(try program.read("r/scenarios/flere_boern.toml") == text)
      #expect(try program.run("scenario", "--new", "?!", "-p", "r").code == 2)
      #expect(try program.run("scenario", "--new", "x", "basis", "-p", "r").code == 2)
      let run = try program.run("scenario", "flere_boern", "-p", "r", "--draws", "50")
      #expect(run.code == 0, "\(run.errors)")
      let batches = try program.run("scenario", "flere_boern", "--batches", "-p", "r", "--draws", "50")
      #expect(batches.code == 2 && batches.errors.contains("batch_homecoming"), "\(batches.errors)")
    }
  }

  @Test("announced homecomings as rows for machines")
  func rows() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run("scenario", "hjemtagning", "kort_varsel", "--batches", "-p", "r", "--draws", "100", "--format", "csv")
      #expect(run.code == 0, "\(run.errors)")
      let lines = run.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      #expect(lines.first == ["scenario", "offer", "measure", "period", "unit", "mean", "median", "lower", "upper", "level", "price_level"])
      #expect(lines.filter { $0[2] == "lost_income" && $0[5] != "" }.allSatisfy { $0[10] == "2026" } && lines.contains { $0[2] == "lost_income" })
      for scenario in ["hjemtagning", "kort_varsel"] {
        let all = lines.filter { $0[0] == scenario && $0[1].isEmpty }
        #expect(Set(all.map { $0[2] }) == ["citizens", "notice_days", "vacant", "refilled", "lost_income"])
        let parts = lines.filter { $0[0] == scenario && !$0[1].isEmpty && $0[2] == "citizens" }.compactMap { Double($0[5]) }
        #expect(abs(parts.reduce(0, +) - (Double(all.first { $0[2] == "citizens" }?[5] ?? "") ?? .nan)) < 1e-4)
      }
    }
  }
}
