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
  /// `[offer · municipalities + municipality]`, −1 where nothing is counted; empty unless counting by offer and payer.
  let byOfferAndPayer: [Int]
  private let municipalities: Int

  /// Counts by municipality and stratum.
  public init(count: Int, cell: [Int], strata: Int, detail: EventTally.Detail = .events) {
    self.count = count
    self.detail = detail
    self.cell = cell
    self.strata = strata
    byOffer = []
    payerCounts = []
    byOfferAndPayer = []
    municipalities = 0
  }

  /// Counts by offer, of the payers that are flagged.
  public init(count: Int, byOffer: [Int], payerCounts: [Bool], strata: Int, detail: EventTally.Detail = .events) {
    self.count = count
    self.detail = detail
    self.byOffer = byOffer
    self.payerCounts = payerCounts
    self.strata = strata
    cell = []
    byOfferAndPayer = []
    municipalities = payerCounts.count
  }

  /// Counts by offer and payer.
  /// - Parameter byOfferAndPayer: `[offer · municipalities + municipality]`, −1 where nothing is counted.
  public init(count: Int, byOfferAndPayer: [Int], municipalities: Int, strata: Int, detail: EventTally.Detail) {
    self.count = count
    self.detail = detail
    self.byOfferAndPayer = byOfferAndPayer
    self.municipalities = municipalities
    self.strata = strata
    byOffer = []
    payerCounts = []
    cell = []
  }

  public var isByOffer: Bool { cell.isEmpty }

  @inline(__always)
  public func key(municipality m: Int, stratum s: Int, offer o: Int) -> Int {
    if !cell.isEmpty { return cell[m * strata + s] }
    if byOffer.isEmpty { return o >= 0 ? byOfferAndPayer[o * municipalities + m] : -1 }
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
