import Foundation
import Testing

@Suite("plads export indicators")
struct IndicatorExportTests {
  private static let columns =
    "scenario,indicator,grain,basis,period,area,kind,offer,municipality,respondent,unit,value,lower,upper,level,numerator,denominator,price_level,rule_set,cost_behaviour,observed_until"

  @Test("Facts and dictionary as files; the same in both languages, with any number of threads, and what is chosen alone")
  func facts() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write("tilbud;periode;score;skala;svar\nMosebakken;2025;4,2;5;12\n", to: "r/data/satisfaction.csv")
      let arguments = ["export", "indicators", "-p", "r", "--draws", "30", "--area", "boern_og_unge", "--format", "csv"]
      let run = try program.run(arguments + ["-o", "facts.csv"])
      #expect(run.code == 0, "\(run.errors)")
      let facts = try program.read("facts.csv")
      #expect(facts.hasPrefix(Self.columns + "\n"))
      #expect(try facts == program.run(arguments + ["--language", "en", "--threads", "1", "--fresh"]).output)
      #expect(facts.contains("basis,satisfaction,offer,observed,2025,boern_og_unge,residential,mosebakken,,citizen,score,4.2,,,,4.2,5,,,,\n"))
      // The running year is forecast, with what was observed of it.
      let marked = facts.split(separator: "\n").filter { $0.hasSuffix(",2026-10") }
      #expect(!marked.isEmpty && marked.allSatisfy { $0.contains(",forecast,2026,") })
      #expect(facts.split(separator: "\n").count { $0.contains(",forecast,2026,") } == marked.count)
      let dictionary = try program.read("facts-dictionary.csv")
      let names = Set(facts.split(separator: "\n").dropFirst().map { String($0.split(separator: ",", omittingEmptySubsequences: false)[1]) })
      for name in names { #expect(dictionary.contains("\n\(name),"), "\(name)") }
      #expect(try program.run("export", "indicators", "--dictionary", "--format", "csv").output == dictionary)
      let few = try program.run(arguments + ["--indicator", "capacity_use", "--by", "area"]).output.split(separator: "\n").dropFirst()
      #expect(!few.isEmpty && few.allSatisfy { $0.hasPrefix("basis,capacity_use,area,") })
      #expect(few.contains { $0.contains(",observed,") } && few.contains { $0.contains(",forecast,") })
    }
  }

  @Test("A table for people speaks its language")
  func words() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["export", "indicators", "-p", "r", "--draws", "20", "--area", "boern_og_unge", "--by", "area", "--by", "offer", "--quiet"]
      let danish = try program.run(arguments, environment: ["COLUMNS": "400"]).output
      for word in ["døgn", "område", "borgere", "prognose"] { #expect(danish.contains(word), "\(word)") }
      for word in ["residential", "citizens", "percent", "forecast"] { #expect(!danish.contains(word), "\(word)") }
      #expect(try program.run(arguments + ["--language", "en"], environment: ["COLUMNS": "400"]).output.contains("residential"))
    }
  }

  @Test("Unknown indicators have the nearest named; other editions are refused")
  func refused() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let near = try program.run("export", "indicators", "-p", "r", "--indicator", "capacity_used", "--language", "en")
      #expect(near.code == 2 && near.errors.contains("capacity_use"), "\(near.errors)")
      #expect(try program.run("export", "indicators", "-p", "r", "--edition", "public").code == 2)
    }
  }
}
