import Groundwork
@testable import Ingest
import Placements
import Testing

@Suite("Tables of expectations and notices")
struct StatementTablesTests {
  private static let offers = "offer,name,area,legal_basis,kind\nM1,Mosebakken,Autisme,SEL_108,residential\nB2,Birken,Hjerneskade,SEL_107,residential\n"
  private static let stays = """
    citizen,payer,offer,start,end,end_reason
    a,751,M1,2020-01-01,,
    b,751,M1,2021-01-01,,
    c,740,B2,2021-01-01,2024-12-31,discharge

    """

  private static func project(_ table: String, _ text: String) throws -> ReadProject {
    try TestProject([
      "plads.toml": "[data]\nfrom = \"2020-01-01\"\nto = \"2025-12-31\"\n", "data/offers.csv": offers, "data/stays.csv": stays, "data/\(table).csv": text,
    ]).read()
  }

  @Test("Danish headings and words are understood")
  func danish() throws {
    let said = try Self.project("expectations", "kommune;område;år;forventede_pladser;skala;kilde;modtaget\nAarhus;autisme;2027;14,5;3;redegørelse;01-05-2026\n751;Autisme;2027;12;;dialogmøde;2026-09-01\n")
    #expect(said.findings.isEmpty, "\(said.all)")
    #expect(
      said.extracts.expectations == [
        Placements.Expectation(municipality: "751", area: "autisme", year: 2027, expectedPlaces: 14.5, scale: 3, received: Day(year: 2026, month: 5, day: 1)),
        Placements.Expectation(municipality: "751", area: "autisme", year: 2027, expectedPlaces: 12, source: .dialogue, received: Day(year: 2026, month: 9, day: 1)),
      ])
    let notices = try Self.project("notices", "tilbud;betalingskommune;antal;varslet;slutdato;type\nMosebakken;Aarhus;2;2025-12-15;2026-03-01;ophør\nBirken;740;1;2025-12-15;2026-02-01;indskrivning\n")
    #expect(notices.findings.isEmpty, "\(notices.all)")
    #expect(notices.extracts.notices.map(\.offer) == ["M1", "B2"])
    #expect(notices.extracts.notices.map(\.kind) == [.exit, .admission])
    #expect(notices.extracts.notices.map(\.places) == [2, 1])
    #expect(notices.extracts.notices[0].area == "autisme" && notices.extracts.notices[0].endDate.iso == "2026-03-01")
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    let table: String
    let row: String
    let column: String
    let value: String?
    let says: String
    var severity = Finding.Severity.error
    var at = 2
    var testDescription: String { "\(table) \(row)" }
  }

  private static func said(_ row: String, _ column: String, _ value: String?, _ says: String, severity: Finding.Severity = .error, at: Int = 2) -> Bad {
    Bad(table: "expectations", row: row, column: column, value: value, says: says, severity: severity, at: at)
  }

  private static func notice(_ row: String, _ column: String, _ value: String?, _ says: String, severity: Finding.Severity = .error, at: Int = 2) -> Bad {
    Bad(table: "notices", row: row, column: column, value: value, says: says, severity: severity, at: at)
  }

  static let bad: [Bad] = [
    said("Arhus,autisme,2027,5,,,", "municipality", "Arhus", "“Aarhus”"),
    said(",autisme,2027,5,,,", "municipality", nil, "missing"),
    said("751,autsme,2027,5,,,", "area", "autsme", "“autisme”"),
    said("751,autisme,27,5,,,", "year", "27", "between 1900 and 2100"),
    said("751,autisme,2027,-5,,,", "expected_places", "-5", "negative"),
    said("751,autisme,2027,mange,,,", "expected_places", "mange", "not a number"),
    said("751,autisme,2027,5,6,,", "scale_1_5", "6", "between 1 and 5"),
    said("751,autisme,2027,5,0,,", "scale_1_5", "0", "between 1 and 5"),
    said("751,autisme,2027,,,,", "expected_places", "", "neither places nor scale"),
    said("751,autisme,2027,5,,dialouge,", "source", "dialouge", "“dialogue”"),
    said("751,autisme,2027,5,,,31-02-2026", "received", "31-02-2026", "does not exist"),
    said("751,autisme,2024,5,,,2025-02-01", "received", "2025-02-01", "no expectation", severity: .warning),
    said("751,autisme,2027,5,,,\nAarhus,Autisme,2027,6,,,", "year", "2027", "row 2", at: 3),
    notice("M3,751,1,2025-12-01,2026-03-01,", "offer", "M3", "“M1”"),
    notice("M1,752,1,2025-12-01,2026-03-01,", "payer", "752", "no known municipality code"),
    notice("M1,751,0,2025-12-01,2026-03-01,", "places", "0", "between 1 and 1000"),
    notice("M1,751,-1,2025-12-01,2026-03-01,", "places", "-1", "between 1 and 1000"),
    notice("M1,751,1.5,2025-12-01,2026-03-01,", "places", "1.5", "between 1 and 1000"),
    notice("M1,751,1,2026-04-01,2026-03-01,", "end_date", "2026-03-01", "before the notice"),
    notice("M1,751,1,,2026-03-01,", "notice_date", nil, "missing"),
    notice("M1,751,1,2025-12-01,,", "end_date", nil, "missing"),
    notice("M1,751,1,2025-12-01,2026-03-01,ophor", "kind", "ophor", "“ophør”"),
    notice(",751,1,2025-12-01,2026-03-01,", "offer", "", "neither offer nor area"),
    notice("M1,751,1,2025-12-01,2026-03-01,\nMosebakken,Aarhus,1,2025-12-01,2026-03-01,exit", "end_date", "2026-03-01", "row 2", at: 3),
    notice("M1,751,3,2025-12-01,2026-03-01,", "places", "3", "3 citizens are noticed to leave, but 2 are there", severity: .warning),
    notice("M1,751,2,2025-12-01,2026-03-01,\nM1,751,1,2025-12-01,2026-04-01,", "places", "1", "3 citizens", severity: .warning, at: 3),
    notice("B2,740,1,2024-12-01,2025-03-01,", "end_date", "2025-03-01", "has come true", severity: .note),
  ]

  @Test("Each finding names row, column and value", arguments: bad)
  func findings(_ bad: Bad) throws {
    let header = bad.table == "notices" ? "offer,payer,places,notice_date,end_date,kind\n" : "municipality,area,year,expected_places,scale_1_5,source,received\n"
    let read = try Self.project(bad.table, header + bad.row + "\n")
    let own = read.findings.filter { $0.file == "data/\(bad.table).csv" }
    #expect(own.count == 1, "\(read.all)")
    let finding = try #require(own.first)
    #expect(finding.severity == bad.severity && finding.row == bad.at && finding.column == bad.column, "\(read.all)")
    #expect((finding.value ?? "") == (bad.value ?? ""), "\(read.all)")
    #expect(finding.text(in: .en).contains(bad.says), "\(read.all)")
  }

  @Test("Years out of reach, and tables that say nothing")
  func outOfReach() throws {
    let far = try Self.project("expectations", "municipality,area,year,expected_places\n751,autisme,2060,5\n751,autisme,2010,5\n")
    #expect(far.findings.map(\.value) == ["2060", "2010"] || far.findings.map(\.value) == ["2010", "2060"], "\(far.all)")
    let empty = try Self.project("expectations", "municipality,area,year\n751,autisme,2027\n")
    #expect(empty.errors.first?.column == "expected_places")
    let nowhere = try Self.project("notices", "payer,places,notice_date,end_date\n751,1,2025-12-01,2026-03-01\n")
    #expect(nowhere.errors.count == 1 && nowhere.all.contains("neither offer nor area"))
  }

  @Test("An area that the settings alone declare is known; counts of activity say who is there")
  func activity() throws {
    let read = try TestProject([
      "plads.toml": "[[area]]\nid = \"a\"\nname = \"Autisme\"\n",
      "data/activity.csv": "area,period,payer,stock\na,2025Q3,751,9\na,2025Q4,751,3\n",
      "data/notices.csv": "area,payer,places,notice_date,end_date\nAutisme,751,4,2025-12-01,2026-03-01\n",
    ]).read()
    #expect(read.errors.isEmpty && read.all.contains("4 citizens are noticed to leave, but 3 are there"), "\(read.all)")
  }
}
