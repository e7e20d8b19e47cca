import Demand
import Placements
import Scenarios

/// The stock of one area and kind, of one municipality or of all.
struct StockScope: Hashable, Comparable {
  /// Index into the panel's; nil for all.
  let municipality: Int?
  /// Index into the panel's.
  let area: Int
  let kind: ServiceKind

  private var order: (Int, Int, Int) { (area, municipality ?? Int.max, ServiceKind.allCases.firstIndex(of: kind) ?? 0) }

  static func < (left: StockScope, right: StockScope) -> Bool { left.order < right.order }
}

extension Panel {
  /// The kind that is meant where somebody speaks of an area's places: 24-hour ones where it has them, else its only one.
  func spokenKind(ofArea area: Int) -> ServiceKind {
    let kinds = strata.indices.filter { areaOfStratum[$0] == area && (knowledge[$0] == .flowsAndStock || knowledge[$0] == .stockOnly) }.map { strata[$0].kind }
    return kinds.contains(.residential) ? .residential : kinds.first ?? .residential
  }

  /// Strata of a scope of which the stock is known.
  func strata(of scope: StockScope) -> [Int] {
    strata.indices.filter { s in
      areaOfStratum[s] == scope.area && strata[s].kind == scope.kind && (knowledge[s] == .flowsAndStock || knowledge[s] == .stockOnly)
    }
  }

  /// The counted stock at a period's end; nil where some of it is unknown or the period lies outside the data.
  func counted(_ scope: StockScope, at period: Period) -> Double? {
    let t = period - first
    guard period.length == length, (0..<count).contains(t) else { return nil }
    var sum = 0.0
    var isKnown = false
    for s in strata(of: scope) {
      for m in scope.municipality.map({ $0...$0 }) ?? 0...(municipalities.count - 1) {
        if isUncounted(.stock, municipality: m, stratum: s, period: t) { return nil }
        let value = value(.stock, municipality: m, stratum: s, period: t)
        guard !value.isNaN else { continue }
        sum += value
        isKnown = true
      }
    }
    return isKnown ? sum : nil
  }

  /// The period that ends with a year, or with a longer period.
  func closing(_ whole: Period) -> Period { Period(containing: whole.lastDay, length: length) }
}

/// Simulated stocks of municipalities in areas, joint over all of them, under one plan.
struct ScopedStocks {
  /// By scope of one municipality, `[step][draw]`.
  private let own: [StockScope: [[Double]]]
  /// By area and kind, those of all municipalities without a scope of their own.
  private let rest: [StockScope: [[Double]]]
  private let empty: [[Double]]

  /// - Parameters:
  ///   - scopes: of one municipality each.
  ///   - areas: of all municipalities; their sums hold the scopes of the same area and kind.
  init(
    demand: FittedDemand, plan: Plan, scopes: Set<StockScope>, areas: Set<StockScope>, draws: Int, seed: UInt64, threads: Int
  ) {
    let panel = demand.panel
    let ordered = scopes.sorted() + areas.sorted()
    var cell = [Int](repeating: -1, count: panel.municipalities.count * panel.strata.count)
    for (key, scope) in ordered.enumerated().reversed() {
      for s in panel.strata(of: scope) {
        for m in scope.municipality.map({ $0...$0 }) ?? 0...(panel.municipalities.count - 1) { cell[m * panel.strata.count + s] = key }
      }
    }
    let keys = TallyKeys(count: ordered.count, cell: cell, strata: panel.strata.count, detail: .net)
    let simulated = demand.simulate(reference: plan.demand, scenarios: [], keys: keys, draws: draws, seed: seed, threads: threads)
    var stocks: [StockScope: [[Double]]] = [:]
    for (key, scope) in ordered.enumerated() {
      var flows = [Double](repeating: Double(simulated.openingFlowStock(key: key)), count: draws)
      stocks[scope] = (0..<demand.horizon).map { step in
        simulated.add(.netMoves, plan: 0, key: key, step: step, to: &flows)
        var stock = flows
        if simulated.hasStockOnly(key: key) { simulated.addStockOnly(plan: 0, key: key, step: step, to: &stock) }
        return stock
      }
    }
    own = stocks.filter { $0.key.municipality != nil }
    rest = stocks.filter { $0.key.municipality == nil }
    empty = Array(repeating: [Double](repeating: 0, count: draws), count: demand.horizon)
  }

  /// Draws of a scope at the end of a future step; of all municipalities the sum inside each draw.
  /// - Parameter changed: what stands in place of a municipality's own draws.
  func draws(_ scope: StockScope, step: Int, changed: [StockScope: [Double]] = [:]) -> [Double] {
    if scope.municipality != nil { return changed[scope] ?? (own[scope] ?? empty)[step] }
    var sum = (rest[scope] ?? empty)[step]
    for (part, stocks) in own.sorted(by: { $0.key < $1.key }) where part.area == scope.area && part.kind == scope.kind {
      let values = changed[part] ?? stocks[step]
      for d in sum.indices { sum[d] += values[d] }
    }
    return sum
  }
}
