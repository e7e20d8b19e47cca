import Foundation
import TestSupport
import Testing

@Suite("plads backtest --target closure, --by offer")
struct ClosureScoringTests {
  private static let columns =
    "target,event,horizon_months,bin_lower,bin_upper,origins,offers,n,events,mean_forecast,observed,base_rate,brier,brier_base,skill,skill_lower,skill_upper,log_score,log_score_base,level"

  @Test("Closures as CSV have the promised columns, people read two tables, every forecast can be written")
  func region() throws {
    try Program.withFolder { program in
      let arguments = ["backtest", "-p", ExampleProject.region.folder, "--target", "closure", "--draws", "100", "--origins", "2022-10,2023-10"]
      let csv = try program.run(arguments + ["--format", "csv", "--forecasts", "f.csv"])
      #expect(csv.code == 0, "\(csv.errors)")
      let lines = csv.output.split(separator: "\n")
      #expect(lines[0] == Self.columns)
      let rows = Rows(csv.output)
      for event in ["closing", "reduction", "trigger"] {
        for months in ["12", "24"] {
          let whole = ["event": event, "horizon_months": months, "bin_lower": ""]
          let n = try #require(rows.values("n", where: whole).first)
          #expect(rows.values("n", where: ["event": event, "horizon_months": months]).reduce(0, +) == 2 * n, "bins hold every forecast once")
          let brier = try #require(rows.values("brier", where: whole).first)
          #expect((0...1).contains(brier))
          #expect(rows.values("skill", where: whole).isEmpty == (rows.values("events", where: whole) == [0]))
        }
      }
      #expect(try program.read("f.csv").hasPrefix("origin,offer,event,horizon_months,probability,base_rate,happened\n2022-10,"))
      let people = try program.run(arguments + ["--language", "en"])
      for word in ["Backtest of closure risk", "Reliability", "closure trigger", "no events of the kind “closing”"] { #expect(people.output.contains(word), "\(people.output)") }
      for line in people.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
  }

  @Test("A project that has nothing to say of closures says so, and that is no error")
  func nothing() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      let places = try program.run("backtest", "-p", "p", "--target", "closure", "--language", "en")
      #expect(places.code == 0 && places.errors.contains("capacity.csv"), "\(places.errors)")
    }
  }

  @Test("What closures do not have is refused", arguments: [["--horizon", "3"], ["--model", "naive"], ["--origins", "1999-01"]])
  func usage(_ arguments: [String]) throws {
    try Program.withFolder { program in
      let run = try program.run(["backtest", "-p", ExampleProject.region.folder, "--target", "closure"] + arguments)
      #expect(run.code == 2, "\(run.errors)")
    }
  }

  @Test("Offers are tested too, and refused where nobody knows who lives where")
  func offers() throws {
    try Program.withFolder { program in
      let run = try program.run(
        "backtest", "-p", ExampleProject.region.folder, "--by", "offer", "--draws", "50", "--model", "stock_and_flow", "--model", "naive", "--format", "csv",
        "--horizon", "4", "--origins", "2024Q4", "--forecasts", "f.csv")
      #expect(run.code == 0, "\(run.errors)")
      let rows = Rows(run.output)
      #expect(Set(rows.texts("grouping")) == ["", "total", "area", "offer"])
      #expect(rows.values("n", where: ["model": "stock_and_flow", "grouping": "offer", "horizon": ""]).first.map { $0 > 20 } == true)
      #expect(try program.read("f.csv").contains("offer|mosebakken"))
      try SmallProject.make(in: program)
      let refused = try program.run("backtest", "-p", "p", "--by", "offer")
      #expect(refused.code == 1 && refused.errors.contains("--by area"), "\(refused.errors)")
    }
  }

  @Test("Series files: months as 202101, rows counted with blank lines, series without a name")
  func seriesFiles() throws {
    try Program.withFolder { program in
      let months = (0..<40).map { "A,20\(20 + $0 / 12)\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1),\(5 + $0 % 3)" }
      try program.write("unique_id,ds,y\n" + months.joined(separator: "\n") + "\n", to: "m.csv")
      let run = try program.run(
        "backtest", "--nodes", "m.csv", "--season", "12", "--origins", "202206", "--horizon", "8", "--model", "naive", "--draws", "50", "--forecasts", "f.csv",
        "--format", "csv")
      #expect(run.code == 0, "\(run.errors)")
      #expect(try program.read("f.csv").contains("\nA,202302,202206,"))
      try program.write("unique_id,ds,y\nA,2010,1\n\nA,2011,x\n", to: "blank.csv")
      let blank = try program.run("backtest", "--nodes", "blank.csv")
      #expect(blank.code == 1 && blank.errors.contains("række 4"), "\(blank.errors)")
      try program.write("unique_id,ds,y\nA,2010,1\n,2011,2\n", to: "nameless.csv")
      let nameless = try program.run("backtest", "--nodes", "nameless.csv")
      #expect(nameless.code == 1 && nameless.errors.contains("række 3") && nameless.errors.contains("unique_id"), "\(nameless.errors)")
    }
  }
}
