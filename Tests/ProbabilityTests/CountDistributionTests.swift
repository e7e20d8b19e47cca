import Foundation
import Probability
import Testing

/// Values of R 4.2.2's `ppois`, `pnbinom`, `pbinom` and their like to 17 digits; 12 digits are asked, one or two short of
/// what the continued fractions give.
@Suite struct CountDistributionTests {
  private func agrees(_ value: Double, _ reference: Double) -> Bool { abs(value - reference) <= 1e-12 * abs(reference) }

  @Test func tails() {
    #expect(agrees(CountDistribution.poisson(mean: 2.5).tails(3).lower, 0.75757613313306593))
    #expect(agrees(CountDistribution.poisson(mean: 2.5).tails(10).upper, 6.1626910124984379e-05))
    #expect(agrees(CountDistribution.poisson(mean: 100).tails(150).upper, 1.2330944191600362e-06))
    #expect(agrees(CountDistribution.negativeBinomial(mean: 3, theta: 0.7).tails(4).lower, 0.76639727066965058))
    #expect(agrees(CountDistribution.negativeBinomial(mean: 3, theta: 0.7).tails(30).upper, 0.00065444513657505099))
    // R's own value of a θ this large carries 8 digits.
    #expect(abs(CountDistribution.negativeBinomial(mean: 3, theta: 1e7).tails(4).lower - 0.81526321931907242) < 1e-8)
    #expect(abs(CountDistribution.negativeBinomial(mean: 100, theta: 5e4).tails(200).upper / 5.1213802422709937e-19 - 1) < 1e-9)
    #expect(agrees(CountDistribution.binomial(trials: 10, probability: 0.3).tails(2).lower, 0.38278278639999974))
    #expect(agrees(CountDistribution.binomial(trials: 10, probability: 0.3).tails(9).upper, 5.9048999999999915e-06))
  }

  @Test func probabilities() {
    #expect(agrees(CountDistribution.negativeBinomial(mean: 3, theta: 2.5).logProbability(7), -3.3346048366439494))
    #expect(agrees(CountDistribution.binomial(trials: 9, probability: 0.2).logProbability(4), -2.7171874993559726))
    #expect(abs(CountDistribution.negativeBinomial(mean: 3, theta: 1e7).logProbability(4) + 1.7836048257108619) < 1e-8)
    #expect(CountDistribution.poisson(mean: 3).logProbability(1.5) == -.infinity)
    #expect(CountDistribution.poisson(mean: 0).probability(0) == 1)
  }

  @Test func quantiles() {
    #expect(CountDistribution.poisson(mean: 100).quantile(0.9) == 113)
    #expect(CountDistribution.negativeBinomial(mean: 20, theta: 0.5).quantile(0.1) == 0)
    #expect(CountDistribution.negativeBinomial(mean: 20, theta: 0.5).quantile(0.99) == 134)
    #expect(CountDistribution.binomial(trials: 7, probability: 0.4).quantile(0.5) == 3)
    #expect(CountDistribution.poisson(mean: 4).quantile(1) == .infinity)
  }

  static let distributions: [CountDistribution] = [
    .poisson(mean: 0.01), .poisson(mean: 7), .negativeBinomial(mean: 5, theta: 0.3), .negativeBinomial(mean: 5, theta: 99.9),
    .negativeBinomial(mean: 5, theta: 100.1), .negativeBinomial(mean: 5, theta: 1e8), .binomial(trials: 12, probability: 0.9),
    .binomial(trials: 3, probability: 0), .poisson(mean: 0),
  ]

  @Test("Probabilities add up to the tails, the tails to one, and quantiles invert them", arguments: distributions)
  func laws(_ distribution: CountDistribution) {
    var sum = 0.0
    for k in 0..<60 {
      let p = distribution.probability(Double(k))
      sum += p
      let tails = distribution.tails(Double(k))
      #expect(abs(tails.lower - sum) < 1e-10, "\(distribution) at \(k)")
      #expect(abs(tails.lower + tails.upper - 1) < 1e-10)
    }
    let terms = (0..<5000).map { (Double($0), distribution.probability(Double($0))) }
    let mean = terms.reduce(0) { $0 + $1.0 * $1.1 }
    let variance = terms.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 }
    #expect(abs(mean - distribution.mean) < 1e-9 && abs(variance - distribution.variance) < 1e-7, "\(distribution)")
    for p in [0.01, 0.1, 0.5, 0.9, 0.999] {
      let k = distribution.quantile(p)
      #expect(distribution.tails(k).lower >= p * (1 - 1e-12) && distribution.tails(k - 1).lower < p, "\(distribution) \(p)")
    }
  }

  @Test func beta() {
    #expect(abs(BetaDistribution(3, 498).quantile(0.025) / 0.0012390575435407502 - 1) < 1e-11)
    #expect(abs(BetaDistribution(1, 500).quantile(0.975) / 0.0073506100519077355 - 1) < 1e-11)
    #expect(abs(BetaDistribution(1, 1).cumulative(0.3) - 0.3) < 1e-15)
  }

  @Test("Moments of the normal, and the mean of a lognormal", arguments: [1, 2, 5, 16, 40, 60])
  func quadrature(_ count: Int) {
    let rule = NormalQuadrature(count: count)
    #expect(abs(rule.expectation { _ in 1 } - 1) < 1e-13)
    #expect(abs(rule.expectation { $0 * $0 } - (count > 1 ? 1 : 0)) < 1e-12)
    if count >= 5 { #expect(abs(rule.expectation { $0 * $0 * $0 * $0 } - 3) < 1e-11) }
    if count >= 16 { #expect(abs(rule.expectation { exp(0.5 * $0) } - exp(0.125)) < 1e-12) }
    #expect(zip(rule.nodes, rule.nodes.dropFirst()).allSatisfy { $0 < $1 })
  }
}
