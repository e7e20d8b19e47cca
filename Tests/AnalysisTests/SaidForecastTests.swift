import Demand
import Forecasting
import Foundation
import Groundwork
import Placements
import Probability
import Scenarios
import Testing

@testable import Analysis

@Suite struct StatementRecordTests {
  private static func past(_ source: String, _ errors: [Double]) -> [StatementRecord.Past] {
    errors.map { StatementRecord.Past(source: source, said: 100, actual: 100.5 * exp($0) - 0.5) }
  }

  @Test func nothingPastIsNoRecord() { #expect(StatementRecord([], modelVariance: 1) == nil) }

  /// Twenty municipalities of six statements each, biases N(0.1, 0.2²), errors N(0, 0.15²) about them.
  @Test func variancesComeBack() throws {
    var stream = RandomStream(seed: 4, pair: 1, 2)
    var past: [StatementRecord.Past] = []
    var biases: [Double] = []
    for m in 0..<20 {
      let bias = 0.1 + 0.2 * stream.nextNormal()
      biases.append(bias)
      past += Self.past("\(m)", (0..<6).map { _ in bias + 0.15 * stream.nextNormal() })
    }
    let record = try #require(StatementRecord(past, modelVariance: 0.15 * 0.15))
    // Standard errors: of the pooled bias 0.2/√20 = 0.045; of a variance of 19 or 100 degrees of freedom 32 % and 14 %. Three each.
    #expect(abs(record.pooledBias - 0.1) < 0.14)
    #expect(abs(record.between - 0.04) < 0.04)
    #expect(abs(record.within - 0.0225) < 0.01)
    let judged = (0..<20).map { record.judgement(of: "\($0)") }
    let error = zip(judged, biases).reduce(0) { $0 + ($1.0.bias - $1.1) * ($1.0.bias - $1.1) } / 20
    // Better than no correction by far, and as good as its own variance says within a factor of two.
    #expect(error < 0.01)
    #expect(judged.allSatisfy { $0.count == 6 && $0.variance > record.within })
  }

  @Test func fewStatementsAreShrunkTowardsAll() throws {
    let record = try #require(
      StatementRecord(Self.past("a", [0.5]) + Self.past("b", [0, 0.1, -0.1, 0, 0.05, 0]) + Self.past("c", [0.2, 0.3, 0.25]), modelVariance: 0.01))
    let (a, b, nobody) = (record.judgement(of: "a"), record.judgement(of: "b"), record.judgement(of: "z"))
    #expect(a.bias < 0.5 && a.bias > record.pooledBias)
    #expect(abs(b.bias) < abs(record.pooledBias))
    #expect(nobody.bias == record.pooledBias && nobody.count == 0)
    #expect(nobody.variance > a.variance && a.variance > b.variance)
  }

  @Test func equalErrorsAreOneBias() throws {
    let record = try #require(StatementRecord(Self.past("a", [0.2, 0.2]) + Self.past("b", [0.2, 0.2, 0.2]), modelVariance: 0.04))
    #expect(record.between == 0)
    // Exact but for the round trip through places.
    #expect(abs(record.judgement(of: "a").bias - 0.2) < 1e-12 && abs(record.pooledBias - 0.2) < 1e-12)
    #expect(abs(record.within - 2 * 0.04 / 5) < 1e-12)
  }
}

@Suite struct SaidForecastTests {
  private static let draws = 4000

  /// Quarterly stocks of three municipalities over ten years, to the end of 2024.
  private static func extracts(_ expectations: [Placements.Expectation]) -> Extracts {
    var own = Extracts(settings: ProjectSettings(name: "x"), municipalities: Municipality.denmark)
    for t in 0..<40 {
      let period = Period(year: 2015 + t / 4, number: t % 4 + 1, length: .quarter)
      for (payer, stock) in [("740", 40.0), ("751", 90.0), ("730", 60.0)] {
        own.activity.append(
          Activity(stratum: Stratum(area: "a", kind: .residential, legalBasis: ""), period: period, payer: payer, stock: stock + Double((t * 7 + Int(stock)) % 5)))
      }
    }
    own.expectations = expectations
    return own
  }

  private static func said(_ municipality: String, _ year: Int, _ places: Double, received: (Int, Int, Int)? = nil, source: Placements.Expectation.Source = .redegoerelse) -> Placements.Expectation {
    Placements.Expectation(
      municipality: municipality, area: "a", year: year, expectedPlaces: places, source: source,
      received: received.flatMap { Day(year: $0.0, month: $0.1, day: $0.2) })
  }

  private static let past = (2018...2024).flatMap { [said("740", $0, 52), said("751", $0, 92)] }

  private func forecast(_ expectations: [Placements.Expectation]) throws -> (said: SaidForecast, run: ScenarioRun) {
    let own = Self.extracts(expectations)
    let panel = try Panel(own)
    let demand = FittedDemand(panel: panel, horizon: 8)
    let plan = PlanBuilder(panel: panel, horizon: 8, capacity: [], scenarios: []).reference(named: "basis")
    let request = RunRequest(grouping: .area, every: .quarter, draws: Self.draws, seed: 5)
    return (
      SaidForecast(demand: demand, plan: plan, expectations: own.expectations, request: request),
      ScenarioRun(demand: demand, capacity: [], plans: [plan], request: request)
    )
  }

  @Test func withoutAPastTheModelStands() throws {
    let (said, _) = try forecast([Self.said("740", 2025, 20)])
    #expect(said.record == nil)
    #expect(said.rows.count == 2 && said.rows.allSatisfy { $0.model == $0.combined })
    #expect(said.rows[0].weight == 0 && said.rows[0].said == 20)
  }

  @Test func theSumOverAllIsTheForecast() throws {
    let (said, run) = try forecast(Self.past + [Self.said("740", 2025, 50), Self.said("751", 2026, 80)])
    for year in [2025, 2026] {
      let total = try #require(said.rows.first { $0.year == year && $0.municipality.isEmpty })
      let row = try #require(run.rows.first { $0.measure == .stock && $0.period.description == "\(year)Q4" })
      // The same draws, added in another order.
      #expect(abs(total.model.mean - row.value.mean) < 1e-9 && abs(total.model.lower - row.value.lower) < 1e-9)
      let own = said.rows.filter { $0.year == year && !$0.municipality.isEmpty }
      let shift = own.reduce(0) { $0 + $1.combined.mean - $1.model.mean }
      #expect(abs(total.combined.mean - total.model.mean - shift) < 1e-9)
    }
  }

  @Test func statementsAreCorrectedAndWeighedByPrecision() throws {
    let (said, _) = try forecast(Self.past + [Self.said("740", 2025, 52), Self.said("730", 2025, 61)])
    let row = try #require(said.rows.first { $0.municipality == "740" })
    // Silkeborg said 52 for years and had about 42.
    let corrected = try #require(row.corrected)
    #expect(corrected > 40 && corrected < 46, "\(corrected)")
    #expect(row.judgement?.count == 7)
    let weight = try #require(row.weight)
    #expect(weight > 0 && weight < 1)
    // On the log scale the combined median is the mean of the two by weight; medians of 4,000 draws are off by 2 % of their spread.
    let expected = (1 - weight) * log(row.model.median + 0.5) + weight * log(corrected + 0.5)
    #expect(abs(log(row.combined.median + 0.5) - expected) < 0.01)
    #expect(row.combined.upper - row.combined.lower < row.model.upper - row.model.lower)
    let unknown = try #require(said.rows.first { $0.municipality == "730" })
    #expect(unknown.judgement?.count == 0 && (unknown.weight ?? 1) < weight)
  }

  @Test func theLastWordBeforeTheOriginCounts() throws {
    let (said, _) = try forecast(
      Self.past + [
        Self.said("740", 2025, 30, received: (2024, 5, 1)), Self.said("740", 2025, 45, received: (2024, 9, 1), source: .dialogue),
        Self.said("740", 2025, 99, received: (2025, 2, 1)),
      ])
    #expect(said.rows.first?.said == 45)
    #expect(said.rows.first?.statement?.source == .dialogue)
  }

  @Test func whatNoForecastReachesIsCounted() throws {
    let (said, _) = try forecast(Self.past + [Self.said("740", 2040, 30), Self.said("101", 2025, 3)])
    #expect(said.rows.isEmpty && said.unused == 2)
  }
}
