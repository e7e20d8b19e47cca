internal import Glibc
internal import LinearAlgebra
internal import Probability

extension RegressionFit {
  static func mixed(
    _ model: GeneralizedLinearModel, _ problem: RegressionProblem, _ data: DataTable, _ method: Method,
    _ quadraturePoints: Int
  ) throws(RegressionError) -> RegressionResult {
    var blocks: [PenalizedBlock] = []
    let parts: DesignParts
    do throws(DataError) {
      for term in problem.schema.pooled { blocks.append(try term.block(for: problem.table)) }
      parts = try problem.schema.designParts(for: problem.table)
    } catch {
      throw .data(error)
    }
    let design = FactoredDesign(parts)
    let criterion: PenalizedGLM.Criterion =
      switch method {
      case .automatic: model.family == .gaussian ? .reml : .ml
      case .ml: .ml
      case .reml: .reml
      }
    let spec = try PenalizedGLM(
      family: model.family, link: model.link, criterion: criterion, search: .exact, tolerance: 1e-8,
      quadraturePoints: quadraturePoints)
    let (kept, aliased) = try independentColumns(design)
    try requireSpread(problem, kept, blocks, model.family)
    let fit: FittedPenalizedGLM
    do throws(RegressionError) {
      try spec.requireOutcomes(problem.responseData, design)
      fit = try spec.fit(
        problem.responseData, successes: problem.response, basis: FixedBasis(parts, design, kept: kept),
        fixedNames: kept.map { parts.names[$0] }, blocks: blocks)
    } catch {
      throw separation(model, design, problem.responseData) ?? exactFit(model.family, problem, design, kept, blocks) ?? error
    }
    return MixedResult(fit: fit, problem: problem, kept: kept, aliased: aliased).result
  }

  /// Where a pooled fit breaks down: whether the fixed columns by themselves separate the outcomes.
  private static func separation(
    _ model: GeneralizedLinearModel, _ design: FactoredDesign, _ response: ResponseData
  ) -> RegressionError? {
    guard model.family != .gaussian, design.columnCount > 0 else { return nil }
    do throws(RegressionError) {
      _ = try model.fit(design, response)
      return nil
    } catch {
      switch error {
      case .separation, .oneOutcome: return error
      default: return nil
      }
    }
  }

  /// A Gaussian's variances need spread that the fixed columns leave, and levels with several rows.
  private static func requireSpread(
    _ problem: RegressionProblem, _ kept: [Int], _ blocks: [PenalizedBlock], _ family: Family
  ) throws(RegressionError) {
    guard family == .gaussian else { return }
    let rows = problem.response.indices.filter { problem.responseData.totalWeights[$0] > 0 }
    let values = rows.map { problem.response[$0] - (problem.offset?[$0] ?? 0) }
    guard rows.count > kept.count, let low = values.min(), let high = values.max(), high > low else { throw .noSpread }
    for (block, term) in zip(blocks, problem.schema.pooled) where block.columns.count == 1 && block.columns[0] == nil {
      guard Set(rows.map { block.index[$0] }).count < rows.count else { throw .unidentifiedVariance(group: term.group) }
    }
  }

  /// Where a Gaussian pooled fit breaks down: whether fixed and pooled columns together leave nothing of the response, so
  /// that the likelihood rises for ever as the residual variance falls.
  private static func exactFit(
    _ family: Family, _ problem: RegressionProblem, _ design: FactoredDesign, _ kept: [Int], _ blocks: [PenalizedBlock]
  ) -> RegressionError? {
    let width = kept.count + blocks.reduce(0) { $0 + $1.levelCount * $1.columns.count }
    guard family == .gaussian, problem.responseData.weights == nil, width * design.rowCount <= 1_000_000 else { return nil }
    var columns = design.columns(kept)
    for block in blocks {
      for column in block.columns {
        for level in 0..<Int32(block.levelCount) {
          columns.append(block.index.indices.map { block.index[$0] == level ? column?[$0] ?? 1 : 0 })
        }
      }
    }
    let values = problem.response.indices.map { problem.response[$0] - (problem.offset?[$0] ?? 0) }
    guard let qr = try? PivotedQR(Matrix(columns: columns)), let fit = try? qr.solve(values) else { return nil }
    let rest = values.indices.map { i in
      columns.indices.reduce(values[i]) { fit[$1].isNaN ? $0 : $0 - columns[$1][i] * fit[$1] }
    }
    func length(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    return length(rest) <= 1e-10 * length(values) ? .noSpread : nil
  }

  private static func independentColumns(
    _ design: FactoredDesign
  ) throws(RegressionError) -> (kept: [Int], aliased: [Int]) {
    guard design.columnCount > 0 else { return ([], []) }
    let triangle = design.triangle([Double](repeating: 0, count: design.rowCount), weights: nil)
    guard let qr = try? PivotedQR(triangle.selecting(columns: Array(0..<design.columnCount))) else {
      throw .numericalBreakdown("design", [])
    }
    return (qr.kept, qr.aliased)
  }
}

/// Names a penalised fit's numbers by the formula's terms.
private struct MixedResult {
  let fit: FittedPenalizedGLM
  let problem: RegressionProblem
  let kept: [Int]
  let aliased: [Int]

  private var schema: Schema { problem.schema }
  private var isGaussian: Bool { fit.model.family == .gaussian }
  private static let normal = StudentT(degrees: .infinity)

  private func coefficient(_ term: String, _ estimate: Double, _ error: Double) -> RegressionResult.Coefficient {
    RegressionResult.Coefficient(term: term, estimate: estimate, standardError: error, reference: MixedResult.normal)
  }

  /// Fixed columns in the order of the schema, then those of ridges in the units of their columns.
  private var coefficients: [RegressionResult.Coefficient] {
    var result = schema.columnNames.map { coefficient($0, .nan, .nan) }
    for (position, j) in kept.enumerated() {
      result[j] = coefficient(schema.columnNames[j], fit.coefficients[position], fit.standardErrors[position])
    }
    var intercept: [FittedPenalizedGLM.Weight] = []
    for (b, term) in schema.pooled.enumerated() {
      for (k, weight) in (term.ridgeWeights() ?? []).enumerated() {
        let place = fit.layout.effect(block: b, level: 0, column: k)
        let own = [FittedPenalizedGLM.Weight(place, weight.factor)]
        result.append(coefficient(term.columnNames[k], fit.estimate(of: own), fit.variance(of: own).squareRoot()))
        intercept.append(FittedPenalizedGLM.Weight(place, weight.intercept))
      }
    }
    if !intercept.isEmpty, schema.formula.hasIntercept, let position = kept.firstIndex(of: 0) {
      let own = intercept + [FittedPenalizedGLM.Weight(position, 1)]
      result[0] = coefficient(schema.columnNames[0], fit.estimate(of: own), fit.variance(of: own).squareRoot())
    }
    return result
  }

  private var varianceComponents: [RegressionResult.VarianceComponent] {
    var result: [RegressionResult.VarianceComponent] = []
    for (b, term) in schema.pooled.enumerated() {
      if case .given = term.prior { continue }
      let (sigma, errors) = (fit.reportedCovariances[b], fit.covarianceStandardErrors[b])
      func add(_ name: String, _ i: Int, _ j: Int) {
        let (value, error) = (sigma[i, j], errors.map { $0[i, j] })
        result.append(
          RegressionResult.VarianceComponent(
            group: term.group, term: name, variance: value, standardError: error.flatMap { value == 0 ? nil : $0 },
            logStandardError: i == j && value > 0 ? error.map { $0 / value } : nil))
      }
      let isOne = sigma.rows == 1
      for i in 0..<sigma.rows { add(isOne && term.columnNames.count > 1 ? "" : term.columnNames[i], i, i) }
      for i in 0..<sigma.rows {
        for j in 0..<i { add("\(term.columnNames[j]),\(term.columnNames[i])", j, i) }
      }
    }
    if isGaussian {
      result.append(
        RegressionResult.VarianceComponent(
          group: "Residual", term: "", variance: fit.dispersion,
          standardError: fit.logDispersionStandardError.map { $0 * fit.dispersion },
          logStandardError: fit.logDispersionStandardError))
    }
    return result
  }

  private var groupEffects: [RegressionResult.GroupEffects] {
    schema.pooled.enumerated().flatMap { b, term in
      term.isRidge
        ? []
        : term.columnNames.indices.map { k in
          let effects = term.levels.indices.map { level in
            term.effectWeights(column: k).map {
              FittedPenalizedGLM.Weight(fit.layout.effect(block: b, level: level, column: $0.column), $0.factor)
            }
          }
          return RegressionResult.GroupEffects(
            group: term.group, term: term.columnNames[k], levels: term.levels, effects: effects.map { fit.estimate(of: $0) },
            standardErrors: effects.map { fit.error(of: $0) })
        }
    }
  }

  private var warnings: [RegressionWarning] {
    var result: [RegressionWarning] = aliased.isEmpty ? [] : [.aliased(terms: aliased.map { schema.columnNames[$0] })]
    for (b, term) in schema.pooled.enumerated() {
      let sigma = fit.covariances[b]
      if sigma.rows == 1, sigma[0, 0] == 0 {
        result.append(.zeroVariance(group: term.group, term: term.columnNames.count == 1 ? term.columnNames[0] : ""))
      }
      if fit.warnings.contains(.singularCovariance(group: fit.blockNames[b])) {
        result.append(.singularCovariance(group: term.group))
      }
    }
    if let theta = fit.theta, fit.warnings.contains(.thetaAtBound(theta: theta)) {
      result.append(.thetaAtBound(theta: theta))
    }
    if fit.warnings.contains(.quadratureUnneeded) { result.append(.quadratureUnneeded) }
    return result
  }

  /// Estimated numbers besides the pooled effects: what AIC counts.
  private var parameterCount: Int {
    let isThetaEstimated = fit.model.family == .negativeBinomial(theta: nil)
    let variances = schema.pooled.indices.reduce(0) { sum, b in
      if case .given = schema.pooled[b].prior { return sum }
      let d = fit.covariances[b].rows
      return sum + d * (d + 1) / 2
    }
    return kept.count + variances + (isGaussian || isThetaEstimated ? 1 : 0)
  }

  var result: RegressionResult {
    RegressionResult(
      schema: schema, family: fit.model.family, link: fit.model.link,
      method: fit.model.criterion == .reml ? .restrictedMaximumLikelihood : .maximumLikelihood,
      coefficients: coefficients, varianceComponents: varianceComponents, groupEffects: groupEffects, theta: fit.theta,
      logThetaStandardError: fit.logThetaStandardError, dispersion: fit.dispersion, deviance: fit.deviance,
      nullDeviance: nil, logLikelihood: fit.logLikelihood, aic: -2 * fit.logLikelihood + 2 * Double(parameterCount),
      parameters: parameterCount, effectiveDegreesOfFreedom: fit.effectiveDegrees,
      residualDegreesOfFreedom: max(0, fit.count - parameterCount),
      residualStandardDeviation: isGaussian ? fit.dispersion.squareRoot() : nil, rSquared: nil, count: fit.count,
      fitted: fit.mean, predictor: fit.linearPredictor, warnings: warnings, trace: fit.trace,
      hatValues: .known(fit.leverage), response: problem.responseData, extraOffset: problem.extraOffset,
      posterior: .mixed(MixedPosterior(fit: fit, kept: kept)))
  }
}
