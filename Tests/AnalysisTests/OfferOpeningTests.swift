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

/// A scenario's new offer: its start-up's deficit, and what tariffs collect of it.
@Suite struct OfferOpeningTests {
  private static let region: Result<(extracts: Extracts, demand: FittedDemand), any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    return (extracts, FittedDemand(panel: try Panel(extracts), horizon: 36, threads: 2))
  }

  /// The example's new offer of 12 places from September 2027, with more keys.
  private func risk(_ keys: String = "", spread: Int = 0, settlement: RuleSet.Settlement? = nil, behaviour: CostBehaviour = .unadapted) throws -> OfferRisk {
    let (extracts, demand) = try Self.region.get()
    let path = ExampleProject.region.folder + "/scenarios/nyt_tilbud.toml"
    let text = try String(contentsOfFile: path, encoding: .utf8).replacing("share = 0.3\n", with: "share = 0.3\n" + keys)
    let scenario = try Scenario(text: text, file: path, name: "nyt_tilbud")
    let builder = PlanBuilder(panel: demand.panel, horizon: 36, capacity: extracts.capacity, scenarios: [scenario])
    var rules = RuleSet(name: "r", title: Phrase("r"))
    rules.startUpYears = spread
    rules.settlement = settlement
    let run = try RiskRun(
      demand: demand, extracts: extracts, plans: [builder.reference(named: "basis"), builder.plan(scenario)], judged: 1,
      request: RiskRequest(areas: ["dobbeltdiagnose"], draws: 60, threads: 2, rules: rules, behaviour: behaviour))
    #expect(run.risks.filter { $0.opening != nil }.map(\.offer.id) == ["skovskadehuset"])
    return try #require(run.risks.first { $0.offer.id == "skovskadehuset" })
  }

  @Test func theDeficitIsThatOfItsMonths() throws {
    let own = try risk()
    #expect(own.status == .notAssessed && own.outlook == nil)
    let opening = try #require(own.opening)
    #expect(opening.startUpMonths == 9 && !opening.isCut && opening.terms.places == 12)
    #expect(opening.years.map(\.year) == [2027, 2028, 2029] && opening.years.map(\.months) == [4, 12, 10])
    #expect(opening.deficit.mean > 0 && opening.years[2].deficit == nil)
    #expect(abs(opening.years.compactMap { $0.deficit?.mean }.reduce(0, +) - opening.deficit.mean) < 1)
    // All four months of the first year are start-up.
    #expect(abs((opening.years[0].deficit?.mean ?? 0) + (opening.years[0].result?.mean ?? 0)) < 1)
    // The area's price, and what it covers.
    #expect(abs(opening.economics.costs - opening.economics.price * 0.95 * 12 * 365) < 1e-6 * opening.economics.costs)
    // Staff that follows the citizens costs less while it fills.
    #expect(try risk(behaviour: .followsAdjustment).opening?.deficit.mean ?? .infinity < opening.deficit.mean)
  }

  /// Costs that do not adapt: 1.2 million more a year are so much less in a whole one, and nine twelfths of it in the start-up.
  @Test func givenTermsCount() throws {
    func opening(_ costs: Int) throws -> OfferOpening { try #require(try risk("price = 4000\ncosts = \(costs)\nassumed_occupancy = 0.9\n").opening) }
    let (cheap, dear) = (try opening(15_000_000), try opening(16_200_000))
    #expect(cheap.economics.price == 4000 && cheap.economics.costs == 15_000_000 && abs(cheap.economics.citizens - 10.8) < 1e-9)
    let change = try #require(cheap.years[1].result).mean - (try #require(dear.years[1].result).mean)
    #expect(abs(change - 1_200_000) < 1)
    // September 2027 to May 2028.
    #expect(abs(dear.deficit.mean - cheap.deficit.mean - 1_200_000 * (122.0 / 365 + 152.0 / 366)) < 1)
  }

  /// Each draw's deficit to the øre over the years that the rule set names; without them tariffs settle it as any other result.
  @Test func whatTariffsCollect() throws {
    let settlement = RuleSet.Settlement(band: .zero, lagYears: 2)
    let spread = try #require(try risk(spread: 3, settlement: settlement).opening)
    let charged = spread.years.filter { $0.charge != nil }
    #expect(charged.map(\.year) == [2029, 2030, 2031] && charged.map(\.months) == [10, 0, 0])
    #expect(abs(charged.compactMap { $0.charge?.mean }.reduce(0, +) - spread.deficit.mean) < 0.01)
    for year in charged { #expect(abs((year.charge?.mean ?? 0) - spread.deficit.mean / 3) < 0.02 && year.chargePerDay?.mean ?? 0 > 0) }
    let left = try #require(try risk(settlement: settlement).opening)
    #expect(left.years.allSatisfy { $0.charge == nil } && left.deficit == spread.deficit)
    // 2027 is start-up alone: nothing of it is settled where it is spread.
    #expect(abs(spread.years[0].tariffChange?.mean ?? 1) < 1e-6 && left.years[0].tariffChange?.mean ?? 0 > 0 && left.years[0].tariffYear == 2029)
  }

  /// Neither a price nor days are invented.
  @Test func whatIsNotKnownHasNoMoney() throws {
    let (extracts, demand) = try Self.region.get()
    let money = OfferMoney(
      extracts, panel: demand.panel, past: PastPresence(try Panel(byOffer: extracts)),
      places: PlacesTimeline(offers: demand.panel.offers, capacity: extracts.capacity, changes: [], from: demand.panel.first.firstDay, until: demand.panel.origin.lastDay))
    let day = demand.panel.origin.advanced(by: 1).firstDay
    func missing(_ area: String, _ kind: ServiceKind, _ terms: NewOfferTerms) -> OfferEconomics.Missing? {
      if case .failure(let missing) = money.economics(ofNew: Offer(id: "n", name: "N", area: area, kind: kind), terms) { missing } else { nil }
    }
    #expect(missing("autisme", .day, NewOfferTerms(opens: day, places: 5)) == .days)
    #expect(missing("autisme", .day, NewOfferTerms(opens: day, places: 5, daysPerYear: 220)) == nil)
    #expect(missing("autisme", .hours, NewOfferTerms(opens: day, places: 5, price: 500, daysPerYear: 220)) == .days)
    #expect(missing("kommunikation_og_handicap", .residential, NewOfferTerms(opens: day, places: 5)) == .price)
    #expect(missing("kommunikation_og_handicap", .residential, NewOfferTerms(opens: day, places: 5, price: 3000)) == nil)
  }
}
