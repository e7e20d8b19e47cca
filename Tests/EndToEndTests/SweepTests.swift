import Foundation
import Testing

@Suite("plads sweep, scenario --seek and --check")
struct SweepTests {
  private static let columns =
    "point,homecoming.multiply,base,period,region,area,municipality,offer,kind,measure,unit,mean,median,lower,upper,delta_mean,delta_lower,delta_upper,p_worse,level"
  private static let arguments = ["sweep", "-p", "r", "--vary", "homecoming.multiply=1:2:0.25", "--area", "autisme", "--draws", "20", "--quiet"]

  @Test("Shards merge to the bytes of one run, in any order and on any number of threads")
  func shards() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let whole = try program.run(Self.arguments + ["--format", "csv"])
      #expect(whole.code == 0, "\(whole.errors)")
      #expect(whole.output.split(separator: "\n").first.map(String.init) == Self.columns)
      for (number, threads) in [(1, 1), (2, 2), (3, 1)] {
        let part = try program.run(Self.arguments + ["--shard", "\(number)/3", "--format", "csv", "-o", "\(number).csv", "--threads", "\(threads)"])
        #expect(part.code == 0, "\(part.errors)")
      }
      let merged = try program.run("sweep", "--merge", "3.csv", "1.csv", "2.csv", "--format", "csv")
      #expect(merged.code == 0, "\(merged.errors)")
      #expect(merged.output == whole.output)
      let missing = try program.run("sweep", "--merge", "3.csv", "1.csv", "-o", "all.csv", "--format", "csv")
      #expect(missing.code == 1)
      #expect(missing.errors.contains("2/3"))
      #expect(!program.exists("all.csv"))
      let twice = try program.run("sweep", "--merge", "1.csv", "1.csv", "2.csv", "3.csv")
      #expect(twice.code == 1 && twice.errors.contains("1/3"))
      #expect(try program.run(Self.arguments + ["--shard", "3/3", "--seed", "9", "--format", "csv", "-o", "3.csv"]).code == 0)
      let mixed = try program.run("sweep", "--merge", "1.csv", "2.csv", "3.csv")
      #expect(mixed.code == 1 && mixed.errors.contains("3.csv"))
      #expect(try program.run("sweep", "--merge", "r/plads.toml").code == 1)
    }
  }

  @Test("People see what moves most, in 100 columns")
  func tornado() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(Self.arguments + ["--vary", "admission.multiply=0.9,1.1"])
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("▇") && run.output.contains("Syntetisk region"))
      #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
      // Lines that nothing moves are named below, and not shown with zeros.
      let own = try program.run(["sweep", "hjemtagning", "-p", "r", "--vary", "homecoming.multiply=1,2", "--vary", "batch_homecoming.number=3,9", "--draws", "40"])
      #expect(own.code == 0 && own.output.components(separatedBy: "Hjerneskade").count == 2, "\(own.output)")
      #expect(own.output.split(separator: "\n").contains { $0.hasPrefix("Uden virkning: ") && $0.contains("Hjerneskade") }, "\(own.output)")
      let latin = try program.run(Self.arguments + ["--vary", "admission.multiply=0.9,1.1", "--latin", "8", "--language", "en"])
      #expect(latin.code == 0 && latin.output.contains("least squares"))
    }
  }

  @Test(
    "A wrong command line: exit code 2 and what to write",
    arguments: [
      (["sweep"], "--vary"), (["sweep", "--vary", "homecomng.multiply=1:2:1"], "homecoming"), (["sweep", "--vary", "homecoming.multiply=1,2", "--shard", "1/2"], "csv"),
      (["sweep", "--vary", "homecoming.multiply=1,2", "--shard", "1/9", "--format", "csv", "-o", "x.csv"], "2"), (["sweep", "--merge"], "filer"),
      (["forecast", "--by", "homecoming.multiply"], "--seek"), (["scenario", "--seek", "stock(autisme,2028-10)=80"], "--by"),
      (["scenario", "--seek", "stock(autsime,2028-10)=80", "--by", "homecoming.multiply"], "autisme"), (["scenario", "--range", "1:2"], "--seek"),
      (["scenario", "--seek", "stock(autisme,2028-10)=80", "--by", "homecoming.multiply", "--area", "autisme"], "--area"),
    ])
  func wrong(arguments: [String], hint: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(arguments.contains("--merge") ? arguments : arguments + ["-p", "r"])
      #expect(run.code == 2, "\(run.errors)")
      #expect(run.errors.contains(hint), "\(run.errors)")
    }
  }

  @Test("With buyers who react to tariffs a point is what plads scenario says of its number")
  func reactions() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      func write(_ elasticity: String) throws {
        try program.write("[[change]]\nwhat = \"price_reaction\"\nareas = [\"boern_og_unge\"]\nelasticity = \(elasticity)\n", to: "r/scenarios/x.toml")
      }
      let common = ["-p", "r", "--rules", "nordjylland_socialaftale", "--area", "boern_og_unge", "--every", "year", "--measure", "stock", "--draws", "30", "--quiet", "--format", "csv"]
      try write("1")
      let scenario = try program.run(["scenario", "x"] + common)
      #expect(scenario.code == 0, "\(scenario.errors)")
      try write("0.2")
      let sweep = try program.run(["sweep", "x", "--vary", "price_reaction.elasticity=0.5,1"] + common)
      #expect(sweep.code == 0, "\(sweep.errors)")
      func figures(_ text: String, _ first: String, from column: Int) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix(first) }.map { $0.split(separator: ",", omittingEmptySubsequences: false).dropFirst(column).joined(separator: ",") }
      }
      let (own, point) = (figures(scenario.output, "x,", from: 2), figures(sweep.output, "2,1,", from: 3))
      #expect(!own.isEmpty && own == point)
      let seek = try program.run(
        "scenario", "x", "-p", "r", "--seek", "stock(boern_og_unge,2028-10)=75", "--by", "price_reaction.elasticity", "--rules", "nordjylland_socialaftale", "--draws", "30", "--quiet")
      #expect(seek.code == 0 && seek.output.contains("Prisreaktionen er regnet for hver værdi"), "\(seek.errors)")
    }
  }

  @Test("A goal seek answers in a sentence, or says what can be reached")
  func seek() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let common = ["scenario", "-p", "r", "--by", "homecoming.multiply", "--draws", "30", "--quiet", "--seek"]
      let found = try program.run(common + ["stock(autisme,2028-10)=80"])
      #expect(found.code == 0 && found.output.contains("Svar: homecoming.multiply ="), "\(found.errors)\(found.output)")
      let none = try program.run(common + ["stock(autisme,2028-10)=500"])
      #expect(none.code == 0 && none.output.contains("Ingen løsning"), "\(none.errors)\(none.output)")
      let rows = try program.run(common + ["stock(autisme,2028-10)=80", "--format", "csv"])
      #expect(rows.output.hasPrefix("scenario,target,variable,status,value,lower,upper,from,to,reach_lower,reach_upper,futures_lower,futures_upper\n"))
    }
  }

  @Test("A lever that does not touch the line is said not to, with the line's figure")
  func seekElsewhere() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let common = ["scenario", "hjemtagning", "-p", "r", "--by", "homecoming.multiply", "--draws", "30", "--quiet", "--seek"]
      for target in ["stock(boern_og_unge,2028-10)=75", "risk(Mosebakken,24m)=0.5"] {
        let run = try program.run(common + [target, "--language", "en"], environment: ["COLUMNS": "400"])
        #expect(run.code == 0 && run.output.contains("homecoming.multiply does not move the figure: it is "), "\(run.errors)\(run.output)")
        #expect(!run.output.contains("cannot be less") && !run.output.contains("Answer") && !run.output.contains("Of single futures"), "\(run.output)")
      }
      let moved = try program.run(common + ["stock(autisme,2028-10)=500", "--language", "en"])
      #expect(moved.output.contains("No solution") && !moved.output.contains("does not move"), "\(moved.output)")
    }
  }

  @Test("--check counts the plain forecast's own file, with its title and reason")
  func checkOfTheBase() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run("scenario", "basis", "-p", "r", "--check")
      #expect(run.code == 0 && run.output.contains("Scenariet kan regnes.") && run.output.contains("Basis: udviklingen fortsætter"), "\(run.errors)\(run.output)")
      #expect(run.output.contains("Ingen ændringer: den statistiske fremskrivning alene"), "\(run.output)")
      let rows = try program.run("scenario", "basis", "-p", "r", "--check", "--format", "csv")
      #expect(rows.output.contains("\nbasis,,Basis: udviklingen fortsætter,,Ingen ændringer: den statistiske fremskrivning alene\n"), "\(rows.output)")
      let names = Set(try program.run("scenario", "-p", "r", "--check", "--format", "csv").output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",").first })
      #expect(names.contains("basis"))
      #expect(try program.run("scenario", "-p", "r", "--check").output.contains("Alle \(names.count) scenarier kan regnes."))
    }
  }

  @Test("--check reads scenarios, names their assumptions, and computes nothing")
  func check() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let fine = try program.run("scenario", "hjemtagning", "-p", "r", "--check")
      #expect(fine.code == 0 && fine.output.contains("Silkeborg"), "\(fine.errors)")
      #expect(!program.exists("r/plads.sqlite"))
      try program.write("[[change]]\nwhat = \"admission\"\nset = -1\n", to: "r/scenarios/x.toml")
      let broken = try program.run("scenario", "x", "-p", "r", "--check")
      #expect(broken.code == 1 && broken.errors.contains("række 3"), "\(broken.errors)")
    }
  }
}
