import Capacity
public import Demand
import Glibc
import Groundwork
public import Placements
public import Scenarios

/// The price spiral: fewer citizens, a deficit, a dearer tariff two years later, fewer citizens.
///
/// Settlement always runs by the rule set. That those who pay react to it is an assumption of a scenario (`price_reaction`): with p the
/// tariff of now and Δ what settlement changes that of year t by, x = (p + Δ)/p on average over the citizens of a stratum's offers (but
/// key-financed, secure and single-person ones, and hours, which nobody chooses by a tariff a day), and
/// in every period of year t citizens are admitted x^−ε and taken home x^ε times as often, in each draw by its own Δ and ε. As Δ itself
/// comes from the years before, the plan is simulated and settled again on the same clocks until no x moves.
public enum PriceSpiral {
  /// Rounds after which it is said that tariffs still move.
  static let mostRounds = 6
  /// Of the logarithm of x in any draw, at which tariffs stand still: far below what changes a citizen's day in one of thousands of draws.
  static let tolerance = 1e-4
  /// x outside these is taken as these: a tariff is never paid out, and none doubles fivefold by settlement alone.
  static let bounds = 0.2...5.0

  /// The plans, those that name a reaction with the changes of rates at which their tariffs stand still, and a line that says what came
  /// of it.
  /// - Parameters:
  ///   - plans: the plain forecast first.
  ///   - request: whose draws, seed, rules and cost behaviour all that follows must share.
  /// - Throws: `FindingsError` where nothing is counted by offer.
  public static func settled(_ plans: [Plan], demand: FittedDemand, extracts: Extracts, request: RiskRequest) throws -> [Plan] {
    guard plans.contains(where: { !$0.priceReactions.isEmpty }) else { return plans }
    let past = PastPresence(try Panel(byOffer: extracts))
    return plans.map { plan in
      guard !plan.priceReactions.isEmpty else { return plan }
      let own = request.ruled(by: plan)
      guard own.rules.settlement != nil || !plan.money.isEmpty else { return plan.saying(idle(own.rules)) }
      return Rounds(demand: demand, extracts: extracts, request: own, past: past, reference: plans[0]).settled(plan)
    }
  }

  private static func idle(_ rules: RuleSet) -> Phrase {
    Phrase(
      da: "Prisreaktion uden virkning: regelsættet \(rules.name) efterregulerer ikke, så ingen takst ændres (--rules).",
      en: "Price reaction without effect: the rule set \(rules.name) settles nothing, so no tariff changes (--rules).")
  }
}

extension OfferBasis {
  /// The plans with the changes of rates at which their tariffs stand still, by the basis' rules.
  /// - Parameters:
  ///   - plans: the plain forecast first.
  ///   - request: whose draws, seed and threads all that follows must share.
  /// - Throws: as `PriceSpiral.settled`.
  public func settled(_ plans: [Plan], demand: FittedDemand, sharing request: RunRequest) throws -> [Plan] {
    var own = self.request
    (own.level, own.draws, own.seed, own.threads) = (request.level, request.draws, request.seed, request.threads)
    return try PriceSpiral.settled(plans, demand: demand, extracts: extracts, request: own)
  }
}

extension Plan {
  /// Whether buyers react to its tariffs.
  public var reacts: Bool { !priceReactions.isEmpty }

  fileprivate func saying(_ phrase: Phrase) -> Plan {
    var plan = self
    plan.assumptions.append(phrase)
    return plan
  }
}

/// Simulating, settling and changing rates in turn.
private struct Rounds {
  let demand: FittedDemand
  let extracts: Extracts
  let request: RiskRequest
  let past: PastPresence
  let reference: Plan

  private var panel: Panel { demand.panel }

  /// A stratum in a year.
  private struct Place: Hashable {
    let stratum: Int
    let year: Int
  }

  /// Future periods by year in which a tariff may differ from today's: years after the origin's.
  private var periods: [Int: Range<Int>] {
    var periods: [Int: Range<Int>] = [:]
    for step in 0..<demand.horizon {
      let year = panel.origin.advanced(by: step + 1).enclosing(.year).year
      guard year > panel.origin.enclosing(.year).year else { continue }
      periods[year] = (periods[year]?.lowerBound ?? step)..<(step + 1)
    }
    return periods
  }

  func settled(_ plan: Plan) -> Plan {
    var prices: [Place: [Double]] = [:]
    var (rounds, moved) = (0, Double.infinity)
    while moved > PriceSpiral.tolerance, rounds < PriceSpiral.mostRounds {
      let next = relativePrices(reacting(plan, to: prices))
      moved = next.keys.reduce(0) { most, place in
        let old = prices[place]
        return max(most, (next[place] ?? []).indices.reduce(0) { max($0, abs(log((next[place]?[$1] ?? 1) / (old?[$1] ?? 1)))) })
      }
      prices = next
      rounds += 1
    }
    var plan = reacting(plan, to: prices)
    plan.assumptions.append(said(prices, rounds: rounds, stands: moved <= PriceSpiral.tolerance))
    return plan
  }

  private func reacting(_ plan: Plan, to prices: [Place: [Double]]) -> Plan {
    var plan = plan
    let periods = self.periods
    let all = [Bool](repeating: true, count: panel.municipalities.count)
    for terms in plan.priceReactions {
      let elasticity = (0..<request.draws).map { terms.elasticity.value(seed: request.seed, draw: $0) }
      for place in prices.keys.sorted(by: { ($0.year, $0.stratum) < ($1.year, $1.stratum) }) where terms.strata[place.stratum] {
        guard let own = prices[place], let steps = periods[place.year], zip(own, elasticity).contains(where: { $0 != 1 && $1 != 0 }) else { continue }
        let strata = panel.strata.indices.map { $0 == place.stratum }
        func change(_ flow: Flow, _ factors: [Double]) -> RateChange {
          RateChange(target: .flow(flow), municipalities: all, strata: strata, periods: steps, effect: .multiplyEach(factors))
        }
        plan.demand.changes.append(change(.admission, zip(own, elasticity).map { PriceReaction.factor(from: 1, to: $0, elasticity: $1) }))
        plan.demand.changes.append(change(.homecoming, zip(own, elasticity).map { PriceReaction.factor(from: $0, to: 1, elasticity: $1) }))
      }
    }
    return plan
  }

  /// Tariffs of the years ahead over those of now by draw, as the plan's own results and the accounts settle them.
  private func relativePrices(_ plan: Plan) -> [Place: [Double]] {
    let rules = request.rules.settlement
    let areas = Set(panel.strata.indices.filter { s in plan.priceReactions.contains { $0.strata[s] } }.map { panel.strata[$0].area })
    let simulated = SimulatedPlans(
      demand: demand, capacity: extracts.capacity, plans: [reference, plan], grouping: .offer, filter: ResultFilter(areas: areas), detail: .events,
      draws: request.draws, seed: request.seed, threads: request.threads, progress: nil)
    let judge = RiskJudge(
      demand: demand, simulated: simulated, plans: [reference, plan], plan: 1, request: request, extracts: extracts, past: past)
    let accounts = SettledAccounts(extracts, past: past, money: judge.money, rules: request.rules)
    let jobs = jobs(plan, judge)
    let years = periods.keys.sorted()
    let wanted = Set(jobs.map(\.offer.id))
    let groups = judge.groups.filter { $0.members.contains { wanted.contains($0.offer.id) } }
    let found = ConcurrentResults.of(groups.count, threads: request.threads) { number in
      judge.paths(of: groups[number]).filter { wanted.contains($0.offer.id) }.map { path in
        let results = judge.results(path)
        return (
          path.offer.id,
          years.map { year in
            let settled = rules.flatMap { accounts.tariffChanges(path.offer, due: year, along: results, rules: $0, draws: request.draws) }
            return Self.sum(settled, judge.tariffChanges(path.offer, year: year))
          }
        )
      }
    }
    let changes = Dictionary(found.flatMap(\.self), uniquingKeysWith: { first, _ in first })
    var prices: [Place: [Double]] = [:]
    for job in jobs {
      for (year, change) in zip(years, changes[job.offer.id] ?? []) {
        guard let change else { continue }
        let place = Place(stratum: job.stratum, year: year)
        prices[place] = zip(prices[place] ?? [Double](repeating: 1, count: request.draws), change).map { $0 + job.weight * $1 }
      }
    }
    return prices.mapValues { $0.map { min(max($0, PriceSpiral.bounds.lowerBound), PriceSpiral.bounds.upperBound) } }
  }

  private static func sum(_ one: [Double]?, _ other: [Double]?) -> [Double]? {
    guard let one, let other else { return one ?? other }
    return zip(one, other).map { $0 + $1 }
  }

  /// An offer whose tariff counts in its stratum: by its part of the citizens over its price.
  private struct Job: Sendable {
    let stratum: Int
    let offer: Offer
    let weight: Double
  }

  private func jobs(_ plan: Plan, _ judge: RiskJudge) -> [Job] {
    var citizens = [Int](repeating: 0, count: panel.offers.count)
    for resident in panel.residents { if let offer = resident.offer { citizens[offer] += 1 } }
    var jobs: [Job] = []
    for s in panel.strata.indices where plan.priceReactions.contains(where: { $0.strata[s] }) && knowsFlows(s) {
      let offers = panel.offers.indices.filter { panel.offers[$0].stratum == panel.strata[s] && isChosenByPrice(panel.offers[$0]) && citizens[$0] > 0 }
      let all = Double(offers.reduce(0) { $0 + citizens[$1] })
      for index in offers {
        let offer = panel.offers[index]
        guard let price = try? judge.money.economics(of: offer).get().price else { continue }
        jobs.append(Job(stratum: s, offer: offer, weight: Double(citizens[index]) / all / price))
      }
    }
    return jobs
  }

  /// A key, a court or one citizen's agreed project takes no notice of a tariff.
  private func isChosenByPrice(_ offer: Offer) -> Bool {
    offer.financing != .key && !offer.isSecure && ![.singlePerson, .hours].contains(offer.kind)
  }

  private func knowsFlows(_ stratum: Int) -> Bool { [.flowsAndStock, .flowsOnly].contains(panel.knowledge[stratum]) }

  private func said(_ prices: [Place: [Double]], rounds: Int, stands: Bool) -> Phrase {
    let means = prices.map { (place: $0.key, change: $0.value.reduce(0, +) / Double(request.draws) - 1) }
      .sorted { ($1.change.magnitude, $0.place.year, $0.place.stratum) < ($0.change.magnitude, $1.place.year, $1.place.stratum) }
    let largest = means.first.map { own in
      let stratum = panel.strata[own.place.stratum]
      let area = panel.areas.first { $0.id == stratum.area }?.name ?? stratum.area
      return Phrase { language in
        let percent = NumberText.display(100 * own.change, decimals: 1, language: language)
        return Phrase(da: "Størst ventet ændring: \(area) \(own.place.year), \(percent) %", en: "Largest expected change: \(area) \(own.place.year), \(percent) %")[language]
      }
    } ?? Phrase(da: "Ingen takst ændres", en: "No tariff changes")
    let end = stands
      ? Phrase(da: "taksterne står stille efter \(rounds) omgange", en: "tariffs stand still after \(rounds) rounds")
      : Phrase(da: "taksterne bevæger sig endnu efter \(rounds) omgange", en: "tariffs still move after \(rounds) rounds")
    return Phrase(
      da: "Prisreaktion (antagelse): ændrer efterreguleringen (regelsæt \(request.rules.name), udgifter: \(request.behaviour.rawValue)) taksten til x gange nutidens, indskrives x^−ε og hjemtages x^ε gange så ofte fra det år, for hele området og paragraffen; nutidens takst regnes uden efterregulering. \(largest.da); \(end.da).",
      en: "Price reaction (assumption): where settlement (rule set \(request.rules.name), costs: \(request.behaviour.rawValue)) changes the tariff to x times today's, citizens are admitted x^−ε and taken home x^ε times as often from that year on, for the whole area and section; today's tariff is taken as free of settlement. \(largest.en); \(end.en).")
  }
}

extension RiskJudge {
  /// What the plan itself changes an offer's tariff by, on average over a year's future periods, kroner a day by draw; nil where it does not.
  func tariffChanges(_ offer: Offer, year: Int) -> [Double]? {
    guard let price = try? money.economics(of: offer).get().price, let levers = levers(on: offer, price: price) else { return nil }
    let own = (1...demand.horizon).map { panel.origin.advanced(by: $0) }.filter { $0.lastDay.year == year }.compactMap { levers.factors(in: $0) }
    guard !own.isEmpty else { return nil }
    return (0..<request.draws).map { d in own.reduce(0) { $0 + price * ($1[d].price - 1) } / Double(own.count) }
  }
}
