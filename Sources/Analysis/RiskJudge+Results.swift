import Capacity
import Demand
import Placements
import Scenarios

extension RiskJudge {
  /// What an offer earns and costs by calendar year as it is planned, the same wherever results are shown; the running year with its
  /// observed part, where all of that is known. Nil where its money is not known.
  func results(_ offer: Offer, _ key: Int) -> ResultWatch? {
    (try? money.economics(of: offer).get()).map { path(offer, key).money(begun(offer, $0), from: panel.origin) }
  }

  /// At the origin, with what was observed of the running year.
  private func begun(_ offer: Offer, _ economics: OfferEconomics) -> ResultWatch {
    let fresh = watch(offer, economics)
    let observed = money.runningYear.count
    var begun = ResultWatch(
      economics: economics, behaviour: request.behaviour, rules: request.rules, length: panel.length, paths: request.draws,
      past: money.recent(offer.id, count: Self.pastPeriods, skipping: observed))
    return money.observeRunningYear(&begun, of: offer, paths: request.draws) ? begun : fresh
  }

  /// Fresh, at the origin.
  func watch(_ offer: Offer, _ economics: OfferEconomics) -> ResultWatch {
    ResultWatch(
      economics: economics, behaviour: request.behaviour, rules: request.rules, length: panel.length, paths: request.draws,
      past: money.recent(offer.id, count: Self.pastPeriods))
  }

  private static let pastPeriods = 12

  /// The offer as it is planned.
  func path(_ offer: Offer, _ key: Int) -> AlternativePath {
    let most = servedLimit(of: offer)
    var path = AlternativePath(served: [], places: [], opening: Double(simulated.draws.openingFlowStock(key: key)), crowding: most.crowding)
    var state = LineState(draws: request.draws, opening: simulated.draws.openingFlowStock(key: key))
    for step in 0..<demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      let before = state.stock
      state.add(simulated.draws, plan: plan, key: key, step: step, days: period.days)
      path.served.append(most.served(state.occupiedDays, in: period).map { $0 / Double(period.days) })
      path.places.append(most.places(in: period))
      path.staying.append(before.indices.map { state.staying($0, of: before[$0]) })
      state.startPeriod()
    }
    if case .currentMonthPlus(let months) = request.rules.notice {
      let notice = NoticePay(
        months: months, length: panel.length, days: path.served.indices.map { panel.origin.advanced(by: $0 + 1).days },
        before: money.recent(offer.id, count: Self.pastPeriods).map(\.citizens))
      path.notice = notice
      path.paidEmpty = notice.paidEmpty(path.served)
    }
    return path
  }
}

extension LineState {
  /// Of those who were there before the period or came in it, the share that has stayed, in 0...1; net moves count as one or the other.
  fileprivate func staying(_ d: Int, of before: Double) -> Double {
    let moves = stock[d] - before - admissions[d] + homecomings[d] + otherExits[d]
    let reachable = before + admissions[d] + max(0, moves)
    return reachable > 0 ? min(1, max(0, stock[d] / reachable)) : 1
  }
}
