import Groundwork
import Placements
import Testing

@Suite("Panel+Archive")
struct PanelArchiveTests {
  private static func activity() throws -> Panel {
    let area = SpecialtyArea(id: "autisme", name: "Autisme", ageFrom: 18, ageTo: 64)
    let stratum = Stratum(area: "autisme", kind: .residential, legalBasis: "SEL_107")
    let rows = (0..<8).map { quarter in
      Activity(
        stratum: stratum, period: Period(year: 2024 + quarter / 4, number: quarter % 4 + 1, length: .quarter), payer: "740",
        stock: Double(300 + quarter), admissions: quarter == 3 ? nil : 2.5, homecomings: 1)
    }
    let population = Population([
      .init(municipality: "740", year: 2023, ageFrom: 18, ageTo: 64, persons: 50_000.25, isProjection: false),
      .init(municipality: "740", year: 2026, ageFrom: 18, ageTo: 64, persons: 51_000, isProjection: true),
    ])
    return try Panel(
      Extracts(
        settings: ProjectSettings(name: "Prøve", region: "Midtjylland", areas: [area]),
        municipalities: [Municipality(code: "740", name: "Silkeborg", region: "Midtjylland")], activity: rows, population: population))
  }

  @Test("The counts come back exactly, unknown ones as unknown")
  func roundTrip() throws {
    let panel = try Self.activity()
    let again = try Panel(archive: panel.archive())
    #expect(again.archive() == panel.archive())
    #expect(again.origin == panel.origin)
    #expect(again.residents == panel.residents)
    #expect(again.knowledge == panel.knowledge)
    for quantity in Panel.Quantity.allCases {
      let (left, right) = (panel.series(quantity, municipality: 0, stratum: 0), again.series(quantity, municipality: 0, stratum: 0))
      #expect(left.map(\.bitPattern) == right.map(\.bitPattern), "\(quantity)")
    }
    for step in -3...20 {
      let period = panel.origin.advanced(by: step)
      #expect(panel.persons(municipality: 0, area: 0, period: period) == again.persons(municipality: 0, area: 0, period: period))
    }
  }

  @Test("Notices come back")
  func notices() throws {
    let day = try #require(Day(year: 2025, month: 11, day: 3))
    var extracts = Extracts(
      settings: ProjectSettings(name: "Prøve", areas: [SpecialtyArea(id: "autisme", name: "Autisme")]),
      municipalities: [Municipality(code: "740", name: "Silkeborg")],
      activity: (1...4).map {
        Activity(
          stratum: Stratum(area: "autisme", kind: .residential, legalBasis: ""), period: Period(year: 2025, number: $0, length: .quarter), payer: "740",
          stock: 30)
      })
    extracts.notices = [Notice(offer: "", area: "autisme", payer: "740", places: 3, noticeDate: day, endDate: day.advanced(by: 90), line: 2)]
    let panel = try Panel(extracts)
    #expect(panel.notices == extracts.notices)
    #expect(try Panel(archive: panel.archive()).notices == extracts.notices)
  }

  @Test("Of who is there only how long is kept, in bands: no offer, no day, no citizen")
  func residents() throws {
    let offer = Offer(id: "mosebakken", name: "Mosebakken", area: "autisme")
    let stays = [(2010, 1), (2025, 1), (2025, 10), (2025, 11)].enumerated().map { number, start in
      Stay(
        citizen: "c\(number)", payer: "740", offer: "mosebakken", legalBasis: "", kind: .residential,
        start: Day(year: start.0, month: start.1, day: 3) ?? Day(number: 0), end: nil, endReason: nil)
    }
    let extracts = Extracts(
      settings: ProjectSettings(name: "Prøve", observedFrom: Day(year: 2020, month: 1, day: 1), observedTo: Day(year: 2025, month: 12, day: 31)),
      municipalities: [Municipality(code: "740", name: "Silkeborg")], offers: [offer], stays: stays)
    let panel = try Panel(extracts)
    let bytes = panel.archive()
    let again = try Panel(archive: bytes)
    #expect(again.residents.count == 4)
    #expect(again.residents.allSatisfy { $0.offer == nil })
    // Two came within half a year and cannot be told apart any more.
    #expect(Set(again.residents.compactMap(\.since)).count == 3)
    #expect(again.archive() == bytes)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("c1"))
  }

  @Test("Time since admission comes back: days and exits exactly, who is there by bands")
  func tenure() throws {
    let offer = Offer(id: "o", name: "O", area: "a", legalBasis: "SEL_107")
    func day(_ year: Int, _ month: Int) throws -> Day { try #require(Day(year: year, month: month, day: 1)) }
    func stay(_ citizen: String, _ start: Day, _ end: Day?, _ reason: EndReason?) -> Stay {
      Stay(citizen: citizen, payer: "740", offer: "o", legalBasis: "SEL_107", kind: .residential, start: start, end: end, endReason: reason)
    }
    let settings = ProjectSettings(
      name: "Prøve", basePeriod: .quarter, areas: [SpecialtyArea(id: "a", name: "A")], observedFrom: try day(2020, 1),
      observedTo: try day(2025, 1).advanced(by: -1))
    let panel = try Panel(
      Extracts(
        settings: settings, municipalities: [Municipality(code: "740", name: "Silkeborg")], offers: [offer],
        stays: [stay("1", try day(2017, 3), try day(2022, 5), .homecoming), stay("2", try day(2023, 2), nil, nil)]))
    let again = try Panel(archive: panel.archive())
    let (tenure, copy) = (try #require(panel.tenure), try #require(again.tenure))
    #expect(copy.exits == tenure.exits && tenure.exits.map(\.band) == [3])
    for cell in 0..<panel.count {
      for band in 0..<Tenure.bandCount { #expect(copy.days(cell: cell, band: band) == tenure.days(cell: cell, band: band)) }
    }
    #expect(again.archive() == panel.archive())
  }

  @Test("Cut off anywhere it is damaged, not a crash")
  func damaged() throws {
    let bytes = try Self.activity().archive()
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: ByteReader.Damaged.self) { try Panel(archive: Array(bytes.prefix(length))) }
    }
  }
}
