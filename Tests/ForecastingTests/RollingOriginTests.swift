import Testing

@testable import Forecasting

@Suite struct RollingOriginTests {
  private static let history = PooledLocalLevelTests.panel(groups: 3, each: 4, periods: 16)

  private static func result(_ history: SeriesHistory, origins: [Int], forecasters: [any Forecaster] = [ClassicalForecaster(.naive), PooledLocalLevel()]) -> RollingOrigin {
    RollingOrigin(history, origins: origins, horizon: 3, forecasters: forecasters, draws: 100, seed: 1, threads: 2)
  }

  /// What came after the origin is changed beyond recognition: no forecast may move.
  @Test("Nothing after the origin is seen", arguments: ForecasterCatalogue.all.map(\.name))
  func noPeeking(_ name: String) throws {
    let forecaster = try #require(ForecasterCatalogue.named(name))
    let other = SeriesHistory(
      hierarchy: Self.history.hierarchy, bottom: Self.history.bottom.map { $0.prefix(12) + $0.dropFirst(12).map { 1000 - $0 } }, season: 1)
    let first = Self.result(Self.history, origins: [12], forecasters: [forecaster])
    let second = Self.result(other, origins: [12], forecasters: [forecaster])
    for (a, b) in zip(first.records, second.records) { #expect(a.scores.map(\.quantiles) == b.scores.map(\.quantiles)) }
    #expect(first.records.count == Self.history.hierarchy.nodes.count)
  }

  @Test("The last period may be an origin: there is a forecast and nothing to score")
  func lastOrigin() {
    let result = Self.result(Self.history, origins: [16])
    #expect(result.records.count == 2 * Self.history.hierarchy.nodes.count)
    #expect(BacktestSummary(result, forecaster: 0) == nil)
  }

  @Test("A forecaster's skill against itself is nothing, and levels and steps average to the whole")
  func summaries() throws {
    let result = Self.result(Self.history, origins: [10, 12])
    let naive = try #require(BacktestSummary(result, forecaster: 0))
    #expect(naive.skill(against: naive) == 0)
    #expect(naive.difference(from: naive)?.pValue == 1)
    #expect(naive.origins == 2)
    #expect(naive.count == 2 * result.hierarchy.nodes.count)
    let steps = try (0..<3).map { try #require(BacktestSummary(result, forecaster: 0, step: $0)).crps }
    #expect(abs(steps.reduce(0, +) / 3 - naive.crps) < 1e-12)
    let levels = try result.hierarchy.levels.map { try #require(BacktestSummary(result, forecaster: 0, level: $0)) }
    #expect(abs(levels.reduce(0) { $0 + $1.mase * Double($1.count) } / Double(naive.count) - naive.mase) < 1e-12)
    #expect(abs(naive.pitFifths.reduce(0, +) - 1) < 1e-12)
  }

  /// Ten nodes with the same difference in each of three origins are three observations, not thirty.
  @Test("Errors of paired differences count what an origin's nodes share")
  func clusters() throws {
    let values = [(1.0, 1), (2.0, 2), (3.0, 3)].flatMap { value, origin in (0..<10).map { (value: value, origin: origin, node: $0) } }
    let difference = PairedDifference(values)
    #expect(difference.mean == 2)
    // Three means 1, 2, 3: standard deviation 1, over √3.
    #expect(abs(try #require(difference.standardError) - 1 / 3.0.squareRoot()) < 1e-12)
    #expect(PairedDifference([(1, 1, 1), (2, 1, 2)]).pValue == nil)
  }

  @Test("The choice falls on the preferred candidate unless another is clearly better")
  func choice() throws {
    struct Off: Forecaster {
      let name = "off"
      func forecast(_ history: SeriesHistory, horizon: Int, draws: Int, seed: UInt64, threads: Int) -> PathDraws {
        let count = history.hierarchy.bottomCount * horizon * draws
        return PathDraws(hierarchy: history.hierarchy, horizon: horizon, draws: draws, values: [Float](repeating: 1e6, count: count))
      }
    }
    let clear = AutomaticForecaster(candidates: [Off(), PooledLocalLevel()]).choose(Self.history, horizon: 3, seed: 1, threads: 2)
    #expect(clear.candidate == 1)
    #expect(clear.scores.map(\.name) == ["off", "local_level"])
    let preferred = AutomaticForecaster(candidates: [PooledLocalLevel(), Off()]).choose(Self.history, horizon: 3, seed: 1, threads: 2)
    #expect(preferred.candidate == 0)
    let short = AutomaticForecaster(candidates: [PooledLocalLevel(), Off()]).choose(Self.history.prefix(3), horizon: 3, seed: 1, threads: 2)
    #expect(short.candidate == 0 && short.scores.isEmpty)
  }

  @Test("A candidate that could not be scored gives way to one that could")
  func unscored() {
    struct Nothing: Forecaster {
      let name = "nothing"
      func forecast(_ history: SeriesHistory, horizon: Int, draws: Int, seed: UInt64, threads: Int) -> PathDraws {
        let count = history.hierarchy.bottomCount
        return PathDraws(
          hierarchy: history.hierarchy, horizon: horizon, draws: draws, values: [Float](repeating: 0, count: count * horizon * draws),
          setAside: Array(0..<count))
      }
    }
    let choice = AutomaticForecaster(candidates: [Nothing(), PooledLocalLevel()]).choose(Self.history, horizon: 3, seed: 1, threads: 2)
    #expect(choice.candidate == 1)
    #expect(AutomaticForecaster.best([nil, nil]) == 0)
  }

  @Test("Nodes of the same series have the same forecast, and cost no more than one")
  func sharedNodes() throws {
    let bottom = Self.history.bottom
    let nodes = ["T", "U"].map { SeriesHierarchy.Node(id: $0, level: $0, members: Array(bottom.indices)) }
    let hierarchy = SeriesHierarchy(nodes: nodes + bottom.indices.map { .init(id: "\($0)", level: "one", members: [$0]) }, bottomCount: bottom.count)
    let paths = ClassicalForecaster(.theta).forecast(
      SeriesHistory(hierarchy: hierarchy, bottom: bottom, season: 1), horizon: 2, draws: 50, seed: 1, threads: 2)
    #expect(try #require(paths.sample(nodes[0], step: 1)) == (try #require(paths.sample(nodes[1], step: 1))))
  }

  @Test("Series that nobody had seen before an origin are listed")
  func setAside() {
    var bottom = Self.history.bottom
    for t in 0..<12 { bottom[2][t] = .nan }
    let result = Self.result(SeriesHistory(hierarchy: Self.history.hierarchy, bottom: bottom, season: 1), origins: [10, 13])
    #expect(result.setAside.map(\.series) == [2])
    #expect(result.setAside.map(\.origin) == [10])
  }
}
