import Foundation
import Testing

@Suite("plads check")
struct CheckTests {
  @Test("The examples can be used", arguments: ["region", "denmark"])
  func examples(_ name: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "project", "--example", name).code == 0)
      let run = try program.run("check", "--project", "project")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.hasPrefix("Intern: små tal er ikke skjult\n"))
      #expect(run.output.contains("municipalities"))
      #expect(run.errors.contains("ingen fejl"))
    }
  }

  @Test("An error names file, row, column, value and what to do, and ends with exit code 1")
  func broken() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "project", "--example", "denmark").code == 0)
      var rows = try program.read("project/data/activity.csv").split(separator: "\n")
      let header = rows[0].split(separator: ",")
      let stock = try #require(header.firstIndex(of: "stock"))
      var cells = rows[1].split(separator: ",", omittingEmptySubsequences: false)
      cells[stock] = "-5"
      rows[1] = Substring(cells.joined(separator: ","))
      try program.write(rows.joined(separator: "\n") + "\n", to: "project/data/activity.csv")
      let run = try program.run("check", "-p", "project", "--language", "en")
      #expect(run.code == 1)
      #expect(run.errors.contains("error: data/activity.csv, row 2, column stock: »-5«"), "\(run.errors)")
      let list = try program.run("check", "-p", "project", "--findings", "--format", "csv", "--quiet")
      #expect(list.code == 1)
      #expect(list.output.hasPrefix("severity,file,row,column,value,message,remedy\nerror,data/activity.csv,2,stock,'-5,"))
      #expect(list.errors.isEmpty)
    }
  }

  @Test("CSV has no place for the notices: they stand on standard error")
  func notices() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "project", "--example", "denmark").code == 0)
      let run = try program.run("check", "-p", "project", "--format", "csv")
      #expect(run.output.hasPrefix("table,file,rows,columns,"))
      #expect(run.errors.hasPrefix("Intern: små tal er ikke skjult\n"))
    }
  }

  @Test("Machine formats are the same in both languages", arguments: ["csv", "json"])
  func language(_ format: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "project", "--example", "denmark").code == 0)
      let arguments = ["check", "-p", "project", "--format", format]
      let danish = try program.run(arguments)
      let english = try program.run(arguments + ["--language", "en"])
      #expect(danish.output == english.output)
    }
  }

  @Test("No project, an edition that does not exist")
  func refused() throws {
    try Program.withFolder { program in
      let nowhere = try program.run("check", "-p", "nowhere")
      #expect(nowhere.code == 1)
      #expect(nowhere.output.isEmpty)
      let edition = try program.run("check", "--edition", "public")
      #expect(edition.code == 2)
      #expect(edition.errors.contains("findes ikke endnu"))
    }
  }
}
