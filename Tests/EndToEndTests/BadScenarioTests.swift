import Foundation
import Testing

/// Scenario files that cannot be meant, and those that can but act on nothing.
@Suite("Bad scenario files")
struct BadScenarioTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let text: String
    let expected: [String]

    var testDescription: String { text.replacing("\n", with: " ") }
  }

  private static func homecoming(_ rest: String, _ expected: String...) -> Case {
    Case(text: "[[change]]\nwhat = \"homecoming\"\n\(rest)\n", expected: expected)
  }

  private static func batch(_ rest: String, _ expected: String...) -> Case {
    Case(
      text: "[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"Aarhus\"\narea = \"autisme\"\ndate = \"2027-01\"\n\(rest)\n", expected: expected)
  }

  private static let offer =
    "[[change]]\nwhat = \"new_offer\"\nid = \"nyt\"\narea = \"autisme\"\nplaces = 12\nfrom = \"2027-09\"\nshare = 0.3\nramp_months = 9\n"

  private static func newOffer(_ old: String, _ new: String, _ expected: String...) -> Case {
    Case(text: offer.replacing(old, with: new), expected: expected)
  }

  static let refused: [Case] = [
    Case(text: "titel = \"x\"\n", expected: ["række 1", "»title«"]),
    Case(text: "title = 5\n", expected: ["række 1", "anførselstegn"]),
    Case(text: "title = \"x\"\ntitle = \"y\"\n", expected: ["række 2", "allerede"]),
    Case(text: "[[change]]\nmultiply = 2\n", expected: ["række 1", "what"]),
    Case(text: "[[change]]\nwhat = \"takeovr\"\n", expected: ["række 2", "takeover"]),
    Case(text: "base = \"hjemtagnign\"\n", expected: ["række 1", "»hjemtagning«"]),
    Case(text: "base = \"x\"\n", expected: ["række 1", "ring"]),
    homecoming("multiply = 2\nmunicipalities = [999]", "række 4", "»999«"),
    homecoming("multiply = 2\nareas = [\"autism\"]", "række 4", "»autisme«"),
    homecoming("multiply = 2\nfrom = \"2027-13\"", "række 4", "2027-04"),
    homecoming("multiply = 2\nfrom = \"2027-05\"\nto = \"2027-04\"", "række 5", "Byt"),
    homecoming("multiply = 2\nadd = 3", "multiply, add"), homecoming("from = \"2027\"", "multiply, add"),
    homecoming("multiply = -1", "række 3", "1.3"), homecoming("multiply = nan", "række 3", "1.3"),
    homecoming("multiply = inf", "række 3", "1.3"), homecoming("multiply = 1e300", "række 3", "højst 100"),
    homecoming("multiply = \"1,3\"", "række 3", "1.3"), homecoming("multiply = [1.8, 1.3]", "række 3", "mindste først"),
    homecoming("multiply = [1.3, 1.4, 1.5]", "række 3", "1.3"), homecoming("multiply = [0, 1.5]", "række 3", "over nul"),
    homecoming("multiply = [0.001, 1.5]", "række 3", "100 gange"), homecoming("add = 1e300", "række 3", "højst 1000"),
    Case(text: "[[change]]\nwhat = \"population\"\nmultiply = 1e308\n", expected: ["række 3", "højst 100"]),
    Case(text: "[[change]]\nwhat = \"stock\"\nmultiply = 0.8\n", expected: ["række 2", "homecoming"]),
    Case(text: "[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2027\"\nset = inf\n", expected: ["række 5", "10000"]),
    Case(text: "[[change]]\nwhat = \"closure\"\noffer = \"mosebaken\"\ndate = \"2027-06\"\n", expected: ["række 3", "»mosebakken«"]),
    Case(text: "[[change]]\nwhat = \"closure\"\noffer = \"mosebakken\"\ndate = \"2017-06\"\n", expected: ["række 4", "2026-11-01"]),
    Case(text: "[[change]]\nwhat = \"closure\"\noffer = \"mosebakken\"\n", expected: ["række 1", "date"]),
    Case(
      text: "[[change]]\nwhat = \"closure\"\noffer = \"mosebakken\"\ndate = \"2027-06\"\n"
        + "[[change]]\nwhat = \"closure\"\noffer = \"Mosebakken\"\ndate = \"2027-09\"\n", expected: ["række 7", "lukker allerede 2027-06-01"]),
    batch("number = -9", "række 6", "helt tal"), batch("number = 2.5", "række 6", "helt tal"),
    batch("notice = 3", "række 1", "number"), batch("number = 3\nnotice = 1000000000", "række 7", "120"),
    batch("number = 3\nrealised = 2", "række 7", "mellem 0 og 1"), batch("number = 3\ndelay_months = [-6, 6]", "række 7", "mellem 0 og 120"),
    batch("number = 3\nreplaces_trend = \"no\"", "række 7", "true"), batch("number = 3\nlegal_basis = \"SEL_999\"", "række 7", "SEL_107"),
    newOffer("id = \"nyt\"", "id = \"mosebakken\"", "række 3", "andet id"), newOffer("id = \"nyt\"", "id = 5", "række 3", "anførselstegn"),
    newOffer("places = 12", "places = nan", "række 5", "1 til 10000"), newOffer("share = 0.3", "share = 2", "række 7", "0.3"),
    newOffer("ramp_months = 9", "ramp_months = 1e9", "række 8", "120"), newOffer("2027-09", "2027-9", "række 6", "2027-04"),
    Case(text: offer + offer, expected: ["række 11", "andet id"]),
  ]

  @Test("One message with place and remedy, exit code 1, nothing written", arguments: refused)
  func isRefused(_ example: Case) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write(example.text, to: "r/scenarios/x.toml")
      try program.write("before\n", to: "out.txt")
      let run = try program.run("scenario", "x", "-p", "r", "-o", "out.txt")
      #expect(run.code == 1)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains("fejl: r/scenarios/x.toml"), "\(run.errors)")
      for words in example.expected { #expect(run.errors.contains(words), "\(words) is not in: \(run.errors)") }
      #expect(run.errors.split(separator: "\n").count { $0.hasPrefix("fejl:") } == 1, "\(run.errors)")
      #expect(try program.read("out.txt") == "before\n")
    }
  }

  /// Run on two years: what lies later acts on nothing.
  static let idle: [Case] = [
    Case(text: "", expected: []),
    Case(text: "[[change]]\nwhat = \"homecoming\"\nmultiply = 1\n", expected: []),
    Case(text: "[[change]]\nwhat = \"homecoming\"\nmultiply = 2\nfrom = \"2020-01\"\nto = \"2020-12\"\n", expected: ["række 4", "virker ikke"]),
    Case(text: "[[change]]\nwhat = \"homecoming\"\nmultiply = 2\nfrom = \"2090\"\n", expected: ["række 4", "virker ikke"]),
    Case(text: "[[change]]\nwhat = \"closure\"\noffer = \"mosebakken\"\ndate = \"2040-06\"\n", expected: ["række 4", "virker ikke"]),
    Case(
      text: "[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"Læsø\"\nnumber = 3\ndate = \"2027-01\"\n",
      expected: ["række 4", "ingen af kommunens borgere er der i dag"]),
  ]

  @Test("A scenario without effect says so", arguments: idle)
  func saysThatItDoesNothing(_ example: Case) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write(example.text, to: "r/scenarios/x.toml")
      let run = try program.run("scenario", "x", "-p", "r", "--draws", "10", "--horizon", "24")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("Uden virkning her: x."))
      for words in example.expected { #expect(run.errors.contains(words), "\(words) is not in: \(run.errors)") }
    }
  }

  @Test("Without a base a scenario is compared with the plain forecast")
  func withoutBase() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write("[[change]]\nwhat = \"admission\"\nmultiply = 0.5\n", to: "r/scenarios/x.toml")
      let run = try program.run("scenario", "x", "-p", "r", "--draws", "20", "--horizon", "12", "--format", "csv", "--measure", "admissions")
      #expect(run.code == 0, "\(run.errors)")
      let rows = run.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }.filter { $0[0] == "x" }
      #expect(!rows.isEmpty)
      #expect(rows.allSatisfy { $0[1] == "basis" })
      #expect(rows.contains { ($0[14].first ?? "0") == "-" })
    }
  }

  @Test("Bases in a ring end with a message", arguments: [["a", "b", "a"], ["a", "b", "c", "a"]])
  func ring(_ names: [String]) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      for (name, base) in zip(names, names.dropFirst()) { try program.write("base = \"\(base)\"\n", to: "r/scenarios/\(name).toml") }
      let run = try program.run("scenario", "a", "-p", "r")
      #expect(run.code == 1)
      #expect(run.errors.contains("i ring"))
    }
  }

  @Test("Files that are no scenarios")
  func noScenario() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try FileManager.default.createDirectory(at: program.folder.appendingPathComponent("folder.toml"), withIntermediateDirectories: false)
      for (name, words) in [("folder.toml", "er en mappe"), ("nowhere.toml", "findes ikke"), ("r/data/offers.csv", "ukendt kolonne"), ("r/plads.toml", "ukendt nøgle")] {
        let run = try program.run("scenario", name, "-p", "r")
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("fejl: \(name)"))
        #expect(run.errors.contains(words), "\(run.errors)")
      }
    }
  }

  @Test("On stocks alone the levers of flows name those that can be used")
  func stockOnly() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      for lever in ["homecoming", "admission", "other_exit"] {
        try program.write("[[change]]\nwhat = \"\(lever)\"\nmultiply = 1.2\n", to: "p/scenarios/x.toml")
        let run = try program.run("scenario", "x", "-p", "p")
        #expect(run.code == 1)
        #expect(run.errors.contains("Brug population eller stock."), "\(run.errors)")
      }
      try program.write("[[change]]\nwhat = \"stock\"\nmultiply = 0.8\nfrom = \"2025-02\"\n", to: "p/scenarios/x.toml")
      let run = try program.run("scenario", "x", "-p", "p", "--draws", "20")
      #expect(run.code == 0)
      #expect(run.errors.contains("virker i hele 2025Q1"), "\(run.errors)")
    }
  }
}
