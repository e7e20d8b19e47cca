import Capacity
import Demand
import Groundwork
import Placements
import Scenarios

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

  /// The comparison for an offer that the plan closes, as the plain forecast has it: closing on the plan's day against carrying on.
  func asInTheForecast(_ offer: String, closing day: Day, plans: [Plan], extracts: Extracts) -> OfferCosts? {
    var own = request
    own.offers = [offer]
    own.closingMonths = max(1, min(RiskRun.horizonMonths, Period(containing: day, length: .month) - Period(containing: panel.origin.lastDay, length: .month) - 1))
    let judge = RiskJudge(demand: demand, simulated: simulated, plans: plans, plan: 0, request: own, extracts: extracts, past: past)
    let costs = judge.all().first { $0.risk.offer.id == offer }?.costs
    return costs.map { OfferCosts(offer: $0.offer, status: $0.status, priceYear: $0.priceYear, options: $0.options.filter { $0.alternative != .reduce }, closes: day) }
  }
}
