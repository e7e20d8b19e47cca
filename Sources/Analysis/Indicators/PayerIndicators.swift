import Capacity
import Demand
import Forecasting
import Placements
import Scenarios

/// Indicators by municipality, area and kind.
struct PayerIndicators {
  let demand: FittedDemand
  let extracts: Extracts
  let plans: [Plan]
  let judged: Int
  let request: RiskRequest

  private var panel: Panel { demand.panel }

  private struct Line: Hashable, Comparable {
    let area: String
    let kind: ServiceKind

    static func < (left: Line, right: Line) -> Bool { (left.area, left.kind.rawValue) < (right.area, right.kind.rawValue) }
  }

  func facts() -> [IndicatorFact] {
    let lines = Set(panel.strata.filter { request.areas.isEmpty || request.areas.contains($0.area) }.map { Line(area: $0.area, kind: $0.kind) }).sorted()
    let perBatch = PayerStocks.linesAtATime(demand, draws: request.draws)
    return stride(from: 0, to: lines.count, by: perBatch).flatMap { start -> [IndicatorFact] in
      let batch = Array(lines[start..<min(lines.count, start + perBatch)])
      let stocks = PayerStocks(
        demand: demand, plans: plans, judged: judged, lines: batch.map { line in panel.strata.indices.filter { panel.strata[$0].area == line.area && panel.strata[$0].kind == line.kind } },
        request: request)
      return batch.indices.flatMap { facts(batch[$0], stocks, $0) }
    }
  }

  private func facts(_ line: Line, _ stocks: PayerStocks, _ index: Int) -> [IndicatorFact] {
    let past = Period.wholeYears(from: panel.first, to: panel.origin)
    let ahead = Period.wholeYears(from: panel.origin.advanced(by: 1), to: panel.origin.advanced(by: demand.horizon))
    let observed = past.map { year in panel.municipalities.indices.map { mean(line, $0, year) } }
    // With one payer's number hidden the sum is not known.
    let isWhole = past.map { year in !panel.municipalities.indices.contains { isHidden(line, $0, year) } }
    let future = panel.municipalities.indices.map { stocks.means(line: index, municipality: $0, years: ahead) }
    var facts: [IndicatorFact] = []
    let totals = observed.map { $0.compactMap(\.self).reduce(0, +) }
    let totalsAhead = ahead.indices.map { y in
      (0..<request.draws).map { d in future.reduce(0) { $0 + ($1?[y][d] ?? 0) } }
    }
    for m in panel.municipalities.indices {
      // Who never had anybody in an area and has nobody in any future has no facts of it.
      let most = (observed.compactMap { $0[m] } + (future[m]?.map { $0.reduce(0, +) / Double(request.draws) } ?? [])).max() ?? 0
      guard most > 0 else { continue }
      let scope = Scope(line: line, municipality: panel.municipalities[m].code)
      for (y, year) in past.enumerated() { facts += self.observed(scope, year, observed[y][m], of: isWhole[y] ? totals[y] : 0) }
      guard let own = future[m] else { continue }
      for (y, year) in ahead.enumerated() { facts += self.ahead(scope, year, own[y], of: totalsAhead[y]) }
    }
    return facts
  }

  private struct Scope {
    let line: Line
    let municipality: String
  }

  private func cells(_ line: Line, _ year: Period) -> [(stratum: Int, period: Int)] {
    let strata = panel.strata.indices.filter { panel.strata[$0].area == line.area && panel.strata[$0].kind == line.kind }
    return (0..<panel.count).filter { panel.first.advanced(by: $0).lastDay.year == year.firstDay.year }.flatMap { t in strata.map { ($0, t) } }
  }

  private func isHidden(_ line: Line, _ m: Int, _ year: Period) -> Bool {
    cells(line, year).contains { panel.isUncounted(.occupiedDays, municipality: m, stratum: $0.stratum, period: $0.period) }
  }

  /// Citizens on average over a year; nil where hidden in one of its periods or counted in none.
  private func mean(_ line: Line, _ m: Int, _ year: Period) -> Double? {
    guard !isHidden(line, m, year) else { return nil }
    var days: Double?
    for (s, t) in cells(line, year) {
      let value = panel.value(.occupiedDays, municipality: m, stratum: s, period: t)
      if !value.isNaN { days = (days ?? 0) + value }
    }
    return days.map { $0 / Double(year.days) }
  }

  private func own(_ scope: Scope, _ day: Day) -> Double? {
    guard scope.line.kind == .residential else { return nil }
    return OwnSupply(extracts.ownSupply).citizens(municipality: scope.municipality, area: scope.line.area, on: day)
  }

  private func observed(_ scope: Scope, _ year: Period, _ mean: Double?, of total: Double) -> [IndicatorFact] {
    guard let mean else { return [] }
    func fact(_ indicator: Indicator, _ value: Double, _ parts: (Double, Double)?) -> IndicatorFact {
      IndicatorFact(
        indicator: indicator, isForecast: false, period: year, area: scope.line.area, kind: scope.line.kind, offer: "", municipality: scope.municipality,
        respondent: "", value: value, interval: nil, parts: parts)
    }
    var facts = [fact(.citizensServed, mean, nil)]
    if total > 0 { facts.append(fact(.purchaseShare, 100 * mean / total, (mean, total))) }
    if let own = own(scope, year.lastDay), own + mean > 0 { facts.append(fact(.selfSupply, 100 * own / (own + mean), (own, own + mean))) }
    return facts
  }

  private func ahead(_ scope: Scope, _ year: Period, _ means: [Double], of totals: [Double]) -> [IndicatorFact] {
    func fact(_ indicator: Indicator, _ values: [Double]) -> IndicatorFact {
      var copy = values
      let summary = DrawSummary(&copy, level: request.level)
      return IndicatorFact(
        indicator: indicator, isForecast: true, period: year, area: scope.line.area, kind: scope.line.kind, offer: "", municipality: scope.municipality,
        respondent: "", value: summary.mean, interval: summary, parts: nil)
    }
    var facts = [fact(.citizensServed, means)]
    if totals.allSatisfy({ $0 > 0 }) { facts.append(fact(.purchaseShare, zip(means, totals).map { 100 * $0 / $1 })) }
    if let own = own(scope, panel.origin.lastDay), own > 0 { facts.append(fact(.selfSupply, means.map { 100 * own / (own + $0) })) }
    return facts
  }
}

/// Simulated citizens of every municipality in some lines, a batch of lines at a time, so that memory does not grow with the areas.
struct PayerStocks {
  private let demand: FittedDemand
  private let judged: Int
  private let draws: Int
  private let simulated: DemandDraws

  /// Counts of payers that are held at a time.
  private static let cells = 40_000_000

  static func linesAtATime(_ demand: FittedDemand, draws: Int) -> Int {
    max(1, cells / max(1, demand.panel.municipalities.count * demand.horizon * draws))
  }

  /// - Parameter lines: strata of each.
  init(demand: FittedDemand, plans: [Plan], judged: Int, lines: [[Int]], request: RiskRequest) {
    let panel = demand.panel
    let (n, strata) = (panel.municipalities.count, panel.strata.count)
    var cell = [Int](repeating: -1, count: n * strata)
    for (line, members) in lines.enumerated() { for s in members { for m in 0..<n { cell[m * strata + s] = line * n + m } } }
    self.demand = demand
    self.judged = judged
    draws = request.draws
    simulated = demand.simulate(
      reference: plans[0].demand, scenarios: plans.dropFirst().map(\.demand), keys: TallyKeys(count: lines.count * n, cell: cell, strata: strata, detail: .net),
      draws: request.draws, seed: request.seed, threads: request.threads)
  }

  /// Citizens on average over each year, as the mean of each period's beginning and end: `[year][draw]`; nil where nobody is counted.
  func means(line: Int, municipality: Int, years: [Period]) -> [[Double]]? {
    let panel = demand.panel
    let key = line * panel.municipalities.count + municipality
    guard simulated.hasFlowStock(key: key) || simulated.hasStockOnly(key: key) else { return nil }
    var state = LineState(draws: draws, opening: simulated.openingFlowStock(key: key))
    var before = [Double](repeating: simulated.openingStock(key: key), count: draws)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: draws), count: years.count)
    for step in 0..<demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      state.addStock(simulated, plan: judged, key: key, step: step)
      var now = state.stock
      if simulated.hasStockOnly(key: key) { simulated.addStockOnly(plan: judged, key: key, step: step, to: &now) }
      if let y = years.firstIndex(where: { $0.firstDay.year == period.lastDay.year }) {
        let share = Double(period.days) / Double(years[y].days) / 2
        for d in 0..<draws { sums[y][d] += share * (before[d] + now[d]) }
      }
      before = now
    }
    return sums
  }
}
