import Foundation
import Testing

/// What files and screens always hold, whatever the project.
@Suite("Promises of forecast and scenario")
struct PromiseTests {
  private static let scenarios = [
    "basis", "besparelse", "domstilgang", "enkeltmand_samling", "hjemtagning", "kompleksitet", "kort_varsel", "lukning", "nyt_tilbud", "ompakning", "reform",
    "takststop", "vigende",
  ]

  private struct Document: Decodable {
    struct Column: Decodable {
      let name: String
      let unit: String
    }

    enum Cell: Decodable {
      case text(String), number(Double), empty

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
          self = .empty
        } else if let number = try? container.decode(Double.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }

    let meta: Meta
    let columns: [Column]
    let rows: [[Cell]]

    struct Meta: Decodable {
      let synthetic: String
      let origin: String
    }
  }

  @Test("JSON and CSV hold the same rows; the metadata says that the region is synthetic", arguments: ["forecast", "scenario"])
  func sameRows(_ command: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = [command] + (command == "scenario" ? ["lukning"] : []) + ["-p", "r", "--draws", "20", "--horizon", "12", "--by", "total"]
      let csv = try program.run(arguments + ["--format", "csv"])
      let json = try program.run(arguments + ["--format", "json"])
      #expect(csv.code == 0 && json.code == 0)
      let document = try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
      let lines = csv.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      #expect(document.columns.map(\.name) == lines[0])
      #expect(document.rows.count == lines.count - 1)
      #expect(document.rows.allSatisfy { $0.count == document.columns.count })
      for (row, line) in zip(document.rows, lines.dropFirst()) {
        for (cell, text) in zip(row, line) {
          switch cell {
          case .text(let value): #expect(value == text)
          case .number(let value): #expect(value == Double(text))
          case .empty: #expect(text.isEmpty)
          }
        }
      }
      #expect(document.meta.synthetic == "true")
      #expect(document.meta.origin == "2026-10")
      #expect(!json.output.contains(program.folder.path))
    }
  }

  @Test("The same bytes with one thread and with two, on flows and on stocks alone", arguments: ["region", "denmark"])
  func threads(_ example: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", example).code == 0)
      let arguments = ["forecast", "-p", "r", "--by", "municipality", "--draws", "30", "--format", "json", "--threads"]
      let one = try program.run(arguments + ["1"])
      let two = try program.run(arguments + ["2"])
      #expect(one.code == 0, "\(one.errors)")
      #expect(one.output == two.output)
      #expect(one.errors == two.errors)
    }
  }

  @Test("Machine formats are the same in both languages, with a decimal point", arguments: ["csv", "json"])
  func machineFormats(_ format: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["scenario", "hjemtagning", "-p", "r", "--draws", "20", "--horizon", "12", "--format", format]
      let danish = try program.run(arguments)
      let english = try program.run(arguments + ["--language", "en"])
      #expect(danish.code == 0)
      #expect(danish.output == english.output)
      #expect(danish.output.contains(/[0-9]\.[0-9]/))
    }
  }

  @Test("People read a decimal comma in Danish and a point in English, in lines of at most 100 places")
  func decimalSigns() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      for format in ["table", "markdown"] {
        let arguments = ["scenario", "hjemtagning", "-p", "r", "--draws", "20", "--measure", "occupancy", "--format", format]
        let danish = try program.run(arguments).output
        #expect(danish.contains(/[0-9],[0-9] \\?\[/), "\(danish)")
        let english = try program.run(arguments + ["--language", "en"]).output
        #expect(english.contains(/[0-9]\.[0-9] \\?\[/), "\(english)")
        guard format == "table" else { continue }
        for line in danish.split(separator: "\n") + english.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      }
    }
  }

  @Test("Everything that people read says that the region is invented", arguments: [["check"], ["forecast"], ["scenario", "basis", "vigende"], ["fit"]])
  func syntheticNotice(_ command: [String]) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let draws = command[0] == "forecast" || command[0] == "scenario" ? ["--draws", "10", "--horizon", "12"] : []
      for format in ["table", "markdown"] {
        let danish = try program.run(command + ["-p", "r", "--format", format] + draws)
        #expect(danish.code == 0, "\(danish.errors)")
        #expect(danish.output.contains("Syntetisk region: opdigtede tilbud og borgere"))
        #expect(danish.output.contains("Intern: små tal er ikke skjult"))
        let english = try program.run(command + ["-p", "r", "--format", format, "--language", "en"] + draws)
        #expect(english.output.contains("Synthetic region: invented offers and citizens"))
      }
    }
  }

  @Test("Each shipped scenario runs, alone and together", arguments: scenarios)
  func sixScenarios(_ name: String) throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      // A stop of tariffs moves later settlement alone, which these measures do not hold.
      let isMoney = ["besparelse", "kompleksitet", "takststop"].contains(name)
      let run = try program.run("scenario", name, "-p", "r", "--draws", "20", "--by", "offer", "--measure", isMoney ? "result" : "stock", "--format", "csv")
      #expect(run.code == 0, "\(run.errors)")
      let rows = run.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(Set(rows.map { String($0[0]) }) == Set(["basis", name]))
      let changed = rows.contains { $0[0] == name && $0[14] != "0" }
      #expect(changed == (name != "basis" && name != "takststop"))
    }
  }

  @Test("Mosebakken is empty after it closes, and its citizens are elsewhere")
  func closure() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run("scenario", "lukning", "-p", "r", "--draws", "20", "--by", "offer", "--format", "csv", "--offer", "Mosebakken")
      #expect(run.code == 0, "\(run.errors)")
      let rows = run.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      let after = rows.filter { $0[0] == "lukning" && $0[2] >= "2027-06" && ["stock", "places", "admissions"].contains($0[8]) }
      #expect(!after.isEmpty)
      #expect(after.allSatisfy { $0[11] == "0" })
      let total = try program.run("scenario", "lukning", "-p", "r", "--draws", "20", "--by", "total", "--format", "csv", "--measure", "stock")
      #expect(total.output.split(separator: "\n").dropFirst().allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false)[14] == "0" })
    }
  }

  @Test("Longer periods are whole years: none that began before the forecast or ends after it")
  func wholeYears() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let run = try program.run(
        "forecast", "-p", "r", "--draws", "10", "--every", "year", "--format", "csv", "--by", "total", "--measure", "admissions")
      let years = Set(run.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false)[1] })
      #expect(years == ["2027", "2028"])
      let short = try program.run("forecast", "-p", "r", "--every", "year", "--horizon", "6")
      #expect(short.code == 2)
      #expect(short.errors.contains("--horizon"))
    }
  }

  @Test("A file holds the same bytes as the screen")
  func outputFile() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      let arguments = ["forecast", "-p", "p", "--draws", "20", "--format", "csv"]
      let screen = try program.run(arguments)
      let before = try program.names()
      let file = try program.run(arguments + ["-o", "out.csv"])
      #expect(file.code == 0)
      #expect(file.output.isEmpty)
      #expect(try program.read("out.csv") == screen.output)
      #expect(try program.names() == (before + ["out.csv"]).sorted())
    }
  }

  @Test("A file name that promises another format is refused", arguments: [("csv", "table"), ("json", "csv"), ("md", "json")])
  func misleadingName(_ ending: String, _ format: String) throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      let run = try program.run("forecast", "-p", "p", "--format", format, "-o", "out.\(ending)")
      #expect(run.code == 2)
      #expect(run.errors.contains("--format \(ending == "md" ? "markdown" : ending)"), "\(run.errors)")
      #expect(!program.exists("out.\(ending)"))
    }
  }

  @Test(
    "Any subset of the flows can be forecast, without running away",
    arguments: [
      ["stock", "admissions"], ["stock", "homecomings"], ["stock", "admissions", "homecomings"], ["stock", "admissions", "homecomings", "other_exits"],
    ])
  func subsets(_ columns: [String]) throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      try program.write(SmallProject.activity(columns), to: "p/data/activity.csv")
      let run = try program.run("forecast", "-p", "p", "--draws", "200", "--format", "csv", "--measure", "stock")
      #expect(run.code == 0, "\(run.errors)")
      let means = run.output.split(separator: "\n").dropFirst().compactMap { Double($0.split(separator: ",", omittingEmptySubsequences: false)[9]) }
      #expect(means.count == 12)
      #expect(means.allSatisfy { (90...180).contains($0) }, "a steady stock of 130 must neither vanish nor run away: \(means)")
    }
  }

  @Test("Flows without a stock are forecast as flows, and the empty table of stocks says why", arguments: [["admissions"], ["admissions", "homecomings", "other_exits"]])
  func flowsAlone(_ columns: [String]) throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      try program.write(SmallProject.activity(columns), to: "p/data/activity.csv")
      let stock = try program.run("forecast", "-p", "p", "--draws", "20")
      #expect(stock.code == 0)
      #expect(stock.output.contains("--measure admissions"), "\(stock.output)")
      let flows = try program.run("forecast", "-p", "p", "--draws", "20", "--measure", "admissions")
      #expect(flows.code == 0)
      #expect(flows.output.contains("Indskrivninger i kvartalet"))
      #expect(flows.output.contains("autisme"))
    }
  }
}
