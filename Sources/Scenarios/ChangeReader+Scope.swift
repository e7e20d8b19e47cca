import Groundwork
import Placements

/// Where and when a change acts.
extension ChangeReader {
  // MARK: Where

  mutating func names(_ keys: [String]) -> [(key: String, name: String)] {
    var found: [(String, String)] = []
    for key in keys {
      guard let value = change.values[key] else { continue }
      let items = if case .array(let items) = value { items } else { [value] }
      for item in items {
        switch item {
        case .string(let text): found.append((key, text))
        case .integer(let number): found.append((key, String(number)))
        default: fail(key, Phrase(da: "skal være navne eller koder.", en: "must be names or codes."), Phrase(""))
        }
      }
    }
    return found
  }

  mutating func municipalityFlags() -> [Bool] {
    let wanted = names(["municipalities", "municipality"])
    guard !wanted.isEmpty else { return panel.municipalities.map { _ in true } }
    var flags = panel.municipalities.map { _ in false }
    for (key, name) in wanted {
      let own = panel.municipalities.indices.filter { Self.matches(panel.municipalities[$0], name) }
      let matches = own.isEmpty ? panel.municipalities.indices.filter { Self.contains(name, panel.municipalities[$0]) } : own
      if matches.isEmpty {
        let groups = Set(panel.municipalities.flatMap { [$0.region, $0.group] }).subtracting([""]).sorted()
        failName(key, name, Phrase(da: "ukendt kommune.", en: "unknown municipality."), among: panel.municipalities.map(\.name) + groups)
      }
      for index in matches { flags[index] = true }
    }
    return flags
  }

  static func matches(_ municipality: Municipality, _ name: String) -> Bool {
    municipality.code == name || municipality.name.lowercased() == name.lowercased() || "0" + municipality.code == name
  }

  /// Whether the name is that of the municipality's region, with or without the word, or of its group.
  static func contains(_ name: String, _ municipality: Municipality) -> Bool {
    let form = NearestName.machineForm(name)
    return [municipality.region, "region " + municipality.region, municipality.group]
      .contains { $0 != "region " && !$0.isEmpty && NearestName.machineForm($0) == form }
  }

  mutating func areaFlags() -> [Bool] {
    let wanted = names(["areas", "area"])
    guard !wanted.isEmpty else { return panel.areas.map { _ in true } }
    var flags = panel.areas.map { _ in false }
    for (key, name) in wanted {
      if let index = areaIndex(name) {
        flags[index] = true
      } else {
        failName(key, name, Phrase(da: "ukendt specialområde.", en: "unknown specialty area."), among: panel.areas.map(\.id))
      }
    }
    return flags
  }

  func areaIndex(_ name: String) -> Int? {
    let form = NearestName.machineForm(name)
    return panel.areas.firstIndex { $0.id == name || NearestName.machineForm($0.name) == form || NearestName.machineForm($0.id) == form }
  }

  mutating func stratumFlags() -> [Bool] {
    let areas = areaFlags()
    let sections = names(["legal_basis"])
    let kinds = names(["kind"])
    let known = Set(panel.strata.map(\.legalBasis)).sorted()
    for (key, section) in sections where !known.contains(section) {
      failName(key, section, Phrase(da: "ukendt retsgrundlag.", en: "unknown legal section."), among: known)
    }
    for (key, kind) in kinds where ServiceKind(rawValue: kind) == nil {
      failName(key, kind, Phrase(da: "ukendt art.", en: "unknown kind."), among: ServiceKind.allCases.map(\.rawValue))
    }
    return panel.strata.indices.map { index in
      areas[panel.areaOfStratum[index]]
        && (sections.isEmpty || sections.contains { $0.name == panel.strata[index].legalBasis })
        && (kinds.isEmpty || kinds.contains { $0.name == panel.strata[index].kind.rawValue })
    }
  }

  mutating func offerIndex(_ key: String, in plan: Plan) -> Int? {
    guard let name = names([key]).first?.name else { return nil }
    return offerIndex(named: name, key, in: plan)
  }

  mutating func offerIndex(named name: String, _ key: String, in plan: Plan) -> Int? {
    let all = panel.offers + plan.newOffers
    let form = NearestName.machineForm(name)
    if let index = all.firstIndex(where: { $0.id == name || NearestName.machineForm($0.name) == form || NearestName.machineForm($0.id) == form }) {
      return index
    }
    if isOpenedLater(name) {
      fail(
        key, value: name, Phrase(da: "åbner først længere nede i scenariet.", en: "opens only further down in the scenario."),
        Phrase(da: "Flyt dets new_offer op før denne ændring.", en: "Move its new_offer above this change."))
      return nil
    }
    let ids = all.map(\.id)
    guard NearestName.find(name, among: ids) == nil else {
      failName(key, name, Phrase(da: "ukendt tilbud.", en: "unknown offer."), among: ids)
      return nil
    }
    let nearest = NearestName.nearest(name, among: all.map { ($0.id, $0.name) }, count: 3).joined(separator: ", ")
    fail(key, value: name, Phrase(da: "ukendt tilbud.", en: "unknown offer."), nearest.isEmpty ? Phrase("") : Phrase(da: "Nærmest: \(nearest).", en: "Nearest: \(nearest)."))
    return nil
  }

  /// Whether a new offer of the scenario has the name, which this change comes too early for.
  private func isOpenedLater(_ name: String) -> Bool {
    scenario.changes.contains { own in
      guard own.lever == .newOffer, case .string(let id) = own.values["id"] else { return false }
      return NearestName.machineForm(id) == NearestName.machineForm(name)
    }
  }

  // MARK: When

  mutating func period(_ key: String) -> Period? {
    guard let value = change.values[key] else { return nil }
    let text: String
    switch value {
    case .string(let string): text = string
    case .integer(let year): text = String(year)
    default: text = ""
    }
    if let period = Period(text) { return period }
    if let day = Self.day(text) { return Period(containing: day, length: .month) }
    fail(
      key, value: text, Phrase(da: "er ikke en periode.", en: "is not a period."),
      Phrase(da: "Skriv \"2027-04\", \"2027Q2\" eller \"2027\".", en: "Write \"2027-04\", \"2027Q2\" or \"2027\"."))
    return nil
  }

  static func day(_ text: String) -> Day? {
    let parts = text.split(separator: "-")
    guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) else { return nil }
    return Day(year: year, month: month, day: day)
  }

  /// The day that a `date` names: itself, or the first day of the period.
  mutating func date(_ key: String) -> Day? {
    if case .string(let text) = change.values[key], let day = Self.day(text) { return day }
    return period(key)?.firstDay
  }

  /// Whole future periods from `from` to `to`, both included.
  mutating func periods() -> Range<Int> {
    let from = period("from")
    let to = period("to")
    if let from, let to, to.lastDay < from.firstDay {
      fail("to", Phrase(da: "ligger før from.", en: "lies before from."), Phrase(da: "Byt de to om.", en: "Swap the two."))
    }
    let length = panel.length
    let start = from.map { Period(containing: $0.firstDay, length: length) - builder.firstFuture } ?? 0
    let end = to.map { Period(containing: $0.lastDay, length: length) - builder.firstFuture + 1 } ?? builder.horizon
    let lower = min(max(0, start), builder.horizon)
    let periods = lower..<max(lower, min(end, builder.horizon))
    guard !periods.isEmpty else {
      warn(from == nil ? "to" : "from", Self.beyondHorizon)
      return periods
    }
    if start < 0 {
      warn("from", Phrase(da: "ligger før prognosen begynder; ændringen virker fra \(builder.firstFuture).", en: "lies before the forecast begins; the change acts from \(builder.firstFuture)."))
    }
    warnOfBrokenPeriod("from", from, edge: \.firstDay)
    warnOfBrokenPeriod("to", to, edge: \.lastDay)
    return periods
  }

  static let beyondHorizon = Phrase(
    da: "ligger uden for horisonten: ændringen virker ikke.", en: "lies outside the horizon: the change has no effect.")

  /// A month in a project that counts in years: the change acts on the whole year.
  mutating func warnOfBrokenPeriod(_ key: String, _ period: Period?, edge: KeyPath<Period, Day>) {
    guard let period else { return }
    let whole = Period(containing: period[keyPath: edge], length: panel.length)
    guard whole[keyPath: edge] != period[keyPath: edge] else { return }
    warn(
      key,
      Phrase(
        da: "ligger inde i en af projektets perioder; ændringen virker i hele \(whole).",
        en: "lies inside one of the project's periods; the change acts in all of \(whole)."))
  }

  var endOfHorizon: Day { panel.origin.advanced(by: builder.horizon).lastDay }

  mutating func warnIfBeyondHorizon(_ key: String, _ day: Day) {
    if day > endOfHorizon { warn(key, Self.beyondHorizon) }
  }

  func offset(of day: Day) -> Double { Double(day - builder.originDay) }
}
