import Testing

@testable import Capacity

/// Laws on random groups of offers, random demand and random places.
@Suite struct PlaceAllocationTests {
  private struct Region {
    var attraction: [Double]
    var present: [Double]
    var waiting: [Double]
    /// `[step][offer]`.
    var demand: [[Double]]
    var arrivals: [[Double]]
    var places: [[Double]]
    var terms: PlaceAllocation.Terms

    init(seed: UInt64, takesAll: Bool = false) {
      var random = Randomness(state: seed)
      let n = Int.random(in: 1...6, using: &random)
      func numbers(_ range: ClosedRange<Double>) -> [Double] { (0..<n).map { _ in Double.random(in: range, using: &random) } }
      attraction = (0..<n * n).map { _ in Bool.random(using: &random) ? 0 : Double.random(in: 0...3, using: &random) }
      present = numbers(0...30)
      waiting = Bool.random(using: &random) ? numbers(0...5) : [Double](repeating: 0, count: n)
      (demand, arrivals, places) = ([], [], [])
      var now = present
      var open = present.map { $0 * Double.random(in: 1...1.3, using: &random) }
      for _ in 0..<36 {
        let came = numbers(0...3)
        now = zip(now, came).map { max(0, $0 + $1 - Double.random(in: 0...3, using: &random)) }
        if Int.random(in: 0..<8, using: &random) == 0 { open[Int.random(in: 0..<n, using: &random)] = Double.random(in: 0...30, using: &random) }
        demand.append(now)
        arrivals.append(came)
        places.append(open)
      }
      terms = PlaceAllocation.Terms(
        leaveShare: Double.random(in: 0...1, using: &random), refill: Int.random(in: 0...3, using: &random), takesAll: takesAll)
    }

    var count: Int { present.count }

    func start(limit: Double? = nil) -> PlaceAllocation {
      PlaceAllocation(
        attraction: attraction, present: present, waiting: waiting,
        places: limit.map { [Double](repeating: $0, count: count) } ?? zip(places[0], present).map(max), terms: terms)
    }

    func run(_ look: (Int, PlaceAllocation) -> Void) {
      var state = start()
      for t in demand.indices {
        state.advance(demand: demand[t], arrivals: arrivals[t], places: places[t])
        look(t, state)
      }
    }

    /// The same offers in another order.
    func permuted(_ order: [Int]) -> Region {
      var other = self
      func moved(_ values: [Double]) -> [Double] { order.map { values[$0] } }
      other.present = moved(present)
      other.waiting = moved(waiting)
      (other.demand, other.arrivals, other.places) = (demand.map(moved), arrivals.map(moved), places.map(moved))
      other.attraction = order.flatMap { i in order.map { j in attraction[i * count + j] } }
      return other
    }
  }

  /// Sums of some tens of numbers near 30: a billionth is far above their rounding.
  private static let tolerance = 1e-9

  @Test(arguments: 1...60) func demandIsServedWaitsOrLeft(seed: UInt64) {
    let region = Region(seed: seed)
    region.run { t, state in
      let wanted = (0..<region.count).reduce(0) { $0 + state.demand($1) }
      let found = (state.served + state.waiting + state.left).reduce(0, +)
      #expect(abs(wanted - found) < Self.tolerance * max(1, wanted), "step \(t)")
      #expect((state.served + state.waiting + state.left).allSatisfy { $0 > -Self.tolerance })
    }
  }

  @Test(arguments: 1...60) func noMoreAreServedThanThereArePlaces(seed: UInt64) {
    let region = Region(seed: seed)
    region.run { t, state in
      for (own, places) in zip(state.served, region.places[t]) { #expect(own <= places + Self.tolerance, "step \(t)") }
    }
  }

  @Test(arguments: 1...20) func whoMustBeTakenNeverWaits(seed: UInt64) {
    let region = Region(seed: seed, takesAll: true)
    var above = 0.0
    region.run { t, state in
      #expect(state.waiting.allSatisfy { $0 < Self.tolerance } && state.left.allSatisfy { $0 == 0 })
      above += zip(state.served, region.places[t]).reduce(0) { $0 + max(0, $1.0 - $1.1) }
    }
    // Not in every region somebody lacks a place, but places fall to anything between 0 and 30.
    if seed == 1 { #expect(above > 0) }
  }

  @Test(arguments: 1...20) func withoutALimitNobodyWaitsAndEverybodyIsWhereTheyAsked(seed: UInt64) {
    let region = Region(seed: seed)
    var state = region.start(limit: .infinity)
    for t in region.demand.indices {
      state.advance(demand: region.demand[t], arrivals: region.arrivals[t], places: [Double](repeating: .infinity, count: region.count))
      #expect(state.waiting.allSatisfy { $0 == 0 } && state.left.allSatisfy { $0 == 0 })
      for i in 0..<region.count { #expect(abs(state.served[i] - state.demand(i)) < Self.tolerance * 100) }
    }
  }

  @Test(arguments: 1...40) func theOrderOfOffersDoesNotMatter(seed: UInt64) {
    let region = Region(seed: seed)
    var random = Randomness(state: seed &+ 1000)
    let order = (0..<region.count).shuffled(using: &random)
    let other = region.permuted(order)
    var (one, two) = (region.start(), other.start())
    for t in region.demand.indices {
      one.advance(demand: region.demand[t], arrivals: region.arrivals[t], places: region.places[t])
      two.advance(demand: other.demand[t], arrivals: other.arrivals[t], places: other.places[t])
      for (position, offer) in order.enumerated() {
        #expect(abs(one.served[offer] - two.served[position]) < 1e-7 && abs(one.waiting[offer] - two.waiting[position]) < 1e-7)
        #expect(abs(one.left[offer] - two.left[position]) < 1e-7)
      }
    }
  }

  /// Four want ten places that are full: half of those who lack one leave, the others wait until one falls free, and a place that
  /// must stand empty for a month is free for a month.
  @Test(arguments: [0, 1]) func theListMovesUpWhenAPlaceFallsFree(refill: Int) {
    var state = PlaceAllocation(
      attraction: [0], present: [10], waiting: [0], places: [10], terms: .init(leaveShare: 0.5, refill: refill, takesAll: false))
    state.advance(demand: [14], arrivals: [4], places: [10])
    #expect(state.served == [10] && state.waiting == [2] && state.left == [2])
    // One in fourteen goes, of each alike.
    state.advance(demand: [13], arrivals: [0], places: [10])
    let kept = 13.0 / 14
    let taken = refill == 0 ? 10 - 10 * kept : 0
    #expect(abs(state.served[0] - (10 * kept + taken)) < 1e-12 && abs(state.waiting[0] - (2 * kept - taken)) < 1e-12)
    state.advance(demand: [13], arrivals: [0], places: [10])
    #expect(abs(state.served[0] - 10) < 1e-12 && abs(state.left[0] - 2 * kept) < 1e-12)
  }

  /// Whom a full offer cannot take goes where there is room, by attraction until one is full, never where it has none.
  @Test func othersAreAskedFirst() {
    var state = PlaceAllocation(
      attraction: [0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], present: [10, 0, 0, 0], waiting: [0, 0, 0, 0], places: [10, 3, 10, 10],
      terms: .init(leaveShare: 1, refill: 0, takesAll: false))
    state.advance(demand: [18, 0, 0, 0], arrivals: [8, 0, 0, 0], places: [10, 3, 10, 10])
    #expect(state.served == [10, 3, 5, 0] && state.waiting == [0, 0, 0, 0] && state.left == [0, 0, 0, 0])
  }

  /// A cut of places sends its citizens to others and to the list, in the period of the cut.
  @Test func fewerPlaces() {
    var state = PlaceAllocation(
      attraction: [0, 1, 1, 0], present: [10, 5], waiting: [0, 0], places: [10, 7], terms: .init(leaveShare: 0, refill: 0, takesAll: false))
    state.advance(demand: [10, 5], arrivals: [0, 0], places: [6, 7])
    #expect(state.served == [6, 7])
    #expect(abs(state.waiting[0] - 2) < 1e-12 && state.waiting[1] == 0)
  }
}
