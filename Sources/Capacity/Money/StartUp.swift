/// A new offer until it is full: costs from the first day, income as citizens come.
public struct StartUp: Hashable, Sendable {
  public struct Month: Hashable, Sendable {
    public let income: Amount
    public let costs: Amount

    public init(income: Amount, costs: Amount) {
      self.income = income
      self.costs = costs
    }
  }

  public let months: [Month]

  public init(months: [Month]) { self.months = months }

  /// Months in which places fill up in a straight line from none to all after `ramp` months, of a twelfth of a year each.
  /// - Parameters:
  ///   - costs: kroner a year of the full offer.
  ///   - days: paid days a year of the full offer.
  ///   - costFloor: share of the costs that an empty offer has; the rest follows its citizens.
  public init(ramp: Int, costs: Amount, days: Quantity, tariff: Amount, costFloor: Quantity) {
    precondition(ramp > 0, "a ramp has months")
    months = (1...ramp).map { month in
      let filled = Quantity(2 * month - 1) / Quantity(2 * ramp)
      let spent = costFloor + (.one - costFloor) * filled
      return Month(income: tariff * (days * filled) / Quantity(12), costs: costs * spent / Quantity(12))
    }
  }

  /// Costs − income over the months; below zero a surplus.
  public var deficit: Amount { months.map { $0.costs - $0.income }.sum }

  /// What the tariffs of the following years collect for the deficit, to the øre; the first is the year after the start-up.
  /// Empty where the rules let tariffs bear it as any other result: it then goes to the account of its year.
  public func charges(_ rules: RuleSet) -> [Amount] {
    rules.startUpYears == 0 ? [] : deficit.split(by: [Quantity](repeating: .one, count: rules.startUpYears)) ?? []
  }
}
