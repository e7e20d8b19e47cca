import Foundation
import Testing

@Suite("plads new")
struct NewProjectTests {
  @Test("An empty project says what to put where")
  func empty() throws {
    try Program.withFolder { program in
      let run = try program.run("new", "region øst/plads")
      #expect(run.code == 0)
      #expect(run.output.contains("cd 'region øst/plads'"))
      #expect(try program.names(in: "region øst") == ["plads"])
      #expect(try program.names(in: "region øst/plads") == ["data", "plads.toml", "rules", "scenarios"])
      #expect(try program.read("region øst/plads/plads.toml").contains("name = \"plads\""))
      #expect(try program.read("region øst/plads/data/README.md").contains("activity.csv"))
    }
  }

  @Test("The examples come whole", arguments: ["denmark", "region"])
  func example(_ name: String) throws {
    try Program.withFolder { program in
      let run = try program.run("new", "project", "--example", name, "--language", "en")
      #expect(run.code == 0)
      #expect(run.output.contains("plads scenario"))
      let names = try program.names(in: "project")
      for part in ["data", "plads.toml", "scenarios"] { #expect(names.contains(part)) }
      #expect(try program.names() == ["project"])
    }
  }

  @Test("An empty folder is filled, a full one refused and left alone")
  func folders() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "a", "--example", "denmark").code == 0)
      let before = try program.names(in: "a")
      let run = try program.run("new", "a")
      #expect(run.code == 2)
      #expect(run.errors.contains("ikke tom"))
      #expect(try program.names(in: "a") == before)
      try FileManager.default.createDirectory(at: program.folder.appendingPathComponent("b"), withIntermediateDirectories: false)
      #expect(try program.run("new", "b/").code == 0)
      #expect(try program.names(in: "b") == ["data", "plads.toml", "rules", "scenarios"])
    }
  }

  @Test("A file in the way, a place that cannot be made")
  func refused() throws {
    try Program.withFolder { program in
      try program.write("x", to: "file")
      #expect(try program.run("new", "file").code == 2)
      #expect(try program.run("new", "file/below").code == 1)
      let run = try program.run("new", "/proc/plads", "--language", "en")
      #expect(run.code == 1)
      #expect(run.errors.contains("/proc/plads"))
      #expect(try program.names() == ["file"])
    }
  }
}
