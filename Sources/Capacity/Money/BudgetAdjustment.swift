/// How a year's spending frame follows its days (budgetregulering), and what that leaves.
///
/// With ΔD the days by which the year differs from its budget and ΔI = ΔD × tariff, the frame moves by share × ΔI and the offer
/// bears the rest. Source: Region Sjælland's strategy of 2012 (70 %); that the base is the tariff is a reading.
public struct BudgetAdjustment: Hashable, Sendable {
  /// Original budget, kroner a year.
  public let budget: Amount
  /// ΔI: change of the income, below zero for fewer days.
  public let incomeChange: Amount
  /// By how much the frame moves.
  public let adjustment: Amount
  private let tolerance: Quantity?

  /// - Parameters:
  ///   - budgetedDays: above zero.
  ///   - tariff: kroner a day.
  public init(budget: Amount, budgetedDays: Quantity, actualDays: Quantity, tariff: Amount, rules: RuleSet.Adjustment) {
    precondition(budgetedDays > .zero, "a budget needs days")
    self.budget = budget
    let days = actualDays - budgetedDays
    incomeChange = tariff * days
    let base: Amount = switch rules.base {
    case .tariff: incomeChange
    case .cost: Amount(rounding: budget.oere * Int128(days.millionths), over: Int128(budgetedDays.millionths))
    }
    adjustment = base * rules.share
    tolerance = rules.tolerance
  }

  public var revisedBudget: Amount { budget + adjustment }

  /// What the frame does not follow: ΔI − adjustment, the result of an offer that spends exactly its adjusted budget.
  public var remainder: Amount { incomeChange - adjustment }

  /// Allowed deviation of the costs, kroner; nil without a tolerance.
  public var toleranceAmount: Amount? { tolerance.map { (revisedBudget * $0).magnitude } }

  /// (costs − adjusted budget) / adjusted budget; nil where that is zero.
  public func deviation(costs: Amount) -> Double? { revisedBudget == .zero ? nil : (costs - revisedBudget) / revisedBudget }

  /// Whether costs deviate by more than allowed, decided in øre; nil without a tolerance.
  public func isOutside(costs: Amount) -> Bool? { toleranceAmount.map { (costs - revisedBudget).magnitude > $0 } }

  /// The share of its days that an offer may lose before costs that do not adapt leave the tolerance: (t / (1 + t)) / share.
  /// Nil where budgets do not follow days or no tolerance is stated.
  public static func fewerDaysAtTolerance(_ rules: RuleSet.Adjustment) -> Double? {
    guard let tolerance = rules.tolerance?.value, rules.share > .zero else { return nil }
    return tolerance / (1 + tolerance) / rules.share.value
  }
}
