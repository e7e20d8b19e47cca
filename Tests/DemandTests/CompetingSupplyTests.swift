import Foundation
import Testing

@testable import Demand

/// A municipality's own offer against queueing theory, and its limits in every draw.
@Suite struct CompetingSupplyTests {
  private typealias World = DecisionsWorld

  private func own(_ world: World, places: Int, ramp: Double = 0, share: Double = 1, homecomings: Int = 0) -> CompetingOffer {
    CompetingOffer(
      municipality: 0, strata: world.strata("east", "long"), places: places, opens: world.day(2), ramp: ramp, share: .exact(share),
      homecomings: homecomings, key: 17)
  }

  /// Erlang's loss formula: the share of customers who find all `servers` busy at an offered load.
  private func blocked(servers: Int, load: Double) -> Double {
    var b = 1.0
    for k in 1...servers { b = load * b / (Double(k) + load * b) }
    return b
  }

  /// Thirty a year who stay two months each, of whom a share asks first for one of five own places: those who find none are in the
  /// region. After two years nothing is left of the start (e^−11).
  @Test(arguments: [1.0, 0.5]) func whoFindsNoPlaceIsInTheRegion(share: Double) {
    let world = World(residents: [:], rates: ["SEL_107": .init(admissions: 30, homecoming: 2, otherExit: 4)])
    let results = world.run([world.plan { $0.competitors = [own(world, places: 5, share: share)] }])
    let stock = DrawMean(results.stock(["east", "west"], 23))
    #expect(stock.agrees(with: 5 * ((1 - share) + share * blocked(servers: 5, load: 5 * share))), "\(stock.mean)")
  }

  /// Clocks are the same, so what the region lacks is who lives in the own offer: never more than its places, ramp or not.
  @Test(arguments: [0.0, 300]) func placesAreNeverExceeded(ramp: Double) {
    let world = World(
      residents: ["east": 6, "west": 6, "long": 4], rates: ["SEL_107": .init(admissions: 25, homecoming: 0.5, otherExit: 0.7), "SEL_108": .init(otherExit: 0.2)],
      draws: 1000)
    let results = world.run([world.plan { $0.competitors = [own(world, places: 7, ramp: ramp, homecomings: 4)] }])
    for period in 0..<24 {
      let open = period < 2 ? 0 : ramp == 0 ? 7 : min(7, (7 * (world.day(period + 1) - world.day(2)) / ramp).rounded(.down))
      let taken = zip(results.stock(World.ids, period, plan: nil), results.stock(World.ids, period)).map(-)
      #expect(taken.allSatisfy { $0 >= 0 && $0 <= open }, "\(period): \(taken.max() ?? 0) of \(open)")
      if period < 2 { #expect(taken.allSatisfy { $0 == 0 }) }
    }
    #expect(zip(results.stock(World.ids, 23, plan: nil), results.stock(World.ids, 23)).contains { $0 - $1 == 7 })
  }

  /// Where nobody leaves, those who are taken home are as many as planned, and the rest of the places fills with who comes.
  @Test func homecomingsFillItFirst() {
    let world = World(residents: ["east": 10], rates: ["SEL_107": .init(admissions: 40)], draws: 1000)
    let results = world.run([world.plan { $0.competitors = [own(world, places: 4, homecomings: 3)] }])
    #expect(results.sum(.homecomings, World.ids, 0..<24).allSatisfy { $0 == 3 })
    #expect(results.sum(.homecomings, World.ids, 2..<3).allSatisfy { $0 == 3 })
    let fewer = zip(results.sum(.admissions, World.ids, 0..<24, plan: nil), results.sum(.admissions, World.ids, 0..<24)).map(-)
    #expect(fewer.allSatisfy { $0 == 1 })
  }

  /// One who is to be taken home waits for a place; with more than there are citizens, all are taken.
  @Test func homecomingsWaitForPlacesAndTakeWhoIsThere() {
    let world = World(residents: ["east": 3], rates: [:], draws: 200)
    let slow = world.run([world.plan { $0.competitors = [own(world, places: 5, ramp: 365, homecomings: 5)] }])
    #expect(slow.sum(.homecomings, World.ids, 0..<24).allSatisfy { $0 == 3 })
    for period in 2..<14 {
      let open = min(3, (5 * (world.day(period + 1) - world.day(2)) / 365).rounded(.down))
      #expect(slow.sum(.homecomings, World.ids, 0..<period + 1).allSatisfy { $0 == open }, "\(period)")
    }
  }

  @Test func anOfferThatTakesNobodyChangesNothing() {
    let world = World(residents: ["east": 5], rates: ["SEL_107": .init(admissions: 10, homecoming: 0.4, otherExit: 0.3)], municipalities: 2, draws: 300)
    #expect(world.run([world.plan { $0.competitors = [own(world, places: 5, share: 0)] }]).isUnchanged)
  }
}
