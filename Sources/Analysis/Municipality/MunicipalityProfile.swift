import Capacity
public import Demand
public import Forecasting
import Groundwork
public import Placements
public import Scenarios

/// One municipality's citizens in the region's offers, what they will cost it, and what it depends on.
public struct MunicipalityProfile: Sendable {
  public enum Topic: String, CaseIterable, Sendable {
    case citizens, share, homecomings, bill
    case ownSupply = "own_supply"
  }

  /// One number; empty keys mean all.
  public struct Row: Sendable {
    public let topic: Topic
    public let area: String
    public let kind: ServiceKind?
    public let offer: String
    /// `2027-10`, `2027`, or a day for own supply.
    public let period: String
    public let measure: String
    public let unit: String
    /// Without an interval where it is known.
    public let value: DrawSummary
    public let isForecast: Bool
  }

  public let municipality: Municipality
  public let plan: Plan
  public let rows: [Row]
  /// Of the offers in which it has citizens or is expected to have.
  public let risks: [OfferRisk]
  /// Kroner a day now, by offer; offers without a price are not in it.
  public let prices: [String: Double]
  /// Years of results that settle a later tariff and are not known, sorted.
  public let unsettled: [Int]
  /// Of what a key finances whatever its use: offers that are in the bill, and those whose costs or key are not known.
  public let keyFinanced: [Offer]
  public let keyUnknown: [Offer]
  /// Years of the prices and costs that the bill is made of, sorted.
  public let priceYears: [Int]

  /// - Parameters:
  ///   - plans: the plain forecast first.
  ///   - judged: index of the plan that is shown.
  ///   - code: of a municipality of the panel.
  /// - Throws: `FindingsError` where nothing is counted by offer.
  public init(demand: FittedDemand, extracts: Extracts, plans: [Plan], judged: Int, code: String, request: RiskRequest) throws {
    guard let own = demand.panel.municipalities.first(where: { $0.code == code }) else { preconditionFailure("a municipality of the panel") }
    var maker = try ProfileMaker(demand: demand, extracts: extracts, plans: plans, judged: judged, code: code, request: request)
    municipality = own
    plan = plans[judged]
    maker.make()
    rows = maker.rows
    risks = maker.risks
    prices = maker.prices
    unsettled = maker.unsettled.sorted()
    (keyFinanced, keyUnknown) = (maker.keyFinanced, maker.keyUnknown)
    priceYears = maker.priceYears.sorted()
  }
}

private struct ProfileMaker {
  typealias Row = MunicipalityProfile.Row

  let demand: FittedDemand
  let extracts: Extracts
  let plan: Int
  let code: String
  let request: RiskRequest
  /// The municipality's citizens by offer, and everybody's, along the same draws.
  let own: SimulatedPlans
  let all: SimulatedPlans
  let judge: RiskJudge
  let accounts: SettledAccounts
  let daily: DailyPrices
  private(set) var rows: [Row] = []
  private(set) var risks: [OfferRisk] = []
  private(set) var prices: [String: Double] = [:]
  private(set) var unsettled: Set<Int> = []
  private(set) var keyFinanced: [Offer] = []
  private(set) var keyUnknown: [Offer] = []
  private(set) var priceYears: Set<Int> = []

  init(demand: FittedDemand, extracts: Extracts, plans: [Plan], judged: Int, code: String, request: RiskRequest) throws {
    let areas = request.areas(of: demand.panel.offers + plans.flatMap(\.newOffers))
    func simulated(_ municipalities: Set<String>) -> SimulatedPlans {
      SimulatedPlans(
        demand: demand, capacity: extracts.capacity, plans: plans, grouping: .offer, filter: ResultFilter(areas: areas, municipalities: municipalities),
        detail: .events, draws: request.draws, seed: request.seed, threads: request.threads, progress: nil)
    }
    self.demand = demand
    self.extracts = extracts
    self.code = code
    self.request = request
    plan = judged
    own = simulated([code])
    all = simulated([])
    let past = PastPresence(try Panel(byOffer: extracts))
    judge = RiskJudge(demand: demand, simulated: all, plans: plans, plan: judged, request: request, extracts: extracts, past: past)
    accounts = SettledAccounts(extracts, past: past, money: judge.money, rules: request.rules)
    daily = DailyPrices(stays: extracts.stays, tariffs: extracts.tariffs, offers: extracts.offers, on: demand.panel.origin.lastDay)
  }

  private var panel: Panel { demand.panel }

  /// Below it a municipality is not expected to have anybody in an offer: a citizen in twenty futures.
  private static let leastCitizens = 0.05

  /// What one offer adds to sums of the municipality, by draw.
  private struct Sums {
    var homecomings: [Int: [Double]] = [:]
    /// With what is paid under notice.
    var services: [Int: [Double]] = [:]
    var notice: [Int: [Double]] = [:]
    var settlement: [Int: [Double]] = [:]
    var citizens: [String: [Double]] = [:]
  }

  mutating func make() {
    var total = Sums()
    var byLine: [ResultKey: Sums] = [:]
    var now: [ResultKey: Double] = [:]
    let uses = uses()
    for key in own.index.keys.indices {
      guard let use = uses[own.index.keys[key]] else { continue }
      let mine = (offer: use.judged.offer, sums: offer(key, use))
      let line = ResultKey(area: mine.offer.area, kind: mine.offer.kind)
      now[line, default: 0] += Double(own.draws.openingFlowStock(key: key))
      Self.add(mine.sums, to: &total)
      Self.add(mine.sums, to: &byLine[line, default: Sums()])
    }
    addKeyFinanced(to: &total)
    for line in byLine.keys.sorted() { add(byLine[line] ?? Sums(), line, now[line] ?? 0) }
    for year in total.services.keys.sorted() { append(.bill, period: String(year), "bill", "kr.", total.services[year] ?? []) }
    for year in total.notice.keys.sorted() { append(.bill, period: String(year), "notice_pay", "kr.", total.notice[year] ?? []) }
    if request.rules.settlement != nil {
      for year in total.settlement.keys.sorted() { append(.bill, period: String(year), "settlement", "kr.", total.settlement[year] ?? []) }
      for (year, settled) in total.settlement.sorted(by: { $0.key < $1.key }) {
        guard let services = total.services[year] else { continue }
        append(.bill, period: String(year), "bill_with_settlement", "kr.", zip(services, settled).map { $0 + $1 })
      }
    }
    observedHomecomings()
    ownSupply(now)
  }

  private mutating func add(_ sums: Sums, _ line: ResultKey, _ now: Double) {
    append(.citizens, line, period: panel.origin.description, "citizens", "citizens", exact: now)
    for period in sums.citizens.keys.sorted() { append(.citizens, line, period: period, "citizens", "citizens", sums.citizens[period] ?? []) }
    for year in sums.homecomings.keys.sorted() {
      // Of the running year with those until now, of whichever offers.
      guard let observed = year == panel.origin.lastDay.year ? observedHomecomings(line, year) : 0 else { continue }
      append(.homecomings, line, period: String(year), "homecomings", "citizens", (sums.homecomings[year] ?? []).map { $0 + observed })
    }
  }

  private static func add(_ part: Sums, to sums: inout Sums) {
    func merge<Key: Hashable>(_ part: [Key: [Double]], _ sums: inout [Key: [Double]]) {
      sums.merge(part) { old, new in zip(old, new).map { $0 + $1 } }
    }
    merge(part.homecomings, &sums.homecomings)
    merge(part.services, &sums.services)
    merge(part.notice, &sums.notice)
    merge(part.settlement, &sums.settlement)
    merge(part.citizens, &sums.citizens)
  }

  /// What the municipality owes for offers whatever their use, if it is one of those who pay.
  private mutating func addKeyFinanced(to total: inout Sums) {
    let bills = KeyFinancedBills(panel: panel, population: extracts.population, money: judge.money, timeline: judge.timeline, past: judge.pastPlaces, rules: request.rules)
    let offers = panel.offers.filter {
      $0.financing == .key && (request.areas.isEmpty || request.areas.contains($0.area)) && (request.offers.isEmpty || request.offers.contains($0.id))
        && ($0.validTo.map { $0 > panel.origin.lastDay } ?? true)
    }
    var sums: [Int: Double] = [:]
    for offer in offers where bills.payers(of: offer).contains(code) {
      let running = observesRunningYear ? [panel.origin.enclosing(.year)] : []
      let own = (running + ResultTables.wholePeriods(panel: panel, horizon: demand.horizon, every: .year)).compactMap { year in
        bills.split(offer, over: periods(of: year))?[code].map { (year: year.firstDay.year, amount: $0.kroner) }
      }
      guard let priced = judge.money.yearlyCosts(of: offer), !own.isEmpty else { keyUnknown.append(offer); continue }
      keyFinanced.append(offer)
      priceYears.insert(priced.priceYear)
      let key = ResultKey(area: offer.area, offer: offer.id, kind: offer.kind)
      for bill in own {
        append(.bill, key, period: String(bill.year), "key_financed", "kr.", [Double](repeating: bill.amount, count: request.draws))
        sums[bill.year, default: 0] += bill.amount
      }
    }
    for (year, amount) in sums.sorted(by: { $0.key < $1.key }) {
      append(.bill, period: String(year), "key_financed", "kr.", [Double](repeating: amount, count: request.draws))
      total.services[year] = (total.services[year] ?? [Double](repeating: 0, count: request.draws)).map { $0 + amount }
    }
  }

  private func periods(of year: Period) -> [Period] {
    let first = Period(containing: year.firstDay, length: panel.length)
    return (0..<panel.length.perYear).map { first.advanced(by: $0) }
  }

  /// Whether the origin's calendar year is not over, all of its periods until then are observed and the rest is in the horizon.
  private var observesRunningYear: Bool { panel.runningYear(horizon: demand.horizon) != nil }

  /// The municipality's days in an offer in the observed part of the running year; nil where there is none.
  private func observedDays(of offer: String) -> Double? {
    observesRunningYear ? judge.past.lastDays(of: code, offer: offer, periods: judge.money.runningYear.count) : nil
  }

  /// The municipality's share of an offer's days in the last year observed.
  private func shareOfPast(_ offer: String) -> Double {
    let days = panel.municipalities.map { judge.past.lastDays(of: $0.code, offer: offer, periods: panel.length.perYear) }
    let all = days.reduce(0, +)
    guard all > 0, let index = panel.municipalities.firstIndex(where: { $0.code == code }) else { return 0 }
    return days[index] / all
  }

  // MARK: Offers

  /// The municipality's part of an offer.
  private struct Use: Sendable {
    let judged: JudgedPath
    /// Of the citizens served, the municipality's, `[period][draw]`.
    let part: [[Double]]
    /// As `plads risk --years` has them.
    let results: ResultWatch?
    /// Empty places that are paid for under notice, `[period][draw]`; empty for none.
    let paidEmpty: [[Double]]
    let risk: OfferRisk
  }

  /// By line, of the offers that are asked for.
  private func uses() -> [ResultKey: Use] {
    let mine = Dictionary(own.index.keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    // Of an offer that is asked for by name nobody is an answer, too.
    @Sendable func knows(_ key: Int) -> Bool {
      mine[all.index.keys[key]].map { own.draws.hasFlowStock(key: $0) || (!request.offers.isEmpty && all.draws.hasFlowStock(key: key)) } ?? false
    }
    let groups = judge.groups.filter { $0.members.contains { request.asksFor($0.offer) && knows($0.key) } }
    let found = ConcurrentResults.of(groups.count, threads: request.threads) { index in
      let paths = judge.paths(of: groups[index], sharedBy: { key, drawn in
        mine[all.index.keys[key]].map { share(DrawnDemand(own, plan: plan, key: $0, panel: panel, horizon: demand.horizon, draws: request.draws), of: drawn) }
      })
      return paths.filter { request.asksFor($0.path.offer) && knows($0.path.key) }.map { path, part in
        let use = Use(judged: path, part: part, results: judge.results(path), paidEmpty: judge.path(path).paidEmpty, risk: judge.risk(path))
        return (all.index.keys[path.key], use)
      }
    }
    return Dictionary(found.flatMap(\.self), uniquingKeysWith: { first, _ in first })
  }

  /// Of those who want an offer's places, the municipality's share; the usual one in a draw without demand.
  private func share(_ mine: DrawnDemand, of all: DrawnDemand) -> [[Double]] {
    zip(mine.citizens, all.citizens).map { mine, all in
      let total = all.reduce(0, +)
      let usual = total > 0 ? mine.reduce(0, +) / total : 0
      return zip(mine, all).map { $1 > 0 ? $0 / $1 : usual }
    }
  }

  /// One offer's rows, and what it adds to the sums.
  private mutating func offer(_ key: Int, _ use: Use) -> Sums {
    let (offer, everybody) = (use.judged.offer, use.judged.key)
    let new = judge.newOffers[offer.id].flatMap { try? judge.money.economics(ofNew: offer, $0).get() }
    let price = offer.kind == .hours ? nil : new?.price ?? daily.price(offer: offer.id, payer: code)
    var sums = Sums()
    var mine = LineState(draws: request.draws, opening: own.draws.openingFlowStock(key: key))
    var whole = LineState(draws: request.draws, opening: all.draws.openingFlowStock(key: everybody))
    var days: [Int: [Double]] = [:]
    // The same at the scenario's tariffs, in days of today's.
    var billed: [Int: [Double]] = [:]
    let levers = price.flatMap { judge.levers(on: offer, price: $0) }
    var noticed: [Int: [Double]] = [:]
    var leaving = LeavingShare(notice: request.rules.notice, length: panel.length)
    var shares: [(String, [Double])] = []
    let running = observedDays(of: offer.id)
    let past = shareOfPast(offer.id)
    if let running {
      days[panel.origin.lastDay.year] = [Double](repeating: running, count: request.draws)
      billed = days
    }
    let shown = Set(ResultTables.shownPeriods(panel: panel, horizon: demand.horizon, every: panel.length))
    let wholeYears = Set(ResultTables.wholePeriods(panel: panel, horizon: demand.horizon, every: .year).map { $0.firstDay.year })
    for step in 0..<demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      mine.add(own.draws, plan: plan, key: key, step: step, days: period.days)
      whole.add(all.draws, plan: plan, key: everybody, step: step, days: period.days)
      leaving.observe(mine, of: whole)
      let year = period.lastDay.year
      let isBegun = observesRunningYear && year == panel.origin.lastDay.year
      if wholeYears.contains(year) || (running != nil && year == panel.origin.lastDay.year) {
        let factors = levers?.factors(in: period)
        let served = use.part[step].map { $0 * Double(period.days) }
        Self.accumulate(served, &days[year])
        Self.accumulate(factors.map { zip(served, $0).map { $0 * $1.price } } ?? served, &billed[year])
        if !use.paidEmpty.isEmpty {
          let all = use.judged.served[step]
          let paid = (0..<request.draws).map { d in
            let share = leaving.share(d, otherwise: all[d] > 0 ? use.part[step][d] / all[d] : past)
            return use.paidEmpty[step][d] * Double(period.days) * share * (factors?[d].price ?? 1)
          }
          Self.accumulate(paid, &noticed[year])
        }
      }
      if wholeYears.contains(year) || isBegun { Self.accumulate(mine.homecomings, &sums.homecomings[year]) }
      if shown.contains(period) {
        sums.citizens[period.description] = mine.stock
        shares.append((period.description, (0..<request.draws).map { whole.stock[$0] > 0 ? mine.stock[$0] / whole.stock[$0] : 0 }))
      }
      mine.startPeriod()
      whole.startPeriod()
    }
    let opening = Double(own.draws.openingFlowStock(key: key))
    let expected = (sums.citizens.values.map { $0.reduce(0, +) / Double(request.draws) } + [opening]).max() ?? 0
    // What a key finances is owed whatever the days.
    if let price, offer.financing != .key, let share = new?.paidShare ?? paidShare(offer) {
      prices[offer.id] = price
      priceYears.insert(new?.priceYear ?? judge.money.priceYear(of: offer))
      for (year, values) in billed {
        sums.services[year] = values.indices.map { (values[$0] + (noticed[year]?[$0] ?? 0)) * price * share }
      }
      for (year, values) in noticed { sums.notice[year] = values.map { $0 * price * share } }
      settle(use, days.filter { wholeYears.contains($0.key) }, share: share, into: &sums)
    }
    guard expected >= Self.leastCitizens || !request.offers.isEmpty else { return sums }
    rows(of: offer, now: opening, of: Double(all.draws.openingFlowStock(key: everybody)), sums, shares)
    risks.append(use.risk)
    return sums
  }

  private static func accumulate(_ values: [Double], _ sums: inout [Double]?) {
    sums = sums.map { zip($0, values).map { $0 + $1 } } ?? values
  }

  /// Paid days of an occupied day; nil where they are not known or not counted in days.
  private func paidShare(_ offer: Offer) -> Double? {
    let step = extracts.capacity.filter { $0.offer == offer.id && $0.from <= panel.origin.lastDay }.max { $0.from < $1.from }
    return ServiceArithmetic.paidShare(offer.kind, daysPerYear: step?.daysPerYear)
  }

  private mutating func rows(of offer: Offer, now: Double, of everybody: Double, _ sums: Sums, _ shares: [(String, [Double])]) {
    let key = ResultKey(area: offer.area, offer: offer.id, kind: offer.kind)
    append(.citizens, key, period: panel.origin.description, "citizens", "citizens", exact: now)
    for period in sums.citizens.keys.sorted() { append(.citizens, key, period: period, "citizens", "citizens", sums.citizens[period] ?? []) }
    if everybody > 0 { append(.share, key, period: panel.origin.description, "share_of_offer", "share", exact: now / everybody) }
    for (period, values) in shares { append(.share, key, period: period, "share_of_offer", "share", values) }
    for year in sums.services.keys.sorted() { append(.bill, key, period: String(year), "bill", "kr.", sums.services[year] ?? []) }
    for year in sums.notice.keys.sorted() { append(.bill, key, period: String(year), "notice_pay", "kr.", sums.notice[year] ?? []) }
  }

  /// What results of past and simulated years change the bill by in the years when they are due. Beyond the horizon the days of its
  /// last whole year stand for those of the year.
  private mutating func settle(_ use: Use, _ days: [Int: [Double]], share: Double, into sums: inout Sums) {
    guard let rules = request.rules.settlement, let last = days.keys.max(), let first = days.keys.min() else { return }
    let (offer, simulated) = (use.judged.offer, use.results)
    for due in first...(last + rules.lagYears) {
      let year = due - rules.lagYears
      guard let paid = days[due] ?? days[last] else { continue }
      if let changes = accounts.tariffChanges(offer, due: due, along: simulated, rules: rules, draws: request.draws) {
        sums.settlement[due] = zip(changes, paid).map { $0 * $1 * share }
      } else if paid.contains(where: { $0 > 0 }) {
        unsettled.insert(year)
      }
    }
  }

  // MARK: History and own supply

  /// Homecomings of the whole years that were observed.
  private mutating func observedHomecomings() {
    let lines = Set(rows.filter { $0.topic == .citizens && $0.offer.isEmpty }.compactMap { row in row.kind.map { ResultKey(area: row.area, kind: $0) } })
    for line in lines.sorted() {
      for year in Period.wholeYears(from: panel.first, to: panel.origin).map(\.firstDay.year) where year >= panel.origin.lastDay.year - 5 {
        guard let observed = observedHomecomings(line, year) else { continue }
        append(.homecomings, line, period: String(year), "homecomings", "citizens", exact: observed)
      }
    }
  }

  /// In the observed periods of a year; nil where unknown in one of them.
  private func observedHomecomings(_ line: ResultKey, _ year: Int) -> Double? {
    guard let m = panel.municipalities.firstIndex(where: { $0.code == code }) else { return nil }
    let steps = (0..<panel.count).filter { panel.first.advanced(by: $0).lastDay.year == year }
    let strata = panel.strata.indices.filter { panel.strata[$0].area == line.area && panel.strata[$0].kind == line.kind }
    let values = request.offers.isEmpty
      ? strata.flatMap { s in steps.map { panel.value(.homecomings, municipality: m, stratum: s, period: $0) } }
      : judge.past.homecomings(of: code, offers: panel.offers.filter { request.asksFor($0) && $0.area == line.area && $0.kind == line.kind }.map(\.id), year: year)
    return values.contains(where: \.isNaN) ? nil : values.reduce(0, +)
  }

  private mutating func ownSupply(_ now: [ResultKey: Double]) {
    let day = panel.origin.lastDay
    let supply = OwnSupply(extracts.ownSupply)
    for area in supply.areas(of: code) where request.areas.isEmpty || request.areas.contains(area) {
      let key = ResultKey(area: area, kind: .residential)
      for step in extracts.ownSupply where step.municipality == code && step.area == area && (step.from > day || step.status == .planned) {
        append(.ownSupply, key, period: step.from.iso, "\(step.status.rawValue)_places", "places", exact: step.places)
      }
      let open = extracts.ownSupply.last { $0.municipality == code && $0.area == area && $0.status == .open && $0.from <= day }
      if let open { append(.ownSupply, key, period: panel.origin.description, "own_places", "places", exact: open.places) }
      guard let living = supply.citizens(municipality: code, area: area, on: day), let bought = now[key], living + bought > 0 else { continue }
      append(.ownSupply, key, period: panel.origin.description, "own_citizens", "citizens", exact: living)
      append(.ownSupply, key, period: panel.origin.description, "self_supply", "share", exact: living / (living + bought))
    }
  }

  // MARK: Rows

  private mutating func append(
    _ topic: MunicipalityProfile.Topic, _ key: ResultKey? = nil, period: String, _ measure: String, _ unit: String, _ draws: [Double]
  ) {
    guard !draws.isEmpty else { return }
    var copy = draws
    append(topic, key, period: period, measure, unit, DrawSummary(&copy, level: request.level), isForecast: true)
  }

  private mutating func append(
    _ topic: MunicipalityProfile.Topic, _ key: ResultKey?, period: String, _ measure: String, _ unit: String, exact: Double
  ) {
    append(topic, key, period: period, measure, unit, DrawSummary(mean: exact, median: exact, lower: exact, upper: exact), isForecast: false)
  }

  private mutating func append(
    _ topic: MunicipalityProfile.Topic, _ key: ResultKey?, period: String, _ measure: String, _ unit: String, _ value: DrawSummary, isForecast: Bool
  ) {
    rows.append(
      Row(
        topic: topic, area: key?.area ?? "", kind: key?.kind, offer: key?.offer ?? "", period: period, measure: measure, unit: unit, value: value,
        isForecast: isForecast))
  }
}
