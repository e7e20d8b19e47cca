import Testing

@Suite("plads forecast --chart")
struct ForecastChartTests {
  @Test("As wide as COLUMNS, 80 otherwise; the same bytes again", arguments: ["60", "80", "132", "200", ""])
  func width(_ columns: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["forecast", "-p", "r", "--chart", "--draws", "30", "--area", "autisme"]
      let run = try program.run(arguments, environment: ["COLUMNS": columns])
      #expect(run.code == 0, "\(run.errors)")
      let width = Int(columns) ?? 80
      let lines = run.output.split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= width })
      #expect(lines.contains { $0.count > width - 12 })
      for sign in ["●", "━", "▓", "░", "╌", "┊", "normerede", "Autisme, dag: borgere. Nu 46", "2029"] { #expect(run.output.contains(sign), "\(sign)") }
      #expect(!run.output.contains("\u{1B}"))
      #expect(try program.run(arguments, environment: ["COLUMNS": columns]).output == run.output)
    }
  }

  @Test(
    "Every measure and grouping draws; the past is the observed one",
    arguments: [
      (["--by", "offer", "--offer", "mosebakken"], "Mosebakken: citizens. Now 13,"),
      (["--by", "offer", "--offer", "mosebakken", "--measure", "occupancy"], "occupancy in % of the places. Now 6"),
      (["--by", "total", "--measure", "homecomings", "--every", "year"], "homecomings in the year"),
      (["--by", "municipality", "--municipality", "Aarhus", "--every", "quarter"], "Aarhus: citizens."),
      (["--by", "region", "--measure", "full_year_places"], "full-year places"), (["--measure", "vacant", "--area", "hjerneskade"], "vacant places"),
    ])
  func measures(_ arguments: [String], _ words: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(["forecast", "-p", "r", "--chart", "--draws", "20", "--language", "en"] + arguments)
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains(words), "\(run.output)")
      #expect(run.output.contains("●"))
    }
  }

  @Test("Stocks of a whole country: points between thousands")
  func denmark() throws {
    try Program.withFolder { program in
      let made = try program.run("new", "d", "--example", "denmark")
      #expect(made.code == 0)
      let arguments = ["forecast", "-p", "d", "--chart", "--by", "total", "--draws", "30"]
      let (danish, english) = (try program.run(arguments), try program.run(arguments + ["--language", "en"]))
      #expect(danish.output.contains(/[0-9]{2}\.000 ┤/))
      #expect(english.output.contains(/[0-9]{2},000 ┤/))
    }
  }

  @Test(
    "Wrong command lines: exit code 2",
    arguments: [(["--format", "csv"], "--chart"), (["--area", "autsme"], "autisme"), (["--measure", "stok"], "stock")])
  func usage(_ arguments: [String], _ words: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(["forecast", "-p", "r", "--chart"] + arguments)
      #expect(run.code == 2 && run.output.isEmpty)
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }
}
