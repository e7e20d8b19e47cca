import Testing

@Suite("Breaks and merges in a project")
struct DeclaredChangesTests {
  private static let forecast = ["forecast", "-p", "p", "--draws", "300", "--horizon", "8", "--format", "csv", "--quiet"]

  private static func make(in program: Program, _ activity: String, _ toml: String) throws {
    guard try program.run("new", "p").code == 0 else { throw Program.Failure.notBuilt("plads new") }
    try program.write(activity, to: "p/data/activity.csv")
    try program.write(toml, to: "p/plads.toml")
  }

  private static func outputs(_ projects: [(activity: String, toml: String)]) throws -> [String] {
    try projects.map { activity, toml in
      try Program.withFolder { program in
        try make(in: program, activity, toml)
        let run = try program.run(forecast)
        #expect(run.code == 0, "\(run.errors)")
        return run.output
      }
    }
  }

  @Test("What lies before a break changes nothing", arguments: [["stock"], ["stock", "admissions", "homecomings", "other_exits"]])
  func forgotten(_ columns: [String]) throws {
    let toml = "[[break]]\narea = \"autisme\"\ndate = \"2021-01-01\"\nreason = \"Ny afgrænsning\"\n"
    let activity = SmallProject.activity(columns)
    // Before 2021 ten times the stock.
    let other = activity.split(separator: "\n").map(String.init).map { line in
      line.contains("2019Q") || line.contains("2020Q") ? line.replacing(",40", with: ",400").replacing(",90", with: ",900") : line
    }.joined(separator: "\n") + "\n"
    let outputs = try Self.outputs([(activity, toml), (other, toml), (other, "")])
    #expect(outputs[0] == outputs[1])
    #expect(outputs[0] != outputs[2])
  }

  @Test("A merge is the same as counts that were summed by hand")
  func merged() throws {
    var apart = "area,period,payer,stock\n"
    var joint = apart
    for t in 0..<24 {
      let period = "\(2019 + t / 4)Q\(t % 4 + 1)"
      let (old, own) = (10 + t % 3, 40 + t % 5)
      if t < 12 { apart += "autisme,\(period),740,\(old)\nautisme,\(period),751,\(own)\n" } else { apart += "autisme,\(period),751,\(old + own)\n" }
      joint += "autisme,\(period),751,\(old + own)\n"
    }
    let toml = "[[merge]]\nmunicipalities = [\"Silkeborg\"]\ninto = \"Aarhus\"\ndate = \"2022-01-01\"\n"
    let outputs = try Self.outputs([(apart, toml), (joint, "")])
    #expect(outputs[0] == outputs[1])
  }

  @Test("Every table says what was cut off and joined")
  func footnotes() throws {
    try Program.withFolder { program in
      let toml = "[[break]]\ndate = \"2021\"\nreason = \"Ny afgrænsning\"\n[[merge]]\nmunicipalities = [740]\ninto = 751\ndate = \"2024Q1\"\n"
      try Self.make(in: program, SmallProject.activity(["stock"]), toml)
      let run = try program.run("forecast", "-p", "p", "--draws", "50", "--horizon", "8")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("Databrud 2021-01-01: tal fra før bruges ikke – Ny afgrænsning"), "\(run.output)")
      #expect(run.output.contains("Sammenlagt 2024-01-01: 740 tælles som 751, også før"))
      let english = try program.run("forecast", "-p", "p", "--draws", "50", "--horizon", "8", "--language", "en")
      #expect(english.output.contains("Break on 2021-01-01: figures before it are not used"))
    }
  }

  @Test("A misspelt name stops with line, column and the nearest one")
  func misspelt() throws {
    try Program.withFolder { program in
      try Self.make(in: program, SmallProject.activity(["stock"]), "[[merge]]\nmunicipalities = [\"Silkborg\"]\ninto = \"Aarhus\"\ndate = \"2022\"\n")
      let run = try program.run("forecast", "-p", "p")
      #expect(run.code == 1 && run.output.isEmpty)
      #expect(run.errors.contains("plads.toml, række 2, kolonne 19: »Silkborg«"), "\(run.errors)")
      #expect(run.errors.contains("»Silkeborg«"))
    }
  }
}
