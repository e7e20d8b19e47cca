import Groundwork
import Testing

@testable import Commands

@Suite struct OutputSchemaTests {
  @Test("Every column of every output is described", arguments: MachineOutput.all.map(\.name))
  func columnsAreDescribed(name: String) throws {
    let output = try #require(MachineOutput.all.first { $0.name == name })
    let columns = output.columns.compactMap(\.self)
    #expect(!columns.isEmpty && Set(columns.map(\.name)).count == columns.count)
    for column in columns { #expect(output.meaning(of: column.name)?.meaning.isEmpty == false, "\(column.name)") }
  }

  @Test func namesAreUnique() {
    #expect(Set(MachineOutput.all.map(\.name)).count == MachineOutput.all.count)
    #expect(!MachineOutput.all.contains { $0.name == ExportSchemaCommand.scenarioFile })
  }
}
