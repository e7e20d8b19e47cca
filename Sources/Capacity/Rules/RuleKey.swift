public import Groundwork

/// Every rule that a set may have, by its place in the file: `tariff.occupancy_cap` is the key `occupancy_cap` below `[tariff]`.
public enum RuleKey: String, CaseIterable, Hashable, Sendable {
  case occupancyFrom = "tariff.occupancy_from"
  case occupancyFloor = "tariff.occupancy_floor"
  case occupancyFloorShort = "tariff.occupancy_floor_short"
  case occupancyCap = "tariff.occupancy_cap"
  case occupancyLag = "tariff.occupancy_lag_years"
  case overhead = "tariff.overhead"
  case growthCap = "tariff.growth_cap"
  case package = "tariff.package"
  case packageHours = "tariff.package_hours"
  case packageHoursDay = "tariff.package_hours_day"
  case adjustmentShare = "adjustment.share"
  case adjustmentBase = "adjustment.base"
  case tolerance = "adjustment.tolerance"
  case settlementBand = "settlement.band"
  case settlementLag = "settlement.lag_years"
  case settlementUse = "settlement.use_within_years"
  case noticeKind = "notice.kind"
  case noticeMonths = "notice.months"
  case adaptationMonths = "adaptation.months"
  case unavoidableMonths = "adaptation.full_months"
  case unavoidableFloor = "adaptation.floor"
  case closingYears = "closing.weight_years"
  case closingSeverance = "closing.severance"
  case closingLease = "closing.lease"
  case closingResidual = "closing.residual_value"
  case closingInventory = "closing.inventory_sale"
  case startUpYears = "start_up.spread_years"
  case occupancyAlert = "alert.occupancy"
  case waitingLimit = "waiting.limit"
  case waitingDuty = "waiting.duty"
  case waitingRefill = "waiting.refill_months"
  case waitingLeave = "waiting.leave_share"
  case waitingHost = "waiting.host_factor"
  case waitingPrice = "waiting.price_elasticity"
  case keyAgeFrom = "key_financing.age_from"
  case keyAgeTo = "key_financing.age_to"

  /// Name of the table that the key stands in.
  public var section: String { String(rawValue.prefix { $0 != "." }) }
  public var name: String { String(rawValue.drop { $0 != "." }.dropFirst()) }

  public static let sections: [String] = allCases.reduce(into: []) { found, key in
    if found.last != key.section { found.append(key.section) }
  }

  /// Keys of one section, in their order.
  public static func names(in section: String) -> [String] { allCases.filter { $0.section == section }.map(\.name) }

  public var phrase: Phrase {
    switch self {
    case .occupancyFrom: Phrase(da: "takstens belægning tages fra", en: "the tariff's occupancy is taken from")
    case .occupancyFloor: Phrase(da: "mindste belægning i taksten", en: "least occupancy in the tariff")
    case .occupancyFloorShort: Phrase(da: "mindste belægning i taksten, korte ophold", en: "least occupancy in the tariff, short stays")
    case .occupancyCap: Phrase(da: "højeste belægning i taksten", en: "highest occupancy in the tariff")
    case .occupancyLag: Phrase(da: "år fra seneste regnskab til takstår", en: "years from the newest accounts to the tariff's year")
    case .overhead: Phrase(da: "overhead af direkte udgifter", en: "overhead on direct costs")
    case .growthCap: Phrase(da: "takstens højeste realvækst pr. år", en: "the tariff's highest real growth a year")
    case .package: Phrase(da: "ydelsespakke", en: "support package")
    case .packageHours: Phrase(da: "timer pr. uge i en døgnpakke", en: "hours a week in a residential package")
    case .packageHoursDay: Phrase(da: "timer pr. uge i en dagpakke", en: "hours a week in a day package")
    case .adjustmentShare: Phrase(da: "budgetregulering af mer- og mindrebelægning", en: "budget adjustment of over- and under-occupancy")
    case .adjustmentBase: Phrase(da: "budgetreguleringens grundlag", en: "base of the budget adjustment")
    case .tolerance: Phrase(da: "tilladt afvigelse", en: "tolerance")
    case .settlementBand: Phrase(da: "bånd, som ikke efterreguleres", en: "band that is not settled")
    case .settlementLag: Phrase(da: "år til efterregulering", en: "years until settlement")
    case .settlementUse: Phrase(da: "overskud bruges inden for år", en: "a surplus is used within years")
    case .noticeKind: Phrase(da: "opsigelsesvarsel", en: "notice")
    case .noticeMonths: Phrase(da: "opsigelsesvarsel, måneder", en: "notice, months")
    case .adaptationMonths: Phrase(da: "tilpasningstid, måneder", en: "adaptation time, months")
    case .unavoidableMonths: Phrase(da: "måneder, hvor hele udgiften bliver", en: "months in which the whole cost stays")
    case .unavoidableFloor: Phrase(da: "andel af udgiften, som bliver efter tilpasning", en: "share of the cost that stays after adaptation")
    case .closingYears: Phrase(da: "år, hvis dage fordeler lukkeudgiften", en: "years whose days split the closing cost")
    case .closingSeverance: Phrase(da: "fratrædelse og løn i opsigelsestid ved lukning, af et års udgifter", en: "severance and pay through notice at closing, of a year's costs")
    case .closingLease: Phrase(da: "lejemål efter lukning, af et års udgifter", en: "lease after closing, of a year's costs")
    case .closingResidual: Phrase(da: "restværdi, der ikke er afskrevet ved lukning, af et års udgifter", en: "value not depreciated at closing, of a year's costs")
    case .closingInventory: Phrase(da: "salg af inventar ved lukning, af et års udgifter", en: "inventory sold at closing, of a year's costs")
    case .startUpYears: Phrase(da: "år, som opstartsunderskud fordeles på", en: "years over which a start-up deficit is spread")
    case .occupancyAlert: Phrase(da: "varsling ved afvigende belægning", en: "alert at deviating occupancy")
    case .waitingLimit: Phrase(da: "pladser, der sætter grænsen for belægningen", en: "places that limit occupancy")
    case .waitingDuty: Phrase(da: "optagepligt", en: "duty to admit")
    case .waitingRefill: Phrase(da: "måneder, før en ledig plads er besat fra venteliste", en: "months until a free place is filled from the waiting list")
    case .waitingLeave: Phrase(da: "andel uden plads, som går til en anden leverandør", en: "share of those without a place who go to another supplier")
    case .waitingHost: Phrase(da: "vægt af tilbud i samme kommune, når det ønskede er fuldt", en: "weight of offers in the same municipality when the one asked for is full")
    case .waitingPrice: Phrase(da: "prisfølsomhed, når det ønskede tilbud er fuldt", en: "price elasticity when the offer asked for is full")
    case .keyAgeFrom: Phrase(da: "objektiv finansiering fordeles på borgere fra alder", en: "key financing is divided by inhabitants from age")
    case .keyAgeTo: Phrase(da: "objektiv finansiering fordeles på borgere til alder", en: "key financing is divided by inhabitants to age")
    }
  }
}
