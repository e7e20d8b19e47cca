import Foundation
import TestSupport
import Testing

@Suite("Scenarios in sheets")
struct ScenarioSheetFilesTests {
  private static let toml = """
    title = "Færre og flere"
    base = "basis"
    reason = "Drøftet"

    [[change]]
    what = "homecoming"
    municipalities = ["Silkeborg", "Randers"]
    areas = ["autisme"]
    from = "2027-04"
    multiply = [1.3, 1.8]
    reason = "Egne botilbud"

    [[change]]
    what = "batch_homecoming"
    municipality = "Aarhus"
    area = "boern_og_unge"
    number = 9
    date = "2027-01"
    notice = 3
    realised = [0.6, 1]
    delay_months = [0, 6]

    [[change]]
    what = "admission"
    multiply = { distribution = "triangular", min = 0.8, mode = 0.9, max = 1 }

    """
  private static let csv = """
    scenarie;titel;basis;håndtag;kommuner;kommune;områder;område;fra;gange;antal;dato;varsel;realiseret;forsinkelse;begrundelse
    x;Færre og flere;basis;;;;;;;;;;;;;Drøftet
    x;;;homecoming;Silkeborg|Randers;;autisme;;2027-04;1,3 til 1,8;;;;;;Egne botilbud
    x;;;udmeldt hjemtagning;;Aarhus;;boern_og_unge;;;9;2027-01;3;0,6 til 1;0-6;
    x;;;indskrivninger;;;;;;triangular(0,8 | 0,9 | 1);;;;;;

    """

  private static func workbook() -> WorkbookFile {
    let rows = csv.split(separator: "\n").map { line in
      line.split(separator: ";", omittingEmptySubsequences: false).map { text -> WorkbookFile.Cell in
        Int(text).map { .number(String($0)) } ?? .init(stringLiteral: String(text))
      }
    }
    return WorkbookFile([WorkbookFile.Sheet("Noter", [["Skrevet til mødet"]]), WorkbookFile.Sheet("Scenarier", rows)])
  }

  @Test("The same scenario in TOML, in a CSV with commas or semicolons and in a workbook gives the same bytes", arguments: ["csv", "json"])
  func sameBytes(format: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["-p", "r", "--draws", "30", "--format", format, "--quiet"]
      try program.write(Self.toml, to: "r/scenarios/x.toml")
      let written = try program.run(["scenario", "x"] + arguments)
      #expect(written.code == 0, "\(written.errors)")
      try FileManager.default.removeItem(at: program.folder.appendingPathComponent("r/scenarios/x.toml"))
      let english = Self.csv.replacing(",", with: ".").replacing(";", with: ",")
      try program.write(Self.csv, to: "semicolons.csv")
      try program.write(english, to: "commas.csv")
      try program.write(Self.workbook().bytes, to: "book.xlsx")
      for file in ["semicolons.csv", "commas.csv", "book.xlsx"] {
        let run = try program.run(["scenario", file] + arguments)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output == written.output, "\(file)")
      }
      try program.write(Self.csv, to: "r/scenarios/alle.csv")
      #expect(try program.run(["scenario", "x"] + arguments).output == written.output)
    }
  }

  @Test("A scenario of a sheet is a scenario everywhere: base, sweep, seek, explain, risk")
  func everywhere() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write("scenario,what,areas,multiply,base\na,admission,autisme,0.9,\nb,homecoming,autisme,1.5,a\n", to: "r/scenarios/s.csv")
      let common = ["-p", "r", "--draws", "20", "--quiet"]
      for arguments in [
        ["scenario", "b"], ["sweep", "b", "--vary", "homecoming.multiply=1,2"], ["explain", "--scenario", "b"], ["risk", "--scenario", "b", "--area", "autisme"],
        ["scenario", "b", "--seek", "stock(autisme,2028-10)=80", "--by", "homecoming.multiply"],
      ] {
        let run = try program.run(arguments + common)
        #expect(run.code == 0, "\(arguments): \(run.errors)")
      }
      let all = try program.run(["scenario", "r/scenarios/s.csv", "--check"] + common)
      #expect(all.code == 0 && all.output.contains("Alle 2 scenarier"))
      let two = try program.run(["explain", "--scenario", "r/scenarios/s.csv"] + common)
      #expect(two.code == 2 && two.errors.contains("a, b"))
    }
  }

  @Test(
    "Mistakes name file, row, column, value and the nearest name",
    arguments: [
      ("what;gange\nadmission;-1\n", ["fejl: x.csv, række 2, kolonne gange", "under nul"]),
      ("what;kommuner;gange\nadmission;Silkborg|Aarhsu;1,2\n", ["kolonne kommuner: »Silkborg«", "»Silkeborg«", "»Aarhus«"]),
      ("what;fra;gange\nadmission;2027-4;1,2\n", ["kolonne fra: »2027-4«"]), ("what;gange\nadmission;1,8 til 1,3\n", ["mindste først"]),
      ("what;antal;kommune;dato\nbatch_homecoming;9,5;Aarhus;2027-01\n", ["kolonne antal", "helt tal"]),
      ("what;gange;fra\nadmission;x;2027-13\n", ["kolonne gange: »x«", "kolonne fra: »2027-13«"]),
      ("what;ganje\nadmission;1\n", ["række 1, kolonne ganje", "»gange«"]), ("scenarie;what;gange\nx;admission;1\n;admission;2\n", ["række 3, kolonne scenarie"]),
    ])
  func mistakes(text: String, words: [String]) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write(text, to: "x.csv")
      let run = try program.run("scenario", "x.csv", "-p", "r", "-o", "out.txt")
      #expect(run.code == 1 && run.output.isEmpty && !program.exists("out.txt"))
      for word in words { #expect(run.errors.contains(word), "\(word) is not in: \(run.errors)") }
    }
  }

  @Test("Two files with one scenario: which is meant is not guessed; a broken sheet stops nobody else")
  func twice() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write("scenario,what,multiply\nlukning,admission,0.9\n", to: "r/scenarios/s.csv")
      let run = try program.run("scenario", "lukning", "-p", "r", "--check")
      #expect(run.code == 1 && run.errors.contains("lukning.toml"))
      #expect(try program.run("scenario", "vigende", "-p", "r", "--check").code == 0)
      try program.write("scenario,waht,mult\nx,admission,0.9\n", to: "r/scenarios/s.csv")
      #expect(try program.run("scenario", "vigende", "-p", "r", "--check").code == 0)
      let lost = try program.run("scenario", "x", "-p", "r", "--check")
      #expect(lost.code == 1 && lost.errors.contains("»what«"))
    }
  }

  @Test("A template in each form runs as it is", arguments: ["a.csv", "a.xlsx", "a"], ["da", "en"])
  func template(name: String, language: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let made = try program.run("scenario", "--new", name, "-p", "r", "--language", language)
      #expect(made.code == 0, "\(made.errors)")
      let run = try program.run("scenario", "a", "-p", "r", "--draws", "20", "--format", "csv", "--measure", "stock")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("\na,basis,"))
      #expect(try program.run("scenario", "--new", "a.csv", "-p", "r").code == 2)
    }
  }
}
