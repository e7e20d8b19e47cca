import Glibc
public import Placements

/// The time scale that fits and futures share.
///
/// Past periods have `trend` in years from the middle of the data and `ramp` in years since the start of the recent past;
/// future periods add a damped distance to their values at the origin, so that a log-linear trend levels off.
public struct FlowClock: Sendable {
  /// Years of the recent past over which a municipality's own trend runs.
  public static let recentYears = 5.0
  /// Share of a trend's yearly slope that is left a year later. An assumption, printed with the results.
  public static let damping = 0.8

  public let length: PeriodLength
  public let past: Int
  public let horizon: Int
  public let first: Period

  public init(panel: Panel, horizon: Int) {
    length = panel.length
    past = panel.count
    first = panel.first
    self.horizon = horizon
  }

  private var perYear: Double { Double(length.perYear) }

  private func years(_ periods: Double) -> Double { periods / perYear }

  /// Period index at which a municipality's own trend begins; half of the data where that is short.
  public var rampStart: Double {
    let recent = Self.recentYears * perYear
    return Double(past) > recent + perYear ? Double(past) - recent : Double(past) / 2
  }

  /// Years from the middle of the data to the middle of the past period `index`.
  public func trend(_ index: Int) -> Double { years(Double(index) + 0.5 - Double(past) / 2) }

  public func ramp(_ index: Int) -> Double { years(max(0, Double(index) + 0.5 - rampStart)) }

  public var trendAtOrigin: Double { years(Double(past) / 2) }

  /// Recent years that have passed in the middle of the data, where `trend` is zero.
  var rampAtMiddle: Double { years(max(0, Double(past) / 2 - rampStart)) }

  public var rampAtOrigin: Double { years(Double(past) - rampStart) }

  /// Damped years from the origin to the middle of the future period `step` (0 is the first): (1 − φ^h) / −ln φ.
  /// Gardner and McKenzie, "Forecasting trends in time series", Management Science 31 (1985), in continuous time.
  public func dampedYears(_ step: Int) -> Double {
    let distance = years(Double(step) + 0.5)
    return (1 - pow(Self.damping, distance)) / -log(Self.damping)
  }

  /// One annual harmonic; zero for yearly data.
  public func season(_ index: Int) -> (sine: Double, cosine: Double) {
    guard length != .year else { return (0, 0) }
    let period = first.advanced(by: index)
    let angle = 2 * Double.pi * (Double(period.number) - 0.5) / perYear
    return (sin(angle), cos(angle))
  }

  /// Days from the origin to the edges of the future periods: `horizon + 1` values, the first 0.
  public var edges: [Double] {
    let start = first.advanced(by: past).firstDay
    return (0...horizon).map { Double(first.advanced(by: past + $0).firstDay - start) }
  }
}
