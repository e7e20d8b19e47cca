internal import ArgumentParser
internal import Glibc
internal import Groundwork

/// `plads new`: a project folder, with an example's data or ready for the region's own.
struct NewCommand: AsyncParsableCommand {
  enum Example: String, CaseIterable, Sendable {
    case region, denmark
  }

  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "new",
      abstract: Phrase(da: "Lav et projekt: et eksempel eller et tomt.", en: "Make a project: an example or an empty one.").spoken)
  }

  @Argument(
    help: help(Phrase(da: "Mappen, som laves.", en: "The folder to make."), value: Phrase(da: "mappe", en: "folder")))
  var folder: String

  @Option(
    help: help(
      Phrase(
        da: "region: en syntetisk region med alt. denmark: rigtige offentliggjorte tal.",
        en: "region: a synthetic region with everything. denmark: real published figures."),
      value: Phrase(da: "navn", en: "name")), transform: Choice.word(Example.self))
  var example: Example?

  // Shell has taken it out of the arguments; it stands here for the help page.
  @Option(help: help(Phrase(da: "da eller en (standard: da).", en: "da or en (default: da)."), value: Phrase(da: "sprog", en: "language")))
  var language: String?

  func run() async throws {
    let source = try example.map { try Self.folder(of: $0) }
    let project = NewProject(folder: folder, example: source, name: OutputFile.split(NewProject.trimmed(folder)).name)
    try project.make(language: Speech.language)
    try Console.print(farewell.spoken)
  }

  private static func folder(of example: Example) throws -> String {
    let folder = try ShippedData.find() + "/examples/" + example.rawValue
    guard access(folder + "/plads.toml", R_OK) == 0 else {
      throw FindingsError(
        Finding(
          .error, file: folder, message: Phrase(da: "eksemplet er ikke her.", en: "the example is not here."),
          remedy: Phrase(da: "Installer igen med Scripts/install.", en: "Install again with Scripts/install.")))
    }
    return folder
  }

  private var farewell: Phrase {
    let quoted = folder.contains { !($0.isLetter || $0.isNumber || "/._-".contains($0)) } ? "'\(folder)'" : folder
    let enter = NewProject.trimmed(folder) == "." ? "" : "  cd \(quoted)\n"
    if example == nil {
      return Phrase(
        da: """
          Projektet er lavet i »\(folder)«.
          Læg jeres udtræk i \(folder)/data: activity.csv eller stays.csv er nok (data/README.md viser kolonnerne). Så:
          \(enter)  plads check

          """,
        en: """
          The project is in “\(folder)”.
          Put your extracts into \(folder)/data: activity.csv or stays.csv is enough (data/README.md shows the columns). Then:
          \(enter)  plads check --language en

          """)
    }
    return Phrase(
      da: "Projektet er lavet i »\(folder)«. Prøv:\n\(enter)  plads check\n  plads scenario scenarios/*.toml\n",
      en: "The project is in “\(folder)”. Try:\n\(enter)  plads check --language en\n  plads scenario scenarios/*.toml --language en\n")
  }
}
