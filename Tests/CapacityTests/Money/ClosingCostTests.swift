import Groundwork
import Testing

@testable import Capacity

@Suite struct ClosingCostTests {
  private let rules = RuleSet(name: "x", title: Phrase("x"))

  /// An accumulated deficit adds, a surplus and what is sold pay.
  @Test func theAccountIsSettledWithTheRest() {
    var cost = ClosingCost(idle: Amount(kroner: 100), severance: Amount(kroner: 50), lease: Amount(kroner: 20), residualValue: Amount(kroner: 10), inventorySale: Amount(kroner: 5))
    #expect(cost.total == Amount(kroner: 175))
    // Kastaniely: a deficit of 18 million that the municipalities had to cover.
    cost.account = Amount(kroner: -18_000_000)
    #expect(cost.total == Amount(kroner: 18_000_175))
    cost.account = Amount(kroner: 300)
    #expect(cost.total == Amount(kroner: -125))
  }

  @Test func thoseWhoUsedItInTheLastYearsPay() throws {
    let days = ["740": [2024: Quantity(100), 2020: Quantity(9999)], "751": [2025: Quantity(200), 2026: Quantity(100)], "101": [2019: Quantity(5)]]
    let split = try #require(ClosingCost(idle: Amount(kroner: 4000)).split(days: days, closing: 2026, rules: rules))
    #expect(split.map(\.payer) == ["740", "751"] && split.map(\.amount) == [Amount(kroner: 1000), Amount(kroner: 3000)])
    #expect(split.map(\.share) == [0.25, 0.75])
    #expect(ClosingCost(idle: Amount(kroner: 1)).split(days: ["101": [2019: Quantity(5)]], closing: 2026, rules: rules) == nil)
  }

  @Test func splitsToTheOere() throws {
    var random = Randomness(state: 6)
    for _ in 0..<200 {
      var days: [String: [Int: Quantity]] = [:]
      for payer in 0..<Int.random(in: 1...40, using: &random) {
        days[String(payer)] = [2025: Quantity(Int.random(in: 0...3000, using: &random)), 2026: Quantity(Int.random(in: 1...3000, using: &random))]
      }
      let cost = ClosingCost(idle: Amount(oere: Int128(Int.random(in: 0...9_999_999_999, using: &random))), account: Amount(oere: Int128(Int.random(in: -999_999_999...9_999_999_999, using: &random))))
      let split = try #require(cost.split(days: days, closing: 2026, rules: rules))
      #expect(split.map(\.amount).sum == cost.total)
    }
  }
}
