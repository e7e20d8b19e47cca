internal import ArgumentParser
internal import Glibc
internal import Groundwork
internal import LinearAlgebra

/// The program: arguments in, exit code out.
public enum Shell {
  /// 0 done, 1 a file's content is not usable, 2 wrong command line, 3 an internal fault.
  enum Code {
    static let done: Int32 = 0
    static let unusable: Int32 = 1
    static let usage: Int32 = 2
    static let fault: Int32 = 3
  }

  public static func main() async -> Never {
    signal(SIGPIPE, SIG_IGN)
    LinearAlgebra.start()
    exit(await run(Array(CommandLine.arguments.dropFirst())))
  }

  static func run(_ arguments: [String]) async -> Int32 {
    let taken = LanguageArgument.take(arguments)
    return await Speech.$language.withValue(taken.language) {
      if let complaint = taken.complaint { return report(complaint, taken.rest) }
      guard !taken.rest.isEmpty else { return print(Overview.text.spoken) }
      let command: any ParsableCommand
      do {
        try CommandNames.check(taken.rest)
        command = try Plads.parseAsRoot(taken.rest)
      } catch {
        return reportParsing(error, taken.rest)
      }
      do {
        try await Invocation.$arguments.withValue(taken.rest) { try await run(command) }
        return Code.done
      } catch {
        return report(error, taken.rest)
      }
    }
  }

  private static func run(_ command: any ParsableCommand) async throws {
    if var command = command as? any AsyncParsableCommand {
      try await command.run()
    } else {
      var command = command
      try command.run()
    }
  }

  private static func print(_ text: String) -> Int32 {
    do {
      try Console.print(text)
      return Code.done
    } catch {
      return report(error, [])
    }
  }

  /// Help pages are no errors; everything else that the parser throws is a wrong command line.
  private static func reportParsing(_ error: any Error, _ arguments: [String]) -> Int32 {
    if let error = error as? UsageError { return report(error, arguments) }
    if Plads.exitCode(for: error).isSuccess { return showHelp(error) }
    return report(UsageError(ArgumentWording.sentence(Plads.message(for: error))), arguments)
  }

  private static func showHelp(_ request: any Error) -> Int32 {
    let page = Plads.fullMessage(for: request, columns: min(Console.width, 110))
    return print(ArgumentWording.helpPage(page, language: Speech.language) + "\n")
  }

  private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
    switch error {
    case is BrokenPipe: return Code.done
    case let error as FindingsError:
      Console.show(error.findings)
      return Code.unusable
    case let error as UsageError:
      Console.complain(Phrase(da: "fejl: ", en: "error: ") + error.message)
      Console.complain(hint(arguments))
      return Code.usage
    case let error as ValidationError:
      return report(UsageError(Phrase(error.message)), arguments)
    case let error as ExitCode: return error.rawValue
    // The parser's own `help` command asks for its page when run.
    case _ where Plads.exitCode(for: error).isSuccess: return showHelp(error)
    default:
      Console.complain(
        Phrase(
          da: "intern fejl, som ikke skyldes dine filer: \(error)", en: "internal fault, not caused by your files: \(error)"))
      return Code.fault
    }
  }

  private static func hint(_ arguments: [String]) -> Phrase {
    let known = arguments.first.flatMap { CommandNames.existing.contains($0) ? "plads \($0)" : nil } ?? "plads"
    return Phrase(da: "Se »\(known) --help«.", en: "See “\(known) --help --language en”.")
  }
}
