internal import Demand
internal import Glibc
internal import Groundwork
internal import Placements
internal import Regression

/// Declared models of one flow side by side: by information criteria on all rows, and by what they foresaw.
struct ModelComparison {
  let models: [DeclaredModel]
  /// By maximum likelihood, so that criteria of models with other fixed terms can be compared.
  let fits: [RegressionResult]
  let backtest: ModelBacktest
  let panel: Panel
  /// What a row stands for: as fine as the finest of the models needs.
  let detail: FlowTable.Detail

  private static func margin(_ difference: PairedDifference) -> (lower: Double, upper: Double) {
    let reach = EstimateText.reach * difference.standardError
    return (difference.mean - reach, difference.mean + reach)
  }

  // MARK: Machines

  private static let differences = ["delta_log_score", "delta_crps", "delta_mae"]

  /// Columns: model, flow, formula, family, rows, parameters, effective_degrees_of_freedom, log_likelihood, aic, bic, origins,
  /// horizon, predictions, log_score, crps, mae, wape, bias, coverage80, base, delta_aic, delta_bic, delta_log_score,
  /// delta_log_score_lower, delta_log_score_upper, delta_crps, delta_crps_lower, delta_crps_upper, delta_mae, delta_mae_lower,
  /// delta_mae_upper, wape_area (of sums over the municipalities by area, kind and period).
  /// Differences are the model's less the base's (the first named; empty for itself), with 95 % intervals of the mean, clustered by municipality and period. Log scores and CRPS are means over the rows predicted.
  var machine: Table {
    let names =
      ["model", "flow", "formula", "family", "rows", "parameters", "effective_degrees_of_freedom", "log_likelihood", "aic", "bic", "origins"]
      + ["horizon", "predictions", "log_score", "crps", "mae", "wape", "bias", "coverage80", "base", "delta_aic", "delta_bic"]
      + Self.differences.flatMap { [$0, $0 + "_lower", $0 + "_upper"] } + ["wape_area"]
    var table = Table(title: Phrase(da: "Sammenligning af modeller", en: "Comparison of models"), columns: names.map { Table.Column($0) })
    for index in models.indices { table.append(row(index)) }
    return table
  }

  private func row(_ index: Int) -> [Table.Cell] {
    let (model, fit, summary) = (models[index], fits[index], backtest.summary(of: index))
    var row: [Table.Cell] = [
      .text(model.name), .text(model.flow.rawValue), .text(model.declaration.formula.text), .text(fit.family.name), .integer(fit.count),
      .integer(fit.parameters), .estimate(fit.effectiveDegreesOfFreedom), .estimate(fit.logLikelihood), .estimate(fit.aic), .estimate(fit.bic),
      .integer(backtest.origins.count), .integer(backtest.horizon), .integer(backtest.observed.count), .estimate(summary.logScore),
      .estimate(summary.crps), .estimate(summary.meanAbsoluteError), .estimate(summary.wape), .estimate(summary.bias), .estimate(summary.coverage),
    ]
    let last = Table.Cell.estimate(summary.areaWape)
    guard index > 0 else { return row + [Table.Cell](repeating: .empty, count: 12) + [last] }
    row += [.text(models[0].name), .estimate(fit.aic - fits[0].aic), .estimate(fit.bic - fits[0].bic)]
    for measure in Self.measures {
      let difference = backtest.difference(index, 0, measure.values)
      let margin = Self.margin(difference)
      row += [.estimate(difference.mean), .estimate(margin.lower), .estimate(margin.upper)]
    }
    return row + [last]
  }

  /// What is compared row by row, in the order of `differences`.
  private static let measures: [(values: @Sendable (ModelBacktest.Scores) -> [Double], higherIsBetter: Bool)] = [
    ({ $0.logScore }, true), ({ $0.crps }, false), ({ $0.error.map { abs($0) } }, false),
  ]

  // MARK: People

  /// One table for each model that is held against the first.
  var people: [Table] { models.indices.dropFirst().map(pair) }

  private func pair(_ other: Int) -> Table {
    var table = Table(
      title: Phrase(da: "»\(models[other].name)« holdt op mod »\(models[0].name)«: \(models[0].flow.phrase.da)", en: "“\(models[other].name)” held against “\(models[0].name)”: \(models[0].flow.phrase.en)"),
      columns: [
        .init("measure", heading: Phrase(da: "Mål", en: "Measure")), .init("base", heading: Phrase(models[0].name)),
        .init("other", heading: Phrase(models[other].name)), .init("difference", heading: Phrase(da: "Forskel", en: "Difference")),
        .init("interval", heading: Phrase(da: "95 %-interval", en: "95% interval")), .init("better", heading: Phrase(da: "Bedst", en: "Better")),
      ])
    for row in criteria(other) + foreseen(other) { table.append(row) }
    table.footnotes = footnotes(other)
    return table
  }

  private func criteria(_ other: Int) -> [[Table.Cell]] {
    func row(_ name: Phrase, _ value: (RegressionResult) -> Double, decimals: Int, lowerIsBetter: Bool?) -> [Table.Cell] {
      let (a, b) = (value(fits[0]), value(fits[other]))
      let better = lowerIsBetter.map { abs(a - b) < 2 ? Self.even : (b < a) == $0 ? models[other].name : models[0].name } ?? ""
      return [
        EstimateText.cell(name), .precise(a, decimals: decimals), .precise(b, decimals: decimals), .precise(b - a, decimals: decimals), .empty,
        better.isEmpty ? .empty : .text(better),
      ]
    }
    return [
      row(Phrase(da: "Rækker", en: "Rows"), { Double($0.count) }, decimals: 0, lowerIsBetter: nil),
      row(Phrase(da: "Parametre", en: "Parameters"), { Double($0.parameters) }, decimals: 0, lowerIsBetter: nil),
      row(Phrase(da: "Effektive df", en: "Effective df"), \.effectiveDegreesOfFreedom, decimals: 1, lowerIsBetter: nil),
      row(Phrase("Log-likelihood (ML)"), \.logLikelihood, decimals: 2, lowerIsBetter: nil),
      row(Phrase("AIC"), \.aic, decimals: 2, lowerIsBetter: true), row(Phrase("BIC"), \.bic, decimals: 2, lowerIsBetter: true),
    ]
  }

  private static let even = "≈"

  private func foreseen(_ other: Int) -> [[Table.Cell]] {
    let (a, b) = (backtest.summary(of: 0), backtest.summary(of: other))
    func paired(_ name: Phrase, _ index: Int, _ one: Double, _ two: Double) -> [Table.Cell] {
      let measure = Self.measures[index]
      let difference = backtest.difference(other, 0, measure.values)
      let margin = Self.margin(difference)
      let decimals = max(4, EstimateText.decimals(difference.mean, standardError: difference.standardError) - 1)
      let better = margin.lower * margin.upper > 0 ? ((difference.mean > 0) == measure.higherIsBetter ? models[other].name : models[0].name) : Self.even
      return [
        EstimateText.cell(name), .precise(one, decimals: 4), .precise(two, decimals: 4), .precise(difference.mean, decimals: decimals),
        EstimateText.cell(EstimateText.interval(margin.lower, margin.upper, decimals: decimals)), .text(better),
      ]
    }
    func plain(_ name: Phrase, _ one: Double, _ two: Double) -> [Table.Cell] {
      [EstimateText.cell(name), .precise(one, decimals: 4), .precise(two, decimals: 4), .precise(two - one, decimals: 4), .empty, .empty]
    }
    return [
      paired(Phrase(da: "Logscore (høj)", en: "Log score (high)"), 0, a.logScore, b.logScore),
      paired(Phrase(da: "CRPS (lav)", en: "CRPS (low)"), 1, a.crps, b.crps),
      paired(Phrase(da: "MAE (lav)", en: "MAE (low)"), 2, a.meanAbsoluteError, b.meanAbsoluteError),
      plain(Phrase(da: "WAPE, rækker", en: "WAPE, rows"), a.wape, b.wape),
      plain(Phrase(da: "WAPE, områder", en: "WAPE, areas"), a.areaWape, b.areaWape), plain(Phrase(da: "Skævhed", en: "Bias"), a.bias, b.bias),
      plain(Phrase(da: "80 %-dækning", en: "80% coverage"), a.coverage, b.coverage),
    ]
  }

  // MARK: Footnotes

  private func footnotes(_ other: Int) -> [Phrase] {
    let origins = backtest.origins.map { panel.first.advanced(by: $0 - 1).description }.joined(separator: ", ")
    let count = EstimateText.count(backtest.observed.count)
    return [
      verdict(other),
      Phrase(
        da: "Logscore til dækning: gennemsnit over \(count.da) forudsagte rækker (\(detail.phrase.da), ens for begge modeller); hver model er estimeret til og med \(origins) og har forudsagt de næste \(backtest.horizon) perioder med kendt eksponering.",
        en: "Log score to coverage: means over \(count.en) predicted rows (\(detail.phrase.en), the same for both models); each model was fitted up to \(origins) and predicted the next \(backtest.horizon) periods with known exposure."),
      Phrase(
        da: "Forskel er den anden models tal minus den førstes; intervallet er for gennemsnittet af parvise forskelle, klynget på kommune og periode. ≈: ingen klar forskel (AIC og BIC: under 2). Intervaller af hele tal dækker gerne mere end 80 %. WAPE er absolutte fejl delt med det observerede, rækkevis og af summer pr. område, art og periode.",
        en: "A difference is the second model's figure less the first's; the interval is for the mean of paired differences, clustered by municipality and period. ≈: no clear difference (AIC and BIC: below 2). Intervals of whole numbers tend to cover more than 80%. WAPE is absolute errors over what was observed, by row and of sums by area, kind and period."),
    ]
  }

  private func verdict(_ other: Int) -> Phrase {
    let difference = backtest.difference(other, 0) { $0.logScore }
    let margin = Self.margin(difference)
    let decimals = EstimateText.decimals(difference.mean, standardError: difference.standardError)
    let size = EstimateText.number(abs(difference.mean), decimals: decimals)
    guard margin.lower * margin.upper > 0 else {
      return Phrase(
        da: "De to modeller forudsiger lige godt, så vidt data rækker: forskellen i logscore (\(size.da) pr. række) er ikke sikker.",
        en: "The two models predict equally well as far as the data goes: the difference in log score (\(size.en) a row) is not sure.")
    }
    let winner = models[difference.mean > 0 ? other : 0].name
    let (low, high) = (min(abs(margin.lower), abs(margin.upper)), max(abs(margin.lower), abs(margin.upper)))
    let interval = EstimateText.interval(low, high, decimals: decimals)
    return Phrase(
      da: "»\(winner)« forudsiger bedst: logscore pr. række er \(size.da) højere \(interval.da).",
      en: "“\(winner)” predicts better: its log score a row is \(size.en) higher \(interval.en).")
  }
}
