import Groundwork
@testable import Ingest
import Placements
import Testing

@Suite("Overrides")
struct OverridesTableTests {
  private static func project(_ csv: String?, toml: String = "") throws -> ReadProject {
    var files = ["data/activity.csv": "area,period,payer,stock\nautisme,2025Q3,751,9\nautisme,2025Q4,751,3\n", "plads.toml": "[project]\n" + toml]
    if let csv { files["data/overrides.csv"] = csv }
    return try TestProject(files).read()
  }

  @Test("From the table and from plads.toml, numbers and intervals, Danish headings")
  func read() throws {
    let read = try Self.project(
      "kommune;område;periode;værdi;nedre;øvre;begrundelse;af;dato\nAarhus;autisme;2026;4;;;Nyt tilbud;AB;2026-01-05\n;Autisme;2026Q2;;3;8;Dialog;;\n",
      toml: "[[override]]\narea = \"autisme\"\nperiod = 2027\nvalue = [2, 6]\nreason = \"x\"\nby = \"AB\"\ndate = \"2026-01-05\"\n")
    #expect(read.findings.filter { $0.severity >= .warning }.isEmpty, "\(read.all)")
    let day = Day(year: 2026, month: 1, day: 5)
    #expect(
      read.extracts.overrides == [
        ForecastOverride(area: "autisme", period: Period("2027")!, value: nil, interval: 2...6, reason: "x", by: "AB", date: day),
        ForecastOverride(municipality: "751", area: "autisme", period: Period("2026")!, value: 4, reason: "Nyt tilbud", by: "AB", date: day),
        ForecastOverride(area: "autisme", period: Period("2026Q2")!, value: nil, interval: 3...8, reason: "Dialog"),
      ])
  }

  @Test(
    "What cannot be meant, by row and column",
    arguments: [
      ("751,autsime,2026,stock,4,,,x", "area", "“autisme”"), ("7511,autisme,2026,stock,4,,,x", "municipality", "no known municipality code"),
      ("751,autisme,2026Q9,stock,4,,,x", "period", "no period"), ("751,autisme,2026,stok,4,,,x", "measure", "“stock”"),
      ("751,autisme,2026,stock,-4,,,x", "value", "negative"), ("751,autisme,2026,stock,,,,x", "value", "neither a number nor an interval"),
      ("751,autisme,2026,stock,4,3,,x", "lower", "both lower and upper"), ("751,autisme,2026,stock,4,5,9,x", "lower", "outside the interval"),
      ("751,autisme,2026,stock,,9,5,x", "lower", "swapped"), ("751,autisme,2026,stock,4,,,", "reason", "missing"),
    ])
  func bad(_ row: String, _ column: String, _ says: String) throws {
    let read = try Self.project("municipality,area,period,measure,value,lower,upper,reason\n" + row + "\n")
    #expect(read.errors.count == 1, "\(read.all)")
    #expect(read.errors.first?.row == 2 && read.errors.first?.column == column, "\(read.all)")
    #expect(read.errors.first?.text(in: .en).contains(says) == true, "\(read.all)")
  }

  @Test(
    "In plads.toml by line and column",
    arguments: [
      ("area = \"autsime\"\nperiod = 2026\nvalue = 4\nreason = \"x\"", 3, "“autisme”"), ("area = \"autisme\"\nperiod = \"2026Q7\"\nvalue = 4\nreason = \"x\"", 4, "no period"),
      ("area = \"autisme\"\nperiod = 2026\nvalue = \"4\"\nreason = \"x\"", 5, "a number or an interval"),
      ("area = \"autisme\"\nperiod = 2026\nvalue = [5, 4]\nreason = \"x\"", 5, "swapped"), ("area = \"autisme\"\nperiod = 2026\nvalue = -1\nreason = \"x\"", 5, "negative"),
      ("area = \"autisme\"\nperiod = 2026\nvalue = 4", 2, "reason is missing"),
      ("area = \"autisme\"\nperiod = 2026\nvalue = 4\nreason = \"x\"\nmeasure = \"days\"", 7, "stock"),
    ])
  func badSettings(_ text: String, _ line: Int, _ says: String) throws {
    let read = try Self.project(nil, toml: "[[override]]\n" + text + "\n")
    #expect(read.errors.count == 1, "\(read.all)")
    #expect(read.errors.first?.row == line && read.errors.first?.text(in: .en).contains(says) == true, "\(read.all)")
  }

  @Test("The same place and date twice is an error, a later date is not")
  func twice() throws {
    let header = "area,period,value,reason,date\n"
    let twice = try Self.project(header + "autisme,2026,4,x,2026-01-01\nautisme,2026,5,x,2026-01-01\n")
    #expect(twice.errors.first?.row == 3 && twice.errors.count == 1, "\(twice.all)")
    #expect(try Self.project(header + "autisme,2026,4,x,2026-01-01\nautisme,2026,5,x,2026-02-01\n").errors.isEmpty)
  }
}
