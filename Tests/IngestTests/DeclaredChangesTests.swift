import Groundwork
@testable import Ingest
import Placements
import Testing

@Suite("[[break]] and [[merge]]")
struct DeclaredChangesTests {
  private static let municipalities = "code,name,region\n740,Silkeborg,Midtjylland\n741,Gjern,Midtjylland\n743,Them,Midtjylland\n751,Aarhus,Midtjylland\n"
  private static let offers = "offer,name,area,kind\nM1,Mosebakken,Autisme,residential\nM2,Mosehøj,Autisme,residential\nB2,Birken,Hjerneskade,residential\n"
  private static let stays = """
    citizen,payer,offer,start,end,end_reason
    a,741,M1,2020-01-01,2023-06-01,homecoming
    b,740,M1,2021-01-01,,
    c,743,B2,2021-01-01,,
    d,751,M2,2022-03-01,2024-01-01,transfer
    d,751,M1,2024-01-01,,

    """

  private static func project(_ toml: String, _ more: [String: String] = [:]) throws -> ReadProject {
    var files = [
      "plads.toml": "[project]\nname = \"x\"\n[data]\nfrom = \"2020-01-01\"\nto = \"2025-12-31\"\n" + toml, "data/municipalities.csv": municipalities,
      "data/offers.csv": offers, "data/stays.csv": stays,
    ]
    for (name, text) in more { files[name] = text }
    return try TestProject(files).read()
  }

  @Test("A merge counts the old municipalities' history under the new one")
  func municipalitiesOfStays() throws {
    let read = try Self.project(
      "[[merge]]\nmunicipalities = [\"Gjern\", 743]\ninto = \"Silkeborg\"\ndate = \"2023-01-01\"\nreason = \"Reform\"\n",
      ["data/population.csv": "municipality,year,persons\n740,2022,100\n741,2021,10\n741,2022,11\n743,2022,5\n740,2023,120\n740,2024,121\n751,2022,500\n"])
    #expect(read.errors.isEmpty, "\(read.all)")
    #expect(read.extracts.stays.map(\.payer) == ["740", "740", "740", "751", "751"])
    #expect(read.extracts.municipalities.map(\.code) == ["740", "751"])
    // A part has its nearest year where it has none of its own.
    let persons = [2021, 2022, 2023, 2024].map { read.extracts.population.persons(municipality: "740", ageFrom: 0, ageTo: 120, year: $0) }
    #expect(persons == [115, 116, 120, 121])
    #expect(!read.extracts.population.covers("741"))
    #expect(read.coverage.municipalities == ["740", "751"])
    #expect(read.extracts.settings.assumptions.last?.en == "Merged on 2023-01-01: Gjern, 743 count as Silkeborg, also before – Reform")
    let panel = try Panel(read.extracts)
    #expect(panel.municipalities.map(\.code) == ["740", "751"])
    #expect(panel.total(.homecomings) == 1)
  }

  @Test("A merge of offers sums places and keeps a move between them no event")
  func mergedOffers() throws {
    let read = try Self.project(
      "[[merge]]\noffers = [\"M2\"]\ninto = \"Mosebakken\"\ndate = \"2024-01-01\"\n",
      ["data/capacity.csv": "offer,from,places\nM1,2020-01-01,10\nM2,2020-01-01,6\nM1,2024-01-01,15\n"])
    #expect(read.errors.isEmpty, "\(read.all)")
    #expect(read.extracts.offers.map(\.id) == ["M1", "B2"])
    #expect(read.extracts.capacity.map { "\($0.offer) \($0.from.iso) \($0.places)" } == ["M1 2020-01-01 16.0", "M1 2024-01-01 15.0"])
    let panel = try Panel(read.extracts)
    #expect(panel.transfers.isEmpty && panel.total(.otherExits) == 0)
  }

  @Test("Merged counts are sums, also of hidden ones; whom the merge ended is not counted twice at the origin")
  func activity() throws {
    var rows = "area,period,payer,stock,admissions,homecomings,other_exits\n"
    for t in 0..<8 {
      let period = "\(2020 + t / 4)Q\(t % 4 + 1)"
      if t < 4 { rows += "a,\(period),741,\(t == 1 ? "<5" : "3"),1,1,0\na,\(period),740,10,2,1,1\n" } else { rows += "a,\(period),740,13,3,2,1\n" }
    }
    let read = try TestProject([
      "plads.toml": "[[merge]]\nmunicipalities = [\"741\"]\ninto = \"740\"\ndate = \"2021\"\n", "data/municipalities.csv": Self.municipalities,
      "data/activity.csv": rows,
    ]).read()
    #expect(read.errors.isEmpty, "\(read.all)")
    let panel = try Panel(read.extracts)
    #expect(panel.municipalities.map(\.code) == ["740"])
    let stocks = Array(panel.series(.stock, municipality: 0, stratum: 0))
    #expect(stocks.enumerated().filter { $0.offset != 1 }.allSatisfy { $0.element == 13 })
    #expect(stocks[1] >= 10 && stocks[1] <= 14 && panel.isUncounted(.stock, municipality: 0, stratum: 0, period: 1))
    #expect(Array(panel.series(.admissions, municipality: 0, stratum: 0)) == [Double](repeating: 3, count: 8))
    #expect(panel.residents.count == 13)
  }

  @Test("Statements of merged municipalities add up where all were made")
  func statements() throws {
    let read = try Self.project(
      "[[merge]]\nmunicipalities = [741]\ninto = 740\ndate = \"2024\"\n",
      ["data/expectations.csv": "municipality,area,year,expected_places\n741,autisme,2022,3\n740,autisme,2022,5\n740,autisme,2023,6\n740,autisme,2025,9\n741,autisme,2021,3\n"])
    #expect(read.errors.isEmpty, "\(read.all)")
    let said = read.extracts.expectations.map { "\($0.municipality) \($0.year) \($0.expectedPlaces ?? -1)" }
    #expect(said.contains("740 2022 8.0") && said.contains("740 2025 9.0"), "\(said)")
    #expect(said.allSatisfy { $0.hasPrefix("740") })
  }

  @Test("Before a break nothing is known of the area; after it everything is as it was", arguments: [true, false])
  func breakOfStays(_ all: Bool) throws {
    let plain = try Panel(try Self.project("").extracts)
    let read = try Self.project("[[break]]\n\(all ? "" : "area = \"autisme\"\n")date = \"2022-02-10\"\nreason = \"Ny afgrænsning\"\n")
    #expect(read.errors.isEmpty, "\(read.all)")
    let panel = try Panel(read.extracts)
    let autism = try #require(panel.strata.firstIndex { $0.area == "autisme" })
    let other = try #require(panel.strata.firstIndex { $0.area == "hjerneskade" })
    #expect(panel.residents == plain.residents)
    for quantity in Panel.Quantity.allCases {
      for m in panel.municipalities.indices {
        let own = Array(panel.series(quantity, municipality: m, stratum: autism))
        // January 2020 to February 2022: the month of the change belongs to neither side.
        #expect(own.prefix(26).allSatisfy { $0.isNaN })
        #expect(Array(own.dropFirst(26)) == Array(plain.series(quantity, municipality: m, stratum: autism).dropFirst(26)))
        let untouched = Array(panel.series(quantity, municipality: m, stratum: other))
        #expect(all ? untouched.prefix(26).allSatisfy { $0.isNaN } : untouched == Array(plain.series(quantity, municipality: m, stratum: other)))
      }
    }
    #expect(panel.firstUsable(.stock, stratum: autism) == 26)
    #expect(read.extracts.settings.assumptions.last?.da.contains("Databrud 2022-02-10") == true)
  }

  @Test("A break of one measure leaves the others")
  func measure() throws {
    let read = try Self.project("[[break]]\noffers = [\"Birken\"]\nmeasure = \"admissions\"\ndate = \"2022\"\n")
    #expect(read.errors.isEmpty, "\(read.all)")
    let panel = try Panel(read.extracts)
    let own = try #require(panel.strata.firstIndex { $0.area == "hjerneskade" })
    #expect(panel.series(.admissions, municipality: 0, stratum: own).prefix(24).allSatisfy { $0.isNaN })
    #expect(panel.series(.stock, municipality: 0, stratum: own).allSatisfy { !$0.isNaN })
    #expect(panel.firstUsable(.stock, stratum: own) == 0 && panel.firstUsable(.admissions, stratum: own) == 24)
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    let toml: String
    /// Lines after the five of the project's own.
    let line: Int
    let column: String
    let says: String
    var severity = Finding.Severity.error
    var testDescription: String { says }
  }

  static let wrong: [Wrong] = [
    Wrong(toml: "[[break]]\nareas = [\"hjerneskade\", \"autsime\"]\ndate = \"2022\"\n", line: 2, column: "25", says: "“autisme”"),
    Wrong(toml: "[[break]]\noffer = \"M3\"\ndate = \"2022\"\n", line: 2, column: "1", says: "“M1”"),
    Wrong(toml: "[[break]]\nmeasure = \"stok\"\ndate = \"2022\"\n", line: 2, column: "1", says: "“stock”"),
    Wrong(toml: "[[break]]\narea = \"autisme\"\n", line: 1, column: "1", says: "date is missing"),
    Wrong(toml: "[[break]]\ndate = \"2022-02-31\"\n", line: 2, column: "1", says: "does not exist"),
    Wrong(toml: "[[break]]\ndate = \"2030\"\n", line: 2, column: "1", says: "outside the data", severity: .warning),
    Wrong(toml: "[[break]]\ndate = \"2022\"\nresaon = \"x\"\n", line: 3, column: "1", says: "“reason”"),
    Wrong(toml: "[[merge]]\nmunicipalities = [\"Gjren\"]\ninto = \"Silkeborg\"\ndate = \"2022\"\n", line: 2, column: "19", says: "“Gjern”"),
    Wrong(toml: "[[merge]]\nmunicipalities = [\"Gjern\"]\ninto = \"Silkborg\"\ndate = \"2022\"\n", line: 3, column: "1", says: "“Silkeborg”"),
    Wrong(toml: "[[merge]]\nmunicipalities = [\"Gjern\"]\ndate = \"2022\"\n", line: 1, column: "1", says: "into is missing"),
    Wrong(toml: "[[merge]]\nmunicipalities = [\"Gjern\"]\nareas = [\"autisme\"]\ninto = \"Silkeborg\"\ndate = \"2022\"\n", line: 3, column: "1", says: "one [[merge]] for each"),
    Wrong(toml: "[[merge]]\nmunicipalities = [\"Silkeborg\"]\ninto = 740\ndate = \"2022\"\n", line: 3, column: "1", says: "itself alone"),
    Wrong(
      toml: "[[merge]]\nmunicipalities = [741]\ninto = 740\ndate = \"2022\"\n[[merge]]\nmunicipalities = [743, 741]\ninto = 751\ndate = \"2023\"\n", line: 6,
      column: "24", says: "merged already on line 6"),
    Wrong(
      toml: "[[merge]]\nmunicipalities = [741]\ninto = 740\ndate = \"2022\"\n[[merge]]\nmunicipalities = [740]\ninto = 741\ndate = \"2023\"\n", line: 7,
      column: "1", says: "itself merged into"),
    Wrong(toml: "[[merge]]\nmunicipalities = [741]\ninto = 740\ndate = \"2019\"\n", line: 4, column: "1", says: "outside the data", severity: .warning),
    Wrong(toml: "[[merge]]\noffers = [\"M2\"]\ninto = \"M1\"\ndate = \"2022-03-01\"\n", line: 2, column: "11", says: "when it was merged into M1: 1", severity: .warning),
  ]

  /// Items of lists have places of their own; a single value has its key's.
  @Test("Each finding stands at its line and column, with the nearest name", arguments: wrong)
  func findings(_ wrong: Wrong) throws {
    let read = try Self.project(wrong.toml)
    let own = read.findings.filter { $0.file == "plads.toml" && $0.severity >= .warning }
    // Two merges into each other are two findings; one before all data is also one of counts that go on after it.
    let several = wrong.says.contains("itself merged") || (wrong.toml.hasPrefix("[[merge]]") && wrong.says.contains("outside"))
    #expect(own.count == 1 || (several && own.count == 2), "\(read.all)")
    let finding = try #require(own.last { $0.text(in: .en).contains(wrong.says) }, "\(read.all)")
    #expect(finding.severity == wrong.severity)
    #expect(finding.row == wrong.line + 5 && finding.column == wrong.column, "\(read.all)")
  }

  @Test("Merges of merges end where the last one leads")
  func chain() throws {
    let read = try Self.project("[[merge]]\nmunicipalities = [741]\ninto = 743\ndate = \"2021\"\n[[merge]]\nmunicipalities = [743]\ninto = 740\ndate = \"2023\"\n")
    #expect(read.errors.isEmpty, "\(read.all)")
    #expect(Set(read.extracts.stays.map(\.payer)) == ["740", "751"])
  }
}
