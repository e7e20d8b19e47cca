internal import Analysis
internal import ArgumentParser
internal import Groundwork
internal import Ingest
internal import Placements

/// `plads check`: what was read, what is wrong with it, what to do.
struct CheckCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "check",
      abstract: Phrase(
        da: "Læs og kontrollér projektets tabeller.", en: "Read and check the project's tables."
      ).spoken)
  }

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var outputOptions: OutputOptions

  @Flag(help: help(Phrase(da: "Skriv fundene som tabel i stedet for linjer.", en: "Write the findings as a table instead of lines.")))
  var findings = false

  @Flag(
    help: help(
      Phrase(
        da: "Vis kommuner og områder, hvis seneste hjemtagninger eller indskrivninger bryder med det ventede.",
        en: "Show municipalities and areas whose recent homecomings or admissions break with what was expected.")))
  var signals = false

  @Option(
    help: help(
      Phrase(
        da: "Med --signals: af 100 eftersyn, hvor intet er sket, må så mange vise noget.",
        en: "With --signals: of 100 checks in which nothing happened, so many may show something."), value: Phrase(da: "procent", en: "percent")),
    transform: Choice.integer(1...50))
  var falseAlarms = 10

  @OptionGroup var simulation: SimulationOptions

  func validate() throws {
    guard signals, findings else { return }
    throw ValidationError(Phrase(da: "--signals og --findings udelukker hinanden.", en: "--signals and --findings exclude each other.").spoken)
  }

  func run() async throws {
    if signals { return try showSignals() }
    let read = Self.withRemarks(ProjectReader(folder: projectOptions.project).read())
    let library = RuleLibrary(folder: projectOptions.project)
    let wanted = read.extracts.settings.ruleSet
    let origin = read.hasErrors || wanted == nil ? nil : (try? Panel(read.extracts))?.origin
    let project = read.adding(library.findings(wanted) + library.validity(wanted, origin: origin))
    let report = CheckReport(project: project)
    // Without any table there is nothing to tabulate, only something to mend.
    if !(project.tables.isEmpty && project.hasErrors && !findings) {
      let table = findings ? report.findingsTable : report.tablesTable
      try outputOptions.write(projectOptions.headed(table, by: project.extracts.settings))
    }
    if !findings { Console.show(outputOptions.quiet ? project.findings.filter { $0.severity == .error } : project.findings) }
    for line in report.proposalLines { outputOptions.say(line) }
    outputOptions.say(report.verdict)
    outputOptions.say(report.next(in: projectOptions.project))
    if project.hasErrors { throw ExitCode(Shell.Code.unusable) }
  }
}

extension CheckCommand {
  private func showSignals() throws {
    let session = try ProjectSession(projectOptions, output: outputOptions)
    let request = SignalSearch.Request(
      falseAlarms: Double(falseAlarms) / 100, draws: simulation.draws, seed: UInt64(simulation.seed), threads: simulation.taskCount,
      level: Double(simulation.level) / 100)
    let progress = Progress(Phrase(da: "Ser efter brud", en: "Looking for breaks"), total: 100, isQuiet: outputOptions.quiet)
    let search = try SignalSearch(extracts: session.extracts, panel: session.panel, request: request, progress: progress.follow)
    progress.finish()
    let tables = SignalTables(search, request: request, panel: session.panel)
    try session.print([tables.sheet()], machine: tables.machine(), projectOptions, outputOptions)
  }

  /// The project with what its series contradict or leave open, once they are put together; files alone do not show it.
  static func withRemarks(_ project: ReadProject) -> ReadProject {
    // Stays are single facts: nothing in their sums can contradict them.
    guard !project.hasErrors, project.extracts.stays.isEmpty else { return project }
    let more: [Finding]
    do {
      let panel = try Panel(project.extracts)
      more = panel.setAside + panel.remarks
    } catch let error as FindingsError {
      more = error.findings
    } catch {
      return project
    }
    let file = project.tables.first { $0.name == "activity" }?.file
    let placed = more.map { finding in
      Finding(
        finding.severity, file: finding.file ?? file, row: finding.row, column: finding.column, value: finding.value, message: finding.message,
        remedy: finding.remedy)
    }
    return ReadProject(
      extracts: project.extracts, findings: project.findings + placed, proposals: project.proposals, tables: project.tables,
      coverage: project.coverage)
  }
}

extension ReadProject {
  fileprivate func adding(_ more: [Finding]) -> ReadProject {
    more.isEmpty ? self : ReadProject(extracts: extracts, findings: findings + more, proposals: proposals, tables: tables, coverage: coverage)
  }
}

/// What `check` says about a read project.
struct CheckReport {
  let project: ReadProject

  static var tableColumns: [Table.Column] {
    [
      .init("table", heading: Phrase(da: "Tabel", en: "Table")), .init("file", heading: Phrase(da: "Fil", en: "File")),
      .init("rows", heading: Phrase(da: "Rækker", en: "Rows")), .init("columns", heading: Phrase(da: "Kolonner", en: "Columns")),
      .init("ignored", heading: Phrase(da: "Ikke brugt", en: "Not used")),
      .init("from", heading: Phrase(da: "Fra", en: "From")), .init("to", heading: Phrase(da: "Til", en: "To")),
      .init("errors", heading: Phrase(da: "Fejl", en: "Errors")), .init("warnings", heading: Phrase(da: "Advarsler", en: "Warnings")),
    ]
  }

  /// One row for each table that was there.
  var tablesTable: Table {
    var table = Table(
      title: Phrase(da: "Læst: \(project.extracts.settings.name)", en: "Read: \(project.extracts.settings.name)"), columns: Self.tableColumns)
    for summary in project.tables {
      let span = span(of: summary.name)
      table.append([
        .text(summary.name), .text(summary.file), .integer(summary.rows), .integer(summary.columns.count),
        summary.ignored.isEmpty ? .empty : .text(summary.ignored.joined(separator: ", ")), span.map { .text($0.from) } ?? .empty,
        span.map { .text($0.to) } ?? .empty, .integer(count(.error, in: summary.file)),
        .integer(count(.warning, in: summary.file)),
      ])
    }
    table.footnotes = coverageLines
    table.meta = coverageMeta
    return table
  }

  static var findingColumns: [Table.Column] {
    [
      .init("severity", heading: Phrase(da: "Slags", en: "Severity")), .init("file", heading: Phrase(da: "Fil", en: "File")),
      .init("row", heading: Phrase(da: "Række", en: "Row")), .init("column", heading: Phrase(da: "Kolonne", en: "Column")),
      .init("value", heading: Phrase(da: "Værdi", en: "Value")), .init("message", heading: Phrase(da: "Hvad", en: "What")),
      .init("remedy", heading: Phrase(da: "Gør", en: "Do")),
    ]
  }

  /// One row for each finding; the messages stand in both languages, so that the columns do not change with it.
  var findingsTable: Table {
    var table = Table(title: Phrase(da: "Fund", en: "Findings"), columns: Self.findingColumns)
    for finding in project.findings {
      table.append([
        .term(code: finding.severity.code, finding.severity.phrase), finding.file.map { .text($0) } ?? .empty,
        finding.row.map { .integer($0) } ?? .empty, finding.column.map { .text($0) } ?? .empty,
        finding.value.map { .text($0) } ?? .empty, .term(code: finding.message.en, finding.message),
        .term(code: finding.remedy.en, finding.remedy),
      ])
    }
    table.meta = coverageMeta
    return table
  }

  var verdict: Phrase {
    let errors = project.findings.count { $0.severity == .error }
    let warnings = project.findings.count { $0.severity == .warning }
    let (da, en) = (warnings == 1 ? "1 advarsel" : "\(warnings) advarsler", warnings == 1 ? "1 warning" : "\(warnings) warnings")
    guard errors > 0 else {
      return Phrase(da: "Projektet kan bruges: ingen fejl, \(da).", en: "The project can be used: no errors, \(en).")
    }
    return Phrase(
      da: "Projektet kan ikke bruges endnu: \(errors) fejl, \(da).",
      en: "The project cannot be used yet: \(errors == 1 ? "1 error" : "\(errors) errors"), \(en).")
  }

  /// Lines for plads.toml, ready to paste, by the table that they belong under.
  var proposalLines: [Phrase] {
    if project.proposals.isEmpty { return [] }
    var lines = [Phrase(da: "Forslag til plads.toml; ret dem, hvor de ikke passer:", en: "Proposed for plads.toml; mend them where they do not suit:")]
    var sections: [String] = []
    for proposal in project.proposals where !sections.contains(proposal.section) { sections.append(proposal.section) }
    for section in sections {
      let proposals = project.proposals.filter { $0.section == section }
      let place = proposals[0].sectionLine.map {
        Phrase(da: "   # står på linje \($0): sæt ind under den", en: "   # stands on line \($0): paste below it")
      }
      let inline = proposals.compactMap(\.inlineLine).first.map {
        Phrase(da: "   # slet linje \($0); dens navne står også her", en: "   # delete line \($0); its names stand here, too")
      }
      lines.append(Phrase("\n[\(section)]") + (inline ?? place ?? Phrase("")))
      for proposal in proposals {
        let replaced = proposal.replacedLine.map { Phrase(da: "   # i stedet for linje \($0)", en: "   # in place of line \($0)") }
        lines.append(Phrase(proposal.line) + (replaced ?? Phrase("")))
      }
    }
    return lines + [Phrase("")]
  }

  /// What to type next.
  func next(in folder: String) -> Phrase {
    let option = folder == "." ? "" : " --project " + (folder.contains(" ") ? "\"\(folder)\"" : folder)
    if project.hasErrors, !project.proposals.isEmpty {
      return Phrase(
        da: "Næste: sæt linjerne ind i plads.toml, ret resten, og kør igen: plads check\(option)",
        en: "Next: paste the lines into plads.toml, mend the rest, and run again: plads check\(option)")
    }
    if project.hasErrors {
      return Phrase(da: "Næste: ret fejlene, og kør igen: plads check\(option)", en: "Next: mend the errors and run again: plads check\(option)")
    }
    let hasScenarios = !Folder.files(in: folder + "/scenarios", ending: ".toml").isEmpty
    if hasScenarios { return Phrase(da: "Næste: plads scenario\(option)", en: "Next: plads scenario\(option)") }
    return Phrase(
      da: "Næste: plads forecast\(option) (plads fit\(option) viser raterne bag)",
      en: "Next: plads forecast\(option) (plads fit\(option) shows the rates behind it)")
  }

  private func count(_ severity: Finding.Severity, in file: String) -> Int {
    project.findings.count { $0.severity == severity && $0.file == file }
  }

  private func span(of table: String) -> (from: String, to: String)? {
    let coverage = project.coverage
    switch table {
    case "activity": return coverage.activityPeriods.map { ("\($0.lowerBound)", "\($0.upperBound)") }
    case "stays": return coverage.observed.map { ($0.lowerBound.iso, $0.upperBound.iso) }
    case "population": return coverage.populationYears.map { (String($0.lowerBound), String($0.upperBound)) }
    default: return nil
    }
  }

  private static let shownGaps = 5

  private var coverageLines: [Phrase] {
    let coverage = project.coverage
    let (municipalities, areas, offers) = (coverage.municipalities.count, coverage.areas.count, coverage.offers.count)
    var lines = [
      Phrase(
        da: "\(municipalities) \(municipalities == 1 ? "kommune" : "kommuner"), \(areas) \(areas == 1 ? "område" : "områder"), \(offers) tilbud.",
        en: "Municipalities: \(municipalities), areas: \(areas), offers: \(offers).")
    ]
    for gap in coverage.gaps.prefix(Self.shownGaps) {
      let series = gap.series.split(separator: "|").joined(separator: ", ")
      let missing = gap.missing.prefix(6).joined(separator: ", ") + (gap.missing.count > 6 ? ", …" : "")
      lines.append(
        Phrase(da: "Hul i \(gap.table), \(series): \(missing).", en: "Gap in \(gap.table), \(series): \(missing)."))
    }
    let more = coverage.gaps.count - Self.shownGaps
    if more > 0 { lines.append(Phrase(da: "… og \(more) serier mere med huller.", en: "… and \(more) more series with gaps.")) }
    lines += hiddenLines
    if !coverage.withoutPopulation.isEmpty {
      let list = coverage.withoutPopulation.prefix(10).joined(separator: ", ") + (coverage.withoutPopulation.count > 10 ? ", …" : "")
      lines.append(Phrase(da: "Uden befolkning: \(list).", en: "Without population: \(list)."))
    }
    return lines
  }

  /// The series in which the source hides small counts, by name and number.
  private var hiddenLines: [Phrase] {
    let hidden = project.coverage.hidden
    guard !hidden.isEmpty else { return [] }
    let sum = hidden.reduce(0) { $0 + $1.count }
    var lines = hidden.prefix(Self.shownGaps).map { own in
      let series = own.series.split(separator: "|").joined(separator: ", ")
      return Phrase(da: "Skjulte antal i \(own.column), \(series): \(own.count).", en: "Hidden counts in \(own.column), \(series): \(own.count).")
    }
    let more = hidden.count - Self.shownGaps
    if more > 0 {
      lines.append(
        Phrase(da: "… og \(more) serier mere; skjulte antal i alt: \(sum).", en: "… and \(more) more series; hidden counts in all: \(sum)."))
    }
    return lines
  }

  private var coverageMeta: [(key: String, value: String)] {
    let coverage = project.coverage
    return [
      ("municipalities", String(coverage.municipalities.count)), ("areas", String(coverage.areas.count)),
      ("offers", String(coverage.offers.count)), ("gaps", String(coverage.gaps.count)),
      ("without_population", String(coverage.withoutPopulation.count)),
      ("errors", String(project.findings.count { $0.severity == .error })),
      ("warnings", String(project.findings.count { $0.severity == .warning })),
      ("hidden_counts", String(coverage.hidden.reduce(0) { $0 + $1.count })),
    ]
  }
}

extension Finding.Severity {
  var code: String {
    switch self {
    case .note: "note"
    case .warning: "warning"
    case .error: "error"
    }
  }

  var phrase: Phrase {
    switch self {
    case .note: Phrase("note")
    case .warning: Phrase(da: "advarsel", en: "warning")
    case .error: Phrase(da: "fejl", en: "error")
    }
  }
}
