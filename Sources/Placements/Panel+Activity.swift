import Groundwork

extension Panel {
  init(activity extracts: Extracts) throws {
    let settings = extracts.settings
    let finest = extracts.activity.map(\.period.length).min() ?? .year
    let length = max(settings.basePeriod ?? finest, finest)
    let periods = extracts.activity.map { $0.period.enclosing(length) }
    guard let first = periods.min(), let last = periods.max() else { preconditionFailure("activity without rows") }
    let strata = Set(extracts.activity.map(\.stratum))
    self.init(
      settings: settings, length: length, first: first, count: last - first + 1,
      municipalities: Self.municipalities(extracts, seen: Set(extracts.activity.map(\.payer))),
      areas: Self.areas(settings, used: Set(strata.map(\.area))), strata: strata.sorted(), offers: extracts.offers,
      population: extracts.population, fill: .nan)
    collect(extracts.activity)
    for stratum in self.strata.indices { complete(stratum: stratum) }
    knowledge = self.strata.indices.map(knowledge(of:))
    for stratum in self.strata.indices where knowledge[stratum] == .nothing { setAside(stratum: stratum) }
    settleResidents(extracts.activity)
  }

  /// Adds rows into their cells: flows and days over the periods inside a longer base period, stock of the last one.
  private mutating func collect(_ rows: [Activity]) {
    let municipalityIndex = Dictionary(uniqueKeysWithValues: municipalities.enumerated().map { ($1.code, $0) })
    let stratumIndex = Dictionary(uniqueKeysWithValues: strata.enumerated().map { ($1, $0) })
    for row in rows {
      guard let municipality = municipalityIndex[row.payer], let stratum = stratumIndex[row.stratum] else { continue }
      let period = row.period.enclosing(length) - first
      let at = offset(municipality, stratum) + period
      add(row.admissions, to: .admissions, at: at)
      add(row.homecomings, to: .homecomings, at: at)
      add(row.otherExits, to: .otherExits, at: at)
      add(row.occupiedDays, to: .occupiedDays, at: at)
      if row.period.lastDay == row.period.enclosing(length).lastDay { add(row.stock, to: .stock, at: at) }
    }
  }

  private mutating func add(_ value: Double?, to quantity: Quantity, at index: Int) {
    guard let value else { return }
    let before = values[quantity.rawValue][index]
    values[quantity.rawValue][index] = before.isNaN ? value : before + value
  }

  /// Derives one missing flow from the stock identity, and the person-days from stocks.
  /// An identity that gives a negative flow leaves it unknown.
  private mutating func complete(stratum: Int) {
    let knownFlows = Set(
      [Quantity.admissions, .homecomings, .otherExits].filter { quantity in
        municipalities.indices.contains { series(quantity, municipality: $0, stratum: stratum).contains { !$0.isNaN } }
      })
    for municipality in municipalities.indices {
      let start = offset(municipality, stratum)
      for period in 0..<count {
        if period > 0 { derive(at: start + period, known: knownFlows) }
        fillDays(at: start + period, period: period)
      }
    }
  }

  /// One unknown flow follows from the others: with admissions alone known, all exits count as other exits.
  /// One kind of exit alone determines nothing.
  private mutating func derive(at index: Int, known: Set<Quantity>) {
    let change = self[.stock, index] - self[.stock, index - 1]
    guard !change.isNaN else { return }
    let (admissions, homecomings, others) = (self[.admissions, index], self[.homecomings, index], self[.otherExits, index])
    func set(_ quantity: Quantity, _ value: Double) {
      if value >= 0, self[quantity, index].isNaN { values[quantity.rawValue][index] = value }
    }
    switch (known.contains(.admissions), known.contains(.homecomings), known.contains(.otherExits)) {
    case (true, true, false): set(.otherExits, admissions - change - homecomings)
    case (true, false, true): set(.homecomings, admissions - change - others)
    case (true, false, false): set(.otherExits, admissions - change)
    case (false, true, true): set(.admissions, change + homecomings + others)
    default: return
    }
  }

  private mutating func fillDays(at index: Int, period: Int) {
    guard self[.occupiedDays, index].isNaN else { return }
    let closing = self[.stock, index]
    let opening = period > 0 ? self[.stock, index - 1] : closing
    let mean = opening.isNaN ? closing : (opening + closing) / 2
    values[Quantity.occupiedDays.rawValue][index] = mean * Double(first.advanced(by: period).days)
  }

  private subscript(_ quantity: Quantity, _ index: Int) -> Double { values[quantity.rawValue][index] }

  private func knowledge(of stratum: Int) -> Knowledge {
    func knows(_ quantity: Quantity, atLeast share: Double) -> Bool {
      var known = 0
      var all = 0
      for municipality in municipalities.indices {
        let values = series(quantity, municipality: municipality, stratum: stratum)
        guard Quantity.allCases.contains(where: { q in series(q, municipality: municipality, stratum: stratum).contains { !$0.isNaN } })
        else { continue }
        known += values.count { !$0.isNaN }
        all += values.count
      }
      return known > 0 && Double(known) >= share * Double(all)
    }
    let hasStock = knows(.stock, atLeast: 0)
    // One exit flow and a stock leave admissions and the other exits undetermined: then the stock alone is modelled.
    let hasAdmissions = knows(.admissions, atLeast: 0.5)
    let hasExits = knows(.otherExits, atLeast: 0.5) || knows(.homecomings, atLeast: 0.5)
    if hasStock { return hasAdmissions && hasExits ? .flowsAndStock : .stockOnly }
    return hasAdmissions || hasExits ? .flowsOnly : .nothing
  }

  private mutating func setAside(stratum: Int) {
    setAside.append(
      Finding(
        .warning, value: strata[stratum].key,
        message: Phrase(da: "kan ikke modelleres: der er hverken belægning eller bevægelser", en: "cannot be modelled: neither stock nor flows are known"),
        remedy: Phrase(da: "Serien er sat til side; resten er regnet.", en: "The series is set aside; the rest goes on.")))
  }

  /// The counted stock at the origin as residents without a name; offers where the source counts by offer.
  private mutating func settleResidents(_ rows: [Activity]) {
    let municipalityIndex = Dictionary(uniqueKeysWithValues: municipalities.enumerated().map { ($1.code, $0) })
    let stratumIndex = Dictionary(uniqueKeysWithValues: strata.enumerated().map { ($1, $0) })
    let offerIndex = Dictionary(uniqueKeysWithValues: offers.enumerated().map { ($1.id, $0) })
    var latest: [ResidentKey: (period: Period, stock: Double)] = [:]
    var counted: Set<Int> = []
    for row in rows {
      if let offer = offerIndex[row.offer], let stratum = stratumIndex[row.stratum] {
        counted.insert(offer)
        let admission = (period: row.period.enclosing(length) - first, stratum: stratum, offer: offer)
        offerAdmissions += Array(repeating: admission, count: Int((row.admissions ?? 0).rounded()))
      }
      guard let stock = row.stock, let municipality = municipalityIndex[row.payer], let stratum = stratumIndex[row.stratum],
        knowledge[stratum] == .flowsAndStock
      else { continue }
      let key = ResidentKey(municipality: municipality, stratum: stratum, offer: row.offer)
      if let known = latest[key], known.period > row.period { continue }
      latest[key] = (row.period, stock)
    }
    for (key, entry) in latest.sorted(by: { $0.key < $1.key }) {
      let resident = Resident(municipality: key.municipality, stratum: key.stratum, offer: offerIndex[key.offer], since: nil)
      residents.append(contentsOf: Array(repeating: resident, count: max(0, Int(entry.stock.rounded()))))
    }
    countedOffers = counted
  }
}

private struct ResidentKey: Hashable, Comparable {
  let municipality: Int
  let stratum: Int
  let offer: String

  static func < (left: ResidentKey, right: ResidentKey) -> Bool {
    (left.municipality, left.stratum, left.offer) < (right.municipality, right.stratum, right.offer)
  }
}
