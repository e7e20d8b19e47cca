import Foundation
import Testing

@Suite("Command line")
struct CommandLineTests {
  @Test("Alone: a short overview for each kind of user")
  func overview() throws {
    let danish = try Program.withFolder { try $0.run() }
    #expect(danish.code == 0)
    for word in ["Planlægger", "Direktør", "Analytiker"] { #expect(danish.output.contains(word)) }
    let english = try Program.withFolder { try $0.run("--language", "en") }
    #expect(english.code == 0)
    for word in ["Planner", "Director", "Analyst"] { #expect(english.output.contains(word)) }
  }

  @Test("Help in both languages, on standard output", arguments: [["--help"], ["help"], ["new", "--help"], ["help", "doctor"]])
  func help(_ arguments: [String]) throws {
    let danish = try Program.withFolder { try $0.run(arguments) }
    #expect(danish.code == 0)
    #expect(danish.errors.isEmpty)
    #expect(danish.output.contains("FORMÅL:"))
    #expect(danish.output.contains("TILVALG:"))
    for word in ["USAGE", "OPTIONS", "Show help", "default:)"] { #expect(!danish.output.contains(word)) }
    let english = try Program.withFolder { try $0.run(arguments + ["--language=en"]) }
    #expect(english.code == 0)
    #expect(english.output.contains("OVERVIEW:"))
    #expect(english.output.contains("OPTIONS:"))
  }

  @Test("Version")
  func version() throws {
    let run = try Program.withFolder { try $0.run("--version") }
    #expect(run.code == 0)
    #expect(run.output.wholeMatch(of: /plads \d+\.\d+\.\d+\n/) != nil)
  }

  @Test(
    "Wrong command lines: exit code 2, a helpful sentence on standard error, nothing on standard output",
    arguments: [
      (["docter"], "doctor"), (["serve"], "senere udgave"), (["doctor", "--formt", "csv"], "--format"),
      (["doctor", "--format", "cvs"], "csv"), (["doctor", "--format", "xlsx"], "csv"), (["doctor", "--language", "fr"], "da eller en"),
      (["doctor", "-o"], "-o"), (["new"], "<mappe>"), (["new", "a", "b"], "»b«"), (["new", "a", "--example", "regoin"], "region"),
      (["doctor", "--language"], "da eller en"),
    ])
  func usage(_ arguments: [String], _ words: String) throws {
    let run = try Program.withFolder { try $0.run(arguments) }
    #expect(run.code == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("fejl: "))
    #expect(run.errors.contains(words), "\(run.errors)")
  }

  @Test("The language may stand anywhere")
  func languageAnywhere() throws {
    for arguments in [["--language", "en", "docter"], ["docter", "--language=en"]] {
      let run = try Program.withFolder { try $0.run(arguments) }
      #expect(run.errors.contains("Did you mean “doctor”?"))
    }
  }

  @Test("A closed pipe ends quietly")
  func brokenPipe() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "\"$0\" doctor 2>&1 >&- | cat; \"$0\" help | true; exit ${PIPESTATUS[0]}", try Program.path.path]
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(pipe.fileHandleForReading.readDataToEndOfFile().isEmpty)
  }
}
