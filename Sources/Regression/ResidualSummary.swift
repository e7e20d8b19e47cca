internal import Glibc
internal import Probability

/// Residuals that should be standard normal, ordered against what is expected of them.
public struct NormalQuantiles: Sendable {
  public struct Point: Hashable, Sendable {
    /// What the order statistic is expected to be.
    public let expected: Double
    public let observed: Double
    /// Where it lies with the probability `level`, taken by itself.
    public let lower: Double
    public let upper: Double
  }

  /// In ascending order.
  public let points: [Point]

  /// - Parameters:
  ///   - residuals: those that are not finite are left out.
  ///   - level: of the band at each point, between 0 and 1; exact, by the beta distribution of order statistics.
  ///   - limit: most points; of more residuals all in the tails are kept, and evenly spaced ones between.
  public init(_ residuals: [Double], level: Double = 0.95, atMost limit: Int = 400) {
    let sorted = residuals.filter(\.isFinite).sorted()
    let n = sorted.count
    let miss = (1 - level) / 2
    points = Self.places(n, limit).map { i in
      let order = BetaDistribution(Double(i + 1), Double(n - i))
      return Point(
        expected: Normal.quantile((Double(i) + 0.625) / (Double(n) + 0.25)), observed: sorted[i],
        lower: Normal.quantile(order.quantile(miss)), upper: Normal.quantile(order.quantile(1 - miss)))
    }
  }

  private static func places(_ n: Int, _ limit: Int) -> [Int] {
    guard n > limit else { return Array(0..<n) }
    let tail = limit / 6
    let between = limit - 2 * tail
    let (low, high) = (Normal.quantile(Double(tail) / Double(n)), Normal.quantile(1 - Double(tail) / Double(n)))
    var places = Set(0..<tail).union((n - tail)..<n)
    for k in 0..<between {
      let z = low + (high - low) * Double(k) / Double(max(1, between - 1))
      places.insert(min(n - 1, max(0, Int(Normal.cumulative(z) * Double(n)))))
    }
    return places.sorted()
  }
}

/// The mean of some rows' values with its standard error.
public struct RowMean: Hashable, Sendable {
  public let rows: Int
  /// Mean of what the rows were gathered by; of a group its position.
  public let x: Double
  public let mean: Double
  /// The rows' standard deviation over √rows; of a single row NaN.
  public let standardError: Double

  init(_ rows: [Int], x: [Double], y: [Double]) {
    let n = Double(rows.count)
    let mean = rows.reduce(0) { $0 + y[$1] } / n
    let squares = rows.reduce(0) { $0 + (y[$1] - mean) * (y[$1] - mean) }
    self.rows = rows.count
    self.x = rows.reduce(0) { $0 + x[$1] } / n
    self.mean = mean
    standardError = rows.count > 1 ? (squares / (n - 1) / n).squareRoot() : .nan
  }

  /// Means of y in `bins` groups of equally many rows, or of equal sums of `sizes` > 0, in the order of x; rows of equal x
  /// stay together. Rows in which either is not finite are left out.
  public static func binned(x: [Double], y: [Double], bins: Int, sizes: [Double]? = nil) -> [RowMean] {
    let order = x.indices.filter { x[$0].isFinite && y[$0].isFinite }.sorted { (x[$0], $0) < (x[$1], $1) }
    guard !order.isEmpty, bins > 0 else { return [] }
    var reached: [Double] = []
    for row in order { reached.append((reached.last ?? 0) + (sizes?[row] ?? 1)) }
    let total = reached[order.count - 1]
    var result: [RowMean] = []
    var (start, end) = (0, 0)
    for bin in 1...bins {
      let goal = total * Double(bin) / Double(bins)
      while end < order.count, bin == bins || reached[end] <= goal * (1 + 1e-12) { end += 1 }
      while end > start, end < order.count, x[order[end]] == x[order[end - 1]] { end += 1 }
      if end > start { result.append(RowMean(Array(order[start..<end]), x: x, y: y)) }
      start = end
    }
    return result
  }
}

/// What some rows observed, held against what was expected of them together.
public struct RowSum: Hashable, Sendable {
  public let rows: Int
  public let observed: Double
  public let expected: Double
  public let variance: Double

  /// Observed less expected in standard deviations: standard normal where the model holds and the rows are many. Unlike
  /// mean quantile residuals it keeps its power where counts are rare.
  public var score: Double { variance > 0 ? (observed - expected) / variance.squareRoot() : 0 }

  /// By key, in ascending order of the keys.
  public static func by<Key: Hashable & Comparable>(
    _ keys: [Key], observed: [Double], expected: [Double], variance: [Double]
  ) -> [(key: Key, sum: RowSum)] {
    var sums: [Key: RowSum] = [:]
    for (i, key) in keys.enumerated() {
      let old = sums[key] ?? RowSum(rows: 0, observed: 0, expected: 0, variance: 0)
      sums[key] = RowSum(
        rows: old.rows + 1, observed: old.observed + observed[i], expected: old.expected + expected[i],
        variance: old.variance + variance[i])
    }
    return sums.keys.sorted().compactMap { key in sums[key].map { (key, $0) } }
  }
}

/// The mean of paired differences with an error that knows which rows go together.
public struct PairedDifference: Hashable, Sendable {
  public let mean: Double
  /// Two-way clustered (Cameron, Gelbach and Miller 2011, Journal of Business & Economic Statistics 29): rows of one
  /// group, or of one time, may differ together. NaN with fewer than two groups and two times.
  public let standardError: Double

  /// - Parameters:
  ///   - differences: one per row; `groups` and `times` say which rows belong together.
  public init(_ differences: [Double], groups: [Int], times: [Int]) {
    let n = Double(differences.count)
    let mean = differences.reduce(0, +) / n
    self.mean = mean
    func spread(_ keys: [Int]) -> Double? {
      var sums: [Int: Double] = [:]
      for (key, difference) in zip(keys, differences) { sums[key, default: 0] += difference - mean }
      guard sums.count > 1 else { return nil }
      let count = Double(sums.count)
      return sums.keys.sorted().reduce(0) { $0 + (sums[$1] ?? 0) * (sums[$1] ?? 0) } * count / (count - 1) / (n * n)
    }
    let width = (times.max() ?? 0) + 1
    let (byGroup, byTime) = (spread(groups), spread(times))
    let both = spread(zip(groups, times).map { $0 * width + $1 }) ?? 0
    let ways = [byGroup, byTime].compactMap(\.self)
    let joint = ways.count == 2 ? ways[0] + ways[1] - both : 0
    standardError = ways.isEmpty ? .nan : max(joint, ways.max() ?? 0).squareRoot()
  }
}
