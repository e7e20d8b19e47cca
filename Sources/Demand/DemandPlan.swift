public import Placements

/// One change of rates that a scenario makes, in the panel's indices.
public struct RateChange: Sendable {
  public enum Target: Hashable, Sendable {
    case flow(Flow)
    /// The population at risk: admissions, and stocks of stock-only strata.
    case population
    /// The stock of stock-only strata.
    case stock
  }

  public enum Effect: Sendable {
    case multiply(UncertainNumber)
    /// By factors that are reckoned, one a draw.
    case multiplyEach([Double])
    /// Events (for `stock` and `population`: persons) a base period over the whole scope; for exits as many
    /// as would leave if the scope held as many citizens as at the origin.
    case add(UncertainNumber)
    /// So many instead of what was expected, counted as in `add`.
    case set(UncertainNumber)

    var isFactor: Bool {
      switch self {
      case .multiply, .multiplyEach: true
      case .add, .set: false
      }
    }
  }

  public let target: Target
  /// One flag a municipality.
  public let municipalities: [Bool]
  /// One flag a stratum.
  public let strata: [Bool]
  /// Future periods, counted from 0.
  public let periods: Range<Int>
  public let effect: Effect
  /// Base periods over which the effect grows in a straight line from nothing to all of it, from the first of `periods` on.
  public let ramp: Double

  public init(target: Target, municipalities: [Bool], strata: [Bool], periods: Range<Int>, effect: Effect, ramp: Double = 0) {
    precondition(ramp >= 0, "a ramp is not negative")
    self.target = target
    self.municipalities = municipalities
    self.strata = strata
    self.periods = periods
    self.effect = effect
    self.ramp = ramp
  }

  /// Share of the effect that acts in a period, its mean over the period.
  func strength(in period: Int) -> Double { Self.strength(since: Double(period - periods.lowerBound), ramp: ramp) }

  /// Share of an effect that acts in a period on average.
  /// - Parameters:
  ///   - start: periods since the effect began.
  ///   - ramp: periods over which it grows in a straight line from nothing.
  public static func strength(since start: Double, ramp: Double) -> Double {
    if start >= ramp { return 1 }
    if start + 1 <= ramp { return (start + 0.5) / ramp }
    return (ramp * ramp - start * start) / (2 * ramp) + (start + 1 - ramp)
  }

  var step: RateStep {
    let kind: RateStep.Kind =
      switch effect {
      case .multiply, .multiplyEach: .multiply
      case .add: .add
      case .set: .set
      }
    return RateStep(kind: kind, first: periods.lowerBound, end: periods.upperBound, ramp: ramp)
  }
}

/// What the innermost loops need of a change, without a reference to anything.
struct RateStep: BitwiseCopyable {
  enum Kind: UInt8 { case multiply, add, set }

  let kind: Kind
  let first: Int
  let end: Int
  let ramp: Double

  func periods(within all: Range<Int>) -> Range<Int> { (first..<end).clamped(to: all) }

  /// What the change makes of a rate or number, at a value of its effect.
  /// - Parameter given: the cell's share of the value, where it is a number and no factor.
  @inline(__always)
  func changed(_ before: Double, by value: Double, given: Double, in period: Int) -> Double {
    let strength = ramp == 0 ? 1 : RateChange.strength(since: Double(period - first), ramp: ramp)
    switch kind {
    case .multiply: return strength == 1 ? before * value : before * (1 + (value - 1) * strength)
    case .add: return max(0, before + given * strength)
    case .set: return max(0, before * (1 - strength) + given * strength)
    }
  }
}

/// Several citizens of one municipality taken home by one decision.
public struct BatchHomecoming: Sendable {
  public let municipality: Int
  public let strata: [Bool]
  /// Nil for any offer.
  public let offer: Int?
  public let number: Int
  /// Days from the origin to the announcement.
  public let announced: Double
  /// Days from the origin to the end of the notice.
  public let leaving: Double
  /// Share of the announced number that is carried through.
  public let realised: UncertainNumber
  public let delayMonths: UncertainNumber
  /// Fitted homecomings of the municipality and strata rest from announcement to batch.
  public let replacesTrend: Bool
  public let key: UInt64
  /// Whether it is no assumption but a notice, which the base has, too; it is not counted as a batch.
  public let isNotice: Bool

  public init(
    municipality: Int, strata: [Bool], offer: Int?, number: Int, announced: Double, leaving: Double, realised: UncertainNumber,
    delayMonths: UncertainNumber, replacesTrend: Bool, key: UInt64, isNotice: Bool = false
  ) {
    self.municipality = municipality
    self.strata = strata
    self.offer = offer
    self.number = number
    self.announced = announced
    self.leaving = leaving
    self.realised = realised
    self.delayMonths = delayMonths
    self.replacesTrend = replacesTrend
    self.key = key
    self.isNotice = isNotice
  }

  /// The same batch where offers beside the panel's have other indices.
  public func renumbering(_ index: (Int) -> Int) -> BatchHomecoming {
    BatchHomecoming(
      municipality: municipality, strata: strata, offer: offer.map(index), number: number, announced: announced, leaving: leaving, realised: realised,
      delayMonths: delayMonths, replacesTrend: replacesTrend, key: key, isNotice: isNotice)
  }
}

/// One citizen who will come on a known day.
public struct PlannedAdmission: Sendable {
  public let municipality: Int
  /// One with flows and stock.
  public let stratum: Int
  /// Nil where any open offer of the stratum may take the citizen.
  public let offer: Int?
  /// Days from the origin.
  public let time: Double
  /// Of the citizen's random numbers, with the draw's.
  public let key: UInt64

  public init(municipality: Int, stratum: Int, offer: Int?, time: Double, key: UInt64) {
    self.municipality = municipality
    self.stratum = stratum
    self.offer = offer
    self.time = time
    self.key = key
  }
}

/// An offer as a destination for new citizens: when it is open and how large its share is.
public struct OfferWindow: Sendable {
  /// Index into the plan's offers: the panel's first, then the scenario's new ones.
  public let offer: Int
  public let stratum: Int
  /// Relative to the other offers of the stratum.
  public var weight: Double
  /// Days from the origin.
  public var opens: Double
  public var closes: Double
  /// From when nobody new comes, while those who live there stay.
  public var stops = Double.infinity
  /// Days from opening until the full weight.
  public var ramp: Double

  public init(offer: Int, stratum: Int, weight: Double, opens: Double = -.infinity, closes: Double = .infinity, ramp: Double = 0) {
    self.offer = offer
    self.stratum = stratum
    self.weight = weight
    self.opens = opens
    self.closes = closes
    self.ramp = ramp
  }

  func weight(at time: Double) -> Double {
    guard time >= opens, time < closes, time < stops else { return 0 }
    return ramp > 0 ? weight * min(1, max(0.05, (time - opens) / ramp)) : weight
  }

  /// The same window of an offer with another index.
  public func renumbering(_ index: (Int) -> Int) -> OfferWindow {
    var window = OfferWindow(offer: index(offer), stratum: stratum, weight: weight, opens: opens, closes: closes, ramp: ramp)
    window.stops = stops
    return window
  }
}

/// Everything by which a scenario's futures differ from the plain forecast.
public struct DemandPlan: Sendable {
  public var changes: [RateChange]
  public var batches: [BatchHomecoming]
  public var entries: [PlannedAdmission]
  public var windows: [OfferWindow]
  public var moves: [CitizenMove] = []
  public var jumps: [AdmissionJumps] = []
  public var competitors: [CompetingOffer] = []

  public init(
    changes: [RateChange] = [], batches: [BatchHomecoming] = [], entries: [PlannedAdmission] = [], windows: [OfferWindow]
  ) {
    self.changes = changes
    self.batches = batches
    self.entries = entries
    self.windows = windows
  }

  /// Whether it changes nothing but where new citizens go.
  public var isBare: Bool {
    changes.isEmpty && batches.isEmpty && entries.isEmpty && moves.isEmpty && jumps.isEmpty && competitors.isEmpty
  }
}
