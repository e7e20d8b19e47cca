import Foundation
import LinearAlgebra
import Probability
import Regression
import Testing

/// A family with a link, for laws that hold for all of them.
struct Combination: CustomTestStringConvertible, Sendable {
  let family: Family
  let link: Link

  var testDescription: String { "\(family) \(link)" }
  var isBinomial: Bool { family == .binomial }

  static let all: [Combination] = [
    Combination(family: .gaussian, link: .identity), Combination(family: .poisson, link: .log),
    Combination(family: .negativeBinomial(theta: 1.7), link: .log),
    Combination(family: .negativeBinomial(theta: nil), link: .log), Combination(family: .binomial, link: .logit),
    Combination(family: .binomial, link: .probit), Combination(family: .binomial, link: .cloglog),
  ]

  static let counted = all.filter { $0.family != .gaussian && $0.family != .negativeBinomial(theta: nil) }
}

/// Laws of plain models. Two fits of one problem written twice agree to what the iteration leaves: 1e-9 of a standard
/// error, since steps end below 1e-8 where they converge linearly and below 1e-11 else.
@Suite struct PlainModelLawTests {
  static let rows = 80

  /// Rows of a problem, to be put together in any order or number.
  struct Problem {
    var x: [Double] = []
    var g: [String] = []
    var w: [Double] = []
    var e: [Double] = []
    var y: [Double] = []
    var m: [Double] = []

    init(_ combination: Combination) {
      var stream = RandomStream(seed: 21)
      for i in 0..<PlainModelLawTests.rows {
        x.append(stream.nextNormal())
        g.append(["p", "q", "r"][i % 3])
        w.append(Double(i % 4))
        e.append(0.3 * stream.nextNormal())
        m.append(Double(5 + i % 3))
        let mean = exp(0.8 + 0.3 * x[i] + (i % 3 == 1 ? 0.4 : 0))
        switch combination.family {
        case .gaussian: y.append(mean + stream.nextNormal())
        case .poisson: y.append(Double(stream.nextPoisson(mean)))
        case .negativeBinomial: y.append(Double(stream.nextPoisson(mean * stream.nextGamma(1.7) / 1.7)))
        case .binomial: y.append(Double(stream.nextBinomial(Int(m[i]), mean / (3 + mean))))
        }
      }
    }

    func table(_ rows: [Int]) -> DataTable {
      var data = DataTable()
      for (name, column) in [("x", x), ("w", w), ("e", e), ("y", y), ("m", m)] { data.add(name, rows.map { column[$0] }) }
      data.add("g", rows.map { g[$0] })
      return data
    }
  }

  private func fit(
    _ combination: Combination, _ data: DataTable, _ right: String = "x + g", weights: String? = nil
  ) throws -> RegressionResult {
    let formula = try Formula(parsing: (combination.isBinomial ? "y / m ~ " : "y ~ ") + right)
    return try RegressionFit.fit(
      formula: formula, data: data, family: combination.family, link: combination.link, weights: weights)
  }

  private func expectSame(
    _ a: RegressionResult, _ b: RegressionResult, errors: Double = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(a.coefficients.count == b.coefficients.count, sourceLocation: sourceLocation)
    for first in a.coefficients {
      guard let second = b.coefficients.first(where: { $0.term == first.term }) else {
        Issue.record("no \(first.term)", sourceLocation: sourceLocation)
        continue
      }
      let unit = first.standardError
      #expect(abs(first.estimate - second.estimate) < 1e-9 * unit, sourceLocation: sourceLocation)
      #expect(abs(first.standardError * errors - second.standardError) < 1e-8 * unit, sourceLocation: sourceLocation)
    }
  }

  /// Prior weights are precision weights: coefficients are those of rows repeated as often, always; errors and likelihood,
  /// too, where the dispersion is fixed, and else errors by the degrees of freedom. θ counts weights as rows.
  @Test(arguments: Combination.all)
  func weightsRepeatRows(_ combination: Combination) throws {
    let problem = Problem(combination)
    let repeated = problem.w.indices.flatMap { [Int](repeating: $0, count: Int(problem.w[$0])) }
    let all = Array(problem.x.indices)
    let weighted = try fit(combination, problem.table(all), weights: "w")
    let plain = try fit(combination, problem.table(repeated))
    let isGaussian = combination.family == .gaussian
    let ratio = Double(weighted.residualDegreesOfFreedom) / Double(plain.residualDegreesOfFreedom)
    expectSame(weighted, plain, errors: isGaussian ? ratio.squareRoot() : 1)
    #expect(abs(weighted.deviance / plain.deviance - 1) < 1e-9)
    if !isGaussian { #expect(abs(weighted.logLikelihood / plain.logLikelihood - 1) < 1e-10) }
    #expect(weighted.count == all.filter { problem.w[$0] > 0 }.count)
  }

  /// A weight of zero is the row removed, in every number but the row's own fitted value.
  @Test(arguments: Combination.all)
  func weightZeroRemoves(_ combination: Combination) throws {
    var problem = Problem(combination)
    problem.w = problem.w.map { $0 > 0 ? 1 : 0 }
    let present = problem.w.indices.filter { problem.w[$0] > 0 }
    let weighted = try fit(combination, problem.table(Array(problem.x.indices)), weights: "w")
    let removed = try fit(combination, problem.table(present))
    expectSame(weighted, removed)
    #expect(abs(weighted.logLikelihood / removed.logLikelihood - 1) < 1e-11)
    #expect(abs(weighted.aic / removed.aic - 1) < 1e-11)
    #expect(weighted.residualDegreesOfFreedom == removed.residualDegreesOfFreedom)
    for (position, i) in present.enumerated() { #expect(abs(weighted.fitted[i] - removed.fitted[position]) < 1e-8) }
  }

  @Test(arguments: Combination.all)
  func orderDoesNotMatter(_ combination: Combination) throws {
    let problem = Problem(combination)
    let all = Array(problem.x.indices)
    let shuffled = all.sorted { ($0 * 37) % 80 < ($1 * 37) % 80 }
    let first = try fit(combination, problem.table(all))
    let second = try fit(combination, problem.table(shuffled))
    expectSame(first, second)
    for (position, i) in shuffled.enumerated() { #expect(abs(first.fitted[i] - second.fitted[position]) < 1e-8) }
    // Another base level is the same model in other words.
    let turned = try fit(combination, problem.table(all), "x + factor(g, 'r', 'q', 'p')")
    #expect(abs(first.deviance / turned.deviance - 1) < 1e-9)
    expectSame(try fit(combination, problem.table(all), "g + x"), first)
  }

  /// An offset that is a multiple of a column moves its coefficient by that, and nothing else.
  @Test(arguments: Combination.all)
  func offsetsShift(_ combination: Combination) throws {
    let problem = Problem(combination)
    let data = problem.table(Array(problem.x.indices))
    let plain = try fit(combination, data)
    let shifted = try fit(combination, data, "x + g + offset(0.25 * x - 0.5)")
    for (a, b) in zip(plain.coefficients, shifted.coefficients) {
      let expected = a.estimate - (a.term == "x" ? 0.25 : (a.term == "(Intercept)" ? -0.5 : 0))
      #expect(abs(b.estimate - expected) < 1e-9 * a.standardError)
    }
    #expect(abs(plain.logLikelihood / shifted.logLikelihood - 1) < 1e-10)
  }

  /// A refit with the fitted linear predictor as offset moves nothing: it is the maximum.
  @Test(arguments: Combination.all)
  func refitOfARefit(_ combination: Combination) throws {
    let problem = Problem(combination)
    var data = problem.table(Array(problem.x.indices))
    let first = try fit(combination, data)
    data.add("eta", first.predictor)
    let again = try fit(combination, data, "x + g + offset(eta)")
    for coefficient in again.coefficients { #expect(abs(coefficient.estimate) < 1e-7 * coefficient.standardError) }
    #expect(abs(again.deviance / first.deviance - 1) < 1e-10)
  }

  /// Counts y = u r with the offset log(u) are the counts r with the weight u: one likelihood, but for constants. The
  /// deviance is the same number, too.
  @Test func offsetAgainstExposureWeights() throws {
    let combination = Combination(family: .poisson, link: .log)
    var problem = Problem(combination)
    let rates = problem.y
    problem.w = problem.x.indices.map { Double(1 + $0 % 3) }
    let weighted = try fit(combination, problem.table(Array(problem.x.indices)), weights: "w")
    problem.y = zip(rates, problem.w).map(*)
    let counted = try fit(combination, problem.table(Array(problem.x.indices)), "x + g + offset(log(w))")
    expectSame(weighted, counted)
    #expect(abs(weighted.deviance / counted.deviance - 1) < 1e-12)
  }

  /// Standard errors by the fit's QR against Cholesky of XᵀWX, put together here from W = m μ'²/V by its definition.
  @Test(arguments: Combination.counted)
  func qrAgainstCholesky(_ combination: Combination) throws {
    let problem = Problem(combination)
    let fit = try fit(combination, problem.table(Array(problem.x.indices)))
    let columns = [
      problem.x.map { _ in 1.0 }, problem.x, problem.g.map { $0 == "q" ? 1 : 0 }, problem.g.map { $0 == "r" ? 1 : 0 },
    ]
    var (mean, slope) = (fit.predictor, fit.predictor)
    combination.link.inverse(fit.predictor, into: &mean, slope: &slope)
    let weights = mean.indices.map { i -> Double in
      switch combination.family {
      case .poisson: slope[i] * slope[i] / mean[i]
      case .negativeBinomial: slope[i] * slope[i] / (mean[i] + mean[i] * mean[i] / 1.7)
      default: problem.m[i] * slope[i] * slope[i] / (mean[i] * (1 - mean[i]))
      }
    }
    let scaled = Matrix(columns: columns.map { zip($0, weights).map { $0 * $1.squareRoot() } })
    let inverse = try Cholesky(scaled.crossProduct()).inverse()
    for (j, coefficient) in fit.coefficients.enumerated() {
      #expect(abs(coefficient.standardError / inverse[j, j].squareRoot() - 1) < 1e-10)
    }
  }

  /// The fit is a maximum of the likelihood it reports: a step of a tenth of a standard error either way loses.
  @Test(arguments: Combination.counted)
  func nothingNearbyIsBetter(_ combination: Combination) throws {
    let problem = Problem(combination)
    var data = problem.table(Array(problem.x.indices))
    let best = try fit(combination, data)
    for (index, share) in [-0.1, 0.1].enumerated() {
      let step = share * best.coefficients[1].standardError
      data.add("eta\(index)", zip(best.predictor, problem.x).map { $0 + step * $1 })
      // No free coefficient: the deviance at the given predictor.
      let other = try fit(combination, data, "0 + offset(eta\(index))")
      #expect(other.deviance > best.deviance)
      #expect(other.logLikelihood < best.logLikelihood)
    }
  }

  /// Hat values: between 0 and 1, adding up to the number of coefficients, 0 without weight, and ∂fitted/∂y for least
  /// squares.
  @Test(arguments: Combination.all)
  func leverageLaws(_ combination: Combination) throws {
    let problem = Problem(combination)
    let columns = Matrix(columns: [problem.x.map { _ in 1.0 }, problem.x, problem.x.map { $0 * $0 }])
    let model = try GeneralizedLinearModel(family: combination.family, link: combination.link)
    let fit = try model.fit(
      design: columns, names: ["1", "x", "x2"], response: problem.y,
      trials: combination.isBinomial ? problem.m : nil, weights: problem.w)
    let hat = fit.leverage
    #expect(abs(hat.reduce(0, +) - 3) < 1e-12)
    for i in hat.indices {
      #expect(hat[i] >= 0 && hat[i] <= 1)
      #expect((hat[i] == 0) == (problem.w[i] == 0))
    }
    guard combination.family == .gaussian else { return }
    var moved = problem.y
    moved[7] += 1
    let other = try model.fit(design: columns, names: ["1", "x", "x2"], response: moved, weights: problem.w)
    #expect(abs(other.mean[7] - fit.mean[7] - hat[7]) < 1e-12)
  }
}
