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

/// On the example region with few draws.
@Suite struct ScenarioWaterfallTests {
  private struct World: Sendable {
    let extracts: Extracts
    let demand: FittedDemand
  }

  private static let world: Result<World, any Error> = Result {
    let extracts = try ExampleProject.region.read().usable()
    return World(extracts: extracts, demand: FittedDemand(panel: try Panel(extracts), horizon: 12, threads: 2))
  }

  private static let several = """
    [[change]]
    what = "homecoming"
    areas = ["autisme"]
    multiply = [1.3, 2]
    [[change]]
    what = "homecoming"
    areas = ["autisme"]
    multiply = [1.2, 2]
    from = "2027-03"
    [[change]]
    what = "batch_homecoming"
    municipality = "Aarhus"
    area = "autisme"
    number = 4
    date = "2027-01"
    [[change]]
    what = "admission"
    multiply = 0.8
    """

  private func taken(
    _ text: String, base: String? = nil, draws: Int = 40, by grouping: Grouping = .area, measures: [Measure] = [.stock, .homecomings, .occupancy]
  ) throws -> (waterfall: ScenarioWaterfall, run: ScenarioRun) {
    let world = try Self.world.get()
    let scenario = try Scenario(text: (base == nil ? "" : "base = \"b\"\n") + text, file: "s.toml", name: "s")
    let parent = try Scenario(text: base ?? "", file: "b.toml", name: "b")
    let builder = PlanBuilder(panel: world.demand.panel, horizon: 12, capacity: world.extracts.capacity, scenarios: [scenario, parent])
    let plans = [builder.reference(named: "basis"), try builder.plan(scenario)] + (base == nil ? [] : [try builder.plan(parent)])
    let waterfall = try ScenarioWaterfall(of: scenario, plans: plans, builder: builder)
    let run = ScenarioRun(
      demand: world.demand, capacity: world.extracts.capacity, plans: waterfall.plans,
      request: RunRequest(grouping: grouping, every: .month, draws: draws, threads: 2, measures: measures), interaction: waterfall.interaction)
    return (waterfall, run)
  }

  private struct Place: Hashable {
    let key: ResultKey
    let measure: Measure
    let period: Period
  }

  private func differences(_ run: ScenarioRun, _ plan: Int) -> [Place: DrawSummary] {
    Dictionary(
      run.rows.filter { $0.plan == plan }.map { (Place(key: $0.key, measure: $0.measure, period: $0.period), $0.difference) }, uniquingKeysWith: { a, _ in a })
  }

  /// In a run of a single draw the mean is that draw, so the sum must hold in it; 1e-9 is the rounding of sums of hundreds.
  @Test("In a draw and on average the parts and the interaction are the scenario", arguments: [1, 40])
  func addsUp(draws: Int) throws {
    for base in [nil, "[[change]]\nwhat = \"homecoming\"\nareas = [\"autisme\"]\nmultiply = 1.5"] {
      let (waterfall, run) = try taken(Self.several, base: base, draws: draws)
      #expect(waterfall.parts.map(\.numbers) == [[1], [2], [3], [4]])
      let whole = differences(run, waterfall.interaction.whole)
      let interaction = differences(run, run.plans.count)
      let parts = waterfall.interaction.parts.map { differences(run, $0) }
      #expect(whole.count > 100 && whole.keys == interaction.keys)
      for (place, all) in whole {
        let sum = try parts.reduce(try #require(interaction[place]).mean) { $0 + (try #require($1[place]).mean) }
        #expect(abs(sum - all.mean) < 1e-9, "\(place)")
      }
      if draws > 1 { #expect(interaction.values.contains { $0.mean != 0 }) }
    }
  }

  private func text(_ cell: Table.Cell) -> String {
    switch cell {
    case .text(let text): text
    case .term(_, let phrase): phrase.en
    default: ""
    }
  }

  /// A line that moves by a tenth of another has a bar of a tenth of its length, and what shows as nought has none.
  @Test("Bars have one scale in the whole table")
  func bars() throws {
    let world = try Self.world.get()
    let (waterfall, run) = try taken("[[change]]\nwhat = \"admission\"\nareas = [\"autisme\"]\nmultiply = 0.5\n[[change]]\nwhat = \"admission\"\nareas = [\"boern_og_unge\"]\nmultiply = 0.99", measures: [.stock])
    let request = RunRequest(grouping: .area, every: .month, draws: 40, threads: 2, measures: [.stock])
    let sheet = WaterfallTables(waterfall, run: run, request: request, demand: world.demand, notes: [], meta: []).sheets([.stock], bar: 40)[0]
    let last = sheet.columns.count - 1
    let period = try #require(run.rows.map(\.period).max())
    let changes = run.rows.filter { $0.plan == waterfall.interaction.whole && $0.period == period }.map { abs($0.difference.mean) }
    let largest = try #require(changes.max())
    let lengths = sheet.rows.filter { text($0[1]).hasPrefix("=") }.map { text($0[last]).count { $0 == "▇" } }
    // One column is the base's; rounding of both ends is one more.
    #expect(lengths.max().map { $0 >= 38 } ?? false, "\(lengths)")
    for (length, change) in zip(lengths.sorted(by: >), changes.sorted(by: >)) {
      #expect(abs(Double(length) - 40 * change / largest) <= 2, "\(lengths) \(changes)")
    }
    for row in sheet.rows where text(row[last - 1]).hasPrefix("0.0") && text(row[1]) != "basis" { #expect(!text(row[last]).contains("▇")) }
  }

  @Test("Of the vectors of any run each draw adds up, and what is the base's counts as nothing")
  func vectors() throws {
    let interaction = PlanInteraction(base: 0, parts: [2, 3], whole: 1)
    let (base, whole, part) = ([5.0, 7, 0.25], [3.0, 9, 1.5], [4.0, 8, 0.5])
    #expect(interaction.values([base, whole, part, base]) == [-1, 1, 1])
    #expect(interaction.values([base, whole, part, nil]) == interaction.values([base, whole, part, base]))
    #expect(interaction.values([nil, whole, whole, nil]) == [0, 0, 0])
    #expect(interaction.values([base, nil, part, base]) == nil)
  }

  @Test(
    "One change alone has no interaction, in any draw",
    arguments: [
      "[[change]]\nwhat = \"homecoming\"\nareas = [\"autisme\"]\nmultiply = [1.3, 2]", "[[change]]\nwhat = \"closure\"\noffer = \"mosebakken\"\ndate = \"2027-06\"",
      "[[change]]\nwhat = \"batch_homecoming\"\nmunicipality = \"Aarhus\"\nnumber = 9\ndate = \"2027-01\"\ndelay_months = [0, 6]",
    ])
  func oneChange(text: String) throws {
    let (waterfall, run) = try taken(text, by: .offer)
    let rows = run.rows.filter { $0.plan == run.plans.count }
    #expect(rows.count > 100 && rows.allSatisfy { $0.isUnchanged && $0.value == DrawSummary(mean: 0, median: 0, lower: 0, upper: 0) })
    #expect(run.rows.contains { $0.plan == waterfall.interaction.whole && !$0.isUnchanged })
  }

  @Test("A change that touches nothing is nothing, byte for byte, and leaves no interaction behind")
  func idle() throws {
    let idle = "\n[[change]]\nwhat = \"other_exit\"\nmultiply = 3\nfrom = \"2090\"\n"
    let (waterfall, run) = try taken("[[change]]\nwhat = \"admission\"\nmultiply = 0.7" + idle)
    for plan in [waterfall.interaction.parts[1], run.plans.count] {
      #expect(run.rows.filter { $0.plan == plan }.allSatisfy { $0.isUnchanged })
    }
    let base = run.rows.filter { $0.plan == 0 }
    let part = run.rows.filter { $0.plan == waterfall.interaction.parts[1] }
    #expect(base.map(\.value) == part.map(\.value) && base.map(\.key) == part.map(\.key))
  }

  /// What is left out keeps its place among changes of the same scope: the second interval has its own numbers, not the first one's.
  @Test func aChangeAloneKeepsItsRandomNumbers() throws {
    let change = "[[change]]\nwhat = \"admission\"\nareas = [\"autisme\"]\nmultiply = [0.5, 1.5]\n"
    let (waterfall, run) = try taken(change + change, measures: [.stock])
    let parts = waterfall.interaction.parts.map { plan in run.rows.filter { $0.plan == plan && $0.key.area == "autisme" }.map(\.value) }
    #expect(parts[0] != parts[1])
  }

  @Test("Changes that cannot stand alone go with the one they need")
  func dependent() throws {
    let (waterfall, run) = try taken(
      """
      [[change]]
      what = "new_offer"
      id = "nyt"
      area = "autisme"
      places = 10
      from = "2027-01"
      [[change]]
      what = "homecoming"
      multiply = 1.2
      [[change]]
      what = "places"
      offer = "nyt"
      from = "2027-05"
      add = 4
      """, by: .offer, measures: [.places])
    #expect(waterfall.parts.map(\.numbers) == [[1, 3], [2]])
    let last = run.rows.filter { $0.plan == waterfall.interaction.parts[0] && $0.key.offer == "nyt" && $0.period.description == "2027-10" }
    #expect(last.map(\.difference.mean) == [14])
  }

  @Test("The base is what the scenario builds on, and its changes are in every part")
  func inherited() throws {
    let (waterfall, run) = try taken(
      "[[change]]\nwhat = \"admission\"\nmultiply = 0.9", base: "[[change]]\nwhat = \"homecoming\"\nmultiply = 2", measures: [.homecomings])
    #expect(waterfall.base.name == "b")
    let sum = { (plan: Int) in run.rows.filter { $0.plan == plan }.reduce(0) { $0 + $1.value.mean } }
    #expect(sum(waterfall.interaction.parts[0]) > 1.3 * sum(0))
  }

  @Test func nothingToTakeApart() {
    let error = #expect(throws: FindingsError.self) { try taken("", base: "[[change]]\nwhat = \"admission\"\nmultiply = 0.9") }
    #expect(error?.findings[0].text(in: .da).contains("--scenario b") == true)
  }
}
