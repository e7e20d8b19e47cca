import Demand
import Foundation
import Groundwork
import Placements
import TestSupport
import Testing

@testable import Scenarios

@Suite struct MoneyChangeTests {
  private static let panel = Result { try ExampleProject.region.panel() }

  private func plan(_ text: String, ruleSets: [String] = ["neutral", "syddanmark"]) throws -> Plan {
    let builder = PlanBuilder(panel: try Self.panel.get(), horizon: 36, capacity: [], scenarios: [], ruleSets: ruleSets)
    return try builder.plan(try Scenario(text: text, file: "s.toml", name: "s"))
  }

  private func change(_ effect: MoneyChange.Effect, periods: Range<Int> = 0..<36, ramp: Double = 0) -> MoneyChange {
    MoneyChange(effect: effect, value: .exact(0), strata: [], offer: "a", periods: periods, ramp: ramp)
  }

  private func factors(_ change: MoneyChange, _ period: Int, _ number: Double, price: Double = 2000) -> [Double] {
    let own = change.factors(in: period, at: number, price: price, length: .month)
    return [own.price, own.costs, own.budget]
  }

  private func isNear(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-12 } }

  /// What each lever does to price, costs and budget, by its formula.
  @Test func factorsByFormula() {
    #expect(isNear(factors(change(.tariffMultiply), 5, 1.1), [1.1, 1, 1]))
    #expect(isNear(factors(change(.tariffAdd), 5, 100), [1.05, 1, 1]))
    #expect(isNear(factors(change(.tariffSet), 5, 1500), [0.75, 1, 1]))
    #expect(isNear(factors(change(.savings(tariffShare: 1)), 5, 4), [0.96, 0.96, 0.96]))
    #expect(isNear(factors(change(.savings(tariffShare: 0.25)), 5, 4), [0.99, 0.96, 0.96]))
    // Twelve and a half months of 3 % a year, half of which the tariff follows.
    let growth = pow(1.03, 12.5 / 12)
    #expect(isNear(factors(change(.complexity(tariffShare: 0.5)), 12, 3), [1 + (growth - 1) / 2, growth, 1 + (growth - 1) / 2]))
  }

  /// Nothing before; afterwards all but a drift ends, which stays where it is.
  @Test(arguments: [MoneyChange.Effect.tariffMultiply, .tariffAdd, .tariffSet, .savings(tariffShare: 1), .complexity(tariffShare: 1)])
  func beforeAndAfter(effect: MoneyChange.Effect) {
    let own = change(effect, periods: 6..<18)
    #expect(factors(own, 5, 3) == [1, 1, 1])
    #expect(factors(own, 6, 3) != [1, 1, 1])
    if case .complexity = effect {
      #expect(factors(own, 30, 3) == factors(own, 17, 3))
    } else {
      #expect(factors(own, 18, 3) == [1, 1, 1])
    }
  }

  /// A ramp of a year: half a month of twelve in its first month, all of it after the last.
  @Test func growsOverTheRamp() {
    let own = change(.savings(tariffShare: 1), ramp: 12)
    #expect(isNear(factors(own, 0, 12), [1 - 0.12 * 0.5 / 12, 1 - 0.12 * 0.5 / 12, 1 - 0.12 * 0.5 / 12]))
    #expect(isNear(factors(own, 12, 12), [0.88, 0.88, 0.88]))
  }

  /// Which offers: those of an area, one by name, none.
  @Test func actsOnItsScope() throws {
    let panel = try Self.panel.get()
    let area = try plan("[[change]]\nwhat = \"savings\"\nareas = [\"autisme\"]\npercent = 2").money
    #expect(area.count == 1 && panel.offers.allSatisfy { area[0].acts(on: $0) == ($0.area == "autisme") })
    let one = try plan("[[change]]\nwhat = \"tariff\"\noffer = \"Mosebakken\"\nadd = 50").money
    #expect(panel.offers.filter { one[0].acts(on: $0) }.map(\.id) == ["mosebakken"])
    let rules = try plan("[[change]]\nwhat = \"rule_set\"\nrules = \"syddanmark\"\n[[change]]\nwhat = \"notice\"\nmonths = 3\n[[change]]\nwhat = \"tariff_stop\"\nfrom = 2027\nto = 2028").rules
    #expect(rules.ruleSet == "syddanmark" && rules.noticeMonths == 3 && rules.tariffStop?.years == 2027...2028 && rules.tariffStop?.growth == 0)
  }

  /// Every mistake: where it stands and what is proposed.
  @Test(arguments: [
    ("[[change]]\nwhat = \"savings\"\npercent = 95", 3, "90"),
    ("[[change]]\nwhat = \"savings\"\npercent = -1", 3, "0"),
    ("[[change]]\nwhat = \"savings\"\nprocent = 2", 3, "percent"),
    ("[[change]]\nwhat = \"savings\"", 1, "percent"),
    ("[[change]]\nwhat = \"savings\"\npercent = 2\ntariff_share = 2", 4, "1"),
    ("[[change]]\nwhat = \"complexity\"\npercent_a_year = 40", 3, "20"),
    ("[[change]]\nwhat = \"tariff\"\nmultiply = 0", 3, "0.01"),
    ("[[change]]\nwhat = \"tariff\"\noffer = \"mosebaken\"\nmultiply = 1.1", 3, "mosebakken"),
    ("[[change]]\nwhat = \"tariff\"\noffer = \"mosebakken\"\nset = 3000\n[[change]]\nwhat = \"tariff\"\narea = \"boern_og_unge\"\nset = 2000", 8, "Slet"),
    ("[[change]]\nwhat = \"tariff_stop\"\nfrom = 2028\nto = 2027", 4, "Byt"),
    ("[[change]]\nwhat = \"tariff_stop\"", 1, "from"),
    ("[[change]]\nwhat = \"rule_set\"\nrules = \"sydanmark\"", 3, "syddanmark"),
    ("[[change]]\nwhat = \"notice\"\nmonths = 1.5", 3, "60"),
    ("[[change]]\nwhat = \"notice\"\nmonths = 1\n[[change]]\nwhat = \"notice\"\nmonths = 2", 6, "Slet"),
    ("[[change]]\nwhat = \"adaptation_time\"\nmonths = 0", 3, "1"),
  ])
  func mistakesAreTold(text: String, line: Int, hint: String) throws {
    let error = try #require(throws: FindingsError.self) { try plan(text) }
    let finding = try #require(error.findings.first)
    #expect(finding.row == line, "\(finding)")
    #expect((finding.message.da + " " + finding.remedy.da).contains(hint), "\(finding)")
  }

  private static let stop = "[[change]]\nwhat = \"tariff_stop\"\nfrom = 2027\nto = 2028\n"

  private static func tariff(_ effect: String, from: String = "2027-03", more: String = "") -> String {
    "[[change]]\nwhat = \"tariff\"\noffer = \"mosebakken\"\n\(effect)\nfrom = \"\(from)\"\n\(more)"
  }

  /// A rise in a stop's years is kept out, whichever of the two comes first; one before it, after it, within its growth, or a fall is not.
  @Test(arguments: [
    (stop + tariff("multiply = 1.1"), 8, "ude i 2027–2028"), (tariff("add = 50") + stop, 8, "2029"), (stop + tariff("multiply = 1.1", from: "2028-02"), 8, "ude i 2028;"),
    (stop + tariff("multiply = [0.9, 1.1]", more: "to = \"2028-06\"\n"), 8, "aldrig"), (stop + "growth = 2\n" + tariff("multiply = 1.1"), 9, "2 % om året"),
    (stop + tariff("multiply = 0.9"), nil, ""), (stop + tariff("add = -50"), nil, ""), (stop + tariff("multiply = 1.1", from: "2029-01"), nil, ""),
    (stop + tariff("multiply = 1.1", from: "2026-12"), nil, ""), (stop + "growth = 2\n" + tariff("multiply = 1.02"), nil, ""),
    (stop + tariff("multiply = 1.1", from: "2026-12", more: "ramp_months = 12\n"), 8, "ude i 2027"),
  ] as [(String, Int?, String)])
  func risesThatAStopKeepsOut(text: String, line: Int?, says: String) throws {
    let found = try plan(text).warnings.filter { $0.message.da.contains("tariff_stop") }
    #expect(found.map(\.row) == (line.map { [$0] } ?? []), "\(found)")
    #expect(found.allSatisfy { $0.file == "s.toml" && $0.column != nil && $0.message.da.contains(says == "aldrig" ? "når ikke at virke" : says) }, "\(found)")
  }

  /// What is done to a tariff before it is set is lost; what is done to it afterwards, to others or in other periods is not.
  @Test(arguments: [
    (tariff("multiply = 1.1") + tariff("set = 3000", from: "2027-06"), true), (tariff("add = 10") + tariff("set = 3000"), true),
    (tariff("set = 3000") + tariff("multiply = 1.1"), false), (tariff("multiply = 1.1", more: "to = \"2027-05\"\n") + tariff("set = 3000", from: "2027-06"), false),
    (tariff("multiply = 1.1").replacing("mosebakken", with: "egernstubben") + tariff("set = 3000"), false),
  ])
  func whatSetOverrules(text: String, isLost: Bool) throws {
    let found = try plan(text).warnings
    #expect(found.count == (isLost ? 1 : 0), "\(found)")
    guard let first = found.first else { return }
    #expect(first.row == 9 && first.message.da.contains("mosebakken") && first.value == "set = 3000", "\(first)")
    #expect(first.message.da.contains(text.contains("2027-06") ? "2027-06-01" : "2027-03-01"))
  }

  @Test func whatTouchesNothingIsWarnedOf() throws {
    let plan = try plan("[[change]]\nwhat = \"savings\"\narea = \"autisme\"\nkind = \"respite\"\nlegal_basis = \"SEL_107\"\npercent = 2")
    #expect(plan.money.isEmpty && plan.warnings.count == 1)
  }
}
