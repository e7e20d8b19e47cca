import Placements

/// What a simulation counts under which key, and which keys exist.
public struct TallyKeys: Sendable {
  public let count: Int
  /// What is told apart under each key.
  public let detail: EventTally.Detail
  /// `[municipality · strata + stratum]`, −1 where nothing is counted; used when `byOffer` is empty.
  let cell: [Int]
  /// `[offer]`, −1 where nothing is counted; empty unless counting by offer.
  let byOffer: [Int]
  let strata: Int
  /// With `byOffer`: whether the payer counts.
  let payerCounts: [Bool]

  /// Counts by municipality and stratum.
  public init(count: Int, cell: [Int], strata: Int, detail: EventTally.Detail = .events) {
    self.count = count
    self.detail = detail
    self.cell = cell
    self.strata = strata
    byOffer = []
    payerCounts = []
  }

  /// Counts by offer, of the payers that are flagged.
  public init(count: Int, byOffer: [Int], payerCounts: [Bool], strata: Int, detail: EventTally.Detail = .events) {
    self.count = count
    self.detail = detail
    self.byOffer = byOffer
    self.payerCounts = payerCounts
    self.strata = strata
    cell = []
  }

  public var isByOffer: Bool { !byOffer.isEmpty }

  @inline(__always)
  public func key(municipality m: Int, stratum s: Int, offer o: Int) -> Int {
    if byOffer.isEmpty { return cell[m * strata + s] }
    return o >= 0 && payerCounts[m] ? byOffer[o] : -1
  }
}

/// Joint futures of the base and of each scenario, from the same clocks.
struct SimulatedFlows: Sendable {
  let base: EventTally
  /// What each scenario's counts differ by from the base.
  let differences: [EventTally]
  /// Citizens at the origin by key.
  let openingStock: [Int]
}
