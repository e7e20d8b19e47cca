import Foundation
import Testing

@testable import Probability

/// Single precision has steps of 6e-8 of a number; tolerances are a few of them.
@Suite struct LanesTests {
  private static let sizes: [Float] = [1e-20, 1e-7, 1e-4, 0.01, 0.2, 0.3333, 0.34, 0.4999, 0.5001, 0.7, 1, 2.5, 9, 30, 80]

  @Test(arguments: sizes.flatMap { [$0, -$0] })
  func exponentials(x: Float) {
    let lanes = Lanes(repeating: x)
    #expect(abs(Double(LaneMath.exp(lanes)[2]) / exp(Double(x)) - 1) < 3e-7)
    #expect(abs(Double(LaneMath.expMinusOne(lanes)[1]) / expm1(Double(x)) - 1) < 3e-7)
  }

  @Test(arguments: sizes + [1e6, 1e30, -1e-7, -0.01, -0.3, -0.34, -0.5, -0.9, -0.999, -0.999_999_9])
  func logarithms(x: Float) {
    #expect(abs(Double(LaneMath.logOnePlus(Lanes(repeating: x))[3]) / log1p(Double(x)) - 1) < 4e-7)
  }

  @Test(arguments: sizes + [1e6]) func sharesOfOneMore(x: Float) {
    let (log, share) = LaneMath.logAndShare(Lanes(2, x, 0.1, 7, 1, 1, 1, 1))
    #expect(abs(Double(log[1]) / log1p(Double(x)) - 1) < 4e-7)
    #expect(abs(Double(share[1]) / (Double(x) / (1 + Double(x))) - 1) < 4e-7)
  }

  @Test(arguments: sizes) func survivals(x: Float) {
    let (stays, leaves) = LaneMath.survival(Lanes(x, 1, x, 0.001, 0, 0.34, 0.35, 80))
    #expect(abs(Double(stays[0]) / exp(-Double(x)) - 1) < 3e-7)
    #expect(abs(Double(leaves[0]) / -expm1(-Double(x)) - 1) < 4e-7)
  }

  /// One lane's number does not depend on those of the others, whichever branch they need.
  @Test func lanesAreApart() {
    let mixed = Lanes(0.1, 3, -0.7, 40, 0, 0.49, 0.51, 1)
    for (function, name) in [(LaneMath.expMinusOne, "expMinusOne"), (LaneMath.logOnePlus, "logOnePlus")] {
      let together = function(mixed)
      for lane in 0..<Lanes.scalarCount { #expect(together[lane] == function(Lanes(repeating: mixed[lane]))[0], "\(name), lane \(lane)") }
    }
  }

  @Test func wholeParts() {
    let numbers: [Float] = [0, 0.5, 0.999_999_9, 1, 1.5, 2, 2.5, 88.999_99, 365.5, 1_000_000.5]
    for number in numbers { #expect(LaneMath.wholePart(Lanes(repeating: number))[0] == Int32(number.rounded(.down))) }
    #expect(LaneMath.numbers(LaneBits(0, 1, 77, 8_388_607, 2, 3, 4, 5)) == Lanes(0, 1, 77, 8_388_607, 2, 3, 4, 5))
  }

  @Test func masks() {
    let mask = LaneMath.above(LaneBits(-5, 0, 1, 7, -1, 0, 0, 9), 0)
    #expect(mask == LaneBits(0, 0, -1, -1, 0, 0, 0, -1))
    #expect(LaneMath.select(mask, Lanes(repeating: 1), Lanes(repeating: 2)) == Lanes(2, 2, 1, 1, 2, 2, 2, 1))
    #expect(LaneMath.smaller(Lanes(1, 2, 3, 4, 0, 0, 0, 9), Lanes(repeating: 2)) == Lanes(1, 2, 2, 2, 0, 0, 0, 2))
    #expect(LaneMath.larger(Lanes(1, 2, 3, 4, 0, 0, 0, 9), Lanes(repeating: 2)) == Lanes(2, 2, 3, 4, 2, 2, 2, 9))
    #expect(LaneMath.isAny(mask) && LaneMath.isAny(LaneBits(0, 0, 0, 0, 0, 0, -1, 0)) && !LaneMath.isAny(.zero))
    #expect(LaneMath.above(Lanes(.nan, 1, 2, .infinity, 0, 0, 0, 3), Lanes(repeating: 1)) == LaneBits(0, 0, -1, -1, 0, 0, 0, -1))
  }
}
