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

  static let longestHeader = 250_000

  /// Detects encoding and delimiter where they are not given and reads the header.
  /// - Parameter file: what findings call the text.
  /// - Throws: when there is no header, its delimiter is unclear, a name stands twice, or a first line is far too long.
  public init(bytes: [UInt8], file: String, delimiter: Delimiter? = nil, encoding: TextEncoding? = nil) throws(FindingsError) {
    let decoded = try DelimitedText.decode(bytes, file: file, as: encoding)
    let head = DelimitedText.withBytes(decoded.bytes) {
      Head.read($0, from: decoded.start, wanted: delimiter)
    }
    switch head {
    case .failure(let fault): throw FindingsError(fault.fault.finding(file: file, row: fault.row, column: fault.column, value: fault.value))
    case .success(let head):
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
  public func columns() throws(FindingsError) -> [(name: String, values: [String])] {
    let log = FindingLog()
    var values = [[String]](repeating: [], count: header.count)
    forEachRow(log, keepingPersonNumbersIn: nil) { row in
      for index in values.indices { values[index].append(row[index].text) }
    }
    guard log.errorCount == 0 else { throw FindingsError(log.sorted().filter { $0.severity == .error }) }
    return zip(header, values).map { (name: $0, values: $1) }
  }

  /// Calls back with every row that has as many fields as the header; reports the others and person numbers.
  /// - Parameter exempt: index of a column in which ten digits in a row may stand.
  /// - Returns: number of rows, those with findings included.
  @discardableResult
  func forEachRow(_ log: FindingLog, keepingPersonNumbersIn exempt: Int?, _ body: (RowScanner.Row) -> Void) -> Int {
    var rows = 0
    var blanks = BlankLines()
    DelimitedText.withBytes(bytes) { buffer in
      var scanner = RowScanner(buffer, delimiter: delimiter.rawValue, position: bodyStart, line: bodyLine)
      reading: while true {
        switch scanner.next() {
        case .row:
          rows += 1
          blanks.endHere()
          check(scanner.row, exempt: exempt, log, body)
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

  private func check(_ row: RowScanner.Row, exempt: Int?, _ log: FindingLog, _ body: (RowScanner.Row) -> Void) {
    for index in 0..<row.count {
      let length = row.length(index)
      guard length == 10 || length == 11, !(index == exempt && length == 10), PersonNumber.isOne(row[index].bytes) else { continue }
      let column = index < header.count ? header[index] : nil
      log.report(.personNumber, file: file, row: row.line, column: column, value: row[index].text)
    }
    if row.count == header.count {
      body(row)
    } else {
      log.report(.raggedRow(found: row.count, expected: header.count, delimiter), file: file, row: row.line)
    }
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

  let names: [String]
  let delimiter: Delimiter
  let line: Int
  /// Position after the header's line.
  let end: Int
  let nextLine: Int

  static func read(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, wanted: Delimiter?) -> Result<Head, Failure> {
    var start = start
    var line = 1
    var wanted = wanted
    while start < bytes.count, [0x0A, 0x0D, 0x20].contains(bytes[start]) {
      if bytes[start] == 0x0A || (bytes[start] == 0x0D && !(start + 1 < bytes.count && bytes[start + 1] == 0x0A)) { line += 1 }
      start += 1
    }
    guard start < bytes.count else { return .failure(Failure(fault: .emptyFile)) }
    if let told = separatorLine(bytes, at: start) {
      wanted = wanted ?? told.delimiter
      start = told.end
      line += 1
    }
    let length = firstLineLength(bytes, from: start)
    guard length <= DelimitedText.longestHeader else {
      let shown = String(decoding: bytes[start..<(start + 100)], as: UTF8.self)
      return .failure(Failure(fault: .headerTooLong(length), row: line, value: shown))
    }
    let delimiter: Delimiter
    switch choose(bytes, from: start, length: length, wanted: wanted) {
    case .success(let chosen): delimiter = chosen
    case .failure(let failure): return .failure(Failure(fault: failure.fault, row: line, value: failure.value))
    }
    return cut(bytes, from: start, line: line, delimiter: delimiter)
  }

  private static func cut(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, line: Int, delimiter: Delimiter) -> Result<Head, Failure> {
    var scanner = RowScanner(bytes, delimiter: delimiter.rawValue, position: start, line: line)
    switch scanner.next() {
    case .row: break
    case .unterminatedQuote: return .failure(Failure(fault: .unterminatedQuote, row: line))
    case .textAfterQuote: return .failure(Failure(fault: .textAfterQuote, row: line))
    case .tooLong: return .failure(Failure(fault: .rowTooLong, row: line))
    case .blank, .end: return .failure(Failure(fault: .emptyFile))
    }
    let row = scanner.row
    let names = (0..<row.count).map { row[$0].text }
    var seen: Set<String> = []
    for name in names where !name.isEmpty {
      if PersonNumber.isOne(name) { return .failure(Failure(fault: .personNumber, row: line, value: name)) }
      if !seen.insert(name).inserted { return .failure(Failure(fault: .duplicateHeader, row: line, column: name)) }
    }
    return .success(Head(names: names, delimiter: delimiter, line: line, end: scanner.position, nextLine: scanner.nextLine))
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
