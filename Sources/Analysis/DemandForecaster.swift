import Demand
public import Forecasting
public import Placements
import Scenarios

/// The project's own demand model as a forecaster: refitted to what was known at the origin, and simulated.
public struct DemandForecaster: Forecaster {
  private let model: ForecastModelName
  private let extracts: Extracts
  private let series: PanelSeries

  public var name: String { model.rawValue }

  /// - Parameters:
  ///   - series: of the panel of the whole extracts; histories given to the forecaster are prefixes of its own.
  ///   - model: the simulation alone, or `auto`, which weighs its stocks by a trial before each origin.
  public init(extracts: Extracts, series: PanelSeries, model: ForecastModelName = .simulation) {
    precondition(model.simulates, "no simulation")
    self.model = model
    self.extracts = extracts
    self.series = series
  }

  public func forecast(_ history: SeriesHistory, horizon: Int, draws: Int, seed: UInt64, threads: Int) -> PathDraws {
    let hierarchy = history.hierarchy
    let nothing = PathDraws(
      hierarchy: hierarchy, horizon: horizon, draws: draws, values: [Float](repeating: 0, count: hierarchy.bottomCount * horizon * draws),
      setAside: Array(0..<hierarchy.bottomCount))
    let past = extracts.known(at: series.first.advanced(by: history.count - 1), from: series.firstDay)
    guard let panel = try? Panel(past) else { return nothing }
    let demand = FittedDemand(panel: panel, horizon: horizon * series.span, threads: threads)
    let plan = PlanBuilder(panel: panel, horizon: demand.horizon, capacity: past.capacity, scenarios: []).reference(named: "forecast")
    var shift: AreaStockShift?
    if model == .automatic, series.target == .stock, !series.isByOffer {
      let trial = StockTrial(extracts: past, panel: panel, horizon: demand.horizon, threads: threads)
      shift = AreaStockShift(trial.chosen, demand: demand, plan: plan, draws: draws, seed: seed, threads: threads)
    }
    return paths(of: demand, plan: plan, shift: shift, draws: draws, seed: seed, threads: threads)
  }

  /// The reference plan's simulated futures as paths of the series, over the demand's own horizon.
  private func paths(of demand: FittedDemand, plan: Plan, shift: AreaStockShift?, draws: Int, seed: UInt64, threads: Int) -> PathDraws {
    let panel = demand.panel
    let horizon = demand.horizon / series.span
    let keys = Self.keys(panel, series)
    // The shift moves these very draws.
    let simulated = demand.simulate(
      reference: plan.demand, scenarios: [], keys: keys, draws: draws, seed: seed, threads: threads, isCompared: shift != nil)
    var values: [Float] = []
    values.reserveCapacity(series.cells.count * horizon * draws)
    var setAside: [Int] = []
    for key in series.cells.indices {
      guard Self.isKnown(key, simulated, series.target) else {
        setAside.append(key)
        values += [Float](repeating: 0, count: horizon * draws)
        continue
      }
      let start = values.count
      Self.append(key, simulated, series, panel: panel, horizon: horizon, draws: draws, to: &values)
      guard let share = shift?.share(of: series.cells[key]) else { continue }
      for step in 0..<horizon {
        let deltas = share.deltas[(step + 1) * series.span - 1]
        for draw in 0..<draws { values[start + step * draws + draw] += Float(share.share * deltas[draw]) }
      }
    }
    return PathDraws(hierarchy: series.history.hierarchy, horizon: horizon, draws: draws, values: values, setAside: setAside)
  }

  private static func keys(_ panel: Panel, _ series: PanelSeries) -> TallyKeys {
    if series.isByOffer {
      let places = Dictionary(uniqueKeysWithValues: series.cells.enumerated().map { ($1.offer, $0) })
      return TallyKeys(
        count: series.cells.count, byOffer: panel.offers.map { places[$0.id] ?? -1 },
        payerCounts: [Bool](repeating: true, count: panel.municipalities.count), strata: panel.strata.count)
    }
    let keys = Dictionary(uniqueKeysWithValues: series.cells.enumerated().map { ($1, $0) })
    var cell = [Int](repeating: -1, count: panel.municipalities.count * panel.strata.count)
    for (m, municipality) in panel.municipalities.enumerated() {
      for (s, stratum) in panel.strata.enumerated() {
        cell[m * panel.strata.count + s] =
          keys[PanelSeries.Cell(municipality: municipality.code, area: stratum.area, kind: stratum.kind)] ?? -1
      }
    }
    return TallyKeys(count: series.cells.count, cell: cell, strata: panel.strata.count)
  }

  private static func isKnown(_ key: Int, _ draws: DemandDraws, _ target: BacktestTarget) -> Bool {
    switch target {
    case .stock: draws.hasFlowStock(key: key) || draws.hasStockOnly(key: key)
    case .admissions, .homecomings, .otherExits: draws.hasFlows(key: key)
    }
  }

  /// `[step][draw]` of one cell, in the series' own periods.
  private static func append(_ key: Int, _ source: DemandDraws, _ series: PanelSeries, panel: Panel, horizon: Int, draws: Int, to values: inout [Float]) {
    var state = LineState(draws: draws, opening: source.openingFlowStock(key: key))
    for step in 0..<(horizon * series.span) {
      if step % series.span == 0 { state.startPeriod() }
      state.add(source, plan: 0, key: key, step: step, days: panel.origin.advanced(by: step + 1).days)
      guard (step + 1) % series.span == 0 else { continue }
      var now: [Double]
      switch series.target {
      case .stock:
        now = source.hasFlowStock(key: key) ? state.stock : [Double](repeating: 0, count: draws)
        if source.hasStockOnly(key: key) { source.addStockOnly(plan: 0, key: key, step: step, to: &now) }
      case .admissions: now = state.admissions
      case .homecomings: now = state.homecomings
      case .otherExits: now = state.otherExits
      }
      for value in now { values.append(Float(value)) }
    }
  }
}
