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

  private func findings(_ text: String) -> [Finding] {
    do {
      _ = try plan(text)
      return []
    } catch let error as FindingsError {
      return error.findings
    } catch {
      return []
    }
  }

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
    ("[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"Aarhus\"\ndate = \"2027-01\"", 1, ""),
    ("[[change]]\nwhat = \"new_offer\"\nid = \"mosebakken\"\narea = \"boern_og_unge\"\nplaces = 8\nfrom = \"2027\"", 3, "andet"),
  ]) func mistakesNameTheirPlaceAndRemedy(text: String, line: Int, hint: String) throws {
    let findings = findings(text)
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
      let all = findings(change(wrong))
      #expect(all.count == 1 && all[0].row == 4, "\(wrong): \(all.map { $0.text(in: .en) })")
    }
    #expect(findings(change("0.3") + change("0.4")).count == 1)
  }

  @Test func everyShippedScenarioIsRead() throws {
    for name in ["basis", "hjemtagning", "kort_varsel", "vigende", "nyt_tilbud", "lukning"] {
      let path = ExampleProject.region.folder + "/scenarios/\(name).toml"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let plan = try builder().plan(try Scenario(text: text, file: path, name: name))
      #expect(plan.warnings.isEmpty, "\(plan.warnings.map { $0.text(in: .da) })")
    }
  }
}
