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

  private struct Band {
    let ageFrom: Int
    let ageTo: Int
    let persons: Double

    /// Of the ages that are asked for, both ends included; ages are spread evenly within the band.
    func persons(aged ageFrom: Int, _ ageTo: Int) -> Double {
      let from = max(self.ageFrom, ageFrom)
      let to = min(self.ageTo, ageTo)
      guard to >= from else { return 0 }
      return persons * (Double(to - from + 1) / Double(self.ageTo - self.ageFrom + 1))
    }
  }

  /// One municipality's counts.
  private struct Series {
    let first: Int
    /// By year from the first; a gap has those of the year before.
    let years: [[Band]]

    init(_ rows: [Int: [Row]]) {
      let order = rows.keys.sorted()
      first = order[0]
      var years: [[Band]] = []
      for year in order {
        let own = rows[year] ?? []
        // Observed figures count where there are any.
        let chosen = own.contains { !$0.isProjection } ? own.filter { !$0.isProjection } : own
        while let last = years.last, years.count < year - first { years.append(last) }
        years.append(chosen.map { Band(ageFrom: $0.ageFrom, ageTo: $0.ageTo, persons: $0.persons) })
      }
      self.years = years
    }

    private init(first: Int, years: [[Band]]) {
      self.first = first
      self.years = years
    }

    func prefix(until year: Int) -> Series { Series(first: first, years: Array(years.prefix(year - first + 1))) }

    func persons(aged ageFrom: Int, _ ageTo: Int, year: Int) -> Double {
      years[min(max(0, year - first), years.count - 1)].reduce(0) { $0 + $1.persons(aged: ageFrom, ageTo) }
    }
  }

  private let series: [String: Series]
  /// Years and part of a year from which on nothing changes any more.
  private var heldFrom = Double.infinity
  public let years: ClosedRange<Int>?

  /// Where a year has both observed and projected figures for a municipality, the observed ones count.
  public init(_ rows: [Row]) {
    var sorted: [String: [Int: [Row]]] = [:]
    for row in rows { sorted[row.municipality, default: [:]][row.year, default: []].append(row) }
    series = sorted.mapValues(Series.init)
    let all = rows.map(\.year)
    years = all.min().flatMap { first in all.max().map { first...$0 } }
  }

  private init(series: [String: Series], years: ClosedRange<Int>?) {
    self.series = series
    self.years = years
  }

  /// The counts of 1 January until a year; later years have those of the last.
  public func counted(until year: Int) -> Population {
    let kept = series.compactMapValues { $0.first <= year ? $0.prefix(until: year) : nil }
    return Population(series: kept, years: years.flatMap { $0.lowerBound <= year ? $0.lowerBound...min($0.upperBound, year) : nil })
  }

  public var isEmpty: Bool { series.isEmpty }

  /// The counts that are used, by municipality, year and band: observed ones before projected, gaps filled.
  public var rows: [Row] {
    series.sorted { $0.key < $1.key }.flatMap { municipality, series in
      series.years.enumerated().flatMap { offset, bands in
        bands.map {
          Row(
            municipality: municipality, year: series.first + offset, ageFrom: $0.ageFrom, ageTo: $0.ageTo, persons: $0.persons,
            isProjection: false)
        }
      }
    }
  }

  public func covers(_ municipality: String) -> Bool { series[municipality] != nil }

  /// The same until the end of a period, and from then on as many as then.
  public func held(fromEndOf period: Period) -> Population {
    var held = self
    held.heldFrom = Double(period.year) + Double(period.number) / Double(period.length.perYear)
    return held
  }

  /// Persons aged `ageFrom` to `ageTo` (both included) on 1 January of the year; ages are spread evenly within a band.
  /// Before the first and after the last year of the municipality the nearest year's count stands; nil where it has none.
  public func persons(municipality: String, ageFrom: Int, ageTo: Int, year: Int) -> Double? {
    series[municipality]?.persons(aged: ageFrom, ageTo, year: year)
  }

  /// Persons at the middle of a period, linear between two 1 Januaries.
  public func persons(municipality: String, ageFrom: Int, ageTo: Int, middleOf period: Period) -> Double? {
    persons(municipality, ageFrom, ageTo, after: (Double(period.number) - 0.5) / Double(period.length.perYear), of: period.year)
  }

  /// Persons at the end of a period: for a year that ends on 31 December, those of the next 1 January.
  public func persons(municipality: String, ageFrom: Int, ageTo: Int, endOf period: Period) -> Double? {
    persons(municipality, ageFrom, ageTo, after: Double(period.number) / Double(period.length.perYear), of: period.year)
  }

  private func persons(_ municipality: String, _ ageFrom: Int, _ ageTo: Int, after fraction: Double, of year: Int) -> Double? {
    guard let own = series[municipality] else { return nil }
    let time = min(Double(year) + fraction, heldFrom)
    let isHeld = time == heldFrom
    let year = isHeld ? Int(time.rounded(.down)) : year
    let fraction = isHeld ? time - Double(year) : fraction
    let before = own.persons(aged: ageFrom, ageTo, year: year)
    let after = own.persons(aged: ageFrom, ageTo, year: year + 1)
    return before + fraction * (after - before)
  }
}
