import Demand
import Groundwork
import Placements

/// Batches of homecomings, places and new offers.
extension ChangeReader {
  mutating func batch(in plan: inout Plan) {
    let flags = municipalityFlags()
    let strata = placedStrata(stratumFlags())
    let offer = change.values["offer"] == nil ? nil : offerIndex("offer", in: plan)
    let (announcedNumber, announcedDay) = (wholeNumber("number", 1...100_000), date("date"))
    let notice = change.values["notice"] == nil ? 1 : wholeNumber("notice", 0...120) ?? 0
    let realised = uncertain("realised", .uniform, among: [.uniform, .triangular]) ?? .exact(1)
    let delay = uncertain("delay_months", .uniform, among: [.uniform, .triangular]) ?? .exact(0)
    if realised.lower < 0 || realised.upper > 1 {
      fail("realised", Phrase(da: "er en andel mellem 0 og 1.", en: "is a share between 0 and 1."), Phrase(""))
    }
    if delay.lower < 0 || delay.upper > 120 {
      fail("delay_months", Phrase(da: "skal ligge mellem 0 og 120 måneder.", en: "must lie between 0 and 120 months."), Phrase(""))
    }
    let replacesTrend = flag("replaces_trend", default: true)
    guard errors.isEmpty, let number = announcedNumber, let announced = announcedDay, let municipality = flags.firstIndex(of: true) else { return }
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
  func placedStrata(_ strata: [Bool]) -> [Bool] {
    guard change.values["kind"] == nil, change.values["offer"] == nil else { return strata }
    let placed = strata.indices.map { strata[$0] && [.residential, .singlePerson].contains(panel.strata[$0].kind) }
    return placed.contains(true) ? placed : strata
  }

  /// A batch from one offer reaches those who live there, and the trend of their stratum alone rests.
  func strataOfBatch(_ strata: [Bool], offer: Int?) -> [Bool] {
    guard let offer, offer < panel.offers.count else { return strata }
    let stratum = panel.offers[offer].stratum
    return strata.indices.map { strata[$0] && panel.strata[$0] == stratum }
  }

  mutating func warnAboutBatch(_ municipality: Int, _ strata: [Bool], _ offer: Int?, _ number: Int) {
    let present = panel.residents.filter {
      $0.municipality == municipality && strata[$0.stratum] && (offer == nil || $0.offer == offer)
    }
    if present.isEmpty {
      warn(
        "number",
        Phrase(
          da: "ingen af kommunens borgere er der i dag: kun de, som indskrives inden, kan hjemtages.",
          en: "none of the municipality's citizens is there today: only those who are admitted before can be taken home."))
    } else if present.count < number {
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

  mutating func places(in plan: inout Plan) {
    let offer = offerIndex("offer", in: plan)
    let decided = date("from")
    let to = change.values["to"] == nil ? nil : period("to")?.lastDay
    let lead = change.values["lead_months"] == nil ? 0 : wholeNumber("lead_months", 0...120) ?? 0
    let key = change.lever.effectKeys.first { change.values[$0] != nil } ?? "set"
    let range =
      key == "add" ? -Self.mostPlaces...Self.mostPlaces : key == "multiply" ? 0...Self.largestFactor : 0...Self.mostPlaces
    let terms = (staffed: optional("staffed", 0...Self.mostPlaces), rent: optional("rent", 0...Self.mostCosts))
    guard let number = number(key, range), errors.isEmpty, let offer, let decided else { return }
    let from = Self.addMonths(lead, to: decided)
    if let to, to < from {
      return fail("to", Phrase(da: "ligger før pladserne er klar \(from.iso).", en: "lies before the places are ready on \(from.iso)."), Phrase(da: "Vælg en senere dag, eller kortere lead_months.", en: "Choose a later day, or fewer lead_months."))
    }
    warnIfBeyondHorizon("from", from)
    let effect: PlacesChange.Effect = key == "add" ? .add(number) : key == "multiply" ? .multiply(number) : .set(number)
    let id = (panel.offers + plan.newOffers)[offer].id
    let new = PlacesChange(offer: id, from: from, to: to, effect: effect)
    refuseImpossible(new, key: key, in: plan)
    guard errors.isEmpty else { return }
    plan.places.append(new)
    if lead > 0 {
      remarks.append(Phrase(da: "\(scenario.name): pladserne i \(id) er klar \(from.iso).", en: "\(scenario.name): the places of \(id) are ready on \(from.iso)."))
    }
    guard terms.staffed != nil || terms.rent != nil else { return }
    plan.placeTerms.append(PlaceTerms(offer: id, from: from, to: to, staffed: terms.staffed, rent: terms.rent))
    guard let staffed = terms.staffed, let all = places(of: id, on: from, after: plan.places.filter { $0.offer == id }), staffed > all else { return }
    warn(
      "staffed",
      Phrase(
        da: "er flere end tilbuddets pladser den dag: \(NumberText.machine(all)); kun så mange regnes med.",
        en: "is more than the offer's places that day: \(NumberText.machine(all)); only so many are reckoned with."))
  }

  /// Places below zero, a second number for the same day, and places in an offer that has closed.
  private mutating func refuseImpossible(_ new: PlacesChange, key: String, in plan: Plan) {
    if let closed = plan.closures[new.offer] ?? plan.takeovers[new.offer], closed <= new.from {
      fail(
        "from", Phrase(da: "tilbuddet lukker eller overtages i scenariet \(closed.iso).", en: "the scenario closes the offer, or has it taken over, on \(closed.iso)."),
        Phrase(da: "Vælg en dag før, eller slet lukningen.", en: "Choose a day before, or remove the closure."))
    }
    let earlier = plan.places.filter { $0.offer == new.offer }
    if case .set = new.effect, earlier.contains(where: { if case .set = $0.effect { $0.from == new.from } else { false } }) {
      fail(
        key, Phrase(da: "to ændringer sætter tilbuddets pladser fra samme dag.", en: "two changes set the offer's places from the same day."),
        Phrase(da: "Slet den ene.", en: "Remove one."))
    }
    guard case .add(let number) = new.effect, let places = places(of: new.offer, on: new.from, after: earlier), places + number < 0 else { return }
    fail(
      key, Phrase(da: "tilbuddet har kun \(NumberText.machine(places)) pladser den dag.", en: "the offer has only \(NumberText.machine(places)) places that day."),
      Phrase(da: "Skriv mindst -\(NumberText.machine(places)).", en: "Write at least -\(NumberText.machine(places))."))
  }

  /// As the capacity table and the plan's earlier changes have it; nil where neither says.
  func places(of offer: String, on day: Day, after changes: [PlacesChange]) -> Double? {
    var places = builder.capacity.filter { $0.offer == offer && $0.from <= day }.max { $0.from < $1.from }?.places
    for change in changes where change.from <= day && change.to.map({ $0 >= day }) ?? true {
      switch change.effect {
      case .set(let number): places = number
      case .add(let number): places = places.map { max(0, $0 + number) }
      case .multiply(let factor): places = places.map { $0 * factor }
      }
    }
    return places
  }

  mutating func newOffer(in plan: inout Plan) {
    let areas = areaFlags()
    let from = date("from")
    let places = number("places", 1...Self.mostPlaces)
    let ramp = change.values["ramp_months"] == nil ? 0 : number("ramp_months", 0...120) ?? 0
    let opening = change.values["places_ramp_months"] == nil ? 0 : number("places_ramp_months", 0...120) ?? 0
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
    if from < builder.originDay {
      warn("from", Phrase(da: "ligger før prognosen begynder: tilbuddet er åbent fra \(builder.originDay.iso).", en: "lies before the forecast begins: the offer is open from \(builder.originDay.iso) on."))
    }
    plan.newOffers.append(offer)
    plan.newOfferTerms[id] = NewOfferTerms(
      opens: from, places: places, rampMonths: max(ramp, opening) > 0 ? max(ramp, opening) : nil, price: terms.0, costs: terms.1, assumedOccupancy: terms.2, daysPerYear: terms.3)
    plan.demand.windows.append(
      OfferWindow(
        offer: panel.offers.count + plan.newOffers.count - 1, stratum: stratum,
        weight: others > 0 ? others * share / (1 - share) : 1, opens: offset(of: from), ramp: ramp * 365.25 / 12))
    plan.places += Self.openings(of: id, places: places, from: from, days: opening * 365.25 / 12)
  }

  /// Places that open one by one and evenly, the last of them after so many days, as those of a municipality's own offer do.
  static func openings(of offer: String, places: Double, from: Day, days: Double) -> [PlacesChange] {
    var opened: [Day: Double] = [:]
    var place = 1.0
    while place < places {
      opened[from.advanced(by: Int((days * place / places).rounded(.up)))] = place
      place += 1
    }
    opened[from.advanced(by: Int(days.rounded(.up)))] = places
    let steps = opened.sorted { $0.key < $1.key }.map { PlacesChange(offer: offer, from: $0.key, to: nil, effect: .set($0.value)) }
    // Nothing is known of an offer's places on days before its first one.
    return steps[0].from > from ? [PlacesChange(offer: offer, from: from, to: nil, effect: .set(0))] + steps : steps
  }

  mutating func priceReaction(in plan: inout Plan) {
    let strata = stratumFlags()
    guard let number = uncertain("elasticity", .logNormal, among: [.logNormal, .uniform, .triangular]), errors.isEmpty else { return }
    let remedy = Phrase(da: "0 er ingen reaktion; 0.3 er 3 % færre indskrivninger ved 10 % højere takst.", en: "0 is no reaction; 0.3 is 3 % fewer admissions at a tariff 10 % higher.")
    if number.lower < 0 || (number.shape == .logNormal && number.lower == 0) {
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
  mutating func stratumOfNewOffer(area: Int, kind: ServiceKind) -> Int? {
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

  func shareByPlaces(_ places: Double, stratum: Int) -> Double {
    let ids = Set(panel.offers.filter { $0.stratum == panel.strata[stratum] }.map(\.id))
    var latest: [String: Double] = [:]
    for step in builder.capacity.sorted(by: { $0.from < $1.from }) where ids.contains(step.offer) && step.from <= builder.originDay {
      latest[step.offer] = step.places
    }
    return places / (places + latest.values.reduce(0, +))
  }
}
