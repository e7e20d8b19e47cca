import Demand
public import Placements

/// Municipalities, areas, and municipalities in areas whose recent homecomings or admissions break with their fitted rate.
///
/// The rates are fitted to the data before a monitored window (twelve months, four quarters or two years) and simulated through
/// it, so that batches, common shocks and the rates' own uncertainty are in what is expected. For every series and every start
/// within the window the count since then gets a two-sided tail probability under a negative binomial with the simulated
/// mean and variance; the least one over the starts is the series' statistic, a scan for a change of unknown date. The
/// same statistic of every simulated future tells how small the least over all series of a level becomes by chance alone
/// (the min-P method of Westfall and Young, "Resampling-Based Multiple Testing", 1993), and each of the levels gets an equal
/// part of the false-alarm rate. So, where the rates hold, the chance that one check shows any signal at all is at
/// most that rate.
public struct SignalSearch: Sendable {
  public struct Request: Sendable {
    /// Chance of any false alarm in one check, in (0, 1).
    public var falseAlarms: Double
    public var draws: Int
    public var seed: UInt64
    public var threads: Int
    /// Probability inside the ratios' intervals, in (0, 1).
    public var level: Double

    public init(falseAlarms: Double = 0.1, draws: Int = 1000, seed: UInt64 = 1, threads: Int = 1, level: Double = 0.8) {
      self.falseAlarms = falseAlarms
      self.draws = draws
      self.seed = seed
      self.threads = threads
      self.level = level
    }
  }

  /// By what series are formed; the kind of place always splits them.
  public enum Level: String, CaseIterable, Sendable {
    case area, municipality
    case municipalityArea = "municipality_area"
  }

  public struct Signal: Sendable {
    public let level: Level
    public let key: ResultKey
    public let flow: Flow
    /// First period of the break.
    public let since: Period
    /// Counted and expected from then to the data's end.
    public let observed: Double
    public let expected: Double
    /// Observed over expected, half a citizen added to both, with its interval.
    public let ratio: Double
    public let ratioLower: Double
    public let ratioUpper: Double
    /// Of so extreme a count of this series by chance, the least over the starts; not corrected for the number of series.
    public let tailProbability: Double
    /// Citizens more or fewer in the series twelve months after the data's end, were the ratio to last.
    public let effect: Double
  }

  /// The strongest first.
  public let signals: [Signal]
  /// Series looked at, by level.
  public let tested: [(level: Level, series: Int)]
  /// Series of a municipality in an area whose counts in the window are not all known.
  public let untested: Int
  /// Nil where the data is too short.
  public let window: ClosedRange<Period>?

  public static func windowPeriods(_ length: PeriodLength) -> Int { length == .year ? 2 : length.perYear }

  /// Fewest periods before the window to fit rates to: two years, five in yearly data.
  static func leastHistory(_ length: PeriodLength) -> Int { length == .year ? 5 : 2 * length.perYear }

  /// - Parameters:
  ///   - extracts: with their panel.
  ///   - progress: called with the share that is done.
  /// - Throws: `FindingsError` where the data before the window makes no panel.
  public init(extracts: Extracts, panel: Panel, request: Request, progress: (@Sendable (Double) -> Void)? = nil) throws {
    let steps = Self.windowPeriods(panel.length)
    guard panel.count >= steps + Self.leastHistory(panel.length) else {
      (signals, tested, untested, window) = ([], [], 0, nil)
      return
    }
    let before = try Panel(extracts.asOf(panel.origin.advanced(by: -steps)))
    let demand = FittedDemand(panel: before, horizon: steps + panel.length.perYear, threads: request.threads)
    let cells = SignalCells(before: before, now: panel, steps: steps)
    let futures = SignalFutures(demand: demand, cells: cells, request: request, progress: progress)
    var found: [SignalScan.Break] = []
    var tested: [(level: Level, series: Int)] = []
    let levels = cells.levels
    for level in levels {
      let scan = SignalScan(
        series: cells.series(level), futures: futures, falseAlarms: request.falseAlarms / Double(levels.count), level: request.level)
      found += scan.breaks
      tested.append((level, scan.tested))
    }
    found.sort { ($0.tailProbability, $0.series.order) < ($1.tailProbability, $1.series.order) }
    let effects = SignalEffects(demand: demand, cells: cells, breaks: found, request: request).citizens
    let first = before.origin.advanced(by: 1)
    signals = zip(found, effects).map { found, effect in
      Signal(
        level: found.series.level, key: found.series.key, flow: found.series.flow, since: first.advanced(by: found.start),
        observed: found.observed, expected: found.expected, ratio: found.ratio.value, ratioLower: found.ratio.lower,
        ratioUpper: found.ratio.upper, tailProbability: found.tailProbability, effect: effect)
    }
    self.tested = tested
    untested = cells.unknown
    window = first...panel.origin
  }
}
