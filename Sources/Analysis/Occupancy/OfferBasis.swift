import Capacity
public import Placements
public import Scenarios

/// What figures rest on that are counted offer by offer: places handed out to those who want them, income, results and closure risk.
public struct OfferBasis: Sendable {
  let extracts: Extracts
  /// Whose rules, cost behaviour and trigger hold unless a plan has its own.
  public let request: RiskRequest

  public init(_ extracts: Extracts, request: RiskRequest) {
    self.extracts = extracts
    self.request = request
  }

  /// By whose rules places are handed out under a plan; nil for the chosen ones.
  public func occupancy(_ panel: Panel, under plan: Plan? = nil) -> OccupancyBasis {
    OccupancyBasis(extracts, panel: panel, rules: plan.map { request.ruled(by: $0).rules } ?? request.rules)
  }
}
