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
    let years = Period.wholeYears(from: panel.origin.advanced(by: 1), to: panel.origin.advanced(by: demand.horizon))
    let payers = PayerMeans(
      demand: demand, plans: plans, judged: judged,
      lines: lines.map { line in panel.strata.indices.filter { panel.strata[$0].area == line.area && panel.strata[$0].kind == line.kind } },
      spans: years.map { year in (0..<demand.horizon).filter { panel.origin.advanced(by: $0 + 1).lastDay.year == year.firstDay.year } }.compactMap { steps in
        steps.first.map { $0..<$0 + steps.count }
      }, draws: request.draws, seed: request.seed, threads: request.threads)
    return lines.indices.flatMap { facts(lines[$0], payers, $0) }
  }

  private func facts(_ line: Line, _ payers: PayerMeans, _ index: Int) -> [IndicatorFact] {
    let past = Period.wholeYears(from: panel.first, to: panel.origin)
    let ahead = Period.wholeYears(from: panel.origin.advanced(by: 1), to: panel.origin.advanced(by: demand.horizon))
    let observed = past.map { year in panel.municipalities.indices.map { mean(line, $0, year) } }
    // With one payer's number hidden the sum is not known.
    let isWhole = past.map { year in !panel.municipalities.indices.contains { isHidden(line, $0, year) } }
    let future = panel.municipalities.indices.map { payers.citizens(line: index, municipality: $0) }
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
