import Placements

extension Panel {
  /// The calendar year that the origin lies in, where all of its periods until then are in the panel and the rest is ahead; nil where it
  /// ends with the origin.
  func runningYear(horizon: Int) -> Period? {
    let year = origin.enclosing(.year)
    guard origin.lastDay < year.lastDay, Period(containing: year.firstDay, length: length) >= first,
      origin.advanced(by: horizon).lastDay >= year.lastDay
    else { return nil }
    return year
  }

  /// The observed periods of a calendar year.
  func observedPeriods(of year: Period) -> [Period] {
    (0..<count).map { first.advanced(by: $0) }.filter { $0.lastDay.year == year.firstDay.year }
  }

  /// The running year, then the whole calendar years ahead.
  func yearsAhead(horizon: Int) -> [Period] {
    let running = runningYear(horizon: horizon).map { [$0] } ?? []
    return running + Period.wholeYears(from: origin.advanced(by: 1), to: origin.advanced(by: horizon))
  }
}
