import Glibc
import Groundwork
import Placements
import Spreadsheets

/// A sheet's values as delimited text: UTF-8 with tabs, one line a row, so that a line's number is the row's in the sheet.
/// Days become `2027-04-01`, flags `TRUE` and `FALSE`, numbers plain decimals with a point.
struct SheetText {
  /// A cell whose value cannot be taken as it is.
  struct Remark {
    let row: Int
    let column: Int
    let kind: SheetCell.Kind
    let value: String
  }

  /// Bytes that a sheet's text may have; a million stays need about 60 MB.
  static let largestSize = 160 << 20

  private(set) var bytes: [UInt8] = []
  /// The first of them, in the order of the rows.
  private(set) var remarks: [Remark] = []
  /// How many days with a time of day each column has, and the first row.
  private(set) var timesOfDay: [Int: (count: Int, row: Int)] = [:]
  private(set) var notes = SheetNotes()
  let days: DaySerials
  private var line = 1
  private var column = 0

  /// - Parameter rows: the first rows alone; nil for all.
  init(_ workbook: Workbook, _ sheet: Workbook.Sheet, rows: Int? = nil) throws(WorkbookProblem) {
    days = workbook.days
    notes = try workbook.read(sheet, rows: rows) { cell in
      add(cell)
      return bytes.count <= SheetText.largestSize
    }
    guard bytes.count <= SheetText.largestSize else { throw .tooLarge(part: sheet.name) }
    if !bytes.isEmpty { bytes.append(0x0A) }
  }

  private mutating func add(_ cell: SheetCell) {
    if line < cell.row {
      bytes.append(contentsOf: repeatElement(0x0A, count: cell.row - line))
      line = cell.row
      column = 0
    }
    if column < cell.column {
      bytes.append(contentsOf: repeatElement(0x09, count: cell.column - column))
      column = cell.column
    }
    switch cell.kind {
    case .text: addText(cell.bytes)
    case .number: addNumber(cell.bytes)
    case .day: addDay(cell)
    case .flag: bytes += Array((cell.bytes.first == 0x31 ? "TRUE" : "FALSE").utf8)
    case .error:
      addText(cell.bytes)
      remark(cell)
    case .unsaved: remark(cell)
    }
  }

  private mutating func remark(_ cell: SheetCell) {
    guard remarks.count < 1000 else { return }
    remarks.append(
      Remark(row: cell.row, column: cell.column, kind: cell.kind, value: String(decoding: cell.bytes.prefix(60), as: UTF8.self)))
  }

  /// Line breaks and tabs become blanks; a text with quotes is quoted.
  private mutating func addText(_ text: UnsafeBufferPointer<UInt8>) {
    let start = bytes.count
    var hasQuote = false
    for byte in text {
      bytes.append(byte < 0x20 ? 0x20 : byte)
      if byte == 0x22 { hasQuote = true }
    }
    guard hasQuote else { return }
    let quoted = bytes[start...].flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
    bytes.replaceSubrange(start..., with: [0x22] + quoted + [0x22])
  }

  private mutating func addNumber(_ text: UnsafeBufferPointer<UInt8>) {
    let start = bytes.count
    if SheetText.isPlain(text) { bytes += text } else { bytes += Array(SheetText.plain(text).utf8) }
    // `2.314` is a decimal number here, but thousands to the reader of numbers as people type them.
    if let point = bytes[start...].firstIndex(of: 0x2E), bytes.count - point == 4 { bytes.append(0x30) }
  }

  private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.count <= 15 && text.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E || $0 == 0x2D }
  }

  /// The number with Excel's 15 digits and without an exponent: `2.2999999999999998` is 2.3, `1E-3` is 0.001.
  static func plain(_ text: UnsafeBufferPointer<UInt8>) -> String {
    let written = String(decoding: text, as: UTF8.self)
    guard let value = try? NumberText.parse(text) else { return written }
    var buffer = [CChar](repeating: 0, count: 40)
    _ = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.15g", $0) }
    let rounded = strtod(buffer, nil)
    return abs(rounded) < 1e-4 || abs(rounded) >= 1e15 ? NumberText.machine(rounded, decimals: 18) : NumberText.allDigits(rounded)
  }

  private mutating func addDay(_ cell: SheetCell) {
    guard let serial = try? NumberText.parse(cell.bytes) else { return addText(cell.bytes) }
    // An instant is rounded to seconds, since fractions of days are not exact.
    let seconds = (serial * 86_400).rounded()
    let day = (seconds / 86_400).rounded(.down)
    guard let text = SheetText.day(day, days) else { return addNumber(cell.bytes) }
    bytes += Array(text.utf8)
    if seconds != day * 86_400 {
      let before = timesOfDay[cell.column]
      timesOfDay[cell.column] = ((before?.count ?? 0) + 1, before?.row ?? cell.row)
    }
  }

  /// ISO 8601; `1900-02-29` for the day that never was, so that it is found impossible. Nil beyond the year 9999.
  static func day(_ serial: Double, _ days: DaySerials) -> String? {
    if case .from1900 = days, serial == 60 { return "1900-02-29" }
    guard let number = days.daysSince1970(serial) else { return nil }
    let day = Day(number: number)
    return (1...9999).contains(day.year) ? day.iso : nil
  }
}
