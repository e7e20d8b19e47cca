/// Series that add up: the bottom series and every sum of them that is forecast.
public struct SeriesHierarchy: Sendable {
  public struct Node: Hashable, Sendable {
    public let id: String
    /// What nodes of one kind have in common, such as `total`, `region` or `municipality`.
    public let level: String
    /// Indices of the bottom series whose sum it is, ascending, at least one.
    public let members: [Int]

    public init(id: String, level: String, members: [Int]) {
      precondition(!members.isEmpty, "a node without series")
      self.id = id
      self.level = level
      self.members = members
    }
  }

  public let nodes: [Node]
  public let bottomCount: Int

  /// - Parameter nodes: any sums of the bottom series 0..<bottomCount; the bottom series themselves may be among them.
  public init(nodes: [Node], bottomCount: Int) {
    precondition(nodes.allSatisfy { $0.members.allSatisfy { (0..<bottomCount).contains($0) } }, "a member that is no bottom series")
    self.nodes = nodes
    self.bottomCount = bottomCount
  }

  /// Series that add up to nothing.
  public init(separate ids: [String], level: String) {
    self.init(nodes: ids.enumerated().map { Node(id: $0.element, level: level, members: [$0.offset]) }, bottomCount: ids.count)
  }

  /// Levels in the order of their first nodes.
  public var levels: [String] {
    var seen = Set<String>()
    return nodes.map(\.level).filter { seen.insert($0).inserted }
  }

  /// Whether any node is more than one series.
  public var hasSums: Bool { nodes.contains { $0.members.count > 1 } }

  /// Group of each bottom series: the level that splits the series into the most groups, of three and more series on average
  /// and no more groups than √series (ten are always allowed), so that a group's path is more than its series' noise; nil
  /// where no level does.
  public var groups: [Int]? {
    var best: [Int]?
    var most = 1
    for level in levels {
      let own = nodes.filter { $0.level == level }
      guard own.count > most, own.count * 3 <= bottomCount, own.count <= 10 || own.count * own.count <= bottomCount else { continue }
      var group = [Int](repeating: -1, count: bottomCount)
      var isPartition = true
      for (index, node) in own.enumerated() {
        for member in node.members {
          if group[member] >= 0 { isPartition = false }
          group[member] = index
        }
      }
      guard isPartition, !group.contains(-1) else { continue }
      best = group
      most = own.count
    }
    return best
  }

  /// The sums of bottom values, one a node; NaN where a member is.
  public func sums(_ bottom: [Double]) -> [Double] {
    nodes.map { node in node.members.reduce(0) { $0 + bottom[$1] } }
  }
}
