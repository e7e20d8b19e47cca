public import Groundwork
public import Scenarios

/// What scenarios assume, without their results.
public struct ScenarioCheckTables {
  private let plans: [Plan]

  /// - Parameter plans: the plain forecast first.
  public init(_ plans: [Plan]) { self.plans = plans }

  private static let title = Phrase(da: "Scenarier, læst uden at regne", en: "Scenarios, read without computing")

  public static let machineColumns = ["scenario", "base", "title", "change", "assumption"].map { Table.Column($0) }

  /// Columns: scenario, base, title, change, assumption; a scenario without changes has one row without them. Changes count from 1, those of its
  /// bases first.
  public func machine() -> Table {
    var table = Table(title: Self.title, columns: Self.machineColumns)
    for plan in plans.dropFirst() {
      let start: [Table.Cell] = [.text(plan.name), .text(plan.base ?? plans[0].name), .text(plan.title)]
      if plan.assumptions.isEmpty { table.append(start + [.empty, .empty]) }
      for (number, assumption) in plan.assumptions.enumerated() { table.append(start + [.integer(number + 1), .text(assumption.en)]) }
    }
    return table
  }

  public func sheet() -> Table {
    var table = Table(
      title: Self.title,
      columns: [
        .init("scenario", heading: Phrase(da: "Scenarie", en: "Scenario")), .init("base", heading: Phrase(da: "Bygger på", en: "Builds on")),
        .init("assumption", heading: Phrase(da: "Antagelse", en: "Assumption")),
      ])
    for plan in plans.dropFirst() {
      let start: [Table.Cell] = [.text(plan.name), .text(plan.base ?? plans[0].name)]
      let none = Phrase(da: "ingen ændringer", en: "no changes")
      for (number, text) in (plan.assumptions.isEmpty ? [none] : plan.assumptions).enumerated() {
        table.append((number == 0 ? start : [.empty, .empty]) + [.term(code: text.en, text)])
      }
    }
    let count = plans.count - 1
    table.footnotes = [
      Phrase(
        da: count == 1 ? "Scenariet kan regnes." : "Alle \(count) scenarier kan regnes.", en: count == 1 ? "The scenario can be run." : "All \(count) scenarios can be run.")
    ]
    return table
  }
}
