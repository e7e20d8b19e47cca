internal import Forecasting
internal import Groundwork
internal import Ingest
internal import Placements

/// The series of any hierarchy from a file: `unique_id`, `ds`, `y` and, if it likes, `level`, one row a node and period.
struct SeriesFile {
  let hierarchy: SeriesHierarchy
  /// `[node][period]`, NaN where unknown or not in the file.
  let nodeValues: [[Double]]
  /// `[series][period]` of the bottom series.
  let bottom: [[Double]]
  /// Periods as written, in order.
  let periods: [String]
  /// What was assumed.
  let notes: [Finding]
  private let scale: PeriodScale

  /// - Parameter summing: file of the summing matrix: `unique_id` and a column for each bottom series, 0 or 1; nil for series
  ///   that add up to nothing.
  /// - Throws: `FindingsError` naming file, row, column and value.
  init(path: String, summing: String?) throws {
    let text = try TableFile.read(path)
    let (columns, lines) = try text.columnsWithLines()
    func column(_ name: String) throws -> [String] {
      if let found = columns.first(where: { $0.name == name }) { return found.values }
      throw FindingsError(
        Finding(
          .error, file: path, row: text.headerLine, column: name, message: Phrase(da: "kolonnen mangler.", en: "the column is missing."),
          remedy: Phrase(da: "Filen skal have kolonnerne unique_id, ds og y.", en: "The file needs the columns unique_id, ds and y.")))
    }
    let (ids, times, numbers) = (try column("unique_id"), try column("ds"), try column("y"))
    let levels = columns.first { $0.name == "level" }?.values
    let scale = try PeriodScale(times, file: path, lines: lines)
    self.scale = scale
    periods = (0..<scale.count).map(scale.text)
    var order: [String] = []
    var row: [String: Int] = [:]
    var level: [String] = []
    var values: [[Double]] = []
    var seen: [[Int32]] = []
    for (index, id) in ids.enumerated() {
      let line = lines[index]
      guard !id.isEmpty else {
        throw FindingsError(
          Finding(
            .error, file: path, row: line, column: "unique_id", message: Phrase(da: "rækken siger ikke, hvilken serie den hører til.", en: "the row does not say to which series it belongs."),
            remedy: Phrase(da: "Skriv seriens navn, eller fjern rækken.", en: "Write the series' name or remove the row.")))
      }
      let node: Int
      if let known = row[id] {
        node = known
      } else {
        node = order.count
        row[id] = node
        order.append(id)
        level.append(levels?[index] ?? "all")
        values.append([Double](repeating: .nan, count: scale.count))
        seen.append([Int32](repeating: 0, count: scale.count))
      }
      let period = scale.position(index)
      guard seen[node][period] == 0 else {
        throw FindingsError(
          Finding(
            .error, file: path, row: line, column: "ds", value: times[index],
            message: Phrase(da: "serien »\(id)« har perioden allerede i række \(seen[node][period]).", en: "series “\(id)” has this period already in row \(seen[node][period])."),
            remedy: Phrase(da: "Behold én række for hver serie og periode.", en: "Keep one row for each series and period.")))
      }
      seen[node][period] = Int32(line)
      values[node][period] = try Self.value(numbers[index], file: path, row: line)
    }
    nodeValues = values
    let nodes = zip(order, level).map { (id: $0, level: $1) }
    if let summing {
      let matrix = try SummingFile(path: summing, nodes: nodes, seriesFile: path)
      hierarchy = matrix.hierarchy
      let all = values
      bottom = matrix.bottomNodes.map { all[$0] }
      notes = text.notes + Self.differences(hierarchy, nodes: values, bottom: bottom, file: path)
    } else {
      hierarchy = SeriesHierarchy(
        nodes: nodes.enumerated().map { .init(id: $0.element.id, level: $0.element.level, members: [$0.offset]) }, bottomCount: nodes.count)
      bottom = values
      notes = text.notes
    }
  }

  /// The text of a period that may lie after the last one in the file.
  func period(_ index: Int) -> String { scale.text(index) }

  /// Number of periods up to an origin as the user wrote it; nil where the file has no such period.
  func known(upTo origin: String) -> Int? { scale.index(of: origin).map { $0 + 1 } }

  private static func value(_ text: String, file: String, row: Int) throws -> Double {
    if text.isEmpty || text == "NA" { return .nan }
    func refused(_ message: Phrase) -> FindingsError {
      FindingsError(
        Finding(
          .error, file: file, row: row, column: "y", value: text, message: message,
          remedy: Phrase(da: "Ret værdien, eller lad cellen være tom, hvis den er ukendt.", en: "Mend the value, or leave the cell empty where it is unknown.")))
    }
    guard let number = try? NumberText.parse(text) else { throw refused(Phrase(da: "er ikke et tal.", en: "is not a number.")) }
    guard number >= 0 else { throw refused(Phrase(da: "er mindre end nul.", en: "is below zero.")) }
    guard number <= 1e15 else { throw refused(Phrase(da: "er for stort til at være et antal.", en: "is too large to be a count.")) }
    return number
  }

  /// Sums that the file gives otherwise than its series: they are scored as given and forecast as sums.
  private static func differences(_ hierarchy: SeriesHierarchy, nodes: [[Double]], bottom: [[Double]], file: String) -> [Finding] {
    var worst = (size: 0.0, node: "")
    var number = 0
    for (index, node) in hierarchy.nodes.enumerated() where node.members.count > 1 {
      for t in nodes[index].indices {
        let sum = node.members.reduce(0) { $0 + bottom[$1][t] }
        let difference = abs(sum - nodes[index][t])
        guard difference > 1e-6 * max(1, abs(sum)) else { continue }
        number += 1
        if difference > worst.size { worst = (difference, node.id) }
      }
    }
    guard number > 0 else { return [] }
    return [
      Finding(
        .warning, file: file, value: worst.node,
        message: Phrase(
          da: "\(number) summer afviger fra deres serier, mest denne (\(NumberText.display(worst.size, decimals: 1, language: .da))).",
          en: "\(number) sums differ from their series, this one most (\(NumberText.display(worst.size, decimals: 1, language: .en)))."),
        remedy: Phrase(da: "Prognosen er seriernes sum; den bedømmes mod filens tal.", en: "The forecast is the sum of the series; it is scored against the file's figures."))
    ]
  }
}

/// Periods as the file writes them: whole numbers, or years, quarters and months of the calendar, months also as `202704`.
private struct PeriodScale {
  private enum Kind {
    case numbers
    /// Six digits, of which the last two are a month.
    case compactMonths
    case calendar(PeriodLength)
  }

  /// Numbers of periods that a file may use.
  private static let possible = -1_000_000_000...1_000_000_000

  private let kind: Kind
  private let first: Int
  private let ordinals: [Int]
  let count: Int

  init(_ texts: [String], file: String, lines: [Int]) throws {
    func refused(_ row: Int) -> FindingsError {
      FindingsError(
        Finding(
          .error, file: file, row: lines[row], column: "ds", value: texts[row],
          message: Phrase(da: "er ingen periode som de andre.", en: "is no period like the others."),
          remedy: Phrase(da: "Brug hele tal, eller år, kvartaler (2027Q2) eller måneder (2027-04).", en: "Use whole numbers, or years, quarters (2027Q2) or months (2027-04).")))
    }
    guard !texts.isEmpty else {
      throw FindingsError(
        Finding(.error, file: file, message: Phrase(da: "filen har ingen rækker.", en: "the file has no rows."), remedy: Phrase("")))
    }
    var ordinals: [Int] = []
    var kind = Kind.numbers
    if texts.allSatisfy({ Self.compactMonth($0) != nil }) {
      kind = .compactMonths
      ordinals = texts.compactMap { Self.compactMonth($0)?.ordinal }
    } else if texts.allSatisfy({ Int($0) != nil }) {
      ordinals = texts.compactMap { Int($0) }
      if let row = ordinals.firstIndex(where: { !Self.possible.contains($0) }) { throw refused(row) }
    } else {
      guard let length = texts.lazy.compactMap({ Period($0) }).first?.length else { throw refused(0) }
      kind = .calendar(length)
      for (row, text) in texts.enumerated() {
        guard let period = Period(text), period.length == length else { throw refused(row) }
        ordinals.append(period.ordinal)
      }
    }
    let first = ordinals.min() ?? 0
    let count = (ordinals.max() ?? 0) - first + 1
    guard count <= 10_000 else { throw refused(ordinals.firstIndex { $0 - first >= 10_000 } ?? 0) }
    self.kind = kind
    self.first = first
    self.ordinals = ordinals
    self.count = count
  }

  /// `202704`, of the years 1800 to 2199; nil for anything else.
  private static func compactMonth(_ text: String) -> Period? {
    guard text.utf8.count == 6, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else { return nil }
    guard (1800...2199).contains(number / 100), (1...12).contains(number % 100) else { return nil }
    return Period(year: number / 100, number: number % 100, length: .month)
  }

  func position(_ row: Int) -> Int { ordinals[row] - first }

  func text(_ index: Int) -> String {
    switch kind {
    case .numbers: "\(first + index)"
    case .compactMonths: Period(length: .month, ordinal: first + index).description.replacing("-", with: "")
    case .calendar(let length): Period(length: length, ordinal: first + index).description
    }
  }

  func index(of text: String) -> Int? {
    let ordinal: Int?
    switch kind {
    case .numbers: ordinal = Int(text)
    case .compactMonths: ordinal = (Self.compactMonth(text) ?? Period(text)).flatMap { $0.length == .month ? $0.ordinal : nil }
    case .calendar(let length): ordinal = Period(text).flatMap { $0.length == length ? $0.ordinal : nil }
    }
    guard let ordinal, Self.possible.contains(ordinal), (0..<count).contains(ordinal - first) else { return nil }
    return ordinal - first
  }
}
