import Placements
import Probability

/// Joint draws of one flow's rates, ready for the simulator.
///
/// The yearly rate of municipality m, stratum s in future period t of draw d is
/// `level(m, s, d) · areaTime(d, area, t) · exp(slope(m, d) · dampedYears(t))` per unit of exposure.
///
/// All of a draw's factors stand together, since a draw is simulated as a whole. The tables are bare memory that is handed
/// over to `FlowRates`.
struct FlowDraws: ~Copyable {
  fileprivate let memory = BareMemory()
  let draws: Int
  /// 1 where all municipalities have the same rates.
  let municipalities: Int
  let strata: Int
  let areas: Int
  let horizon: Int
  let areaOfStratum: [Int]
  /// From one municipality to the next in the tables: 1, or 0 where they have the same rates.
  fileprivate let stride: Int
  /// `[draw · strata + stratum]`: yearly rate by intercept, stratum, and the area's trend up to the origin.
  let stratumFactor: UnsafeMutablePointer<Double>
  /// `[draw · municipalities + municipality]`: factor of the municipality, the home region, and the own trend up to the origin.
  let municipalityFactor: UnsafeMutablePointer<Double>
  /// `[(draw · municipalities + municipality) · areas + area]`, a factor; single precision is far below the sampling error.
  let interactionFactor: UnsafeMutablePointer<Float>
  /// `[draw · municipalities + municipality]`: the municipality's own slope a year; empty when the flow has none.
  var municipalitySlope: [Double]
  /// `[municipality · strata + stratum]`: factor that takes out the draws' skewness and matches observed totals.
  let correction: UnsafeMutablePointer<Double>
  /// `[(draw · areas + area) · horizon + period]`: damped trend and season, a factor.
  let areaTime: UnsafeMutablePointer<Double>
  /// Of the negative binomial by draw; nil for Poisson.
  var theta: [Double]?
  /// Factors by time since admission, `[draw · TenureEffects.cells + group · bands + band]`, and each stratum's group.
  var tenure: (factors: [Double], groupOfStratum: [Int])?

  /// Factors of citizens by profile, `[draw · profiles + profile]`, and the number of profiles.
  var covariates: (factors: [Double], profiles: Int)?

  /// Rates of 1 without trend or season.
  init(empty panel: Panel, clock: FlowClock, draws: Int, tellsMunicipalitiesApart: Bool = true) {
    self.draws = draws
    municipalities = tellsMunicipalitiesApart ? panel.municipalities.count : 1
    stride = tellsMunicipalitiesApart ? 1 : 0
    strata = panel.strata.count
    areas = panel.areas.count
    horizon = clock.horizon
    areaOfStratum = panel.areaOfStratum
    stratumFactor = memory.filled(draws * strata, with: 1)
    municipalityFactor = memory.filled(draws * municipalities, with: 1)
    interactionFactor = memory.filled(draws * municipalities * areas, with: 1)
    municipalitySlope = []
    correction = memory.filled(municipalities * strata, with: 1)
    areaTime = memory.filled(draws * areas * horizon, with: 1)
    theta = nil
    tenure = nil
    covariates = nil
  }

  /// The level before it is corrected.
  @inline(__always)
  func level(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
    let row = d * municipalities + m
    return stratumFactor[d * strata + s] * municipalityFactor[row] * Double(interactionFactor[row * areas + areaOfStratum[s]])
  }
}

/// A flow's finished draws, shared by all threads, with what the inner loop needs besides.
///
/// Nothing changes once it is made.
final class FlowRates: @unchecked Sendable {
  private let memory: BareMemory
  let view: View

  init(_ flow: consuming FlowDraws, edges: [Double]) {
    let memory = flow.memory
    let totals = memory.filled(flow.draws * flow.areas, with: 0.0)
    for cell in 0..<flow.draws * flow.areas {
      for t in 0..<flow.horizon {
        flow.areaTime[cell * flow.horizon + t] *= edges[t + 1] - edges[t]
        totals[cell] += flow.areaTime[cell * flow.horizon + t]
      }
    }
    view = View(
      municipalities: flow.municipalities, stride: flow.stride, strata: flow.strata, areas: flow.areas, horizon: flow.horizon,
      areaOfStratum: memory.copy(flow.areaOfStratum), stratumFactor: flow.stratumFactor, municipalityFactor: flow.municipalityFactor,
      interactionFactor: flow.interactionFactor, correction: flow.correction,
      municipalitySlope: flow.municipalitySlope.isEmpty ? nil : memory.copy(flow.municipalitySlope), areaDays: flow.areaTime,
      theta: flow.theta.map(memory.copy), areaTotal: totals, tenureFactors: flow.tenure.map { memory.copy($0.factors) },
      tenureOffset: flow.tenure.map { memory.copy($0.groupOfStratum.map { $0 * Tenure.bandCount }) },
      profileFactors: flow.covariates.map { memory.copy($0.factors) }, profiles: flow.covariates?.profiles ?? 0)
    self.memory = memory
  }

  /// Bare pointers into the rates, which must outlive it.
  struct View {
    fileprivate let municipalities: Int
    fileprivate let stride: Int
    fileprivate let strata: Int
    fileprivate let areas: Int
    fileprivate let horizon: Int
    fileprivate let areaOfStratum: UnsafePointer<Int>
    fileprivate let stratumFactor: UnsafePointer<Double>
    fileprivate let municipalityFactor: UnsafePointer<Double>
    fileprivate let interactionFactor: UnsafePointer<Float>
    fileprivate let correction: UnsafePointer<Double>
    fileprivate let municipalitySlope: UnsafePointer<Double>?
    fileprivate let areaDays: UnsafePointer<Double>
    fileprivate let theta: UnsafePointer<Double>?
    fileprivate let areaTotal: UnsafePointer<Double>
    fileprivate let tenureFactors: UnsafePointer<Double>?
    /// By stratum: where its group's factors begin.
    fileprivate let tenureOffset: UnsafePointer<Int>?
    fileprivate let profileFactors: UnsafePointer<Double>?
    fileprivate let profiles: Int

    /// Yearly rate at the origin per unit of exposure, without season.
    @inline(__always)
    func level(municipality m: Int, stratum s: Int, draw d: Int) -> Double {
      let own = m * stride
      let row = d * municipalities + own
      return stratumFactor[d * strata + s] * municipalityFactor[row]
        * (Double(interactionFactor[row * areas + areaOfStratum[s]]) * correction[own * strata + s])
    }

    /// Whether all municipalities have the same rates.
    var isShared: Bool { stride == 0 }

    /// Whether the stratum's rate is above zero.
    func isPositive(stratum s: Int) -> Bool { (0..<(stride == 0 ? 1 : municipalities)).contains { correction[$0 * strata + s] > 0 } }

    /// Damped trend and season of an area by future period, times the period's days.
    @inline(__always)
    func days(area: Int, draw: Int) -> UnsafePointer<Double> { areaDays + (draw * areas + area) * horizon }

    /// The sum of `days` over the horizon.
    @inline(__always)
    func total(area: Int, draw: Int) -> Double { areaTotal[draw * areas + area] }

    /// The municipality's own slope a year; nil when the flow has none.
    @inline(__always)
    func slope(municipality: Int, draw: Int) -> Double? { municipalitySlope.map { $0[draw * municipalities + municipality] } }

    /// A stratum's factors by band of time since admission; nil when the flow has none.
    @inline(__always)
    func tenure(stratum: Int, draw: Int) -> UnsafePointer<Double>? {
      guard let tenureFactors, let tenureOffset else { return nil }
      return tenureFactors + draw * TenureEffects.cells + tenureOffset[stratum]
    }

    /// A citizen's factor; nil when the flow has none.
    @inline(__always)
    func factor(profile: Int32, draw: Int) -> Double? { profileFactors.map { $0[draw * profiles + Int(profile)] } }

    /// Of the negative binomial; nil for Poisson.
    @inline(__always)
    func theta(draw: Int) -> Double? { theta.map { $0[draw] } }
  }
}
