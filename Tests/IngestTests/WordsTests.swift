import Groundwork
import Placements
import Testing

@testable import Ingest

@Suite("Words and person numbers")
struct WordsTests {
  @Test("kinds", arguments: [
    ("døgn", ServiceKind.residential), ("DOEGN", .residential), ("Døgntilbud", .residential), ("dag", .day), ("Aflastning", .respite),
    ("timer", .hours), ("enkeltmand", .singlePerson), ("single_person", .singlePerson), ("Særforanstaltning", .singlePerson),
  ])
  func kinds(_ text: String, _ kind: ServiceKind) {
    #expect(Words.kinds.value(text) == kind)
  }

  @Test("end reasons", arguments: [
    ("hjemtagning", EndReason.homecoming), ("Hjemtaget", .homecoming), ("flytning", .transfer), ("overflytning", .transfer),
    ("udskrevet", .discharge), ("død", .death), ("doed", .death), ("lukning", .closure), ("overtagelse", .takeover), ("andet", .other),
    ("ukendt", .unknown), ("age_out", .ageOut),
  ])
  func endReasons(_ text: String, _ reason: EndReason) {
    #expect(Words.endReasons.value(text) == reason)
  }

  @Test("every canonical word is its own", arguments: EndReason.allCases)
  func canonical(_ reason: EndReason) {
    #expect(Words.endReasons.value(reason.rawValue) == reason)
  }

  @Test("legal sections", arguments: [
    ("SEL_107", "SEL_107"), ("107", "SEL_107"), ("§ 107", "SEL_107"), ("§107", "SEL_107"), ("SEL § 107", "SEL_107"), ("sel 107", "SEL_107"),
    ("SEL § 107, stk. 2", "SEL_107"), ("Serviceloven § 85", "SEL_85"), ("ABL § 105", "ABL_105"), ("§ 105", "ABL_105"), ("185b", "ABL_185B"),
    ("ABL § 185 b", "ABL_185B"), ("§ 101 a", "SEL_101"), ("BL_43", "BL_43"), ("barnets lov § 90", "BL_90"), ("SUL_141", "SUL_141"),
    ("STU", "STU"), ("FSL_20", "FSL_20"),
  ])
  func legalBasis(_ text: String, _ code: String) {
    #expect(LegalBasis.code(text) == code)
  }

  @Test("what is no legal section", arguments: ["", "§", "SEL", "999", "SEL_999", "§§ 83-87", "SUL_140", "FSL", "1O7", "107 og 108", "20"])
  func noLegalBasis(_ text: String) {
    #expect(LegalBasis.code(text) == nil)
  }

  @Test("every code is read as itself", arguments: LegalBasis.codes)
  func ownCode(_ code: String) {
    #expect(LegalBasis.code(code) == code)
  }

  @Test("person numbers", arguments: ["0101901234", "010190-1234", "010190 1234", "2902001234", "3112991234", "610190-1234"])
  func person(_ text: String) {
    #expect(PersonNumber.isOne(text))
    #expect(!PersonNumber.masked("x \(text) y").contains("1234"))
    #expect(PersonNumber.masked(text).hasSuffix("-****"))
  }

  @Test("numbers that are no person's", arguments: [
    "", "010190", "010190-123", "010190-12345", "320190-1234", "011390-1234", "290201-1234", "000000-0000", "01019O-1234", "2027-04-01",
    "01-04-2027", "010190--1234", "010190_1234", "9999999999", "0101901234a",
  ])
  func noPerson(_ text: String) {
    #expect(!PersonNumber.isOne(text))
  }

  @Test("no table lets a person number in", arguments: [
    ("stays", "citizen,payer,offer,start,remark\n010190-1234,751,M1,2020-01-01,\n", "citizen"),
    ("stays", "citizen,payer,offer,start,remark\nc,751,M1,2020-01-01,0101901234\n", "remark"),
    ("activity", "area,period,payer,stock\n010190 1234,2025,751,1\n", "area"),
    ("capacity", "offer,from,places,p_number\nM1,2020-01-01,1,0101901234\n", "p_number"),
    ("offers", "offer,area,p_number\nM1,x,010190-1234\n", "p_number"),
    ("offers", "offer,area,name\nM1,x,0101901234\n", "name"),
    ("municipalities", "code,name\n0101901234,x\n", "code"), ("tariffs", "offer,amount,from\nM1,0101901234,2020-01-01\n", "amount"),
    ("population", "municipality,year,persons\n751,2020,0101901234\n", "persons"),
  ])
  func stopped(_ table: String, _ text: String, _ column: String) throws {
    var files = ["data/offers.csv": TestProject.offers, "data/activity.csv": TestProject.activity]
    files["data/\(table).csv"] = text
    let read = try TestProject(files).read()
    let finding = try #require(read.errors.first { $0.message.en.contains("CPR") })
    #expect(finding.file == "data/\(table).csv")
    #expect(finding.row == 2)
    #expect(finding.column == column)
    #expect(finding.value == "010190-****")
    #expect(finding.remedy.da.contains("plads pseudonymise"))
    #expect(!read.all.contains("1234"))
  }

  @Test("headers in Danish, in any spelling", arguments: [
    (TableName.stays, "Betalingskommune", "payer"), (.stays, "HANDLEKOMMUNE", "acting"), (.stays, "Indskrivningsdato", "start"),
    (.stays, "udskrevet", "end"), (.stays, "Ophørsårsag", "end_reason"), (.stays, "ophoersaarsag", "end_reason"), (.stays, "Borger ID", "citizen"),
    (.stays, "Støtteniveau", "support_level"), (.stays, "pris", "price"), (.stays, "tilbud", "offer"), (.municipalities, "kommune_kode", "code"),
    (.population, "Kommunekode", "municipality"), (.population, "år", "year"), (.population, "aar", "year"), (.capacity, "Normerede pladser", "places"),
    (.capacity, "pladser", "places"), (.capacity, "godkendte_pladser", "approved_places"), (.capacity, "Forudsat belægningsprocent", "assumed_occupancy"),
    (.tariffs, "beløb", "amount"), (.tariffs, "takst", "amount"), (.tariffs, "prisår", "price_year"), (.activity, "Indskrivninger", "admissions"),
    (.activity, "hjemtagninger", "homecomings"), (.activity, "belægning", "stock"), (.activity, "Belagte dage", "occupied_days"),
    (.activity, "venteliste", "waiting"), (.activity, "periode", "period"), (.activity, "område", "area"), (.offers, "Specialområde", "area"),
    (.offers, "hjemmel", "legal_basis"), (.offers, "retsgrundlag", "legal_basis"), (.offers, "Tilbudstype", "kind"), (.offers, "p-nummer", "p_number"),
  ])
  func headers(_ table: TableName, _ header: String, _ canonical: String) {
    #expect(TableLayout.of(table).canonical(header) == canonical)
  }

  @Test("no alias means two columns of a table", arguments: TableName.allCases)
  func aliases(_ table: TableName) {
    let layout = TableLayout.of(table)
    let all = layout.columns.flatMap { [$0.name] + $0.aliases }
    #expect(Set(all).count == all.count, "\(Dictionary(grouping: all, by: \.self).filter { $0.value.count > 1 }.keys.sorted())")
    for alias in all { #expect(TableLayout.form(alias) == alias) }
  }
}
