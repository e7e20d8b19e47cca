public import Groundwork

/// What a region is measured by; the raw values are promised names in machine formats.
public enum Indicator: String, CaseIterable, Sendable {
  case budgetCompliance = "budget_compliance"
  case capacityUse = "capacity_use"
  case selfSupply = "self_supply"
  case purchaseShare = "purchase_share"
  case costPerDay = "cost_per_day"
  case citizensServed = "citizens_served"
  case satisfaction

  /// For what facts are made.
  public enum Grain: String, CaseIterable, Sendable {
    case offer, area, municipality
  }

  public var unit: String {
    switch self {
    case .budgetCompliance, .capacityUse, .selfSupply, .purchaseShare: "percent"
    case .costPerDay: "kr. a day"
    case .citizensServed: "citizens"
    case .satisfaction: "score"
    }
  }

  var unitName: Phrase {
    switch self {
    case .budgetCompliance, .capacityUse, .selfSupply, .purchaseShare: Phrase(da: "procent", en: "percent")
    case .costPerDay: Phrase(da: "kr. pr. dag", en: "kr. a day")
    case .citizensServed: Phrase(da: "borgere", en: "citizens")
    case .satisfaction: Phrase("score")
    }
  }

  public var grains: [Grain] {
    switch self {
    case .budgetCompliance, .capacityUse, .costPerDay: [.offer, .area]
    case .selfSupply, .purchaseShare: [.municipality]
    case .citizensServed, .satisfaction: Grain.allCases
    }
  }

  /// Units of what stands above and below the line; empty where the indicator is no ratio.
  public var parts: (numerator: String, denominator: String) {
    switch self {
    case .budgetCompliance: ("kr.", "kr.")
    case .capacityUse: ("days", "place-days")
    case .selfSupply, .purchaseShare: ("citizens", "citizens")
    case .costPerDay: ("kr.", "days")
    case .citizensServed: ("", "")
    case .satisfaction: ("score", "scale")
    }
  }

  /// Whether its value or its parts are amounts.
  public var isMoney: Bool { self == .budgetCompliance || self == .costPerDay }

  public var hasForecast: Bool { self != .satisfaction }

  public var name: Phrase {
    switch self {
    case .budgetCompliance: Phrase(da: "Budgetoverholdelse", en: "Budget compliance")
    case .capacityUse: Phrase(da: "Kapacitetsudnyttelse", en: "Capacity use")
    case .selfSupply: Phrase(da: "Selvforsyningsgrad", en: "Self-supply ratio")
    case .purchaseShare: Phrase(da: "Kommunens andel af købet", en: "Municipality's share of purchases")
    case .costPerDay: Phrase(da: "Udgift pr. belagt dag", en: "Cost per occupied day")
    case .citizensServed: Phrase(da: "Borgere i tilbud", en: "Citizens served")
    case .satisfaction: Phrase(da: "Tilfredshed", en: "Satisfaction")
    }
  }

  public var definition: Phrase {
    switch self {
    case .budgetCompliance:
      Phrase(
        da: "Regnskabets udgifter i procent af det korrigerede budget (economy); over 100 er et merforbrug. Fremskrevet for det løbende år og senere år, hvis korrigerede budget er oplyst: regnskab, hvor economy har en del af året, ellers udgifter, som tilpasses efter regelsættet.",
        en: "Costs of the accounts in per cent of the revised budget (economy); above 100 is overspending. Forecast for the running year and later ones whose revised budget is given: accounts where economy has a part of the year, else costs that adapt by the rule set.")
    case .capacityUse:
      Phrase(
        da: "Belagte dage i procent af de normerede pladsers dage; fremad kun borgere med plads, så venteliste tæller ikke. Dag, aflastning og timer: indskrevne, ikke fremmødte.",
        en: "Occupied days in per cent of the standard places' days; ahead only of citizens served, so that a waiting list does not count. Day, respite and hours: enrolled, not attending.")
    case .selfSupply:
      Phrase(
        da: "Borgere i kommunens egne døgnpladser (own_supply, ved årets slutning) i procent af dem og de borgere, kommunen har i regionens døgntilbud i gennemsnit. Fremad med de egne borgere uændret (antagelse).",
        en: "Citizens in the municipality's own residential places (own_supply, at the year's end) in per cent of these and its citizens in the region's residential offers on average. Ahead with its own citizens unchanged (assumption).")
    case .purchaseShare:
      Phrase(
        da: "Kommunens borgere i gennemsnit i procent af alle kommuners i samme område og art; fremad efterspørgsel, også den, der venter.",
        en: "The municipality's citizens on average in per cent of all municipalities' in the same area and kind; ahead demand, also that which waits.")
    case .costPerDay:
      Phrase(
        da: "Udgifter pr. belagt dag, som der betales for: regnskab i årets priser; fremad i takstårets priser, med udgifter, som tilpasses efter regelsættet.",
        en: "Costs per occupied day that is paid for: accounts at the year's prices; ahead at the tariff year's prices, with costs that adapt by the rule set.")
    case .citizensServed:
      Phrase(
        da: "Borgere i gennemsnit over året (belagte dage / årets dage); fremad med plads for tilbud og områder, efterspørgsel for kommuner.",
        en: "Citizens on average over the year (occupied days / the year's days); ahead those served for offers and areas, demand for municipalities.")
    case .satisfaction:
      Phrase(
        da: "Svar, som tabellen satisfaction giver dem; scale er skalaens højeste. Fremskrives ikke.",
        en: "Answers as the table satisfaction gives them; scale is the scale's highest. Not forecast.")
    }
  }

  /// Which way is better: `higher`, `lower`, or nothing where neither is.
  public var better: String {
    switch self {
    case .budgetCompliance, .costPerDay: "lower"
    case .capacityUse, .satisfaction: "higher"
    case .selfSupply, .purchaseShare, .citizensServed: ""
    }
  }
}

extension Indicator.Grain {
  var name: Phrase {
    switch self {
    case .offer: Phrase(da: "tilbud", en: "offer")
    case .area: Phrase(da: "område", en: "area")
    case .municipality: Phrase(da: "kommune", en: "municipality")
    }
  }
}
