import Foundation
import TestSupport
import Testing

@Suite("plads pseudonymise")
struct PseudonymiseTests {
  @Test("from a refused number to a clean check, one pseudonym for both files")
  func path() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      let csv = "Borger;payer;offer;start\n010190-1234;751;mosebakken;2020-01-01\n;751;mosebakken;2020-01-01\n"
      try program.write(csv, to: "p/data/stays.csv")
      let refused = try program.run("check", "-p", "p")
      #expect(refused.code == 1 && refused.errors.contains("plads pseudonymise") && !refused.errors.contains("1234"))
      let new = try program.run("pseudonymise", "--new-key", "--key-file", "key")
      #expect(new.code == 0 && new.output.isEmpty, "\(new.errors)")
      let run = try program.run("pseudonymise", "p/data/stays.csv", "--column", "borger", "--key-file", "key", "--output", "new.csv")
      #expect(run.code == 0 && run.errors.contains("new.csv: 1 værdier erstattet, 1 forskellige, 1 tomme."), "\(run.errors)")
      let pseudonym = try #require(try program.read("new.csv").firstMatch(of: /p[0-9a-f]{24}/)).output
      #expect(try program.read("new.csv") == csv.replacing("010190-1234", with: pseudonym))
      try program.write(WorkbookFile([["Borger"], [.number("101901234")]]).bytes, to: "b.xlsx")
      #expect(try program.run("pseudonymise", "b.xlsx", "--column", "Borger", "--key-file", "key").code == 0)
      #expect(try program.names().contains("b.pseudonym.xlsx"))
      let again = try program.run("pseudonymise", "b.xlsx", "--column", "Borger", "--key-file", "key")
      #expect(again.code == 1 && again.errors.contains("findes allerede"))
      for (output, says) in [("b.xlsx", "er filen, der læses"), ("./b.xlsx", "er filen, der læses"), ("c.csv", "endelsen .xlsx")] {
        let run = try program.run("pseudonymise", "b.xlsx", "--column", "Borger", "--key-file", "key", "-o", output)
        #expect(run.code == 1 && run.errors.contains(says) && !program.exists("c.csv"), "\(run.errors)")
      }
      let other = try program.run("pseudonymise", "b.xlsx", "--column", "Borgr", "--key-file", "key", "-o", "c.xlsx")
      #expect(other.code == 1 && other.errors.contains("»Borger«") && !program.exists("c.xlsx"), "\(other.errors)")
    }
  }

  @Test("keys that are not safe are refused, and nothing is written")
  func keys() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      #expect(try program.run("pseudonymise", "--new-key", "--key-file", "p/key").code == 1)
      #expect(!program.exists("p/key"))
      try program.write(String(repeating: "a", count: 64), to: "open")
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: program.folder.appendingPathComponent("open").path)
      let open = try program.run("pseudonymise", "p/data/stays.csv", "--column", "citizen", "--key-file", "open", "-o", "out.csv")
      #expect(open.code == 1 && open.errors.contains("chmod 600 open"), "\(open.errors)")
      #expect(!program.exists("out.csv"))
    }
  }

  @Test("wrong command lines", arguments: [["pseudonymise"], ["pseudonymise", "a.csv", "--key-file", "k"], ["pseudonymise", "--key-file", "k"]])
  func usage(_ arguments: [String]) throws {
    #expect(try Program.withFolder { try $0.run(arguments) }.code == 2)
  }
}
