import Groundwork
import Placements
import Spreadsheets

/// Days as people and systems write them.
enum DayText {
  enum Reading: Equatable {
    case day(Day)
    /// `9999-12-31`, `igangværende`: no end in sight.
    case open
    case notADay, impossible
  }

  private static let openWords: Set<String> = ["igangvaerende", "igang", "nuvaerende", "aktiv", "ongoing", "open"]

  /// Reads `2027-04-01` (also with a midnight after it), `01-04-2027`, `1.4.2027`, `01/04/2027`.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Reading {
    guard bytes.count >= 8, let parts = parts(bytes) else {
      return isOpenWord(bytes) ? .open : .notADay
    }
    if parts.year == 9999 { return .open }
    guard let day = Day(year: parts.year, month: parts.month, day: parts.day) else { return .impossible }
    return .day(day)
  }

  private static func parts(_ bytes: UnsafeBufferPointer<UInt8>) -> (year: Int, month: Int, day: Int)? {
    if isDigit(bytes[0]), isDigit(bytes[1]), isDigit(bytes[2]) { return isoParts(bytes) }
    var position = 0
    guard let day = number(bytes, &position, atMost: 2), position < bytes.count else { return nil }
    let separator = bytes[position]
    guard separator == 0x2D || separator == 0x2E || separator == 0x2F else { return nil }
    position += 1
    guard let month = number(bytes, &position, atMost: 2), position < bytes.count, bytes[position] == separator else { return nil }
    position += 1
    let start = position
    guard let year = number(bytes, &position, atMost: 4), position - start == 4, isMidnight(bytes, from: position) else { return nil }
    return (year, month, day)
  }

  private static func isoParts(_ bytes: UnsafeBufferPointer<UInt8>) -> (year: Int, month: Int, day: Int)? {
    guard bytes.count >= 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
    guard isDigit(bytes[3]), isDigit(bytes[5]), isDigit(bytes[6]), isDigit(bytes[8]), isDigit(bytes[9]),
      isMidnight(bytes, from: 10)
    else { return nil }
    func digit(_ index: Int) -> Int { Int(bytes[index] & 0x0F) }
    return (digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3), digit(5) * 10 + digit(6), digit(8) * 10 + digit(9))
  }

  private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, atMost limit: Int) -> Int? {
    let start = position
    var value = 0
    while position < bytes.count, position - start < limit, isDigit(bytes[position]) {
      value = value * 10 + Int(bytes[position] & 0x0F)
      position += 1
    }
    return position > start ? value : nil
  }

  /// Nothing, or a time of day that is zero, as databases write days.
  private static func isMidnight(_ bytes: UnsafeBufferPointer<UInt8>, from position: Int) -> Bool {
    guard position < bytes.count else { return true }
    guard bytes[position] == 0x54 || bytes[position] == 0x20 else { return false }
    return position + 1 < bytes.count && bytes[(position + 1)...].allSatisfy { [0x30, 0x3A, 0x2E, 0x5A].contains($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isOpenWord(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count <= 20 else { return false }
    return openWords.contains(NearestName.machineForm(String(decoding: bytes, as: UTF8.self)))
  }
}

/// A column of the open table: where it stands and what the user calls it.
struct ColumnPlace {
  /// Negative where the table does not have the column; its cells are empty then.
  let index: Int
  let header: String
  /// The canonical name.
  let name: String

  var isThere: Bool { index >= 0 }
}

/// A row with everything that reading its values and reporting on them needs.
/// Every reading reports what is wrong and gives nil then; nil without a report is a blank cell.
struct CheckedRow {
  static let years = 1900...2100

  let row: RowScanner.Row
  // The table outlives its rows; counting references would cost a tenth of the reading.
  private unowned(unsafe) let table: OpenTable

  init(_ row: RowScanner.Row, of table: OpenTable) {
    self.row = row
    self.table = table
  }

  func cell(_ column: ColumnPlace) -> Cell { row[column.index] }

  func report(_ fault: Fault, _ column: ColumnPlace? = nil) {
    table.log.report(fault, file: table.file, row: row.line, column: column?.header, value: column.map { cell($0).shown })
  }

  /// Reports a text that is no known word, and proposes the nearest known one for plads.toml.
  func reportUnknown(_ fault: Fault, _ column: ColumnPlace, among terms: [Term]) {
    report(fault, column)
    table.proposeValue(cell(column).shown, in: column, among: terms)
  }

  /// - Returns: nil and a report where the cell is blank or longer than a name can be.
  func required(_ column: ColumnPlace) -> Cell? {
    let cell = cell(column)
    if cell.isEmpty {
      table.log.report(.empty, file: table.file, row: row.line, column: column.header)
      return nil
    }
    return isShort(cell, column) ? cell : nil
  }

  func text(_ column: ColumnPlace) -> String {
    let cell = cell(column)
    return isShort(cell, column) ? cell.text : ""
  }

  private func isShort(_ cell: Cell, _ column: ColumnPlace) -> Bool {
    if cell.bytes.count <= 1000 { return true }
    report(.valueTooLong, column)
    return false
  }

  // MARK: Days

  /// - Parameter isEnd: whether open words and 9999 stand for a day that has not come.
  func day(_ column: ColumnPlace, isEnd: Bool = false) -> Day? {
    let cell = cell(column)
    if cell.isEmpty { return nil }
    switch DayText.read(cell.bytes) {
    case .day(let day):
      if CheckedRow.firstDay <= day, day <= CheckedRow.lastDay { return day }
      report(.unreasonableDay, column)
    case .open:
      if isEnd { return nil }
      report(.unreasonableDay, column)
    case .notADay:
      if let day = serialDay(cell) {
        if CheckedRow.firstDay <= day, day <= CheckedRow.lastDay {
          table.noteSerials(row: row.line, column)
          return day
        }
        if isEnd, day.year == 9999 { return nil }
      }
      report(.notADay, column)
    case .impossible: report(.impossibleDay, column)
    }
    return nil
  }

  /// A day whose cell in a sheet lost its date format: a whole number of five digits, the years 1927 to 2173, or the open end.
  private func serialDay(_ cell: Cell) -> Day? {
    guard let days = table.text.sheet?.days, cell.bytes.count == 5 || cell.bytes.count == 7, let serial = try? NumberText.parse(cell.bytes),
      serial == serial.rounded()
    else { return nil }
    return days.daysSince1970(serial).map { Day(number: $0) }
  }

  func requiredDay(_ column: ColumnPlace) -> Day? {
    required(column) == nil ? nil : day(column)
  }

  private static let firstDay = Period(year: years.lowerBound, number: 1, length: .year).firstDay
  private static let lastDay = Period(year: years.upperBound, number: 1, length: .year).lastDay

  /// A year, quarter or month as the project may write it.
  static func period(_ text: String) -> Period? {
    guard text.count <= 10, let period = Period(text), years.contains(period.year) else { return nil }
    return period
  }

  // MARK: Numbers

  func number(_ column: ColumnPlace) -> Double? {
    let cell = cell(column)
    if cell.isEmpty { return nil }
    do throws(NumberText.Problem) {
      return try NumberText.parse(cell.bytes)
    } catch {
      report(.notANumber(error), column)
      return nil
    }
  }

  /// Any number that is not negative.
  func nonNegative(_ column: ColumnPlace) -> Double? {
    guard let number = number(column) else { return nil }
    if number >= 0 { return number }
    report(.negative, column)
    return nil
  }

  /// More persons in one cell than any municipality has.
  private static let mostPersons = 1e6

  /// Persons at the end of a period; fractions are full-year values.
  func persons(_ column: ColumnPlace) -> Double? {
    guard let number = nonNegative(column) else { return nil }
    if number <= Self.mostPersons { return number }
    report(.tooMany, column)
    return nil
  }

  /// An amount that is not negative. One separator before exactly three digits, as in `2.314`, is refused:
  /// nobody can tell whether it parts thousands or decimals.
  func amount(_ column: ColumnPlace) -> Double? {
    guard let number = nonNegative(column) else { return nil }
    if !hasThousandsForm(cell(column).bytes) { return number }
    report(.thousands, column)
    return nil
  }

  /// A whole number that is not negative.
  func count(_ column: ColumnPlace) -> Double? {
    guard let number = amount(column) else { return nil }
    guard number <= Self.mostPersons else {
      report(.tooMany, column)
      return nil
    }
    if number == number.rounded() { return number }
    report(.fractional, column)
    return nil
  }

  func integer(_ column: ColumnPlace, in range: ClosedRange<Int>) -> Int? {
    guard let number = number(column) else { return nil }
    if number == number.rounded(), number >= Double(range.lowerBound), number <= Double(range.upperBound) { return Int(number) }
    report(.outside(range.lowerBound, range.upperBound), column)
    return nil
  }

  /// A share of 1: `0.95`, `95` and `95 %` are the same; above 1.5 a number is per cent.
  func share(_ column: ColumnPlace) -> Double? {
    let cell = cell(column)
    if cell.isEmpty { return nil }
    var bytes = cell.bytes
    let isPercent = bytes.last == 0x25
    if isPercent {
      bytes = UnsafeBufferPointer(rebasing: bytes.dropLast())
      while bytes.last == 0x20 || bytes.last == 0xA0 || bytes.last == 0xC2 { bytes = UnsafeBufferPointer(rebasing: bytes.dropLast()) }
    }
    do throws(NumberText.Problem) {
      let number = try NumberText.parse(bytes)
      let share = isPercent || number > 1.5 ? number / 100 : number
      if share > 0, share <= 1.5 { return share }
      report(.occupancyRange, column)
    } catch {
      report(.notANumber(error), column)
    }
    return nil
  }

  private func hasThousandsForm(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= 5, let separator = bytes.firstIndex(where: { $0 == 0x2E || $0 == 0x2C }) else { return false }
    return separator >= 1 && separator <= 3 && bytes[0] != 0x30 && bytes.count - separator == 4
      && bytes[(separator + 1)...].allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }
}
