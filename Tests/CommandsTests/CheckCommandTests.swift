import Groundwork
import Ingest
import Placements
import Testing

@testable import Commands

@Suite("plads check's last words")
struct CheckCommandTests {
  private func project(_ findings: [Finding], _ proposals: [MappingProposal] = []) -> ReadProject {
    ReadProject(extracts: Extracts(settings: ProjectSettings(name: "")), findings: findings, proposals: proposals, tables: [], coverage: Coverage())
  }

  private let error = Finding(.error, message: Phrase("x"), remedy: Phrase("y"))

  @Test("proposals stand under their tables, in both languages")
  func proposals() {
    let lines = CheckReport(
      project: project([error], [
        MappingProposal(section: "inputs.stays", sectionLine: 7, key: "header_row", value: "3"),
        MappingProposal(section: "inputs.stays.columns", sectionLine: nil, key: "\"a\"", value: "\"citizen\""),
        MappingProposal(section: "inputs.stays", sectionLine: 7, key: "sheet", value: nil, choices: ["A", "B"]),
      ])
    ).proposalLines.map(\.en)
    #expect(
      lines.dropFirst() == [
        "\n[inputs.stays]   # stands on line 7: paste below it", "header_row = 3", "# sheet = \"…\"   # A, B", "\n[inputs.stays.columns]", "\"a\" = \"citizen\"", "",
      ])
  }

  @Test("the next command")
  func next() {
    #expect(CheckReport(project: project([error])).next(in: ".").en == "Next: mend the errors and run again: plads check")
    let proposal = MappingProposal(section: "inputs.stays", sectionLine: nil, key: "sheet", value: "\"A\"")
    #expect(CheckReport(project: project([error], [proposal])).next(in: "my region").en.contains("plads check --project \"my region\""))
    #expect(CheckReport(project: project([])).next(in: "nowhere").en.hasPrefix("Next: plads forecast --project nowhere"))
  }

  @Test("pseudonymise counts aloud")
  func sentence() {
    #expect(PseudonymiseCommand.sentence(.init(), "a.csv").da == "a.csv: 0 værdier erstattet, 0 forskellige, 0 tomme.")
  }
}
