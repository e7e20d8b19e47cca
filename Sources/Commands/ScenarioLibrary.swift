internal import Groundwork
internal import Ingest
internal import Scenarios

/// The scenario files of a project and those that the user names: one scenario a TOML file, any number in a sheet (.csv, .xlsx).
struct ScenarioLibrary {
  /// Every scenario that may be a base, by name.
  let all: [Scenario]
  /// Every file that was read, each once.
  private(set) var files: [(name: String, path: String)] = []
  /// What was assumed while reading sheets.
  private(set) var notes: [Finding] = []
  private let wanted: [Scenario]

  /// The first that was asked for.
  var chosen: Scenario { wanted[0] }

  /// The plain forecast's own file where it was asked for; nil where it changes something, and so is a scenario like others.
  var plainReference: Scenario? { wanted.first { $0.name == Self.reference && $0.changes.isEmpty } }

  /// Under which a run's inputs name scenarios.
  static let inputName = "scenario"
  /// The name of the plain forecast.
  static let reference = "basis"
  private static let sheetEndings = [".csv", ".xlsx", ".xlsm"]
  private static let sheetNames = ["scenarier", "scenarios", "scenarie", "scenario"]

  /// What one file holds.
  private struct Content {
    var scenarios: [Scenario] = []
    /// What is wrong with scenarios of the file, by name; nil for the whole file.
    var broken: [(name: String?, findings: [Finding])] = []
    var notes: [Finding] = []
  }

  /// - Parameter names: of scenarios or files; empty for all of the project's folder `scenarios`.
  init(folder: String, wanted names: [String]) throws {
    let shelf = folder == "." ? "scenarios" : folder + "/scenarios"
    var read: [Scenario] = []
    var broken: [(name: String?, findings: [Finding])] = []
    var origins: [String: String] = [:]
    for file in ([".toml"] + Self.sheetEndings).flatMap({ Folder.files(in: shelf, ending: $0) }) where !file.hasPrefix("~$") {
      let path = shelf + "/" + file
      let content = Self.read(path)
      broken += content.broken
      notes += content.notes
      if !content.scenarios.isEmpty { files.append((Self.inputName, path)) }
      for scenario in content.scenarios {
        if let other = origins[scenario.name] { broken.append((scenario.name, [Self.twice(scenario.name, path, other)])) }
        origins[scenario.name] = path
        read.append(scenario)
      }
    }
    var chosen: [Scenario] = []
    var faults: [Finding] = names.isEmpty ? broken.flatMap(\.findings) : []
    for name in names {
      if let findings = Self.faults(of: name, in: broken) {
        faults += findings
      } else if let known = read.first(where: { $0.name == name }) {
        chosen.append(known)
      } else if Self.isFile(name) {
        let own = name.hasPrefix(shelf + "/") ? read.filter { origins[$0.name] == name } : []
        let content = own.isEmpty ? Self.read(name) : Content(scenarios: own)
        faults += content.broken.flatMap(\.findings)
        notes += content.notes
        chosen += content.scenarios
        if own.isEmpty { files.append((Self.inputName, name)) }
      } else if broken.contains(where: { $0.name == nil }) {
        // The name may stand in a file that cannot be read.
        faults += broken.filter { $0.name == nil }.flatMap(\.findings)
      } else {
        let hint = NearestName.hint(name, among: read.map(\.name))
        throw UsageError(
          Phrase(
            da: "Der er intet scenarie »\(name)« i \(shelf). \(hint.da)", en: "There is no scenario “\(name)” in \(shelf). \(hint.en)"))
      }
    }
    guard faults.isEmpty else { throw FindingsError(faults) }
    all = read + chosen.filter { scenario in !read.contains { $0.name == scenario.name } }
    wanted = names.isEmpty ? read : chosen
    guard !wanted.isEmpty else {
      throw UsageError(
        Phrase(
          da: "Der er ingen scenarier i \(shelf). Læg en .toml-, .csv- eller .xlsx-fil dér, eller nævn en fil.",
          en: "There are no scenarios in \(shelf). Put a .toml, .csv or .xlsx file there or name a file."))
    }
  }

  /// For commands that take one scenario.
  /// - Throws: `UsageError` where a sheet of several is named.
  init(folder: String, only name: String) throws {
    try self.init(folder: folder, wanted: [name])
    guard wanted.count > 1 else { return }
    let names = wanted.map(\.name).joined(separator: ", ")
    throw UsageError(
      Phrase(da: "\(name) har flere scenarier: \(names). Nævn ét af dem.", en: "\(name) holds several scenarios: \(names). Name one of them."))
  }

  private static func isFile(_ name: String) -> Bool {
    name.contains("/") || ([".toml"] + sheetEndings).contains { name.lowercased().hasSuffix($0) }
  }

  /// What is wrong with the scenario of that name; nil where nothing is.
  private static func faults(of name: String, in broken: [(name: String?, findings: [Finding])]) -> [Finding]? {
    let own = broken.filter { $0.name == name }.flatMap(\.findings)
    return own.isEmpty ? nil : own
  }

  private static func twice(_ name: String, _ path: String, _ other: String) -> Finding {
    Finding(
      .error, file: path, value: name, message: Phrase(da: "scenariet står også i \(other).", en: "the scenario is in \(other), too."),
      remedy: Phrase(da: "Giv det ene et andet navn.", en: "Give one of them another name."))
  }

  private static func stem(_ path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let ending = ([".toml"] + sheetEndings).first { file.lowercased().hasSuffix($0) }
    return ending.map { String(file.dropLast($0.count)) } ?? file
  }

  private static func read(_ path: String) -> Content {
    let isSheet = sheetEndings.contains { path.lowercased().hasSuffix($0) }
    do throws(FindingsError) {
      guard isSheet else {
        let text = String(decoding: try TextFile.read(path), as: UTF8.self)
        return Content(scenarios: [try Scenario(text: text, file: path, name: stem(path), keepingFlaws: true)])
      }
      let table = try TableFile.read(path, preferring: sheetNames)
      let (columns, lines) = try table.columnsWithLines()
      let sheet = try ScenarioSheet(columns: columns, lines: lines, headerLine: table.headerLine, file: table.file, name: stem(path))
      return Content(scenarios: sheet.scenarios, notes: table.notes)
    } catch {
      return Content(broken: [(isSheet ? nil : stem(path), error.findings)])
    }
  }

  /// The plain forecast first, then what was asked for and every base that it needs, each once.
  func plans(_ builder: PlanBuilder) throws -> [Plan] {
    let hasOwnBase = all.contains { $0.name == Self.reference && !$0.changes.isEmpty }
    var plans = [builder.reference(named: hasOwnBase ? "prognose" : Self.reference)]
    var findings: [Finding] = []
    var queue = wanted
    var met: Set = [plans[0].name]
    while !queue.isEmpty {
      let scenario = queue.removeFirst()
      // Also scenarios that fail, or a ring of bases would never end.
      guard met.insert(scenario.name).inserted else { continue }
      do {
        plans.append(try builder.plan(scenario))
      } catch let error as FindingsError {
        findings += error.findings
      }
      if let base = scenario.base, let parent = all.first(where: { $0.name == base }) { queue.append(parent) }
    }
    guard findings.isEmpty else { throw FindingsError(findings) }
    plans[0].warnings += notes
    return plans
  }
}
