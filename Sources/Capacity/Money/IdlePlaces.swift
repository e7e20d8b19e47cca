public import Placements

extension RuleSet.Adaptation {
  /// The share of an empty place's cost that cannot be avoided in the month `month` after notice (1 is the first): 1 through
  /// `fullMonths`, then falling in a straight line to the floor at `months`, then the floor. Source: DOMAIN 1.10, an assumption.
  public func unavoidable(month: Int) -> Quantity {
    if month <= fullMonths { return .one }
    if month >= months { return floor }
    let fallen = Quantity(month - fullMonths) / Quantity(months - fullMonths)
    return .one - (.one - floor) * fallen
  }
}

/// What places that fall empty at once cost until the capacity is adapted:
/// Σ over months of places × days × tariff × (1 − refill) × unavoidable share, from the end of the notice to the adaptation.
public struct IdlePlaces: Hashable, Sendable {
  public struct Month: Hashable, Sendable {
    /// After the decision, 1 is the first.
    public let month: Int
    public let lostIncome: Amount
    /// Of the lost income, the cost that stays.
    public let unavoidableCost: Amount
  }

  /// How long months are.
  public enum Calendar: Hashable, Sendable {
    /// A twelfth of the year's days each.
    case twelfths(daysPerYear: Int)
    /// The days of the calendar, from the month after the decision.
    case months(after: Period)
  }

  public let months: [Month]

  /// - Parameters:
  ///   - tariff: kroner a day.
  ///   - noticeMonths: for which the payers still pay.
  ///   - refill: share of 1 of the places that are taken again in a month after the decision (1 is the first); 0 where nil.
  ///   - unavoidable: share of the cost that stays in a month after the decision; the rule set's where nil.
  ///   - cutMonth: after which the places are gone; the adaptation time where nil.
  public init(
    places: Quantity, tariff: Amount, noticeMonths: Int, rules: RuleSet.Adaptation, calendar: Calendar = .twelfths(daysPerYear: 365),
    refill: ((Int) -> Quantity)? = nil, unavoidable: ((Int) -> Quantity)? = nil, cutMonth: Int? = nil
  ) {
    let last = cutMonth ?? rules.months
    // Sums are rounded as they grow, so that all months together are rounded once.
    let scale = Int128(Quantity.scale)
    var (lost, stays) = (Int128(0), Int128(0))
    var result: [Month] = []
    for month in noticeMonths + 1..<max(noticeMonths, last) + 1 {
      let empty = Quantity.one - (refill?(month) ?? .zero)
      let share = unavoidable?(month) ?? rules.unavoidable(month: month)
      let (days, parts) = Self.days(month, calendar)
      let income = tariff.oere * Int128(places.millionths) * Int128(empty.millionths) * days
      let (lostBefore, staysBefore) = (rounded(lost, over: scale * scale * parts), rounded(stays, over: scale * scale * scale * parts))
      lost += income
      stays += income * Int128(share.millionths)
      result.append(
        Month(
          month: month, lostIncome: Amount(oere: rounded(lost, over: scale * scale * parts) - lostBefore),
          unavoidableCost: Amount(oere: rounded(stays, over: scale * scale * scale * parts) - staysBefore)))
    }
    months = result
  }

  public var lostIncome: Amount { months.map(\.lostIncome).sum }
  public var unavoidableCost: Amount { months.map(\.unavoidableCost).sum }

  /// Days of a month as a fraction.
  private static func days(_ month: Int, _ calendar: Calendar) -> (days: Int128, parts: Int128) {
    switch calendar {
    case .twelfths(let daysPerYear): (Int128(daysPerYear), 12)
    case .months(let decision): (Int128(decision.advanced(by: month).days), 1)
    }
  }
}
