import Capacity
import Forecasting
import Placements

/// The three alternatives of one offer, each along every draw's own path.
struct CostComparison {
  let judge: RiskJudge
  let risk: OfferRisk
  let economics: OfferEconomics
  /// Fresh, at the origin.
  let watch: ResultWatch
  let staff: Double?

  private var request: RiskRequest { judge.request }
  private var panel: Panel { judge.panel }

  // MARK: Alternatives

  func carryingOn(_ path: AlternativePath, places: Double) -> OfferCosts.Option {
    let money = path.money(watch, from: panel.origin)
    return option(.carryOn, places: places, citizens: zeros, staff: staff.map { _ in 0 }, Books(money, extra: nil, lag: lag), effectYear: nil)
  }

  /// Places are cut when they can be adapted; opening or closing a place has its own cost, once.
  func reducing(_ path: AlternativePath, to places: Double, planned: Double) -> OfferCosts.Option {
    let lead = judge.leadTime
    let year = panel.origin.advanced(by: lead + 1).enclosing(.year).year
    let change = request.advice.change * 365 * economics.price * economics.paidShare * (planned - places)
    let money = path.reducing(to: places, from: lead).money(watch, from: panel.origin)
    let citizens = path.served[lead].map { max(0, $0 - places) }
    return option(
      .reduce, places: places, citizens: citizens, staff: staff.map { $0 * (1 - places / planned) }, Books(money, extra: (year, change), lag: lag), effectYear: year)
  }

  /// Idle places until closing and what is left on the account are the closing cost, which the payers share by their days.
  func closing(_ path: AlternativePath) -> OfferCosts.Option {
    let months = panel.length.months
    func periods(_ own: Int) -> Int { (own + months - 1) / months }
    let end = min(periods(request.closingMonths), path.served.count)
    let year = panel.origin.advanced(by: end).enclosing(.year).year
    let money = path.closing(after: end, noticePeriods: min(periods(RiskJudge.residentsNoticeMonths), end - 1)).money(watch, from: panel.origin)
    let rules = request.rules.closing
    func once(_ share: Quantity?) -> Amount { CostLedger.amount(economics.costs * (share?.value ?? 0)) }
    let fixed = ClosingCost(
      idle: .zero, severance: once(rules.severance), lease: once(rules.lease), residualValue: once(rules.residualValue), inventorySale: once(rules.inventorySale))
    let books = Books(money, extra: (year, fixed.total.kroner), lag: lag)
    let ledger = ledger(books, closing: year)
    let rest = ledger?.rest(after: year)
    let idle = books.total(\.idle)
    let costs = (0..<request.draws).map { d -> ClosingCost in
      var cost = fixed
      cost.idle = CostLedger.amount(idle[d])
      cost.account = rest?[d] ?? .zero
      return cost
    }
    return option(.close, places: 0, citizens: path.survivors(after: end), staff: staff, books, effectYear: year, closing: (costs, ledger))
  }

  // MARK: Books

  /// Sums of an alternative's years by draw.
  struct Books {
    struct Year {
      let year: Int
      let sums: ResultWatch.Sums
      /// At least 0.
      let idle: [Double]
      let isWhole: Bool
      /// Cost of the change of places, the same in every draw.
      let change: Double
      /// Expected in the year whose tariff settles this one; nil where nothing is known of it.
      let tariffDays: Double?

      var result: [Double] { zip(sums.income, sums.costs).map { $0 - $1 - change } }
    }

    let years: [Year]

    init(_ watch: ResultWatch, extra: (year: Int, amount: Double)?, lag: Int) {
      let whole = Set(watch.wholeYears)
      years = watch.allYears.compactMap { year in
        watch.sums(in: year).map { sums in
          Year(
            year: year, sums: sums, idle: sums.idle.map { max(0, $0) }, isWhole: whole.contains(year),
            change: extra.map { $0.year == year ? $0.amount : 0 } ?? 0, tariffDays: watch.expectedDays(for: year + lag))
        }
      }
    }

    func total(_ values: (Year) -> [Double]) -> [Double] {
      var sum = [Double](repeating: 0, count: years.first?.idle.count ?? 0)
      for year in years { for (d, value) in values(year).enumerated() { sum[d] += value } }
      return sum
    }
  }

  /// - Parameter closing: the offer's last year. Idle places and what closing costs once are then shared instead of being borne by tariffs.
  private func ledger(_ books: Books, closing: Int?) -> CostLedger? {
    request.rules.settlement.map { rules in
      CostLedger(
        rules,
        years: books.years.filter { $0.isWhole && $0.year <= closing ?? .max }.map { year in
          CostLedger.Year(
            year: year.year, income: year.sums.income,
            costs: year.sums.costs.indices.map { year.sums.costs[$0] + (closing == nil ? year.change : -year.idle[$0]) }, basis: year.sums.basis)
        }, paths: request.draws)
    }
  }

  private var lag: Int { request.rules.settlement?.lagYears ?? 0 }

  private var zeros: [Double] { [Double](repeating: 0, count: request.draws) }

  private func summary(_ values: [Double]) -> DrawSummary {
    var copy = values
    return DrawSummary(&copy, level: request.level)
  }

  /// - Parameter closing: what is split, and the account until then.
  private func option(
    _ alternative: OfferCosts.Alternative, places: Double, citizens: [Double], staff: Double?, _ books: Books, effectYear: Int?,
    closing: (costs: [ClosingCost], ledger: CostLedger?)? = nil
  ) -> OfferCosts.Option {
    let ledger = closing.map(\.ledger) ?? ledger(books, closing: nil)
    let split = closing.map { $0.costs.map(\.total.kroner) }
    var (bill, cost, settledSum, openSum) = (zeros, zeros, zeros, zeros)
    let years = books.years.map { year in
      let own = split.map { year.year == effectYear ? $0 : zeros } ?? [Double](repeating: year.change, count: request.draws)
      // A closed offer has no later tariff: what would be due then is part of the closing cost.
      let isBilled = closing == nil || year.year + lag <= effectYear ?? .max
      let whole = isBilled ? ledger?.settled[year.year].map { $0.map(\.kroner) } : nil
      // Of a deficit, no more than tariffs may rise by.
      let most = watch.mostRise(due: year.year + lag).flatMap { rise in year.tariffDays.map { rise * $0 } } ?? .infinity
      let settled = whole?.map { max($0, -most) }
      let result = year.result
      // Idle places of a closing offer and its account are in the closing cost, whenever they arise.
      let isSplit = closing != nil && ledger?.settled[year.year] != nil
      let open = result.indices.map { d in
        isSplit ? (whole?[d] ?? 0) - (settled?[d] ?? 0) : result[d] + (closing == nil ? 0 : year.idle[d] + year.change) - (settled?[d] ?? 0)
      }
      // The change of places is borne by the offer's result, so that tariffs collect it where there is settlement.
      let bills = (0..<request.draws).map { d in (closing == nil ? 0 : own[d]) - (settled?[d] ?? 0) }
      for d in 0..<request.draws {
        bill[d] += bills[d]
        cost[d] += own[d]
        settledSum[d] += settled?[d] ?? 0
        openSum[d] += open[d]
      }
      let days = year.tariffDays ?? 0
      return OfferCosts.Year(
        year: year.year, months: year.sums.periods * panel.length.months, idle: summary(year.idle), closing: summary(own),
        result: summary(result), settled: settled.map(summary), tariffChange: days > 0 ? settled.map { summary($0.map { -$0 / days }) } : nil,
        tariffYear: settled == nil ? nil : year.year + lag, bill: summary(bills), unsettled: ledger == nil ? nil : summary(open))
    }
    return OfferCosts.Option(
      alternative: alternative, places: places, citizens: summary(citizens), staff: staff, years: years, payers: payers(closing?.costs),
      idle: summary(books.total(\.idle)), closing: summary(cost), bill: summary(bill), result: summary(books.total(\.result)),
      settled: ledger == nil ? nil : summary(settledSum), unsettled: ledger == nil ? nil : summary(openSum), effectYear: effectYear)
  }

  // MARK: Payers

  /// Those who used the offer in the rule set's years, the largest first.
  private func payers(_ closing: [ClosingCost]?) -> [OfferCosts.Payer] {
    let days = self.days
    let all = days.values.reduce(0, +)
    guard all > 0 else { return [] }
    let year = panel.origin.enclosing(.year).year
    let quantities = days.compactMapValues { own in Quantity(own).map { [year: $0] } }
    var parts: [String: [Double]] = [:]
    for cost in closing ?? [] {
      for part in cost.split(days: quantities, closing: year, rules: request.rules) ?? [] { parts[part.payer, default: []].append(part.amount.kroner) }
    }
    let index = panel.offers.firstIndex { $0.id == risk.offer.id }
    return panel.municipalities.enumerated().compactMap { m, municipality -> OfferCosts.Payer? in
      guard let own = days[municipality.code], own > 0 else { return nil }
      return OfferCosts.Payer(
        municipality: municipality, citizens: panel.residents.count { $0.municipality == m && $0.offer == index }, share: own / all,
        closing: parts[municipality.code].map(summary))
    }.sorted { ($1.share, $0.municipality.code) < ($0.share, $1.municipality.code) }
  }

  /// Occupied days by payer in the rule set's years up to the origin.
  private var days: [String: Double] {
    let periods = request.rules.closingYears * panel.length.perYear
    var days: [String: Double] = [:]
    for municipality in panel.municipalities {
      let own = judge.past.lastDays(of: municipality.code, offer: risk.offer.id, periods: periods)
      if own > 0 { days[municipality.code] = own }
    }
    return days
  }
}
