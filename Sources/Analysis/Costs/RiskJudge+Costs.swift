import Capacity
import Demand
import Groundwork
import Placements

extension RiskJudge {
  /// Months that residents have before they must move (bekendtgørelse om lejerrettigheder § 20).
  static let residentsNoticeMonths = 3

  /// The comparison for an offer; nil where it is not judged or its money not known.
  func costs(_ risk: OfferRisk, _ own: JudgedPath) -> OfferCosts? {
    guard let economics = try? risk.economics.get(), let outlook = risk.outlook, let now = risk.places else { return nil }
    let carryOn = path(own)
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
