import Groundwork
import Placements
import Synchronization

/// Citizens of a few neighbouring draws by key, in the reference and in what each scenario differs from it.
///
/// Paths of many keys are looked at draw by draw and forgotten: memory does not grow with the draws.
public struct PresenceBlock {
  /// At most `width` of them.
  public let draws: Range<Int>
  /// Days of each future period.
  public let days: [Int32]
  /// Citizens at the origin by key.
  public let openingStock: [Int]
  private let base: EventTally
  private let differences: [EventTally]
  /// The reference's place among the simulated plans, of which the first is bare.
  private let first: Int

  public static let width = EventTally.width

  init(draws: Range<Int>, days: [Int32], openingStock: [Int], base: EventTally, differences: [EventTally], first: Int) {
    self.draws = draws
    self.days = days
    self.openingStock = openingStock
    self.base = base
    self.differences = differences
    self.first = first
  }

  /// Adds a key's citizens in the reference.
  public func addReference(key: Int, to paths: inout PresencePaths) {
    paths.add(net: base.lines(.netMoves, key: key), corrections: base.lines(.dayCorrection, key: key), opening: openingStock[key], sign: 1, days: days)
    if first > 0 { add(difference: first, key: key, sign: 1, to: &paths) }
  }

  /// Adds what a scenario's citizens differ by from the reference's; false where they do not differ.
  /// - Parameter scenario: from 0.
  @discardableResult
  public func addDifference(of scenario: Int, key: Int, to paths: inout PresencePaths) -> Bool {
    let plan = first + 1 + scenario
    guard differences[plan - 1].isTouched(key) || (first > 0 && differences[first - 1].isTouched(key)) else { return false }
    add(difference: plan, key: key, sign: 1, to: &paths)
    if first > 0 { add(difference: first, key: key, sign: -1, to: &paths) }
    return true
  }

  private func add(difference plan: Int, key: Int, sign: Int32, to paths: inout PresencePaths) {
    let tally = differences[plan - 1]
    paths.add(net: tally.lines(.netMoves, key: key), corrections: tally.lines(.dayCorrection, key: key), opening: 0, sign: sign, days: days)
  }
}

/// Citizens along the paths of a block, by future period; lane = draw − first draw, the last lanes are zero where draws are missing.
public struct PresencePaths: Sendable {
  /// Occupied days of the period.
  public private(set) var days: [SIMD16<Int32>]
  /// Citizens at the period's end.
  public private(set) var stock: [SIMD16<Int32>]

  public init(horizon: Int) {
    days = [SIMD16<Int32>](repeating: .zero, count: horizon)
    stock = days
  }

  public mutating func clear() {
    for t in days.indices { (days[t], stock[t]) = (.zero, .zero) }
  }

  public mutating func add(_ other: PresencePaths) {
    for t in days.indices {
      days[t] &+= other.days[t]
      stock[t] &+= other.stock[t]
    }
  }

  /// Occupied days = opening stock × days + what arrivals and leavers add and take; the stock moves by the net.
  mutating func add(net: UnsafePointer<Int32>?, corrections: UnsafePointer<Int32>?, opening: Int, sign: Int32, days length: [Int32]) {
    func line(_ counts: UnsafePointer<Int32>?, _ t: Int) -> SIMD16<Int32> {
      guard let counts else { return .zero }
      return sign &* UnsafeRawPointer(counts + t * EventTally.width).loadUnaligned(as: SIMD16<Int32>.self)
    }
    var present = SIMD16<Int32>(repeating: sign * Int32(opening))
    for t in length.indices {
      days[t] &+= present &* length[t] &+ line(corrections, t)
      present &+= line(net, t)
      stock[t] &+= present
    }
  }
}

extension FittedDemand {
  /// Simulates the reference plan and scenarios on the same clocks as `simulate`, a block of draws at a time.
  /// - Parameters:
  ///   - keys: with detail `presence`.
  ///   - body: called once a block with its number, from any thread; the block must not be kept.
  public func simulateBlocks(
    reference: DemandPlan, scenarios: [DemandPlan], keys: TallyKeys, draws: Int, seed: UInt64, threads: Int,
    _ body: @Sendable (Int, PresenceBlock) -> Void
  ) {
    precondition(keys.detail == .presence, "blocks count presence")
    let simulator = simulator(draws: draws, seed: seed, threads: threads)
    let bare = reference.isBare ? reference : DemandPlan(windows: reference.windows)
    let changed = (reference.isBare ? [] : [reference]) + scenarios
    let plans = simulator.prepare(reference: bare, scenarios: changed, keys: keys)
    let opening = simulator.openingStock(keys)
    let days = (1...horizon).map { Int32(panel.origin.advanced(by: $0).days) }
    let blocks = EventTally.blocks(draws)
    let next = Atomic(0)
    concurrently(max(1, min(threads, blocks)), threads: threads) { _ in
      func tally() -> EventTally { EventTally(keys: keys.count, horizon: horizon, draws: nil, detail: keys.detail) }
      let base = tally()
      let differences = changed.map { _ in tally() }
      var worker = PathWorker(simulator: simulator, plans: plans, keys: keys, base: base, differences: differences)
      while true {
        let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard block < blocks else { return }
        for tally in [base] + differences { tally.restart() }
        let own = block * EventTally.width..<min(draws, (block + 1) * EventTally.width)
        for draw in own { worker.run(draw: draw) }
        body(
          block,
          PresenceBlock(
            draws: own, days: days, openingStock: opening, base: base, differences: differences, first: changed.count - scenarios.count))
      }
    }
  }
}
