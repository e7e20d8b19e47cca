import Placements
import Testing

@testable import Capacity

@Suite struct NoticePeriodTests {
  private func day(_ year: Int, _ month: Int, _ day: Int) throws -> Day { try #require(Day(year: year, month: month, day: day)) }

  /// To the end of the month k months after that of the notice, across years and February.
  @Test(arguments: [(0, "2026-11-30"), (1, "2026-12-31"), (3, "2027-02-28"), (15, "2028-02-29")])
  func currentMonthPlus(months: Int, last: String) throws {
    let given = try day(2026, 11, 12)
    #expect(RuleSet.Notice.currentMonthPlus(months).lastPaidDay(given: given, end: given).iso == last)
  }

  @Test func nobodyPaysLessThanHisDays() throws {
    let (given, end) = (try day(2026, 11, 12), try day(2027, 6, 1))
    for notice in [RuleSet.Notice.dayToDay, .currentMonthPlus(0), .currentMonthPlus(1)] {
      #expect(notice.lastPaidDay(given: given, end: end).iso == "2027-05-31")
      #expect(notice.paidEmptyDays(given: given, end: end) == 0)
    }
  }

  @Test func emptyDaysArePaidUntilTheNoticeEnds() throws {
    let (given, end) = (try day(2026, 11, 12), try day(2026, 11, 20))
    #expect(RuleSet.Notice.dayToDay.paidEmptyDays(given: given, end: end) == 0)
    #expect(RuleSet.Notice.currentMonthPlus(1).paidEmptyDays(given: given, end: end) == 42)
  }
}
