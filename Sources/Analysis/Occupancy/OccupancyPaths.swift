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
    var wanted = group.members.map { self.wanted($0.key, $0.offer, plan: plan) }
    allocate(group, plan: plan, &wanted)
    return wanted.map(\.paths)
  }

  private struct Wanted {
    var paths: OccupancyPaths
    /// `[step][draw]`: who came to want a place since the middle of the period before.
    var arrivals: [[Double]]
    /// Places that may be occupied, by step.
    var limits: [Double]
    let present: Double
    let waiting: Double
    let limitNow: Double
  }

  /// Demand as the simulation draws it, without a stop at the places.
  private func wanted(_ key: Int, _ offer: Offer, plan: Int) -> Wanted {
    let timeline = simulated.timelines[plan]
    let opening = simulated.draws.openingFlowStock(key: key)
    let now = timeline.atEnd(of: panel.origin, offer: offer.id) ?? 0
    // More than there are places live in some offers; nobody is put out, and in the same proportion they may go on.
    let crowding = now > 0 ? max(1, Double(opening) / now) : 1
    var paths = OccupancyPaths(key: key, offer: offer, demand: [], listed: [], served: [], waiting: [], left: [], places: [], days: [])
    var (arrivals, limits): ([[Double]], [Double]) = ([], [])
    var state = LineState(draws: draws, opening: opening)
    var before = [Double](repeating: 0, count: draws)
    for step in 0..<demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      let stock = state.stock
      state.add(simulated.draws, plan: plan, key: key, step: step, days: period.days)
      let came = (0..<draws).map { d in
        let moved = state.stock[d] - stock[d] - state.admissions[d] + state.homecomings[d] + state.otherExits[d]
        return state.admissions[d] + max(0, moved)
      }
      arrivals.append(zip(before, came).map { ($0 + $1) / 2 })
      before = came
      paths.demand.append(state.occupiedDays.map { $0 / Double(period.days) })
      let places = (timeline.placeDays(in: period, offer: offer.id) ?? 0) / Double(period.days)
      let share = ServiceArithmetic.paidShare(offer.kind, daysPerYear: basis.step(offer.id, on: period.lastDay)?.daysPerYear)
      paths.places.append(places)
      paths.days.append(share.map { $0 * Double(period.days) })
      limits.append(places * crowding * basis.limitRatio(offer.id, on: period.lastDay))
      state.startPeriod()
    }
    return Wanted(
      paths: paths, arrivals: arrivals, limits: limits, present: Double(opening), waiting: basis.waitingNow[offer.id] ?? 0,
      limitNow: now * crowding * basis.limitRatio(offer.id, on: panel.origin.lastDay))
  }

  private func allocate(_ group: OfferGroup, plan: Int, _ wanted: inout [Wanted]) {
    let (n, horizon) = (wanted.count, demand.horizon)
    let shares = shares(of: group, plan: plan)
    var attraction = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n { attraction[i * n + j] = basis.attraction(asked: group.members[i].offer, offered: group.members[j].offer, share: shares[j]) }
    }
    let start = PlaceAllocation(
      attraction: attraction, present: wanted.map(\.present), waiting: wanted.map(\.waiting), places: wanted.map(\.limitNow),
      terms: PlaceAllocation.Terms(basis.rules.waiting, months: panel.length.months))
    let blank = [[Double]](repeating: [Double](repeating: 0, count: draws), count: horizon)
    for i in 0..<n {
      (wanted[i].paths.listed, wanted[i].paths.served, wanted[i].paths.waiting, wanted[i].paths.left) = (blank, blank, blank, blank)
    }
    let limits = (0..<horizon).map { t in wanted.map { $0.limits[t] } }
    var (asking, coming) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    for d in 0..<draws {
      var state = start
      for t in 0..<horizon {
        for i in 0..<n {
          asking[i] = wanted[i].paths.demand[t][d]
          coming[i] = wanted[i].arrivals[t][d]
        }
        state.advance(demand: asking, arrivals: coming, places: limits[t])
        for i in 0..<n {
          wanted[i].paths.demand[t][d] = state.demand(i)
          wanted[i].paths.listed[t][d] = state.demand(i) - asking[i]
          wanted[i].paths.served[t][d] = state.served[i]
          wanted[i].paths.waiting[t][d] = state.waiting[i]
          wanted[i].paths.left[t][d] = state.left[i]
        }
      }
    }
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
