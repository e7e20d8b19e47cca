import Groundwork
import Ingest
import Placements
import TestSupport
import Testing

@Suite("Tables from sheets")
struct SheetTextTests {
  static let header: [WorkbookFile.Cell] = ["Borger", "Betalingskommune", "Tilbud", "Startdato", "Slutdato", "Slutårsag", "Pris"]

  static func project(_ book: WorkbookFile, _ settings: String = "", name: String = "stays.xlsx") throws -> TestProject {
    let project = try TestProject(["data/offers.csv": TestProject.offers, "plads.toml": settings])
    try project.write("data/" + name, book.bytes)
    return project
  }

  static func stay(_ cells: [WorkbookFile.Cell]) throws -> ReadProject {
    try project(WorkbookFile([header, cells])).read()
  }

  @Test("days in both systems, decimals, open ends, codes as numbers and texts", arguments: [false, true])
  func values(_ is1904: Bool) throws {
    let shift = is1904 ? 1462 : 0
    var book = WorkbookFile([
      Self.header,
      [.inline("b1"), .number("751"), "Mosebakken", .day("\(43_831 - shift)"), .customDay("\(44_197 - shift)"), "hjemtaget", .number("2314.125")],
      ["b2", "0751", "M1", "01-02-2020", "igangværende", .blank, "2314,5"],
      ["b3", "Aarhus", "M1", .day("\(43_831 - shift).25"), .day("\(2_958_465 - shift)"), .blank, .number("2.2999999999999998")],
      ["b4", "Aarhus", "M1", .number("\(43_831 - shift)"), "31-12-9999", .blank, .formula("A1", cached: "1.5E3")],
    ])
    book.is1904 = is1904
    let read = try Self.project(book).read()
    #expect(!read.hasErrors, "\(read.all)")
    #expect(read.extracts.stays.map(\.start.iso) == ["2020-01-01", "2020-02-01", "2020-01-01", "2020-01-01"])
    #expect(read.extracts.stays.map { $0.end?.iso } == ["2021-01-01", nil, nil, nil])
    #expect(read.extracts.stays.map(\.price) == [2314.125, 2314.5, 2.3, 1500])
    #expect(read.all.contains("times of day after the date are not used (cells: 1)"))
    #expect(read.all.contains("row 5, column Startdato: the number was read as a day"))
    #expect(read.tables.map(\.file).contains("data/stays.xlsx [Ark1]"))
  }

  @Test("what is wrong is found with sheet, row and header", arguments: [
    (3, WorkbookFile.Cell.day("-5"), "Startdato: »1899-12-26«: lies outside the years 1900-2100"),
    (3, .day("60"), "Startdato: »1900-02-29«: is a day that does not exist"), (3, "nytår", "Startdato: »nytår«: is not a date"),
    (3, .error("#N/A"), "Startdato: »#N/A«: is an error value"), (0, .error("#REF!"), "Borger: »#REF!«: is an error value"),
    (6, "2.314", "Pris: »2.314«: has a thousands separator"), (0, .number("101901234"), "Borger: »10190-****«: looks like a civil"),
    (0, .number("0101901234"), "Borger: »010190-****«: looks like a civil"), (1, "Arhus", "Betalingskommune: »Arhus«"),
    (6, .formula("A1", cached: nil), "Pris: the formula has no saved result"),
  ])
  func places(_ column: Int, _ cell: WorkbookFile.Cell, _ says: String) throws {
    var cells: [WorkbookFile.Cell] = ["b1", "751", "M1", .day("43831"), .blank, .blank, 1]
    cells[column] = cell
    let read = try Self.stay(cells)
    #expect(read.all.contains("data/stays.xlsx [Ark1], row 2, column \(says)"), "\(read.all)")
    if says.contains("civil") { #expect(!read.all.contains("1234")) }
  }

  @Test("merged and hidden parts are noted; values beyond the header are an error; blank rows count")
  func shape() throws {
    var sheet = WorkbookFile.Sheet("Ark1", [Self.header])
    sheet.rows.append((5, ["b1", "751", "M1", .day("43831"), .blank, .blank, .blank, .blank, "ekstra"]))
    sheet.before = "<cols><col min=\"7\" max=\"7\" hidden=\"1\"/></cols>"
    sheet.after = "<mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells>"
    let read = try Self.project(WorkbookFile([sheet])).read()
    #expect(read.all.contains("row 5: the row has values beyond the 7 columns"), "\(read.all)")
    #expect(read.all.contains("merged cells (A1:B1)") && read.all.contains("hidden columns are read, too: G"))
  }

  @Test("the sheet: asked for, named as the table, or the only one")
  func sheets() throws {
    let good = WorkbookFile.Sheet("Ophold", [Self.header, ["b1", "751", "M1", .day("43831")]])
    let other = WorkbookFile.Sheet("Forside", [["Titel"]])
    #expect(try Self.project(WorkbookFile([other, good])).read().extracts.stays.count == 1)
    var renamed = good
    renamed.name = "Data 2026"
    let unclear = try Self.project(WorkbookFile([other, renamed])).read()
    #expect(unclear.all.contains("several sheets: Forside, Data 2026"), "\(unclear.all)")
    #expect(unclear.proposals.map { "\($0.section): \($0.line)" } == ["inputs.stays: sheet = \"Data 2026\""])
    let asked = try Self.project(WorkbookFile([other, renamed]), "[inputs.stays]\nfile = \"data/x.xlsx\"\nsheet = \"Data 2026\"\n", name: "x.xlsx").read()
    #expect(asked.extracts.stays.count == 1, "\(asked.all)")
    let misspelt = try Self.project(WorkbookFile([other, renamed]), "[inputs.stays]\nsheet = \"Data 2025\"\n").read()
    #expect(misspelt.all.contains("no sheet “Data 2025”. Did you mean “Data 2026”?"), "\(misspelt.all)")
  }

  @Test("the project's own words are understood")
  func mapping() throws {
    let settings = "[inputs.stays.columns]\n\"Ud\" = \"end\"\n[inputs.stays.values.end_reason]\n\"rejst\" = \"discharge\"\n"
    var header = Self.header
    header[4] = "Ud"
    let read = try Self.project(WorkbookFile([header, ["b1", "751", "M1", .day("43831"), .day("44000"), "Rejst"]]), settings).read()
    #expect(!read.hasErrors, "\(read.all)")
    #expect(read.extracts.stays.first?.endReason == .discharge)
  }

  static let misnamedFiles: [(name: String, bytes: [UInt8], says: String)] = [
    ("stays.xlsx", Array("a,b\n1,2\n".utf8), "named as an Excel workbook, but is none"),
    ("stays.csv", WorkbookFile([["a"]]).bytes, "Give the file the ending .xlsx"),
    ("stays.xlsx", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "old format (.xls)"),
    ("stays.xlsx", [0xD0, 0xCF, 0x11, 0xE0] + encryptedName, "protected by a password"),
    ("stays.xlsx", Array(WorkbookFile([["a"]]).bytes.dropLast(30)), "cut off"),
    ("stays.xlsx", WorkbookFile.archive([("a.txt", [0x61])]), "without a spreadsheet"), ("stays.xlsx", WorkbookFile([[]]).bytes, "the sheet is empty"),
  ]

  private static let encryptedName: [UInt8] = Array("EncryptedPackage".utf8).flatMap { [UInt8]([$0, 0]) }

  @Test("files that are not what their name says", arguments: misnamedFiles)
  func misnamed(_ name: String, _ bytes: [UInt8], _ says: String) throws {
    let project = try TestProject(["data/offers.csv": TestProject.offers])
    try project.write("data/" + name, bytes)
    let read = project.read()
    #expect(read.hasErrors && read.all.contains("error: data/" + name) && read.all.contains(says), "\(read.all)")
  }

  @Test("a Word document and a sheet that is a bomb")
  func others() throws {
    var word = WorkbookFile([["a"]])
    word.contentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    #expect(try Self.project(word).read().all.contains("a Word document"))
    var bomb = WorkbookFile([[]])
    bomb.sheets[0].data = "<row r=\"1\"><c r=\"A1\"><v>" + String(repeating: " ", count: 20 << 20) + "</v></c></row>"
    #expect(try Self.project(bomb).read().all.contains("the cell A1 of the sheet"))
  }
}
