import Foundation
import Testing

/// What the program says where something is missing, misspelt or does not fit together.
@Suite("plads risk at its edges")
struct RiskEdgesTests {
  @Test("Options that do not fit together and unknown names are wrong command lines that say what to do")
  func wrongCommandLines() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let cases: [([String], [String])] = [
        (["risk", "--area", "autisme", "--offer", "mosebakken"], ["boern_og_unge", "udelad --area"]),
        (["forecast", "--by", "offer", "--area", "autisme", "--offer", "mosebakken"], ["boern_og_unge", "udelad --area"]),
        (["risk", "--municipality", "Silkeborgh"], ["Silkeborg«", "--by municipality"]),
        (["risk", "--municipality", "Xyzzyxyzzy"], ["Nærmest: ", "--by municipality"]),
        (["risk", "--offer", "gaarden"], ["Nærmest: ", "--by offer"]),
        (["risk", "--closing-time", "6"], ["--costs", "--explain"]),
        (["risk", "--years", "--closing-time", "6"], ["--costs", "--explain"]),
      ]
      for (arguments, words) in cases {
        let run = try program.run(arguments + ["-p", "r", "--draws", "20"])
        #expect(run.code == 2 && run.output.isEmpty, "\(arguments)")
        for word in words { #expect(run.errors.contains(word), "\(arguments): \(run.errors)") }
      }
      // What the hints name does list them.
      #expect(try program.run("forecast", "-p", "r", "--by", "offer", "--draws", "20").output.contains("Mosebakken"))
      #expect(try program.run("risk", "-p", "r", "--draws", "20", "--costs", "--closing-time", "6", "--offer", "mosebakken").code == 0)
    }
  }

  @Test("Tables have one kind of minus sign", arguments: [["--years"], ["--costs"], ["--municipality", "751"], ["--explain", "mosebakken"], ["--balance"]])
  func minus(_ mode: [String]) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(["risk", "-p", "r", "--draws", "20", "--rules", "nordjylland_socialaftale"] + mode)
      #expect(run.code == 0 && (run.output.contains("−") || mode == ["--municipality", "751"]), "\(run.errors)")
      for line in run.output.split(separator: "\n") { #expect(line.firstMatch(of: /(^|[\s\[;(\u{A0}])-[0-9]/) == nil, "\(line)") }
    }
  }

  @Test("Tables fit a narrow terminal", arguments: [80, 60])
  func narrow(_ width: Int) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      for mode in [[], ["--years"], ["--balance"], ["--municipality", "751"], ["--places"]] as [[String]] {
        let run = try program.run(["risk", "-p", "r", "--draws", "20", "--area", "boern_og_unge"] + mode, environment: ["COLUMNS": String(width)])
        #expect(run.code == 0, "\(run.errors)")
        // Eleven columns of numbers need a few more than 60.
        let most = width + (width < 80 ? 10 : 0)
        for line in run.output.split(separator: "\n") { #expect(line.count <= most, "\(mode) \(line)") }
      }
    }
  }

  @Test("Without places what can be computed is shown, and what cannot is said")
  func noCapacity() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try FileManager.default.removeItem(at: program.folder.appendingPathComponent("r/data/capacity.csv"))
      for mode in [[], ["--municipality", "751"], ["--balance"], ["--years"], ["--costs"], ["--places"]] as [[String]] {
        let run = try program.run(["risk", "-p", "r", "--draws", "20"] + mode)
        #expect(run.code == 0 && run.errors.contains("ingen pladser"), "\(mode): \(run.errors)")
      }
      let risks = try program.run("risk", "-p", "r", "--draws", "20").output
      #expect(risks.contains("Mosebakken") && risks.contains("pladser er ikke oplyst"))
      let bill = try program.run("risk", "-p", "r", "--draws", "20", "--municipality", "751", "--format", "csv").output
      #expect(bill.contains(",bill,kr.,") && bill.contains(",forecast,citizens,"))
      let balance = try program.run("risk", "-p", "r", "--draws", "20", "--balance", "--format", "csv").output.split(separator: "\n")
      #expect(balance.count > 20)
    }
  }

  @Test("Rules that are empty or of another time")
  func rulesOfAnotherTime() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try FileManager.default.createDirectory(at: program.folder.appendingPathComponent("r/rules"), withIntermediateDirectories: true)
      try program.write("# not yet\n", to: "r/rules/tom.toml")
      try program.write("title_da = \"Senere\"\nvalid_from = \"2030-01-01\"\n[settlement]\nlag_years = 2\n", to: "r/rules/senere.toml")
      let empty = try program.run("risk", "-p", "r", "--draws", "20", "--years", "--rules", "tom")
      #expect(empty.code == 1 && empty.errors.contains("tom.toml") && empty.errors.contains("ingen regler"), "\(empty.errors)")
      let check = try program.run("check", "-p", "r")
      #expect(check.code == 1 && (check.output + check.errors).contains("ingen regler"))
      let later = try program.run("risk", "-p", "r", "--draws", "20", "--years", "--rules", "senere")
      #expect(later.code == 0 && later.errors.contains("2030-01-01") && later.errors.contains("bruges alligevel"), "\(later.errors)")
      #expect(try !program.run("risk", "-p", "r", "--draws", "20", "--years", "--rules", "neutral").errors.contains("bruges alligevel"))
    }
  }

  @Test("A check points out places of zero with citizens")
  func zeroPlaces() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let before = try program.run("check", "-p", "r", "--language", "en")
      #expect(before.code == 0 && !(before.output + before.errors).contains("has no places on"))
      try program.write(program.read("r/data/capacity.csv") + "mosebakken,2026-09-01,0,0,0,0,0.95,365,\n", to: "r/data/capacity.csv")
      let after = try program.run("check", "-p", "r", "--language", "en")
      let said = after.output + after.errors
      #expect(after.code == 0 && said.contains("has no places on 2026-10-31, but 13 citizens live there"), "\(said)")
    }
  }

  @Test("One offer of a municipality: its own past homecomings, and rows even where nobody is expected")
  func oneOfferOfAMunicipality() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      func homecomings(_ more: [String]) throws -> [String: Double] {
        let run = try program.run(["risk", "-p", "r", "--draws", "20", "--municipality", "751", "--format", "csv"] + more)
        #expect(run.code == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let header = lines[0]
        func cell(_ line: [String], _ name: String) -> String { header.firstIndex(of: name).map { line[$0] } ?? "" }
        var sums: [String: Double] = [:]
        for line in lines.dropFirst() where cell(line, "topic") == "homecomings" && cell(line, "basis") == "observed" && cell(line, "area") == "boern_og_unge" && cell(line, "kind") == "residential" {
          sums[cell(line, "period"), default: 0] += Double(cell(line, "mean")) ?? .nan
        }
        return sums
      }
      let whole = try homecomings(["--area", "boern_og_unge"])
      let offers = try program.read("r/data/offers.csv").split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        .filter { $0[2] == "boern_og_unge" && $0[5] == "residential" }.map { $0[0] }
      var parts: [String: Double] = [:]
      for offer in offers { for (year, count) in try homecomings(["--offer", offer]) { parts[year, default: 0] += count } }
      #expect(!whole.isEmpty && whole.values.contains { $0 > 0 } && parts == whole)
      let none = try program.run("risk", "-p", "r", "--draws", "20", "--municipality", "101", "--offer", "mosebakken", "--format", "csv")
      #expect(none.code == 0 && none.output.contains(",mosebakken,"), "\(none.output)")
    }
  }
}
