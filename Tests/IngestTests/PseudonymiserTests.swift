import Foundation
import Groundwork
import TestSupport
import Testing

@testable import Ingest

/// A folder outside every project with a key file, removed with the value.
private final class Folder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("plads-key-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ bytes: [UInt8], mode: Int = 0o600) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    return file
  }

  func run(_ name: String, _ bytes: [UInt8], column: String, sheet: String? = nil) throws -> (bytes: [UInt8], outcome: Pseudonymiser.Outcome) {
    var result: [UInt8] = []
    let key = PseudonymKey(secret: [UInt8](repeating: 0x61, count: 40))
    let outcome = try Pseudonymiser(path: try write(name, bytes), column: column, sheet: sheet, key: key).run { result += $0 }
    return (result, outcome)
  }
}

private func pseudonym(_ text: String) -> String { PseudonymKey(secret: [UInt8](repeating: 0x61, count: 40)).pseudonym(Array(text.utf8)) }

@Suite("Pseudonymiser")
struct PseudonymiserTests {
  @Test("every way of writing a number is one person")
  func forms() {
    let forms = ["010203-1234", "010203 1234", "0102031234", "102031234", " 010203-1234 ", "\u{A0}0102031234"]
    #expect(Set(forms.map { PersonNumber.normalised(Array($0.utf8)) }) == [Array("0102031234".utf8)])
    #expect(PersonNumber.normalised(Array("b-17".utf8)) == Array("b-17".utf8))
  }

  @Test("CSV keeps all but the column", arguments: ["utf8", "cp1252"])
  func text(_ encoding: String) throws {
    let one = pseudonym("0102031234")
    let before = "Udtræk;;\r\nNr;CPR-nr;\"Bemærk\"\"ning\"\r\n1;010203-1234;\"a;b\"\r\n2;\"0102031234\";\"x\"\"y\"\r\n3;;ø\r\n\r\n4; 102031234 ;\r\n5;\"b\"\"2\";z"
    let after = "Udtræk;;\r\nNr;CPR-nr;\"Bemærk\"\"ning\"\r\n1;\(one);\"a;b\"\r\n2;\"\(one)\";\"x\"\"y\"\r\n3;;ø\r\n\r\n4; \(one) ;\r\n5;\"\(pseudonym("b\"2"))\";z"
    func encoded(_ text: String) throws -> [UInt8] { Array(try #require(text.data(using: encoding == "utf8" ? .utf8 : .windowsCP1252))) }
    let result = try Folder().run("a.csv", try encoded(before), column: "cpr nr")
    #expect(result.bytes == (try encoded(after)))
    #expect(result.outcome.values == 4 && result.outcome.distinct == 2 && result.outcome.blank == 1)
  }

  @Test("the same letters in both encodings are one person")
  func letters() throws {
    let one = try Folder().run("a.csv", Array("id,x\nÆble,1\n".utf8), column: "id").bytes
    let two = try Folder().run("a.csv", [0x69, 0x64, 0x2C, 0x78, 0x0A, 0xC6, 0x62, 0x6C, 0x65, 0x2C, 0x31, 0x0A], column: "id").bytes
    #expect(one == two)
  }

  @Test("workbooks keep all but the column; no number stays anywhere in it")
  func workbook() throws {
    var book = WorkbookFile([
      .init(
        "Ophold",
        [
          ["Titel", "x"], ["CPR", "Navn", "Dato"], ["010203-1234", "a & b", .day("43831")], [.number("102031234"), "010203-123", 2],
          [.inline("0102031234"), "fælles", 3], [.formulaText("X9", cached: "010203 1234"), "c", 4], [.blank, "d", 5], ["fælles", "e", 6],
        ]), .init("Andet", [["fælles"]]),
    ])
    book.extras = [("docProps/app.xml", "<a>uændret</a>")]
    let result = try Folder().run("a.xlsx", book.bytes, column: "CPR", sheet: "ophold")
    #expect(result.outcome.values == 5 && result.outcome.distinct == 2 && result.outcome.blank == 1)
    #expect(result.outcome.findings.map(\.message.en) == ["values that do not have the form of a civil registration number (CPR): 1 of 5. They were replaced, too."])
    let read = try TestProject(["plads.toml": ""])
    try read.write("data/a.xlsx", result.bytes)
    let table = try TableFile.read(read.folder + "/data/a.xlsx", sheet: "Ophold")
    #expect(table.header == ["Titel", "x"])
    let text = String(decoding: table.bytes, as: UTF8.self)
    let one = pseudonym("0102031234")
    #expect(
      text == "Titel\tx\nCPR\tNavn\tDato\n\(one)\ta & b\t2020-01-01\n\(one)\t010203-123\t2\n\(one)\tfælles\t3\n\(one)\tc\t4\n\td\t5\n\(pseudonym("fælles"))\te\t6\n")
    #expect(String(decoding: try TableFile.read(read.folder + "/data/a.xlsx", sheet: "Andet").bytes, as: UTF8.self) == "fælles\n")
  }

  @Test("long sheets are cut at the right bytes")
  func long() throws {
    let rows: [[WorkbookFile.Cell]] = (0..<20_000).map { [.shared("person \($0 % 1000)"), .inline("æ\($0)"), .number("\($0)")] }
    let result = try Folder().run("a.xlsx", WorkbookFile([["id", "b", "c"]] + rows).bytes, column: "id")
    #expect(result.outcome.values == 20_000 && result.outcome.distinct == 1000)
    let project = try TestProject(["plads.toml": ""])
    try project.write("data/a.xlsx", result.bytes)
    let columns = try TableFile.read(project.folder + "/data/a.xlsx").columns()
    #expect(columns[0].values == (0..<20_000).map { pseudonym("person \($0 % 1000)") })
    #expect(columns[1].values == (0..<20_000).map { "æ\($0)" })
  }

  @Test("numbers elsewhere are warned of, never shown; pivot tables are refused")
  func elsewhere() throws {
    var book = WorkbookFile([["CPR", "Note"], ["010203-1234", "020304-1234"]])
    let result = try Folder().run("a.xlsx", book.bytes, column: "CPR")
    #expect(result.outcome.findings.map(\.severity) == [.warning])
    let text = try Folder().run("a.csv", Array("CPR;Note\n010203-1234;0203041234\n".utf8), column: "CPR")
    #expect(text.outcome.findings.map(\.severity) == [.warning])
    for finding in result.outcome.findings + text.outcome.findings { #expect(!finding.text(in: .da).contains("1234")) }
    book.extras = [("xl/pivotCache/pivotCacheRecords1.xml", "<a/>")]
    #expect(throws: FindingsError.self) { try Folder().run("a.xlsx", book.bytes, column: "CPR") }
  }

  @Test("pseudonyms are not made anew; a column without values is warned of")
  func again() throws {
    let one = pseudonym("0102031234")
    let book = WorkbookFile([["CPR"], ["010203-1234"], [.inline(one)]]).bytes
    for (name, bytes) in [("a.csv", Array("CPR;x\n010203-1234;1\n\(one);2\n".utf8)), ("a.xlsx", book)] {
      do {
        _ = try Folder().run(name, bytes, column: "CPR")
        Issue.record("\(name) was replaced twice")
      } catch let error as FindingsError {
        #expect(error.findings.map(\.row) == [3] && error.findings[0].message.en.contains("pseudonyms made here already"))
      }
    }
    let blank = try Folder().run("a.csv", Array("CPR;x\n;1\n".utf8), column: "CPR")
    #expect(blank.outcome.findings.map(\.message.en) == ["the column has no values; nothing was replaced."])
    let clean = try Folder().run("a.csv", Array("CPR;x\n010203-1234;1\n".utf8), column: "CPR")
    #expect(clean.outcome.findings.isEmpty)
  }

  @Test("a sheet that cannot be read says why; an empty one names --sheet", arguments: [
    ("<row r=\"1\"><c r=\"A1\"><v>1</c></row>", "damaged"), ("", "--sheet"),
    ("<row r=\"1\"><c r=\"B1\" t=\"inlineStr\"><is><t>\(String(repeating: "a", count: 100_000))</t></is></c></row>", "the cell B1 of the sheet"),
  ])
  func reason(_ data: String, _ says: String) throws {
    var book = WorkbookFile([[]])
    book.sheets[0].data = data
    do {
      _ = try Folder().run("a.xlsx", book.bytes, column: "CPR")
      Issue.record("nothing is wrong with \(data.prefix(40))")
    } catch let error as FindingsError {
      let text = error.findings.map { $0.text(in: .en) }.joined()
      #expect(text.contains(says) && !text.contains("plads.toml"), "\(text)")
    }
  }

  @Test("no such column, a quote that never closes")
  func refused() throws {
    #expect(throws: FindingsError.self) { try Folder().run("a.csv", Array("a,b\n1,2\n".utf8), column: "cpr") }
    #expect(throws: FindingsError.self) { try Folder().run("a.csv", Array("a,b\n\"1,2\n".utf8), column: "a") }
  }
}

@Suite("PseudonymKey")
struct PseudonymKeyTests {
  @Test("HMAC-SHA-256: RFC 4231, test cases 6 and 7 (the key longer than a block)")
  func vectors() throws {
    let key = PseudonymKey(secret: [UInt8](repeating: 0xAA, count: 131))
    #expect(key.pseudonym(Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)) == "p60e431591ee0b67f0d8a26aa")
    let long = "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."
    #expect(key.pseudonym(Array(long.utf8)) == "p9b09ffa71b942fcb27635fbc")
  }

  private func words(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch let error as FindingsError {
      return error.findings.map { $0.text(in: .en) }.joined()
    } catch {
      return "\(error)"
    }
  }

  @Test("a new key is its owner's alone and never replaces a file")
  func make() throws {
    let folder = try Folder()
    let file = folder.path + "/key"
    try PseudonymKey.make(file)
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try String(contentsOfFile: file, encoding: .utf8).count == 65)
    _ = try PseudonymKey.read(file)
    #expect(words { try PseudonymKey.make(file) }.contains("not overwritten"))
  }

  @Test("refused: readable by others, short, missing, a folder, inside a project at any depth")
  func refused() throws {
    let folder = try Folder()
    let secret = [UInt8](repeating: 0x61, count: 64)
    for mode in [0o644, 0o640, 0o604, 0o620] {
      let file = try folder.write("open\(mode)", secret, mode: mode)
      #expect(words { _ = try PseudonymKey.read(file) }.contains("chmod 600"))
    }
    let short = try folder.write("short", [UInt8](repeating: 0x61, count: 31) + [0x0A])
    #expect(words { _ = try PseudonymKey.read(short) }.contains("shorter than 32"))
    #expect(words { _ = try PseudonymKey.read(folder.path + "/none") }.contains("--new-key"))
    #expect(words { _ = try PseudonymKey.read(folder.path) }.contains("no key file"))
    let good = try folder.write("good", secret)
    _ = try PseudonymKey.read(good)
    try FileManager.default.createDirectory(atPath: folder.path + "/a/b", withIntermediateDirectories: true)
    let inside = try folder.write("a/b/key", secret)
    _ = try folder.write("plads.toml", [])
    for file in [good, inside] { #expect(words { _ = try PseudonymKey.read(file) }.contains("project folder")) }
    #expect(words { try PseudonymKey.make(folder.path + "/a/new") }.contains("project folder"))
  }
}
