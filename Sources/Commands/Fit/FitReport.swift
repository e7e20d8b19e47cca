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

  static let machineColumns = (CoefficientTable.names + ["part", "group"]).map { Table.Column($0) }

  /// term, estimate, std_error, statistic, p_value, lower, upper, ratio, ratio_lower, ratio_upper, part, group, with all
  /// digits. The ratios are empty where the link makes none; intervals are 95 %. `part` is `coefficient`, and in models with
  /// variance components also `variance` and `measure`, as in the table of the project's models.
  var machine: Table {
    let rows = MachineRows(result: result)
    var table = Table(title: Phrase(""), columns: Self.machineColumns)
    for row in result.varianceComponents.isEmpty ? rows.coefficients : rows.all {
      table.append([.text(row.term)] + row.numbers + [.text(row.part), row.group])
    }
    return table
  }

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
