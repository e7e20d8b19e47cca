import Groundwork
@testable import Ingest
import Placements
import Testing

@Suite("SuppressedCount")
struct SuppressedCountTests {
  @Test(
    "Forms of statistics offices and systems",
    arguments: [
      ("<5", SuppressedCount.below(5)), ("< 5", .below(5)), ("＜5", .below(5)), ("＜５", .below(5)), ("&lt;5", .below(5)), ("‹10", .below(10)),
      ("under 5", .below(5)), ("Under 5 borgere", .below(5)), ("færre end 5", .below(5)), ("fewer than 5", .below(5)),
      ("<=4", .upTo(4, from: nil)), ("≤ 4", .upTo(4, from: nil)), ("højst 4", .upTo(4, from: nil)), ("4 eller færre", .upTo(4, from: nil)),
      ("1-4", .upTo(4, from: 1)), ("1–4", .upTo(4, from: 1)), ("0−4", .upTo(4, from: 0)), ("1 til 4", .upTo(4, from: 1)), ("1 to 4", .upTo(4, from: 1)),
      ("*", .mark), ("＊", .mark), ("**", .mark), ("x", .mark), ("X", .mark), ("×", .mark), ("..", .mark), ("‥", .mark), ("…", .mark), ("•", .mark),
      ("·", .mark), ("Diskret", .mark),
    ])
  func hidden(_ text: String, _ expected: SuppressedCount) { #expect(SuppressedCount.read(text) == expected) }

  @Test("What is no hidden count", arguments: ["5", "0", "1.5", "-5", "−5", "", ".", "-", "<", "<0", "4-1", "4-4", "2-", "n", "5+", "<5000", "1-4-6", "nan"])
  func shown(_ text: String) { #expect(SuppressedCount.read(text) == nil) }

  @Test(
    "Bounds: from 1 where the column shows zeros, from 0 where not, or as set; marks by a setting alone",
    arguments: [
      (SuppressedCount.below(5), nil, nil, false, 0.0...4.0), (.below(5), nil, nil, true, 1...4), (.below(5), 0, nil, true, 0...4),
      (.below(5), 1, nil, false, 1...4), (.upTo(4, from: 1), nil, nil, false, 1...4), (.upTo(4, from: 0), 1, nil, true, 0...4),
      (.mark, nil, 5, true, 1...4), (.mark, nil, nil, true, nil), (.below(1), nil, nil, true, 0...0),
    ] as [(SuppressedCount, Int?, Int?, Bool, ClosedRange<Double>?)])
  func bounds(_ count: SuppressedCount, _ from: Int?, _ below: Int?, _ zeros: Bool, _ expected: ClosedRange<Double>?) {
    #expect(SuppressionSettings(from: from, below: below).bounds(count, showsZeros: zeros) == expected)
  }

  private static let header = "area,period,payer,stock,admissions,homecomings,other_exits\n"

  @Test("A hidden count is bounded, never zero, and is no error; the finding names file, row, column and number")
  func read() throws {
    let read = try TestProject([
      "data/activity.csv": Self.header + "A,2025Q1,751,12,0,<5,*\nA,2025Q2,751,<5,\"1-4\",0,2\nA,2025Q1,740,7,<5,..,1\n"
    ]).read()
    #expect(read.errors.isEmpty, "\(read.all)")
    let rows = read.extracts.activity
    #expect(rows[1].stock == nil && rows[1].hidden[.stock] == 0...4)
    #expect(rows[0].homecomings == nil && rows[0].hidden[.homecomings] == 1...4)
    #expect(rows[2].admissions == nil && rows[2].hidden[.admissions] == 1...4)
    #expect(rows[0].otherExits == nil && rows[0].hidden[.otherExits] == nil)
    #expect(read.all.contains("data/activity.csv, row 3, column stock: hidden small counts, such as <5: 1. They are read as intervals from 0"), "\(read.all)")
    #expect(read.all.contains("row 2, column other_exits: hidden counts without a number, such as * or ..: 1."), "\(read.all)")
    #expect(read.coverage.hidden.reduce(0) { $0 + $1.count } == 6)
    #expect(read.coverage.hidden.first == HiddenSeries(column: "stock", series: "a|residential|||751", count: 1))
  }

  @Test("plads.toml says what marks stand for and where intervals begin")
  func settings() throws {
    let read = try TestProject([
      "plads.toml": "[data]\nsuppressed_below = 5\nsuppressed_from = 0\n",
      "data/activity.csv": Self.header + "A,2025Q1,751,12,0,*,1\nA,2025Q2,751,11,0,0,1\n",
    ]).read()
    #expect(read.errors.isEmpty, "\(read.all)")
    #expect(read.extracts.activity[0].hidden[.homecomings] == 0...4)
    let wrong = try TestProject(["plads.toml": "[data]\nsuppressed_from = 2\nsuppresed_below = 5\n", "data/activity.csv": TestProject.activity]).read()
    #expect(wrong.errors.map(\.row) == [2, 3])
    #expect(wrong.all.contains("“suppressed_below”"))
  }

  @Test("Rows of totals are not counted, and tell a single hidden part")
  func totals() throws {
    let read = try TestProject([
      "data/activity.csv": Self.header
        + "A,2025Q1,751,12,0,0,1\nA,2025Q1,740,<5,0,0,1\nA,2025Q1,I alt,15,0,0,2\nA,2025Q2,751,12,0,0,1\nA,2025Q2,740,<5,0,0,1\nA,2025Q2,I alt,99,0,0,2\nI alt,2025Q1,751,12,0,0,1\n"
    ]).read()
    #expect(read.errors.isEmpty, "\(read.all)")
    #expect(read.extracts.activity.map(\.payer) == ["751", "740", "751", "740"])
    #expect(read.extracts.settings.areas.map(\.id) == ["a"])
    #expect(read.extracts.activity[1].hidden[.stock] == 3...3)
    #expect(read.extracts.activity[3].hidden[.stock] == 0...4)
    let contradicted = read.findings.filter { $0.message.en.contains("does not agree with the sum") }
    #expect(contradicted.map(\.row) == [7] && contradicted.map(\.value) == ["99"], "\(read.all)")
    #expect(read.findings.contains { $0.severity == .note && $0.column == "payer" && $0.message.en.contains("is a sum and is not counted") })
  }
}
