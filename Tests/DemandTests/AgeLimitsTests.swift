import Glibc
import Placements
import Testing

@testable import Demand

@Suite struct AgeLimitsTests {
  private static func world() -> StaysWorld {
    var world = StaysWorld(
      groups: [
        StaysWorld.Group(area: "unge", section: "BL_43", admissions: 20, homecoming: [0.2, 0.2, 0.2, 0.2], otherExit: 0.1),
        StaysWorld.Group(area: "voksne", section: "SEL_108", admissions: 10, homecoming: [0.1, 0.1, 0.1, 0.1], otherExit: 0.1),
      ],
      areas: [SpecialtyArea(id: "unge", name: "Unge", ageTo: 17), SpecialtyArea(id: "voksne", name: "Voksne")])
    world.months = 60
    world.ages = 10...16
    world.agedOut = 2
    return world
  }

  /// The hazard is nil before the year in which the limit is passed and the world's own from then on, in the area that has a
  /// limit alone. Four standard errors on the log scale.
  @Test func hazardsAreByAge() throws {
    let panel = try Panel(Self.world().extracts())
    let limits = try #require(AgeLimits(panel: panel) { _ in 1 })
    #expect(limits.pastLimit == [18, nil])
    var seen: [Int] = []
    for estimate in limits.estimates {
      guard case .ageLimit(let area, let years) = estimate.subject, let error = estimate.standardError else { continue }
      #expect(area == "unge")
      seen.append(years)
      if years < 0 {
        #expect(exp(estimate.value) < 0.02, "\(years): \(exp(estimate.value))")
      } else {
        #expect(abs(estimate.value - log(2)) < 4 * error, "\(years): \(exp(estimate.value))")
      }
    }
    #expect(Set(seen).isSuperset(of: [-2, -1, 0]))
  }

  /// Those who are ten today age out in no case within five years, those who pass the limit soon almost all.
  @Test func citizensLeaveAtTheirAge() throws {
    let limits = try #require(AgeLimits(panel: try Panel(Self.world().extracts())) { _ in 1 })
    let panel = try Panel(Self.world().extracts())
    let draws = limits.draws(200, seed: 4, panel: panel, clock: FlowClock(panel: panel, horizon: 60))
    let end = Double(panel.origin.advanced(by: 61).firstDay - panel.origin.advanced(by: 1).firstDay)
    func left(birthYear: Int) -> Int {
      (0..<200).count { d in
        draws.crossing(area: 0, draw: d, birthYear: birthYear, start: 0, endOfTime: end, uniform: (Double(d) + 0.5) / 200) < end
      }
    }
    let year = StaysWorld.origin.year
    #expect(left(birthYear: year - 8) <= 10)
    // Passed in two years, then three years at a hazard of two.
    #expect(left(birthYear: year - 16) > 180)
    var last = Double.infinity
    for clock in stride(from: 0.05, to: 1, by: 0.05) {
      let day = draws.crossing(area: 0, draw: 0, birthYear: year - 17, start: 0, endOfTime: end, uniform: clock)
      #expect(day <= last, "a shorter clock leads to an earlier exit")
      last = day
    }
  }

  /// Where everybody leaves on 1 January of the year in which the limit is passed, the forecast's citizens do so in its first days.
  @Test func exitsOnTheFirstOfJanuary() throws {
    var extracts = Self.world().extracts()
    let young = Set(extracts.offers.filter { $0.area == "unge" }.map(\.id))
    extracts.stays = extracts.stays.map { stay in
      guard young.contains(stay.offer), let birth = stay.birthYear, let day = Day(year: birth + 18, month: 1, day: 1), stay.start < day,
        day <= StaysWorld.origin, stay.end.map({ $0 > day }) ?? true
      else { return stay }
      return Stay(
        citizen: stay.citizen, payer: stay.payer, offer: stay.offer, legalBasis: stay.legalBasis, kind: stay.kind, start: stay.start, end: day,
        endReason: .ageOut, birthYear: birth)
    }
    let panel = try Panel(extracts)
    let limits = try #require(AgeLimits(panel: panel) { _ in 1 })
    let passing = limits.estimates.first { if case .ageLimit(_, 0) = $0.subject { true } else { false } }
    #expect(exp(try #require(passing).value) > 50)
    let draws = limits.draws(100, seed: 4, panel: panel, clock: FlowClock(panel: panel, horizon: 36))
    let end = Double(panel.origin.advanced(by: 37).firstDay - panel.origin.advanced(by: 1).firstDay)
    let year = panel.origin.advanced(by: 1).firstDay.year + 1
    let january = try #require(Day(year: year, month: 1, day: 1))
    let days = Double(january - panel.origin.advanced(by: 1).firstDay)
    for d in 0..<100 {
      let left = draws.crossing(area: 0, draw: d, birthYear: year - 18, start: 0, endOfTime: end, uniform: (Double(d) + 0.5) / 100)
      #expect(left >= days - 1 && left < days + 60)
    }
  }

  /// Areas that are open without a limit, and stays without years of birth, have none.
  @Test func withoutALimitThereIsNone() throws {
    var world = Self.world()
    world.areas = [SpecialtyArea(id: "unge", name: "Unge"), SpecialtyArea(id: "voksne", name: "Voksne")]
    #expect(AgeLimits(panel: try Panel(world.extracts())) { _ in 1 } == nil)
    world = Self.world()
    world.ages = nil
    let panel = try Panel(world.extracts())
    #expect(panel.traits == nil && AgeLimits(panel: panel) { _ in 1 } == nil)
  }

  /// A simulated future has nobody at the limit where nobody is near it, and the mean age-outs by age otherwise.
  @Test func futuresFollowTheAges() throws {
    let extracts = Self.world().extracts()
    func ageOuts(_ keep: (Stay) -> Bool) throws -> Double {
      var own = extracts
      own.stays = extracts.stays.filter { $0.end != nil || keep($0) }
      let panel = try Panel(own)
      let demand = FittedDemand(panel: panel, horizon: 12, threads: 2)
      let cells = panel.municipalities.count * panel.strata.count
      let keys = TallyKeys(count: 1, cell: [Int](repeating: 0, count: cells), strata: panel.strata.count, detail: .causes)
      let result = demand.simulate(reference: DemandPlan(windows: []), scenarios: [], keys: keys, draws: 200, seed: 2, threads: 2)
      var sums = [Double](repeating: 0, count: 200)
      for t in 0..<12 { result.add(.ageOuts, plan: 0, key: 0, step: t, to: &sums) }
      return sums.reduce(0, +) / 200
    }
    let year = StaysWorld.origin.year
    let (young, all) = (try ageOuts { ($0.birthYear ?? 0) > year - 14 }, try ageOuts { _ in true })
    // Only those who come within the year and are near the limit are left.
    #expect(young < 0.4 * all, "\(young) against \(all)")
  }
}
