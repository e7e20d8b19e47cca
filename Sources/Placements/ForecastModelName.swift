/// What `--model` and `[forecast] model` in plads.toml may name.
public enum ForecastModelName: String, CaseIterable, Sendable {
  /// The simulation, its area stocks weighed with models of series by how they did before.
  case automatic = "auto"
  /// The simulation alone.
  case simulation = "stock_and_flow"
  case localLevel = "local_level"
  case naive
  case seasonalNaive = "seasonal_naive"
  case drift
  case exponentialSmoothing = "ets"
  case theta, mean

  /// Whether futures are simulated citizen by citizen, so that every measure is known.
  public var simulates: Bool { self == .automatic || self == .simulation }
}
