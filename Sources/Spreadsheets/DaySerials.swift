/// How a workbook counts days.
public enum DaySerials: Sendable {
  /// Day 1 is 1 January 1900; day 60 is a 29 February 1900 that never was.
  case from1900
  /// Day 0 is 1 January 1904, as Excel for Mac had it.
  case from1904

  /// Days from 1 January 1970 to the day, by the calendar; nil outside the years 1 to 9999 and for the day that never was.
  public func daysSince1970(_ serial: Double) -> Int? {
    guard serial.isFinite, abs(serial) < 3_000_000 else { return nil }
    let whole = Int(serial.rounded(.down))
    switch self {
    case .from1904: return whole - 24_107
    case .from1900: return whole == 60 ? nil : whole - (whole > 60 ? 25_569 : 25_568)
    }
  }
}
