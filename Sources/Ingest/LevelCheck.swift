import Groundwork
import Placements

/// Looks for citizens whose support level has no tariff in an offer that has some: they are priced by their stays' own prices.
struct LevelCheck {
  private let extracts: Extracts

  init(_ extracts: Extracts) { self.extracts = extracts }

  /// Reports an offer once with the levels and the citizens on the data's last day. A citizen without a level may have a price agreed
  /// alone, and is told of only where support is charged without a base tariff.
  func report(file: String, log: FindingLog) {
    guard let last = extracts.settings.observedTo, !extracts.tariffs.isEmpty else { return }
    let list = PriceList(tariffs: extracts.tariffs, offers: extracts.offers)
    let checked = extracts.offers.filter { list.charges(offer: $0.id) }
    let ids = Set(checked.map(\.id))
    var bare: [String: [Stay]] = [:]
    for stay in extracts.stays where stay.start <= last && (stay.end.map { $0 > last } ?? true) && ids.contains(stay.offer) {
      guard list.tariff(of: stay, on: last) == nil, stay.supportLevel != nil || list.lacksBase(offer: stay.offer, on: last) else { continue }
      bare[stay.offer, default: []].append(stay)
    }
    for offer in checked {
      guard let own = bare[offer.id] else { continue }
      let levels = Set(own.compactMap(\.supportLevel)).sorted().map(PriceList.name(ofLevel:))
      let fault = Fault.levelsWithoutTariff(
        levels, citizens: own.count, unpriced: own.count { $0.price == nil }, on: last, lacksBase: list.lacksBase(offer: offer.id, on: last))
      log.report(fault, file: file, column: "level", value: offer.name)
    }
  }
}

extension Fault {
  static func levelsWithoutTariff(_ levels: [String], citizens: Int, unpriced: Int, on day: Day, lacksBase: Bool) -> Fault {
    let list = levels.prefix(6).joined(separator: ", ") + (levels.count > 6 ? ", …" : "")
    let missing = lacksBase
      ? Phrase(da: "har pakker eller timer, men ingen grundtakst \(day.iso)", en: "has packages or hours, but no base tariff on \(day.iso)")
      : Phrase(da: "har ingen gyldig takst \(day.iso) for støttetrin \(list)", en: "has no valid tariff on \(day.iso) for support level \(list)")
    let price: Phrase
    switch unpriced {
    case 0: price = Phrase(da: "prisen er opholdenes egen (stays, price), som kan være gammel", en: "the price is the stays' own (stays, price), which may be old")
    case citizens: price = Phrase(da: "og opholdene har ingen pris selv", en: "and the stays have no price of their own")
    default:
      price = Phrase(
        da: "prisen er opholdenes egen (stays, price), som kan være gammel, og \(unpriced) har ingen",
        en: "the price is the stays' own (stays, price), which may be old, and \(unpriced) have none")
    }
    let remedy = lacksBase
      ? Phrase(da: "Tilføj grundtaksten (service base) i tariffs, eller forlæng den gamle med to.", en: "Add the base tariff (service base) to tariffs, or prolong the old one with to.")
      : Phrase(da: "Tilføj en takst for trinnene i tariffs, eller én uden level for alle.", en: "Add a tariff for the levels to tariffs, or one without level for all.")
    return Fault("tariff-level", .warning, missing + Phrase(da: " (borgere: \(citizens)); ", en: " (citizens: \(citizens)); ") + price + Phrase("."), remedy)
  }
}
