import Foundation

/// The peers of the million rows, each fitting the same file in Python.
struct PythonFitPeers {
  let python: String
  let scripts: String
  let folder: String

  func glum(_ works: [TimedWork], notes: inout [String]) -> [TimedWork] {
    let reports = reports(["glum", "glum-exact"], script: "glm_glum.py", file: "counts.f64", notes: &notes)
    return reports.isEmpty ? works : works.flatMap { work in reports.map { work.with($0) } }
  }

  func leastSquares(_ works: [TimedWork], notes: inout [String]) -> [TimedWork] {
    let reports = reports(["lstsq", "normal-equations"], script: "least_squares_numpy.py", file: "dense.f64", notes: &notes)
    guard !reports.isEmpty else { return works.map { DenseLeastSquares.withFiguresRight($0, nil) } }
    return works.flatMap { work in reports.map { DenseLeastSquares.withFiguresRight(work.with($0), $0) } }
  }

  private func reports(_ names: [String], script: String, file: String, notes: inout [String]) -> [PeerReport] {
    names.compactMap { name in
      Peer(program: python, arguments: ["\(scripts)/\(script)", "\(folder)/\(file)", name], output: "\(folder)/\(name).json")
        .run(name, notes: &notes)
    }
  }
}
