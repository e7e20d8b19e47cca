import Demand
import Groundwork
import Placements

/// Offers that leave the region's supply: closures with their wind-down plan, and takeovers by the host municipality.
extension ChangeReader {
  // MARK: Closures

  mutating func closure(in plan: inout Plan) {
    let (closing, closingDay) = (offerIndex("offer", in: plan), futureDate("date"))
    guard let offer = closing, let day = closingDay else { return }
    let id = (panel.offers + plan.newOffers)[offer].id
    refuseSecondEnd(id, in: plan)
    let winding = change.values["wind_down_months"] == nil ? 0 : wholeNumber("wind_down_months", 0...120) ?? 0
    let begins = max(Self.addMonths(-winding, to: day), builder.originDay)
    let stops = change.values["stop_admissions"] == nil ? nil : date("stop_admissions")
    if let stops, stops > (winding > 0 ? begins : day) {
      fail(
        "stop_admissions", Phrase(da: "ligger efter at afviklingen er begyndt \(begins.iso).", en: "lies after the winding down has begun on \(begins.iso)."),
        Phrase(da: "Vælg \(begins.iso) eller før.", en: "Choose \(begins.iso) or earlier."))
    }
    let destinations = destinations("to", besides: offer, on: begins, in: plan)
    let leave = share("leave", default: 0)
    guard errors.isEmpty, let leave else { return }
    plan.closures[id] = day
    warnIfBeyondHorizon("date", day)
    let stop = min(stops ?? day, winding > 0 ? begins : day)
    for index in plan.demand.windows.indices where plan.demand.windows[index].offer == offer {
      plan.demand.windows[index].closes = min(plan.demand.windows[index].closes, offset(of: day))
      if stop < day { plan.demand.windows[index].stops = offset(of: stop) }
    }
    plan.places.append(PlacesChange(offer: id, from: day, to: nil, effect: .set(0)))
    // Without a plan of its own the closing day alone sends everybody on.
    guard winding > 0 || !destinations.isEmpty || leave.upper > 0, let strata = followedStratum(of: offer, "offer", in: plan) else { return }
    addMove(
      CitizenMove(
        municipalities: everybody, strata: strata, offers: [offer], from: offset(of: begins), until: offset(of: day), leave: leave,
        destinations: destinations, key: Self.hash(scopeText)), to: &plan)
  }

  /// Offers to which citizens go, with their shares; none where the key is not there.
  private mutating func destinations(_ key: String, besides own: Int, on day: Day, in plan: Plan) -> [CitizenMove.Destination] {
    let wanted = names([key])
    let weights = shares(count: wanted.count)
    guard !wanted.isEmpty else { return [] }
    var found: [CitizenMove.Destination] = []
    for (number, (_, name)) in wanted.enumerated() {
      guard let offer = offerIndex(named: name, key, in: plan) else { continue }
      guard offer != own, !found.contains(where: { $0.offer == offer }) else {
        fail(key, value: name, Phrase(da: "er tilbuddet selv eller nævnt to gange.", en: "is the offer itself or named twice."), Phrase(da: "Slet det.", en: "Remove it."))
        continue
      }
      refuseClosed(offer, key, on: day, in: plan)
      guard let stratum = stratumIndex(of: offer, key, in: plan) else { continue }
      found.append(CitizenMove.Destination(stratum: stratum, offer: offer, weight: weights.map { $0[number] } ?? admissionShare(of: offer, in: plan)))
    }
    // Offers without a known share of admissions take as many each.
    guard weights == nil, found.contains(where: { $0.weight <= 0 }) else { return found }
    return found.map { CitizenMove.Destination(stratum: $0.stratum, offer: $0.offer, weight: 1) }
  }

  private func admissionShare(of offer: Int, in plan: Plan) -> Double {
    plan.demand.windows.filter { $0.offer == offer }.reduce(0) { $0 + $1.weight }
  }

  /// One number above zero for each name; nil where the key is not there.
  private mutating func shares(count: Int) -> [Double]? {
    guard let value = change.values["shares"] else { return nil }
    let items = if case .array(let items) = value { items } else { [value] }
    let numbers = items.compactMap(Self.number)
    guard numbers.count == items.count, numbers.count == count, numbers.allSatisfy({ $0.isFinite && $0 > 0 && $0 <= 1000 }) else {
      fail(
        "shares", Phrase(da: "skal have ét tal over nul for hvert tilbud i to.", en: "must have one number above zero for each offer in to."),
        Phrase(da: "Skriv fx to = [\"a\", \"b\"] og shares = [0.6, 0.4].", en: "Write for example to = [\"a\", \"b\"] and shares = [0.6, 0.4]."))
      return nil
    }
    return numbers
  }

  // MARK: Takeovers

  mutating func takeover(in plan: inout Plan) {
    let (takenOver, takingDay) = (offerIndex("offer", in: plan), futureDate("date"))
    guard let offer = takenOver, let day = takingDay else { return }
    let taken = (panel.offers + plan.newOffers)[offer]
    refuseSecondEnd(taken.id, in: plan)
    let municipality = hostMunicipality(of: taken)
    let stay = share("others_stay", default: 0)
    let admissions = text("admissions") ?? "leave"
    if !["leave", "others"].contains(admissions) {
      failName("admissions", admissions, Phrase(da: "er hverken leave eller others.", en: "is neither leave nor others."), among: ["leave", "others"])
    }
    let announced = change.values["announced"] == nil ? nil : date("announced")
    guard errors.isEmpty, let municipality, let stay, let strata = followedStratum(of: offer, "offer", in: plan) else { return }
    warnOfElectionPeriod(day, announced: announced)
    warnIfBeyondHorizon("date", day)
    plan.takeovers[taken.id] = day
    plan.places.append(PlacesChange(offer: taken.id, from: day, to: nil, effect: .set(0)))
    let leavesToo = admissions == "leave"
    if !leavesToo {
      for index in plan.demand.windows.indices where plan.demand.windows[index].offer == offer {
        plan.demand.windows[index].closes = min(plan.demand.windows[index].closes, offset(of: day))
      }
    }
    let own = panel.municipalities.indices.map { $0 == municipality }
    for (isHost, leave) in [(true, UncertainNumber.exact(1)), (false, stay.complement)] {
      addMove(
        CitizenMove(
          municipalities: own.map { $0 == isHost }, strata: strata, offers: [offer], from: offset(of: day), until: offset(of: day), leave: leave,
          reachesArrivals: leavesToo, key: Self.hash(scopeText)), to: &plan)
    }
  }

  private mutating func hostMunicipality(of offer: Offer) -> Int? {
    if change.values["municipality"] != nil { return oneMunicipality() }
    if let host = panel.municipalities.firstIndex(where: { Self.matches($0, offer.hostMunicipality) }), !offer.hostMunicipality.isEmpty { return host }
    fail(
      "offer", value: offer.id, Phrase(da: "offers siger ikke, hvilken kommune tilbuddet ligger i.", en: "offers does not say in which municipality the offer lies."),
      Phrase(da: "Skriv municipality = \"…\" her, eller host_municipality i offers.", en: "Write municipality = \"…\" here, or host_municipality in offers."))
    return nil
  }

  /// SEL § 186: notice by 1 January of the third year, takeover on 1 January of the fourth of an election period, as 2028 and 2029.
  private mutating func warnOfElectionPeriod(_ day: Day, announced: Day?) {
    let (year, month, dayOfMonth) = day.components
    let isRight = month == 1 && dayOfMonth == 1 && (year - 2029) % 4 == 0
    if !isRight {
      let next = (year..<year + 5).first { ($0 - 2029) % 4 == 0 && Day(year: $0, month: 1, day: 1).map { $0 >= day } ?? false } ?? 2029
      warn(
        "date",
        Phrase(
          da: "er ikke 1. januar i valgperiodens fjerde år, hvor loven (SEL § 186) lader en kommune overtage et tilbud; næste gang er \(next)-01-01.",
          en: "is not 1 January of the election period's fourth year, when the law (SEL § 186) lets a municipality take an offer over; the next is \(next)-01-01."))
    }
    if let announced, let latest = Day(year: isRight ? year - 1 : year, month: isRight ? 1 : month, day: 1), announced > latest {
      warn("announced", Phrase(da: "er for sent: beslutningen skal meddeles senest \(latest.iso).", en: "is too late: the decision must be told by \(latest.iso)."))
    }
  }

  // MARK: Small readings

  /// A day from the forecast's first on.
  mutating func futureDate(_ key: String) -> Day? {
    guard let day = date(key) else { return nil }
    guard day < builder.originDay else { return day }
    fail(key, Phrase(da: "ligger før prognosen begynder.", en: "lies before the forecast begins."), Phrase(da: "Vælg en dag fra \(builder.originDay.iso) eller senere.", en: "Choose a day from \(builder.originDay.iso) on."))
    return nil
  }

  /// An offer ends once.
  mutating func refuseSecondEnd(_ id: String, in plan: Plan) {
    if let earlier = plan.closures[id] {
      fail(
        "offer", value: id, Phrase(da: "lukker allerede \(earlier.iso).", en: "closes already on \(earlier.iso)."),
        Phrase(da: "Slet den ene lukning.", en: "Remove one of the closures."))
    } else if let earlier = plan.takeovers[id] {
      fail(
        "offer", value: id, Phrase(da: "overtages allerede \(earlier.iso).", en: "is taken over already on \(earlier.iso)."),
        Phrase(da: "Slet den ene ændring.", en: "Remove one of the changes."))
    }
  }

  /// An offer that is not open on the day takes nobody.
  mutating func refuseClosed(_ offer: Int, _ key: String, on day: Day, in plan: Plan) {
    let all = panel.offers + plan.newOffers
    let closes = [plan.closures[all[offer].id], plan.takeovers[all[offer].id], all[offer].validTo?.advanced(by: 1)].compactMap(\.self).min()
    let opens = plan.newOfferTerms[all[offer].id]?.opens ?? all[offer].validFrom
    if let closes, closes <= day {
      fail(key, value: all[offer].id, Phrase(da: "er lukket \(closes.iso).", en: "is closed on \(closes.iso)."), Phrase(da: "Vælg et andet tilbud.", en: "Choose another offer."))
    } else if let opens, opens > day {
      fail(key, value: all[offer].id, Phrase(da: "åbner først \(opens.iso).", en: "opens only on \(opens.iso)."), Phrase(da: "Vælg en senere dag eller et andet tilbud.", en: "Choose a later day or another offer."))
    }
  }

  /// A share with its interval; the default where the key is not there.
  mutating func share(_ key: String, default usual: Double) -> UncertainNumber? {
    guard change.values[key] != nil else { return .exact(usual) }
    guard let number = uncertain(key, .uniform, among: [.uniform, .triangular]) else { return nil }
    if number.lower < 0 || number.upper > 1 {
      fail(key, Phrase(da: "er en andel mellem 0 og 1.", en: "is a share between 0 and 1."), Phrase(""))
      return nil
    }
    return number
  }

  mutating func oneMunicipality() -> Int? {
    let flags = municipalityFlags()
    guard errors.isEmpty else { return nil }
    if flags.count(where: { $0 }) != 1 {
      fail("municipality", Phrase(da: "skal være én kommune.", en: "must be one municipality."), Phrase(da: "Skriv én [[change]] for hver kommune.", en: "Write one [[change]] for each municipality."))
      return nil
    }
    return flags.firstIndex(of: true)
  }

  var everybody: [Bool] { panel.municipalities.map { _ in true } }

  mutating func stratumIndex(of offer: Int, _ key: String, in plan: Plan) -> Int? {
    let all = panel.offers + plan.newOffers
    if let stratum = panel.strata.firstIndex(of: all[offer].stratum) { return stratum }
    fail(
      key, value: all[offer].id, Phrase(da: "har ingen ophold i data, så der er ingen at regne med.", en: "has no stays in the data, so there is nobody to count on."),
      Phrase(da: "Vælg et tilbud med ophold.", en: "Choose an offer with stays."))
    return nil
  }

  /// The flags of an offer's stratum, whose citizens are followed one by one; else a warning, and nil.
  mutating func followedStratum(of offer: Int, _ key: String, in plan: Plan) -> [Bool]? {
    guard let stratum = stratumIndex(of: offer, key, in: plan) else { return nil }
    if panel.knowledge[stratum] != .flowsAndStock {
      warn(key, Phrase(da: "rammer intet: området har ikke både belægning og bevægelser, så ingen borger følges.", en: "touches nothing: the area has not both stock and flows, so no citizen is followed."))
    } else if offer < panel.offers.count, !plan.demand.windows.contains(where: { $0.offer == offer }), !panel.residents.contains(where: { $0.offer == offer }) {
      warn(key, Phrase(da: "rammer intet: ingen bor dér, og ingen kommer til.", en: "touches nothing: nobody lives there and nobody comes."))
    }
    return panel.strata.indices.map { $0 == stratum }
  }

  mutating func addMove(_ move: CitizenMove, to plan: inout Plan) {
    guard plan.demand.moves.count < Self.mostMoves else {
      return fail("what", Phrase(da: "scenariet flytter borgere for mange gange.", en: "the scenario moves citizens too many times."), Phrase(da: "Højst \(Self.mostMoves) flytninger i ét scenarie.", en: "At most \(Self.mostMoves) moves in one scenario."))
    }
    plan.demand.moves.append(move)
  }

  private static let mostMoves = CitizenMove.mostOfAPlan
}
