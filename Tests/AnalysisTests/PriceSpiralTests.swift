import Capacity
import Demand
import Forecasting
import Foundation
import Groundwork
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

/// Buyers who react to what settlement does to tariffs, on the example region's accounts.
@Suite struct PriceSpiralTests {
  private static let draws = 30

  private static let region: Result<(extracts: Extracts, demand: FittedDemand), any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    return (extracts, FittedDemand(panel: try Panel(extracts), horizon: 36, threads: 2))
  }

  private func request(settles: Bool = true) -> RiskRequest {
    var rules = RuleSet(name: "r", title: Phrase("r"))
    if settles { rules.settlement = RuleSet.Settlement(band: .zero, lagYears: 2) }
    return RiskRequest(draws: Self.draws, threads: 2, rules: rules)
  }

  /// The plain forecast, and a plan that reacts with this elasticity, as it is settled.
  private func plans(_ elasticity: String, settles: Bool = true, economy: Bool = true) throws -> [Plan] {
    var (extracts, demand) = try Self.region.get()
    if !economy { extracts.economy = [] }
    let builder = PlanBuilder(panel: demand.panel, horizon: 36, capacity: extracts.capacity, scenarios: [])
    let text = "[[change]]\nwhat = \"price_reaction\"\nareas = [\"boern_og_unge\"]\nkind = \"residential\"\nelasticity = \(elasticity)\n"
    let scenario = try Scenario(text: text, file: "s.toml", name: "s")
    return try PriceSpiral.settled(
      [builder.reference(named: "basis"), builder.plan(scenario)], demand: demand, extracts: extracts, request: request(settles: settles))
  }

  private func factors(_ plan: Plan, _ flow: Flow) -> [(periods: Range<Int>, factors: [Double])] {
    plan.demand.changes.compactMap { change in
      guard case .flow(flow) = change.target, case .multiplyEach(let own) = change.effect else { return nil }
      return (change.periods, own)
    }
  }

  @Test func withoutAReactionNothingChanges() throws {
    for plan in try [plans("0")[1], plans("0.5", settles: false)[1], plans("0.5", economy: false)[1], plans("0.5")[0]] {
      #expect(factors(plan, .admission).isEmpty && factors(plan, .homecoming).isEmpty)
    }
    #expect(try plans("0.5", settles: false)[1].assumptions.last?.en.contains("without effect") == true)
  }

  /// From the origin in October 2026 on 2027, 2028 and 2029 have tariffs of their own; homecomings move against admissions.
  @Test func ratesFollowTheTariffs() throws {
    let plan = try plans("0.5")[1]
    let (admissions, homecomings) = (factors(plan, .admission), factors(plan, .homecoming))
    #expect(admissions.map(\.periods) == [2..<14, 14..<26, 26..<36] && homecomings.map(\.periods) == admissions.map(\.periods))
    for (a, h) in zip(admissions, homecomings) {
      #expect(a.factors.count == Self.draws && zip(a.factors, h.factors).allSatisfy { abs($0 * $1 - 1) < 1e-12 })
      #expect(a.factors.contains { abs($0 - 1) > 1e-6 } && a.factors.allSatisfy { (0.3...3).contains($0) })
    }
    // Twice the elasticity is the square, but for what the reaction itself does to later tariffs.
    let double = factors(try plans("1")[1], .admission)[0].factors
    for (one, two) in zip(admissions[0].factors, double) { #expect(abs(two - one * one) < 0.02) }
    #expect(plan.assumptions.last?.en.contains("tariffs stand still") == true)
  }

  /// Settled and simulated again the plan gives the same factors: it stands still.
  @Test func tariffsStandStill() throws {
    let (extracts, demand) = try Self.region.get()
    let settled = try plans("0.5")
    let simulated = SimulatedPlans(
      demand: demand, capacity: extracts.capacity, plans: settled, grouping: .offer, filter: ResultFilter(), detail: .events, draws: Self.draws, seed: 1,
      threads: 2, progress: nil)
    let past = PastPresence(try Panel(byOffer: extracts))
    let judge = RiskJudge(demand: demand, simulated: simulated, plans: settled, plan: 1, request: request(), extracts: extracts, past: past)
    let accounts = SettledAccounts(extracts, past: past, money: judge.money, rules: request().rules)
    let rules = try #require(request().rules.settlement)
    let paths = Dictionary(judge.groups.flatMap { judge.paths(of: $0) }.map { ($0.offer.id, $0) }, uniquingKeysWith: { first, _ in first })
    let offers = demand.panel.offers.filter { $0.area == "boern_og_unge" && $0.kind == .residential }
    for (number, year) in [2027, 2028, 2029].enumerated() {
      var (prices, all) = ([Double](repeating: 0, count: Self.draws), 0.0)
      for offer in offers {
        let index = try #require(demand.panel.offers.firstIndex { $0.id == offer.id })
        let citizens = Double(demand.panel.residents.count { $0.offer == index })
        let path = try #require(paths[offer.id])
        let price = try judge.money.economics(of: offer).get().price
        let changes = try #require(
          accounts.tariffChanges(offer, due: year, along: judge.results(path), rules: rules, draws: Self.draws), "\(offer.id) \(year)")
        for d in prices.indices { prices[d] += citizens * (1 + changes[d] / price) }
        all += citizens
      }
      let own = factors(settled[1], .admission)[number].factors
      for (price, factor) in zip(prices, own) { #expect(abs(log(factor) + 0.5 * log(price / all)) < 1e-4, "\(year)") }
    }
  }

  /// Equal assumptions share their draws, and every draw has its own.
  @Test func intervalsAreDrawn() throws {
    let (one, again) = (factors(try plans("[0.2, 0.8]")[1], .admission), factors(try plans("[0.2, 0.8]")[1], .admission))
    #expect(one.map(\.factors) == again.map(\.factors))
    // 2027 is settled from accounts: that its factors differ so widely comes from the elasticity.
    let powers = one[0].factors.map { abs(log($0)) }
    #expect((powers.max() ?? 0) > 2 * (powers.min() ?? .infinity))
  }
}
