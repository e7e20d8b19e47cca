import Groundwork

extension Panel {
  /// Builds the panel of a project: from its stays where it has them, else from its counted activity.
  /// - Throws: `FindingsError` when there is neither.
  public init(_ extracts: Extracts) throws {
    if !extracts.stays.isEmpty {
      try self.init(stays: extracts)
      notices = extracts.notices
    } else if !extracts.activity.isEmpty {
      try self.init(activity: extracts)
      notices = extracts.notices
    } else {
      throw FindingsError(
        Finding(
          .error, message: Phrase(da: "projektet har hverken ophold eller aktivitet.", en: "the project has neither stays nor activity."),
          remedy: Phrase(
            da: "Læg data/stays.csv eller data/activity.csv i projektmappen.",
            en: "Put data/stays.csv or data/activity.csv into the project folder.")))
    }
  }

  private init(stays extracts: Extracts) throws {
    let settings = extracts.settings
    let length = settings.basePeriod ?? .month
    let window = Self.window(extracts)
    let first = Self.firstWhole(from: window.lowerBound, length: length)
    let last = Self.lastWhole(to: window.upperBound, length: length)
    guard last >= first else {
      throw FindingsError(
        Finding(
          .error, file: "plads.toml", column: "data.from", value: "\(window.lowerBound.iso) – \(window.upperBound.iso)",
          message: Phrase(da: "vinduet rummer ingen hel periode", en: "the window holds no whole period"),
          remedy: Phrase(da: "Angiv [data] from og to, så mindst én hel periode er dækket.", en: "Set [data] from and to so that at least one whole period is covered.")))
    }
    let offers = extracts.offers
    let areaOfOffer = Dictionary(uniqueKeysWithValues: offers.map { ($0.id, $0.area) })
    var strata = Set(offers.map(\.stratum))
    for stay in extracts.stays {
      guard let area = areaOfOffer[stay.offer] else { continue }
      strata.insert(Stratum(area: area, kind: stay.kind, legalBasis: stay.legalBasis))
    }
    self.init(
      settings: settings, length: length, first: first, count: last - first + 1,
      municipalities: Self.municipalities(extracts, seen: Set(extracts.stays.map(\.payer))),
      areas: Self.areas(settings, used: Set(strata.map(\.area))), strata: strata.sorted(), offers: offers,
      population: extracts.population, fill: 0)
    knowledge = Array(repeating: .flowsAndStock, count: self.strata.count)
    tally(extracts.stays)
    apply(settings.breaks)
  }

  /// The observation window of the settings, or what the stays show of it.
  private static func window(_ extracts: Extracts) -> ClosedRange<Day> {
    let starts = extracts.stays.map(\.start)
    let ends = extracts.stays.compactMap(\.end)
    let earliest = ends.min() ?? starts.min() ?? Day(number: 0)
    let latest = max(starts.max() ?? earliest, ends.max() ?? earliest)
    let from = extracts.settings.observedFrom ?? Period(containing: earliest, length: .month).firstDay
    let to = extracts.settings.observedTo ?? Period(containing: latest, length: .month).lastDay
    return from...max(from, to)
  }

  static func firstWhole(from day: Day, length: PeriodLength) -> Period {
    let period = Period(containing: day, length: length)
    return period.firstDay == day ? period : period.advanced(by: 1)
  }

  static func lastWhole(to day: Day, length: PeriodLength) -> Period {
    let period = Period(containing: day, length: length)
    return period.lastDay == day ? period : period.advanced(by: -1)
  }

  /// With a population every municipality counts, also those that never placed anybody; without one, those that were seen.
  static func municipalities(_ extracts: Extracts, seen: Set<String>) -> [Municipality] {
    extracts.municipalities
      .filter { seen.contains($0.code) || extracts.population.covers($0.code) }
      .sorted { $0.code < $1.code }
  }

  static func areas(_ settings: ProjectSettings, used: Set<String>) -> [SpecialtyArea] {
    let declared = settings.areas.filter { used.contains($0.id) }
    let rest = used.subtracting(declared.map(\.id)).sorted().map { SpecialtyArea(id: $0, name: $0) }
    return declared + rest
  }

  /// Counts every stay once: its days and stock in the window, its admission, its exit or transfer.
  private mutating func tally(_ stays: [Stay]) {
    let municipalityIndex = Dictionary(uniqueKeysWithValues: municipalities.enumerated().map { ($1.code, $0) })
    let offerIndex = Dictionary(uniqueKeysWithValues: offers.enumerated().map { ($1.id, $0) })
    let stratumIndex = Dictionary(uniqueKeysWithValues: strata.enumerated().map { ($1, $0) })
    let links = TransferLinks(stays)
    let endings = (0..<count).map { first.advanced(by: $0).lastDay }
    unknownExits = [Int](repeating: 0, count: strata.count)
    tenure = Tenure(cells: municipalities.count * strata.count * count)
    traits = StayTraits(stays, settings: settings, areas: areas, areaOfOffer: Dictionary(uniqueKeysWithValues: offers.map { ($0.id, $0.area) }), strata: strata.count)
    remarkUnknownCovariates()
    for (index, stay) in stays.enumerated() {
      guard let municipality = municipalityIndex[stay.payer], let offer = offerIndex[stay.offer],
        let stratum = stratumIndex[Stratum(area: offers[offer].area, kind: stay.kind, legalBasis: stay.legalBasis)]
      else { continue }
      let cell = offset(municipality, stratum)
      let admitted = links.admission(of: index, stays)
      addPresence(of: stay, admitted: admitted, at: cell, endings: endings)
      if stay.start <= endings[count - 1], stay.end.map({ $0 > endings[count - 1] }) ?? true {
        residents.append(Resident(municipality: municipality, stratum: stratum, offer: offer, since: stay.start, admitted: admitted))
      }
      countStart(of: stay, cameFrom: links.origin[index].map { stays[$0] }, cell: cell, stratum: stratum, offer: offer, index: stratumIndex, offerIndex: offerIndex)
      let exit = countEnd(of: stay, wentTo: links.destination[index].map { stays[$0] }, cell: cell, stratum: stratum, index: stratumIndex, offerIndex: offerIndex, admitted: admitted)
      if traits != nil {
        addTraits(of: stay, isAdmission: links.origin[index] == nil, municipality: municipality, stratum: stratum, admitted: admitted, exit: exit)
      }
    }
  }

  private mutating func addTraits(of stay: Stay, isAdmission: Bool, municipality: Int, stratum: Int, admitted: Day, exit: Flow?) {
    let last = origin.lastDay
    let (from, until) = (max(stay.start, first.firstDay), min(stay.end ?? last.advanced(by: 1), last.advanced(by: 1)))
    let profile = traits?.profile(of: stay, area: strata[stratum].area, admitted: admitted) ?? 0
    if from < until || exit != nil {
      traits?.add(
        .init(
          municipality: Int32(municipality), stratum: Int32(stratum), profile: profile, birthYear: Int16(stay.birthYear ?? 0), admitted: admitted,
          from: from, until: until, exit: exit))
    }
    if stay.start <= last, stay.end.map({ $0 > last }) ?? true { traits?.addResident(profile: profile, birthYear: stay.birthYear) }
    if isAdmission, observedPeriod(stay.start) != nil {
      traits?.addArrival(profile: profile, birthYear: stay.birthYear, year: stay.start.year, stratum: stratum)
    }
  }

  /// Covariates that the settings name and no stay has.
  private mutating func remarkUnknownCovariates() {
    for covariate in settings.covariates where !(traits?.bands.contains { $0.covariate == covariate } ?? false) {
      remarks.append(
        Finding(
          .warning, file: "plads.toml", column: "rates.covariates", value: covariate.rawValue,
          message: Phrase(da: "intet ophold oplyser \(covariate.phrase.da); raterne afhænger ikke af den.", en: "no stay tells the \(covariate.phrase.en); rates do not depend on it."),
          remedy: Phrase(da: "Tilføj kolonnen i stays, eller slet ordet.", en: "Add the column to stays, or remove the word.")))
    }
  }

  private mutating func addPresence(of stay: Stay, admitted: Day, at cell: Int, endings: [Day]) {
    let windowStart = first.firstDay
    let windowEnd = endings[count - 1].advanced(by: 1)
    let from = max(stay.start, windowStart)
    let until = min(stay.end ?? windowEnd, windowEnd)
    guard until > from else { return }
    var period = Period(containing: from, length: length) - first
    var day = from
    while day < until {
      let next = min(endings[period].advanced(by: 1), until)
      values[Quantity.occupiedDays.rawValue][cell + period] += Double(next - day)
      tenure?.addPresence(from: day, until: next, admitted: admitted, cell: cell + period)
      if next == endings[period].advanced(by: 1), stay.end.map({ $0 > endings[period] }) ?? true {
        values[Quantity.stock.rawValue][cell + period] += 1
      }
      day = next
      period += 1
    }
  }

  private func observedPeriod(_ day: Day) -> Int? {
    let period = Period(containing: day, length: length) - first
    return (0..<count).contains(period) ? period : nil
  }

  private mutating func countStart(
    of stay: Stay, cameFrom previous: Stay?, cell: Int, stratum: Int, offer: Int, index: [Stratum: Int], offerIndex: [String: Int]
  ) {
    guard let period = observedPeriod(stay.start) else { return }
    if previous == nil { offerAdmissions.append((period, stratum, offer)) }
    if let previous, let source = self.stratum(of: previous, index: index, offerIndex: offerIndex) {
      if source != stratum { values[Quantity.transfersIn.rawValue][cell + period] += 1 }
    } else {
      values[Quantity.admissions.rawValue][cell + period] += 1
    }
  }

  /// How the stay ended within the window; nil where it goes on or leads to another.
  private mutating func countEnd(
    of stay: Stay, wentTo next: Stay?, cell: Int, stratum: Int, index: [Stratum: Int], offerIndex: [String: Int], admitted: Day
  ) -> Flow? {
    guard let end = stay.end, let period = observedPeriod(end) else { return nil }
    if let next, let destination = self.stratum(of: next, index: index, offerIndex: offerIndex) {
      guard destination != stratum else { return nil }
      values[Quantity.transfersOut.rawValue][cell + period] += 1
      transfers.append(Transfer(from: stratum, to: destination, period: period))
      return nil
    } else {
      if stay.endReason == .unknown || stay.endReason == nil { unknownExits[stratum] += 1 }
      let flow: Flow = stay.endReason == .homecoming ? .homecoming : stay.endReason == .ageOut ? .ageOut : .otherExit
      values[(flow == .homecoming ? Quantity.homecomings : .otherExits).rawValue][cell + period] += 1
      if flow == .ageOut { values[Quantity.ageOuts.rawValue][cell + period] += 1 }
      tenure?.addExit(flow, municipality: cell / count / strata.count, stratum: stratum, period: period, end: end, admitted: admitted)
      return flow
    }
  }

  private func stratum(of stay: Stay, index: [Stratum: Int], offerIndex: [String: Int]) -> Int? {
    offerIndex[stay.offer].flatMap { index[Stratum(area: offers[$0].area, kind: stay.kind, legalBasis: stay.legalBasis)] }
  }
}

/// Which stay continues which: a stay that ended as a transfer, or for an unknown reason, and the same citizen's next stay
/// that begins on that day or the day after.
struct TransferLinks {
  /// By index of the earlier stay.
  private(set) var destination: [Int: Int] = [:]
  /// By index of the later stay.
  private(set) var origin: [Int: Int] = [:]

  init(_ stays: [Stay]) {
    var byStart: [String: [Int]] = [:]
    for (index, stay) in stays.enumerated() { byStart[stay.citizen, default: []].append(index) }
    for (index, stay) in stays.enumerated() {
      guard let end = stay.end, stay.endReason == .transfer || stay.endReason == .unknown || stay.endReason == nil,
        let siblings = byStart[stay.citizen], siblings.count > 1
      else { continue }
      let next = siblings.filter { $0 != index && origin[$0] == nil && (0...1).contains(stays[$0].start - end) }
      // The earliest, and of several on one day the one in the same kind.
      let best = next.min { left, right in
        (stays[left].start, stays[left].kind == stay.kind ? 0 : 1, left) < (stays[right].start, stays[right].kind == stay.kind ? 0 : 1, right)
      }
      if let best {
        destination[index] = best
        origin[best] = index
      }
    }
  }

  /// The first day of the stays that lead to one through transfers.
  func admission(of index: Int, _ stays: [Stay]) -> Day {
    var first = index
    // Stays of no length can follow each other in a ring: no chain is longer than there are stays of a day.
    for _ in stays.indices {
      guard let before = origin[first], before != index else { break }
      first = before
    }
    return stays[first].start
  }
}
