internal import Glibc
internal import Groundwork
internal import Regression

/// What a fit is judged by, apart from its coefficients: spreads of groups, dispersion, likelihood, warnings.
struct FitMeasures {
  let result: RegressionResult

  // MARK: Variance components

  /// Nil where the model has no groups.
  var variances: Table? {
    guard result.varianceComponents.contains(where: { $0.group != "Residual" }) else { return nil }
    var table = Table(
      title: Phrase(""),
      columns: [
        .init("group", heading: Phrase(da: "Gruppe", en: "Group")), .init("term", heading: Phrase(da: "Led", en: "Term")),
        .init("levels", heading: Phrase(da: "Niveauer", en: "Levels")),
        .init("standard_deviation", heading: Phrase(da: "Standardafvigelse", en: "Std. deviation")),
        .init("interval", heading: Phrase(da: "95 %-interval", en: "95% interval")),
        .init("variance", heading: Phrase(da: "Varians", en: "Variance")),
      ])
    for component in result.varianceComponents { table.append(row(component)) }
    return table
  }

  private func row(_ component: RegressionResult.VarianceComponent) -> [Table.Cell] {
    let levels = result.groupEffects.first { $0.group == component.group }?.levels.count
    let count = levels.map { Table.Cell.integer($0) } ?? .empty
    let isResidual = component.term.isEmpty && component.group == "Residual"
    let name = isResidual ? Table.Cell.term(code: component.group, Phrase(da: "Residual", en: "Residual")) : .text(component.group)
    guard !component.term.contains(",") else {
      return [name, .text(component.term), count, .empty, .empty, EstimateText.cell(component.variance, standardError: .nan)]
    }
    let deviation = component.variance.squareRoot()
    let error = component.logStandardError.map { $0 / 2 } ?? .nan
    let decimals = EstimateText.decimals(deviation, standardError: deviation * error)
    let reach = exp(EstimateText.reach * error)
    return [
      name, .text(component.term), count, .precise(deviation, decimals: decimals),
      EstimateText.cell(EstimateText.interval(deviation / reach, deviation * reach, decimals: decimals)),
      EstimateText.cell(component.variance, standardError: 2 * error * component.variance),
    ]
  }

  // MARK: Measures

  var table: Table {
    var table = Self.table(pairs)
    table.footnotes = result.warnings.map { Phrase(da: "Advarsel: ", en: "Warning: ") + RegressionWording.phrase($0) }
    return table
  }

  /// Names and values, two pairs beside each other.
  static func table(_ pairs: [(Phrase, Phrase)]) -> Table {
    var table = Table(
      title: Phrase(""),
      columns: [
        .init("measure", heading: Phrase(da: "Mål", en: "Measure")), .init("value", heading: Phrase(da: "Værdi", en: "Value")),
        .init("measure_2", heading: Phrase(da: "Mål", en: "Measure")), .init("value_2", heading: Phrase(da: "Værdi", en: "Value")),
      ])
    let half = (pairs.count + 1) / 2
    for i in 0..<half {
      let other = half + i < pairs.count ? pairs[half + i] : (Phrase(""), Phrase(""))
      table.append([pairs[i].0, pairs[i].1, other.0, other.1].map { EstimateText.cell($0) })
    }
    return table
  }

  private var pairs: [(Phrase, Phrase)] {
    let text: (Double) -> Phrase = { EstimateText.number($0, decimals: abs($0) < 1 ? 4 : 2) }
    var pairs = [
      (Phrase(da: "Rækker", en: "Rows"), EstimateText.count(result.count)),
      (Phrase(da: "Parametre", en: "Parameters"), EstimateText.count(result.parameters)),
    ]
    if !result.groupEffects.isEmpty {
      pairs.append((Phrase(da: "Effektive frihedsgrader", en: "Effective df"), EstimateText.number(result.effectiveDegreesOfFreedom, decimals: 1)))
    }
    pairs.append((Phrase(da: "Residualernes frihedsgrader", en: "Residual df"), EstimateText.count(result.residualDegreesOfFreedom)))
    pairs.append((Phrase(da: "Devians", en: "Deviance"), text(result.deviance)))
    if let null = result.nullDeviance { pairs.append((Phrase(da: "Devians uden led", en: "Null deviance"), text(null))) }
    if let share = result.rSquared { pairs.append((Phrase(da: "Forklaret andel (R²)", en: "R²"), EstimateText.number(share, decimals: 4))) }
    pairs += spread
    let name = result.method == .restrictedMaximumLikelihood ? Phrase(da: "Restringeret log-likelihood (REML)", en: "Restricted log-likelihood (REML)") : Phrase("Log-likelihood")
    pairs += [(name, text(result.logLikelihood)), (Phrase("AIC"), text(result.aic)), (Phrase("BIC"), text(result.bic))]
    return pairs
  }

  private var spread: [(Phrase, Phrase)] {
    if let deviation = result.residualStandardDeviation {
      return [(Phrase(da: "Residualernes standardafvigelse", en: "Residual std. deviation"), EstimateText.number(deviation))]
    }
    guard let theta = result.theta else { return [(Phrase(da: "Dispersion (fast)", en: "Dispersion (fixed)"), EstimateText.number(result.dispersion, decimals: 0))] }
    return [(Phrase(da: "Theta (lille: klumper)", en: "Theta (small: clusters)"), Self.theta(theta, result.logThetaStandardError))]
  }

  /// θ with its interval where it has one.
  static func theta(_ theta: Double, _ logError: Double?) -> Phrase {
    guard let logError else { return EstimateText.number(theta) }
    let reach = exp(EstimateText.reach * logError)
    let decimals = EstimateText.decimals(theta, standardError: theta * logError)
    return EstimateText.number(theta, decimals: decimals) + Phrase(" ")
      + EstimateText.interval(theta / reach, theta * reach, decimals: decimals)
  }

  static func name(_ method: RegressionResult.Method) -> Phrase {
    switch method {
    case .leastSquares: Phrase(da: "mindste kvadrater", en: "least squares")
    case .maximumLikelihood: Phrase("maximum likelihood")
    case .restrictedMaximumLikelihood: Phrase("REML")
    }
  }
}
