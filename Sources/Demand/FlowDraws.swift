import Glibc

/// Joint draws of one flow's rates, ready for the simulator.
///
/// The yearly rate of municipality m, stratum s in future period t of draw d is
/// `level(m, s, d) · areaTime(d, area, t) · exp(slope(m, d) · dampedYears(t))` per unit of exposure.
struct FlowDraws: Sendable {
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

  @inline(__always)
  func logLevel(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
    stratumPart[d * strata + s] + municipalityPart[m * draws + d] + Double(interaction[(m * areas + areaOfStratum[s]) * draws + d])
  }

  @inline(__always)
  func level(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
    exp(logLevel(municipality: m, stratum: s, draw: d) + correction[m * strata + s])
  }
}
