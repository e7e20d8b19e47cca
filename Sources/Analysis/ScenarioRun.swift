import Capacity
public import Demand
public import Forecasting
public import Placements
public import Scenarios

/// How a run is made and what of it is wanted.
public struct RunRequest: Sendable {
  public var grouping: Grouping
  public var filter: ResultFilter
  /// Probability inside intervals, in (0, 1).
  public var level: Double
  /// Probability inside a second, narrower interval, for charts; nil for none.
  public var innerLevel: Double?
  public var every: PeriodLength
  public var draws: Int
  public var seed: UInt64
  public var threads: Int
  /// Nil for all that are known.
  public var measures: [Measure]?
  /// Steps of `every` that are wanted, counted from 0; nil for all.
  public var onlyPeriods: Set<Period>?

  /// Stocks and places need no kinds of events, and flows no days.
  var detail: EventTally.Detail {
    guard let measures else { return .events }
    let needsFlows = measures.contains { [.admissions, .homecomings, .otherExits].contains($0) }
    let needsDays = measures.contains { ![.stock, .places, .vacant, .admissions, .homecomings, .otherExits].contains($0) }
    return needsDays ? .events : needsFlows ? .flows : .net
  }

  public init(
    grouping: Grouping = .area, filter: ResultFilter = ResultFilter(), level: Double = 0.8, every: PeriodLength, draws: Int = 2000,
    seed: UInt64 = 1, threads: Int = 1, measures: [Measure]? = nil, onlyPeriods: Set<Period>? = nil
  ) {
    self.grouping = grouping
    self.filter = filter
    self.level = level
    self.every = every
    self.draws = draws
    self.seed = seed
    self.threads = threads
    self.measures = measures
    self.onlyPeriods = onlyPeriods
  }
}

/// One number of the results with its difference from the base scenario, paired by draw.
public struct ResultRow: Sendable {
  /// Index into the run's plans.
  public let plan: Int
  public let key: ResultKey
  public let period: Period
  public let measure: Measure
  public let value: DrawSummary
  /// With the request's inner level; nil where it has none.
  public let inner: DrawSummary?
  public let difference: DrawSummary
  /// Share of the draws in which the scenario is worse than its base; nil where neither way is worse.
  public let probabilityWorse: Double?
  /// True where no draw differs from the base.
  public let isUnchanged: Bool
}

/// Runs plans on common clocks and summarises them.
public struct ScenarioRun: Sendable {
  public let plans: [Plan]
  /// Index of each plan's base among the plans.
  public let baseOfPlan: [Int]
  public let rows: [ResultRow]
  /// Lines with the citizens present at the origin.
  public let openingStock: [ResultKey: Double]
  /// Overrides that are in the rows, and those for which the request has no line.
  public let overridden: (applied: Int, unseen: Int)

  /// - Parameters:
  ///   - plans: the first is the plain forecast; others may name each other as base.
  ///   - overrides: to be applied to the stock; nil for none.
  ///   - offers: for the measures that are reckoned offer by offer; nil for none of these.
  ///   - interaction: a further sum of plans, whose rows stand behind the last plan's as if it were one; nil for none.
  ///   - recipe: what the areas' stocks rest on; it moves those of every plan alike, and with them the days.
  public init(
    demand: FittedDemand, capacity: [CapacityStep], plans: [Plan], request: RunRequest, overrides: OverrideForecast? = nil,
    recipe: StockRecipe = .plain, offers: OfferBasis? = nil, interaction: PlanInteraction? = nil, progress: (@Sendable (Double) -> Void)? = nil
  ) {
    precondition(!plans.isEmpty, "no plan to run")
    self.plans = plans
    let simulated = SimulatedPlans(
      demand: demand, capacity: capacity, plans: plans, grouping: request.grouping, filter: request.filter, detail: request.detail,
      draws: request.draws, seed: request.seed, threads: request.threads, progress: progress)
    let bases = plans.map { plan in plans.firstIndex { $0.name == plan.base } ?? 0 }
    baseOfPlan = bases
    var summariser = Summariser(
      demand: demand, request: request, index: simulated.index, draws: simulated.draws, timelines: simulated.timelines, bases: bases,
      offers: simulated.offers)
    let shifts = StockShift.byLine(overrides?.shifts ?? [], index: simulated.index, panel: demand.panel)
    summariser.shifts = shifts.lines
    summariser.baseShifts = Self.shift(recipe, demand: demand, plan: plans[0], simulated, request)?.byLine(simulated.index) ?? [:]
    summariser.interaction = interaction
    overridden = ((overrides?.shifts.count ?? 0) - shifts.unseen.count, shifts.unseen.count)
    let byOffer = offers.map {
      Self.byOffer($0, demand: demand, capacity: capacity, plans: plans, bases: bases, request: request, interaction: interaction)
    } ?? []
    rows = summariser.rows() + byOffer
    openingStock = summariser.openingStock()
  }

  /// Rows of places handed out to those who want them and of money, which are reckoned by offer whatever the rows.
  private static func byOffer(
    _ basis: OfferBasis, demand: FittedDemand, capacity: [CapacityStep], plans: [Plan], bases: [Int], request: RunRequest,
    interaction: PlanInteraction?
  ) -> [ResultRow] {
    let (allocates, judges) = (OccupancyRows.apply(to: request), MoneyRows.apply(to: request))
    guard allocates || judges else { return [] }
    let simulated = SimulatedPlans(
      demand: demand, capacity: capacity, plans: plans, grouping: .offer, filter: ResultFilter(areas: request.filter.areas), detail: .events,
      draws: request.draws, seed: request.seed, threads: request.threads, progress: nil)
    var rows: [ResultRow] = []
    if allocates {
      let occupiers = plans.map {
        Occupier(demand: demand, simulated: simulated, plans: plans, basis: basis.occupancy(demand.panel, under: $0), draws: request.draws)
      }
      rows += OccupancyRows(occupiers: occupiers, request: request, bases: bases, interaction: interaction).rows()
    }
    if judges, let panel = try? Panel(byOffer: basis.extracts) {
      rows += MoneyRows(
        demand: demand, simulated: simulated, plans: plans, bases: bases, basis: basis, request: request, past: PastPresence(panel), interaction: interaction).rows()
    }
    return rows
  }

  private static func shift(
    _ recipe: StockRecipe, demand: FittedDemand, plan: Plan, _ simulated: SimulatedPlans, _ request: RunRequest
  ) -> AreaStockShift? {
    guard request.grouping != .offer else { return nil }
    return AreaStockShift(recipe, demand: demand, plan: plan, draws: request.draws, seed: request.seed, threads: request.threads) { series, steps in
      // Lines that are whole areas have what is needed.
      guard request.grouping == .area, request.filter.municipalities.isEmpty else { return nil }
      let places = Dictionary(simulated.index.keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      let lines = series.keys.compactMap { places[ResultKey(area: $0.area, kind: $0.kind)] }
      return lines.count == series.keys.count ? series.paths(of: simulated.draws, keys: lines, steps: steps, draws: request.draws) : nil
    }
  }

  init(copying run: ScenarioRun, rows: [ResultRow]) {
    plans = run.plans
    baseOfPlan = run.baseOfPlan
    openingStock = run.openingStock
    overridden = run.overridden
    self.rows = rows
  }
}
