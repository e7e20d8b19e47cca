import TestSupport
import Testing

@testable import Spreadsheets

@Suite("ZipArchive")
struct ZipArchiveTests {
  static let book = WorkbookFile([["a", 1], ["b", 2]]).bytes

  @Test("cut off at any place: a problem, never a wrong value")
  func truncated() {
    for count in stride(from: 4, to: Self.book.count - 1, by: 7) {
      #expect(throws: WorkbookProblem.truncated) { try Workbook(Array(Self.book[..<count])) }
    }
    #expect(throws: WorkbookProblem.notAnArchive) { try Workbook([0x50, 0x4B]) }
  }

  @Test("a changed byte fails the checksum")
  func checksum() throws {
    let archive = WorkbookFile.archive([("a.xml", Array("<a>12345</a>".utf8))], isStored: true)
    var changed = archive
    changed[30 + 5 + 4] = 0x39
    let zip = try ZipArchive(changed)
    var budget = 1000
    #expect(throws: WorkbookProblem.damaged(part: "a.xml")) { try zip.unpack(zip.entries[0], budget: &budget) }
  }

  @Test("a bomb stops at its ratio, many parts at their total")
  func bomb() throws {
    let zip = try ZipArchive(WorkbookFile.archive([("a.xml", [UInt8](repeating: 0x20, count: 32 << 20))]))
    var budget = ZipArchive.largestTotal
    #expect(throws: WorkbookProblem.tooLarge(part: "a.xml")) { try zip.unpack(zip.entries[0], budget: &budget) { _ in true } }
    #expect(ZipArchive.largestTotal - budget <= 11 << 20)
    var small = 1000
    let plain = try ZipArchive(WorkbookFile.archive([("a.xml", [UInt8](repeating: 0x20, count: 2000))]))
    #expect(throws: WorkbookProblem.tooLarge(part: "a.xml")) { try plain.unpack(plain.entries[0], budget: &small) }
  }

  @Test("what is written can be read")
  func roundTrip() throws {
    let archive = try ZipArchive(Self.book)
    var bytes: [UInt8] = []
    var writer = ZipWriter { bytes += $0 }
    for entry in archive.entries { try writer.copy(entry, of: archive) }
    let part = PackedPart("new.xml")
    for _ in 0..<1000 { part.append("<a>æøå</a>") }
    part.finish()
    try writer.add(part)
    try writer.finish()
    let copy = try ZipArchive(bytes)
    #expect(copy.entries.map(\.name) == archive.entries.map(\.name) + ["new.xml"])
    var budget = ZipArchive.largestTotal
    for entry in archive.entries {
      #expect(try copy.unpack(try #require(copy.entry(entry.name)), budget: &budget) == archive.unpack(entry, budget: &budget))
    }
    #expect(try copy.unpack(try #require(copy.entry("NEW.xml")), budget: &budget).count == 13_000)
  }
}

@Suite("NumberFormat")
struct NumberFormatTests {
  @Test("days", arguments: ["dd-mm-yyyy", "[$-406]d\\. mmmm\\ yyyy;@", "yyyy", "d/m", "mmm\\-yy", "åååå-mm-dd"])
  func days(_ code: String) { #expect(NumberFormat.isDate(code)) }

  @Test("no days", arguments: ["General", "0.00", "#,##0\" kr. pr. døgn\"", "h:mm:ss", "[h]:mm", "[Red]0;[Blue]-0", "0\\d", "0;\"dd\"yy"])
  func others(_ code: String) { #expect(!NumberFormat.isDate(code)) }
}
