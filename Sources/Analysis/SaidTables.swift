import Demand
import Forecasting
import Glibc
public import Groundwork
public import Placements

/// What municipalities say beside the model, as tables.
public struct SaidTables: Sendable {
  private let said: SaidForecast
  private let panel: Panel
  private let request: RunRequest

  public init(_ said: SaidForecast, panel: Panel, request: RunRequest) {
    self.said = said
    self.panel = panel
    self.request = request
  }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    let names = [
      "origin", "year", "municipality", "area", "said", "bias_corrected", "model_mean", "model_lower", "model_upper", "combined_mean", "combined_lower",
      "combined_upper", "weight", "n_past", "kind", "period", "unit", "bias", "error", "source", "received", "scale_1_5",
    ]
    return names.map { .init($0) } + [.init("level", unit: "percent")]
  }

  /// Columns: origin, year, municipality, area, said, bias_corrected, model_mean, model_lower, model_upper, combined_mean, combined_lower,
  /// combined_upper, weight, n_past, kind, period, unit, bias, error, source, received, scale_1_5, level. An empty municipality means all; bias and error
  /// are the expected error's mean and standard deviation on the log scale.
  public var machine: Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    for row in said.rows {
      func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .empty }
      func text(_ value: String?) -> Table.Cell { value.flatMap { $0.isEmpty ? nil : .text($0) } ?? .empty }
      let (model, combined) = (row.model, row.combined)
      table.append([
        .text(panel.origin.description), .integer(row.year), text(row.municipality), .text(row.area), number(row.said), number(row.corrected),
        .number(model.mean), .number(model.lower), .number(model.upper), .number(combined.mean), .number(combined.lower), .number(combined.upper),
        number(row.weight), row.judgement.map { .integer($0.count) } ?? .empty, .text(row.kind.rawValue), .text(row.period.description), .text("citizens"),
        number(row.judgement?.bias), number(row.judgement.map { sqrt($0.variance) }), text(row.statement?.source.rawValue), text(row.statement?.received?.iso),
        row.statement?.scale.map { .integer($0) } ?? .empty, .number(100 * request.level),
      ])
    }
    table.footnotes = notes
    table.meta = [
      ("project", panel.settings.name), ("origin", panel.origin.description), ("draws", String(request.draws)), ("seed", String(request.seed)),
      ("past_statements", String(said.record?.count ?? 0)), ("unused_statements", String(said.unused)),
    ]
    return table
  }

  /// The comparison, then who has been how right.
  public var sheets: [Table] { said.record == nil ? [comparison] : [comparison, record] }

  private var title: Phrase {
    Phrase(
      da: "\(panel.settings.name): hvad kommunerne siger, hvad modellen siger, og begge samlet (borgere ved årets slutning)",
      en: "\(panel.settings.name): what municipalities say, what the model says, and both together (citizens at the year's end)")
  }

  private var comparison: Table {
    let level = NumberText.machine(100 * request.level)
    var table = Table(
      title: title,
      columns: [
        .init("year", heading: Phrase(da: "År", en: "Year")), .init("area", heading: Phrase(da: "Specialområde", en: "Specialty area")),
        .init("municipality", heading: Phrase(da: "Kommune", en: "Municipality")), .init("said", heading: Phrase(da: "Sagt", en: "Said")),
        .init("bias_corrected", heading: Phrase(da: "Rettet", en: "Corrected")),
        .init("model", heading: Phrase(da: "Model [\(level) %]", en: "Model [\(level) %]")),
        .init("combined", heading: Phrase(da: "Samlet [\(level) %]", en: "Combined [\(level) %]")),
        .init("weight", heading: Phrase(da: "Vægt", en: "Weight"), decimals: 2), .init("n_past", heading: Phrase(da: "Før", en: "Past")),
      ])
    for row in said.rows {
      table.append([
        .text(String(row.year)), .text(areaName(row.area)), municipality(row.municipality), row.said.map { .number($0) } ?? .empty,
        row.corrected.map { .precise($0, decimals: 1) } ?? .empty, interval(row.model), interval(row.combined), row.weight.map { .number($0) } ?? .empty,
        row.judgement.map { .integer($0.count) } ?? .empty,
      ])
    }
    table.footnotes = notes
    return table
  }

  private var notes: [Phrase] {
    var notes: [Phrase] = []
    if said.record == nil {
      notes.append(
        Phrase(
          da: "Intet udsagn er blevet efterprøvet i data endnu; derfor vejer de nul, og samlet er modellen.",
          en: "No statement has come true in the data yet, so they weigh nothing and combined is the model."))
    } else {
      notes.append(
        Phrase(
          da: "Rettet: udsagnet efter kommunens egne fejl før (Før: hvor mange), trukket mod alles. Vægt: udsagnets; resten er modellens.",
          en: "Corrected: the statement by its municipality's own past errors (Past: how many), drawn towards everybody's. Weight: the statement's; the rest is the model's."))
    }
    if said.unused > 0 {
      notes.append(
        Phrase(
          da: "Udsagn om år efter horisonten eller uden belægning: \(said.unused).", en: "Statements about years beyond the horizon or without a stock: \(said.unused)."))
    }
    return notes
  }

  private var record: Table {
    var table = Table(
      title: Phrase(da: "Hvor rigtige kommunernes tidligere udsagn var", en: "How right the municipalities' past statements were"),
      columns: [
        .init("municipality", heading: Phrase(da: "Kommune", en: "Municipality")), .init("n_past", heading: Phrase(da: "Udsagn", en: "Statements")),
        .init("bias", heading: Phrase(da: "Blev til %", en: "Became %")), .init("error", heading: Phrase(da: "Fejl ± %", en: "Error ± %")),
      ])
    guard let record = said.record else { return table }
    func percent(_ log: Double) -> Table.Cell { .number(100 * exp(log)) }
    for own in record.sources { table.append([municipality(own.source), .integer(own.count), percent(own.bias), .number(100 * (exp(own.error) - 1))]) }
    table.append([
      .term(code: "", Phrase(da: "Samlet", en: "Pooled")), .integer(record.count), percent(record.pooledBias), .number(100 * (exp(sqrt(record.within + record.between)) - 1)),
    ])
    table.footnotes = [
      Phrase(
        da: "Blev til: det faktiske antal i procent af det sagte, i gennemsnit; under 100 er der sagt for mange. Fejl: den typiske afstand.",
        en: "Became: the actual number in per cent of what was said, on average; below 100 too many were said. Error: the typical distance.")
    ]
    return table
  }

  private func areaName(_ id: String) -> String { panel.areas.first { $0.id == id }?.name ?? id }

  private func municipality(_ code: String) -> Table.Cell {
    if code.isEmpty { return .term(code: "", Phrase(da: "Alle kommuner", en: "All municipalities")) }
    return .text(panel.municipalities.first { $0.code == code }?.name ?? code)
  }

  private func interval(_ summary: DrawSummary) -> Table.Cell {
    let phrase = Phrase { language in
      let ends = [summary.mean, summary.lower, summary.upper].map { NumberText.display($0, decimals: 0, language: language) }
      return "\(ends[0])\u{A0}[\(ends[1]);\u{A0}\(ends[2])]"
    }
    return .term(code: phrase.en, phrase)
  }
}
