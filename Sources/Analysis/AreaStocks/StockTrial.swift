import Demand
import Forecasting
import Groundwork
public import Placements
import Scenarios

/// Which recipe did best for the stocks of areas at past origins, each from what was known then.
public struct StockTrial: Hashable, Sendable {
  public struct Score: Hashable, Sendable {
    public let recipe: StockRecipe
    /// CRPS in units of the areas' own changes, over areas, sums of kinds, steps and origins.
    public let crps: Double
  }

  public let chosen: StockRecipe
  /// Of every recipe that could be scored; empty where the history is too short to try any.
  public let scores: [Score]
  /// The last known periods of the origins.
  public let origins: [Period]

  public init(chosen: StockRecipe, scores: [Score], origins: [Period]) {
    self.chosen = chosen
    self.scores = scores
    self.origins = origins
  }

  /// Origins that are tried at most, a year apart.
  static let originCount = 3
  /// Futures of each model; their number and seed are fixed, so that the choice depends on the data alone.
  private static let draws = 250
  private static let seed: UInt64 = 1

  /// - Parameter horizon: in the panel's own periods; forecasts are tried no farther than a third of the history.
  public init(extracts: Extracts, panel: Panel, horizon: Int, threads: Int) {
    guard let series = AreaStockSeries(panel) else {
      self.init(chosen: .plain, scores: [], origins: [])
      return
    }
    let history = series.history
    let reach = min(horizon / series.span, history.count / 3)
    let tried = reach < 1 ? [] : AutomaticForecaster.pastOrigins(Self.originCount, count: history.count, season: history.season, reach: reach)
    guard !tried.isEmpty else {
      self.init(chosen: .plain, scores: [], origins: [])
      return
    }
    let simulated = Self.simulated(series, extracts: extracts, first: panel.first.firstDay, origins: tried, reach: reach, threads: threads)
    let recipes = StockRecipe.all
    var byModel: [String: PathDraws] = [:]
    var current = -1
    let result = RollingOrigin(history, origins: tried, names: recipes.map(\.name), threads: threads) { past, number in
      if past.count != current { (byModel, current) = ([:], past.count) }
      guard let own = simulated[past.count] else { preconditionFailure("every origin was simulated") }
      return recipes[number].paths(simulated: own) { name in
        if let known = byModel[name] { return known }
        let paths = StockRecipe.forecaster(name).forecast(past, horizon: reach, draws: Self.draws, seed: Self.seed, threads: threads)
        byModel[name] = paths
        return paths
      }
    }
    let summaries = recipes.indices.map { BacktestSummary(result, forecaster: $0, nodes: series.scoredNodes) }
    let scores = zip(recipes, summaries).compactMap { recipe, summary in summary.map { Score(recipe: recipe, crps: $0.crps) } }
    self.init(
      chosen: scores.isEmpty ? .plain : recipes[AutomaticForecaster.best(Array(summaries.prefix(StockRecipe.candidates.count)))], scores: scores,
      origins: tried.map { series.period(known: $0) })
  }

  /// The simulation refitted at each origin to what was known, by the steps known there.
  private static func simulated(
    _ series: AreaStockSeries, extracts: Extracts, first: Day, origins: [Int], reach: Int, threads: Int
  ) -> [Int: PathDraws] {
    let paths = ConcurrentResults<PathDraws>.of(origins.count, threads: threads) { index in
      let past = extracts.known(at: series.period(known: origins[index]), from: first)
      guard let panel = try? Panel(past) else { return nothing(series, reach) }
      // Three origins on two threads: the last one would keep one of them waiting.
      let demand = FittedDemand(panel: panel, horizon: reach * series.span, threads: threads)
      let plan = PlanBuilder(panel: panel, horizon: demand.horizon, capacity: past.capacity, scenarios: []).reference(named: "trial")
      return series.simulated(
        demand, plan: plan.demand, steps: reach, draws: draws, seed: seed, threads: threads, isCompared: false)
    }
    return Dictionary(uniqueKeysWithValues: zip(origins, paths))
  }

  private static func nothing(_ series: AreaStockSeries, _ reach: Int) -> PathDraws {
    PathDraws(
      hierarchy: series.history.hierarchy, horizon: reach, draws: draws,
      values: [Float](repeating: 0, count: series.keys.count * reach * draws), setAside: Array(series.keys.indices))
  }
}
