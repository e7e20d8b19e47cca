import Capacity
import Demand
import Groundwork
import Placements

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
    let carryOn = path(risk.offer, key)
    let comparison = CostComparison(
      judge: self, risk: risk, economics: economics, watch: watch(risk.offer, economics),
      staff: capacity[risk.offer.id]?.last { $0.from <= panel.origin.lastDay }?.fullTimeStaff)
    var options = [comparison.closing(carryOn)]
    if let advised = outlook.advisedPlaces, leadTime < carryOn.served.count, let planned = carryOn.places[leadTime], Double(advised) < planned {
      options.append(comparison.reducing(carryOn, to: Double(advised), planned: planned))
    }
    options.append(comparison.carryingOn(carryOn, places: now))
    return OfferCosts(offer: risk.offer, status: risk.status, priceYear: economics.priceYear, options: options)
  }
}
