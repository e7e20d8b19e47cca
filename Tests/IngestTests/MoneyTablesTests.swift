import Groundwork
@testable import Ingest
import Placements
import Testing

@Suite("Tables of money: indices, own supply, accounts, places, sections")
struct MoneyTablesTests {
  private static let offers = "offer,name,area,legal_basis,kind\nM1,Mosebakken,Autisme,SEL_108,residential\n"
  private static let settings = "[data]\nfrom = \"2024-01-01\"\nto = \"2025-12-31\"\n"

  /// Two citizens all the time, at level 3 and at a price of their own.
  private static let stays = """
    citizen,payer,offer,start,end,end_reason,support_level,price
    a,751,M1,2020-01-01,,,3,
    b,740,M1,2021-01-01,,,,1000

    """

  private static let tariffs = "offer,service,level,amount,price_year,from,to\nM1,residential,3,2000,2024,2024-01-01,2024-12-31\nM1,residential,3,2100,2025,2025-01-01,\n"

  /// - Parameter tariffs: nil for none; tables may have others.
  private static func project(_ tables: [String: String], stays: String = Self.stays, settings: String = Self.settings, tariffs: String? = Self.tariffs) throws -> ReadProject {
    var files = ["plads.toml": settings, "data/offers.csv": offers, "data/stays.csv": stays]
    if let tariffs { files["data/tariffs.csv"] = tariffs }
    for (name, text) in tables { files["data/\(name).csv"] = text }
    return try TestProject(files).read()
  }

  // MARK: Indices and own supply

  @Test func danishHeadingsAreUnderstood() throws {
    let read = try Self.project([
      "satisfaction": "tilbud;periode;svarer;score;skala;svar\nM1;2024;pårørende;4,2;5;12\n;2024;;70;100;\n",
      "indices": "år;pl_indeks\n2025;103,1\n2024;100\n",
      "own_supply": "kommune;specialområde;fra;pladser;borgere;status\nAarhus;autisme;01-03-2027;8;;planlagt\n751;Autisme;2024-01-01;12;10;åben\n",
    ])
    #expect(read.findings.isEmpty, "\(read.all)")
    #expect(read.extracts.satisfaction.map(\.score) == [70, 4.2] && read.extracts.satisfaction.map(\.offer) == ["", "M1"])
    #expect(read.extracts.satisfaction.map(\.respondent) == [.citizen, .relative] && read.extracts.satisfaction.map(\.answers) == [nil, 12])
    #expect(read.extracts.indices == [2024: 100, 2025: 103.1])
    #expect(
      read.extracts.ownSupply == [
        OwnSupplyStep(municipality: "751", area: "autisme", from: try #require(Day(year: 2024, month: 1, day: 1)), places: 12, citizens: 10),
        OwnSupplyStep(municipality: "751", area: "autisme", from: try #require(Day(year: 2027, month: 3, day: 1)), places: 8, status: .planned),
      ])
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    let table: String
    let text: String
    let row: Int
    let column: String
    let says: String
    var severity = Finding.Severity.error
    var testDescription: String { "\(table) \(text)" }
  }

  static let bad: [Bad] = [
    Bad(table: "indices", text: "year,pl_index\n2025,3.1\n", row: 2, column: "pl_index", says: "growth"),
    Bad(table: "indices", text: "year,pl_index\n2025,100\n2025,101\n", row: 3, column: "year", says: "row 2"),
    Bad(table: "indices", text: "year,pl_index\n2025,\n", row: 2, column: "pl_index", says: "missing"),
    Bad(table: "indices", text: "year,pl_index\n20255,100\n", row: 2, column: "year", says: "2100"),
    Bad(table: "own_supply", text: "municipality,area,from,places\nArhus,autisme,2024-01-01,5\n", row: 2, column: "municipality", says: "“Aarhus”"),
    Bad(table: "own_supply", text: "municipality,area,from,places\n751,autsme,2024-01-01,5\n", row: 2, column: "area", says: "autisme"),
    Bad(table: "own_supply", text: "municipality,area,from,places,status\n751,autisme,2024-01-01,5,opne\n", row: 2, column: "status", says: "open"),
    Bad(table: "own_supply", text: "municipality,area,from,places\n751,autisme,,5\n", row: 2, column: "from", says: "missing"),
    Bad(table: "own_supply", text: "municipality,area,from,places\n751,autisme,2024-01-01,-5\n", row: 2, column: "places", says: "negative"),
    Bad(table: "satisfaction", text: "offer,period,score,scale_max\nM1,2024,6,5\n", row: 2, column: "score", says: "5"),
    Bad(table: "satisfaction", text: "offer,period,score,scale_max\nM1,2024,4,\n", row: 2, column: "scale_max", says: "missing"),
    Bad(table: "satisfaction", text: "offer,period,score,scale_max\nM1,2024,4,5\nM1,2024,3,5\n", row: 3, column: "period", says: "row 2"),
    Bad(table: "satisfaction", text: "offer,period,respondent,score,scale_max\nM1,2024,citizn,4,5\n", row: 2, column: "respondent", says: "citizen"),
    Bad(table: "satisfaction", text: "area,period,score,scale_max\nautsme,2024,4,5\n", row: 2, column: "area", says: "autisme"),
    Bad(table: "economy", text: "offer,period,costs\nM1,2024,-5\n", row: 2, column: "costs", says: "negative"),
    Bad(table: "capacity", text: "offer,from,places\nM1,2024-01-01,2\nM1,,3\n", row: 3, column: "from", says: "missing"),
    Bad(
      table: "tariffs", text: "offer,service,level,amount,from,to\nM1,residential,1,5,2024-01-01,2024-12-31\nM1,residential,1,6,2024-07-01,\n", row: 3,
      column: "from", says: "row 2"),
    Bad(
      table: "capacity", text: "offer,from,places,assumed_occupancy\nM1,2024-01-01,2,1.2\n", row: 2, column: "assumed_occupancy", says: "reason",
      severity: .warning),
    Bad(
      table: "capacity", text: "offer,from,places,assumed_occupancy\nM1,2024-01-01,2,40\n", row: 2, column: "assumed_occupancy", says: "reason",
      severity: .warning),
    Bad(table: "tariffs", text: "offer,service,amount,from\nM1,ydelsepakke,5,2024-01-01\n", row: 2, column: "service", says: "“ydelsespakke”", severity: .warning),
    Bad(table: "rules", text: "a,b\n1,2\n", row: 0, column: "", says: "rules/NAME.toml", severity: .warning),
  ]

  @Test(arguments: bad) func badRowsHavePlaceAndRemedy(_ bad: Bad) throws {
    let read = try Self.project([bad.table: bad.text])
    let found = read.findings.filter { $0.severity >= .warning }
    #expect(found.count == 1, "\(read.all)")
    let finding = try #require(found.first)
    #expect(finding.severity == bad.severity && finding.file == "data/\(bad.table).csv")
    #expect(finding.row == (bad.row == 0 ? nil : bad.row) && finding.column == (bad.column.isEmpty ? nil : bad.column), "\(read.all)")
    #expect(finding.text(in: .en).contains(bad.says) && !finding.remedy.isEmpty, "\(read.all)")
  }

  @Test func aReasonQuietsTheOccupancy() throws {
    let read = try Self.project(["capacity": "offer,from,places,assumed_occupancy,reason\nM1,2024-01-01,20,1.2,under opbygning\n"])
    #expect(read.findings.isEmpty, "\(read.all)")
  }

  // MARK: Days against places and accounts

  /// Two citizens in 20 places, in one, and in two; the finding stands at the step and names the years.
  @Test(arguments: [(20, "10 %"), (1, "200 %"), (2, nil)] as [(Int, String?)])
  func actualOccupancy(places: Int, says: String?) throws {
    let read = try Self.project(["capacity": "offer,from,places\nM1,2020-01-01,\(places)\n"])
    let found = read.findings.filter { $0.file == "data/capacity.csv" }
    #expect(found.count == (says == nil ? 0 : 1), "\(read.all)")
    guard let says else { return }
    #expect(found[0].severity == .warning && !found[0].remedy.isEmpty)
    #expect(found[0].row == 2 && found[0].value == "M1" && found[0].message.en.contains("2024: \(says), 2025: \(says)"), "\(read.all)")
  }

  /// A year in which places or offer were not there all the time is not judged.
  @Test func partialYearsAreNotJudged() throws {
    let read = try Self.project(["capacity": "offer,from,places\nM1,2025-02-01,20\n"])
    #expect(read.findings.isEmpty, "\(read.all)")
  }

  /// 366 days of 2,000 and of 1,000 in 2024, 365 days of 2,100 and of 1,000 in 2025.
  @Test(arguments: [
    (2024, 1_098_000.0, true), (2024, 1_108_900, true), (2024, 1_109_100, false), (2024, 1_086_900, false), (2025, 1_131_500, true), (2025, 900_000, false),
  ])
  func incomeIsDaysTimesTariff(year: Int, income: Double, agrees: Bool) throws {
    let read = try Self.project(["tariffs": Self.tariffs, "economy": "offer,period,income\nM1,\(year),\(income)\n"])
    #expect(read.findings.isEmpty == agrees, "\(read.all)")
    guard !agrees else { return }
    #expect(read.findings[0].row == 2 && read.findings[0].column == "income" && read.findings[0].severity == .warning)
    #expect(read.findings[0].text(in: .en).contains("days × tariff"))
  }

  /// A base tariff with packages, by their Danish names and a step of 800 between them, and a supplement for all: 1,000 + 2.5 × 800 + 100 for
  /// level 3; the other stay has a price of its own.
  @Test(arguments: [(1_500_600.0, true), (1_464_000, false)], ["tillæg", "Særtakst"])
  func partsOfAPriceAddUp(row: (income: Double, agrees: Bool), supplement: String) throws {
    let tariffs = "tilbud;ydelse;niveau;takst;fra\nM1;basistakst;;1000;2024-01-01\nM1;ydelsespakke;;800;2024-01-01\nM1;\(supplement);;100;2024-01-01\n"
    let read = try Self.project(["tariffs": tariffs, "economy": "offer,period,income\nM1,2024,\(row.income)\n"])
    #expect(read.findings.isEmpty == row.agrees, "\(read.all)")
  }

  /// A tariff without a service is that of the offer's kind; one of another kind is said to count for nothing.
  @Test func aServiceIsThatOfTheOffer() throws {
    let read = try Self.project(["tariffs": "offer,amount,from\nM1,2000,2024-01-01\n", "economy": "offer,period,income\nM1,2024,1464000\n"])
    #expect(read.findings.isEmpty && read.extracts.tariffs.map(\.service) == ["residential"], "\(read.all)")
    let other = try Self.project(["tariffs": "offer,service,amount,from\nM1,dagtilbud,500,2024-01-01\n"])
    #expect(other.findings.map(\.severity) == [.note] && other.findings[0].column == "service" && other.findings[0].value == "dagtilbud", "\(other.all)")
  }

  /// Without a price of every day nothing is held against the income; nor outside the data.
  @Test func whatHasNoPriceIsNotJudged() throws {
    let unpriced = try Self.project(["economy": "offer,period,income\nM1,2024,5\n"], tariffs: nil)
    #expect(unpriced.findings.allSatisfy { $0.column != "income" }, "\(unpriced.all)")
    let outside = try Self.project(["tariffs": Self.tariffs, "economy": "offer,period,income\nM1,2023,5\nM1,2026,5\n"])
    #expect(outside.findings.isEmpty, "\(outside.all)")
  }

  // MARK: Sections and their law

  /// One stay under a section, with what is found: nothing, a note or a warning.
  @Test(arguments: [
    ("SEL_66", "2020-01-01", "2023-12-31", nil), ("SEL_66", "2020-01-01", "2024-01-01", nil), ("SEL_66", "2020-01-01", "2024-01-02", .note),
    ("SEL_52", "2020-01-01", "", .note), ("SEL_36", "2024-01-01", "", .warning), ("SEL_108", "2024-06-01", "", nil),
    ("BL_43", "2024-01-01", "", nil), ("BL_43", "2020-01-01", "", nil), ("BL_43", "2020-01-01", "2024-01-01", .note),
  ] as [(String, String, String, Finding.Severity?)])
  func sections(code: String, start: String, end: String, severity: Finding.Severity?) throws {
    let stays = "citizen,payer,offer,legal_basis,start,end,end_reason\na,751,M1,\(code),\(start),\(end),\(end.isEmpty ? "" : "discharge")\nb,751,M1,SEL_108,2024-01-01,,\n"
    let read = try Self.project([:], stays: stays, settings: "[data]\nfrom = \"2020-01-01\"\nto = \"2025-12-31\"\n")
    #expect(read.findings.map(\.severity) == (severity.map { [$0] } ?? []), "\(read.all)")
    guard severity != nil else { return }
    #expect(read.findings[0].row == 2 && read.findings[0].column == "legal_basis" && read.findings[0].text(in: .da).contains("barnets lov"))
  }

  /// One offer under a section, likewise; `valid_to` is its last day.
  @Test(arguments: [
    ("SEL_66", "2000-01-01", "2023-12-31", nil), ("SEL_66", "2000-01-01", "2024-01-01", .note), ("SEL_66", "2000-01-01", "", .note), ("SEL_66", "", "", .note),
    ("SEL_66", "2024-01-01", "", .warning), ("BL_43", "2000-01-01", "", nil), ("BL_43", "2000-01-01", "2023-12-31", .note), ("SEL_107", "", "", nil),
  ] as [(String, String, String, Finding.Severity?)])
  func sectionsOfOffers(code: String, from: String, to: String, severity: Finding.Severity?) throws {
    let read = try TestProject([
      "data/offers.csv": "offer,area,legal_basis,valid_from,valid_to\nM1,a,SEL_107,,\nM2,a,\(code),\(from),\(to)\n",
      "data/stays.csv": "citizen,payer,offer,legal_basis,start,end,end_reason\nb,751,M1,SEL_107,2020-01-01,,\n",
      "plads.toml": "[data]\nfrom = \"2020-01-01\"\nto = \"2025-12-31\"\n",
    ]).read()
    let found = read.findings.filter { $0.file == "data/offers.csv" }
    #expect(found.map(\.severity) == (severity.map { [$0] } ?? []), "\(read.all)")
    guard severity != nil else { return }
    #expect(found[0].row == 3 && found[0].column == "legal_basis" && found[0].text(in: .da).contains("barnets lov") && !found[0].text(in: .da).contains("opholdet"))
  }

  /// Citizens whose level has no tariff on the last day are told of by offer, with levels and their number; a price that is agreed without a level is none.
  @Test(arguments: [
    ("M1,residential,3,2000,2024-01-01,", nil, ""), ("M1,residential,,2000,2024-01-01,", nil, ""), ("M1,residential,2,2000,2024-01-01,", 1, "level 3"),
    ("M1,residential,3,2000,2024-01-01,2025-06-30", 1, "level 3"), ("M1,residential,3,2000,2024-01-01,2025-12-31", nil, ""),
    ("M1,basistakst,,1000,2024-01-01,\nM1,ydelsespakke,3,800,2024-01-01,", nil, ""), ("M1,basistakst,,1000,2024-01-01,2025-06-30\nM1,ydelsespakke,3,800,2024-01-01,", 2, "no base tariff"),
    ("M1,basistakst,,1000,2024-01-01,\nM1,ydelsespakke,2,800,2024-01-01,", 1, "level 3"),
  ] as [(String, Int?, String)])
  func levelsWithoutTariff(tariffs: String, citizens: Int?, says: String) throws {
    let read = try Self.project([:], tariffs: "offer,service,level,amount,from,to\n" + tariffs + "\n")
    let found = read.findings.filter { $0.column == "level" && $0.file == "data/tariffs.csv" }
    #expect(found.count == (citizens == nil ? 0 : 1), "\(read.all)")
    guard let citizens, let first = found.first else { return }
    #expect(first.severity == .warning && first.value == "Mosebakken" && !first.remedy.isEmpty)
    #expect(first.message.en.contains(says) && first.message.en.contains("(citizens: \(citizens))") && first.message.en.contains("2025-12-31"), "\(first)")
    // The first citizen has no price, the second one of 1,000.
    #expect(first.message.en.contains(citizens == 1 ? "no price of their own" : "1 have none"), "\(first)")
  }

  /// The price of offers with citizens that no tariff names is said to be that of the stays, or to be unknown where money is given; nothing is
  /// said where there is no money at all.
  @Test(arguments: [("", "", nil), ("", "2000", "tariff-note"), ("B2,2500,2020-01-01\n", "2000", "M1"), ("B2,2500,2020-01-01\n", "", "no price")] as [(String, String, String?)])
  func offersWithoutTariff(tariffs: String, price: String, says: String?) throws {
    var files = [
      "data/offers.csv": "offer,area\nM1,a\nB2,a\n", "plads.toml": "[data]\nfrom = \"2020-01-01\"\nto = \"2025-12-31\"\n",
      "data/stays.csv": "citizen,payer,offer,start,end,end_reason,price\na,751,M1,2020-01-01,,,\(price)\nb,751,B2,2020-01-01,2024-01-01,discharge,\(price)\n",
    ]
    if !tariffs.isEmpty { files["data/tariffs.csv"] = "offer,amount,from\n" + tariffs }
    let read = try TestProject(files).read()
    let found = read.findings.filter { $0.file == "data/tariffs.csv" }
    #expect(found.count == (says == nil ? 0 : 1), "\(read.all)")
    guard says != nil else { return }
    #expect(found[0].severity == (price.isEmpty ? .warning : .note) && !found[0].remedy.isEmpty)
    #expect(found[0].message.en.contains(price.isEmpty ? "cannot be reckoned" : "citizens' stays"))
    // B2's citizen has left.
    #expect(found[0].message.en.contains(tariffs.isEmpty ? "offers with citizens: 1" : "(M1)"))
  }

  @Test(arguments: [(20, 22, true), (20, 20, false), (24, 22, false)]) func staffedPlacesAboveApproved(approved: Int, staffed: Int, isFound: Bool) throws {
    let read = try Self.project(["capacity": "offer,from,places,approved_places,staffed_places,reason\nM1,2020-01-01,20,\(approved),\(staffed),few\n"])
    let found = read.findings.filter { $0.column == "staffed_places" }
    #expect(found.count == (isFound ? 1 : 0), "\(read.all)")
    if isFound { #expect(found[0].severity == .warning && found[0].row == 2 && found[0].value == "22" && !found[0].remedy.isEmpty) }
  }

  /// A code's neighbours in digits are other places altogether.
  @Test func unknownCodesAreNotLikened() throws {
    let read = TestProject.stays("a,752,M1,2020-01-01,,,").read()
    let found = try #require(read.errors.first { $0.column == "payer" })
    #expect(found.value == "752" && found.text(in: .en).contains("municipalities.csv") && !found.text(in: .en).contains("751"), "\(read.all)")
  }

  @Test func sectionsOfCounts() throws {
    let read = try TestProject([
      "data/activity.csv": "area,period,payer,legal_basis,stock\na,2023,751,SEL_66,5\na,2024,751,SEL_66,5\na,2025,751,SEL_66,5\n"
    ]).read()
    let found = read.findings.filter { $0.column == "legal_basis" }
    #expect(found.count == 1 && found[0].severity == .warning && found[0].row == 3, "\(read.all)")
    #expect(found[0].message.en.contains("In all 2"), "\(read.all)")
  }

  @Test func theRuleSetIsNamedWithItsPlace() throws {
    let read = try Self.project([:], settings: "[project]\nrule_set = \"sjaelland_2012\"\n" + Self.settings)
    let found = try #require(read.extracts.settings.ruleSet)
    #expect(found.name == "sjaelland_2012" && found.place.row == 2 && found.place.file == "plads.toml")
  }
}
