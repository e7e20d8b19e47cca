internal import Glibc
internal import Groundwork
internal import Regression

/// The coefficients of a fit as a table, of which machines get every digit.
struct CoefficientTable {
  let result: RegressionResult

  /// What exp(estimate) is called; nil where the link makes it no ratio.
  var ratioName: Phrase? {
    switch result.link {
    case .log: Phrase(da: "Faktor", en: "Ratio")
    case .logit: Phrase(da: "Odds ratio", en: "Odds ratio")
    case .cloglog: Phrase(da: "Hazardfaktor", en: "Hazard ratio")
    case .identity, .probit: nil
    }
  }

  private var isT: Bool { result.isGaussian && result.varianceComponents.isEmpty }

  // MARK: People

  var people: Table {
    let statistic = isT ? "t" : "z"
    var columns: [Table.Column] = [
      .init("term", heading: Phrase(da: "Led", en: "Term")), .init("estimate", heading: Phrase(da: "Estimat", en: "Estimate")),
      .init("std_error", heading: Phrase(da: "Std.fejl", en: "Std. error")), .init("statistic", heading: Phrase(statistic)),
      .init("p_value", heading: Phrase(da: "p-værdi", en: "p-value")),
    ]
    if let ratioName { columns.append(.init("ratio", heading: ratioName)) }
    columns.append(.init("interval", heading: Phrase(da: "95 %-interval", en: "95% interval")))
    var table = Table(title: Phrase(""), columns: columns)
    for coefficient in result.coefficients { table.append(row(coefficient)) }
    return table
  }

  private func row(_ c: RegressionResult.Coefficient) -> [Table.Cell] {
    guard c.estimate.isFinite else {
      let left = Phrase(da: "udeladt", en: "left out")
      return [.text(c.term), .empty, .empty, .empty, .empty] + (ratioName == nil ? [] : [.empty]) + [.term(code: "", left)]
    }
    let decimals = EstimateText.decimals(c.estimate, standardError: c.standardError)
    var row: [Table.Cell] = [
      .text(c.term), EstimateText.cell(c.estimate, standardError: c.standardError),
      EstimateText.cell(c.standardError, standardError: c.standardError), .precise(c.statistic, decimals: 2),
      EstimateText.cell(EstimateText.probability(c.pValue)),
    ]
    if ratioName == nil {
      row.append(EstimateText.cell(EstimateText.interval(c.lower, c.upper, decimals: decimals)))
    } else {
      row.append(EstimateText.ratio(exp(c.estimate)))
      row.append(EstimateText.cell(EstimateText.ratioInterval(exp(c.lower), exp(c.upper))))
    }
    return row
  }

  // MARK: Machines

  static let ratioMeaning = "exponential of the estimate; empty where the link makes no ratio"

  /// The last three are empty where the link makes no ratio. Intervals are 95 %.
  static let names = ["term", "estimate", "std_error", "statistic", "p_value", "lower", "upper", "ratio", "ratio_lower", "ratio_upper"]

  /// The machine columns but the term.
  func numbers(_ c: RegressionResult.Coefficient) -> [Table.Cell] {
    let ratios = ratioName == nil ? [Double](repeating: .nan, count: 3) : [exp(c.estimate), exp(c.lower), exp(c.upper)]
    return ([c.estimate, c.standardError, c.statistic, c.pValue, c.lower, c.upper] + ratios).map { .estimate($0) }
  }
}
