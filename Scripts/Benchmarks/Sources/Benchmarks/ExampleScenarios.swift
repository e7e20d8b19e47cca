import Foundation

/// The whole of `plads scenario` on the example region: a new process each time, files in the page cache.
struct ExampleScenarios {
  private static let runs = 5
  let plads: String
  let folder: String

  func run(_ results: ResultsFile) throws {
    let project = folder + "/region"
    try check(FinishedProcess.run(plads, ["new", project, "--example", "region"]))
    let size = "6 scenarios x 2,000 draws x 36 months"
    for (form, aim) in [("table", "< 1 s, < 150 MB"), ("csv", "")] {
      let arguments = ["scenario", "--project", project, "--draws", "2000", "--horizon", "36", "--seed", "1", "--quiet", "--format", form]
      var found: [FinishedProcess] = []
      for _ in 0..<Self.runs { found.append(try check(FinishedProcess.run(plads, arguments))) }
      try results.add(
        TimedWork(
          work: "plads scenario, \(form == "csv" ? "every measure and month as CSV" : "as table"), example region", size: size,
          ours: Times(found.map(\.time)), peakMegabytes: found.map(\.peakMegabytes).max(), aim: aim))
    }
  }

  @discardableResult
  private func check(_ run: FinishedProcess) throws -> FinishedProcess {
    guard run.exitCode == 0 else { throw Misuse("plads ended with code \(run.exitCode)") }
    return run
  }
}
