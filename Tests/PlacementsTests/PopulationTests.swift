import Placements
import Testing

@Suite("Population")
struct PopulationTests {
  private static func row(_ year: Int, _ from: Int, _ to: Int, _ persons: Double, projection: Bool = false) -> Population.Row {
    Population.Row(municipality: "740", year: year, ageFrom: from, ageTo: to, persons: persons, isProjection: projection)
  }

  @Test("ages are spread evenly within a band", arguments: [(0, 9, 100.0), (0, 4, 50), (5, 14, 150), (10, 19, 200), (3, 3, 10), (20, 30, 0), (0, 120, 300)])
  func overlap(_ from: Int, _ to: Int, _ persons: Double) throws {
    let population = Population([Self.row(2027, 0, 9, 100), Self.row(2027, 10, 19, 200)])
    let found = try #require(population.persons(municipality: "740", ageFrom: from, ageTo: to, year: 2027))
    #expect(abs(found - persons) < 1e-9)
  }

  @Test("bands that split the ages add up to the whole")
  func additive() throws {
    let population = Population([Self.row(2027, 0, 16, 170), Self.row(2027, 17, 64, 480), Self.row(2027, 65, 120, 90)])
    var sum = 0.0
    for age in 0...120 { sum += try #require(population.persons(municipality: "740", ageFrom: age, ageTo: age, year: 2027)) }
    #expect(abs(sum - 740) < 1e-9)
  }

  @Test("observed figures stand before projected ones, and the nearest year where there is none")
  func years() {
    let population = Population([
      Self.row(2026, 0, 120, 100), Self.row(2026, 0, 120, 999, projection: true), Self.row(2028, 0, 120, 140, projection: true),
    ])
    let persons = { population.persons(municipality: "740", ageFrom: 0, ageTo: 120, year: $0) }
    #expect(persons(2026) == 100)
    #expect(persons(2027) == 100)
    #expect(persons(2028) == 140)
    #expect(persons(1990) == 100)
    #expect(persons(2050) == 140)
    #expect(population.persons(municipality: "101", ageFrom: 0, ageTo: 120, year: 2026) == nil)
    #expect(population.years == 2026...2028)
  }

  @Test("the middle and the end of a period lie between two 1 Januaries")
  func within() {
    let population = Population([Self.row(2026, 0, 120, 100), Self.row(2027, 0, 120, 148)])
    let year = Period(year: 2026, number: 1, length: .year)
    let april = Period(year: 2026, number: 4, length: .month)
    #expect(population.persons(municipality: "740", ageFrom: 0, ageTo: 120, middleOf: year) == 124)
    #expect(population.persons(municipality: "740", ageFrom: 0, ageTo: 120, endOf: year) == 148)
    #expect(population.persons(municipality: "740", ageFrom: 0, ageTo: 120, middleOf: april) == 114)
    #expect(population.persons(municipality: "740", ageFrom: 0, ageTo: 120, endOf: april) == 116)
  }

  @Test("Denmark has 98 municipalities in five regions")
  func denmark() {
    #expect(Municipality.denmark.count == 98)
    #expect(Set(Municipality.denmark.map(\.code)).count == 98)
    let regions = Dictionary(grouping: Municipality.denmark, by: \.region).mapValues(\.count)
    #expect(regions == ["Hovedstaden": 29, "Sjælland": 17, "Syddanmark": 22, "Midtjylland": 19, "Nordjylland": 11])
    #expect(Municipality.denmark.first { $0.code == "751" }?.name == "Aarhus")
  }
}
