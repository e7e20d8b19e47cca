/// Cuts delimited text into rows and fields. Fields are positions in the text, so that nothing is copied
/// but fields with doubled quotes.
struct RowScanner: ~Copyable {
  enum Outcome: Equatable {
    case row, blank, end
    /// The quote that opened in the row is never closed.
    case unterminatedQuote
    case textAfterQuote
    case tooLong
  }

  fileprivate struct Field {
    let start: Int
    let end: Int
    /// The positions are in the copy without doubled quotes, not in the text.
    let isUnescaped: Bool
  }

  /// The row read last. Valid until the next is read.
  struct Row {
    /// Line of the file on which the row begins, counted from 1.
    let line: Int
    let count: Int
    private let text: UnsafePointer<UInt8>?
    private let unescaped: UnsafePointer<UInt8>
    private let fields: UnsafePointer<Field>

    fileprivate init(
      line: Int, count: Int, text: UnsafePointer<UInt8>?, unescaped: UnsafePointer<UInt8>, fields: UnsafePointer<Field>
    ) {
      self.line = line
      self.count = count
      self.text = text
      self.unescaped = unescaped
      self.fields = fields
    }

    /// Empty for an index outside the row.
    subscript(_ index: Int) -> Cell {
      guard index >= 0, index < count, let text else { return .empty }
      let field = fields[index]
      let base = field.isUnescaped ? unescaped : text
      return Cell(bytes: UnsafeBufferPointer(start: base + field.start, count: field.end - field.start))
    }

    /// Bytes of a field without making a cell of it.
    func length(_ index: Int) -> Int { fields[index].end - fields[index].start }
  }

  /// A longer row is no table: a broken quote or a file without line ends.
  static let longestRow = 1_000_000

  private let bytes: UnsafeBufferPointer<UInt8>
  private let delimiter: UInt8
  private(set) var position: Int
  /// Line of the row read last, counted from 1.
  private(set) var rowLine = 0
  private var line: Int
  private var rowStart = 0
  private var fields: UnsafeMutablePointer<Field>
  private var fieldCount = 0
  private var fieldCapacity = 32
  private var unescaped: UnsafeMutablePointer<UInt8>
  private var unescapedCount = 0
  private var unescapedCapacity = 256
  private var sawQuote = false
  /// Where fields with doubled quotes stand in the text, by their index.
  private var unescapedSpans: [Int: Range<Int>] = [:]

  init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, position: Int = 0, line: Int = 1) {
    self.bytes = bytes
    self.delimiter = delimiter
    self.position = position
    self.line = line
    fields = .allocate(capacity: fieldCapacity)
    unescaped = .allocate(capacity: unescapedCapacity)
  }

  deinit {
    fields.deallocate()
    unescaped.deallocate()
  }

  var row: Row { Row(line: rowLine, count: fieldCount, text: bytes.baseAddress, unescaped: unescaped, fields: fields) }

  /// Where a field of the row read last stands in the text, without the quotes around it; nil for an index outside the row.
  func span(_ index: Int) -> Range<Int>? {
    guard index >= 0, index < fieldCount else { return nil }
    let field = fields[index]
    return field.isUnescaped ? unescapedSpans[index] : field.start..<field.end
  }

  /// The line after the row read last.
  var nextLine: Int { line }

  /// Reads the next row. After anything but `row` and `blank` there is no next one.
  mutating func next() -> Outcome {
    fieldCount = 0
    unescapedCount = 0
    sawQuote = false
    if !unescapedSpans.isEmpty { unescapedSpans = [:] }
    rowLine = line
    rowStart = position
    guard position < bytes.count else { return .end }
    while true {
      let problem = readField()
      if let problem { return problem }
      if position - rowStart > RowScanner.longestRow { return .tooLong }
      if position < bytes.count, bytes[position] == delimiter {
        position += 1
        continue
      }
      finishLine()
      return isBlank ? .blank : .row
    }
  }

  private var isBlank: Bool {
    guard !sawQuote else { return false }
    for index in 0..<fieldCount where fields[index].start != fields[index].end { return false }
    return true
  }

  private mutating func finishLine() {
    guard position < bytes.count else { return }
    if bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
    position += 1
    line += 1
  }

  private mutating func readField() -> Outcome? {
    var start = position
    while start < bytes.count, bytes[start] == 0x20 { start += 1 }
    if start < bytes.count, bytes[start] == 0x22 {
      position = start + 1
      return readQuoted()
    }
    let count = bytes.count
    var end = position
    while end < count {
      let byte = bytes[end]
      if byte == delimiter || byte == 0x0A || byte == 0x0D { break }
      end += 1
    }
    start = position
    position = end
    appendTrimmed(start, end)
    return nil
  }

  private mutating func readQuoted() -> Outcome? {
    sawQuote = true
    let start = position
    var doubled = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x22 {
        guard position + 1 < bytes.count, bytes[position + 1] == 0x22 else { break }
        doubled = true
        position += 1
      } else if byte == 0x0A || (byte == 0x0D && !(position + 1 < bytes.count && bytes[position + 1] == 0x0A)) {
        line += 1
      }
      position += 1
    }
    guard position < bytes.count else { return .unterminatedQuote }
    let end = position
    position += 1
    while position < bytes.count, bytes[position] == 0x20 { position += 1 }
    if position < bytes.count, bytes[position] != delimiter, bytes[position] != 0x0A, bytes[position] != 0x0D {
      return .textAfterQuote
    }
    if doubled { appendUnescaped(start, end) } else { appendTrimmed(start, end) }
    return nil
  }

  private mutating func appendUnescaped(_ start: Int, _ end: Int) {
    let first = unescapedCount
    unescapedSpans[fieldCount] = start..<end
    makeRoom(end - start)
    var at = start
    while at < end {
      unescaped[unescapedCount] = bytes[at]
      unescapedCount += 1
      at += bytes[at] == 0x22 ? 2 : 1
    }
    append(Field(start: first, end: unescapedCount, isUnescaped: true))
  }

  private mutating func makeRoom(_ extra: Int) {
    guard unescapedCount + extra > unescapedCapacity else { return }
    unescapedCapacity = 2 * (unescapedCount + extra)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: unescapedCapacity)
    larger.update(from: unescaped, count: unescapedCount)
    unescaped.deallocate()
    unescaped = larger
  }

  @inline(__always) private mutating func append(_ field: Field) {
    if fieldCount == fieldCapacity {
      let larger = UnsafeMutablePointer<Field>.allocate(capacity: 2 * fieldCapacity)
      larger.update(from: fields, count: fieldCount)
      fields.deallocate()
      fields = larger
      fieldCapacity *= 2
    }
    fields[fieldCount] = field
    fieldCount += 1
  }

  /// Without blanks (also no-break ones) at both ends.
  private mutating func appendTrimmed(_ start: Int, _ end: Int) {
    var start = start
    var end = end
    if start < end, bytes[start] > 0x20, bytes[start] < 0x80, bytes[end - 1] > 0x20, bytes[end - 1] < 0x80 {
      return append(Field(start: start, end: end, isUnescaped: false))
    }
    while start < end {
      if bytes[start] == 0x20 || bytes[start] == 0x09 {
        start += 1
      } else if bytes[start] == 0xC2, start + 1 < end, bytes[start + 1] == 0xA0 {
        start += 2
      } else {
        break
      }
    }
    while start < end {
      if bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 {
        end -= 1
      } else if bytes[end - 1] == 0xA0, end - 2 >= start, bytes[end - 2] == 0xC2 {
        end -= 2
      } else {
        break
      }
    }
    append(Field(start: start, end: end, isUnescaped: false))
  }
}
