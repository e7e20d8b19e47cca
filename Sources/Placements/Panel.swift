public import Groundwork

/// Counts by municipality × stratum × period, with who is present at the end of the data (the origin).
///
/// Values are held period-fastest: index `(municipality · strata + stratum) · periods + period`. NaN is unknown.
public struct Panel: Sendable {
  public enum Quantity: Int, CaseIterable, Sendable {
    /// Citizens at the period's end.
    case stock
    case admissions, homecomings, otherExits
    /// Moves to and from other strata of the same project.
    case transfersOut, transfersIn
    /// Person-days present during the period.
    case occupiedDays
    /// Of the other exits, those at the age limit; counted from stays alone.
    case ageOuts
  }

  /// What is known of a stratum, which decides how it is modelled.
  public enum Knowledge: Hashable, Sendable {
    /// Stock (or stays) and flows: rates per person-time and per inhabitant.
    case flowsAndStock
    /// Stock alone: a local level.
    case stockOnly
    /// Admissions or exits without a stock: counts per period, no stock is forecast.
    case flowsOnly
    /// Nothing that can be modelled.
    case nothing
  }

  /// A citizen (or one of a counted stock) who is there at the origin.
  public struct Resident: Hashable, Sendable {
    public let municipality: Int
    public let stratum: Int
    /// Index into `offers`, nil where the source counts by area.
    public let offer: Int?
    /// First day of the stay; nil where unknown.
    public let since: Day?
    /// First day of the stays that lead to this one through transfers; nil where unknown.
    public let admitted: Day?

    public init(municipality: Int, stratum: Int, offer: Int?, since: Day?, admitted: Day? = nil) {
      self.municipality = municipality
      self.stratum = stratum
      self.offer = offer
      self.since = since
      self.admitted = admitted ?? since
    }
  }

  /// One move between two strata.
  public struct Transfer: Hashable, Sendable {
    public let from: Int
    public let to: Int
    public let period: Int
  }

  public private(set) var settings: ProjectSettings
  public let length: PeriodLength
  /// The first observed period.
  public let first: Period
  /// Observed periods.
  public let count: Int
  public let municipalities: [Municipality]
  public private(set) var areas: [SpecialtyArea]
  public let strata: [Stratum]
  public let offers: [Offer]
  public private(set) var population: Population
  /// Series by stratum that could not be used, with the reason.
  public internal(set) var setAside: [Finding] = []
  /// What the counts contradict or leave open, which the forecast goes on with all the same.
  public internal(set) var remarks: [Finding] = []
  /// By quantity, the indices of what was counted but is not known: blank, without a row between others, or hidden as small.
  var uncounted: [Set<Int>] = Quantity.allCases.map { _ in [] }
  /// By quantity and stratum.
  var firstUsable: [[Int]]
  public internal(set) var knowledge: [Knowledge] = []
  public internal(set) var residents: [Resident] = []
  /// Offers that the source counts by themselves; nil where it names every citizen's offer.
  public internal(set) var countedOffers: Set<Int>?
  public internal(set) var transfers: [Transfer] = []
  /// Nil where the source has no stays.
  public internal(set) var tenure: Tenure?
  /// Nil where no covariates are asked for and no ages known.
  public internal(set) var traits: StayTraits?
  /// By stratum: exits of an unknown reason, which the counts have among the other exits; empty where the source has no stays.
  public internal(set) var unknownExits: [Int] = []
  /// Every admission's period, stratum and offer, for the shares of offers.
  public internal(set) var offerAdmissions: [(period: Int, stratum: Int, offer: Int)] = []
  /// Coming exits and admissions that payers gave notice of.
  public internal(set) var notices: [Notice] = []
  /// Index of each stratum's area.
  public let areaOfStratum: [Int]
  var values: [[Double]]

  init(
    settings: ProjectSettings, length: PeriodLength, first: Period, count: Int, municipalities: [Municipality],
    areas: [SpecialtyArea], strata: [Stratum], offers: [Offer], population: Population, fill: Double
  ) {
    self.settings = settings
    self.length = length
    self.first = first
    self.count = count
    self.municipalities = municipalities
    self.areas = areas
    self.strata = strata
    self.offers = offers
    self.population = population
    areaOfStratum = strata.map { stratum in
      guard let index = areas.firstIndex(where: { $0.id == stratum.area }) else {
        preconditionFailure("stratum of an area that the panel does not have")
      }
      return index
    }
    let size = municipalities.count * strata.count * count
    values = Quantity.allCases.map { _ in [Double](repeating: fill, count: size) }
    firstUsable = Quantity.allCases.map { _ in [Int](repeating: 0, count: strata.count) }
  }

  /// The same counts with another population.
  public func with(population: Population) -> Panel {
    var panel = self
    panel.population = population
    return panel
  }

  /// The same counts with the home region and the areas' age bands of other settings.
  public func with(assumptionsOf settings: ProjectSettings) -> Panel {
    var panel = self
    panel.settings.region = settings.region
    panel.areas = areas.map { area in
      guard let other = settings.areas.first(where: { $0.id == area.id }) else { return area }
      return SpecialtyArea(id: area.id, name: area.name, ageFrom: other.ageFrom, ageTo: other.ageTo)
    }
    panel.settings.areas = panel.areas
    return panel
  }

  /// The last observed period; forecasts begin in the next.
  public var origin: Period { first.advanced(by: count - 1) }

  /// Whether a municipality lies in the offers' home region; false where the settings name none.
  public func isHome(_ municipality: Municipality) -> Bool {
    !settings.region.isEmpty && municipality.region.lowercased() == settings.region.lowercased()
  }

  func offset(_ municipality: Int, _ stratum: Int) -> Int { (municipality * strata.count + stratum) * count }

  public func value(_ quantity: Quantity, municipality: Int, stratum: Int, period: Int) -> Double {
    values[quantity.rawValue][offset(municipality, stratum) + period]
  }

  /// Whether something is counted here of which the number is not known, so that no sum with it is known either.
  /// The value is NaN then, or the expected one of a count that the source hides.
  public func isUncounted(_ quantity: Quantity, municipality: Int, stratum: Int, period: Int) -> Bool {
    uncounted[quantity.rawValue].contains(offset(municipality, stratum) + period)
  }

  /// The series of one cell, `count` values.
  public func series(_ quantity: Quantity, municipality: Int, stratum: Int) -> ArraySlice<Double> {
    let start = offset(municipality, stratum)
    return values[quantity.rawValue][start..<(start + count)]
  }

  /// Sum over all cells and periods, unknown ones left out.
  public func total(_ quantity: Quantity) -> Double {
    values[quantity.rawValue].reduce(0) { $1.isNaN ? $0 : $0 + $1 }
  }

  /// Persons in the area's age band at the middle of a period that may lie in the future;
  /// nil where the project has no population for the municipality.
  public func persons(municipality: Int, area: Int, period: Period) -> Double? {
    let band = areas[area]
    return population.persons(
      municipality: municipalities[municipality].code, ageFrom: band.ageFrom, ageTo: band.ageTo, middleOf: period)
  }

  /// Persons in the area's age band at the end of a period.
  public func personsAtEnd(municipality: Int, area: Int, period: Period) -> Double? {
    let band = areas[area]
    return population.persons(
      municipality: municipalities[municipality].code, ageFrom: band.ageFrom, ageTo: band.ageTo, endOf: period)
  }
}
