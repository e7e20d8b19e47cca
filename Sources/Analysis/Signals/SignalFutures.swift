import Demand
import Placements

/// Counts of every cell in the window as the rates before it would have made them, by draw.
struct SignalFutures {
  let draws: Int
  let steps: Int
  /// `[flow][cell]`, then `[step · draws + draw]`; empty where nothing ever happens.
  private let counts: [[[UInt16]]]

  /// Draws simulated together: their events by cell and period fill a few tens of megabytes, whatever the number of draws.
  private static let batch = 250

  init(demand: FittedDemand, cells: SignalCells, request: SignalSearch.Request, progress: (@Sendable (Double) -> Void)?) {
    let rounds = max(1, (request.draws + Self.batch - 1) / Self.batch)
    let size = (request.draws + rounds - 1) / rounds
    draws = rounds * size
    steps = cells.steps
    var counts = [[[UInt16]]](repeating: [[UInt16]](repeating: [], count: cells.cells.count), count: SignalCells.flows.count)
    let plan = DemandPlan(windows: OfferWindow.observed(demand.panel))
    for round in 0..<rounds {
      let simulated = demand.simulate(
        reference: plan, scenarios: [], keys: cells.tally, draws: size, seed: request.seed &+ UInt64(round) &* 0x9E37_79B9_7F4A_7C15,
        threads: request.threads, isCompared: false)
      for (f, flow) in SignalCells.flows.enumerated() {
        let kind: EventTally.Kind = flow == .admission ? .admissions : .homecomings
        for cell in cells.cells.indices {
          for step in 0..<steps {
            var values = [Double](repeating: 0, count: size)
            simulated.add(kind, plan: 0, key: cell, step: step, to: &values)
            guard values.contains(where: { $0 != 0 }) else { continue }
            if counts[f][cell].isEmpty { counts[f][cell] = [UInt16](repeating: 0, count: steps * draws) }
            let start = step * draws + round * size
            for d in 0..<size { counts[f][cell][start + d] = UInt16(min(65_535, values[d])) }
          }
        }
      }
      progress?(Double(round + 1) / Double(rounds))
    }
    self.counts = counts
  }

  /// The sum over a series' cells: `[step][draw]`.
  func sums(_ series: SignalCells.Series) -> [[Double]] {
    let f = SignalCells.flows.firstIndex(of: series.flow) ?? 0
    var sums = [[Double]](repeating: [Double](repeating: 0, count: draws), count: steps)
    for cell in series.cells where !counts[f][cell].isEmpty {
      for step in 0..<steps {
        for d in 0..<draws { sums[step][d] += Double(counts[f][cell][step * draws + d]) }
      }
    }
    return sums
  }
}
