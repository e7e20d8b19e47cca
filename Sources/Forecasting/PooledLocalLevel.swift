internal import Glibc
internal import Groundwork
internal import Probability

/// A local level for all series of a hierarchy together, with shocks that they share.
///
/// On the log scale a series is a season, the path of the whole, its group's deviation from the whole and its own deviation
/// from the group. Each part is a level that follows its observations; smoothing is shared by all series of a part. Local
/// variances are drawn towards a curve of size and weigh recent years more; local shocks have heavy tails (Student's t);
/// shocks of the whole and of the groups are simulated once for all their series, so that sums have honest intervals. A
/// damped slope is added where the series' deviations show that changes go on (`SlopeEvidence`); its shocks are slopes too.
///
/// The noise of single series is part of what their sums were seen to do and is not taken off the shocks of the whole and of
/// groups: sums of few series get intervals that are a little wide (some 90 for 80 % on panels made by this very model), which
/// real panels, whose shifts no such model knows, turn out to need.
public struct PooledLocalLevel: Forecaster {
  public let name = "local_level"

  public init() {}

  /// A year's weight against the next one's in means of past changes, and in variances.
  static let slopeDecay = 0.85
  static let varianceDecay = 0.8
  /// Share of a year's slope that is left a year later.
  static let slopeDamping = 0.9
  /// Observations that the common curve of variances counts for.
  static let priorSize = 12.0
  static let tailDegrees = 8.0
  /// Added to counts before the logarithm, so that an empty series has one.
  static let offset = 0.5

  public func forecast(_ history: SeriesHistory, horizon: Int, draws: Int, seed: UInt64, threads: Int) -> PathDraws {
    PooledLocalLevelFit(history, horizon: horizon).simulate(draws: draws, seed: seed, threads: threads)
  }
}

/// The fitted parts and their futures.
struct PooledLocalLevelFit {
  /// The future of one part of one series.
  struct Component {
    /// Log level at the origin.
    var level = 0.0
    /// Change a period at the origin, before damping, and its standard error.
    var slope = 0.0
    var slopeError = 0.0
    /// Variance of a shock, and the observations behind it where it is drawn anew in each path; nil where it is held.
    var variance = 0.0
    var degrees: Double?
    /// Share of a shock that stays, and share of it that becomes slope.
    var alpha = 1.0
    var beta = 0.0
    /// Periods between the last observation and the origin.
    var staleness = 0
  }

  let history: SeriesHistory
  let horizon: Int
  let season: SeasonalPattern
  /// Group of each series.
  let group: [Int]
  let total: Component
  let groups: [Component]
  let locals: [Component]
  let damping: Double
  /// Log path of each group at the origin; the levels of the parts are counted from it.
  let groupLevels: [Double]
  let setAside: [Int]

  init(_ history: SeriesHistory, horizon: Int) {
    self.history = history
    self.horizon = horizon
    setAside = history.unobserved
    let parts = PathParts(history)
    season = parts.season
    group = parts.group
    groupLevels = parts.groupLevels
    let perYear = Double(history.season)
    damping = pow(PooledLocalLevel.slopeDamping, 1 / perYear)
    let fitting = ComponentFitting(parts: parts, history: history, horizon: horizon, damping: damping)
    total = fitting.total
    groups = fitting.groups
    locals = fitting.locals
  }
}

/// A history in logs, split into the path of the whole, groups' deviations from it and series' deviations from their group.
struct PathParts {
  let season: SeasonalPattern
  let group: [Int]
  let hasGroups: Bool
  let total: ChainIndex
  /// `[group][period]`.
  let groupDeviations: [[Double]]
  /// `[group][period]` changes of those deviations; NaN where none of a group's series is known in both periods.
  let groupChanges: [[Double]]
  /// `[series][period]`, NaN where unknown.
  let localDeviations: [[Double]]
  /// Log level of each group's path at the origin, whole and deviation together.
  let groupLevels: [Double]

  init(_ history: SeriesHistory) {
    let logs = history.bottom.map { series in series.map { log($0 + PooledLocalLevel.offset) } }
    let season = SeasonalPattern(logs: logs, season: history.season)
    let adjusted = logs.enumerated().map { index, series in
      series.enumerated().map { $0.element - season.effect(series: index, period: $0.offset) }
    }
    let found = history.hierarchy.groups
    let group = found ?? [Int](repeating: 0, count: logs.count)
    let total = ChainIndex(adjusted, members: Array(logs.indices), count: history.count)
    var members = [[Int]](repeating: [], count: (group.max() ?? 0) + 1)
    for (series, index) in group.enumerated() { members[index].append(series) }
    let indices = members.map { ChainIndex(adjusted, members: $0, count: history.count) }
    self.season = season
    self.group = group
    hasGroups = found != nil
    self.total = total
    groupDeviations = indices.map { zip($0.level, total.level).map { $0 - $1 } }
    groupChanges = indices.map { zip($0.change, total.change).map { $0 - $1 } }
    groupLevels = indices.map { $0.level.last ?? 0 }
    localDeviations = adjusted.enumerated().map { index, series in zip(series, indices[group[index]].level).map { $0 - $1 } }
  }
}
