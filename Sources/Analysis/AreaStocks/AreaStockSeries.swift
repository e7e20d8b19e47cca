import Demand
public import Forecasting
public import Placements

/// The stocks of areas, all municipalities together, a series for each area and kind.
///
/// Months are taken by threes, counted back from the panel's last one, so that the newest count is always used: a stock needs no
/// whole quarter.
public struct AreaStockSeries: Sendable {
  public struct Key: Hashable, Comparable, Sendable {
    /// Id of the area.
    public let area: String
    public let kind: ServiceKind

    public static func < (left: Key, right: Key) -> Bool { (left.area, left.kind.rawValue) < (right.area, right.kind.rawValue) }
  }

  public let keys: [Key]
  /// Series of the keys, with the sums of every kind as further nodes.
  public let history: SeriesHistory
  /// The panel's own periods in a step.
  public let span: Int
  /// The last observed period; the series' last value is counted at its end.
  let origin: Period

  /// - Returns: nil where the panel knows no stock.
  public init?(_ panel: Panel) {
    let known = panel.strata.indices.filter { panel.knowledge[$0] == .flowsAndStock || panel.knowledge[$0] == .stockOnly }
    let keys = Set(known.map { Key(area: panel.strata[$0].area, kind: panel.strata[$0].kind) }).sorted()
    guard !keys.isEmpty else { return nil }
    let span = max(1, PeriodLength.quarter.months / panel.length.months)
    let steps = (panel.count + span - 1) / span
    self.keys = keys
    self.span = span
    origin = panel.origin
    let bottom = keys.map { key in
      let scope = StockScope(municipality: nil, area: panel.areas.firstIndex { $0.id == key.area } ?? 0, kind: key.kind)
      return (0..<steps).map { panel.counted(scope, at: panel.origin.advanced(by: (1 - steps + $0) * span)) ?? .nan }
    }
    history = SeriesHistory(
      hierarchy: SeriesHierarchy(nodes: Self.nodes(keys), bottomCount: keys.count), bottom: bottom,
      season: max(1, panel.length.perYear / span))
  }

  private static func nodes(_ keys: [Key]) -> [SeriesHierarchy.Node] {
    let areas = keys.enumerated().map { SeriesHierarchy.Node(id: "\($0.element.area)|\($0.element.kind.rawValue)", level: "area", members: [$0.offset]) }
    let totals = Set(keys.map(\.kind)).sorted { $0.rawValue < $1.rawValue }.map { kind in
      SeriesHierarchy.Node(id: kind.rawValue, level: "total", members: keys.indices.filter { keys[$0].kind == kind })
    }
    return areas + totals
  }

  /// Nodes that are scored: a sum of one series would count it twice.
  var scoredNodes: Set<Int> {
    Set(history.hierarchy.nodes.indices.filter { history.hierarchy.nodes[$0].level == "area" || history.hierarchy.nodes[$0].members.count > 1 })
  }

  /// The last period that is known with so many steps of the history.
  func period(known count: Int) -> Period { origin.advanced(by: (count - history.count) * span) }

  /// Simulated stocks at the ends of the future steps, joint over the series.
  /// - Parameters:
  ///   - demand: its panel may end earlier, and know fewer areas: those are set aside.
  ///   - isCompared: as of `FittedDemand.simulate`.
  func simulated(
    _ demand: FittedDemand, plan: DemandPlan, steps: Int, draws: Int, seed: UInt64, threads: Int, isCompared: Bool = true
  ) -> PathDraws {
    let panel = demand.panel
    let places = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
    let ofStratum = panel.strata.indices.map { places[Key(area: panel.strata[$0].area, kind: panel.strata[$0].kind)] ?? -1 }
    let cell = panel.municipalities.indices.flatMap { _ in ofStratum }
    let tally = TallyKeys(count: keys.count, cell: cell, strata: panel.strata.count, detail: .net)
    let simulated = demand.simulate(
      reference: plan, scenarios: [], keys: tally, draws: draws, seed: seed, threads: threads, isCompared: isCompared)
    return paths(of: simulated, keys: Array(keys.indices), steps: steps, draws: draws)
  }

  /// The stocks of a simulation whose lines are areas.
  /// - Parameter lines: the line of each of the series.
  func paths(of simulated: DemandDraws, keys lines: [Int], steps: Int, draws: Int) -> PathDraws {
    var values: [Float] = []
    values.reserveCapacity(lines.count * steps * draws)
    var setAside: [Int] = []
    for (number, line) in lines.enumerated() {
      if !simulated.hasFlowStock(key: line), !simulated.hasStockOnly(key: line) { setAside.append(number) }
      var state = LineState(draws: draws, opening: simulated.openingFlowStock(key: line))
      for step in 0..<(steps * span) {
        state.addStock(simulated, plan: 0, key: line, step: step)
        guard (step + 1) % span == 0 else { continue }
        var stock = state.stock
        if simulated.hasStockOnly(key: line) { simulated.addStockOnly(plan: 0, key: line, step: step, to: &stock) }
        for value in stock { values.append(Float(value)) }
      }
    }
    return PathDraws(hierarchy: history.hierarchy, horizon: steps, draws: draws, values: values, setAside: setAside)
  }
}
