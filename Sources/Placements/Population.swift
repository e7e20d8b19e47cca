/// Persons by municipality, year (1 January) and age band, observed and projected.
public struct Population: Sendable {
  public struct Row: Hashable, Sendable {
    public let municipality: String
    /// The count is that of 1 January.
    public let year: Int
    /// Both ends included.
    public let ageFrom: Int
    public let ageTo: Int
    public let persons: Double
    public let isProjection: Bool

    public init(municipality: String, year: Int, ageFrom: Int, ageTo: Int, persons: Double, isProjection: Bool) {
      self.municipality = municipality
      self.year = year
      self.ageFrom = ageFrom
      self.ageTo = ageTo
      self.persons = persons
      self.isProjection = isProjection
    }
  }

  private let rows: [String: [Int: [Row]]]
  public let years: ClosedRange<Int>?

  /// Where a year has both observed and projected figures for a municipality, the observed ones count.
  public init(_ rows: [Row]) {
    var sorted: [String: [Int: [Row]]] = [:]
    for row in rows { sorted[row.municipality, default: [:]][row.year, default: []].append(row) }
    for (municipality, years) in sorted {
      for (year, bands) in years where bands.contains(where: { !$0.isProjection }) {
        sorted[municipality]?[year] = bands.filter { !$0.isProjection }
      }
    }
    self.rows = sorted
    let all = rows.map(\.year)
    years = all.min().flatMap { first in all.max().map { first...$0 } }
  }

  public var isEmpty: Bool { rows.isEmpty }

  public func covers(_ municipality: String) -> Bool { rows[municipality] != nil }

  /// Persons aged `ageFrom` to `ageTo` (both included) on 1 January of the year; ages are spread evenly within a band.
  /// Before the first and after the last year of the municipality the nearest year's count stands; nil where it has none.
  public func persons(municipality: String, ageFrom: Int, ageTo: Int, year: Int) -> Double? {
    guard let years = rows[municipality], let first = years.keys.min(), let last = years.keys.max() else { return nil }
    var wanted = min(max(year, first), last)
    while years[wanted] == nil { wanted -= 1 }
    guard let bands = years[wanted] else { return nil }
    return bands.reduce(0) { $0 + $1.persons * Self.overlap($1, ageFrom, ageTo) }
  }

  /// Persons at the middle of a period, linear between two 1 Januaries.
  public func persons(municipality: String, ageFrom: Int, ageTo: Int, middleOf period: Period) -> Double? {
    let fraction = (Double(period.number) - 0.5) / Double(period.length.perYear)
    guard let before = persons(municipality: municipality, ageFrom: ageFrom, ageTo: ageTo, year: period.year),
      let after = persons(municipality: municipality, ageFrom: ageFrom, ageTo: ageTo, year: period.year + 1)
    else { return nil }
    return before + fraction * (after - before)
  }

  /// Persons at the end of a period: for a year that ends on 31 December, those of the next 1 January.
  public func persons(municipality: String, ageFrom: Int, ageTo: Int, endOf period: Period) -> Double? {
    let fraction = Double(period.number) / Double(period.length.perYear)
    guard let before = persons(municipality: municipality, ageFrom: ageFrom, ageTo: ageTo, year: period.year),
      let after = persons(municipality: municipality, ageFrom: ageFrom, ageTo: ageTo, year: period.year + 1)
    else { return nil }
    return before + fraction * (after - before)
  }

  private static func overlap(_ row: Row, _ ageFrom: Int, _ ageTo: Int) -> Double {
    let from = max(row.ageFrom, ageFrom)
    let to = min(row.ageTo, ageTo)
    guard to >= from else { return 0 }
    return Double(to - from + 1) / Double(row.ageTo - row.ageFrom + 1)
  }
}
