import Placements
import Testing

@Suite("Days")
struct DayTests {
  @Test("every day of 1600 to 2400 goes there and back")
  func roundTrip() throws {
    var number = try #require(Day(year: 1600, month: 1, day: 1)).number
    for year in 1600...2400 {
      for month in 1...12 {
        for day in 1...Day.daysInMonth(year: year, month: month) {
          let value = try #require(Day(year: year, month: month, day: day))
          guard value.number == number, value.components == (year, month, day) else {
            Issue.record("\(year)-\(month)-\(day)")
            return
          }
          number += 1
        }
      }
    }
  }

  @Test("known days", arguments: [
    ((1970, 1, 1), 0), ((2000, 3, 1), 11_017), ((1969, 12, 31), -1), ((2027, 4, 1), 20_909), ((1, 1, 1), -719_162),
  ])
  func known(_ date: (Int, Int, Int), _ number: Int) {
    #expect(Day(year: date.0, month: date.1, day: date.2)?.number == number)
  }

  @Test("days that do not exist", arguments: [
    (2027, 2, 29), (1900, 2, 29), (2027, 4, 31), (2027, 0, 1), (2027, 13, 1), (2027, 1, 0), (2027, 1, 32), (0, 1, 1), (10_000, 1, 1),
  ])
  func impossible(_ year: Int, _ month: Int, _ day: Int) {
    #expect(Day(year: year, month: month, day: day) == nil)
  }

  @Test("prints as ISO 8601")
  func iso() {
    #expect(Day(year: 2027, month: 4, day: 1)?.iso == "2027-04-01")
    #expect(Day(year: 33, month: 12, day: 9)?.iso == "0033-12-09")
    #expect(Day(year: 2000, month: 2, day: 28)?.advanced(by: 1).iso == "2000-02-29")
  }
}
