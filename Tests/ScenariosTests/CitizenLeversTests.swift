import Demand
import Foundation
import Groundwork
import Ingest
import Placements
import TestSupport
import Testing

@testable import Scenarios

/// Levers on citizens and offers: what they make of a plan, and what they refuse.
@Suite struct CitizenLeversTests {
  private static let extracts = Result { try ExampleProject.region.read().usable() }
  private static let panel = Result { try ExampleProject.region.panel() }

  private func plan(_ text: String) throws -> Plan {
    try PlanBuilder(panel: try Self.panel.get(), horizon: 36, capacity: try Self.extracts.get().capacity, scenarios: [])
      .plan(try Scenario(text: text, file: "s.toml", name: "s"))
  }

  private func findings(_ text: String) throws -> [Finding] { try raisedFindings { try plan(text) } }

  private static func change(_ what: String, _ lines: String...) -> String { "[[change]]\nwhat = \"\(what)\"\n" + lines.joined(separator: "\n") + "\n" }

  private static let takeover = change("takeover", "offer = \"kildespringhus\"", "date = \"2029-01-01\"")
  private static let closure = change("closure", "offer = \"mosebakken\"", "date = \"2027-06\"")
  private static let own = change("own_offer", "municipality = \"Aarhus\"", "area = \"autisme\"", "from = \"2027-06\"")
  private static let repackage = change("repackage", "offer = \"dagtilbud_tegnspiret\"", "from = \"2027-06\"")
  private static let courts = change("court_admissions", "offer = \"sikret_afdeling_ulvkaerborg\"")
  private static let reform = change("reform", "from = \"2028-01\"")
  private static let places = change("places", "offer = \"mosebakken\"", "from = \"2027-01\"")

  @Test(arguments: [
    (takeover.replacing("kildespringhus", with: "kildespringhs"), 3, "kildespringhus"), (takeover.replacing("2029", with: "2020"), 4, "2026-11-01"),
    (takeover + "others_stay = 1.5", 5, ""), (takeover + "admissions = \"leve\"", 5, "leave"), (takeover + "other_stay = 0.5", 5, "others_stay"),
    (takeover + "municipality = \"Arhus\"", 5, "Aarhus"), (takeover + takeover, 7, "Slet"),
    (takeover + closure.replacing("mosebakken", with: "kildespringhus"), 7, "Slet"),
    (closure + "wind_down_months = 3\nstop_admissions = \"2027-04\"", 6, "2027-03-01"), (closure + "stop_admissions = \"2027-07\"", 5, "2027-06-01"),
    (closure + "wind_down_months = 2.5", 5, ""), (closure + "to = [\"kildespringhs\"]", 5, "kildespringhus"), (closure + "to = \"mosebakken\"", 5, "Slet"),
    (closure + "to = [\"kildespringhus\", \"egernstubben\"]\nshares = [1]", 6, "0.6"), (closure + "to = [\"kildespringhus\"]\nshares = [0]", 6, "0.6"),
    (closure + "leave = [0.2, 1.2]", 5, ""), (closure + "winddown_months = 3", 5, "wind_down_months"),
    (own + "places = 0", 6, ""), (own + "places = 4\nhomecomings = 5", 7, "4"), (own + "places = 4\nfrom_own = -1", 7, ""),
    (own.replacing("Aarhus", with: "Århus") + "places = 4", 3, "Aarhus"), (own.replacing("\"Aarhus\"", with: "\"Region Midtjylland\"") + "places = 4", 3, "[[change]]"),
    (change("merge", "offers = [\"mosebakken\"]", "to = \"humlekaerparken\"", "date = \"2027\""), 3, "projekt_fyrrekoglehus"),
    (change("merge", "to = \"humlekaerparken\"", "date = \"2027\""), 2, "offers"),
    (change("merge", "number = 9", "to = \"humlekaerparken\"", "date = \"2027\""), 3, "1"),
    (change("merge", "number = 1", "to = \"humlekaerpaken\"", "date = \"2027\""), 4, "humlekaerparken"),
    (
      change("merge", "number = 1", "to = \"humlekaerparken\"", "date = \"2027\"") + change("merge", "number = 1", "to = \"solsortehegnet\"", "date = \"2028\""), 7,
      "Slet"
    ),
    (repackage + "share = 0.4\nto = \"mosebakken\"", 6, "stoetteteam_ordbroen"), (repackage + "share = 1.4\nto = \"stoetteteam_ordbroen\"", 5, ""),
    (repackage + "share = 0.4\nto = \"stoetteteam_ordbroen\"\nplaces = 99", 7, "24"),
    (courts + "per_year = -1\nsize = 2", 4, "0"), (courts + "per_year = [0, 3]\nsize = 2", 4, "0"), (courts + "per_year = 2\nsize = \"x\"", 5, "1.3"),
    (courts + "per_year = 1e6\nsize = 2", 4, "1000"), (change("court_admissions", "per_year = 2", "size = 1"), 2, "[[change]]"),
    (reform, 2, ""), (reform + "homecoming = -1", 4, "1.3"), (reform + "admission = [0.1, 20]", 4, ""), (reform + "admision = 0.9", 4, "admission"),
    (reform + "from_section = \"SEL_1O8\"\nto_section = \"SEL_107\"", 4, "SEL_108"), (reform + "from_section = \"SEL_108\"\nto_section = \"SEL_108\"", 5, ""),
    (reform + "admission = 0.9\nannounced = \"2028-05-01\"", 5, "kundgøres"),
    (places + "add = 4\nlead_months = -3", 6, ""), (places + "add = 4\nlead_months = 18\nto = \"2027-12\"", 7, "lead_months"), (places + "add = 4\nrent = -1", 6, ""),
    (places + "add = 4\nstafed = 3", 6, "staffed"),
  ]) func mistakesNameTheirPlaceAndRemedy(text: String, line: Int, hint: String) throws {
    let findings = try findings(text)
    let first = try #require(findings.first, "\(text)")
    #expect(findings.count == 1, "\(findings.map { $0.text(in: .da) })")
    #expect(first.row == line, "\(first.text(in: .da))")
    #expect(hint.isEmpty || (first.remedy.da + first.message.da).contains(hint), "\(first.text(in: .da))")
  }

  @Test func takeoversSplitHostAndOthers() throws {
    let panel = try Self.panel.get()
    let plan = try plan(Self.takeover + "others_stay = [0.1, 0.3]\nannounced = \"2028-01-01\"")
    #expect(plan.warnings.isEmpty, "\(plan.warnings.map { $0.text(in: .da) })")
    let host = try #require(panel.municipalities.firstIndex { $0.code == "710" })
    #expect(plan.demand.moves.map { $0.municipalities[host] } == [true, false])
    #expect(plan.demand.moves.map(\.leave.lower) == [1, 0.7] && plan.demand.moves.map(\.leave.upper) == [1, 0.9])
    #expect(plan.takeovers["kildespringhus"]?.iso == "2029-01-01" && plan.closures.isEmpty)
    // Whatever the others' share is, two draws of it add up to one.
    let (leave, stay) = (plan.demand.moves[1].leave, UncertainNumber(lower: 0.1, upper: 0.3, shape: .uniform, key: plan.demand.moves[1].leave.key))
    for draw in 0..<20 { #expect((0.7...0.9).contains(leave.value(seed: 1, draw: draw)) && (0.1...0.3).contains(stay.value(seed: 1, draw: draw))) }
  }

  /// SEL § 186: the years 2029, 2033 …, told a year before.
  @Test(arguments: [("2028-06", nil, 1, "2029-01-01"), ("2029-01-02", nil, 1, "2033-01-01"), ("2029-01-01", "2028-02-01", 1, "2028-01-01"), ("2029-01-01", nil, 0, "")])
  func takeoversOutsideTheElectionPeriodWarn(date: String, announced: String?, warnings: Int, hint: String) throws {
    let text = Self.takeover.replacing("2029-01-01", with: date) + (announced.map { "announced = \"\($0)\"" } ?? "")
    let plan = try plan(text)
    #expect(plan.warnings.count == warnings, "\(plan.warnings.map { $0.text(in: .da) })")
    #expect(plan.warnings.allSatisfy { $0.message.da.contains(hint) })
  }

  @Test func aPlainClosureMovesNobodyBeforeItsDay() throws {
    let plain = try plan(Self.closure)
    #expect(plain.demand.moves.isEmpty && plain.demand.windows.allSatisfy { $0.stops == .infinity })
    let wound = try plan(Self.closure + "wind_down_months = 3\nto = [\"kildespringhus\", \"egernstubben\"]\nshares = [3, 1]\nleave = 0.2")
    let move = try #require(wound.demand.moves.first)
    // November 2026 is the first future month: March 2027 begins 120 days later, June 212.
    #expect(move.from == 120 && move.until == 212 && move.leave.lower == 0.2 && move.destinations.map(\.weight) == [3, 1])
    #expect(wound.demand.windows.contains { $0.stops == 120 && $0.closes == 212 })
  }

  @Test func repackagingTakesPlacesAway() throws {
    let plan = try plan(Self.repackage + "share = [0.3, 0.5]\nramp_months = 6\nto = \"stoetteteam_ordbroen\"")
    // 40 % of 24 places, when the last of those who are there have moved.
    #expect(plan.places.contains { $0.offer == "dagtilbud_tegnspiret" && $0.from.iso == "2027-12-01" && $0.effect == .add(-10) })
    #expect(plan.assumptions.contains { $0.en.contains("10 fewer places") })
  }

  @Test func placesAreReadyAfterTheirLeadTime() throws {
    let plan = try plan(Self.places + "add = 4\nlead_months = 18\nstaffed = 22\nrent = 900000")
    #expect(plan.places.first?.from.iso == "2028-07-01")
    let terms = try #require(plan.placeTerms.first)
    #expect(terms.from.iso == "2028-07-01" && terms.staffed == 22 && terms.rent == 900_000)
    #expect(plan.assumptions.contains { $0.en.contains("ready on 2028-07-01") })
    #expect(try self.plan(Self.places + "add = 4").placeTerms.isEmpty)
  }

  @Test func reformsChangeSeveralRatesAndSections() throws {
    let panel = try Self.panel.get()
    let text = Self.reform + "areas = [\"autisme\"]\nadmission = 0.9\nhomecoming = [1, 1.3]\nfrom_section = \"SEL_108\"\nto_section = \"SEL_107\"\nshare = 0.2\nramp_months = 6"
    let plan = try plan(text)
    #expect(plan.demand.changes.map(\.target) == [.flow(.homecoming), .flow(.admission)] && plan.demand.changes.allSatisfy { $0.ramp == 6 })
    let move = try #require(plan.demand.moves.first)
    #expect(plan.demand.moves.count == 1 && move.offers == nil && move.reachesArrivals)
    let destination = panel.strata[try #require(move.destinations.first?.stratum)]
    #expect(destination == Stratum(area: "autisme", kind: .residential, legalBasis: "SEL_107"))
    #expect(try self.plan(text + "\nannounced = \"2027-05-01\"").assumptions.contains { $0.en.contains("announced = 2027-05-01") })
  }

  /// More places than the municipality has citizens there are warned of; as many are not.
  @Test func morePlacesThanCitizensWarn() throws {
    let panel = try Self.panel.get()
    let aarhus = try #require(panel.municipalities.firstIndex { $0.name == "Aarhus" })
    let present = panel.residents.count {
      let stratum = panel.strata[$0.stratum]
      return $0.municipality == aarhus && stratum.area == "autisme" && [.residential, .singlePerson].contains(stratum.kind)
    }
    #expect(present > 0)
    for (places, isTooMany) in [(present, false), (present + 1, true), (500, true)] {
      let found = try plan(Self.own + "places = \(places)").warnings
      #expect(found.count == (isTooMany ? 1 : 0), "\(found)")
      #expect(found.allSatisfy { $0.row == 6 && $0.file == "s.toml" && $0.message.en.contains("the \(present) of the municipality's citizens") }, "\(found)")
    }
  }

  @Test func offersWithoutAnybodyWarn() throws {
    let nobody = Self.own.replacing("Aarhus", with: "Læsø") + "places = 3\nhomecomings = 2"
    #expect(try plan(nobody).warnings.contains { $0.message.da.contains("kun 0 er til stede") })
  }
}
