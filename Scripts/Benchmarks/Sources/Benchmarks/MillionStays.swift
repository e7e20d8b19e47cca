import Foundation
import Ingest
import Placements
import Probability

/// Reading and checking a project of a million stays.
enum MillionStays {
  private static let stays = 1_000_000
  private static let offers = 400
  private static let areas = 8
  private static let seed: UInt64 = 1_000_000

  private static func project(_ folder: String) -> String { folder + "/stays" }

  /// Writes the project: citizens with one to five stays one after the other, a part of the last ones still open.
  static func generate(folder: String) throws {
    let data = project(folder) + "/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try "[project]\nname = \"stays\"\nsynthetic = true\n".write(toFile: project(folder) + "/plads.toml", atomically: true, encoding: .utf8)
    let list = (0..<offers).map { "T\($0),Tilbud \($0),area\($0 % areas),SEL_107,residential\n" }.joined()
    try ("offer,name,area,legal_basis,kind\n" + list).write(toFile: data + "/offers.csv", atomically: true, encoding: .utf8)
    var stream = RandomStream(seed: seed)
    var text: [UInt8] = Array("citizen,payer,offer,start,end,end_reason,support_level\n".utf8)
    text.reserveCapacity(64 * stays)
    var written = 0
    var citizen = 0
    while written < stays {
      citizen += 1
      for line in lines(citizen: citizen, atMost: stays - written, &stream) {
        text += Array(line.utf8)
        written += 1
      }
    }
    try Data(text).write(to: URL(fileURLWithPath: data + "/stays.csv"))
  }

  private static func lines(citizen: Int, atMost most: Int, _ stream: inout RandomStream) -> [String] {
    guard let earliest = Day(year: 2006, month: 1, day: 1), let latest = Day(year: 2026, month: 10, day: 31) else {
      preconditionFailure("days of the calendar")
    }
    let payer = Municipality.denmark[Int(stream.nextUniform() * Double(Municipality.denmark.count))].code
    var start = earliest.advanced(by: Int(stream.nextUniform() * 6000))
    var lines: [String] = []
    let wanted = min(most, 1 + Int(stream.nextUniform() * 5))
    while lines.count < wanted {
      let offer = "T\(Int(stream.nextUniform() * Double(offers)))"
      let level = 1 + Int(stream.nextUniform() * 4)
      let end = start.advanced(by: 1 + Int(700 * stream.nextExponential()))
      if end > latest {
        lines.append("C\(citizen),\(payer),\(offer),\(start.iso),,,\(level)\n")
        break
      }
      let reason = ["discharge", "homecoming", "transfer", "death"][Int(stream.nextUniform() * 3.1)]
      lines.append("C\(citizen),\(payer),\(offer),\(start.iso),\(end.iso),\(reason),\(level)\n")
      start = end.advanced(by: Int(100 * stream.nextUniform()))
      if reason == "death" || start >= latest { break }
    }
    return lines
  }

  /// Reads the project once.
  static func read(folder: String) throws {
    let path = project(folder)
    let bytes = try FileManager.default.attributesOfItem(atPath: path + "/data/stays.csv")[.size] as? Int ?? 0
    let (project, time) = Stopwatch.time { ProjectReader(folder: path).read() }
    let extracts = try project.usable()
    guard extracts.stays.count == stays else { throw Misuse("\(extracts.stays.count) stays were read, not \(stays)") }
    try ResultsFile(folder: folder).add(
      TimedWork(
        work: "read and check stays", size: "\(ResultTable.whole(stays)) stays, \(bytes / 1_000_000) MB", ours: Times([time]), aim: "< 1 s, < 400 MB"))
  }

  /// One line of the table from all readings.
  static func joined(_ works: [TimedWork], peak: Double) -> [TimedWork] {
    guard var joined = works.first else { return [] }
    joined.ours = Times(works.flatMap(\.ours.runs))
    joined.peakMegabytes = peak
    return [joined]
  }
}
