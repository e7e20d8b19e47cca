import Demand
import Placements

/// One offer's demand as the simulation draws it, without a stop at the places: `[period][draw]`.
struct DrawnDemand: Sendable {
  /// Citizens at the origin.
  let opening: Int
  /// On average over the period.
  private(set) var citizens: [[Double]] = []
  /// Who came to want a place since the middle of the period before.
  private(set) var arrivals: [[Double]] = []
  /// Of those who were there before the period or came in it, the share that has stayed, in 0...1; net moves count as one or the
  /// other. Empty unless asked for.
  private(set) var staying: [[Double]] = []

  /// - Parameter horizon: periods after the panel's last.
  init(_ simulated: SimulatedPlans, plan: Int, key: Int, panel: Panel, horizon: Int, draws: Int, followsStaying: Bool = false) {
    opening = simulated.draws.openingFlowStock(key: key)
    var state = LineState(draws: draws, opening: opening)
    var before = [Double](repeating: 0, count: draws)
    for step in 0..<horizon {
      let days = panel.origin.advanced(by: step + 1).days
      let stock = state.stock
      state.add(simulated.draws, plan: plan, key: key, step: step, days: days)
      let came = state.arrivals(since: stock)
      citizens.append(state.occupiedDays.map { $0 / Double(days) })
      arrivals.append(zip(before, came).map { ($0 + $1) / 2 })
      if followsStaying { staying.append(stock.indices.map { min(1, max(0, stock[$0] + came[$0] > 0 ? state.stock[$0] / (stock[$0] + came[$0]) : 1)) }) }
      before = came
      state.startPeriod()
    }
  }
}

extension LineState {
  /// Admissions of the period and whoever moved there from other lines.
  /// - Parameter before: the stock at its beginning.
  fileprivate func arrivals(since before: [Double]) -> [Double] {
    before.indices.map { d in
      let moved = stock[d] - before[d] - admissions[d] + homecomings[d] + otherExits[d]
      return admissions[d] + max(0, moved)
    }
  }
}
