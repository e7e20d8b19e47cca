import Capacity
public import Groundwork
public import Placements
public import Scenarios

/// Whether the money of a scenario's new offers is of the size that other offers have: a slip of a digit or a unit is a factor of ten.
public enum NewOfferPlausibility {
  /// Beyond this many times the others' middle price, or below its inverse, a number is asked about.
  static let most = 3.0

  /// Warnings, each once, whatever the number of plans with the offer.
  public static func warnings(_ plans: [Plan], extracts: Extracts, on day: Day) -> [Finding] {
    let prices = DailyPrices(stays: extracts.stays, tariffs: extracts.tariffs, offers: extracts.offers, on: day)
    var told: Set<Finding> = []
    var findings: [Finding] = []
    for plan in plans {
      for offer in plan.newOffers {
        guard let terms = plan.newOfferTerms[offer.id] else { continue }
        let others = extracts.offers.filter { $0.area == offer.area && $0.kind == offer.kind }.compactMap { prices.price(offer: $0.id) }.sorted()
        for finding in warnings(offer, terms, others) where told.insert(finding).inserted { findings.append(finding) }
      }
    }
    return findings
  }

  static func warnings(_ offer: Offer, _ terms: NewOfferTerms, _ others: [Double]) -> [Finding] {
    guard let low = others.first, let high = others.last else { return [] }
    let middle = others[others.count / 2]
    var findings: [Finding] = []
    func warn(_ key: String, _ value: Double, _ message: Phrase) {
      findings.append(Finding(.warning, value: "\(offer.id): \(key) = \(NumberText.machine(value))", message: message, remedy: Phrase(da: "Er det ment?", en: "Is it meant?")))
    }
    func shown(_ value: Double, _ language: Language) -> String { NumberText.display(value, decimals: 0, language: language) }
    let range = Phrase(da: "områdets tilbud koster \(shown(low, .da)) til \(shown(high, .da)) kr. pr. dag.", en: "the area's offers cost \(shown(low, .en)) to \(shown(high, .en)) kr. a day.")
    if let price = terms.price, isFar(price, from: middle) { warn("price", price, range) }
    let price = terms.price.flatMap { isFar($0, from: middle) ? nil : $0 } ?? middle
    if let costs = terms.costs {
      let day = costs / (terms.places * (terms.daysPerYear ?? 365))
      if isFar(day, from: price) {
        warn("costs", costs, Phrase(da: "er \(shown(day, .da)) kr. pr. plads pr. dag; ", en: "are \(shown(day, .en)) kr. per place and day; ") + range)
      }
    }
    return findings
  }

  private static func isFar(_ value: Double, from middle: Double) -> Bool { middle > 0 && (value > most * middle || value * most < middle) }
}
