import Foundation
import Testing

@Suite("What municipalities say, and what they gave notice of")
struct SaidTests {
  private static let expectations = """
    kommune;område;år;forventede_pladser;skala_1_5;kilde;modtaget
    Aarhus;autisme;2021;100;;redegørelse;2020-05-01
    Aarhus;autisme;2022;100;;redegørelse;2021-05-01
    Silkeborg;autisme;2022;40;;redegørelse;2021-05-01
    Aarhus;autisme;2025;95;2;dialog;2024-09-01

    """

  private static func project<Result>(_ files: [String: String], _ body: (Program) throws -> Result) throws -> Result {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      for (name, text) in files { try program.write(text, to: "p/data/\(name)") }
      return try body(program)
    }
  }

  private static let options = ["-p", "p", "--draws", "500", "--horizon", "8"]

  @Test("The machine's columns are a promise, the same in both languages")
  func columns() throws {
    try Self.project(["expectations.csv": Self.expectations]) { program in
      let run = try program.run(["forecast", "--said", "--format", "csv"] + Self.options)
      #expect(run.code == 0, "\(run.errors)")
      let rows = Rows(run.output)
      #expect(
        rows.columns == [
          "origin", "year", "municipality", "area", "said", "bias_corrected", "model_mean", "model_lower", "model_upper", "combined_mean",
          "combined_lower", "combined_upper", "weight", "n_past", "kind", "period", "unit", "bias", "error", "source", "received", "scale_1_5", "level",
        ])
      #expect(rows.texts("municipality") == ["751", ""])
      #expect(rows.texts("origin") == ["2024Q4", "2024Q4"] && rows.texts("n_past") == ["2", ""] && rows.texts("source") == ["dialogue", ""])
      #expect(rows.texts("scale_1_5")[0] == "2" && rows.texts("received")[0] == "2024-09-01" && rows.texts("period")[0] == "2025Q4")
      // 100 was said and 90 came, twice: 95 means about 86.
      let corrected = try #require(rows.values("bias_corrected").first)
      #expect(corrected > 84 && corrected < 93)
      let english = try program.run(["forecast", "--said", "--format", "csv", "--language", "en"] + Self.options)
      #expect(english.output == run.output)
      let json = try program.run(["forecast", "--said", "--format", "json"] + Self.options)
      #expect(json.code == 0 && json.output.contains("\"past_statements\""))
    }
  }

  @Test("The comparison stands below the forecast, with the record of the past", arguments: ["table", "markdown"])
  func sheets(_ format: String) throws {
    try Self.project(["expectations.csv": Self.expectations]) { program in
      let run = try program.run(["forecast", "--format", format] + Self.options)
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("prognose fra 2024Q4") && run.output.contains("hvad kommunerne siger"), "\(run.output)")
      #expect(run.output.contains("Hvor rigtige kommunernes tidligere udsagn var"))
      let english = try program.run(["forecast", "--said", "--language", "en", "--format", format] + Self.options)
      #expect(english.output.contains("what municipalities say") && english.output.contains("All municipalities"), "\(english.output)")
    }
  }

  @Test("--said without statements is a wrong command; a forecast without them is as before")
  func without() throws {
    try Self.project([:]) { program in
      let run = try program.run(["forecast", "--said"] + Self.options)
      #expect(run.code == 2 && run.errors.contains("data/expectations.csv"))
    }
  }

  @Test("Notices change the forecast from their day on, and every table says so")
  func notices() throws {
    let notice = "area,payer,places,notice_date,end_date,kind\nautisme,751,10,2024-12-01,2025-05-01,exit\n"
    func run(_ files: [String: String], _ arguments: [String]) throws -> Program.Run {
      try Self.project(files) { try $0.run(["forecast"] + arguments + Self.options) }
    }
    let plain = Rows(try run([:], ["--format", "csv", "--by", "municipality"]).output)
    let noticed = try run(["notices.csv": notice], ["--format", "csv", "--by", "municipality"])
    #expect(noticed.code == 0, "\(noticed.errors)")
    func mean(_ rows: Rows, _ period: String, _ payer: String) -> Double? { rows.values("mean", where: ["period": period, "municipality": payer, "measure": "stock"]).first }
    for (period, change) in [("2025Q1", 0.0), ("2025Q2", 10.0), ("2026Q4", 10.0)] {
      let before = try #require(mean(plain, period, "751"))
      let after = try #require(mean(Rows(noticed.output), period, "751"))
      // The machine's numbers have six decimals.
      #expect(abs(before - after - change) < 1e-5)
      #expect(mean(plain, period, "740") == mean(Rows(noticed.output), period, "740"))
    }
    let sheet = try run(["notices.csv": notice], [])
    #expect(sheet.output.contains("Varsler regnes som sikre: ophør for 10, indskrivning af 0 borgere"), "\(sheet.output)")
  }

  @Test("The templates of a new project are read as they stand in its data/README.md")
  func templates() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "p").code == 0)
      let text = try program.read("p/data/README.md")
      let blocks = text.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      #expect(blocks.count == 2)
      try SmallProject.make(in: try sub(program))
      try program.write(blocks[0].drop { $0 == "\n" }.description, to: "q/p/data/expectations.csv")
      try program.write(blocks[1].drop { $0 == "\n" }.description, to: "q/p/data/notices.csv")
      try program.write(SmallProject.offers, to: "q/p/data/offers.csv")
      let check = try program.run("check", "-p", "q/p")
      #expect(check.code == 0, "\(check.errors)")
      #expect(check.output.contains("expectations") && check.output.contains("notices"), "\(check.output)")
    }
  }

  private func sub(_ program: Program) throws -> Program {
    let folder = program.folder.appendingPathComponent("q")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return Program(folder: folder)
  }
}
