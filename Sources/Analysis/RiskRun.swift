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
  public var rules: RuleSet
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
    let simulated = SimulatedPlans(
      demand: demand, capacity: extracts.capacity, plans: plans, grouping: .offer,
      filter: ResultFilter(areas: request.areas, offers: request.offers), detail: .events, draws: request.draws, seed: request.seed,
      threads: request.threads, progress: progress)
    plan = plans[judged]
    let ids = Set(demand.panel.offers.map(\.id) + plan.newOffers.map(\.id))
    past = PastPresence(try Panel(byOffer: extracts))
    let judge = RiskJudge(
      demand: demand, simulated: simulated, plan: judged, closures: plan.closures, newOffers: plan.newOfferTerms, request: request, extracts: extracts,
      past: past)
    risks = simulated.index.keys.indices.filter { ids.contains(simulated.index.keys[$0].offer) }.map(judge.risk)
      .sorted { Self.rank($0) < Self.rank($1) }
    places = request.plansPlaces ? judge.places(keys: simulated.index.keys.indices.filter { ids.contains(simulated.index.keys[$0].offer) }) : []
    costs = request.comparesCosts ? judge.costs(of: risks) : []
    unconverted = Set(risks.compactMap { risk in (try? risk.economics.get()) == nil ? nil : judge.money.unconverted(risk.offer) }).sorted()
  }

  private static func rank(_ risk: OfferRisk) -> (Int, Double, Double, Double, String) {
    guard let outlook = risk.outlook else { return (1, 0, 0, 0, risk.offer.id) }
    return (0, -outlook.within24, -outlook.within36, -outlook.within12, risk.offer.id)
  }
}

struct RiskJudge {
  let demand: FittedDemand
  let simulated: SimulatedPlans
  let plan: Int
  let closures: [String: Day]
  /// By id, of those that the plan opens.
  let newOffers: [String: NewOfferTerms]
  let request: RiskRequest
  let capacity: [String: [CapacityStep]]
  let money: OfferMoney
  let past: PastPresence
  private let pastPlaces: PlacesTimeline

  init(
    demand: FittedDemand, simulated: SimulatedPlans, plan: Int, closures: [String: Day], newOffers: [String: NewOfferTerms] = [:],
    request: RiskRequest, extracts: Extracts, past: PastPresence
  ) {
    let capacity = extracts.capacity
    let now = demand.panel.origin.lastDay
    self.demand = demand
    self.simulated = simulated
    self.plan = plan
    self.closures = closures
    self.newOffers = newOffers
    self.request = request
    self.capacity = Dictionary(grouping: capacity.sorted { $0.from < $1.from }, by: \.offer)
    self.past = past
    pastPlaces = PlacesTimeline(
      offers: demand.panel.offers, capacity: capacity, changes: [], from: demand.panel.first.firstDay, until: now)
    money = OfferMoney(extracts, panel: demand.panel, past: past, places: pastPlaces)
  }

  var panel: Panel { demand.panel }

  var timeline: PlacesTimeline { simulated.timelines[plan] }

  func risk(key: Int) -> OfferRisk {
    let line = simulated.index.keys[key]
    guard let offer = simulated.offers.last(where: { $0.id == line.offer && $0.area == line.area && $0.kind == line.kind }) else {
      preconditionFailure("a line of an offer that no plan has")
    }
    let obstacle = obstacle(offer, key)
    let isClosed: Bool = if case .closed = obstacle { true } else { false }
    let isKnown = simulated.draws.isKnown(key: key) && !isClosed
    let places = isClosed ? nil : timeline.atEnd(of: panel.origin, offer: offer.id)
    let step = capacity[offer.id]?.last { $0.from <= panel.origin.lastDay }
    let opening = opening(offer, key)
    let economics = opening.map { .success($0.economics) } ?? money.economics(of: offer)
    let citizens = isKnown ? simulated.draws.openingStock(key: key) : nil
    let outlook = obstacle == nil
      ? places.map { self.outlook(offer, key, places: $0, assumedOccupancy: step?.assumedOccupancy) } : nil
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

  private func obstacle(_ offer: Offer, _ key: Int) -> OfferRisk.Obstacle? {
    let now = panel.origin.lastDay
    if let last = offer.validTo, last <= now { return .closed(last) }
    if let day = closures[offer.id] { return .closes(day) }
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

  private func outlook(_ offer: Offer, _ key: Int, places: Double, assumedOccupancy: Double?) -> OfferRisk.Outlook {
    func counted(_ period: Period) -> Double { min(places, pastPlaces.atEnd(of: period, offer: offer.id) ?? places) }
    let before = past.periodsBelow(request.trigger, offer: offer.id, places: counted)
    func limit(_ places: Double) -> Double? { assumedOccupancy.map { Reduction.limit(places: places, assumedOccupancy: $0) } }
    let reductionLimit = limit(places)
    var reduction = reductionLimit.map { own in
      ClosureWatch(
        limit: own, periods: request.trigger.periods(of: panel.length), paths: request.draws,
        before: past.periodsBelow(offer: offer.id) { limit(counted($0)) ?? own })
    }
    var advised: Int?
    var watch = ClosureWatch(trigger: request.trigger, places: places, length: panel.length, paths: request.draws, before: before)
    var state = LineState(draws: request.draws, opening: simulated.draws.openingFlowStock(key: key))
    let perYear = panel.length.perYear
    var occupancy: DrawSummary?
    for step in 0..<demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      state.add(simulated.draws, plan: plan, key: key, step: step, days: period.days)
      let citizens = state.occupiedDays.map { $0 / Double(period.days) }
      watch.observe(citizens)
      reduction?.observe(citizens)
      if step == leadTime { advised = AdvisedPlaces.newsvendor(demand: citizens, costs: request.advice.costs(price: 1, length: panel.length)) }
      if step + 1 == 2 * perYear, let placeDays = timeline.placeDays(in: period, offer: offer.id), placeDays > 0 {
        var shares = state.occupiedDays.map { 100 * $0 / placeDays }
        occupancy = DrawSummary(&shares, level: request.level)
      }
      state.startPeriod()
    }
    let tail = (1 - request.level) / 2
    let within36 = watch.probability(after: 3 * perYear) ?? 0
    func period(_ share: Double) -> Period? {
      within36 > 0.5 ? watch.periods(atShare: share).map { panel.origin.advanced(by: $0) } : nil
    }
    let results = results(offer, key)
    let now = panel.origin.enclosing(.year).year
    let years = results.map { results in results.wholeYears.filter { $0 > now }.compactMap { year($0, results, budget: nil) } } ?? []
    let runningYear = results.flatMap { year(now, $0, budget: money.revisedBudget(of: offer, year: now)) }
    return OfferRisk.Outlook(
      within12: watch.probability(after: perYear) ?? 0, within24: watch.probability(after: 2 * perYear) ?? 0, within36: within36,
      median: period(0.5), lower: period(tail), upper: period(1 - tail), occupancy24: occupancy,
      threshold: request.trigger.threshold(places: places), before: before, years: years, runningYear: runningYear,
      advisedPlaces: advised, reduced24: reduction?.probability(after: 2 * perYear), reductionLimit: reductionLimit)
  }

  func servedLimit(of offer: Offer) -> ServedLimit {
    ServedLimit(
      timeline, offer: offer.id, now: timeline.atEnd(of: panel.origin, offer: offer.id),
      citizens: past.meanCitizens(in: panel.origin, offer: offer.id))
  }

  /// Periods before a decision of now takes effect: the whole ones that the adaptation time reaches into.
  var leadTime: Int { (request.rules.adaptation.months + panel.length.months - 1) / panel.length.months }

  /// Advice for the judged offers, each area and kind before its own; kinds in the order of all tables.
  func places(keys: [Int]) -> [PlacesAdvice] {
    func rank(_ line: PlacesAdvice.Line) -> (String, Int, String) {
      (line.area, ServiceKind.allCases.firstIndex(of: line.kind) ?? 0, line.offer?.id ?? "")
    }
    let lines = keys.compactMap(line).sorted { rank($0) < rank($1) }
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

  private func line(key: Int) -> PlacesAdvice.Line? {
    let named = simulated.index.keys[key]
    guard let offer = simulated.offers.last(where: { $0.id == named.offer && $0.area == named.area && $0.kind == named.kind }),
      obstacle(offer, key) == nil
    else { return nil }
    var state = LineState(draws: request.draws, opening: simulated.draws.openingFlowStock(key: key))
    let own = try? money.economics(of: offer).get()
    var line = PlacesAdvice.Line(
      area: offer.area, kind: offer.kind, offer: offer, demand: [], places: [], price: own?.price, priceYear: own?.priceYear)
    for step in 0..<demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      state.add(simulated.draws, plan: plan, key: key, step: step, days: period.days)
      line.demand.append(state.occupiedDays.map { $0 / Double(period.days) })
      line.places.append(timeline.atEnd(of: period, offer: offer.id) ?? 0)
      state.startPeriod()
    }
    return line
  }

  /// - Parameter budget: the revised one of a running year.
  private func year(_ year: Int, _ results: ResultWatch, budget: Double?) -> OfferRisk.YearResult? {
    guard var draws = results.results(in: year) else { return nil }
    let change = results.tariffChanges(in: year).map { own in
      var own = own
      return DrawSummary(&own, level: request.level)
    }
    let isRunning = year == panel.origin.enclosing(.year).year
    let outside = isRunning ? budget.flatMap { results.shareOutsideTolerance(in: year, budget: $0) } : results.shareOutsideTolerance(in: year)
    return OfferRisk.YearResult(
      year: year, outsideTolerance: outside, revisedBudget: budget, result: DrawSummary(&draws, level: request.level), tariffChange: change,
      tariffYear: change == nil ? nil : request.rules.settlement.map { year + $0.lagYears })
  }
}
