import Capacity
import Forecasting
public import Groundwork
public import Placements
import Scenarios

/// Places against demand over municipalities and regions: `plads risk --balance`.
public struct BalanceTables: Sendable {
  private let sheetOf: BalanceSheet
  private let panel: Panel
  private let notes: OccupancyNotes
  private let meta: [(key: String, value: String)]
  private let level: String

  public init(_ balance: BalanceSheet, panel: Panel, notes: OccupancyNotes, draws: Int, seed: UInt64, level: Double) {
    sheetOf = balance
    self.panel = panel
    self.notes = notes
    self.level = NumberText.machine(100 * level)
    meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("draws", String(draws)), ("seed", String(seed)), ("level", NumberText.machine(100 * level)),
    ]
  }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    func three(_ name: String, _ unit: String) -> [Table.Column] { ["mean", "lower", "upper"].map { .init("\(name)_\($0)", unit: unit) } }
    return ["scenario", "area", "kind", "region", "municipality", "period"].map { .init($0) }
      + [.init("places", unit: "places"), .init("own_places", unit: "places")] + three("demand", "citizens") + three("gap", "places")
      + three("waiting", "citizens") + [.init("left_mean", unit: "citizens"), .init("share_of_demand", unit: "share")]
  }

  /// Columns: scenario, area, kind, region, municipality (both empty for all payers; municipality empty for a region's), period, places,
  /// own_places, demand_mean, demand_lower, demand_upper, gap_mean, gap_lower, gap_upper, waiting_mean, waiting_lower, waiting_upper,
  /// left_mean, share_of_demand. Places are those of offers that lie there; gap = places − demand, empty for municipalities.
  /// All are means over the period, but own_places, which are those at its end; demand counts those of today's waiting list.
  public var machine: Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    for row in sheetOf.rows {
      func text(_ value: String) -> Table.Cell { value.isEmpty ? .empty : .text(value) }
      func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .empty }
      func three(_ value: DrawSummary?) -> [Table.Cell] { [number(value?.mean), number(value?.lower), number(value?.upper)] }
      table.append(
        [.text(sheetOf.plan.name), .text(row.area), .text(row.kind.rawValue), text(row.region), text(row.municipality), .text(row.period.description)]
          + [number(row.places), number(row.ownPlaces)] + three(row.demand) + three(row.gap) + three(row.waiting)
          + [number(row.left?.mean), .number(row.share)])
    }
    table.footnotes = footnotes
    table.meta = meta + notes.meta
    return table
  }

  // MARK: For people

  private static let shownShare = 0.05

  /// Each area with its regions and the municipalities that use most of it, at the last period.
  public var sheet: Table {
    var table = Table(
      title: title,
      columns: [
        .init("line", heading: Phrase(da: "Område / betaler", en: "Area / payer")), .init("period", heading: Phrase(da: "Periode", en: "Period")),
        .init("places", heading: Phrase(da: "Pladser", en: "Places"), decimals: 0),
        .init("own", heading: Phrase(da: "Egne", en: "Own"), decimals: 0),
        .init("demand", heading: Phrase(da: "Efterspørgsel [\(level)\u{A0}%]", en: "Demand [\(level)\u{A0}%]")),
        .init("gap", heading: Phrase(da: "Balance", en: "Balance")), .init("waiting", heading: Phrase(da: "Venter", en: "Waiting"), decimals: 1),
        .init("left", heading: Phrase(da: "Gået", en: "Left"), decimals: 1), .init("share", heading: Phrase(da: "Andel %", en: "Share %"), decimals: 0),
      ])
    let last = sheetOf.rows.map(\.period).max()
    for row in sheetOf.rows where isShown(row, last) { table.append(cells(row)) }
    table.footnotes = footnotes
    return table
  }

  private func isShown(_ row: BalanceRow, _ last: Period?) -> Bool {
    if row.region.isEmpty, row.municipality.isEmpty { return true }
    return row.period == last && row.share >= Self.shownShare
  }

  private func cells(_ row: BalanceRow) -> [Table.Cell] {
    func interval(_ value: DrawSummary?) -> Table.Cell {
      guard let value else { return .empty }
      func text(_ language: Language) -> String {
        let ends = [value.mean, value.lower, value.upper].map { NumberText.display($0, decimals: 0, language: language) }
        return "\(ends[0])\u{A0}[\(ends[1]);\u{A0}\(ends[2])]"
      }
      return .term(code: text(.en), Phrase(da: text(.da), en: text(.en)))
    }
    return [
      .term(code: name(row).en, name(row)), .text(row.period.description), row.places.map { .number($0) } ?? .empty,
      row.ownPlaces.map { .number($0) } ?? .empty, interval(row.demand), interval(row.gap), row.waiting.map { .number($0.mean) } ?? .empty,
      row.left.map { .number($0.mean) } ?? .empty, .number(100 * row.share),
    ]
  }

  private func name(_ row: BalanceRow) -> Phrase {
    if !row.municipality.isEmpty {
      return Phrase("\u{A0}\u{A0}\u{A0}\u{A0}" + (panel.municipalities.first { $0.code == row.municipality }?.name ?? row.municipality))
    }
    if !row.region.isEmpty { return Phrase(da: "\u{A0}\u{A0}Region \(row.region)", en: "\u{A0}\u{A0}Region \(row.region)") }
    return LineNames(panel: panel).label(ResultKey(area: row.area, kind: row.kind))
  }

  private var footnotes: [Phrase] {
    [
      Phrase(
        da: "Pladser er normerede, i tilbud, som ligger der (regionens, værtskommunens); tal er middeltal over perioden, og efterspørgslen tæller dagens venteliste med. Egne er kommunernes egne, åbne eller planlagte (own_supply). Balance = pladser minus efterspørgsel, ikke for kommuner, hvis borgere bor i hinandens tilbud. Venter og gået er områdets; for regioner og kommuner delt efter deres andel af efterspørgslen. Kommuner under 5 % står kun i csv og json.",
        en: "Places are standard ones, of offers that lie there (the region's, the host municipality's); numbers are means over the period, and demand counts today's waiting list. Own are the municipalities' own, open or planned (own_supply). Balance = places less demand, not for municipalities, whose citizens live in each other's offers. Waiting and left are the area's; for regions and municipalities divided by their share of demand. Municipalities below 5 % are in csv and json alone.")
    ] + notes.phrases + sheetOf.plan.assumptions + panel.settings.assumptions
  }

  private var title: Phrase {
    let scenario = sheetOf.plan.titleSuffix
    return Phrase(
      da: "\(panel.settings.name): pladser mod efterspørgsel, set fra \(panel.origin)", en: "\(panel.settings.name): places against demand, seen from \(panel.origin)")
      + scenario
  }
}
