import Foundation
import Testing

/// A quick part of what `Scripts/coverage` does with 200 regions of each generator.
@Suite("Coverage of simulated regions")
struct CoverageTests {
  private static let python = "/usr/bin/env"

  private static let hasPython: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["python3", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Percentages by number of quarters ahead, "all" together.
  private static func inside(kind: String, regions: Int) throws -> [String: Double] {
    var script = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { script.deleteLastPathComponent() }
    script.appendPathComponent("Scripts/coverage")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [
      "python3", script.path, "--kind", kind, "--regions", String(regions), "--draws", "200", "--jobs", "2", "--plads", try Program.path.path,
    ]
    var variables = ProcessInfo.processInfo.environment
    variables["OPENBLAS_NUM_THREADS"] = "1"
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    variables["PLADS_DATA"] = nil
    process.environment = variables
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let rows = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.filter { $0.first == kind && $0.count > 3 }
    return Dictionary(uniqueKeysWithValues: rows.compactMap { row in Double(row[3]).map { (row[1], $0) } })
  }

  /// Ten regions have some forty areas whose outcomes depend on each other a little: the standard error of their share is about
  /// seven points. The aims are 75-85 and, of the generator that no model of ours fits, 70-90; two standard errors more count as
  /// broken.
  @Test(
    "80 % intervals of areas' stocks hold as many outcomes as they say", .enabled(if: hasPython, "needs Python 3.11"),
    arguments: [("well", 61.0...99.0), ("mismatched", 56.0...99.0)])
  func intervals(kind: String, allowed: ClosedRange<Double>) throws {
    let inside = try Self.inside(kind: kind, regions: 10)
    #expect(inside.count == 4)
    #expect(inside["all"].map(allowed.contains) ?? false, "\(inside)")
  }
}
