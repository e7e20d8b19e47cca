public import Groundwork

extension Lever {
  /// What people call it.
  public var phrase: Phrase {
    switch self {
    case .homecoming: Phrase(da: "hjemtagninger", en: "homecomings")
    case .admission: Phrase(da: "indskrivninger", en: "admissions")
    case .otherExit: Phrase(da: "andre udskrivninger", en: "other exits")
    case .transfer: Phrase(da: "flytninger", en: "transfers")
    case .stock: Phrase(da: "belægning", en: "stock")
    case .population: Phrase(da: "befolkning", en: "population")
    case .places: Phrase(da: "pladser", en: "places")
    case .closure: Phrase(da: "lukning", en: "closure")
    case .batchHomecoming: Phrase(da: "udmeldt hjemtagning", en: "announced homecoming")
    case .newOffer: Phrase(da: "nyt tilbud", en: "new offer")
    case .takeover: Phrase(da: "overtagelse", en: "takeover")
    case .ownOffer: Phrase(da: "kommunens eget tilbud", en: "municipality's own offer")
    case .merge: Phrase(da: "samling af projekter", en: "merger of projects")
    case .repackage: Phrase(da: "timer for pladser", en: "hours for places")
    case .courtAdmissions: Phrase(da: "indskrivninger ved dom", en: "court admissions")
    case .reform: Phrase("reform")
    case .tariff: Phrase(da: "takst", en: "tariff")
    case .savings: Phrase(da: "besparelse", en: "savings")
    case .complexity: Phrase(da: "tungere støtte", en: "heavier support")
    case .notice: Phrase(da: "varsel", en: "notice")
    case .tariffStop: Phrase(da: "takststop", en: "tariff stop")
    case .adaptationTime: Phrase(da: "tilpasningstid", en: "adaptation time")
    case .ruleSet: Phrase(da: "regelsæt", en: "rule set")
    case .priceReaction: Phrase(da: "prisreaktion", en: "price reaction")
    }
  }
}
