internal import Groundwork

/// A fan chart in plain characters, readable without colour: history as points, the fan as two shades with its median.
struct FanChartRenderer {
  let language: Language
  /// Of the whole chart with its axis.
  let width: Int

  enum Sign {
    static let observed: Character = "●"
    static let between: Character = "·"
    static let median: Character = "━"
    static let inner: Character = "▓"
    static let outer: Character = "░"
    static let reference: Character = "╌"
    static let now: Character = "┊"
  }

  /// Title, plot and axis, each line at most `width` wide.
  func lines(_ chart: FanChart) -> [String] {
    let title = DisplayWidth.wrapped(DisplayWidth.printable(chart.title[language]), to: width)
    guard let scale = ValueScale(chart), let first = times(chart).min(), let last = times(chart).max() else { return title }
    let labels = scale.labels(language)
    let margin = (labels.compactMap(\.self).map(DisplayWidth.of).max() ?? 0) + 1
    let time = TimeScale(first: first, last: last, columns: max(10, width - margin - 1))
    let plot = self.plot(chart, scale, time)
    var lines = title
    for row in plot.indices.reversed() {
      let label = labels[row]
      let text = DisplayWidth.padded(label ?? "", to: margin - 1, right: true) + " " + (label == nil ? "│" : "┤") + String(plot[row])
      lines.append(Self.trimmed(text))
    }
    let blanks = String(repeating: " ", count: margin)
    lines.append(blanks + "└" + time.axis)
    lines.append(Self.trimmed(blanks + " " + time.years))
    return lines
  }

  /// What the signs mean, in lines of at most `width`.
  func legend(_ legend: FanLegend) -> [String] {
    func percent(_ level: Double) -> String { NumberText.display(level, decimals: 0, language: language) + "\u{A0}%" }
    var parts = [
      "\(Sign.observed)\u{A0}" + Phrase(da: "observeret", en: "observed")[language], "\(Sign.median)\u{A0}median",
      "\(Sign.inner)\u{A0}\(percent(legend.innerLevel))", "\(Sign.outer)\u{A0}\(percent(legend.level))",
    ]
    if let reference = legend.reference { parts.append("\(Sign.reference)\u{A0}" + reference[language].replacing(" ", with: "\u{A0}")) }
    parts.append("\(Sign.now)\u{A0}" + Phrase(da: "nu", en: "now")[language])
    return DisplayWidth.wrapped(parts.joined(separator: " \u{A0} "), to: width)
  }

  private func times(_ chart: FanChart) -> [Double] { chart.history.map(\.time) + chart.future.map(\.time) }

  /// Rows from the bottom, each of `time.columns` characters.
  private func plot(_ chart: FanChart, _ scale: ValueScale, _ time: TimeScale) -> [[Character]] {
    var rows = [[Character]](repeating: [Character](repeating: " ", count: time.columns), count: scale.rows)
    let history = Curve(chart.history)
    let fan = Fan(chart)
    let reference = Curve(chart.reference)
    func fill(_ column: Int, _ low: Double, _ high: Double, _ sign: Character) {
      for row in scale.row(low)...max(scale.row(low), scale.row(high)) { rows[row][column] = sign }
    }
    for column in 0..<time.columns {
      let span = time.span(column)
      if let low = fan.lower.value(in: span), let high = fan.upper.value(in: span) { fill(column, low, high, Sign.outer) }
      if let low = fan.innerLower.value(in: span), let high = fan.innerUpper.value(in: span) { fill(column, low, high, Sign.inner) }
      if let value = reference.value(in: span) { rows[scale.row(value)][column] = Sign.reference }
      if let value = history.value(in: span) {
        rows[scale.row(value)][column] = history.hasPoint(in: span) ? Sign.observed : Sign.between
      } else if let value = fan.median.value(in: span) {
        rows[scale.row(value)][column] = Sign.median
      }
    }
    markNow(chart, time, &rows)
    return rows
  }

  /// A line between what was and what may be, where nothing else stands.
  private func markNow(_ chart: FanChart, _ time: TimeScale, _ rows: inout [[Character]]) {
    guard let last = chart.history.last, !chart.future.isEmpty else { return }
    let column = time.column(last.time)
    for row in rows.indices where rows[row][column] == " " { rows[row][column] = Sign.now }
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}

/// The curves of what may follow; they leave the last observation together.
private struct Fan {
  let median: Curve
  let lower: Curve
  let upper: Curve
  let innerLower: Curve
  let innerUpper: Curve

  init(_ chart: FanChart) {
    func curve(_ value: (FanChart.Spread) -> Double) -> Curve {
      Curve(chart.history.suffix(1) + chart.future.map { FanChart.Point(time: $0.time, value: value($0)) })
    }
    median = curve(\.median)
    lower = curve(\.lower)
    upper = curve(\.upper)
    innerLower = curve(\.innerLower)
    innerUpper = curve(\.innerUpper)
  }
}

/// Points with straight lines between them.
private struct Curve {
  private let points: [FanChart.Point]

  init(_ points: [FanChart.Point]) { self.points = points }

  /// The last value in a span of time; between two points what lies on their line; nil outside them.
  func value(in span: Range<Double>) -> Double? {
    guard let next = points.firstIndex(where: { $0.time >= span.upperBound }) else {
      return points.last.flatMap { span.contains($0.time) ? $0.value : nil }
    }
    guard next > 0 else { return nil }
    let (before, after) = (points[next - 1], points[next])
    if span.contains(before.time) { return before.value }
    return before.value + (after.value - before.value) * (span.lowerBound - before.time) / (after.time - before.time)
  }

  func hasPoint(in span: Range<Double>) -> Bool { points.contains { span.contains($0.time) } }
}

/// Values to rows: round numbers on every second row, the least first.
struct ValueScale {
  let rows: Int
  private let lowest: Double
  private let step: Double

  private static let rowsPerStep = 2
  private static let mostSteps = 6.0

  /// Nil where there is nothing to draw.
  init?(_ chart: FanChart) {
    let values = chart.history.map(\.value) + chart.reference.map(\.value) + chart.future.flatMap { [$0.lower, $0.upper] }
    guard var low = values.min(), let high = values.max() else { return nil }
    // A third of the height is a small price for a base line that cannot mislead.
    if low > 0, low < 0.35 * high { low = 0 }
    var step = 1.0
    var factors = [2, 2.5, 2].makeIterator()
    while (high / step).rounded(.up) - (low / step).rounded(.down) > Self.mostSteps {
      if let factor = factors.next() {
        step *= factor
      } else {
        factors = [2, 2.5, 2].makeIterator()
      }
    }
    self.step = step
    lowest = (low / step).rounded(.down) * step
    let steps = max(1, Int((high / step).rounded(.up) - (low / step).rounded(.down)))
    rows = steps * Self.rowsPerStep + 1
  }

  func row(_ value: Double) -> Int {
    min(rows - 1, max(0, Int(((value - lowest) / step * Double(Self.rowsPerStep)).rounded())))
  }

  /// By row; nil between the round numbers.
  func labels(_ language: Language) -> [String?] {
    (0..<rows).map { row in
      guard row % Self.rowsPerStep == 0 else { return nil }
      let value = lowest + step * Double(row / Self.rowsPerStep)
      return NumberText.display(value, decimals: 0, language: language)
    }
  }
}

/// Times to columns.
struct TimeScale {
  let columns: Int
  private let first: Double
  private let perColumn: Double

  init(first: Double, last: Double, columns: Int) {
    self.columns = columns
    self.first = first
    perColumn = max(last - first, 1e-6) / Double(columns - 1)
  }

  func span(_ column: Int) -> Range<Double> {
    let middle = first + perColumn * Double(column)
    return (middle - perColumn / 2)..<(middle + perColumn / 2)
  }

  func column(_ time: Double) -> Int { min(columns - 1, max(0, Int(((time - first) / perColumn).rounded()))) }

  /// Columns at which years begin, as far apart as their labels need, with the year.
  private var ticks: [(column: Int, year: Int)] {
    let last = first + perColumn * Double(columns - 1)
    let all = Int(first.rounded(.up))...max(Int(first.rounded(.up)), Int(last.rounded(.down)))
    let every = [1, 2, 5, 10, 20, 50].first { Double($0) / perColumn >= 6 } ?? 100
    return all.filter { $0 % every == 0 && Double($0) <= last }.map { (column(Double($0)), $0) }
  }

  var axis: String {
    var line = [Character](repeating: "─", count: columns)
    for tick in ticks { line[tick.column] = "┬" }
    return String(line)
  }

  /// Each year stands centred below its tick, as far as the edges allow.
  var years: String {
    var line = [Character](repeating: " ", count: columns)
    for tick in ticks {
      let text = Array(String(tick.year))
      let start = min(max(0, tick.column - text.count / 2), max(0, columns - text.count))
      for (offset, character) in text.enumerated() where start + offset < columns { line[start + offset] = character }
    }
    return String(line)
  }
}
