import Demand
import Groundwork
public import Placements

/// Looks up a scenario's names and periods in a panel.
public struct PlanBuilder: Sendable {
  let panel: Panel
  let horizon: Int
  let capacity: [CapacityStep]
  /// Names of the rule sets that a scenario may choose; empty where any name is taken.
  let ruleSets: [String]
  /// What is known of money, for warnings alone; nil where nothing was asked.
  let money: MoneyBackground?
  private let library: [String: Scenario]

  /// - Parameters:
  ///   - scenarios: all that may be named as a `base`.
  ///   - money: what changes of money are held against; nil to warn of nothing.
  public init(
    panel: Panel, horizon: Int, capacity: [CapacityStep], scenarios: [Scenario], ruleSets: [String] = [], money: MoneyBackground? = nil
  ) {
    self.ruleSets = ruleSets
    self.money = money
    self.panel = panel
    self.horizon = horizon
    self.capacity = capacity
    library = Dictionary(scenarios.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The plain forecast, with the notices that are known at the origin.
  public func reference(named name: String) -> Plan {
    var plan = Plan(
      name: name, title: name, base: nil, demand: DemandPlan(windows: OfferWindow.observed(panel)), places: [], newOffers: [],
      assumptions: [], warnings: [])
    NoticedFlows(panel: panel, horizon: horizon).add(to: &plan, isReference: true)
    return plan
  }

  /// A scenario with those that it builds on, oldest first.
  /// - Parameters:
  ///   - own: which of the scenario's own changes are made; nil for all. What is left out keeps its place, so that the others' random
  ///     numbers stay as they are.
  ///   - name: of the plan; nil for the scenario's.
  /// - Throws: `FindingsError` with everything that could not be looked up.
  public func plan(_ scenario: Scenario, only own: Set<Int>? = nil, named name: String? = nil) throws -> Plan {
    let chain = try inheritance(of: scenario)
    var plan = Plan(
      name: name ?? scenario.name, title: scenario.title, base: scenario.base,
      demand: DemandPlan(windows: OfferWindow.observed(panel)), places: [], newOffers: [], assumptions: [], warnings: [])
    NoticedFlows(panel: panel, horizon: horizon).add(to: &plan, isReference: false)
    var findings = chain.flatMap(\.flaws)
    var seen: [String: Int] = [:]
    for (generation, ancestor) in chain.enumerated() {
      for (index, change) in ancestor.changes.enumerated() {
        let scope = ChangeReader.scopeText(change)
        seen[scope, default: 0] += 1
        if generation == chain.count - 1, let own, !own.contains(index) { continue }
        var reader = ChangeReader(builder: self, scenario: ancestor, change: change, occurrence: seen[scope] ?? 1)
        reader.apply(to: &plan)
        findings += reader.errors
        plan.warnings += reader.warnings
      }
    }
    guard findings.isEmpty else { throw FindingsError(Self.inOrder(findings)) }
    return plan
  }

  /// By file and line, each once.
  private static func inOrder(_ findings: [Finding]) -> [Finding] {
    var told: Set<Finding> = []
    return findings.enumerated().sorted {
      ($0.element.file ?? "", $0.element.row ?? 0, $0.offset) < ($1.element.file ?? "", $1.element.row ?? 0, $1.offset)
    }.map(\.element).filter { told.insert($0).inserted }
  }

  private func inheritance(of scenario: Scenario) throws -> [Scenario] {
    var chain = [scenario]
    while let base = chain[0].base {
      if chain.contains(where: { $0.name == base }) {
        throw FindingsError(
          chain[0].source.finding(
            at: "base", value: base, message: Phrase(da: "scenarierne bygger på hinanden i ring.", en: "the scenarios build on each other in a ring."),
            remedy: Phrase(da: "Lad ét af dem bygge på basis.", en: "Let one of them build on the base.")))
      }
      guard let parent = library[base] else {
        if base == "basis" { break }
        throw FindingsError(
          chain[0].source.finding(
            at: "base", value: base, message: Phrase(da: "der er intet scenarie med det navn.", en: "there is no scenario of that name."),
            remedy: NearestName.hint(base, among: library.keys.sorted())))
      }
      chain.insert(parent, at: 0)
    }
    return chain
  }

  // MARK: Time

  var firstFuture: Period { panel.origin.advanced(by: 1) }

  var originDay: Day { firstFuture.firstDay }
}
