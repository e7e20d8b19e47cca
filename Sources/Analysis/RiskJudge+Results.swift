import Capacity
import Demand
import Placements
import Scenarios

extension RiskJudge {
  /// What an offer earns and costs by calendar year as it is planned, the same wherever results are shown; the running year with its
  /// observed part, where all of that is known. Nil where its money is not known.
  func results(_ own: JudgedPath) -> ResultWatch? {
    (try? money.economics(of: own.offer).get()).map { path(own).money(begun(own.offer, $0), from: panel.origin) }
  }

  /// Without what is paid under notice.
  /// - Parameter served: citizens on average, `[period][draw]`.
  func results(_ served: [[Double]], of offer: Offer) -> ResultWatch? {
    (try? money.economics(of: offer).get()).map { economics in
      let path = planned(served, offer)
      return path.money(begun(offer, economics), from: panel.origin)
    }
  }

  /// With its places, and what the plan says of staff and rent.
  private func planned(_ served: [[Double]], _ offer: Offer) -> AlternativePath {
    let periods = (0..<demand.horizon).map { panel.origin.advanced(by: $0 + 1) }
    var path = AlternativePath(served: served, places: periods.map { own in timeline.placeDays(in: own, offer: offer.id).map { $0 / Double(own.days) } })
    path.placesNow = timeline.atEnd(of: panel.origin, offer: offer.id)
    let rent = periods.map { timeline.rent(in: $0, offer: offer.id) }
    if rent.contains(where: { $0 != 0 }) { path.rent = rent }
    guard timeline.statesStaff(of: offer.id) else { return path }
    let share = money.staffedShare(of: offer)
    func mean(_ period: Period, _ value: (Double, Double?) -> Double) -> Double? {
      timeline.sum(in: period, offer: offer.id, value).map { $0 / Double(period.days) }
    }
    path.costed = periods.map { mean($0) { places, staffed in staffed.map { $0 / share } ?? places } }
    path.staffed = periods.map { mean($0) { places, staffed in staffed ?? places } }
    path.costedNow = timeline.staffedAtEnd(of: panel.origin, offer: offer.id).map { $0 / share } ?? path.placesNow
    return path
  }

  /// At the origin, with what was observed of the running year.
  private func begun(_ offer: Offer, _ economics: OfferEconomics) -> ResultWatch {
    let fresh = watch(offer, economics)
    let observed = money.runningYear.count
    var begun = ResultWatch(
      economics: economics, behaviour: request.behaviour, rules: request.rules, length: panel.length, paths: request.draws,
      past: money.recent(offer.id, count: Self.pastPeriods, skipping: observed), levers: levers(on: offer, price: economics.price))
    return money.observeRunningYear(&begun, of: offer, paths: request.draws) ? begun : fresh
  }

  /// Fresh, at the origin.
  func watch(_ offer: Offer, _ economics: OfferEconomics) -> ResultWatch {
    // A new offer is staffed from the day it opens; that it fills is no decline to adapt to.
    let isNew = newOffers[offer.id] != nil
    return ResultWatch(
      economics: economics, behaviour: isNew && request.behaviour == .adaptationLag ? .unadapted : request.behaviour, rules: request.rules,
      length: panel.length, paths: request.draws, past: money.recent(offer.id, count: Self.pastPeriods), levers: levers(on: offer, price: economics.price))
  }

  /// What the plan makes of an offer's money; nil where it leaves it.
  /// - Parameter price: kroner a day now.
  func levers(on offer: Offer, price: Double) -> MoneyLevers? {
    MoneyLevers(
      changes, on: offer, price: price, from: panel.origin.advanced(by: 1), periods: demand.horizon, draws: request.draws, seed: request.seed, stop: tariffStop)
  }

  private static let pastPeriods = 12

  /// The offer as it is planned.
  func path(_ own: JudgedPath) -> AlternativePath {
    var path = planned(own.served, own.offer)
    path.opening = Double(own.drawn.opening)
    path.crowding = Occupier.crowding(own.drawn.opening, places: timeline.atEnd(of: panel.origin, offer: own.offer.id))
    path.staying = own.drawn.staying
    let announced = AnnouncedLeavers(simulated, plan: plan, key: own.key, horizon: demand.horizon, draws: request.draws)
    if let announced {
      path.early = announced.early(
        request.behaviour.weights(request.rules, months: panel.length.months), days: own.served.indices.map { panel.origin.advanced(by: $0 + 1).days },
        cuts: path.cuts)
    }
    if case .currentMonthPlus(let months) = request.rules.notice {
      let notice = NoticePay(
        months: months, length: panel.length, days: own.served.indices.map { panel.origin.advanced(by: $0 + 1).days },
        before: money.recent(own.offer.id, count: Self.pastPeriods).map(\.citizens))
      path.notice = notice
      path.paidEmpty = notice.paidEmpty(own.served, places: path.staffed.isEmpty ? path.places : path.staffed, announced: announced?.withoutPay(months: months) ?? [])
    }
    return path
  }
}
