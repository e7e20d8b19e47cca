import Foundation

/// What two programs found for the same data: kind ("variances", "theta", "coefficients"), name, value.
struct Estimates: Codable {
  var values: [String: [String: Double]]

  init(_ values: [String: [String: Double]]) { self.values = values }
  init(from decoder: any Decoder) throws { values = try decoder.singleValueContainer().decode([String: [String: Double]].self) }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }

  /// Figures of a kind that agree with `other`, the worst of its names: -log10 of the relative difference. Coefficients are
  /// held against the largest one, since some are near zero. Nil where one of both lacks the kind.
  func figures(in other: Estimates, of kind: String) -> Double? {
    guard let ours = values[kind], let theirs = other.values[kind] else { return nil }
    let largest = theirs.values.map(abs).max() ?? 0
    return Set(ours.keys).union(theirs.keys).map { name -> Double in
      guard let a = ours[name], let b = theirs[name] else { return 0 }
      return a == b ? 15 : min(15, max(0, -log10(abs(a - b) / (kind == "coefficients" ? largest : abs(b)))))
    }.min()
  }

  /// The agreement of every kind.
  func agreement(with other: Estimates) -> String {
    let parts = values.keys.sorted().compactMap { kind in figures(in: other, of: kind).map { String(format: "%@ %.1f", kind, $0) } }
    return "figures alike: " + parts.joined(separator: ", ")
  }

  /// As a remark: the kinds that have few values.
  var text: String {
    values.filter { $0.value.count <= 4 }.sorted { $0.key < $1.key }.map { kind, values in
      kind + " " + values.sorted { $0.key < $1.key }.map { ($0.key.isEmpty ? "" : $0.key + " ") + String(format: "%.6g", $0.value) }
        .joined(separator: ", ")
    }.joined(separator: "; ")
  }
}

/// What a peer's script prints: one JSON object.
struct PeerReport: Decodable {
  /// Its name and version.
  let peer: String
  /// Reading and preparing are not timed.
  let runs: [RunTime]
  let estimates: Estimates?
}

/// Another program on the same files.
struct Peer {
  let program: String
  let arguments: [String]
  let output: String

  /// Nil where it is not installed or fails; the reason is then a note.
  func run(_ name: String, notes: inout [String]) -> PeerReport? {
    print("benchmark: \(name)", to: &standardError)
    do {
      let run = try FinishedProcess.run(program, arguments, output: output)
      guard run.exitCode == 0, let data = FileManager.default.contents(atPath: output) else {
        notes.append("\(name) is left out: it is not installed or failed (code \(run.exitCode))")
        return nil
      }
      let report = try JSONDecoder().decode(PeerReport.self, from: data)
      if let estimates = report.estimates, !estimates.text.isEmpty { notes.append("\(report.peer): \(estimates.text)") }
      return report
    } catch {
      notes.append("\(name) is left out: \(error)")
      return nil
    }
  }
}

nonisolated(unsafe) var standardError = StandardError()

struct StandardError: TextOutputStream {
  mutating func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
