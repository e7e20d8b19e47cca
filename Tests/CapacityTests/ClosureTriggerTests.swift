import Placements
import Testing

@testable import Capacity

@Suite struct ClosureTriggerTests {
  @Test func monthsBecomePeriods() {
    let trigger = ClosureTrigger()
    #expect(trigger.periods(of: .month) == 6)
    #expect(trigger.periods(of: .quarter) == 2)
    #expect(trigger.periods(of: .year) == 1)
    #expect(ClosureTrigger(months: 7).periods(of: .quarter) == 3)
    #expect(trigger.threshold(places: 20) == 14)
  }

  private func watch(_ path: [Double], before: Int = 0, months: Int = 3) -> ClosureWatch {
    var watch = ClosureWatch(trigger: ClosureTrigger(share: 0.7, months: months), places: 10, length: .month, paths: 1, before: before)
    for value in path { watch.observe([value]) }
    return watch
  }

  /// 7 of 10 places is not below 70 %; one good month begins the count anew.
  @Test(arguments: [
    ([6.9, 6, 5], 0, 3), ([7.0, 7, 7, 7], 0, nil), ([6, 6, 7, 6, 6, 6], 0, 6), ([6, 6, 8, 6, 6], 0, nil), ([6], 2, 1), ([9, 9], 3, 0),
    ([8, 6, 6], 2, nil),
  ] as [([Double], Int, Int?)])
  func paths(_ path: [Double], before: Int, reached: Int?) {
    #expect(watch(path, before: before).reached == [reached])
  }

  /// Every path of highs and lows over ten months against a plain search for a run.
  @Test func agreesWithPlainSearch() {
    for bits in 0..<1024 {
      let low = (0..<10).map { bits >> $0 & 1 == 1 }
      let plain = (3...10).first { end in low[(end - 3)..<end].allSatisfy { $0 } }
      #expect(watch(low.map { $0 ? 1 : 9 }).reached == [plain])
    }
  }

  @Test func sharesAreTakenOverPaths() {
    var watch = ClosureWatch(trigger: ClosureTrigger(share: 0.5, months: 1), places: 10, length: .month, paths: 4)
    watch.observe([1, 9, 9, 9])
    watch.observe([9, 1, 9, 9])
    watch.observe([9, 9, 1, 9])
    #expect((1...3).map { watch.probability(after: $0) } == [0.25, 0.5, 0.75])
    #expect(watch.probability(after: 0) == 0 && watch.probability(after: 4) == nil)
    #expect(watch.periods(atShare: 0.5) == 2 && watch.periods(atShare: 0.1) == 1 && watch.periods(atShare: 0.9) == nil)
  }

  /// A higher share, fewer months, or fewer citizens never make it less likely.
  @Test func isMonotone() {
    let path: [Double] = [8, 7.5, 6.9, 6.5, 7.1, 6, 5, 4, 6, 7]
    func first(_ share: Double, _ months: Int, less: Double = 0) -> Int {
      var watch = ClosureWatch(trigger: ClosureTrigger(share: share, months: months), places: 10, length: .month, paths: 1)
      for value in path { watch.observe([value - less]) }
      return watch.reached[0] ?? .max
    }
    for months in 1...5 {
      for share in [0.4, 0.5, 0.6, 0.7] {
        #expect(first(share + 0.1, months) <= first(share, months))
        #expect(first(share, months) <= first(share, months + 1))
        #expect(first(share, months, less: 0.5) <= first(share, months))
      }
    }
  }
}
