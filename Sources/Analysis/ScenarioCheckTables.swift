public import Groundwork
public import Scenarios

/// What scenarios assume, without their results.
public struct ScenarioCheckTables {
  /// One scenario with what it assumes.
  private struct Entry {
    let name: String
    /// Nil for the plain forecast.
    let base: String?
    let title: String
    /// What is said of it without being a change.
    let remarks: [Phrase]
    let assumptions: [Phrase]
  }

  private let entries: [Entry]

  /// - Parameters:
  ///   - plans: the plain forecast first.
  ///   - reference: the plain forecast's own scenario file; nil where nobody asked for it.
  public init(_ plans: [Plan], reference: Scenario? = nil) {
    let own = reference.map { scenario in
      Entry(
        name: plans[0].name, base: nil, title: scenario.title, remarks: scenario.reason.isEmpty ? [] : [Phrase(scenario.reason)], assumptions: plans[0].assumptions)
    }
    entries = (own.map { [$0] } ?? []) + plans.dropFirst().map { plan in
      Entry(name: plan.name, base: plan.base ?? plans[0].name, title: plan.title, remarks: [], assumptions: plan.assumptions)
    }
  }

  private static let title = Phrase(da: "Scenarier, læst uden at regne", en: "Scenarios, read without computing")

  public static let machineColumns = ["scenario", "base", "title", "change", "assumption"].map { Table.Column($0) }

  /// Columns: scenario, base, title, change, assumption; a scenario without changes has one row without them. Changes count from 1, those of its
  /// bases first. The plain forecast has no base, and its reason as an assumption without a number.
  public func machine() -> Table {
    var table = Table(title: Self.title, columns: Self.machineColumns)
    for entry in entries {
      let start: [Table.Cell] = [.text(entry.name), entry.base.map { .text($0) } ?? .empty, .text(entry.title)]
      for remark in entry.remarks { table.append(start + [.empty, .text(remark.en)]) }
      if entry.remarks.isEmpty, entry.assumptions.isEmpty { table.append(start + [.empty, .empty]) }
      for (number, assumption) in entry.assumptions.enumerated() { table.append(start + [.integer(number + 1), .text(assumption.en)]) }
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
    for entry in entries {
      let start: [Table.Cell] = [.text(entry.name), entry.base.map { .text($0) } ?? .empty]
      let none = Phrase(da: "ingen ændringer", en: "no changes")
      // The plain forecast has no changes to know it by.
      let said = (entry.base == nil ? [Phrase(entry.title)] + entry.remarks : []) + entry.assumptions
      for (number, text) in (said.isEmpty ? [none] : said).enumerated() {
        table.append((number == 0 ? start : [.empty, .empty]) + [.term(code: text.en, text)])
      }
    }
    let count = entries.count
    table.footnotes = [
      Phrase(
        da: count == 1 ? "Scenariet kan regnes." : "Alle \(count) scenarier kan regnes.", en: count == 1 ? "The scenario can be run." : "All \(count) scenarios can be run.")
    ]
    return table
  }
}
