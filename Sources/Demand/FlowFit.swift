import Glibc
public import Groundwork
import LinearAlgebra
public import Placements
import Probability
import Regression

/// One flow's fitted rates: pooled over municipalities, strata and areas.
///
/// log rate = intercept + home region + stratum + (trend + trend of the area) · years + season + municipality
/// + municipality × area + (homecomings) own trend of the municipality over the recent years.
public struct FlowFit: Sendable {
  /// One number that the fit found, with its 95 % interval, for tables and tests.
  public struct Estimate: Sendable {
    public enum Subject: Hashable, Sendable {
      /// Log rate of a stratum in the middle of the data, of a municipality outside the home region.
      case level(Stratum)
      case ownRegion
      /// Change of the log rate a year in an area.
      case slope(area: String)
      case seasonSine, seasonCosine
      case municipality(code: String)
      case municipalityArea(code: String, area: String)
      /// Change of the log rate a year over the recent years, on top of the area's.
      case municipalityTrend(code: String)
      /// Log factor of a time since admission against the mean of its group of legal sections.
      case tenure(LegalGroup, band: Int)
      /// Log share of those moving from a stratum who go to another.
      case destination(from: Stratum, to: Stratum)
      case standardDeviation(String)
      case theta
    }

    public let subject: Subject
    public let value: Double
    /// On the scale of `value`; nil where it is not known, such as for a variance of zero.
    public let standardError: Double?
    public let lower: Double?
    public let upper: Double?
  }

  public let flow: Flow
  /// Of the panel, ascending.
  let strata: [Int]
  /// Events behind the fit.
  public let events: Double
  public let rows: Int
  /// Sum of the fitted means over the data.
  public let fittedEvents: Double
  /// Sum of the fitted means over sum of the counts, by stratum of the panel; 1 where nothing was counted.
  public let fittedShare: [Double]
  /// Why a simpler model was taken, if it was.
  public let warning: Finding?
  let parameters: Parameters
  /// Factors of homecomings and other exits by time since admission; nil where it is not known or changes nothing.
  let tenure: TenureEffects?
  /// Levels and shocks that municipalities share; nil where there is nothing to tell them from.
  let shocks: SharedShocks?
  /// `[municipality · strata + stratum]`: what the fit counted.
  let cells: [CountedCell]
  /// Whether the stratum's count of this flow is known at all; where it is not, its events are part of another flow.
  private let isKnown: [Bool]
  let exposure: FlowFrame.Exposure
  private let panel: Panel

  /// A cell's events and its exposure: person-years, or years of 10,000 inhabitants.
  struct CountedCell: Sendable {
    var events = 0.0
    var exposure = 0.0
    /// The exposure that the factors of time since admission weigh.
    var weighted = 0.0
  }

  enum Parameters: Sendable {
    case regression(FittedPenalizedGLM, FlowTerms)
    /// Too few events to fit: one rate by stratum with a gamma posterior, (events + prior, exposure + prior).
    case constant(events: [Double], exposure: [Double], prior: (events: Double, exposure: Double))
  }

  /// Fewest events for which rates are regressed.
  static let fewestEvents = 10.0

  init(panel: Panel, clock: FlowClock, flow: Flow, strata: [Int], exposure: FlowFrame.Exposure) {
    let frame = FlowFrame(panel: panel, clock: clock, flow: flow, strata: strata, exposure: exposure)
    self.flow = flow
    self.strata = strata
    self.exposure = exposure
    self.panel = panel
    isKnown = panel.strata.indices.map { s in
      strata.contains(s)
        && panel.municipalities.indices.contains { m in
          panel.series(FlowFrame.quantity(flow), municipality: m, stratum: s).contains { !$0.isNaN }
        }
    }
    rows = frame.rows
    let events = frame.response.reduce(0, +)
    self.events = events
    let terms = FlowTerms(panel: panel, clock: clock, flow: flow, frame: frame)
    var problem: Finding?
    if events >= Self.fewestEvents {
      do {
        let (fit, tenure) = try Self.fit(terms, frame, panel: panel, flow: flow, strata: strata)
        parameters = .regression(fit, terms)
        self.tenure = tenure
        cells = Self.count(frame, panel, tenure)
        fittedEvents = fit.mean.reduce(0, +)
        fittedShare = Self.share(fit.mean, frame: frame, strata: panel.strata.count)
        (shocks, warning) = Self.shocks(fit, terms, frame, panel: panel, clock: clock)
        return
      } catch {
        problem = Finding(
          .warning, value: flow.rawValue,
          message: Phrase(
            da: "modellen kunne ikke bestemmes (\(Self.short(error))); hver gruppe får sin gennemsnitlige rate.",
            en: "the model could not be fitted (\(Self.short(error))); each stratum gets its mean rate."), remedy: Phrase(""))
      }
    }
    warning = problem
    tenure = nil
    shocks = nil
    cells = Self.count(frame, panel, nil)
    fittedEvents = events
    parameters = Self.constant(frame, strata: panel.strata.count)
    fittedShare = [Double](repeating: 1, count: panel.strata.count)
  }

  /// Rates and factors in turn, each given the other, until factors move by less than a fiftieth: from cells' own rates one
  /// regression is mostly enough.
  private static func fit(
    _ terms: FlowTerms, _ frame: FlowFrame, panel: Panel, flow: Flow, strata: [Int]
  ) throws -> (FittedPenalizedGLM, TenureEffects?) {
    guard !frame.tenureExposure.isEmpty else { return (try terms.fit(frame, logExposure: frame.logExposure), nil) }
    let groups = TenureEffects.groupOfStratum(panel)
    func effects(_ fitted: [Double], _ theta: Double?, _ before: TenureEffects?) -> TenureEffects? {
      let counts = TenureEffects.Counts(
        frame: frame, panel: panel, flow: flow, fitted: fitted, theta: theta, factors: before?.factors, groupOfStratum: groups, strata: strata)
      return TenureEffects(counts, groupOfStratum: groups)
    }
    var tenure = effects(cellMeans(frame, panel), nil, nil)
    var round = 0
    while true {
      let fit = try terms.fit(frame, logExposure: tenure.map(frame.logExposure) ?? frame.logExposure)
      round += 1
      let next = effects(fit.mean, fit.theta, tenure)
      guard round < 4, TenureEffects.distance(tenure, next) > 0.02 else { return (fit, tenure?.isFlat == true ? nil : tenure) }
      tenure = next
    }
  }

  /// Expected events by row where each municipality has its own rate in each stratum, drawn towards the stratum's with the weight of two events.
  private static func cellMeans(_ frame: FlowFrame, _ panel: Panel) -> [Double] {
    let cells = count(frame, panel, nil)
    let strata = panel.strata.count
    let rates = (0..<strata).map { s in
      let own = panel.municipalities.indices.map { cells[$0 * strata + s] }
      let exposure = own.reduce(0) { $0 + $1.exposure }
      return exposure > 0 ? (own.reduce(0) { $0 + $1.events } + 0.5) / exposure : 1
    }
    return (0..<frame.rows).map { row in
      let s = Int(frame.stratum[row])
      let cell = cells[Int(frame.municipality[row]) * strata + s]
      return (cell.events + 2) / (cell.exposure + 2 / rates[s]) * exp(frame.logExposure[row])
    }
  }

  private static func shocks(
    _ fit: FittedPenalizedGLM, _ terms: FlowTerms, _ frame: FlowFrame, panel: Panel, clock: FlowClock
  ) -> (SharedShocks?, Finding?) {
    let totals = SharedShocks.Totals(frame: frame, panel: panel, clock: clock, fitted: fit.mean, theta: terms.theta(fit) == nil ? nil : fit.theta)
    do {
      let shocks = try SharedShocks(totals, span: SharedShocks.span(panel.length), perYear: panel.length.perYear, hasRamp: terms.hasRamp)
      return (shocks?.isSilent == true ? nil : shocks, nil)
    } catch {
      return (
        nil,
        Finding(
          .warning, value: terms.flow.rawValue,
          message: Phrase(
            da: "fælles stød kunne ikke bestemmes (\(short(error))); prognosens intervaller er uden dem.",
            en: "shared shocks could not be estimated (\(short(error))); the forecast's intervals are without them."), remedy: Phrase(""))
      )
    }
  }

  private static func count(_ frame: FlowFrame, _ panel: Panel, _ tenure: TenureEffects?) -> [CountedCell] {
    var cells = [CountedCell](repeating: CountedCell(), count: panel.municipalities.count * panel.strata.count)
    let weighted = tenure.map(frame.logExposure) ?? frame.logExposure
    for row in 0..<frame.rows {
      let cell = Int(frame.municipality[row]) * panel.strata.count + Int(frame.stratum[row])
      cells[cell].events += frame.response[row]
      cells[cell].exposure += exp(frame.logExposure[row])
      cells[cell].weighted += exp(weighted[row])
    }
    return cells
  }

  /// The error's name without its trace.
  private static func short(_ error: any Error) -> String { String("\(error)".prefix { $0 != "(" && $0 != "[" }) }

  private static func constant(_ frame: FlowFrame, strata: Int) -> Parameters {
    var events = [Double](repeating: 0, count: strata)
    var exposure = [Double](repeating: 0, count: strata)
    for row in 0..<frame.rows {
      events[Int(frame.stratum[row])] += frame.response[row]
      exposure[Int(frame.stratum[row])] += exp(frame.logExposure[row])
    }
    let all = exposure.reduce(0, +)
    guard all > 0 else { return .constant(events: events, exposure: exposure, prior: (0, 1)) }
    // The pooled rate, with the weight of half an event: never exactly zero, since what was not seen may still happen.
    let rate = (events.reduce(0, +) + 0.5) / all
    return .constant(events: events, exposure: exposure, prior: (0.5, 0.5 / rate))
  }

  private static func share(_ fitted: [Double], frame: FlowFrame, strata: Int) -> [Double] {
    var means = [Double](repeating: 0, count: strata)
    var counts = [Double](repeating: 0, count: strata)
    for row in 0..<frame.rows {
      means[Int(frame.stratum[row])] += fitted[row]
      counts[Int(frame.stratum[row])] += frame.response[row]
    }
    let overall = means.reduce(0, +) / max(counts.reduce(0, +), 1e-9)
    return zip(means, counts).map { $1 >= fewestEvents ? $0 / $1 : overall }
  }

  /// Every number of the fit with its interval, computed anew at each call: of the regression, or of one rate by stratum.
  public var estimates: [Estimate] {
    let rates: [Estimate] =
      switch parameters {
      case .regression(let fit, let terms):
        terms.estimates(fit, panel: panel).filter(isOfStrata) + (tenure?.estimates ?? []).map { entry in
          .init(.tenure(entry.group, band: entry.band), log(entry.factor), standardError: entry.logError)
        } + (shocks?.estimates ?? [])
      case .constant(let events, let exposure, let prior):
        strata.filter { isKnown[$0] && exposure[$0] + prior.exposure > 0 && events[$0] + prior.events > 0 }.map {
          Estimate.gamma(.level(panel.strata[$0]), shape: events[$0] + prior.events, rate: exposure[$0] + prior.exposure)
        }
      }
    return flow == .transfer ? rates + TransferDestinations(panel: panel).estimates : rates
  }

  /// Levels and slopes of strata that the flow does not reach are those of no data.
  private func isOfStrata(_ estimate: Estimate) -> Bool {
    switch estimate.subject {
    case .level(let stratum): strata.contains { isKnown[$0] && panel.strata[$0] == stratum }
    case .slope(let area): strata.contains { isKnown[$0] && panel.strata[$0].area == area }
    default: true
    }
  }

  /// The gamma factors of batches; nil where the counts vary no more than Poisson.
  func frailty() -> FrailtyTable? {
    guard case .regression(let fit, let terms) = parameters, let theta = terms.theta(fit), theta < 1e6 else { return nil }
    return FrailtyTable(theta: theta, logError: min(1, fit.logThetaStandardError ?? 0))
  }

  /// Joint draws of the rates: estimation uncertainty.
  func draws(panel: Panel, clock: FlowClock, draws: Int, seed: UInt64) -> FlowRates {
    var result: FlowDraws
    switch parameters {
    case .regression(let fit, let terms):
      let matrix = fit.drawCoefficients(count: draws, seed: seed ^ salt)
      result = terms.draws(
        fit: fit, coefficients: matrix, draws: draws, seed: seed ^ salt, share: fittedShare, shocks: shocks, panel: panel, clock: clock)
    case .constant(let events, let exposure, let prior):
      result = constantDraws(events, exposure, prior, panel: panel, clock: clock, draws: draws, seed: seed)
    }
    for m in 0..<result.municipalities {
      for s in panel.strata.indices where !isKnown[s] { result.correction[m * panel.strata.count + s] = 0 }
    }
    for s in panel.unknownExits.indices where panel.unknownExits[s] > 0 && flow != .admission && flow != .transfer {
      let factor = unknownFactor(stratum: s)
      for m in 0..<result.municipalities { result.correction[m * panel.strata.count + s] *= factor }
    }
    if let tenure { result.tenure = (tenure.draws(draws, seed: seed ^ salt ^ 0x7465_6E75_7265), tenure.groupOfStratum) }
    return FlowRates(result, edges: clock.edges)
  }

  /// Exits of unknown reasons are missing, not other exits, among which the counts have them: each flow gets its share of
  /// those of known reasons. The sum of both flows stays.
  func unknownFactor(stratum: Int) -> Double {
    func total(_ quantity: Panel.Quantity) -> Double {
      panel.municipalities.indices.reduce(0) { $0 + panel.series(quantity, municipality: $1, stratum: stratum).reduce(0, +) }
    }
    let unknown = Double(panel.unknownExits[stratum])
    let (home, aged) = (total(.homecomings), total(.ageOuts))
    let others = total(.otherExits) - unknown - aged
    guard unknown > 0, home + aged > 0 else { return 1 }
    // Half an event more of each that was seen: one exit of a known reason does not decide them all.
    func weight(_ events: Double) -> Double { events > 0 ? events + 0.5 : 0 }
    let all = weight(home) + weight(aged) + others + 0.5
    func factor(_ events: Double) -> Double { events > 0 ? 1 + weight(events) / all * unknown / events : 1 }
    switch flow {
    case .homecoming: return factor(home)
    case .ageOut: return factor(aged)
    case .otherExit: return (others + (others + 0.5) / all * unknown) / (others + unknown)
    case .admission, .transfer: return 1
    }
  }

  /// Own random streams for each flow and each way of counting it.
  private var salt: UInt64 {
    let base: UInt64 =
      switch flow {
      case .admission: 0x61_646D
      case .homecoming: 0x68_6F6D
      case .otherExit: 0x6F_7468
      case .ageOut: 0x61_6765
      case .transfer: 0x74_7261
      }
    return exposure == .population ? base << 24 : base
  }

  /// Strata where the flow was never counted.
  func unknownStrata(among strata: [Int]) -> [Int] { strata.filter { !isKnown[$0] } }

  private func constantDraws(
    _ events: [Double], _ exposure: [Double], _ prior: (events: Double, exposure: Double), panel: Panel, clock: FlowClock, draws: Int,
    seed: UInt64
  ) -> FlowDraws {
    let flowDraws = FlowDraws(empty: panel, clock: clock, draws: draws, tellsMunicipalitiesApart: FlowTerms.tellsMunicipalitiesApart(flow))
    for s in panel.strata.indices {
      for d in 0..<draws {
        var stream = RandomStream(seed: seed ^ salt, pair: UInt64(d), UInt64(s))
        let shape = events[s] + prior.events
        let rate = shape > 0 ? stream.nextGamma(shape) / (exposure[s] + prior.exposure) : 0
        flowDraws.stratumFactor[d * panel.strata.count + s] = max(rate, 1e-12)
      }
    }
    return flowDraws
  }
}
