import Foundation
import Testing

@testable import Probability

@Suite struct LaneStreamTests {
  /// Moments of the uniform distribution, correlation of neighbours in time and of lanes: each within 4.5 standard errors.
  @Test func numbersAreUniformAndUnrelated() {
    let count = 400_000
    var stream = LaneStream(keys: LaneKeys(1, 2, 3, 4, 5, 6, 7, 8))
    var previous = stream.nextUniform()
    var (sum, squares, neighbours, lanes) = (0.0, 0.0, 0.0, 0.0)
    for _ in 0..<count {
      let next = stream.nextUniform()
      for lane in 0..<Lanes.scalarCount {
        let (x, before, beside) = (Double(next[lane]) - 0.5, Double(previous[lane]) - 0.5, Double(next[(lane + 1) % Lanes.scalarCount]) - 0.5)
        sum += x
        squares += x * x
        neighbours += x * before
        lanes += x * beside
      }
      previous = next
    }
    let n = Double(Lanes.scalarCount * count)
    #expect(abs(sum / n) < 4.5 * sqrt(1 / 12.0 / n))
    #expect(abs(squares / n - 1 / 12.0) < 4.5 * sqrt(1 / 180.0 / n))
    #expect(abs(neighbours / n) < 4.5 / 12 / sqrt(n))
    // Each pair of neighbouring lanes is counted once, the sum of dependent products has at most twice the variance.
    #expect(abs(lanes / n) < 4.5 * sqrt(2.0) / 12 / sqrt(n))
  }

  @Test func aLaneFollowsItsKeyAlone() {
    var first = LaneStream(keys: LaneKeys(7, 8, 9, 10, 11, 12, 13, 14))
    var second = LaneStream(keys: LaneKeys(100, 9, 8, 7, 101, 102, 103, 14))
    for _ in 0..<50 {
      let (a, b) = (first.next(), second.next())
      #expect(a[0] == b[3] && a[1] == b[2] && a[2] == b[1] && a[7] == b[7] && a[3] != b[0])
    }
  }

  /// Rare events need small numbers: a millionth of them is below a millionth.
  @Test func smallNumbersAreAsFrequentAsTheyShould() {
    var stream = LaneStream(keys: LaneKeys(5, 6, 7, 8, 9, 10, 11, 12))
    var below = 0
    for _ in 0..<2_000_000 {
      let next = stream.nextUniform()
      for lane in 0..<Lanes.scalarCount where next[lane] < 1e-4 { below += 1 }
    }
    #expect(abs(Double(below) - 1600) < 4.5 * sqrt(1600))
  }
}
