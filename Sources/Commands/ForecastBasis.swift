import Analysis
import Groundwork
import Placements

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
