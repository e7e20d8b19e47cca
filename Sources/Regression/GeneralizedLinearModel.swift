internal import Glibc
public import LinearAlgebra

/// A generalised linear model: family and link. A value without data; `fit` gives a `FittedGLM`.
public struct GeneralizedLinearModel: Hashable, Sendable {
  public let family: Family
  public let link: Link

  /// Throws `unsupportedLink` where family and link do not go together.
  public init(family: Family, link: Link? = nil) throws(RegressionError) {
    let chosen = link ?? family.canonicalLink
    guard family.allows(chosen) else {
      throw .unsupportedLink(family: "\(family)", link: chosen.rawValue)
    }
    self.family = family
    self.link = chosen
  }

  /// Maximum likelihood by iteratively reweighted least squares with step halving, to about 1e-11 standard errors; least
  /// squares by QR for the Gaussian.
  ///
  /// - Parameters:
  ///   - design: n × p; columns that depend on earlier ones are set aside and their coefficients NaN.
  ///   - names: one for each column, for messages.
  ///   - response: values, counts or (binomial) successes.
  ///   - trials: of the binomial, 1 where nil.
  ///   - weights: prior weights ≥ 0, 1 where nil.
  ///   - offset: added to the linear predictor.
  ///
  /// Throws `invalidResponse`, `invalidWeight`, `invalidOffset` and `DataError.notFinite` at the first bad row,
  /// `noPositiveWeight`, `DataError.noRows` and `lengthMismatch`; `separation` where the likelihood has no maximum,
  /// `oneOutcome` where that is because all counts are zero, or all outcomes equal; `nonConvergence` and `numericalBreakdown` with the trace.
  /// More columns than rows are aliased, with the warning `noResidualDegrees`.
  public func fit(
    design: Matrix, names: [String], response: [Double], trials: [Double]? = nil, weights: [Double]? = nil,
    offset: [Double]? = nil
  ) throws(RegressionError) -> FittedGLM {
    precondition(names.count == design.columns, "one name for each column")
    let data = try ResponseData(family, y: response, trials: trials, weights: weights, offset: offset)
    guard design.rows == response.count else {
      throw .data(.lengthMismatch(expected: response.count, found: design.rows))
    }
    do throws(LinearAlgebraError) {
      try design.requireFinite()
    } catch {
      guard case .nonFinite(let row, let column) = error else { throw .numericalBreakdown("design", []) }
      throw .data(.notFinite(term: names[column], row: row))
    }
    return try fit(FactoredDesign(design, names: names), data)
  }

  /// `data` in its own order of rows.
  func fit(_ design: FactoredDesign, _ data: ResponseData) throws(RegressionError) -> FittedGLM {
    if family == .gaussian { return try LeastSquaresFit(self, design, data).finished() }
    let data = data.ordered(by: design)
    if case .negativeBinomial(nil) = family { return try fitWithTheta(design, data) }
    var theta = Double.nan
    if case .negativeBinomial(let given?) = family { theta = given }
    var fit = ReweightedFit(self, design, data, theta: theta)
    try fit.run()
    return try fit.finished(thetaEstimated: false)
  }

  /// Alternates coefficients and theta until neither moves, as MASS's `glm.nb` but to the last digits.
  private func fitWithTheta(_ design: FactoredDesign, _ data: ResponseData) throws(RegressionError) -> FittedGLM {
    let poisson = GeneralizedLinearModel(.poisson, .log)
    var start = ReweightedFit(poisson, design, data, theta: .nan)
    try start.run()
    let search = NegativeBinomialTheta(data)
    var theta = search.momentStart(start.mean)
    var fit = ReweightedFit(self, design, data, theta: theta)
    fit.start(from: start)
    var last = Double.infinity
    for round in 1...100 {
      let next = search.maximise(start: theta, mean: fit.mean)
      let change = abs(log(next / theta))
      theta = next
      fit.theta = theta
      try fit.run()
      fit.trace.append(IterationRecord(iteration: round, criterion: fit.deviance, change: change, phase: "theta"))
      // Below 1e-8 a change that no longer shrinks is rounding.
      let isSettled = change < 1e-12 || (change < 1e-8 && change >= last)
      last = change
      if isSettled || (theta >= NegativeBinomialTheta.upperBound && round > 1) {
        return try fit.finished(thetaEstimated: true)
      }
    }
    throw .nonConvergence(fit.trace)
  }

  private init(_ family: Family, _ link: Link) {
    self.family = family
    self.link = link
  }

  /// Deviance of the model with an intercept alone (or the offset alone), as R's null deviance.
  func nullDeviance(_ data: ResponseData, hasIntercept: Bool, theta: Double) throws(RegressionError) -> Double {
    let n = data.y.count
    guard hasIntercept else {
      var mean = [Double](repeating: 0, count: n)
      var slope = mean
      link.inverse(data.offset ?? mean, into: &mean, slope: &slope)
      return family.deviance(data, mean, theta: theta)
    }
    if data.offset == nil {
      let total = data.totalWeights.reduce(0, +)
      let mean = zip(data.y, data.totalWeights).reduce(0) { $0 + $1.0 * $1.1 } / total
      return family.deviance(data, [Double](repeating: mean, count: n), theta: theta)
    }
    var fit = ReweightedFit(self, FactoredDesign(constantOf: n), data, theta: theta)
    try fit.run()
    return fit.deviance
  }
}
