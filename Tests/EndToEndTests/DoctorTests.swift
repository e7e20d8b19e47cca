import Foundation
import Testing

@Suite("plads doctor")
struct DoctorTests {
  @Test("Names the BLAS kernel and the libraries")
  func kernel() throws {
    let run = try Program.withFolder { try $0.run("doctor", environment: ["OPENBLAS_CORETYPE": "Haswell"]) }
    #expect(run.code == 0)
    #expect(run.output.contains("Haswell"))
    #expect(run.output.contains("liblapacke"))
    #expect(run.output.contains("/Data"))
  }

  @Test("As JSON, in a file that is whole or not there")
  func json() throws {
    try Program.withFolder { program in
      let run = try program.run("doctor", "--format", "json", "--output", "doctor.json")
      #expect(run.code == 0)
      #expect(run.output.isEmpty)
      let document = try JSONSerialization.jsonObject(with: Data(program.read("doctor.json").utf8)) as? [String: Any]
      #expect(document.map { Set($0.keys) } == ["meta", "columns", "rows"])
      #expect(try program.names() == ["doctor.json"])
    }
  }

  @Test("A folder that is not there: exit code 1")
  func nowhere() throws {
    let run = try Program.withFolder { try $0.run("doctor", "-o", "nowhere/doctor.txt", "--language", "en") }
    #expect(run.code == 1)
    #expect(run.errors.contains("nowhere/doctor.txt"))
    #expect(run.errors.contains("The folder does not exist"))
  }

  @Test("A wrong PLADS_DATA is a warning with a remedy")
  func wrongData() throws {
    let run = try Program.withFolder { try $0.run("doctor", environment: ["PLADS_DATA": "/nowhere"]) }
    #expect(run.code == 0)
    #expect(run.output.contains("advarsel"))
    #expect(run.output.contains("PLADS_DATA"))
  }
}
