public import Capacity
public import Placements

/// What the allocation of places rests on besides demand: rules, prices, the places of each kind and today's waiting list.
public struct OccupancyBasis: Sendable {
  public let rules: RuleSet
  let steps: [String: [CapacityStep]]
  let prices: DailyPrices
  /// By offer at the origin; offers whose source counts nobody who waits are not in it.
  let waitingNow: [String: Double]

  public init(_ extracts: Extracts, panel: Panel, rules: RuleSet) {
    self.rules = rules
    steps = Dictionary(grouping: extracts.capacity.sorted { $0.from < $1.from }, by: \.offer)
    prices = DailyPrices(stays: extracts.stays, tariffs: extracts.tariffs, offers: extracts.offers, on: panel.origin.lastDay)
    var waiting: [String: Double] = [:]
    for row in extracts.activity where !row.offer.isEmpty && row.period.lastDay == panel.origin.lastDay {
      if let own = row.waiting { waiting[row.offer, default: 0] += own }
    }
    waitingNow = waiting
  }

  func step(_ offer: String, on day: Day) -> CapacityStep? { steps[offer]?.last { $0.from <= day } }

  /// How many times the standard places the limit of the rules is; 1 where that kind of places is not known.
  func limitRatio(_ offer: String, on day: Day) -> Double {
    guard let step = step(offer, on: day), step.places > 0 else { return 1 }
    switch rules.waiting.limit {
    case .standard: return 1
    case .approved: return step.approvedPlaces.map { $0 / step.places } ?? 1
    case .staffed: return step.staffedPlaces.map { $0 / step.places } ?? 1
    }
  }

  /// How often those who asked in vain for one offer take another: its observed share of admissions, times the host factor in the same
  /// municipality, times (its price / the other's)^elasticity where both are known.
  func attraction(asked: Offer, offered: Offer, share: Double) -> Double {
    guard asked.id != offered.id else { return 0 }
    let isNear = !asked.hostMunicipality.isEmpty && asked.hostMunicipality == offered.hostMunicipality
    let near = isNear ? rules.waiting.hostFactor.value : 1
    guard let own = prices.price(offer: asked.id), let other = prices.price(offer: offered.id), own > 0, other > 0 else { return share * near }
    return share * near * PriceReaction.factor(from: own, to: other, elasticity: rules.waiting.priceElasticity.value)
  }
}
