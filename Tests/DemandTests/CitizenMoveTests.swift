import Foundation
import Placements
import Testing

@testable import Demand

/// Decisions that move citizens, against what constant rates make of them exactly.
@Suite struct CitizenMoveTests {
  private typealias World = DecisionsWorld
  private static let end = World.horizon - 1

  /// Those left of `n` and of `a` a year who came, after `t` years at `h`.
  private func present(_ n: Double, _ a: Double, _ h: Double, _ t: Double) -> Double { n * exp(-h * t) + (h > 0 ? a / h * (1 - exp(-h * t)) : a * t) }

  /// A takeover after a year: the offer's citizens leave, and half of the later admissions with it; the other home goes on. Other
  /// municipalities' share that stays moves to it.
  @Test(arguments: [0.0, 0.3]) func takeoversTakeCitizensAndAdmissions(othersStay: Double) {
    let world = World(
      residents: ["east": 12, "west": 9], rates: ["SEL_107": .init(admissions: 10, homecoming: 0.3, otherExit: 0.2)], municipalities: 2)
    let plan = world.plan { plan in
      plan.moves = [
        world.move(["east"], from: 12, leave: 1, arrivals: true, municipalities: [true, false]),
        world.move(["east"], from: 12, leave: 1 - othersStay, arrivals: true, municipalities: [false, true]),
      ]
    }
    let results = world.run([plan])
    #expect(results.stock(["east"], Self.end).allSatisfy { $0 == 0 })
    let (before, after) = (world.years(0, 12), world.years(12, 24))
    let moved = othersStay * present(12, 5, 0.5, before)
    let west = 2 * present(9, 5, 0.5, before + after) + present(moved, 5 * othersStay, 0.5, after)
    #expect(DrawMean(results.stock(["west"], Self.end)).agrees(with: west))
    // Who leaves with the offer is no homecoming: these are what the hazard makes of those who are there.
    let exposure = { (n: Double, a: Double, t: Double) in a / 0.5 * t + (n - a / 0.5) / 0.5 * (1 - exp(-0.5 * t)) }
    let years = 2 * exposure(9, 5, before + after) + 2 * exposure(12, 5, before) + exposure(moved, 5 * othersStay, after)
    #expect(DrawMean(results.sum(.homecomings, ["east", "west"], 0..<24)).agrees(with: 0.3 * years))
    // At once on the day: all exits beyond the hazard are in that month.
    let leavers = DrawMean(results.difference(.otherExits, "east", 12))
    #expect(leavers.mean > 1.5 * present(12, 5, 0.5, before) * (1 - othersStay))
  }

  /// A change of one stratum's exits has the law that it has alone, whatever decisions move of another.
  @Test(arguments: [RateChange.Target.flow(.homecoming), .flow(.otherExit)], [0.5, 2.0])
  func decisionsLeaveChangesElsewhereAlone(target: RateChange.Target, factor: Double) {
    let world = World(
      residents: ["east": 12, "west": 9, "long": 6],
      rates: ["SEL_107": .init(admissions: 10, homecoming: 0.3, otherExit: 0.4), "SEL_108": .init(admissions: 2, homecoming: 0.2, otherExit: 0.2)])
    let plan = world.plan { plan in
      plan.changes = [
        RateChange(target: target, municipalities: world.everybody, strata: world.strata("east"), periods: 0..<24, effect: .multiply(.exact(factor)))
      ]
      plan.moves = [world.move(["long"], from: 12, leave: 1)]
    }
    let results = world.run([plan])
    let isHome = target == .flow(.homecoming)
    let (home, other) = (isHome ? 0.3 * factor : 0.3, isHome ? 0.4 : 0.4 * factor)
    let years = world.years(0, 24)
    #expect(DrawMean(results.stock(["east", "west"], Self.end)).agrees(with: present(21, 10, home + other, years)))
    let (h, n) = (home + other, 21 - 10 / (home + other))
    let exposure = 10 / h * years + n / h * (1 - exp(-h * years))
    #expect(DrawMean(results.sum(.homecomings, ["east", "west"], 0..<24)).agrees(with: home * exposure))
    #expect(DrawMean(results.sum(.otherExits, ["east", "west"], 0..<24)).agrees(with: other * exposure))
  }

  /// Without a plan for them, admissions after the day go to the other home.
  @Test func admissionsMayGoToTheOthers() {
    let world = World(residents: ["east": 12, "west": 9], rates: ["SEL_107": .init(admissions: 10, homecoming: 0.3, otherExit: 0.2)])
    let plan = world.plan { plan in
      plan.windows[0].closes = world.day(12)
      plan.moves = [world.move(["east"], from: 12, leave: 1)]
    }
    let results = world.run([plan])
    #expect(DrawMean(results.stock(["west"], Self.end)).agrees(with: present(9, 5, 0.5, world.years(0, 24)) + present(0, 5, 0.5, world.years(12, 24))))
    #expect(results.stock(["east"], Self.end).allSatisfy { $0 == 0 })
    // Nobody who would have come stays away.
    for period in 0..<24 { #expect(results.sum(.admissions, ["east", "west"], period..<period + 1) == results.sum(.admissions, ["east", "west"], period..<period + 1, plan: nil)) }
  }

  /// A wind-down of ten months without any other exits: evenly, by the shares, and a quarter to other suppliers.
  @Test func windingDownIsEvenAndKeepsTheShares() {
    let world = World(residents: ["east": 40], rates: [:])
    let plan = world.plan { plan in
      plan.windows[0].stops = 0
      plan.windows[0].closes = world.day(14)
      plan.moves = [world.move(["east"], from: 4, until: 14, leave: 0.25, to: [world.to("west", 0.6), world.to("long", 0.4)])]
    }
    let results = world.run([plan])
    for period in [3, 6, 9, 12] {
      let left = 1 - (world.day(period + 1) - world.day(4)) / (world.day(14) - world.day(4))
      #expect(DrawMean(results.stock(["east"], period)).agrees(with: 40 * left), "\(period)")
    }
    #expect(results.stock(["east"], 13).allSatisfy { $0 == 0 })
    #expect(DrawMean(results.stock(["west"], Self.end)).agrees(with: 40 * 0.75 * 0.6))
    #expect(DrawMean(results.stock(["long"], Self.end)).agrees(with: 40 * 0.75 * 0.4))
    #expect(DrawMean(results.sum(.otherExits, ["east"], 0..<24)).agrees(with: 10))
    #expect(results.sum(.homecomings, World.ids, 0..<24).allSatisfy { $0 == 0 })
  }

  /// Citizens in are citizens out and present, whatever moves: what leaves one offer by a move comes to another, in every draw and month.
  @Test func movesCreateAndLoseNobody() {
    let world = World(
      residents: ["east": 15, "west": 8, "long": 6, "one": 1, "two": 1, "visits": 5],
      rates: [
        "SEL_107": .init(admissions: 8, homecoming: 0.2, otherExit: 0.3), "SEL_108": .init(admissions: 2, homecoming: 0.1, otherExit: 0.2),
        "single": .init(admissions: 1, homecoming: 0.2, otherExit: 0.1), "SEL_85": .init(admissions: 6, homecoming: 0.4, otherExit: 0.4),
      ], municipalities: 3, draws: 500)
    let plan = world.plan { plan in
      plan.windows[0].stops = world.day(3)
      plan.windows[0].closes = world.day(12)
      plan.moves = [
        world.move(["east"], from: 4, until: 12, leave: 0.2, to: [world.to("west"), world.to("long")], key: 1),
        world.move(["one", "two"], from: 6, to: [world.to("long")], arrivals: true, key: 2),
        world.move(["west"], from: 8, until: 14, share: 0.3, to: [world.to("visits")], arrivals: true, key: 3),
        world.move(["long"], from: 16, leave: 0.5, arrivals: true, key: 4),
      ]
      plan.competitors = [CompetingOffer(municipality: 1, strata: world.strata("west", "long"), places: 4, opens: world.day(2), ramp: 60, share: .exact(0.5), homecomings: 2, key: 9)]
    }
    let results = world.run([plan])
    for period in 0..<24 {
      #expect(results.sum(.netMoves, World.ids, period..<period + 1).allSatisfy { $0 == 0 }, "\(period)")
      for id in World.ids { #expect(results.stock([id], period).allSatisfy { $0 >= 0 }, "\(id) \(period)") }
    }
    for id in ["east", "one", "two"] { #expect(results.stock([id], Self.end).allSatisfy { $0 == 0 }, "\(id)") }
  }

  /// Two projects merge into a home whose citizens leave at other rates, and who would have come to them comes there.
  @Test func mergedCitizensLeaveAtTheNewRates() {
    let world = World(
      residents: ["one": 5, "two": 4], rates: ["single": .init(admissions: 3, homecoming: 0.1, otherExit: 0.3), "SEL_108": .init(homecoming: 0.5, otherExit: 0.7)])
    let results = world.run([world.plan { $0.moves = [world.move(["one", "two"], from: 10, to: [world.to("long")], arrivals: true)] }])
    #expect(results.stock(["one", "two"], 10).allSatisfy { $0 == 0 })
    let (before, after) = (world.years(0, 10), world.years(10, 24))
    #expect(DrawMean(results.stock(["long"], Self.end)).agrees(with: present(present(9, 3, 0.4, before), 3, 1.2, after)))
    #expect(results.sum(.admissions, ["one", "two"], 10..<24).allSatisfy { $0 == 0 })
  }

  /// Clocks run on: between strata of the same rates nobody leaves on another day. The rates' integral is taken apart and put together
  /// again, so that a day may move by rounding: less than one citizen in ten thousand changes month.
  @Test func movingBetweenEqualRatesChangesNoExit() {
    let rates = World.Rates(admissions: 4, homecoming: 0.4, otherExit: 0.5)
    let world = World(residents: ["one": 8, "two": 8, "long": 5], rates: ["single": rates, "SEL_108": rates])
    let results = world.run([world.plan { $0.moves = [world.move(["one", "two"], from: 7, to: [world.to("long")], arrivals: true)] }])
    var differing = 0.0
    for kind in [EventTally.Kind.admissions, .homecomings, .otherExits] {
      for period in 0..<24 {
        differing += zip(results.sum(kind, World.ids, period..<period + 1), results.sum(kind, World.ids, period..<period + 1, plan: nil)).reduce(0) { $0 + abs($1.0 - $1.1) }
      }
    }
    #expect(differing <= 1e-4 * 16 * Double(World.draws), "\(differing)")
  }

  /// Two in five become hours, those who come as well; kinds are counted apart.
  @Test func hoursTakeTheirShareOfPlaces() {
    let world = World(
      residents: ["east": 20, "west": 4], rates: ["SEL_107": .init(admissions: 6, homecoming: 0.2, otherExit: 0.4), "SEL_85": .init(homecoming: 0.5, otherExit: 0.5)])
    let results = world.run([world.plan { $0.moves = [world.move(["east"], from: 8, share: 0.4, to: [world.to("visits")], arrivals: true)] }])
    let (before, after) = (world.years(0, 8), world.years(8, 24))
    let then = present(20, 3, 0.6, before)
    #expect(DrawMean(results.stock(["east"], Self.end)).agrees(with: present(0.6 * then, 0.6 * 3, 0.6, after)))
    #expect(DrawMean(results.stock(["visits"], Self.end)).agrees(with: present(0.4 * then, 0.4 * 3, 1, after)))
    #expect(results.stock(["west"], Self.end) == results.stock(["west"], Self.end, plan: nil))
  }

  /// A citizen who came a while ago leaves at the rates of the new section from the day alone.
  @Test func sectionsChangeWithoutNamingOffers() {
    let world = World(residents: ["east": 10, "west": 10], rates: ["SEL_107": .init(otherExit: 0.3), "SEL_108": .init(otherExit: 1.5)])
    let move = CitizenMove(
      municipalities: [true], strata: world.strata("east"), offers: nil, from: world.day(6), until: world.day(6), share: .exact(0.5),
      destinations: [CitizenMove.Destination(stratum: world.stratum("long"), offer: nil)], reachesArrivals: true, key: 21)
    let results = world.run([world.plan { $0.moves = [move] }])
    let (before, after) = (world.years(0, 6), world.years(6, 24))
    #expect(DrawMean(results.stock(["east", "west"], Self.end)).agrees(with: 10 * exp(-0.3 * (before + after))))
    #expect(DrawMean(results.stock(["long"], Self.end)).agrees(with: 10 * exp(-0.3 * before - 1.5 * after)))
  }

  /// A share of nobody changes no byte, and neither do moves that begin after the horizon.
  @Test func nothingMovesNobody() {
    let world = World(
      residents: ["east": 10, "west": 5, "one": 1], rates: ["SEL_107": .init(admissions: 5, homecoming: 0.3, otherExit: 0.2), "single": .init(otherExit: 0.2)],
      municipalities: 2, draws: 500)
    let moves = [
      world.move(["east"], from: 5, until: 9, share: 0, leave: 0.5, to: [world.to("west")], arrivals: true), world.move(["one"], from: 23, until: 24, share: 0),
    ]
    #expect(world.run([world.plan { $0.moves = moves }]).isUnchanged)
  }

  @Test(arguments: [1, 3]) func threadsChangeNothing(threads: Int) {
    let world = World(residents: ["east": 10, "west": 5], rates: ["SEL_107": .init(admissions: 5, homecoming: 0.3, otherExit: 0.2)], municipalities: 2, draws: 300)
    let plan = world.plan { plan in
      plan.moves = [world.move(["east"], from: 3, until: 9, share: 0.7, leave: 0.3, arrivals: true)]
      plan.jumps = [AdmissionJumps(stratum: world.stratum("west"), offer: nil, weights: [1, 2], perYear: .exact(5), size: 1...4, from: 0, until: .infinity, key: 7)]
      plan.competitors = [CompetingOffer(municipality: 0, strata: world.strata("east"), places: 5, opens: 30, ramp: 90, share: .exact(0.6), homecomings: 2, key: 5)]
    }
    let (one, many) = (world.run([plan], threads: 1), world.run([plan], threads: threads))
    for kind in EventTally.Kind.allCases {
      for id in World.ids { for period in 0..<24 { #expect(one.counts(kind, id, period) == many.counts(kind, id, period)) } }
    }
  }
}
