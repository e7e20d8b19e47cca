/// Joint sample paths of the bottom series of a hierarchy; every question is asked inside each draw, so that sums are coherent.
public struct PathDraws: Sendable {
  public let hierarchy: SeriesHierarchy
  public let horizon: Int
  public let draws: Int
  /// `[(series · horizon + step) · draws + draw]`. A value may lie a little below 0, where a method's scale allows it: sums are
  /// unbiased then, and a node's draws are cut at 0 after summing.
  public let values: [Float]
  /// Series that could not be forecast and count as nothing in sums.
  public let setAside: [Int]

  /// - Parameter values: layout as the property; a series that is set aside has zeros.
  public init(hierarchy: SeriesHierarchy, horizon: Int, draws: Int, values: [Float], setAside: [Int] = []) {
    precondition(values.count == hierarchy.bottomCount * horizon * draws, "values do not fill the paths")
    self.hierarchy = hierarchy
    self.horizon = horizon
    self.draws = draws
    self.values = values
    self.setAside = setAside
  }

  /// The draws of a node at a step from 0, at or above 0; nil where all its series are set aside.
  public func sample(_ node: SeriesHierarchy.Node, step: Int) -> [Double]? {
    if !setAside.isEmpty, node.members.allSatisfy(setAside.contains) { return nil }
    var sum = [Double](repeating: 0, count: draws)
    values.withUnsafeBufferPointer { all in
      for member in node.members {
        let start = (member * horizon + step) * draws
        for draw in 0..<draws { sum[draw] += Double(all[start + draw]) }
      }
    }
    for draw in 0..<draws { sum[draw] = max(0, sum[draw]) }
    return sum
  }
}

extension PathDraws {
  /// Paths whose series come from different models; draws of different models are independent of each other.
  /// - Parameter source: of each bottom series; nil sets it aside.
  public static func combined(
    _ hierarchy: SeriesHierarchy, horizon: Int, draws: Int, source: (Int) -> PathDraws?
  ) -> PathDraws {
    let length = horizon * draws
    var values: [Float] = []
    values.reserveCapacity(hierarchy.bottomCount * length)
    var setAside: [Int] = []
    for series in 0..<hierarchy.bottomCount {
      if let paths = source(series), !paths.setAside.contains(series) {
        precondition(paths.horizon == horizon && paths.draws == draws, "paths of different size")
        values += paths.values[(series * length)..<((series + 1) * length)]
      } else {
        setAside.append(series)
        values += [Float](repeating: 0, count: length)
      }
    }
    return PathDraws(hierarchy: hierarchy, horizon: horizon, draws: draws, values: values, setAside: setAside)
  }
}
