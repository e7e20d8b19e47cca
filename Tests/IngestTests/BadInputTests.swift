import Groundwork
import Ingest
import Placements
import Testing

/// One broken thing, where it must be found, and a part of what must be said.
struct Bad: Sendable, CustomTestStringConvertible {
  let file: String
  let text: String
  let row: Int?
  let column: String?
  let value: String?
  let says: String
  var severity = Finding.Severity.error

  init(
    _ file: String, _ text: String, row: Int?, column: String?, value: String?, says: String, severity: Finding.Severity = .error
  ) {
    self.file = file
    self.text = text
    self.row = row
    self.column = column
    self.value = value
    self.says = says
    self.severity = severity
  }

  static func stay(_ row: String, _ column: String?, _ value: String?, _ says: String, severity: Finding.Severity = .error) -> Bad {
    Bad(
      "stays", "citizen,payer,offer,start,end,end_reason,price,support_level\n" + row + "\n", row: 2, column: column, value: value,
      says: says, severity: severity)
  }

  /// What a stay says of the citizen's age.
  static func person(_ cells: String, _ column: String, _ value: String, _ says: String) -> Bad {
    Bad("stays", "citizen,payer,offer,start,birth_year,age_at_start\nc,751,M1,2020-01-01," + cells + "\n", row: 2, column: column, value: value, says: says)
  }

  static func activity(_ row: String, _ column: String?, _ value: String?, _ says: String, at line: Int = 2) -> Bad {
    Bad(
      "activity", "area,period,payer,stock,admissions,waiting,occupied_days,kind,legal_basis,offer\n" + row + "\n", row: line, column: column, value: value,
      says: says)
  }

  var testDescription: String { "\(file): \(says) \(value ?? "")" }
}

@Suite("Bad input")
struct BadInputTests {
  static let stays: [Bad] = [
    .stay(",751,M1,2020-01-01,,,,", "citizen", nil, "missing"),
    .stay("c,,M1,2020-01-01,,,,", "payer", nil, "missing"),
    .stay("c,751,,2020-01-01,,,,", "offer", nil, "missing"),
    .stay("c,751,M1,,,,,", "start", nil, "missing"),
    .person("85,", "birth_year", "85", "age of 1935"), .person("2021,", "birth_year", "2021", "age of -1"), .person("1900,", "birth_year", "1900", "age of 120"),
    .person("1985.5,", "birth_year", "1985.5", "whole number"), .person("født,", "birth_year", "født", "not a number"),
    .person(",116", "age_at_start", "116", "between 0 and 115"), .person(",-3", "age_at_start", "-3", "negative"),
    .stay("c,752,M1,2020-01-01,,,,", "payer", "752", "no known municipality code"),
    .stay("c,Arhus,M1,2020-01-01,,,,", "payer", "Arhus", "“Aarhus”"),
    .stay("c,I alt,M1,2020-01-01,,,,", "payer", "I alt", "sum over municipalities"),
    .stay("c,751,M3,2020-01-01,,,,", "offer", "M3", "“M1”"),
    .stay("c,751,M1,2020-02-31,,,,", "start", "2020-02-31", "does not exist"),
    .stay("c,751,M1,31.04.2020,,,,", "start", "31.04.2020", "does not exist"),
    .stay("c,751,M1,01-04-20,,,,", "start", "01-04-20", "not a date"),
    .stay("c,751,M1,43831,,,,", "start", "43831", "not a date"),
    .stay("c,751,M1,1850-01-01,,,,", "start", "1850-01-01", "1900-2100"),
    .stay("c,751,M1,9999-12-31,,,,", "start", "9999-12-31", "1900-2100"),
    .stay("c,751,M1,2500-01-01,,,,", "start", "2500-01-01", "1900-2100"),
    .stay("c,751,M1,2020-01-01,2019-12-31,death,,", "end", "2019-12-31", "before the beginning, 2020-01-01"),
    .stay("c,751,M1,2020-01-01,2020-01-01,death,,", "end", "2020-01-01", "end_is_last_day"),
    .stay("c,751,M1,2020-01-01,2021-01-01,hjemtagnin,,", "end_reason", "hjemtagnin", "“hjemtagning”"),
    .stay("c,751,M1,2020-01-01,2021-01-01,death,nan,", "price", "nan", "finite"),
    .stay("c,751,M1,2020-01-01,2021-01-01,death,inf,", "price", "inf", "finite"),
    .stay("c,751,M1,2020-01-01,2021-01-01,death,0x1p3,", "price", "0x1p3", "not a number"),
    .stay("c,751,M1,2020-01-01,2021-01-01,death,2.314,", "price", "2.314", "thousands"),
    .stay("c,751,M1,2020-01-01,2021-01-01,death,\"2.314,50\",", "price", "2.314,50", "thousands"),
    .stay("c,751,M1,2020-01-01,2021-01-01,death,-5,", "price", "-5", "negative"),
    .stay("c,751,M1,2020-01-01,2021-01-01,death,5,-1", "support_level", "-1", "negative"),
    .stay("c,751,M1,2020-01-01,,death,,", "end_reason", "death", "without an end", severity: .warning),
  ]

  static let activity: [Bad] = [
    .activity("A,2025Q1,751,-1,,,,,,", "stock", "-1", "negative"),
    .activity("A,2025Q1,751,1,1.5,,,,,", "admissions", "1.5", "not a whole number"),
    .activity("A,2025Q1,751,1,-2,,,,,", "admissions", "-2", "negative"),
    .activity("A,2025Q1,751,1,,>5,,,,", "waiting", ">5", "not a number"),
    .activity("A,2025Q1,751,1,,,1.234,,,", "occupied_days", "1.234", "thousands"),
    .activity("A,2025Q5,751,1,,,,,,", "period", "2025Q5", "no period"),
    .activity("A,9999,751,1,,,,,,", "period", "9999", "no period"),
    .activity("A,,751,1,,,,,,", "period", nil, "missing"),
    .activity(",2025Q1,751,1,,,,,,", "area", "", "neither offer nor area"),
    .activity("A,2025Q1,751,1,,,,dogn,,", "kind", "dogn", "“døgn”"),
    .activity("A,2025Q1,751,1,,,,,§ 999,", "legal_basis", "§ 999", "legal section"),
    .activity("A,2025Q1,751,1,,,,,,\nA,2025Q1,Aarhus,2,,,,,,", "period", "2025Q1", "row 2", at: 3),
    .activity("A,2025Q1,751,1,,,,,,\nA,2025-01,751,2,,,,,,", "period", "2025-01", "row 2", at: 3),
    .activity("Hjerneskade,2025Q1,751,1,,,,,,M1", "area", "Hjerneskade", "autisme"),
    .activity("A,2025Q1,751,1,,,,,,M9", "offer", "M9", "not a known offer"),
  ]

  static let others: [Bad] = [
    Bad(
      "stays", "citizen,payer,offer,start,end,end_reason\nc,751,M1,2020-01-01,2021-01-01,unknown\n", row: nil, column: "end_reason", value: nil,
      says: "100 %", severity: .warning),
    Bad("offers", "offer,area\nM1,a\nM1,b\n", row: 3, column: "offer", value: "M1", says: "row 2"),
    Bad("offers", "offer,area\nM1,\n", row: 2, column: "area", value: nil, says: "missing"),
    Bad("offers", "offer,area,valid_from,valid_to\nM1,a,2020-01-01,2019-01-01\n", row: 2, column: "valid_to", value: "2019-01-01", says: "before"),
    Bad("offers", "offer,area,legal_basis\nM1,a,SEL_1O7\n", row: 2, column: "legal_basis", value: "SEL_1O7", says: "“SEL_107”"),
    Bad("offers", "offer,area,nation_wide\nM1,a,måske\n", row: 2, column: "nation_wide", value: "måske", says: "Valid: yes, no"),
    Bad("offers", "offer,area,finansiering\nM1,a,taksst\n", row: 2, column: "finansiering", value: "taksst", says: "“takst”"),
    Bad("offers", "offer,area,kind\nM1,a,dagtilbudd\n", row: 2, column: "kind", value: "dagtilbudd", says: "“dagtilbud”"),
    Bad("offers", "offer,area,host_municipality\nM1,a,Odnese\n", row: 2, column: "host_municipality", value: "Odnese", says: "“Odense”"),
    Bad("municipalities", "code,name\n101,A\n0101,B\n", row: 3, column: "code", value: "0101", says: "row 2"),
    Bad("capacity", "offer,from,places\nM1,2020-01-01,5\nM1,2020-01-01,6\n", row: 3, column: "from", value: "2020-01-01", says: "row 2"),
    Bad("capacity", "offer,from,places\nM1,2020-01-01,-5\n", row: 2, column: "places", value: "-5", says: "negative"),
    Bad("capacity", "offer,from,places,assumed_occupancy\nM1,2020-01-01,5,950\n", row: 2, column: "assumed_occupancy", value: "950", says: "occupancy"),
    Bad("capacity", "offer,from,places,days_per_year\nM1,2020-01-01,5,367\n", row: 2, column: "days_per_year", value: "367", says: "366"),
    Bad("tariffs", "offer,amount,from,to\nM1,-1,2020-01-01,\n", row: 2, column: "amount", value: "-1", says: "negative"),
    Bad(
      "tariffs", "offer,amount,from,to\nM1,1,2020-01-01,2021-06-30\nM1,2,2021-01-01,\n", row: 3, column: "from", value: "2021-01-01",
      says: "row 2"),
    Bad("population", "municipality,year,persons\n751,2020,5\n751,2020,6\n", row: 3, column: "persons", value: "751 2020 0-120", says: "row 2"),
    Bad(
      "population", "municipality,year,age_from,age_to,persons\n751,2020,0,17,5\n751,2020,10,20,6\n", row: 3, column: "persons",
      value: "751 2020 10-20", says: "overlap"),
    Bad("population", "municipality,year,age_from,age_to,persons\n751,2020,18,17,5\n", row: 2, column: "age_to", value: "17", says: "age_from"),
    Bad("population", "municipality,year,persons,source\n751,2020,5,guess\n", row: 2, column: "source", value: "guess", says: "not a known value"),
    Bad("population", "municipality,year,persons\n751,1800,5\n", row: 2, column: "year", value: "1800", says: "1900"),
    Bad("population", "municipality,year,persons\n751,2020,591.481\n", row: 2, column: "persons", value: "591.481", says: "thousands"),
    Bad("population", "municipality,year\n751,2020\n", row: 1, column: "persons", value: nil, says: "missing"),
    Bad("activity", "area,period,payer\nA,2020,751\n", row: 1, column: nil, value: nil, says: "no column of figures"),
    Bad("activity", "period,payer,stock\n2020,751,1\n", row: 1, column: nil, value: nil, says: "neither offer nor area"),
    Bad("activity", "area,period,payr,stock\nA,2020,751,1\n", row: 1, column: "payer", value: nil, says: "“payr”"),
    Bad("activity", "area,period,payer,stock,udskrivninger\nA,2020,751,1,2\n", row: 1, column: "udskrivninger", value: nil, says: "without homecomings", severity: .warning),
    Bad("stays", "citizen,payer,offer,start,startdato2,indskrevet,start_date\n", row: nil, column: nil, value: nil, says: "no rows", severity: .warning),
    Bad("stays", "citizen,payer,offer,indskrevet,startdato\na,751,M1,2020-01-01,2020-01-01\n", row: 1, column: "startdato", value: nil, says: "both"),
    Bad("stays", "citizen,payer,offer,start\na,751,M1,2020-01-01\na,751,M1,2021-01-01\n", row: 3, column: "citizen", value: "a", says: "row 2"),
  ]

  @Test("is found at its place", arguments: stays + activity + others)
  func found(_ bad: Bad) throws {
    var files = ["data/offers.csv": TestProject.offers, "data/activity.csv": TestProject.activity]
    files["data/\(bad.file).csv"] = bad.text
    let read = try TestProject(files).read()
    let matching = read.findings.filter {
      $0.file == "data/\(bad.file).csv" && $0.row == bad.row && $0.column == bad.column && $0.value == bad.value
        && $0.text(in: .en).contains(bad.says) && $0.severity == bad.severity
    }
    #expect(matching.count == 1, "\(read.all)")
    for finding in matching { #expect(finding.message.da != finding.message.en || finding.message.isEmpty) }
  }

  @Test("sound neighbours of what is broken stay silent", arguments: [
    "c,751,M1,2020-01-01,31-12-9999,,1234.5", "c,0751,mosebakken,01/02/2020,igangværende,,", "c,Aarhus Kommune,M1,1.2.2020,9999-12-31,,",
    "c,Københavns Kommune,M1,2020-01-01T00:00:00,2020-01-02,ukendt,\"0,5\"", "c,Århus,M1,2020-02-29,2021-01-01,hjemtaget,1",
    "123456-7890,751,M1,2020-01-01,,,", "\"c;\"\"1\"\"\",751,M1,2020-01-01,,,",
  ])
  func sound(_ row: String) {
    let read = TestProject.stays(row).read()
    #expect(!read.hasErrors, "\(read.all)")
    #expect(read.extracts.stays.count == 1)
  }

  @Test("stays outside their offer's life warn")
  func validity() throws {
    let read = try TestProject([
      "data/offers.csv": "offer,area,valid_from,valid_to\nM1,a,2020-01-01,2021-12-31\n",
      "data/stays.csv":
        "citizen,payer,offer,start,end,end_reason\na,751,M1,2019-01-01,2020-06-01,death\nb,751,M1,2020-02-01,2022-01-02,death\nc,751,M1,2021-01-01,2022-01-01,death\nd,751,M1,2021-01-01,,\n",
    ]).read()
    #expect(!read.hasErrors)
    let warnings = read.findings.filter { $0.severity == .warning }
    #expect(warnings.map(\.row) == [2, 3, 5], "\(read.all)")
    #expect(warnings.map(\.column) == ["start", "end", "end"])
  }

  @Test("days after the window's end warn")
  func planned() throws {
    let read = try TestProject([
      "plads.toml": "[data]\nfrom = 2020-01-01\nto = 2021-12-31\n", "data/offers.csv": TestProject.offers,
      "data/stays.csv":
        "citizen,payer,offer,start,end,end_reason\na,751,M1,2020-01-01,2022-01-01,death\nb,751,M1,2020-01-01,2022-01-02,death\nc,751,M1,2022-01-01,,\n",
    ]).read()
    #expect(read.findings.filter { $0.severity == .warning }.map(\.row) == [3, 4], "\(read.all)")
    #expect(read.extracts.settings.observedTo?.iso == "2021-12-31")
  }

  @Test("the last day there can be told instead of the first day absent")
  func endIsLastDay() throws {
    let read = try TestProject([
      "plads.toml": "[data]\nend_is_last_day = true\n", "data/offers.csv": TestProject.offers,
      "data/stays.csv": "citizen,payer,offer,start,end,end_reason\na,751,M1,2020-01-01,2020-01-01,death\n",
    ]).read()
    #expect(!read.hasErrors)
    #expect(read.extracts.stays.first?.end?.iso == "2020-01-02")
  }

  @Test("stays need the table of offers, said once", arguments: ["stays", "capacity", "tariffs"])
  func offersMissing(_ table: String) throws {
    let texts = [
      "stays": "citizen,payer,offer,start,area\na,751,M1,2020-01-01,x\nb,751,M1,2020-01-01,x\n",
      "capacity": "offer,from,places\nM1,2020-01-01,5\nM1,2021-01-01,5\n",
      "tariffs": "offer,amount,from\nM1,5,2020-01-01\nM1,5,2021-01-01\n",
    ]
    let read = try TestProject(["data/activity.csv": TestProject.activity, "data/\(table).csv": texts[table]!]).read()
    #expect(read.errors.count == 1)
    #expect(read.errors.first?.text(in: .da).contains("data/offers.csv med kolonnerne offer og area") == true)
  }

  @Test("an end without a reason is unknown, and counted")
  func reasonMissing() throws {
    let rows = (0..<10).map { "c\($0),751,M1,2020-01-01,2021-01-01,\($0 < 2 ? "" : "death")," }.joined(separator: "\n")
    let read = TestProject.stays(rows).read()
    #expect(read.extracts.stays[0].endReason == .unknown)
    #expect(read.findings.contains { $0.severity == .note && $0.message.en.hasPrefix("stays that ended without a reason: 2.") })
    #expect(!read.findings.contains { $0.severity == .warning })
  }

  @Test("areas that the project does not list count by themselves, with a warning")
  func undeclaredArea() throws {
    let read = try TestProject([
      "plads.toml": "[[area]]\nid = \"aut\"\nname = \"Autisme\"\nage_from = 0\nage_to = 64\n",
      "data/activity.csv": "area,period,payer,stock\nautisme,2025,751,1\naut,2024,751,1\nAutismee,2024,751,1\nAutismee,2025,751,1\n",
    ]).read()
    #expect(read.extracts.activity.map(\.stratum.area) == ["aut", "aut", "autismee", "autismee"])
    #expect(read.extracts.settings.areas.map(\.id) == ["aut", "autismee"])
    let warnings = read.findings.filter { $0.severity == .warning }
    #expect(warnings.count == 1)
    #expect(warnings.first?.row == 4)
    #expect(warnings.first?.text(in: .en).contains("“Autisme”") == true)
  }

  @Test("a value of ten megabytes makes one short finding")
  func hugeValue() throws {
    let huge = String(repeating: "0101901234", count: 1_000_000)
    for text in [huge, "citizen,payer,offer,start\n" + huge, "citizen,payer,offer,start\nc,751,M1,2020-01-01\n\"" + huge] {
      let read = try TestProject(["data/offers.csv": TestProject.offers, "data/stays.csv": text]).read()
      #expect(read.errors.count == 1, "\(read.all)")
      #expect(read.all.count < 1000)
      #expect(!read.all.contains("0101901234"))
    }
  }
}
