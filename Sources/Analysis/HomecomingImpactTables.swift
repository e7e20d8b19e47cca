public import Groundwork
import Forecasting
public import Placements
import Demand
import Scenarios

/// The impact of announced batches as tables.
public struct HomecomingImpactTables: Sendable {
  private let impacts: [HomecomingImpact]
  private let panel: Panel
  private let level: Double

  /// - Parameter level: probability inside the intervals, in (0, 1).
  public init(_ impacts: [HomecomingImpact], panel: Panel, level: Double) {
    self.impacts = impacts
    self.panel = panel
    self.level = level
  }

  /// Of what machines get, as promised.
  public static var machineColumns: [Table.Column] {
    ["scenario", "offer", "measure", "period", "unit", "mean", "median", "lower", "upper"].map { .init($0) }
      + [.init("level", unit: "percent"), .init("price_level")]
  }

  /// Columns: scenario, offer, measure, period, unit, mean, median, lower, upper, level. An empty offer means all, `*` the other
  /// offers, where the municipality's homecomings rest.
  /// Measures: citizens, notice_days, vacant (every period from the first leaving), refilled, lost_income. Then price_level (of
  /// lost_income; empty where offers differ).
  public func machine() -> Table {
    var table = Table(
      title: Phrase(da: "Udmeldte hjemtagninger", en: "Announced homecomings"),
      columns: Self.machineColumns)
    for impact in impacts {
      for line in impact.lines {
        func row(_ measure: String, _ period: Period?, _ unit: String, _ summary: DrawSummary?) {
          let numbers: [Table.Cell] = summary.map { [.number($0.mean), .number($0.median), .number($0.lower), .number($0.upper)] } ?? Array(repeating: .empty, count: 4)
          let head: [Table.Cell] = [
            .text(impact.plan.name), line.offer.isEmpty ? .empty : .text(line.offer), .text(measure),
            period.map { .text($0.description) } ?? .empty, .text(unit),
          ]
          let year: Table.Cell = unit == "kroner" && summary != nil && impact.priceYears.count == 1 ? .integer(impact.priceYears[0]) : .empty
          table.append(head + numbers + [.number(100 * level), year])
        }
        row("citizens", nil, "citizens", line.citizens)
        row("notice_days", nil, "days", line.noticeDays)
        for (period, vacant) in zip(impact.periods, line.vacant) { row("vacant", period, "places", vacant) }
        row("refilled", impact.windowEnd, "places", line.refilled)
        row("lost_income", impact.windowEnd, "kroner", line.lostIncome)
      }
    }
    table.footnotes = notes
    table.meta = [
      ("project", panel.settings.name), ("synthetic", panel.settings.isSynthetic ? "true" : "false"), ("origin", panel.origin.description),
      ("price_level", Set(impacts.flatMap(\.priceYears)).sorted().map(String.init).joined(separator: " ")),
    ]
    return table
  }

  /// Two sheets a scenario: what is lost, and which places stand empty when.
  /// - Parameter namesChanges: whether the announcements stand below, for sheets that stand alone.
  public func sheets(namesChanges: Bool) -> [Table] { impacts.flatMap { [losses($0, namesChanges: namesChanges), vacancies($0)] } }

  private func losses(_ impact: HomecomingImpact, namesChanges: Bool) -> Table {
    let end = impact.windowEnd.description
    var table = Table(
      title: Phrase(
        da: "\(impact.plan.name): hvad den udmeldte hjemtagning alene betyder mod prognosen, middel og \(percent)\u{A0}%-interval.",
        en: "\(impact.plan.name): what the announced homecoming alone means against the forecast, mean and \(percent)\u{A0}% interval."),
      columns: [
        .init("offer", heading: Phrase(da: "Tilbud", en: "Offer")), .init("citizens", heading: Phrase(da: "Borgere", en: "Citizens")),
        .init("notice_days", heading: Phrase(da: "Dage med varsel", en: "Days of notice")),
        .init("refilled", heading: Phrase(da: "Genbelagt \(end)", en: "Refilled \(end)")),
        .init("lost_income", heading: Phrase(da: "Tabt til \(end), 1.000 kr.", en: "Lost to \(end), DKK 1,000")),
      ])
    for line in impact.lines {
      table.append([
        name(line.offer), cell(line.citizens, decimals: 1), cell(line.noticeDays, decimals: 0), cell(line.refilled, decimals: 1),
        line.lostIncome.map { cell($0.scaled(by: 0.001), decimals: 0) } ?? .empty,
      ])
    }
    table.footnotes = timing(impact) + notes + missing(impact) + (namesChanges ? announcements(impact) : [])
    return table
  }

  private func vacancies(_ impact: HomecomingImpact) -> Table {
    var table = Table(
      title: Phrase(
        da: "\(impact.plan.name): pladser, der står tomme på grund af den udmeldte hjemtagning, ved periodens slutning.",
        en: "\(impact.plan.name): places that stand empty because of the announced homecoming, at the period's end."),
      columns: [.init("offer", heading: Phrase(da: "Tilbud", en: "Offer"))]
        + impact.shown.map { .init(impact.periods[$0].description, heading: Phrase(impact.periods[$0].description)) })
    for line in impact.lines { table.append([name(line.offer)] + impact.shown.map { cell(line.vacant[$0], decimals: 1) }) }
    if impact.plan.demand.batches.contains(where: \.replacesTrend) {
      table.footnotes = [
        Phrase(
          da: "Minus: færre tomme end i prognosen, fordi kommunens øvrige hjemtagninger fra området hviler til da (replaces_trend).",
          en: "Minus: fewer empty than in the forecast, since the municipality's other homecomings from the area rest until then (replaces_trend).")
      ]
    }
    return table
  }

  private var percent: String { NumberText.machine(100 * level) }

  private func name(_ offer: String) -> Table.Cell {
    if offer.isEmpty { return .term(code: "", Phrase(da: "I alt", en: "All")) }
    if offer == HomecomingImpact.otherOffers { return .term(code: offer, Phrase(da: "Andre tilbud", en: "Other offers")) }
    return .text(panel.offers.first { $0.id == offer }?.name ?? panel.areas.first { $0.id == offer }?.name ?? offer)
  }

  private func cell(_ summary: DrawSummary, decimals: Int) -> Table.Cell {
    func text(_ language: Language) -> String {
      func shown(_ value: Double, _ decimals: Int) -> String {
        NumberText.display(value, decimals: decimals, language: language)
      }
      let ends = [summary.lower, summary.upper].map { shown($0, 0) }
      return "\(shown(summary.mean, decimals)) [\(ends[0]);\u{A0}\(ends[1])]"
    }
    let phrase = Phrase(da: text(.da), en: text(.en))
    return .term(code: phrase.en, phrase)
  }

  private var notes: [Phrase] {
    let years = Set(impacts.flatMap(\.priceYears)).sorted().map(String.init)
    let level = years.isEmpty ? "–" : years.joined(separator: ", ")
    return [
      Phrase(
        da: "Dage med varsel: dage, der betales fra udmeldingen, til borgerne er flyttet.",
        en: "Days of notice: days that are paid from the announcement until the citizens have left."),
      Phrase(
        da: "Genbelagt: pladser, der ikke længere står tomme på grund af hjemtagningen; andre er kommet, tilbuddet havde flere end sine pladser, eller borgeren var flyttet alligevel.",
        en: "Refilled: places that no longer stand empty because of the homecoming; others have come, the offer had more than its places, or the citizen would have left anyway."),
      Phrase(
        da: "Tabt: færre betalte dage end i prognosen gange borgernes dagspris i dag; ingen udgift er sparet endnu (antagelse). Prisniveau \(level); intet regelsæt er brugt.",
        en: "Lost: fewer paid days than in the forecast times the citizens' price a day today; no cost is saved yet (assumption). Price level \(level); no rule set is used."),
    ]
  }

  /// What was announced, with its reason.
  private func announcements(_ impact: HomecomingImpact) -> [Phrase] {
    [Phrase("\(impact.plan.name): \(impact.plan.title)")] + impact.plan.assumptions.filter { $0.en.contains("batch_homecoming") }
  }

  /// Who takes how many home, and when the first leave.
  private func timing(_ impact: HomecomingImpact) -> [Phrase] {
    let start = panel.origin.advanced(by: 1).firstDay
    return impact.plan.demand.batches.map { batch in
      let name = panel.municipalities[batch.municipality].name
      let (announced, leaving) = (start.advanced(by: Int(batch.announced)).iso, start.advanced(by: Int(batch.leaving)).iso)
      return Phrase(
        da: "\(name) hjemtager \(batch.number): udmeldt \(announced), varslet udløber \(leaving), hvor de første flytter.",
        en: "\(name) takes \(batch.number) home: announced \(announced), the notice ends \(leaving), when the first leave.")
    }
  }

  private func missing(_ impact: HomecomingImpact) -> [Phrase] {
    var notes: [Phrase] = []
    if !impact.withoutPrice.isEmpty {
      let names = impact.withoutPrice.joined(separator: ", ")
      notes.append(
        Phrase(
          da: "Uden dagspris og derfor ikke i det tabte: \(names). Takster hører til i tariffs.csv.",
          en: "Without a price a day and so not in what is lost: \(names). Tariffs belong in tariffs.csv."))
    }
    let unknown = impact.lines.filter { !$0.hasPlaces && !$0.offer.isEmpty }.map(\.offer)
    if !unknown.isEmpty {
      let names = unknown.joined(separator: ", ")
      notes.append(
        Phrase(
          da: "Uden kendte pladser, så hver forladt plads tæller som tom: \(names).",
          en: "Without known places, so every place that was left counts as empty: \(names)."))
    }
    return notes
  }
}
