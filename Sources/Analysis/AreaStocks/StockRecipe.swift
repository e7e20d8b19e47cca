import Forecasting
import Placements

/// A way to forecast the stocks of areas: one model, or several weighed alike.
public struct StockRecipe: Hashable, Sendable {
  /// Names of its models, the simulation's among them or not.
  public let models: [String]

  public var name: String { models.joined(separator: "+") }

  static let simulation = ForecastModelName.simulation.rawValue

  /// Models of series that are tried, each over all areas at once.
  static let series: [any Forecaster] = [
    PooledLocalLevel(), ClassicalForecaster(.exponentialSmoothing), ClassicalForecaster(.theta), ClassicalForecaster(.naive),
  ]

  /// What may be chosen. The first stands unless another did better: the mean of the simulation, which knows citizens and their
  /// rates, of the local level, which knows how sums wander, and of the last value is hardly ever much worse than the best of them.
  /// Every choice has the simulation in it: on regions whose truth is known, means with it beat any single model and what a few
  /// past origins say of single models, while their intervals hold as often as they should.
  static let candidates: [StockRecipe] = [
    [simulation, "local_level", "naive"], [simulation, "local_level"], [simulation, "naive"], [simulation, "theta"], [simulation, "ets"], [simulation],
  ].map(StockRecipe.init(models:))

  /// What is tried: the candidates, then single models for comparison.
  public static let all: [StockRecipe] = candidates + series.map { StockRecipe(models: [$0.name]) }

  /// The simulation alone.
  public static let plain = StockRecipe(models: [simulation])

  public var isPlain: Bool { self == Self.plain }

  /// The recipe's forecast with the draws in the simulation's order.
  /// - Parameter paths: of the model of a name.
  func paths(simulated: PathDraws, threads: Int = 1, _ paths: (String) -> PathDraws) -> PathDraws {
    guard !isPlain else { return simulated }
    let parts = models.map { $0 == Self.simulation ? simulated : paths($0) }
    return .quantileMean(parts, weights: models.map { _ in 1 }, order: simulated, threads: threads)
  }

  /// Of the model of series with this name.
  static func forecaster(_ name: String) -> any Forecaster {
    guard let found = series.first(where: { $0.name == name }) else { preconditionFailure("no such model of series") }
    return found
  }
}
