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

  /// Mean citizens in the region in the long run: the stationary distribution of who lives in the own offer (n of `places`) and in the
  /// region (m), solved by sweeps over the balance equations. Yearly rates; times of stay are exponential.
  ///
  /// Of `admissions` a share asks the own offer first and goes to the region if it is full; whom the region's homecomings reach takes a
  /// place while there is one; places are freed by other exits alone.
  private func stationary(places: Int, admissions: Double, homecoming: Double, otherExit: Double, share: Double) -> Double {
    let most = 60
    func at(_ n: Int, _ m: Int) -> Int { n * (most + 1) + m }
    var into: [[(from: Int, rate: Double)]] = Array(repeating: [], count: (places + 1) * (most + 1))
    var out = [Double](repeating: 0, count: into.count)
    func flow(_ from: Int, _ to: Int, _ rate: Double) {
      guard rate > 0 else { return }
      into[to].append((from, rate))
      out[from] += rate
    }
    for n in 0...places {
      for m in 0...most {
        let asked = n < places ? admissions * share : 0
        if asked > 0 { flow(at(n, m), at(n + 1, m), asked) }
        if m < most { flow(at(n, m), at(n, m + 1), admissions - asked) }
        if n > 0 { flow(at(n, m), at(n - 1, m), otherExit * Double(n)) }
        guard m > 0 else { continue }
        flow(at(n, m), at(n, m - 1), otherExit * Double(m))
        flow(at(n, m), at(min(n + 1, places), m - 1), homecoming * Double(m))
      }
    }
    var share = [Double](repeating: 1 / Double(out.count), count: out.count)
    for _ in 0..<3000 {
      for state in share.indices { share[state] = into[state].reduce(0) { $0 + share[$1.from] * $1.rate } / out[state] }
      let total = share.reduce(0, +)
      for state in share.indices { share[state] /= total }
    }
    return (0...places).reduce(0) { sum, n in (0...most).reduce(sum) { $0 + Double($1) * share[at(n, $1)] } }
  }

  /// Thirty a year, of whom a share asks first for one of five own places, while the region takes home and loses its own. After two years
  /// hardly anything is left of the start (e^−8 of the own offer's, e^−12 of the region's).
  @Test(arguments: [1.0, 0.5, 0]) func placesFillWithThoseWhoComeAndThoseWhoAreTakenHome(share: Double) {
    let world = World(residents: [:], rates: ["SEL_107": .init(admissions: 30, homecoming: 2, otherExit: 4)])
    let results = world.run([world.plan { $0.competitors = [own(world, places: 5, share: share)] }])
    let stock = DrawMean(results.stock(["east", "west"], 23))
    let exact = stationary(places: 5, admissions: 30, homecoming: 2, otherExit: 4, share: share)
    #expect(stock.agrees(with: exact), "\(stock.mean) \(exact)")
    if share == 0 { #expect(results.isUnchanged) }
  }

  /// Without homecomings it is Erlang's loss formula: the share of those who come and find all places taken.
  @Test func withoutHomecomingsItIsErlangsLoss() {
    var blocked = 1.0
    for k in 1...5 { blocked = 7.5 * blocked / (Double(k) + 7.5 * blocked) }
    let exact = stationary(places: 5, admissions: 30, homecoming: 0, otherExit: 4, share: 1)
    #expect(abs(exact - 7.5 * blocked) < 1e-6)
  }

  /// Where nobody leaves it, an own offer has the first four of those who come and those who are taken home. Months show who was among
  /// them but for the month in which the fourth comes.
  @Test func whoIsFirstHasThePlace() {
    let world = World(residents: ["east": 10], rates: ["SEL_107": .init(homecoming: 0.3), "SEL_108": .init(admissions: 5)], draws: 1000)
    let offer = CompetingOffer(
      municipality: 0, strata: world.strata("east", "long"), places: 4, opens: 0, ramp: 0, share: .exact(1), homecomings: 0, key: 17)
    let results = world.run([world.plan { $0.competitors = [offer] }])
    #expect((0..<24).allSatisfy { results.difference(.homecomings, "east", $0).allSatisfy { $0 == 0 } })
    let came = (0..<24).map { results.counts(.admissions, "long", $0, plan: nil) }
    let home = (0..<24).map { results.counts(.homecomings, "east", $0, plan: nil) }
    let missing = zip(results.sum(.admissions, ["long"], 0..<24, plan: nil), results.sum(.admissions, ["long"], 0..<24)).map(-)
    for d in missing.indices {
      var (a, h, period) = (0.0, 0.0, 0)
      while period < 24, a + h + came[period][d] + home[period][d] < 4 {
        a += came[period][d]
        h += home[period][d]
        period += 1
      }
      let (least, most) = period == 24 ? (a, a) : (max(a, 4 - h - home[period][d]), min(4 - h, a + came[period][d]))
      #expect(missing[d] >= least && missing[d] <= most, "\(d): \(missing[d]) of \(least) to \(most)")
    }
    #expect(Set(missing).count > 3)
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

  /// A home that closes sends its citizens to the other one of their kind; their clocks run on, and so do those of whom the municipality
  /// has taken home from there: nothing changes but the address.
  @Test func placesComeFreeAsWithoutAClosure() {
    let world = World(residents: ["east": 12, "west": 4], rates: ["SEL_107": .init(admissions: 25, homecoming: 0.8, otherExit: 0.7)], draws: 1000)
    let open = world.run([world.plan { $0.competitors = [own(world, places: 6)] }])
    let closed = world.run([
      world.plan {
        $0.competitors = [own(world, places: 6)]
        $0.windows[0].closes = world.day(5)
      }
    ])
    for period in 0..<24 { #expect(closed.stock(["east", "west"], period) == open.stock(["east", "west"], period), "\(period)") }
    #expect(closed.stock(["east"], 6).allSatisfy { $0 == 0 } && !open.isUnchanged)
  }

  @Test func anOfferThatTakesNobodyChangesNothing() {
    let world = World(residents: ["east": 5], rates: ["SEL_107": .init(admissions: 10, homecoming: 0.4, otherExit: 0.3)], municipalities: 2, draws: 300)
    #expect(world.run([world.plan { $0.competitors = [own(world, places: 5, share: 0)] }]).isUnchanged)
  }
}
