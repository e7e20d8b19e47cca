import Glibc
import Probability
import Testing

@testable import Forecasting

@Suite struct PooledLocalLevelTests {
  /// Random walks of the log with a shock common to all, one of the group and one of their own.
  static func panel(
    groups: Int = 6, each: Int = 8, periods: Int = 24, common: Double = 0.03, grouped: Double = 0.02, local: Double = 0.08, slope: Double = 0,
    seed: UInt64 = 1
  ) -> SeriesHistory {
    let count = groups * each
    var stream = RandomStream(seed: seed, pair: 7, 7)
    var logs = (0..<count).map { _ in log(40.0) + 0.8 * stream.nextNormal() }
    var series = [[Double]](repeating: [], count: count)
    for _ in 0..<periods {
      let whole = slope + common * stream.nextNormal()
      let shocks = (0..<groups).map { _ in grouped * stream.nextNormal() }
      for i in 0..<count {
        logs[i] += whole + shocks[i / each] + local * stream.nextNormal()
        series[i].append(exp(logs[i]))
      }
    }
    return SeriesHistory(hierarchy: hierarchy(groups, each), bottom: series, season: 1)
  }

  static func hierarchy(_ groups: Int, _ each: Int) -> SeriesHierarchy {
    let count = groups * each
    var nodes = [SeriesHierarchy.Node(id: "all", level: "total", members: Array(0..<count))]
    nodes += (0..<groups).map { g in .init(id: "g\(g)", level: "group", members: Array((g * each)..<((g + 1) * each))) }
    nodes += (0..<count).map { .init(id: "s\($0)", level: "series", members: [$0]) }
    return SeriesHierarchy(nodes: nodes, bottomCount: count)
  }

  private static func forecast(_ history: SeriesHistory, horizon: Int = 4, draws: Int = 400, threads: Int = 1) -> PathDraws {
    PooledLocalLevel().forecast(history, horizon: horizon, draws: draws, seed: 3, threads: threads)
  }

  @Test("The same bytes for any number of threads")
  func threads() {
    let history = Self.panel()
    #expect(Self.forecast(history, threads: 1).values == Self.forecast(history, threads: 3).values)
  }

  /// Intervals of sums must count what series share: with independent shocks the total's spread would be a fraction of it.
  @Test("Intervals hold what they say at every level", arguments: [0.0, 0.05])
  func coverage(_ common: Double) {
    var inside: [String: Double] = [:]
    var number: [String: Double] = [:]
    for seed in 1...60 {
      let whole = Self.panel(periods: 26, common: common, seed: UInt64(seed))
      let result = RollingOrigin(
        whole, origins: [22], horizon: 4, forecasters: [PooledLocalLevel()], draws: 400, seed: UInt64(seed), threads: 2)
      for record in result.records {
        let level = whole.hierarchy.nodes[record.node].level
        for score in record.scores {
          inside[level, default: 0] += score.isInside80 ? 1 : 0
          number[level, default: 0] += 1
        }
      }
    }
    // 60 panels: the total's share has a standard error of some 4 points, its four steps going together. Sums are a little wide
    // by design: the noise of their own series is in the paths of the whole and of groups.
    for (level, bounds) in [("total", 0.68...0.95), ("group", 0.75...0.93), ("series", 0.75...0.86)] {
      let share = (inside[level] ?? 0) / (number[level] ?? 1)
      #expect(bounds.contains(share), "\(level): \(share)")
    }
  }

  /// Stocks that drift all together are continued, levels that come back are not.
  @Test("A slope is continued where the series' changes go on, and not where they turn back")
  func slopes() {
    var stream = RandomStream(seed: 5, pair: 1, 1)
    let (groups, each, periods) = (8, 6, 20)
    func history(persistent: Bool) -> SeriesHistory {
      var slopes = (0..<groups).map { _ in 0.04 * stream.nextNormal() }
      var levels = [Double](repeating: 0, count: groups)
      var bottom = [[Double]](repeating: [], count: groups * each)
      for t in 0..<periods {
        for g in 0..<groups {
          slopes[g] = 0.9 * slopes[g] + 0.01 * stream.nextNormal()
          levels[g] = persistent ? levels[g] + slopes[g] : 0.1 * stream.nextNormal()
          for k in 0..<each { bottom[g * each + k].append(100 * exp(levels[g] + 0.03 * Double(t) + 0.02 * stream.nextNormal())) }
        }
      }
      return SeriesHistory(hierarchy: Self.hierarchy(groups, each), bottom: bottom, season: 1)
    }
    let going = PooledLocalLevelFit(history(persistent: true), horizon: 4)
    let turning = PooledLocalLevelFit(history(persistent: false), horizon: 4)
    #expect(going.total.slope > 0.015)
    #expect(abs(turning.total.slope) < 0.005)
  }

  @Test("A level is expected to stay where it is: the mean of small counts does not creep upwards")
  func martingale() {
    let history = Self.panel(groups: 6, each: 20, periods: 20, local: 0.3, seed: 9)
    let node = history.hierarchy.nodes[0]
    let last = history.values(of: node)[19]
    let sample = Self.forecast(history, horizon: 8, draws: 2000).sample(node, step: 7) ?? []
    let mean = sample.reduce(0, +) / Double(sample.count)
    // Twice the standard error of the mean over draws, and smoothing's distance from the last value.
    #expect(abs(mean / last - 1) < 0.06, "\(mean) \(last)")
  }

  @Test("Holes, series that appear or vanish, zeros and single observations are forecast; what was never seen is set aside")
  func ragged() throws {
    var bottom = Self.panel(periods: 12).bottom
    let count = bottom[0].count
    bottom[0] = [Double](repeating: .nan, count: count)
    bottom[1] = [Double](repeating: 0, count: count)
    bottom[2] = [Double](repeating: .nan, count: count - 1) + [7]
    for t in 0..<6 { bottom[3][t] = .nan }
    for t in 6..<count { bottom[4][t] = .nan }
    bottom[5][4] = .nan
    let history = SeriesHistory(hierarchy: Self.hierarchy(6, 8), bottom: bottom, season: 1)
    let paths = Self.forecast(history)
    #expect(paths.setAside == [0])
    #expect(paths.values.allSatisfy { $0.isFinite })
    let nodes = history.hierarchy.nodes
    #expect(paths.sample(nodes[7], step: 0) == nil)
    #expect(paths.sample(nodes[0], step: 0) != nil)
    let single = try #require(paths.sample(nodes[9], step: 0)).sorted()
    #expect(single[200] > 4 && single[200] < 11)
    let vanished = try #require(paths.sample(nodes[11], step: 0))
    let known = try #require(paths.sample(nodes[12], step: 0))
    func spread(_ draws: [Double]) -> Double { log(draws.sorted()[360] / draws.sorted()[40]) }
    #expect(spread(vanished) > 1.5 * spread(known))
  }

  @Test("Years in which a whole group was not counted are no years without change")
  func holeInGroup() {
    let whole = Self.panel(periods: 20, grouped: 0.1)
    var bottom = whole.bottom
    for series in 0..<8 { for t in 10..<18 { bottom[series][t] = .nan } }
    let holed = PooledLocalLevelFit(SeriesHistory(hierarchy: whole.hierarchy, bottom: bottom, season: 1), horizon: 4)
    let full = PooledLocalLevelFit(whole, horizon: 4)
    // Counted as changes of zero, eight of the nineteen would take half of the group's variance away.
    #expect(holed.groups[0].variance > 0.75 * full.groups[0].variance)
    for series in bottom.indices { bottom[series][19] = .nan }
    let ended = PooledLocalLevelFit(SeriesHistory(hierarchy: whole.hierarchy, bottom: bottom, season: 1), horizon: 4)
    #expect(ended.total.staleness == 1 && ended.groups[3].staleness == 1 && full.total.staleness == 0)
  }

  @Test("A single series is followed as it goes")
  func alone() throws {
    let ramp: [Double] = (0..<20).map { (t: Int) -> Double in 20 + 8 * Double(t) + Double(t % 3) }
    let history = SeriesHistory(hierarchy: SeriesHierarchy(separate: ["one"], level: "all"), bottom: [ramp], season: 1)
    let sample = try #require(Self.forecast(history).sample(history.hierarchy.nodes[0], step: 0)).sorted()
    #expect(sample[200] > 0.9 * ramp[19] && sample[200] < 1.2 * ramp[19])
  }

  @Test("One period and one series are enough to answer", arguments: [(1, 1), (1, 5), (3, 1)])
  func tiny(_ series: Int, _ periods: Int) {
    let history = SeriesHistory(
      hierarchy: SeriesHierarchy(separate: (0..<series).map { "\($0)" }, level: "all"),
      bottom: (0..<series).map { s in (0..<periods).map { Double(10 + s + $0 % 3) } }, season: 1)
    let paths = Self.forecast(history, horizon: 2)
    #expect(paths.values.allSatisfy { $0.isFinite })
    #expect(Set(paths.values).count > 1)
  }

  @Test("Seasons come back, drawn towards what series share", arguments: [4, 12])
  func season(_ season: Int) throws {
    var stream = RandomStream(seed: 11, pair: 2, UInt64(season))
    let pattern = (0..<season).map { 0.3 * sin(2 * Double.pi * Double($0) / Double(season)) }
    let bottom = (0..<20).map { _ in (0..<(5 * season)).map { t in 200 * exp(pattern[t % season] + 0.03 * stream.nextNormal()) } }
    let history = SeriesHistory(hierarchy: SeriesHierarchy(separate: bottom.indices.map { "\($0)" }, level: "all"), bottom: bottom, season: season)
    let paths = Self.forecast(history, horizon: season)
    for step in 0..<season {
      let middle = try #require(paths.sample(history.hierarchy.nodes[0], step: step)).sorted()[200]
      #expect(abs(log(middle / 200) - pattern[step]) < 0.05)
    }
  }

  @Test("Groups are a level of enough series each, and not of a handful", arguments: [(6, 8, true), (30, 4, false), (10, 2, false)])
  func groups(_ groups: Int, _ each: Int, _ isSplit: Bool) {
    #expect((Self.hierarchy(groups, each).groups != nil) == isSplit)
  }
}
