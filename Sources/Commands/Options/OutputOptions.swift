internal import ArgumentParser
internal import Glibc
internal import Groundwork
internal import Reports

/// Where and how results are written; every command has these.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .customLong("format"),
    help: help(
      Phrase(
        da: "table, csv, json eller markdown; ellers som filens navn siger (.csv .json .md), ellers table. xlsx kommer senere.",
        en: "table, csv, json or markdown; else what the file's name says (.csv .json .md), else table. xlsx comes later."),
      value: Phrase(da: "format", en: "format")), transform: Choice.word(OutputFormat.self))
  var wanted: OutputFormat?

  var format: OutputFormat { wanted ?? named?.format ?? .table }

  @Option(
    name: [.short, .long],
    help: help(
      Phrase(da: "Skriv til en fil i stedet for skærmen.", en: "Write to a file instead of the screen."),
      value: Phrase(da: "fil", en: "file")))
  var output: String?

  // Shell has taken it out of the arguments; it stands here for the help page.
  @Option(help: help(Phrase(da: "da eller en (standard: da).", en: "da or en (default: da)."), value: Phrase(da: "sprog", en: "language")))
  var language: String?

  @Flag(help: help(Phrase(da: "Kun resultater og fejl, ingen meddelelser.", en: "Results and errors only, no messages.")))
  var quiet = false

  func validate() throws {
    do {
      try Rendering.check(format)
    } catch {
      throw ValidationError(error.message.spoken)
    }
    if output?.isEmpty == true {
      throw ValidationError(Phrase(da: "--output mangler et filnavn.", en: "--output lacks a file name.").spoken)
    }
    try refuseMisleadingName()
  }

  /// What the file's ending says.
  private var named: (ending: String, format: OutputFormat)? {
    let endings: [(ending: String, format: OutputFormat)] = [(".csv", .csv), (".json", .json), (".md", .markdown)]
    let name = output?.lowercased() ?? ""
    return endings.first { name.hasSuffix($0.ending) }
  }

  /// A file named .csv or .json that holds a table for people would mislead whoever opens it.
  private func refuseMisleadingName() throws {
    guard let named, let wanted, named.format != wanted else { return }
    let ending = named.ending
    throw ValidationError(
      Phrase(
        da: "Filen ender på \(ending), men formatet er \(wanted.rawValue). Skriv --format \(named.format.rawValue), eller giv filen et andet navn.",
        en: "The file ends in \(ending), but the format is \(wanted.rawValue). Write --format \(named.format.rawValue), or name the file otherwise."
      ).spoken)
  }

  /// Renders and writes the table. Its notices stand in the output; for CSV, which has no place for them, on standard error.
  func write(_ table: Table) throws {
    let text = try Rendering.text(
      table, format: format, language: Speech.language, width: output == nil ? Console.width : 100,
      color: output == nil && Console.hasColor)
    if format == .csv {
      for notice in table.notices { say(notice) }
    }
    try write(text)
  }

  /// Renders several tables below each other.
  func write(_ tables: [Table]) throws {
    let texts = try tables.map { table in
      try Rendering.text(
        table, format: format, language: Speech.language, width: output == nil ? Console.width : 100,
        color: output == nil && Console.hasColor)
    }
    try write(texts.joined(separator: "\n"))
  }

  /// Renders charts, each group inside its frame.
  func write(_ sheets: [(frame: Table, charts: [FanChart], legend: FanLegend)]) throws {
    let texts = try sheets.map { sheet in
      try Rendering.text(
        sheet.charts, legend: sheet.legend, frame: sheet.frame, format: format, language: Speech.language, width: Console.chartWidth,
        color: output == nil && Console.hasColor)
    }
    try write(texts.joined(separator: "\n"))
  }

  /// Writes a finished text, such as a JSON document, to the file or standard output.
  func write(_ text: String) throws {
    if let output {
      try OutputFile.write(text, to: output)
    } else {
      try Console.print(text)
    }
  }

  /// A message on standard error, unless `--quiet`.
  func say(_ phrase: Phrase) {
    if !quiet { Console.complain(phrase) }
  }

  /// Warnings and notes on standard error, unless `--quiet`.
  func show(_ findings: [Finding]) {
    if !quiet { Console.show(findings) }
  }
}
