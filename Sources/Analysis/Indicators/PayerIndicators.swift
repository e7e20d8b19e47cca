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
    let years = panel.yearsAhead(horizon: demand.horizon)
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
    let ahead = panel.yearsAhead(horizon: demand.horizon)
    let observed = past.map { year in panel.municipalities.indices.map { mean(line, $0, year) } }
    // With one payer's number hidden the sum is not known.
    func isWhole(_ year: Period) -> Bool { !panel.municipalities.indices.contains { isHidden(line, $0, year) } }
    let whole = past.map(isWhole)
    // By payer `[year][draw]`; nil for a running year of which its part is not known.
    let future = panel.municipalities.indices.map { m in
      payers.citizens(line: index, municipality: m).map { own in zip(ahead, own).map { wholeYear(line, m, $0, ahead: $1) } }
    }
    var facts: [IndicatorFact] = []
    let totals = observed.map { $0.compactMap(\.self).reduce(0, +) }
    let totalsAhead = ahead.indices.map { y in
      isWhole(ahead[y]) ? (0..<request.draws).map { d in future.reduce(0) { $0 + ($1?[y]?[d] ?? 0) } } : []
    }
    for m in panel.municipalities.indices {
      // Who never had anybody in an area and has nobody in any future has no facts of it.
      let most = (observed.compactMap { $0[m] } + (future[m]?.compactMap { $0.map { $0.reduce(0, +) / Double(request.draws) } } ?? [])).max() ?? 0
      guard most > 0 else { continue }
      let scope = Scope(line: line, municipality: panel.municipalities[m].code)
      for (y, year) in past.enumerated() { facts += self.observed(scope, year, observed[y][m], of: whole[y] ? totals[y] : 0) }
      guard let own = future[m] else { continue }
      for (y, year) in ahead.enumerated() { facts += own[y].map { self.ahead(scope, year, $0, of: totalsAhead[y]) } ?? [] }
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

  /// Occupied days of a year's observed periods over all its days; nil where hidden in one of its periods or counted in none.
  private func mean(_ line: Line, _ m: Int, _ year: Period) -> Double? {
    guard !isHidden(line, m, year) else { return nil }
    var days: Double?
    for (s, t) in cells(line, year) {
      let value = panel.value(.occupiedDays, municipality: m, stratum: s, period: t)
      if !value.isNaN { days = (days ?? 0) + value }
    }
    return days.map { $0 / Double(year.days) }
  }

  /// A year's citizens on average by draw: those of its observed part and those of the rest, which alone is simulated, by their days.
  private func wholeYear(_ line: Line, _ m: Int, _ year: Period, ahead: [Double]) -> [Double]? {
    let periods = panel.observedPeriods(of: year)
    guard !periods.isEmpty else { return ahead }
    let rest = Double(year.days - periods.reduce(0) { $0 + $1.days })
    return mean(line, m, year).map { observed in ahead.map { observed + $0 * rest / Double(year.days) } }
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
        respondent: "", value: summary.mean, interval: summary, parts: nil,
        observedUntil: year.firstDay <= panel.origin.lastDay ? panel.origin : nil)
    }
    var facts = [fact(.citizensServed, means)]
    if !totals.isEmpty, totals.allSatisfy({ $0 > 0 }) { facts.append(fact(.purchaseShare, zip(means, totals).map { 100 * $0 / $1 })) }
    if let own = own(scope, panel.origin.lastDay), own > 0 { facts.append(fact(.selfSupply, means.map { 100 * own / (own + $0) })) }
    return facts
  }
}
