import Glibc
import Placements
import Probability

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

  @inline(__always)
  func logLevel(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
    stratumPart[d * strata + s] + municipalityPart[m * draws + d] + Double(interaction[(m * areas + areaOfStratum[s]) * draws + d])
  }
}

/// A flow's finished draws, shared by all threads, with what the inner loop needs besides.
final class FlowRates: Sendable {
  let strata: Int
  let areas: Int
  let horizon: Int
  private let draws: Int
  private let areaOfStratum: [Int]
  private let stratumPart: [Double]
  private let municipalityPart: [Double]
  private let interaction: [Float]
  private let correction: [Double]
  let municipalitySlope: [Double]
  let areaTime: [Double]
  let theta: [Double]?
  /// `[draw · areas + area]`: the integral of `areaTime` over the horizon's days.
  let areaTotal: [Double]

  init(_ flow: FlowDraws, edges: [Double]) {
    strata = flow.strata
    areas = flow.areas
    horizon = flow.horizon
    draws = flow.draws
    areaOfStratum = flow.areaOfStratum
    stratumPart = flow.stratumPart
    municipalityPart = flow.municipalityPart
    interaction = flow.interaction
    correction = flow.correction
    municipalitySlope = flow.municipalitySlope
    areaTime = flow.areaTime
    theta = flow.theta
    areaTotal = (0..<flow.draws * flow.areas).map { cell in
      (0..<flow.horizon).reduce(0) { $0 + flow.areaTime[cell * flow.horizon + $1] * (edges[$1 + 1] - edges[$1]) }
    }
  }

  /// Yearly rate at the origin per unit of exposure, without season.
  @inline(__always)
  func level(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
    exp(
      stratumPart[d * strata + s] + municipalityPart[m * draws + d] + Double(interaction[(m * areas + areaOfStratum[s]) * draws + d])
        + correction[m * strata + s])
  }
}
