internal import ArgumentParser
internal import Glibc
internal import Groundwork
internal import Ingest

/// `plads pseudonymise`: a copy of a file in which one column's persons are pseudonyms.
struct PseudonymiseCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "pseudonymise",
      abstract: Phrase(
        da: "Erstat personnumre i en CSV- eller Excel-fil med pseudonymer; samme person får samme pseudonym i alle filer.",
        en: "Replace persons' numbers in a CSV or Excel file by pseudonyms; a person has the same one in every file."
      ).spoken)
  }

  @Argument(help: help(Phrase(da: "Filen, der læses.", en: "The file to read."), value: Phrase(da: "fil", en: "file")))
  var file: String?

  @Option(
    help: help(Phrase(da: "Kolonnens navn i filen.", en: "The column's name in the file."), value: Phrase(da: "kolonne", en: "column")))
  var column: String?

  @Option(
    help: help(
      Phrase(da: "Filen med den hemmelige nøgle, uden for projektmappen.", en: "The file with the secret key, outside the project folder."),
      value: Phrase(da: "nøglefil", en: "keyfile")))
  var keyFile: String

  @Flag(help: help(Phrase(da: "Lav nøglefilen først.", en: "Make the key file first.")))
  var newKey = false

  @Option(
    help: help(
      Phrase(da: "Arket, når Excel-filen har flere.", en: "The sheet, where a workbook has several."),
      value: Phrase(da: "ark", en: "sheet")))
  var sheet: String?

  @Option(
    name: [.short, .long],
    help: help(
      Phrase(da: "Filen, der skrives (standard: FIL.pseudonym.csv eller .xlsx).", en: "The file to write (default: FILE.pseudonym.csv or .xlsx)."),
      value: Phrase(da: "fil", en: "file")))
  var output: String?

  // Shell has taken it out of the arguments; it stands here for the help page.
  @Option(help: help(Phrase(da: "da eller en (standard: da).", en: "da or en (default: da)."), value: Phrase(da: "sprog", en: "language")))
  var language: String?

  func validate() throws {
    func refuse(_ phrase: Phrase) -> ValidationError { ValidationError(phrase.spoken) }
    if file == nil, !newKey { throw refuse(Phrase(da: "Der mangler <fil>.", en: "Missing <file>.")) }
    if file != nil, column == nil {
      throw refuse(
        Phrase(da: "--column mangler: navnet på kolonnen med personnumre.", en: "--column is missing: the name of the column of persons' numbers."))
    }
  }

  func run() async throws {
    let output = try self.file.map { try target(of: $0) }
    if newKey {
      try PseudonymKey.make(keyFile)
      Console.complain(
        Phrase(
          da: "Ny nøgle: \(keyFile). Gem den sikkert: uden den kan nye filer ikke få samme pseudonymer.",
          en: "New key: \(keyFile). Keep it safe: without it new files cannot get the same pseudonyms."))
    }
    guard let file, let column, let output else { return }
    let key = try PseudonymKey.read(keyFile)
    let pseudonymiser = Pseudonymiser(path: file, column: column, sheet: sheet, key: key)
    let outcome = try OutputFile.stream(to: output) { sink in try pseudonymiser.run(sink) }
    Console.show(outcome.findings)
    Console.complain(Self.sentence(outcome, output))
  }

  /// The name to write: asked for, or beside the file.
  /// - Throws: `FindingsError` where a file of that name is there and nobody asked to replace it, where it is the file itself, and
  ///   where its ending says another kind of file.
  private func target(of file: String) throws -> String {
    if let output {
      try check(output, against: file)
      return output
    }
    let (folder, name) = OutputFile.split(file)
    let stem = name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) } ?? name
    let target = (file.contains("/") ? (folder == "/" ? "/" : folder + "/") : "") + stem + ".pseudonym" + name.dropFirst(stem.count)
    if access(target, F_OK) == 0 {
      throw FindingsError(
        Finding(
          .error, file: target, message: Phrase(da: "filen findes allerede.", en: "the file is there already."),
          remedy: Phrase(da: "Vælg et navn med --output, også for at erstatte den.", en: "Choose a name with --output, also to replace it.")))
    }
    return target
  }

  private func check(_ output: String, against file: String) throws {
    if let one = Self.identity(file), let other = Self.identity(output), one == other {
      throw FindingsError(
        Finding(
          .error, file: output, message: Phrase(da: "er filen, der læses.", en: "is the file that is read."),
          remedy: Phrase(da: "Vælg et andet navn med --output; den oprindelige fil bevares.", en: "Choose another name with --output; the original file is kept.")))
    }
    let (wanted, given) = (Self.ending(file), Self.ending(output))
    guard wanted == given else {
      throw FindingsError(
        Finding(
          .error, file: output,
          message: Phrase(da: "har en anden endelse end filen, der læses.", en: "has another ending than the file that is read."),
          remedy: Phrase(
            da: wanted.isEmpty ? "Udelad endelsen." : "Giv den endelsen \(wanted); filens slags ændres ikke.",
            en: wanted.isEmpty ? "Leave out the ending." : "Give it the ending \(wanted); the kind of file does not change.")))
    }
  }

  /// What tells one file from another, under whatever name.
  private static func identity(_ path: String) -> [UInt]? {
    var status = stat()
    return stat(path, &status) == 0 ? [UInt(status.st_dev), UInt(status.st_ino)] : nil
  }

  /// In small letters and with the point; empty where there is none.
  private static func ending(_ path: String) -> String {
    let name = OutputFile.split(path).name
    return name.lastIndex(of: ".").map { $0 == name.startIndex ? "" : name[$0...].lowercased() } ?? ""
  }

  static func sentence(_ outcome: Pseudonymiser.Outcome, _ target: String) -> Phrase {
    Phrase(
      da: "\(target): \(outcome.values) værdier erstattet, \(outcome.distinct) forskellige, \(outcome.blank) tomme.",
      en: "\(target): \(outcome.values) values replaced, \(outcome.distinct) different, \(outcome.blank) blank.")
  }
}
