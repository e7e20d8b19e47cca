import Demand
import Groundwork
import Placements

/// Tariffs, costs and economic rules.
extension ChangeReader {
  mutating func tariff(in plan: inout Plan) {
    let key = change.lever.effectKeys.first { change.values[$0] != nil } ?? "multiply"
    let number: UncertainNumber?
    switch key {
    case "multiply": number = uncertain(key, .logNormal, among: [.logNormal, .uniform, .triangular])
    default: number = uncertain(key, .normal)
    }
    guard let number else { return }
    let limits = key == "multiply" ? 0.01...10 : key == "add" ? -Self.mostTariff...Self.mostTariff : 1...Self.mostTariff
    guard isWithin(number, limits, key) else { return }
    add(key == "multiply" ? .tariffMultiply : key == "add" ? .tariffAdd : .tariffSet, number, to: &plan)
  }

  mutating func savings(in plan: inout Plan) {
    guard let number = uncertain("percent", .normal), isWithin(number, 0...90, "percent") else { return }
    add(.savings(tariffShare: optional("tariff_share", 0...1) ?? 1), number, to: &plan)
  }

  mutating func complexity(in plan: inout Plan) {
    guard let number = uncertain("percent_a_year", .normal), isWithin(number, -20...20, "percent_a_year") else { return }
    add(.complexity(tariffShare: optional("tariff_share", 0...1) ?? 0), number, to: &plan)
  }

  static let mostTariff = 100_000.0

  private mutating func isWithin(_ number: UncertainNumber, _ range: ClosedRange<Double>, _ key: String) -> Bool {
    guard number.lower < range.lowerBound || number.upper > range.upperBound else { return true }
    let (low, high) = (NumberText.machine(range.lowerBound), NumberText.machine(range.upperBound))
    fail(key, Phrase(da: "skal ligge mellem \(low) og \(high).", en: "must lie between \(low) and \(high)."), Phrase(""))
    return false
  }

  private mutating func add(_ effect: MoneyChange.Effect, _ value: UncertainNumber, to plan: inout Plan) {
    let offer = change.values["offer"] == nil ? nil : offerIndex("offer", in: plan)
    let strata = stratumFlags()
    let periods = periods()
    let ramp = optional("ramp_months", 0...120) ?? 0
    guard errors.isEmpty else { return }
    let chosen = Set(panel.strata.indices.filter { strata[$0] }.map { panel.strata[$0] })
    let all = panel.offers + plan.newOffers
    let new = MoneyChange(
      effect: effect, value: value, strata: chosen, offer: offer.map { all[$0].id }, periods: periods, ramp: ramp / Double(panel.length.months))
    let touched = all.filter(new.acts)
    guard !touched.isEmpty else {
      return warn("what", Phrase(da: "rammer intet: intet tilbud passer til område, art og retsgrundlag.", en: "touches nothing: no offer fits the area, kind and legal section."))
    }
    if case .tariffSet = effect, plan.money.contains(where: { old in old.effect == .tariffSet && old.periods.overlaps(periods) && touched.contains(where: old.acts) }) {
      return fail(
        "set", Phrase(da: "to ændringer sætter samme tilbuds takst i samme periode.", en: "two changes set the same offer's tariff in the same period."),
        Phrase(da: "Slet den ene, eller del tilbud eller perioder imellem dem.", en: "Remove one, or share offers or periods between them."))
    }
    warnOfPrices(new, touched, key: effect.key, in: plan)
    warnOfOverruled(new, touched, in: plan)
    if let stop = plan.rules.tariffStop { warnOfStop(stop, on: new, key: effect.key, in: plan) }
    plan.money.append(new)
  }

  /// Where there is no price nothing can change, and no price is below nought.
  private mutating func warnOfPrices(_ new: MoneyChange, _ touched: [Offer], key: String, in plan: Plan) {
    guard let money = builder.money else { return }
    // A new offer has its area's price where it has none of its own.
    let known = touched.filter { plan.newOfferTerms[$0.id] == nil }
    let priced = known.compactMap { offer in money.prices[offer.id].map { (offer, $0) } }
    if priced.isEmpty, known.count == touched.count {
      return warn(
        "what",
        Phrase(
          da: "rammer intet: uden pris (tariffs.csv eller price i stays): \(Self.list(known)).",
          en: "touches nothing: without a price (tariffs.csv or price in stays): \(Self.list(known))."))
    }
    guard case .tariffAdd = new.effect else { return }
    let below = priced.filter { $0.1 + new.value.lower < 0 }
    guard let cheapest = below.map(\.1).min() else { return }
    let price = NumberText.machine(cheapest.rounded())
    warn(
      key,
      Phrase(
        da: "er mere end hele prisen (fra \(price) kr. pr. dag): taksten bliver 0, ikke mindre, i \(Self.list(below.map(\.0))).",
        en: "is more than the whole price (from \(price) kr. a day): the tariff becomes 0, no less, in \(Self.list(below.map(\.0)))."))
  }

  /// A tariff that is set leaves nothing of what was done to it before.
  private mutating func warnOfOverruled(_ new: MoneyChange, _ touched: [Offer], in plan: Plan) {
    guard case .tariffSet = new.effect else { return }
    for old in plan.money where [.tariffMultiply, .tariffAdd].contains(old.effect) && old.periods.overlaps(new.periods) {
      let both = touched.filter(old.acts)
      guard !both.isEmpty else { continue }
      let from = builder.firstFuture.advanced(by: max(old.periods.lowerBound, new.periods.lowerBound)).firstDay.iso
      warn(
        "set",
        Phrase(
          da: "overtrumfer en tidligere takstændring (\(old.effect.key)) i \(Self.list(both)): fra \(from) gælder set alene. Sæt den tidligere efter set, hvis begge skal virke.",
          en: "overrules an earlier change of the tariff (\(old.effect.key)) in \(Self.list(both)): from \(from) on set alone holds. Put the earlier one behind set if both are to act."))
    }
  }

  private static func list(_ offers: [Offer]) -> String {
    offers.prefix(6).map(\.id).joined(separator: ", ") + (offers.count > 6 ? ", …" : "")
  }

  // MARK: Rules

  mutating func tariffStop(in plan: inout Plan) {
    let growth = optional("growth", 0...20) ?? 0
    guard let from = period("from"), errors.isEmpty else { return }
    let to = period("to") ?? Period(containing: endOfHorizon, length: .year)
    let years = (from.firstDay.year, to.lastDay.year)
    guard years.0 <= years.1 else {
      return fail("to", Phrase(da: "ligger før from.", en: "lies before from."), Phrase(da: "Byt de to om.", en: "Swap the two."))
    }
    guard once("from", plan.rules.tariffStop == nil) else { return }
    let stop = RuleChanges.TariffStop(years: years.0...years.1, growth: growth)
    plan.rules.tariffStop = stop
    for change in plan.money { warnOfStop(stop, on: change, key: "from", in: plan) }
  }

  private mutating func warnOfStop(_ stop: RuleChanges.TariffStop, on change: MoneyChange, key: String, in plan: Plan) {
    guard let years = yearsKeptOut(by: stop, change, in: plan), let end = change.periods.last else { return }
    func span(_ years: ClosedRange<Int>) -> String { years.count == 1 ? "\(years.lowerBound)" : "\(years.lowerBound)–\(years.upperBound)" }
    let word = change.effect.key
    let kept = Phrase(
      da: "tariff_stop \(span(stop.years)) holder takstens stigning (tariff, \(word)) ude i \(span(years))",
      en: "tariff_stop \(span(stop.years)) keeps the tariff's rise (tariff, \(word)) out in \(span(years))")
    let percent = NumberText.machine(stop.growth)
    let beyond = stop.growth > 0 ? Phrase(da: ", ud over \(percent) % om året", en: ", beyond \(percent) % a year") : Phrase("")
    let isLater = builder.firstFuture.advanced(by: end).lastDay.year > years.upperBound
    let after = isLater
      ? Phrase(da: "; den virker fra \(years.upperBound + 1).", en: "; it acts from \(years.upperBound + 1) on.") : Phrase(da: "; den når ikke at virke.", en: "; it never acts.")
    warn(key, kept + beyond + after)
  }

  /// Years of a stop in which a tariff's rise does not come through; nil where it rose before the stop, or by no more than the stop lets through.
  private func yearsKeptOut(by stop: RuleChanges.TariffStop, _ change: MoneyChange, in plan: Plan) -> ClosedRange<Int>? {
    guard [.tariffMultiply, .tariffAdd, .tariffSet].contains(change.effect), let end = change.periods.last else { return nil }
    func year(_ period: Int) -> Int { builder.firstFuture.advanced(by: period).lastDay.year }
    let rising = change.periods.prefix(max(1, Int(change.ramp.rounded(.up))))
    guard let first = rising.first(where: { stop.years.contains(year($0)) }), let whole = rising.last else { return nil }
    let most = (stop.years.lowerBound...year(first)).reduce(1.0) { factor, _ in factor * (1 + stop.growth / 100) }
    let rises = (panel.offers + plan.newOffers).filter(change.acts).contains { offer in
      // Without known money any price will do for a rise in kroner or per cent.
      guard let price = builder.money == nil ? 1 : builder.money?.prices[offer.id] ?? plan.newOfferTerms[offer.id]?.price, price > 0 else { return false }
      return change.factors(in: whole, at: change.value.upper, price: price, length: panel.length).price > most + 1e-9
    }
    return rises ? year(first)...min(stop.years.upperBound, year(end)) : nil
  }

  mutating func adaptationTime(in plan: inout Plan) {
    guard let months = wholeNumber("months", 1...60), once("months", plan.rules.adaptationMonths == nil) else { return }
    plan.rules.adaptationMonths = months
    warnOfFullMonths("months", in: plan)
  }

  /// Costs that stay whole for longer than adapting takes are whole for that long, and then at their floor at once.
  private mutating func warnOfFullMonths(_ key: String, in plan: Plan) {
    let name = plan.rules.ruleSet ?? builder.money?.ruleSet ?? ""
    guard let months = plan.rules.adaptationMonths, let full = builder.money?.fullMonths[name], months < full else { return }
    warn(
      key,
      Phrase(
        da: "tilpasningstiden på \(months) måneder er kortere end de \(full), i hvilke regelsættet \(name) lader hele udgiften stå (full_months): den står da kun i \(months) måneder.",
        en: "the adaptation time of \(months) months is shorter than the \(full) for which the rule set \(name) keeps the whole cost (full_months): it then stays for \(months) months alone."))
  }

  mutating func notice(in plan: inout Plan) {
    guard let months = wholeNumber("months", 0...60), once("months", plan.rules.noticeMonths == nil) else { return }
    plan.rules.noticeMonths = months
  }

  mutating func ruleSet(in plan: inout Plan) {
    guard let name = names(["rules"]).first?.name, once("rules", plan.rules.ruleSet == nil) else { return }
    guard builder.ruleSets.isEmpty || builder.ruleSets.contains(name) else {
      return failName("rules", name, Phrase(da: "er ikke et regelsæt.", en: "is no rule set."), among: builder.ruleSets)
    }
    plan.rules.ruleSet = name
    warnOfFullMonths("rules", in: plan)
  }

  /// Of two that hold for everything one would be lost.
  private mutating func once(_ key: String, _ isFirst: Bool) -> Bool {
    guard !isFirst else { return true }
    fail(
      key, Phrase(da: "to ændringer af \(change.lever.rawValue), som gælder alle tilbud.", en: "two changes of \(change.lever.rawValue), which holds for all offers."),
      Phrase(da: "Slet den ene.", en: "Remove one."))
    return false
  }
}
