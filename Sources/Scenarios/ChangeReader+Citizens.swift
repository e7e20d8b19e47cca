import Demand
import Groundwork
import Placements

/// Citizens who go elsewhere or come by a decision: municipalities' own offers, merged projects, hours for places, courts and reforms.
extension ChangeReader {
  // MARK: A municipality's own offer

  mutating func ownOffer(in plan: inout Plan) {
    let municipality = oneMunicipality()
    let strata = placedStrata(stratumFlags()).enumerated().map { $1 && panel.knowledge[$0] == .flowsAndStock }
    let places = wholeNumber("places", 1...1000)
    let from = futureDate("from")
    let ramp = change.values["ramp_months"] == nil ? 0 : number("ramp_months", 0...120) ?? 0
    let share = share("from_own", default: 1)
    let homecomings = change.values["homecomings"] == nil ? 0 : wholeNumber("homecomings", 0...1000) ?? 0
    _ = text("name")
    guard errors.isEmpty, let municipality, let places, let from, let share else { return }
    if homecomings > places {
      return fail("homecomings", Phrase(da: "er flere end pladserne.", en: "are more than the places."), Phrase(da: "Skriv højst \(places).", en: "Write at most \(places)."))
    }
    guard strata.contains(true) else {
      return warn("what", Phrase(da: "rammer intet: ingen borgere dér følges.", en: "touches nothing: no citizens there are followed."))
    }
    let present = panel.residents.count { $0.municipality == municipality && strata[$0.stratum] }
    if present < homecomings {
      warn("homecomings", Phrase(da: "kun \(present) er til stede i dag; flere kan kun hjemtages, hvis de indskrives inden.", en: "only \(present) are present today; more can be taken home only if they are admitted before."))
    }
    if present < places {
      warn(
        "places",
        Phrase(
          da: "er flere end de \(present) af kommunens borgere, der er til stede i dag; resten fyldes kun, hvis der kommer nye borgere.",
          en: "are more than the \(present) of the municipality's citizens who are present today; the rest fill only if new citizens come."))
    }
    warnIfBeyondHorizon("from", from)
    plan.demand.competitors.append(
      CompetingOffer(
        municipality: municipality, strata: strata, places: places, opens: offset(of: from), ramp: ramp * 365.25 / 12, share: share,
        homecomings: homecomings, key: Self.hash(scopeText)))
  }

  // MARK: Single-person projects

  mutating func merge(in plan: inout Plan) {
    let to = offerIndex("to", in: plan)
    let day = futureDate("date")
    let projects = mergedProjects(in: plan)
    guard errors.isEmpty, let to, let day, !projects.isEmpty else { return }
    let all = panel.offers + plan.newOffers
    for project in projects {
      if project == to { fail("to", value: all[to].id, Phrase(da: "er selv et af projekterne.", en: "is one of the projects itself."), Phrase(da: "Vælg et andet tilbud.", en: "Choose another offer.")) }
      refuseSecondEnd(all[project].id, in: plan)
      if plan.demand.moves.contains(where: { $0.reachesArrivals && $0.offers?.contains(project) ?? false }) {
        fail("what", value: all[project].id, Phrase(da: "er allerede samlet et sted.", en: "is merged already."), Phrase(da: "Slet det ene.", en: "Remove one of them."))
      }
    }
    refuseClosed(to, "to", on: day, in: plan)
    guard errors.isEmpty, let stratum = stratumIndex(of: to, "to", in: plan) else { return }
    var strata = panel.strata.map { _ in false }
    for project in projects {
      guard let own = followedStratum(of: project, "what", in: plan) else { return }
      strata = zip(strata, own).map { $0 || $1 }
    }
    warnIfBeyondHorizon("date", day)
    for project in projects { plan.places.append(PlacesChange(offer: all[project].id, from: day, to: nil, effect: .set(0))) }
    addMove(
      CitizenMove(
        municipalities: everybody, strata: strata, offers: projects, from: offset(of: day), until: offset(of: day),
        destinations: [CitizenMove.Destination(stratum: stratum, offer: to)], reachesArrivals: true, key: Self.hash(scopeText)), to: &plan)
    let names = projects.map { all[$0].id }.joined(separator: ", ")
    remarks.append(Phrase(da: "\(scenario.name): samles i \(all[to].id): \(names).", en: "\(scenario.name): merged into \(all[to].id): \(names)."))
  }

  /// Those that are named, or the first of an area by their ids.
  private mutating func mergedProjects(in plan: Plan) -> [Int] {
    let named = names(["offers", "offer"])
    if named.isEmpty == (change.values["number"] == nil) {
      fail("what", value: "merge", Phrase(da: "skal have enten offers eller number.", en: "needs either offers or number."), Phrase(da: "Skriv fx offers = [\"…\", \"…\"].", en: "Write for example offers = [\"…\", \"…\"]."))
      return []
    }
    let all = panel.offers + plan.newOffers
    let single = all.indices.filter { all[$0].kind == .singlePerson }
    guard named.isEmpty else {
      return named.compactMap { key, name in
        guard let offer = offerIndex(named: name, key, in: plan) else { return nil }
        guard single.contains(offer) else {
          failName(key, name, Phrase(da: "er intet enkeltmandsprojekt (kind single_person).", en: "is no single-person project (kind single_person)."), among: single.map { all[$0].id })
          return nil
        }
        return offer
      }
    }
    let areas = areaFlags()
    let last = builder.originDay
    let own = single.filter { offer in
      panel.areas.indices.contains { areas[$0] && panel.areas[$0].id == all[offer].area } && all[offer].validTo.map { $0 >= last } ?? true
        && plan.closures[all[offer].id] == nil
    }
    guard let number = wholeNumber("number", 1...10_000) else { return [] }
    guard number <= own.count else {
      fail("number", Phrase(da: "er flere end de enkeltmandsprojekter, der findes: \(own.count).", en: "is more than there are single-person projects: \(own.count)."), Phrase(da: "Skriv højst \(own.count).", en: "Write at most \(own.count)."))
      return []
    }
    return Array(own.sorted { all[$0].id < all[$1].id }.prefix(number))
  }

  // MARK: Hours for places

  mutating func repackage(in plan: inout Plan) {
    let offer = offerIndex("offer", in: plan)
    let to = offerIndex("to", in: plan)
    let from = futureDate("from")
    let share = share("share", default: 1)
    let ramp = change.values["ramp_months"] == nil ? 0 : wholeNumber("ramp_months", 0...120) ?? 0
    let closing = optional("places", 0...Self.mostPlaces)
    guard errors.isEmpty, let offer, let to, let from, let share else { return }
    let all = panel.offers + plan.newOffers
    let hours = all.filter { $0.kind == .hours }.map(\.id)
    if all[to].kind != .hours {
      return failName("to", all[to].id, Phrase(da: "er ikke et tilbud i timer (kind hours).", en: "is not an offer of hours (kind hours)."), among: hours)
    }
    if all[offer].kind == .hours {
      return fail("offer", value: all[offer].id, Phrase(da: "har timer, ikke pladser.", en: "has hours, not places."), Phrase(da: "Vælg et tilbud med pladser.", en: "Choose an offer with places."))
    }
    let until = Self.addMonths(ramp, to: from)
    refuseClosed(to, "to", on: from, in: plan)
    guard errors.isEmpty, let stratum = stratumIndex(of: to, "to", in: plan), let strata = followedStratum(of: offer, "offer", in: plan) else { return }
    warnIfBeyondHorizon("from", from)
    let before = places(of: all[offer].id, on: until, after: plan.places.filter { $0.offer == all[offer].id })
    let fewer = closing ?? before.map { ($0 * (share.lower + share.upper) / 2).rounded() }
    if let before, let fewer, fewer > before {
      return fail("places", Phrase(da: "tilbuddet har kun \(NumberText.machine(before)) pladser den dag.", en: "the offer has only \(NumberText.machine(before)) places that day."), Phrase(da: "Skriv højst \(NumberText.machine(before)).", en: "Write at most \(NumberText.machine(before))."))
    }
    addMove(
      CitizenMove(
        municipalities: everybody, strata: strata, offers: [offer], from: offset(of: from), until: offset(of: until), share: share,
        destinations: [CitizenMove.Destination(stratum: stratum, offer: to)], reachesArrivals: true, key: Self.hash(scopeText)), to: &plan)
    guard let fewer, fewer > 0, before != nil else { return }
    plan.places.append(PlacesChange(offer: all[offer].id, from: until, to: nil, effect: .add(-fewer)))
    remarks.append(
      Phrase(
        da: "\(scenario.name): \(all[offer].id) har \(NumberText.machine(fewer)) færre pladser fra \(until.iso).",
        en: "\(scenario.name): \(all[offer].id) has \(NumberText.machine(fewer)) fewer places from \(until.iso) on."))
  }

  // MARK: Courts

  mutating func courtAdmissions(in plan: inout Plan) {
    let municipalities = municipalityFlags()
    let offer = change.values["offer"] == nil ? nil : offerIndex("offer", in: plan)
    let from = change.values["from"] == nil ? builder.originDay : futureDate("from")
    let to = change.values["to"] == nil ? nil : period("to")?.lastDay
    let rate = uncertain("per_year", .logNormal, among: [.logNormal, .uniform, .triangular]).flatMap { limited("per_year", $0, to: Self.mostEvents) }
    let size = uncertain("size", .uniform, among: [.uniform]).flatMap { limited("size", $0, to: Self.mostEvents) }
    if let rate, rate.lower < 0 || (rate.shape == .logNormal && rate.lower == 0) {
      fail("per_year", Phrase(da: "må ikke være under nul, og et interval skal begynde over nul.", en: "must not be below zero, and an interval must begin above zero."), Phrase(da: "0 er ingen.", en: "0 is none."))
    }
    if let size, size.lower < 0 { fail("size", Phrase(da: "må ikke være under nul.", en: "must not be below zero."), Phrase(da: "0 er ingen.", en: "0 is none.")) }
    guard errors.isEmpty, let from, let rate, let size, let stratum = courtStratum(offer, in: plan) else { return }
    if let to, to < from { return fail("to", Phrase(da: "ligger før from.", en: "lies before from."), Phrase(da: "Byt de to om.", en: "Swap the two.")) }
    guard panel.knowledge[stratum] == .flowsAndStock else {
      return fail("what", value: "court_admissions", Phrase(da: "området har ikke både belægning og bevægelser.", en: "the area has not both stock and flows."), Phrase(da: "Brug population eller stock.", en: "Use population or stock."))
    }
    if let offer { refuseClosed(offer, "offer", on: from, in: plan) }
    guard errors.isEmpty else { return }
    warnIfBeyondHorizon("from", from)
    plan.demand.jumps.append(
      AdmissionJumps(
        stratum: stratum, offer: offer, weights: courtWeights(stratum, municipalities), perYear: rate, size: size.lower...size.upper,
        from: offset(of: from), until: to.map { offset(of: $0.advanced(by: 1)) } ?? .infinity, key: Self.hash(scopeText)))
  }

  private mutating func courtStratum(_ offer: Int?, in plan: Plan) -> Int? {
    if let offer { return stratumIndex(of: offer, "offer", in: plan) }
    let areas = areaFlags()
    guard change.values["area"] != nil || change.values["areas"] != nil, let area = areas.firstIndex(of: true), areas.count(where: { $0 }) == 1 else {
      fail("what", value: "court_admissions", Phrase(da: "skal have ét tilbud (offer) eller ét område (area).", en: "needs one offer or one area."), Phrase(da: "Skriv én [[change]] for hvert.", en: "Write one [[change]] for each."))
      return nil
    }
    let name = text("kind") ?? ServiceKind.residential.rawValue
    guard let kind = ServiceKind(rawValue: name) else {
      failName("kind", name, Phrase(da: "ukendt art.", en: "unknown kind."), among: ServiceKind.allCases.map(\.rawValue))
      return nil
    }
    return stratumOfNewOffer(area: area, kind: kind)
  }

  /// Whose citizens courts place: as those who came to the stratum before, else by population, else all alike.
  private func courtWeights(_ stratum: Int, _ municipalities: [Bool]) -> [Double] {
    let area = panel.areaOfStratum[stratum]
    let measures: [(Int) -> Double] = [
      { m in panel.series(.admissions, municipality: m, stratum: stratum).reduce(0) { $0 + ($1 > 0 ? $1 : 0) } },
      { m in panel.persons(municipality: m, area: area, period: panel.origin) ?? 0 }, { _ in 1 },
    ]
    for measure in measures {
      let weights = panel.municipalities.indices.map { municipalities[$0] ? measure($0) : 0 }
      if weights.contains(where: { $0 > 0 }) { return weights }
    }
    return municipalities.map { $0 ? 1 : 0 }
  }

  // MARK: Reforms

  mutating func reform(in plan: inout Plan) {
    let municipalities = municipalityFlags()
    let strata = stratumFlags()
    let from = futureDate("from")
    if change.values["announced"] != nil, let announced = date("announced"), let from, announced > from {
      fail("announced", Phrase(da: "ligger efter from.", en: "lies after from."), Phrase(da: "En reform kundgøres, før den gælder.", en: "A reform is announced before it applies."))
    }
    let periods = periods()
    let ramp = change.values["ramp_months"] == nil ? 0 : number("ramp_months", 0...120) ?? 0
    let flows: [(key: String, flow: Flow)] = [("homecoming", .homecoming), ("admission", .admission), ("other_exit", .otherExit)]
    let changed = flows.filter { change.values[$0.key] != nil }
    let factors = changed.compactMap { key, flow in
      uncertain(key, .logNormal, among: [.logNormal, .uniform, .triangular]).flatMap { plausible(factor: $0, key) }.map { (flow, $0) }
    }
    let isOfSections = change.values["from_section"] != nil || change.values["to_section"] != nil
    if changed.isEmpty, !isOfSections {
      fail("what", value: "reform", Phrase(da: "ændrer intet: skriv homecoming, admission, other_exit eller from_section og to_section.", en: "changes nothing: write homecoming, admission, other_exit or from_section and to_section."), Phrase(""))
    }
    guard errors.isEmpty, let from else { return }
    for (flow, factor) in factors {
      refuseWrongKnowledge(.flow(flow), strata)
      plan.demand.changes.append(
        RateChange(
          target: .flow(flow), municipalities: municipalities, strata: strata, periods: periods, effect: .multiply(factor),
          ramp: ramp / Double(panel.length.months)))
    }
    if isOfSections { changeSections(municipalities, strata, from: from, until: Self.addMonths(Int(ramp.rounded()), to: from), in: &plan) }
  }

  /// Citizens of a section come under another, in every area and kind that has both.
  private mutating func changeSections(_ municipalities: [Bool], _ strata: [Bool], from: Day, until: Day, in plan: inout Plan) {
    let known = Set(panel.strata.map(\.legalBasis)).sorted()
    let sections = ["from_section", "to_section"].compactMap { key -> String? in
      guard let name = text(key) else {
        if change.values[key] == nil { fail(key, Phrase(da: "mangler: et skift har et paragrafnummer på hver side.", en: "is missing: a change of section has one on either side."), NearestName.hint("", among: known)) }
        return nil
      }
      if !known.contains(name) { failName(key, name, Phrase(da: "ukendt retsgrundlag.", en: "unknown legal section."), among: known) }
      return name
    }
    let share = share("share", default: 1)
    guard errors.isEmpty, sections.count == 2, let share else { return }
    if sections[0] == sections[1] { return fail("to_section", Phrase(da: "er den samme som from_section.", en: "is the same as from_section."), Phrase("")) }
    var isMet = false
    for (s, stratum) in panel.strata.enumerated() where strata[s] && stratum.legalBasis == sections[0] && panel.knowledge[s] == .flowsAndStock {
      let other = panel.strata.indices.first {
        panel.strata[$0].legalBasis == sections[1] && panel.strata[$0].area == stratum.area && panel.strata[$0].kind == stratum.kind && panel.knowledge[$0] == .flowsAndStock
      }
      guard let other else {
        warn("to_section", Phrase(da: "findes ikke i \(stratum.area): dér skifter ingen.", en: "is not in \(stratum.area): nobody changes there."))
        continue
      }
      isMet = true
      addMove(
        CitizenMove(
          municipalities: municipalities, strata: panel.strata.indices.map { $0 == s }, offers: nil, from: offset(of: from), until: offset(of: until),
          share: share, destinations: [CitizenMove.Destination(stratum: other, offer: nil)], reachesArrivals: true, key: Self.hash(scopeText + "/\(s)")), to: &plan)
    }
    if !isMet { warn("from_section", Phrase(da: "rammer intet: intet område har begge.", en: "touches nothing: no area has both.")) }
  }
}
