import Placements
import Testing

@Suite("Periods")
struct PeriodTests {
  @Test("reads and prints", arguments: [
    ("2027", "2027", "2027-01-01", "2027-12-31"), ("2027Q2", "2027Q2", "2027-04-01", "2027-06-30"),
    ("2027K4", "2027Q4", "2027-10-01", "2027-12-31"), ("2027k1", "2027Q1", "2027-01-01", "2027-03-31"),
    ("2028-02", "2028-02", "2028-02-01", "2028-02-29"), ("2025M12", "2025-12", "2025-12-01", "2025-12-31"),
  ])
  func reads(_ text: String, _ printed: String, _ first: String, _ last: String) throws {
    let period = try #require(Period(text))
    #expect(period.description == printed)
    #expect(Period(printed) == period)
    #expect(period.firstDay.iso == first)
    #expect(period.lastDay.iso == last)
    #expect(period.days == period.lastDay - period.firstDay + 1)
  }

  @Test("refuses what is no period", arguments: [
    "", "27", "202", "2027Q0", "2027Q5", "2027Q", "2027-00", "2027-13", "2027-4", "2027-004", "2027M", "2027X1", "abcd", "-2027",
    "2027-+4", "2027-04-01", "2027 Q1", "2027Q²", "0999",
  ])
  func refuses(_ text: String) {
    #expect(Period(text) == nil)
  }

  @Test("arithmetic crosses years", arguments: PeriodLength.allCases)
  func arithmetic(_ length: PeriodLength) {
    let first = Period(year: 2019, number: 1, length: length)
    for step in 0...60 {
      let period = first.advanced(by: step)
      #expect(period - first == step)
      #expect(period.advanced(by: -step) == first)
      #expect(Period(containing: period.firstDay, length: length) == period)
      #expect(Period(containing: period.lastDay, length: length) == period)
      #expect(period.lastDay.advanced(by: 1) == period.advanced(by: 1).firstDay)
      #expect(step == 0 || first < period)
    }
  }

  @Test("the enclosing period holds the days")
  func enclosing() {
    for number in 1...12 {
      let month = Period(year: 2027, number: number, length: .month)
      #expect(month.enclosing(.year) == Period(year: 2027, number: 1, length: .year))
      #expect(month.enclosing(.quarter) == Period(containing: month.firstDay, length: .quarter))
      #expect(month.enclosing(.month) == month)
    }
  }
}
