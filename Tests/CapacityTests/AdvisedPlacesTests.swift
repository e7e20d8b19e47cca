import Probability
import Testing

@testable import Capacity

@Suite("AdvisedPlaces")
struct AdvisedPlacesTests {
  private static func draws(_ count: Int, mean: Double, seed: UInt64) -> [Double] {
    var stream = RandomStream(seed: seed)
    return (0..<count).map { _ in Double(stream.nextPoisson(mean)) }
  }

  @Test("The newsvendor's places are the quantile of demand", arguments: [(1.0, 1.0), (1.0, 3.0), (4.0, 1.0), (0.3, 2.7)])
  func quantile(empty: Double, missing: Double) throws {
    let demand = Self.draws(999, mean: 14, seed: 3)
    let places = try #require(AdvisedPlaces.newsvendor(demand: demand, costs: PlaceCosts(empty: empty, missing: missing)))
    let share = missing / (empty + missing)
    let sorted = demand.sorted()
    #expect(Double(places) == sorted[Int((share * 999).rounded(.up)) - 1])
  }

  @Test("One empty and one missing place, counted by hand")
  func byHand() {
    let costs = PlaceCosts(empty: 2, missing: 3)
    // Demand 1 or 5 with places 4: half of 2·3 + half of 3·1.
    #expect(costs.expected(places: 4, demand: [1, 5]) == 4.5)
    #expect(costs.expected(upTo: 6, demand: [5, 1]) == (0...6).map { costs.expected(places: Double($0), demand: [1, 5]) })
    #expect(AdvisedPlaces.newsvendor(demand: [], costs: costs) == nil)
    #expect(AdvisedPlaces.newsvendor(demand: [1], costs: PlaceCosts(empty: 0, missing: 0)) == nil)
  }

  /// All plans of a small problem, one by one.
  private static func cheapest(demand: [[Double]], today: [Double], costs: PlaceCosts, leadTime: Int, changeEvery: Int, most: Int) -> Double {
    var best = Double.infinity
    let free = demand.count - leadTime
    let steps = (free + changeEvery - 1) / changeEvery
    var choice = [Int](repeating: 0, count: steps)
    while true {
      let places = Array(today.prefix(leadTime)) + (0..<free).map { Double(choice[$0 / changeEvery]) }
      best = min(best, AdvisedPlaces.keeping(places, demand: demand, costs: costs, before: today[0]).expectedCost)
      var digit = 0
      while digit < steps, choice[digit] == most {
        choice[digit] = 0
        digit += 1
      }
      guard digit < steps else { return best }
      choice[digit] += 1
    }
  }

  @Test("The plan costs as little as the best of all plans", arguments: 0..<24)
  func exhaustive(number: Int) {
    var stream = RandomStream(seed: UInt64(number))
    let leadTime = number % 3
    let changeEvery = 1 + number % 2
    let demand = (0..<5).map { t in (0..<6).map { _ in min(6, Double(stream.nextPoisson(1 + Double((t * number) % 4)))) } }
    let today = [2.0 + Double(number % 4), 3, 3, 2, 2]
    let costs = PlaceCosts(
      empty: 3 * stream.nextUniform(), missing: 3 * stream.nextUniform(), opening: 4 * stream.nextUniform(), closing: 4 * stream.nextUniform())
    let plan = AdvisedPlaces.stepPlan(demand: demand, today: today, costs: costs, leadTime: leadTime, changeEvery: changeEvery)
    let best = Self.cheapest(demand: demand, today: today, costs: costs, leadTime: leadTime, changeEvery: changeEvery, most: 6)
    #expect(abs(plan.expectedCost - best) < 1e-9)
    #expect(plan.places.prefix(leadTime) == today.prefix(leadTime))
    #expect(abs(plan.holding + plan.changing - plan.expectedCost) < 1e-9)
    guard changeEvery == 1 else { return }
    #expect(plan.expectedCost <= AdvisedPlaces.keeping(today, demand: demand, costs: costs, before: today[0]).expectedCost + 1e-9)
  }

  @Test("Free changes follow each period's own quantile; dear ones keep the places")
  func limits() {
    let demand = (0..<6).map { Self.draws(201, mean: 10 + 3 * Double($0), seed: UInt64($0)) }
    let today = [Double](repeating: 12, count: 6)
    let free = PlaceCosts(empty: 1, missing: 2)
    let plan = AdvisedPlaces.stepPlan(demand: demand, today: today, costs: free, leadTime: 2)
    #expect(plan.places[2...].map { Int($0) } == demand[2...].map { AdvisedPlaces.newsvendor(demand: $0, costs: free) })
    #expect(Array(plan.places[..<2]) == [12, 12])
    let dear = PlaceCosts(empty: 1, missing: 2, opening: 1e6, closing: 1e6)
    #expect(AdvisedPlaces.stepPlan(demand: demand, today: today, costs: dear, leadTime: 2).places == today)
    #expect(AdvisedPlaces.stepPlan(demand: demand, today: today, costs: free, leadTime: 9).places == today)
  }
}
