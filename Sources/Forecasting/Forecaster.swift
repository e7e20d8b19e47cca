/// A way to continue series, as joint sample paths.
///
/// What it returns depends on the history, the numbers given and nothing else: the same bytes for any number of threads.
public protocol Forecaster: Sendable {
  /// The name in tables and options.
  var name: String { get }

  /// - Parameters:
  ///   - horizon: steps ahead, at least 1.
  ///   - draws: sample paths, at least 1.
  ///   - threads: at most that many at once.
  func forecast(_ history: SeriesHistory, horizon: Int, draws: Int, seed: UInt64, threads: Int) -> PathDraws
}
