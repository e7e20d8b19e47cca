internal import Groundwork
internal import Regression
internal import Reports

/// A fitted formula as a table for people and as a JSON document.
struct FitReport {
  let request: FitRequest
  let result: RegressionResult

  var table: Table {
    var table = Table(
      title: Phrase("\(request.formula)  [\(result.family.name), \(result.link.rawValue)]"),
      columns: [
        .init("term", heading: Phrase(da: "Led", en: "Term")), .init("estimate", heading: Phrase(da: "Estimat", en: "Estimate")),
        .init("std_error", heading: Phrase(da: "Standardfejl", en: "Std. error")),
        .init("statistic", heading: Phrase(da: result.isGaussian ? "t" : "z", en: result.isGaussian ? "t" : "z")),
        .init("p_value", heading: Phrase(da: "p-værdi", en: "p-value")),
        .init("lower", heading: Phrase(da: "95 % nedre", en: "95 % lower")), .init("upper", heading: Phrase(da: "95 % øvre", en: "95 % upper")),
      ])
    for coefficient in result.coefficients {
      table.append([
        .text(coefficient.term), .estimate(coefficient.estimate), .estimate(coefficient.standardError),
        .estimate(coefficient.statistic), .estimate(coefficient.pValue), .estimate(coefficient.lower), .estimate(coefficient.upper),
      ])
    }
    table.footnotes = footnotes
    return table
  }

  private var footnotes: [Phrase] {
    var lines = result.varianceComponents.map { component in
      let name = [component.group, component.term].filter { !$0.isEmpty }.joined(separator: ", ")
      let deviation = number(component.variance.squareRoot())
      return Phrase(da: "Varians, \(name): ", en: "Variance, \(name): ") + number(component.variance)
        + Phrase(da: " (standardafvigelse ", en: " (standard deviation ") + deviation + Phrase(")")
    }
    if let theta = result.theta { lines.append(Phrase("theta: ") + number(theta)) }
    if let deviation = result.residualStandardDeviation {
      lines.append(Phrase(da: "Residualernes standardafvigelse: ", en: "Residual standard deviation: ") + number(deviation))
    }
    if let share = result.rSquared { lines.append(Phrase(da: "Forklaret andel (R²): ", en: "R²: ") + number(share)) }
    lines.append(
      Phrase(da: "\(result.count) rækker, log-likelihood ", en: "\(result.count) rows, log-likelihood ") + number(result.logLikelihood)
        + Phrase(", AIC ") + number(result.aic) + Phrase(da: ", devians ", en: ", deviance ") + number(result.deviance))
    return lines
  }

  private func number(_ value: Double) -> Phrase {
    let decimals = abs(value) < 1 ? 5 : abs(value) < 1000 ? 3 : 1
    return Phrase(
      da: NumberText.display(value, decimals: decimals, language: .da), en: NumberText.display(value, decimals: decimals, language: .en))
  }

  /// Keys are a promise, as columns are; all digits.
  var json: JSONValue {
    [
      "formula": .string(request.formula), "family": .string(result.family.name), "link": .string(result.link.rawValue),
      "method": .string(result.method.rawValue),
      "coefficients": .array(
        result.coefficients.map {
          [
            "term": .string($0.term), "estimate": .exact($0.estimate), "std_error": .exact($0.standardError),
            "statistic": .exact($0.statistic), "p_value": .exact($0.pValue), "lower": .exact($0.lower), "upper": .exact($0.upper),
          ]
        }),
      "variance_components": .array(
        result.varianceComponents.map {
          ["group": .string($0.group), "term": .string($0.term), "variance": .exact($0.variance)]
        }),
      "theta": .exact(result.theta), "dispersion": .exact(result.dispersion), "deviance": .exact(result.deviance),
      "null_deviance": .exact(result.nullDeviance), "log_likelihood": .exact(result.logLikelihood), "aic": .exact(result.aic),
      "residual_sd": .exact(result.residualStandardDeviation), "df_residual": .integer(result.residualDegreesOfFreedom),
      "r_squared": .exact(result.rSquared), "rows": .integer(result.count),
      "warnings": .array(
        result.warnings.map {
          let phrase = RegressionWording.phrase($0)
          return ["code": .string(RegressionWording.code($0)), "da": .string(phrase.da), "en": .string(phrase.en)]
        }),
      "trace": .array(
        result.trace.map {
          [
            "phase": .string($0.phase), "iteration": .integer($0.iteration), "criterion": .exact($0.criterion),
            "change": .exact($0.change),
          ]
        }),
    ]
  }
}

extension Family {
  /// As on the command line.
  var name: String {
    switch self {
    case .gaussian: "gaussian"
    case .poisson: "poisson"
    case .negativeBinomial: "negative_binomial"
    case .binomial: "binomial"
    }
  }
}

extension RegressionResult {
  var isGaussian: Bool { family == .gaussian }
}
