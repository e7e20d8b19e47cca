import Foundation
import Testing

@Suite("served, waiting and left")
struct OccupancyTests {
  @Test("Machine rows add up, are the same in both languages and with any number of threads; sheets say what they assume")
  func measures() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let names = ["demand", "served", "waiting", "left", "free_places", "approved_places", "staffed_places"]
      let arguments = ["forecast", "-p", "r", "--draws", "50", "--by", "offer", "--area", "autisme", "--horizon", "12"] + names.flatMap { ["--measure", $0] }
      let danish = try program.run(arguments + ["--format", "csv"])
      #expect(danish.code == 0, "\(danish.errors)")
      #expect(try danish.output == program.run(arguments + ["--format", "csv", "--language", "en", "--threads", "1", "--fresh"]).output)
      let lines = danish.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      let header = lines[0]
      let (measure, mean, period) = (header.firstIndex(of: "measure") ?? 0, header.firstIndex(of: "mean") ?? 0, header.firstIndex(of: "period") ?? 0)
      func sum(_ name: String) -> Double { lines.dropFirst().filter { $0[measure] == name && $0[period] == "2027-06" }.reduce(0) { $0 + (Double($1[mean]) ?? 0) } }
      #expect(Set(lines.dropFirst().map { $0[measure] }) == Set(names))
      // Each of 28 numbers is rounded to six decimals.
      #expect(sum("demand") > 0 && abs(sum("demand") - sum("served") - sum("waiting") - sum("left")) < 28 * 5e-7)
      let sheet = try program.run("forecast", "-p", "r", "--draws", "50", "--by", "offer", "--area", "autisme", "--measure", "waiting", "--language", "en")
      for word in ["Citizens waiting", "waiting.leave_share", "Rule set: neutral", "Today's waiting list is unknown"] { #expect(sheet.output.contains(word), "\(word)") }
      for line in sheet.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      let scenario = try program.run("scenario", "lukning", "-p", "r", "--draws", "50", "--measure", "left", "--rules", "sjaelland_2012")
      #expect(scenario.code == 0 && scenario.output.contains("gået til en anden leverandør") && scenario.output.contains("sjaelland_2012"), "\(scenario.errors)")
    }
  }

  @Test("Rules that nothing needs and unknown ones are refused; without places what is missing is said")
  func refused() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      #expect(try program.run("forecast", "-p", "r", "--rules", "neutral").code == 2)
      let unknown = try program.run("forecast", "-p", "r", "--measure", "waiting", "--rules", "sjaeland_2012", "--language", "en")
      #expect(unknown.code == 2 && unknown.errors.contains("sjaelland_2012"), "\(unknown.errors)")
      try FileManager.default.removeItem(at: program.folder.appendingPathComponent("r/data/capacity.csv"))
      let bare = try program.run("forecast", "-p", "r", "--draws", "20", "--measure", "waiting", "--measure", "stock")
      #expect(bare.code == 0 && bare.output.contains("pladser kræver capacity.csv") && bare.errors.contains("data/capacity.csv"), "\(bare.errors)")
    }
  }
}
