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

  @Test("Cut off anywhere it is damaged, not a crash")
  func damaged() throws {
    let bytes = try Self.activity().archive()
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: ByteReader.Damaged.self) { try Panel(archive: Array(bytes.prefix(length))) }
    }
  }
}
