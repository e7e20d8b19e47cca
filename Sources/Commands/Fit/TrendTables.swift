internal import Demand
internal import Glibc
internal import Groundwork
internal import Placements

/// Rates of homecomings and admissions with their changes: one long table for machines, a sheet a flow for people.
struct TrendTables {
  enum Grouping: String, CaseIterable, Sendable {
    case area
    case legalBasis = "legal_basis"
    case municipality

    var phrase: Phrase {
      switch self {
      case .area: Phrase(da: "Område", en: "Area")
      case .legalBasis: Phrase(da: "Paragraf", en: "Section")
      case .municipality: Phrase(da: "Kommune", en: "Municipality")
      }
    }
  }

  enum Order: String, CaseIterable, Sendable {
    /// By the size of the change over its standard error.
    case change
    case events
  }

  private let demand: FittedDemand
  private let trends: [FlowTrend]
  private let grouping: Grouping?
  private let order: Order
  private let hasNamedMunicipalities: Bool
  /// Municipalities that are shown without being asked for.
  private let shortListed: Set<ShortListKey>

  /// Flows in the order in which they are shown.
  private static let flows: [Flow] = [.homecoming, .admission]
  /// Municipalities that a sheet shows unless it is asked for them, and the events that each must have.
  private static let fewMunicipalities = 12
  private static let fewestEvents = 5.0

  /// - Parameter grouping: nil for all.
  init(demand: FittedDemand, areas: Set<String>, municipalities: Set<String>, grouping: Grouping?, order: Order) {
    self.demand = demand
    self.grouping = grouping
    self.order = order
    hasNamedMunicipalities = !municipalities.isEmpty
    let trends = Self.flows.flatMap { flow in
      let all = demand.trends(of: flow, areas: areas, municipalities: municipalities)
      return Self.sorted(all, order)
    }
    self.trends = trends
    shortListed = Self.shortList(trends)
  }

  /// In total first, then by area, section and municipality, each in the order asked for.
  private static func sorted(_ trends: [FlowTrend], _ order: Order) -> [FlowTrend] {
    func weight(_ trend: FlowTrend) -> Double { order == .change ? abs(trend.score) : trend.events }
    return [nil, .area, .legalBasis, .municipality].flatMap { (grouping: Grouping?) in
      let own = trends.enumerated().filter { Self.grouping(of: $0.element) == grouping }
      guard grouping != nil else { return own.map(\.element) }
      return own.sorted { (weight($1.element), $0.offset) < (weight($0.element), $1.offset) }.map(\.element)
    }
  }

  /// Nil for the total.
  private static func grouping(of trend: FlowTrend) -> Grouping? {
    switch trend.group {
    case .total: nil
    case .area: .area
    case .legalBasis: .legalBasis
    case .municipality: .municipality
    }
  }

  // MARK: Machine formats

  static var machineColumns: [Table.Column] {
    ["flow", "group", "area", "legal_basis", "municipality", "kind", "events", "exposure", "unit", "observed_rate"].map { .init($0) }
      + ["rate_middle", "rate_middle_lower", "rate_middle_upper", "rate", "rate_lower", "rate_upper"].map { .init($0) }
      + ["change", "change_lower", "change_upper"].map { .init($0, unit: "percent a year") } + [.init("score"), .init("level", unit: "percent")]
  }

  /// Columns: flow, group, area, legal_basis, municipality, kind, events, exposure, unit, observed_rate, rate_middle,
  /// rate_middle_lower, rate_middle_upper, rate, rate_lower, rate_upper, change, change_lower, change_upper, score, level.
  var machine: Table {
    var table = Table(
      title: Phrase(da: "Rater og trends", en: "Rates and trends"),
      columns: Self.machineColumns)
    for trend in trends where isWanted(trend) { table.append(machineRow(trend)) }
    table.footnotes = footnotes
    table.meta = [
      ("project", demand.panel.settings.name), ("synthetic", demand.panel.settings.isSynthetic ? "true" : "false"),
      ("from", demand.panel.first.description), ("to", demand.panel.origin.description), ("middle", middle.description),
      ("order", order.rawValue),
    ]
    return table
  }

  private func isWanted(_ trend: FlowTrend) -> Bool {
    grouping == nil || Self.grouping(of: trend) == nil || Self.grouping(of: trend) == grouping
  }

  private func machineRow(_ trend: FlowTrend) -> [Table.Cell] {
    var keys = [Table.Cell](repeating: .empty, count: 3)
    switch trend.group {
    case .total: break
    case .area(let id): keys[0] = .text(id)
    case .legalBasis(let section): keys[1] = .text(section)
    case .municipality(let code): keys[2] = .text(code)
    }
    func cells(_ interval: FlowTrend.Interval?, times factor: Double = 1) -> [Table.Cell] {
      guard let interval else { return [.empty, .empty, .empty] }
      return [.number(factor * interval.value), .number(factor * interval.lower), .number(factor * interval.upper)]
    }
    return [.text(trend.flow.rawValue), .text(Self.grouping(of: trend)?.rawValue ?? "total")] + keys
      + [.text(trend.kind.rawValue), .number(trend.events), .number(trend.exposure), .text(Self.unit(trend.flow)), .number(trend.observedRate)]
      + cells(trend.middle) + cells(trend.now) + cells(trend.change, times: 100) + [trend.change == nil ? .empty : .number(trend.score), .number(95)]
  }

  private static func unit(_ flow: Flow) -> String {
    flow == .admission ? "per 10000 inhabitant-years" : "per 100 placed-years"
  }

  private var middle: Period { demand.panel.first.advanced(by: demand.panel.count / 2) }

  // MARK: For people

  var sheets: [Table] { Self.flows.map(sheet) }

  private func sheet(_ flow: Flow) -> Table {
    let own = trends.filter { $0.flow == flow && isWanted($0) }
    let shown = own.filter(isShown)
    let hidden = own.count - shown.count
    var table = Table(
      title: title(flow),
      columns: [
        .init("group", heading: Phrase(da: "Efter", en: "By")), .init("name", heading: Phrase("")),
        .init("events", heading: Phrase(da: "Antal", en: "Count"), decimals: 0),
        .init("observed_rate", heading: Phrase(da: "Talt rate", en: "Raw rate"), decimals: decimals(flow)),
        .init("rate_middle", heading: Phrase(da: "\(middle)", en: "\(middle)"), decimals: decimals(flow)),
        .init("rate", heading: Phrase(da: "Nu [95 %]", en: "Now [95 %]")),
        .init("change", heading: Phrase(da: "% ændring pr. år [95 %]", en: "% change a year [95 %]")),
      ])
    for trend in shown { table.append(row(trend)) }
    var notes: [Phrase] = []
    if own.isEmpty { notes.append(emptyNote(flow)) }
    if hidden > 0 {
      notes.append(
        Phrase(
          da: "\(hidden) kommuner og arter mere: --by municipality.", en: "\(hidden) more municipalities and kinds: --by municipality."))
    }
    if flow == Self.flows.last || own.isEmpty { notes += footnotes }
    table.footnotes = notes
    return table
  }

  private func title(_ flow: Flow) -> Phrase {
    let name = demand.panel.settings.name
    let (first, last) = (demand.panel.first, demand.panel.origin)
    return flow == .admission
      ? Phrase(da: "\(name): indskrivninger pr. 10.000 indbyggere om året, \(first) til \(last)", en: "\(name): admissions per 10,000 inhabitants a year, \(first) to \(last)")
      : Phrase(da: "\(name): hjemtagninger pr. 100 pladsår, \(first) til \(last)", en: "\(name): homecomings per 100 placed-years, \(first) to \(last)")
  }

  private func decimals(_ flow: Flow) -> Int { flow == .admission ? 3 : 1 }

  /// Hundreds of municipalities, most of them without an event, stay out of a sheet that did not ask for them.
  private func isShown(_ trend: FlowTrend) -> Bool {
    guard case .municipality = trend.group, grouping != .municipality else { return true }
    return shortListed.contains(ShortListKey(trend))
  }

  private struct ShortListKey: Hashable {
    let flow: Flow
    let group: FlowTrend.Group
    let kind: ServiceKind

    init(_ trend: FlowTrend) { (flow, group, kind) = (trend.flow, trend.group, trend.kind) }
  }

  /// - Parameter trends: in the order in which they are shown.
  private static func shortList(_ trends: [FlowTrend]) -> Set<ShortListKey> {
    Set(
      flows.flatMap { flow in
        let kind = mainKind(flow, trends)
        return trends.filter { $0.flow == flow && grouping(of: $0) == .municipality && $0.kind == kind && $0.events >= fewestEvents }
          .prefix(fewMunicipalities).map(ShortListKey.init)
      })
  }

  /// The kind with the most events: a municipality's change is nearly the same in all.
  private static func mainKind(_ flow: Flow, _ trends: [FlowTrend]) -> ServiceKind? {
    trends.filter { $0.flow == flow && $0.group == .total }.max { $0.events < $1.events }?.kind
  }

  private func row(_ trend: FlowTrend) -> [Table.Cell] {
    let by = Self.grouping(of: trend)
    let label = by?.phrase ?? Phrase(da: "Alle", en: "All")
    return [
      .term(code: by?.rawValue ?? "total", label), .term(code: name(trend).en, name(trend)), .number(trend.events),
      .number(trend.observedRate), trend.middle.map { .number($0.value) } ?? .empty,
      phraseCell { rateText(trend.now, decimals(trend.flow), $0) },
      trend.change.map { change in phraseCell { changeText(change, $0) } } ?? .empty,
    ]
  }

  private func phraseCell(_ text: (Language) -> String) -> Table.Cell { .term(code: text(.en), Phrase(da: text(.da), en: text(.en))) }

  private func rateText(_ interval: FlowTrend.Interval, _ decimals: Int, _ language: Language) -> String {
    func number(_ value: Double) -> String { NumberText.display(value, decimals: decimals, language: language) }
    return "\(number(interval.value)) [\(number(interval.lower));\u{A0}\(number(interval.upper))]"
  }

  /// In per cent, with one decimal.
  private func changeText(_ interval: FlowTrend.Interval, _ language: Language) -> String {
    func number(_ share: Double) -> String {
      let text = NumberText.display(100 * share, decimals: 1, language: language)
      return text.hasPrefix(NumberText.minus) ? text : "+" + text
    }
    return "\(number(interval.value)) [\(number(interval.lower));\u{A0}\(number(interval.upper))]"
  }

  private func name(_ trend: FlowTrend) -> Phrase {
    let kind = trend.kind.phrase
    let name: Phrase
    switch trend.group {
    case .total: return kind
    case .area(let id): name = Phrase(demand.panel.areas.first { $0.id == id }?.name ?? id)
    case .legalBasis(let section): name = section.isEmpty ? Phrase(da: "ikke oplyst", en: "not given") : Phrase(section)
    case .municipality(let code): name = Phrase(demand.panel.municipalities.first { $0.code == code }?.name ?? code)
    }
    return trend.kind == .residential ? name : name + Phrase(", ") + kind
  }

  private func emptyNote(_ flow: Flow) -> Phrase {
    flow == .admission && demand.panel.population.isEmpty
      ? Phrase(da: "Ingen rater: de kræver population.csv.", en: "No rates: they need population.csv.")
      : Phrase(da: "Ingen rater: der er ingen tid eller indbyggere at tælle imod.", en: "No rates: there is no time or population to count against.")
  }

  private var footnotes: [Phrase] {
    var notes = [
      Phrase(
        da: "Talt rate: talte hændelser over hele vinduet. \(middle) (midt i dataene), Nu (dataenes slutning) og ændringen mellem dem er modellens: små kommuner låner af de øvrige, sæsonen er jævnet ud, og sammensætningen af borgere er den samme hele vejen.",
        en: "Raw rate: counted events over the whole window. \(middle) (middle of the data), Now (end of the data) and the change between them are the model's: small municipalities borrow from the rest, the season is evened out, and the mix of citizens is the same throughout."),
      order == .change
        ? Phrase(
          da: "Orden: den sikreste ændring først (ændring over dens standardfejl); --sort events: flest hændelser først.",
          en: "Order: the surest change first (change over its standard error); --sort events: most events first.")
        : Phrase(
          da: "Orden: flest hændelser først; --sort change: den sikreste ændring først.",
          en: "Order: most events first; --sort change: the surest change first."),
      Phrase(
        da: "Indskrivninger er pr. indbygger i de aldre, som områderne tager.", en: "Admissions are per inhabitant of the ages that the areas take."),
    ]
    if demand.panel.municipalities.contains(where: demand.panel.isHome), !hasNamedMunicipalities {
      notes.append(
        Phrase(
          da: "I alt, efter område og efter paragraf tæller indskrivninger fra hjemregionens kommuner.",
          en: "In total, by area and by section admissions are those of the home region's municipalities."))
    }
    let uncovered = demand.panel.municipalities.count { !demand.panel.population.covers($0.code) }
    if uncovered > 0, uncovered < demand.panel.municipalities.count {
      notes.append(
        Phrase(
          da: "\(uncovered) kommuner uden befolkningstal er ikke med i indskrivningernes rater.",
          en: "\(uncovered) municipalities without population are left out of the admission rates."))
    }
    return notes
  }
}
