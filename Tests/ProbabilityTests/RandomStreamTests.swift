import Foundation
import Probability
import Testing

/// Fixed seeds, so these never fail by chance; the limits are five standard errors.
@Suite struct RandomStreamTests {
  static let count = 200_000

  private func check(_ mean: Double, _ variance: Double, _ kurtosis: Double = 10, _ draw: (inout RandomStream) -> Double) {
    var stream = RandomStream(seed: 42, 7)
    let x = (0..<Self.count).map { _ in draw(&stream) }
    let n = Double(Self.count)
    let average = x.reduce(0, +) / n
    let spread = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    #expect(abs(average - mean) < 5 * (variance / n).squareRoot())
    #expect(abs(spread / variance - 1) < 5 * (kurtosis / n).squareRoot())
  }

  @Test func momentsOfContinuousDraws() {
    check(0.5, 1.0 / 12) { $0.nextUniform() }
    check(1, 1) { $0.nextExponential() }
    check(0, 1) { $0.nextNormal() }
    for shape in [0.2, 0.9, 1, 3.5, 40] { check(shape, shape, 2 + 6 / shape) { $0.nextGamma(shape) } }
  }

  @Test(arguments: [0.01, 0.7, 4.2, 9.99, 10, 55, 1000])
  func momentsOfPoisson(_ mean: Double) {
    check(mean, mean, 2 + 1 / mean) { Double($0.nextPoisson(mean)) }
  }

  @Test(arguments: [(1, 0.3), (20, 0.3), (20, 0.9), (1000, 0.3), (100_000, 0.51), (5, 0.0), (7, 1.0)])
  func momentsOfBinomial(_ n: Int, _ p: Double) {
    guard p > 0, p < 1 else {
      var stream = RandomStream(seed: 1)
      #expect(stream.nextBinomial(n, p) == (p > 0 ? n : 0))
      return
    }
    check(Double(n) * p, Double(n) * p * (1 - p), 4) { Double($0.nextBinomial(n, p)) }
  }

  @Test(arguments: [0.1, 0.5, 0.95])
  func momentsOfLogSeries(_ p: Double) {
    let l = -log1p(-p)
    let mean = p / (1 - p) / l
    check(mean, p * (1 - p / l) / (l * (1 - p) * (1 - p)), 60) { Double($0.nextLogSeries(p)) }
  }

  /// Kolmogorov-Smirnov distance of 200,000 draws; 1.63/√n is its 1 % point.
  @Test func normalAndGammaFollowTheirDistribution() {
    var stream = RandomStream(seed: 3)
    func distance(_ x: [Double], _ cumulative: (Double) -> Double) -> Double {
      let n = Double(x.count)
      return x.sorted().enumerated().map { abs(cumulative($1) - (Double($0) + 0.5) / n) }.max() ?? 1
    }
    let limit = 1.63 / Double(Self.count).squareRoot()
    #expect(distance((0..<Self.count).map { _ in stream.nextNormal() }, Normal.cumulative) < limit)
    #expect(distance((0..<Self.count).map { _ in stream.nextGamma(0.4) }) { incompleteGamma(0.4, $0).lower } < limit)
    #expect(distance((0..<Self.count).map { RandomStream.uniform(seed: 1, 2, 3, UInt64($0)) }) { $0 } < limit)
  }

  /// Chi-square of Poisson counts against their probabilities on both sides of the change of method.
  @Test(arguments: [3.0, 12.0])
  func poissonFrequencies(_ mean: Double) {
    var stream = RandomStream(seed: 8)
    var seen = [Double](repeating: 0, count: 200)
    for _ in 0..<Self.count { seen[min(199, stream.nextPoisson(mean))] += 1 }
    var (sum, degrees) = (0.0, -1.0)
    for k in 0..<60 {
      let expected = Double(Self.count) * exp(Double(k) * log(mean) - mean - logGamma(Double(k) + 1))
      if expected < 20 { continue }
      sum += (seen[k] - expected) * (seen[k] - expected) / expected
      degrees += 1
    }
    #expect(ChiSquare(degrees: degrees).upper(sum) > 1e-3)
  }

  @Test func keysMakeUnrelatedStreams() {
    var first = RandomStream(seed: 1, 2, 3)
    var same = RandomStream(seed: 1, 2, 3)
    var swapped = RandomStream(seed: 1, 3, 2)
    var next = RandomStream(seed: 2, 2, 3)
    let value = first.next()
    #expect(value == same.next())
    #expect(value != swapped.next())
    #expect(value != next.next())
    // Correlation of neighbouring keys: five standard errors of zero.
    let a = (0..<10_000).map { RandomStream.uniform(seed: 1, 0, 0, $0) - 0.5 }
    let b = (0..<10_000).map { RandomStream.uniform(seed: 1, 0, 1, $0) - 0.5 }
    #expect(abs(zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / 10_000 * 12) < 0.05)
  }
}
