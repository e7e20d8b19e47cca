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
/// every node above the series is of one kind. By offer the series are those of offers, all payers together.
public struct PanelSeries: Sendable {
  public struct Cell: Hashable, Sendable {
    /// Code of the municipality, and id of the area; empty and that of the offer's area where the series is an offer's.
    public let municipality: String
    public let area: String
    public let kind: ServiceKind
    /// Id; empty where the series is a municipality's.
    public var offer = ""

    /// For messages.
    public var name: String { offer.isEmpty ? "\(municipality) \(area)" : offer }
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
    let regions = Dictionary(uniqueKeysWithValues: panel.municipalities.map { ($0.code, $0.region) })
    self.init(panel, target: target, length: length, nodes: { Self.nodes(regions, $0) }) { values in
      var members: [AreaKind: [Int]] = [:]
      for s in panel.strata.indices where panel.knowledge[s] != .nothing {
        members[AreaKind(area: panel.strata[s].area, kind: panel.strata[s].kind), default: []].append(s)
      }
      var found: [(Cell, [Double])] = []
      for municipality in panel.municipalities.indices {
        for key in members.keys.sorted() {
          found.append((Cell(municipality: panel.municipalities[municipality].code, area: key.area, kind: key.kind), values([municipality], members[key] ?? [])))
        }
      }
      return found
    }
  }

  /// - Parameters:
  ///   - byOffer: the same extracts with every offer as an area (`Panel(byOffer:)`).
  ///   - offers: those of the extracts.
  /// - Returns: as above, also where nothing is counted by offer.
  public init?(byOffer panel: Panel, offers: [Offer], target: BacktestTarget, length: PeriodLength) {
    self.init(panel, target: target, length: length, nodes: Self.offerNodes) { values in
      offers.compactMap { offer in
        let strata = panel.strata.indices.filter { panel.strata[$0].area == offer.id && panel.strata[$0].kind == offer.kind && panel.knowledge[$0] != .nothing }
        guard !strata.isEmpty else { return nil }
        return (Cell(municipality: "", area: offer.area, kind: offer.kind, offer: offer.id), values(Array(panel.municipalities.indices), strata))
      }
    }
  }

  /// - Parameter series: the cells with their values, which it is given by municipalities and strata.
  private init?(
    _ panel: Panel, target: BacktestTarget, length: PeriodLength, nodes: ([Cell]) -> [SeriesHierarchy.Node],
    series: ((_ municipalities: [Int], _ strata: [Int]) -> [Double]) -> [(Cell, [Double])]
  ) {
    let enclosing = panel.first.enclosing(length)
    let first = enclosing.firstDay == panel.first.firstDay ? enclosing : enclosing.advanced(by: 1)
    let last = panel.origin.enclosing(length)
    let count = (last.lastDay == panel.origin.lastDay ? last : last.advanced(by: -1)) - first + 1
    guard count >= 2 else { return nil }
    let span = length.months / panel.length.months
    let skip = Period(containing: first.firstDay, length: panel.length) - panel.first
    let known = series { municipalities, strata in
      Self.values(panel, target, municipalities: municipalities, strata: strata, skip: skip, count: count, span: span)
    }.filter { $0.1.contains { !$0.isNaN } }
    let (cells, bottom) = (known.map(\.0), known.map(\.1))
    guard !cells.isEmpty else { return nil }
    self.target = target
    self.cells = cells
    self.length = length
    self.first = first
    self.span = span
    firstDay = panel.first.firstDay
    history = SeriesHistory(
      hierarchy: SeriesHierarchy(nodes: nodes(cells), bottomCount: cells.count), bottom: bottom, season: length.perYear)
  }

  private struct AreaKind: Hashable, Comparable {
    let area: String
    let kind: ServiceKind

    static func < (a: AreaKind, b: AreaKind) -> Bool { (a.area, a.kind.rawValue) < (b.area, b.kind.rawValue) }
  }

  /// Sums over municipalities and strata, those never counted left out; unknown where another one is.
  private static func values(
    _ panel: Panel, _ target: BacktestTarget, municipalities: [Int], strata: [Int], skip: Int, count: Int, span: Int
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    var isKnown = false
    for m in municipalities {
      for s in strata {
        let own = Array(panel.series(target.quantity, municipality: m, stratum: s).dropFirst(skip))
        if municipalities.count > 1, own.allSatisfy(\.isNaN) { continue }
        isKnown = true
        for t in 0..<count {
          sums[t] += target == .stock ? own[(t + 1) * span - 1] : own[(t * span)..<((t + 1) * span)].reduce(0, +)
        }
      }
    }
    return isKnown ? sums : [Double](repeating: .nan, count: count)
  }

  private static func nodes(_ regions: [String: String], _ cells: [Cell]) -> [SeriesHierarchy.Node] {
    func region(_ cell: Cell) -> String { regions[cell.municipality] ?? "" }
    return level("total", cells) { $0.kind.rawValue } + level("region", cells) { "\(region($0))|\($0.kind.rawValue)" }
      + level("area", cells) { "\($0.area)|\($0.kind.rawValue)" }
      + level("region×area", cells) { "\(region($0))|\($0.area)|\($0.kind.rawValue)" }
      + level("municipality", cells) { "\($0.municipality)|\($0.kind.rawValue)" }
      + level("municipality×area", cells) { "\($0.municipality)|\($0.area)|\($0.kind.rawValue)" }
  }

  private static func offerNodes(_ cells: [Cell]) -> [SeriesHierarchy.Node] {
    level("total", cells) { $0.kind.rawValue } + level("area", cells) { "\($0.area)|\($0.kind.rawValue)" } + level("offer", cells) { $0.offer }
  }

  private static func level(_ name: String, _ cells: [Cell], _ key: (Cell) -> String) -> [SeriesHierarchy.Node] {
    var members: [String: [Int]] = [:]
    for (index, cell) in cells.enumerated() { members[key(cell), default: []].append(index) }
    return members.keys.sorted().map { SeriesHierarchy.Node(id: "\(name)|\($0)", level: name, members: members[$0] ?? []) }
  }

  /// Whether the series are offers'.
  var isByOffer: Bool { cells.contains { !$0.offer.isEmpty } }
}
