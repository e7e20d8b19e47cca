internal import Groundwork
internal import Regression
internal import Reports

/// A fitted formula as tables for people, a table for machines and a JSON document.
struct FitReport {
  let formula: String
  let result: RegressionResult
  /// Stands before the formula, such as a model's name.
  var name = Phrase("")

  /// Coefficients, spreads of groups, measures; the first one titled.
  var people: [Table] {
    var coefficients = CoefficientTable(result: result).people
    coefficients.title = title
    return [coefficients] + [measures.variances, measures.table].compactMap(\.self)
  }

  /// Coefficients alone, with all digits.
  var machine: Table { CoefficientTable(result: result).machine }

  private var measures: FitMeasures { FitMeasures(result: result) }

  private var title: Phrase {
    let model = Phrase("\(formula)  [\(result.family.name), \(result.link.rawValue), ") + FitMeasures.name(result.method) + Phrase("]")
    return name.isEmpty ? model : name + Phrase(": ") + model
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
