import Demand
import Placements

/// What breaks would mean if they lasted: the fitted rates times the ratio for twelve months after the data's end, against the fitted
/// rates, on the same random numbers.
struct SignalEffects {
  /// By break: citizens of the series more or fewer after twelve months.
  let citizens: [Double]

  private static let draws = 200

  init(demand: FittedDemand, cells: SignalCells, breaks: [SignalScan.Break], request: SignalSearch.Request) {
    guard !breaks.isEmpty else {
      citizens = []
      return
    }
    let panel = demand.panel
    let reference = DemandPlan(windows: OfferWindow.observed(panel))
    let periods = cells.steps..<demand.horizon
    let plans = breaks.map { found in
      var plan = reference
      let key = found.series.key
      plan.changes = [
        RateChange(
          target: .flow(found.series.flow), municipalities: panel.municipalities.map { key.municipality.isEmpty || $0.code == key.municipality },
          strata: panel.strata.map { (key.area.isEmpty || $0.area == key.area) && $0.kind == key.kind }, periods: periods,
          effect: .multiply(.exact(max(found.ratio.value, 0.01))))
      ]
      return plan
    }
    let draws = demand.simulate(
      reference: reference, scenarios: plans, keys: cells.tally, draws: Self.draws, seed: request.seed, threads: request.threads)
    let signs: [(EventTally.Kind, Double)] = [(.admissions, 1), (.homecomings, -1), (.otherExits, -1), (.netMoves, 1)]
    citizens = breaks.indices.map { index in
      var change = [Double](repeating: 0, count: Self.draws)
      for cell in breaks[index].series.cells where draws.differs(plan: index + 1, key: cell) {
        for step in periods {
          for (kind, sign) in signs {
            draws.add(kind, plan: index + 1, key: cell, step: step, times: sign, to: &change)
            draws.add(kind, plan: 0, key: cell, step: step, times: -sign, to: &change)
          }
        }
      }
      return change.reduce(0, +) / Double(Self.draws)
    }
  }
}
