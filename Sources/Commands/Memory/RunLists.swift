import Groundwork
import Store

/// What the store holds as tables. Machine formats have no clock time.
struct RunLists {
  let runs: [RunSummary]
  let publications: [Publication]

  /// Digits of a digest that people see.
  private static let shownDigits = 8

  /// Columns: run, command, spec, form, origin, horizon, draws, seed, inputs, version, kernel, rows, warnings, label; people see fewer,
  /// and when it was. `spec` has the options that change figures, `inputs` the SHA-256 over all input files, `rows` those of the result.
  func all(isForPeople: Bool, command: String?, origin: String?, last: Int?) -> Table {
    let chosen = runs.filter { (command == nil || $0.command == command) && (origin == nil || $0.origin == origin) }
    let shown = chosen.suffix(last ?? chosen.count)
    var table = Table(title: Phrase(da: "Gemte kørsler.", en: "Recorded runs."), columns: isForPeople ? Self.peoples : Self.machines)
    for run in shown {
      let label: Table.Cell = run.labels.isEmpty ? .empty : .text(run.labels.joined(separator: ", "))
      table.append(
        isForPeople
          ? [
            .integer(run.id), .text(Self.minute(run.recorded)), .text(run.spec), .text(run.origin), .integer(run.draws),
            .integer(run.seed), .text(String(run.inputsDigest.prefix(Self.shownDigits))), label,
          ]
          : [
            .integer(run.id), .text(run.command), .text(run.spec), .text(run.form), .text(run.origin),
            .integer(run.horizon), .integer(run.draws), .integer(run.seed), .text(run.inputsDigest), .text(run.version), .text(run.kernel),
            .integer(run.rows), .integer(run.warnings), label,
          ])
    }
    table.footnotes = [
      Phrase(
        da: "Tid i UTC. Samme data har samme fingeraftryk. »plads runs NUMMER« viser en kørsel igen.",
        en: "Time in UTC. The same data has the same fingerprint. “plads runs NUMBER” shows a run again.")
    ]
    return table
  }

  static let machines: [Table.Column] = [
    .init("run"), .init("command"), .init("spec"), .init("form"), .init("origin"), .init("horizon"), .init("draws"), .init("seed"),
    .init("inputs"), .init("version"), .init("kernel"), .init("rows"), .init("warnings"), .init("label"),
  ]

  private static let peoples: [Table.Column] = [
    .init("run", heading: Phrase(da: "Nr.", en: "No.")), .init("recorded", heading: Phrase(da: "Hvornår", en: "When")),
    .init("spec", heading: Phrase(da: "Kommando", en: "Command")),
    .init("origin", heading: Phrase(da: "Data til", en: "Data to")), .init("draws", heading: Phrase(da: "Fremtider", en: "Futures")),
    .init("seed", heading: Phrase(da: "Frø", en: "Seed")), .init("inputs", heading: Phrase(da: "Data", en: "Data")),
    .init("label", heading: Phrase(da: "Offentliggjort", en: "Published")),
  ]

  static let publicationColumns: [Table.Column] = [
    .init("label", heading: Phrase(da: "Navn", en: "Label")), .init("run", heading: Phrase(da: "Nr.", en: "No.")),
    .init("origin", heading: Phrase(da: "Data til", en: "Data to")), .init("horizon", heading: Phrase(da: "Perioder", en: "Periods")),
    .init("draws", heading: Phrase(da: "Fremtider", en: "Futures")), .init("seed", heading: Phrase(da: "Frø", en: "Seed")),
    .init("level", unit: "percent", heading: Phrase(da: "Interval", en: "Interval")), .init("inputs", heading: Phrase(da: "Data", en: "Data")),
    .init("version", heading: Phrase(da: "Udgave", en: "Version")),
  ]

  /// Columns: label, run, origin, horizon, draws, seed, level, inputs, version.
  func published(isForPeople: Bool) -> Table {
    let columns = Self.publicationColumns + (isForPeople ? [.init("published", heading: Phrase(da: "Hvornår", en: "When"))] : [])
    var table = Table(title: Phrase(da: "Offentliggjorte prognoser.", en: "Published forecasts."), columns: columns)
    for publication in publications {
      let digest = publication.inputsDigest
      let cells: [Table.Cell] = [
        .text(publication.label), .integer(publication.run), .text(publication.origin), .integer(publication.horizon),
        .integer(publication.draws), .integer(publication.seed), .number(100 * publication.level),
        .text(isForPeople ? String(digest.prefix(Self.shownDigits)) : digest), .text(publication.version),
      ]
      table.append(isForPeople ? cells + [.text(Self.minute(publication.published))] : cells)
    }
    table.footnotes = [
      Phrase(
        da: "»plads runs NAVN --score« holder en op mod det, der indtraf; »plads explain --against NAVN« siger, hvad der har flyttet prognosen.",
        en: "“plads runs LABEL --score” holds one against what came true; “plads explain --against LABEL” says what moved the forecast.")
    ]
    return table
  }

  /// `2027-01-31 09:15` of `2027-01-31T09:15:00Z`.
  private static func minute(_ time: String) -> String { String(time.prefix(16)).replacing("T", with: " ") }
}
