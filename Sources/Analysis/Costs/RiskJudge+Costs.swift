import Capacity
import Demand
import Forecasting
import Groundwork
import Placements
import Scenarios

extension RiskJudge {
  /// Months that residents have before they must move (bekendtgørelse om lejerrettigheder § 20).
  static let residentsNoticeMonths = 3

  /// The comparison for every judged offer whose money is known.
  func costs(of risks: [OfferRisk]) -> [OfferCosts] {
    let keys = Dictionary(simulated.index.keys.enumerated().map { ($1.offer, $0) }, uniquingKeysWith: { first, _ in first })
    let judged = risks.filter { $0.outlook != nil && (try? $0.economics.get()) != nil }
    return ConcurrentResults.of(judged.count, threads: request.threads) { index in
      keys[judged[index].offer.id].flatMap { costs(judged[index], key: $0) }
    }.compactMap(\.self)
  }

  private func costs(_ risk: OfferRisk, key: Int) -> OfferCosts? {
    guard let economics = try? risk.economics.get(), let outlook = risk.outlook, let now = risk.places else { return nil }
    let past = money.recent(risk.offer.id, count: 12)
    let carryOn = path(risk.offer, key, places: now, before: past.map(\.citizens))
    let watch = ResultWatch(
      economics: economics, behaviour: request.behaviour, rules: request.rules, length: panel.length, paths: request.draws, past: past)
    let comparison = CostComparison(judge: self, risk: risk, economics: economics, watch: watch, staff: capacity[risk.offer.id]?.last { $0.from <= panel.origin.lastDay }?.fullTimeStaff)
    var options = [comparison.closing(carryOn, places: now)]
    if let advised = outlook.advisedPlaces, leadTime < carryOn.served.count, let planned = carryOn.places[leadTime], Double(advised) < planned {
      options.append(comparison.reducing(carryOn, to: Double(advised), planned: planned))
    }
    options.append(comparison.carryingOn(carryOn, places: now))
    return OfferCosts(offer: risk.offer, status: risk.status, priceYear: economics.priceYear, options: options)
  }

  /// As the results of the years count it: no more are served than there are places, or live there now where that is more.
  private func path(_ offer: Offer, _ key: Int, places: Double, before: [Double]) -> AlternativePath {
    let crowding = max(1, (past.meanCitizens(in: panel.origin, offer: offer.id) ?? 0) / places)
    var state = LineState(draws: request.draws, opening: simulated.draws.openingFlowStock(key: key))
    var path = AlternativePath(served: [], places: [])
    for step in 0..<demand.horizon {
      let period = panel.origin.advanced(by: step + 1)
      state.add(simulated.draws, plan: plan, key: key, step: step, days: period.days)
      let citizens = state.occupiedDays.map { $0 / Double(period.days) }
      let open = timeline.placeDays(in: period, offer: offer.id).map { $0 / Double(period.days) }
      path.served.append(open.map { most in citizens.map { min($0, most * crowding) } } ?? citizens)
      path.places.append(open)
      state.startPeriod()
    }
    path.paidEmpty = AlternativePath.paidEmpty(
      path.served, before: before, notice: request.rules.notice, length: panel.length,
      days: (1...demand.horizon).map { panel.origin.advanced(by: $0).days })
    return path
  }
}
