import Groundwork
import Ingest
import Placements
import Testing

@Suite("Delimited text")
struct DelimitedTextTests {
  private static func columns(_ bytes: [UInt8]) throws -> [(name: String, values: [String])] {
    try DelimitedText(bytes: bytes, file: "f.csv").columns()
  }

  private static func error(_ text: String) throws -> Finding {
    let error = #expect(throws: FindingsError.self) { _ = try columns(Array(text.utf8)) }
    return try #require(error?.findings.first)
  }

  @Test("the same table in every dress", arguments: [
    "a,b\n1,x y\n2,\n", "a;b\n1;x y\n2;\n", "a\tb\n1\tx y\n2\t\n", "a,b\r\n1,x y\r\n2,\r\n", "a,b\r1,x y\r2,\r", "a,b\n1,x y\n2,",
    "\u{FEFF}a,b\n1,x y\n2,\n", "\"a\",\"b\"\n\"1\",\"x y\"\n\"2\",\"\"\n", "a,b\n1,x y\n2,\n\n\n", "\n\na,b\n1,x y\n2,\n",
    " a , b \n 1 ,  x y\u{A0}\n2 , \n", "sep=;\r\na;b\r\n1;x y\r\n2;\r\n", "a,b\n1, \"x y\" \n2,\n", "a,b\n\n1,x y\n,\n2,\n",
  ])
  func dresses(_ text: String) throws {
    let columns = try Self.columns(Array(text.utf8))
    #expect(columns.map(\.name) == ["a", "b"])
    #expect(columns.map(\.values) == [["1", "2"], ["x y", ""]])
  }

  @Test("quoted fields keep delimiters, quotes and line breaks")
  func quotes() throws {
    let columns = try Self.columns(Array("a;b\n\"1;2\";\"say \"\"hi\"\"\"\n\"x\ny\r\nz\";\"\"\"\"\nplain \"q\";3\n".utf8))
    #expect(columns[0].values == ["1;2", "x\ny\r\nz", "plain \"q\""])
    #expect(columns[1].values == ["say \"hi\"", "\"", "3"])
  }

  @Test("what is written comes back", arguments: [",", ";", "\t"])
  func roundTrip(_ delimiter: String) throws {
    let values = ["", "x", "a,b", "a;b", "a\tb", "\"", "\"\"x\"", "line\nbreak", "æøå", "€", "  ", "1.5", "end\""]
    var text = "one\(delimiter)two\n"
    for value in values { text += "\"\(value.replacing("\"", with: "\"\""))\"\(delimiter)\"k\"\n" }
    let columns = try DelimitedText(bytes: Array(text.utf8), file: "f").columns()
    #expect(columns[0].values == values.map { $0.allSatisfy { $0 == " " } ? "" : $0 })
    #expect(columns[1].values == values.map { _ in "k" })
  }

  @Test("Windows-1252 is read, and said")
  func windows1252() throws {
    let bytes: [UInt8] = Array("navn;pris\nB".utf8) + [0xF8] + Array("rn ".utf8) + [0x80, 0x96] + Array(";1\n".utf8)
    let text = try DelimitedText(bytes: bytes, file: "f.csv")
    #expect(try text.columns()[0].values == ["Børn €–"])
    #expect(text.encoding == .windows1252)
    #expect(text.notes.map(\.row) == [2])
    #expect(text.notes.map(\.severity) == [.note])
    let told = try DelimitedText(bytes: bytes, file: "f.csv", encoding: .windows1252)
    #expect(told.notes.isEmpty)
    #expect(throws: FindingsError.self) { try DelimitedText(bytes: bytes, file: "f.csv", encoding: .utf8) }
  }

  @Test("UTF-8 and Windows-1252 in one file warn")
  func mixed() throws {
    let text = try DelimitedText(bytes: Array("a,b\nø,1\n".utf8) + [0xF8, 0x2C, 0x32, 0x0A], file: "f.csv")
    #expect(text.notes.map(\.severity) == [.warning])
    #expect(text.notes.map(\.row) == [3])
  }

  @Test("bytes that UTF-8 forbids are not taken for it", arguments: [
    [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xF0, 0x80, 0x80, 0x80],
  ] as [[UInt8]])
  func invalid(_ bytes: [UInt8]) throws {
    #expect(try DelimitedText(bytes: Array("a,b\n".utf8) + bytes + Array(",1\n".utf8), file: "f").encoding == .windows1252)
  }

  @Test("what cannot be a table is an error at its place", arguments: [
    ("", nil, "empty"), ("\n\n  \n", nil, "empty"), ("a|b\n1|2\n", 1, "neither comma, semicolon nor tab"),
    ("a;b,c\n1;2,3\n", 1, "semicolon"), ("a,a\n1,2\n", 1, "twice"), ("a,b\n1\n", 2, "1 fields"), ("a,b\n1,2\n3,4,5\n", 3, "3 fields"),
    ("a,b\n1,2\n\n3\n", 4, "1 fields"), ("a,b\n1,\"x\n2,y\n", 2, "never closed"), ("a,\"b\n1,2\n", 1, "never closed"),
    ("a,b\n1,\"x\"y\n", 2, "follows a closed quote"), ("a,b\n\"1\n2\",x\n3\n", 4, "1 fields"),
    ("a,b\n1,0101901234\n", 2, "CPR"), ("a,010190-1234\n1,2\n", 1, "CPR"),
  ] as [(String, Int?, String)])
  func broken(_ text: String, _ row: Int?, _ says: String) throws {
    let finding = try Self.error(text)
    #expect(finding.row == row)
    #expect(finding.text(in: .en).contains(says), "\(finding.text(in: .en))")
    #expect(!finding.text(in: .da).contains("1234"))
  }

  @Test("a decimal comma between commas is explained")
  func decimalComma() throws {
    #expect(try Self.error("a,b\n1,5,2\n").remedy.en.contains("decimal comma"))
  }

  @Test("a delimiter that was told counts, and is checked")
  func toldDelimiter() throws {
    let columns = try DelimitedText(bytes: Array("a;b,c\n1;2,3\n".utf8), file: "f", delimiter: .semicolon).columns()
    #expect(columns.map(\.name) == ["a", "b,c"])
    #expect(throws: FindingsError.self) { try DelimitedText(bytes: Array("a;b\n1;2\n".utf8), file: "f", delimiter: .tab) }
  }

  @Test("one column is a table too")
  func oneColumn() throws {
    #expect(try Self.columns(Array("y\n1\n2\n".utf8))[0].values == ["1", "2"])
  }

  @Test("files that are no text", arguments: [
    ([0x50, 0x4B, 0x03, 0x04, 0x00], "Excel"), ([0xD0, 0xCF, 0x11, 0xE0], "Excel"), ([0xFF, 0xFE, 0x61, 0x00], "UTF-16"),
    ([0x61, 0x00, 0x3B, 0x00, 0x62, 0x00], "UTF-16"), ([0x61, 0x62, 0x63, 0x64, 0x00, 0x65, 0x66, 0x67, 0x68], "not a text"),
    ([0x25, 0x50, 0x44, 0x46], "not a text"),
  ] as [([UInt8], String)])
  func notText(_ bytes: [UInt8], _ says: String) throws {
    let project = try TestProject()
    try project.write("data/x.csv", bytes)
    let error = #expect(throws: FindingsError.self) { try TextFile.read(project.folder + "/data/x.csv", as: "data/x.csv") }
    #expect(error?.findings.first?.text(in: .en).contains(says) == true)
    #expect(error?.findings.first?.file == "data/x.csv")
  }

  @Test("folders and missing files")
  func folders() throws {
    let project = try TestProject()
    #expect(throws: FindingsError.self) { try TextFile.read(project.folder) }
    #expect(throws: FindingsError.self) { try TextFile.read(project.folder + "/nothing.csv") }
    try project.write("data/ok.csv", [0x61])
    #expect(try TextFile.read(project.folder + "/data/ok.csv") == [0x61])
  }

  @Test("blank lines between rows are noted")
  func blankLines() throws {
    let read = try TestProject(["data/activity.csv": "area,period,payer,stock\n\nA,2024,751,1\n,,,\n\nA,2025,751,1\n\n\n"]).read()
    let notes = read.findings.filter { $0.message.en.contains("blank") }
    #expect(notes.map(\.row) == [2])
    #expect(notes.first?.message.en.hasPrefix("3 blank lines") == true)
    #expect(read.extracts.activity.count == 2)
    #expect(read.tables.first?.rows == 2)
  }
}
