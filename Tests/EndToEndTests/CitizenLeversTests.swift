import Foundation
import Testing

/// The shipped scenarios of levers on citizens and offers, and those levers from command to number.
@Suite("Levers on citizens and offers")
struct CitizenLeversTests {
  private struct Row {
    let cells: [String]
    var scenario: String { cells[0] }
    var period: String { cells[2] }
    var area: String { cells[4] }
    var offer: String { cells[6] }
    var kind: String { cells[7] }
    var measure: String { cells[8] }
    var mean: Double { Double(cells[10]) ?? .nan }
    var change: Double { Double(cells[14]) ?? .nan }
  }

  private func rows(_ program: Program, _ arguments: String...) throws -> [Row] {
    let run = try program.run(["scenario", "-p", "r", "--draws", "200", "--format", "csv", "--fresh"] + arguments)
    #expect(run.code == 0, "\(run.errors)")
    return run.output.split(separator: "\n").dropFirst().map { Row(cells: $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)) }
  }

  private static let merged = """
    [[change]]
    what = "new_offer"
    id = "nyt"
    area = "udviklingshandicap"
    places = 12
    from = "2027-04"
    places_ramp_months = 12
    [[change]]
    what = "merge"
    offers = ["projekt_fyrrekoglehus"]
    to = "nyt"
    date = "2027-06"

    """

  @Test("Projects merged into an offer that the same scenario opens, in every command that takes scenarios")
  func mergedIntoANewOffer() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write(Self.merged, to: "r/scenarios/x.toml")
      let all = try rows(program, "x", "--by", "offer", "--every", "year", "--measure", "stock", "--measure", "places", "--area", "udviklingshandicap")
      func mean(_ offer: String, _ measure: String, _ year: String) -> Double? { all.first { $0.scenario == "x" && $0.offer == offer && $0.measure == measure && $0.period == year }?.mean }
      #expect(mean("projekt_fyrrekoglehus", "stock", "2027") == 0 && mean("projekt_fyrrekoglehus", "places", "2027") == 0)
      #expect(try #require(mean("nyt", "stock", "2028")) > 1)
      // Nine of twelve months have gone when 2027 ends.
      #expect(mean("nyt", "places", "2027") == 9 && mean("nyt", "places", "2028") == 12)
      let few = ["-p", "r", "--draws", "40", "--quiet", "--format", "csv"]
      let waterfall = try program.run(["explain", "--scenario", "x", "--by", "offer"] + few)
      #expect(waterfall.code == 0 && waterfall.output.contains("1+2") && waterfall.output.contains("nyt"), "\(waterfall.errors)")
      let risk = try program.run(["risk", "--scenario", "x", "--years"] + few)
      #expect(risk.code == 0 && risk.output.contains(",nyt,2028,"), "\(risk.errors)")
      let sweep = try program.run(["sweep", "x", "--vary", "new_offer.places=6,12", "--by", "offer", "--area", "udviklingshandicap"] + few)
      #expect(sweep.code == 0 && sweep.output.contains("nyt"), "\(sweep.errors)")
    }
  }

  @Test("An offer to merge into that is not known: line, column and what was meant", arguments: [
    ("to = \"nyt\"", "to = \"nytt\"", "»nyt«"), ("to = \"nyt\"", "to = \"humlekaer\"", "humlekaerparken"), ("id = \"nyt\"", "id = \"andet\"", "Nærmest"),
  ])
  func unknownDestination(line: String, wrong: String, hint: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write(Self.merged.replacing(line, with: wrong), to: "r/scenarios/x.toml")
      let run = try program.run("scenario", "x", "-p", "r", "--check")
      #expect(run.code == 1 && run.errors.contains("række 11, kolonne 1") && run.errors.contains(hint), "\(run.errors)")
    }
  }

  @Test("A change that names an offer which opens further down says so")
  func opensLater() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let parts = Self.merged.components(separatedBy: "[[change]]\n").dropFirst()
      try program.write(parts.reversed().map { "[[change]]\n" + $0 }.joined(), to: "r/scenarios/x.toml")
      let run = try program.run("scenario", "x", "-p", "r", "--check")
      #expect(run.code == 1 && run.errors.contains("»nyt«") && run.errors.contains("længere nede"), "\(run.errors)")
    }
  }

  @Test("Merging, repackaging, a reform, courts and a closure move citizens the right way, kinds apart")
  func shipped() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let names = ["enkeltmand_samling", "ompakning", "reform", "domstilgang", "lukning"]
      let all = try rows(program, "enkeltmand_samling", "ompakning", "reform", "domstilgang", "lukning", "--by", "offer", "--every", "year", "--measure", "stock", "--measure", "places")
      func change(_ scenario: String, _ offer: String, _ measure: String = "stock", _ year: String = "2028") throws -> Double {
        let found = all.filter { $0.scenario == scenario && $0.offer == offer && $0.measure == measure && $0.period == year }
        #expect(found.count == 1, "\(scenario) \(offer) \(measure)")
        return try #require(found.first?.change)
      }
      func changeOfAll(_ scenario: String, kind: String, area: String) -> Double {
        all.filter { $0.scenario == scenario && $0.kind == kind && $0.area == area && $0.measure == "stock" && $0.period == "2028" }.reduce(0) { $0 + $1.change }
      }
      #expect(Set(all.map(\.scenario)) == Set(names + ["basis"]))
      // The project's citizen, and who would have come to it, live in the home.
      #expect(try change("enkeltmand_samling", "projekt_fyrrekoglehus") < -0.5 && change("enkeltmand_samling", "humlekaerparken") > 0.5)
      #expect(try change("enkeltmand_samling", "projekt_fyrrekoglehus", "places") == -1)
      // Some two in five of 20 citizens; the hours' citizens leave at other rates.
      let (day, hours) = (changeOfAll("ompakning", kind: "day", area: "kommunikation_og_handicap"), changeOfAll("ompakning", kind: "hours", area: "kommunikation_og_handicap"))
      #expect((-11 ... -5).contains(day) && (5...11).contains(hours), "\(day), \(hours)")
      #expect(try change("ompakning", "dagtilbud_tegnspiret", "places") == -10)
      for area in ["autisme", "hjerneskade", "socialpsykiatri_voksne"] { #expect(changeOfAll("reform", kind: "residential", area: area) < 0, "\(area)") }
      #expect(try change("reform", "mosebakken") == 0)
      #expect(try change("domstilgang", "sikret_afdeling_ulvkaerborg") > 1)
      #expect(try change("lukning", "mosebakken") < -5)
      #expect(try change("lukning", "kildespringhus") > 1 && change("lukning", "havbrisehuset") > 0.5)
      // A closing loses nobody.
      #expect(abs(changeOfAll("lukning", kind: "residential", area: "boern_og_unge")) < 0.02)
    }
  }

  private static let levers = """
    reason = "Prøve"
    [[change]]
    what = "takeover"
    offer = "kildespringhus"
    date = "2029-01-01"
    announced = "2028-01-01"

    [[change]]
    what = "own_offer"
    municipality = "Aarhus"
    area = "autisme"
    places = 5
    from = "2027-06"
    from_own = 0.5
    homecomings = 4
    """

  @Test("A takeover is no homecoming and no closing; risk and the check name it; an own offer is never fuller than its places")
  func takeoverAndOwnOffer() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write(Self.levers, to: "r/scenarios/x.toml")
      let all = try rows(program, "x", "--measure", "stock", "--measure", "homecomings", "--measure", "other_exits")
      func change(_ area: String, _ measure: String, _ month: String) throws -> Double {
        let found = all.filter { $0.scenario == "x" && $0.area == area && $0.kind == "residential" && $0.measure == measure && $0.period == month }
        return try #require(found.first?.change)
      }
      #expect(try change("boern_og_unge", "stock", "2028-12") == 0)
      #expect(try change("boern_og_unge", "stock", "2029-06") < -12 && change("boern_og_unge", "other_exits", "2029-01") > 12)
      #expect(try change("boern_og_unge", "homecomings", "2029-06") <= 0)
      #expect(try (-5 ... -3).contains(change("autisme", "stock", "2027-12")) && (3...4).contains(change("autisme", "homecomings", "2027-06")))
      let risk = try program.run("risk", "-p", "r", "--draws", "20", "--scenario", "x", "--offer", "kildespringhus", "--format", "csv")
      #expect(risk.code == 0 && risk.output.contains("taken over by the municipality"), "\(risk.errors)")
      let check = try program.run("scenario", "x", "-p", "r", "--check")
      #expect(check.code == 0 && check.output.contains("takeover") && check.output.contains("own_offer"), "\(check.errors)")
    }
  }

  @Test("Their numbers can be varied; none is nothing")
  func sweeps() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write(Self.levers, to: "r/scenarios/x.toml")
      let run = try program.run(
        "sweep", "x", "-p", "r", "--draws", "100", "--format", "csv", "--vary", "own_offer.homecomings=0,2,4", "--area", "autisme", "--measure", "homecomings")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.split(separator: "\n").count >= 4)
      let courts = "[[change]]\nwhat = \"court_admissions\"\narea = \"autisme\"\nlegal_basis = \"SEL_107\"\nper_year = 0\nsize = 3\n"
      try program.write(courts, to: "r/scenarios/none.toml")
      let none = try program.run("scenario", "none", "-p", "r", "--draws", "30")
      #expect(none.code == 0 && none.output.contains("Uden virkning her: none."), "\(none.errors)")
    }
  }

  /// Names for the places that the file leaves open, by lever and key.
  private static let filled = [
    "places.offer": "\"mosebakken\"", "closure.offer": "\"mosebakken\"", "closure.to": "[\"kildespringhus\", \"brombaergaarden\"]",
    "takeover.offer": "\"kildespringhus\"", "merge.offers": "[\"projekt_fyrrekoglehus\"]", "merge.to": "\"humlekaerparken\"",
    "repackage.offer": "\"dagtilbud_tegnspiret\"", "repackage.to": "\"stoetteteam_ordbroen\"", "court_admissions.offer": "\"sikret_afdeling_ulvkaerborg\"",
    "tariff.offer": "\"egernstubben\"", "reform.areas": "[\"autisme\"]", "reform.from_section": "\"SEL_108\"", "reform.to_section": "\"SEL_107\"",
  ]

  @Test("Every block of a new scenario's file can be used once its names are filled in", arguments: ["da", "en"])
  func template(language: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      #expect(try program.run("scenario", "--new", "all", "-p", "r", "--language", language).code == 0)
      var text = ""
      var lever = ""
      for line in try program.read("r/scenarios/all.toml").split(separator: "\n", omittingEmptySubsequences: false).drop(while: { !$0.hasPrefix("# [[change]]") }) {
        var own = line.hasPrefix("# ") ? String(line.dropFirst(2)) : String(line)
        let key = own.split(separator: "=").first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        if key == "what" { lever = own.split(separator: "\"").dropFirst().first.map(String.init) ?? "" }
        if let value = Self.filled["\(lever).\(key)"] { own = "\(key) = \(value)" }
        text += own + "\n"
      }
      try program.write(text, to: "r/scenarios/all.toml")
      let run = try program.run("scenario", "all", "--check", "-p", "r", "--language", "en")
      #expect(run.code == 0, "\(run.errors)\n\(text)")
      for lever in ["closure", "takeover", "own_offer", "merge", "repackage", "court_admissions", "reform", "new_offer"] {
        #expect(run.output.contains("all: \(lever) ("), "\(lever)")
      }
      #expect(!run.errors.contains("warning"), "\(run.errors)")
    }
  }
}
