import Foundation
import Placements
import Probability
import Testing

@testable import Demand

/// The two ways through a hazard's integral: to the day on which it reaches an amount, and to the amount of a day.
@Suite struct RateBookTests {
  private static let horizon = 24
  private static let edges = BareArray((0...horizon).map { Double($0) * 30 })
  private static let periodOfDay = BareArray((0..<horizon * 30).map { Int32($0 / 30) })
  private static let factors = BareArray([2.5, 0.4, 1.7, 0.9])

  /// What has passed at the crossing is −ln u, within the rounding of a few sums: 1e-9 of amounts below 4. With bands of the time since
  /// admission that begin before, at and within the horizon, and without.
  @Test(arguments: [-Double.infinity, -1000, -100, 0, 40.5], [false, true]) func amountsUndoCrossings(admitted: Double, hasBands: Bool) {
    let memory = BareMemory()
    let book = RateBook(edges: Self.edges, strata: 1, memory: memory)
    let amounts = book.ownAmounts(.homecoming, 0)
    for t in 0..<Self.horizon { amounts[t] = t == 7 ? 0 : 0.05 + 0.02 * Double(t % 5) }
    book.finish(.homecoming, 0)
    var stream = RandomStream(seed: 5, pair: 1, 2)
    var crossed = 0
    for _ in 0..<400 {
      let start = max(0, admitted.isFinite ? admitted : 0) + stream.nextUniform() * 500
      let uniform = stream.nextUniform()
      let period = Int(start / 30)
      let end =
        hasBands
        ? book.crossing(
          .homecoming, 0, start: start, period: period, uniform: uniform, admitted: admitted, factors: Self.factors.pointer,
          periodOfDay: Self.periodOfDay.pointer)
        : book.crossing(.homecoming, 0, start: start, period: period, uniform: uniform)
      guard end.isFinite else { continue }
      crossed += 1
      let passed = book.amount(
        .homecoming, 0, from: start, to: end, admitted: admitted, factors: hasBands ? Self.factors.pointer : nil, periodOfDay: Self.periodOfDay.pointer)
      #expect(abs(passed + log(uniform)) < 1e-9, "\(start) to \(end)")
    }
    #expect(crossed > 50)
  }
}
