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

/// Facts hold what the extracts and the forecast say, in one shape.
@Suite struct IndicatorFactsTests {
  private static let draws = 40

  private static let world: Result<(extracts: Extracts, demand: FittedDemand, facts: [IndicatorFact]), any Error> = Result {
    var extracts = try ExampleProject.region.read().usable()
    let day = try #require(Day(year: 2020, month: 1, day: 1))
    extracts.ownSupply = [OwnSupplyStep(municipality: "740", area: "autisme", from: day, places: 6, citizens: 5)]
    extracts.satisfaction = [
      SatisfactionScore(offer: "mosebakken", area: "boern_og_unge", period: Period(containing: day, length: .year), score: 4.2, scale: 5)
    ]
    let panel = try Panel(extracts)
    let demand = FittedDemand(panel: panel, horizon: 36, threads: 2)
    let plan = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: []).reference(named: "basis")
    let facts = try IndicatorFacts(
      demand: demand, extracts: extracts, plans: [plan], judged: 0, indicators: Set(Indicator.allCases), grains: Set(Indicator.Grain.allCases),
      request: RiskRequest(areas: ["autisme", "boern_og_unge"], draws: draws, threads: 2))
    return (extracts, demand, facts.facts)
  }

  private static func find(_ indicator: Indicator, _ year: String, offer: String = "", area: String = "", kind: ServiceKind? = .residential, municipality: String = "") throws
    -> IndicatorFact?
  {
    try world.get().facts.first {
      $0.indicator == indicator && $0.period.description == year && $0.offer == offer && $0.municipality == municipality && $0.kind == kind
        && (area.isEmpty || $0.area == area)
    }
  }

  @Test func everyFactIsOneOfItsIndicatorAndHasAKeyOfItsOwn() throws {
    let facts = try Self.world.get().facts
    var keys: Set<[String]> = []
    for fact in facts {
      #expect(fact.indicator.grains.contains(fact.grain) && fact.value.isFinite)
      #expect(!fact.isForecast || fact.indicator.hasForecast)
      #expect(fact.isForecast == (fact.interval != nil))
      let key = [
        fact.indicator.rawValue, "\(fact.isForecast)", fact.period.description, fact.area, fact.kind?.rawValue ?? "", fact.offer, fact.municipality, fact.respondent,
      ]
      #expect(keys.insert(key).inserted, "\(key)")
    }
    for indicator in Indicator.allCases { #expect(facts.contains { $0.indicator == indicator }, "\(indicator)") }
  }

  /// Accounts of 2024 by hand: 21,781,000 of a revised budget of 20,953,000.
  @Test func budgetCompliance() throws {
    let fact = try #require(try Self.find(.budgetCompliance, "2024", offer: "lyngspurven"))
    #expect(abs(fact.value - 100 * 21_781_000 / 20_953_000) < 1e-9 && fact.parts?.numerator == 21_781_000)
  }

  /// Of the running year by its revised budget as given; an area's costs over its budgets. No budgets are given beyond.
  @Test func theRunningYearIsComparedWithItsRevisedBudget() throws {
    let (extracts, _, facts) = try Self.world.get()
    let own = facts.filter { $0.indicator == .budgetCompliance && $0.isForecast && $0.area == "autisme" && $0.kind == .residential }
    #expect(Set(own.map(\.period.description)) == ["2026"] && own.allSatisfy { $0.priceYear == 2026 })
    let area = try #require(own.first { $0.grain == .area })
    let offers = own.filter { $0.grain == .offer }
    var (costs, budgets) = (0.0, 0.0)
    for fact in offers {
      let budget = try #require(extracts.economy.first { $0.offer == fact.offer && $0.period.description == "2026" }?.revisedBudget)
      costs += fact.value / 100 * budget
      budgets += budget
      #expect((70..<130).contains(fact.value) && fact.interval.map { $0.lower <= $0.upper } ?? false, "\(fact.offer): \(fact.value)")
    }
    #expect(offers.count == extracts.offers.count { $0.area == "autisme" && $0.kind == .residential })
    #expect(abs(area.value - 100 * costs / budgets) < 1e-6)
  }

  /// From the stays themselves, day by day.
  @Test func daysOfOffersAreThoseOfTheStays() throws {
    let (extracts, _, _) = try Self.world.get()
    let (first, last) = (try #require(Day(year: 2024, month: 1, day: 1)), try #require(Day(year: 2024, month: 12, day: 31)))
    for offer in ["lyngspurven", "mosebakken", "dagtilbud_vindfloejen"] {
      var days = 0
      for stay in extracts.stays where stay.offer == offer {
        let end = min(stay.end ?? last.advanced(by: 1), last.advanced(by: 1))
        days += max(0, end - max(stay.start, first))
      }
      let kind = try #require(extracts.offers.first { $0.id == offer }).kind
      let use = try #require(try Self.find(.capacityUse, "2024", offer: offer, kind: kind))
      #expect(use.parts?.numerator == Double(days))
      #expect(try Self.find(.citizensServed, "2024", offer: offer, kind: kind)?.value == Double(days) / 366)
      if let cost = try Self.find(.costPerDay, "2024", offer: offer, kind: kind) { #expect(cost.parts?.denominator == Double(days)) }
    }
    // How many days a year a day offer is open is not known, so that its cost per day is not, either.
    #expect(try Self.find(.costPerDay, "2024", offer: "dagtilbud_vindfloejen", kind: .day) == nil)
  }

  @Test(arguments: ["2020", "2025", "2026", "2027", "2028"]) func partsAddUp(year: String) throws {
    let facts = try Self.world.get().facts.filter { $0.period.description == year }
    for area in facts where area.grain == .area && area.indicator == .citizensServed {
      let offers = facts.filter { $0.grain == .offer && $0.indicator == .citizensServed && $0.area == area.area && $0.kind == area.kind }
      #expect(abs(offers.reduce(0) { $0 + $1.value } - area.value) < 1e-6)
      let shares = facts.filter { $0.indicator == .purchaseShare && $0.area == area.area && $0.kind == area.kind }
      #expect(abs(shares.reduce(0) { $0 + $1.value } - 100) < 1e-6)
      let payers = facts.filter { $0.grain == .municipality && $0.indicator == .citizensServed && $0.area == area.area && $0.kind == area.kind }
      if !area.isForecast { #expect(abs(payers.reduce(0) { $0 + $1.value } - area.value) < 1e-6) }
    }
  }

  /// History, the running year and forecast without a hole, for every indicator that a scope has before and after; the mark is on the running year alone.
  @Test func historyRunningYearAndForecastAreOneSeries() throws {
    let facts = try Self.world.get().facts.filter { $0.indicator != .satisfaction && $0.indicator != .budgetCompliance }
    var series: [[String]: [Int: IndicatorFact]] = [:]
    for fact in facts {
      series[[fact.indicator.rawValue, fact.area, fact.kind?.rawValue ?? "", fact.offer, fact.municipality], default: [:]][fact.period.firstDay.year] = fact
    }
    var whole: Set<Indicator> = []
    for (key, years) in series {
      for (year, fact) in years { #expect((fact.observedUntil?.description == "2026-10") == (year == 2026), "\(key) \(year)") }
      guard years[2025] != nil, let next = years[2027] else { continue }
      let running = try #require(years[2026], "\(key)")
      #expect(running.isForecast && next.isForecast && running.interval != nil)
      whole.insert(running.indicator)
    }
    #expect(whole == [.capacityUse, .selfSupply, .purchaseShare, .costPerDay, .citizensServed])
  }

  /// The days until the origin by the stays themselves, and those of the rest as the forecast of served citizens has them.
  @Test func theRunningYearIsItsObservedDaysAndThoseAhead() throws {
    let (extracts, demand, _) = try Self.world.get()
    let origin = demand.panel.origin.lastDay
    let first = try #require(Day(year: 2026, month: 1, day: 1))
    let plan = PlanBuilder(panel: demand.panel, horizon: 36, capacity: extracts.capacity, scenarios: []).reference(named: "basis")
    let run = ScenarioRun(
      demand: demand, capacity: extracts.capacity, plans: [plan],
      request: RunRequest(
        grouping: .offer, filter: ResultFilter(areas: ["autisme", "boern_og_unge"]), every: .month, draws: Self.draws, threads: 2, measures: [.served]),
      offers: OfferBasis(extracts, request: RiskRequest()))
    for offer in ["lyngspurven", "mosebakken"] {
      var days = 0
      for stay in extracts.stays where stay.offer == offer {
        let end = min(stay.end ?? origin.advanced(by: 1), origin.advanced(by: 1))
        days += max(0, end - max(stay.start, first))
      }
      let ahead = run.rows.filter { $0.key.offer == offer && $0.period.description.hasPrefix("2026") }
      #expect(ahead.count == 2)
      let expected = Double(days) + ahead.reduce(0) { $0 + $1.value.mean * Double($1.period.days) }
      let fact = try #require(try Self.find(.citizensServed, "2026", offer: offer))
      #expect(abs(fact.value - expected / 365) < 1e-6, "\(offer)")
      // What was observed is certain: in every future at least that.
      #expect(fact.interval.map { $0.lower >= Double(days) / 365 } ?? false)
    }
  }

  @Test func nobodyIsServedAboveThePlacesAhead() throws {
    let facts = try Self.world.get().facts.filter { $0.indicator == .capacityUse && $0.isForecast && $0.grain == .area }
    #expect(!facts.isEmpty && facts.allSatisfy { $0.value > 0 && $0.value < 115 })
  }

  @Test func selfSupplyAndSatisfaction() throws {
    let share = try #require(try Self.find(.selfSupply, "2024", area: "autisme", municipality: "740"))
    let bought = try #require(try Self.find(.citizensServed, "2024", area: "autisme", municipality: "740")).value
    #expect(abs(share.value - 100 * 5 / (5 + bought)) < 1e-9)
    #expect(try Self.find(.selfSupply, "2027", area: "autisme", municipality: "740")?.isForecast == true)
    #expect(try Self.find(.selfSupply, "2019", area: "autisme", municipality: "740") == nil)
    let score = try #require(try Self.find(.satisfaction, "2020", offer: "mosebakken"))
    #expect(score.value == 4.2 && score.parts?.denominator == 5 && score.respondent == "citizen")
  }
}
