internal import Glibc
internal import LinearAlgebra
internal import Probability

extension RegressionFit {
  /// The block of each variance: intercepts and slopes of the formula's groups, in order.
  private struct GroupBlock {
    let group: Int
    let term: String
    let block: PenalizedBlock
  }

  static func mixed(
    _ model: GeneralizedLinearModel, _ problem: RegressionProblem, _ data: DataTable, _ method: Method
  ) throws(RegressionError) -> RegressionResult {
    let blocks: [GroupBlock]
    do throws(DataError) {
      blocks = try groupBlocks(problem, data)
    } catch {
      throw .data(error)
    }
    let isGaussian = model.family == .gaussian
    let criterion: PenalizedGLM.Criterion =
      switch method {
      case .automatic: isGaussian ? .reml : .ml
      case .ml: .ml
      case .reml: .reml
      }
    let spec = try PenalizedGLM(
      family: model.family, link: model.link, criterion: criterion, search: .exact, tolerance: 1e-8)
    let (kept, aliased) = try independentColumns(problem)
    let names = problem.schema.columnNames
    let fit = try spec.fit(
      response: problem.response, trials: problem.trials, weights: problem.weights, offset: problem.offset,
      fixed: kept.map { problem.columns[$0] }, fixedNames: kept.map { names[$0] }, blocks: blocks.map(\.block))
    return result(of: fit, problem, blocks, kept: kept, aliased: aliased)
  }

  private static func groupBlocks(
    _ problem: RegressionProblem, _ data: DataTable
  ) throws(DataError) -> [GroupBlock] {
    let indices = try problem.schema.groupIndices(for: data)
    var blocks: [GroupBlock] = []
    for (g, group) in problem.schema.formula.groups.enumerated() {
      let count = problem.schema.groupLevels[g].count
      func add(_ term: String, _ covariate: [Double]?) {
        let block = PenalizedBlock(
          name: "\(group.label) \(term)", levelCount: count, index: indices[g], covariate: covariate)
        blocks.append(GroupBlock(group: g, term: term, block: block))
      }
      if group.hasIntercept { add("(Intercept)", nil) }
      for slope in group.slopes { add(slope.description, try slope.values(in: data)) }
    }
    return blocks
  }

  private static func independentColumns(
    _ problem: RegressionProblem
  ) throws(RegressionError) -> (kept: [Int], aliased: [Int]) {
    guard !problem.columns.isEmpty else { return ([], []) }
    guard let qr = try? PivotedQR(problem.design) else { throw .numericalBreakdown("design", []) }
    return (qr.kept, qr.aliased)
  }

  private static func result(
    of fit: FittedPenalizedGLM, _ problem: RegressionProblem, _ blocks: [GroupBlock], kept: [Int], aliased: [Int]
  ) -> RegressionResult {
    let schema = problem.schema
    let isGaussian = fit.model.family == .gaussian
    let groups = schema.formula.groups
    var coefficients = schema.columnNames.map {
      RegressionResult.Coefficient(
        term: $0, estimate: .nan, standardError: .nan, reference: StudentT(degrees: .infinity))
    }
    for (position, j) in kept.enumerated() {
      coefficients[j] = RegressionResult.Coefficient(
        term: schema.columnNames[j], estimate: fit.coefficients[position],
        standardError: fit.standardErrors[position], reference: StudentT(degrees: .infinity))
    }
    var components = blocks.indices.map { b in
      RegressionResult.VarianceComponent(
        group: groups[blocks[b].group].label, term: blocks[b].term, variance: fit.variances[b],
        logStandardError: fit.logVarianceStandardErrors[b])
    }
    if isGaussian {
      components.append(
        RegressionResult.VarianceComponent(
          group: "Residual", term: "", variance: fit.dispersion, logStandardError: fit.logDispersionStandardError))
    }
    let effects = blocks.indices.map { b in
      RegressionResult.GroupEffects(
        group: groups[blocks[b].group].label, term: blocks[b].term, levels: schema.groupLevels[blocks[b].group],
        effects: fit.effects(ofBlock: b), standardErrors: fit.effectStandardErrors(ofBlock: b))
    }
    var warnings: [RegressionWarning] = aliased.isEmpty ? [] : [.aliased(terms: aliased.map { schema.columnNames[$0] })]
    for b in blocks.indices where fit.variances[b] == 0 {
      warnings.append(.zeroVariance(group: groups[blocks[b].group].label, term: blocks[b].term))
    }
    if let theta = fit.theta, fit.warnings.contains(.thetaAtBound(theta: theta)) {
      warnings.append(.thetaAtBound(theta: theta))
    }
    let isThetaEstimated = fit.model.family == .negativeBinomial(theta: nil)
    let parameters = kept.count + blocks.count + (isGaussian || isThetaEstimated ? 1 : 0)
    return RegressionResult(
      schema: schema, family: fit.model.family, link: fit.model.link,
      method: fit.model.criterion == .reml ? .restrictedMaximumLikelihood : .maximumLikelihood,
      coefficients: coefficients, varianceComponents: components, groupEffects: effects, theta: fit.theta,
      logThetaStandardError: fit.logThetaStandardError, dispersion: fit.dispersion, deviance: fit.deviance,
      nullDeviance: nil, logLikelihood: fit.logLikelihood, aic: -2 * fit.logLikelihood + 2 * Double(parameters),
      parameters: parameters, effectiveDegreesOfFreedom: fit.effectiveDegrees,
      residualDegreesOfFreedom: fit.count - parameters,
      residualStandardDeviation: isGaussian ? fit.dispersion.squareRoot() : nil, rSquared: nil, count: fit.count,
      fitted: fit.mean, predictor: fit.linearPredictor, warnings: warnings, trace: fit.trace,
      hatValues: .known([]), response: problem.responseData, extraOffset: problem.extraOffset,
      posterior: .mixed(MixedPosterior(fit: fit, kept: kept)))
  }
}
