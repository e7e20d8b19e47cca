import Capacity
import Demand
import Dispatch
import Placements
import Scenarios

/// What becomes of the demand for one offer along each draw, on average over each period: `[step][draw]`, citizens.
struct OccupancyPaths: Sendable {
  let key: Int
  let offer: Offer
  var demand: [[Double]]
  /// Of the demand, those of today's waiting list, whom the simulation does not draw.
  var listed: [[Double]]
  var served: [[Double]]
  var waiting: [[Double]]
  var left: [[Double]]
  /// Standard places on average, by step.
  var places: [Double]
  /// Days of the period on which a citizen served is paid for, by step; nil where they are not known.
  var days: [Double?]
}

/// Offers of one area, kind and legal section with known places and citizens: they can stand in for each other.
struct OfferGroup: Sendable {
  let stratum: Stratum
  /// Line of each offer in the simulation, and the offer.
  let members: [(key: Int, offer: Offer)]

  /// The simulated offers in groups, in the order of their keys. A single person's project is a group of its own.
  /// - Parameter simulated: by offer.
  static func all(_ simulated: SimulatedPlans) -> [OfferGroup] {
    var members: [Stratum: [(key: Int, offer: Offer)]] = [:]
    var alone: [OfferGroup] = []
    for key in simulated.index.keys.indices where simulated.draws.hasFlowStock(key: key) {
      let line = simulated.index.keys[key]
      guard let offer = simulated.offers.last(where: { $0.id == line.offer && $0.area == line.area && $0.kind == line.kind }),
        simulated.timelines.contains(where: { $0.knows(offer.id) })
      else { continue }
      if ServiceArithmetic.standsIn(offer.kind) {
        members[offer.stratum, default: []].append((key, offer))
      } else {
        alone.append(OfferGroup(stratum: offer.stratum, members: [(key, offer)]))
      }
    }
    return (members.keys.sorted().map { OfferGroup(stratum: $0, members: members[$0] ?? []) }) + alone
  }
}

/// Allocates the places of groups of offers, draw by draw.
struct Occupier: Sendable {
  let demand: FittedDemand
  let simulated: SimulatedPlans
  let plans: [Plan]
  let basis: OccupancyBasis
  let draws: Int

  private var panel: Panel { demand.panel }

  /// One an offer of the group, in its order, under one plan.
  func paths(of group: OfferGroup, plan: Int) -> [OccupancyPaths] {
    let drawn = group.members.map { self.drawn($0.key, plan: plan) }
    let wanted = zip(group.members, drawn).map { self.wanted($0.key, $0.offer, $1, plan: plan) }
    var paths = wanted.map(\.paths)
    let blank = [[Double]](repeating: [Double](repeating: 0, count: draws), count: demand.horizon)
    for i in paths.indices { (paths[i].listed, paths[i].served, paths[i].waiting, paths[i].left) = (blank, blank, blank, blank) }
    handOut(group, plan: plan, wanted, drawn) { state, t, d in
      for i in paths.indices {
        let asking = drawn[i].citizens[t][d]
        paths[i].demand[t][d] = state.demand(i)
        paths[i].listed[t][d] = state.demand(i) - asking
        paths[i].served[t][d] = state.served(i)
        paths[i].waiting[t][d] = state.waiting(i)
        paths[i].left[t][d] = state.left(i)
      }
    }
    return paths
  }

  /// Citizens served alone, and one payer's part of them: of those who asked for an offer and live at one, its share of those who asked, so
  /// that all payers' parts add up to the citizens served. By offer of the group `[period][draw]`.
  /// - Parameter shares: of those who ask for each offer, in 0...1, likewise; nil for no parts.
  func served(_ group: OfferGroup, _ drawn: [DrawnDemand], shares: [[[Double]]]? = nil, plan: Int) -> (served: [[[Double]]], parts: [[[Double]]]) {
    let wanted = zip(group.members, drawn).map { self.wanted($0.key, $0.offer, $1, plan: plan) }
    let (n, horizon, draws) = (group.members.count, demand.horizon, draws)
    var served = [Double](repeating: 0, count: n * horizon * draws)
    var parts = [Double](repeating: 0, count: shares == nil ? 0 : served.count)
    let weights = shares.map(alongDraws)
    served.withUnsafeMutableBufferPointer { served in
      parts.withUnsafeMutableBufferPointer { parts in
        handOut(group, plan: plan, wanted, drawn) { state, t, d in
          for j in 0..<n { served[(j * horizon + t) * draws + d] = state.served(j) }
          guard let weights else { return }
          let place = (d * horizon + t) * n
          for j in 0..<n {
            var part = 0.0
            for i in 0..<n { part += state.placed(i, at: j) * weights[place + i] }
            parts[(j * horizon + t) * draws + d] = part
          }
        }
      }
    }
    func byOffer(_ flat: [Double]) -> [[[Double]]] {
      (0..<n).map { i in (0..<horizon).map { t in Array(flat[(i * horizon + t) * draws..<(i * horizon + t + 1) * draws]) } }
    }
    return (byOffer(served), shares == nil ? [] : byOffer(parts))
  }

  func drawn(_ key: Int, plan: Int, followsStaying: Bool = false) -> DrawnDemand {
    DrawnDemand(simulated, plan: plan, key: key, panel: panel, horizon: demand.horizon, draws: draws, followsStaying: followsStaying)
  }

  /// More than there are places live in some offers; nobody is put out, and in the same proportion they may go on. At least 1.
  /// - Parameter now: standard places at the origin; nil where unknown.
  static func crowding(_ citizens: Int, places now: Double?) -> Double { now.map { $0 > 0 ? max(1, Double(citizens) / $0) : 1 } ?? 1 }

  private struct Wanted {
    var paths: OccupancyPaths
    /// Places that may be occupied, by step.
    var limits: [Double]
    let present: Double
    let waiting: Double
    let limitNow: Double
  }

  /// Demand as the simulation draws it, with the places that stand against it.
  private func wanted(_ key: Int, _ offer: Offer, _ drawn: DrawnDemand, plan: Int) -> Wanted {
    let timeline = simulated.timelines[plan]
    let now = timeline.atEnd(of: panel.origin, offer: offer.id) ?? 0
    let crowding = Self.crowding(drawn.opening, places: now)
    var paths = OccupancyPaths(key: key, offer: offer, demand: drawn.citizens, listed: [], served: [], waiting: [], left: [], places: [], days: [])
    var limits: [Double] = []
    for step in 0..<demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      let places = (timeline.placeDays(in: period, offer: offer.id) ?? 0) / Double(period.days)
      let share = ServiceArithmetic.paidShare(offer.kind, daysPerYear: basis.step(offer.id, on: period.lastDay)?.daysPerYear)
      paths.places.append(places)
      paths.days.append(share.map { $0 * Double(period.days) })
      let ratio = basis.limitRatio(offer.id, on: period.lastDay)
      limits.append(staffedLimit(timeline, period, offer, ratio).map { $0 * crowding } ?? places * crowding * ratio)
    }
    return Wanted(
      paths: paths, limits: limits, present: Double(drawn.opening), waiting: basis.waitingNow[offer.id] ?? 0,
      limitNow: now * crowding * basis.limitRatio(offer.id, on: panel.origin.lastDay))
  }

  /// Places of the rules' kind that may be occupied on average where the plan says how many are staffed: those are the limit of staffed
  /// places, and no others can be used; nil where it does not say.
  private func staffedLimit(_ timeline: PlacesTimeline, _ period: Period, _ offer: Offer, _ ratio: Double) -> Double? {
    guard timeline.statesStaff(of: offer.id) else { return nil }
    let isStaff = basis.rules.waiting.limit == .staffed
    return timeline.sum(in: period, offer: offer.id) { places, staffed in
      staffed.map { isStaff ? $0 : min($0, places * ratio) } ?? places * ratio
    }.map { $0 / Double(period.days) }
  }

  /// Follows every draw through the periods, and shows the state after each.
  private func handOut(
    _ group: OfferGroup, plan: Int, _ wanted: [Wanted], _ drawn: [DrawnDemand], _ body: (borrowing PlaceAllocation, Int, Int) -> Void
  ) {
    let (n, horizon) = (wanted.count, demand.horizon)
    let shares = shares(of: group, plan: plan)
    var attraction = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n { attraction[i * n + j] = basis.attraction(asked: group.members[i].offer, offered: group.members[j].offer, share: shares[j]) }
    }
    let start = PlaceAllocation(
      attraction: attraction, present: wanted.map(\.present), waiting: wanted.map(\.waiting), places: wanted.map(\.limitNow),
      terms: PlaceAllocation.Terms(basis.rules.waiting, months: panel.length.months))
    let limits = (0..<horizon).map { t in wanted.map { $0.limits[t] } }
    let (citizens, arrivals) = (alongDraws(drawn.map(\.citizens)), alongDraws(drawn.map(\.arrivals)))
    var (asking, coming) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    for d in 0..<draws {
      var state = start
      for t in 0..<horizon {
        let place = (d * horizon + t) * n
        for i in 0..<n {
          asking[i] = citizens[place + i]
          coming[i] = arrivals[place + i]
        }
        state.advance(demand: asking, arrivals: coming, places: limits[t])
        body(state, t, d)
      }
    }
  }

  /// From `[offer][period][draw]` to `[(draw · periods + period) · offers + offer]`, in the order in which a draw is followed.
  private func alongDraws(_ values: [[[Double]]]) -> [Double] {
    let (n, horizon) = (values.count, demand.horizon)
    var flat = [Double](repeating: 0, count: n * horizon * draws)
    for i in 0..<n { for t in 0..<horizon { for (d, value) in values[i][t].enumerated() { flat[(d * horizon + t) * n + i] = value } } }
    return flat
  }

  /// Each member's share of the group's admissions, as the plan has it; the same for all where none is known.
  private func shares(of group: OfferGroup, plan: Int) -> [Double] {
    let own = plans[plan]
    var weights: [String: Double] = [:]
    for window in own.demand.windows {
      let offer = window.offer < panel.offers.count ? panel.offers[window.offer] : own.newOffers[window.offer - panel.offers.count]
      if offer.stratum == group.stratum { weights[offer.id, default: 0] += window.weight }
    }
    let total = weights.values.sorted().reduce(0, +)
    return group.members.map { total > 0 ? (weights[$0.offer.id] ?? 0) / total : 1 }
  }
}
