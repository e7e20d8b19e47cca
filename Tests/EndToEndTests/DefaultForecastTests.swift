import Foundation
import TestSupport
import Testing

@Suite("plads forecast --model auto")
struct DefaultForecastTests {
  private static let fast = ["--draws", "100", "--horizon", "12", "--measure", "stock"]

  /// - Parameter model: the default that plads.toml sets; nil for none.
  private static func make(in program: Program, model: String? = nil) throws {
    try SmallProject.make(in: program)
    try program.write(CountedRegion().csv(), to: "p/data/activity.csv")
    try program.write(CountedRegion.codes.map { "\($0),Kommune \($0),Midtjylland" }.reduce("code,name,region\n") { $0 + $1 + "\n" }, to: "p/data/municipalities.csv")
    guard let model else { return }
    try program.write(try program.read("p/plads.toml").replacingOccurrences(of: "# model = \"auto\"", with: "model = \"\(model)\""), to: "p/plads.toml")
  }

  private static func meta(_ program: Program, _ arguments: [String]) throws -> [String: String] {
    let run = try program.run(arguments + ["--format", "json", "--quiet"])
    let document = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any], "\(run.errors)")
    let meta = try #require(document["meta"] as? [String: Any])
    return meta.compactMapValues { $0 as? String }
  }

  @Test("It is the default and says what was chosen, why, and what else rests on the simulation")
  func says() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let people = try program.run(["forecast", "-p", "p", "--language", "en"] + Self.fast)
      #expect(people.code == 0, "\(people.errors)")
      for word in ["Model: auto", "stock_and_flow", "local_level 0.", "naive 1.00", "relative to the naive"] { #expect(people.output.contains(word), "\(people.output)") }
      let csv = try program.run(["forecast", "-p", "p", "--language", "en", "--format", "csv"] + Self.fast)
      #expect(csv.errors.contains("note: Model: auto") && !csv.output.contains("Model:"))
      let meta = try Self.meta(program, ["forecast", "-p", "p"] + Self.fast)
      #expect(meta["model"] == "auto" && meta["stock_model"]?.hasPrefix("stock_and_flow") == true)
      #expect(meta["past_origins"]?.split(separator: " ").count == 3)
      #expect(Double(meta["past_crps_stock_and_flow"] ?? "").map { $0 > 0 } == true)
    }
  }

  @Test("Lines of every split add up to the total's mean; the scenario's base is the same forecast")
  func coherent() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let arguments = ["forecast", "-p", "p", "--format", "csv", "--quiet"] + Self.fast
      let total = Rows(try program.run(arguments + ["--by", "total"]).output)
      for by in ["region", "municipality", "area"] {
        let parts = Rows(try program.run(arguments + ["--by", by]).output)
        for period in Set(total.texts("period")).sorted() {
          let whole = total.values("mean", where: ["period": period]).reduce(0, +)
          let sum = parts.values("mean", where: ["period": period]).reduce(0, +)
          #expect(abs(sum - whole) < 0.01 * whole, "\(by) \(period)")
        }
      }
      try program.write("title = \"Flere hjem\"\n[[change]]\nwhat = \"homecoming\"\nfrom = \"2025Q1\"\nmultiply = 2\n", to: "p/scenarios/flere.toml")
      let scenario = Rows(try program.run(["scenario", "-p", "p", "--format", "csv", "--quiet", "--by", "total"] + Self.fast).output)
      #expect(scenario.texts("mean", where: ["scenario": "basis"]) == total.texts("mean"))
      #expect(scenario.values("delta_mean", where: ["scenario": "flere"]).last.map { $0 < 0 } == true)
    }
  }

  @Test("Threads and what the store remembers of the trial change no byte")
  func reproducible() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let arguments = ["forecast", "-p", "p", "--format", "json", "--quiet"] + Self.fast
      let first = try program.run(arguments + ["--threads", "1"]).output
      #expect(try program.run(arguments + ["--threads", "3", "--fresh"]).output == first)
      // Another split finds the trial in the store.
      let split = try program.run(arguments + ["--by", "municipality"]).output
      #expect(try program.run(arguments + ["--by", "municipality", "--fresh"]).output == split)
    }
  }

  @Test("plads.toml sets the default; the command overrules it; what needs the simulation says so")
  func settings() throws {
    try Program.withFolder { program in
      try Self.make(in: program, model: "stock_and_flow")
      #expect(try Self.meta(program, ["forecast", "-p", "p"] + Self.fast)["model"] == "stock_and_flow")
      #expect(try Self.meta(program, ["forecast", "-p", "p", "--model", "auto"] + Self.fast)["model"] == "auto")
      #expect(try Self.meta(program, ["forecast", "-p", "p", "--model", "naive"] + Self.fast)["model"] == "naive")
      try program.write(try program.read("p/plads.toml").replacingOccurrences(of: "model = \"stock_and_flow\"", with: "model = \"local_level\""), to: "p/plads.toml")
      #expect(try Self.meta(program, ["forecast", "-p", "p"] + Self.fast)["model"] == "local_level")
      let days = try program.run("forecast", "-p", "p", "--draws", "100", "--measure", "occupied_days", "--language", "en")
      #expect(days.code == 0 && days.output.contains("Model: stock_and_flow, because --measure occupied_days"), "\(days.errors)\(days.output)")
      try program.write(try program.read("p/plads.toml").replacingOccurrences(of: "\"local_level\"", with: "\"local_levl\""), to: "p/plads.toml")
      let wrong = try program.run("forecast", "-p", "p")
      #expect(wrong.code == 1 && wrong.errors.contains("plads.toml, række ") && wrong.errors.contains("local_level"), "\(wrong.errors)")
    }
  }

  @Test("Publishing rests on the simulation and says so")
  func publishing() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let run = try program.run("forecast", "-p", "p", "--draws", "100", "--publish", "x", "--language", "en")
      #expect(run.code == 0 && run.output.contains("Model: stock_and_flow, because --publish"), "\(run.errors)\(run.output)")
    }
  }

  @Test("A measure that the project lacks is named, whatever the model", arguments: ["auto", "naive"])
  func missing(_ model: String) throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      let run = try program.run("forecast", "-p", "p", "--draws", "50", "--measure", "homecomings", "--format", "csv", "--model", model, "--language", "en")
      #expect(run.code == 0 && run.errors.contains("homecomings") && run.errors.contains("no flows"), "\(run.errors)")
    }
  }

  @Test("A chart's run is shown again as the usual sheet; the search for signals needs flows and says so")
  func sheets() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let chart = try program.run("forecast", "-p", "p", "--chart", "--draws", "50")
      #expect(chart.code == 0, "\(chart.errors)")
      let again = try program.run("runs", "1", "-p", "p")
      #expect(again.code == 0 && again.output.contains("%-interval"))
      for line in again.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      try SmallProject.make(in: program, folder: "stocks")
      let signals = try program.run("check", "--signals", "-p", "stocks", "--draws", "50", "--language", "en")
      #expect(signals.code == 0 && signals.output.contains("no flows"), "\(signals.output)\(signals.errors)")
    }
  }
}
