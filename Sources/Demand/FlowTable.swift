import Glibc
public import Placements
public import Regression

/// A project's panel as the data of a regression on one flow: a row for each municipality, area, kind and period, at the
/// finer detail also for each legal basis, in which the flow was counted and somebody could have moved.
///
/// Columns, each a number unless it says text:
/// - `municipality` (text): its name; `home` (text): `yes` where it lies in the offers' home region, else `no`.
/// - `area` (text): its id; `kind`, `legal_basis` (texts); `stratum` (text): the three joined by `|`.
/// - `period`: 1 for the data's first period; `years`: years from the middle of the data to the middle of the period;
///   `year`: the calendar year; `season` (text): the month `01` to `12` or the quarter `Q1` to `Q4`; `all` in yearly data.
/// - `admissions`, `homecomings`, `other_exits`, `stock` (at the period's end): missing where unknown.
/// - `person_time`: person-years present; `population`: persons in the area's age band in the middle of the period.
/// - `exposure`: what the flow's rate is counted against: years of 10,000 inhabitants for admissions (years where the
///   municipality has no population), person-years for exits. Above 0; its logarithm is the default offset.
///
/// Legal bases taken together add their counts and person-time; the population is that of the area's age band, once. A sum
/// with an unknown part is unknown. Exits in a period without person-time (the first day absent was the period's first)
/// stand in the period before.
public struct FlowTable: Sendable {
  /// What a row stands for. Kinds are never added together: a day place is no residential one.
  public enum Detail: Int, Comparable, Sendable {
    /// Municipality, area, kind and period: the legal bases of an area together.
    case kind
    /// Each legal basis by itself, too.
    case stratum

    public static func < (left: Detail, right: Detail) -> Bool { left.rawValue < right.rawValue }

    /// The detail that a formula needs which names these columns.
    public init(naming columns: some Sequence<String>) {
      self = columns.contains { $0 == "legal_basis" || $0 == "stratum" } ? .stratum : .kind
    }
  }

  /// Those of the finer detail; the coarser one lacks `legal_basis` and `stratum`.
  public static let columns = [
    "municipality", "home", "area", "kind", "legal_basis", "stratum", "period", "years", "year", "season", "admissions", "homecomings",
    "other_exits", "stock", "person_time", "population", "exposure",
  ]

  public let flow: Flow
  public let detail: Detail
  public let data: DataTable
  /// Of each row: index of the period from the panel's first, of the municipality and of the area.
  public let period: [Int]
  public let municipality: [Int]
  public let area: [Int]
  public let kind: [ServiceKind]
  /// Cells (what a row may stand for) that are no rows: the count or the exposure is unknown, or nobody could have moved.
  public let unknown: Int
  public let unexposed: Int
  /// The middle of each row's period in years, such as 2026.83.
  public let time: [Double]
  private let labels: [String]

  public init(panel: Panel, flow: Flow, detail: Detail) {
    self.flow = flow
    self.detail = detail
    var rows = FlowRows(panel: panel, flow: flow, detail: detail)
    for m in panel.municipalities.indices {
      for pool in rows.pools.indices { rows.add(municipality: m, pool: pool) }
    }
    data = rows.table()
    period = rows.cells.map(\.period)
    municipality = rows.cells.map(\.municipality)
    area = rows.cells.map { rows.pools[$0.pool].area }
    kind = rows.cells.map { rows.pools[$0.pool].kind }
    labels = rows.cells.map { rows.pools[$0.pool].label }
    unknown = rows.unknown
    unexposed = rows.unexposed
    let perYear = Double(panel.length.perYear)
    time = rows.cells.map { cell in
      let period = panel.first.advanced(by: cell.period)
      return Double(period.year) + (Double(period.number) - 0.5) / perYear
    }
  }

  /// A row as people call it: `Aarhus, autisme|residential, 2026-03`.
  public func name(of row: Int, in panel: Panel) -> String {
    let period = panel.first.advanced(by: self.period[row])
    return "\(panel.municipalities[municipality[row]].name), \(labels[row]), \(period)"
  }
}

/// The rows of a flow table while they are gathered.
private struct FlowRows {
  /// Strata that are added together: of one area and one kind.
  struct Pool {
    let area: Int
    let kind: ServiceKind
    /// Empty where several are together.
    let legalBasis: String
    let label: String
    var strata: [Int]
  }

  struct Cell {
    let municipality: Int
    let pool: Int
    let period: Int
    var count: Double
    let exposure: Double
  }

  let panel: Panel
  let flow: Flow
  let detail: FlowTable.Detail
  let pools: [Pool]
  var cells: [Cell] = []
  var unknown = 0
  var unexposed = 0

  init(panel: Panel, flow: Flow, detail: FlowTable.Detail) {
    self.panel = panel
    self.flow = flow
    self.detail = detail
    pools = Self.pools(panel, detail)
  }

  /// In the order of the strata.
  private static func pools(_ panel: Panel, _ detail: FlowTable.Detail) -> [Pool] {
    var pools: [Pool] = []
    for (s, stratum) in panel.strata.enumerated() {
      let area = panel.areaOfStratum[s]
      if detail == .kind, let known = pools.firstIndex(where: { $0.area == area && $0.kind == stratum.kind }) {
        pools[known].strata.append(s)
      } else {
        let isFine = detail == .stratum
        pools.append(
          Pool(
            area: area, kind: stratum.kind, legalBasis: isFine ? stratum.legalBasis : "",
            label: isFine ? stratum.key : "\(stratum.area)|\(stratum.kind.rawValue)", strata: [s]))
      }
    }
    return pools
  }

  mutating func add(municipality m: Int, pool: Int) {
    let strata = present(m, pool)
    guard !strata.isEmpty else { return }
    guard strata.allSatisfy(isCounted) else {
      unknown += panel.count
      return
    }
    let start = cells.count
    for t in 0..<panel.count {
      let (count, exposure) = (sum(FlowFrame.quantity(flow), m, strata, t), exposure(m, pool, strata, t))
      guard !count.isNaN, !exposure.isNaN else {
        unknown += 1
        continue
      }
      if exposure > 0 {
        cells.append(Cell(municipality: m, pool: pool, period: t, count: count, exposure: exposure))
      } else if count == 0 || !(flow == .admission) && cells.count > start {
        unexposed += 1
        if count > 0 { cells[cells.count - 1].count += count }
      } else {
        // Nobody was there before either: half a day at risk is all that can be said.
        cells.append(Cell(municipality: m, pool: pool, period: t, count: count, exposure: 0.5 / FlowFrame.daysPerYear))
      }
    }
  }

  /// The strata of which the source says anything for a municipality; one that it never names there has nobody.
  private func present(_ m: Int, _ pool: Int) -> [Int] {
    pools[pool].strata.filter { s in
      Panel.Quantity.allCases.contains { panel.series($0, municipality: m, stratum: s).contains { !$0.isNaN } }
    }
  }

  /// Strata without a stock have no person-time and no exits here.
  private func isCounted(_ s: Int) -> Bool {
    panel.knowledge[s] == .flowsAndStock || (flow == .admission && panel.knowledge[s] == .flowsOnly)
  }

  private func sum(_ quantity: Panel.Quantity, _ m: Int, _ strata: [Int], _ t: Int) -> Double {
    strata.reduce(0) { $0 + panel.value(quantity, municipality: m, stratum: $1, period: t) }
  }

  private func exposure(_ m: Int, _ pool: Int, _ strata: [Int], _ t: Int) -> Double {
    guard flow == .admission else { return sum(.occupiedDays, m, strata, t) / FlowFrame.daysPerYear }
    let years = Double(panel.first.advanced(by: t).days) / FlowFrame.daysPerYear
    return (population(m, pool, t) ?? 10_000) / 10_000 * years
  }

  private func population(_ m: Int, _ pool: Int, _ t: Int) -> Double? {
    panel.persons(municipality: m, area: pools[pool].area, period: panel.first.advanced(by: t))
  }

  // MARK: Columns

  func table() -> DataTable {
    var table = DataTable()
    addKeys(to: &table)
    let perYear = Double(panel.length.perYear)
    table.add("period", cells.map { Double($0.period + 1) })
    table.add("years", cells.map { (Double($0.period) + 0.5 - Double(panel.count) / 2) / perYear })
    table.add("year", cells.map { Double(panel.first.advanced(by: $0.period).year) })
    table.add("season", cells.map { season(panel.first.advanced(by: $0.period)) })
    for other in Flow.counted {
      table.add(other.plural, other == flow ? cells.map(\.count) : values(FlowFrame.quantity(other)))
    }
    table.add("stock", values(.stock))
    table.add("person_time", values(.occupiedDays).map { $0 / FlowFrame.daysPerYear })
    table.add("population", cells.map { population($0.municipality, $0.pool, $0.period) })
    table.add("exposure", cells.map(\.exposure))
    return table
  }

  private func addKeys(to table: inout DataTable) {
    table.add("municipality", cells.map { panel.municipalities[$0.municipality].name })
    table.add("home", cells.map { panel.isHome(panel.municipalities[$0.municipality]) ? "yes" : "no" })
    table.add("area", cells.map { panel.areas[pools[$0.pool].area].id })
    table.add("kind", cells.map { pools[$0.pool].kind.rawValue })
    guard detail == .stratum else { return }
    table.add("legal_basis", cells.map { pools[$0.pool].legalBasis })
    table.add("stratum", cells.map { pools[$0.pool].label })
  }

  private func season(_ period: Period) -> String {
    switch panel.length {
    case .month: period.number < 10 ? "0\(period.number)" : "\(period.number)"
    case .quarter: "Q\(period.number)"
    case .year: "all"
    }
  }

  private func values(_ quantity: Panel.Quantity) -> [Double] {
    var last = (municipality: -1, pool: -1, strata: [Int]())
    return cells.map { cell in
      if (last.municipality, last.pool) != (cell.municipality, cell.pool) {
        last = (cell.municipality, cell.pool, present(cell.municipality, cell.pool))
      }
      return sum(quantity, cell.municipality, last.strata, cell.period)
    }
  }
}
