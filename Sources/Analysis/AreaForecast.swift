public import Demand
public import Placements
import Scenarios

/// The plain forecast of a panel, fitted once and summed up in several ways, without places.
public struct AreaForecast: Sendable {
  public let demand: FittedDemand
  private let request: RunRequest

  /// - Parameter request: its draws, seed, threads, level and measures count; every base period is given.
  public init(panel: Panel, horizon: Int, request: RunRequest) {
    demand = FittedDemand(panel: panel, horizon: horizon, threads: request.threads)
    var whole = request
    whole.filter = ResultFilter()
    whole.every = panel.length
    whole.onlyPeriods = nil
    whole.innerLevel = nil
    self.request = whole
  }

  /// In the order key, measure, period.
  public func rows(by grouping: Grouping) -> [ResultRow] {
    var request = request
    request.grouping = grouping
    let builder = PlanBuilder(panel: demand.panel, horizon: demand.horizon, capacity: [], scenarios: [])
    return ScenarioRun(demand: demand, capacity: [], plans: [builder.reference(named: "basis")], request: request).rows
  }
}
