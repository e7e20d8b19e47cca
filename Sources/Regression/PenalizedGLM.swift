internal import LinearAlgebra

/// A penalised generalised linear model: fixed columns, and blocks of pooled effects whose variances are estimated.
///
/// Weights are those of the observed information, which is positive for every family and link allowed here. A value
/// without data: `fit` gives a `FittedPenalizedGLM`.
public struct PenalizedGLM: Hashable, Sendable {
  /// What the variances maximise.
  public enum Criterion: String, Sendable {
    /// Laplace approximation over the effects of the blocks; fixed coefficients maximise it too.
    case ml
    /// Laplace approximation over blocks and fixed coefficients, the latter with a flat prior.
    case reml
  }

  /// How far the maximum is sought.
  public enum Search: String, Sendable {
    /// Generalised Fellner-Schall steps until variances move less than 1e-4: it ignores how the weights move.
    case fellnerSchall
    /// Then Newton steps on the criterion itself, with its exact gradient.
    case exact
  }

  public let family: Family
  public let link: Link
  public let criterion: Criterion
  public let search: Search
  /// Relative accuracy asked of variances by the exact search. Above 1e-4 a small problem is searched as a large one is, in
  /// fewer evaluations.
  public let tolerance: Double
  /// Points of adaptive Gauss-Hermite quadrature, from 1 (the Laplace approximation) to 200.
  public let quadraturePoints: Int

  /// More than one quadrature point is for maximum likelihood of one scalar random effect.
  /// Throws `unsupportedLink`.
  public init(
    family: Family, link: Link? = nil, criterion: Criterion = .reml, search: Search = .exact, tolerance: Double = 1e-4,
    quadraturePoints: Int = 1
  ) throws(RegressionError) {
    precondition((1...200).contains(quadraturePoints), "1 to 200 points")
    let plain = try GeneralizedLinearModel(family: family, link: link)
    self.family = family
    self.link = plain.link
    self.criterion = criterion
    self.search = search
    self.tolerance = tolerance
    self.quadraturePoints = quadraturePoints
  }

  /// Estimates everything. Cost per iteration: O(rows · k²) with k the columns that vary among rows of equal levels,
  /// plus a sparse factorisation; groups are never expanded.
  ///
  /// Throws `rankDeficient`, `separation` (fixed columns whose coefficients run to infinity), `oneOutcome` (all counts zero,
  /// all trials alike), `nonConvergence` with the trace, and what is wrong with the data.
  ///
  /// - Parameters:
  ///   - response: values, counts, or successes of the binomial.
  ///   - trials: of the binomial, 1 where nil.
  ///   - weights: prior (precision) weights ≥ 0, 1 where nil.
  ///   - offset: added to the linear predictor.
  ///   - fixed: unpenalised columns, each with one number per row; include a column of ones for an intercept.
  ///   - fixedNames: one for each fixed column.
  ///   - blocks: pooled effects, in any order.
  public func fit(
    response: [Double], trials: [Double]? = nil, weights: [Double]? = nil, offset: [Double]? = nil,
    fixed: [[Double]], fixedNames: [String], blocks: [PenalizedBlock]
  ) throws(RegressionError) -> FittedPenalizedGLM {
    precondition(fixed.count == fixedNames.count, "one name for each fixed column")
    let data = try ResponseData(family, y: response, trials: trials, weights: weights, offset: offset)
    for column in fixed where column.count != response.count {
      throw .data(.lengthMismatch(expected: response.count, found: column.count))
    }
    for block in blocks where block.index.count != response.count {
      throw .data(.lengthMismatch(expected: response.count, found: block.index.count))
    }
    for (name, column) in zip(fixedNames, fixed) { try Self.requireFinite(column, name) }
    for block in blocks { for case let column? in block.columns { try Self.requireFinite(column, block.name) } }
    try requireOutcomes(data, FactoredDesign(Matrix(columns: fixed), names: fixedNames))
    let basis = try FixedBasis(fixed, names: fixedNames, rows: response.count)
    return try fit(data, successes: response, basis: basis, fixedNames: fixedNames, blocks: blocks)
  }

  /// The same of checked data.
  func fit(
    _ data: ResponseData, successes: [Double], basis: FixedBasis, fixedNames: [String], blocks: [PenalizedBlock]
  ) throws(RegressionError) -> FittedPenalizedGLM {
    let problem = PenalizedProblem(self, data, successes, basis, fixedNames, blocks)
    let state = PenalizedState(problem)
    var search = VarianceSearch(state)
    try search.run()
    // The Gaussian's integral is exact already.
    guard quadraturePoints > 1, family != .gaussian else {
      let fit = search.finished()
      try fit.requireBounded(basis.reaches)
      return fit
    }
    guard criterion == .ml, blocks.count == 1, blocks[0].columns.count == 1, blocks[0].prior == .independent else {
      throw .unsupportedQuadrature
    }
    var quadrature = QuadratureSearch(state, points: quadraturePoints, trace: search.trace)
    let maximum = try quadrature.run()
    let fit = search.finished(maximum, trace: quadrature.trace)
    try fit.requireBounded(basis.reaches)
    return fit
  }

  /// Where all outcomes are alike, fixed columns that can follow them run away, and no variance can be told.
  func requireOutcomes(_ data: ResponseData, _ design: @autoclosure () -> FactoredDesign) throws(RegressionError) {
    guard let outcome = data.soleOutcome(family) else { return }
    let design = design()
    guard design.columnCount > 0 else { return }
    if Separation(design, data.ordered(by: design), columns: nil).terms != nil { throw .oneOutcome(outcome) }
  }

  private static func requireFinite(_ column: [Double], _ name: String) throws(RegressionError) {
    if let row = column.firstIndex(where: { !$0.isFinite }) { throw .data(.notFinite(term: name, row: row)) }
  }
}
