import Foundation

/// One line of the table.
struct TimedWork: Codable {
  var work: String
  var size: String
  var ours: Times
  /// Peak resident memory of the process that did the work.
  var peakMegabytes: Double?
  var peer: String?
  var peerTimes: Times?
  /// What both sides are held against each other by.
  var estimates: Estimates?
  /// How ours agrees with the peer, or what else is found.
  var finding: String?
  var aim: String

  func with(peakMegabytes: Double) -> TimedWork {
    var copy = self
    copy.peakMegabytes = peakMegabytes
    return copy
  }

  /// With the peer's times, and how far its estimates agree with ours.
  func with(_ report: PeerReport) -> TimedWork {
    var copy = self
    (copy.peer, copy.peerTimes) = (report.peer, Times(report.runs))
    if let estimates, let theirs = report.estimates { copy.finding = estimates.agreement(with: theirs) }
    return copy
  }
}

/// What the processes hand to the one that prints: results and remarks, one JSON object a line.
struct ResultsFile {
  private enum Line: Codable {
    case result(TimedWork)
    case note(String)
  }

  private let path: String

  init(folder: String) { path = folder + "/results.jsonl" }

  func add(_ result: TimedWork) throws { try append(.result(result)) }
  func note(_ text: String) throws { try append(.note(text)) }

  private func append(_ line: Line) throws {
    guard let file = fopen(path, "a") else { throw Misuse("\(path) cannot be written") }
    defer { fclose(file) }
    fputs(String(decoding: try JSONEncoder().encode(line), as: UTF8.self) + "\n", file)
  }

  /// All results and notes so far, in the order in which they came; the file is emptied.
  func take() throws -> (results: [TimedWork], notes: [String]) {
    guard let data = FileManager.default.contents(atPath: path) else { return ([], []) }
    let lines = try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Line.self, from: $0) }
    try FileManager.default.removeItem(atPath: path)
    return (
      lines.compactMap { if case .result(let result) = $0 { result } else { nil } },
      lines.compactMap { if case .note(let note) = $0 { note } else { nil } }
    )
  }
}

/// The table as text.
struct ResultTable {
  private static let header = [
    "work", "size", "runs", "ours s: min", "median", "cpu s", "peak MB", "peer", "runs", "its s: min", "median", "cpu s", "ratio: min", "median",
    "cpu", "found", "aim",
  ]
  private var rows: [[String]] = [header]

  mutating func add(_ result: TimedWork) {
    let (ours, theirs) = (result.ours, result.peerTimes)
    func ratio(_ value: (Times) -> Double) -> String { theirs.map { String(format: "%.1f", value($0) / value(ours)) } ?? "-" }
    rows.append([
      result.work, result.size, "\(ours.count)", Self.seconds(ours.minimum), Self.seconds(ours.median), Self.seconds(ours.medianProcessor),
      result.peakMegabytes.map { String(format: "%.0f", $0) } ?? "-", result.peer ?? "-", theirs.map { "\($0.count)" } ?? "-",
      theirs.map { Self.seconds($0.minimum) } ?? "-", theirs.map { Self.seconds($0.median) } ?? "-",
      theirs.map { Self.seconds($0.medianProcessor) } ?? "-", ratio(\.minimum), ratio(\.median), ratio(\.medianProcessor),
      result.finding ?? "-", result.aim,
    ])
  }

  /// A whole number with its thousands set off by commas.
  static func whole(_ value: Int) -> String {
    let digits = Array(String(value))
    return digits.enumerated().map { ($0 > 0 && (digits.count - $0) % 3 == 0 ? "," : "") + String($1) }.joined()
  }

  static func seconds(_ value: Double) -> String { String(format: value < 0.1 ? "%.4f" : "%.2f", value) }

  var text: String {
    let widths = Self.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      row.enumerated().map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }.joined(separator: "  ")
    }
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
  }
}
