import Foundation
import Testing

@testable import Analysis

@Suite struct GoalSeekTests {
  private func seek(
    _ target: Double, _ range: ClosedRange<Double>, isWhole: Bool = false, error: Double = 0, _ figure: @escaping (Double) -> Double
  ) -> GoalSeek {
    GoalSeek(target: target, in: range, isWhole: isWhole, each: 9, rounds: 4) { $0.map { GoalSeek.Figure(value: figure($0), standardError: error) } }
  }

  /// Rising, falling, curved: the bracket is 1/4096 of the range wide, and a straight line inside it is far nearer.
  @Test func rootsAreFound() throws {
    #expect(abs(try #require(seek(10, 0...4) { exp($0) }.solution).value - log(10)) < 1e-6)
    #expect(abs(try #require(seek(80, 0...4) { 100 - 7 * $0 - $0 * $0 }.solution).value - (-7 + sqrt(129)) / 2) < 1e-6)
    #expect(try #require(seek(3, 0...4) { $0 }.solution).value == 3)
  }

  @Test func aTargetOutOfReachHasNoSolution() {
    let found = seek(60, 0...4) { exp($0) }
    #expect(found.solution == nil)
    #expect(found.reach == 1...exp(4))
  }

  @Test func severalSolutionsGiveTheSmallest() throws {
    let found = seek(0.5, 0...10) { cos($0) }
    #expect(found.isOneOfSeveral)
    #expect(abs(try #require(found.solution).value - .pi / 3) < 1e-4)
  }

  @Test func wholeValuesAreTheNearest() throws {
    #expect(try #require(seek(7.2, 0...30, isWhole: true) { 2 * $0 }.solution).value == 4)
    #expect(seek(7.2, 0...30, isWhole: true) { 2 * $0 }.tried.allSatisfy { $0.value == $0.value.rounded() })
  }

  /// The interval is the figure's error over its slope.
  @Test func theIntervalFollowsTheSlope() throws {
    let interval = try #require(seek(8, 0...4, error: 0.1) { 5 * $0 }.solution?.interval)
    #expect(abs(interval.upperBound - interval.lowerBound - 2 * 1.2815515655 * 0.1 / 5) < 1e-9)
    #expect(abs(interval.lowerBound + interval.upperBound - 3.2) < 1e-9)
  }

  /// Futures whose figures are 10 − v + z need 10 − target + z: their quantiles follow those of z, whichever way the figure goes.
  @Test(arguments: [-1.0, 1]) func whatSingleFuturesNeed(slope: Double) throws {
    func found(_ target: Double) -> GoalSeek {
      GoalSeek(target: target, in: 0...8, isWhole: false, each: 9, rounds: 4) {
        $0.map { value in
          let figure = 10 + slope * value
          return GoalSeek.Figure(value: figure, standardError: 0.1, futures: figure - 1...figure + 2)
        }
      }
    }
    let middle = found(10 + slope * 4).futures
    let (lower, upper) = (try #require(middle.lower), try #require(middle.upper))
    #expect(abs(lower - (slope < 0 ? 3 : 2)) < 1e-9 && abs(upper - (slope < 0 ? 6 : 5)) < 1e-9)
    let end = found(10 + slope * 7.5).futures
    #expect(end.lower != nil && end.upper == nil)
    #expect(seek(8, 0...4, error: 0.1) { 5 * $0 }.futures == GoalSeek.Futures(lower: nil, upper: nil))
  }

  @Test func noValueIsTriedTwice() {
    var calls: [Double] = []
    _ = GoalSeek(target: 2, in: 0...4, isWhole: false, each: 5, rounds: 4) { values in
      calls += values
      return values.map { GoalSeek.Figure(value: $0 * $0, standardError: 0) }
    }
    #expect(Set(calls).count == calls.count)
  }
}
