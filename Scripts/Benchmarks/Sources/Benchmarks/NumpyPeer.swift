import Foundation

/// The simulation as one writes it with numpy, on the same cells; nothing where numpy is not installed.
struct NumpyPeer {
  /// What the script prints.
  private struct Report: Decodable {
    let numpy: String
    let seconds: Double
    let processorSeconds: Double
    let admissions: Double
    let homecomings: Double
    let otherExits: Double
    let closingStock: Double

    var time: RunTime { RunTime(wall: seconds, processor: processorSeconds) }
  }

  let script: String
  let folder: String

  /// Puts the peer's times beside ours: all our threads against one process and against as many, one against one.
  func fill(_ works: [TimedWork], notes: inout [String]) throws -> [TimedWork] {
    let search = "import importlib.util, sys; sys.exit(importlib.util.find_spec('numpy') is None)"
    guard (try? FinishedProcess.run("python3", ["-c", search]))?.exitCode == 0 else {
      notes.append("numpy is not installed: its column is empty")
      return works
    }
    let processors = ProcessInfo.processInfo.activeProcessorCount
    let alone = try report(processes: 1)
    let together = processors > 1 ? try report(processes: processors) : alone
    notes.append(
      String(
        format: "numpy %@, means of a path: admissions %.0f, homecomings %.0f, other exits %.0f, closing stock %.0f", alone.numpy,
        alone.admissions, alone.homecomings, alone.otherExits, alone.closingStock))
    return works.flatMap { work -> [TimedWork] in
      guard work.work.hasPrefix("simulate") else { return [work] }
      var first = work
      (first.peer, first.peerTime) = ("numpy, 1 process", alone.time)
      guard processors > 1, work.work == NationalSimulation.workName(threads: processors) else { return [first] }
      var second = work
      (second.peer, second.peerTime, second.aim) = ("numpy, \(processors) processes", together.time, "")
      return [first, second]
    }
  }

  private func report(processes: Int) throws -> Report {
    let output = folder + "/numpy.json"
    let truth = NationalSimulation.Truth()
    let run = try FinishedProcess.run(
      "python3",
      [
        script, folder + "/cells.csv", "--periods", "\(NationalSimulation.quarters)", "--paths", "\(NationalSimulation.paths)",
        "--admission-theta", "\(truth.admissionTheta)", "--homecoming-theta", "\(truth.homecomingTheta)", "--processes", "\(processes)",
      ], output: output)
    guard run.exitCode == 0, let data = FileManager.default.contents(atPath: output) else {
      throw Misuse("\(script) ended with code \(run.exitCode)")
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: data)
  }
}
