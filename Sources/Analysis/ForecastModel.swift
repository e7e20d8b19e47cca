public import Demand
public import Forecasting
public import Groundwork
public import Placements

/// Which model a forecast rests on: one for all, or for each area the one that did best at past origins.
public struct ForecastModel: Sendable {
  /// Names that users give; the first is the simulation that scenarios and risk rest on.
  public static let names = [simulation, automatic] + series.map(\.name)
  public static let simulation = "stock_and_flow"
  public static let automatic = "auto"

  private static let series: [any Forecaster] = [PooledLocalLevel()] + ForecasterCatalogue.classical

  /// What is tried for `auto` beside the simulation.
  private static let challengers: [any Forecaster] = [
    PooledLocalLevel(), ClassicalForecaster(.exponentialSmoothing), ClassicalForecaster(.theta),
  ]

  /// Names of what is tried, by candidate.
  static let candidates = [simulation] + challengers.map(\.name)

  public let name: String

  /// - Parameter name: one of `names`.
  public init(_ name: String) {
    precondition(Self.names.contains(name), "no such model")
    self.name = name
  }

  /// The forecast of one quantity: paths in the panel's own periods, and what was chosen for which area.
  public struct Result: Sendable {
    public let series: PanelSeries
    public let paths: PathDraws
    public let notes: [Phrase]
  }

  /// - Returns: nil where the panel does not have the quantity.
  public func forecast(
    _ target: BacktestTarget, extracts: Extracts, demand: FittedDemand, draws: Int, seed: UInt64, threads: Int
  ) -> Result? {
    guard let own = PanelSeries(demand.panel, target: target, length: demand.panel.length) else { return nil }
    func paths(_ forecaster: any Forecaster) -> PathDraws {
      forecaster.forecast(own.history, horizon: demand.horizon, draws: draws, seed: seed, threads: threads)
    }
    func simulated() -> PathDraws {
      DemandForecaster.paths(of: demand, as: own, capacity: extracts.capacity, draws: draws, seed: seed, threads: threads)
    }
    if let one = Self.series.first(where: { $0.name == name }) {
      return Result(series: own, paths: paths(one), notes: [Self.note(one.name)])
    }
    guard name == Self.automatic, let tested = PanelSeries(demand.panel, target: target, length: PanelSeries.testedLength(demand.panel)) else {
      return Result(series: own, paths: simulated(), notes: [Self.note(Self.simulation)])
    }
    let groups = AreaGroups(tested, panel: demand.panel)
    let trial = AutomaticForecaster(candidates: [DemandForecaster(extracts: extracts, series: tested)] + Self.challengers, origins: 2)
    let span = tested.span
    let choices = trial.choose(
      tested.history, horizon: max(1, demand.horizon / span), groups: groups.nodes.map(Optional.some), seed: seed, threads: threads)
    var byCandidate: [Int: PathDraws] = [:]
    for candidate in Set(choices.map(\.candidate)).sorted() {
      byCandidate[candidate] = candidate == 0 ? simulated() : paths(Self.challengers[candidate - 1])
    }
    let chosen = byCandidate
    let combined = PathDraws.combined(own.history.hierarchy, horizon: demand.horizon, draws: draws) { cell in
      let group = groups.index(area: own.cells[cell].area, kind: own.cells[cell].kind)
      return chosen[choices[group].candidate]
    }
    return Result(series: own, paths: combined, notes: groups.notes(choices, tested: tested))
  }

  private static func note(_ name: String) -> Phrase {
    Phrase(da: "Model: \(name).", en: "Model: \(name).")
  }
}

/// The series of each area and kind, over which models are chosen.
private struct AreaGroups {
  private struct Key: Hashable {
    let area: String
    let kind: ServiceKind
  }

  private let keys: [Key]
  private let names: [Phrase]
  /// Nodes of the tested hierarchy that hold no other area.
  let nodes: [Set<Int>]

  init(_ series: PanelSeries, panel: Panel) {
    var keys: [Key] = []
    for cell in series.cells {
      let key = Key(area: cell.area, kind: cell.kind)
      if !keys.contains(key) { keys.append(key) }
    }
    self.keys = keys
    names = keys.map { key in
      let area = panel.areas.first { $0.id == key.area }?.name ?? key.area
      return Phrase(area) + (key.kind == .residential ? Phrase("") : Phrase(da: ", ", en: ", ") + key.kind.phrase)
    }
    nodes = keys.map { key in
      Set(
        series.history.hierarchy.nodes.indices.filter { index in
          series.history.hierarchy.nodes[index].members.allSatisfy { series.cells[$0].area == key.area && series.cells[$0].kind == key.kind }
        })
    }
  }

  func index(area: String, kind: ServiceKind) -> Int { keys.firstIndex(of: Key(area: area, kind: kind)) ?? 0 }

  /// Which model was chosen for which areas, and how it scored.
  func notes(_ choices: [AutomaticForecaster.Choice], tested: PanelSeries) -> [Phrase] {
    guard let origins = choices.first?.origins, !origins.isEmpty else {
      return [
        Phrase(
          da: "Model: \(ForecastModel.simulation); historikken er for kort til at efterprøve andre.",
          en: "Model: \(ForecastModel.simulation); the history is too short to try others.")
      ]
    }
    let dates = origins.map { tested.first.advanced(by: $0 - 1).description }.joined(separator: ", ")
    var lines = [
      Phrase(
        da: "Model valgt for hvert område efter CRPS fra \(dates) (mindre er bedre); \(ForecastModel.simulation) står, medmindre en anden er bedre med mere end en standardfejl. Scenarier og risiko regner altid med \(ForecastModel.simulation).",
        en: "Model chosen for each area by CRPS from \(dates) (less is better); \(ForecastModel.simulation) stands unless another is better by more than a standard error. Scenarios and risk always rest on \(ForecastModel.simulation).")
    ]
    for (index, choice) in choices.enumerated() where !choice.scores.isEmpty {
      let scores: (Language) -> String = { language in
        choice.scores.map { "\($0.name) \(NumberText.display($0.crps, decimals: 2, language: language))" }.joined(separator: ", ")
      }
      let name = ForecastModel.candidates[choice.candidate]
      lines.append(names[index] + Phrase(da: ": \(name) (\(scores(.da)))", en: ": \(name) (\(scores(.en)))"))
    }
    return lines
  }
}
