import Forecasting
public import Groundwork
public import Placements

/// What drives a forecast, as tables.
public struct DriverTables {
  private let drivers: ForecastDrivers
  private let panel: Panel

  public init(_ drivers: ForecastDrivers, panel: Panel) {
    self.drivers = drivers
    self.panel = panel
  }

  /// The parts of a row in the order in which they add up, with their signs.
  private static let parts: [(name: String, heading: Phrase, value: @Sendable (ForecastDrivers.Row) -> Double)] = [
    ("now", Phrase(da: "Nu", en: "Now"), { $0.now }),
    ("admissions", Phrase(da: "Indskrevet", en: "Admissions"), { $0.admissions }),
    ("population", Phrase(da: "Befolkning", en: "Population"), { $0.population }),
    ("homecomings", Phrase(da: "Hjemtaget", en: "Homecomings"), { -$0.homecomings }),
    ("other_exits", Phrase(da: "Andre ud", en: "Other exits"), { -$0.otherExits }),
    ("age_outs", Phrase(da: "Aldersgrænse", en: "Age limit"), { -$0.ageOuts }),
    ("transfers", Phrase(da: "Flyttet", en: "Transfers"), { $0.transfers }),
    ("drift", Phrase(da: "Udvikling", en: "Drift"), { $0.drift }),
    ("forecast", Phrase(da: "Prognose", en: "Forecast"), { $0.forecast }),
  ]

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    ["origin", "period", "region", "area", "municipality", "kind", "measure", "unit", "component", "value"].map { .init($0) }
  }

  /// Columns: origin, period, region, area, municipality, kind, measure, unit, component, value. The components `admissions`,
  /// `population`, `homecomings`, `other_exits` without those at an age limit, `age_outs` (these three with a minus), `transfers` and `drift` add up to `forecast` less `now`.
  public func machine() -> Table {
    var table = Table(
      title: Phrase(da: "Hvad der driver prognosen", en: "What drives the forecast"),
      columns: Self.machineColumns)
    func text(_ text: String) -> Table.Cell { text.isEmpty ? .empty : .text(text) }
    for row in drivers.rows {
      for part in Self.parts {
        table.append([
          .text(panel.origin.description), .text(row.period.description), text(row.key.region), text(row.key.area), text(row.key.municipality),
          .text(row.key.kind.rawValue), .text(Measure.stock.rawValue), .text(Measure.stock.unit), .text(part.name), .number(part.value(row)),
        ])
      }
    }
    table.meta = [("origin", panel.origin.description)]
    return table
  }

  /// One sheet a period; parts that move nothing anywhere are left out.
  public func sheets() -> [Table] {
    let periods = Set(drivers.rows.map(\.period)).sorted()
    let parts = Self.parts.filter { part in
      part.name == "now" || part.name == "forecast" || drivers.rows.contains { abs(part.value($0)) >= 0.05 }
    }
    return periods.enumerated().map { position, period in
      var table = Table(
        title: Phrase(
          da: "Hvad der driver den forventede belægning fra \(panel.origin) til \(period).",
          en: "What drives the expected stock from \(panel.origin) to \(period)."),
        columns: [.init("line", heading: Phrase(da: "Linje", en: "Line"))] + parts.map { .init($0.name, heading: $0.heading, decimals: 1) })
      let rows = drivers.rows.filter { $0.period == period }
      let names = LineNames(panel: panel)
      for key in names.sorted(rows.map(\.key)) {
        guard let row = rows.first(where: { $0.key == key }) else { continue }
        let name = names.label(key)
        table.append([.term(code: name.en, name)] + parts.map { part in
          let value = part.value(row)
          return part.name == "now" || part.name == "forecast" ? .number(value) : ExplanationTables.change(value)
        })
      }
      if position == periods.count - 1 { table.footnotes = Self.footnotes(parts.map(\.name)) }
      return table
    }
  }

  /// What is explained.
  static let scope = Phrase(
    da: "Prognosen er simuleringens (--model stock_and_flow); »plads forecast« kan veje den med andre modeller.",
    en: "The forecast is the simulation's (--model stock_and_flow); “plads forecast” may weigh it with other models.")

  private static func footnotes(_ parts: [String]) -> [Phrase] {
    var notes = [
      Phrase(da: "Middel over alle fremtider, lagt sammen fra i dag; tallene går op.", en: "Means over all futures, summed from today; the figures add up."),
      Self.scope,
    ]
    if parts.contains("age_outs") {
      notes.append(
        Phrase(
          da: "Andre ud er her uden dem ved aldersgrænsen, som prognosens tabeller tæller med.",
          en: "Other exits are here without those at the age limit, whom the forecast's tables count among them."))
    }
    if parts.contains("population") {
      notes.append(
        Phrase(
          da: "Befolkning: hvad fremskrivningen lægger til mod en befolkning som i dag.",
          en: "Population: what the projection adds against a population as today."))
    }
    if parts.contains("drift") {
      notes.append(
        Phrase(
          da: "Udvikling: hvor kun belægningen er kendt, ændringen pr. indbygger.",
          en: "Drift: where only the stock is known, the change per inhabitant."))
    }
    return notes
  }
}
