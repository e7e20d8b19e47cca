import Placements
import Testing

@testable import Capacity

@Suite struct BreakEvenTests {
  private let day = Day(year: 2026, month: 10, day: 31)!

  private func entry(_ period: String, budget: Double? = nil, revised: Double? = nil, costs: Double? = nil) throws -> EconomyEntry {
    EconomyEntry(offer: "a", period: try #require(Period(period)), originalBudget: budget, revisedBudget: revised, costs: costs)
  }

  /// The tariff formula: with the tariff set by costs / (places · days · assumed occupancy), break-even is the assumed one.
  @Test(arguments: [0.9, 0.95, 1.0]) func breakEvenIsTheAssumedOccupancyOfACostCoveringTariff(assumed: Double) throws {
    let costs = 16_000_000.0
    let tariff = costs / (20 * 365 * assumed)
    let found = try #require(BreakEven.occupancy(costs: costs, price: tariff, places: 20, daysPerYear: 365))
    #expect(abs(found - 100 * assumed) < 1e-9)
  }

  @Test func nothingIsKnownOfNothing() {
    #expect(BreakEven.occupancy(costs: 0, price: 1, places: 1, daysPerYear: 1) == nil)
    #expect(BreakEven.occupancy(costs: 1, price: 1, places: 0, daysPerYear: 1) == nil)
  }

  /// The newest whole year of accounts; a budget only where no account is whole; what lies ahead is not used.
  @Test func theNewestWholeYearCounts() throws {
    let accounts = try [entry("2024", costs: 10), entry("2025", costs: 20), entry("2026", budget: 30)]
    #expect(YearlyCosts(accounts, until: day).costs(of: "a") == 20)
    #expect(YearlyCosts(try [entry("2026", budget: 30, revised: 31), entry("2027", budget: 99)], until: day).costs(of: "a") == 31)
    #expect(YearlyCosts(accounts, until: day).costs(of: "b") == nil)
  }

  /// Twelve months that follow each other, across the turn of the year; a gap breaks them.
  @Test func monthsAddUpToAYear() throws {
    let months = try (0..<12).map { try entry(($0 < 2 ? "2025-1\($0 + 1)" : "2026-\($0 < 11 ? "0" : "")\($0 - 1)"), costs: Double($0 + 1)) }
    #expect(YearlyCosts(months, until: day).costs(of: "a") == 78)
    #expect(YearlyCosts(months.filter { $0.costs != 5 }, until: day).costs(of: "a") == nil)
  }
}
