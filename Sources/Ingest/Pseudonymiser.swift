public import Groundwork
import Spreadsheets

/// Replaces the persons in one column of a file by pseudonyms; everything else stays as it is.
///
/// A CSV keeps its bytes but for the column's values: delimiter, encoding, quotes, line ends. A workbook keeps its parts but for the
/// column's cells and the shared texts that only they used. The same person gets the same pseudonym in every file.
public struct Pseudonymiser {
  public struct Outcome: Hashable, Sendable {
    /// Values that were replaced.
    public fileprivate(set) var values = 0
    public fileprivate(set) var distinct = 0
    /// Rows whose cell is blank; it stays so.
    public fileprivate(set) var blank = 0
    /// Warnings about the column's values and about person numbers that stand elsewhere in the file.
    public fileprivate(set) var findings: [Finding] = []

    public init() {}
  }

  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  private let path: String
  private let key: PseudonymKey
  private let column: String
  private let sheet: String?

  /// - Parameters:
  ///   - path: the file to read; findings call it so.
  ///   - column: header of the column; it may stand in any of the first 30 rows.
  ///   - sheet: of a workbook with several.
  public init(path: String, column: String, sheet: String?, key: PseudonymKey) {
    self.path = path
    self.column = column
    self.sheet = sheet
    self.key = key
  }

  /// Reads the file and passes the changed one on, piece by piece.
  /// - Throws: findings where the file cannot be read, has no such column, or breaks off; what the sink throws.
  public func run(_ sink: @escaping Sink) throws -> Outcome {
    switch try TableFile.open(path, as: path) {
    case .text(let bytes):
      if sheet != nil { throw FindingsError(Fault.sheetOfText(byOption: true).finding(file: path)) }
      return try runText(bytes, sink)
    case .workbook(let workbook): return try runWorkbook(workbook, sink)
    }
  }

  private func alreadyDone(_ file: String, row: Int) -> Finding { Fault.alreadyPseudonyms.finding(file: file, row: row, column: column) }

  private func warnings(_ tally: Tally, file: String) -> [Finding] {
    if tally.values == 0 { return [Fault.nothingReplaced.finding(file: file, column: column)] }
    if tally.otherForms == 0 { return [] }
    return [Fault.otherForms(tally.otherForms, of: tally.values).finding(file: file, column: column)]
  }

  // MARK: Text

  private func runText(_ bytes: [UInt8], _ sink: @escaping Sink) throws -> Outcome {
    let utf8 = TextEncoding.utf8(bytes)
    let finders = [HeaderFinder(utf8: utf8, delimiter: nil)] + Delimiter.allCases.map { HeaderFinder(utf8: utf8, delimiter: $0) }
    guard let finder = finders.first(where: { $0.place(of: column) != nil }), let place = finder.place(of: column) else {
      throw FindingsError(Fault.noSuchColumn(column, among: finders[0].possibleNames).finding(file: path))
    }
    // Line ends, quotes and delimiters are the same bytes in both encodings, so that the file's own bytes can be cut.
    let isUTF8 = bytes.withUnsafeBufferPointer { TextEncoding.validate($0) }.firstInvalid == nil
    var tally = Tally(key: key)
    var elsewhere: [Int: Int] = [:]
    try bytes.withUnsafeBufferPointer { buffer in
      var output = BufferedSink(sink)
      var scanner = RowScanner(buffer, delimiter: finder.delimiter.rawValue, position: bytes.starts(with: TextEncoding.byteOrderMark) ? 3 : 0)
      var copied = 0
      reading: while true {
        switch scanner.next() {
        case .row: break
        case .blank: continue
        case .end: break reading
        case .unterminatedQuote: throw FindingsError(Fault.unterminatedQuote.finding(file: path, row: scanner.rowLine))
        case .textAfterQuote: throw FindingsError(Fault.textAfterQuote.finding(file: path, row: scanner.rowLine))
        case .tooLong: throw FindingsError(Fault.rowTooLong.finding(file: path, row: scanner.rowLine))
        }
        let row = scanner.row
        for index in 0..<row.count where index != place.index || row.line <= place.line {
          if PersonNumber.isOne(row[index].bytes) { elsewhere[index, default: 0] += 1 }
        }
        guard row.line > place.line else { continue }
        let cell = row[place.index]
        guard !cell.isEmpty, let span = scanner.span(place.index) else {
          tally.blank += 1
          continue
        }
        try output.put(buffer[copied..<span.lowerBound])
        if PseudonymKey.isPseudonym(PersonNumber.trimmed(Array(cell.bytes))) { throw FindingsError(alreadyDone(path, row: row.line)) }
        let plain = isUTF8 ? Array(cell.bytes) : TextEncoding.utf8FromWindows1252(Array(cell.bytes))
        try output.put(tally.pseudonym(plain))
        copied = span.upperBound
      }
      try output.put(buffer[copied...])
      try output.finish()
    }
    var outcome = tally.outcome
    outcome.findings = warnings(tally, file: path)
    for (index, count) in elsewhere.sorted(by: { $0.key < $1.key }) {
      outcome.findings.append(Fault.numbersElsewhere(count).finding(file: path, column: String(index + 1)))
    }
    return outcome
  }

  // MARK: Workbooks

  private func runWorkbook(_ workbook: Workbook, _ sink: @escaping Sink) throws -> Outcome {
    let chosen = try workbook.choose(sheet, file: path)
    let file = DelimitedText.label(path, chosen.name)
    do {
      let finder = try HeaderFinder(rowsOf: chosen, in: workbook)
      if finder.isEmpty { throw FindingsError(Fault.emptySheet(byOption: true).finding(file: file)) }
      guard let place = finder.place(of: column) else {
        throw FindingsError(Fault.noSuchColumn(column, among: finder.possibleNames).finding(file: file))
      }
      let tally = SharedTally(Tally(key: key))
      let scan = PersonNumberScan()
      var rowsWithValue = 0
      var lastRow = 0
      var doneRow: Int?
      try workbook.read(chosen) { cell in
        if cell.row > place.line, cell.row != lastRow {
          rowsWithValue += 1
          lastRow = cell.row
        }
        if cell.column == place.index, cell.row > place.line, PseudonymKey.isPseudonym(Pseudonymiser.plain(cell) ?? []) { doneRow = cell.row }
        return doneRow == nil
      }
      if let doneRow { throw FindingsError(alreadyDone(file, row: doneRow)) }
      try SheetRewriter(workbook, chosen, column: place.index, from: place.line + 1).write(
        to: sink,
        replace: { cell in Pseudonymiser.plain(cell).map { String(decoding: tally.value.pseudonym($0), as: UTF8.self) } },
        inspect: { part, piece in scan.add(part, piece) })
      tally.value.blank = max(0, rowsWithValue - tally.value.values)
      var outcome = tally.value.outcome
      outcome.findings = warnings(tally.value, file: file)
      for (part, count) in scan.counts.sorted(by: { $0.key < $1.key }) {
        outcome.findings.append(Fault.numbersElsewhere(count).finding(file: "\(path) (\(part))"))
      }
      return outcome
    } catch let problem as WorkbookProblem {
      throw FindingsError(Fault.workbook(problem).finding(file: file))
    }
  }

  /// The cell's value as it would stand in a CSV; nil for blanks.
  private static func plain(_ cell: SheetCell) -> [UInt8]? {
    let text: [UInt8]
    switch cell.kind {
    case .number, .day: text = Array(SheetText.plain(cell.bytes).utf8)
    case .text, .flag, .error: text = PersonNumber.trimmed(Array(cell.bytes))
    case .unsaved: return nil
    }
    return text.isEmpty ? nil : text
  }
}

/// Pseudonyms given and how often.
private struct Tally {
  let key: PseudonymKey
  var values = 0
  var blank = 0
  /// Values that are no number of a person.
  var otherForms = 0
  private var known: [[UInt8]: [UInt8]] = [:]

  init(key: PseudonymKey) {
    self.key = key
  }

  mutating func pseudonym(_ value: [UInt8]) -> [UInt8] {
    values += 1
    let form = PersonNumber.normalised(value)
    if !form.withUnsafeBufferPointer({ PersonNumber.isOne($0) }) { otherForms += 1 }
    if let given = known[form] { return given }
    let new = Array(key.pseudonym(form).utf8)
    known[form] = new
    return new
  }

  var outcome: Pseudonymiser.Outcome {
    var outcome = Pseudonymiser.Outcome()
    outcome.values = values
    outcome.distinct = known.count
    outcome.blank = blank
    return outcome
  }
}

/// For the closures that share one tally.
private final class SharedTally {
  var value: Tally

  init(_ value: Tally) {
    self.value = value
  }
}

/// Gathers small pieces.
private struct BufferedSink {
  private let sink: Pseudonymiser.Sink
  private var waiting: [UInt8] = []

  init(_ sink: @escaping Pseudonymiser.Sink) {
    self.sink = sink
    waiting.reserveCapacity(1 << 17)
  }

  mutating func put(_ bytes: some Collection<UInt8>) throws {
    waiting.append(contentsOf: bytes)
    if waiting.count >= 1 << 16 { try flush() }
  }

  mutating func finish() throws { try flush() }

  private mutating func flush() throws {
    try waiting.withUnsafeBytes { try sink($0) }
    waiting.removeAll(keepingCapacity: true)
  }
}

/// Counts person numbers in the XML of a workbook's parts, also across the borders of pieces.
private final class PersonNumberScan {
  private(set) var counts: [String: Int] = [:]
  private var part = ""
  private var run: [UInt8] = []

  func add(_ part: String, _ piece: UnsafeBufferPointer<UInt8>) {
    guard part.hasSuffix(".xml") else { return }
    if part != self.part {
      close()
      self.part = part
    }
    for byte in piece {
      // Letters, too: digits within a pseudonym are no number.
      let isLetter = byte >= 0x41 && byte <= 0x5A || byte >= 0x61 && byte <= 0x7A
      if isLetter || byte >= 0x30 && byte <= 0x39 || byte == 0x2D || byte == 0x2E {
        if run.count < 20 { run.append(byte) }
      } else if !run.isEmpty {
        close()
      }
    }
  }

  private func close() {
    let isOne = run.withUnsafeBufferPointer { PersonNumber.isOne($0) }
    if isOne { counts[part, default: 0] += 1 }
    run.removeAll(keepingCapacity: true)
  }
}

extension Fault {
  static func noSuchColumn(_ name: String, among names: [String]) -> Fault {
    let hint = nearest(name, among: names, listAtMost: 20)
    return Fault(
      "column", .error, Phrase(da: "de første \(HeaderFinder.searchedRows) rækker har ingen kolonne med navnet »\(name)«.", en: "the first \(HeaderFinder.searchedRows) rows have no column of the name “\(name)”."),
      hint())
  }

  static var alreadyPseudonyms: Fault {
    Fault(
      "pseudonyms", .error,
      Phrase(da: "kolonnen har allerede pseudonymer herfra; det første står her.", en: "the column has pseudonyms made here already; the first stands here."),
      Phrase(
        da: "Brug filen, som den er, eller begynd med den oprindelige fil: pseudonymer af pseudonymer passer ikke til andre filer.",
        en: "Use the file as it is, or start from the original one: pseudonyms of pseudonyms do not match other files."))
  }

  static var nothingReplaced: Fault {
    Fault(
      "replaced-none", .warning, Phrase(da: "kolonnen har ingen værdier; intet er erstattet.", en: "the column has no values; nothing was replaced."),
      Phrase(da: "Se efter, om det er den rigtige kolonne.", en: "See whether it is the right column."))
  }

  static func otherForms(_ count: Int, of all: Int) -> Fault {
    Fault(
      "replaced-other", .warning,
      Phrase(
        da: "værdier, der ikke har form som et CPR-nummer: \(count) af \(all). De er også erstattet.",
        en: "values that do not have the form of a civil registration number (CPR): \(count) of \(all). They were replaced, too."),
      Phrase(
        da: "Slet sumrækker og tekster som »ukendt« i den oprindelige fil, hvis der er nogen: ellers tælles de som borgere.",
        en: "Delete totals and words such as “unknown” in the original file, if there are any: they count as persons otherwise."))
  }

  static func numbersElsewhere(_ count: Int) -> Fault {
    Fault(
      "cpr-left", .warning,
      Phrase(da: "her står stadig \(count) værdier, der ligner CPR-numre.", en: "\(count) values here still look like civil registration numbers (CPR)."),
      Phrase(da: "Pseudonymisér også den kolonne, eller slet værdierne.", en: "Pseudonymise that column, too, or delete the values."))
  }
}
