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

/// A balance sheet and profiles of municipalities rest on the draws of every other output.
@Suite struct BalanceSheetTests {
  private struct World {
    let extracts: Extracts
    let demand: FittedDemand
    let plans: [Plan]
  }

  private static let draws = 60

  private static let world: Result<World, any Error> = Result {
    var extracts = try ExampleProject.region.read().usable()
    let day = try #require(Day(year: 2024, month: 1, day: 1))
    extracts.ownSupply = [
      OwnSupplyStep(municipality: "740", area: "autisme", from: day, places: 6, citizens: 5),
      OwnSupplyStep(municipality: "740", area: "autisme", from: day.advanced(by: 1200), places: 10, status: .planned),
      OwnSupplyStep(municipality: "751", area: "autisme", from: day, places: 4),
    ]
    let panel = try Panel(extracts)
    let builder = PlanBuilder(panel: panel, horizon: 36, capacity: extracts.capacity, scenarios: [])
    return World(
      extracts: extracts, demand: FittedDemand(panel: panel, horizon: 36, threads: 2), plans: [builder.reference(named: "basis")])
  }

  private static let sheet: Result<BalanceSheet, any Error> = Result {
    let world = try BalanceSheetTests.world.get()
    let panel = world.demand.panel
    return BalanceSheet(
      demand: world.demand, extracts: world.extracts, plans: world.plans, judged: 0, basis: try offers(world).occupancy(world.demand.panel), areas: ["autisme", "boern_og_unge"],
      periods: [panel.origin.advanced(by: 12), panel.origin.advanced(by: 36)], draws: draws, seed: 1, threads: 2, level: 0.8)
  }

  /// Six wait for a place in one offer today.
  private static func offers(_ world: World) throws -> OfferBasis {
    var extracts = world.extracts
    let offer = try #require(extracts.offers.first { $0.area == "autisme" && $0.kind == .residential })
    extracts.activity.append(Activity(stratum: offer.stratum, offer: offer.id, period: world.demand.panel.origin, payer: "740", waiting: 6))
    return OfferBasis(extracts, request: RiskRequest(rules: RuleSet(name: "r", title: Phrase("r"))))
  }

  @Test func municipalitiesAndRegionsAddUpToTheArea() throws {
    let rows = try Self.sheet.get().rows
    let totals = rows.filter { $0.region.isEmpty && $0.municipality.isEmpty }
    #expect(totals.count == 2 * 4)
    for total in totals {
      let own = rows.filter { $0.area == total.area && $0.kind == total.kind && $0.period == total.period }
      for part in [own.filter { !$0.municipality.isEmpty }, own.filter { $0.municipality.isEmpty && !$0.region.isEmpty }] {
        #expect(abs(part.reduce(0) { $0 + $1.demand.mean } - total.demand.mean) < 1e-6)
        #expect(abs(part.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        #expect(abs(part.reduce(0) { $0 + ($1.waiting?.mean ?? 0) } - (total.waiting?.mean ?? -1)) < 1e-6)
        #expect(abs(part.reduce(0) { $0 + ($1.places ?? 0) } - (total.places ?? -1)) < 1e-9)
      }
      #expect(abs((total.gap?.mean ?? 0) - ((total.places ?? 0) - total.demand.mean)) < 1e-9)
      #expect(own.filter { !$0.municipality.isEmpty }.allSatisfy { $0.gap == nil })
    }
  }

  /// Demand, waiting, left and the balance are the forecast's in the same draws, with today's waiting list, and add up with those served.
  @Test func demandIsServedWaitsOrLeft() throws {
    let world = try Self.world.get()
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: world.plans,
      request: RunRequest(
        grouping: .area, every: .month, draws: Self.draws, threads: 2, measures: [.demand, .served, .waiting, .left, .fullYearPlaces]),
      offers: try Self.offers(world))
    var listed = 0.0
    for row in try Self.sheet.get().rows where row.region.isEmpty && row.municipality.isEmpty {
      func forecast(_ measure: Measure) throws -> DrawSummary {
        try #require(run.rows.first { $0.key == ResultKey(area: row.area, kind: row.kind) && $0.period == row.period && $0.measure == measure }?.value)
      }
      let (waiting, left) = (try #require(row.waiting), try #require(row.left))
      for (own, other) in try [(row.demand, forecast(.demand)), (waiting, forecast(.waiting)), (left, forecast(.left))] {
        // Sums of some hundreds of numbers near one.
        for (a, b) in [(own.mean, other.mean), (own.lower, other.lower), (own.upper, other.upper)] { #expect(abs(a - b) < 1e-9 * max(1, b)) }
      }
      #expect(try abs(row.demand.mean - forecast(.served).mean - waiting.mean - left.mean) < 1e-6)
      listed += try row.demand.mean - forecast(.fullYearPlaces).mean
    }
    #expect(listed > 1)
  }

  @Test func ownPlacesAreOpenOrPlannedAndResidential() throws {
    let rows = try Self.sheet.get().rows.filter { $0.area == "autisme" }
    let origin = try Self.world.get().demand.panel.origin
    func own(_ municipality: String, _ months: Int) -> Double? {
      rows.first { $0.municipality == municipality && $0.kind == .residential && $0.period == origin.advanced(by: months) }?.ownPlaces
    }
    #expect(own("740", 12) == 10 && own("751", 36) == 4 && own("657", 12) == nil)
    #expect(rows.filter { $0.kind != .residential }.allSatisfy { $0.ownPlaces == nil })
  }

  // MARK: Profiles

  private func profile(_ rules: RuleSet.Settlement? = nil, draws: Int = draws) throws -> MunicipalityProfile {
    let world = try Self.world.get()
    var set = RuleSet(name: "r", title: Phrase("r"))
    set.settlement = rules
    return try MunicipalityProfile(
      demand: world.demand, extracts: world.extracts, plans: world.plans, judged: 0, code: "740",
      request: RiskRequest(draws: draws, threads: 2, rules: set))
  }

  @Test func citizensAreTheForecastsOfThatPayer() throws {
    let world = try Self.world.get()
    let rows = try profile().rows
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: world.plans,
      request: RunRequest(
        grouping: .area, filter: ResultFilter(municipalities: ["740"]), every: .month, draws: Self.draws, threads: 2, measures: [.stock]))
    let ahead = rows.filter { $0.topic == .citizens && $0.isForecast && $0.offer.isEmpty }
    #expect(!ahead.isEmpty)
    for row in ahead {
      let forecast = run.rows.first { $0.key.area == row.area && $0.key.kind == row.kind && $0.period.description == row.period }
      #expect(forecast?.value == row.value, "\(row.area) \(row.period)")
    }
    let now = rows.filter { $0.topic == .citizens && !$0.isForecast }
    #expect(now.filter { $0.offer.isEmpty }.reduce(0) { $0 + $1.value.mean } == Double(world.demand.panel.residents.count { world.demand.panel.municipalities[$0.municipality].code == "740" }))
  }

  /// The running year has the homecomings observed in it and, on the same draws, those of the rest of the year.
  @Test func homecomingsOfTheRunningYearAreThoseObservedAndThoseAhead() throws {
    let world = try Self.world.get()
    let panel = world.demand.panel
    let m = try #require(panel.municipalities.firstIndex { $0.code == "740" })
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: world.plans,
      request: RunRequest(
        grouping: .area, filter: ResultFilter(municipalities: ["740"]), every: .month, draws: Self.draws, threads: 2, measures: [.homecomings]))
    let rows = try profile().rows.filter { $0.topic == .homecomings && $0.period == "2026" }
    #expect(!rows.isEmpty && rows.allSatisfy(\.isForecast))
    var all = 0.0
    for row in rows {
      var observed = 0.0
      for t in 0..<panel.count where panel.first.advanced(by: t).lastDay.year == 2026 {
        for s in panel.strata.indices where panel.strata[s].area == row.area && panel.strata[s].kind == row.kind {
          observed += panel.value(.homecomings, municipality: m, stratum: s, period: t)
        }
      }
      let ahead = run.rows.filter { $0.key.area == row.area && $0.key.kind == row.kind && $0.period.description.hasPrefix("2026") }
      #expect(ahead.count == 2)
      #expect(abs(row.value.mean - observed - ahead.reduce(0) { $0 + $1.value.mean }) < 1e-9, "\(row.area)")
      #expect(row.value.lower >= observed)
      all += observed
    }
    #expect(all > 0)
  }

  /// Days × price where there are places for all, for one offer by hand; the whole is the sum of its offers but for those with hardly
  /// anybody.
  @Test func theBillIsDaysTimesPrice() throws {
    let world = try Self.world.get()
    var extracts = world.extracts
    extracts.capacity = extracts.capacity.map { CapacityStep(offer: $0.offer, from: $0.from, places: 10 * $0.places, daysPerYear: $0.daysPerYear) }
    // What is paid under notice is held against the offer's in the tests of conservation.
    var rules = RuleSet(name: "r", title: Phrase("r"))
    rules.notice = .dayToDay
    let own = try MunicipalityProfile(
      demand: world.demand, extracts: extracts, plans: world.plans, judged: 0, code: "740",
      request: RiskRequest(draws: Self.draws, threads: 2, rules: rules))
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: world.plans,
      request: RunRequest(
        grouping: .offer, filter: ResultFilter(municipalities: ["740"]), every: .year, draws: Self.draws, threads: 2, measures: [.occupiedDays]))
    let bills = own.rows.filter { $0.topic == .bill && $0.measure == "bill" && !$0.offer.isEmpty }
    // The running year is observed in part.
    #expect(Set(bills.map(\.period)) == ["2026", "2027", "2028"])
    for bill in bills where bill.period != "2026" {
      let days = try #require(run.rows.first { $0.key.offer == bill.offer && $0.period.description == bill.period })
      let price = try #require(own.prices[bill.offer])
      #expect(abs(days.value.mean * price - bill.value.mean) < 1e-6 * max(1, bill.value.mean))
    }
    for year in ["2027", "2028"] {
      func total(_ measure: String) -> Double {
        own.rows.first { $0.topic == .bill && $0.measure == measure && $0.offer.isEmpty && $0.period == year }?.value.mean ?? 0
      }
      // The rest is owed whatever the days.
      let total = total("bill") - total("key_financed")
      let parts = bills.filter { $0.period == year }.reduce(0) { $0 + $1.value.mean }
      #expect(parts <= total + 1 && parts > 0.97 * total)
    }
  }

  /// What a key finances: all payers' parts are the year's costs to the øre, in proportion to inhabitants and whatever their citizens do;
  /// without one's inhabitants nobody's part is known.
  @Test func keyFinancedOffersAreDividedByInhabitants() throws {
    let world = try Self.world.get()
    let panel = world.demand.panel
    var extracts = world.extracts
    extracts.offers = extracts.offers.map { offer in
      var own = offer
      own.financing = offer.id == "egernstubben" ? .key : nil
      return own
    }
    let keyed = try Panel(extracts)
    let timeline = PlacesTimeline(
      offers: keyed.offers, capacity: extracts.capacity, changes: [], from: keyed.first.firstDay, until: keyed.origin.advanced(by: 36).lastDay)
    let past = PastPresence(try Panel(byOffer: extracts))
    let money = OfferMoney(extracts, panel: keyed, past: past, places: timeline)
    var rules = RuleSet(name: "r", title: Phrase("r"))
    rules.keyAges = 15...17
    let bills = KeyFinancedBills(panel: keyed, population: extracts.population, money: money, timeline: timeline, past: timeline, rules: rules)
    let offer = try #require(keyed.offers.first { $0.id == "egernstubben" })
    let year = try #require(ResultTables.wholePeriods(panel: keyed, horizon: 36, every: .year).first)
    let months = (0..<12).map { Period(containing: year.firstDay, length: .month).advanced(by: $0) }
    let split = try #require(bills.split(offer, over: months))
    #expect(split.keys.sorted() == panel.municipalities.filter { $0.region == "Midtjylland" }.map(\.code).sorted())
    let costs = try #require(money.yearlyCosts(of: offer))
    let places = try #require(timeline.atEnd(of: keyed.origin, offer: offer.id))
    #expect(abs(split.values.sum.kroner - costs.costs * places / (costs.places ?? places)) < 0.01)
    func young(_ code: String) -> Double { extracts.population.persons(municipality: code, ageFrom: 15, ageTo: 17, year: year.firstDay.year) ?? 0 }
    let all = split.keys.reduce(0) { $0 + young($1) }
    for (payer, amount) in split { #expect(abs(amount.kroner - split.values.sum.kroner * young(payer) / all) <= 0.011, "\(payer)") }

    let demand = FittedDemand(panel: keyed, horizon: 36, threads: 2)
    let plan = PlanBuilder(panel: keyed, horizon: 36, capacity: extracts.capacity, scenarios: []).reference(named: "basis")
    let request = RiskRequest(offers: [offer.id], draws: 4, rules: rules)
    func profile(_ code: String) throws -> MunicipalityProfile {
      try MunicipalityProfile(demand: demand, extracts: extracts, plans: [plan], judged: 0, code: code, request: request)
    }
    let own = try profile("740")
    let total = own.rows.filter { $0.topic == .bill && $0.offer.isEmpty && $0.period == year.description }
    #expect(total.map(\.measure).sorted() == ["bill", "key_financed"])
    for row in total { #expect(abs(row.value.mean - (split["740"]?.kroner ?? 0)) < 1e-6 && row.value.lower == row.value.upper) }
    #expect(own.keyFinanced.map(\.id) == [offer.id] && own.keyUnknown.isEmpty && own.prices.isEmpty)
    // One of another region pays nothing.
    let other = try profile("101")
    #expect(other.rows.filter { $0.topic == .bill }.isEmpty && other.keyFinanced.isEmpty)
    extracts.population = Population(extracts.population.rows.filter { $0.municipality != "751" })
    let unknown = try profile("740")
    #expect(unknown.rows.filter { $0.topic == .bill }.isEmpty && unknown.keyUnknown.map(\.id) == [offer.id])
  }

  /// All payers together are billed for the days that an offer serves, draw by draw, also where it has too few places; and what its
  /// accounts settle is what all of them pay on average over the draws.
  @Test func billsOfAllMunicipalitiesAreTheDaysServed() throws {
    let world = try Self.world.get()
    var extracts = world.extracts
    let panel = world.demand.panel
    let offer = try #require(extracts.offers.first { $0.id == "egernstubben" })
    extracts.capacity.append(CapacityStep(offer: offer.id, from: panel.origin.advanced(by: 1).firstDay, places: 8))
    var rules = RuleSet(name: "r", title: Phrase("r"))
    let settlement = RuleSet.Settlement(band: .zero, lagYears: 2)
    rules.settlement = settlement
    rules.notice = .dayToDay
    for (draws, seed) in [(1, 1), (1, 2), (8, 3)] as [(Int, UInt64)] {
      let request = RiskRequest(offers: [offer.id], draws: draws, seed: seed, rules: rules)
      var (days, settled) = (["2027": 0.0, "2028": 0.0], 0.0)
      for payer in panel.municipalities {
        let own = try MunicipalityProfile(demand: world.demand, extracts: extracts, plans: world.plans, judged: 0, code: payer.code, request: request)
        for row in own.rows where row.topic == .bill && row.offer.isEmpty {
          if row.measure == "bill", let price = own.prices[offer.id] { days[row.period, default: 0] += row.value.mean / price }
          if row.measure == "settlement", row.period == "2027" { settled += row.value.mean }
        }
      }
      let simulated = SimulatedPlans(
        demand: world.demand, capacity: extracts.capacity, plans: world.plans, grouping: .offer, filter: ResultFilter(), detail: .events,
        draws: draws, seed: seed, threads: 1, progress: nil)
      let past = PastPresence(try Panel(byOffer: extracts))
      let judge = RiskJudge(demand: world.demand, simulated: simulated, plans: world.plans, plan: 0, request: request, extracts: extracts, past: past)
      let group = try #require(judge.groups.first { $0.members.contains { $0.offer.id == offer.id } })
      let path = try #require(judge.paths(of: group).first { $0.offer.id == offer.id })
      var (served, wanted) = (["2027": 0.0, "2028": 0.0], 0.0)
      for step in 0..<world.demand.horizon {
        let period = panel.origin.advanced(by: step + 1)
        if let sum = served[String(period.lastDay.year)] {
          #expect(path.served[step].allSatisfy { $0 <= 8 + 1e-9 })
          served[String(period.lastDay.year)] = sum + path.served[step].reduce(0, +) * Double(period.days) / Double(draws)
          wanted += path.drawn.citizens[step].reduce(0, +) * Double(period.days) / Double(draws)
        }
      }
      for (year, own) in served { #expect(abs((days[year] ?? 0) - own) < 1e-6, "\(year) \(draws)") }
      // Too few places in most months.
      #expect(wanted > 1.1 * served.values.reduce(0, +))
      let accounts = SettledAccounts(extracts, past: past, money: judge.money, rules: rules)
      let due = try #require(accounts.tariffChange(offer, year: 2025, rules: settlement, days: 1))
      #expect(due != 0 && abs(settled - due) < 1e-6 * abs(due))
    }
  }

  /// Without a band everything is settled, with one of everything nothing; without a rule there is no settlement at all.
  @Test func accountsSettleAsTheRulesSay() throws {
    #expect(try !profile(draws: 20).rows.contains { $0.measure == "settlement" })
    let whole = try profile(RuleSet.Settlement(band: .zero, lagYears: 2), draws: 20)
    let settled = whole.rows.filter { $0.measure == "settlement" }
    #expect(settled.map(\.period) == ["2027", "2028", "2029", "2030"] && settled.allSatisfy { $0.value.mean != 0 })
    let total = try #require(whole.rows.first { $0.measure == "bill_with_settlement" && $0.period == "2027" })
    let bill = try #require(whole.rows.first { $0.measure == "bill" && $0.offer.isEmpty && $0.period == "2027" })
    #expect(abs(total.value.mean - bill.value.mean - settled[0].value.mean) < 1e-3)
    // 2026 has no accounts yet: what 2028 settles is its observed months and those ahead.
    #expect(!whole.unsettled.contains(2026))
    let band = try profile(RuleSet.Settlement(band: Quantity(100), lagYears: 2), draws: 20)
    #expect(band.rows.filter { $0.measure == "settlement" }.allSatisfy { abs($0.value.mean) < 1e-6 })
  }

  @Test func selfSupplyIsOwnCitizensOverOwnAndBought() throws {
    let rows = try profile(draws: 20).rows
    func value(_ measure: String) -> Double? { rows.first { $0.topic == .ownSupply && $0.measure == measure }?.value.mean }
    let bought = rows.first { $0.topic == .citizens && !$0.isForecast && $0.offer.isEmpty && $0.area == "autisme" && $0.kind == .residential }?.value.mean ?? 0
    #expect(value("own_places") == 6 && value("planned_places") == 10 && value("self_supply") == 5 / (5 + bought))
  }
}
