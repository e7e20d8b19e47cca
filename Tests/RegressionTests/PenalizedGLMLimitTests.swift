import Foundation
import LinearAlgebra
import Probability
import Regression
import Testing

/// What pooled models become at the ends of their variances, and what weights and rows do to them.
@Suite struct PenalizedGLMLimitTests {
  static let families: [(Family, Link)] = [
    (.gaussian, .identity), (.poisson, .log), (.negativeBinomial(theta: 2), .log), (.binomial, .logit),
    (.binomial, .probit), (.binomial, .cloglog),
  ]

  /// Five levels with twelve rows each and a covariate.
  struct Table {
    var y: [Double] = []
    var trials: [Double]?
    var x: [Double] = []
    var index: [Int32] = []
    var weights: [Double] = []

    init(_ family: Family, seed: UInt64 = 2) {
      var stream = RandomStream(seed: seed)
      for level in 0..<5 {
        let u = 0.6 * stream.nextNormal()
        for _ in 0..<12 {
          let value = stream.nextNormal()
          let linear = 0.3 + u + 0.4 * value
          switch family {
          case .gaussian: y.append(linear + stream.nextNormal())
          case .binomial: y.append(Double(stream.nextBinomial(6, 1 / (1 + exp(-linear)))))
          default: y.append(Double(stream.nextPoisson(exp(linear))))
          }
          x.append(value)
          index.append(Int32(level))
          weights.append(0.5 + stream.nextUniform())
        }
      }
      if family == .binomial { trials = [Double](repeating: 6, count: y.count) }
    }

    var ones: [Double] { [Double](repeating: 1, count: y.count) }

    func taking(_ rows: [Int]) -> Table {
      var copy = self
      copy.y = rows.map { y[$0] }
      copy.trials = trials.map { t in rows.map { t[$0] } }
      copy.x = rows.map { x[$0] }
      copy.index = rows.map { index[$0] }
      copy.weights = rows.map { weights[$0] }
      return copy
    }

    func fit(
      _ family: Family, _ link: Link, _ criterion: PenalizedGLM.Criterion = .reml, prior: PenalizedBlock.Prior,
      weights: [Double]? = nil
    ) throws -> FittedPenalizedGLM {
      try PenalizedGLM(family: family, link: link, criterion: criterion, tolerance: 1e-8).fit(
        response: y, trials: trials, weights: weights, fixed: [ones, x], fixedNames: ["1", "x"],
        blocks: [PenalizedBlock(name: "g", levelCount: 5, index: index, columns: [nil], prior: prior)])
    }
  }

  /// A huge variance leaves levels free: fixed effects of the levels. Shrinkage by 1e-7 of the information moves
  /// coefficients by some 1e-7 of themselves.
  @Test(arguments: families)
  func hugeVarianceIsFixedEffects(_ family: Family, _ link: Link) throws {
    let table = Table(family)
    let pooled = try table.fit(family, link, prior: .given(penalty: 1e-7))
    let dummies = (1..<5).map { level in table.index.map { $0 == Int32(level) ? 1.0 : 0 } }
    let plain = try GeneralizedLinearModel(family: family, link: link).fit(
      design: Matrix(columns: [table.ones, table.x] + dummies), names: ["1", "x", "b", "c", "d", "e"], response: table.y,
      trials: table.trials)
    #expect(abs(pooled.coefficients[1] - plain.coefficients[1]) < 1e-6)
    let effects = pooled.effects(ofBlock: 0)
    for level in 1..<5 { #expect(abs(effects[level] - effects[0] - plain.coefficients[1 + level]) < 1e-6) }
  }

  /// A tiny variance leaves no level of its own: complete pooling.
  @Test(arguments: families)
  func tinyVarianceIsCompletePooling(_ family: Family, _ link: Link) throws {
    let table = Table(family)
    let pooled = try table.fit(family, link, prior: .given(penalty: 1e10))
    let plain = try GeneralizedLinearModel(family: family, link: link).fit(
      design: Matrix(columns: [table.ones, table.x]), names: ["1", "x"], response: table.y, trials: table.trials)
    for j in 0..<2 { #expect(abs(pooled.coefficients[j] - plain.coefficients[j]) < 1e-6) }
    #expect(pooled.effects(ofBlock: 0).allSatisfy { abs($0) < 1e-6 })
    #expect(pooled.blockEffectiveDegrees[0] < 1e-6)
  }

  /// Rows without weight are as good as not there, and whole weights as good as repeated rows (where the dispersion is
  /// not estimated, errors and likelihood, too). To the search's accuracy.
  @Test(arguments: families, [PenalizedGLM.Criterion.ml, .reml])
  func weightsAreRows(_ kind: (Family, Link), _ criterion: PenalizedGLM.Criterion) throws {
    let table = Table(kind.0)
    let counts = table.y.indices.map { [0, 1, 2, 1, 3][$0 % 5] }
    let weighted = try table.fit(kind.0, kind.1, criterion, prior: .independent, weights: counts.map(Double.init))
    let rows = counts.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
    let repeated = try table.taking(rows).fit(kind.0, kind.1, criterion, prior: .independent)
    let without = counts.indices.filter { counts[$0] > 0 }
    let removed = try table.taking(without).fit(
      kind.0, kind.1, criterion, prior: .independent, weights: without.map { Double(counts[$0]) })
    for j in 0..<2 { #expect(abs(weighted.coefficients[j] - removed.coefficients[j]) < 1e-7) }
    #expect(abs(weighted.logLikelihood - removed.logLikelihood) < 1e-7)
    guard kind.0 != .gaussian else { return }
    for j in 0..<2 {
      #expect(abs(weighted.coefficients[j] - repeated.coefficients[j]) < 1e-7)
      #expect(abs(weighted.standardErrors[j] - repeated.standardErrors[j]) < 1e-6)
    }
    #expect(abs(weighted.logLikelihood - repeated.logLikelihood) < 1e-7)
  }

  /// Levels may be numbered in any order, and a fit done again has the same bits.
  @Test(arguments: families)
  func orderOfLevelsDoesNotMatter(_ family: Family, _ link: Link) throws {
    var table = Table(family)
    let first = try table.fit(family, link, prior: .independent)
    let again = try table.fit(family, link, prior: .independent)
    #expect(first.coefficients == again.coefficients && first.logLikelihood == again.logLikelihood)
    table.index = table.index.map { [3, 0, 4, 1, 2][Int($0)] }
    let renamed = try table.fit(family, link, prior: .independent)
    #expect(abs(first.logLikelihood - renamed.logLikelihood) < 1e-9)
    #expect(abs(first.coefficients[1] - renamed.coefficients[1]) < 1e-8)
    #expect(abs(first.effects(ofBlock: 0)[0] - renamed.effects(ofBlock: 0)[3]) < 1e-8)
  }

  /// Hat values add up to the effective degrees where observed and expected information agree.
  @Test(arguments: [(Family.gaussian, Link.identity), (.poisson, .log), (.binomial, .logit)])
  func leveragesSumToTheEffectiveDegrees(_ family: Family, _ link: Link) throws {
    let table = Table(family)
    let fit = try table.fit(family, link, prior: .independent, weights: table.weights)
    #expect(abs(fit.leverage.reduce(0, +) - fit.effectiveDegrees) < 1e-9)
    #expect(fit.leverage.allSatisfy { $0 > 0 && $0 < 1 })
  }

  /// A level of a fixed factor without any event has no finite coefficient.
  @Test(arguments: [Family.poisson, .negativeBinomial(theta: nil), .binomial])
  func separationIsNamed(_ family: Family) throws {
    var table = Table(family)
    for i in table.y.indices where i % 4 == 0 { table.y[i] = 0 }
    let dummy = table.y.indices.map { $0 % 4 == 0 ? 1.0 : 0 }
    let model = try PenalizedGLM(family: family, criterion: .ml)
    #expect(throws: RegressionError.separation(terms: ["never"])) {
      try model.fit(
        response: table.y, trials: table.trials, fixed: [table.ones, dummy], fixedNames: ["1", "never"],
        blocks: [PenalizedBlock(name: "g", levelCount: 5, index: table.index)])
    }
  }
}
