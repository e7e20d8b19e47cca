import Demand
import Groundwork
import Placements

/// Turns one change into its part of a plan, collecting what is wrong with it.
struct ChangeReader {
  let builder: PlanBuilder
  let scenario: Scenario
  let change: Scenario.Change
  /// Which of the plan's changes of the same lever and scope this is, from 1.
  let occurrence: Int
  private(set) var errors: [Finding] = []
  private(set) var warnings: [Finding] = []

  init(builder: PlanBuilder, scenario: Scenario, change: Scenario.Change, occurrence: Int) {
    self.builder = builder
    self.scenario = scenario
    self.change = change
    self.occurrence = occurrence
  }

  private var panel: Panel { builder.panel }

  mutating func apply(to plan: inout Plan) {
    switch change.lever {
    case .homecoming: rates(.flow(.homecoming), in: &plan)
    case .admission: rates(.flow(.admission), in: &plan)
    case .otherExit: rates(.flow(.otherExit), in: &plan)
    case .population: rates(.population, in: &plan)
    case .stock: rates(.stock, in: &plan)
    case .batchHomecoming: batch(in: &plan)
    case .places: places(in: &plan)
    case .closure: closure(in: &plan)
    case .newOffer: newOffer(in: &plan)
    case .priceReaction: priceReaction(in: &plan)
    }
    if errors.isEmpty { plan.assumptions.append(assumption) }
  }

  private var assumption: Phrase {
    let numbers = change.values.keys.sorted().filter { $0 != "what" && $0 != "reason" }
      .map { "\($0) = \(Self.text(change.values[$0]))" }.joined(separator: ", ")
    let reason = change.reason.isEmpty ? scenario.reason : change.reason
    let why = reason.isEmpty ? "" : " – " + reason
    return Phrase("\(scenario.name): \(change.lever.rawValue) (\(numbers))\(why)")
  }

  private static func text(_ value: PositionedTOML.Value?) -> String {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): NumberText.machine(number)
    case .boolean(let flag): flag ? "true" : "false"
    case .array(let items): "[" + items.map { Self.text($0) }.joined(separator: ", ") + "]"
    case .table, nil: ""
    }
  }

  // MARK: Rates

  private mutating func rates(_ target: RateChange.Target, in plan: inout Plan) {
    let municipalities = municipalityFlags()
    let strata = stratumFlags()
    let periods = periods()
    guard let effect = effect(), errors.isEmpty else { return }
    refuseWrongKnowledge(target, strata)
    guard errors.isEmpty else { return }
    plan.demand.changes.append(
      RateChange(target: target, municipalities: municipalities, strata: strata, periods: periods, effect: effect))
  }

  /// Flow levers need flows, the stock lever an area where only the stock is known.
  private mutating func refuseWrongKnowledge(_ target: RateChange.Target, _ strata: [Bool]) {
    let chosen = panel.strata.indices.filter { strata[$0] }
    let named = change.values["areas"] != nil || change.values["area"] != nil
    switch target {
    case .flow:
      let usable = chosen.contains { panel.knowledge[$0] == .flowsAndStock || panel.knowledge[$0] == .flowsOnly }
      if !usable || (named && chosen.contains { panel.knowledge[$0] == .stockOnly }) {
        fail(
          "what", value: change.lever.rawValue,
          Phrase(da: "området har kun belægning, ingen bevægelser.", en: "the area has stock only, no flows."),
          Phrase(da: "Brug population eller stock.", en: "Use population or stock."))
      }
    case .stock:
      if !chosen.contains(where: { panel.knowledge[$0] == .stockOnly }) || (named && chosen.contains { panel.knowledge[$0] != .stockOnly }) {
        fail(
          "what", value: "stock",
          Phrase(da: "området har bevægelser; belægningen følger af dem.", en: "the area has flows; its stock follows from them."),
          Phrase(da: "Brug admission, homecoming, other_exit eller population.", en: "Use admission, homecoming, other_exit or population."))
      }
    case .population: return
    }
  }

  private mutating func effect() -> RateChange.Effect? {
    if change.values["multiply"] != nil {
      guard let number = uncertain("multiply", shape: .logNormal) else { return nil }
      return isPlausible(factor: number) ? limited("multiply", number, to: Self.largestFactor).map { .multiply($0) } : nil
    }
    let most = change.lever == .population || change.lever == .stock ? Self.mostPersons : Self.mostEvents
    return uncertain("add", shape: .normal).flatMap { limited("add", $0, to: most) }.map { .add($0) }
  }

  /// Beyond these a number is a slip of the keyboard, and the simulation would never end.
  private static let largestFactor = 100.0
  private static let mostEvents = 1000.0
  private static let mostPersons = 10_000_000.0
  private static let mostPlaces = 10_000.0
  private static let largestElasticity = 5.0
  private static let mostCosts = 10_000_000_000.0

  private mutating func limited(_ key: String, _ number: UncertainNumber, to most: Double) -> UncertainNumber? {
    guard max(abs(number.lower), abs(number.upper)) > most else { return number }
    let text = NumberText.machine(most)
    fail(
      key, Phrase(da: "er for stort til at være ment.", en: "is too large to be meant."),
      Phrase(da: "Skriv højst \(text).", en: "Write at most \(text)."))
    return nil
  }

  /// Factors are not negative; the ends of an interval are above zero and not so far apart that its tail knows no bound.
  private mutating func isPlausible(factor: UncertainNumber) -> Bool {
    let remedy = Phrase(da: "1 er uændret, 1.3 er 30 % mere.", en: "1 is unchanged, 1.3 is 30 % more.")
    if factor.lower < 0 {
      fail("multiply", Phrase(da: "må ikke være under nul.", en: "must not be below zero."), remedy)
    } else if factor.shape != .exact, factor.lower == 0 {
      fail("multiply", Phrase(da: "et interval skal begynde over nul.", en: "an interval must begin above zero."), remedy)
    } else if factor.shape != .exact, factor.upper > Self.largestFactor * factor.lower {
      fail("multiply", Phrase(da: "intervallets ender ligger mere end 100 gange fra hinanden.", en: "the interval's ends lie more than 100 times apart."), remedy)
    } else {
      return true
    }
    return false
  }

  /// A number or an interval `[10 % quantile, 90 % quantile]`.
  private mutating func uncertain(_ key: String, shape: UncertainNumber.Shape) -> UncertainNumber? {
    guard let value = change.values[key] else { return nil }
    let numbers: [Double]
    switch value {
    case .integer(let number): numbers = [Double(number)]
    case .number(let number): numbers = [number]
    case .array(let items): numbers = items.compactMap(Self.number)
    default: numbers = []
    }
    let expected = if case .array(let items) = value { items.count } else { 1 }
    guard numbers.count == expected, (1...2).contains(numbers.count), numbers.allSatisfy(\.isFinite), let first = numbers.first, let last = numbers.last
    else {
      fail(key, Phrase(da: "er hverken et tal eller et interval.", en: "is neither a number nor an interval."), Phrase(da: "Skriv fx 1.3 eller [1.1, 1.5].", en: "Write for example 1.3 or [1.1, 1.5]."))
      return nil
    }
    guard first <= last else {
      fail(key, Phrase(da: "intervallets ender er byttet om.", en: "the interval's ends are swapped."), Phrase(da: "Skriv den mindste først.", en: "Write the smaller first."))
      return nil
    }
    return UncertainNumber(lower: first, upper: last, shape: shape, key: Self.hash(scopeText + "/" + key))
  }

  /// Lever, scope and occurrence: the same assumption in two scenarios shares its draws, whatever its time or notice;
  /// two such assumptions in one scenario do not.
  private var scopeText: String { Self.scopeText(change) + "#\(occurrence)" }

  static func scopeText(_ change: Scenario.Change) -> String {
    let scope = Lever.scopeKeys + ["offer", "id"]
    return change.lever.rawValue + scope.map { "/" + text(change.values[$0]) }.joined()
  }

  private static func number(_ value: PositionedTOML.Value) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// FNV-1a, so that a random stream is named by a text and never by an order.
  static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  // MARK: Scope

  private mutating func names(_ keys: [String]) -> [(key: String, name: String)] {
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

  private mutating func municipalityFlags() -> [Bool] {
    let wanted = names(["municipalities", "municipality"])
    guard !wanted.isEmpty else { return panel.municipalities.map { _ in true } }
    var flags = panel.municipalities.map { _ in false }
    for (key, name) in wanted {
      let matches = panel.municipalities.indices.filter { Self.matches(panel.municipalities[$0], name) }
      if matches.isEmpty { failName(key, name, Phrase(da: "ukendt kommune.", en: "unknown municipality."), among: panel.municipalities.map(\.name)) }
      for index in matches { flags[index] = true }
    }
    return flags
  }

  private static func matches(_ municipality: Municipality, _ name: String) -> Bool {
    municipality.code == name || municipality.name.lowercased() == name.lowercased()
      || "0" + municipality.code == name || (!municipality.region.isEmpty && "region " + municipality.region.lowercased() == name.lowercased())
  }

  private mutating func areaFlags() -> [Bool] {
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

  private func areaIndex(_ name: String) -> Int? {
    let form = NearestName.machineForm(name)
    return panel.areas.firstIndex { $0.id == name || NearestName.machineForm($0.name) == form || NearestName.machineForm($0.id) == form }
  }

  private mutating func stratumFlags() -> [Bool] {
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

  private mutating func offerIndex(_ key: String, in plan: Plan) -> Int? {
    guard let name = names([key]).first?.name else { return nil }
    let all = panel.offers + plan.newOffers
    let form = NearestName.machineForm(name)
    if let index = all.firstIndex(where: { $0.id == name || NearestName.machineForm($0.name) == form || NearestName.machineForm($0.id) == form }) {
      return index
    }
    failName(key, name, Phrase(da: "ukendt tilbud.", en: "unknown offer."), among: all.map(\.id))
    return nil
  }

  // MARK: Time

  private mutating func period(_ key: String) -> Period? {
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

  private static func day(_ text: String) -> Day? {
    let parts = text.split(separator: "-")
    guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) else { return nil }
    return Day(year: year, month: month, day: day)
  }

  /// The day that a `date` names: itself, or the first day of the period.
  private mutating func date(_ key: String) -> Day? {
    if case .string(let text) = change.values[key], let day = Self.day(text) { return day }
    return period(key)?.firstDay
  }

  /// Whole future periods from `from` to `to`, both included.
  private mutating func periods() -> Range<Int> {
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

  private static let beyondHorizon = Phrase(
    da: "ligger uden for horisonten: ændringen virker ikke.", en: "lies outside the horizon: the change has no effect.")

  /// A month in a project that counts in years: the change acts on the whole year.
  private mutating func warnOfBrokenPeriod(_ key: String, _ period: Period?, edge: KeyPath<Period, Day>) {
    guard let period else { return }
    let whole = Period(containing: period[keyPath: edge], length: panel.length)
    guard whole[keyPath: edge] != period[keyPath: edge] else { return }
    warn(
      key,
      Phrase(
        da: "ligger inde i en af projektets perioder; ændringen virker i hele \(whole).",
        en: "lies inside one of the project's periods; the change acts in all of \(whole)."))
  }

  private var endOfHorizon: Day { panel.origin.advanced(by: builder.horizon).lastDay }

  private mutating func warnIfBeyondHorizon(_ key: String, _ day: Day) {
    if day > endOfHorizon { warn(key, Self.beyondHorizon) }
  }

  private func offset(of day: Day) -> Double { Double(day - builder.originDay) }

  // MARK: Batches and places

  private mutating func batch(in plan: inout Plan) {
    let flags = municipalityFlags()
    let strata = placedStrata(stratumFlags())
    let offer = change.values["offer"] == nil ? nil : offerIndex("offer", in: plan)
    guard let number = wholeNumber("number", 1...100_000), let announced = date("date") else { return }
    let notice = change.values["notice"] == nil ? 1 : wholeNumber("notice", 0...120) ?? 0
    let realised = uncertain("realised", shape: .uniform) ?? .exact(1)
    let delay = uncertain("delay_months", shape: .uniform) ?? .exact(0)
    if realised.lower < 0 || realised.upper > 1 {
      fail("realised", Phrase(da: "er en andel mellem 0 og 1.", en: "is a share between 0 and 1."), Phrase(""))
    }
    if delay.lower < 0 || delay.upper > 120 {
      fail("delay_months", Phrase(da: "skal ligge mellem 0 og 120 måneder.", en: "must lie between 0 and 120 months."), Phrase(""))
    }
    let replacesTrend = flag("replaces_trend", default: true)
    guard errors.isEmpty, let municipality = flags.firstIndex(of: true) else { return }
    let reached = strataOfBatch(strata, offer: offer)
    if flags.count(where: { $0 }) > 1 {
      fail("municipality", Phrase(da: "skal være én kommune.", en: "must be one municipality."), Phrase(da: "Skriv én [[change]] for hver kommune.", en: "Write one [[change]] for each municipality."))
      return
    }
    warnAboutBatch(municipality, reached, offer, number)
    let leaving = Self.addMonths(notice, to: announced)
    if leaving < builder.originDay {
      warn("date", Phrase(da: "ligger før prognosen begynder: ingen hjemtages.", en: "lies before the forecast begins: nobody is taken home."))
      return
    }
    warnIfBeyondHorizon("date", leaving)
    let batch = BatchHomecoming(
      municipality: municipality, strata: reached, offer: offer, number: number, announced: offset(of: announced),
      leaving: offset(of: leaving), realised: realised, delayMonths: delay, replacesTrend: replacesTrend, key: Self.hash(scopeText))
    plan.demand.batches.append(batch)
    if let notice = NoticedFlows(panel: panel, horizon: builder.horizon).repeated(by: batch) {
      warn(
        "date",
        Phrase(
          da: "ligner varslet på række \(notice.line) i notices (\(notice.places) borgere, \(notice.endDate.iso)), som allerede er i basis; begge regnes med.",
          en: "looks like the notice on row \(notice.line) of notices (\(notice.places) citizens, \(notice.endDate.iso)), which is in the base already; both are counted."))
    }
  }

  /// Taking citizens home means their 24-hour places unless the change names a kind or an offer.
  private func placedStrata(_ strata: [Bool]) -> [Bool] {
    guard change.values["kind"] == nil, change.values["offer"] == nil else { return strata }
    let placed = strata.indices.map { strata[$0] && [.residential, .singlePerson].contains(panel.strata[$0].kind) }
    return placed.contains(true) ? placed : strata
  }

  /// A batch from one offer reaches those who live there, and the trend of their stratum alone rests.
  private func strataOfBatch(_ strata: [Bool], offer: Int?) -> [Bool] {
    guard let offer, offer < panel.offers.count else { return strata }
    let stratum = panel.offers[offer].stratum
    return strata.indices.map { strata[$0] && panel.strata[$0] == stratum }
  }

  private mutating func warnAboutBatch(_ municipality: Int, _ strata: [Bool], _ offer: Int?, _ number: Int) {
    let present = panel.residents.filter {
      $0.municipality == municipality && strata[$0.stratum] && (offer == nil || $0.offer == offer)
    }
    if present.count < number {
      warn("number", Phrase(da: "kun \(present.count) er til stede i dag; flere kan kun hjemtages, hvis de indskrives inden.", en: "only \(present.count) are present today; more can be taken home only if they are admitted before."))
    }
    let protected = present.filter {
      let section = panel.strata[$0.stratum].legalBasis
      return section == "SEL_108" || section.hasPrefix("ABL")
    }
    if !protected.isEmpty {
      warn(
        change.values["area"] == nil ? change.values["offer"] == nil ? "number" : "offer" : "area",
        Phrase(
          da: "\(protected.count) af de \(present.count), der kan blive ramt, bor efter § 108 eller almenboligloven og kan ikke flyttes uden videre.",
          en: "\(protected.count) of the \(present.count) who may be reached live under § 108 or the Social Housing Act and cannot simply be moved."))
    }
  }

  static func addMonths(_ months: Int, to day: Day) -> Day {
    let (year, month, dayOfMonth) = day.components
    let total = year * 12 + month - 1 + months
    let last = Day.daysInMonth(year: total / 12, month: total % 12 + 1)
    return Day(year: total / 12, month: total % 12 + 1, day: min(dayOfMonth, last)) ?? day
  }

  private mutating func places(in plan: inout Plan) {
    let offer = offerIndex("offer", in: plan)
    let from = date("from")
    let to = change.values["to"] == nil ? nil : period("to")?.lastDay
    let key = change.lever.effectKeys.first { change.values[$0] != nil } ?? "set"
    let range =
      key == "add" ? -Self.mostPlaces...Self.mostPlaces : key == "multiply" ? 0...Self.largestFactor : 0...Self.mostPlaces
    guard let number = number(key, range), errors.isEmpty, let offer, let from else { return }
    warnIfBeyondHorizon("from", from)
    let effect: PlacesChange.Effect = key == "add" ? .add(number) : key == "multiply" ? .multiply(number) : .set(number)
    plan.places.append(PlacesChange(offer: (panel.offers + plan.newOffers)[offer].id, from: from, to: to, effect: effect))
  }

  private mutating func closure(in plan: inout Plan) {
    guard let offer = offerIndex("offer", in: plan), let day = date("date") else { return }
    if day < builder.originDay {
      fail("date", Phrase(da: "ligger før prognosen begynder.", en: "lies before the forecast begins."), Phrase(da: "Vælg en dag fra \(builder.originDay.iso) eller senere.", en: "Choose a day from \(builder.originDay.iso) on."))
      return
    }
    let id = (panel.offers + plan.newOffers)[offer].id
    if let earlier = plan.closures[id] {
      fail(
        "offer", value: id, Phrase(da: "lukker allerede \(earlier.iso).", en: "closes already on \(earlier.iso)."),
        Phrase(da: "Slet den ene lukning.", en: "Remove one of the closures."))
      return
    }
    plan.closures[id] = day
    warnIfBeyondHorizon("date", day)
    for index in plan.demand.windows.indices where plan.demand.windows[index].offer == offer {
      plan.demand.windows[index].closes = min(plan.demand.windows[index].closes, offset(of: day))
    }
    plan.places.append(PlacesChange(offer: id, from: day, to: nil, effect: .set(0)))
  }

  private mutating func newOffer(in plan: inout Plan) {
    let areas = areaFlags()
    let from = date("from")
    let places = number("places", 1...Self.mostPlaces)
    let ramp = change.values["ramp_months"] == nil ? 0 : number("ramp_months", 0...120) ?? 0
    let terms = (optional("price", 1...1_000_000), optional("costs", 1...Self.mostCosts), optional("assumed_occupancy", 0.5...1.1), optional("days_per_year", 1...366))
    let kindName = text("kind") ?? ServiceKind.residential.rawValue
    let kind = ServiceKind(rawValue: kindName)
    let name = text("name")
    if kind == nil { failName("kind", kindName, Phrase(da: "ukendt art.", en: "unknown kind."), among: ServiceKind.allCases.map(\.rawValue)) }
    guard let id = text("id"), errors.isEmpty, let from, let places, let kind, let area = areas.firstIndex(of: true) else { return }
    if (panel.offers + plan.newOffers).contains(where: { $0.id == id }) {
      fail("id", value: id, Phrase(da: "findes allerede.", en: "exists already."), Phrase(da: "Vælg et andet id.", en: "Choose another id."))
      return
    }
    guard let stratum = stratumOfNewOffer(area: area, kind: kind) else { return }
    let offer = Offer(
      id: id, name: name ?? id, area: panel.areas[area].id, region: panel.settings.region,
      legalBasis: panel.strata[stratum].legalBasis, kind: kind, validFrom: from)
    let share = change.values["share"].map { Self.number($0) ?? .nan } ?? shareByPlaces(places, stratum: stratum)
    guard share > 0, share < 1 else {
      fail("share", Phrase(da: "er en andel mellem 0 og 1.", en: "is a share between 0 and 1."), Phrase(da: "Skriv fx share = 0.3.", en: "Write for example share = 0.3."))
      return
    }
    let others = plan.demand.windows.filter { $0.stratum == stratum }.reduce(0) { $0 + $1.weight }
    warnIfBeyondHorizon("from", from)
    plan.newOffers.append(offer)
    plan.newOfferTerms[id] = NewOfferTerms(
      opens: from, places: places, rampMonths: ramp > 0 ? ramp : nil, price: terms.0, costs: terms.1, assumedOccupancy: terms.2, daysPerYear: terms.3)
    plan.demand.windows.append(
      OfferWindow(
        offer: panel.offers.count + plan.newOffers.count - 1, stratum: stratum,
        weight: others > 0 ? others * share / (1 - share) : 1, opens: offset(of: from), ramp: ramp * 365.25 / 12))
    plan.places.append(PlacesChange(offer: id, from: from, to: nil, effect: .set(places)))
  }

  private mutating func priceReaction(in plan: inout Plan) {
    let strata = stratumFlags()
    guard let number = uncertain("elasticity", shape: .logNormal), errors.isEmpty else { return }
    let remedy = Phrase(da: "0 er ingen reaktion; 0.3 er 3 % færre indskrivninger ved 10 % højere takst.", en: "0 is no reaction; 0.3 is 3 % fewer admissions at a tariff 10 % higher.")
    if number.lower < 0 || (number.shape != .exact && number.lower == 0) {
      return fail("elasticity", Phrase(da: "må ikke være under nul, og et interval skal begynde over nul.", en: "must not be below zero, and an interval must begin above zero."), remedy)
    }
    guard number.upper <= Self.largestElasticity else {
      return fail("elasticity", Phrase(da: "er for stort til at være ment.", en: "is too large to be meant."), Phrase(da: "Skriv højst \(NumberText.machine(Self.largestElasticity)).", en: "Write at most \(NumberText.machine(Self.largestElasticity))."))
    }
    if plan.priceReactions.contains(where: { zip($0.strata, strata).contains { $0 && $1 } }) {
      return fail(
        "elasticity", Phrase(da: "området har allerede en prisreaktion.", en: "the area has a price reaction already."),
        Phrase(da: "Slet den ene, eller afgræns dem med areas.", en: "Remove one of them, or keep them apart with areas."))
    }
    plan.priceReactions.append(PriceReactionTerms(elasticity: number, strata: strata))
  }

  /// The stratum of the given legal section, else the area's largest of that kind.
  private mutating func stratumOfNewOffer(area: Int, kind: ServiceKind) -> Int? {
    let candidates = panel.strata.indices.filter { panel.areaOfStratum[$0] == area && panel.strata[$0].kind == kind }
    if let section = text("legal_basis") {
      if let match = candidates.first(where: { panel.strata[$0].legalBasis == section }) { return match }
      failName("legal_basis", section, Phrase(da: "området har ingen ophold efter det.", en: "the area has no stays under it."), among: candidates.map { panel.strata[$0].legalBasis })
      return nil
    }
    let largest = candidates.max { left, right in
      panel.residents.count { $0.stratum == left } < panel.residents.count { $0.stratum == right }
    }
    if largest == nil {
      fail("kind", Phrase(da: "området har ingen ophold af den art, så der er ingen efterspørgsel at regne med.", en: "the area has no stays of that kind, so there is no demand to count on."), Phrase(""))
    }
    return largest
  }

  private func shareByPlaces(_ places: Double, stratum: Int) -> Double {
    let ids = Set(panel.offers.filter { $0.stratum == panel.strata[stratum] }.map(\.id))
    var latest: [String: Double] = [:]
    for step in builder.capacity.sorted(by: { $0.from < $1.from }) where ids.contains(step.offer) && step.from <= builder.originDay {
      latest[step.offer] = step.places
    }
    return places / (places + latest.values.reduce(0, +))
  }

  // MARK: Small readings

  private mutating func text(_ key: String) -> String? {
    switch change.values[key] {
    case nil: return nil
    case .string(let text): return text
    default:
      fail(key, Phrase(da: "er ikke en tekst.", en: "is not a text."), Phrase(da: "Skriv én værdi i anførselstegn.", en: "Write one value in quotes."))
      return nil
    }
  }

  private mutating func flag(_ key: String, default usual: Bool) -> Bool {
    switch change.values[key] {
    case nil: return usual
    case .boolean(let flag): return flag
    default:
      fail(key, Phrase(da: "er hverken true eller false.", en: "is neither true nor false."), Phrase(""))
      return usual
    }
  }

  private mutating func wholeNumber(_ key: String, _ range: ClosedRange<Int>) -> Int? {
    if case .integer(let number) = change.values[key], range.contains(number) { return number }
    fail(
      key,
      Phrase(
        da: "skal være et helt tal fra \(range.lowerBound) til \(range.upperBound).",
        en: "must be a whole number from \(range.lowerBound) to \(range.upperBound)."), Phrase(""))
    return nil
  }

  /// A finite number in a range; nil and an error where it is anything else.
  private mutating func number(_ key: String, _ range: ClosedRange<Double>) -> Double? {
    if let number = change.values[key].flatMap(Self.number), range.contains(number) { return number }
    func shown(_ value: Double) -> String { NumberText.machine(value) }
    fail(
      key,
      Phrase(
        da: "skal være et tal fra \(shown(range.lowerBound)) til \(shown(range.upperBound)).",
        en: "must be a number from \(shown(range.lowerBound)) to \(shown(range.upperBound))."), Phrase(""))
    return nil
  }

  /// Nil where the key is not there.
  private mutating func optional(_ key: String, _ range: ClosedRange<Double>) -> Double? {
    change.values[key] == nil ? nil : number(key, range)
  }

  private mutating func fail(_ key: String, value: String? = nil, _ message: Phrase, _ remedy: Phrase) {
    errors.append(
      scenario.source.finding(at: change.path + "." + key, value: value ?? "\(key) = \(Self.text(change.values[key]))", message: message, remedy: remedy))
  }

  private mutating func failName(_ key: String, _ name: String, _ message: Phrase, among known: [String]) {
    errors.append(
      scenario.source.finding(at: change.path + "." + key, value: name, message: message, remedy: NearestName.hint(name, among: known)))
  }

  private mutating func warn(_ key: String, _ message: Phrase) {
    warnings.append(
      scenario.source.finding(.warning, at: change.path + "." + key, value: "\(key) = \(Self.text(change.values[key]))", message: message, remedy: Phrase("")))
  }
}
