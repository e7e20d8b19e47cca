import Groundwork

extension Panel {
  init(activity extracts: Extracts) throws {
    let settings = extracts.settings
    let finest = extracts.activity.map(\.period.length).min() ?? .year
    let length = max(settings.basePeriod ?? finest, finest)
    let periods = extracts.activity.map(\.period)
    guard let from = periods.min(), let to = periods.max() else { preconditionFailure("activity without rows") }
    let whole = Self.whole(from.firstDay, to.lastDay, length: length)
    let first = whole?.lowerBound ?? from.enclosing(length)
    let last = whole?.upperBound ?? to.enclosing(length)
    let strata = Set(extracts.activity.map(\.stratum))
    self.init(
      settings: settings, length: length, first: first, count: last - first + 1,
      municipalities: Self.municipalities(extracts, seen: Set(extracts.activity.map(\.payer))),
      areas: Self.areas(settings, used: Set(strata.map(\.area))), strata: strata.sorted(), offers: extracts.offers,
      population: extracts.population, fill: .nan)
    settle(ActivitySums(extracts.activity, panel: self))
    // First, so that nothing is derived from a stock on the other side.
    apply(settings.breaks)
    for stratum in self.strata.indices { complete(stratum: stratum) }
    knowledge = self.strata.indices.map(knowledge(of:))
    for stratum in self.strata.indices where knowledge[stratum] == .nothing { setAside(stratum: stratum) }
    settleResidents(extracts.activity)
    remarkEnded()
    if !settings.breaks.isEmpty { forgetAdmissions() }
  }

  /// Names municipalities whose stock is not counted to the end though somebody was there: it is carried on as it was.
  private mutating func remarkEnded() {
    for stratum in strata.indices where knowledge[stratum] == .flowsAndStock || knowledge[stratum] == .stockOnly {
      let ended = municipalities.indices.compactMap { municipality -> (municipality: Int, period: Int, stock: Double)? in
        let stocks = Array(series(.stock, municipality: municipality, stratum: stratum))
        guard let last = stocks.lastIndex(where: { !$0.isNaN }), last < count - 1, stocks[last] > 0 else { return nil }
        return (municipality, last, stocks[last])
      }
      guard !ended.isEmpty else { continue }
      let list = ended.prefix(6).map { "\(municipalities[$0.municipality].name) \(first.advanced(by: $0.period)) (\(NumberText.machine($0.stock)))" }
      let names = list.joined(separator: ", ") + (ended.count > list.count ? ", …" : "")
      remarks.append(
        Finding(
          .warning, value: strata[stratum].key,
          message: Phrase(
            da: "belægning, der ikke er talt til \(origin), kommuner: \(ended.count); sidst \(names). Den er ukendt siden og føres videre, som den var.",
            en: "stock that is not counted until \(origin), municipalities: \(ended.count); last \(names). It is unknown since and is carried on as it was."),
          remedy: Phrase(
            da: "Skriv 0, hvor ingen er tilbage, eller [[merge]] i plads.toml, hvor kommunen er lagt ind under en anden.",
            en: "Write 0 where nobody is left, or [[merge]] in plads.toml where the municipality was merged into another.")))
    }
  }

  /// Those before a break do not say which offers are chosen.
  private mutating func forgetAdmissions() {
    offerAdmissions = offerAdmissions.filter { $0.period >= firstUsable(.admissions, stratum: $0.stratum) }
  }

  /// The periods that the data covers from their first day to their last; nil where it covers none.
  private static func whole(_ from: Day, _ to: Day, length: PeriodLength) -> ClosedRange<Period>? {
    let first = firstWhole(from: from, length: length)
    let last = lastWhole(to: to, length: length)
    return first <= last ? first...last : nil
  }

  /// Derives one missing flow from the stock identity, and the person-days from stocks.
  ///
  /// An identity that gives a negative flow makes it zero and takes what is missing from the next ones of the series, so that
  /// their sum is kept; such cells are reported, as are those in which all flows are counted and do not make up the stock.
  private mutating func complete(stratum: Int) {
    let knownFlows = Set(
      Self.flows.filter { quantity in
        municipalities.indices.contains { series(quantity, municipality: $0, stratum: stratum).contains { !$0.isNaN } }
      })
    var contradictions = Contradictions()
    for municipality in municipalities.indices {
      let start = offset(municipality, stratum)
      var debt = 0.0
      for period in 0..<count {
        if period > 0 {
          let left = unexplained(at: start + period, known: knownFlows, debt: &debt)
          if left != 0 { contradictions.add(municipality, period, left) }
        }
        fillDays(at: start + period, period: period)
      }
    }
    report(contradictions, stratum: stratum, areAllFlowsKnown: knownFlows.count == Self.flows.count)
  }

  private struct Contradictions {
    private(set) var cells = 0
    private(set) var municipalities: Set<Int> = []
    private(set) var largest: (municipality: Int, period: Int, left: Double)?

    mutating func add(_ municipality: Int, _ period: Int, _ left: Double) {
      cells += 1
      municipalities.insert(municipality)
      if abs(left) > abs(largest?.left ?? 0) { largest = (municipality, period, left) }
    }
  }

  /// One unknown flow follows from the others: with admissions alone known, all exits count as other exits.
  /// One kind of exit alone determines nothing.
  /// - Returns: by how much the stock changed more than its flows say; 0 where they agree or one of them is unknown.
  private mutating func unexplained(at index: Int, known: Set<Quantity>, debt: inout Double) -> Double {
    let change = self[.stock, index] - self[.stock, index - 1]
    let (admissions, homecomings, others) = (self[.admissions, index], self[.homecomings, index], self[.otherExits, index])
    let isSure = [index, index - 1].allSatisfy { !uncounted[Quantity.stock.rawValue].contains($0) } && Self.flows.allSatisfy { !uncounted[$0.rawValue].contains(index) }
    let derived: (quantity: Quantity, value: Double)
    switch (known.contains(.admissions), known.contains(.homecomings), known.contains(.otherExits)) {
    case (true, true, true):
      let left = change - (admissions - homecomings - others)
      // A hundredth of a person: full-year values are rounded.
      return isSure && abs(left) > 0.01 ? left : 0
    case (true, true, false): derived = (.otherExits, admissions - change - homecomings)
    case (true, false, true): derived = (.homecomings, admissions - change - others)
    case (true, false, false): derived = (.otherExits, admissions - change)
    case (false, true, true): derived = (.admissions, change + homecomings + others)
    default: return 0
    }
    guard !derived.value.isNaN, self[derived.quantity, index].isNaN else {
      debt = 0
      return 0
    }
    // Flows are whole; stocks that are full-year or estimated values may not be.
    let value = (derived.value + debt).rounded()
    debt = min(0, value)
    values[derived.quantity.rawValue][index] = max(0, value)
    if !isSure { uncounted[derived.quantity.rawValue].insert(index) }
    return isSure && derived.value < -0.01 ? derived.value : 0
  }

  private mutating func report(_ found: Contradictions, stratum: Int, areAllFlowsKnown: Bool) {
    guard let largest = found.largest else { return }
    let place = "\(municipalities[largest.municipality].name), \(first.advanced(by: largest.period))"
    let size = NumberText.machine(abs(largest.left))
    let (cells, series) = (found.cells, found.municipalities.count)
    let what =
      areAllFlowsKnown
      ? Phrase(
        da: "belægningen ændrer sig anderledes, end bevægelserne siger: perioder \(cells), kommuner \(series); mest i \(place), med \(size).",
        en: "the stock changes otherwise than its flows say: periods \(cells), municipalities \(series); most in \(place), by \(size).")
      : Phrase(
        da: "den bevægelse, der mangler, bliver negativ efter belægningen: perioder \(cells), kommuner \(series); mest i \(place), med \(size). Den er sat til nul og trukket fra i de næste perioder.",
        en: "the flow that is missing comes out negative by the stock: periods \(cells), municipalities \(series); most in \(place), by \(size). It is set to zero and taken from the next periods.")
    remarks.append(
      Finding(
        .warning, value: strata[stratum].key, message: what,
        remedy: Phrase(
          da: "Kontrollér, om nogen flytter mellem områder, eller om tallene er fra hver sin dag.",
          en: "Look whether people move between areas, or whether the figures are of different days.")))
  }

  private mutating func fillDays(at index: Int, period: Int) {
    guard self[.occupiedDays, index].isNaN else { return }
    let closing = self[.stock, index]
    let opening = period > 0 ? self[.stock, index - 1] : closing
    let mean = opening.isNaN ? closing : closing.isNaN ? opening : (opening + closing) / 2
    values[Quantity.occupiedDays.rawValue][index] = mean * Double(first.advanced(by: period).days)
    if uncounted[Quantity.stock.rawValue].contains(index) || (period > 0 && uncounted[Quantity.stock.rawValue].contains(index - 1)) {
      uncounted[Quantity.occupiedDays.rawValue].insert(index)
    }
  }

  private subscript(_ quantity: Quantity, _ index: Int) -> Double { values[quantity.rawValue][index] }

  private func knowledge(of stratum: Int) -> Knowledge {
    func knows(_ quantity: Quantity, atLeast share: Double) -> Bool {
      var known = 0
      var all = 0
      for municipality in municipalities.indices {
        let values = series(quantity, municipality: municipality, stratum: stratum).dropFirst(firstUsable(quantity, stratum: stratum))
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
    var histories: [ResidentKey: [Activity]] = [:]
    var counted: Set<Int> = []
    for row in rows {
      if let offer = offerIndex[row.offer], let stratum = stratumIndex[row.stratum] {
        counted.insert(offer)
        let admission = (period: row.period.enclosing(length) - first, stratum: stratum, offer: offer)
        offerAdmissions += Array(repeating: admission, count: Int((row.admissions ?? 0).rounded()))
      }
      guard row.period.lastDay <= origin.lastDay, row.bounds(of: .stock) != nil, let municipality = municipalityIndex[row.payer], let stratum = stratumIndex[row.stratum],
        knowledge[stratum] == .flowsAndStock
      else { continue }
      histories[ResidentKey(municipality: municipality, stratum: stratum, offer: row.offer, source: row.source), default: []].append(row)
    }
    let parts = Dictionary(grouping: histories.keys) { offset($0.municipality, $0.stratum) }
    // What rounding takes from one payer goes to the next, or many small stocks would lean the same way.
    var left = [Double](repeating: 0, count: strata.count)
    for (key, own) in histories.sorted(by: { $0.key < $1.key }) {
      // Who was merged into another is counted there.
      if !key.source.isEmpty, own.allSatisfy({ $0.period.lastDay < origin.lastDay }) { continue }
      let resident = Resident(municipality: key.municipality, stratum: key.stratum, offer: offerIndex[key.offer], since: nil)
      // A cell of one part has the panel's own estimate, which knows the flows, too.
      let isAlone = parts[offset(key.municipality, key.stratum)]?.count == 1
      let last = isAlone ? series(.stock, municipality: key.municipality, stratum: key.stratum).last { !$0.isNaN } : nil
      let stock = last ?? Self.lastStock(own)
      let isWhole = stock == stock.rounded()
      let citizens = (isWhole ? stock : max(0, stock + left[key.stratum])).rounded()
      if !isWhole { left[key.stratum] += stock - citizens }
      residents.append(contentsOf: Array(repeating: resident, count: Int(citizens)))
    }
    countedOffers = counted
  }

  /// The last stock of one offer and payer; where the source hides it, the last known one within its bounds, or their middle.
  private static func lastStock(_ rows: [Activity]) -> Double {
    var known: Double?
    for row in rows.sorted(by: { $0.period < $1.period }) {
      guard let bounds = row.bounds(of: .stock) else { continue }
      known = min(max(known ?? (bounds.lowerBound + bounds.upperBound) / 2, bounds.lowerBound), bounds.upperBound)
    }
    return known ?? 0
  }
}

private struct ResidentKey: Hashable, Comparable {
  let municipality: Int
  let stratum: Int
  let offer: String
  let source: String

  static func < (left: ResidentKey, right: ResidentKey) -> Bool {
    (left.municipality, left.stratum, left.offer, left.source) < (right.municipality, right.stratum, right.offer, right.source)
  }
}
