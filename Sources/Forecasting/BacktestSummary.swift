internal import Glibc
internal import Probability

/// Scores of one forecaster over the nodes of a level and the steps of a horizon.
public struct BacktestSummary: Sendable {
  /// Forecasts scored: nodes × origins.
  public let count: Int
  public let origins: Int
  /// Mean absolute error, root mean squared error, mean error (actual − median) and CRPS, each in units of the node's own
  /// changes, as means over node-origins.
  public let mase: Double
  public let rmsse: Double
  public let bias: Double
  public let crps: Double
  /// Absolute errors over actual values, both summed.
  public let wape: Double
  public let coverage80: Double
  public let coverage95: Double
  /// Shares of actual values in the fifths of their forecast distributions, lowest first: 0.2 each where it is honest.
  public let pitFifths: [Double]
  /// CRPS by node-origin, for paired comparison.
  let values: [Key: Double]

  struct Key: Hashable, Comparable {
    let origin: Int
    let node: Int

    static func < (a: Key, b: Key) -> Bool { (a.origin, a.node) < (b.origin, b.node) }
  }

  /// - Parameters:
  ///   - level: nodes of this level alone; nil for all.
  ///   - step: this step alone; nil for all.
  ///   - nodes: these nodes alone, indices of the hierarchy's; nil for all.
  /// - Returns: nil where nothing could be scored.
  public init?(_ result: RollingOrigin, forecaster: Int, level: String? = nil, step: Int? = nil, nodes: Set<Int>? = nil) {
    var sums = Sums()
    var values: [Key: Double] = [:]
    for record in result.records where record.forecaster == forecaster && record.scale.isUsable {
      if let level, result.hierarchy.nodes[record.node].level != level { continue }
      if let nodes, !nodes.contains(record.node) { continue }
      let scored = record.scores.enumerated().filter { (step == nil || $0.offset == step) && !$0.element.actual.isNaN }.map(\.element)
      guard !scored.isEmpty else { continue }
      values[Key(origin: record.origin, node: record.node)] = sums.add(scored, scale: record.scale)
    }
    guard sums.count > 0 else { return nil }
    let count = Double(sums.count)
    self.count = sums.count
    origins = Set(values.keys.map(\.origin)).count
    mase = sums.mase / count
    rmsse = sums.rmsse / count
    bias = sums.bias / count
    crps = sums.crps / count
    wape = sums.actual > 0 ? sums.absolute / sums.actual : .nan
    coverage80 = sums.inside80 / count
    coverage95 = sums.inside95 / count
    pitFifths = sums.fifths.map { $0 / count }
    self.values = values
  }

  private struct Sums {
    var count = 0
    var (mase, rmsse, bias, crps, absolute, actual, inside80, inside95) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    var fifths = [Double](repeating: 0, count: 5)

    /// Returns the node-origin's own CRPS.
    mutating func add(_ scores: [ForecastScore], scale: ErrorScale) -> Double {
      let number = Double(scores.count)
      func mean(_ of: (ForecastScore) -> Double) -> Double { scores.reduce(0) { $0 + of($1) } / number }
      let own = mean(\.crps) / scale.absolute
      count += 1
      mase += mean { abs($0.error) } / scale.absolute
      rmsse += sqrt(mean { $0.error * $0.error } / scale.squared)
      bias += mean(\.error) / scale.absolute
      crps += own
      absolute += scores.reduce(0) { $0 + abs($1.error) }
      actual += scores.reduce(0) { $0 + abs($1.actual) }
      inside80 += mean { $0.isInside80 ? 1 : 0 }
      inside95 += mean { $0.isInside95 ? 1 : 0 }
      for score in scores { fifths[min(4, Int(score.pit * 5))] += 1 / number }
      return own
    }
  }

  /// 1 − CRPS / the other's CRPS over the node-origins that both have.
  public func skill(against other: BacktestSummary) -> Double? {
    let shared = values.keys.filter { other.values[$0] != nil }.sorted()
    let theirs = shared.reduce(0) { $0 + (other.values[$1] ?? 0) }
    guard theirs > 0 else { return nil }
    return 1 - shared.reduce(0) { $0 + (values[$1] ?? 0) } / theirs
  }

  /// The paired difference in CRPS from another forecaster, with an error that counts what node-origins of one origin and of
  /// one node share (two-way clusters: Cameron, Gelbach and Miller, JBES 29, 2011).
  public func difference(from other: BacktestSummary) -> PairedDifference? {
    let shared = values.keys.filter { other.values[$0] != nil }.sorted()
    guard !shared.isEmpty else { return nil }
    return PairedDifference(
      shared.map { ((values[$0] ?? 0) - (other.values[$0] ?? 0), $0.origin, $0.node) })
  }
}

/// The mean of paired differences and how sure it is.
public struct PairedDifference: Sendable {
  public let mean: Double
  /// Nil with fewer than two origins: what one origin's nodes share cannot be told from the difference itself.
  public let standardError: Double?
  /// Two-sided, of no difference, by Student's t with one degree of freedom less than there are origins (or nodes, if fewer).
  public let pValue: Double?

  init(_ differences: [(value: Double, origin: Int, node: Int)]) {
    let count = Double(differences.count)
    let mean = differences.reduce(0) { $0 + $1.value } / count
    self.mean = mean
    func clustered(_ key: (Int, Int) -> Int) -> (squares: Double, clusters: Int) {
      var sums: [Int: Double] = [:]
      for one in differences { sums[key(one.origin, one.node), default: 0] += one.value - mean }
      return (sums.keys.sorted().reduce(0) { $0 + (sums[$1] ?? 0) * (sums[$1] ?? 0) }, sums.count)
    }
    let byOrigin = clustered { origin, _ in origin }
    let byNode = clustered { _, node in node }
    let single = differences.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) }
    guard byOrigin.clusters >= 2 else {
      (standardError, pValue) = (nil, nil)
      return
    }
    let fewest = Double(byNode.clusters < 2 ? byOrigin.clusters : min(byOrigin.clusters, byNode.clusters))
    // Nodes that are the same in every origin would leave nothing; the larger of one and two ways is never too small.
    let squares = max(byOrigin.squares, byOrigin.squares + byNode.squares - single) * fewest / (fewest - 1)
    let error = sqrt(squares) / count
    standardError = error
    pValue = error > 0 ? StudentT(degrees: fewest - 1).twoSided(mean / error) : (mean == 0 ? 1 : 0)
  }
}
