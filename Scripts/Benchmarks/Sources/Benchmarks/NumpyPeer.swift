import Foundation

/// The simulation as one writes it with numpy, on the same cells; nothing where numpy is not installed.
struct NumpyPeer {
  let python: String
  let script: String
  let folder: String

  /// Puts the peer's times beside ours: all our threads against one process and against as many, one against one.
  func fill(_ works: [TimedWork], notes: inout [String]) -> [TimedWork] {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    guard let alone = report(processes: 1, notes: &notes) else { return works }
    let together = processors > 1 ? report(processes: processors, notes: &notes) : nil
    return works.flatMap { work -> [TimedWork] in
      guard work.work.hasPrefix("simulate") else { return [work] }
      guard let together, work.work == NationalSimulation.workName(threads: processors) else { return [work.with(alone)] }
      var second = work.with(together)
      second.aim = ""
      return [work.with(alone), second]
    }
  }

  private func report(processes: Int, notes: inout [String]) -> PeerReport? {
    let truth = NationalSimulation.Truth()
    let peer = Peer(
      program: python,
      arguments: [
        script, folder + "/cells.csv", "--periods", "\(NationalSimulation.quarters)", "--paths", "\(NationalSimulation.paths)",
        "--admission-theta", "\(truth.admissionTheta)", "--homecoming-theta", "\(truth.homecomingTheta)", "--processes", "\(processes)",
      ], output: folder + "/numpy.json")
    return peer.run("numpy, \(processes) process\(processes == 1 ? "" : "es")", notes: &notes)
  }
}
