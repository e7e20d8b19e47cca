/// What it costs to close an offer:
/// idle places + severance + lease + residual value − inventory sold − account, whose deficit adds and whose surplus pays.
/// The building's proceeds belong to its owner and are no part of it (Tippen, Varde 2018).
public struct ClosingCost: Hashable, Sendable {
  /// Places that stand empty until the last citizen has gone.
  public var idle: Amount
  /// Pay through notice and severance.
  public var severance: Amount
  /// Rent until the lease ends.
  public var lease: Amount
  /// Of what was not depreciated.
  public var residualValue: Amount
  public var inventorySale: Amount
  /// What stays on the settlement account; below zero an accumulated deficit.
  public var account: Amount

  public init(
    idle: Amount, severance: Amount = .zero, lease: Amount = .zero, residualValue: Amount = .zero, inventorySale: Amount = .zero,
    account: Amount = .zero
  ) {
    self.idle = idle
    self.severance = severance
    self.lease = lease
    self.residualValue = residualValue
    self.inventorySale = inventorySale
    self.account = account
  }

  public var total: Amount { idle + severance + lease + residualValue - inventorySale - account }

  /// Who pays, in proportion to the days used in the rule set's years before closing, to the øre, by payer. Nil where nobody used it.
  /// - Parameters:
  ///   - days: by payer and year, not negative.
  ///   - year: of closing, whose own days count as the last.
  public func split(days: [String: [Int: Quantity]], closing year: Int, rules: RuleSet) -> [(payer: String, share: Double, amount: Amount)]? {
    let first = year - rules.closingYears + 1
    let payers = days.keys.sorted()
    let weights = payers.map { payer in (days[payer] ?? [:]).reduce(Quantity.zero) { (first...year).contains($1.key) ? $0 + $1.value : $0 } }
    guard let parts = total.split(by: weights) else { return nil }
    let sum = weights.reduce(.zero, +).value
    return zip(payers, zip(weights, parts)).filter { $0.1.0 > .zero }.map { ($0.0, $0.1.0.value / sum, $0.1.1) }
  }
}
