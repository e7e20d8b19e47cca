import Analysis
import Demand
import Groundwork
import Placements
import Scenarios

/// What a plain forecast's stocks rest on besides the simulation.
struct ForecastBasis {
  /// Nil where nothing was tried.
  let trial: StockTrial?
  /// Nil for the simulation's own.
  let shift: AreaStockShift?

  static let simulation = ForecastBasis(trial: nil, shift: nil)

  private init(trial: StockTrial?, shift: AreaStockShift?) {
    self.trial = trial
    self.shift = shift
  }

  /// - Parameter plan: the plain forecast.
  init(model: ForecastModelName, session: ProjectSession, demand: FittedDemand, plan: Plan, request: RunRequest, memory: RunMemory) {
    guard model == .automatic else {
      self = .simulation
      return
    }
    let trial = memory.trial(session, horizon: demand.horizon, threads: request.threads)
    let shift = AreaStockShift(
      trial.chosen, demand: demand, plan: plan, draws: request.draws, seed: request.seed, threads: request.threads)
    self.init(trial: trial, shift: shift)
  }

  var notes: [Phrase] { trial?.notes ?? [] }

  /// For machine formats.
  var meta: [(key: String, value: String)] {
    guard let trial else { return [("model", ForecastModelName.simulation.rawValue)] }
    return [("model", ForecastModelName.automatic.rawValue), ("stock_model", trial.chosen.name)]
      + trial.scores.map { ("past_crps_\($0.recipe.name)", NumberText.machine($0.crps)) }
      + (trial.origins.isEmpty ? [] : [("past_origins", trial.origins.map(\.description).joined(separator: " "))])
  }

  /// The notes for formats that have no place for them.
  var findings: [Finding] { notes.map { Finding(.note, message: $0, remedy: Phrase("")) } }
}
