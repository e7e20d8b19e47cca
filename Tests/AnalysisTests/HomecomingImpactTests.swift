import Capacity
import Demand
import Forecasting
import Groundwork
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

/// Laws of the tables of announced homecomings, on the example region with few draws.
@Suite struct HomecomingImpactTests {
  private struct World {
    let extracts: Extracts
    let panel: Panel
    let demand: FittedDemand
  }

  private static let world: Result<World, any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    return World(extracts: extracts, panel: panel, demand: FittedDemand(panel: panel, horizon: 24, threads: 2))
  }

  private func impact(_ changes: String, tariffs: Bool = true, threads: Int = 2) throws -> [HomecomingImpact] {
    let world = try Self.world.get()
    let scenario = try Scenario(text: "title = \"t\"\nbase = \"basis\"\nreason = \"r\"\n" + changes, file: "t.toml", name: "t")
    let builder = PlanBuilder(panel: world.panel, horizon: 24, capacity: world.extracts.capacity, scenarios: [scenario])
    let prices = DailyPrices(
      stays: tariffs ? world.extracts.stays : [], tariffs: tariffs ? world.extracts.tariffs : [], offers: world.extracts.offers, on: world.panel.origin.lastDay)
    return HomecomingImpact.all(
      plans: [builder.reference(named: "basis"), try builder.plan(scenario)], demand: world.demand, capacity: world.extracts.capacity,
      prices: prices, request: RunRequest(grouping: .offer, every: .month, draws: 200, threads: threads))
  }

  private func batch(_ extra: String = "", number: Int = 9) -> String {
    "[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"Aarhus\"\narea = \"boern_og_unge\"\nnumber = \(number)\ndate = \"2027-01\"\n"
      + "notice = 3\nreason = \"r\"\n" + extra
  }

  /// A certain batch of nine takes nine in every draw, whose notice lasts from 1 January to 1 April: 90 days each.
  @Test func certainBatchesTakeTheirNumber() throws {
    let found = try #require(try impact(batch()).first)
    let all = try #require(found.lines.last)
    #expect(all.offer.isEmpty)
    #expect(all.citizens == DrawSummary(mean: 9, median: 9, lower: 9, upper: 9))
    #expect(all.noticeDays == DrawSummary(mean: 810, median: 810, lower: 810, upper: 810))
    #expect(found.shown.map { found.periods[$0].description } == ["2027-04", "2027-05", "2027-06", "2027-09", "2028-03"])
    #expect(found.periods.count == 19 && found.periods.last?.description == "2028-10")
    #expect(found.windowEnd.description == "2028-03")
    #expect(found.withoutPrice.isEmpty)
  }

  /// Offers that a key finances are paid whatever the days; the others lose what they lost before, at the tariffs' level.
  @Test func keyFinancedOffersLoseNothing() throws {
    let plain = try #require(try impact(batch()).first)
    var extracts = try Self.world.get().extracts
    extracts.offers = extracts.offers.map { offer in
      var own = offer
      if offer.id == "egernstubben" { own.financing = .key }
      return own
    }
    let panel = try Panel(extracts)
    let scenario = try Scenario(text: batch(), file: "t.toml", name: "t")
    let builder = PlanBuilder(panel: panel, horizon: 24, capacity: extracts.capacity, scenarios: [scenario])
    let keyed = try #require(
      try HomecomingImpact.all(
        plans: [builder.reference(named: "basis"), builder.plan(scenario)], demand: FittedDemand(panel: panel, horizon: 24, threads: 2), capacity: extracts.capacity,
        prices: DailyPrices(stays: extracts.stays, tariffs: extracts.tariffs, offers: extracts.offers, on: panel.origin.lastDay),
        request: RunRequest(grouping: .offer, every: .month, draws: 200, threads: 2)).first)
    func lost(_ impact: HomecomingImpact, _ offer: String) -> Double? { impact.lines.first { $0.offer == offer }?.lostIncome?.mean }
    #expect(lost(plain, "egernstubben") ?? 0 > 0 && lost(keyed, "egernstubben") == 0 && lost(keyed, "mosebakken") == lost(plain, "mosebakken"))
    #expect(plain.priceYears == [2026] && keyed.withoutPrice.isEmpty)
  }

  /// Means of the offers add up to the mean of all, for every measure.
  @Test func offersAddUp() throws {
    let found = try #require(try impact(batch("realised = [0.6, 1]\ndelay_months = [0, 6]\n")).first)
    let all = try #require(found.lines.last)
    let parts = found.lines.dropLast()
    #expect(parts.count > 1)
    func agree(_ whole: Double, _ value: (HomecomingImpact.Line) -> Double) {
      #expect(abs(parts.reduce(0) { $0 + value($1) } - whole) < 1e-6 * max(1, abs(whole)))
    }
    agree(all.citizens.mean) { $0.citizens.mean }
    agree(all.noticeDays.mean) { $0.noticeDays.mean }
    agree(all.refilled.mean) { $0.refilled.mean }
    agree(all.lostIncome?.mean ?? .nan) { $0.lostIncome?.mean ?? .nan }
    for position in found.periods.indices { agree(all.vacant[position].mean) { $0.vacant[position].mean } }
    // Nine announced, 60 to 100 % carried through: 5.4 to 9, rounded.
    #expect(all.citizens.lower >= 5 && all.citizens.upper <= 9 && abs(all.citizens.mean - 7.2) < 0.3)
  }

  /// Places that stand empty at the window's end are those not refilled.
  @Test func refilledIsWhatIsNoLongerEmpty() throws {
    let found = try #require(try impact(batch()).first)
    let all = try #require(found.lines.last)
    let last = try #require(found.periods.firstIndex(of: found.windowEnd))
    #expect(abs(all.citizens.mean - all.vacant[last].mean - all.refilled.mean) < 1e-9)
    #expect(all.refilled.mean > 0 && all.refilled.mean < 9)
  }

  /// Other changes of the scenario do not act, a longer notice loses less, and without tariffs no loss is invented.
  @Test func onlyBatchesAct() throws {
    let plain = try #require(try impact(batch()).first?.lines.last)
    let other = "[[change]]\nwhat = \"homecoming\"\nfrom = \"2027-01\"\nmultiply = 3\nreason = \"r\"\n"
    let mixed = try #require(try impact(batch() + other).first?.lines.last)
    #expect(mixed.lostIncome == plain.lostIncome && mixed.vacant == plain.vacant)
    let short = try #require(try impact(batch().replacing("notice = 3", with: "notice = 1")).first?.lines.last)
    #expect(short.noticeDays.mean < plain.noticeDays.mean)
    let unpriced = try #require(try impact(batch(), tariffs: false).first)
    #expect(unpriced.lines.allSatisfy { $0.lostIncome == nil })
    #expect(unpriced.withoutPrice.count == unpriced.lines.count - 1)
  }

  @Test func threadsChangeNothing() throws {
    let one = try #require(try impact(batch("delay_months = [0, 6]\n"), threads: 1).first)
    let two = try #require(try impact(batch("delay_months = [0, 6]\n"), threads: 2).first)
    #expect(one.lines.map(\.lostIncome) == two.lines.map(\.lostIncome))
    #expect(one.lines.map(\.vacant) == two.lines.map(\.vacant))
  }

  /// Beyond the horizon, or with nobody there, there is nothing to show.
  @Test func nothingToShowIsNothing() throws {
    #expect(try impact(batch().replacing("2027-01", with: "2031-01")).isEmpty)
    #expect(try impact("").isEmpty)
  }
}
