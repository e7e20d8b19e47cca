public import Forecasting
public import Placements

/// What a backtest of a project forecasts.
public enum BacktestTarget: String, CaseIterable, Sendable {
  case stock, admissions, homecomings
  case otherExits = "other_exits"

  var quantity: Panel.Quantity {
    switch self {
    case .stock: .stock
    case .admissions: .admissions
    case .homecomings: .homecomings
    case .otherExits: .otherExits
    }
  }
}

/// One quantity of a panel as series of municipality × area and kind, legal bases summed, with the sums that planners look at.
///
/// Shorter periods are taken together by whole longer ones: stocks at their end, flows as sums. Kinds of service are never added:
/// every node above the series is of one kind.
public struct PanelSeries: Sendable {
  public struct Cell: Hashable, Sendable {
    /// Code of the municipality, and id of the area.
    public let municipality: String
    public let area: String
    public let kind: ServiceKind
  }

  public let target: BacktestTarget
  public let cells: [Cell]
  public let history: SeriesHistory
  public let length: PeriodLength
  public let first: Period
  /// First day of the panel, for panels of what was known earlier.
  let firstDay: Day
  /// The panel's own periods in one of these.
  let span: Int

  /// The length in which a panel is tested: months are noisy and many, so that quarters stand for them.
  public static func testedLength(_ panel: Panel) -> PeriodLength { max(panel.length, .quarter) }

  /// - Parameter length: of the series' periods, at least the panel's.
  /// - Returns: nil where no stratum has the quantity, or there are fewer than two periods.
  public init?(_ panel: Panel, target: BacktestTarget, length: PeriodLength) {
    let enclosing = panel.first.enclosing(length)
    let first = enclosing.firstDay == panel.first.firstDay ? enclosing : enclosing.advanced(by: 1)
    let last = panel.origin.enclosing(length)
    let count = (last.lastDay == panel.origin.lastDay ? last : last.advanced(by: -1)) - first + 1
    guard count >= 2 else { return nil }
    let span = length.months / panel.length.months
    let skip = Period(containing: first.firstDay, length: panel.length) - panel.first
    var members: [AreaKind: [Int]] = [:]
    for s in panel.strata.indices where panel.knowledge[s] != .nothing {
      members[AreaKind(area: panel.strata[s].area, kind: panel.strata[s].kind), default: []].append(s)
    }
    var cells: [Cell] = []
    var bottom: [[Double]] = []
    for municipality in panel.municipalities.indices {
      for key in members.keys.sorted() {
        let values = Self.values(panel, target, municipality: municipality, strata: members[key] ?? [], skip: skip, count: count, span: span)
        guard values.contains(where: { !$0.isNaN }) else { continue }
        cells.append(Cell(municipality: panel.municipalities[municipality].code, area: key.area, kind: key.kind))
        bottom.append(values)
      }
    }
    guard !cells.isEmpty else { return nil }
    self.target = target
    self.cells = cells
    self.length = length
    self.first = first
    self.span = span
    firstDay = panel.first.firstDay
    history = SeriesHistory(
      hierarchy: SeriesHierarchy(nodes: Self.nodes(panel, cells), bottomCount: cells.count), bottom: bottom, season: length.perYear)
  }

  private struct AreaKind: Hashable, Comparable {
    let area: String
    let kind: ServiceKind

    static func < (a: AreaKind, b: AreaKind) -> Bool { (a.area, a.kind.rawValue) < (b.area, b.kind.rawValue) }
  }

  /// Sums over strata; unknown where one of them is.
  private static func values(
    _ panel: Panel, _ target: BacktestTarget, municipality: Int, strata: [Int], skip: Int, count: Int, span: Int
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for s in strata {
      let own = Array(panel.series(target.quantity, municipality: municipality, stratum: s).dropFirst(skip))
      for t in 0..<count {
        sums[t] += target == .stock ? own[(t + 1) * span - 1] : own[(t * span)..<((t + 1) * span)].reduce(0, +)
      }
    }
    return sums
  }

  private static func nodes(_ panel: Panel, _ cells: [Cell]) -> [SeriesHierarchy.Node] {
    let regions = Dictionary(uniqueKeysWithValues: panel.municipalities.map { ($0.code, $0.region) })
    func level(_ name: String, _ key: (Cell) -> String) -> [SeriesHierarchy.Node] {
      var members: [String: [Int]] = [:]
      for (index, cell) in cells.enumerated() { members[key(cell), default: []].append(index) }
      return members.keys.sorted().map { SeriesHierarchy.Node(id: "\(name)|\($0)", level: name, members: members[$0] ?? []) }
    }
    func region(_ cell: Cell) -> String { regions[cell.municipality] ?? "" }
    return level("total") { $0.kind.rawValue } + level("region") { "\(region($0))|\($0.kind.rawValue)" }
      + level("area") { "\($0.area)|\($0.kind.rawValue)" } + level("region×area") { "\(region($0))|\($0.area)|\($0.kind.rawValue)" }
      + level("municipality") { "\($0.municipality)|\($0.kind.rawValue)" }
      + level("municipality×area") { "\($0.municipality)|\($0.area)|\($0.kind.rawValue)" }
  }
}
