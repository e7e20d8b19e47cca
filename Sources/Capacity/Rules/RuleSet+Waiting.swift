import Groundwork

extension RuleSet {
  /// Which of an offer's places limit how many are served.
  public enum PlacesLimit: String, CaseIterable, Hashable, Sendable {
    /// Normerede pladser.
    case standard
    /// What the supervision has approved.
    case approved
    /// What there is staff for.
    case staffed
  }

  /// How far an offer must take a citizen of its target group.
  public enum AdmissionDuty: String, CaseIterable, Hashable, Sendable {
    /// At once, where a place is vacant.
    case vacant
    /// At once, also above the places.
    case always
  }

  /// What happens to those whom an offer has no place for.
  public struct Waiting: Hashable, Sendable {
    public var limit = PlacesLimit.standard
    /// Nil where no agreement states one: vacant places are then filled after `refillMonths`.
    public var duty: AdmissionDuty?
    /// Months that a place stands empty before somebody who waits has it, 0 to 12; not used with a duty.
    public var refillMonths = 1
    /// Of those who newly lack a place, a share of 1 that goes to another supplier; the rest waits.
    public var leaveShare = Quantity(millionths: 500_000)
    /// How much rather an offer in the same host municipality is taken, above 0; 1 for no preference.
    public var hostFactor = Quantity(2)
    /// An offer that is x times as dear is taken x^−elasticity as often; 0 for no preference.
    public var priceElasticity = Quantity(1)

    public init() {}

    /// Whole months with the duty taken into account.
    public var refill: Int { duty == nil ? refillMonths : 0 }

    /// Whether anybody can lack a place.
    var leaves: Bool { duty != .always }

    func text(_ key: RuleKey) -> Phrase? {
      switch key {
      case .waitingLimit: Phrase(limit.rawValue)
      case .waitingDuty: duty.map { Phrase($0.rawValue) }
      case .waitingRefill: duty == nil ? Phrase(String(refillMonths)) : nil
      case .waitingHost: Phrase(NumberText.machine(hostFactor.value))
      case .waitingPrice: Phrase(NumberText.machine(priceElasticity.value))
      default: nil
      }
    }

    /// Rules on which served, waiting and left rest.
    public static let rulesUsed: Set<RuleKey> = [.waitingLimit, .waitingDuty, .waitingRefill, .waitingLeave, .waitingHost, .waitingPrice]
  }
}
