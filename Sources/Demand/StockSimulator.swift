import Dispatch
import Glibc

/// Sums of simulated stocks by key, period and draw: `[(key · horizon + period) · draws + draw]`.
final class StockTally: @unchecked Sendable {
  private let horizon: Int
  private let draws: Int
  private let cells: UnsafeMutablePointer<Double>

  init(keys: Int, horizon: Int, draws: Int) {
    self.horizon = horizon
    self.draws = draws
    let count = max(1, keys * horizon * draws)
    guard let raw = calloc(count, MemoryLayout<Double>.stride) else { fatalError("out of memory for \(count) stocks") }
    cells = raw.bindMemory(to: Double.self, capacity: count)
  }

  deinit { free(cells) }

  @inline(__always)
  func add(_ amount: Double, key: Int, period: Int, draw: Int) {
    cells[(key * horizon + period) * draws + draw] += amount
  }

  func withDraws<R>(key: Int, period: Int, _ body: (UnsafeBufferPointer<Double>) throws -> R) rethrows -> R {
    try body(UnsafeBufferPointer(start: cells + (key * horizon + period) * draws, count: draws))
  }
}

extension StockModel {
  /// Runs every plan on the same shocks. The first tally is the reference's, the rest are whole, not differences.
  func run(plans: [PreparedPlan], keys: TallyKeys, draws: Int, seed: UInt64, threads: Int) -> [StockTally] {
    let tallies = plans.map { _ in StockTally(keys: keys.count, horizon: horizon, draws: draws) }
    guard !series.isEmpty else { return tallies }
    let chunks = max(1, min(threads, draws))
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
      var path = [Double](repeating: 0, count: horizon)
      var common = [[Double]](repeating: path, count: strata)
      for draw in (draws * chunk / chunks)..<(draws * (chunk + 1) / chunks) {
        for s in 0..<strata { commonPath(stratum: s, draw: draw, seed: seed, into: &common[s]) }
        for index in series.indices {
          let item = series[index]
          let key = keys.key(municipality: item.municipality, stratum: item.stratum, offer: -1)
          guard key >= 0 else { continue }
          self.path(index, draw: draw, seed: seed, common: common[item.stratum], into: &path)
          for (number, plan) in plans.enumerated() {
            for t in 0..<horizon {
              let stock = value(item, logShare: path[t], period: t, plan: plan, draw: draw)
              tallies[number].add(stock, key: key, period: t, draw: draw)
            }
          }
        }
      }
    }
    return tallies
  }

  private func value(_ item: Series, logShare: Double, period: Int, plan: PreparedPlan, draw: Int) -> Double {
    let cell = item.municipality * strata + item.stratum
    var persons = persons[cell * horizon + period]
    var stock: Double?
    for (index, change) in plan.plan.changes.enumerated()
    where change.municipalities[item.municipality] && change.strata[item.stratum] && change.periods.contains(period) {
      let value = plan.value(index, draw: draw)
      let given = plan.multiplies[index] ? 0 : value * plan.shares[index][cell]
      switch change.target {
      case .population: persons = change.step.changed(persons, by: value, given: given, in: period)
      case .stock: stock = change.step.changed(stock ?? base(logShare, persons), by: value, given: given, in: period)
      case .flow: continue
      }
    }
    return stock ?? base(logShare, persons)
  }

  private func base(_ logShare: Double, _ persons: Double) -> Double {
    max(0, exp(logShare) * persons - Self.offset)
  }
}
