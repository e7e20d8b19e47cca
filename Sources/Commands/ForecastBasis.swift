import Analysis
import Forecasting
import Groundwork
import Placements

extension ForecastModelName {
  /// The base is the plain forecast; offers and models of series without a simulation leave it the simulation's.
  static func ofScenarios(_ session: ProjectSession, by grouping: Grouping) -> ForecastModelName {
    guard grouping != .offer else { return .simulation }
    return session.extracts.settings.forecastModel.map { $0 == .automatic ? $0 : .simulation } ?? .automatic
  }
}

/// What a plain forecast's stocks rest on besides the simulation.
struct ForecastBasis {
  /// Nil where nothing was tried.
  let trial: StockTrial?

  /// The simulation's own where nothing was tried.
  var recipe: StockRecipe { trial?.chosen ?? .plain }

  init(model: ForecastModelName, session: ProjectSession, horizon: Int, threads: Int, memory: RunMemory) {
    trial = model == .automatic ? memory.trial(session, horizon: horizon, threads: threads) : nil
  }

  var notes: [Phrase] { trial?.notes ?? [] }

  /// For machine formats.
  var meta: [(key: String, value: String)] {
    guard let trial else { return [("model", ForecastModelName.simulation.rawValue)] }
    return [("model", ForecastModelName.automatic.rawValue), ("stock_model", trial.chosen.name)]
      + trial.scores.map { ("past_crps_\($0.recipe.name)", NumberText.machine($0.crps)) }
      + (trial.origins.isEmpty ? [] : [("past_origins", trial.origins.map(\.description).joined(separator: " "))])
  }
}
