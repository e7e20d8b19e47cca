import Foundation
import Probability
import Testing

@Suite struct SpecialFunctionsTests {
  /// Classical constants: ψ(1) = -γ, ψ(½) = -γ - 2 log 2, ψ′(1) = π²/6, ψ′(½) = π²/2. To 15 digits.
  @Test func digammaAndTrigamma() {
    let gamma = 0.57721566490153286
    #expect(abs(digamma(1) + gamma) < 1e-15)
    #expect(abs(digamma(0.5) + gamma + 2 * log(2.0)) < 4e-15)
    #expect(abs(trigamma(1) - Double.pi * Double.pi / 6) < 1e-14)
    #expect(abs(trigamma(0.5) - Double.pi * Double.pi / 2) < 1e-14)
    #expect(abs(digamma(1e-3) - -1000.5755719318103) < 1e-12 * 1000)
    #expect(digamma(0).isNaN)
  }

  /// R 4: qt(0.975, 5), pt and qchisq as printed to 16 digits.
  @Test func studentAndChiSquare() {
    #expect(abs(StudentT(degrees: 5).quantile(0.975) - 2.570581835636314) < 1e-13)
    #expect(abs(StudentT(degrees: 1).quantile(0.975) - 12.706204736174693) < 1e-11)
    #expect(abs(ChiSquare(degrees: 3).quantile(0.95) - 7.814727903251178) < 1e-12)
    #expect(abs(ChiSquare(degrees: 1).upper(3.841458820694124) - 0.05) < 1e-14)
    #expect(abs(StudentT(degrees: 2).cumulative(1) - 0.7886751345948129) < 1e-14)
    #expect(abs(StudentT(degrees: .infinity).quantile(0.975) - 1.959963984540054) < 1e-14)
  }

  @Test(arguments: [0.7, 1, 4, 30, 300])
  func roundTrips(_ degrees: Double) {
    for p in [1e-8, 0.01, 0.3, 0.5, 0.9, 0.999] {
      #expect(abs(StudentT(degrees: degrees).cumulative(StudentT(degrees: degrees).quantile(p)) / p - 1) < 1e-11)
      #expect(abs(ChiSquare(degrees: degrees).cumulative(ChiSquare(degrees: degrees).quantile(p)) / p - 1) < 1e-11)
    }
  }
}
