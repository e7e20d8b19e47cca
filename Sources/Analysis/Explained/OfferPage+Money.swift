import Capacity
import Demand
import Forecasting
import Groundwork
import Placements
import Scenarios

extension OfferPage {
  // MARK: Money

  var moneyFacts: [OfferFact] {
    if risk.outlook == nil, risk.offer.financing == .key { return keyFacts }
    switch risk.economics {
    case .failure(let missing): return risk.outlook == nil ? [] : [OfferFact(.money, Phrase(da: "Kan ikke regnes: \(missing.phrase.da).", en: "Cannot be computed: \(missing.phrase.en)."), [.init(item: "missing", text: missing.rawValue)])]
    case .success(let own):
      var text = Phrase(
        da: "Pris \(number(own.price).da) kr. pr. dag, udgifter \(number(own.costs / 1000).da) t.kr. om året (prisniveau \(own.priceYear)) for \(number(own.citizens, 1).da) borgere",
        en: "Price \(number(own.price).en) kr. a day, costs \(number(own.costs / 1000).en) thousand kr. a year (price level \(own.priceYear)) for \(number(own.citizens, 1).en) citizens")
      if let even = risk.breakEven {
        text = text + Phrase(da: "; går i nul ved \(number(even).da) % belægning", en: "; breaks even at \(number(even).en) % occupancy")
      }
      let basis = OfferFact(
        .money, text + Phrase("."),
        [
          .init(item: "price", period: String(own.priceYear), value: own.price, unit: "kr. a day"),
          .init(item: "costs", period: String(own.priceYear), value: own.costs.rounded(), unit: "kr."),
          .init(item: "break_even_occupancy", value: risk.breakEven, unit: "percent"),
        ])
      guard let outlook = risk.outlook else { return [basis] + closingFacts }
      return [basis] + ([outlook.runningYear].compactMap(\.self) + outlook.years).map(year)
    }
  }

  /// Of an offer that the scenario closes, what that costs and what carrying on would have brought.
  private var closingFacts: [OfferFact] {
    guard let own = run.costs.first(where: { $0.offer.id == risk.offer.id }), let day = own.closes else { return [] }
    return own.options.map { option in
      let isClosing = option.alternative == .close
      let (amount, result) = (meanInterval(option.closing, scale: 1e-6, decimals: 1), meanInterval(option.result, scale: 1e-6, decimals: 1))
      let text = isClosing
        ? Phrase(
          da: "Lukning \(day.iso), som den rene prognose har borgerne: lukkeudgift \(amount.da) mio. kr., resultat over \(RiskRun.horizonMonths) måneder \(result.da) mio. kr.",
          en: "Closing on \(day.iso), with the citizens of the plain forecast: closing cost \(amount.en) million kr., result over \(RiskRun.horizonMonths) months \(result.en) million kr.")
        : Phrase(
          da: "At fortsætte ville give resultatet \(result.da) mio. kr.; plads risk --costs viser, hvem der betaler.",
          en: "Carrying on would give a result of \(result.en) million kr.; plads risk --costs shows who pays.")
      func number(_ item: String, _ own: DrawSummary) -> OfferFact.Number {
        .init(item: "\(option.alternative.rawValue)_\(item)", period: "", value: own.mean.rounded(), lower: own.lower.rounded(), upper: own.upper.rounded(), unit: "kr.")
      }
      return OfferFact(.money, text.sentence, (isClosing ? [number("cost", option.closing)] : []) + [number("result", option.result)])
    }
  }

  /// What a key divides, whatever the use.
  private var keyFacts: [OfferFact] {
    guard risk.offer.financing == .key, let own = try? risk.economics.get() else { return [] }
    return [
      OfferFact(
        .money,
        Phrase(
          da: "Udgifter \(number(own.costs / 1000).da) t.kr. om året (prisniveau \(own.priceYear)), som en nøgle fordeler på kommunerne; plads risk --municipality viser den enkeltes del.",
          en: "Costs \(number(own.costs / 1000).en) thousand kr. a year (price level \(own.priceYear)), which a key divides over the municipalities; plads risk --municipality shows each one's part."),
        [.init(item: "costs", period: String(own.priceYear), value: own.costs.rounded(), unit: "kr.")])
    ]
  }

  private func year(_ own: OfferRisk.YearResult) -> OfferFact {
    let result = meanInterval(own.result, scale: 0.001)
    var text = Phrase(da: "\(own.year): resultat \(result.da) t.kr.", en: "\(own.year): result \(result.en) thousand kr.")
    var numbers = [
      OfferFact.Number(
        item: "result", period: String(own.year), value: own.result.mean.rounded(), lower: own.result.lower.rounded(),
        upper: own.result.upper.rounded(), unit: "kr.")
    ]
    if let outside = own.outsideTolerance {
      text = text + Phrase(da: "; uden for tolerancen med P \(number(outside, 2).da)", en: "; outside the tolerance with P \(number(outside, 2).en)")
      numbers.append(.init(item: "p_outside_tolerance", period: String(own.year), value: outside, unit: "probability"))
    }
    if let change = own.tariffChange, let due = own.tariffYear {
      let shown = meanInterval(change)
      text = text + Phrase(da: "; det ændrer taksten i \(due) med \(shown.da) kr. pr. dag", en: "; it changes the tariff of \(due) by \(shown.en) kr. a day")
      numbers.append(.init(item: "tariff_change", period: String(due), value: change.mean, lower: change.lower, upper: change.upper, unit: "kr. a day"))
    }
    return OfferFact(.money, text.sentence, numbers)
  }

  // MARK: Notice, adaptation, closing

  var noticeFacts: [OfferFact] {
    guard risk.outlook != nil else { return [] }
    let decision = panel.origin.advanced(by: 1).firstDay
    let paid = request.rules.notice.paidEmptyDays(given: decision, end: decision)
    let until = request.rules.notice.lastPaidDay(given: decision, end: decision)
    let adaptation = request.rules.adaptation
    let assumed = request.rules.isAssumption(.noticeKind) || request.rules.isAssumption(.noticeMonths)
    let mark = assumed ? Phrase(da: " (antagelse)", en: " (assumption)") : Phrase("")
    var facts = [
      OfferFact(
        .notice,
        Phrase(
          da: "En plads, der siges op \(decision.iso), betales til og med \(until.iso): \(paid) dage\(mark.da).",
          en: "A place given up on \(decision.iso) is paid until \(until.iso): \(paid) days\(mark.en)."),
        [.init(item: "notice_paid_days", value: Double(paid), unit: "days", isAssumption: assumed, text: until.iso)])
    ]
    facts.append(idle(months: adaptation.months))
    let closing = Period(containing: decision, length: .month).advanced(by: request.closingMonths - 1).lastDay
    facts.append(
      OfferFact(
        .notice,
        Phrase(
          da: "Besluttes en lukning nu, er tilbuddet lukket tidligst \(closing.iso): \(request.closingMonths) måneder til sag, høring og varsel til personale og beboere, som har krav på 3 måneder (antagelse; --closing-time).",
          en: "If closing is decided now, the offer is closed on \(closing.iso) at the earliest: \(request.closingMonths) months for the case, the hearing and notice to staff and residents, who have a right to 3 months (assumption; --closing-time).")
        , [.init(item: "closing_time", value: Double(request.closingMonths), unit: "months", isAssumption: true, text: closing.iso)]))
    return facts
  }

  /// What one place costs that falls empty now and is not taken again, until the capacity is adapted.
  private func idle(months: Int) -> OfferFact {
    let assumed = request.rules.isAssumption(.adaptationMonths)
    let number = OfferFact.Number(item: "adaptation_months", value: Double(months), unit: "months", isAssumption: assumed)
    let mark = assumed ? Phrase(da: " (antagelse)", en: " (assumption)") : Phrase("")
    let time = Phrase(da: "Pladser og personale er tilpasset efter \(months) måneder\(mark.da)", en: "Places and staff are adapted after \(months) months\(mark.en)")
    guard let own = try? risk.economics.get(), let tariff = Amount(kroner: own.price) else { return OfferFact(.notice, time + Phrase("."), [number]) }
    var notice = 0
    // Notice is given at a month's start, so that month is paid for too.
    if case .currentMonthPlus(let own) = request.rules.notice { notice = own + 1 }
    let place = IdlePlaces(
      places: .one, tariff: tariff, noticeMonths: notice, rules: request.rules.adaptation, calendar: .twelfths(daysPerYear: Int((365 * own.paidShare).rounded())))
    func thousands(_ amount: Amount) -> Phrase { self.number(amount.kroner / 1000) }
    return OfferFact(
      .notice,
      time + Phrase(
        da: ": en tom plads uden ny borger koster til da \(thousands(place.lostIncome).da) t.kr. i indtægt, hvoraf \(thousands(place.unavoidableCost).da) t.kr. er udgifter, der ikke kan undgås.",
        en: ": an empty place without a new citizen costs until then \(thousands(place.lostIncome).en) thousand kr. of income, of which \(thousands(place.unavoidableCost).en) thousand kr. are costs that cannot be avoided.")
      ,
      [
        number, .init(item: "lost_income_per_place", value: place.lostIncome.kroner, unit: "kr."),
        .init(item: "unavoidable_cost_per_place", value: place.unavoidableCost.kroner, unit: "kr."),
      ])
  }

  // MARK: Places

  var placesFacts: [OfferFact] {
    guard let advice, let last = advice.steps.last else { return [] }
    let changes = advice.steps.enumerated().filter { index, step in
      index == 0 || (step.advised, step.today) != (advice.steps[index - 1].advised, advice.steps[index - 1].today)
    }.map(\.element)
    let steps = changes.map { step in
      let text = Phrase { language in
        [step.advised, step.today].map { NumberText.display($0, decimals: 0, language: language) }.joined(separator: language == .da ? " (planlagt " : " (planned ") + ")"
      }
      return Phrase(da: "fra \(step.first) \(text.da)", en: "from \(step.first) \(text.en)")
    }
    let (today, advised) = (advice.steps.reduce(0) { $0 + $1.costToday }, advice.steps.reduce(0) { $0 + $1.costAdvised })
    let unit = advice.price == nil ? "tariff_days" : "kr."
    let costs =
      advice.price == nil
      ? Phrase(da: "\(number(today).da) mod \(number(advised).da) dages takst", en: "\(number(today).en) against \(number(advised).en) days of the tariff")
      : Phrase(da: "\(number(today / 1000).da) mod \(number(advised / 1000).da) t.kr.", en: "\(number(today / 1000).en) against \(number(advised / 1000).en) thousand kr.")
    let list = Phrase(da: steps.map(\.da).joined(separator: ", "), en: steps.map(\.en).joined(separator: ", "))
    return [
      OfferFact(
        .places,
        Phrase(
          da: "Pladser: \(list.da); med prisen for skift, som rådet i plads risk er uden.",
          en: "Places: \(list.en); with the cost of changes, which the advice of plads risk leaves out."),
        advice.steps.map { .init(item: "advised_places", period: $0.first.description, value: $0.advised, unit: "places") }
          + advice.steps.map { .init(item: "planned_places", period: $0.first.description, value: $0.today, unit: "places") }),
      OfferFact(
        .places,
        Phrase(
          da: "At beholde planen koster forventet \(costs.da) til og med \(last.last), i tomme og manglende pladser og skift.",
          en: "Keeping the plan is expected to cost \(costs.en) until \(last.last), in empty and missing places and changes."),
        [.init(item: "cost_today", value: today.rounded(), unit: unit), .init(item: "cost_advised", value: advised.rounded(), unit: unit)]),
    ]
  }

  // MARK: Assumptions

  var assumptionFacts: [OfferFact] {
    let rules = request.rules
    let used = request.behaviour.rulesUsed(rules).union([.noticeKind, .noticeMonths, .adaptationMonths, .unavoidableMonths, .unavoidableFloor])
      .union(rules.adjustment == nil ? [] : [.adjustmentShare, .adjustmentBase, .tolerance])
      .union(rules.settlement == nil ? [] : [.settlementBand, .settlementLag])
    let share = NumberText.machine(100 * request.trigger.share)
    let basis = Phrase(
      da: "Grænsen på \(share) % i \(request.trigger.months) måneder er en antagelse og ingen beslutning (--closure-share). Regelsæt \(rules.name), udgifter: \(request.behaviour.rawValue).",
      en: "The limit of \(share) % for \(request.trigger.months) months is an assumption and no decision (--closure-share). Rule set \(rules.name), costs: \(request.behaviour.rawValue).")
    let others = rules.assumptions(used) + [PlacesNotes(request: request).assumption] + demand.assumptions + run.plan.assumptions + panel.settings.assumptions
    return [
      OfferFact(.assumptions, basis, [.init(item: "closure_share", value: request.trigger.share, isAssumption: true), .init(item: "rule_set", text: rules.name), .init(item: "cost_behaviour", text: request.behaviour.rawValue)]
        + ((try? risk.economics.get()).map { [.init(item: "price_level", value: Double($0.priceYear))] } ?? []))
    ] + others.map { OfferFact(.assumptions, $0, [.init(item: "assumption", isAssumption: true, text: $0.en)]) }
  }
}
