import Capacity
import Demand
import Placements
import Scenarios

/// Plans simulated on common clocks, with their places and the lines in which they are counted.
struct SimulatedPlans: Sendable {
  /// The panel's offers, then every plan's new ones.
  let offers: [Offer]
  let index: KeyIndex
  let draws: DemandDraws
  /// What its events tell apart.
  let detail: EventTally.Detail
  /// By plan, from the last observed day on.
  let timelines: [PlacesTimeline]

  /// - Parameter plans: at least one; the first is the plain forecast.
  init(
    demand: FittedDemand, capacity: [CapacityStep], plans: [Plan], grouping: Grouping, filter: ResultFilter, detail: EventTally.Detail,
    draws: Int, seed: UInt64, threads: Int, progress: (@Sendable (Double) -> Void)?
  ) {
    let panel = demand.panel
    // Who was announced to leave is told apart, since nobody pays notice for him twice.
    let detail = detail == .events && plans.contains { !$0.demand.batches.isEmpty } ? .announced : detail
    self.detail = detail
    let offers = panel.offers + plans.flatMap(\.newOffers)
    self.offers = offers
    let aligned = Self.align(plans, panelOffers: panel.offers.count)
    index = KeyIndex(panel: panel, offers: offers, grouping: grouping, filter: filter, detail: detail)
    self.draws = demand.simulate(
      reference: aligned[0], scenarios: Array(aligned.dropFirst()), keys: index.tally, draws: draws, seed: seed, threads: threads,
      progress: progress)
    let until = panel.origin.advanced(by: demand.horizon).lastDay
    timelines = plans.map {
      PlacesTimeline(
        offers: offers, capacity: capacity, changes: $0.places, terms: $0.placeTerms, closed: $0.closures.merging($0.takeovers) { min($0, $1) },
        from: panel.origin.lastDay, until: until)
    }
  }

  /// The offer of a line.
  func offer(of key: Int) -> Offer {
    let line = index.keys[key]
    guard let offer = offers.last(where: { $0.id == line.offer && $0.area == line.area && $0.kind == line.kind }) else {
      preconditionFailure("a line of an offer that no plan has")
    }
    return offer
  }

  /// Gives every plan's new offers their own indices after the panel's, so that all plans count in one list.
  private static func align(_ plans: [Plan], panelOffers: Int) -> [DemandPlan] {
    var next = panelOffers
    return plans.map { plan in
      var demand = plan.demand
      let start = next
      func index(_ offer: Int) -> Int { offer < panelOffers ? offer : offer - panelOffers + start }
      demand.windows = demand.windows.map { $0.renumbering(index) }
      demand.moves = demand.moves.map { $0.renumbering(index) }
      demand.batches = demand.batches.map { $0.renumbering(index) }
      demand.jumps = demand.jumps.map { $0.renumbering(index) }
      next += plan.newOffers.count
      return demand
    }
  }
}
