import Foundation
import Probability
import Testing

@testable import Regression

@Suite struct LaplaceCriterionTests {
  /// A small table with two groupings and a slope, for every family.
  private func state(_ family: Family, _ link: Link?, _ criterion: PenalizedGLM.Criterion) throws -> PenalizedState {
    var stream = RandomStream(seed: 11)
    let n = 120
    let x = (0..<n).map { _ in stream.nextNormal() }
    let y = (0..<n).map { _ in
      switch family {
      case .gaussian: stream.nextNormal()
      case .binomial: Double(stream.nextPoisson(1.2)).clamped(to: 3)
      default: Double(stream.nextPoisson(2))
      }
    }
    let g = (0..<n).map { Int32($0 % 10) }
    let h = (0..<n).map { Int32($0 / 10 % 6) }
    let blocks = [
      PenalizedBlock(name: "g", levelCount: 10, index: g, columns: [nil, x], prior: .unstructured),
      PenalizedBlock(name: "h", levelCount: 6, index: h),
      PenalizedBlock(name: "ridge", levelCount: 1, index: [Int32](repeating: 0, count: n), columns: [x.map { $0 * $0 }, x.map { sin($0) }], prior: .given(penalty: 2)),
    ]
    let model = try PenalizedGLM(family: family, link: link, criterion: criterion)
    let data = try ResponseData(family, y: y, trials: family == .binomial ? [Double](repeating: 3, count: n) : nil)
    let basis = try FixedBasis([[Double](repeating: 1, count: n), x], names: ["1", "x"], rows: n)
    return PenalizedState(PenalizedProblem(model, data, y, basis, ["1", "x"], blocks))
  }

  /// The gradient in all parameters against central differences of the criterion: third derivatives times 1e-8 and
  /// rounding allow 1e-6.
  @Test(arguments: [PenalizedGLM.Criterion.ml, .reml], [(Family.gaussian, Link.identity), (.poisson, .log), (.negativeBinomial(theta: nil), .log), (.binomial, .logit), (.binomial, .probit), (.binomial, .cloglog)])
  func gradientAgainstDifferences(_ criterion: PenalizedGLM.Criterion, _ kind: (Family, Link)) throws {
    var search = VarianceSearch(try state(kind.0, kind.1, criterion))
    for b in 0..<3 { search.state.priors[b].start(scale: [12, 8], dispersion: 1) }
    search.state.parameter = 1.3
    try search.state.evaluateStart()
    try search.state.takeStart()
    var x = search.parameters()
    for i in x.indices { x[i] -= 0.6 + 0.1 * Double(i) }
    let slopes = try search.evaluate(x).slopes
    #expect(slopes.count == (search.state.problem.hasParameter ? 5 : 4))
    for j in x.indices {
      var (up, down) = (x, x)
      up[j] += 1e-4
      down[j] -= 1e-4
      let difference = (try search.evaluate(up).value - search.evaluate(down).value) / 2e-4
      #expect(abs(difference - slopes[j]) < 1e-6, "parameter \(j)")
    }
  }

  /// Where the mode is predicted to be, up to second order.
  @Test func modesMoveAsPredicted() throws {
    var search = VarianceSearch(try state(.negativeBinomial(theta: nil), nil, .reml))
    for b in 0..<3 { search.state.priors[b].start(scale: [12, 8], dispersion: 1) }
    try search.state.evaluateStart()
    try search.state.takeStart()
    let x = search.parameters().map { $0 - 0.5 }
    _ = try search.evaluate(x)
    search.dropAnchor(x)
    let anchor = try #require(search.anchor)
    for j in x.indices {
      var moved = x
      moved[j] += 1e-3
      let predicted = try #require(anchor.predicted(moved))
      _ = try search.evaluate(moved)
      for (a, b) in zip(predicted, search.state.coefficients.array) { #expect(abs(a - b) < 2e-5) }
    }
  }

  /// Rows in two shares give what one gives, to rounding of sums in another order.
  @Test func sharedRowsAddUp() throws {
    let n = 30_000
    var stream = RandomStream(seed: 4)
    let x = (0..<n).map { _ in stream.nextNormal() }
    let y = (0..<n).map { _ in Double(stream.nextPoisson(1.5)) }
    let g = (0..<n).map { Int32($0 % 40) }
    let block = PenalizedBlock(name: "g", levelCount: 40, index: g)
    let model = try PenalizedGLM(family: .poisson)
    let all = try model.fit(
      response: y, fixed: [[Double](repeating: 1, count: n), x], fixedNames: ["1", "x"], blocks: [block])
    // Weights of one half on a doubled table are the same model.
    let twice = try model.fit(
      response: y + y, weights: [Double](repeating: 0.5, count: 2 * n), fixed: [[Double](repeating: 1, count: 2 * n), x + x],
      fixedNames: ["1", "x"], blocks: [PenalizedBlock(name: "g", levelCount: 40, index: g + g)])
    #expect(abs(all.variances[0] - twice.variances[0]) < 1e-7)
    for (a, b) in zip(all.coefficients, twice.coefficients) { #expect(abs(a - b) < 1e-8) }
  }
}

extension Double {
  fileprivate func clamped(to top: Double) -> Double { Swift.min(self, top) }
}
