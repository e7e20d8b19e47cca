import Capacity
import Forecasting
import Placements
import Scenarios

extension RiskJudge {
  /// Nil for an offer that the judged plan does not open, and where its money cannot be reckoned.
  func opening(_ own: JudgedPath) -> OfferOpening? {
    guard let terms = newOffers[own.offer.id], let economics = try? money.economics(ofNew: own.offer, terms).get() else { return nil }
    return OpeningBooks(judge: self, offer: own.offer, terms: terms, economics: economics, path: path(own)).opening
  }
}

/// One new offer along every draw's own path.
private struct OpeningBooks {
  let judge: RiskJudge
  let terms: NewOfferTerms
  let economics: OfferEconomics
  private let startUpMonths: Int
  private let isCut: Bool
  /// Costs and income of the start-up's months by draw, and by calendar year what they lack.
  private let startUps: [StartUp]
  private let deficits: [Int: [Double]]
  private let watch: ResultWatch
  /// Months of each year after opening.
  private let months: [Int: Int]

  init(judge: RiskJudge, offer: Offer, terms: NewOfferTerms, economics: OfferEconomics, path: AlternativePath) {
    (self.judge, self.terms, self.economics) = (judge, terms, economics)
    let draws = judge.request.draws
    startUpMonths = terms.rampMonths.map { max(1, Int($0.rounded(.up))) } ?? OfferOpening.usualMonths
    let origin = judge.panel.origin
    let first = Period(containing: terms.opens, length: judge.panel.length)
    let periods = (startUpMonths + judge.panel.length.months - 1) / judge.panel.length.months
    var watch = judge.watch(offer, economics)
    var (parts, deficits, months): ([[StartUp.Month]], [Int: [Double]], [Int: Int]) = ([[StartUp.Month]](repeating: [], count: draws), [:], [:])
    for step in path.served.indices {
      let period = origin.advanced(by: step + 1)
      let year = period.enclosing(.year).year
      let before = watch.sums(in: year)
      path.take(step, into: &watch, from: origin)
      guard period >= first, let after = watch.sums(in: year) else { continue }
      months[year, default: 0] += judge.panel.length.months
      guard period - first < periods else { continue }
      var own = deficits[year] ?? [Double](repeating: 0, count: draws)
      for d in 0..<draws {
        let (income, costs) = (after.income[d] - (before?.income[d] ?? 0), after.costs[d] - (before?.costs[d] ?? 0))
        parts[d].append(StartUp.Month(income: CostLedger.amount(income), costs: CostLedger.amount(costs)))
        own[d] += costs - income
      }
      deficits[year] = own
    }
    isCut = first.advanced(by: periods - 1) > origin.advanced(by: path.served.count)
    startUps = parts.map { StartUp(months: $0) }
    (self.deficits, self.watch, self.months) = (deficits, watch, months)
  }

  private var rules: RuleSet { judge.request.rules }

  private func summary(_ values: [Double]) -> DrawSummary {
    var copy = values
    return DrawSummary(&copy, level: judge.request.level)
  }

  var opening: OfferOpening {
    let charges = startUps.map { $0.charges(rules) }
    let firstCharge = (deficits.keys.max() ?? 0) + 1
    let collected = charges.first.map { firstCharge..<(firstCharge + $0.count) } ?? 0..<0
    let years = Set(months.keys).union(deficits.isEmpty ? [] : Set(collected)).sorted().map { year in
      self.year(year, charges: collected.contains(year) ? charges.map { $0[year - firstCharge].kroner } : nil)
    }
    return OfferOpening(
      terms: terms, economics: economics, startUpMonths: startUpMonths, isCut: isCut, deficit: summary(startUps.map(\.deficit.kroner)), years: years)
  }

  private func year(_ year: Int, charges: [Double]?) -> OfferOpening.Year {
    let sums = months[year] == nil ? nil : watch.sums(in: year)
    let days = watch.expectedDays(for: year).flatMap { $0 > 0 ? $0 : nil }
    let change = settled(year)
    return OfferOpening.Year(
      year: year, months: months[year] ?? 0, result: sums.map { summary(zip($0.income, $0.costs).map { $0 - $1 }) }, deficit: deficits[year].map(summary),
      charge: charges.map(summary), chargePerDay: charges.flatMap { own in days.map { days in summary(own.map { $0 / days }) } },
      tariffChange: change.map(summary), tariffYear: change == nil ? nil : rules.settlement.map { year + $0.lagYears })
  }

  /// Of a whole year: what the start-up rules do not spread is settled as any other result.
  private func settled(_ year: Int) -> [Double]? {
    guard let settlement = rules.settlement, let results = watch.results(in: year), let sums = watch.sums(in: year),
      let days = watch.expectedDays(for: year + settlement.lagYears), days > 0
    else { return nil }
    let spread = rules.startUpYears > 0 ? deficits[year] : nil
    let most = watch.mostRise(due: year + settlement.lagYears) ?? .infinity
    return results.indices.map { d in min(-settlement.settled(results[d] + (spread?[d] ?? 0), basis: sums.basis) / days, most) }
  }
}
