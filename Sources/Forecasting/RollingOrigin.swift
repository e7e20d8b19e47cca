internal import Groundwork

/// Forecasts from several past origins, each from what was known then, against what came.
public struct RollingOrigin: Sendable {
  /// One node's forecast from one origin.
  public struct Record: Sendable {
    /// Index of the forecaster, and of the node in the hierarchy.
    public let forecaster: Int
    public let node: Int
    /// Periods that were known.
    public let origin: Int
    public let scale: ErrorScale
    /// `[step]`.
    public let scores: [ForecastScore]
  }

  public let hierarchy: SeriesHierarchy
  public let names: [String]
  /// In the order of origins, forecasters and nodes.
  public let records: [Record]
  /// Series without an observation before an origin: `(origin, series)`.
  public let setAside: [(origin: Int, series: Int)]

  /// - Parameters:
  ///   - history: all that is known, what came after the origins included.
  ///   - origins: numbers of periods known, at least 1 each; the last may be all, and then nothing is scored.
  ///   - nodeValues: `[node][period]` of what is scored; the sums of the history where nil.
  ///   - progress: the share that is done, from any thread.
  public init(
    _ history: SeriesHistory, origins: [Int], horizon: Int, forecasters: [any Forecaster], draws: Int, seed: UInt64, threads: Int,
    nodeValues: [[Double]]? = nil, progress: (@Sendable (Double) -> Void)? = nil
  ) {
    self.init(history, origins: origins, names: forecasters.map(\.name), threads: threads, nodeValues: nodeValues, progress: progress) { past, number in
      forecasters[number].forecast(past, horizon: horizon, draws: draws, seed: seed, threads: threads)
    }
  }

  /// - Parameter paths: the forecast of what is known at an origin by the forecaster of this number; called for one origin after
  ///   the other, and there in the order of the names.
  public init(
    _ history: SeriesHistory, origins: [Int], names: [String], threads: Int, nodeValues: [[Double]]? = nil,
    progress: (@Sendable (Double) -> Void)? = nil, paths: (_ past: SeriesHistory, _ forecaster: Int) -> PathDraws
  ) {
    precondition(origins.allSatisfy { $0 >= 1 && $0 <= history.count }, "an origin outside the history")
    hierarchy = history.hierarchy
    self.names = names
    let nodes = history.hierarchy.nodes
    let actuals = nodeValues ?? nodes.map { history.values(of: $0) }
    let scales = origins.map { origin in actuals.map { ErrorScale(Array($0.prefix(origin)), season: history.season) } }
    var records: [Record] = []
    var setAside: [(origin: Int, series: Int)] = []
    for (index, origin) in origins.enumerated() {
      let past = history.prefix(origin)
      setAside += past.unobserved.map { (origin, $0) }
      for number in names.indices {
        records += Self.scored(paths(past, number), forecaster: number, origin: origin, actuals: actuals, scales: scales[index], threads: threads)
        progress?(Double(index * names.count + number + 1) / Double(origins.count * names.count))
      }
    }
    self.records = records
    self.setAside = setAside
  }

  private static func scored(
    _ paths: PathDraws, forecaster: Int, origin: Int, actuals: [[Double]], scales: [ErrorScale], threads: Int
  ) -> [Record] {
    let nodes = paths.hierarchy.nodes
    return ConcurrentResults<Record?>.of(nodes.count, threads: threads) { index in
      var scores: [ForecastScore] = []
      for step in 0..<paths.horizon {
        guard var sample = paths.sample(nodes[index], step: step) else { return nil }
        let period = origin + step
        scores.append(ForecastScore(&sample, actual: period < actuals[index].count ? actuals[index][period] : .nan))
      }
      return Record(forecaster: forecaster, node: index, origin: origin, scale: scales[index], scores: scores)
    }.compactMap { $0 }
  }
}
