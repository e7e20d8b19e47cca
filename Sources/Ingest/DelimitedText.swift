public import Groundwork

/// The sign between two fields.
public enum Delimiter: UInt8, CaseIterable, Sendable {
  case comma = 0x2C
  case semicolon = 0x3B
  case tab = 0x09

  init?(named name: String) {
    switch name.lowercased() {
    case ",", "comma", "komma": self = .comma
    case ";", "semicolon", "semikolon": self = .semicolon
    case "\t", "tab", "tabulator": self = .tab
    default: return nil
    }
  }

  public var phrase: Phrase {
    switch self {
    case .comma: Phrase(da: "komma", en: "comma")
    case .semicolon: Phrase(da: "semikolon", en: "semicolon")
    case .tab: Phrase(da: "tabulator", en: "tab")
    }
  }
}

/// A table as delimited text: UTF-8 or Windows-1252; comma, semicolon or tab; any line ends; quoted fields with
/// doubled quotes and line breaks.
public struct DelimitedText: Sendable {
  /// What findings call the file.
  public let file: String
  public let encoding: TextEncoding
  public let delimiter: Delimiter
  /// Names as written, without quotes and surrounding blanks; at least one.
  public let header: [String]
  /// Line of the header, counted from 1.
  public let headerLine: Int
  /// What was assumed while opening, such as the encoding.
  public let notes: [Finding]

  /// UTF-8.
  let bytes: [UInt8]
  let bodyStart: Int
  let bodyLine: Int
  /// A column's name in each row of the header, blanks left out; one name where the header is one row.
  let headerParts: [[String]]
  /// Where the text is a sheet's: cells that are missing at a row's end are blank then.
  let sheet: SheetSource?

  static let longestHeader = 250_000

  /// Detects encoding and delimiter where they are not given and reads the header.
  /// - Parameter file: what findings call the text.
  /// - Throws: when there is no header, its delimiter is unclear, a name stands twice, or a first line is far too long.
  public init(bytes: [UInt8], file: String, delimiter: Delimiter? = nil, encoding: TextEncoding? = nil) throws(FindingsError) {
    try self.init(bytes: bytes, file: file, delimiter: delimiter, encoding: encoding, headerRows: nil)
  }

  /// - Parameter headerRows: lines of the header, from 1; nil for the first line that is not blank.
  init(bytes: [UInt8], file: String, delimiter: Delimiter?, encoding: TextEncoding?, headerRows: ClosedRange<Int>?) throws(FindingsError) {
    let decoded = try DelimitedText.decode(bytes, file: file, as: encoding)
    try self.init(decoded, file: file, delimiter: delimiter, headerRows: headerRows, sheet: nil)
  }

  /// Text with tabs that came from a sheet.
  init(utf8: [UInt8], file: String, headerRows: ClosedRange<Int>?, sheet: SheetSource, notes: [Finding]) throws(FindingsError) {
    let decoded = Decoded(bytes: utf8, start: 0, encoding: .utf8, notes: notes)
    try self.init(decoded, file: file, delimiter: .tab, headerRows: headerRows, sheet: sheet)
  }

  private init(
    _ decoded: Decoded, file: String, delimiter: Delimiter?, headerRows: ClosedRange<Int>?, sheet: SheetSource?
  ) throws(FindingsError) {
    let head = DelimitedText.withBytes(decoded.bytes) {
      Head.read($0, from: decoded.start, rows: headerRows, wanted: delimiter, isSheet: sheet != nil)
    }
    switch head {
    case .failure(let fault): throw FindingsError(fault.fault.finding(file: file, row: fault.row, column: fault.column, value: fault.value))
    case .success(let head):
      headerParts = head.parts
      self.sheet = sheet
      self.file = file
      self.encoding = decoded.encoding
      self.delimiter = head.delimiter
      header = head.names
      headerLine = head.line
      notes = decoded.notes
      self.bytes = decoded.bytes
      bodyStart = head.end
      bodyLine = head.nextLine
    }
  }

  /// The columns with all values as text, empty where a field is.
  /// - Throws: on rows with too few or too many fields, open quotes, or person numbers; all that are wrong are named.
  public func columns() throws(FindingsError) -> [(name: String, values: [String])] { try columnsWithLines().columns }

  /// The same with the line, from 1, in which each row of values begins.
  public func columnsWithLines() throws(FindingsError) -> (columns: [(name: String, values: [String])], lines: [Int]) {
    let log = FindingLog()
    var values = [[String]](repeating: [], count: header.count)
    var lines: [Int] = []
    forEachRow(log, keepingPersonNumbersIn: nil) { row in
      lines.append(row.line)
      for index in values.indices { values[index].append(row[index].text) }
    }
    guard log.errorCount == 0 else { throw FindingsError(log.sorted().filter { $0.severity == .error }) }
    return (zip(header, values).map { (name: $0, values: $1) }, lines)
  }

  /// Calls back with every row that has as many fields as the header; reports the others and person numbers.
  /// - Parameters:
  ///   - exempt: index of a column in which ten digits in a row may stand.
  ///   - citizens: index of the column of persons, in which nine digits may be a number that lost its zero in front.
  /// - Returns: number of rows, those with findings included.
  @discardableResult
  func forEachRow(_ log: FindingLog, keepingPersonNumbersIn exempt: Int?, citizens: Int? = nil, _ body: (RowScanner.Row) -> Void) -> Int {
    var rows = 0
    var blanks = BlankLines()
    DelimitedText.withBytes(bytes) { buffer in
      var scanner = RowScanner(buffer, delimiter: delimiter.rawValue, position: bodyStart, line: bodyLine)
      reading: while true {
        switch scanner.next() {
        case .row:
          rows += 1
          blanks.endHere()
          check(scanner.row, exempt: exempt, citizens: citizens, log, body)
        case .blank: blanks.add(scanner.rowLine)
        case .end: break reading
        case .unterminatedQuote:
          log.report(.unterminatedQuote, file: file, row: scanner.rowLine)
          break reading
        case .textAfterQuote:
          log.report(.textAfterQuote, file: file, row: scanner.rowLine)
          break reading
        case .tooLong:
          log.report(.rowTooLong, file: file, row: scanner.rowLine, value: scanner.row[0].shown)
          break reading
        }
      }
    }
    if let first = blanks.first { log.report(.blankLines(blanks.inside), file: file, row: first) }
    return rows
  }

  private func check(_ row: RowScanner.Row, exempt: Int?, citizens: Int?, _ log: FindingLog, _ body: (RowScanner.Row) -> Void) {
    for index in 0..<row.count {
      let length = row.length(index)
      guard length >= 9, length <= 11, isPersonNumber(row[index].bytes, isExempt: index == exempt, isCitizen: index == citizens) else { continue }
      let column = index < header.count && !header[index].isEmpty ? header[index] : nil
      log.report(.personNumber(file: sheet?.file ?? file, sheet: sheet?.name, column: column), file: file, row: row.line, column: column, value: row[index].text)
    }
    if row.count == header.count || sheet != nil && row.count < header.count {
      body(row)
    } else if sheet != nil {
      log.report(.outsideHeader(header.count), file: file, row: row.line)
    } else {
      log.report(.raggedRow(found: row.count, expected: header.count, delimiter), file: file, row: row.line)
    }
  }

  private func isPersonNumber(_ bytes: UnsafeBufferPointer<UInt8>, isExempt: Bool, isCitizen: Bool) -> Bool {
    if bytes.count == 9 { return isCitizen && PersonNumber.lacksZero(bytes) }
    return !(isExempt && bytes.count == 10) && PersonNumber.isOne(bytes)
  }

  /// Lines in the text after the header: an upper bound of the rows, for reserving memory.
  var lineCount: Int {
    DelimitedText.withBytes(bytes) { buffer in
      var count = 1
      for byte in buffer[bodyStart...] where byte == 0x0A { count += 1 }
      return count
    }
  }

  static func withBytes<Result>(_ bytes: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { buffer in
      // An empty array has no base address; a row needs one.
      buffer.baseAddress == nil ? [0].withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[0..<0])) } : body(buffer)
    }
  }

  // MARK: Encoding

  private struct Decoded {
    let bytes: [UInt8]
    let start: Int
    let encoding: TextEncoding
    let notes: [Finding]
  }

  private static func decode(_ bytes: [UInt8], file: String, as wanted: TextEncoding?) throws(FindingsError) -> Decoded {
    if wanted == .windows1252 {
      return Decoded(bytes: TextEncoding.utf8FromWindows1252(bytes), start: 0, encoding: .windows1252, notes: [])
    }
    let start = bytes.starts(with: TextEncoding.byteOrderMark) ? 3 : 0
    let validation = bytes.withUnsafeBufferPointer { TextEncoding.validate($0) }
    guard let invalid = validation.firstInvalid else {
      return Decoded(bytes: bytes, start: start, encoding: .utf8, notes: [])
    }
    let row = 1 + bytes[..<invalid].count(where: { $0 == 0x0A })
    if wanted == .utf8 || start > 0 { throw FindingsError(Fault.notUTF8.finding(file: file, row: row)) }
    let fault: Fault = validation.multiByteBefore > 0 ? .mixedEncoding : .windows1252
    return Decoded(
      bytes: TextEncoding.utf8FromWindows1252(bytes), start: 0, encoding: .windows1252,
      notes: [fault.finding(file: file, row: row)])
  }
}

/// Counts lines without any value between rows; those at the end of a file do not count.
private struct BlankLines {
  private(set) var inside = 0
  /// Line of the first one inside.
  private(set) var first: Int?
  private var pending = 0
  private var pendingFirst = 0

  mutating func add(_ line: Int) {
    if pending == 0 { pendingFirst = line }
    pending += 1
  }

  mutating func endHere() {
    guard pending > 0 else { return }
    first = first ?? pendingFirst
    inside += pending
    pending = 0
  }
}

/// The header of a delimited text.
private struct Head {
  struct Failure: Error {
    let fault: Fault
    var row: Int?
    var column: String?
    var value: String?
  }

  let parts: [[String]]
  let delimiter: Delimiter
  /// Of the last row of names.
  let line: Int
  /// Position after the header's line.
  let end: Int
  let nextLine: Int

  /// Names of several rows are joined by a blank.
  var names: [String] { parts.map { $0.joined(separator: " ") } }

  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, rows: ClosedRange<Int>?, wanted: Delimiter?, isSheet: Bool
  ) -> Result<Head, Failure> {
    var start = start
    var line = 1
    var wanted = wanted
    if let rows {
      while line < rows.lowerBound, start < bytes.count {
        if bytes[start] == 0x0A || (bytes[start] == 0x0D && !(start + 1 < bytes.count && bytes[start + 1] == 0x0A)) { line += 1 }
        start += 1
      }
    }
    while start < bytes.count, [0x0A, 0x0D, 0x20].contains(bytes[start]) {
      if bytes[start] == 0x0A || (bytes[start] == 0x0D && !(start + 1 < bytes.count && bytes[start + 1] == 0x0A)) { line += 1 }
      start += 1
    }
    guard start < bytes.count else { return .failure(Failure(fault: .emptyFile)) }
    if !isSheet, let told = separatorLine(bytes, at: start) {
      wanted = wanted ?? told.delimiter
      start = told.end
      line += 1
    }
    let length = firstLineLength(bytes, from: start)
    guard length <= DelimitedText.longestHeader else {
      let shown = String(decoding: bytes[start..<(start + 100)], as: UTF8.self)
      return .failure(Failure(fault: .headerTooLong(length), row: line, value: shown))
    }
    let count = rows?.count ?? 1
    if isSheet { return cut(bytes, from: start, line: line, rows: count, delimiter: .tab) }
    let delimiter: Delimiter
    switch choose(bytes, from: start, length: length, wanted: wanted) {
    case .success(let chosen): delimiter = chosen
    case .failure(let failure): return .failure(Failure(fault: failure.fault, row: line, value: failure.value))
    }
    return cut(bytes, from: start, line: line, rows: count, delimiter: delimiter)
  }

  private static func cut(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, line: Int, rows: Int, delimiter: Delimiter
  ) -> Result<Head, Failure> {
    var scanner = RowScanner(bytes, delimiter: delimiter.rawValue, position: start, line: line)
    var parts: [[String]] = []
    for index in 0..<rows {
      switch scanner.next() {
      case .row: break
      case .unterminatedQuote: return .failure(Failure(fault: .unterminatedQuote, row: scanner.rowLine))
      case .textAfterQuote: return .failure(Failure(fault: .textAfterQuote, row: scanner.rowLine))
      case .tooLong: return .failure(Failure(fault: .rowTooLong, row: scanner.rowLine))
      case .blank where index > 0: continue
      case .blank, .end: return .failure(Failure(fault: .emptyFile))
      }
      let row = scanner.row
      while parts.count < row.count { parts.append([]) }
      for column in 0..<row.count where !row[column].isEmpty { parts[column].append(row[column].text) }
    }
    let head = Head(parts: parts, delimiter: delimiter, line: scanner.rowLine, end: scanner.position, nextLine: scanner.nextLine)
    var seen: Set<String> = []
    for name in head.names where !name.isEmpty {
      if PersonNumber.isOne(name) { return .failure(Failure(fault: .personNumberAsName, row: head.line, value: name)) }
      if !seen.insert(name).inserted { return .failure(Failure(fault: .duplicateHeader, row: head.line, column: name)) }
    }
    return .success(head)
  }

  /// Excel's first line `sep=;`.
  private static func separatorLine(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (delimiter: Delimiter, end: Int)? {
    let mark = Array("sep=".utf8)
    guard start + 5 < bytes.count, bytes[start..<(start + 4)].elementsEqual(mark), let delimiter = Delimiter(rawValue: bytes[start + 4])
    else { return nil }
    var end = start + 5
    if bytes[end] == 0x0D { end += 1 }
    guard end < bytes.count, bytes[end] == 0x0A else { return nil }
    return (delimiter, end + 1)
  }

  private static func firstLineLength(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
    return end - start
  }

  /// The candidate that occurs most often in the header among those that cut the next row into as many fields.
  private static func choose(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, length: Int, wanted: Delimiter?
  ) -> Result<Delimiter, Failure> {
    let line = UnsafeBufferPointer(rebasing: bytes[start..<(start + length)])
    let shown = { String(decoding: line.prefix(100), as: UTF8.self) }
    let counts = Delimiter.allCases.map { (delimiter: $0, count: countOutsideQuotes(line, $0.rawValue)) }
    let found = counts.filter { $0.count > 0 }
    if let wanted {
      let isThere = found.contains { $0.delimiter == wanted } || found.isEmpty
      return isThere ? .success(wanted) : .failure(Failure(fault: .wrongDelimiter(wanted, found.map(\.delimiter)), value: shown()))
    }
    if found.isEmpty {
      let isPiped = countOutsideQuotes(line, 0x7C) > 0
      return isPiped ? .failure(Failure(fault: .noDelimiter, value: shown())) : .success(.comma)
    }
    let fitting = found.filter { fits(bytes, from: start, $0.delimiter) }
    let pool = fitting.isEmpty ? found : fitting
    let most = pool.map(\.count).max() ?? 0
    let best = pool.filter { $0.count == most }
    guard best.count == 1 else { return .failure(Failure(fault: .ambiguousDelimiter(best.map(\.delimiter)), value: shown())) }
    return .success(best[0].delimiter)
  }

  private static func fits(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ delimiter: Delimiter) -> Bool {
    var scanner = RowScanner(bytes, delimiter: delimiter.rawValue, position: start)
    guard scanner.next() == .row else { return false }
    let columns = scanner.row.count
    return scanner.next() == .row && scanner.row.count == columns
  }

  private static func countOutsideQuotes(_ line: UnsafeBufferPointer<UInt8>, _ wanted: UInt8) -> Int {
    var isQuoted = false
    var count = 0
    for byte in line {
      if byte == 0x22 { isQuoted.toggle() }
      if byte == wanted, !isQuoted { count += 1 }
    }
    return count
  }
}
