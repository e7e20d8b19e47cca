import Spreadsheets
import TestSupport
import Testing

/// Every value of a sheet as `A1 kind text`.
private func values(_ book: WorkbookFile, sheet: Int = 0) throws -> [String] {
  let workbook = try Workbook(book.bytes)
  var result: [String] = []
  try workbook.read(workbook.sheets[sheet]) { cell in
    result.append("\(CellPlace.letters(cell.column))\(cell.row) \(cell.kind) \(String(decoding: cell.bytes, as: UTF8.self))")
    return true
  }
  return result
}

@Suite("Workbook")
struct WorkbookTests {
  @Test("values of every kind, packed and stored", arguments: [false, true])
  func kinds(_ isStored: Bool) throws {
    var book = WorkbookFile([
      ["Tekst & mere", .inline("på stedet"), .number("2.5"), .day("43831"), .customDay("43832.5")],
      [.flag(true), .error("#REF!"), .formula("1+1", cached: "2"), .formulaText("A1", cached: "x"), .formula("B9", cached: nil)], [.blank, "Tekst & mere"],
    ])
    book.isStored = isStored
    #expect(
      try values(book) == [
        "A1 text Tekst & mere", "B1 text på stedet", "C1 number 2.5", "D1 day 43831", "E1 day 43832.5", "A2 flag 1", "B2 error #REF!",
        "C2 number 2", "D2 text x", "E2 unsaved ", "B3 text Tekst & mere",
      ])
  }

  @Test("rich text is joined, phonetic text left out; places may be left to the order")
  func forms() throws {
    var book = WorkbookFile([[]])
    book.sheets[0].data =
      "<row><c t=\"inlineStr\"><is><r><t>ab</t></r><r><t>c</t></r><rPh><t>X</t></rPh></is></c><c><v>1</v></c></row><row r=\"5\"><c r=\"AB5\"><v>2</v></c></row>"
    #expect(try values(book) == ["A1 text abc", "B1 number 1", "AB5 number 2"])
  }

  @Test("merged cells, hidden columns and rows, hidden sheets are told")
  func notes() throws {
    var sheet = WorkbookFile.Sheet("A", [["x"]])
    sheet.before = "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/><col min=\"5\" max=\"5\"/></cols>"
    sheet.data = "<row r=\"1\" hidden=\"1\"><c r=\"A1\"><v>1</v></c></row>"
    sheet.after = "<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>"
    var hidden = WorkbookFile.Sheet("B", [])
    hidden.isHidden = true
    let workbook = try Workbook(WorkbookFile([sheet, hidden]).bytes)
    #expect(workbook.sheets.map(\.isHidden) == [false, true])
    let notes = try workbook.read(workbook.sheets[0]) { _ in true }
    #expect(notes.merged == ["A1:B2"] && notes.hiddenColumns == [1...2] && notes.hiddenRows == 1)
  }

  @Test("reading ends where no more is wanted")
  func rows() throws {
    let workbook = try Workbook(WorkbookFile((0..<100).map { [.number("\($0)")] }).bytes)
    var count = 0
    try workbook.read(workbook.sheets[0], rows: 3) { _ in
      count += 1
      return true
    }
    #expect(count == 3)
  }

  @Test("cells that are out of place, and shared texts that are not there, are refused", arguments: [
    "<row r=\"2\"/><row r=\"1\"/>", "<row r=\"1048577\"/>", "<row r=\"1\"><c r=\"A2\"><v>1</v></c></row>", "<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>",
    "<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>", "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>",
    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>-1</v></c></row>", "<c r=\"A1\"><v>1</v></c>",
  ])
  func places(_ data: String) throws {
    var book = WorkbookFile([[]])
    book.sheets[0].data = data
    #expect(throws: WorkbookProblem.self) { try values(book) }
  }

  @Test("names of sheets: case does not matter, unknown ones bring the list")
  func sheetNames() throws {
    let workbook = try Workbook(WorkbookFile([.init("Ophold", []), .init("Takster", [])]).bytes)
    #expect(try workbook.sheet("ophold").name == "Ophold")
    #expect(throws: WorkbookProblem.noSuchSheet("x", sheets: ["Ophold", "Takster"])) { try workbook.sheet("x") }
  }

  @Test("a document type declaration is refused, so that entities cannot grow")
  func entities() throws {
    var book = WorkbookFile([["x"]])
    book.extras = []
    var parts = book.parts
    let index = try #require(parts.firstIndex { $0.name == "xl/sharedStrings.xml" })
    parts[index].bytes = Array("<!DOCTYPE a [<!ENTITY e \"x\">]><sst><si><t>&e;</t></si></sst>".utf8)
    let workbook = try Workbook(WorkbookFile.archive(parts))
    #expect(throws: WorkbookProblem.damaged(part: "xl/sharedStrings.xml")) { try workbook.read(workbook.sheets[0]) { _ in true } }
  }

  @Test("whatever bytes change, reading ends with values or a problem", arguments: 1...4)
  func garbage(_ seed: Int) throws {
    let bytes = WorkbookFile((0..<20).map { [.shared("tekst \($0)"), .number("\($0)"), .day("4383\($0 % 10)")] }).bytes
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    for _ in 0..<500 {
      var changed = bytes
      for _ in 0...random(3) { changed[random(changed.count)] = UInt8(random(256)) }
      if random(4) == 0 { changed.removeLast(random(changed.count)) }
      do {
        let workbook = try Workbook(changed)
        for sheet in workbook.sheets { try workbook.read(sheet) { _ in true } }
      } catch {}
    }
  }
}

@Suite("DaySerials")
struct DaySerialsTests {
  @Test("both systems", arguments: [
    (DaySerials.from1900, 1.0, -25_567), (.from1900, 59, -25_509), (.from1900, 61, -25_508), (.from1900, 43_831, 18_262), (.from1900, 0, -25_568),
    (.from1904, 0, -24_107), (.from1904, 42_369, 18_262),
  ])
  func days(_ system: DaySerials, _ serial: Double, _ day: Int) { #expect(system.daysSince1970(serial) == day) }

  @Test("29 February 1900 never was")
  func leap() { #expect(DaySerials.from1900.daysSince1970(60) == nil) }
}
