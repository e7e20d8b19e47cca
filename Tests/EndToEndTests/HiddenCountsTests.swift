import Testing

@Suite("Hidden small counts")
struct HiddenCountsTests {
  private static let forecast = ["forecast", "-p", "p", "--draws", "400", "--horizon", "8", "--format", "csv", "--quiet"]

  private static func project(in program: Program, _ activity: String, toml: String? = nil) throws {
    guard try program.run("new", "p").code == 0 else { throw Program.Failure.notBuilt("plads new") }
    try program.write(activity, to: "p/data/activity.csv")
    if let toml { try program.write(toml, to: "p/plads.toml") }
  }

  @Test("A forecast from hidden counts is near the one from shown counts; as zeros or as blanks they would be far off")
  func forecasts() throws {
    let region = CountedRegion()
    func level(_ shown: (Int) -> String) throws -> (mean: Double, errors: String) {
      try Program.withFolder { program in
        try Self.project(in: program, region.csv(shown))
        let run = try program.run(Array(Self.forecast.dropLast()))
        #expect(run.code == 0, "\(run.errors)")
        return (try #require(Rows(run.output).values("mean", where: ["measure": "admissions"]).last), run.errors)
      }
    }
    let shown = try level { String($0) }
    let hidden = try level { (1...4).contains($0) ? "<5" : String($0) }
    let blank = try level { (1...4).contains($0) ? "" : String($0) }
    // Nearly all flows are below 5: what is left is their bounds. A quarter either way holds for this region with room.
    #expect(abs(hidden.mean / shown.mean - 1) < 0.25, "\(hidden.mean) \(shown.mean)")
    #expect(abs(blank.mean / shown.mean - 1) > 0.4, "\(blank.mean) \(shown.mean)")
    #expect(!hidden.errors.contains("modellen kunne ikke"), "\(hidden.errors)")
  }

  @Test("check names series and numbers, in both languages and all formats")
  func check() throws {
    try Program.withFolder { program in
      try Self.project(in: program, CountedRegion().csv { (1...4).contains($0) ? "under 5" : String($0) })
      let danish = try program.run("check", "-p", "p")
      #expect(danish.code == 0, "\(danish.errors)")
      #expect(danish.output.contains("Skjulte antal i stock, autisme, residential, 706: "), "\(danish.output)")
      #expect(danish.errors.contains("De læses som intervaller fra 1, for kolonnen viser nuller, aldrig som nul."))
      let english = try program.run("check", "-p", "p", "--language", "en", "--format", "markdown")
      #expect(english.output.contains("Hidden counts in stock, autisme, residential, 706: "))
      let json = try program.run("check", "-p", "p", "--format", "json")
      #expect(json.output.contains("\"hidden_counts\": \"") || json.output.contains("\"hidden_counts\":\""), "\(json.output)")
      let list = try program.run("check", "-p", "p", "--findings", "--format", "csv", "--quiet")
      #expect(list.output.contains("note,data/activity.csv,2,stock,"))
    }
  }

  @Test("A mark without a number is unknown and said so, until plads.toml says what it stands for")
  func marks() throws {
    try Program.withFolder { program in
      let activity = CountedRegion().csv { (1...4).contains($0) ? "*" : String($0) }
      try Self.project(in: program, activity)
      let unknown = try program.run("check", "-p", "p")
      #expect(unknown.code == 0 && unknown.errors.contains("suppressed_below = 5"), "\(unknown.errors)")
      try program.write("[data]\nsuppressed_below = 5\n", to: "p/plads.toml")
      let bounded = try program.run("check", "-p", "p")
      #expect(bounded.code == 0 && !bounded.errors.contains("advarsel"), "\(bounded.errors)")
    }
  }

  @Test("Rows of totals change no forecast of shown counts")
  func totals() throws {
    let region = CountedRegion(quarters: 16)
    var totals = ""
    for t in 0..<16 {
      let own = region.rows.filter { $0.quarter == t }
      func sum(_ value: (CountedRegion.Row) -> Int) -> Int { own.reduce(0) { $0 + value($1) } }
      totals += "autisme,\(2015 + t / 4)Q\(t % 4 + 1),I alt,\(sum(\.stock)),\(sum(\.admissions)),\(sum(\.homecomings)),\(sum(\.others))\n"
    }
    let outputs = try [region.csv(), region.csv() + totals].map { activity in
      try Program.withFolder { program in
        try Self.project(in: program, activity)
        return try program.run(Self.forecast).output
      }
    }
    #expect(outputs[0] == outputs[1] && !outputs[0].isEmpty)
  }
}
