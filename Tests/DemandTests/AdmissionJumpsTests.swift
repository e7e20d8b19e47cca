import Foundation
import Testing

@testable import Demand

/// Jumps of admissions against the compound Poisson process that they are.
@Suite struct AdmissionJumpsTests {
  private typealias World = DecisionsWorld

  private func jumps(
    _ world: World, _ perYear: Double, size: ClosedRange<Double>, weights: [Double] = [1], from: Int = 0, until: Int = 24, key: UInt64 = 41
  ) -> AdmissionJumps {
    AdmissionJumps(
      stratum: world.stratum("long"), offer: world.offer("long"), weights: weights, perYear: .exact(perYear), size: size, from: world.day(from),
      until: world.day(until), key: key)
  }

  /// Mean r t E[S] and variance r t E[S²]. A size drawn evenly between 1 and 4 and rounded by lot has E[S²] = 7 + 1/6.
  @Test(arguments: [(1.0...4.0, 2.5, 7 + 1.0 / 6), (3.0...3.0, 3, 9), (0.5...0.5, 0.5, 0.5)])
  func admissionsAreCompoundPoisson(size: ClosedRange<Double>, mean: Double, square: Double) {
    let world = World(residents: [:], rates: [:])
    let results = world.run([world.plan { $0.jumps = [jumps(world, 4, size: size, from: 3, until: 20)] }])
    let t = world.years(3, 20)
    let admissions = DrawMean(results.sum(.admissions, ["long"], 0..<24))
    #expect(admissions.agrees(with: 4 * t * mean), "\(admissions.mean)")
    // The sample variance of a Poisson-like sum is some twice as uncertain as a normal's.
    #expect(abs(admissions.variance / (4 * t * square) - 1) < 5 * 2 * sqrt(2 / Double(World.draws)), "\(admissions.variance)")
    #expect(results.sum(.admissions, World.ids, 0..<3).allSatisfy { $0 == 0 } && results.sum(.admissions, World.ids, 20..<24).allSatisfy { $0 == 0 })
  }

  /// They leave at the rates of their stratum.
  @Test func jumpedCitizensLeaveAsOthers() {
    let world = World(residents: ["long": 5], rates: ["SEL_108": .init(admissions: 2, homecoming: 0.2, otherExit: 0.6)])
    let results = world.run([world.plan { $0.jumps = [jumps(world, 6, size: 2...2)] }])
    let added = DrawMean(zip(results.stock(["long"], 23), results.stock(["long"], 23, plan: nil)).map(-))
    #expect(added.agrees(with: 12 / 0.8 * (1 - exp(-0.8 * world.years(0, 24)))))
  }

  /// Citizens belong to municipalities by their weights, and to none without one.
  @Test func weightsSayWhoseTheyAre() {
    let world = World(residents: [:], rates: [:], municipalities: 3)
    let own = jumps(world, 5, size: 2...2, weights: [3, 0, 1])
    let entries = (0..<World.draws).flatMap { own.entries(seed: 11, draw: $0, endOfTime: world.day(24)) }
    let shares = (0..<3).map { m in Double(entries.count { $0.municipality == m }) / Double(entries.count) }
    #expect(shares[1] == 0)
    #expect(abs(shares[0] - 0.75) < 4.5 * sqrt(0.75 * 0.25 / Double(entries.count)))
    let keys = Set(entries.map(\.key))
    #expect(keys.count <= entries.count && keys.count > 10)
  }

  /// The same assumption in two plans has the same events; another one has others; no events change no byte.
  @Test func clocksBelongToTheAssumption() {
    let world = World(residents: ["long": 5], rates: ["SEL_108": .init(admissions: 2, otherExit: 0.6)], draws: 400)
    let results = world.run([
      world.plan { $0.jumps = [jumps(world, 6, size: 1...3)] },
      world.plan { plan in
        plan.jumps = [jumps(world, 6, size: 1...3)]
        plan.windows[0].weight = 3
      }, world.plan { $0.jumps = [jumps(world, 6, size: 1...3, key: 42)] },
    ])
    for period in 0..<24 {
      #expect(results.difference(.admissions, "long", period, plan: 0) == results.difference(.admissions, "long", period, plan: 1))
      #expect(results.difference(.otherExits, "long", period, plan: 0) == results.difference(.otherExits, "long", period, plan: 1))
    }
    #expect(results.sum(.admissions, ["long"], 0..<24, plan: 0) != results.sum(.admissions, ["long"], 0..<24, plan: 2))
    #expect(world.run([world.plan { $0.jumps = [jumps(world, 0, size: 1...3)] }]).isUnchanged)
    #expect(world.run([world.plan { $0.jumps = [jumps(world, 6, size: 0...0)] }]).isUnchanged)
  }

  /// Twice the rate has more of the same: earlier events, never another size.
  @Test func moreEventsAreMoreCitizensInEveryDraw() {
    let world = World(residents: [:], rates: [:], draws: 500)
    let results = world.run([4.0, 8].map { rate in world.plan { $0.jumps = [jumps(world, rate, size: 1...3)] } })
    #expect(zip(results.sum(.admissions, ["long"], 0..<24, plan: 0), results.sum(.admissions, ["long"], 0..<24, plan: 1)).allSatisfy { $0 <= $1 })
  }
}
