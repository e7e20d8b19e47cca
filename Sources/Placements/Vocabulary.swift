public import Groundwork

/// What a place is; a key everywhere: kinds are never added together.
public enum ServiceKind: String, CaseIterable, Hashable, Sendable {
  case residential, day, respite, hours
  case singlePerson = "single_person"

  public var phrase: Phrase {
    switch self {
    case .residential: Phrase(da: "døgn", en: "residential")
    case .day: Phrase(da: "dag", en: "day")
    case .respite: Phrase(da: "aflastning", en: "respite")
    case .hours: Phrase(da: "timer", en: "hours")
    case .singlePerson: Phrase(da: "enkeltmand", en: "single person")
    }
  }
}

/// Why a stay ended. `unknown` is missing information, not `other`.
public enum EndReason: String, CaseIterable, Hashable, Sendable {
  case homecoming, transfer, discharge, death, closure, takeover, other, unknown
  case ageOut = "age_out"
}

/// A flow between the offers and the world outside them, or from one stratum to another.
public enum Flow: String, CaseIterable, Hashable, Sendable {
  case admission, homecoming
  case otherExit = "other_exit"
  /// Those who reach the age at which their area's offers end; counts and tables have them among the other exits.
  case ageOut = "age_out"
  case transfer

  /// Those that extracts count and tables show.
  public static let counted: [Flow] = [.admission, .homecoming, .otherExit]

  public var phrase: Phrase {
    switch self {
    case .admission: Phrase(da: "indskrivninger", en: "admissions")
    case .homecoming: Phrase(da: "hjemtagninger", en: "homecomings")
    case .otherExit: Phrase(da: "andre udskrivninger", en: "other exits")
    case .ageOut: Phrase(da: "udskrivninger ved aldersgrænsen", en: "exits at the age limit")
    case .transfer: Phrase(da: "flytninger mellem grupper", en: "transfers between strata")
    }
  }
}

public struct Municipality: Hashable, Sendable {
  public let code: String
  public let name: String
  /// Empty where unknown.
  public let region: String
  public let group: String

  public init(code: String, name: String, region: String = "", group: String = "") {
    self.code = code
    self.name = name
    self.region = region
    self.group = group
  }
}

/// A specialty area (specialområde) with the ages of the population that may need it, both ends included.
public struct SpecialtyArea: Hashable, Sendable {
  public let id: String
  public let name: String
  public let ageFrom: Int
  public let ageTo: Int

  /// The age to which nobody comes, which stands for no limit.
  private static let endless = 120

  /// Whether there is an age after which the area is none for a citizen.
  public var hasAgeLimit: Bool { ageTo < Self.endless }

  public init(id: String, name: String, ageFrom: Int = 0, ageTo: Int = 120) {
    self.id = id
    self.name = name
    self.ageFrom = ageFrom
    self.ageTo = ageTo
  }
}

public struct Offer: Hashable, Sendable {
  /// Who pays for an offer.
  public enum Financing: String, CaseIterable, Sendable {
    /// Those who use it, by the day.
    case tariff
    /// All municipalities of a key, whatever their use (objektiv finansiering).
    case key
  }

  public var id: String
  public var name: String
  public var area: String
  public var region: String
  public var legalBasis: String
  public var kind: ServiceKind
  public var operatorName: String
  public var hostMunicipality: String
  public var validFrom: Day?
  /// The last day on which the offer exists; nil while it does.
  public var validTo: Day?
  public var pNumber: String
  /// Whether it takes citizens of the whole country; nil where the source does not say.
  public var isNationWide: Bool?
  /// Nil where the source does not say; then by tariff.
  public var financing: Financing?

  public init(
    id: String, name: String, area: String, region: String = "", legalBasis: String = "", kind: ServiceKind = .residential,
    operatorName: String = "", hostMunicipality: String = "", validFrom: Day? = nil, validTo: Day? = nil, pNumber: String = "",
    isNationWide: Bool? = nil, financing: Financing? = nil
  ) {
    self.id = id
    self.name = name
    self.area = area
    self.region = region
    self.legalBasis = legalBasis
    self.kind = kind
    self.operatorName = operatorName
    self.hostMunicipality = hostMunicipality
    self.validFrom = validFrom
    self.validTo = validTo
    self.pNumber = pNumber
    self.isNationWide = isNationWide
    self.financing = financing
  }

  public var stratum: Stratum { Stratum(area: area, kind: kind, legalBasis: legalBasis) }

  /// Whether it is a secure or partly closed institution for children: barnets lov §§ 61 to 64, as they are read.
  public var isSecure: Bool { ["BL_61", "BL_62", "BL_63", "BL_64"].contains(legalBasis) }

  /// The sections of `isSecure`.
  public static let secureText = "BL §§ 61-64"
}

/// The smallest group of offers whose flows are modelled together: one area, one kind, one legal section.
public struct Stratum: Hashable, Comparable, Sendable {
  public let area: String
  public let kind: ServiceKind
  /// Empty where the source does not say.
  public let legalBasis: String

  public init(area: String, kind: ServiceKind, legalBasis: String) {
    self.area = area
    self.kind = kind
    self.legalBasis = legalBasis
  }

  public var key: String { "\(area)|\(kind.rawValue)|\(legalBasis)" }

  public static func < (left: Stratum, right: Stratum) -> Bool { left.key < right.key }
}

/// From its day on the offer has these places, until the next step.
public struct CapacityStep: Hashable, Sendable {
  public let offer: String
  public let from: Day
  /// Standard places (normerede pladser).
  public let places: Double
  public let approvedPlaces: Double?
  public let staffedPlaces: Double?
  public let fullTimeStaff: Double?
  /// Share of 1, as assumed in the tariff; never the actual occupancy.
  public let assumedOccupancy: Double?
  public let daysPerYear: Double?

  public init(
    offer: String, from: Day, places: Double, approvedPlaces: Double? = nil, staffedPlaces: Double? = nil,
    fullTimeStaff: Double? = nil, assumedOccupancy: Double? = nil, daysPerYear: Double? = nil
  ) {
    self.offer = offer
    self.from = from
    self.places = places
    self.approvedPlaces = approvedPlaces
    self.staffedPlaces = staffedPlaces
    self.fullTimeStaff = fullTimeStaff
    self.assumedOccupancy = assumedOccupancy
    self.daysPerYear = daysPerYear
  }
}

public struct Stay: Hashable, Sendable {
  /// A pseudonym, never a CPR number.
  public let citizen: String
  public let payer: String
  public let acting: String
  public let offer: String
  public let legalBasis: String
  public let kind: ServiceKind
  public let start: Day
  /// The first day absent; nil while still there.
  public let end: Day?
  public let endReason: EndReason?
  public let supportLevel: Double?
  public let price: Double?
  /// Two bytes: there are a million stays.
  private let yearOfBirth: Int16

  public var birthYear: Int? { yearOfBirth == 0 ? nil : Int(yearOfBirth) }

  public init(
    citizen: String, payer: String, acting: String = "", offer: String, legalBasis: String, kind: ServiceKind, start: Day,
    end: Day?, endReason: EndReason?, supportLevel: Double? = nil, price: Double? = nil, birthYear: Int? = nil
  ) {
    self.citizen = citizen
    self.payer = payer
    self.acting = acting
    self.offer = offer
    self.legalBasis = legalBasis
    self.kind = kind
    self.start = start
    self.end = end
    self.endReason = endReason
    self.supportLevel = supportLevel
    self.price = price
    yearOfBirth = Int16(clamping: birthYear ?? 0)
  }
}

/// What a source counted for one payer in one period; nil is unknown, never zero.
public struct Activity: Hashable, Sendable {
  public let stratum: Stratum
  /// Empty where the source counts by area.
  public let offer: String
  public let period: Period
  public let payer: String
  /// At the period's end.
  public let stock: Double?
  public let occupiedDays: Double?
  public let admissions: Double?
  public let homecomings: Double?
  public let otherExits: Double?
  public let waiting: Double?
  /// Bounds, both included, of counts that are nil because the source hides small ones.
  public var hidden: [Count: ClosedRange<Double>]
  /// What was merged into the row's payer, area or offer; empty where it is the row's own.
  public var source = ""

  public init(
    stratum: Stratum, offer: String = "", period: Period, payer: String, stock: Double? = nil, occupiedDays: Double? = nil,
    admissions: Double? = nil, homecomings: Double? = nil, otherExits: Double? = nil, waiting: Double? = nil,
    hidden: [Count: ClosedRange<Double>] = [:]
  ) {
    self.stratum = stratum
    self.offer = offer
    self.period = period
    self.payer = payer
    self.stock = stock
    self.occupiedDays = occupiedDays
    self.admissions = admissions
    self.homecomings = homecomings
    self.otherExits = otherExits
    self.waiting = waiting
    self.hidden = hidden
  }
}

public struct Tariff: Hashable, Sendable {
  /// A part of a price; whatever else a service is called, its amount is the whole price of a place.
  public enum Part: String, CaseIterable, Hashable, Sendable {
    /// Before support (basistakst).
    case base
    /// A support package (ydelsespakke) at its level; without a level the step between packages, each priced at its middle:
    /// package n costs (n − ½) steps, rounded to kroner.
    case package
    /// Kroner for each hour of support a day; the stay's support level is its hours.
    case hourly
    /// An agreed addition (tillægsydelse) a day, of one level or of all.
    case supplement
  }

  public let offer: String
  /// A `ServiceKind` or `Part` in its raw value; other words are kept, and count in no price.
  public let service: String
  /// Empty for all.
  public let level: String
  /// Kroner, per day unless the service says otherwise.
  public let amount: Double
  public let priceYear: Int?
  public let from: Day
  /// Last day of validity, nil while valid.
  public let to: Day?

  public init(offer: String, service: String, level: String, amount: Double, priceYear: Int?, from: Day, to: Day?) {
    self.offer = offer
    self.service = service
    self.level = level
    self.amount = amount
    self.priceYear = priceYear
    self.from = from
    self.to = to
  }

  /// Whether it makes part of the price a day of an offer's places.
  public func counts(in kind: ServiceKind) -> Bool { service == kind.rawValue || Part(rawValue: service) != nil }
}

/// What an offer was budgeted to cost and did cost in a period, in kroner; nil where not given.
public struct EconomyEntry: Hashable, Sendable {
  public let offer: String
  public let period: Period
  public let originalBudget: Double?
  public let revisedBudget: Double?
  public let costs: Double?
  public let income: Double?

  public init(offer: String, period: Period, originalBudget: Double? = nil, revisedBudget: Double? = nil, costs: Double? = nil, income: Double? = nil) {
    self.offer = offer
    self.period = period
    self.originalBudget = originalBudget
    self.revisedBudget = revisedBudget
    self.costs = costs
    self.income = income
  }
}
