import Groundwork
import Testing

@testable import Scenarios

@Suite struct ScenarioSheetTests {
  private typealias Value = PositionedTOML.Value

  private func sheet(_ rows: [[String]]) throws -> ScenarioSheet {
    let columns = rows[0].indices.map { column in (name: rows[0][column], values: rows.dropFirst().map { $0[column] }) }
    return try ScenarioSheet(columns: columns, lines: Array(2..<(rows.count + 1)), file: "s.csv", name: "s")
  }

  @Test("Rows give what the TOML file gives", arguments: [
    (["what", "areas", "from", "multiply"], ["homecoming", "autisme|hjerneskade", "2027-04", "1,3"], "what = \"homecoming\"\nareas = [\"autisme\", \"hjerneskade\"]\nfrom = \"2027-04\"\nmultiply = 1.3"),
    (["håndtag", "områder", "fra", "gange"], ["hjemtagninger", "autisme; hjerneskade", "2027", "1,1 til 1,5"], "what = \"homecoming\"\nareas = [\"autisme\", \"hjerneskade\"]\nfrom = \"2027\"\nmultiply = [1.1, 1.5]"),
    (["what", "kommune", "antal", "dato", "realiseret", "erstatter_trend"], ["batch_homecoming", "Aarhus", "9", "2027-01", "0,6-1", "nej"], "what = \"batch_homecoming\"\nmunicipality = \"Aarhus\"\nnumber = 9\ndate = \"2027-01\"\nrealised = [0.6, 1]\nreplaces_trend = false"),
    (["what", "add"], ["admission", "-5--2"], "what = \"admission\"\nadd = [-5, -2]"),
    (["what", "multiply"], ["admission", "triangular(0,8; 1; 1,2)"], "what = \"admission\"\nmultiply = { distribution = \"triangular\", min = 0.8, mode = 1, max = 1.2 }"),
    (["what", "tilbud", "fra", "sæt"], ["places", "Mosebakken", "2027", "12"], "what = \"places\"\noffer = \"Mosebakken\"\nfrom = \"2027\"\nset = 12"),
    (["what", "municipalities", "multiply"], ["admission", "740", "1"], "what = \"admission\"\nmunicipalities = [\"740\"]\nmultiply = 1"),
  ])
  func sameAsTOML(header: [String], row: [String], toml: String) throws {
    let own = try #require(try sheet([header, row]).scenarios.first)
    let written = try Scenario(text: "[[change]]\n" + toml, file: "s.toml", name: "s")
    #expect(own.name == "s" && own.flaws.isEmpty)
    #expect(own.changes.map(\.lever) == written.changes.map(\.lever))
    #expect(own.changes.map(\.values) == written.changes.map(\.values))
  }

  @Test func aRowWithoutChangeIsAboutTheScenario() throws {
    let own = try sheet([
      ["scenario", "title", "base", "what", "multiply", "reason"], ["a", "A", "basis", "", "", "Because"], ["a", "", "", "admission", "0.9", "Fewer"],
      ["b", "B", "a", "admission", "1.1", "More"],
    ]).scenarios
    #expect(own.map(\.name) == ["a", "b"])
    #expect(own[0].title == "A" && own[0].base == "basis" && own[0].reason == "Because" && own[0].changes.map(\.reason) == ["Fewer"])
    #expect(own[1].title == "B" && own[1].base == "a" && own[1].reason == "" && own[1].changes.map(\.reason) == ["More"])
  }

  @Test(
    "What is wrong is told with row, column and the nearest name",
    arguments: [
      ([["scenario", "what", "multply"], ["a", "admission", "1"]], ["række 1", "kolonne multply", "multiply"]),
      ([["scenario", "what", ""], ["a", "admission", "1"]], ["række 1", "intet navn"]),
      ([["scenario", "what", "multiply", "gange"], ["a", "admission", "1", "1"]], ["kolonne gange", "det samme"]),
      ([["scenario", "what", "multiply"], ["", "admission", "1"]], ["række 2", "kolonne scenario"]),
      ([["x"], ["1"]], ["kolonne x", "--new"]), ([["reason"], ["1"]], ["mangler kolonnen what"]),
    ])
  func unusable(rows: [[String]], words: [String]) throws {
    let error = #expect(throws: FindingsError.self) { try sheet(rows) }
    let text = error?.findings.map { $0.text(in: .da) }.joined(separator: "\n") ?? ""
    for word in words { #expect(text.contains(word), "\(text)") }
  }

  @Test(
    "A scenario that is wrong is kept with what is wrong",
    arguments: [
      (["admision", "1"], ["række 2, kolonne what", "»admission«"]), (["admission", "x"], ["kolonne multiply", "1,1 til 1,5"]),
      (["admission", "2027-02-01"], ["1 til 2"]), (["closure", "1"], ["kolonne multiply", "ukendt nøgle"]), (["", "1"], ["mangler nøglen what"]),
      (["admission", ""], ["netop én"]),
    ])
  func flawed(row: [String], words: [String]) throws {
    let own = try #require(try sheet([["what", "multiply"], row]).scenarios.first)
    let text = own.flaws.map { $0.text(in: .da) }.joined(separator: "\n")
    for word in words { #expect(text.contains(word), "\(text)") }
  }

  @Test("Two titles of one scenario contradict each other")
  func contradiction() throws {
    let own = try sheet([["scenario", "title", "what", "multiply"], ["a", "A", "admission", "1"], ["a", "B", "admission", "2"]]).scenarios[0]
    #expect(own.flaws.map(\.row) == [3] && own.flaws.map(\.column) == ["title"])
  }

  @Test("Amounts with three digits behind a separator may be either")
  func thousands() throws {
    let header = ["what", "id", "area", "places", "from", "costs"]
    let own = try sheet([header, ["new_offer", "n", "autisme", "12", "2027", "12.000"]]).scenarios[0]
    #expect(own.flaws.count == 1 && own.flaws[0].column == "costs")
    #expect(try sheet([header, ["new_offer", "n", "autisme", "12", "2027", "12000000"]]).scenarios[0].flaws.isEmpty)
  }

  @Test("Every key of every lever is known in the sheet and to the schema")
  func keysAreDescribed() {
    for lever in Lever.allCases {
      for key in lever.keys { #expect(ChangeKey.of(key, lever) != nil, "\(lever.rawValue).\(key)") }
      #expect(Set(lever.requiredKeys + lever.effectKeys).isSubset(of: lever.keys))
    }
    #expect(Set(ScenarioSheet.columns).count == ScenarioSheet.columns.count)
  }

  /// One alias must not mean two columns.
  @Test func aliasesAreUnambiguous() {
    var owners: [String: String] = [:]
    for key in Lever.allCases.flatMap(\.described) {
      for alias in key.aliases {
        #expect(owners[alias] == nil || owners[alias] == key.name, "\(alias): \(owners[alias] ?? "") and \(key.name)")
        #expect(!ScenarioSheet.columns.contains(alias) || alias == key.name, "\(alias)")
        owners[alias] = key.name
      }
    }
  }
}
