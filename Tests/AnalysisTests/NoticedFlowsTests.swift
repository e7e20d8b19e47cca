import Demand
import Forecasting
import Groundwork
import Ingest
import Placements
import Scenarios
import TestSupport
import Testing

@testable import Analysis

/// Notices enter every draw of the plain forecast and of every scenario, and are not counted twice.
@Suite struct NoticedFlowsTests {
  private static let horizon = 12
  private static let draws = 400
  private static let payer = "751"
  private static let area = "socialpsykiatri_voksne"

  private static let extracts = Result { try ExampleProject.region.read().usable() }
  private static let demand = Result { FittedDemand(panel: try Panel(try extracts.get()), horizon: horizon, threads: 2) }

  /// The offer of the area in which the payer has most citizens.
  private static func offer() throws -> String {
    let panel = try demand.get().panel
    let payerIndex = try #require(panel.municipalities.firstIndex { $0.code == payer })
    let own = panel.residents.filter { $0.municipality == payerIndex && panel.strata[$0.stratum].area == area && panel.strata[$0.stratum].kind == .residential }
    let counts = Dictionary(grouping: own.compactMap(\.offer)) { $0 }.mapValues(\.count)
    let most = try #require(counts.max { ($0.value, $1.key) < ($1.value, $0.key) })
    return panel.offers[most.key].id
  }

  private static func notice(_ places: Int, _ kind: Notice.Kind, end: String = "2027-03-15", noticed: String = "2026-10-01") throws -> Notice {
    func day(_ text: String) throws -> Day {
      let parts = text.split(separator: "-").compactMap { Int($0) }
      return try #require(Day(year: parts[0], month: parts[1], day: parts[2]))
    }
    return Notice(
      offer: try offer(), area: area, payer: payer, places: places, noticeDate: try day(noticed), endDate: try day(end), kind: kind, line: 7)
  }

  private static func builder(_ notices: [Notice]) throws -> PlanBuilder {
    var own = try extracts.get()
    own.notices = notices
    return PlanBuilder(panel: try Panel(own), horizon: horizon, capacity: own.capacity, scenarios: [])
  }

  private static func simulated(_ plans: [Plan], _ grouping: Grouping = .area, threads: Int = 2) throws -> SimulatedPlans {
    SimulatedPlans(
      demand: try demand.get(), capacity: [], plans: plans, grouping: grouping, filter: ResultFilter(areas: [area], municipalities: [payer]),
      detail: .events, draws: draws, seed: 3, threads: threads, progress: nil)
  }

  /// Events of the payer's residential places by draw, over the steps.
  private static func events(_ simulated: SimulatedPlans, _ kind: EventTally.Kind, plan: Int = 0, steps: Range<Int>) -> [Double] {
    var sums = [Double](repeating: 0, count: draws)
    for key in simulated.index.keys.indices where simulated.index.keys[key].kind == .residential {
      for step in steps { simulated.draws.add(kind, plan: plan, key: key, step: step, to: &sums) }
    }
    return sums
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// November 2026 is step 0, March 2027 step 4.
  @Test(arguments: [1, 3])
  func exitsLeaveInEveryDrawAndReplaceTheModels(places: Int) throws {
    let bare = try Self.simulated([try Self.builder([]).reference(named: "basis")])
    let noticed = try Self.simulated([try Self.builder([try Self.notice(places, .exit)]).reference(named: "basis")])
    #expect(Self.events(noticed, .homecomings, steps: 4..<5).allSatisfy { $0 >= Double(places) })
    let before = Self.mean(Self.events(bare, .homecomings, steps: 0..<5))
    let after = Self.mean(Self.events(noticed, .homecomings, steps: 0..<5))
    // What the model expects beyond the notices remains, so the mean is the larger of the two. The rates are uncertain and
    // batches multiply them, so the floor at zero acts in some draws: within half a homecoming.
    #expect(after >= Double(places))
    #expect(abs(after - max(before, Double(places))) < 0.5, "\(before) \(after)")
    // Other flows stay what they were but for those who left.
    #expect(Self.events(noticed, .admissions, steps: 0..<12) == Self.events(bare, .admissions, steps: 0..<12))
  }

  @Test(arguments: [1, 4])
  func admissionsComeInEveryDrawAndReplaceTheModels(places: Int) throws {
    let bare = try Self.simulated([try Self.builder([]).reference(named: "basis")])
    let noticed = try Self.simulated([try Self.builder([try Self.notice(places, .admission)]).reference(named: "basis")])
    #expect(Self.events(noticed, .admissions, steps: 4..<5).allSatisfy { $0 >= Double(places) })
    let before = Self.mean(Self.events(bare, .admissions, steps: 0..<5))
    let after = Self.mean(Self.events(noticed, .admissions, steps: 0..<5))
    // As above.
    #expect(abs(after - max(before, Double(places))) < 0.5, "\(before) \(after)")
    #expect(
      abs(Self.mean(Self.events(noticed, .admissions, steps: 5..<12)) - Self.mean(Self.events(bare, .admissions, steps: 5..<12))) < 1e-9)
  }

  @Test func aNoticeActsAtItsOffer() throws {
    let offer = try Self.offer()
    let bare = try Self.simulated([try Self.builder([]).reference(named: "basis")], .offer)
    let noticed = try Self.simulated([try Self.builder([try Self.notice(2, .exit)]).reference(named: "basis")], .offer)
    let key = try #require(noticed.index.keys.firstIndex { $0.offer == offer })
    var sums = [Double](repeating: 0, count: Self.draws)
    noticed.draws.add(.homecomings, plan: 0, key: key, step: 4, to: &sums)
    #expect(sums.allSatisfy { $0 >= 2 })
    #expect(bare.draws.openingFlowStock(key: key) == noticed.draws.openingFlowStock(key: key))
  }

  @Test func aScenarioIsComparedWithTheNoticedBase() throws {
    let builder = try Self.builder([try Self.notice(2, .exit), try Self.notice(1, .admission)])
    let same = try builder.plan(Scenario.plain(named: "ens", title: "ens"))
    let simulated = try Self.simulated([builder.reference(named: "basis"), same])
    for kind in [EventTally.Kind.admissions, .homecomings, .otherExits, .netMoves] {
      #expect(Self.events(simulated, kind, plan: 0, steps: 0..<12) == Self.events(simulated, kind, plan: 1, steps: 0..<12))
    }
  }

  @Test func threadsChangeNothing() throws {
    let plans = [try Self.builder([try Self.notice(2, .exit), try Self.notice(1, .admission)]).reference(named: "basis")]
    let (one, two) = (try Self.simulated(plans, threads: 1), try Self.simulated(plans, threads: 2))
    for kind in [EventTally.Kind.admissions, .homecomings, .otherExits] {
      #expect(Self.events(one, kind, steps: 0..<12) == Self.events(two, kind, steps: 0..<12))
    }
  }

  @Test func whatIsNotKnownYetOrHasPassedDoesNotAct() throws {
    for (noticed, end) in [("2026-12-01", "2027-03-15"), ("2026-01-01", "2026-10-31"), ("2026-10-01", "2030-01-01")] {
      let plan = try Self.builder([try Self.notice(2, .exit, end: end, noticed: noticed)]).reference(named: "basis")
      #expect(plan.demand.changes.isEmpty && plan.demand.batches.isEmpty && plan.demand.entries.isEmpty && plan.assumptions.isEmpty)
    }
  }

  @Test func aBatchThatRepeatsANoticeWarns() throws {
    let builder = try Self.builder([try Self.notice(2, .exit)])
    func warnings(_ date: String, municipality: String = "Aarhus") throws -> [String] {
      let text = "[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"\(municipality)\"\narea = \"\(Self.area)\"\nnumber = 2\ndate = \"\(date)\"\nnotice = 1\n"
      return try builder.plan(try Scenario(text: text, file: "s.toml", name: "s")).warnings.filter { $0.row == 6 }.map { $0.text(in: .en) }
    }
    #expect(try warnings("2027-02-15").contains { $0.contains("looks like the notice on row 7 of notices (2 citizens, 2027-03-15)") })
    #expect(try warnings("2027-08-15").isEmpty)
    #expect(try warnings("2027-02-15", municipality: "Randers").isEmpty)
  }

  @Test func whereOnlyTheStockIsKnownTheLevelChanges() throws {
    var own = Extracts(settings: ProjectSettings(name: "x"), municipalities: Municipality.denmark)
    for t in 0..<24 {
      let period = Period(year: 2019 + t / 4, number: t % 4 + 1, length: .quarter)
      for (payer, stock) in [("740", 40.0), ("751", 90.0)] {
        own.activity.append(Activity(stratum: Stratum(area: "a", kind: .residential, legalBasis: ""), period: period, payer: payer, stock: stock + Double(t % 3)))
      }
    }
    func level(_ notices: [Notice]) throws -> [Double] {
      own.notices = notices
      let panel = try Panel(own)
      let run = ScenarioRun(
        demand: FittedDemand(panel: panel, horizon: 4), capacity: [], plans: [PlanBuilder(panel: panel, horizon: 4, capacity: [], scenarios: []).reference(named: "b")],
        request: RunRequest(grouping: .municipality, every: .quarter, draws: 200))
      return run.rows.filter { $0.key.municipality == "751" && $0.measure == .stock }.map(\.value.mean)
    }
    let day = try #require(Day(year: 2025, month: 5, day: 1))
    let plain = try level([])
    let noticed = try level([Notice(offer: "", area: "a", payer: "751", places: 5, noticeDate: try #require(Day(year: 2024, month: 12, day: 1)), endDate: day, line: 2)])
    #expect(plain.count == 4 && noticed.count == 4)
    // Exact but for rounding: nobody's level is near zero here.
    for (t, pair) in zip(plain, noticed).enumerated() { #expect(abs(pair.0 - pair.1 - (t >= 1 ? 5 : 0)) < 1e-9) }
  }
}
