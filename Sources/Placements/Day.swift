/// A calendar day of the proleptic Gregorian calendar, counted from 1 January 1970 (day 0).
public struct Day: Hashable, Comparable, Sendable {
  public let number: Int

  public init(number: Int) {
    self.number = number
  }

  /// Nil when the day does not exist, such as 31 February. Years 1 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
      day <= Day.daysInMonth(year: year, month: month)
    else { return nil }
    self.init(number: Day.daysFromCivil(year, month, day))
  }

  public static func < (left: Day, right: Day) -> Bool { left.number < right.number }

  public static func - (left: Day, right: Day) -> Int { left.number - right.number }

  public func advanced(by days: Int) -> Day { Day(number: number + days) }

  public var components: (year: Int, month: Int, day: Int) { Day.civilFromDays(number) }

  public var year: Int { components.year }

  /// ISO 8601, `2027-04-01`.
  public var iso: String {
    let (year, month, day) = components
    return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2)
  }

  public static func daysInMonth(year: Int, month: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  public static func isLeap(_ year: Int) -> Bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
  }

  // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years, years that begin in March.
  private static func daysFromCivil(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func civilFromDays(_ number: Int) -> (year: Int, month: Int, day: Int) {
    let z = number + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

func pad(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
