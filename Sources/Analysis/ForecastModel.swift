public import Demand
public import Forecasting
public import Groundwork
public import Placements

/// A forecast of one quantity by one model of series instead of the simulation.
public struct ForecastModel: Sendable {
  private let forecaster: any Forecaster

  /// - Parameter name: of a model of series.
  public init(_ name: ForecastModelName) {
    guard let found = ForecasterCatalogue.series.first(where: { $0.name == name.rawValue }) else { preconditionFailure("not a model of series") }
    forecaster = found
  }

  /// Paths in the panel's own periods, and what they rest on.
  public struct Result: Sendable {
    public let series: PanelSeries
    public let paths: PathDraws
    public let notes: [Phrase]
  }

  /// - Returns: nil where the panel does not have the quantity.
  public func forecast(_ target: BacktestTarget, demand: FittedDemand, draws: Int, seed: UInt64, threads: Int) -> Result? {
    guard let own = PanelSeries(demand.panel, target: target, length: demand.panel.length) else { return nil }
    let paths = forecaster.forecast(own.history, horizon: demand.horizon, draws: draws, seed: seed, threads: threads)
    return Result(series: own, paths: paths, notes: [Phrase(da: "Model: \(forecaster.name).", en: "Model: \(forecaster.name).")])
  }
}
