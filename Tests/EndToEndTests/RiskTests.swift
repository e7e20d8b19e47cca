import Testing

@Suite("plads risk")
struct RiskTests {
  private static let columns =
    "scenario,offer,area,kind,places,occupancy_now,assumed_occupancy,break_even_occupancy,p_outside_tolerance,p_reduction_24m,p_closure_12m,"
    + "p_closure_24m,p_closure_36m,median_closure_period,closure_lower,closure_upper,expected_result,advised_places,status,status_reason"

  @Test("A sheet of at most 100 places that says what the limit is, in both languages")
  func sheet() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let danish = try program.run("risk", "-p", "r", "--draws", "50")
      #expect(danish.code == 0, "\(danish.errors)")
      for word in ["Mosebakken", "under 70 %", "6 måneder i træk", "ikke en beslutning", "Begrundelse", "enkeltmandsprojekt", "Intern:"] {
        #expect(danish.output.contains(word), "\(word)")
      }
      let english = try program.run("risk", "-p", "r", "--draws", "50", "--language", "en")
      for word in ["below 70 %", "6 months in a row", "not a decision", "Reason", "single-person"] { #expect(english.output.contains(word), "\(word)") }
      for line in danish.output.split(separator: "\n") + english.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      #expect(try program.run("risk", "-p", "r", "--draws", "20", "--format", "markdown").output.contains("| --- |"))
    }
  }

  @Test("Machine formats have the promised columns, the same in both languages; unknown figures are empty")
  func machine() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["risk", "-p", "r", "--draws", "50", "--area", "udviklingshandicap"]
      for format in ["csv", "json"] {
        let danish = try program.run(arguments + ["--format", format])
        #expect(try danish.output == program.run(arguments + ["--format", format, "--language", "en", "--threads", "1"]).output)
      }
      let lines = try program.run(arguments + ["--format", "csv"]).output.split(separator: "\n").map(String.init)
      #expect(lines[0] == Self.columns)
      let single = try #require(lines.first { $0.contains("projekt_fyrrekoglehus") })
      #expect(single.contains("single_person,1,100,95,") && single.contains(",,,,,,,,,,not_assessed,"), "\(single)")
    }
  }

  @Test("A scenario is judged instead of the plain forecast")
  func scenario() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run("risk", "-p", "r", "--draws", "20", "--scenario", "lukning", "--offer", "mosebakken", "--format", "csv")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("lukning,mosebakken,") && run.output.contains("closes as planned"))
    }
  }

  @Test(
    "What is wrong with the command line: exit code 2 and the nearest name",
    arguments: [
      (["--area", "autsme"], "autisme"), (["--offer", "mosebaken"], "mosebakken"), (["--scenario", "luknin"], "lukning"),
      (["--closure-share", "0"], "1 til 99"), (["--red", "20", "--yellow", "50"], "--red"), (["--horizon", "12"], "--horizon"),
    ])
  func usage(_ arguments: [String], _ words: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(["risk", "-p", "r"] + arguments)
      #expect(run.code == 2 && run.output.isEmpty)
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test("Without places, or without offers of citizens: exit code 1, and what to bring")
  func missing() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: true)
      let places = try program.run("risk", "-p", "p", "--language", "en")
      #expect(places.code == 1 && places.output.isEmpty)
      #expect(places.errors.contains("data/capacity.csv") && places.errors.contains("places"), "\(places.errors)")
    }
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      try program.write(SmallProject.offers, to: "p/data/offers.csv")
      try program.write("offer,from,places\nmosebakken,2019-01-01,20\n", to: "p/data/capacity.csv")
      let citizens = try program.run("risk", "-p", "p", "--language", "en")
      #expect(citizens.code == 1 && citizens.errors.contains("which offer"), "\(citizens.errors)")
    }
  }
}
