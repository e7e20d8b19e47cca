import Groundwork
import Testing

@testable import Spreadsheets

@Suite struct WorkbookWriterTests {
  private func bytes(_ sheets: [WorkbookWriter.Sheet]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try WorkbookWriter(sheets).write { bytes += $0 }
    return bytes
  }

  @Test("What is written is read again, cell by cell")
  func roundTrip() throws {
    let rows: [[WorkbookWriter.Cell]] = [
      [.text("navn"), .text("tal & <mere> \"citat\"")], [.text("Ærø"), .number(9)], [.blank, .number(-1.25)], [.text("1-2"), .text("=1+1")],
    ]
    let workbook = try Workbook(try bytes([.init(name: "ét", rows: rows), .init(name: "to & tre", rows: [[.text("x")]])]))
    #expect(workbook.sheets.map(\.name) == ["ét", "to & tre"])
    var found: [String] = []
    _ = try workbook.read(workbook.sheets[0]) { cell in
      found.append("\(cell.row),\(cell.column):\(String(decoding: cell.bytes, as: UTF8.self)):\(cell.kind)")
      return true
    }
    #expect(
      found == [
        "1,0:navn:text", "1,1:tal & <mere> \"citat\":text", "2,0:Ærø:text", "2,1:9:number", "3,1:-1.25:number", "4,0:1-2:text", "4,1:=1+1:text",
      ])
  }

  @Test func theSameBytesEveryTime() throws {
    let sheet = WorkbookWriter.Sheet(name: "a", rows: [[.text("b"), .number(0.1)]])
    #expect(try bytes([sheet]) == bytes([sheet]))
  }
}
