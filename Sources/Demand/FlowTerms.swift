import Glibc
import LinearAlgebra
import Placements
import Probability
import Regression

/// The columns and blocks of a flow's regression, and where each coefficient stands.
struct FlowTerms: Sendable {
  let flow: Flow
  private let fixedNames: [String]
  private let fixed: [[Double]]
  private let blocks: [PenalizedBlock]
  private let isHome: [Bool]
  /// Periods in a row: independent periods add up to a count with as many times their θ.
  private let span: Double

  private enum Name {
    static let intercept = "(Intercept)"
    static let ownRegion = "own_region"
    static let trend = "trend"
    static let recentTrend = "recent trend"
    static let sine = "season_sin"
    static let cosine = "season_cos"
    static let stratum = "stratum"
    static let areaTrend = "trend | area"
    static let municipality = "municipality"
    static let interaction = "municipality:area"
    static let municipalityTrend = "recent trend | municipality"
  }

  init(panel: Panel, clock: FlowClock, flow: Flow, frame: FlowFrame) {
    self.flow = flow
    span = Double(frame.span)
    let isHome = panel.municipalities.map(panel.isHome)
    self.isHome = isHome
    let tellsMunicipalitiesApart = Self.tellsMunicipalitiesApart(flow)
    let events = tellsMunicipalitiesApart ? .infinity : frame.response.reduce(0, +)
    let hasTrend = clock.past >= 2 * clock.length.perYear && clock.past >= 4 && events >= Self.fewestTrendEvents
    var columns: [(String, [Double])] = [(Name.intercept, [Double](repeating: 1, count: frame.rows))]
    let own = frame.municipality.map { isHome[Int($0)] ? 1.0 : 0.0 }
    if tellsMunicipalitiesApart, own.contains(0), own.contains(1) { columns.append((Name.ownRegion, own)) }
    if hasTrend { columns.append((Name.trend, frame.trend)) }
    if hasTrend, flow == .homecoming { columns.append((Name.recentTrend, frame.ramp)) }
    if hasTrend, clock.length != .year, events >= Self.fewestSeasonEvents {
      columns.append((Name.sine, frame.sine))
      columns.append((Name.cosine, frame.cosine))
    }
    fixedNames = columns.map(\.0)
    fixed = columns.map(\.1)
    let areaOfRow = frame.stratum.map { Int32(panel.areaOfStratum[Int($0)]) }
    var blocks: [PenalizedBlock] = []
    if panel.strata.count > 1 { blocks.append(PenalizedBlock(name: Name.stratum, levelCount: panel.strata.count, index: frame.stratum)) }
    if hasTrend, panel.areas.count > 1 {
      blocks.append(PenalizedBlock(name: Name.areaTrend, levelCount: panel.areas.count, index: areaOfRow, covariate: frame.trend))
    }
    if tellsMunicipalitiesApart, panel.municipalities.count > 1 {
      blocks.append(PenalizedBlock(name: Name.municipality, levelCount: panel.municipalities.count, index: frame.municipality))
      if hasTrend, flow == .homecoming {
        blocks.append(
          PenalizedBlock(
            name: Name.municipalityTrend, levelCount: panel.municipalities.count, index: frame.municipality,
            covariate: frame.ramp))
      }
      if panel.areas.count > 1 {
        let areas = Int32(panel.areas.count)
        blocks.append(
          PenalizedBlock(
            name: Name.interaction, levelCount: panel.municipalities.count * panel.areas.count,
            index: zip(frame.municipality, areaOfRow).map { $0 * areas + $1 }))
      }
    }
    self.blocks = blocks
  }

  /// Age limits and moves between offers are the region's and the areas' own, whoever pays.
  static func tellsMunicipalitiesApart(_ flow: Flow) -> Bool { Flow.counted.contains(flow) }

  /// Fewest events of the rarer flows, ageing out and transfers, for which a trend, and a season, is asked of the data.
  private static let fewestTrendEvents = 50.0
  private static let fewestSeasonEvents = 100.0

  /// Admissions and homecomings vary more than Poisson; the others do not come in batches.
  func fit(_ frame: FlowFrame, logExposure: [Double]) throws -> FittedPenalizedGLM {
    let family: Family = flow == .admission || flow == .homecoming ? .negativeBinomial(theta: nil) : .poisson
    // Three digits of a variance are far more than the data know of it.
    let model = try PenalizedGLM(family: family, criterion: .reml, search: .exact, tolerance: 1e-3)
    return try model.fit(response: frame.response, offset: logExposure, fixed: fixed, fixedNames: fixedNames, blocks: blocks)
  }

  /// θ of a single period; nil where the counts vary no more than Poisson.
  /// - Parameter ratio: of θ net of what municipalities share to the regression's own.
  func theta(_ fit: FittedPenalizedGLM, net ratio: Double = 1) -> Double? {
    guard let theta = fit.theta, theta * ratio < Self.poisson, fit.logThetaStandardError != nil else { return nil }
    return theta * ratio / span
  }

  /// From here on a negative binomial is a Poisson distribution for every count that can occur.
  private static let poisson = 1e5

  private func block(_ name: String) -> Int? { blocks.firstIndex { $0.name == name } }

  private func column(_ name: String) -> Int? { fixedNames.firstIndex(of: name) }

  // MARK: Draws

  /// Linear combinations of coefficients as the simulator wants them.
  func draws(
    fit: FittedPenalizedGLM, coefficients: Matrix, draws: Int, seed: UInt64, share: [Double], shocks: SharedShocks?, netTheta: Double, panel: Panel, clock: FlowClock
  ) -> FlowDraws {
    var result = FlowDraws(empty: panel, clock: clock, draws: draws, tellsMunicipalitiesApart: Self.tellsMunicipalitiesApart(flow))
    let layout = fit.layout
    let strata = panel.strata.count
    let areas = panel.areas.count
    let seasons = (0..<clock.horizon).map { clock.season(clock.past + $0) }
    let damped = (0..<clock.horizon).map(clock.dampedYears)
    var slopes = [Double](repeating: 0, count: areas)
    let left = shocks?.slope(
      common: column(Name.trend).map { fit.coefficients[layout.fixed($0)] } ?? 0, areaVariance: block(Name.areaTrend).map { fit.variances[$0] } ?? 0)
    for d in 0..<draws {
      func fixedValue(_ name: String) -> Double { column(name).map { coefficients[layout.fixed($0), d] } ?? 0 }
      func effect(_ name: String, _ level: Int) -> Double { block(name).map { coefficients[layout.effect(block: $0, level: level), d] } ?? 0 }
      let trend = fixedValue(Name.trend)
      for a in 0..<areas { slopes[a] = trend + effect(Name.areaTrend, a) }
      for s in 0..<strata {
        result.stratumFactor[d * strata + s] =
          exp(fixedValue(Name.intercept) + effect(Name.stratum, s) + slopes[panel.areaOfStratum[s]] * clock.trendAtOrigin)
      }
      let sine = fixedValue(Name.sine)
      let cosine = fixedValue(Name.cosine)
      if let left {
        var stream = RandomStream(seed: seed, pair: UInt64(d), 43)
        let common = left.common * trend + left.commonError * stream.nextNormal()
        for a in 0..<areas { slopes[a] = common + left.area * (slopes[a] - trend) + left.areaError * stream.nextNormal() }
      }
      for a in 0..<areas {
        for t in 0..<clock.horizon {
          result.areaTime[(d * areas + a) * clock.horizon + t] = exp(slopes[a] * damped[t] + sine * seasons[t].sine + cosine * seasons[t].cosine)
        }
      }
    }
    shocks?.multiply(result.areaTime, draws: draws, horizon: clock.horizon, seed: seed ^ 0x7368_6F63_6B)
    fillMunicipalities(&result, coefficients, layout, panel, clock)
    if let theta = self.theta(fit, net: netTheta) {
      // Its logarithm's error is capped: beyond a factor of e the normal approximation says nothing.
      let error = min(1, fit.logThetaStandardError ?? 0)
      result.theta = (0..<draws).map { d in
        var stream = RandomStream(seed: seed, pair: UInt64(d), 41)
        return theta * exp(error * stream.nextNormal())
      }
    }
    correct(result, fit: fit, share: share, panel: panel, clock: clock)
    return result
  }

  private func fillMunicipalities(_ result: inout FlowDraws, _ coefficients: Matrix, _ layout: CoefficientLayout, _ panel: Panel, _ clock: FlowClock) {
    let municipalities = result.municipalities
    let areas = panel.areas.count
    let municipality = block(Name.municipality)
    let trend = block(Name.municipalityTrend)
    let interaction = block(Name.interaction)
    let own = column(Name.ownRegion)
    let recent = column(Name.recentTrend)
    if recent != nil { result.municipalitySlope = [Double](repeating: 0, count: result.draws * municipalities) }
    for d in 0..<result.draws {
      let ownRegion = own.map { coefficients[layout.fixed($0), d] } ?? 0
      for m in 0..<municipalities {
        let row = d * municipalities + m
        var value = isHome[m] ? ownRegion : 0
        if let municipality { value += coefficients[layout.effect(block: municipality, level: m), d] }
        if let recent {
          let slope = coefficients[layout.fixed(recent), d] + (trend.map { coefficients[layout.effect(block: $0, level: m), d] } ?? 0)
          result.municipalitySlope[row] = slope
          value += slope * clock.rampAtOrigin
        }
        result.municipalityFactor[row] = exp(value)
      }
      if let interaction {
        let effects = layout.range(ofBlock: interaction)
        precondition(effects.count == municipalities * areas, "an effect for each municipality and area")
        Self.exponentials(
          of: coefficients, from: d * coefficients.rows + effects.lowerBound, count: effects.count, into: result.interactionFactor + d * municipalities * areas)
      }
    }
  }

  /// Of numbers that stand one after the other in the matrix, in single precision, eight at once.
  private static func exponentials(of matrix: Matrix, from start: Int, count: Int, into factors: UnsafeMutablePointer<Float>) {
    let most = Lanes(repeating: 80)
    matrix.withUnsafeElements { elements in
      var index = 0
      while index < count {
        let filled = min(Lanes.scalarCount, count - index)
        var values = (Double(0), Double(0), Double(0), Double(0), Double(0), Double(0), Double(0), Double(0))
        withUnsafeMutableBytes(of: &values) { bytes in
          bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(elements)[(start + index) * 8..<(start + index + filled) * 8]))
        }
        let lanes = Lanes(unsafeBitCast(values, to: SIMD8<Double>.self))
        var powers = LaneMath.exp(LaneMath.larger(LaneMath.smaller(lanes, most), -most))
        withUnsafeBytes(of: &powers) { bytes in
          (factors + index).update(from: bytes.assumingMemoryBound(to: Float.self).baseAddress!, count: filled)
        }
        index += filled
      }
    }
  }

  /// The exponential of a normal draw has a mean above the plug-in rate; each cell's mean over the draws is brought back to
  /// the plug-in rate, and each stratum's to its observed total.
  private func correct(_ result: borrowing FlowDraws, fit: FittedPenalizedGLM, share: [Double], panel: Panel, clock: FlowClock) {
    let plugIn = pointLevels(fit, panel: panel, clock: clock)
    // Five hundred draws fix the mean of a factor far below what the forecast's own draws leave open.
    let sample = min(result.draws, 500)
    let strata = panel.strata.count
    var sums = [Double](repeating: 0, count: result.municipalities * strata)
    for d in 0..<sample {
      for m in 0..<result.municipalities {
        for s in 0..<strata { sums[m * strata + s] += result.level(municipality: m, stratum: s, draw: d) }
      }
    }
    for m in 0..<result.municipalities {
      for s in 0..<strata {
        let shareOfObserved = share[s] > 0 ? share[s] : 1
        result.correction[m * strata + s] = exp(plugIn(m, s)) * Double(sample) / (sums[m * strata + s] * shareOfObserved)
      }
    }
  }

  /// Log rate at the origin by the estimates themselves.
  private func pointLevels(_ fit: FittedPenalizedGLM, panel: Panel, clock: FlowClock) -> (Int, Int) -> Double {
    let level = level(layout: fit.layout, panel: panel)
    return { m, s in fit.estimate(of: level(m, s, clock.trendAtOrigin, clock.rampAtOrigin)) }
  }

  // MARK: Rates

  /// Log rates by municipality, stratum, trend and recent trend (both in years, see `FlowClock`), season left out, as
  /// combinations of the coefficients.
  func level(layout: CoefficientLayout, panel: Panel) -> (Int, Int, Double, Double) -> [FittedPenalizedGLM.Weight] {
    let own = column(Name.ownRegion).map(layout.fixed)
    let common = [(column(Name.intercept), 0), (column(Name.trend), 1), (column(Name.recentTrend), 2)].compactMap { position, time in
      position.map { (layout.fixed($0), time) }
    }
    let stratum = block(Name.stratum)
    let areaTrend = block(Name.areaTrend)
    let municipality = block(Name.municipality)
    let municipalityTrend = block(Name.municipalityTrend)
    let interaction = block(Name.interaction)
    return { m, s, trend, ramp in
      let area = panel.areaOfStratum[s]
      let times = [1, trend, ramp]
      var weights = common.map { FittedPenalizedGLM.Weight($0.0, times[$0.1]) }
      if isHome[m], let own { weights.append(.init(own, 1)) }
      func add(_ block: Int?, _ level: Int, _ factor: Double) {
        if let block { weights.append(.init(layout.effect(block: block, level: level), factor)) }
      }
      add(stratum, s, 1)
      add(areaTrend, area, trend)
      add(municipality, m, 1)
      add(municipalityTrend, m, ramp)
      add(interaction, m * panel.areas.count + area, 1)
      return weights
    }
  }

  var hasRamp: Bool { column(Name.recentTrend) != nil }

  var hasTrend: Bool { column(Name.trend) != nil }

  /// The season's mean factor over a year. Its own uncertainty is far below that of any rate.
  func meanSeason(_ fit: FittedPenalizedGLM, clock: FlowClock) -> Double {
    guard let sine = column(Name.sine), let cosine = column(Name.cosine) else { return 1 }
    let periods = clock.length.perYear
    let (a, b) = (fit.coefficients[fit.layout.fixed(sine)], fit.coefficients[fit.layout.fixed(cosine)])
    let factors = (0..<periods).map { index in
      let season = clock.season(index)
      return exp(a * season.sine + b * season.cosine)
    }
    return factors.reduce(0, +) / Double(periods)
  }

  // MARK: Estimates

  func estimates(_ fit: FittedPenalizedGLM, netTheta: Double, panel: Panel) -> [FlowFit.Estimate] {
    let layout = fit.layout
    var found: [FlowFit.Estimate] = []
    func combination(_ subject: FlowFit.Estimate.Subject, _ parts: [(name: String, level: Int?)]) {
      let indices = parts.compactMap { part -> Int? in
        if let level = part.level { return block(part.name).map { layout.effect(block: $0, level: level) } }
        return column(part.name).map(layout.fixed)
      }
      guard !indices.isEmpty else { return }
      let value = indices.reduce(0) { $0 + fit.coefficients[$1] }
      let variance = fit.variance(of: indices.map { FittedPenalizedGLM.Weight($0, 1) })
      found.append(.init(subject, value, standardError: sqrt(max(0, variance))))
    }
    for (s, stratum) in panel.strata.enumerated() { combination(.level(stratum), [(Name.intercept, nil), (Name.stratum, s)]) }
    combination(.ownRegion, [(Name.ownRegion, nil)])
    for (a, area) in panel.areas.enumerated() { combination(.slope(area: area.id), [(Name.trend, nil), (Name.areaTrend, a)]) }
    combination(.seasonSine, [(Name.sine, nil)])
    combination(.seasonCosine, [(Name.cosine, nil)])
    for (m, municipality) in panel.municipalities.enumerated() {
      combination(.municipality(code: municipality.code), [(Name.municipality, m)])
      combination(.municipalityTrend(code: municipality.code), [(Name.recentTrend, nil), (Name.municipalityTrend, m)])
      for (a, area) in panel.areas.enumerated() {
        combination(.municipalityArea(code: municipality.code, area: area.id), [(Name.interaction, m * panel.areas.count + a)])
      }
    }
    for (k, block) in blocks.enumerated() {
      let variance = fit.variances[k]
      found.append(.logNormal(.standardDeviation(block.name), sqrt(variance), logStandardError: fit.logVarianceStandardErrors[k].map { $0 / 2 }))
    }
    if let theta = self.theta(fit, net: netTheta) { found.append(.logNormal(.theta, theta, logStandardError: fit.logThetaStandardError)) }
    return found
  }
}

extension FlowFit.Estimate {
  /// The 97.5 % quantile of the standard normal distribution.
  private static let quantile975 = 1.959963984540054

  init(_ subject: Subject, _ value: Double, standardError: Double) {
    self.init(
      subject: subject, value: value, standardError: standardError, lower: value - Self.quantile975 * standardError,
      upper: value + Self.quantile975 * standardError)
  }

  /// A rate with a gamma posterior, on the log scale.
  static func gamma(_ subject: Subject, shape: Double, rate: Double) -> FlowFit.Estimate {
    let mean = shape / rate
    return FlowFit.Estimate(
      subject: subject, value: log(mean), standardError: 1 / sqrt(shape), lower: log(mean * FrailtyTable.quantile(0.025, shape: shape)),
      upper: log(mean * FrailtyTable.quantile(0.975, shape: shape)))
  }

  static func logNormal(_ subject: Subject, _ value: Double, logStandardError: Double?) -> FlowFit.Estimate {
    FlowFit.Estimate(
      subject: subject, value: value, standardError: logStandardError.map { $0 * value },
      lower: logStandardError.map { value * exp(-quantile975 * $0) }, upper: logStandardError.map { value * exp(quantile975 * $0) })
  }
}
