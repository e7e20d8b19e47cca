import Demand
import Placements

/// The finest series of a search, a municipality in an area and kind, and what was counted of them in the window.
struct SignalCells {
  /// One series that is tested, as a sum of cells.
  struct Series {
    let level: SignalSearch.Level
    let key: ResultKey
    let flow: Flow
    /// Indices of its cells.
    let cells: [Int]
    /// By period of the window; municipalities that were never seen before it count too.
    let observed: [Double]

    /// For a stable order of equals.
    var order: String { "\(level.rawValue) \(key.area) \(key.municipality) \(key.kind.rawValue) \(flow.rawValue)" }
  }

  struct Cell: Hashable {
    let municipality: String
    let area: String
    let kind: ServiceKind
  }

  static let flows: [Flow] = [.homecoming, .admission]

  let panel: Panel
  let steps: Int
  let cells: [Cell]
  let tally: TallyKeys
  /// `[flow][cell]`: counts of the window's periods, nil where one is unknown.
  private let observed: [[[Double]?]]
  /// Cells of municipalities or areas that have no past, by flow: they count in sums only.
  private let newcomers: [[Cell: [Double]]]
  let unknown: Int

  /// - Parameters:
  ///   - before: the panel before the window.
  ///   - now: with the window at its end.
  init(before: Panel, now: Panel, steps: Int) {
    panel = before
    self.steps = steps
    var index: [Cell: Int] = [:]
    var cells: [Cell] = []
    var keys = [Int](repeating: -1, count: before.municipalities.count * before.strata.count)
    for (m, municipality) in before.municipalities.enumerated() {
      for (s, stratum) in before.strata.enumerated() where before.knowledge[s] == .flowsAndStock || before.knowledge[s] == .flowsOnly {
        let cell = Cell(municipality: municipality.code, area: stratum.area, kind: stratum.kind)
        if index[cell] == nil {
          index[cell] = cells.count
          cells.append(cell)
        }
        keys[m * before.strata.count + s] = index[cell] ?? -1
      }
    }
    self.cells = cells
    tally = TallyKeys(count: cells.count, cell: keys, strata: before.strata.count)
    var observed: [[[Double]?]] = []
    var newcomers: [[Cell: [Double]]] = []
    for flow in Self.flows {
      let counts = Self.counts(flow, now, steps: steps)
      observed.append(cells.map { counts[$0] ?? [Double](repeating: 0, count: steps) })
      newcomers.append(counts.compactMapValues { $0 }.filter { index[$0.key] == nil })
    }
    self.observed = observed
    self.newcomers = newcomers
    unknown = observed.reduce(0) { $0 + $1.count { $0 == nil } }
  }

  /// The window's counts by cell; nil inside where a period of a stratum that is otherwise counted is unknown.
  private static func counts(_ flow: Flow, _ panel: Panel, steps: Int) -> [Cell: [Double]?] {
    let quantity: Panel.Quantity = flow == .admission ? .admissions : .homecomings
    var result: [Cell: [Double]?] = [:]
    for (m, municipality) in panel.municipalities.enumerated() {
      for (s, stratum) in panel.strata.enumerated() {
        let series = panel.series(quantity, municipality: m, stratum: s)
        guard series.contains(where: { !$0.isNaN }) else { continue }
        let cell = Cell(municipality: municipality.code, area: stratum.area, kind: stratum.kind)
        let own = Array(series.suffix(steps))
        let sum = result[cell] ?? [Double](repeating: 0, count: steps)
        result[cell] = .some(own.contains { $0.isNaN } ? nil : sum.map { zip($0, own).map(+) })
      }
    }
    return result
  }

  /// Levels whose series are not those of another one.
  var levels: [SignalSearch.Level] {
    let manyAreas = Set(cells.map { "\($0.area) \($0.kind.rawValue)" }).count > 1
    let manyMunicipalities = Set(cells.map(\.municipality)).count > 1
    return SignalSearch.Level.allCases.filter { level in
      switch level {
      case .area: true
      case .municipality: manyMunicipalities
      case .municipalityArea: manyMunicipalities && manyAreas
      }
    }
  }

  /// The series of a level; cells with unknown counts are left out of sums, and expected without them.
  func series(_ level: SignalSearch.Level) -> [Series] {
    Self.flows.indices.flatMap { f -> [Series] in
      let known = cells.indices.filter { observed[f][$0] != nil }
      let groups = Dictionary(grouping: known) { key(cells[$0], level) }
      let others = Dictionary(grouping: newcomers[f]) { key($0.key, level) }
      return groups.sorted { $0.key < $1.key }.map { key, members in
        var counts = [Double](repeating: 0, count: steps)
        for member in members { counts = zip(counts, observed[f][member] ?? []).map(+) }
        for other in others[key] ?? [] { counts = zip(counts, other.value).map(+) }
        return Series(level: level, key: key, flow: Self.flows[f], cells: members, observed: counts)
      }
    }
  }

  private func key(_ cell: Cell, _ level: SignalSearch.Level) -> ResultKey {
    switch level {
    case .area: ResultKey(area: cell.area, kind: cell.kind)
    case .municipality: ResultKey(municipality: cell.municipality, kind: cell.kind)
    case .municipalityArea: ResultKey(area: cell.area, municipality: cell.municipality, kind: cell.kind)
    }
  }
}
