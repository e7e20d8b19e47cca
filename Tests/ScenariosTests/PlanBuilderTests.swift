import Foundation
import Demand
import Groundwork
import Placements
import TestSupport
import Testing

@testable import Scenarios

@Suite struct PlanBuilderTests {
  private static let panel = Result { try ExampleProject.region.panel() }

  private func builder(_ others: [Scenario] = []) throws -> PlanBuilder {
    PlanBuilder(panel: try Self.panel.get(), horizon: 36, capacity: [], scenarios: others)
  }

  private func plan(_ text: String) throws -> Plan {
    try builder().plan(try Scenario(text: text, file: "s.toml", name: "s"))
  }

  private func findings(_ text: String) throws -> [Finding] { try raisedFindings { try plan(text) } }

  /// Every mistake: where it stands and what is proposed.
  @Test(arguments: [
    ("[[change]]\nwhat = \"homecomming\"\nmultiply = 2", 2, "homecoming"),
    ("[[change]]\nwhat = \"homecoming\"\nmultply = 2", 3, "multiply"),
    ("titel = \"x\"", 1, "title"),
    ("[[change]]\nwhat = \"homecoming\"\nmunicipalities = [\"Århus\"]\nmultiply = 2", 3, "Aarhus"),
    ("[[change]]\nwhat = \"homecoming\"\nareas = [\"autsime\"]\nmultiply = 2", 3, "autisme"),
    ("[[change]]\nwhat = \"closure\"\noffer = \"mosebaken\"\ndate = \"2027-06\"", 3, "mosebakken"),
    ("[[change]]\nwhat = \"admission\"\nfrom = \"2027-13\"\nmultiply = 2", 3, "2027-04"),
    ("[[change]]\nwhat = \"admission\"\nfrom = \"2028\"\nto = \"2027\"\nmultiply = 2", 4, "Byt"),
    ("[[change]]\nwhat = \"admission\"\nmultiply = -1", 3, "1.3"),
    ("[[change]]\nwhat = \"admission\"\nmultiply = [1.5, 1.2]", 3, "mindste først"),
    ("[[change]]\nwhat = \"admission\"\nmultiply = \"1,3\"", 3, "1.3"),
    ("[[change]]\nwhat = \"stock\"\nmultiply = 1.1", 2, "population"),
    ("[[change]]\nwhat = \"admission\"\nmultiply = 1.1\nadd = 2", 1, ""),
    ("[[change]]\nwhat = \"admission\"\nset = -2", 3, "ingen"),
    ("[[change]]\nwhat = \"admission\"\nadd = 2\nramp_months = -6", 4, ""),
    ("[[change]]\nwhat = \"admission\"\nmultiply = { distribution = \"trangular\", min = 1 }", 3, "triangular"),
    ("[[change]]\nwhat = \"admission\"\nmultiply = { distribution = \"normal\", mean = 1, sd = 0.1 }", 3, "lognormal"),
    ("[[change]]\nwhat = \"admission\"\nadd = { distribution = \"normal\", mean = 1, sdd = 0.1 }", 3, "sd"),
    ("[[change]]\nwhat = \"admission\"\nadd = { distribution = \"uniform\", min = 3, max = 2 }", 3, ""),
    ("[[change]]\nwhat = \"admission\"\nset = 2\n[[change]]\nwhat = \"admission\"\nareas = [\"autisme\"]\nset = 3", 7, "Slet"),
    ("[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2027\"\nset = 9\n[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2027-01\"\nset = 8", 10, "Slet"),
    ("[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2027\"\nset = 9\n[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2028\"\nadd = -10", 10, "-9"),
    ("[[change]]\nwhat = \"closure\"\noffer = \"mosebakken\"\ndate = \"2027-06\"\n[[change]]\nwhat = \"places\"\noffer = \"mosebakken\"\nfrom = \"2028\"\nset = 8", 8, "Vælg"),
    ("[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"Aarhus\"\ndate = \"2027-01\"", 1, ""),
    ("[[change]]\nwhat = \"new_offer\"\nid = \"mosebakken\"\narea = \"boern_og_unge\"\nplaces = 8\nfrom = \"2027\"", 3, "andet"),
  ]) func mistakesNameTheirPlaceAndRemedy(text: String, line: Int, hint: String) throws {
    let findings = try findings(text)
    let first = try #require(findings.first)
    #expect(findings.count == 1, "\(findings.map { $0.text(in: .da) })")
    #expect(first.row == line)
    #expect(first.file == "s.toml")
    #expect(hint.isEmpty || first.remedy.da.contains(hint), "\(first.text(in: .da))")
  }

  @Test func periodsAreWholeAndBothEndsIncluded() throws {
    let plan = try plan("[[change]]\nwhat = \"homecoming\"\nfrom = \"2027Q2\"\nto = \"2027-08\"\nmultiply = 2")
    // The data ends with October 2026: November is future period 0, April 2027 is 5, August 9.
    #expect(plan.demand.changes[0].periods == 5..<10)
  }

  @Test func aRegionNamesAllItsMunicipalities() throws {
    let plan = try plan("[[change]]\nwhat = \"homecoming\"\nmunicipalities = [\"Region Midtjylland\", 101]\nmultiply = 2")
    #expect(plan.demand.changes[0].municipalities.count { $0 } == 20)
  }

  @Test func aRegionNeedsNoPrefix() throws {
    let plan = try plan("[[change]]\nwhat = \"homecoming\"\nmunicipalities = [\"midtjylland\"]\nmultiply = 2")
    #expect(plan.demand.changes[0].municipalities.count { $0 } == 19)
  }

  /// The share of a period that lies behind the ramp's straight line, on average over the period.
  @Test func rampsGrowInAStraightLine() throws {
    let change = try plan("[[change]]\nwhat = \"homecoming\"\nfrom = \"2027-01\"\nramp_months = 3\nmultiply = 2").demand.changes[0]
    #expect(change.ramp == 3)
    #expect(change.periods.lowerBound == 2)
  }

  @Test(arguments: ["{ distribution = \"uniform\", min = 0.8, max = 1.2 }", "{ distribution = \"triangular\", min = 0.8, mode = 1, max = 1.2 }"])
  func distributionsHaveNames(text: String) throws {
    let plan = try plan("[[change]]\nwhat = \"admission\"\nmultiply = \(text)")
    guard case .multiply(let number) = plan.demand.changes[0].effect else { return #expect(Bool(false), "no factor") }
    let values = (0..<4000).map { number.value(seed: 1, draw: $0) }
    #expect(values.allSatisfy { $0 >= 0.8 && $0 <= 1.2 })
    // Both have mean 1; the standard errors are 0.0018 and 0.0013.
    #expect(abs(values.reduce(0, +) / 4000 - 1) < 0.009)
  }

  @Test func aNamedLognormalIsTheInterval() throws {
    let named = try plan("[[change]]\nwhat = \"admission\"\nmultiply = { distribution = \"lognormal\", median = 1.2, sd_log = 0.1 }")
    guard case .multiply(let number) = named.demand.changes[0].effect else { return #expect(Bool(false), "no factor") }
    #expect(abs(number.lower - 1.2 * exp(-0.128155)) < 1e-4)
    #expect(abs(number.upper - 1.2 * exp(0.128155)) < 1e-4)
  }

  @Test func changesThatTouchNothingWarn() throws {
    let plan = try plan("[[change]]\nwhat = \"homecoming\"\nareas = [\"autisme\"]\nkind = \"hours\"\nmultiply = 2")
    #expect(plan.warnings.contains { $0.message.da.contains("rammer intet") })
  }

  @Test func scenariosInheritAndRingsAreRefused() throws {
    let parent = try Scenario(text: "[[change]]\nwhat = \"admission\"\nmultiply = 0.9", file: "p.toml", name: "p")
    let child = try Scenario(text: "base = \"p\"\n[[change]]\nwhat = \"admission\"\nmultiply = 0.5", file: "c.toml", name: "c")
    let plan = try builder([parent, child]).plan(child)
    #expect(plan.demand.changes.count == 2)
    #expect(plan.base == "p")
    let left = try Scenario(text: "base = \"r\"", file: "l.toml", name: "l")
    let right = try Scenario(text: "base = \"l\"", file: "r.toml", name: "r")
    #expect(throws: FindingsError.self) { try builder([left, right]).plan(left) }
  }

  @Test func tooLargeBatchesWarn() throws {
    let plan = try plan("[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"Samsø\"\nnumber = 60\ndate = \"2027-01\"")
    #expect(plan.warnings.count >= 1)
    #expect(plan.demand.batches.count == 1)
  }

  @Test func priceReactions() throws {
    func change(_ elasticity: String) -> String { "[[change]]\nwhat = \"price_reaction\"\nareas = [\"autisme\"]\nelasticity = \(elasticity)\n" }
    let own = try plan(change("[0.2, 0.6]"))
    let terms = try #require(own.priceReactions.first)
    #expect(own.priceReactions.count == 1 && terms.elasticity.lower == 0.2 && terms.elasticity.upper == 0.6 && terms.elasticity.shape == .logNormal)
    let panel = try builder().panel
    for (s, stratum) in panel.strata.enumerated() { #expect(terms.strata[s] == (stratum.area == "autisme")) }
    #expect(own.assumptions.contains { $0.en.contains("price_reaction") } && own.demand.changes.isEmpty)
    #expect(try plan(change("0.3")).priceReactions.first?.elasticity.shape == .exact && plan("").priceReactions.isEmpty)
    for wrong in ["-0.1", "[0, 0.5]", "[0.5, 0.2]", "6", "\"high\""] {
      let all = try findings(change(wrong))
      #expect(all.count == 1 && all[0].row == 4, "\(wrong): \(all.map { $0.text(in: .en) })")
    }
    #expect(try findings(change("0.3") + change("0.4")).count == 1)
  }

  @Test func everyShippedScenarioIsRead() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: ExampleProject.region.folder + "/scenarios")
    #expect(files.count >= 10)
    for name in files.sorted().map({ String($0.dropLast(5)) }) {
      let path = ExampleProject.region.folder + "/scenarios/\(name).toml"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let plan = try builder().plan(try Scenario(text: text, file: path, name: name))
      #expect(plan.warnings.isEmpty, "\(plan.warnings.map { $0.text(in: .da) })")
    }
  }
}
