public import Groundwork

/// How an offer's costs follow its citizens.
public enum CostBehaviour: String, CaseIterable, Hashable, Sendable {
  /// At once, by the share of the rule set's budget adjustment, or 70 % where it has none.
  case followsAdjustment = "follows_70"
  /// Not at all.
  case unadapted
  /// By the rule set's schedule of adaptation: the whole cost stays at first, its floor in the end.
  case adaptationLag = "adaptation_lag"

  /// Where budgets do not follow days. Source: Region Sjælland's strategy of 2012.
  public static let usualShare = Quantity(millionths: 700_000)

  public var phrase: Phrase {
    switch self {
    case .followsAdjustment: Phrase(da: "følger straks med 70 % (eller regelsættets andel)", en: "follow at once by 70 % (or the rule set's share)")
    case .unadapted: Phrase(da: "tilpasses ikke", en: "do not adapt")
    case .adaptationLag: Phrase(da: "tilpasses efterhånden", en: "adapt with a lag")
    }
  }

  /// Of a change that lasts, the share by which costs have followed in the period that it begins in (0) and later ones, less what
  /// they had followed before. Sums to what costs follow in the end.
  /// - Parameter months: of a period.
  public func weights(_ rules: RuleSet, months: Int) -> [Double] {
    switch self {
    case .unadapted: return []
    case .followsAdjustment: return [(rules.adjustment?.share ?? Self.usualShare).value]
    case .adaptationLag:
      // A period's mean over its months.
      let periods = (rules.adaptation.months + months - 1) / months + 1
      let followed = (0..<periods).map { period in
        (1...months).reduce(0.0) { $0 + 1 - rules.adaptation.unavoidable(month: period * months + $1).value } / Double(months)
      }
      return followed.indices.map { $0 == 0 ? followed[0] : followed[$0] - followed[$0 - 1] }
    }
  }

  /// The rules that the figures used.
  public func rulesUsed(_ rules: RuleSet) -> Set<RuleKey> {
    switch self {
    case .unadapted: []
    case .followsAdjustment: rules.adjustment == nil ? [] : [.adjustmentShare]
    case .adaptationLag: [.adaptationMonths, .unavoidableMonths, .unavoidableFloor]
    }
  }
}
