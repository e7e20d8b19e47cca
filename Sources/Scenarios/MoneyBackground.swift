/// Today's money, which changes of a scenario are held against.
public struct MoneyBackground: Sendable {
  /// Kroner a day by offer id; offers without a price are not in it.
  let prices: [String: Double]
  /// The rule set that holds where a scenario names none.
  let ruleSet: String
  /// Months in which costs stay whole, by rule set.
  let fullMonths: [String: Int]

  public init(prices: [String: Double], ruleSet: String, fullMonths: [String: Int]) {
    self.prices = prices
    self.ruleSet = ruleSet
    self.fullMonths = fullMonths
  }
}

extension Lever {
  /// Whether a change of it acts on offers' prices or costs.
  public var isOfMoney: Bool { [.tariff, .savings, .complexity].contains(self) }
}
