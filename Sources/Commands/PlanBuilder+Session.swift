internal import Analysis
internal import Capacity
internal import Placements
internal import Scenarios

extension PlanBuilder {
  /// Of a project, with its rule sets; what scenarios do to money is held against today's.
  /// - Parameters:
  ///   - scenarios: all that may be named as a `base`.
  ///   - rules: the rule set of the command line; nil for the project's.
  init(_ session: ProjectSession, horizon: Int, scenarios: [Scenario], rules: String? = nil) {
    let library = RuleLibrary(folder: session.folder)
    self.init(
      panel: session.panel, horizon: horizon, capacity: session.extracts.capacity, scenarios: scenarios, ruleSets: library.names,
      money: Self.background(session, library, scenarios.flatMap { $0.changes.map(\.lever) }, rules: rules))
  }

  /// Nil where no scenario needs it.
  private static func background(_ session: ProjectSession, _ library: RuleLibrary, _ levers: [Lever], rules: String?) -> MoneyBackground? {
    let (ofMoney, ofTime) = (levers.contains(where: \.isOfMoney), levers.contains(.adaptationTime))
    guard ofMoney || ofTime else { return nil }
    let extracts = session.extracts
    var prices: [String: Double] = [:]
    if ofMoney {
      let daily = DailyPrices(stays: extracts.stays, tariffs: extracts.tariffs, offers: extracts.offers, on: session.panel.origin.lastDay)
      for offer in session.panel.offers { prices[offer.id] = daily.price(offer: offer.id).flatMap { $0 > 0 ? $0 : nil } }
    }
    let chosen = rules ?? extracts.settings.ruleSet?.name ?? RuleLibrary.standard
    // What is wrong with a rule set's file is told where its rules are used.
    let months = ofTime ? library.names.compactMap { name in (try? library.chosen(name, else: nil).rules.adaptation.fullMonths).map { (name, $0) } } : []
    return MoneyBackground(prices: prices, ruleSet: chosen, fullMonths: Dictionary(months) { first, _ in first })
  }
}
