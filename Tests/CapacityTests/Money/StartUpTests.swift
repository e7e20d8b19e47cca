import Groundwork
import Testing

@testable import Capacity

@Suite struct StartUpTests {
  private let costs = Amount(kroner: 12_000_000)
  private let days = Quantity(4380)

  private func start(_ floor: Double, ramp: Int = 9) throws -> StartUp {
    // A tariff that pays the full offer's costs.
    StartUp(ramp: ramp, costs: costs, days: days, tariff: costs / days, costFloor: try #require(Quantity(floor)))
  }

  /// Half of the places are empty on average: the deficit is half of the part of the costs that does not follow, times the ramp.
  @Test func theDeficitIsTheHalfOfTheFixedCosts() throws {
    for floor in [0, 0.3, 0.7, 1] {
      let deficit = try start(floor).deficit.kroner
      #expect((deficit - floor * 12_000_000 * 9 / 12 / 2).magnitude < 100)
    }
    #expect(try start(0.5, ramp: 18).deficit.kroner > start(0.5, ramp: 9).deficit.kroner)
  }

  /// Spread over years to the øre, or left to the account.
  @Test func chargesAreTheDeficit() throws {
    var rules = RuleSet(name: "x", title: Phrase("x"))
    #expect(try start(0.3).charges(rules).isEmpty)
    rules.startUpYears = 7
    let charges = try start(0.3).charges(rules)
    #expect(try charges.count == 7 && charges.sum == start(0.3).deficit)
  }
}
