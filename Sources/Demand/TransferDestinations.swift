import Glibc
import Placements
import Probability

/// Where those who move from a stratum go.
///
/// A Dirichlet posterior by stratum: its own moves, and with the weight of half a move where the others of its area and
/// kind went, so that a destination which is new to it is not impossible.
struct TransferDestinations: Sendable {
  /// By stratum, ascending; empty where nobody like it ever moved.
  let options: [[Int]]
  /// Of the same, above 0.
  let weights: [[Double]]
  /// By stratum: moves that were seen.
  let moves: [Int]
  private let strata: [Stratum]

  private static let priorWeight = 0.5

  init(panel: Panel) {
    strata = panel.strata
    var counts = [[Int: Int]](repeating: [:], count: panel.strata.count)
    for transfer in panel.transfers { counts[transfer.from][transfer.to, default: 0] += 1 }
    moves = counts.map { $0.values.reduce(0, +) }
    var options: [[Int]] = []
    var weights: [[Double]] = []
    for s in panel.strata.indices {
      var own = counts[s].mapValues(Double.init)
      let prior = Self.moves(ofThoseLike: s, counts, panel)
      let total = prior.reduce(0) { $0 + $1.count }
      for (destination, count) in prior { own[destination, default: 0] += Self.priorWeight * Double(count) / Double(total) }
      let sorted = own.sorted { $0.key < $1.key }
      options.append(sorted.map(\.key))
      weights.append(sorted.map(\.value))
    }
    self.options = options
    self.weights = weights
  }

  /// Moves from strata of the same area and kind, the stratum itself among them, to others than the stratum, by destination.
  private static func moves(ofThoseLike stratum: Int, _ counts: [[Int: Int]], _ panel: Panel) -> [(destination: Int, count: Int)] {
    var sum: [Int: Int] = [:]
    for other in panel.strata.indices
    where panel.areaOfStratum[other] == panel.areaOfStratum[stratum] && panel.strata[other].kind == panel.strata[stratum].kind {
      for (destination, count) in counts[other] where destination != stratum { sum[destination, default: 0] += count }
    }
    return sum.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Shares with 95 % intervals, of strata from which somebody moved.
  var estimates: [FlowFit.Estimate] {
    strata.indices.filter { moves[$0] > 0 }.flatMap { s -> [FlowFit.Estimate] in
      let total = weights[s].reduce(0, +)
      return zip(options[s], weights[s]).map { destination, weight in
        let subject = FlowFit.Estimate.Subject.destination(from: strata[s], to: strata[destination])
        guard options[s].count > 1 else { return FlowFit.Estimate(subject: subject, value: 0, standardError: nil, lower: nil, upper: nil) }
        let share = BetaDistribution(weight, total - weight)
        let deviation = (weight * (total - weight) / (total + 1)).squareRoot() / total
        return FlowFit.Estimate(
          subject: subject, value: log(weight / total), standardError: deviation * total / weight, lower: log(max(share.quantile(0.025), 1e-12)),
          upper: log(share.quantile(0.975)))
      }
    }
  }
}

/// The destinations' shares in every draw.
final class TransferDraws: Sendable {
  /// By stratum: where its destinations begin; one more at the end.
  private let starts: BareArray<Int>
  private let destinations: BareArray<Int>
  /// `[draw · all destinations + destination]`: cumulative within the stratum, the last of each above every uniform number.
  private let cumulative: BareArray<Double>

  init(panel: Panel, draws: Int, seed: UInt64) {
    let posterior = TransferDestinations(panel: panel)
    var starts = [0]
    for options in posterior.options { starts.append(starts[starts.count - 1] + options.count) }
    self.starts = BareArray(starts)
    destinations = BareArray(posterior.options.flatMap(\.self))
    var cumulative: [Double] = []
    cumulative.reserveCapacity(draws * starts[starts.count - 1])
    for d in 0..<draws {
      for s in panel.strata.indices where !posterior.weights[s].isEmpty {
        var stream = RandomStream(seed: seed ^ 0x7472_616E_7366, pair: UInt64(d), UInt64(s))
        var gammas = posterior.weights[s].map { stream.nextGamma($0) }
        // All of them so small that nothing is left of them.
        if gammas.reduce(0, +) <= 0 { gammas = posterior.weights[s] }
        let total = gammas.reduce(0, +)
        var sum = 0.0
        for gamma in gammas.dropLast() {
          sum += gamma / total
          cumulative.append(sum)
        }
        cumulative.append(.infinity)
      }
    }
    self.cumulative = BareArray(cumulative)
  }

  /// Whether anybody moves from the stratum.
  func hasDestinations(_ stratum: Int) -> Bool { starts.pointer[stratum] < starts.pointer[stratum + 1] }

  @inline(__always)
  func destination(from stratum: Int, draw: Int, uniform: Double) -> Int {
    let row = cumulative.pointer + draw * starts.pointer[starts.count - 1]
    var at = starts.pointer[stratum]
    while uniform >= row[at] { at += 1 }
    return destinations.pointer[at]
  }
}
