public import Forecasting
public import Groundwork
public import Placements

/// A published forecast's score as tables.
public struct PublishedScoreTables {
  private let score: PublishedScore
  private let label: String
  private let origin: Period
  private let level: Double
  private let panel: Panel

  /// - Parameter level: probability inside the published intervals, in (0, 1).
  public init(_ score: PublishedScore, label: String, origin: Period, level: Double, panel: Panel) {
    self.score = score
    self.label = label
    self.origin = origin
    self.level = level
    self.panel = panel
  }

  /// - Parameter length: of the periods that `ahead` counts.
  public static func machineColumns(_ length: PeriodLength) -> [Table.Column] {
    [
      .init("label"), .init("origin"), .init("period"), .init("ahead", unit: length.rawValue), .init("region"), .init("area"),
      .init("municipality"), .init("kind"), .init("measure"), .init("unit"), .init("mean"), .init("median"), .init("lower"), .init("upper"),
      .init("actual"), .init("error"), .init("inside"), .init("level", unit: "percent"),
    ]
  }

  /// Columns: label, origin, period, ahead, region, area, municipality, kind, measure, unit, mean, median, lower, upper, actual, error,
  /// inside, level. `ahead` counts base periods, `error` is actual less mean, `inside` 1 where the interval holds the actual.
  public func machine() -> Table {
    var table = Table(title: title, columns: Self.machineColumns(panel.length))
    func text(_ text: String) -> Table.Cell { text.isEmpty ? .empty : .text(text) }
    for row in score.rows {
      let (key, value) = (row.said.key, row.said.value)
      table.append([
        .text(label), .text(origin.description), .text(row.said.period.description), .integer(row.ahead), text(key.region), text(key.area),
        text(key.municipality), .text(key.kind.rawValue), .text(row.said.measure.rawValue), .text(row.said.measure.unit),
        .number(value.mean), .number(value.median), .number(value.lower), .number(value.upper), .number(row.actual), .number(row.error),
        .integer(row.isInside ? 1 : 0), .number(100 * level),
      ])
    }
    table.meta = [("label", label), ("origin", origin.description), ("observed_to", panel.origin.description)]
    return table
  }

  /// One line each: the last period that came true, and all of them together.
  public func sheet(_ measure: Measure) -> Table {
    let rows = score.rows.filter { $0.said.measure == measure }
    var table = Table(title: title + Phrase(" ") + capitalised(measure.phrase) + Phrase("."), columns: Self.columns(rows.map(\.said.period).max()))
    let names = LineNames(panel: panel)
    let lines = Dictionary(grouping: rows, by: \.said.key)
    for key in names.sorted(lines.keys) {
      let line = (lines[key] ?? []).sorted { $0.said.period < $1.said.period }
      guard let last = line.last else { continue }
      let name = names.label(key)
      let said = last.said.value
      let inside = line.count { $0.isInside }
      table.append([
        .term(code: name.en, name), interval(said), .precise(last.actual, decimals: 0), .precise(last.error, decimals: 1),
        .precise(line.map(\.error).reduce(0, +) / Double(line.count), decimals: 1),
        .term(code: "\(inside)/\(line.count)", Phrase(da: "\(inside) af \(line.count)", en: "\(inside) of \(line.count)")),
      ])
    }
    let share = NumberText.machine(100 * level)
    table.footnotes = [
      rows.isEmpty
        ? Phrase(da: "Intet er indtruffet endnu: data går til \(panel.origin).", en: "Nothing has come true yet: the data ends with \(panel.origin).")
        : Phrase(
          da: "Af prognosens \(share)\u{A0}%-intervaller skal omtrent \(share)\u{A0}% holde det, der indtraf. Perioderne efter hinanden ligner hinanden.",
          en: "Of the forecast's \(share)\u{A0}% intervals about \(share)\u{A0}% should hold what came true. Periods that follow each other are alike.")
    ]
    return table
  }

  private static func columns(_ last: Period?) -> [Table.Column] {
    let period = last.map { " \($0)" } ?? ""
    return [
      .init("line", heading: Phrase(da: "Linje", en: "Line")), .init("said", heading: Phrase(da: "Sagt" + period, en: "Said" + period)),
      .init("actual", heading: Phrase(da: "Indtraf", en: "Came true")), .init("error", heading: Phrase(da: "Afvigelse", en: "Error"), decimals: 1),
      .init("mean_error", heading: Phrase(da: "Middel siden", en: "Mean since"), decimals: 1),
      .init("inside", heading: Phrase(da: "I interval", en: "Inside")),
    ]
  }

  private func interval(_ value: DrawSummary) -> Table.Cell {
    func text(_ language: Language) -> String {
      let numbers = [value.median, value.lower, value.upper].map { NumberText.display($0, decimals: 0, language: language) }
      return "\(numbers[0]) [\(numbers[1]);\u{A0}\(numbers[2])]"
    }
    return .term(code: text(.en), Phrase(da: text(.da), en: text(.en)))
  }

  private var title: Phrase {
    Phrase(
      da: "»\(label)«, prognose fra \(origin), holdt op mod data til \(panel.origin).",
      en: "“\(label)”, forecast from \(origin), held against the data to \(panel.origin).")
  }

  private func capitalised(_ phrase: Phrase) -> Phrase {
    func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
    return Phrase(da: capital(phrase.da), en: capital(phrase.en))
  }
}
