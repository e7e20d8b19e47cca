import Demand
public import Placements

/// By what the results are split; the kind of place always splits them.
public enum Grouping: String, CaseIterable, Sendable {
  case total, region, municipality, area, offer

  /// The line to which what belongs to an offer, and to no payer, adds up.
  func line(of offer: Offer) -> ResultKey {
    switch self {
    case .offer: ResultKey(area: offer.area, offer: offer.id, kind: offer.kind)
    case .area, .region, .municipality: ResultKey(area: offer.area, kind: offer.kind)
    case .total: ResultKey(kind: offer.kind)
    }
  }
}

/// One line of results; an empty text means all.
public struct ResultKey: Hashable, Comparable, Sendable {
  public let region: String
  public let area: String
  public let municipality: String
  public let offer: String
  public let kind: ServiceKind

  public init(region: String = "", area: String = "", municipality: String = "", offer: String = "", kind: ServiceKind) {
    self.region = region
    self.area = area
    self.municipality = municipality
    self.offer = offer
    self.kind = kind
  }

  private var order: Int { ServiceKind.allCases.firstIndex(of: kind) ?? 0 }

  public static func < (left: ResultKey, right: ResultKey) -> Bool {
    (left.region, left.area, left.municipality, left.offer, left.order)
      < (right.region, right.area, right.municipality, right.offer, right.order)
  }
}

/// What a run is limited to; empty means all. Ids and codes of the panel.
public struct ResultFilter: Sendable {
  public var areas: Set<String>
  public var municipalities: Set<String>
  public var offers: Set<String>

  public init(areas: Set<String> = [], municipalities: Set<String> = [], offers: Set<String> = []) {
    self.areas = areas
    self.municipalities = municipalities
    self.offers = offers
  }
}

/// The lines of a run, and under which of them each cell is counted.
struct KeyIndex: Sendable {
  let keys: [ResultKey]
  let tally: TallyKeys
  /// Offers (of the panel and the plans' new ones) whose places belong to each key; empty where places do not apply.
  let offersOfKey: [[Int]]
  private let offers: [Offer]

  init(panel: Panel, offers: [Offer], grouping: Grouping, filter: ResultFilter, detail: EventTally.Detail) {
    let builder = Builder(panel: panel, offers: offers, grouping: grouping, filter: filter)
    keys = builder.keys
    tally = builder.tally(detail)
    offersOfKey = builder.offersOfKey()
    self.offers = offers
  }

  func offerID(_ offer: Int) -> String { offers[offer].id }

  private struct Builder {
    let panel: Panel
    let offers: [Offer]
    let grouping: Grouping
    let filter: ResultFilter
    let keys: [ResultKey]
    private let index: [ResultKey: Int]

    init(panel: Panel, offers: [Offer], grouping: Grouping, filter: ResultFilter) {
      self.panel = panel
      self.offers = offers
      self.grouping = grouping
      self.filter = filter
      var found = Set<ResultKey>()
      if grouping == .offer {
        for offer in offers where Self.passes(offer, filter) { found.insert(Self.key(offer)) }
      } else {
        for municipality in panel.municipalities where Self.passes(municipality, filter) {
          for stratum in panel.strata where Self.passes(stratum, filter) {
            found.insert(Self.key(municipality, stratum, grouping))
          }
        }
      }
      keys = found.sorted()
      index = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
    }

    static func passes(_ municipality: Municipality, _ filter: ResultFilter) -> Bool {
      filter.municipalities.isEmpty || filter.municipalities.contains(municipality.code)
    }

    static func passes(_ stratum: Stratum, _ filter: ResultFilter) -> Bool {
      filter.areas.isEmpty || filter.areas.contains(stratum.area)
    }

    static func passes(_ offer: Offer, _ filter: ResultFilter) -> Bool {
      (filter.areas.isEmpty || filter.areas.contains(offer.area)) && (filter.offers.isEmpty || filter.offers.contains(offer.id))
    }

    static func key(_ offer: Offer) -> ResultKey { ResultKey(area: offer.area, offer: offer.id, kind: offer.kind) }

    static func key(_ municipality: Municipality, _ stratum: Stratum, _ grouping: Grouping) -> ResultKey {
      switch grouping {
      case .total: ResultKey(kind: stratum.kind)
      case .region: ResultKey(region: municipality.region, kind: stratum.kind)
      case .municipality: ResultKey(region: municipality.region, municipality: municipality.code, kind: stratum.kind)
      case .area, .offer: ResultKey(area: stratum.area, kind: stratum.kind)
      }
    }

    func tally(_ detail: EventTally.Detail) -> TallyKeys {
      let strata = panel.strata.count
      if grouping == .offer {
        return TallyKeys(
          count: keys.count, byOffer: offers.map { Self.passes($0, filter) ? index[Self.key($0)] ?? -1 : -1 },
          payerCounts: panel.municipalities.map { Self.passes($0, filter) }, strata: strata, detail: detail)
      }
      var cell = [Int](repeating: -1, count: panel.municipalities.count * strata)
      for (m, municipality) in panel.municipalities.enumerated() where Self.passes(municipality, filter) {
        for (s, stratum) in panel.strata.enumerated() where Self.passes(stratum, filter) {
          cell[m * strata + s] = index[Self.key(municipality, stratum, grouping)] ?? -1
        }
      }
      return TallyKeys(count: keys.count, cell: cell, strata: strata, detail: detail)
    }

    /// Places belong to offers, not to payers: by region, by municipality and for chosen payers they do not apply.
    func offersOfKey() -> [[Int]] {
      var result = [[Int]](repeating: [], count: keys.count)
      guard grouping != .region, grouping != .municipality, filter.municipalities.isEmpty else { return result }
      // Several plans may have the same new offer; places go by its name.
      var named = Set<String>()
      for (position, offer) in offers.enumerated() where Self.passes(offer, filter) && named.insert("\(offer.area)|\(offer.kind)|\(offer.id)").inserted {
        if let line = index[grouping.line(of: offer)] { result[line].append(position) }
      }
      return result
    }
  }
}
