public import Placements

extension RuleSet.Notice {
  /// The last day that a payer pays for: the end of the notice, but never before the last day that the citizen was there.
  /// - Parameters:
  ///   - given: the day on which notice was given.
  ///   - end: the first day absent.
  public func lastPaidDay(given: Day, end: Day) -> Day { max(noticeEnd(given), end.advanced(by: -1)) }

  /// Days paid for after the citizen has left.
  public func paidEmptyDays(given: Day, end: Day) -> Int { lastPaidDay(given: given, end: end) - end + 1 }

  /// From day to day the day of notice itself; else the last day of the month `months` after that of the notice.
  private func noticeEnd(_ given: Day) -> Day {
    switch self {
    case .dayToDay: given
    case .currentMonthPlus(let months): Period(containing: given, length: .month).advanced(by: months).lastDay
    }
  }
}
