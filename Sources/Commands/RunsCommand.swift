internal import Analysis
internal import ArgumentParser
internal import Forecasting
internal import Groundwork
internal import Placements
internal import Store

/// `plads runs`: what the project's store remembers; nothing is changed or deleted.
struct RunsCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "runs",
      abstract: Phrase(
        da: "Vis gemte kørsler, én kørsel igen, eller hvordan en offentliggjort prognose holdt.",
        en: "Show recorded runs, one run again, or how a published forecast held."
      ).spoken)
  }

  @Argument(
    help: help(
      Phrase(da: "En kørsels nummer, eller navnet på en offentliggjort prognose.", en: "A run's number, or the label of a published forecast."),
      value: Phrase(da: "kørsel", en: "run")))
  var which: String?

  @Flag(help: help(Phrase(da: "Kun offentliggjorte prognoser.", en: "Published forecasts only.")))
  var published = false

  @Flag(
    help: help(
      Phrase(da: "Hold den offentliggjorte prognose op mod det, der siden indtraf.", en: "Hold the published forecast against what came true since.")))
  var score = false

  @Option(
    help: help(Phrase(da: "Kun denne kommandos kørsler.", en: "Only this command's runs."), value: Phrase(da: "kommando", en: "command")))
  var command: String?

  @Option(
    help: help(
      Phrase(da: "Kun kørsler, hvis sidste observerede periode er denne.", en: "Only runs whose last observed period is this one."),
      value: Phrase(da: "periode", en: "period")))
  var origin: String?

  @Option(
    help: help(Phrase(da: "Kun de seneste, så mange.", en: "Only the latest, so many."), value: Phrase(da: "antal", en: "count")),
    transform: Choice.integer(1...1_000_000))
  var last: Int?

  @Option(
    help: help(
      Phrase(da: "Med --score: linjer efter total, region, municipality eller area.", en: "With --score: lines by total, region, municipality or area."),
      value: Phrase(da: "nøgle", en: "key")), transform: Choice.word(Grouping.self))
  var by: Grouping = .area

  @OptionGroup var project: ProjectOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard score, which == nil || by == .offer else { return }
    throw ValidationError(
      by == .offer
        ? Phrase(da: "--score går efter total, region, municipality eller area.", en: "--score goes by total, region, municipality or area.").spoken
        : Phrase(da: "--score skal have navnet på en offentliggjort prognose.", en: "--score needs the label of a published forecast.").spoken)
  }

  func run() async throws {
    let store = try RunStore.required(folder: project.project)
    let runs = try requiring { () throws(StoreProblem) in try store.runs() }
    guard let which else {
      let lists = RunLists(runs: runs, publications: try requiring { () throws(StoreProblem) in try store.publications() })
      return try output.write(headed(published ? lists.published(isForPeople: output.isForPeople) : listed(lists)))
    }
    if score { return try show(score: which, store) }
    let number = Int(which) ?? runs.first { $0.labels.contains(which) }?.id
    let document = try number.flatMap { number in try requiring { () throws(StoreProblem) in try store.document(run: number) } }
    guard let document else { throw Self.unknown(which, runs) }
    output.show(document.warnings)
    try output.write(document)
  }

  private func listed(_ lists: RunLists) -> Table {
    lists.all(isForPeople: output.isForPeople, command: command, origin: origin, last: last)
  }

  private func headed(_ table: Table) -> Table {
    var table = table
    table.notices = [ProjectOptions.internalNotice]
    return table
  }

  private static func unknown(_ name: String, _ runs: [RunSummary]) -> UsageError {
    let labels = runs.flatMap(\.labels)
    let hint = labels.isEmpty ? Phrase(da: "»plads runs« viser alle.", en: "“plads runs” shows all.") : NearestName.hint(name, among: labels)
    return UsageError(Phrase(da: "Der er ingen kørsel »\(name)«. ", en: "There is no run “\(name)”. ") + hint)
  }

  private func show(score label: String, _ store: RunStore) throws {
    let published = try PublishedForecasts(store: store).find(label)
    let session = try ProjectSession(project, output: output)
    let score = try PublishedScore(
      try published.values(by: by, store), origin: try published.origin(), extracts: session.extracts, panel: session.panel)
    let tables = PublishedScoreTables(
      score, label: label, origin: try published.origin(), level: published.publication.level, panel: session.panel)
    try session.print([tables.sheet(.stock)], machine: tables.machine(), project, output)
  }
}
