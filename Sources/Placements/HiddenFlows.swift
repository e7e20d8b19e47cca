import Glibc

/// Flows of one stratum that the source hides, estimated together: where both stocks are known, admissions, homecomings and other exits of
/// a period must make up the change between them.
///
/// Every flow of a municipality is a Poisson count; its rate and the expected hidden counts are found in turns (expectation and
/// maximisation: Dempster, Laird and Rubin, Journal of the Royal Statistical Society B 39, 1977), each rate pulled towards that of all municipalities
/// by the weight of one count.
struct HiddenFlows {
  /// A municipality and period with a flow that is hidden.
  struct Cell {
    let municipality: Int
    /// By flow: bounds, equal where it is known; nil where nothing is known of it.
    let bounds: [ClosedRange<Double>?]
    /// What admissions less exits must come to; nil where nothing says it.
    let change: Double?
  }

  /// By flow and municipality: sum and number of the known counts outside the cells.
  private let known: [[(sum: Double, count: Double)]]
  private let cells: [Cell]
  /// By flow and municipality.
  private(set) var rates: [[Double]]

  /// More combinations than this are too many to go through: the flows are then taken one by one.
  private static let mostCombinations = 20_000.0
  private static let rounds = 30

  init(known: [[(sum: Double, count: Double)]], cells: [Cell]) {
    self.known = known
    self.cells = cells
    rates = known.map { $0.map { _ in 0 } }
    var expected = cells.map { $0.bounds.map { bounds in bounds.map { ($0.lowerBound + $0.upperBound) / 2 } } }
    for _ in 0..<Self.rounds {
      maximise(expected)
      expected = cells.map(mean)
    }
  }

  private mutating func maximise(_ expected: [[Double?]]) {
    for flow in known.indices {
      var sums = known[flow]
      for (cell, values) in zip(cells, expected) {
        guard let value = values[flow] else { continue }
        sums[cell.municipality].sum += value
        sums[cell.municipality].count += 1
      }
      let all = sums.reduce(0) { $0 + $1.count }
      let pooled = all > 0 ? sums.reduce(0) { $0 + $1.sum } / all : 0
      rates[flow] = sums.map { ($0.sum + pooled) / ($0.count + 1) }
    }
  }

  /// Counts of a cell that together lie at the share `level` (0 to 1) of the probability; nil for flows of which nothing is known.
  func quantile(_ cell: Cell, level: Double) -> [Double?] {
    if let joint = combinations(of: cell) {
      var left = level * joint.reduce(0) { $0 + $1.weight }
      for combination in joint {
        left -= combination.weight
        if left <= 0 { return combination.counts.map { $0 } }
      }
      if let last = joint.last { return last.counts.map { $0 } }
    }
    return cell.bounds.enumerated().map { flow, bounds in
      bounds.map { TruncatedPoisson.quantile(level, rate: rates[flow][cell.municipality], within: $0) }
    }
  }

  private func mean(_ cell: Cell) -> [Double?] {
    if let joint = combinations(of: cell), !joint.isEmpty {
      let total = joint.reduce(0) { $0 + $1.weight }
      return cell.bounds.indices.map { flow in joint.reduce(0) { $0 + $1.weight * $1.counts[flow] } / total }
    }
    return cell.bounds.enumerated().map { flow, bounds in
      bounds.map { TruncatedPoisson.mean(rate: rates[flow][cell.municipality], within: $0) }
    }
  }

  /// Whole counts within the bounds that make up the change, with their probability; nil where the flows do not hang together.
  private func combinations(of cell: Cell) -> [(counts: [Double], weight: Double)]? {
    guard let change = cell.change, let admissions = cell.bounds[0], let homecomings = cell.bounds[1], let others = cell.bounds[2],
      (admissions.upperBound - admissions.lowerBound + 1) * (homecomings.upperBound - homecomings.lowerBound + 1) <= Self.mostCombinations
    else { return nil }
    var logs: [(counts: [Double], log: Double)] = []
    for a in stride(from: admissions.lowerBound.rounded(.up), through: admissions.upperBound, by: 1) {
      for h in stride(from: homecomings.lowerBound.rounded(.up), through: homecomings.upperBound, by: 1) {
        let x = a - h - change
        guard others.contains(x) else { continue }
        let counts = [a, h, x]
        logs.append((counts, counts.indices.reduce(0) { $0 + logProbability(counts[$1], rate: rates[$1][cell.municipality]) }))
      }
    }
    guard let largest = logs.map(\.log).max() else { return nil }
    return logs.map { ($0.counts, exp($0.log - largest)) }
  }

  private func logProbability(_ count: Double, rate: Double) -> Double {
    // A rate of nothing at all leaves its own counts impossible, which bounds may say otherwise.
    count * log(max(rate, 1e-9)) - lgamma(count + 1)
  }
}
