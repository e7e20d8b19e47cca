import Groundwork
import Placements

extension Extracts {
  /// Counts everything that was merged under what it was merged into.
  ///
  /// - Parameter population: rows, since the extracts hold them summed up.
  /// - Returns: the population's rows under their new codes.
  mutating func merge(_ changes: DeclaredChanges, population rows: [Population.Row]) -> [Population.Row] {
    let municipality = changes.destinations(.municipalities)
    let area = changes.destinations(.areas)
    let offer = changes.destinations(.offers)
    guard !(municipality.isEmpty && area.isEmpty && offer.isEmpty) else { return rows }
    mergeOffers(area: area, offer: offer, municipality: municipality)
    let areaOfOffer = Dictionary(offers.map { ($0.id, $0.area) }, uniquingKeysWith: { first, _ in first })
    stays = stays.map { $0.merged(municipality: municipality, offer: offer) }
    activity = activity.map { $0.merged(municipality: municipality, area: area, offer: offer, areaOfOffer: areaOfOffer) }
    mergeCapacity(offer, dates: changes.merges(.offers))
    // Prices and accounts of an offer that is no more say nothing of the one that took it in.
    tariffs.removeAll { offer[$0.offer] != nil }
    economy.removeAll { offer[$0.offer] != nil }
    ownSupply = ownSupply.map { own in
      OwnSupplyStep(
        municipality: municipality[own.municipality] ?? own.municipality, area: area[own.area] ?? own.area, from: own.from, places: own.places,
        citizens: own.citizens, status: own.status)
    }
    // What was said of a part says nothing of the whole.
    satisfaction.removeAll { offer[$0.offer] != nil || area[$0.area] != nil || municipality[$0.municipality] != nil }
    settings.areas.removeAll { area[$0.id] != nil }
    municipalities.removeAll { municipality[$0.code] != nil }
    mergeStatements(changes, municipality: municipality, area: area, offer: offer)
    let merged = MergedPopulation(rows, changes.merges(.municipalities)).rows
    population = Population(merged)
    return merged
  }

  private mutating func mergeOffers(area: [String: String], offer: [String: String], municipality: [String: String]) {
    offers = offers.filter { offer[$0.id] == nil }.map { old in
      var own = old
      own.area = area[old.area] ?? old.area
      own.hostMunicipality = municipality[old.hostMunicipality] ?? old.hostMunicipality
      return own
    }
  }

  /// Before the merge the places of all parts together, from then on those of the offer that took the others in.
  private mutating func mergeCapacity(_ offer: [String: String], dates: [DeclaredChanges.Merge]) {
    guard !offer.isEmpty else { return }
    var ends: [String: Day] = [:]
    for merge in dates { for old in merge.old { ends[old] = merge.date } }
    let groups = Dictionary(grouping: capacity) { offer[$0.offer] ?? $0.offer }
    capacity = groups.keys.sorted().flatMap { id -> [CapacityStep] in
      let own = groups[id] ?? []
      guard own.contains(where: { $0.offer != id }) else { return own }
      let days = Set(own.map(\.from) + own.compactMap { ends[$0.offer] }).sorted()
      return days.compactMap { day in
        // Of each part the latest step, until it was merged.
        let latest = Dictionary(grouping: own.filter { $0.from <= day }, by: \.offer).compactMap { part, steps -> CapacityStep? in
          if let end = ends[part], day >= end { return nil }
          return steps.max { $0.from < $1.from }
        }
        guard let main = latest.first(where: { $0.offer == id }) ?? latest.min(by: { $0.offer < $1.offer }) else { return nil }
        func sum(_ value: (CapacityStep) -> Double?) -> Double? {
          let all = latest.sorted { $0.offer < $1.offer }.map(value)
          return all.contains { $0 == nil } ? nil : all.reduce(0) { $0 + ($1 ?? 0) }
        }
        return CapacityStep(
          offer: id, from: day, places: sum(\.places) ?? main.places, approvedPlaces: sum(\.approvedPlaces), staffedPlaces: sum(\.staffedPlaces),
          fullTimeStaff: sum(\.fullTimeStaff), assumedOccupancy: main.assumedOccupancy, daysPerYear: main.daysPerYear)
      }
    }
  }

  /// Statements of parts add up where every part made one; notices move over.
  private mutating func mergeStatements(
    _ changes: DeclaredChanges, municipality: [String: String], area: [String: String], offer: [String: String]
  ) {
    notices = notices.map { own in
      Notice(
        offer: offer[own.offer] ?? own.offer, area: area[own.area] ?? own.area, payer: municipality[own.payer] ?? own.payer, places: own.places,
        noticeDate: own.noticeDate, endDate: own.endDate, kind: own.kind, line: own.line)
    }
    // An override of a part says nothing of the whole.
    overrides.removeAll { municipality[$0.municipality] != nil || area[$0.area] != nil }
    struct Key: Hashable, Comparable {
      let municipality, area, source: String
      let year: Int

      static func < (left: Key, right: Key) -> Bool {
        (left.municipality, left.area, left.year, left.source) < (right.municipality, right.area, right.year, right.source)
      }
    }
    let groups = Dictionary(grouping: expectations) { own in
      Key(
        municipality: municipality[own.municipality] ?? own.municipality, area: area[own.area] ?? own.area, source: own.source.rawValue,
        year: own.year)
    }
    expectations = groups.keys.sorted().flatMap { key -> [Expectation] in
      let own = groups[key] ?? []
      let parts = Dictionary(grouping: own) { [$0.municipality, $0.area] }
      guard own.contains(where: { $0.municipality != key.municipality || $0.area != key.area }) else { return own }
      let asked = Set(expectations.filter { (municipality[$0.municipality] ?? $0.municipality) == key.municipality && (area[$0.area] ?? $0.area) == key.area }.map { [$0.municipality, $0.area] })
      // The last word of each part; a sum without one of the parts would be too small.
      let last = parts.keys.sorted { $0.lexicographicallyPrecedes($1) }.compactMap { parts[$0]?.last }
      let earlier = asked.filter { part in part != [key.municipality, key.area] }
      guard earlier.allSatisfy({ parts[$0] != nil }) else { return own.filter { $0.municipality == key.municipality && $0.area == key.area } }
      let places = last.map(\.expectedPlaces)
      return [
        Expectation(
          municipality: key.municipality, area: key.area, year: key.year,
          expectedPlaces: places.contains { $0 == nil } ? nil : places.reduce(0) { $0 + ($1 ?? 0) }, source: last[0].source,
          received: last.compactMap(\.received).max())
      ]
    }
  }
}

extension Stay {
  fileprivate func merged(municipality: [String: String], offer: [String: String]) -> Stay {
    Stay(
      citizen: citizen, payer: municipality[payer] ?? payer, acting: municipality[acting] ?? acting, offer: offer[self.offer] ?? self.offer,
      legalBasis: legalBasis, kind: kind, start: start, end: end, endReason: endReason, supportLevel: supportLevel, price: price,
      birthYear: birthYear)
  }
}

extension Activity {
  fileprivate func merged(municipality: [String: String], area: [String: String], offer: [String: String], areaOfOffer: [String: String]) -> Activity {
    let newOffer = offer[self.offer] ?? self.offer
    let newArea = offer[self.offer].flatMap { areaOfOffer[$0] } ?? area[stratum.area] ?? stratum.area
    let newPayer = municipality[payer] ?? payer
    guard newOffer != self.offer || newArea != stratum.area || newPayer != payer else { return self }
    var own = Activity(
      stratum: Stratum(area: newArea, kind: stratum.kind, legalBasis: stratum.legalBasis), offer: newOffer, period: period, payer: newPayer, stock: stock,
      occupiedDays: occupiedDays, admissions: admissions, homecomings: homecomings, otherExits: otherExits, waiting: waiting, hidden: hidden)
    own.source = "\(stratum.area)|\(self.offer)|\(payer)"
    return own
  }
}

/// Population of merged municipalities: before the merge all parts together, each with its nearest year where it has none.
struct MergedPopulation {
  private(set) var rows: [Population.Row]

  init(_ rows: [Population.Row], _ merges: [DeclaredChanges.Merge]) {
    self.rows = rows
    // A merge of what was merged before comes after it.
    for merge in merges.sorted(by: { $0.date < $1.date }) { join(merge) }
  }

  private mutating func join(_ merge: DeclaredChanges.Merge) {
    // A year's count is that of 1 January.
    let firstJoint = Period(containing: merge.date.advanced(by: -1), length: .year).year + 1
    let codes = merge.old + [merge.into]
    let parts = codes.map { code in Dictionary(grouping: rows.filter { $0.municipality == code }, by: \.year) }
    let years = parts.dropLast().flatMap(\.keys)
    guard let first = years.min(), let lastOfParts = years.max() else { return }
    // From the merge on the new one has its own count; where it has none, its parts still have theirs.
    let isCounted = parts[merge.old.count].keys.contains { $0 >= firstJoint }
    let last = isCounted ? firstJoint - 1 : lastOfParts
    var joint: [Population.Row] = []
    if first <= last {
      for year in first...last {
        for part in parts {
          let own = part.keys.filter { !isCounted || $0 < firstJoint }.sorted()
          guard let near = own.last(where: { $0 <= year }) ?? own.first else { continue }
          joint += (part[near] ?? []).map { Self.row($0, merge.into, year) }
        }
      }
    }
    rows = rows.filter { row in
      !merge.old.contains(row.municipality) && !(row.municipality == merge.into && row.year >= first && row.year <= last)
    } + joint
  }

  private static func row(_ row: Population.Row, _ code: String, _ year: Int) -> Population.Row {
    Population.Row(municipality: code, year: year, ageFrom: row.ageFrom, ageTo: row.ageTo, persons: row.persons, isProjection: row.isProjection)
  }
}
