internal import ArgumentParser
internal import Groundwork

/// Which word is a command, looked at before the parser so that the answer can be a helpful one.
enum CommandNames {
  /// Commands of the design that do not exist yet.
  static let planned = [
    "report", "serve", "import",
  ]

  static var existing: [String] { Plads.configuration.subcommands.map { $0.configuration.commandName ?? "" } }

  /// Refuses a first word that is no command.
  static func check(_ arguments: [String]) throws(UsageError) {
    guard var name = arguments.first, !name.hasPrefix("-") else { return }
    if name == "help" {
      guard arguments.count > 1, !arguments[1].hasPrefix("-") else { return }
      name = arguments[1]
    }
    if existing.contains(name) || name == "help" { return }
    if planned.contains(name) {
      throw UsageError(
        Phrase(da: "Kommandoen »\(name)« kommer i en senere udgave.", en: "The command “\(name)” comes in a later version."))
    }
    throw UsageError(
      Phrase(da: "Der er ingen kommando »\(name)«. ", en: "There is no command “\(name)”. ")
        + NearestName.hint(name, among: existing, listAtMost: 20))
  }
}
