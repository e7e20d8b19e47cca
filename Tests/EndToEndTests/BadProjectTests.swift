import Foundation
import Testing

/// Every file that cannot be used: one message with place and remedy, exit code 1, nothing written.
@Suite("Bad project files")
struct BadProjectTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    var withStays = false
    let file: String
    /// The whole file, or an edit of it.
    let content: @Sendable (String) -> String
    let expected: [String]

    var testDescription: String { name }
  }

  private static func activity(_ name: String, _ expected: [String], _ content: @escaping @Sendable (String) -> String) -> Case {
    Case(name: name, file: "data/activity.csv", content: content, expected: ["data/activity.csv"] + expected)
  }

  /// Row 3 is 2019Q1 of Aarhus.
  private static func stock(_ value: String, _ expected: String) -> Case {
    activity("stock \(value)", ["række 3, kolonne stock: »\(value)«", expected]) {
      $0.replacing("autisme,2019Q1,751,90", with: "autisme,2019Q1,751,\(value)")
    }
  }

  private static func stays(_ name: String, _ old: String, _ new: String, _ expected: [String]) -> Case {
    Case(
      name: name, withStays: true, file: "data/stays.csv", content: { $0.replacing(old, with: new) },
      expected: ["data/stays.csv", "række 2"] + expected)
  }

  private static func settings(_ name: String, _ text: String, _ expected: [String]) -> Case {
    Case(name: name, file: "plads.toml", content: { _ in text }, expected: ["plads.toml"] + expected)
  }

  static let cases: [Case] = [
    activity("empty file", ["filen er tom", "kolonnenavne"]) { _ in "" },
    activity("header alone", ["ingen rækker", "Kør udtrækket igen"]) { String($0.prefix { $0 != "\n" }) + "\n" },
    activity("missing column", ["kolonnen period mangler"]) { $0.replacing(",period,", with: ",when,") },
    activity("wrong delimiter", ["række 1", "semikolon eller komma"]) { $0.replacing(",", with: "|") },
    stock("nan", "Skriv et tal"), stock("inf", "Skriv et tal"), stock("0x1p3", "Skriv et tal"), stock("1e400", "Skriv et tal"),
    stock("-1", "positivt"), stock("1e20", "Ret tallet"), stock("2000000", "Ret tallet"),
    activity("thousands", ["række 3, kolonne stock: »1.234,5«", "1234,5"]) { $0.replacing("2019Q1,751,90", with: "2019Q1,751,\"1.234,5\"") },
    activity("unknown code", ["række 3, kolonne payer: »7511«", "ingen kendt kommunekode"]) { $0.replacing("2019Q1,751,", with: "2019Q1,7511,") },
    activity("unknown name", ["række 3, kolonne payer: »Arhus«", "»Aarhus«"]) { $0.replacing("2019Q1,751,", with: "2019Q1,Arhus,") },
    activity("duplicate key", ["række 50", "fra række 3"]) { $0 + "autisme,2019Q1,751,90\n" },
    activity("impossible period", ["række 3, kolonne period: »2019Q5«", "2027"]) { $0.replacing("2019Q1,751", with: "2019Q5,751") },
    activity("another period length", ["række 3, kolonne period: »2019-01«", "kvartaler"]) { $0.replacing("2019Q1,751", with: "2019-01,751") },
    activity("CPR", ["række 3, kolonne area: »010190-****«", "pseudonym"]) { $0.replacing("autisme,2019Q1,751", with: "010190-1234,2019Q1,751") },
    activity("short row", ["række 50", "3 felter"]) { $0 + "autisme,2025Q1,751\n" },
    activity("open quote", ["række 3", "Luk anførselstegnet"]) { $0.replacing("autisme,2019Q1,751", with: "\"autisme,2019Q1,751") },
    activity("no text", ["ikke en tekstfil", "CSV"]) { _ in "\u{0}\u{1}\u{2}\u{0}abc" },
    activity("a workbook", ["Excel", "CSV"]) { _ in "PK\u{3}\u{4}rest" },
    activity("one line of 10 MB", ["række 1", "en linje pr. række"]) { _ in String(repeating: "a", count: 10_000_000) },
    stays("impossible date", "2020-01-01", "31-02-2020", ["kolonne start: »31-02-2020«", "Ret datoen"]),
    stays("no date", "2020-01-01", "nytår", ["kolonne start: »nytår«", "2027-04-01"]),
    stays("end before start", "2022-05-01", "2019-05-01", ["kolonne end: »2019-05-01«", "Ret en af datoerne"]),
    stays("unknown offer", "751,mosebakken,2020", "751,mosebaken,2020", ["kolonne offer: »mosebaken«", "»mosebakken«"]),
    stays("unknown reason", "homecoming", "hjemtagninq", ["kolonne end_reason", "»hjemtagning«"]),
    stays("CPR without a hyphen", "a1", "0101901234", ["kolonne citizen: »010190-****«", "pseudonym"]),
    Case(
      name: "overlapping stays", withStays: true, file: "data/stays.csv", content: { $0 + "a1,751,mosebakken,2021-01-01,2021-06-01,discharge\n" },
      expected: ["data/stays.csv, række 5", "overlapper række 2"]),
    settings("unknown key", "[project]\nnmae = \"x\"\n", ["række 2, kolonne 1: »nmae«", "»name«"]),
    settings("unknown section", "[prject]\nname = \"x\"\n", ["række 1", "»project«"]),
    settings("no TOML", "[project]\nname = = 3\n", ["række 2"]),
    settings("impossible setting", "[project]\nhorizon = 0\n", ["række 2", "mellem 1 og"]),
  ]

  @Test("One message with place and remedy", arguments: cases)
  func refused(_ example: Case) throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program, withStays: example.withStays)
      try program.write(example.content(try program.read("p/" + example.file)), to: "p/" + example.file)
      try program.write("before\n", to: "out.txt")
      let before = try program.names()
      let check = try program.run("check", "-p", "p")
      #expect(check.code == 1)
      let run = try program.run("forecast", "-p", "p", "--draws", "10", "--horizon", "2", "-o", "out.txt")
      #expect(run.code == 1)
      #expect(run.output.isEmpty)
      for words in example.expected {
        #expect(run.errors.contains(words), "\(words) is not in: \(run.errors)")
        #expect(check.errors.contains(words), "\(words) is not in: \(check.errors)")
      }
      #expect(!run.errors.contains("0101901234") && !run.errors.contains("010190-1234"))
      #expect(run.errors.split(separator: "\n").count { $0.hasPrefix("fejl:") } <= 2, "\(run.errors)")
      #expect(try program.read("out.txt") == "before\n")
      #expect(try program.names() == before)
    }
  }

  @Test("A folder instead of a file", arguments: ["data/activity.csv", "plads.toml"])
  func folder(_ file: String) throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      let place = program.folder.appendingPathComponent("p/" + file)
      try FileManager.default.removeItem(at: place)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
      let run = try program.run("forecast", "-p", "p")
      #expect(run.code == 1)
      #expect(run.errors.contains("\(file): er en mappe"), "\(run.errors)")
    }
  }

  @Test("A folder that cannot be written to, a full disk: nothing is left behind")
  func readOnly() throws {
    try Program.withFolder { program in
      try SmallProject.make(in: program)
      let arguments = ["forecast", "-p", "p", "--draws", "10", "--horizon", "2", "-o"]
      for target in ["/dev/full", "/proc/plads.txt", "nowhere/out.txt", "p"] {
        let run = try program.run(arguments + [target])
        #expect(run.code == 1)
        #expect(run.errors.contains("fejl: \(target): filen kan ikke skrives."), "\(run.errors)")
      }
      // The administrator may write everywhere.
      guard geteuid() != 0 else { return }
      try program.write("before\n", to: "p/data/out.txt")
      try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: program.folder.appendingPathComponent("p/data").path)
      defer {
        try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.folder.appendingPathComponent("p/data").path)
      }
      #expect(try program.run(arguments + ["p/data/out.txt"]).code == 1)
      #expect(try program.read("p/data/out.txt") == "before\n")
      #expect(!(try program.names(in: "p/data").contains { $0.hasSuffix(".tmp") }))
    }
  }
}
