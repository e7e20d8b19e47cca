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
  /// `[draw · strata + stratum]`: yearly rate by intercept, stratum, and the area's trend up to the origin.
  var stratumFactor: [Double]
  /// `[municipality · draws + draw]`: factor of the municipality, the home region, and the own trend up to the origin.
  var municipalityFactor: [Double]
  /// `[(municipality · areas + area) · draws + draw]`, a factor; single precision is far below the sampling error.
  var interactionFactor: [Float]
  /// `[municipality · draws + draw]`: the municipality's own slope a year; empty when the flow has none.
  var municipalitySlope: [Double]
  /// `[municipality · strata + stratum]`: factor that takes out the draws' skewness and matches observed totals.
  var correction: [Double]
  /// `[(draw · areas + area) · horizon + period]`: damped trend and season, a factor.
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
    stratumFactor = [Double](repeating: 1, count: draws * panel.strata.count)
    municipalityFactor = [Double](repeating: 1, count: panel.municipalities.count * draws)
    interactionFactor = [Float](repeating: 1, count: panel.municipalities.count * panel.areas.count * draws)
    municipalitySlope = []
    correction = [Double](repeating: 1, count: panel.municipalities.count * panel.strata.count)
    areaTime = [Double](repeating: 1, count: draws * panel.areas.count * clock.horizon)
    theta = nil
  }

  /// The level before it is corrected.
  @inline(__always)
  func level(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
    stratumFactor[d * strata + s] * municipalityFactor[m * draws + d] * Double(interactionFactor[(m * areas + areaOfStratum[s]) * draws + d])
  }
}

/// A flow's finished draws, shared by all threads, with what the inner loop needs besides.
///
/// Nothing changes once it is made.
final class FlowRates: @unchecked Sendable {
  private let memory = BareMemory()
  let view: View

  init(_ flow: FlowDraws, edges: [Double]) {
    let days = zip(edges.dropFirst(), edges).map { $0 - $1 }
    var amounts = flow.areaTime
    var totals = [Double](repeating: 0, count: flow.draws * flow.areas)
    for cell in totals.indices {
      for t in days.indices {
        amounts[cell * days.count + t] *= days[t]
        totals[cell] += amounts[cell * days.count + t]
      }
    }
    view = View(
      strata: flow.strata, areas: flow.areas, horizon: flow.horizon, draws: flow.draws, areaOfStratum: memory.copy(flow.areaOfStratum),
      stratumFactor: memory.copy(flow.stratumFactor), municipalityFactor: memory.copy(flow.municipalityFactor),
      interactionFactor: memory.copy(flow.interactionFactor), correction: memory.copy(flow.correction),
      municipalitySlope: flow.municipalitySlope.isEmpty ? nil : memory.copy(flow.municipalitySlope), areaDays: memory.copy(amounts),
      theta: flow.theta.map(memory.copy), areaTotal: memory.copy(totals))
  }

  /// Bare pointers into the rates, which must outlive it.
  struct View {
    fileprivate let strata: Int
    fileprivate let areas: Int
    fileprivate let horizon: Int
    fileprivate let draws: Int
    fileprivate let areaOfStratum: UnsafePointer<Int>
    fileprivate let stratumFactor: UnsafePointer<Double>
    fileprivate let municipalityFactor: UnsafePointer<Double>
    fileprivate let interactionFactor: UnsafePointer<Float>
    fileprivate let correction: UnsafePointer<Double>
    fileprivate let municipalitySlope: UnsafePointer<Double>?
    fileprivate let areaDays: UnsafePointer<Double>
    fileprivate let theta: UnsafePointer<Double>?
    fileprivate let areaTotal: UnsafePointer<Double>

    /// Yearly rate at the origin per unit of exposure, without season.
    @inline(__always)
    func level(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
      stratumFactor[d * strata + s] * municipalityFactor[m * draws + d]
        * (Double(interactionFactor[(m * areas + areaOfStratum[s]) * draws + d]) * correction[m * strata + s])
    }

    /// Damped trend and season of an area by future period, times the period's days.
    @inline(__always)
    func days(area: Int, draw: Int) -> UnsafePointer<Double> { areaDays + (draw * areas + area) * horizon }

    /// The sum of `days` over the horizon.
    @inline(__always)
    func total(area: Int, draw: Int) -> Double { areaTotal[draw * areas + area] }

    /// The municipality's own slope a year; nil when the flow has none.
    @inline(__always)
    func slope(municipality: Int, draw: Int) -> Double? { municipalitySlope.map { $0[municipality * draws + draw] } }

    /// Of the negative binomial; nil for Poisson.
    @inline(__always)
    func theta(draw: Int) -> Double? { theta.map { $0[draw] } }
  }
}
