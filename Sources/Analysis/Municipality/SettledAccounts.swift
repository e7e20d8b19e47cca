import Capacity
import Placements

/// What the results of past years change later tariffs by, where the rules settle them.
struct SettledAccounts {
  private let extracts: Extracts
  private let past: PastPresence
  private let money: OfferMoney
  private let tariffRules: RuleSet.Tariff

  init(_ extracts: Extracts, past: PastPresence, money: OfferMoney, rules: RuleSet) {
    self.extracts = extracts
    self.past = past
    self.money = money
    tariffRules = rules.tariff
  }

  /// Kroner a day over the days that are expected in the year when it is due, above zero for a deficit; nil where the year's accounts
  /// or what an offer takes in are not known.
  /// Income that the accounts do not give is days × the mean tariff at the middle of the year.
  /// - Parameter days: paid ones, above 0.
  func tariffChange(_ offer: Offer, year: Int, rules: RuleSet.Settlement, days: Double) -> Double? {
    guard let own = try? money.economics(of: offer).get(), own.paidShare > 0, let settled = settled(offer, year: year, rules: rules, share: own.paidShare)
    else { return nil }
    let most = TariffGrowth.most(tariffRules, from: own.priceYear, to: year + rules.lagYears).map { own.price * $0 } ?? .infinity
    return min(-settled / days, most)
  }

  /// What of a past year's result later tariffs pay back (above zero) or collect, kroner: R(t) = income − costs + what was settled for t − lag,
  /// which the year's tariff paid back or collected already; without the last where that year's accounts are not known.
  private func settled(_ offer: Offer, year: Int, rules: RuleSet.Settlement, share: Double) -> Double? {
    let entries = extracts.economy.filter { $0.offer == offer.id && $0.period.lastDay.year == year }
    guard let costs = entries.wholeYear(\.costs), let income = entries.wholeYear(\.income) ?? income(of: offer, year: year, share: share) else { return nil }
    let basis = entries.wholeYear { $0.revisedBudget ?? $0.originalBudget } ?? costs
    let before = settled(offer, year: year - rules.lagYears, rules: rules, share: share) ?? 0
    return rules.settled(income - costs + before, basis: basis)
  }

  /// What settlement changes the tariff of a year by, kroner a day by draw: what the simulated year brings that it settles, or what the
  /// accounts of an observed one say. Nil where neither is known.
  /// - Parameter simulated: the offer's years ahead, with the running one.
  func tariffChanges(_ offer: Offer, due: Int, along simulated: ResultWatch?, rules: RuleSet.Settlement, draws: Int) -> [Double]? {
    let year = due - rules.lagYears
    if let changes = simulated?.tariffChanges(in: year) { return changes }
    guard let expected = simulated?.expectedDays(for: due), expected > 0, let change = tariffChange(offer, year: year, rules: rules, days: expected)
    else { return nil }
    return [Double](repeating: change, count: draws)
  }

  private func income(of offer: Offer, year: Int, share: Double) -> Double? {
    guard let middle = Day(year: year, month: 7, day: 1), let first = Day(year: year, month: 1, day: 1) else { return nil }
    let prices = DailyPrices(stays: extracts.stays, tariffs: extracts.tariffs, offers: extracts.offers, on: middle)
    guard let price = prices.price(offer: offer.id), let days = past.occupiedDays(year: Period(containing: first, length: .year), offer: offer.id) else { return nil }
    return price * days * share
  }
}

extension PastPresence {
  /// A whole year's; nil where one of its periods is not known.
  func occupiedDays(year: Period, offer: String) -> Double? {
    var sum = 0.0
    var period = Period(containing: year.firstDay, length: length)
    while period.lastDay <= year.lastDay {
      guard let days = occupiedDays(in: period, offer: offer) else { return nil }
      sum += days
      period = period.advanced(by: 1)
    }
    return sum
  }
}
