internal import Glibc

/// Chooses among forecasters by their pooled scores at past origins; what came after the history is never seen.
///
/// The first candidate that can be scored is the one that stands unless another beats its CRPS, over all nodes, by more than one
/// standard error of the paired difference.
public struct AutomaticForecaster: Forecaster {
  public let name = "auto"
  public let candidates: [any Forecaster]
  /// Past origins that are tried at most, a year apart where there are enough.
  public let origins: Int

  /// - Parameter candidates: at least one; the first is preferred.
  public init(candidates: [any Forecaster], origins: Int = 3) {
    precondition(!candidates.isEmpty, "nothing to choose from")
    self.candidates = candidates
    self.origins = origins
  }

  /// What was chosen and why.
  public struct Choice: Sendable {
    /// Index of the candidate.
    public let candidate: Int
    /// Scaled CRPS by candidate at the past origins; empty where the history is too short to try any.
    public let scores: [(name: String, crps: Double)]
    /// Periods known at those origins.
    public let origins: [Int]
  }

  /// Draws for the trial: scores of a few hundred rank candidates as those of thousands.
  private static let trialDraws = 400

  /// Past origins a year apart, ascending, the latest as far back as its forecasts can be scored; none where the history is short.
  public static func pastOrigins(_ origins: Int, count: Int, season: Int, reach: Int) -> [Int] {
    let least = max(4, 2 * season + 1)
    var tried: [Int] = []
    var origin = count - reach
    while origin >= least, tried.count < origins {
      tried.append(origin)
      origin -= season
    }
    return tried.reversed()
  }

  public func choose(_ history: SeriesHistory, horizon: Int, seed: UInt64, threads: Int) -> Choice {
    let reach = min(horizon, max(1, history.count / 3))
    let tried = Self.pastOrigins(origins, count: history.count, season: history.season, reach: reach)
    guard candidates.count > 1, !tried.isEmpty else { return Choice(candidate: 0, scores: [], origins: []) }
    let result = RollingOrigin(
      history, origins: tried, horizon: reach, forecasters: candidates, draws: Self.trialDraws, seed: seed, threads: threads)
    let summaries = candidates.indices.map { BacktestSummary(result, forecaster: $0) }
    let scores = zip(candidates, summaries).compactMap { candidate, summary in summary.map { (candidate.name, $0.crps) } }
    return Choice(candidate: Self.best(summaries), scores: scores, origins: tried)
  }

  /// The first that could be scored, unless another's CRPS is less by more than a standard error; then the one that is least by
  /// most. The first of all where nothing could be scored.
  /// - Parameter summaries: by candidate, of the same nodes and origins; nil where it could not be scored.
  public static func best(_ summaries: [BacktestSummary?]) -> Int {
    guard let first = summaries.firstIndex(where: { $0 != nil }), let preferred = summaries[first] else { return 0 }
    var best = first
    var least = 0.0
    for index in summaries.indices where index > first {
      guard let difference = summaries[index]?.difference(from: preferred), let error = difference.standardError else { continue }
      if difference.mean < -error, difference.mean < least { (best, least) = (index, difference.mean) }
    }
    return best
  }

  public func forecast(_ history: SeriesHistory, horizon: Int, draws: Int, seed: UInt64, threads: Int) -> PathDraws {
    candidates[choose(history, horizon: horizon, seed: seed, threads: threads).candidate]
      .forecast(history, horizon: horizon, draws: draws, seed: seed, threads: threads)
  }
}

/// Every forecaster of series by its name.
public enum ForecasterCatalogue {
  public static let classical: [any Forecaster] = ClassicalForecaster.Method.allCases.map { ClassicalForecaster($0) }

  /// What `auto` chooses from, the preferred one first.
  public static let automatic = AutomaticForecaster(
    candidates: [PooledLocalLevel(), ClassicalForecaster(.exponentialSmoothing), ClassicalForecaster(.theta), ClassicalForecaster(.mean)])

  /// Models of series, each by itself.
  public static let series: [any Forecaster] = [PooledLocalLevel()] + classical

  public static let all: [any Forecaster] = [automatic] + series

  public static func named(_ name: String) -> (any Forecaster)? { all.first { $0.name == name } }
}
