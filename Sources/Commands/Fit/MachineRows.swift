internal import Glibc
internal import Groundwork
internal import Regression

/// A fit as rows for machines: its coefficients, variances and measures under the columns of `CoefficientTable`.
struct MachineRows {
  struct Row {
    /// `coefficient`, `variance` or `measure`.
    let part: String
    let group: Table.Cell
    let term: String
    /// estimate, std_error, …, ratio_upper.
    let numbers: [Table.Cell]
  }

  let result: RegressionResult

  var all: [Row] { coefficients + variances + measures }

  var coefficients: [Row] {
    let table = CoefficientTable(result: result)
    return result.coefficients.map { Row(part: "coefficient", group: .empty, term: $0.term, numbers: table.numbers($0)) }
  }

  /// The standard error is that of the variance's logarithm; lower and upper follow from it.
  var variances: [Row] {
    result.varianceComponents.map { component in
      let error = component.logStandardError
      let reach = error.map { exp(EstimateText.reach * $0) }
      return Row(
        part: "variance", group: .text(component.group), term: component.term,
        numbers: Self.padded([
          .estimate(component.variance), error.map { .estimate($0) } ?? .empty, .empty, .empty,
          reach.map { .estimate(component.variance / $0) } ?? .empty, reach.map { .estimate(component.variance * $0) } ?? .empty,
        ]))
    }
  }

  var measures: [Row] {
    let values = [
      ("rows", Double(result.count)), ("parameters", Double(result.parameters)),
      ("effective_degrees_of_freedom", result.effectiveDegreesOfFreedom), ("df_residual", Double(result.residualDegreesOfFreedom)),
      ("deviance", result.deviance), ("log_likelihood", result.logLikelihood), ("aic", result.aic), ("bic", result.bic),
      ("theta", result.theta ?? .nan), ("dispersion", result.dispersion),
    ]
    return values.map { Row(part: "measure", group: .empty, term: $0.0, numbers: Self.padded([.estimate($0.1)])) }
  }

  private static func padded(_ cells: [Table.Cell]) -> [Table.Cell] {
    cells + [Table.Cell](repeating: .empty, count: CoefficientTable.names.count - 1 - cells.count)
  }
}
