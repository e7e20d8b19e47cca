public import Groundwork

/// What tables show; the raw values are the promised names in machine formats.
public enum Measure: String, CaseIterable, Sendable {
  case stock, admissions, homecomings
  case otherExits = "other_exits"
  case occupiedDays = "occupied_days"
  /// Occupied days over the period's days: the mean number present (helårspladser over a year).
  case fullYearPlaces = "full_year_places"
  case places, vacant, occupancy

  public var unit: String {
    switch self {
    case .stock, .admissions, .homecomings, .otherExits: "citizens"
    case .occupiedDays: "days"
    case .fullYearPlaces, .places, .vacant: "places"
    case .occupancy: "percent"
    }
  }

  public var phrase: Phrase {
    switch self {
    case .stock: Phrase(da: "belægning (borgere ved periodens slutning)", en: "stock (citizens at the period's end)")
    case .admissions: Phrase(da: "indskrivninger", en: "admissions")
    case .homecomings: Phrase(da: "hjemtagninger", en: "homecomings")
    case .otherExits: Phrase(da: "andre udskrivninger", en: "other exits")
    case .occupiedDays: Phrase(da: "belagte dage", en: "occupied days")
    case .fullYearPlaces: Phrase(da: "helårspladser (belagte dage / periodens dage)", en: "full-year places (occupied days / the period's days)")
    case .places: Phrase(da: "normerede pladser ved periodens slutning", en: "standard places at the period's end")
    case .vacant: Phrase(da: "ledige pladser (minus: flere borgere end pladser)", en: "vacant places (minus: more citizens than places)")
    case .occupancy: Phrase(da: "faktisk belægningsprocent", en: "actual occupancy, per cent")
    }
  }

  /// Which way is worse for the region: fewer citizens and days, more empty places; nil where neither is.
  public var worse: Worse? {
    switch self {
    case .stock, .admissions, .occupiedDays, .fullYearPlaces, .occupancy: .lower
    case .homecomings, .otherExits, .vacant: .higher
    case .places: nil
    }
  }

  public enum Worse: Sendable {
    case lower, higher
  }

  public var decimals: Int {
    switch self {
    case .fullYearPlaces, .occupancy: 1
    default: 0
    }
  }

  /// Whether it counts what happens in a period, and adds over periods.
  public var isFlow: Bool { self == .admissions || self == .homecomings || self == .otherExits || self == .occupiedDays }

  public var needsPlaces: Bool { self == .places || self == .vacant || self == .occupancy }
}
