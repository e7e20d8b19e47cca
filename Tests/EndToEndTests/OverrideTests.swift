import Testing

@Suite("Overrides of the forecast")
struct OverrideTests {
  private static let toml = "[[override]]\narea = \"autisme\"\nperiod = 2025\nvalue = [80, 100]\nreason = \"Nyt tilbud\"\nby = \"AB\"\ndate = \"2024-12-01\"\n"
  private static let csv = "area,period,value,reason,by,date\nautisme,2023,140,Tæt dialog,AB,2022-12-01\n"
  private static let options = ["-p", "p", "--draws", "500", "--horizon", "8"]

  private static func run(_ arguments: [String], withOverrides: Bool = true) throws -> Program.Run {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      if withOverrides {
        try program.write(toml, to: "p/plads.toml")
        try program.write(csv, to: "p/data/overrides.csv")
      }
      return try program.run(["forecast"] + arguments + options)
    }
  }

  @Test("The machine's columns are a promise; past ones have what came true")
  func columns() throws {
    let run = try Self.run(["--overrides", "--format", "csv"])
    #expect(run.code == 0, "\(run.errors)")
    let rows = Rows(run.output)
    #expect(
      rows.columns == [
        "origin", "period", "municipality", "area", "kind", "measure", "unit", "value", "lower", "upper", "model_mean", "model_lower", "model_upper",
        "override_mean", "override_lower", "override_upper", "actual", "error", "reason", "by", "date", "level", "source",
      ])
    #expect(rows.texts("period") == ["2023Q4", "2025Q4"])
    // 40 + 90 came where 140 was written.
    #expect(rows.texts("actual") == ["130", ""] && rows.texts("value") == ["140", ""])
    #expect(abs((rows.values("error").first ?? 0) + 0.0738) < 1e-3)
    #expect(rows.texts("lower") == ["", "80"] && rows.texts("source") == ["override", "override"])
  }

  @Test("Beside the forecast they change nothing; applied they do, and every table says so", arguments: ["table", "markdown", "csv", "json"])
  func applied(_ format: String) throws {
    let plain = try Self.run(["--format", format], withOverrides: false)
    let beside = try Self.run(["--format", format])
    let applied = try Self.run(["--format", format, "--apply-overrides"])
    #expect(plain.code == 0 && beside.code == 0 && applied.code == 0, "\(applied.errors)")
    let isForPeople = format == "table" || format == "markdown"
    let note = "Overskrevet af analytikere"
    if isForPeople {
      #expect(beside.output.contains("analytikeres overskrivninger ved siden af modellen") && beside.output.contains("Nyt tilbud"))
      #expect(beside.output.contains("Tidligere overskrivninger, der er blevet efterprøvet: 1"), "\(beside.output)")
      #expect(!beside.output.contains(note) && applied.output.contains(note))
    }
    if format == "csv" {
      #expect(plain.output == beside.output)
      let means = [plain, applied].map { Rows($0.output).values("mean", where: ["period": "2025Q4", "measure": "stock"]).first ?? 0 }
      #expect(means[0] > 120 && means[1] > 80 && means[1] < 100)
    }
    if format == "json" { #expect(applied.output.contains("\"overrides_applied\"") && !beside.output.contains("overrides_applied")) }
  }

  @Test("Without overrides the flag is a wrong command")
  func without() throws {
    let run = try Self.run(["--overrides"], withOverrides: false)
    #expect(run.code == 2 && run.errors.contains("[[override]]"))
  }
}
