public import Capacity
public import Demand
public import Forecasting
import Groundwork
public import Placements
public import Scenarios

/// How the risk of offers is judged.
public struct RiskRequest: Sendable {
  public var areas: Set<String>
  public var offers: Set<String>
  public var trigger: ClosureTrigger
  /// Probability at 24 months from which an offer is red, in (0, 1].
  public var red: Double
  /// From which it is yellow, at most `red`.
  public var yellow: Double
  /// Probability inside intervals, in (0, 1).
  public var level: Double
  public var draws: Int
  public var seed: UInt64
  public var threads: Int
  /// That hold for the judged plan.
  public var rules: RuleSet
  /// By name, those that scenarios may choose instead.
  public var ruleSets: [String: RuleSet] = [:]
  public var behaviour: CostBehaviour
  public var advice: PlaceAssumptions
  /// Whether the advised places are planned over the whole horizon, for areas too.
  public var plansPlaces: Bool
  /// From the decision to close until the offer is closed: case, hearing, notice to staff and residents; at least 1. It is not the
  /// adaptation time.
  public var closingMonths = 12
  /// Whether closing, reducing and carrying on are compared.
  public var comparesCosts = false

  /// - Parameter rules: those without adjustment, tolerance and settlement where nil.
  public init(
    areas: Set<String> = [], offers: Set<String> = [], trigger: ClosureTrigger = ClosureTrigger(), red: Double = 0.5, yellow: Double = 0.2,
    level: Double = 0.8, draws: Int = 2000, seed: UInt64 = 1, threads: Int = 1, rules: RuleSet? = nil, behaviour: CostBehaviour = .adaptationLag,
    advice: PlaceAssumptions = PlaceAssumptions(), plansPlaces: Bool = false
  ) {
    self.areas = areas
    self.offers = offers
    self.trigger = trigger
    self.red = red
    self.yellow = yellow
    self.level = level
    self.draws = draws
    self.seed = seed
    self.threads = threads
    self.rules = rules ?? RuleSet(name: "neutral", title: Phrase(da: "neutralt", en: "neutral"))
    self.behaviour = behaviour
    self.advice = advice
    self.plansPlaces = plansPlaces
  }
}

extension RiskRequest {
  /// With the rules that hold under a plan: its own rule set and what it changes of one.
  public func ruled(by plan: Plan) -> RiskRequest {
    var request = self
    request.rules = (plan.rules.ruleSet.flatMap { ruleSets[$0] } ?? rules).changed(by: plan.rules)
    return request
  }

  /// The areas that are simulated: places are handed out among all offers of an area, whichever are asked for. Empty for all.
  func areas(of all: [Offer]) -> Set<String> {
    guard !offers.isEmpty else { return areas }
    let own = Set(all.filter { offers.contains($0.id) }.map(\.area))
    return areas.isEmpty ? own : own.intersection(areas)
  }

  func asksFor(_ offer: Offer) -> Bool {
    (areas.isEmpty || areas.contains(offer.area)) && (offers.isEmpty || offers.contains(offer.id))
  }
}

/// What is known of one offer's danger.
public struct OfferRisk: Sendable {
  public enum Status: String, CaseIterable, Sendable {
    case red, yellow, green
    case notAssessed = "not_assessed"
  }

  /// Why an offer is not judged by the trigger.
  public enum Obstacle: Hashable, Sendable {
    /// Its last day.
    case closed(Day)
    case closes(Day)
    /// The scenario lets its host municipality take it over.
    case takenOver(Day)
    /// Its first day; nil for a new offer of the scenario.
    case opens(Day?)
    case singlePerson
    /// Paid by a key, whatever its use, and referred to by courts: empty places do not close it.
    case secure
    /// Paid by a key, whatever its use.
    case keyFinanced
    case unknownPlaces
    case noPlaces
    /// Nobody lives there, and nobody was ever admitted.
    case neverUsed
    case unknownCitizens
  }

  /// What the judged paths say.
  public struct Outlook: Sendable {
    /// Of reaching the trigger within 12, 24 and 36 months.
    public let within12: Double
    public let within24: Double
    public let within36: Double
    /// Periods in which so many of the futures have reached it: half, and the ends of the interval. Only where it is reached
    /// within 36 months more likely than not; nil beyond them.
    public let median: Period?
    public let lower: Period?
    public let upper: Period?
    /// Actual occupancy of the period that ends 24 months ahead, in per cent; nil where it then has no places.
    public let occupancy24: DrawSummary?
    /// Places below whose occupation the months count.
    public let threshold: Double
    /// Periods in a row below it up to the origin.
    public let before: Int
    /// By whole calendar year of the horizon; empty where the offer's money is not known.
    public let years: [YearResult]
    /// The calendar year that the origin lies in, observed in part; nil where it ends there, or not all of that part is known.
    public let runningYear: YearResult?
    /// Whole places to plan for after the adaptation time; nil beyond the horizon, or where nothing costs anything.
    public let advisedPlaces: Int?
    /// Of citizens staying below `reductionLimit` for as many months as the trigger's within 24 months; nil without the tariff's
    /// occupancy.
    public let reduced24: Double?
    /// Below it the offer with a tenth fewer places, at least one, would still be less occupied than its tariff assumes.
    public let reductionLimit: Double?
  }

  /// What a calendar year brings.
  public struct YearResult: Hashable, Sendable {
    public let year: Int
    /// Share of the futures whose costs leave the tolerance; nil where the rule set states none, and of the running year without a
    /// revised budget.
    public let outsideTolerance: Double?
    /// Revised budget as given, kroner at the level of the prices; nil where the budget is that of the reference year, adjusted.
    public let revisedBudget: Double?
    /// Income, with what is paid under notice, − costs, kroner.
    public let result: DrawSummary
    /// What the result changes the tariff of `tariffYear` by, kroner a day; nil where the rule set settles nothing.
    public let tariffChange: DrawSummary?
    public let tariffYear: Int?
  }

  public let offer: Offer
  /// Standard places at the origin; nil where unknown or where the offer is closed.
  public let places: Double?
  /// Citizens at the origin; nil where unknown or where the offer is closed.
  public let citizens: Double?
  /// Occupied days over place-days of the last observed period, in per cent; citizens over places where days are unknown.
  public let occupancyNow: Double?
  /// Share of 1, of the tariff; nil where the capacity table does not say.
  public let assumedOccupancy: Double?
  /// In per cent of the places: where a year's income pays a year's costs; nil where price, costs or days are unknown.
  public let breakEven: Double?
  /// What its money is reckoned from.
  public let economics: Result<OfferEconomics, OfferEconomics.Missing>
  public let status: Status
  public let outlook: Outlook?
  public let obstacle: Obstacle?
  /// Of an offer that the scenario opens, where its money can be reckoned.
  public let opening: OfferOpening?
}

/// The danger of every offer under one plan, the most endangered first.
///
/// Whether the trigger is reached is decided inside each draw, along its own path; shares are taken over the draws last.
public struct RiskRun: Sendable {
  public let plan: Plan
  public let risks: [OfferRisk]
  /// Years of costs that no index brings to the level of the prices, sorted.
  public let unconverted: [Int]
  /// Areas and their offers, where the request plans places.
  public let places: [PlacesAdvice]
  /// Closing, reducing and carrying on compared, in the order of the risks; empty unless the request asks for it.
  public let costs: [OfferCosts]
  /// Who was in which offer.
  let past: PastPresence

  /// Months to which the forecast must reach.
  public static let horizonMonths = 36

  /// - Parameters:
  ///   - demand: fitted with a horizon of 36 months.
  ///   - plans: the plain forecast first.
  ///   - judged: index of the plan that is judged.
  /// - Throws: `FindingsError` where nothing is counted by offer.
  public init(
    demand: FittedDemand, extracts: Extracts, plans: [Plan], judged: Int, request: RiskRequest, progress: (@Sendable (Double) -> Void)? = nil
  ) throws {
    plan = plans[judged]
    let past = PastPresence(try Panel(byOffer: extracts))
    self.past = past
    let simulated = SimulatedPlans(
      demand: demand, capacity: extracts.capacity, plans: plans, grouping: .offer,
      filter: ResultFilter(areas: request.areas(of: demand.panel.offers + plans.flatMap(\.newOffers))), detail: .events, draws: request.draws,
      seed: request.seed, threads: request.threads, progress: progress)
    let judge = RiskJudge(
      demand: demand, simulated: simulated, plans: plans, plan: judged, request: request, extracts: extracts, past: past)
    let found = judge.all()
    risks = found.map(\.risk).sorted { Self.rank($0) < Self.rank($1) }
    places = judge.advice(found.compactMap(\.line))
    var costs = Dictionary(found.map { ($0.risk.offer.id, $0.costs) }, uniquingKeysWith: { first, _ in first })
    for (offer, day) in request.comparesCosts ? plan.closures.sorted(by: { $0.key < $1.key }) : [] {
      costs[offer] = judge.asInTheForecast(offer, closing: day, plans: plans, extracts: extracts)
    }
    self.costs = risks.compactMap { costs[$0.offer.id] ?? nil }
    unconverted = Set(risks.compactMap { risk in (try? risk.economics.get()) == nil ? nil : judge.money.unconverted(risk.offer) }).sorted()
  }

  private static func rank(_ risk: OfferRisk) -> (Int, Double, Double, Double, String) {
    guard let outlook = risk.outlook else { return (1, 0, 0, 0, risk.offer.id) }
    return (0, -outlook.within24, -outlook.within36, -outlook.within12, risk.offer.id)
  }
}

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
