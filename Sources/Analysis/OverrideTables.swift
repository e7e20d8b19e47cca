import Demand
import Forecasting
import Glibc
public import Groundwork
public import Placements

/// Analysts' overrides beside the model, as tables.
public struct OverrideTables: Sendable {
  private let forecast: OverrideForecast
  private let panel: Panel
  private let request: RunRequest

  public init(_ forecast: OverrideForecast, panel: Panel, request: RunRequest) {
    self.forecast = forecast
    self.panel = panel
    self.request = request
  }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    let names = [
      "origin", "period", "municipality", "area", "kind", "measure", "unit", "value", "lower", "upper", "model_mean", "model_lower", "model_upper",
      "override_mean", "override_lower", "override_upper", "actual", "error", "reason", "by", "date",
    ]
    return names.map { .init($0) } + [.init("level", unit: "percent"), .init("source")]
  }

  /// Columns: origin, period, municipality, area, kind, measure, unit, value, lower, upper, model_mean, model_lower, model_upper, override_mean,
  /// override_lower, override_upper, actual, error, reason, by, date, level, source. An empty municipality means all; value, lower and upper are as
  /// given (10 % and 90 % quantiles), error is log((actual + ½) / (value + ½)) of those that have come true.
  public var machine: Table {
    var table = Table(
      title: title,
      columns: Self.machineColumns)
    for row in forecast.rows {
      func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .empty }
      func text(_ value: String) -> Table.Cell { value.isEmpty ? .empty : .text(value) }
      let own = row.override
      table.append([
        .text(panel.origin.description), .text(row.period.description), text(own.municipality), .text(own.area), .text(row.kind.rawValue), .text("stock"),
        .text("citizens"), number(own.value), number(own.interval?.lowerBound), number(own.interval?.upperBound), number(row.model?.mean),
        number(row.model?.lower), number(row.model?.upper), number(row.applied?.mean), number(row.applied?.lower), number(row.applied?.upper),
        number(row.actual), number(row.error), text(own.reason), text(own.by), text(own.date?.iso ?? ""), .number(100 * request.level), .text("override"),
      ])
    }
    table.footnotes = notes
    table.meta = [
      ("project", panel.settings.name), ("origin", panel.origin.description), ("draws", String(request.draws)), ("seed", String(request.seed)),
      ("past_overrides", String(forecast.record?.count ?? 0)), ("unused_overrides", String(forecast.unused)),
    ]
    return table
  }

  public var sheet: Table {
    let level = NumberText.machine(100 * request.level)
    var table = Table(
      title: title,
      columns: [
        .init("period", heading: Phrase(da: "Periode", en: "Period")), .init("area", heading: Phrase(da: "Specialområde", en: "Specialty area")),
        .init("municipality", heading: Phrase(da: "Kommune", en: "Municipality")),
        .init("model", heading: Phrase(da: "Model [\(level) %]", en: "Model [\(level) %]")),
        .init("override", heading: Phrase(da: "Analytiker [\(level) %]", en: "Analyst [\(level) %]")),
        .init("actual", heading: Phrase(da: "Blev", en: "Came")), .init("reason", heading: Phrase(da: "Begrundelse", en: "Reason")),
        .init("by", heading: Phrase(da: "Af", en: "By")),
      ])
    for row in forecast.rows {
      let own = row.override
      table.append([
        .text(row.period.description), .text(panel.areas.first { $0.id == own.area }?.name ?? own.area),
        own.municipality.isEmpty
          ? .term(code: "", Phrase(da: "Alle kommuner", en: "All municipalities")) : .text(panel.municipalities.first { $0.code == own.municipality }?.name ?? own.municipality),
        row.model.map(interval) ?? .empty, row.applied.map(interval) ?? given(own), row.actual.map { .number($0) } ?? .empty, .text(own.reason),
        own.by.isEmpty ? .empty : .text(own.by),
      ])
    }
    table.footnotes = notes
    return table
  }

  private var title: Phrase {
    Phrase(
      da: "\(panel.settings.name): analytikeres overskrivninger ved siden af modellen (borgere ved periodens slutning)",
      en: "\(panel.settings.name): analysts' overrides beside the model (citizens at the period's end)")
  }

  private var notes: [Phrase] {
    var notes = [
      Phrase(
        da: "Prognosen ovenfor bruger dem kun med --apply-overrides, og siger det da.",
        en: "The forecast above uses them with --apply-overrides alone, and then says so.")
    ]
    if let record = forecast.record {
      let (bias, count) = (100 * exp(record.pooledBias), record.count)
      notes.append(
        Phrase { language in
          let percent = NumberText.display(bias, decimals: 0, language: language)
          return Phrase(
            da: "Tidligere overskrivninger, der er blevet efterprøvet: \(count); det blev i gennemsnit \(percent) % af det skrevne.",
            en: "Past overrides that have come true: \(count); on average it became \(percent) % of what was written.")[language]
        })
    }
    if forecast.unused > 0 {
      notes.append(
        Phrase(
          da: "Overskrivninger efter horisonten eller uden belægning: \(forecast.unused).",
          en: "Overrides beyond the horizon or without a stock: \(forecast.unused)."))
    }
    return notes
  }

  /// A past override as it was given.
  private func given(_ own: ForecastOverride) -> Table.Cell {
    if let interval = own.interval {
      let phrase = Phrase { language in
        let ends = [interval.lowerBound, interval.upperBound].map { NumberText.display($0, decimals: 0, language: language) }
        return "[\(ends[0]);\u{A0}\(ends[1])]"
      }
      return .term(code: phrase.en, phrase)
    }
    return own.value.map { .number($0) } ?? .empty
  }

  private func interval(_ summary: DrawSummary) -> Table.Cell {
    let phrase = Phrase { language in
      let ends = [summary.mean, summary.lower, summary.upper].map { NumberText.display($0, decimals: 0, language: language) }
      return "\(ends[0])\u{A0}[\(ends[1]);\u{A0}\(ends[2])]"
    }
    return .term(code: phrase.en, phrase)
  }
}
