import Forecasting
public import Groundwork
public import Placements

/// Why a forecast moved, as tables.
public struct ExplanationTables {
  private let explanation: ForecastExplanation
  private let basis: PublishedBasis
  private let panel: Panel

  public init(_ explanation: ForecastExplanation, basis: PublishedBasis, panel: Panel) {
    self.explanation = explanation
    self.basis = basis
    self.panel = panel
  }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    ["label", "origin_then", "origin_now", "period", "area", "kind", "measure", "unit", "component", "value"].map { .init($0) }
  }

  /// Columns: label, origin_then, origin_now, period, area, kind, measure, unit, component, value. The components of a line and
  /// period are `published`, then `aggregation`, `model`, `simulation`, `assumptions`, `population`, `revised_data`, `came_true` and `outlook`,
  /// which add up to `forecast` less `published`, then `forecast`.
  public func machine() -> Table {
    var table = Table(
      title: Phrase(da: "Hvorfor prognosen har flyttet sig", en: "Why the forecast moved"),
      columns: Self.machineColumns)
    for row in explanation.rows {
      for component in ForecastExplanation.Component.allCases {
        table.append([
          .text(basis.label), .text(basis.panel.origin.description), .text(panel.origin.description), .text(row.period.description),
          .text(row.key.area), .text(row.key.kind.rawValue), .text(Measure.stock.rawValue), .text(Measure.stock.unit),
          .text(component.rawValue), .number(row[component]),
        ])
      }
    }
    table.meta = [
      ("label", basis.label), ("origin_then", basis.panel.origin.description), ("origin_now", panel.origin.description),
      ("standard_error", NumberText.machine(explanation.standardError)),
    ]
    table.footnotes = footnotes
    return table
  }

  /// One sheet a period; steps that move nothing anywhere are left out.
  public func sheets() -> [Table] {
    let periods = Set(explanation.rows.map(\.period)).sorted()
    let moved = ForecastExplanation.Component.allCases.filter { component in
      component == .published || component == .forecast || explanation.rows.contains { abs($0[component]) >= 0.05 }
    }
    return periods.enumerated().map { position, period in
      var table = Table(
        title: title(period),
        columns: [.init("line", heading: Phrase(da: "Specialområde", en: "Area"))] + moved.map { .init($0.rawValue, heading: $0.heading, decimals: 1) })
      let rows = explanation.rows.filter { $0.period == period }
      let names = LineNames(panel: panel)
      for key in names.sorted(rows.map(\.key)) {
        guard let row = rows.first(where: { $0.key == key }) else { continue }
        let name = names.label(key)
        table.append([.term(code: name.en, name)] + moved.map { Self.cell(row[$0], $0) })
      }
      if position == periods.count - 1 { table.footnotes = footnotes + moved.compactMap(\.meaning) }
      return table
    }
  }

  private static func cell(_ value: Double, _ component: ForecastExplanation.Component) -> Table.Cell {
    component == .published || component == .forecast ? .number(value) : change(value)
  }

  /// A step of a sum, with its sign.
  static func change(_ value: Double) -> Table.Cell {
    func text(_ language: Language) -> String {
      let text = NumberText.display(abs(value), decimals: 1, language: language)
      let isZero = !text.contains { $0 >= "1" && $0 <= "9" }
      return isZero ? "0" : (value > 0 ? "+" : "−") + text
    }
    return .term(code: text(.en), Phrase(da: text(.da), en: text(.en)))
  }

  private func title(_ period: Period) -> Phrase {
    Phrase(
      da: "Forventet belægning \(period): »\(basis.label)« (data til \(basis.panel.origin)) og i dag (data til \(panel.origin)).",
      en: "Expected stock \(period): “\(basis.label)” (data to \(basis.panel.origin)) and today (data to \(panel.origin)).")
  }

  private var footnotes: [Phrase] {
    func error(_ language: Language) -> String { NumberText.display(explanation.standardError, decimals: 1, language: language) }
    var notes = [
      Phrase(
        da: "Trinene er regnet ved at ændre én ting ad gangen i denne rækkefølge og går op. Under \(error(.da)) kan et trin være simuleringens tilfældighed.",
        en: "The steps come from changing one thing at a time in this order and add up. Below \(error(.en)) a step may be chance of the simulation."),
      DriverTables.scope,
    ]
    if !explanation.unmatched.isEmpty {
      let list = explanation.unmatched.map { $0.area + ($0.kind == .residential ? "" : " (\($0.kind.rawValue))") }.joined(separator: ", ")
      notes.append(
        Phrase(da: "Kun i den ene af prognoserne: \(list).", en: "In only one of the forecasts: \(list)."))
    }
    return notes
  }
}

extension ForecastExplanation.Component {
  var heading: Phrase {
    switch self {
    case .published: Phrase(da: "Dengang", en: "Then")
    case .aggregation: Phrase(da: "Optælling", en: "Counting")
    case .model: Phrase("Model")
    case .simulation: Phrase(da: "Tilfældighed", en: "Chance")
    case .assumptions: Phrase(da: "Indstillinger", en: "Settings")
    case .population: Phrase(da: "Befolkning", en: "Population")
    case .revisedData: Phrase(da: "Rettede data", en: "Revised data")
    case .cameTrue: Phrase(da: "Indtraf", en: "Came true")
    case .outlook: Phrase(da: "Udsigt", en: "Outlook")
    case .forecast: Phrase(da: "I dag", en: "Today")
    }
  }

  /// What a heading alone does not say.
  var meaning: Phrase? {
    switch self {
    case .aggregation:
      Phrase(
        da: "Optælling: der er kun gemt antal, ikke ophold, fra dengang.", en: "Counting: only counts, not stays, are kept from then.")
    case .model: Phrase(da: "Model: samme data med dagens program.", en: "Model: the same data with today's program.")
    case .simulation: Phrase(da: "Tilfældighed: andet frø eller antal fremtider.", en: "Chance: another seed or number of futures.")
    case .assumptions: Phrase(da: "Indstillinger: hjemregion og områdernes aldersgrænser.", en: "Settings: home region and the areas' ages.")
    case .revisedData:
      Phrase(
        da: "Rettede data: historikken til og med dengang, som den ser ud i dag.",
        en: "Revised data: the history until then, as it is known today.")
    case .cameTrue:
      Phrase(
        da: "Indtraf: belægningen i dag mod det, der var ventet af den.", en: "Came true: the stock today against what was expected of it.")
    case .outlook:
      Phrase(
        da: "Udsigt: anden udvikling frem, som de nye perioder viser den.", en: "Outlook: another development ahead, as the new periods show it.")
    case .published, .population, .forecast: nil
    }
  }
}
