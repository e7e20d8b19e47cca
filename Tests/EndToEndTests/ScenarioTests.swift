import Foundation
import Testing

@Suite("plads forecast and scenario")
struct ScenarioTests {
  private static let scenarioColumns =
    "scenario,base,period,region,area,municipality,offer,kind,measure,unit,mean,median,lower,upper,delta_mean,delta_lower,delta_upper,p_worse,level"
  private static let forecastColumns = "origin,period,region,area,municipality,offer,kind,measure,unit,mean,median,lower,upper,level"

  private struct Document: Decodable {
    struct Column: Decodable { let name: String }
    let columns: [Column]
  }

  @Test("Buyers who react to settled tariffs: off by default, said where on, the same with any number of threads")
  func priceReaction() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write("title = \"Reaktion\"\n[[change]]\nwhat = \"price_reaction\"\nelasticity = [0.2, 0.8]\n", to: "r/scenarios/reaktion.toml")
      let arguments = ["scenario", "reaktion", "-p", "r", "--draws", "40", "--area", "boern_og_unge"]
      let rules = ["--rules", "nordjylland_socialaftale"]
      let csv = try program.run(arguments + rules + ["--format", "csv"])
      #expect(csv.code == 0, "\(csv.errors)")
      #expect(try csv.output == program.run(arguments + rules + ["--format", "csv", "--threads", "1", "--fresh"]).output)
      func stocks(_ output: String, _ scenario: String) -> [String] { output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("\(scenario),") && $0.contains(",stock,") } }
      func values(_ lines: [String]) -> [String] { lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).dropFirst(2).prefix(9).joined(separator: ",") } }
      #expect(values(stocks(csv.output, "reaktion")) != values(stocks(csv.output, "basis")))
      let neutral = try program.run(arguments + ["--format", "csv"])
      #expect(neutral.code == 0 && values(stocks(neutral.output, "reaktion")) == values(stocks(neutral.output, "basis")))
      let sheet = try program.run(arguments + rules)
      for word in ["Prisreaktion (antagelse)", "elasticity = [0.2, 0.8]", "nordjylland_socialaftale"] { #expect(sheet.output.replacing("\n", with: " ").contains(word), "\(word)") }
      #expect(try program.run(arguments + ["--language", "en"]).output.replacing("\n", with: " ").contains("without effect"))
      #expect(try program.run("risk", "--scenario", "reaktion", "-p", "r", "--draws", "20", "--rules", "nordjylland_socialaftale").output.contains("Prisreaktion"))
    }
  }

  @Test("CSV and JSON carry exactly the promised columns")
  func columns() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      for (command, columns) in [("scenario", Self.scenarioColumns), ("forecast", Self.forecastColumns)] {
        let csv = try program.run(command, "-p", "r", "--format", "csv", "--draws", "20", "--every", "year")
        #expect(csv.code == 0, "\(csv.errors)")
        #expect(csv.output.split(separator: "\n").first.map(String.init) == columns)
        #expect(csv.errors.contains("Syntetisk region"))
        let json = try program.run(command, "-p", "r", "--format", "json", "--draws", "20", "--every", "year")
        let document = try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
        #expect(document.columns.map(\.name).joined(separator: ",") == columns)
      }
    }
  }

  @Test("The same seed gives the same bytes with one thread and with two; another seed does not", arguments: ["csv", "json", "table"])
  func reproducible(format: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["scenario", "hjemtagning", "lukning", "-p", "r", "--format", format, "--draws", "60", "--quiet"]
      let one = try program.run(arguments + ["--threads", "1"])
      let two = try program.run(arguments + ["--threads", "2"])
      let other = try program.run(arguments + ["--seed", "2"])
      #expect(one.code == 0)
      #expect(one.output == two.output)
      #expect(one.output != other.output)
    }
  }

  @Test("People's tables: synthetic notice, decimal comma, every area, differences of the scenarios")
  func tables() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run("scenario", "-p", "r", "--draws", "100", "--quiet")
      #expect(run.code == 0)
      #expect(run.output.contains("Syntetisk region: opdigtede tilbud og borgere"))
      #expect(run.output.contains("Dobbeltdiagnose"))
      #expect(run.output.contains("(opdigtet)"))
      for name in ["hjemtagning", "kort_varsel", "vigende", "nyt_tilbud"] { #expect(run.output.contains(name)) }
      #expect(run.output.split(separator: "\n").contains { $0.hasPrefix("Uden virkning her:") && $0.contains("lukning") })
      #expect(run.output.contains("P(værre)"))
      let english = try program.run("scenario", "-p", "r", "--draws", "100", "--quiet", "--language", "en")
      #expect(english.output.contains("P(worse)"))
      #expect(english.output.split(separator: "\n").contains { $0.hasPrefix("No effect here:") && $0.contains("lukning") })
      #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
  }

  @Test("The Danish figures by region, labelled as what they are not")
  func denmark() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "d", "--example", "denmark").code == 0)
      let run = try program.run("scenario", "-p", "d", "--by", "region", "--draws", "100")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("ikke anbringelser i regionale tilbud"))
      for region in ["Hovedstaden", "Midtjylland", "Nordjylland", "Sjælland", "Syddanmark"] { #expect(run.output.contains(region)) }
      #expect(run.output.contains("2035"))
    }
  }

  @Test(
    "A broken scenario: one message with its place and the nearest name, exit code 1, nothing written",
    arguments: [
      ("[[change]]\nwhat = \"homecoming\"\nmultply = 1.3\n", "række 3", "multiply"),
      ("[[change]]\nwhat = \"homecoming\"\nmunicipalities = [\"Silkborg\"]\nmultiply = 1.3\n", "række 3", "Silkeborg"),
      ("[[change]]\nwhat = \"homecoming\"\nfrom = \"2027-4\"\nmultiply = 1.3\n", "række 3", "2027-04"),
      ("[[change]]\nwhat = \"homecomng\"\nmultiply = 1.3\n", "række 2", "homecoming"),
      ("[=]\n", "række 1", ""),
    ])
  func broken(text: String, place: String, hint: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      try program.write(text, to: "r/scenarios/x.toml")
      let run = try program.run("scenario", "x", "-p", "r", "--output", "out.txt")
      #expect(run.code == 1)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains("x.toml, \(place)"), "\(run.errors)")
      #expect(hint.isEmpty || run.errors.contains(hint))
      #expect(!program.exists("out.txt"))
    }
  }

  @Test(
    "A wrong command line ends with 2 and names what is valid",
    arguments: [
      (["scenario", "hjemtagnign"], "hjemtagning"), (["forecast", "--area", "autsime"], "autisme"),
      (["forecast", "--measure", "stok"], "stock"), (["forecast", "--municipality", "Arhus"], "Aarhus"),
      (["forecast", "--offer", "mosebakken"], "--by offer"),
    ])
  func wrongCommandLine(arguments: [String], hint: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(arguments + ["-p", "r"])
      #expect(run.code == 2)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(hint), "\(run.errors)")
    }
  }

  @Test("Two files of one's own are enough: stocks alone, and stocks with flows", arguments: [false, true])
  func ownFiles(withFlows: Bool) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "p").code == 0)
      try program.write("code,name,region\n740,Silkeborg,Midtjylland\n751,Aarhus,Midtjylland\n", to: "p/data/municipalities.csv")
      var rows = "area,period,payer,stock" + (withFlows ? ",admissions,homecomings,other_exits\n" : "\n")
      for quarter in 0..<24 {
        for (payer, stock) in [("740", 40), ("751", 90)] {
          rows += "autisme,\(2019 + quarter / 4)Q\(quarter % 4 + 1),\(payer),\(stock)" + (withFlows ? ",3,1,2\n" : "\n")
        }
      }
      try program.write(rows, to: "p/data/activity.csv")
      let run = try program.run("forecast", "-p", "p", "--format", "csv", "--draws", "300", "--measure", "stock")
      #expect(run.code == 0, "\(run.errors)")
      let lines = run.output.split(separator: "\n").dropFirst()
      #expect(lines.count == 12)
      for line in lines {
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        let mean = try #require(Double(cells[9]))
        #expect((100...160).contains(mean), "a steady stock of 130 must not run away: \(mean)")
      }
    }
  }
}
