/// What was observed of a hierarchy up to an origin.
public struct SeriesHistory: Sendable {
  public let hierarchy: SeriesHierarchy
  /// `[series][period]`: values at or above 0, NaN where unknown; all of the same length.
  public let bottom: [[Double]]
  /// Periods in a year that repeat a pattern: 1, 4 or 12; 1 for none.
  public let season: Int

  public var count: Int { bottom.first?.count ?? 0 }

  public init(hierarchy: SeriesHierarchy, bottom: [[Double]], season: Int) {
    precondition(bottom.count == hierarchy.bottomCount, "one history for each bottom series")
    precondition(bottom.allSatisfy { $0.count == bottom[0].count }, "histories differ in length")
    precondition(season >= 1, "a season has at least one period")
    self.hierarchy = hierarchy
    self.bottom = bottom
    self.season = season
  }

  /// The first periods alone.
  public func prefix(_ count: Int) -> SeriesHistory {
    SeriesHistory(hierarchy: hierarchy, bottom: bottom.map { Array($0.prefix(count)) }, season: season)
  }

  /// Series without a single observation: they cannot be forecast.
  public var unobserved: [Int] { bottom.indices.filter { series in bottom[series].allSatisfy(\.isNaN) } }

  /// A node's values: the sum of its series, those without any observation left out; NaN where another is unknown.
  public func values(of node: SeriesHierarchy.Node) -> [Double] {
    let known = node.members.filter { series in bottom[series].contains { !$0.isNaN } }
    guard !known.isEmpty else { return [Double](repeating: .nan, count: count) }
    return (0..<count).map { t in known.reduce(0) { $0 + bottom[$1][t] } }
  }
}
