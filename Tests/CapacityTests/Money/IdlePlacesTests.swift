import Placements
import Testing

@testable import Capacity

@Suite struct IdlePlacesTests {
  private let rules = RuleSet.Adaptation()

  /// 1 for three months, then in a straight line to 0.30 at the sixth, and 0.30 until the place is cut.
  @Test func theScheduleFallsToItsFloor() {
    let shares = (1...8).map { rules.unavoidable(month: $0).value }
    let expected = [1, 1, 1, 1 - 0.7 / 3, 1 - 1.4 / 3, 0.3, 0.3, 0.3]
    for (share, wanted) in zip(shares, expected) { #expect((share - wanted).magnitude < 1e-6) }
    #expect((1...4).map { RuleSet.Adaptation(months: 2, fullMonths: 2).unavoidable(month: $0).value } == [1, 1, 0.3, 0.3])
  }

  private func idle(_ notice: Int, refill: ((Int) -> Quantity)? = nil, cut: Int? = nil) -> IdlePlaces {
    IdlePlaces(places: Quantity(6), tariff: Amount(kroner: 3000), noticeMonths: notice, rules: rules, refill: refill, cutMonth: cut)
  }

  @Test func monthsAreThoseBetweenNoticeAndAdaptation() {
    #expect(idle(1).months.map(\.month) == [2, 3, 4, 5, 6])
    #expect(idle(6).months.isEmpty && idle(9).lostIncome == .zero)
    #expect(idle(1, cut: 8).months.map(\.month) == [2, 3, 4, 5, 6, 7, 8])
    // 2 months whole, then 1 − 0.7/3, 1 − 1.4/3 and 0.3 of 547,500 kr. a month.
    #expect((idle(1).unavoidableCost.kroner - 547_500 * (2 + 23.0 / 30 + 16.0 / 30 + 0.3)).magnitude < 1)
  }

  /// Longer notice, refill and faster adaptation never cost more; costs never exceed the lost income.
  @Test func isMonotone() {
    for notice in 0..<6 {
      #expect(idle(notice + 1).unavoidableCost <= idle(notice).unavoidableCost)
      #expect(idle(notice).unavoidableCost <= idle(notice).lostIncome)
      let refilled = idle(notice) { Quantity(millionths: Int64(100_000 * $0)) }
      #expect(refilled.lostIncome < idle(notice).lostIncome && refilled.unavoidableCost < idle(notice).unavoidableCost)
      #expect(idle(notice) { _ in .one }.lostIncome == .zero)
    }
  }

  /// All months together are rounded once: a third of an øre a day does not add up to more.
  @Test func roundedOnce() throws {
    let odd = IdlePlaces(places: Quantity(1), tariff: Amount(oere: 100_001), noticeMonths: 0, rules: RuleSet.Adaptation(months: 12, fullMonths: 12))
    #expect(odd.lostIncome == Amount(oere: 100_001 * 365) && odd.unavoidableCost == odd.lostIncome)
  }

  @Test func calendarMonthsHaveTheirDays() throws {
    let november = try #require(Period("2026-11"))
    let idle = IdlePlaces(places: Quantity(1), tariff: Amount(kroner: 1), noticeMonths: 0, rules: RuleSet.Adaptation(months: 3, fullMonths: 3), calendar: .months(after: november))
    #expect(idle.months.map(\.lostIncome) == [31, 31, 28].map { Amount(kroner: $0) })
  }
}
