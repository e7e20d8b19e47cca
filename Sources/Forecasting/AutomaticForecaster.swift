internal import Glibc

/// Chooses among forecasters by their pooled scores at past origins; what came after the history is never seen.
///
/// The first candidate is the one that stands unless another beats its CRPS, over all nodes, by more than one standard error
/// of the paired difference.
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
    public let forecaster: any Forecaster
    /// Scaled CRPS by candidate at the past origins; empty where the history is too short to try any.
    public let scores: [(name: String, crps: Double)]
    /// Periods known at those origins.
    public let origins: [Int]
  }

  /// Draws for the trial: scores of a few hundred rank candidates as those of thousands.
  private static let trialDraws = 400

  public func choose(_ history: SeriesHistory, horizon: Int, seed: UInt64, threads: Int) -> Choice {
    let least = max(4, 2 * history.season + 1)
    let reach = min(horizon, max(1, history.count / 3))
    var tried: [Int] = []
    var origin = history.count - reach
    while origin >= least, tried.count < origins {
      tried.append(origin)
      origin -= history.season
    }
    guard candidates.count > 1, !tried.isEmpty else { return Choice(forecaster: candidates[0], scores: [], origins: []) }
    let result = RollingOrigin(
      history, origins: tried.reversed(), horizon: reach, forecasters: candidates, draws: Self.trialDraws, seed: seed, threads: threads)
    let summaries = candidates.indices.map { BacktestSummary(result, forecaster: $0) }
    let scores = zip(candidates, summaries).compactMap { candidate, summary in summary.map { (candidate.name, $0.crps) } }
    var best = 0
    if let preferred = summaries[0] {
      var least = 0.0
      for index in candidates.indices.dropFirst() {
        guard let difference = summaries[index]?.difference(from: preferred), let error = difference.standardError else { continue }
        if difference.mean < -error, difference.mean < least { (best, least) = (index, difference.mean) }
      }
    }
    return Choice(forecaster: candidates[best], scores: scores, origins: tried.reversed())
  }

  public func forecast(_ history: SeriesHistory, horizon: Int, draws: Int, seed: UInt64, threads: Int) -> PathDraws {
    choose(history, horizon: horizon, seed: seed, threads: threads).forecaster
      .forecast(history, horizon: horizon, draws: draws, seed: seed, threads: threads)
  }
}

/// Every forecaster of series by its name.
public enum ForecasterCatalogue {
  public static let classical: [any Forecaster] = ClassicalForecaster.Method.allCases.map { ClassicalForecaster($0) }

  /// What `auto` chooses from, the preferred one first.
  public static let automatic = AutomaticForecaster(
    candidates: [PooledLocalLevel(), ClassicalForecaster(.exponentialSmoothing), ClassicalForecaster(.theta), ClassicalForecaster(.mean)])

  public static let all: [any Forecaster] = [automatic, PooledLocalLevel()] + classical

  public static func named(_ name: String) -> (any Forecaster)? { all.first { $0.name == name } }
}
