import Demand
import Forecasting
import Placements
import Scenarios

/// By how much a recipe moves the simulated stocks of areas, draw by draw.
///
/// Every sum is moved by what its areas are, and municipalities share an area's shift by their citizens at the origin, so that
/// whatever is shown adds up inside each draw, but for sums that would fall below 0. The simulation's order of draws is kept, and with it what areas have in common.
struct AreaStockShift: Sendable {
  private let keys: [AreaStockSeries.Key]
  /// By key, `[step][draw]` in the panel's own periods; all of the same number of steps.
  private let deltas: [[[Double]]]
  private let panel: Panel

  /// - Parameters:
  ///   - plan: the plain forecast that is shown.
  ///   - draws: and seed as of the simulation that is moved.
  /// - Returns: nil where nothing is moved: by the simulation's own recipe, or within the first quarter.
  init?(_ recipe: StockRecipe, demand: FittedDemand, plan: Plan, draws: Int, seed: UInt64, threads: Int) {
    self.init(recipe, demand: demand, plan: plan, draws: draws, seed: seed, threads: threads) { _, _ in nil }
  }

  /// - Parameter known: the areas' stocks of the simulation that is moved, by series and steps; nil where they are not at hand.
  init?(
    _ recipe: StockRecipe, demand: FittedDemand, plan: Plan, draws: Int, seed: UInt64, threads: Int,
    known: (_ series: AreaStockSeries, _ steps: Int) -> PathDraws?
  ) {
    guard !recipe.isPlain, let series = AreaStockSeries(demand.panel), demand.horizon >= series.span else { return nil }
    let steps = demand.horizon / series.span
    let simulated =
      known(series, steps) ?? series.simulated(demand, plan: plan.demand, steps: steps, draws: draws, seed: seed, threads: threads)
    let wanted = recipe.paths(simulated: simulated, threads: threads) { name in
      StockRecipe.forecaster(name).forecast(series.history, horizon: steps, draws: draws, seed: seed, threads: threads)
    }
    keys = series.keys
    panel = demand.panel
    deltas = series.keys.indices.map { key in
      let knots = (0..<steps).map { step in
        let start = (key * steps + step) * draws
        return (0..<draws).map { Double(wanted.values[start + $0]) - Double(simulated.values[start + $0]) }
      }
      return (0..<demand.horizon).map { Self.between(knots, span: series.span, step: $0) }
    }
  }

  /// Straight lines from nothing at the origin through the ends of the steps, level after the last.
  private static func between(_ knots: [[Double]], span: Int, step: Int) -> [Double] {
    let next = min(step / span, knots.count - 1)
    let share = min(1, Double(step - next * span + 1) / Double(span))
    guard next > 0 else { return knots[0].map { share * $0 } }
    return zip(knots[next - 1], knots[next]).map { $0 + share * ($1 - $0) }
  }

  /// Sums by line of the results, `[step][draw]`.
  func byLine(_ index: KeyIndex) -> [Int: [[Double]]] {
    var lines: [Int: [[Double]]] = [:]
    for (number, key) in keys.enumerated() {
      for (line, share) in shares(key, index).sorted(by: { $0.key < $1.key }) where share > 0 {
        var sum = lines[line] ?? deltas[number].map { [Double](repeating: 0, count: $0.count) }
        for step in sum.indices {
          for draw in sum[step].indices { sum[step][draw] += share * deltas[number][step][draw] }
        }
        lines[line] = sum
      }
    }
    return lines
  }

  /// Share of an area's shift by line.
  private func shares(_ key: AreaStockSeries.Key, _ index: KeyIndex) -> [Int: Double] {
    guard let stratum = strata(key).first else { return [:] }
    var ofLine: [Int: Double] = [:]
    for (m, share) in shares(key).enumerated() {
      let line = index.tally.key(municipality: m, stratum: stratum, offer: -1)
      if line >= 0 { ofLine[line, default: 0] += share }
    }
    return ofLine
  }

  private func strata(_ key: AreaStockSeries.Key) -> [Int] {
    panel.strata.indices.filter { panel.strata[$0].area == key.area && panel.strata[$0].kind == key.kind }
  }

  /// Share of an area's shift by municipality: of its citizens at the origin, or evenly where it has none.
  private func shares(_ key: AreaStockSeries.Key) -> [Double] {
    let strata = strata(key)
    let citizens = panel.municipalities.indices.map { m in
      strata.reduce(0.0) { sum, s in sum + (panel.series(.stock, municipality: m, stratum: s).last { !$0.isNaN } ?? 0) }
    }
    let total = citizens.reduce(0, +)
    return citizens.map { total > 0 ? $0 / total : 1 / Double(citizens.count) }
  }

  /// A municipality's share and the shift of its area, `[step][draw]`; nil for an area that is not moved.
  func share(of cell: PanelSeries.Cell) -> (share: Double, deltas: [[Double]])? {
    guard let key = keys.firstIndex(where: { $0.area == cell.area && $0.kind == cell.kind }),
      let m = panel.municipalities.firstIndex(where: { $0.code == cell.municipality })
    else { return nil }
    return (shares(keys[key])[m], deltas[key])
  }
}
