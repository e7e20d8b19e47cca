import Groundwork
import Ingest
import Placements
import Testing

@Suite("Reading a project")
struct ProjectReaderTests {
  @Test("stays with every column arrive as written")
  func stays() throws {
    let read = try TestProject(["data/offers.csv": TestProject.offers, "data/stays.csv": TestProject.stays]).read()
    #expect(!read.hasErrors, "\(read.all)")
    let first = Stay(
      citizen: "a1", payer: "751", acting: "751", offer: "M1", legalBasis: "SEL_108", kind: .residential,
      start: try #require(Day(year: 2020, month: 2, day: 15)), end: Day(year: 2022, month: 3, day: 1), endReason: .homecoming,
      supportLevel: 3, price: 2314)
    let second = Stay(
      citizen: "a2", payer: "740", offer: "B2", legalBasis: "SEL_107", kind: .residential,
      start: try #require(Day(year: 2021, month: 5, day: 1)), end: nil, endReason: nil)
    #expect(read.extracts.stays == [first, second])
    #expect(read.extracts.settings.areas.map(\.id) == ["autisme", "hjerneskade"])
    #expect(read.extracts.settings.areas.map(\.name) == ["Autisme", "Hjerneskade"])
    #expect(read.extracts.municipalities == Municipality.denmark)
    #expect(read.coverage.municipalities == ["740", "751"])
    #expect(read.coverage.offers == ["B2", "M1"])
    #expect(read.coverage.areas == ["autisme", "hjerneskade"])
  }

  @Test("dropping activity.csv and municipalities.csv is enough")
  func activityAlone() throws {
    let read = try TestProject([
      "data/activity.csv": "omraade;periode;kommune;belægning;indskrivninger\nBørn;2024;Nordby;3;1\nBørn;2025;Nordby;4,5;\n",
      "data/municipalities.csv": "kommune_kode,kommune_navn\nN1,Nordby\nS1,Sydby\n",
    ]).read()
    #expect(!read.hasErrors, "\(read.all)")
    #expect(read.extracts.activity.map(\.payer) == ["N1", "N1"])
    #expect(read.extracts.activity.map(\.stock) == [3, 4.5])
    #expect(read.extracts.activity.map(\.admissions) == [1, nil])
    #expect(read.extracts.activity[0].stratum == Stratum(area: "boern", kind: .residential, legalBasis: ""))
    #expect(read.extracts.settings.observedFrom?.iso == "2024-01-01")
    #expect(read.extracts.settings.observedTo?.iso == "2025-12-31")
    #expect(read.tables.map(\.name) == ["municipalities", "activity"])
    #expect(read.tables[1].delimiter == .semicolon)
    #expect(read.tables[1].columns.map { "\($0.header)→\($0.name)" }.contains("belægning→stock"))
    #expect(read.findings.contains { $0.row == 3 && $0.column == "belægning" && $0.severity == .note })
  }

  @Test("reading twice gives the same findings and values")
  func deterministic() throws {
    let project = try TestProject([
      "data/offers.csv": TestProject.offers, "data/stays.csv": TestProject.stays + "\n,999,X,31-02-2020\n", "data/activity.csv": TestProject.activity,
    ])
    let first = project.read()
    for _ in 0..<5 {
      let again = project.read()
      #expect(again.findings == first.findings)
      #expect(again.extracts.stays == first.extracts.stays)
      #expect(again.extracts.activity == first.extracts.activity)
      #expect(again.coverage == first.coverage)
    }
  }

  @Test("findings come by file and row")
  func order() throws {
    let rows = (0..<30).map { "c\($0),751,M1,2020-01-01,x\($0),homecoming," }.reversed().joined(separator: "\n")
    let read = TestProject.stays(rows).read()
    let places = read.findings.map { ($0.file ?? "", $0.row ?? 0) }
    #expect(zip(places, places.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("beyond 20 of a kind the rest is summed up")
  func manyErrors() throws {
    let rows = (0..<1000).map { "c\($0),751,M1,2020-01-01,tomorrow,," }.joined(separator: "\n")
    let read = TestProject.stays(rows).read()
    #expect(read.errors.count == 21)
    let last = try #require(read.errors.last)
    #expect(last.text(in: .en).contains("and 980 more"))
    #expect(last.text(in: .da).contains("og 980 mere"))
    #expect(last.text(in: .en).contains("1001"))
  }

  @Test("a folder that is no project says how to make one", arguments: ["missing", "empty", "file"])
  func noProject(_ kind: String) throws {
    let project = try TestProject(["plain.txt": "x"])
    let folder = kind == "missing" ? project.folder + "/nowhere" : kind == "file" ? project.folder + "/plain.txt" : project.folder
    let read = ProjectReader(folder: folder).read()
    #expect(read.errors.count == 1)
    #expect(kind == "file" || read.all.contains("plads new"))
    #expect(throws: FindingsError.self) { try read.usable() }
  }

  @Test("settings alone forecast nothing")
  func settingsAlone() throws {
    let read = try TestProject(["plads.toml": "[project]\nname = \"x\"\n"]).read()
    #expect(read.all.contains("activity.csv"))
    #expect(read.hasErrors)
  }

  @Test("files in data/ that nobody reads are named", arguments: [("stay.csv", "data/stays.csv"), ("zzzzzzzzzzz.csv", "[inputs.TABLE]")])
  func strayFiles(_ name: String, _ text: String) throws {
    let read = try TestProject(["data/activity.csv": TestProject.activity, "data/\(name)": "a,b\n1,2\n"]).read()
    let finding = try #require(read.findings.first { $0.file == "data/\(name)" })
    #expect(finding.text(in: .en).contains(text))
    #expect(!read.hasErrors)
  }

  @Test("budgets and accounts are read, blanks stay unknown, and an offer's period stands once")
  func economy() throws {
    let tables = ["data/offers.csv": TestProject.offers, "data/activity.csv": TestProject.activity]
    let rows = "tilbud,år,budget,regnskab\nM1,2024,1000,1100\nM1,2025,1200,\n"
    let read = try TestProject(tables.merging(["data/economy.csv": rows]) { $1 }).read()
    #expect(!read.hasErrors, "\(read.all)")
    let entries = try read.usable().economy
    #expect(entries.map(\.originalBudget) == [1000, 1200])
    #expect(entries.map(\.costs) == [1100, nil])
    let twice = try TestProject(tables.merging(["data/economy.csv": rows + "M1,2025,1,1\nM1,2O25,1,1\n"]) { $1 }).read()
    #expect(twice.findings.count { $0.severity == .error } == 2)
  }

  @Test("the window is taken from the stays, and said")
  func window() throws {
    let read = try TestProject([
      "data/offers.csv": TestProject.offers,
      "data/stays.csv": "citizen,payer,offer,start,end,end_reason\na,751,M1,1999-05-05,2015-03-20,death\nb,751,M1,2015-01-01,2025-07-01,death\n",
    ]).read()
    #expect(read.extracts.settings.observedFrom?.iso == "2015-03-01")
    // The last one left on 30 June: 1 July is the first day absent.
    #expect(read.extracts.settings.observedTo?.iso == "2025-06-30")
    #expect(read.findings.contains { $0.severity == .note && $0.message.en.contains("2015-03-01 to 2025-06-30") })
  }

  @Test("gaps of activity and population are listed")
  func gaps() throws {
    let read = try TestProject([
      "data/activity.csv": "area,period,payer,stock\nA,2025-01,751,1\nA,2025-04,751,1\nA,2025-04,101,1\n",
      "data/population.csv": "municipality,year,persons\n751,2024,10\n751,2027,11\n",
    ]).read()
    #expect(!read.hasErrors, "\(read.all)")
    #expect(read.coverage.gaps.map(\.missing) == [["2025-02", "2025-03"], ["2025", "2026"]])
    #expect(read.coverage.gaps.map(\.series) == ["a|residential|||751", "751"])
    #expect(read.coverage.withoutPopulation == ["101"])
    #expect(read.coverage.activityPeriods.map { $0.lowerBound.description } == "2025-01")
    #expect(read.findings.contains { $0.message.en.contains("København") })
  }

  @Test("population as bands in columns is the same as one band a row")
  func widePopulation() throws {
    let long = try TestProject([
      "data/activity.csv": TestProject.activity,
      "data/population.csv": "municipality,year,age_from,age_to,persons\n751,2026,0,17,10\n751,2026,18,,20\n",
    ]).read()
    let wide = try TestProject([
      "data/activity.csv": TestProject.activity, "data/population.csv": "kommune,år,age_0_17,age_18_plus\n751,2026,10,20\n",
    ]).read()
    for read in [long, wide] {
      #expect(!read.hasErrors, "\(read.all)")
      #expect(read.extracts.population.persons(municipality: "751", ageFrom: 18, ageTo: 120, year: 2026) == 20)
      #expect(read.extracts.population.persons(municipality: "751", ageFrom: 0, ageTo: 17, year: 2026) == 10)
    }
  }

  @Test("capacity, tariffs and offers arrive typed")
  func otherTables() throws {
    let read = try TestProject([
      "data/activity.csv": TestProject.activity,
      "data/offers.csv":
        "tilbud;navn;specialområde;paragraf;tilbudstype;driftsherre;beliggenhedskommune;gyldig_fra;gyldig_til;p-nummer;landsdækkende;objektiv_finansiering\nM1;Mosebakken;Autisme;§ 108;Døgntilbud;Region Midtjylland;Aarhus Kommune;01-01-2010;31-12-9999;0101901234;Ja;nej\nK2;Krat;Autisme;;;;;;;;;Objektiv finansiering\n",
      "data/capacity.csv":
        "tilbud;fra;normerede pladser;godkendte pladser;forudsat belægningsprocent;dage pr. år\nM1;01.04.2020;12;14;95 %;365\nMosebakken;2021-01-01;10;;0,97;\n",
      "data/tariffs.csv": "tilbud,ydelse,niveau,takst,prisår,fra,til\nM1,døgn,1,2314.50,2020,2020-01-01,\nM1,døgn,1,2400,2021,2021-01-01,\n",
    ]).read()
    #expect(!read.hasErrors, "\(read.all)")
    let offer = try #require(read.extracts.offers.first)
    #expect(offer.hostMunicipality == "751")
    #expect(offer.legalBasis == "SEL_108")
    #expect(offer.validTo == nil)
    #expect(offer.pNumber == "0101901234")
    #expect(read.extracts.offers.map(\.isNationWide) == [true, nil] && read.extracts.offers.map(\.financing) == [.tariff, .key])
    #expect(read.extracts.capacity.map(\.assumedOccupancy) == [0.95, 0.97])
    #expect(read.extracts.capacity.map(\.approvedPlaces) == [14, nil])
    #expect(read.extracts.capacity.map(\.from.iso) == ["2020-04-01", "2021-01-01"])
    // A tariff without an end gives way to the next.
    #expect(read.extracts.tariffs.map { $0.to?.iso } == ["2020-12-31", nil])
    #expect(read.extracts.tariffs.map(\.amount) == [2314.5, 2400])
  }
}
