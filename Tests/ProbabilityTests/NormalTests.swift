import Foundation
import Probability
import Testing

@Suite struct NormalTests {
  /// Quantiles to 17 digits (mpmath); two units in the last place are allowed for.
  @Test(arguments: [(0.975, 1.9599639845400542), (1e-10, -6.361340902404056), (0.3, -0.5244005127080407)])
  func quantiles(_ p: Double, _ x: Double) {
    #expect(abs(Normal.quantile(p) - x) < 1e-15 * abs(x) * 2)
  }

  @Test func roundTripInBothTails() {
    for k in stride(from: -30.0, through: 1, by: 0.37) {
      let p = Normal.cumulative(k)
      #expect(abs(Normal.quantile(p) - k) < 1e-13 * max(1, abs(k)), "at \(k)")
    }
    #expect(abs(Normal.upper(10) / 7.619853024160527e-24 - 1) < 1e-13)
    #expect(abs(Normal.logCumulative(-40) - -804.608442013754) < 1e-9)
    #expect(Normal.quantile(0) == -.infinity)
    #expect(Normal.quantile(1.5).isNaN)
  }
}
