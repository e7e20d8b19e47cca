import Capacity
public import Demand
public import Forecasting
import Groundwork
public import Placements
import Probability
public import Scenarios

/// Whose homecomings drive the danger of each judged offer: every municipality's held at zero, and at their mean rate of before the
/// last three years, on the same draws as the base.
///
/// Municipalities are simulated one by one given what they share (coefficients and shocks of a draw), and places stop nobody, so what
/// a plan that holds all of them changes in one municipality is what holding that one alone would change: one run gives every
/// single effect. Citizens add up within each draw; the probability of the trigger does not, and what is left is the remainder.
public struct RiskDrivers: Sendable {
  public enum Held: String, CaseIterable, Sendable {
    case zero, before
  }

  public enum Part: Hashable, Sendable {
    /// Index in the panel of one that uses the offer.
    case municipality(Int)
    /// Those who do not use it now nor did in the last three years.
    case others
    case all
    /// Of the probability: all together less the sum of the single effects.
    case remainder
  }

  public struct Effect: Sendable {
    public let held: Held
    public let part: Part
    /// Change of the probability of reaching the trigger within 24 months. The interval is that of the mean of paired draws:
    /// mean ± quantile · standard deviation / √draws.
    public let probability: DrawSummary
    /// Change of the citizens after 24 months, over the draws.
    public let citizens: DrawSummary
  }

  public struct Line: Sendable {
    public let offer: Offer
    public let status: OfferRisk.Status
    /// Probability of reaching the trigger within 24 months in the base.
    public let within24: Double
    /// By part: citizens at the origin.
    public let now: [Part: Int]
    /// Municipalities, the one that drives most first, then others, all, remainder; those of `zero` before those of `before`.
    public let effects: [Effect]
  }

  /// In the order of the risks.
  public let lines: [Line]
  public let rates: HomecomingRates
  /// Whether the data reach further back than three years.
  public let knowsBefore: Bool

  /// Draws for the mean rate of a forecast.
  private static let rateDraws = 400

  /// - Parameters:
  ///   - plan: the one that `run` judged.
  ///   - run: of the same demand and request.
  public init(demand: FittedDemand, plan: Plan, run: RiskRun, request: RiskRequest) {
    let panel = demand.panel
    let rates = HomecomingRates(
      demand: demand, plan: plan, draws: min(request.draws, Self.rateDraws), seed: request.seed, threads: request.threads)
    self.rates = rates
    knowsBefore = rates.before.contains { $0 != nil }
    let held: [Held] = knowsBefore ? [.zero, .before] : [.zero]
    let scenarios = held.map { Self.plan($0, on: plan, panel: panel, horizon: demand.horizon, rates: rates) }
    let offers = run.risks.compactMap { WatchedOffer($0, panel: panel, past: run.past, trigger: request.trigger) }
    let layout = DriverLayout(offers, panel: panel, newOffers: plan.newOffers.count, scenarios: held.count)
    let blocks = ConcurrentResults<[Int32]>(count: (request.draws + PresenceBlock.width - 1) / PresenceBlock.width)
    let steps = min(demand.horizon, 2 * panel.length.perYear)
    let limits = offers.map { offer in (1...steps).map { offer.daysBelow(Int32(panel.origin.advanced(by: $0).days)) } }
    demand.simulateBlocks(
      reference: plan.demand, scenarios: scenarios, keys: layout.keys, draws: request.draws, seed: request.seed, threads: request.threads
    ) { number, block in
      var watch = DriverWatch(layout: layout, horizon: demand.horizon, limits: limits)
      blocks.set(watch.effects(of: block), at: number)
    }
    let summaries = DriverSummaries(layout: layout, blocks: blocks.all, draws: request.draws, level: request.level)
    let risks = Dictionary(uniqueKeysWithValues: run.risks.map { ($0.offer.id, $0) })
    lines = offers.indices.compactMap { index in
      risks[offers[index].offer.id].map { summaries.line(index, risk: $0, held: held, rates: rates) }
    }
  }

  private static func plan(_ held: Held, on plan: Plan, panel: Panel, horizon: Int, rates: HomecomingRates) -> DemandPlan {
    var demand = plan.demand
    switch held {
    case .zero:
      demand.changes.append(
        RateChange(
          target: .flow(.homecoming), municipalities: panel.municipalities.map { _ in true }, strata: panel.strata.map { _ in true },
          periods: 0..<horizon, effect: .multiply(.exact(0))))
    case .before: demand.changes += HomecomingRates.changes(rates.factors, panel: panel, horizon: horizon)
    }
    return demand
  }
}

/// A judged offer with what decides whether it reaches the trigger.
struct WatchedOffer: Sendable {
  let offer: Offer
  /// In the panel.
  let index: Int
  let threshold: Double
  /// Periods in a row below it up to the origin, and those that reach it.
  let before: Int
  let needed: Int
  /// Municipalities of the panel that use it now or did in the last three years, sorted.
  let users: [Int]
  /// Of each user at the origin.
  let citizens: [Int]

  init?(_ risk: OfferRisk, panel: Panel, past: PastPresence, trigger: ClosureTrigger) {
    guard let outlook = risk.outlook, let index = panel.offers.firstIndex(where: { $0.id == risk.offer.id }) else { return nil }
    offer = risk.offer
    self.index = index
    threshold = outlook.threshold
    before = outlook.before
    needed = trigger.periods(of: panel.length)
    let periods = HomecomingRates.years * panel.length.perYear
    var present = [Int](repeating: 0, count: panel.municipalities.count)
    for resident in panel.residents where resident.offer == index { present[resident.municipality] += 1 }
    users = panel.municipalities.indices.filter { present[$0] > 0 || past.wasUsed(risk.offer.id, by: panel.municipalities[$0].code, periods: periods) }
    citizens = users.map { present[$0] }
  }

  /// The fewest occupied days of a period that are not below the threshold: days / length < threshold counts as below.
  func daysBelow(_ length: Int32) -> Int32 {
    var days = Int32((threshold * Double(length)).rounded(.down))
    while Double(days) / Double(length) < threshold { days += 1 }
    while days > 0, Double(days - 1) / Double(length) >= threshold { days -= 1 }
    return days
  }
}

/// Where each offer's parts are counted: a key for each user and one for the others.
struct DriverLayout: Sendable {
  let offers: [WatchedOffer]
  let keys: TallyKeys
  /// By offer: its first key; its users' keys follow, then the others'.
  let firstKey: [Int]
  /// By offer: its first place among the effects. By scenario, its users, others and all together have one each.
  let firstEffect: [Int]
  let effectCount: Int
  let scenarios: Int

  init(_ offers: [WatchedOffer], panel: Panel, newOffers: Int, scenarios: Int) {
    self.offers = offers
    self.scenarios = scenarios
    let municipalities = panel.municipalities.count
    var table = [Int](repeating: -1, count: (panel.offers.count + newOffers) * municipalities)
    var (firstKey, firstEffect, nextKey, nextEffect) = ([Int](), [Int](), 0, 0)
    for offer in offers {
      firstKey.append(nextKey)
      firstEffect.append(nextEffect)
      for m in 0..<municipalities { table[offer.index * municipalities + m] = nextKey + offer.users.count }
      for (position, m) in offer.users.enumerated() { table[offer.index * municipalities + m] = nextKey + position }
      nextKey += offer.users.count + 1
      nextEffect += scenarios * (offer.users.count + 2)
    }
    self.firstKey = firstKey
    self.firstEffect = firstEffect
    effectCount = nextEffect
    keys = TallyKeys(
      count: nextKey, byOfferAndPayer: table, municipalities: municipalities, strata: panel.strata.count, detail: .presence)
  }

  func effect(offer: Int, scenario: Int, part: Int) -> Int {
    firstEffect[offer] + scenario * (offers[offer].users.count + 2) + part
  }

  /// Numbers of a block: by effect, change of the trigger (−1, 0, 1) by draw, then change of the citizens by draw.
  static let stride = 2 * PresenceBlock.width
}

/// Follows the offers of one block.
private struct DriverWatch {
  let layout: DriverLayout
  /// By offer, for each period up to 24 months: the fewest days that are not below the trigger's threshold.
  let limits: [[Int32]]
  private var base: PresencePaths
  private var changed: PresencePaths
  private var together: PresencePaths
  private var own: PresencePaths

  init(layout: DriverLayout, horizon: Int, limits: [[Int32]]) {
    self.layout = layout
    self.limits = limits
    base = PresencePaths(horizon: horizon)
    (changed, together, own) = (base, base, base)
  }

  mutating func effects(of block: PresenceBlock) -> [Int32] {
    var result = [Int32](repeating: 0, count: layout.effectCount * DriverLayout.stride)
    for (number, offer) in layout.offers.enumerated() {
      let keys = layout.firstKey[number]...layout.firstKey[number] + offer.users.count
      base.clear()
      for key in keys { block.addReference(key: key, to: &base) }
      let before = reached(base, number)
      for scenario in 0..<layout.scenarios {
        together.clear()
        for (part, key) in keys.enumerated() {
          own.clear()
          guard block.addDifference(of: scenario, key: key, to: &own) else { continue }
          together.add(own)
          write(own, before, number, block, to: &result, at: layout.effect(offer: number, scenario: scenario, part: part))
        }
        write(together, before, number, block, to: &result, at: layout.effect(offer: number, scenario: scenario, part: keys.count))
      }
    }
    return result
  }

  private mutating func write(
    _ difference: PresencePaths, _ before: SIMD16<Int32>, _ offer: Int, _ block: PresenceBlock, to result: inout [Int32], at effect: Int
  ) {
    changed.clear()
    changed.add(base)
    changed.add(difference)
    let after = reached(changed, offer)
    let (reached, citizens) = (after &- before, difference.stock[limits[offer].count - 1])
    let start = effect * DriverLayout.stride
    for lane in 0..<block.draws.count {
      result[start + lane] = reached[lane]
      result[start + PresenceBlock.width + lane] = citizens[lane]
    }
  }

  /// By draw: 1 where the trigger is reached within the steps, as `ClosureWatch` has it.
  private func reached(_ paths: PresencePaths, _ number: Int) -> SIMD16<Int32> {
    let offer = layout.offers[number]
    var below = SIMD16<Int32>(repeating: Int32(offer.before))
    var result = SIMD16<Int32>.zero
    result.replace(with: 1, where: below .>= Int32(offer.needed))
    for (t, limit) in limits[number].enumerated() {
      below = (below &+ 1).replacing(with: 0, where: paths.days[t] .>= limit)
      result.replace(with: 1, where: below .>= Int32(offer.needed))
    }
    return result
  }
}

/// Summaries over all blocks.
private struct DriverSummaries {
  let layout: DriverLayout
  let blocks: [[Int32]]
  let draws: Int
  let level: Double

  func line(_ number: Int, risk: OfferRisk, held: [RiskDrivers.Held], rates: HomecomingRates) -> RiskDrivers.Line {
    let offer = layout.offers[number]
    var effects: [RiskDrivers.Effect] = []
    for (scenario, held) in held.enumerated() {
      var sum = [Double](repeating: 0, count: draws)
      var citizens = sum
      var single: [RiskDrivers.Effect] = []
      for part in 0...offer.users.count {
        let (reached, change) = values(layout.effect(offer: number, scenario: scenario, part: part))
        for d in 0..<draws {
          sum[d] += reached[d]
          citizens[d] += change[d]
        }
        if part < offer.users.count {
          let municipality = offer.users[part]
          guard held == .zero || rates.factors[municipality] != nil else { continue }
          single.append(effect(held, .municipality(municipality), reached, change))
        } else if change.contains(where: { $0 != 0 }) || reached.contains(where: { $0 != 0 }) {
          single.append(effect(held, .others, reached, change))
        }
      }
      let (reached, change) = values(layout.effect(offer: number, scenario: scenario, part: offer.users.count + 1))
      effects += single.sorted { Self.rank($0) < Self.rank($1) }
      effects.append(effect(held, .all, reached, change))
      effects.append(effect(held, .remainder, zip(reached, sum).map { $0 - $1 }, zip(change, citizens).map { $0 - $1 }))
    }
    var now: [RiskDrivers.Part: Int] = [:]
    for (municipality, count) in zip(offer.users, offer.citizens) { now[.municipality(municipality)] = count }
    now[.all] = offer.citizens.reduce(0, +)
    return RiskDrivers.Line(offer: risk.offer, status: risk.status, within24: risk.outlook?.within24 ?? 0, now: now, effects: effects)
  }

  /// The largest effect first; the others last.
  private static func rank(_ effect: RiskDrivers.Effect) -> (Int, Double, Double, Int) {
    guard case .municipality(let m) = effect.part else { return (1, 0, 0, 0) }
    return (0, -effect.probability.mean.magnitude, -effect.citizens.mean.magnitude, m)
  }

  private func effect(_ held: RiskDrivers.Held, _ part: RiskDrivers.Part, _ reached: [Double], _ citizens: [Double]) -> RiskDrivers.Effect {
    var citizens = citizens
    return RiskDrivers.Effect(held: held, part: part, probability: Self.mean(reached, level: level), citizens: DrawSummary(&citizens, level: level))
  }

  /// A mean of paired draws with its own sampling interval.
  private static func mean(_ values: [Double], level: Double) -> DrawSummary {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = values.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
    let reach = Normal.quantile((1 + level) / 2) * error
    return DrawSummary(mean: mean, median: mean, lower: mean - reach, upper: mean + reach)
  }

  /// Changes of the trigger and of the citizens by draw.
  private func values(_ effect: Int) -> (reached: [Double], citizens: [Double]) {
    var (reached, citizens) = ([Double](), [Double]())
    reached.reserveCapacity(draws)
    citizens.reserveCapacity(draws)
    for (number, block) in blocks.enumerated() {
      let lanes = min(PresenceBlock.width, draws - number * PresenceBlock.width)
      let start = effect * DriverLayout.stride
      for lane in 0..<lanes {
        reached.append(Double(block[start + lane]))
        citizens.append(Double(block[start + PresenceBlock.width + lane]))
      }
    }
    return (reached, citizens)
  }
}
