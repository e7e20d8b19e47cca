import Foundation

/// The built program, run as a user would.
struct Program {
  struct Run {
    let code: Int32
    let output: String
    let errors: String
  }

  enum Failure: Error {
    case notBuilt(String)
  }

  /// A folder of its own for files, removed by `withFolder`.
  let folder: URL

  /// Calls back with a program whose working folder is new and empty.
  static func withFolder<Result>(_ body: (Program) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plads-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(Program(folder: folder))
  }

  /// Beside the test bundle in the folder of build products.
  static var path: URL {
    get throws {
      let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      let candidates = [products, Bundle.main.bundleURL].map { $0.appendingPathComponent("plads") }
      for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      throw Failure.notBuilt(candidates[0].path)
    }
  }

  /// Runs `plads` with the arguments; `environment` is added to the tests' own, an empty value removes a variable.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Run {
    try run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Run {
    let process = Process()
    process.executableURL = try Self.path
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    variables["OPENBLAS_NUM_THREADS"] = "1"
    variables["PLADS_DATA"] = nil
    for (name, value) in environment { variables[name] = value.isEmpty ? nil : value }
    process.environment = variables
    // Files, not pipes: a pipe that nobody reads while the other is read would stop a talkative program.
    let output = folder.appendingPathComponent(".output-\(UUID().uuidString)")
    let errors = folder.appendingPathComponent(".errors-\(UUID().uuidString)")
    defer {
      try? FileManager.default.removeItem(at: output)
      try? FileManager.default.removeItem(at: errors)
    }
    for file in [output, errors] { try Data().write(to: file) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Run(code: process.terminationStatus, output: try Self.text(output), errors: try Self.text(errors))
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  func read(_ name: String) throws -> String { try Self.text(folder.appendingPathComponent(name)) }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  /// Names in the working folder or one below, hidden ones included, sorted.
  func names(in name: String = ".") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(name).path).sorted()
  }

  private static func text(_ file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }
}
