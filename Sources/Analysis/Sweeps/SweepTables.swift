public import Demand
public import Forecasting
import Glibc
public import Groundwork
import Placements
import Scenarios

/// A sweep as one tidy table for machines; for people what each value gives, what moves the measure most, and two-way tables.
public struct SweepTables: Sendable {
  private let sweep: Sweep
  private let request: RunRequest
  private let panel: Panel
  private let notes: [Phrase]
  private let meta: [(key: String, value: String)]
  private let lines: LineNames

  /// - Parameters:
  ///   - notes: what the forecast rests on.
  ///   - meta: likewise, for machine formats.
  public init(_ sweep: Sweep, request: RunRequest, demand: FittedDemand, notes: [Phrase], meta: [(key: String, value: String)]) {
    self.sweep = sweep
    self.request = request
    self.notes = notes
    self.meta = meta
    panel = demand.panel
    lines = LineNames(panel: panel, newOffers: sweep.newOffers)
  }

  // MARK: Machine formats

  /// Nil stands for one column of each variable.
  public static let machineColumns: [Table.Column?] =
    [.init("point"), nil, .init("base"), .init("period")] + ResultTables.keyColumns + ResultTables.differenceColumns + [.init("level", unit: "percent")]

  /// Columns: point, one for each variable, base, period, region, area, municipality, offer, kind, measure, unit, mean, median, lower, upper,
  /// delta_mean, delta_lower, delta_upper, p_worse, level.
  /// - Parameter last: columns of the same text in every row, behind the others.
  public func machine(last: [(name: String, text: String)] = []) -> Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns.flatMap { column in column.map { [$0] } ?? sweep.design.axes.map { .init($0.variable.name) } } + last.map { .init($0.name) })
    let end = [Table.Cell.number(100 * request.level)] + last.map { .text($0.text) }
    for row in sweep.rows {
      let values = sweep.design.points[row.point - 1].map { Table.Cell.estimate($0) }
      let result = row.result
      let start: [Table.Cell] = [.text(sweep.base), .text(result.period.description)]
      table.append(
        [.integer(row.point)] + values + start + ResultTables.keyCells(result) + ResultTables.summaryCells(result.value)
          + ResultTables.differenceCells(result) + end)
    }
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("points", String(sweep.design.points.count)), ("draws", String(request.draws)), ("seed", String(request.seed)),
    ]
    table.meta += meta
    return table
  }

  private var title: Phrase {
    let names = sweep.design.axes.map(\.variable.name).joined(separator: ", ")
    return Phrase(
      da: "\(panel.settings.name): \(sweep.design.points.count) punkter, varieret: \(names)",
      en: "\(panel.settings.name): \(sweep.design.points.count) points, varied: \(names)")
  }

  // MARK: For people

  /// Lines by which two-way tables are made one by one.
  private static let mostLines = 4

  /// - Parameter bar: width of the longest bar; 0 for none.
  public func sheets(_ measures: [Measure], bar: Int = 20) -> [Table] { measures.flatMap { sheets($0, bar: bar) } }

  private func sheets(_ measure: Measure, bar: Int) -> [Table] {
    let own = sweep.rows.filter { $0.result.measure == measure }
    guard let period = own.map(\.result.period).max() else {
      var table = responses([], measure)
      table.footnotes = [Phrase(da: "Ingen tal for \(measure.phrase.da).", en: "No figures for \(measure.phrase.en).")]
      return [table]
    }
    let last = own.filter { $0.result.period == period }
    var tables: [Table] = []
    if sweep.design.axes.count == 1 {
      tables.append(responses(own, measure))
    } else {
      let effects = Dictionary(grouping: last, by: \.result.key).mapValues { SweepEffect.all($0, design: sweep.design) }
      let keys = lines.sorted(effects.filter { $0.value.contains { isShown($0, measure) } }.keys)
      tables.append(tornado(effects, keys, measure, period, bar: bar))
      if sweep.design.axes.count == 2, sweep.design.isGrid, keys.count <= Self.mostLines {
        tables += keys.map { key in twoWay(last.filter { $0.result.key == key }, key, measure, period) }
      }
    }
    tables[tables.count - 1].footnotes += footnotes(measure)
    return tables
  }

  private func footnotes(_ measure: Measure) -> [Phrase] {
    [
      Phrase(
        da: "Forskelle er fra »\(sweep.base)«, parret fremtid for fremtid, i gennemsnit over \(request.draws) fremtider. --format csv giver alle punkter med intervaller.",
        en: "Differences are from “\(sweep.base)”, paired future by future, on average over \(request.draws) futures. --format csv gives every point with its intervals.")
    ] + sweep.assumptions + panel.settings.assumptions + notes
  }

  /// One variable: a row for each line and value.
  private func responses(_ rows: [Sweep.Row], _ measure: Measure) -> Table {
    let periods = Set(rows.map(\.result.period)).sorted()
    let name = sweep.design.axes[0].variable.name
    let level = NumberText.machine(100 * request.level)
    var table = Table(
      title: title + Phrase(da: "; \(measure.shownPhrase.da), forskel med \(level) %-interval.", en: "; \(measure.shownPhrase.en), difference with \(level) % interval."),
      columns: [
        .init("line", heading: Phrase(da: "Linje", en: "Line")), .init(name),
      ] + periods.map { .init($0.description) })
    let quiet = Set(rows.map(\.result.key)).filter { key in rows.allSatisfy { $0.result.key != key || $0.result.isUnchanged } }
    if let note = lines.withoutEffect(quiet) { table.footnotes.append(note) }
    for key in lines.sorted(Set(rows.map(\.result.key)).subtracting(quiet)) {
      var isFirst = true
      let own = Dictionary(grouping: rows.filter { $0.result.key == key }, by: \.point)
      for point in own.keys.sorted() {
        let cells = periods.map { period -> Table.Cell in
          guard let result = own[point]?.first(where: { $0.result.period == period })?.result else { return .empty }
          return text(result.difference, measure)
        }
        table.append([isFirst ? lineCell(key) : .empty, value(sweep.design.points[point - 1][0])] + cells)
        isFirst = false
      }
    }
    return table
  }

  private func lineCell(_ key: ResultKey) -> Table.Cell { .term(code: lines.label(key).en, lines.label(key)) }

  private func value(_ number: Double) -> Table.Cell {
    let text = NumberText.machine(number)
    return .term(code: text, Phrase(da: text.replacing(".", with: ","), en: text))
  }

  private func text(_ summary: DrawSummary, _ measure: Measure) -> Table.Cell {
    let shown = ResultTables.differenceText(summary, measure)
    return .term(code: shown.en, shown)
  }

  /// What moves the measure most: by variable, between its smallest and largest value, the others as they come.
  /// - Parameter keys: of the lines that anything moves; the others are named below.
  private func tornado(_ all: [ResultKey: [SweepEffect]], _ keys: [ResultKey], _ measure: Measure, _ period: Period, bar width: Int) -> Table {
    var table = Table(
      title: title + Phrase(da: "; \(measure.shownPhrase.da), \(period)", en: "; \(measure.shownPhrase.en), \(period)"),
      columns: [
        .init("line", heading: Phrase(da: "Linje", en: "Line")), .init("variable", heading: Phrase(da: "Varieret", en: "Varied")),
        .init("values", heading: Phrase(da: "Fra – til", en: "From – to")),
        .init("low", heading: Phrase(da: "Ved mindste", en: "At smallest"), decimals: max(1, measure.decimals)),
        .init("high", heading: Phrase(da: "Ved største", en: "At largest"), decimals: max(1, measure.decimals)),
        .init("span", heading: Phrase(da: "Udslag", en: "Span"), decimals: max(1, measure.decimals)),
      ] + (width > 0 ? [.init("bar", heading: Phrase(""))] : []))
    // One scale for the whole table, or a line that hardly moves looks like one that moves much.
    let largest = all.values.joined().map { abs($0.span) }.max() ?? 0
    for key in keys {
      for (number, effect) in (all[key] ?? []).enumerated() {
        let axis = sweep.design.axes[effect.axis]
        let ends = [axis.values[0], axis.values[axis.values.count - 1]].map { NumberText.machine($0) }
        let bar = String(repeating: "▇", count: isShown(effect, measure) ? Int((Double(width) * abs(effect.span) / largest).rounded()) : 0)
        table.append([
          number == 0 ? lineCell(key) : .empty, .text(axis.variable.name),
          // The two stay on one line.
          .term(code: ends.joined(separator: " – "), Phrase(da: ends.joined(separator: "\u{A0}–\u{A0}").replacing(".", with: ","), en: ends.joined(separator: "\u{A0}–\u{A0}"))),
          .number(effect.low * measure.shownScale), .number(effect.high * measure.shownScale), .number(effect.span * measure.shownScale),
        ] + (width > 0 ? [.text(bar)] : []))
      }
    }
    table.footnotes = [
      sweep.design.isGrid
        ? Phrase(da: "Middel over de andre variables værdier.", en: "Mean over the other variables' values.")
        : Phrase(da: "Efter mindste kvadrater på alle variable over alle punkter.", en: "By least squares on all variables over all points.")
    ]
    if let note = lines.withoutEffect(Set(all.keys).subtracting(keys)) { table.footnotes.append(note) }
    return table
  }

  /// Whether an effect is more than a zero as it is shown.
  private func isShown(_ effect: SweepEffect, _ measure: Measure) -> Bool {
    abs(effect.span * measure.shownScale) >= 0.5 * pow(10, -Double(max(1, measure.decimals)))
  }

  /// Two variables: the mean difference at every combination.
  private func twoWay(_ rows: [Sweep.Row], _ key: ResultKey, _ measure: Measure, _ period: Period) -> Table {
    let (down, across) = (sweep.design.axes[0], sweep.design.axes[1])
    var table = Table(
      title: lines.label(key) + Phrase(da: ": forskel i \(measure.shownPhrase.da), \(period)", en: ": difference in \(measure.shownPhrase.en), \(period)"),
      columns: [.init(down.variable.name, heading: Phrase("\(down.variable.name) \\ \(across.variable.name)"))]
        + across.values.map {
          .init(NumberText.machine($0), heading: Phrase(da: NumberText.machine($0).replacing(".", with: ","), en: NumberText.machine($0)), decimals: max(1, measure.decimals))
        })
    for (number, value) in down.values.enumerated() {
      let cells = across.values.indices.map { column -> Table.Cell in
        let point = number * across.values.count + column + 1
        return rows.first { $0.point == point }.map { .number($0.result.difference.mean * measure.shownScale) } ?? .empty
      }
      table.append([self.value(value)] + cells)
    }
    return table
  }
}

/// What a variable does to a line's mean.
struct SweepEffect {
  let axis: Int
  let low: Double
  let high: Double

  var span: Double { high - low }

  /// The largest first.
  static func all(_ rows: [Sweep.Row], design: SweepDesign) -> [SweepEffect] {
    (design.isGrid ? design.axes.indices.map { byLevel(rows, $0, design) } : byPlane(rows, design))
      .sorted { abs($0.span) > abs($1.span) || (abs($0.span) == abs($1.span) && $0.axis < $1.axis) }
  }

  private static func byLevel(_ rows: [Sweep.Row], _ axis: Int, _ design: SweepDesign) -> SweepEffect {
    func mean(_ value: Double) -> Double {
      let own = rows.filter { design.points[$0.point - 1][axis] == value }.map(\.result.value.mean)
      return own.isEmpty ? 0 : own.reduce(0, +) / Double(own.count)
    }
    let values = design.axes[axis].values
    return SweepEffect(axis: axis, low: mean(values[0]), high: mean(values[values.count - 1]))
  }

  /// Least squares on all variables together; one that does not vary apart from the others has no effect of its own.
  private static func byPlane(_ rows: [Sweep.Row], _ design: SweepDesign) -> [SweepEffect] {
    let n = Double(max(1, rows.count))
    let k = design.axes.count
    let points = rows.map { design.points[$0.point - 1] }
    let means = (0..<k).map { axis in points.reduce(0) { $0 + $1[axis] } / n }
    let level = rows.reduce(0) { $0 + $1.result.value.mean } / n
    func left(_ row: Int, _ axis: Int) -> Double { points[row][axis] - means[axis] }
    // Normal equations with the right side behind them.
    var equations = (0..<k).map { a in
      (0..<k).map { b in rows.indices.reduce(0) { $0 + left($1, a) * left($1, b) } }
        + [rows.indices.reduce(0) { $0 + left($1, a) * (rows[$1].result.value.mean - level) }]
    }
    let sizes = (0..<k).map { equations[$0][$0] }
    for pivot in 0..<k where equations[pivot][pivot] > 1e-9 * max(sizes[pivot], 1e-300) {
      for row in 0..<k where row != pivot {
        let factor = equations[row][pivot] / equations[pivot][pivot]
        for column in pivot...k { equations[row][column] -= factor * equations[pivot][column] }
      }
    }
    return (0..<k).map { axis in
      let own = equations[axis][axis]
      let slope = own > 1e-9 * max(sizes[axis], 1e-300) ? equations[axis][k] / own : 0
      let values = design.axes[axis].values
      return SweepEffect(axis: axis, low: level + slope * (values[0] - means[axis]), high: level + slope * (values[values.count - 1] - means[axis]))
    }
  }
}
