import Glibc
import LinearAlgebra
import Placements
import Regression

/// How a hazard depends on the time since admission: factors by group of legal sections and band, around the group's mean.
///
/// A row's events are spread over its bands in proportion to person-time times factor, whatever the municipality's batch
/// was in that period: so the factors are estimated from the totals of group and band against what the rates expect there
/// (with the batches' conditional means), and the rates from the rows with the person-time that the factors weigh. Factors
/// are pooled over groups; both variances are the engine's, so factors that the data do not show are exactly 1.
struct TenureEffects: Sendable {
  /// Of each of the panel's strata, an index into `LegalGroup.allCases`.
  let groupOfStratum: [Int]
  /// `[group · bands + band]`, positive.
  let factors: [Double]
  private let counts: Counts
  private let fit: FittedPenalizedGLM

  static let groups = LegalGroup.allCases.count
  static let cells = groups * Tenure.bandCount

  /// What was counted, and what the rates alone would have given, by group and band.
  struct Counts: Sendable {
    var events = [Double](repeating: 0, count: cells)
    var expected = [Double](repeating: 0, count: cells)
  }

  static func groupOfStratum(_ panel: Panel) -> [Int] { panel.strata.map { LegalGroup(legalBasis: $0.legalBasis).rawValue } }

  /// Fewest events of a group for which it has a say.
  private static let fewestEvents = 5.0

  /// Nil where the events are too few to tell bands apart.
  init?(_ counts: Counts, groupOfStratum: [Int]) {
    self.groupOfStratum = groupOfStratum
    self.counts = counts
    var response: [Double] = []
    var offset: [Double] = []
    var band: [Int32] = []
    var cell: [Int32] = []
    let bands = Tenure.bandCount
    for group in 0..<Self.groups {
      let own = group * bands..<(group + 1) * bands
      let (seen, expected) = (counts.events[own].reduce(0, +), counts.expected[own].reduce(0, +))
      guard seen >= Self.fewestEvents, expected > 0 else { continue }
      for index in own where counts.expected[index] > 1e-6 * expected {
        response.append(counts.events[index])
        offset.append(log(counts.expected[index] * seen / expected))
        band.append(Int32(index % bands))
        cell.append(Int32(index))
      }
    }
    guard Set(band).count > 1, response.reduce(0, +) >= FlowFit.fewestEvents else { return nil }
    var blocks = [PenalizedBlock(name: "tenure", levelCount: bands, index: band)]
    if Set(cell.map { $0 / Int32(bands) }).count > 1 { blocks.append(PenalizedBlock(name: "tenure | group", levelCount: Self.cells, index: cell)) }
    let ones = [Double](repeating: 1, count: response.count)
    guard let model = try? PenalizedGLM(family: .poisson, criterion: .reml, search: .exact),
      let fit = try? model.fit(response: response, offset: offset, fixed: [ones], fixedNames: ["(Intercept)"], blocks: blocks)
    else { return nil }
    self.fit = fit
    factors = Self.factors({ fit.coefficients[$0] }, fit.layout, counts)
  }

  /// The largest difference of two sets of factors, as a logarithm; nil has factors of 1.
  static func distance(_ first: TenureEffects?, _ second: TenureEffects?) -> Double {
    (0..<cells).reduce(0) { max($0, abs(log((first?.factors[$1] ?? 1) / (second?.factors[$1] ?? 1)))) }
  }

  /// Whether no band differs.
  var isFlat: Bool { factors.allSatisfy { $0 == 1 } }

  /// Factors that keep each group's expected events.
  private static func factors(_ coefficient: (Int) -> Double, _ layout: CoefficientLayout, _ counts: Counts) -> [Double] {
    let bands = Tenure.bandCount
    var factors = [Double](repeating: 1, count: cells)
    for group in 0..<groups {
      let own = group * bands..<(group + 1) * bands
      for index in own {
        var value = coefficient(layout.effect(block: 0, level: index % bands))
        if layout.levelCounts.count > 1 { value += coefficient(layout.effect(block: 1, level: index)) }
        factors[index] = exp(value)
      }
      let expected = counts.expected[own].reduce(0, +)
      // A group without expected events keeps equal weights.
      let mean = expected > 0 ? own.reduce(0) { $0 + factors[$1] * counts.expected[$1] } / expected : own.reduce(0) { $0 + factors[$1] } / Double(bands)
      for index in own where mean != 1 { factors[index] /= mean }
    }
    return factors
  }

  /// `[draw · cells + group · bands + band]`: joint draws whose means are the factors.
  func draws(_ draws: Int, seed: UInt64) -> [Double] {
    let drawn = fit.drawCoefficients(count: draws, seed: seed)
    var table: [Double] = []
    table.reserveCapacity(draws * Self.cells)
    var sums = [Double](repeating: 0, count: Self.cells)
    for d in 0..<draws {
      let own = Self.factors({ drawn[$0, d] }, fit.layout, counts)
      for index in own.indices { sums[index] += own[index] }
      table += own
    }
    for index in table.indices { table[index] *= factors[index % Self.cells] * Double(draws) / sums[index % Self.cells] }
    return table
  }

  /// A factor with the standard error of its logarithm, by group and band; groups without a say are left out.
  var estimates: [(group: LegalGroup, band: Int, factor: Double, logError: Double)] {
    let bands = Tenure.bandCount
    return LegalGroup.allCases.flatMap { group -> [(LegalGroup, Int, Double, Double)] in
      let own = group.rawValue * bands..<(group.rawValue + 1) * bands
      let expected = own.reduce(0) { $0 + counts.expected[$1] * factors[$1] }
      guard expected > 0, own.reduce(0, { $0 + counts.events[$1] }) >= Self.fewestEvents else { return [] }
      return own.map { index in
        // The delta method: the factor less the group's mean factor.
        var weights: [Int: Double] = [:]
        for other in own {
          let share = counts.expected[other] * factors[other] / expected
          let weight = (other == index ? 1 : 0) - share
          weights[fit.layout.effect(block: 0, level: other % bands), default: 0] += weight
          if fit.layout.levelCounts.count > 1 { weights[fit.layout.effect(block: 1, level: other), default: 0] += weight }
        }
        let combination = weights.sorted { $0.key < $1.key }.map { FittedPenalizedGLM.Weight($0.key, $0.value) }
        return (group, index % bands, factors[index], max(0, fit.variance(of: combination)).squareRoot())
      }
    }
  }
}

extension TenureEffects.Counts {
  /// - Parameters:
  ///   - fitted: mean events by row under `factors`.
  ///   - theta: of a row's negative binomial; nil for Poisson.
  init(frame: FlowFrame, panel: Panel, flow: Flow, fitted: [Double], theta: Double?, factors: [Double]?, groupOfStratum: [Int], strata: [Int]) {
    let bands = Tenure.bandCount
    for row in 0..<frame.rows {
      let start = groupOfStratum[Int(frame.stratum[row])] * bands
      var weighted = 0.0
      for band in 0..<bands { weighted += frame.tenureExposure[row * bands + band] * (factors?[start + band] ?? 1) }
      guard weighted > 0 else { continue }
      // The batch's mean given the row's count.
      let batch = theta.map { (frame.response[row] + $0) / (fitted[row] + $0) } ?? 1
      let rate = fitted[row] * batch / weighted
      for band in 0..<bands { expected[start + band] += rate * frame.tenureExposure[row * bands + band] }
    }
    let isOwn = panel.strata.indices.map(strata.contains)
    // Exits before a break are not counted any more.
    let counted = FlowFrame.quantity(flow)
    for exit in panel.tenure?.exits ?? []
    where exit.flow == flow && isOwn[exit.stratum] && !panel.value(counted, municipality: exit.municipality, stratum: exit.stratum, period: exit.period).isNaN {
      events[groupOfStratum[exit.stratum] * bands + exit.band] += 1
    }
  }
}

extension FlowFrame {
  /// Log of the person-time by bands together.
  var logExposureOfBands: [Double] {
    let bands = Tenure.bandCount
    return (0..<rows).map { row in log((0..<bands).reduce(0.0) { $0 + tenureExposure[row * bands + $1] }) }
  }

  /// Log of the person-time that the factors weigh.
  func logExposure(_ tenure: TenureEffects) -> [Double] {
    let bands = Tenure.bandCount
    return (0..<rows).map { row in
      let start = tenure.groupOfStratum[Int(stratum[row])] * bands
      return log((0..<bands).reduce(0.0) { $0 + tenureExposure[row * bands + $1] * tenure.factors[start + $1] })
    }
  }
}
