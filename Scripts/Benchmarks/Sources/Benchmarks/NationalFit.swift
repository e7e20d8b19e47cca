import Foundation
import LinearAlgebra
import Regression

/// Fits the national panel: variances and θ estimated, by maximum likelihood and restricted maximum likelihood.
enum NationalFit {
  /// How the areas' levels and slopes are written.
  private enum Form: String, CaseIterable {
    /// Pooled blocks, as plads fits its flows.
    case pooled = "areas and their slopes pooled"
    /// Fixed columns, as in `y ~ area * t + season + (1 | m) + (1 | m:area)`.
    case fixed = "areas and their slopes fixed"
  }

  private static let runs = 5

  static func run(results: ResultsFile) throws {
    LinearAlgebra.start()
    let panel = NationalPanel()
    let size = "98 x 12 x 60 = \(ResultTable.whole(panel.rows)) rows"
    for form in Form.allCases {
      for criterion in [PenalizedGLM.Criterion.ml, .reml] {
        let model = try PenalizedGLM(family: .negativeBinomial(theta: nil), criterion: criterion)
        let (fit, times) = try Stopwatch.time(runs: runs) { try self.fit(panel, model, form) }
        try results.add(
          TimedWork(work: "fit, \(criterion.rawValue), \(form.rawValue)", size: size, ours: times, aim: "< 0.2 s"))
        try results.note(report(fit, panel, "fit, \(criterion.rawValue), \(form.rawValue)"))
      }
    }
    let truth = panel.truth
    try results.note(
      String(
        format: "fit, generating values: theta %.2f, trend %.3f, season %.2f %.2f, standard deviations: area %.2f, slope of the area %.2f,"
          + " municipality %.2f, municipality:area %.2f; counts' mean %.2f; seed %d",
        truth.theta, truth.trend, truth.sine, truth.cosine, truth.areaDeviation, truth.slopeDeviation, truth.municipalityDeviation,
        truth.cellDeviation, panel.counts.reduce(0, +) / Double(panel.rows), NationalPanel.seed))
  }

  private static func fit(_ panel: NationalPanel, _ model: PenalizedGLM, _ form: Form) throws -> FittedPenalizedGLM {
    var names = ["(Intercept)", "trend", "sine", "cosine"]
    var columns = [[Double](repeating: 1, count: panel.rows), panel.years, panel.sine, panel.cosine]
    var blocks = [panel.municipalityBlock, panel.cellBlock]
    switch form {
    case .pooled:
      blocks += [
        PenalizedBlock(name: "area", levelCount: NationalPanel.areas, index: panel.area),
        PenalizedBlock(name: "slope of the area", levelCount: NationalPanel.areas, index: panel.area, covariate: panel.years),
      ]
    case .fixed:
      for a in 1..<NationalPanel.areas {
        names += ["area \(a)", "area \(a):trend"]
        columns.append(panel.area.map { $0 == Int32(a) ? 1 : 0 })
        columns.append(zip(panel.area, panel.years).map { $0 == Int32(a) ? $1 : 0 })
      }
    }
    return try model.fit(response: panel.counts, offset: panel.offset, fixed: columns, fixedNames: names, blocks: blocks)
  }

  /// What the fit found, and how many of the generated effects lie within 1.96 of their standard errors.
  private static func report(_ fit: FittedPenalizedGLM, _ panel: NationalPanel, _ name: String) -> String {
    let deviations = zip(fit.blockNames, fit.variances).map { String(format: "%@ %.3f", $0, $1.squareRoot()) }.joined(separator: ", ")
    let inside = [panel.truth.municipalityEffects, panel.truth.cellEffects].enumerated().map { block, truth in
      let found = zip(fit.effects(ofBlock: block), fit.effectStandardErrors(ofBlock: block))
      let within = zip(truth, found).count { abs($0 - $1.0) < 1.96 * $1.1 }
      return String(format: "%.0f %%", 100 * Double(within) / Double(truth.count))
    }
    return String(
      format: "%@: theta %.2f, season %.3f %.3f, standard deviations: %@; of the effects of municipality and municipality:area %@ lie in"
        + " their 95 %% intervals; log-likelihood %.2f, %d passes over the rows",
      name, fit.theta ?? .nan, fit.coefficients[2], fit.coefficients[3], deviations, inside.joined(separator: " and "), fit.logLikelihood,
      fit.passes)
  }
}
