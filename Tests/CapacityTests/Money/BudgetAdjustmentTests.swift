import Testing

@testable import Capacity

@Suite struct BudgetAdjustmentTests {
  private func adjusted(_ actual: Int, _ rules: RuleSet.Adjustment) -> BudgetAdjustment {
    BudgetAdjustment(budget: Amount(kroner: 20_805_000), budgetedDays: Quantity(6935), actualDays: Quantity(actual), tariff: Amount(kroner: 3000), rules: rules)
  }

  private let rules = RuleSet.Adjustment(share: Quantity(millionths: 700_000), tolerance: Quantity(millionths: 30_000))

  /// The frame and the rest share what the income loses; costs at the adjusted budget deviate by nothing.
  @Test(arguments: [0, 4000, 6570, 6934, 6935, 7000, 9999]) func nothingIsLost(days: Int) throws {
    let found = adjusted(days, rules)
    #expect(found.adjustment + found.remainder == found.incomeChange)
    #expect(found.deviation(costs: found.revisedBudget) == 0 && found.isOutside(costs: found.revisedBudget) == false)
    let limit = try #require(found.toleranceAmount)
    #expect(found.isOutside(costs: found.revisedBudget + limit) == false)
    #expect(found.isOutside(costs: found.revisedBudget + limit + Amount(oere: 1)) == true)
    #expect(found.isOutside(costs: found.revisedBudget - limit - Amount(oere: 1)) == true)
  }

  /// With a tariff that pays the budget at its days, both bases agree; without a tolerance nothing is outside.
  @Test func bases() {
    let cost = RuleSet.Adjustment(share: Quantity(millionths: 700_000), base: .cost)
    #expect(adjusted(6570, cost).adjustment == adjusted(6570, rules).adjustment)
    #expect(adjusted(6570, cost).isOutside(costs: .zero) == nil)
    #expect(BudgetAdjustment.fewerDaysAtTolerance(cost) == nil)
  }

  /// The rule of thumb is where an offer that does not adapt leaves the tolerance, to the day.
  @Test func theRuleOfThumb() throws {
    let share = try #require(BudgetAdjustment.fewerDaysAtTolerance(rules))
    let lost = Int(6935 * share)
    #expect(adjusted(6935 - lost, rules).isOutside(costs: Amount(kroner: 20_805_000)) == false)
    #expect(adjusted(6935 - lost - 1, rules).isOutside(costs: Amount(kroner: 20_805_000)) == true)
  }
}
