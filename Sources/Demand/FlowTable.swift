import Glibc
public import Placements
public import Regression

/// A project's panel as the data of a regression on one flow: a row for each municipality, stratum and period in which the
/// flow was counted and somebody could have moved.
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
/// Exits in a period without person-time (the first day absent was the period's first) stand in the period before.
public struct FlowTable: Sendable {
  public static let columns = [
    "municipality", "home", "area", "kind", "legal_basis", "stratum", "period", "years", "year", "season", "admissions", "homecomings",
    "other_exits", "stock", "person_time", "population", "exposure",
  ]

  public let flow: Flow
  public let data: DataTable
  /// Of each row: index of the period from the panel's first, and of the municipality.
  public let period: [Int]
  public let municipality: [Int]
  /// Cells of a municipality, stratum and period that are no rows: the count is unknown, or nobody could have moved.
  public let unknown: Int
  public let unexposed: Int
  /// The middle of each row's period in years, such as 2026.83.
  public let time: [Double]

  /// Strata without a stock have no person-time and no exits here.
  public init(panel: Panel, flow: Flow) {
    self.flow = flow
    var rows = FlowRows(panel: panel, flow: flow)
    for m in panel.municipalities.indices {
      for s in panel.strata.indices where panel.knowledge[s] == .flowsAndStock || (flow == .admission && panel.knowledge[s] == .flowsOnly) {
        rows.add(municipality: m, stratum: s)
      }
    }
    data = rows.table()
    period = rows.cells.map(\.period)
    municipality = rows.cells.map(\.municipality)
    unknown = rows.unknown
    unexposed = rows.unexposed
    let perYear = Double(panel.length.perYear)
    time = rows.cells.map { cell in
      let period = panel.first.advanced(by: cell.period)
      return Double(period.year) + (Double(period.number) - 0.5) / perYear
    }
  }

  /// A row as people call it: `Aarhus, autisme, 2026-03`.
  public func name(of row: Int, in panel: Panel) -> String {
    guard case .texts(let strata) = data["stratum"] else { return "" }
    let period = panel.first.advanced(by: self.period[row])
    return "\(panel.municipalities[municipality[row]].name), \(strata[row] ?? ""), \(period)"
  }
}

/// The rows of a flow table while they are gathered.
private struct FlowRows {
  struct Cell {
    let municipality: Int
    let stratum: Int
    let period: Int
    var count: Double
    let exposure: Double
  }

  let panel: Panel
  let flow: Flow
  var cells: [Cell] = []
  var unknown = 0
  var unexposed = 0

  init(panel: Panel, flow: Flow) {
    self.panel = panel
    self.flow = flow
  }

  mutating func add(municipality m: Int, stratum s: Int) {
    let start = cells.count
    let counts = panel.series(FlowFrame.quantity(flow), municipality: m, stratum: s)
    for t in 0..<panel.count {
      let count = counts[counts.startIndex + t]
      guard !count.isNaN else {
        unknown += 1
        continue
      }
      let exposure = exposure(m, s, t)
      if exposure > 0 {
        cells.append(Cell(municipality: m, stratum: s, period: t, count: count, exposure: exposure))
      } else if count == 0 || !(flow == .admission) && cells.count > start {
        unexposed += 1
        if count > 0 { cells[cells.count - 1].count += count }
      } else {
        // Nobody was there before either: half a day at risk is all that can be said.
        cells.append(Cell(municipality: m, stratum: s, period: t, count: count, exposure: 0.5 / FlowFrame.daysPerYear))
      }
    }
  }

  private func exposure(_ m: Int, _ s: Int, _ t: Int) -> Double {
    guard flow == .admission else { return panel.value(.occupiedDays, municipality: m, stratum: s, period: t) / FlowFrame.daysPerYear }
    let years = Double(panel.first.advanced(by: t).days) / FlowFrame.daysPerYear
    return (population(m, s, t) ?? 10_000) / 10_000 * years
  }

  private func population(_ m: Int, _ s: Int, _ t: Int) -> Double? {
    panel.persons(municipality: m, area: panel.areaOfStratum[s], period: panel.first.advanced(by: t))
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
    for other in Flow.allCases {
      table.add(other.plural, other == flow ? cells.map(\.count) : values(FlowFrame.quantity(other)))
    }
    table.add("stock", values(.stock))
    table.add("person_time", values(.occupiedDays).map { $0 / FlowFrame.daysPerYear })
    table.add("population", cells.map { population($0.municipality, $0.stratum, $0.period) })
    table.add("exposure", cells.map(\.exposure))
    return table
  }

  private func addKeys(to table: inout DataTable) {
    let strata = panel.strata
    table.add("municipality", cells.map { panel.municipalities[$0.municipality].name })
    table.add("home", cells.map { panel.isHome(panel.municipalities[$0.municipality]) ? "yes" : "no" })
    table.add("area", cells.map { strata[$0.stratum].area })
    table.add("kind", cells.map { strata[$0.stratum].kind.rawValue })
    table.add("legal_basis", cells.map { strata[$0.stratum].legalBasis })
    table.add("stratum", cells.map { strata[$0.stratum].key })
  }

  private func season(_ period: Period) -> String {
    switch panel.length {
    case .month: period.number < 10 ? "0\(period.number)" : "\(period.number)"
    case .quarter: "Q\(period.number)"
    case .year: "all"
    }
  }

  private func values(_ quantity: Panel.Quantity) -> [Double] {
    cells.map { panel.value(quantity, municipality: $0.municipality, stratum: $0.stratum, period: $0.period) }
  }
}
