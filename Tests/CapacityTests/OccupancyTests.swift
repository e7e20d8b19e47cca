import Groundwork
import Testing

@testable import Capacity

@Suite struct OccupancyTests {
  @Test func withoutPlacesThereIsNoOccupancy() {
    #expect(Occupancy.percent(3, of: 0) == nil)
    #expect(Occupancy.percent(22, of: 20).map { ($0 - 110).magnitude < 1e-9 } == true)
  }

  /// Five points or more are pointed out, on both sides.
  @Test(arguments: [(90.0, true), (90.01, false), (100.0, true), (99.99, false), (95.0, false)]) func alerts(percent: Double, isAlert: Bool) {
    var rules = RuleSet(name: "x", title: Phrase("x"))
    #expect(Occupancy.isAlert(percent, assumed: 0.95, rules: rules) == nil)
    rules.occupancyAlert = Quantity(millionths: 50_000)
    #expect(Occupancy.isAlert(percent, assumed: 0.95, rules: rules) == isAlert)
  }
}
