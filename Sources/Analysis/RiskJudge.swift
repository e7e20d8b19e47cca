import Capacity
import Demand
import Forecasting
import Groundwork
import Placements
import Scenarios

/// What is judged of one offer.
struct JudgedOffer: Sendable {
  let risk: OfferRisk
  /// Nil unless places are planned, and for an offer that is not judged.
  let line: PlacesAdvice.Line?
  /// Nil unless costs are compared, and where its money is not known.
  let costs: OfferCosts?
}

/// One offer's future under the judged plan: demand as it is drawn, and how much of it the places serve, as a forecast of `served` has it.
struct JudgedPath: Sendable {
  let key: Int
  let offer: Offer
  let drawn: DrawnDemand
  /// Citizens on average, `[period][draw]`; all who ask where places are not known.
  let served: [[Double]]
}

struct RiskJudge: Sendable {
  let demand: FittedDemand
  let simulated: SimulatedPlans
  let plan: Int
  let closures: [String: Day]
  let takeovers: [String: Day]
  /// By id, of those that the plan opens.
  let newOffers: [String: NewOfferTerms]
  /// What the plan changes of tariffs and costs, and when tariffs stand still.
  let changes: [MoneyChange]
  let tariffStop: RuleChanges.TariffStop?
  let request: RiskRequest
  let capacity: [String: [CapacityStep]]
  let money: OfferMoney
  let past: PastPresence
  let occupier: Occupier
  let pastPlaces: PlacesTimeline

  /// - Parameters:
  ///   - simulated: by offer, whole areas.
  ///   - plan: index of the judged one.
  init(
    demand: FittedDemand, simulated: SimulatedPlans, plans: [Plan], plan: Int, request: RiskRequest, extracts: Extracts, past: PastPresence
  ) {
    let capacity = extracts.capacity
    let now = demand.panel.origin.lastDay
    self.demand = demand
    self.simulated = simulated
    self.plan = plan
    closures = plans[plan].closures
    takeovers = plans[plan].takeovers
    newOffers = plans[plan].newOfferTerms
    changes = plans[plan].money
    tariffStop = plans[plan].rules.tariffStop
    self.request = request
    self.capacity = Dictionary(grouping: capacity.sorted { $0.from < $1.from }, by: \.offer)
    self.past = past
    pastPlaces = PlacesTimeline(
      offers: demand.panel.offers, capacity: capacity, changes: [], from: demand.panel.first.firstDay, until: now)
    money = OfferMoney(extracts, panel: demand.panel, past: past, places: pastPlaces)
    occupier = Occupier(
      demand: demand, simulated: simulated, plans: plans, basis: OccupancyBasis(extracts, panel: demand.panel, rules: request.rules),
      draws: request.draws)
    ids = Set(demand.panel.offers.map(\.id) + plans[plan].newOffers.map(\.id))
  }

  /// Of the panel and the judged plan.
  private let ids: Set<String>

  var panel: Panel { demand.panel }

  var timeline: PlacesTimeline { simulated.timelines[plan] }

  /// The offers that can stand in for each other, then every other one by itself; without those that only other plans have.
  var groups: [OfferGroup] {
    let grouped = OfferGroup.all(simulated)
    let found = Set(grouped.flatMap { $0.members.map(\.key) })
    let alone = simulated.index.keys.indices.filter { !found.contains($0) && ids.contains(simulated.index.keys[$0].offer) }
    return grouped + alone.map { key in
      let offer = simulated.offer(of: key)
      return OfferGroup(stratum: offer.stratum, members: [(key, offer)])
    }
  }

  private func isLimited(_ group: OfferGroup) -> Bool {
    group.members.contains { timeline.knows($0.offer.id) && simulated.draws.hasFlowStock(key: $0.key) }
  }

  /// One an offer of the group that the judged plan has, in its order.
  func paths(of group: OfferGroup) -> [JudgedPath] { paths(of: group, sharedBy: nil).map(\.path) }

  /// The same, each with one payer's part of the citizens served, `[period][draw]`; empty without shares.
  /// - Parameter share: of those who want the places of a line, likewise; nil where it has none of them.
  func paths(of group: OfferGroup, sharedBy share: ((Int, DrawnDemand) -> [[Double]]?)?) -> [(path: JudgedPath, part: [[Double]])] {
    let drawn = group.members.map { occupier.drawn($0.key, plan: plan, followsStaying: request.comparesCosts) }
    let none = [[Double]](repeating: [Double](repeating: 0, count: request.draws), count: demand.horizon)
    let shares = share.map { share in zip(group.members, drawn).map { share($0.key, $1) ?? none } }
    let (served, parts): ([[[Double]]], [[[Double]]]) =
      isLimited(group)
      ? occupier.served(group, drawn, shares: shares, plan: plan)
      : (drawn.map(\.citizens), shares.map { zip($0, drawn).map { share, own in zip(share, own.citizens).map { zip($0, $1).map { $0 * $1 } } } } ?? [])
    return group.members.indices.compactMap { i in
      let (key, offer) = group.members[i]
      guard ids.contains(offer.id) else { return nil }
      return (JudgedPath(key: key, offer: offer, drawn: drawn[i], served: served[i]), shares == nil ? [] : parts[i])
    }
  }

  /// Every offer that is asked for.
  func all() -> [JudgedOffer] {
    let groups = groups.filter { $0.members.contains { request.asksFor($0.offer) } }
    return ConcurrentResults.of(groups.count, threads: request.threads) { index in
      paths(of: groups[index]).filter { request.asksFor($0.offer) }.map(judged)
    }.flatMap(\.self)
  }

  private func judged(_ own: JudgedPath) -> JudgedOffer {
    let risk = risk(own)
    return JudgedOffer(
      risk: risk, line: request.plansPlaces && hasPlan(risk) ? line(own, risk) : nil, costs: request.comparesCosts ? costs(risk, own) : nil)
  }

  func risk(_ own: JudgedPath) -> OfferRisk {
    let (offer, key) = (own.offer, own.key)
    let obstacle = obstacle(offer, key)
    let isClosed: Bool = if case .closed = obstacle { true } else { false }
    let isKnown = simulated.draws.isKnown(key: key) && !isClosed
    let places = isClosed ? nil : timeline.atEnd(of: panel.origin, offer: offer.id)
    let step = capacity[offer.id]?.last { $0.from <= panel.origin.lastDay }
    let opening = opening(own)
    let economics = opening.map { .success($0.economics) } ?? money.economics(of: offer)
    let citizens = isKnown ? simulated.draws.openingStock(key: key) : nil
    let outlook = obstacle == nil ? places.map { self.outlook(own, places: $0, assumedOccupancy: step?.assumedOccupancy) } : nil
    return OfferRisk(
      offer: offer, places: places, citizens: citizens, occupancyNow: places.flatMap { occupancy(offer, places: $0, citizens: citizens) },
      assumedOccupancy: step?.assumedOccupancy, breakEven: places.flatMap { breakEven(economics, $0) }, economics: economics,
      status: outlook.map(status) ?? .notAssessed, outlook: outlook, obstacle: obstacle, opening: opening)
  }

  /// The same as a forecast of occupancy shows of its past.
  private func occupancy(_ offer: Offer, places: Double, citizens: Double?) -> Double? {
    guard let citizens else { return nil }
    if let days = past.occupiedDays(in: panel.origin, offer: offer.id), let placeDays = pastPlaces.placeDays(in: panel.origin, offer: offer.id),
      let percent = Occupancy.percent(days, of: placeDays)
    {
      return percent
    }
    return Occupancy.percent(citizens, of: places)
  }

  private func breakEven(_ economics: Result<OfferEconomics, OfferEconomics.Missing>, _ places: Double) -> Double? {
    guard let own = try? economics.get() else { return nil }
    // Costs follow the places since their year.
    let change = own.places.flatMap { $0 > 0 ? places / $0 : nil } ?? 1
    return BreakEven.occupancy(costs: own.costs * change, price: own.price, places: places, daysPerYear: 365 * own.paidShare)
  }

  private func neverUsed(_ offer: Offer) -> Bool {
    let days = (0..<panel.count).map { past.occupiedDays(in: panel.first.advanced(by: $0), offer: offer.id) }
    return !days.isEmpty && days.allSatisfy { $0 == 0 }
  }

  func obstacle(_ offer: Offer, _ key: Int) -> OfferRisk.Obstacle? {
    let now = panel.origin.lastDay
    if let last = offer.validTo, last <= now { return .closed(last) }
    if let day = closures[offer.id] { return .closes(day) }
    if let day = takeovers[offer.id] { return .takenOver(day) }
    if let last = offer.validTo, last <= panel.origin.advanced(by: demand.horizon).lastDay { return .closes(last) }
    if let first = offer.validFrom, first > now { return .opens(first) }
    if !panel.offers.contains(where: { $0.id == offer.id }) { return .opens(nil) }
    if offer.kind == .singlePerson { return .singlePerson }
    if offer.isSecure { return .secure }
    if offer.financing == .key { return .keyFinanced }
    guard let places = timeline.atEnd(of: panel.origin, offer: offer.id) else { return .unknownPlaces }
    if places <= 0 { return .noPlaces }
    if neverUsed(offer) { return .neverUsed }
    return simulated.draws.isKnown(key: key) ? nil : .unknownCitizens
  }

  private func status(_ outlook: OfferRisk.Outlook) -> OfferRisk.Status {
    // By the probability as it is shown, so that a shown limit is a reached one.
    let shown = (100 * outlook.within24).rounded() / 100
    return shown >= request.red ? .red : shown >= request.yellow ? .yellow : .green
  }

  /// No more than now: an offer that grew is not blamed for having been small.
  private func countedPlaces(_ offer: Offer, in period: Period, now places: Double) -> Double {
    min(places, pastPlaces.atEnd(of: period, offer: offer.id) ?? places)
  }

  private func periodsBelowTrigger(_ offer: Offer, places: Double) -> Int {
    past.periodsBelow(request.trigger, offer: offer.id) { countedPlaces(offer, in: $0, now: places) }
  }

  /// Fresh, at the origin.
  func closureWatch(_ offer: Offer, places: Double) -> ClosureWatch {
    ClosureWatch(
      trigger: request.trigger, places: places, length: panel.length, paths: request.draws, before: periodsBelowTrigger(offer, places: places))
  }

  /// The trigger, the occupancy and the advised places look at demand: a limit that is set by the places themselves is no lack of use,
  /// and nobody else's overflow keeps an offer alive. The results look at those served.
  private func outlook(_ own: JudgedPath, places: Double, assumedOccupancy: Double?) -> OfferRisk.Outlook {
    let offer = own.offer
    func counted(_ period: Period) -> Double { countedPlaces(offer, in: period, now: places) }
    let before = periodsBelowTrigger(offer, places: places)
    func limit(_ places: Double) -> Double? { assumedOccupancy.map { Reduction.limit(places: places, assumedOccupancy: $0) } }
    let reductionLimit = limit(places)
    var reduction = reductionLimit.map { own in
      ClosureWatch(
        limit: own, periods: request.trigger.periods(of: panel.length), paths: request.draws,
        before: past.periodsBelow(offer: offer.id) { limit(counted($0)) ?? own })
    }
    var advised: Int?
    var watch = closureWatch(offer, places: places)
    let perYear = panel.length.perYear
    var occupancy: DrawSummary?
    for (step, citizens) in own.drawn.citizens.enumerated() {
      let period = panel.origin.advanced(by: step + 1)
      watch.observe(citizens)
      reduction?.observe(citizens)
      if step == leadTime { advised = AdvisedPlaces.newsvendor(demand: citizens, costs: request.advice.costs(price: 1, length: panel.length)) }
      if step + 1 == 2 * perYear, let placeDays = timeline.placeDays(in: period, offer: offer.id), placeDays > 0 {
        var shares = citizens.map { 100 * $0 * Double(period.days) / placeDays }
        occupancy = DrawSummary(&shares, level: request.level)
      }
    }
    let tail = (1 - request.level) / 2
    let within36 = watch.probability(after: 3 * perYear) ?? 0
    func period(_ share: Double) -> Period? {
      within36 > 0.5 ? watch.periods(atShare: share).map { panel.origin.advanced(by: $0) } : nil
    }
    let results = results(own)
    let now = panel.origin.enclosing(.year).year
    let years = results.map { results in results.wholeYears.filter { $0 > now }.compactMap { year($0, results, budget: nil) } } ?? []
    let runningYear = results.flatMap { year(now, $0, budget: runningBudget(offer, places: places, assumedOccupancy: assumedOccupancy)) }
    return OfferRisk.Outlook(
      within12: watch.probability(after: perYear) ?? 0, within24: watch.probability(after: 2 * perYear) ?? 0, within36: within36,
      median: period(0.5), lower: period(tail), upper: period(1 - tail), occupancy24: occupancy,
      threshold: request.trigger.threshold(places: places), before: before, years: years, runningYear: runningYear,
      advisedPlaces: advised, reduced24: reduction?.probability(after: 2 * perYear), reductionLimit: reductionLimit)
  }

  /// Periods before a decision of now takes effect: the whole ones that the adaptation time reaches into.
  var leadTime: Int { (request.rules.adaptation.months + panel.length.months - 1) / panel.length.months }

  /// Advice for the judged offers, each area and kind before its own; kinds in the order of all tables.
  func advice(_ lines: [PlacesAdvice.Line]) -> [PlacesAdvice] {
    func rank(_ line: PlacesAdvice.Line) -> (String, Int, String) {
      (line.area, ServiceKind.allCases.firstIndex(of: line.kind) ?? 0, line.offer?.id ?? "")
    }
    let lines = lines.sorted { rank($0) < rank($1) }
    var result: [PlacesAdvice] = []
    var start = 0
    while start < lines.count {
      let end = lines[start...].firstIndex { ($0.area, $0.kind) != (lines[start].area, lines[start].kind) } ?? lines.count
      let own = Array(lines[start..<end])
      result += ([PlacesAdvice.Line.sum(own)].compactMap(\.self) + own).map {
        PlacesAdvice($0, assumptions: request.advice, leadTime: leadTime, from: panel.origin.advanced(by: 1), level: request.level)
      }
      start = end
    }
    return result
  }

  /// Offers that stay open or that the scenario opens.
  private func hasPlan(_ risk: OfferRisk) -> Bool { risk.obstacle == nil || newOffers[risk.offer.id] != nil }

  private func line(_ own: JudgedPath, _ risk: OfferRisk) -> PlacesAdvice.Line {
    let priced = try? risk.economics.get()
    return PlacesAdvice.Line(
      area: own.offer.area, kind: own.offer.kind, offer: own.offer, demand: own.drawn.citizens,
      places: own.drawn.citizens.indices.map { timeline.atEnd(of: panel.origin.advanced(by: $0 + 1), offer: own.offer.id) ?? 0 },
      price: priced?.price, priceYear: priced?.priceYear)
  }

  /// What the running year's costs are held against, kroner at the tariffs' price level.
  private struct RunningBudget {
    let amount: Double
    /// Paid days for which it was made; nil where it stands whatever the days.
    let days: Double?
    /// The revised one as it is given.
    let revised: Double?
  }

  /// Under rules that adjust budgets the original one for the days that the tariff assumes, where all of that is known; else the revised one.
  private func runningBudget(_ offer: Offer, places: Double, assumedOccupancy: Double?) -> RunningBudget? {
    let now = panel.origin.enclosing(.year).year
    let revised = money.revisedBudget(of: offer, year: now)
    if request.rules.adjustment != nil, let original = money.originalBudget(of: offer, year: now), let own = try? money.economics(of: offer).get(),
      let days = assumedOccupancy.map({ places * $0 * 365 * own.paidShare }), days > 0
    {
      return RunningBudget(amount: original, days: days, revised: revised)
    }
    return revised.map { RunningBudget(amount: $0, days: nil, revised: $0) }
  }

  private func year(_ year: Int, _ results: ResultWatch, budget: RunningBudget?) -> OfferRisk.YearResult? {
    guard var draws = results.results(in: year) else { return nil }
    let change = results.tariffChanges(in: year).map { own in
      var own = own
      return DrawSummary(&own, level: request.level)
    }
    let isRunning = year == panel.origin.enclosing(.year).year
    let outside = isRunning ? budget.flatMap { results.shareOutsideTolerance(in: year, budget: $0.amount, for: $0.days) } : results.shareOutsideTolerance(in: year)
    return OfferRisk.YearResult(
      year: year, outsideTolerance: outside, revisedBudget: budget?.revised, result: DrawSummary(&draws, level: request.level), tariffChange: change,
      tariffYear: change == nil ? nil : request.rules.settlement.map { year + $0.lagYears })
  }
}
