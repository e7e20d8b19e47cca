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
      /// Log factor of a covariate's band against the covariate's mean.
      case covariate(Covariate, band: Int, label: Phrase)
      /// Log yearly hazard of leaving at an area's age limit, by years from the one in which a citizen passes it.
      case ageLimit(area: String, years: Int)
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
  /// Factors of the same by what stays tell of the citizens; nil where nothing is asked for or there are too few events.
  let covariates: CovariateEffects?
  /// θ net of the shared shocks over the regression's own.
  let netTheta: Double
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
        let (fit, weights) = try Self.fit(terms, frame, panel: panel, flow: flow, strata: strata)
        parameters = .regression(fit, terms)
        tenure = weights.tenure
        covariates = weights.covariates
        cells = Self.count(frame, panel, weights)
        fittedEvents = fit.mean.reduce(0, +)
        fittedShare = Self.share(fit.mean, frame: frame, strata: panel.strata.count)
        (shocks, netTheta, warning) = Self.shocks(fit, terms, frame, panel: panel, clock: clock)
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
    covariates = nil
    shocks = nil
    netTheta = 1
    cells = Self.count(frame, panel, nil)
    fittedEvents = events
    parameters = Self.constant(frame, strata: panel.strata.count)
    fittedShare = [Double](repeating: 1, count: panel.strata.count)
  }

  /// What weighs a row's person-time.
  private struct Weights {
    var tenure: TenureEffects?
    var covariates: CovariateEffects?
    /// With the person-time that the covariates weigh.
    var frame: FlowFrame

    var logExposure: [Double] {
      if let tenure { return frame.logExposure(tenure) }
      return covariates == nil ? frame.logExposure : frame.logExposureOfBands
    }

    /// As kept: without factors of the time since admission that change nothing. Those of covariates were asked for.
    var withoutFlat: Weights {
      var weights = self
      if tenure?.isFlat == true { weights.tenure = nil }
      return weights
    }
  }

  /// Rates and factors in turn, each given the other, until factors move by less than a fiftieth: from cells' own rates one
  /// regression is mostly enough.
  private static func fit(
    _ terms: FlowTerms, _ frame: FlowFrame, panel: Panel, flow: Flow, strata: [Int]
  ) throws -> (FittedPenalizedGLM, Weights) {
    guard !frame.tenureExposure.isEmpty else { return (try terms.fit(frame, logExposure: frame.logExposure), Weights(frame: frame)) }
    let groups = TenureEffects.groupOfStratum(panel)
    // The age limit has its own hazards by age.
    let traits = panel.traits.flatMap { $0.bands.isEmpty || flow == .ageOut ? nil : $0 }
    func next(_ fitted: [Double], _ theta: Double?, _ before: Weights) -> Weights {
      let counts = TenureEffects.Counts(
        frame: before.frame, panel: panel, flow: flow, fitted: fitted, theta: theta, factors: before.tenure?.factors, groupOfStratum: groups, strata: strata)
      var after = Weights(tenure: TenureEffects(counts, groupOfStratum: groups), frame: frame)
      guard let traits else { return after }
      let profiles = CovariateEffects.Counts(
        frame: before.frame, traits: traits, panel: panel, flow: flow, fitted: fitted, theta: theta, tenure: before.tenure, groupOfStratum: groups)
      after.covariates = CovariateEffects(profiles, traits: traits)
      if let covariates = after.covariates { after.frame = frame.weighed(by: covariates.factors, traits: traits, panel: panel) }
      return after
    }
    func distance(_ first: Weights, _ second: Weights) -> Double {
      max(TenureEffects.distance(first.tenure, second.tenure), CovariateEffects.distance(first.covariates, second.covariates))
    }
    var weights = next(cellMeans(frame, panel), nil, Weights(frame: frame))
    var round = 0
    while true {
      let fit = try terms.fit(frame, logExposure: weights.logExposure)
      round += 1
      let after = next(fit.mean, fit.theta, weights)
      guard round < (traits == nil ? 4 : 8), distance(weights, after) > 0.02 else { return (fit, weights.withoutFlat) }
      weights = after
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
  ) -> (SharedShocks?, Double, Finding?) {
    // Flows that are the same for all municipalities are too rare to show any.
    guard FlowTerms.tellsMunicipalitiesApart(terms.flow) else { return (nil, 1, nil) }
    let theta = terms.theta(fit) == nil ? nil : fit.theta
    func estimate(_ theta: Double?) throws -> SharedShocks? {
      let totals = SharedShocks.Totals(frame: frame, panel: panel, clock: clock, fitted: fit.mean, theta: theta)
      let shocks = try SharedShocks(totals, span: SharedShocks.span(panel.length), perYear: panel.length.perYear, hasRamp: terms.hasRamp)
      return shocks?.isSilent == true ? nil : shocks
    }
    func net(_ shocks: SharedShocks?, _ theta: Double) -> Double {
      shocks.map { NetTheta.ratio(response: frame.response, fitted: fit.mean, paths: $0.paths(of: frame, panel: panel), theta: theta) } ?? 1
    }
    do {
      var shocks = try estimate(theta)
      guard let theta, shocks != nil else { return (shocks, 1, nil) }
      var ratio = net(shocks, theta)
      // Less chance leaves more to shocks: once again, where it makes a difference.
      if ratio > 1.05, let again = try estimate(theta * ratio) {
        shocks = again
        ratio = net(again, theta)
      }
      return (shocks, ratio, nil)
    } catch {
      return (
        nil, 1,
        Finding(
          .warning, value: terms.flow.rawValue,
          message: Phrase(
            da: "fælles stød kunne ikke bestemmes (\(short(error))); prognosens intervaller er uden dem.",
            en: "shared shocks could not be estimated (\(short(error))); the forecast's intervals are without them."), remedy: Phrase(""))
      )
    }
  }

  private static func count(_ frame: FlowFrame, _ panel: Panel, _ weights: Weights?) -> [CountedCell] {
    var cells = [CountedCell](repeating: CountedCell(), count: panel.municipalities.count * panel.strata.count)
    let weighted = weights?.logExposure ?? frame.logExposure
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
    var found: [Estimate]
    switch parameters {
    case .regression(let fit, let terms):
      found = terms.estimates(fit, netTheta: netTheta, panel: panel).filter(isOfStrata)
      found += (tenure?.estimates ?? []).map { Estimate(.tenure($0.group, band: $0.band), log($0.factor), standardError: $0.logError) }
      found += (covariates?.estimates ?? []).map { entry -> Estimate in
        let subject = Estimate.Subject.covariate(entry.covariate, band: entry.band, label: entry.label)
        guard let error = entry.logError else { return Estimate(subject: subject, value: 0, standardError: nil, lower: nil, upper: nil) }
        return Estimate(subject, log(entry.factor), standardError: error)
      }
      found += shocks?.estimates ?? []
    case .constant(let events, let exposure, let prior):
      let known = strata.filter { isKnown[$0] && exposure[$0] + prior.exposure > 0 && events[$0] + prior.events > 0 }
      found = known.map { Estimate.gamma(.level(panel.strata[$0]), shape: events[$0] + prior.events, rate: exposure[$0] + prior.exposure) }
    }
    switch flow {
    case .transfer: found += TransferDestinations(panel: panel).estimates
    case .ageOut: found += ageLimits?.estimates ?? []
    case .admission, .homecoming, .otherExit: break
    }
    return found
  }

  /// Of ageing out, where the year of birth is known.
  var ageLimits: AgeLimits? { flow == .ageOut ? AgeLimits(panel: panel) { panel.unknownExits[$0] > 0 ? unknownFactor(stratum: $0) : 1 } : nil }

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
    guard case .regression(let fit, let terms) = parameters, let theta = terms.theta(fit, net: netTheta), theta < 1e6 else { return nil }
    return FrailtyTable(theta: theta, logError: min(1, fit.logThetaStandardError ?? 0))
  }

  /// Joint draws of the rates: estimation uncertainty.
  func draws(panel: Panel, clock: FlowClock, draws: Int, seed: UInt64) -> FlowRates {
    var result: FlowDraws
    switch parameters {
    case .regression(let fit, let terms):
      let matrix = fit.drawCoefficients(count: draws, seed: seed ^ salt)
      result = terms.draws(
        fit: fit, coefficients: matrix, draws: draws, seed: seed ^ salt, share: fittedShare, shocks: shocks, netTheta: netTheta, panel: panel, clock: clock)
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
    if let covariates, !covariates.isFlat { result.covariates = (covariates.draws(draws, seed: seed ^ salt ^ 0x636F_7661), covariates.factors.count) }
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
