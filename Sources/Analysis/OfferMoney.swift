import Capacity
import Placements
import Scenarios

/// What each offer takes in and costs, from its newest year of accounts or budget and its prices at the origin: the same for the
/// break-even occupancy and for the results of the years ahead.
struct OfferMoney: Sendable {
  private let costs: YearlyCosts
  private let prices: DailyPrices
  private let index: PriceIndex
  private let steps: [String: [CapacityStep]]
  private let economy: [String: [EconomyEntry]]
  private let panel: Panel
  private let past: PastPresence
  private let places: PlacesTimeline

  /// - Parameters:
  ///   - past: of the same panel, by offer.
  ///   - places: from the panel's first day to its last.
  init(_ extracts: Extracts, panel: Panel, past: PastPresence, places: PlacesTimeline) {
    let now = panel.origin.lastDay
    costs = YearlyCosts(extracts.economy, until: now)
    prices = DailyPrices(stays: extracts.stays, tariffs: extracts.tariffs, offers: extracts.offers, on: now)
    index = PriceIndex(extracts.indices)
    economy = Dictionary(grouping: extracts.economy, by: \.offer)
    steps = Dictionary(grouping: extracts.capacity.sorted { $0.from < $1.from }, by: \.offer)
    self.panel = panel
    self.past = past
    self.places = places
  }

  func economics(of offer: Offer) -> Result<OfferEconomics, OfferEconomics.Missing> {
    guard let year = costs.year(of: offer.id) else { return .failure(.costs) }
    guard let price = prices.price(offer: offer.id), price > 0 else { return .failure(.price) }
    let step = steps[offer.id]?.last { $0.from <= panel.origin.lastDay }
    guard knowsDays(offer) else { return .failure(.days) }
    let level = priceYear(of: offer)
    let spent = year.costs * (index.factor(from: year.last.year, to: level) ?? 1)
    let share = min(1, (step?.daysPerYear ?? 365) / 365)
    guard let citizens = citizens(of: offer, in: year) ?? budgeted(spent, price: price * share) else { return .failure(.citizens) }
    return .success(
      OfferEconomics(
        price: price, costs: spent, citizens: citizens, places: places(of: offer, in: year), daysPerYear: step?.daysPerYear, priceYear: level))
  }

  /// Places that are open all year need no days; those of day offers and hours must be given.
  private func knowsDays(_ offer: Offer) -> Bool {
    [.residential, .singlePerson, .respite].contains(offer.kind) || steps[offer.id]?.last { $0.from <= panel.origin.lastDay }?.daysPerYear != nil
  }

  /// Kroner a paid day and the paid days of an occupied one, whatever is known of its costs; nil where one of both is not.
  func payment(of offer: Offer) -> (price: Double, share: Double)? {
    guard let price = prices.price(offer: offer.id), price > 0, knowsDays(offer) else { return nil }
    let days = steps[offer.id]?.last { $0.from <= panel.origin.lastDay }?.daysPerYear
    return (price, min(1, (days ?? 365) / 365))
  }

  /// Of a new offer, from what its scenario says; what it leaves out is as in the offers of its area and kind: their price by today's
  /// citizens, costs that this price covers, and the occupancy that tariffs mostly assume.
  func economics(ofNew offer: Offer, _ terms: NewOfferTerms) -> Result<OfferEconomics, OfferEconomics.Missing> {
    let isOpenAllYear = [.residential, .singlePerson, .respite].contains(offer.kind)
    guard isOpenAllYear || (terms.daysPerYear != nil && offer.kind != .hours) else { return .failure(.days) }
    let like = panel.offers.filter { $0.area == offer.area && $0.kind == offer.kind && prices.price(offer: $0.id) != nil }
    let citizens = like.map { past.meanCitizens(in: panel.origin, offer: $0.id) ?? 0 }
    let all = citizens.reduce(0, +)
    let usual = all > 0 ? zip(like, citizens).reduce(0) { $0 + (prices.price(offer: $1.0.id) ?? 0) * $1.1 } / all : nil
    guard let price = terms.price ?? usual else { return .failure(.price) }
    let filled = terms.places * (terms.assumedOccupancy ?? OfferEconomics.fullOccupancy)
    let costs = terms.costs ?? price * filled * min(365, terms.daysPerYear ?? 365)
    return .success(
      OfferEconomics(
        price: price, costs: costs, citizens: filled, places: terms.places, daysPerYear: terms.daysPerYear,
        priceYear: like.map(priceYear).max() ?? panel.origin.lastDay.year))
  }

  /// Staffed places of a standard place at the origin, above 0: what the costs of a place stand for while nobody says otherwise. 1 where the
  /// capacity table does not say.
  func staffedShare(of offer: Offer) -> Double {
    let step = steps[offer.id]?.last { $0.from <= panel.origin.lastDay } ?? steps[offer.id]?.first
    return step.flatMap { step in step.staffedPlaces.flatMap { $0 > 0 && step.places > 0 ? $0 / step.places : nil } } ?? 1
  }

  /// What a year of the offer costs at the tariffs' price level, and the places it was held with; nil without a whole year of costs.
  func yearlyCosts(of offer: Offer) -> (costs: Double, places: Double?, priceYear: Int)? {
    guard let year = costs.year(of: offer.id) else { return nil }
    let level = priceYear(of: offer)
    return (year.costs * (index.factor(from: year.last.year, to: level) ?? 1), places(of: offer, in: year), level)
  }

  /// The original budget of a calendar year, likewise.
  func originalBudget(of offer: Offer, year: Int) -> Double? {
    guard let budget = economy[offer.id]?.filter({ $0.period.lastDay.year == year }).wholeYear(\.originalBudget), budget > 0 else { return nil }
    return index.factor(from: year, to: priceYear(of: offer)).map { budget * $0 }
  }

  /// The revised budget of a calendar year at the tariffs' price level; nil where it is not given, or no index brings it there.
  func revisedBudget(of offer: Offer, year: Int) -> Double? {
    guard let budget = economy[offer.id]?.filter({ $0.period.lastDay.year == year }).wholeYear(\.revisedBudget), budget > 0 else { return nil }
    return index.factor(from: year, to: priceYear(of: offer)).map { budget * $0 }
  }

  /// What accounts of parts of a year say that a period cost, at the tariffs' price level, evenly by days; nil where they do not.
  func accountedCosts(of offer: Offer, in period: Period) -> Double? {
    let own = economy[offer.id]?.first {
      $0.costs != nil && $0.period.length < .year && $0.period.firstDay <= period.firstDay && period.lastDay <= $0.period.lastDay
    }
    guard let own, let costs = own.costs, let factor = index.factor(from: period.lastDay.year, to: priceYear(of: offer)) else { return nil }
    return costs * factor * Double(period.days) / Double(own.period.days)
  }

  /// Takes what was observed of the calendar year that the origin lies in, so that the periods ahead make it whole; false, and nothing
  /// taken, where a part of it was not observed.
  func observeRunningYear(_ watch: inout ResultWatch, of offer: Offer, paths: Int) -> Bool {
    let observed = runningYear
    let citizens = observed.compactMap { past.meanCitizens(in: $0, offer: offer.id) }
    guard citizens.count == observed.count, observed.first.map({ $0 >= panel.first }) ?? false else { return false }
    for (period, own) in zip(observed, citizens) {
      watch.observe(
        [Double](repeating: own, count: paths), in: period, places: places.placeDays(in: period, offer: offer.id).map { $0 / Double(period.days) },
        accounted: accountedCosts(of: offer, in: period))
    }
    return true
  }

  /// Its observed periods; empty where the year ends with the origin.
  var runningYear: [Period] {
    let year = panel.origin.enclosing(.year)
    guard panel.origin.lastDay < year.lastDay else { return [] }
    let first = Period(containing: year.firstDay, length: panel.length)
    return (0...(panel.origin - first)).map { first.advanced(by: $0) }
  }

  func priceYear(of offer: Offer) -> Int { prices.priceYear(offer: offer.id) }

  /// The year of the costs where they stand at another price level than the price and no index says what that is worth.
  func unconverted(_ offer: Offer) -> Int? {
    guard let year = costs.year(of: offer.id), index.factor(from: year.last.year, to: priceYear(of: offer)) == nil else { return nil }
    return year.last.year
  }

  /// Citizens for whom the costs were held: those of the accounts' year, or those of a budget's assumed occupancy.
  private func citizens(of offer: Offer, in year: YearlyCosts.Year) -> Double? {
    if !year.isBudget {
      let periods = (0..<panel.count).map { panel.first.advanced(by: $0) }.filter { year.first <= $0.firstDay && $0.lastDay <= year.last }
      let days = periods.map { past.occupiedDays(in: $0, offer: offer.id) }
      let covered = periods.reduce(0) { $0 + $1.days }
      let mean = days.reduce(0) { $0 + ($1 ?? 0) } / Double(covered)
      // One citizen's project costs what it costs for that citizen; what an empty year cost says nothing of a full one.
      if offer.kind == .singlePerson { return places(of: offer, in: year).map { max(1, $0) } ?? 1 }
      if covered == year.last - year.first + 1, !days.contains(nil), mean > 0 { return mean }
    }
    guard let assumed = steps[offer.id]?.last(where: { $0.from <= year.last })?.assumedOccupancy else { return nil }
    return places(of: offer, in: year).map { $0 * assumed }
  }

  /// The occupancy that would pay the costs, as a tariff that covers them assumes it.
  private func budgeted(_ costs: Double, price: Double) -> Double? { costs > 0 ? costs / (365 * price) : nil }

  /// Standard places at the middle of a year, as far as it lies in the panel; the first ones known where there were none then.
  private func places(of offer: Offer, in year: YearlyCosts.Year) -> Double? {
    let middle = middle(of: year)
    let then = places.atEnd(of: Period(containing: middle, length: panel.length), offer: offer.id)
    if let then, then > 0 { return then }
    return steps[offer.id]?.first { $0.from > middle && $0.places > 0 }?.places ?? then
  }

  private func middle(of year: YearlyCosts.Year) -> Day {
    min(max(year.first.advanced(by: (year.last - year.first) / 2), panel.first.firstDay), panel.origin.lastDay)
  }

  /// Mean citizens and places of the last observed periods, the latest first; those without known days are left out.
  /// - Parameter skipping: so many of the latest ones.
  func recent(_ offer: String, count: Int, skipping: Int = 0) -> [(citizens: Double, places: Double?)] {
    (skipping..<max(skipping, min(count + skipping, panel.count))).compactMap { back in
      let period = panel.origin.advanced(by: -back)
      return past.meanCitizens(in: period, offer: offer).map { ($0, places.atEnd(of: period, offer: offer)) }
    }
  }
}
