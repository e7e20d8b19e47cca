import Glibc
import Placements

/// Joint draws of one flow's rates, ready for the simulator.
///
/// Filled once, then only read, by any number of threads. The yearly rate of municipality m, stratum s in future period t of draw d is
/// `level(m, s, d) · areaTime(d, area, t) · exp(slope(m, d) · dampedYears(t))` per unit of exposure.
final class FlowDraws: @unchecked Sendable {
  let draws: Int
  let strata: Int
  let areas: Int
  let horizon: Int
  let areaOfStratum: [Int]
  /// `[draw · strata + stratum]`: intercept, stratum, and the area's trend up to the origin, on the log scale.
  var stratumPart: [Double]
  /// `[municipality · draws + draw]`: municipality effect, home region, own trend up to the origin.
  var municipalityPart: [Double]
  /// `[(municipality · areas + area) · draws + draw]`; single precision is far below the sampling error.
  var interaction: [Float]
  /// `[municipality · draws + draw]`: the municipality's own slope a year; empty when the flow has none.
  var municipalitySlope: [Double]
  /// `[municipality · strata + stratum]`: log factor that takes out the draws' skewness and matches observed totals.
  var correction: [Double]
  /// `[(draw · areas + area) · horizon + period]`: damped trend and season, not on the log scale.
  var areaTime: [Double]
  /// Of the negative binomial by draw; nil for Poisson.
  var theta: [Double]?

  /// Rates of 1 without trend or season.
  init(empty panel: Panel, clock: FlowClock, draws: Int) {
    self.draws = draws
    strata = panel.strata.count
    areas = panel.areas.count
    horizon = clock.horizon
    areaOfStratum = panel.areaOfStratum
    stratumPart = [Double](repeating: 0, count: draws * panel.strata.count)
    municipalityPart = [Double](repeating: 0, count: panel.municipalities.count * draws)
    interaction = [Float](repeating: 0, count: panel.municipalities.count * panel.areas.count * draws)
    municipalitySlope = []
    correction = [Double](repeating: 0, count: panel.municipalities.count * panel.strata.count)
    areaTime = [Double](repeating: 1, count: draws * panel.areas.count * clock.horizon)
    theta = nil
  }

  /// `[draw · areas + area]`: the integral of `areaTime` over the horizon's days.
  private(set) var areaTotal: [Double] = []

  /// Integrates `areaTime`; call once it is complete and before threads share the value.
  func integrate(edges: [Double]) {
    areaTotal = (0..<draws * areas).map { cell in
      (0..<horizon).reduce(0) { $0 + areaTime[cell * horizon + $1] * (edges[$1 + 1] - edges[$1]) }
    }
  }

  @inline(__always)
  func logLevel(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
    stratumPart[d * strata + s] + municipalityPart[m * draws + d] + Double(interaction[(m * areas + areaOfStratum[s]) * draws + d])
  }

  @inline(__always)
  func level(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
    exp(logLevel(municipality: m, stratum: s, draw: d) + correction[m * strata + s])
  }
}
