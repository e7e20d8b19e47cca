import Foundation
import Testing

@testable import Probability

/// The counts at given uniform numbers against the upper tails in double precision.
@Suite struct KatzCountsTests {
  enum Family: Sendable {
    case poisson(Double)
    case negativeBinomial(mean: Double, theta: Double)
    case binomial(Int, Double)

    var none: Double {
      switch self {
      case .poisson(let mean): exp(-mean)
      case .negativeBinomial(let mean, let theta): pow(1 + mean / theta, -theta)
      case .binomial(let n, let p): pow(1 - p, Double(n))
      }
    }

    var a: Double {
      switch self {
      case .poisson(let mean): mean
      case .negativeBinomial(let mean, let theta): theta * mean / (mean + theta)
      case .binomial(let n, let p): Double(n) * p / (1 - p)
      }
    }

    var b: Double {
      switch self {
      case .poisson: 0
      case .negativeBinomial(let mean, let theta): mean / (mean + theta)
      case .binomial(_, let p): -p / (1 - p)
      }
    }

    /// P(N > k) for k = 0, 1, … down to 1e-12.
    var tails: [Double] {
      var (tails, probability, tail, k) = ([1 - none], none, 1 - none, 0.0)
      while tail > 1e-12, probability > 1e-16 || k < a {
        probability *= (a + b * k) / (k + 1)
        k += 1
        tail = max(0, tail - probability)
        tails.append(tail)
      }
      return tails
    }
  }

  private static let families: [Family] = [
    .poisson(1e-5), .poisson(0.3), .poisson(4), .poisson(12), .negativeBinomial(mean: 0.9, theta: 2), .negativeBinomial(mean: 20, theta: 0.5),
    .negativeBinomial(mean: 0.001, theta: 50), .binomial(1, 0.2), .binomial(14, 0.06), .binomial(3, 0.95), .binomial(900, 0.01),
  ]

  @Test(arguments: families) func countsInvertTheTails(family: Family) {
    let tail = Float(-expm1(log(family.none)))
    let katz = KatzCounts(
      tail: Lanes(repeating: tail), none: Lanes(repeating: Float(family.none)), a: Lanes(repeating: Float(family.a)),
      b: Lanes(repeating: Float(family.b)))
    let tails = family.tails
    for step in 1..<4000 {
      // Small numbers, which decide large counts, besides an even grid.
      for uniform in [Double(step) / 4000, pow(10, -7 * Double(step) / 4000)] {
        let rounded = Float(uniform)
        let count = Int(katz.counts(at: Lanes(repeating: rounded))[0])
        let exact = tails.count { $0 > Double(rounded) }
        // Within the rounding of the tails either side is right.
        let isNear = tails.contains { abs($0 - Double(rounded)) < 3e-6 }
        #expect(count == exact || isNear, "\(family) at \(uniform): \(count) instead of \(exact)")
      }
    }
  }

  /// Nobody leaves who is not there, however small the number.
  @Test func binomialCountsHaveABound() {
    let odds = Lanes(repeating: 0.1 / 0.9)
    for n in 0...5 {
      let none = Float(pow(0.9, Double(n)))
      let katz = KatzCounts(tail: Lanes(repeating: 1 - none), none: Lanes(repeating: none), a: odds * Float(n), b: -odds)
      for uniform: Float in [0, 1e-30, 1e-9, 1e-7, 1] { #expect(katz.counts(at: Lanes(repeating: uniform))[0] <= Int32(n)) }
    }
  }
}
