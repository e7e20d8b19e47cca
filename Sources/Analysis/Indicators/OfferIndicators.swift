import Capacity
import Demand
import Forecasting
import Placements
import Scenarios

/// Indicators by offer, and by area and kind as the sums of their offers.
struct OfferIndicators {
  private let demand: FittedDemand
  private let extracts: Extracts
  private let plans: [Plan]
  private let judged: Int
  private let request: RiskRequest
  private let past: PastPresence
  private let pastPlaces: PlacesTimeline
  private let money: OfferMoney

  init(demand: FittedDemand, extracts: Extracts, plans: [Plan], judged: Int, request: RiskRequest) throws {
    self.demand = demand
    self.extracts = extracts
    self.plans = plans
    self.judged = judged
    self.request = request
    let panel = demand.panel
    past = PastPresence(try Panel(byOffer: extracts))
    pastPlaces = PlacesTimeline(
      offers: panel.offers, capacity: extracts.capacity, changes: [], from: panel.first.firstDay, until: panel.origin.lastDay)
    money = OfferMoney(extracts, panel: panel, past: past, places: pastPlaces)
  }

  private var panel: Panel { demand.panel }

  /// What a year of an offer or of several is made of; nil where it is not known of one of them.
  private struct Year {
    var days: Double?
    var paidDays: Double?
    var placeDays: Double?
    var costs: Double?
    var budget: Double?

    mutating func add(_ other: Year) {
      func sum(_ a: Double?, _ b: Double?) -> Double? { a.flatMap { a in b.map { a + $0 } } }
      days = sum(days, other.days)
      paidDays = sum(paidDays, other.paidDays)
      placeDays = sum(placeDays, other.placeDays)
      costs = sum(costs, other.costs)
      budget = sum(budget, other.budget)
    }
  }

  func facts() -> [IndicatorFact] { observed() + ahead() }

  // MARK: Observed

  private func observed() -> [IndicatorFact] {
    var facts: [IndicatorFact] = []
    let offers = panel.offers.filter { request.areas.isEmpty || request.areas.contains($0.area) }
    for year in years {
      var sums: [ResultKey: Year] = [:]
      for offer in offers where exists(offer, in: year) {
        let own = self.year(of: offer, year)
        facts += observed(own, key: ResultKey(area: offer.area, offer: offer.id, kind: offer.kind), year)
        let line = ResultKey(area: offer.area, kind: offer.kind)
        if sums[line] == nil { sums[line] = own } else { sums[line]?.add(own) }
      }
      for line in sums.keys.sorted() { facts += sums[line].map { observed($0, key: line, year) } ?? [] }
    }
    return facts
  }

  /// Those of which anything was observed or accounted for.
  private var years: [Period] {
    let counted = Period.wholeYears(from: panel.first, to: panel.origin)
    let accounts = Set(extracts.economy.map { $0.period.lastDay.year }).compactMap { Day(year: $0, month: 1, day: 1) }
      .map { Period(containing: $0, length: .year) }.filter { $0.lastDay <= panel.origin.lastDay }
    return Set(counted + accounts).sorted()
  }

  private func exists(_ offer: Offer, in year: Period) -> Bool {
    (offer.validFrom.map { $0 <= year.lastDay } ?? true) && (offer.validTo.map { $0 >= year.firstDay } ?? true)
  }

  private func year(of offer: Offer, _ year: Period) -> Year {
    let entries = extracts.economy.filter { $0.offer == offer.id && $0.period.lastDay.year == year.firstDay.year }
    let days = past.occupiedDays(year: year, offer: offer.id)
    let isCovered = panel.first.firstDay <= year.firstDay
    return Year(
      days: days, paidDays: days.flatMap { all in paidShare(offer, on: year.lastDay).map { all * $0 } },
      placeDays: isCovered ? pastPlaces.placeDays(in: year, offer: offer.id) : nil, costs: entries.wholeYear(\.costs),
      budget: entries.wholeYear(\.revisedBudget))
  }

  private func paidShare(_ offer: Offer, on day: Day) -> Double? {
    let step = extracts.capacity.filter { $0.offer == offer.id && $0.from <= day }.max { $0.from < $1.from }
    return ServiceArithmetic.paidShare(offer.kind, daysPerYear: step?.daysPerYear)
  }

  private func observed(_ own: Year, key: ResultKey, _ year: Period) -> [IndicatorFact] {
    func ratio(_ indicator: Indicator, _ above: Double?, _ below: Double?, times factor: Double) -> IndicatorFact? {
      guard let above, let below, below > 0 else { return nil }
      return fact(indicator, key, year, factor * above / below, parts: (above, below))
    }
    return [
      ratio(.budgetCompliance, own.costs, own.budget, times: 100), ratio(.capacityUse, own.days, own.placeDays, times: 100),
      ratio(.costPerDay, own.costs, own.paidDays, times: 1),
      own.days.map { fact(.citizensServed, key, year, $0 / Double(year.days), parts: nil) },
    ].compactMap(\.self)
  }

  private func fact(_ indicator: Indicator, _ key: ResultKey, _ year: Period, _ value: Double, parts: (Double, Double)?) -> IndicatorFact {
    IndicatorFact(
      indicator: indicator, isForecast: false, period: year, area: key.area, kind: key.kind, offer: key.offer, municipality: "", respondent: "",
      value: value, interval: nil, parts: parts, priceYear: indicator.isMoney ? year.firstDay.year : nil)
  }

  // MARK: Ahead

  /// Of one year ahead by draw, over one offer or several; nil where it is not known of one of them. The running year has its observed
  /// part in it.
  private struct Future {
    var days: [Double]?
    var placeDays: Double?
    /// Of the prices and costs; nil where they are not known or differ.
    var priceYear: Int?
    var costs: [Double]?
    var paidDays: [Double]?

    mutating func add(_ other: Future) {
      func sum(_ a: [Double]?, _ b: [Double]?) -> [Double]? { a.flatMap { a in b.map { zip(a, $0).map { $0 + $1 } } } }
      days = sum(days, other.days)
      placeDays = placeDays.flatMap { own in other.placeDays.map { own + $0 } }
      if priceYear != other.priceYear { priceYear = nil }
      costs = sum(costs, other.costs)
      paidDays = sum(paidDays, other.paidDays)
    }
  }

  /// One offer's periods ahead: citizens served by draw, and what a citizen and the places of a period amount to in days.
  private struct Course {
    let offer: Offer
    let served: [[Double]]
    let placeDays: [Double]?
    let paidDays: [Double?]
  }

  private func ahead() -> [IndicatorFact] {
    let years = panel.yearsAhead(horizon: demand.horizon)
    guard !years.isEmpty else { return [] }
    let simulated = SimulatedPlans(
      demand: demand, capacity: extracts.capacity, plans: plans, grouping: .offer, filter: ResultFilter(areas: request.areas), detail: .events,
      draws: request.draws, seed: request.seed, threads: request.threads, progress: nil)
    let judge = RiskJudge(demand: demand, simulated: simulated, plans: plans, plan: judged, request: request, extracts: extracts, past: past)
    var facts: [IndicatorFact] = []
    var sums: [ResultKey: [Future]] = [:]
    var budgets: [ResultKey: [Budget]] = [:]
    var followed: Set<String> = []
    for group in judge.groups {
      for course in courses(of: group, judge) {
        let offer = course.offer
        followed.insert(offer.id)
        let watch = judge.results(course.served, of: offer)
        let own = years.map { future(course, $0, watch) }
        let compared = years.map { budget(offer, $0, watch) }
        let key = ResultKey(area: offer.area, offer: offer.id, kind: offer.kind)
        facts += ahead(own, key: key, years) + compliance(compared, key: key, years)
        let line = ResultKey(area: offer.area, kind: offer.kind)
        budgets[line] = budgets[line].map { zip($0, compared).map { $0.adding($1) } } ?? compared
        guard var sum = sums[line] else { sums[line] = own; continue }
        for y in years.indices { sum[y].add(own[y]) }
        sums[line] = sum
      }
    }
    // A sum without one of its offers would be too small.
    for offer in panel.offers where !followed.contains(offer.id) && !simulated.timelines[judged].knows(offer.id) {
      sums[ResultKey(area: offer.area, kind: offer.kind)] = nil
    }
    for line in sums.keys.sorted() { facts += ahead(sums[line] ?? [], key: line, years) + compliance(budgets[line] ?? [], key: line, years) }
    return facts
  }

  /// Of offers without known places all who ask are served.
  private func courses(of group: OfferGroup, _ judge: RiskJudge) -> [Course] {
    let steps = (0..<demand.horizon).map { panel.origin.advanced(by: $0 + 1) }
    let isLimited = group.members.contains { member in judge.simulated.timelines.contains { $0.knows(member.offer.id) } }
    let known = group.members.filter { judge.simulated.draws.hasFlowStock(key: $0.key) }
    guard isLimited else {
      return known.map { key, offer in
        let share = paidShare(offer, on: panel.origin.lastDay)
        return Course(
          offer: offer, served: judge.occupier.drawn(key, plan: judged).citizens, placeDays: nil,
          paidDays: steps.map { step in share.map { $0 * Double(step.days) } })
      }
    }
    guard !known.isEmpty else { return [] }
    return judge.occupier.paths(of: group, plan: judged).map { paths in
      Course(
        offer: paths.offer, served: paths.served, placeDays: zip(steps, paths.places).map { Double($0.days) * $1 }, paidDays: paths.days)
    }
  }

  /// Costs by draw against a revised budget; nil where one of both is not known of every offer that is added.
  private struct Budget {
    var costs: [Double]?
    var budget: Double?
    var priceYear: Int?

    func adding(_ other: Budget) -> Budget {
      guard let costs, let budget, let more = other.costs, let rest = other.budget else { return Budget() }
      return Budget(costs: zip(costs, more).map { $0 + $1 }, budget: budget + rest, priceYear: priceYear == other.priceYear ? priceYear : nil)
    }
  }

  private func budget(_ offer: Offer, _ year: Period, _ watch: ResultWatch?) -> Budget {
    guard let costs = costs(in: year, watch) else { return Budget() }
    return Budget(costs: costs, budget: money.revisedBudget(of: offer, year: year.firstDay.year), priceYear: money.priceYear(of: offer))
  }

  /// By draw; nil for a year that is not whole.
  private func costs(in year: Period, _ watch: ResultWatch?) -> [Double]? {
    guard let watch, watch.wholeYears.contains(year.firstDay.year) else { return nil }
    return watch.sums(in: year.firstDay.year)?.costs
  }

  private func compliance(_ own: [Budget], key: ResultKey, _ years: [Period]) -> [IndicatorFact] {
    zip(own, years).compactMap { own, year in
      guard let costs = own.costs, let budget = own.budget, budget > 0 else { return nil }
      return forecast(.budgetCompliance, key, year, costs.map { 100 * $0 / budget }, priceYear: own.priceYear)
    }
  }

  private func future(_ course: Course, _ year: Period, _ watch: ResultWatch?) -> Future {
    let steps = (0..<demand.horizon).filter { panel.origin.advanced(by: $0 + 1).lastDay.year == year.firstDay.year }
    let begun = begun(course.offer, year)
    func sum(_ observed: Double?, _ length: (Int) -> Double?) -> [Double]? {
      let lengths = steps.compactMap(length)
      guard let observed, lengths.count == steps.count else { return nil }
      return (0..<request.draws).map { d in zip(steps, lengths).reduce(observed) { $0 + $1.1 * course.served[$1.0][d] } }
    }
    let paid = sum(begun.paidDays) { course.paidDays[$0] }
    return Future(
      days: sum(begun.days) { Double(panel.origin.advanced(by: $0 + 1).days) },
      placeDays: begun.placeDays.flatMap { observed in course.placeDays.map { own in steps.reduce(observed) { $0 + own[$1] } } },
      priceYear: (try? money.economics(of: course.offer).get())?.priceYear, costs: paid.flatMap { _ in costs(in: year, watch) }, paidDays: paid)
  }

  /// What was observed of a year that is not over at the origin: nothing of a later one, nor of an offer that was not there.
  private func begun(_ offer: Offer, _ year: Period) -> Year {
    let isNew = !panel.offers.contains { $0.id == offer.id }
    return (isNew ? [] : panel.observedPeriods(of: year)).reduce(into: Year(days: 0, paidDays: 0, placeDays: 0)) { sum, period in
      let days = past.occupiedDays(in: period, offer: offer.id) ?? (exists(offer, in: period) ? nil : 0)
      sum.add(
        Year(
          days: days, paidDays: days.flatMap { all in paidShare(offer, on: period.lastDay).map { all * $0 } },
          placeDays: pastPlaces.placeDays(in: period, offer: offer.id)))
    }
  }

  private func forecast(_ indicator: Indicator, _ key: ResultKey, _ year: Period, _ values: [Double], priceYear: Int?) -> IndicatorFact {
    var copy = values
    let summary = DrawSummary(&copy, level: request.level)
    return IndicatorFact(
      indicator: indicator, isForecast: true, period: year, area: key.area, kind: key.kind, offer: key.offer, municipality: "", respondent: "",
      value: summary.mean, interval: summary, parts: nil, priceYear: indicator.isMoney ? priceYear : nil,
      observedUntil: year.firstDay <= panel.origin.lastDay ? panel.origin : nil)
  }

  private func ahead(_ own: [Future], key: ResultKey, _ years: [Period]) -> [IndicatorFact] {
    zip(own, years).flatMap { future, year -> [IndicatorFact] in
      func fact(_ indicator: Indicator, _ values: [Double]) -> IndicatorFact { forecast(indicator, key, year, values, priceYear: future.priceYear) }
      var facts: [IndicatorFact] = []
      guard let days = future.days else { return [] }
      if let places = future.placeDays, places > 0 { facts.append(fact(.capacityUse, days.map { 100 * $0 / places })) }
      // Without a day there is no cost per day; an offer that one draw empties has none.
      if let costs = future.costs, let paid = future.paidDays, paid.allSatisfy({ $0 > 0 }) { facts.append(fact(.costPerDay, zip(costs, paid).map { $0 / $1 })) }
      facts.append(fact(.citizensServed, days.map { $0 / Double(year.days) }))
      return facts
    }
  }
}

extension [EconomyEntry] {
  /// The sum of a year's entries; nil where a part of it is missing.
  func wholeYear(_ amount: (EconomyEntry) -> Double?) -> Double? {
    for length in PeriodLength.allCases {
      let known = filter { $0.period.length == length }.compactMap(amount)
      if known.count == length.perYear { return known.reduce(0, +) }
    }
    return nil
  }
}
