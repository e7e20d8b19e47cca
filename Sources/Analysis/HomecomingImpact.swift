public import Capacity
public import Demand
public import Forecasting
public import Placements
public import Scenarios

/// What the announced batches of a scenario mean for each offer, against the plain forecast on the same clocks.
///
/// Only the batches act: other changes of the scenario would be mixed in otherwise.
public struct HomecomingImpact: Sendable {
  public struct Line: Sendable {
    /// Empty in the line of all.
    public let offer: String
    /// Citizens taken home.
    public let citizens: DrawSummary
    /// Days from announcement to leaving, summed over them: what is paid after the notice is given.
    public let noticeDays: DrawSummary
    /// By period, at its end: empty places that would not be empty without the batch.
    public let vacant: [DrawSummary]
    /// Of the places left: no longer empty for the batch's sake at the end of the window, since others have come or those who
    /// left would have left by then anyway.
    public let refilled: DrawSummary
    /// Kroner that the payers do not pay from announcement to the end of the window; nil where no price is known.
    public let lostIncome: DrawSummary?
    public let hasPlaces: Bool
  }

  public let plan: Plan
  /// One line an offer that loses somebody in some draw, the largest loss first, then `otherOffers`, then all together.
  public let lines: [Line]
  /// The periods of `vacant`: from the first leaving to the horizon's end.
  public let periods: [Period]
  /// Positions in `periods` of the few that a sheet shows.
  public let shown: [Int]
  /// The last period that counts for refill and income: twelve months after the last planned leaving, or the horizon's end.
  public let windowEnd: Period
  /// Offers whose price is unknown.
  public let withoutPrice: [String]
  /// Of the prices of what is lost, sorted.
  public let priceYears: [Int]

  private static let windowMonths = 12

  /// Stands for the offers from which nobody is taken home but where fewer or more are than without the batch.
  public static let otherOffers = "*"

  /// The impact of every plan that has a batch inside the horizon that reaches somebody, on one set of clocks.
  /// - Parameters:
  ///   - plans: the first is the plain forecast.
  ///   - prices: at the origin.
  public static func all(
    plans: [Plan], demand: FittedDemand, capacity: [CapacityStep], prices: DailyPrices, request: RunRequest
  ) -> [HomecomingImpact] {
    let panel = demand.panel
    let clock = FutureDays(panel: panel, horizon: demand.horizon)
    let acting = plans.dropFirst().filter { plan in
      plan.demand.batches.contains { !$0.isNotice && $0.offer ?? 0 < panel.offers.count && clock.period($0.leaving) != nil }
    }
    guard let reference = plans.first, !acting.isEmpty else { return [] }
    let byOffer = panel.residents.contains { $0.offer != nil }
    let only = acting.map { plan in
      var only = reference
      only.demand.batches += plan.demand.batches.filter { !$0.isNotice && $0.offer ?? 0 < panel.offers.count }
      return only
    }
    let simulated = SimulatedPlans(
      demand: demand, capacity: capacity, plans: [reference] + only, grouping: byOffer ? .offer : .area, filter: ResultFilter(),
      detail: .batches, draws: request.draws, seed: request.seed, threads: request.threads, progress: nil)
    let setting = Setting(demand: demand, clock: clock, simulated: simulated, byOffer: byOffer, prices: prices, request: request)
    return zip(acting, only).enumerated().compactMap { number, plans in
      HomecomingImpact(plan: plans.0, batches: plans.1.demand.batches.filter { !$0.isNotice }, simulated: number + 1, setting)
    }
  }

  /// What the impacts of several plans have in common.
  private struct Setting {
    let demand: FittedDemand
    let clock: FutureDays
    let simulated: SimulatedPlans
    let byOffer: Bool
    let prices: DailyPrices
    let request: RunRequest
  }

  private init?(plan: Plan, batches: [BatchHomecoming], simulated number: Int, _ setting: Setting) {
    let (panel, horizon, request) = (setting.demand.panel, setting.demand.horizon, setting.request)
    let (draws, index, timeline) = (setting.simulated.draws, setting.simulated.index, setting.simulated.timelines[0])
    guard let first = batches.map(\.leaving).min().flatMap(setting.clock.period), let last = batches.map(\.leaving).max() else { return nil }
    let lastStep = setting.clock.period(last + Double(Self.windowMonths) * 365.25 / 12) ?? horizon - 1
    let steps = Array(first..<horizon)
    let payers = Set(batches.map { panel.municipalities[$0.municipality].code })
    let payer = payers.count == 1 ? payers.first ?? "" : ""

    var total = Loss(draws: request.draws, shown: steps.count)
    var others = Loss(draws: request.draws, shown: steps.count)
    var found: [(mean: Double, line: Line)] = []
    var unknown: [String] = []
    var priced: Set<Int> = []
    for key in index.keys.indices where draws.differs(plan: number, key: key) {
      let offers = index.offersOfKey[key].map { panel.offers[$0].id }
      let name = setting.byOffer ? index.keys[key].offer : index.keys[key].area
      let walk = Walk(draws: draws, plan: number, key: key, panel: panel, horizon: horizon, count: request.draws)
      let loss = walk.loss(shown: steps, lastStep: lastStep) { step in
        let period = panel.origin.advanced(by: step + 1)
        let places = offers.map { timeline.atEnd(of: period, offer: $0) }
        return places.contains { $0 == nil } || places.isEmpty ? nil : places.reduce(0) { $0 + ($1 ?? 0) }
      }
      // What a key finances is paid whatever the days.
      let isByKey = panel.offers.contains { $0.id == name && $0.financing == .key }
      let price = !setting.byOffer ? nil : isByKey ? 0 : setting.prices.price(offer: name, payer: payer)
      if price != nil { priced.insert(setting.prices.priceYear(offer: name)) }
      total.add(loss, price: price)
      guard loss.citizens.contains(where: { $0 > 0 }) else {
        // Nobody is taken home from here, but the municipality's other homecomings rest.
        others.add(loss, price: price)
        continue
      }
      if price == nil { unknown.append(name) }
      let hasPlaces = !offers.isEmpty && offers.allSatisfy(timeline.knows)
      found.append((loss.citizens.reduce(0, +), loss.line(offer: name, price: price, hasPlaces: hasPlaces, level: request.level)))
    }
    guard !found.isEmpty else { return nil }
    self.plan = plan
    let sorted = found.sorted { ($1.mean, $0.line.offer) < ($0.mean, $1.line.offer) }.map(\.line)
    let all = total.line(
      offer: "", price: unknown.count < found.count ? 1 : nil, hasPlaces: sorted.allSatisfy(\.hasPlaces), level: request.level)
    let rest = others.isEmpty ? [] : [others.line(offer: Self.otherOffers, price: 1, hasPlaces: true, level: request.level)]
    lines = sorted + rest + (sorted.count + rest.count > 1 ? [all] : [])
    periods = steps.map { panel.origin.advanced(by: $0 + 1) }
    shown = Self.shownPositions(of: steps.count, length: panel.length)
    windowEnd = panel.origin.advanced(by: lastStep + 1)
    withoutPrice = unknown
    priceYears = priced.sorted()
  }

  /// The first leaving's period and those one, two, five, eleven and twenty-three months later, or the next few longer periods.
  private static func shownPositions(of count: Int, length: PeriodLength) -> [Int] {
    (length == .month ? [0, 1, 2, 5, 11, 23] : [0, 1, 2, 3, 4, 8]).filter { $0 < count }
  }
}

/// Days from the origin to periods.
private struct FutureDays {
  private let ends: [Double]

  init(panel: Panel, horizon: Int) {
    let start = panel.origin.advanced(by: 1).firstDay
    ends = (1...horizon).map { Double(panel.origin.advanced(by: $0).lastDay - start + 1) }
  }

  /// The future period, from 0, that has the day; nil beyond the horizon.
  func period(_ day: Double) -> Int? { ends.firstIndex { day < $0 } }
}

/// What one line loses in each draw.
private struct Loss {
  var citizens: [Double]
  var noticeDays: [Double]
  /// `[shown period][draw]`.
  var vacant: [[Double]]
  var vacantAtEnd: [Double]
  /// Days, or kroner once multiplied by a price.
  var lost: [Double]

  init(draws: Int, shown: Int) {
    let zero = [Double](repeating: 0, count: draws)
    citizens = zero
    noticeDays = zero
    vacant = Array(repeating: zero, count: shown)
    vacantAtEnd = zero
    lost = zero
  }

  /// Whether it changes nothing that a table could show.
  var isEmpty: Bool { lost.allSatisfy { $0 == 0 } }

  mutating func add(_ other: Loss, price: Double?) {
    for d in citizens.indices {
      citizens[d] += other.citizens[d]
      noticeDays[d] += other.noticeDays[d]
      vacantAtEnd[d] += other.vacantAtEnd[d]
      for s in vacant.indices { vacant[s][d] += other.vacant[s][d] }
      if let price { lost[d] += other.lost[d] * price }
    }
  }

  func line(offer: String, price: Double?, hasPlaces: Bool, level: Double) -> HomecomingImpact.Line {
    func summary(_ values: [Double]) -> DrawSummary {
      var copy = values
      return DrawSummary(&copy, level: level)
    }
    return HomecomingImpact.Line(
      offer: offer, citizens: summary(citizens), noticeDays: summary(noticeDays), vacant: vacant.map(summary),
      refilled: summary(zip(citizens, vacantAtEnd).map { $0 - $1 }), lostIncome: price.map { price in summary(lost.map { $0 * price }) },
      hasPlaces: hasPlaces)
  }
}

/// Walks one line through the periods with and without the batches.
private struct Walk {
  let draws: DemandDraws
  let plan: Int
  let key: Int
  let panel: Panel
  let horizon: Int
  let count: Int

  /// - Parameter places: at the end of a step; nil where unknown: then every place that a citizen left counts.
  func loss(shown: [Int], lastStep: Int, places: (Int) -> Double?) -> Loss {
    var loss = Loss(draws: count, shown: shown.count)
    var base = LineState(draws: count, opening: draws.openingFlowStock(key: key))
    var changed = base
    for step in 0..<horizon {
      let days = panel.origin.advanced(by: step + 1).days
      base.add(draws, plan: 0, key: key, step: step, days: days)
      changed.add(draws, plan: plan, key: key, step: step, days: days)
      draws.add(.batchCitizens, plan: plan, key: key, step: step, to: &loss.citizens)
      draws.add(.noticeDays, plan: plan, key: key, step: step, to: &loss.noticeDays)
      if step == lastStep { for d in 0..<count { loss.lost[d] = base.occupiedDays[d] - changed.occupiedDays[d] } }
      let position = shown.firstIndex(of: step)
      guard position != nil || step == lastStep else { continue }
      let available = places(step)
      for d in 0..<count {
        let (left, before) = (changed.stock[d], base.stock[d])
        let empty = available.map { max(0, $0 - left) - max(0, $0 - before) } ?? before - left
        if let position { loss.vacant[position][d] = empty }
        if step == lastStep { loss.vacantAtEnd[d] = empty }
      }
    }
    return loss
  }
}
