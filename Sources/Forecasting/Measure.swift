public import Groundwork

/// What tables show; the raw values are the promised names in machine formats.
public enum Measure: String, CaseIterable, Sendable {
  case stock, admissions, homecomings
  case otherExits = "other_exits"
  case occupiedDays = "occupied_days"
  /// Occupied days over the period's days: the mean number present (helårspladser over a year).
  case fullYearPlaces = "full_year_places"
  case places, vacant, occupancy
  /// Citizens who want a place, on average over the period: those served, those who wait and those who went to another supplier.
  case demand
  /// Of these, on average over the period.
  case served, waiting, left
  /// Standard places that nobody served occupies, on average over the period.
  case freePlaces = "free_places"
  /// Days of those served; of day offers, those on which they are open.
  case servedDays = "served_days"
  case servedFullYearPlaces = "served_full_year_places"
  /// Served over standard places.
  case servedOccupancy = "served_occupancy"
  case approvedPlaces = "approved_places"
  case staffedPlaces = "staffed_places"
  /// Kroner, with what is paid under notice; and less costs, before later settlement.
  case income, result
  /// Of reaching the closure trigger by the period's end.
  case pClosure = "p_closure"

  /// Those that come without being asked for.
  public static let usual = allCases.filter { !$0.needsOffers }

  public var unit: String {
    switch self {
    case .stock, .admissions, .homecomings, .otherExits, .demand, .served, .waiting, .left: "citizens"
    case .occupiedDays, .servedDays: "days"
    case .fullYearPlaces, .places, .vacant, .freePlaces, .servedFullYearPlaces, .approvedPlaces, .staffedPlaces: "places"
    case .occupancy, .servedOccupancy: "percent"
    case .income, .result: "kr."
    case .pClosure: "probability"
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
    case .demand: Phrase(da: "efterspørgsel (borgere i gennemsnit: med plads, ventende og gået til andre)", en: "demand (citizens on average: served, waiting and gone elsewhere)")
    case .served: Phrase(da: "borgere med plads i gennemsnit", en: "citizens served, on average")
    case .waiting: Phrase(da: "borgere på venteliste i gennemsnit", en: "citizens waiting, on average")
    case .left: Phrase(da: "borgere gået til en anden leverandør, i gennemsnit", en: "citizens gone to another supplier, on average")
    case .freePlaces: Phrase(da: "ledige pladser i gennemsnit", en: "free places, on average")
    case .servedDays: Phrase(da: "belagte dage inden for pladserne", en: "occupied days within the places")
    case .servedFullYearPlaces: Phrase(da: "helårspladser inden for pladserne", en: "full-year places within the places")
    case .servedOccupancy: Phrase(da: "borgere med plads i procent af normerede pladser", en: "citizens served, per cent of standard places")
    case .approvedPlaces: Phrase(da: "godkendte pladser ved periodens slutning", en: "approved places at the period's end")
    case .staffedPlaces: Phrase(da: "bemandede pladser ved periodens slutning", en: "staffed places at the period's end")
    case .income: Phrase(da: "indtægt, kr.", en: "income, kr.")
    case .result: Phrase(da: "resultat (indtægt minus udgifter), kr.", en: "result (income less costs), kr.")
    case .pClosure: Phrase(da: "sandsynlighed for at nå lukningsgrænsen", en: "probability of reaching the closure limit")
    }
  }

  /// As tables for people show it: kroner in thousands.
  public var shownPhrase: Phrase {
    switch self {
    case .income: Phrase(da: "indtægt, t.kr.", en: "income, 1,000 kr.")
    case .result: Phrase(da: "resultat (indtægt minus udgifter), t.kr.", en: "result (income less costs), 1,000 kr.")
    default: phrase
    }
  }

  /// Of what is shown to people in the measure's unit.
  public var shownScale: Double { self == .income || self == .result ? 0.001 : 1 }

  /// Which way is worse for the region: fewer citizens and days, more empty places; nil where neither is.
  public var worse: Worse? {
    switch self {
    case .stock, .admissions, .occupiedDays, .fullYearPlaces, .occupancy, .demand, .served, .servedDays, .servedFullYearPlaces, .servedOccupancy, .income, .result: .lower
    case .homecomings, .otherExits, .vacant, .waiting, .left, .freePlaces, .pClosure: .higher
    case .places, .approvedPlaces, .staffedPlaces: nil
    }
  }

  public enum Worse: Sendable {
    case lower, higher
  }

  public var decimals: Int {
    switch self {
    case .fullYearPlaces, .occupancy, .demand, .served, .waiting, .left, .freePlaces, .servedFullYearPlaces, .servedOccupancy: 1
    case .pClosure: 2
    default: 0
    }
  }

  /// Whether it counts what happens in a period, and adds over periods.
  public var isFlow: Bool { self == .admissions || self == .homecomings || self == .otherExits || self == .occupiedDays || self == .servedDays || needsMoney && self != .pClosure }

  public var needsPlaces: Bool { self == .places || self == .vacant || self == .occupancy || needsOffers }

  /// Whether the offers' places are handed out to those who want them.
  public var needsAllocation: Bool {
    switch self {
    case .demand, .served, .waiting, .left, .freePlaces, .servedDays, .servedFullYearPlaces, .servedOccupancy, .approvedPlaces, .staffedPlaces: true
    default: false
    }
  }

  /// Whether offers' prices, costs or closure trigger are judged.
  public var needsMoney: Bool { self == .income || self == .result || self == .pClosure }

  /// Whether it is reckoned offer by offer, which comes only where it is asked for.
  public var needsOffers: Bool { needsAllocation || needsMoney }

  /// A change that no table shows: half of the last digit of counts, 500 kroner, or half a per cent of probability.
  public var negligible: Double { self == .pClosure ? 0.005 : needsMoney ? 500 : 0.05 }
}
