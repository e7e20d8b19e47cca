import Glibc
import Groundwork
import LinearAlgebra
import Placements
import Regression

/// How a hazard depends on what stays tell of the citizens themselves: a factor for each band of each covariate, around the
/// covariate's mean. Where a citizen's covariate is unknown, its factor is the mean, 1.
///
/// As with the time since admission, the factors come from the totals of events against what the rates expect, here by
/// profile, which is a band of each covariate. Bands are penalised, each covariate's variance being the engine's, so that
/// what the data do not show is exactly 1.
struct CovariateEffects: Sendable {
  /// By profile of the panel's traits, positive.
  let factors: [Double]
  private let bands: [CovariateBands]
  private let profiles: [[Int]]
  private let counts: Counts
  private let fit: FittedPenalizedGLM
  /// By covariate: its block in the fit; nil where there is nothing to tell apart.
  private let blocks: [Int?]

  /// By profile: what was counted, and what the rates without the factors would have given.
  struct Counts: Sendable {
    var events: [Double]
    var expected: [Double]
  }

  /// Nil where the events are too few to tell bands apart.
  init?(_ counts: Counts, traits: StayTraits) {
    bands = traits.bands
    profiles = traits.profiles
    self.counts = counts
    let rows = profiles.indices.filter { counts.expected[$0] > 0 }
    let (seen, expected) = (counts.events.reduce(0, +), counts.expected.reduce(0, +))
    guard seen >= FlowFit.fewestEvents, expected > 0 else { return nil }
    var penalised: [PenalizedBlock] = []
    var blocks: [Int?] = []
    for (k, band) in bands.enumerated() {
      let index = rows.map { Int32(traits.profiles[$0][k]) }
      guard Set(index.filter { $0 >= 0 }).count > 1 else {
        blocks.append(nil)
        continue
      }
      blocks.append(penalised.count)
      penalised.append(PenalizedBlock(name: band.covariate.rawValue, levelCount: band.count, index: index))
    }
    guard !penalised.isEmpty, let model = try? PenalizedGLM(family: .poisson, criterion: .reml, search: .exact),
      let fit = try? model.fit(
        response: rows.map { counts.events[$0] }, offset: rows.map { log(counts.expected[$0] * seen / expected) },
        fixed: [[Double](repeating: 1, count: rows.count)], fixedNames: ["(Intercept)"], blocks: penalised)
    else { return nil }
    self.fit = fit
    self.blocks = blocks
    factors = Self.factors({ fit.coefficients[$0] }, fit.layout, blocks, bands, profiles, counts)
  }

  /// The largest difference of two sets of factors, as a logarithm; nil has factors of 1.
  static func distance(_ first: CovariateEffects?, _ second: CovariateEffects?) -> Double {
    guard let count = (first ?? second)?.factors.count else { return 0 }
    return (0..<count).reduce(0) { max($0, abs(log((first?.factors[$1] ?? 1) / (second?.factors[$1] ?? 1)))) }
  }

  var isFlat: Bool { factors.allSatisfy { $0 == 1 } }

  /// By band of a covariate: its share of the expected events of those whose band is known.
  private static func shares(_ k: Int, _ bands: [CovariateBands], _ profiles: [[Int]], _ counts: Counts) -> [Double] {
    var shares = [Double](repeating: 0, count: bands[k].count)
    for (profile, own) in profiles.enumerated() where own[k] >= 0 { shares[own[k]] += counts.expected[profile] }
    let total = shares.reduce(0, +)
    return total > 0 ? shares.map { $0 / total } : shares
  }

  /// Products of the bands' factors, which each covariate's expected events weigh to a mean of 1.
  private static func factors(
    _ coefficient: (Int) -> Double, _ layout: CoefficientLayout, _ blocks: [Int?], _ bands: [CovariateBands], _ profiles: [[Int]], _ counts: Counts
  ) -> [Double] {
    var factors = [Double](repeating: 1, count: profiles.count)
    for (k, block) in blocks.enumerated() {
      guard let block else { continue }
      var own = (0..<bands[k].count).map { exp(coefficient(layout.effect(block: block, level: $0))) }
      guard own.contains(where: { $0 != 1 }) else { continue }
      let mean = zip(own, shares(k, bands, profiles, counts)).reduce(0) { $0 + $1.0 * $1.1 }
      guard mean > 0 else { continue }
      own = own.map { $0 / mean }
      for (profile, band) in profiles.enumerated() where band[k] >= 0 { factors[profile] *= own[band[k]] }
    }
    return factors
  }

  /// `[draw · profiles + profile]`: joint draws whose means are the factors.
  func draws(_ draws: Int, seed: UInt64) -> [Double] {
    let drawn = fit.drawCoefficients(count: draws, seed: seed)
    var table: [Double] = []
    table.reserveCapacity(draws * profiles.count)
    var sums = [Double](repeating: 0, count: profiles.count)
    for d in 0..<draws {
      let own = Self.factors({ drawn[$0, d] }, fit.layout, blocks, bands, profiles, counts)
      for index in own.indices { sums[index] += own[index] }
      table += own
    }
    for index in table.indices {
      let profile = index % profiles.count
      table[index] *= factors[profile] * Double(draws) / sums[profile]
    }
    return table
  }

  /// A band's factor with the standard error of its logarithm, bands that the data have; of covariates that change nothing
  /// the factor 1 without an error.
  var estimates: [(covariate: Covariate, band: Int, label: Phrase, factor: Double, logError: Double?)] {
    blocks.indices.flatMap { k -> [(Covariate, Int, Phrase, Double, Double?)] in
      guard let block = blocks[k] else { return [] }
      let shares = Self.shares(k, bands, profiles, counts)
      let own = (0..<bands[k].count).map { exp(fit.coefficients[fit.layout.effect(block: block, level: $0)]) }
      let mean = zip(own, shares).reduce(0) { $0 + $1.0 * $1.1 }
      return own.indices.filter { shares[$0] > 0 }.map { band -> (Covariate, Int, Phrase, Double, Double?) in
        guard fit.variances[block] > 0 else { return (bands[k].covariate, band, bands[k].labels[band], 1, nil) }
        // The delta method: the factor less the covariate's mean factor.
        let weights = own.indices.map { other in
          FittedPenalizedGLM.Weight(fit.layout.effect(block: block, level: other), (other == band ? 1 : 0) - shares[other] * own[other] / mean)
        }
        return (bands[k].covariate, band, bands[k].labels[band], own[band] / mean, max(0, fit.variance(of: weights)).squareRoot())
      }
    }
  }
}

extension CovariateEffects.Counts {
  /// - Parameters:
  ///   - frame: with its person-time weighed by the factors so far.
  ///   - fitted: mean events by row under those factors.
  ///   - theta: of a row's negative binomial; nil for Poisson.
  init(frame: FlowFrame, traits: StayTraits, panel: Panel, flow: Flow, fitted: [Double], theta: Double?, tenure: TenureEffects?, groupOfStratum: [Int]) {
    events = [Double](repeating: 0, count: traits.profiles.count)
    expected = events
    let bands = Tenure.bandCount
    // A person-year's events without factors, with the batch that came.
    let rates = (0..<frame.rows).map { row -> Double in
      let start = groupOfStratum[Int(frame.stratum[row])] * bands
      let weighted = (0..<bands).reduce(0.0) { $0 + frame.tenureExposure[row * bands + $1] * (tenure?.factors[start + $1] ?? 1) }
      let batch = theta.map { (frame.response[row] + $0) / (fitted[row] + $0) } ?? 1
      return weighted > 0 ? fitted[row] * batch / weighted : 0
    }
    let ends = panel.periodEnds
    for episode in traits.episodes {
      let (stratum, profile) = (Int(episode.stratum), Int(episode.profile))
      let cell = (Int(episode.municipality) * panel.strata.count + stratum) * panel.count
      let start = groupOfStratum[stratum] * bands
      var sum = 0.0
      panel.forEachPart(of: episode, ends: ends) { period, band, days in
        let row = frame.rowOfCell[cell + period]
        if row >= 0 { sum += rates[Int(row)] * Double(days) * (tenure?.factors[start + band] ?? 1) }
      }
      expected[profile] += sum / FlowFrame.daysPerYear
      if episode.exit == flow, panel.counts(flow, in: stratum, until: episode.until, municipality: Int(episode.municipality)) { events[profile] += 1 }
    }
  }
}

extension Panel {
  /// Whether a flow's exits on a day are among what is counted: no declared break cut them off.
  fileprivate func counts(_ flow: Flow, in stratum: Int, until day: Day, municipality: Int) -> Bool {
    let period = Period(containing: day, length: length) - first
    return (0..<count).contains(period) && !value(FlowFrame.quantity(flow), municipality: municipality, stratum: stratum, period: period).isNaN
  }
}

extension FlowFrame {
  /// The same rows with every citizen's person-time weighed by a factor, by profile.
  func weighed(by factors: [Double], traits: StayTraits, panel: Panel) -> FlowFrame {
    let bands = Tenure.bandCount
    var exposure = [Double](repeating: 0, count: tenureExposure.count)
    let ends = panel.periodEnds
    for episode in traits.episodes {
      let cell = (Int(episode.municipality) * panel.strata.count + Int(episode.stratum)) * panel.count
      let factor = factors[Int(episode.profile)] / Self.daysPerYear
      panel.forEachPart(of: episode, ends: ends) { period, band, days in
        let row = rowOfCell[cell + period]
        if row >= 0 { exposure[Int(row) * bands + band] += factor * Double(days) }
      }
    }
    // Exits of nobody keep their half a day.
    for row in 0..<rows where (0..<bands).allSatisfy({ exposure[row * bands + $0] == 0 }) {
      for band in 0..<bands { exposure[row * bands + band] = tenureExposure[row * bands + band] }
    }
    var frame = self
    frame.tenureExposure = exposure
    return frame
  }
}
