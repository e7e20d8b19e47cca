import Testing

@testable import Capacity

@Suite struct AmountTests {
  @Test func kronerBecomeOere() throws {
    #expect(Amount(kroner: 2883.92)?.oere == 288_392)
    #expect(Amount(kroner: -0.005)?.oere == -1)
    #expect(Amount(kroner: 12) == Amount(oere: 1200))
    #expect(Amount(kroner: .nan) == nil && Amount(kroner: .infinity) == nil && Amount(kroner: 2e11) == nil)
  }

  /// Halves go away from zero, on both sides of it.
  @Test(arguments: [(5, 500_000, 3), (-5, 500_000, -3), (7, 100_000, 1), (4, 100_000, 0), (-7, 100_000, -1)] as [(Int, Int64, Int)])
  func productsAreRoundedOnce(oere: Int, millionths: Int64, expected: Int) {
    #expect((Amount(oere: Int128(oere)) * Quantity(millionths: millionths)).oere == Int128(expected))
  }

  @Test(arguments: [(15_850, 15_900), (15_849, 15_800), (15_900, 15_900), (-150, -100), (-151, -200)] as [(Int, Int)])
  func wholeKronerAreHalvesUp(oere: Int, expected: Int) { #expect(Amount(oere: Int128(oere)).wholeKroner.oere == Int128(expected)) }

  /// A quotient times its divisor is the amount within half an øre a unit of the divisor.
  @Test func quotientsAreTheNearest() throws {
    var random = Randomness(state: 1)
    for _ in 0..<1000 {
      let amount = Amount(oere: Int128(Int.random(in: -1_000_000_000...1_000_000_000, using: &random)))
      let divisor = Quantity(millionths: Int64.random(in: 1_000_000...20_000_000_000, using: &random))
      let back = amount / divisor
      #expect((Double(amount.oere) / divisor.value - Double(back.oere)).magnitude <= 0.5 + 1e-6)
    }
  }

  @Test func quantitiesAreExactAsWritten() {
    #expect(Quantity(0.95)?.millionths == 950_000)
    #expect(Quantity(2.33)?.millionths == 2_330_000)
    #expect(Quantity(.nan) == nil && Quantity(1e10) == nil)
    #expect(Quantity(20) * Quantity(365) * Quantity(millionths: 950_000) == Quantity(6935))
    #expect(Quantity(1) / Quantity(3) == Quantity(millionths: 333_333) && Quantity(2) / Quantity(3) == Quantity(millionths: 666_667))
  }

  @Test func theOereLeftOverGoToTheLargestRemainders() {
    #expect(Amount(oere: 100).split(by: [Quantity(1), Quantity(1), Quantity(1)])?.map(\.oere) == [34, 33, 33])
    #expect(Amount(oere: -100).split(by: [Quantity(1), Quantity(2)])?.map(\.oere) == [-33, -67])
    #expect(Amount(oere: 5).split(by: [.zero, Quantity(3)])?.map(\.oere) == [0, 5])
    #expect(Amount(oere: 5).split(by: [.zero]) == nil && Amount(oere: 5).split(by: []) == nil)
  }

  /// To the øre, each part within one øre of its share, and equal weights within one øre of each other.
  @Test func splitsLoseNothing() throws {
    var random = Randomness(state: 2)
    for _ in 0..<500 {
      let amount = Amount(oere: Int128(Int.random(in: -10_000_000_000...10_000_000_000, using: &random)))
      let weights = (0..<Int.random(in: 1...98, using: &random)).map { _ in Quantity(millionths: Int64.random(in: 0...400_000_000, using: &random)) }
      let total = weights.reduce(.zero, +)
      guard total > .zero else { continue }
      let parts = try #require(amount.split(by: weights))
      #expect(parts.sum == amount)
      for (part, weight) in zip(parts, weights) {
        #expect((Double(part.oere) - Double(amount.oere) * weight.value / total.value).magnitude < 1 + 1e-3)
      }
    }
  }
}
