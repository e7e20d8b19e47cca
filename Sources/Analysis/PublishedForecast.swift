public import Forecasting
public import Placements

/// One number of a published forecast.
public struct PublishedValue: Sendable {
  public let grouping: Grouping
  public let key: ResultKey
  public let period: Period
  public let measure: Measure
  public let value: DrawSummary

  public init(grouping: Grouping, key: ResultKey, period: Period, measure: Measure, value: DrawSummary) {
    self.grouping = grouping
    self.key = key
    self.period = period
    self.measure = measure
    self.value = value
  }
}

/// A number of a published forecast with what came true.
public struct ScoredValue: Sendable {
  public let said: PublishedValue
  /// Periods from the origin to the value's.
  public let ahead: Int
  public let actual: Double

  /// What came true less what was expected.
  public var error: Double { actual - said.value.mean }

  /// Both ends belong to the interval.
  public var isInside: Bool { (said.value.lower...said.value.upper).contains(actual) }
}

/// A published forecast held against the data of today.
public struct PublishedScore: Sendable {
  /// In the forecast's order; only periods that have been observed since.
  public let rows: [ScoredValue]

  /// - Parameters:
  ///   - values: of one grouping, of the panel's base periods.
  ///   - origin: the last period that the forecast knew.
  /// - Throws: `FindingsError` where the extracts do not count what is asked for.
  public init(_ values: [PublishedValue], origin: Period, extracts: Extracts, panel: Panel) throws {
    var rows: [ScoredValue] = []
    for (grouping, own) in Dictionary(grouping: values, by: \.grouping).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let request = RunRequest(grouping: grouping, every: panel.length)
      let history = try ObservedHistory(extracts: extracts, panel: panel, horizon: 1, request: request)
      var series: [Line: [Period: Double]] = [:]
      for value in own where value.period.length == panel.length && value.period <= panel.origin && value.period > origin {
        let line = Line(key: value.key, measure: value.measure)
        if series[line] == nil {
          series[line] = Dictionary(uniqueKeysWithValues: history.series(value.measure, of: value.key).map { ($0.period, $0.value) })
        }
        if let actual = series[line]?[value.period] { rows.append(ScoredValue(said: value, ahead: value.period - origin, actual: actual)) }
      }
    }
    self.rows = rows
  }

  private struct Line: Hashable {
    let key: ResultKey
    let measure: Measure
  }
}
