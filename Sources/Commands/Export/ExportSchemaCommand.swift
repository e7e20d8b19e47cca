internal import ArgumentParser
internal import Groundwork
internal import Reports

/// `plads export schema`: the JSON Schema of the scenario file and of every machine output.
struct ExportSchemaCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "schema",
      abstract: Phrase(
        da: "JSON Schema for scenariefilen og for hvert maskinformat; uden navn en liste.",
        en: "JSON Schema of the scenario file and of every machine output; a list where none is named."
      ).spoken)
  }

  /// Under which the scenario file's schema is asked for.
  static let scenarioFile = "scenario"

  @Argument(help: help(Phrase(da: "scenario er scenariefilen; de andre er output, fx forecast.", en: "scenario is the scenario file; the others are outputs, such as forecast."), value: Phrase(da: "navn", en: "name")))
  var name: String?

  @Option(
    name: [.short, .long],
    help: help(Phrase(da: "Skriv til en fil i stedet for skærmen.", en: "Write to a file instead of the screen."), value: Phrase(da: "fil", en: "file")))
  var output: String?

  @Option(help: help(Phrase(da: "da eller en (standard: da).", en: "da or en (default: da)."), value: Phrase(da: "sprog", en: "language")))
  var language: String?

  func run() throws {
    guard let name else { return try write(try Rendering.text(Self.list, format: .table, language: Speech.language, width: Console.width)) }
    if name == Self.scenarioFile { return try write(ScenarioSchema.json.text(brokenToDepth: 3) + "\n") }
    guard let chosen = MachineOutput.all.first(where: { $0.name == name }) else {
      let known = [Self.scenarioFile] + MachineOutput.all.map(\.name)
      let hint = NearestName.hint(name, among: known, listAtMost: 40)
      throw UsageError(Phrase(da: "Der er intet skema »\(name)«. \(hint.da)", en: "There is no schema “\(name)”. \(hint.en)"))
    }
    try write(chosen.schema.text(brokenToDepth: 4) + "\n")
  }

  private func write(_ text: String) throws {
    if let output { try OutputFile.write(text, to: output) } else { try Console.print(text) }
  }

  private static var list: Table {
    var table = Table(
      title: Phrase(da: "plads export schema NAVN skriver et JSON Schema (2020-12).", en: "plads export schema NAME writes a JSON Schema (2020-12)."),
      columns: [.init("name", heading: Phrase(da: "Navn", en: "Name")), .init("of", heading: Phrase(da: "Hvad det er", en: "What it is"))])
    let file = Phrase(da: "scenariefilen (scenarios/*.toml)", en: "the scenario file (scenarios/*.toml)")
    table.append([.text(scenarioFile), .term(code: file.en, file)])
    for output in MachineOutput.all { table.append([.text(output.name), .text(output.command)]) }
    return table
  }
}
