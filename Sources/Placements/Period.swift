/// The length of the periods in which data is counted and results are printed.
public enum PeriodLength: String, CaseIterable, Comparable, Sendable {
  case month, quarter, year

  public var months: Int {
    switch self {
    case .month: 1
    case .quarter: 3
    case .year: 12
    }
  }

  public var perYear: Int { 12 / months }

  public static func < (left: PeriodLength, right: PeriodLength) -> Bool { left.months < right.months }
}

/// A calendar month, quarter or year; prints as `2027-04`, `2027Q2`, `2027`.
public struct Period: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let length: PeriodLength
  /// Whole periods since the beginning of year 0.
  public let ordinal: Int

  public init(length: PeriodLength, ordinal: Int) {
    self.length = length
    self.ordinal = ordinal
  }

  /// `number` counts from 1 within the year.
  public init(year: Int, number: Int, length: PeriodLength) {
    self.init(length: length, ordinal: year * length.perYear + number - 1)
  }

  public init(containing day: Day, length: PeriodLength) {
    let (year, month, _) = day.components
    self.init(length: length, ordinal: year * length.perYear + (month - 1) / length.months)
  }

  /// Reads `2027`, `2027Q2`, `2027K2` (Danish), `2027-04` and `2027M04`; nil for anything else.
  public init?(_ text: String) {
    let upper = text.uppercased()
    guard upper.count >= 4, let year = Int(upper.prefix(4)), year >= 1000 else { return nil }
    let rest = upper.dropFirst(4)
    if rest.isEmpty {
      self.init(year: year, number: 1, length: .year)
      return
    }
    guard let mark = rest.first, let number = Int(rest.dropFirst()), rest.dropFirst().allSatisfy(\.isNumber) else { return nil }
    switch mark {
    case "Q" where (1...4).contains(number) && rest.count == 2, "K" where (1...4).contains(number) && rest.count == 2:
      self.init(year: year, number: number, length: .quarter)
    case "-" where (1...12).contains(number) && rest.count == 3, "M" where (1...12).contains(number) && rest.count == 3:
      self.init(year: year, number: number, length: .month)
    default: return nil
    }
  }

  public var year: Int { ordinal / length.perYear }

  /// 1 to 12, 4 or 1.
  public var number: Int { ordinal % length.perYear + 1 }

  public var firstDay: Day {
    guard let day = Day(year: year, month: (number - 1) * length.months + 1, day: 1) else {
      preconditionFailure("period outside years 1 to 9999")
    }
    return day
  }

  public var lastDay: Day { advanced(by: 1).firstDay.advanced(by: -1) }

  public var days: Int { advanced(by: 1).firstDay - firstDay }

  public func advanced(by periods: Int) -> Period { Period(length: length, ordinal: ordinal + periods) }

  /// The longer period that holds this one; itself when the length is the same.
  public func enclosing(_ longer: PeriodLength) -> Period {
    Period(length: longer, ordinal: ordinal * length.months / longer.months)
  }

  public static func < (left: Period, right: Period) -> Bool { left.firstDay < right.firstDay }

  public static func - (left: Period, right: Period) -> Int { left.ordinal - right.ordinal }

  public var description: String {
    switch length {
    case .year: pad(year, 4)
    case .quarter: "\(pad(year, 4))Q\(number)"
    case .month: "\(pad(year, 4))-\(pad(number, 2))"
    }
  }
}
