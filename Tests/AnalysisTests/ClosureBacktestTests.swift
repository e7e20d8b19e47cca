import Capacity
import Ingest
import Placements
import TestSupport
import Testing

@testable import Analysis

@Suite struct ClosureBacktestTests {
  private static func forecast(_ probability: Double, _ happened: Bool, offer: String = "a", base: Double? = 0.5) -> ClosureForecast {
    ClosureForecast(
      event: .trigger, months: 12, origin: Period(year: 2024, number: 1, length: .month), offer: offer, probability: probability, baseRate: base,
      happened: happened)
  }

  private static func score(_ forecasts: [ClosureForecast]) throws -> ClosureScore {
    try #require(ClosureScore(forecasts, draws: 100, level: 0.8, seed: 1))
  }

  @Test("Who is always right has Brier 0 and skill 1; who says the base rate has skill 0")
  func ends() throws {
    let right = try Self.score((0..<10).map { Self.forecast($0 < 5 ? 1 : 0, $0 < 5, offer: "\($0)") })
    #expect(right.brier == 0 && right.skill == 1 && right.interval?.lower == 1 && right.interval?.upper == 1)
    #expect(right.events == 5 && right.count == 10 && right.offers == 10)
    // 100.5 of 101 futures.
    #expect(abs(right.logScore - 0.004963) < 1e-6)
    let base = try Self.score((0..<10).map { Self.forecast(0.5, $0 < 5, offer: "\($0)") })
    #expect(base.skill == 0 && base.brier == 0.25 && base.brierBase == 0.25)
    #expect(base.interval?.lower == 0 && base.interval?.upper == 0)
  }

  @Test("Without an event, and with few offers, there is no skill to speak of or no interval")
  func little() throws {
    let quiet = try Self.score((0..<10).map { Self.forecast(0.1, false, offer: "\($0)") })
    #expect(quiet.skill == nil && quiet.interval == nil && abs(quiet.brier - 0.01) < 1e-12)
    let few = try Self.score([Self.forecast(0.9, true), Self.forecast(0.1, false)])
    #expect(few.skill != nil && few.interval == nil)
    let unknown = try Self.score([Self.forecast(0.9, true, base: nil)])
    #expect(unknown.skill == nil && unknown.brierBase == nil && unknown.baseRate == nil)
    #expect(ClosureScore([], draws: 1, level: 0.8, seed: 1) == nil)
  }

  @Test("Every forecast falls into one bin of its size")
  func bins() throws {
    let score = try Self.score([0, 0.04, 0.05, 0.2, 0.49, 0.5, 1].map { Self.forecast($0, $0 > 0.3) })
    #expect(score.bins.map(\.lower) == [0, 0.05, 0.2, 0.5])
    #expect(score.bins.map(\.count) == [2, 1, 2, 2])
    #expect(score.bins.map(\.events) == [0, 0, 1, 2])
    #expect(score.bins.reduce(0) { $0 + $1.count } == score.count)
  }

  /// Three offers of ten places over six years: one keeps its ten citizens, one loses eight in 2022 and closes at the end of 2023,
  /// one has its places cut by half in 2023.
  private static func extracts() throws -> Extracts {
    let ids = ["keeps", "loses", "cut"]
    var extracts = Extracts(settings: ProjectSettings(name: "three", basePeriod: .month))
    extracts.settings.observedFrom = Day(year: 2019, month: 1, day: 1)
    extracts.settings.observedTo = Day(year: 2024, month: 12, day: 31)
    extracts.municipalities = [Municipality(code: "740", name: "Silkeborg", region: "Midtjylland")]
    extracts.settings.areas = [SpecialtyArea(id: "autisme", name: "Autisme", ageFrom: 18, ageTo: 64)]
    extracts.offers = ids.map { id in
      Offer(
        id: id, name: id, area: "autisme", region: "Midtjylland", legalBasis: "SEL_107", kind: .residential,
        validTo: id == "loses" ? Day(year: 2023, month: 12, day: 31) : nil)
    }
    let start = try #require(Day(year: 2018, month: 1, day: 1))
    extracts.capacity = ids.map { CapacityStep(offer: $0, from: start, places: 10) }
    extracts.capacity.append(CapacityStep(offer: "cut", from: try #require(Day(year: 2023, month: 7, day: 1)), places: 5))
    for id in ids {
      for n in 0..<10 {
        let leaves = id == "loses" ? (n < 8 ? Day(year: 2022, month: n % 6 + 1, day: 15) : Day(year: 2023, month: 12, day: 31)) : nil
        extracts.stays.append(
          Stay(
            citizen: "\(id)\(n)", payer: "740", offer: id, legalBasis: "SEL_107", kind: .residential, start: start, end: leaves,
            endReason: leaves.map { _ in n < 8 ? .homecoming : .closure }))
      }
    }
    return extracts
  }

  @Test("Events are found when they come, and not before or after")
  func outcomes() throws {
    let extracts = try Self.extracts()
    let panel = try Panel(extracts)
    let outcomes = try OfferOutcomes(extracts: extracts, panel: panel, trigger: ClosureTrigger())
    func happened(_ event: ClosureEvent, _ offer: String, _ year: Int, _ periods: Int) throws -> Bool? {
      let found = try #require(panel.offers.first { $0.id == offer })
      return outcomes.happened(event, found, after: Period(year: year, number: 12, length: .month), within: periods)
    }
    #expect(try happened(.closing, "loses", 2022, 12) == true && happened(.closing, "loses", 2021, 12) == false)
    #expect(try happened(.closing, "loses", 2021, 24) == true && happened(.closing, "keeps", 2021, 24) == false)
    #expect(try happened(.reduction, "cut", 2022, 12) == true && happened(.reduction, "cut", 2021, 12) == false)
    #expect(try happened(.trigger, "loses", 2021, 12) == true && happened(.trigger, "loses", 2020, 12) == false)
    #expect(try happened(.trigger, "keeps", 2021, 24) == false)
    // Beyond the data nobody knows.
    #expect(try happened(.trigger, "keeps", 2023, 24) == nil)
    let open = outcomes.atRisk(Period(year: 2022, number: 12, length: .month)).map(\.id)
    #expect(open == ["keeps", "cut"], "one stands at the trigger already")
    #expect(outcomes.baseRate(.trigger, within: 12, knownAt: Period(year: 2018, number: 6, length: .month)) == nil)
  }

  @Test("An offer as known at the origin, without its later last day, has closed all the same")
  func laterLastDay() throws {
    var extracts = try Self.extracts()
    let origin = Period(year: 2021, number: 12, length: .month)
    let known = extracts.offers
    extracts.offers = known.map { offer in
      Offer(
        id: offer.id, name: offer.name, area: offer.area, region: offer.region, legalBasis: offer.legalBasis, kind: offer.kind,
        validTo: offer.id == "keeps" ? Day(year: 2022, month: 6, day: 30) : offer.validTo)
    }
    let outcomes = try OfferOutcomes(extracts: extracts, panel: try Panel(extracts), trigger: ClosureTrigger())
    let offer = try #require(known.first { $0.id == "keeps" })
    #expect(offer.validTo == nil)
    for event in [ClosureEvent.closing, .reduction] {
      #expect(outcomes.happened(event, offer, after: origin, within: 12) == true, "\(event)")
      #expect(outcomes.happened(event, offer, after: origin, within: 3) == false, "\(event)")
    }
  }

  @Test("The example region: probabilities from every origin, with what came; events that had begun are left out")
  func region() throws {
    let extracts = try ExampleProject.region.read().usable()
    let panel = try Panel(extracts)
    let origins = Array(ClosureBacktest.usualOrigins(panel).suffix(2))
    let result = try ClosureBacktest(extracts: extracts, panel: panel, origins: origins, request: RiskRequest(draws: 100, threads: 2))
    #expect(result.origins == origins)
    #expect(result.forecasts.allSatisfy { (0...1).contains($0.probability) && ($0.baseRate.map { (0...1).contains($0) } ?? true) })
    // From the later origin two years have not passed.
    #expect(result.forecasts.filter { $0.months == 24 }.allSatisfy { $0.origin == origins[0] })
    #expect(result.forecasts.contains { $0.event == .reduction && $0.happened })
    let trigger = result.forecasts.filter { $0.event == .trigger && $0.months == 12 }
    let came = trigger.filter(\.happened)
    let stayed = trigger.filter { !$0.happened }
    func mean(_ list: [ClosureForecast]) -> Double { list.reduce(0) { $0 + $1.probability } / Double(list.count) }
    #expect(!came.isEmpty && mean(came) > mean(stayed))
  }
}
