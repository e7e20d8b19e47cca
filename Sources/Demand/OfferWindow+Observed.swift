public import Placements

extension OfferWindow {
  /// Years of admissions that decide an offer's share of its stratum.
  static let shareYears = 3

  /// The offers of a panel as destinations: shares by the admissions of the last three years, plus one admission spread over
  /// all so that a quiet offer is not shut out, or by who lives there where no admissions are known; open as long as the offer exists.
  public static func observed(_ panel: Panel) -> [OfferWindow] {
    let start = panel.first.advanced(by: panel.count).firstDay
    let since = panel.count - Self.shareYears * panel.length.perYear
    var counts: [[Int: Double]] = Array(repeating: [:], count: panel.strata.count)
    for (index, offer) in panel.offers.enumerated() {
      guard panel.countedOffers?.contains(index) ?? true else { continue }
      if let stratum = panel.strata.firstIndex(of: offer.stratum) { counts[stratum][index] = 0 }
    }
    for admission in panel.offerAdmissions where admission.period >= since {
      counts[admission.stratum][admission.offer, default: 0] += 1
    }
    // Where no admissions are counted by offer, who lives where says which offers are chosen.
    for stratum in counts.indices where counts[stratum].values.allSatisfy({ $0 == 0 }) {
      for resident in panel.residents where resident.stratum == stratum {
        if let offer = resident.offer { counts[stratum][offer, default: 0] += 1 }
      }
    }
    return counts.enumerated().flatMap { stratum, offers in
      offers.sorted { $0.key < $1.key }.compactMap { index, count -> OfferWindow? in
        let offer = panel.offers[index]
        let closes = offer.validTo.map { Double($0.advanced(by: 1) - start) } ?? .infinity
        guard closes > 0 else { return nil }
        let opens = offer.validFrom.map { Double($0 - start) } ?? -.infinity
        return OfferWindow(offer: index, stratum: stratum, weight: count + 1 / Double(offers.count), opens: opens, closes: closes)
      }
    }
  }
}
