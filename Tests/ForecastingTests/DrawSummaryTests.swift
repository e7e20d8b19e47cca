import Testing

@testable import Forecasting

@Suite struct DrawSummaryTests {
  /// R: quantile(c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3), c(.1, .5, .9)) is 1.0 3.5 6.3; exact up to rounding.
  @Test func quantilesAreThoseOfR() {
    var draws: [Double] = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
    let summary = DrawSummary(&draws, level: 0.8)
    #expect(abs(summary.lower - 1) < 1e-12)
    #expect(abs(summary.median - 3.5) < 1e-12)
    #expect(abs(summary.upper - 6.3) < 1e-12)
    #expect(abs(summary.mean - 3.9) < 1e-12)
  }

  /// Counting whole numbers and sorting fractions are two ways to the same quantiles: a shift by a half forces the second.
  @Test(arguments: [0.5, 0.8, 0.95]) func countingEqualsSorting(level: Double) {
    var state: UInt64 = 88_172_645_463_325_252
    var whole: [Double] = (0..<1001).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state % 300) - 100
    }
    var shifted = whole.map { $0 + 0.5 }
    let counted = DrawSummary(&whole, level: level)
    let sorted = DrawSummary(&shifted, level: level)
    #expect(abs(counted.lower + 0.5 - sorted.lower) < 1e-9)
    #expect(abs(counted.median + 0.5 - sorted.median) < 1e-9)
    #expect(abs(counted.upper + 0.5 - sorted.upper) < 1e-9)
  }

  @Test func oneDrawIsItsOwnSummary() {
    var draws = [7.25]
    let summary = DrawSummary(&draws, level: 0.8)
    #expect(summary == DrawSummary(mean: 7.25, median: 7.25, lower: 7.25, upper: 7.25))
  }
}
