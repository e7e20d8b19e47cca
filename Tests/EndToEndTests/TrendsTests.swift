import Testing

@Suite("plads fit --trends")
struct TrendsTests {
  private static let columns =
    "flow,group,area,legal_basis,municipality,kind,events,exposure,unit,observed_rate,rate_middle,rate_middle_lower,rate_middle_upper,rate,"
    + "rate_lower,rate_upper,change,change_lower,change_upper,score,level"

  @Test("Two sheets of at most 100 places, in both languages")
  func sheets() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let danish = try program.run("fit", "--trends", "-p", "r")
      #expect(danish.code == 0, "\(danish.errors)")
      for word in ["hjemtagninger pr. 100 pladsår", "indskrivninger pr. 10.000 indbyggere", "SEL_107", "Randers", "Talt rate", "sikreste ændring"] {
        #expect(danish.output.contains(word), "\(word)")
      }
      let english = try program.run("fit", "--trends", "-p", "r", "--language", "en")
      for word in ["homecomings per 100 placed-years", "surest change", "Raw rate"] { #expect(english.output.contains(word), "\(word)") }
      for line in danish.output.split(separator: "\n") + english.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      #expect(try program.run("fit", "--trends", "-p", "r", "--format", "markdown").output.contains("| --- |"))
    }
  }

  @Test("Machine formats: promised columns, the same in both languages, every municipality; --sort and --by do what they say")
  func machine() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      for format in ["csv", "json"] {
        let danish = try program.run("fit", "--trends", "-p", "r", "--format", format)
        #expect(try danish.output == program.run("fit", "--trends", "-p", "r", "--format", format, "--language", "en").output)
      }
      func rows(_ arguments: String...) throws -> [[String]] {
        let run = try program.run(["fit", "--trends", "-p", "r", "--format", "csv"] + arguments)
        return run.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      }
      let all = try rows()
      #expect(all[0].joined(separator: ",") == Self.columns)
      #expect(Set(all.dropFirst().map { $0[1] }) == ["total", "area", "legal_basis", "municipality"])
      let scores = all.filter { $0[0] == "homecoming" && $0[1] == "area" }.compactMap { Double($0[$0.count - 2]) }
      #expect(scores.count > 10 && zip(scores, scores.dropFirst()).allSatisfy { abs($0) >= abs($1) })
      let events = try rows("--by", "area", "--sort", "events").filter { $0[0] == "homecoming" && $0[1] == "area" }.compactMap { Double($0[6]) }
      #expect(events == events.sorted(by: >) && events.count == scores.count)
      #expect(try rows("--area", "autisme", "--municipality", "Aarhus").dropFirst().allSatisfy { $0[2].isEmpty || $0[2] == "autisme" })
    }
  }

  @Test("Stocks alone have no rates, also as a message; wrong command lines end with 2", arguments: [
    (["--trends", "--area", "autsme"], "autisme"), (["--trends", "--municipality", "Aarhuus"], "Aarhus"), (["--trends", "--by", "are"], "area"),
    (["--trends", "--data", "x.csv"], "--trends"), (["--sort", "events"], "--trends"), (["--area", "autisme"], "--trends"),
  ])
  func usage(_ arguments: [String], _ words: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(["fit", "-p", "r"] + arguments)
      #expect(run.code == 2 && run.output.isEmpty)
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test("A project without flows says so; one without population still has its homecomings")
  func lessData() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      let none = try program.run("fit", "--trends", "-p", "p", "--language", "en")
      #expect(none.code == 2 && none.errors.contains("no flows"), "\(none.errors)")
      try program.write(SmallProject.activity(["stock", "admissions", "homecomings", "other_exits"]), to: "p/data/activity.csv")
      let some = try program.run("fit", "--trends", "-p", "p", "--language", "en")
      #expect(some.code == 0, "\(some.errors)")
      #expect(some.output.contains("48") && some.output.contains("they need population.csv"), "\(some.output)")
    }
  }
}
