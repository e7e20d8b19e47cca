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
      demand: world.demand, extracts: world.extracts, plans: world.plans, judged: 0,
      basis: OccupancyBasis(world.extracts, panel: panel, rules: RuleSet(name: "r", title: Phrase("r"))), areas: ["autisme", "boern_og_unge"],
      periods: [panel.origin.advanced(by: 12), panel.origin.advanced(by: 36)], draws: draws, seed: 1, threads: 2, level: 0.8)
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

  @Test func demandIsTheForecasts() throws {
    let world = try Self.world.get()
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: world.plans,
      request: RunRequest(grouping: .area, every: .month, draws: Self.draws, threads: 2, measures: [.stock]))
    for row in try Self.sheet.get().rows where row.region.isEmpty && row.municipality.isEmpty {
      let forecast = run.rows.first { $0.key == ResultKey(area: row.area, kind: row.kind) && $0.period == row.period }
      #expect(forecast?.value == row.demand)
    }
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

  /// Days × price, for one offer by hand; the whole is the sum of its offers but for those with hardly anybody.
  @Test func theBillIsDaysTimesPrice() throws {
    let world = try Self.world.get()
    let own = try profile()
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: world.plans,
      request: RunRequest(
        grouping: .offer, filter: ResultFilter(municipalities: ["740"]), every: .year, draws: Self.draws, threads: 2, measures: [.occupiedDays]))
    let bills = own.rows.filter { $0.topic == .bill && !$0.offer.isEmpty }
    #expect(Set(bills.map(\.period)) == ["2027", "2028"])
    for bill in bills {
      let days = try #require(run.rows.first { $0.key.offer == bill.offer && $0.period.description == bill.period })
      let price = try #require(own.prices[bill.offer])
      #expect(abs(days.value.mean * price - bill.value.mean) < 1e-6 * max(1, bill.value.mean))
    }
    for year in ["2027", "2028"] {
      let total = own.rows.first { $0.topic == .bill && $0.offer.isEmpty && $0.period == year }?.value.mean ?? 0
      let parts = bills.filter { $0.period == year }.reduce(0) { $0 + $1.value.mean }
      #expect(parts <= total + 1 && parts > 0.97 * total)
    }
  }

  /// Without a band everything is settled, with one of everything nothing; without a rule there is no settlement at all.
  @Test func accountsSettleAsTheRulesSay() throws {
    #expect(try !profile(draws: 20).rows.contains { $0.measure == "settlement" })
    let whole = try profile(RuleSet.Settlement(band: .zero, lagYears: 2), draws: 20)
    let settled = whole.rows.filter { $0.measure == "settlement" }
    #expect(settled.map(\.period) == ["2027", "2029", "2030"] && settled.allSatisfy { $0.value.mean != 0 })
    let total = try #require(whole.rows.first { $0.measure == "bill_with_settlement" && $0.period == "2027" })
    let bill = try #require(whole.rows.first { $0.measure == "bill" && $0.offer.isEmpty && $0.period == "2027" })
    #expect(abs(total.value.mean - bill.value.mean - settled[0].value.mean) < 1e-3)
    // 2026 has no accounts yet, so that nothing is known of what 2028 settles.
    #expect(whole.unsettled.contains(2026))
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
