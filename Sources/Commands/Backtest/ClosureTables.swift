internal import Analysis
internal import Groundwork
internal import Placements

/// Tables of probabilities that offers close or shrink, against what came.
struct ClosureTables {
  let backtest: ClosureBacktest
  private let level: Double
  private let scores: [(event: ClosureEvent, months: Int, score: ClosureScore)]

  init(_ backtest: ClosureBacktest, level: Double, seed: UInt64) {
    self.backtest = backtest
    self.level = level
    scores = ClosureEvent.allCases.flatMap { event in
      ClosureBacktest.horizons.compactMap { months in
        let own = backtest.forecasts.filter { $0.event == event && $0.months == months }
        return ClosureScore(own, draws: backtest.draws, level: level, seed: seed).map { (event, months, $0) }
      }
    }
  }

  static let machines: [Table.Column] = [
    .init("target"), .init("event"), .init("horizon_months", unit: "months"), .init("bin_lower", unit: "probability"),
    .init("bin_upper", unit: "probability"), .init("origins"), .init("offers"), .init("n"), .init("events"),
    .init("mean_forecast", unit: "probability"), .init("observed", unit: "share"), .init("base_rate", unit: "probability"), .init("brier"),
    .init("brier_base"), .init("skill"), .init("skill_lower"), .init("skill_upper"), .init("log_score", unit: "nats"),
    .init("log_score_base", unit: "nats"), .init("level", unit: "percent"),
  ]

  /// A row for each event and horizon, then one for each bin of its reliability, with n, events, mean forecast and observed share.
  func machine() -> Table {
    var table = Table(title: Self.title, columns: Self.machines)
    for (event, months, score) in scores {
      let keys: [Table.Cell] = [.text("closure"), .text(event.rawValue), .integer(months)]
      let observed = Double(score.events) / Double(score.count)
      let values = [
        score.meanForecast, observed, score.baseRate, score.brier, score.brierBase, score.skill, score.interval?.lower, score.interval?.upper,
        score.logScore, score.logScoreBase,
      ].map(Self.number)
      table.append(
        keys + [.empty, .empty, .integer(score.origins), .integer(score.offers), .integer(score.count), .integer(score.events)] + values
          + [.number(100 * level)])
      for bin in score.bins {
        table.append(
          keys + [.number(bin.lower), .number(bin.upper), .empty, .empty, .integer(bin.count), .integer(bin.events), .number(bin.meanForecast)]
            + [.number(Double(bin.events) / Double(bin.count))] + [Table.Cell](repeating: .empty, count: 9))
      }
    }
    return table
  }

  private static func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .empty }

  private static let title = Phrase(
    da: "Efterprøvning af lukningsrisiko: sandsynligheder fra tidligere udgangspunkter mod det, der skete med tilbuddene",
    en: "Backtest of closure risk: probabilities from past origins against what became of the offers")

  func sheets() -> [Table] {
    var table = Table(
      title: Self.title,
      columns: [
        .init("event", heading: Phrase(da: "Hændelse", en: "Event")), .init("horizon_months", heading: Phrase(da: "Mdr.", en: "Months")),
        .init("n", heading: Phrase("n")), .init("events", heading: Phrase(da: "Skete", en: "Came")),
        .init("mean_forecast", heading: Phrase(da: "Sagt", en: "Said"), decimals: 2), .init("base_rate", heading: Phrase(da: "Før", en: "Before"), decimals: 2),
        .init("observed", heading: Phrase(da: "Andel", en: "Share"), decimals: 2), .init("brier", heading: Phrase("Brier"), decimals: 3),
        .init("skill", heading: Phrase(da: "Gevinst", en: "Skill")), .init("log_score", heading: Phrase("Log"), decimals: 2),
        .init("log_score_base", heading: Phrase(da: "Log før", en: "Log before"), decimals: 2),
      ])
    for (event, months, score) in scores {
      let skill = skillText(score)
      table.append([
        .term(code: event.rawValue, event.phrase), .integer(months), .integer(score.count), .integer(score.events), .number(score.meanForecast),
        Self.number(score.baseRate), .number(Double(score.events) / Double(score.count)), .number(score.brier), .term(code: skill.en, skill),
        .number(score.logScore), Self.number(score.logScoreBase),
      ])
    }
    table.footnotes = notes
    return [table, reliability()]
  }

  private func skillText(_ score: ClosureScore) -> Phrase {
    func text(_ language: Language) -> String {
      func number(_ value: Double) -> String { NumberText.display(value, decimals: 2, language: language) }
      guard let skill = score.skill else { return "–" }
      return score.interval.map { "\(number(skill)) [\(number($0.lower));\u{A0}\(number($0.upper))]" } ?? number(skill)
    }
    return Phrase(da: text(.da), en: text(.en))
  }

  private func reliability() -> Table {
    var table = Table(
      title: Phrase(da: "Pålidelighed: hvor ofte det skete, der var sagt", en: "Reliability: how often what was said came"),
      columns: [
        .init("event", heading: Phrase(da: "Hændelse", en: "Event")), .init("horizon_months", heading: Phrase(da: "Mdr.", en: "Months")),
        .init("bin", heading: Phrase(da: "Sagt", en: "Said")), .init("n", heading: Phrase("n")), .init("events", heading: Phrase(da: "Skete", en: "Came")),
        .init("mean_forecast", heading: Phrase(da: "Sagt i snit", en: "Said on average"), decimals: 2),
        .init("observed", heading: Phrase(da: "Andel", en: "Share"), decimals: 2),
      ])
    for (event, months, score) in scores where score.events > 0 {
      for bin in score.bins {
        func ends(_ language: Language) -> String {
          [bin.lower, bin.upper].map { NumberText.display(100 * $0, decimals: 0, language: language) }.joined(separator: "–") + " %"
        }
        table.append([
          .term(code: event.rawValue, event.phrase), .integer(months), .term(code: ends(.en), Phrase(da: ends(.da), en: ends(.en))), .integer(bin.count),
          .integer(bin.events), .number(bin.meanForecast), .number(Double(bin.events) / Double(bin.count)),
        ])
      }
    }
    return table
  }

  private var notes: [Phrase] {
    let level = NumberText.machine(100 * level)
    let dates = backtest.origins.map(\.description).joined(separator: ", ")
    var notes = [
      Phrase(
        da: "Udgangspunkter: \(dates). Sagt: simuleringens sandsynlighed for lukningsgrænsen (under 70 % af pladserne seks måneder i træk), også for de andre hændelser. Før: andelen i de vinduer, der var kendt da.",
        en: "Origins: \(dates). Said: the simulation's probability of the closure trigger (below 70% of the places for six months in a row), also for the other events. Before: the share in the windows that were known then."),
      Phrase(
        da: "Gevinst: 1 − Brier / basisratens Brier, \(level) %-interval ved at trække tilbud igen. Log: mindre er bedre.",
        en: "Skill: 1 − Brier / the base rate's Brier, \(level)% interval by resampling offers. Log: less is better."),
    ]
    let without = ClosureEvent.allCases.filter { event in scores.contains { $0.event == event } && scores.allSatisfy { $0.event != event || $0.score.events == 0 } }
    for event in without {
      notes.append(
        Phrase(da: "Data har ingen hændelser af slagsen »\(event.phrase.da)« efter udgangspunkterne.", en: "The data has no events of the kind “\(event.phrase.en)” after the origins."))
    }
    if scores.contains(where: { (1..<ClosureScore.fewEvents).contains($0.score.events) }) {
      notes.append(
        Phrase(
          da: "Under \(ClosureScore.fewEvents) hændelser siger en score lidt: læs den som eksempel.",
          en: "With fewer than \(ClosureScore.fewEvents) events a score says little: read it as an example."))
    }
    if backtest.already > 0 {
      notes.append(
        Phrase(
          da: "Allerede ved grænsen ved udgangspunktet og ikke med: \(backtest.already).", en: "At the trigger already at the origin, and left out: \(backtest.already)."))
    }
    return notes
  }

  /// `origin,offer,event,horizon_months,probability,base_rate,happened`.
  static let forecastColumns = ["origin", "offer", "event", "horizon_months", "probability", "base_rate", "happened"].map { Table.Column($0) }

  func forecastFile() -> String {
    var lines = [ForecastFile.heading(Self.forecastColumns)]
    for one in backtest.forecasts {
      lines.append(
        [
          one.origin.description, ForecastFile.quoted(one.offer), one.event.rawValue, String(one.months), NumberText.machine(one.probability),
          one.baseRate.map { NumberText.machine($0) } ?? "", one.happened ? "1" : "0",
        ].joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
