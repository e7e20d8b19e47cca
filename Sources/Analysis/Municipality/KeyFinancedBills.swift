import Capacity
import Placements

/// What municipalities owe for offers that a key finances (objektiv finansiering): the offer's costs, divided by inhabitants, whatever
/// its use. Those of the offer's region pay, or all where it is nation-wide or no region is known.
struct KeyFinancedBills {
  let panel: Panel
  let population: Population
  let money: OfferMoney
  /// From the origin on, and until then.
  let timeline: PlacesTimeline
  let past: PlacesTimeline
  let rules: RuleSet

  /// Codes of those who pay, sorted.
  func payers(of offer: Offer) -> [String] {
    let region = offer.region.isEmpty ? panel.settings.region : offer.region
    let own = panel.municipalities.filter { $0.region == region }
    return (offer.isNationWide == true || own.isEmpty ? panel.municipalities : own).map(\.code).sorted()
  }

  /// By payer, to the øre; they add up to what the year costs. Nil where the costs or a payer's inhabitants are not known.
  /// - Parameter periods: the base periods of a whole calendar year.
  func split(_ offer: Offer, over periods: [Period]) -> [String: Amount]? {
    guard let first = periods.first, let costs = costs(offer, over: periods), let amount = Amount(kroner: costs) else { return nil }
    var key: [String: Quantity] = [:]
    for payer in payers(of: offer) {
      let persons = population.persons(
        municipality: payer, ageFrom: rules.keyAges.lowerBound, ageTo: rules.keyAges.upperBound, year: first.firstDay.year)
      guard let persons, let quantity = Quantity(persons) else { return nil }
      key[payer] = quantity
    }
    return KeyFinancing.split(amount, by: key)
  }

  /// The latest year's at the tariffs' price level; they follow its places, those that are staffed where a plan says so, and end with the
  /// offer. What the plan's places cost in rent comes on top.
  private func costs(_ offer: Offer, over periods: [Period]) -> Double? {
    guard let year = money.yearlyCosts(of: offer) else { return nil }
    let days = Double(periods.reduce(0) { $0 + $1.days })
    return periods.reduce(0) { sum, period in
      let isAhead = period > panel.origin
      let places = (isAhead ? costedDays(offer, in: period) : past.placeDays(in: period, offer: offer.id)).map { $0 / Double(period.days) }
      let ratio = places.flatMap { own in year.places.map { $0 > 0 ? own / $0 : own > 0 ? 1 : 0 } } ?? (isOpen(offer, in: period) ? 1 : 0)
      return sum + year.costs * ratio * Double(period.days) / days + (isAhead ? timeline.rent(in: period, offer: offer.id) : 0)
    }
  }

  private func costedDays(_ offer: Offer, in period: Period) -> Double? {
    guard timeline.statesStaff(of: offer.id) else { return timeline.placeDays(in: period, offer: offer.id) }
    let share = money.staffedShare(of: offer)
    return timeline.sum(in: period, offer: offer.id) { places, staffed in staffed.map { $0 / share } ?? places }
  }

  private func isOpen(_ offer: Offer, in period: Period) -> Bool {
    (offer.validFrom.map { $0 <= period.lastDay } ?? true) && (offer.validTo.map { $0 >= period.firstDay } ?? true)
  }
}
