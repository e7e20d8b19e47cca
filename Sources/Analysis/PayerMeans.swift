import Demand
import Placements
import Scenarios

/// Simulated citizens of every municipality in some lines, on average over spans of periods: from one simulation whatever their number.
struct PayerMeans {
  private let municipalities: Int
  private let means: PresenceMeans

  /// - Parameters:
  ///   - judged: index of the plan that is counted.
  ///   - lines: strata of each; a stratum is in one line.
  ///   - spans: of periods ahead, from 0.
  init(
    demand: FittedDemand, plans: [Plan], judged: Int, lines: [[Int]], spans: [Range<Int>], draws: Int, seed: UInt64, threads: Int
  ) {
    let (n, strata) = (demand.panel.municipalities.count, demand.panel.strata.count)
    var cell = [Int](repeating: -1, count: n * strata)
    for (line, members) in lines.enumerated() { for s in members { for m in 0..<n { cell[m * strata + s] = line * n + m } } }
    municipalities = n
    means = demand.meanPresence(
      plans: plans.map(\.demand), judged: judged, keys: TallyKeys(count: lines.count * n, cell: cell, strata: strata, detail: .presence), spans: spans,
      draws: draws, seed: seed, threads: threads)
  }

  /// `[span][draw]`; nil where nobody is counted.
  func citizens(line: Int, municipality: Int) -> [[Double]]? { means.means(key: line * municipalities + municipality) }
}
