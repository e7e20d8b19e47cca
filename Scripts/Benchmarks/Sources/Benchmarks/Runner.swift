import Foundation

/// Runs the works that are asked for, each in processes of its own, and prints the table.
struct Runner {
  private enum Work: String, CaseIterable {
    case scenario, fit, grow, glm, dense, simulate, read
  }

  private var plads = ""
  /// The peers' scripts, and the Python in which their packages are.
  private var scripts = ""
  private var python = "python3"
  private var folder = ""
  /// Leaves out the peers that take minutes.
  private var isQuick = false
  private var works: [Work] = []
  private let results: ResultsFile

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--quick": isQuick = true
      case "--plads", "--scripts", "--python", "--folder":
        guard let value = rest.popFirst() else { throw Misuse("\(word) is missing") }
        switch word {
        case "--plads": plads = value
        case "--scripts": scripts = value
        case "--python": python = value
        default: folder = value
        }
      default:
        guard let work = Work(rawValue: word) else {
          throw Misuse("no benchmark \(word); there are: \(Work.allCases.map(\.rawValue).joined(separator: " "))")
        }
        works.append(work)
      }
    }
    guard !plads.isEmpty, !scripts.isEmpty, !folder.isEmpty else { throw Misuse("Scripts/benchmark runs this program") }
    if works.isEmpty { works = Work.allCases }
    results = ResultsFile(folder: folder)
  }

  func run() throws {
    let before = Machine.now
    var table = ResultTable()
    var notes: [String] = []
    for work in works {
      print("benchmark: \(work.rawValue)", to: &standardError)
      for result in try time(work, notes: &notes) { table.add(result) }
    }
    print(table.text)
    print("\ns is time on the clock, cpu s the median of that of all processors; the ratios are the peer's times over ours.")
    notes.forEach { print($0) }
    print("machine: \(Machine.now.since(before))")
  }

  private func time(_ work: Work, notes: inout [String]) throws -> [TimedWork] {
    switch work {
    case .scenario:
      try ExampleScenarios(plads: plads, folder: folder).run(results)
      return try taken(notes: &notes)
    case .fit:
      let works = try timed("fit", notes: &notes)
      if isQuick { return works }
      return NationalFitPeers(script: scripts + "/national.R", folder: folder).fill(works, notes: &notes)
    case .grow:
      return try timed("grow", notes: &notes)
    case .glm:
      _ = try own("generate-glm")
      return PythonFitPeers(python: python, scripts: scripts, folder: folder).glum(try timed("glm", notes: &notes), notes: &notes)
    case .dense:
      _ = try own("generate-dense")
      return PythonFitPeers(python: python, scripts: scripts, folder: folder).leastSquares(try timed("dense", notes: &notes), notes: &notes)
    case .simulate:
      let works = try timed("simulate", notes: &notes)
      return NumpyPeer(python: python, script: scripts + "/simulate_numpy.py", folder: folder).fill(works, notes: &notes)
    case .read:
      _ = try own("generate-stays")
      let peaks = try (0..<5).map { _ in try own("read").peakMegabytes }
      return MillionStays.joined(try taken(notes: &notes), peak: peaks.max() ?? 0)
    }
  }

  private func taken(notes: inout [String]) throws -> [TimedWork] {
    let found = try results.take()
    notes += found.notes
    return found.results
  }

  /// The works of one process of this program, with its peak of memory.
  private func timed(_ command: String, notes: inout [String]) throws -> [TimedWork] {
    let peak = try own(command).peakMegabytes
    return try taken(notes: &notes).map { $0.with(peakMegabytes: peak) }
  }

  private func own(_ command: String) throws -> FinishedProcess {
    let run = try FinishedProcess.run(CommandLine.arguments[0], [command, folder])
    guard run.exitCode == 0 else { throw Misuse("\(command) ended with code \(run.exitCode)") }
    return run
  }
}

/// How busy the machine was, this program included.
private struct Machine {
  let load: String
  /// Jiffies of all processors since the start: user, nice, system, idle, waiting, interrupts (two), taken by the host.
  let jiffies: [Double]

  static var now: Machine {
    var values = [0.0, 0, 0]
    let known = getloadavg(&values, 3) == 3
    let first = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.split(separator: "\n").first ?? ""
    return Machine(
      load: known ? values.map { String(format: "%.1f", $0) }.joined(separator: " ") : "unknown",
      jiffies: first.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) })
  }

  func since(_ before: Machine) -> String {
    var text = "\(ProcessInfo.processInfo.activeProcessorCount) processors; load average \(before.load) before, \(load) after"
    guard jiffies.count == 8, before.jiffies.count == 8 else { return text }
    let spent = zip(jiffies, before.jiffies).map { $0 - $1 }
    let all = max(1, spent.reduce(0, +))
    text += String(format: "; idle %.0f %%, taken by the host of the virtual machine %.0f %%", 100 * spent[3] / all, 100 * spent[7] / all)
    return text
  }
}
