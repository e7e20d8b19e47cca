import Foundation
import TestSupport
import Testing

/// A planner's way from messy extracts to a clean check, by what `plads check` says and nothing else.
@Suite("Messy files")
struct MessyFilesTests {
  static let stays = WorkbookFile([
    .init("Forside", [["Udtræk fra fagsystemet"], ["Dato", .day("46327")]]),
    .init(
      "Data",
      [
        ["Ophold pr. 1. november 2026"], [],
        ["Borger-nøgle", "Betalende kommune (navn)", "Tilbudssted", "Indflyttet den", "Fraflyttet den", "Ophørsgrund", "Bemærkning"],
        ["b1", "Aarhus", "Mosebakken", .day("43876"), .day("44621"), "Hjemtaget af kommunen", "x"],
        ["b2", "Århuss", "Birken", .day("44317"), "igangværende"], ["b3", "Silkeborg", "Mosebaken", "01-01-2022", "31-12-9999"],
        ["b4", "Viborg Kommune", "Birken", .day("44562"), .day("44927"), "Afgået ved døden 2023"],
      ]),
  ])

  static let offers = "Tilbud;Specialområde;Lovhjemmel §;Type;Forudsat belægning\nMosebakken;Autisme;§ 108;døgnophold;95,5\nBirken;Hjerneskade;§ 107;døgn;97,25\n"

  static let tariffs =
    "Takster 2026;;;;;\nTilbud;Ydelse;Takst;;Gyldighed;\nnavn;;kr. pr. døgn;prisår;fra;til\nMosebakken;Døgn;2314,50;2026;01-01-2026;31-12-2026\nBirken;Døgn;3100,00;2026;01-01-2026;31-12-2026\n"

  @Test("three messy files come to a clean check by its messages alone")
  func path() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "p").code == 0)
      try program.write(Self.stays.bytes, to: "p/data/Udtræk ophold 2026.xlsx")
      try program.write(Array(try #require(Self.offers.data(using: .windowsCP1252))), to: "p/data/tilbudsoversigt.csv")
      try program.write(Array(try #require(Self.tariffs.data(using: .windowsCP1252))), to: "p/data/takstliste 2026.csv")
      var run = try program.run("check", "-p", "p")
      var rounds = 0
      while run.code != 0, rounds < 6 {
        #expect(run.code == 1 && run.errors.contains("Næste: sæt linjerne ind i plads.toml"), "\(run.errors)")
        try program.write(Self.pasted(run.errors, into: try program.read("p/plads.toml")), to: "p/plads.toml")
        run = try program.run("check", "-p", "p")
        rounds += 1
      }
      #expect(run.code == 0, "\(run.errors)")
      #expect(rounds <= 4)
      #expect(run.errors.contains("ingen fejl") && run.errors.contains("Næste: plads forecast --project p"), "\(run.errors)")
      // In rows for machines, since a narrow table breaks long names of files.
      let tables = try program.run("check", "-p", "p", "--format", "csv").output.split(separator: "\n")
      for start in ["stays,data/Udtræk ophold 2026.xlsx [Data],4,", "tariffs,data/takstliste 2026.csv,2,", "offers,data/tilbudsoversigt.csv,2,"] {
        #expect(tables.count { $0.hasPrefix(start) } == 1, "\(start) is not in: \(tables)")
      }
      let toml = try program.read("p/plads.toml")
      for line in ["\"Ophørsgrund\" = \"end_reason\"", "\"Hjemtaget af kommunen\" = \"homecoming\"", "\"Afgået ved døden 2023\" = \"death\"", "header_row = [2, 3]"] {
        #expect(toml.contains(line), "\(toml)")
      }
      #expect(!run.errors.contains("advarsel:"), "\(run.errors)")
      #expect(try program.run("forecast", "-p", "p", "--draws", "20", "--horizon", "6").code == 0)
    }
  }

  /// The file with the proposed lines under their tables, as a person would paste them.
  static func pasted(_ messages: String, into toml: String) -> String {
    var lines = toml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var isProposal = false
    var section: String?
    for line in messages.split(separator: "\n").map(String.init) {
      if line.hasPrefix("Forslag til plads.toml") { isProposal = true }
      if line.hasPrefix("Projektet kan") { isProposal = false }
      guard isProposal else { continue }
      if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
        section = String(line[...end])
      } else if let section, line.contains(" = "), !line.hasPrefix("#") {
        if !lines.contains(where: { $0.hasPrefix(section) }) { lines += [section] }
        let place = lines.firstIndex { $0.hasPrefix(section) } ?? lines.count - 1
        lines.insert(line, at: place + 1)
      }
    }
    return lines.joined(separator: "\n")
  }
}

@Suite("Bad workbooks")
struct BadWorkbookTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let name: String
    let bytes: [UInt8]
    let says: [String]
  }

  private static let header: [WorkbookFile.Cell] = ["Borger", "Betalingskommune", "Tilbud", "Startdato"]

  private static func stay(_ description: String, _ cells: [WorkbookFile.Cell], _ says: String...) -> Case {
    Case(testDescription: description, name: "stays.xlsx", bytes: WorkbookFile([header, cells]).bytes, says: says)
  }

  private static func raw(_ description: String, data: String, _ says: String...) -> Case {
    var book = WorkbookFile([[]])
    book.sheets[0].data = data
    return Case(testDescription: description, name: "stays.xlsx", bytes: book.bytes, says: says)
  }

  private static let good = WorkbookFile([header, ["b1", "751", "mosebakken", .day("43831")]])

  private static var wrongType: [UInt8] {
    var book = good
    book.contentType = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    return book.bytes
  }

  static let cases: [Case] = [
    Case(testDescription: "truncated", name: "stays.xlsx", bytes: Array(good.bytes.dropLast(200)), says: ["data/stays.xlsx", "skåret af", "igen"]),
    Case(testDescription: "wrong content type", name: "stays.xlsx", bytes: wrongType, says: ["PowerPoint", ".xlsx"]),
    Case(testDescription: "CSV named xlsx", name: "stays.xlsx", bytes: Array("citizen,payer\na,751\n".utf8), says: ["data/stays.xlsx", ".csv"]),
    Case(testDescription: "xlsx named CSV", name: "stays.csv", bytes: good.bytes, says: ["data/stays.csv", "Excel", ".xlsx"]),
    Case(testDescription: "xls", name: "stays.xlsx", bytes: [0xD0, 0xCF, 0x11, 0xE0] + [UInt8](repeating: 0, count: 600), says: ["(.xls)", "gem den som .xlsx"]),
    Case(
      testDescription: "password", name: "stays.xlsx", bytes: [0xD0, 0xCF, 0x11, 0xE0] + Array("EncryptedPackage".utf8).flatMap { [UInt8]([$0, 0]) },
      says: ["adgangskode"]),
    stay("before 1900", ["b1", "751", "mosebakken", .day("-400")], "data/stays.xlsx [Ark1], række 2, kolonne Startdato", "1900-2100"),
    stay("CPR number", ["010190-1234", "751", "mosebakken", .day("43831")], "kolonne Borger: »010190-****«", "plads pseudonymise"),
    stay("CPR number without zero", [.number("101901234"), "751", "mosebakken", .day("43831")], "»10190-****«", "plads pseudonymise"),
    raw("bomb", data: String(repeating: "<row></row>", count: 3_000_000), "data/stays.xlsx"),
    raw("a million empty rows", data: (1...1_048_576).map { "<row r=\"\($0)\"/>" }.joined(), "arket er tomt"),
    raw("spaces without end", data: String(repeating: " ", count: 60 << 20), "udpakket mere"),
    raw("a tag without end", data: "<row r=\"1\" x=\"" + String(repeating: "a", count: 3 << 20) + "\"/>", "udpakket mere"),
    raw("a text without end", data: "<row r=\"1\"><c r=\"A1\"><v>" + String(repeating: "1", count: 3 << 20) + "</v></c></row>", "cellen A1 i arket", "32.767"),
    raw("broken XML", data: "<row r=\"1\"><c r=\"A1\"><v>1</c></row>", "beskadiget"),
  ]

  @Test("a message that names the file, exit code 1", arguments: cases)
  func refused(_ example: Case) throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      try FileManager.default.removeItem(at: program.folder.appendingPathComponent("p/data/stays.csv"))
      try program.write(example.bytes, to: "p/data/" + example.name)
      let run = try program.run("check", "-p", "p")
      #expect(run.code == 1, "\(run.errors)")
      for words in example.says { #expect(run.errors.contains(words), "\(words) is not in: \(run.errors)") }
      #expect(run.errors.contains("Næste: "))
      #expect(!run.errors.contains("1234"))
    }
  }

  @Test("a sheet's name that is nearly right is proposed")
  func sheetName() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      try program.write(Self.good.bytes, to: "p/data/x.xlsx")
      try program.write("[inputs.stays]\nfile = \"data/x.xlsx\"\nsheet = \"Ark2\"\n", to: "p/plads.toml")
      let run = try program.run("check", "-p", "p")
      #expect(run.code == 1 && run.errors.contains("har intet ark »Ark2«. Mente du »Ark1«?") && run.errors.contains("sheet = \"Ark1\"   # i stedet for linje 3"), "\(run.errors)")
    }
  }

  @Test("columns in one line move into the proposals, so that nothing is set twice")
  func inlineColumns() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      try program.write("Nr,Betaler-nr,offer,start\nb1,751,mosebakken,2020-01-01\n", to: "p/data/stays.csv")
      try program.write("[inputs.stays]\ncolumns = { Nr = \"citizen\" }\n", to: "p/plads.toml")
      let run = try program.run("check", "-p", "p")
      #expect(
        run.code == 1 && run.errors.contains("[inputs.stays.columns]   # slet linje 2; dens navne står også her\n\"Nr\" = \"citizen\"\n\"Betaler-nr\" = \"payer\""),
        "\(run.errors)")
      #expect(!run.errors.contains("columns = {"))
    }
  }

  @Test("a broken plads.toml is the only finding")
  func brokenSettings() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      try program.write("[inputs.stays\nfile = \"x\"\n", to: "p/plads.toml")
      let run = try program.run("check", "-p", "p")
      #expect(run.code == 1 && run.errors.split(separator: "\n").count { $0.hasPrefix("fejl: ") } == 1 && run.errors.contains("1 fejl, 0 advarsler"), "\(run.errors)")
    }
  }

  @Test("persons' numbers: one line a column, with the command")
  func command() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      let rows: [[WorkbookFile.Cell]] = (0..<30).map { [.inline("01019\($0 % 10)-1234"), "751", "mosebakken", .day("\(43_831 + $0)")] }
      let book = WorkbookFile([.init("Forside", [["x"]]), .init("Ophold", [["Borger CPR", "Betalingskommune", "Tilbud", "Startdato"]] + rows)])
      try program.write(book.bytes, to: "p/data/Udtræk.xlsx")
      try program.write("[inputs.stays]\nfile = \"data/Udtræk.xlsx\"\nsheet = \"Ophold\"\ncolumns = { \"Borger CPR\" = \"citizen\" }\n", to: "p/plads.toml")
      let run = try program.run("check", "-p", "p")
      #expect(run.errors.split(separator: "\n").count { $0.contains("CPR-nummer") } == 1 && run.errors.contains("I alt 30 værdier i kolonnen, række 2, 3, 4, 5, 6, …."), "\(run.errors)")
      #expect(run.errors.contains("plads pseudonymise \"data/Udtræk.xlsx\" --sheet Ophold --column \"Borger CPR\" --key-file ../plads.key --new-key"), "\(run.errors)")
    }
  }

  @Test("fit reads a sheet")
  func fit() throws {
    try Program.withFolder { program in
      let rows: [[WorkbookFile.Cell]] = (0..<10).map { [.number("\($0)"), .number("\(2 * $0 + $0 % 2)")] }
      try program.write(WorkbookFile([.init("A", [["x", "y"]] + rows), .init("B", [["z"]])]).bytes, to: "d.xlsx")
      #expect(try program.run("fit", "--data", "d.xlsx", "--formula", "y ~ x").code == 1)
      #expect(try program.run("fit", "--data", "d.xlsx", "--sheet", "A", "--formula", "y ~ x").code == 0)
    }
  }
}
