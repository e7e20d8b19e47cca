public import Groundwork
public import Placements

/// Signals as tables.
public struct SignalTables {
  private let search: SignalSearch
  private let request: SignalSearch.Request
  private let panel: Panel

  public init(_ search: SignalSearch, request: SignalSearch.Request, panel: Panel) {
    self.search = search
    self.request = request
    self.panel = panel
  }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    let names = [
      "level", "region", "area", "municipality", "kind", "flow", "since", "until", "observed", "expected", "ratio", "ratio_lower", "ratio_upper",
      "tail_probability",
    ]
    return names.map { .init($0) } + [.init("effect_12m", unit: "citizens"), .init("interval", unit: "percent")]
  }

  /// Columns: level, region, area, municipality, kind, flow, since, until, observed, expected, ratio, ratio_lower, ratio_upper,
  /// tail_probability, effect_12m, interval. `level` is `area`, `municipality` or `municipality_area`; `flow` is `homecoming` or
  /// `admission`; `effect_12m` are citizens more or fewer twelve months after the data's end, were the ratio to last;
  /// `interval` is the per cent inside the ratio's interval. A series with no row shows no break.
  public func machine() -> Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    func text(_ text: String) -> Table.Cell { text.isEmpty ? .empty : .text(text) }
    for signal in search.signals {
      let region = panel.municipalities.first { $0.code == signal.key.municipality }?.region ?? ""
      table.append([
        .text(signal.level.rawValue), text(region), text(signal.key.area), text(signal.key.municipality), .text(signal.key.kind.rawValue),
        .text(signal.flow.rawValue), .text(signal.since.description), .text(panel.origin.description), .number(signal.observed),
        .number(signal.expected), .number(signal.ratio), .number(signal.ratioLower), .number(signal.ratioUpper),
        .estimate(signal.tailProbability), .number(signal.effect), .number(100 * request.level),
      ])
    }
    table.meta = [
      ("window", search.window.map { "\($0.lowerBound)..\($0.upperBound)" } ?? ""), ("false_alarm_rate", NumberText.machine(request.falseAlarms)),
      ("draws", String(request.draws)), ("seed", String(request.seed)), ("untested", String(search.untested)),
    ]
    for (level, series) in search.tested { table.meta.append(("tested_\(level.rawValue)", String(series))) }
    return table
  }

  public func sheet() -> Table {
    var table = Table(
      title: title,
      columns: [
        .init("line", heading: Phrase(da: "Linje", en: "Line")), .init("flow", heading: Phrase(da: "Hvad", en: "What")),
        .init("since", heading: Phrase(da: "Siden", en: "Since")), .init("observed", heading: Phrase(da: "Talt", en: "Counted")),
        .init("expected", heading: Phrase(da: "Ventet", en: "Expected"), decimals: 1), .init("ratio", heading: Phrase(da: "Gange", en: "Times")),
        .init("effect_12m", heading: Phrase(da: "Om 12 md.", en: "In 12 mth."), decimals: 1),
      ])
    let names = LineNames(panel: panel)
    for signal in search.signals {
      let name = names.label(signal.key)
      table.append([
        .term(code: name.en, name), .term(code: signal.flow.rawValue, signal.flow.phrase), .text(signal.since.description),
        .number(signal.observed), .number(signal.expected), ratio(signal), ExplanationTables.change(signal.effect),
      ])
    }
    table.footnotes = footnotes
    return table
  }

  private func ratio(_ signal: SignalSearch.Signal) -> Table.Cell {
    func text(_ language: Language) -> String {
      let numbers = [signal.ratio, signal.ratioLower, signal.ratioUpper].map { NumberText.display($0, decimals: 1, language: language) }
      return "\(numbers[0]) [\(numbers[1]);\u{A0}\(numbers[2])]"
    }
    return .term(code: text(.en), Phrase(da: text(.da), en: text(.en)))
  }

  private var title: Phrase {
    guard let window = search.window else {
      return Phrase(da: "Brud i seneste bevægelser.", en: "Breaks in recent flows.")
    }
    return Phrase(
      da: "Brud i hjemtagninger og indskrivninger \(window.lowerBound) – \(window.upperBound) mod det, der var ventet af tiden før.",
      en: "Breaks in homecomings and admissions \(window.lowerBound) – \(window.upperBound) against what the time before made expected.")
  }

  private var footnotes: [Phrase] {
    guard search.window != nil else {
      let periods = SignalSearch.windowPeriods(panel.length) + SignalSearch.leastHistory(panel.length)
      return [
        Phrase(
          da: "Data er for korte: der skal være \(periods) perioder, der er \(panel.count).",
          en: "The data is too short: it takes \(periods) periods, there are \(panel.count).")
      ]
    }
    guard panel.knowledge.contains(where: { $0 == .flowsAndStock || $0 == .flowsOnly }) else {
      return [
        Phrase(
          da: "Data har ingen bevægelser (indskrivninger, hjemtagninger), kun belægning: der er intet at se efter.",
          en: "The data has no flows (admissions, homecomings), only stocks: there is nothing to look at.")
      ]
    }
    let rate = NumberText.machine(100 * request.falseAlarms)
    let share = NumberText.machine(100 * request.level)
    let series = search.tested.reduce(0) { $0 + $1.series }
    var notes = search.signals.isEmpty ? [Phrase(da: "Ingen brud fundet.", en: "No break found.")] : []
    notes += [
      Phrase(
        da: "\(series) serier er set efter. Holder raterne, viser højst \(rate) af 100 sådanne eftersyn overhovedet noget.",
        en: "\(series) series were looked at. While the rates hold, at most \(rate) of 100 such checks show anything at all."),
      Phrase(
        da: "Gange: talt over ventet, med \(share)\u{A0}%-interval. Om 12 md.: borgere flere eller færre, hvis det varer ved.",
        en: "Times: counted over expected, with \(share)\u{A0}% interval. In 12 mth.: citizens more or fewer, were it to last."),
    ]
    if search.untested > 0 {
      notes.append(
        Phrase(
          da: "\(search.untested) serier for en kommune i et område har ukendte tal i perioden og er ikke set efter.",
          en: "\(search.untested) series of a municipality in an area have unknown counts in the window and were not looked at."))
    }
    return notes
  }
}
