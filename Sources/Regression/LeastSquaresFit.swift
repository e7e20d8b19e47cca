internal import Glibc
internal import LinearAlgebra

/// Weighted least squares in doubles: QR by blocks of rows, and steps of refinement from the residuals.
///
/// Numeric designs go by QR whatever their size. With factors, large ones go by the normal equations of cells, refined
/// until the residuals are orthogonal to the design, and by QR of the cells' triangles where columns are close to
/// dependent. `RegressionFit` has double-double arithmetic for small and badly conditioned problems besides.
struct LeastSquaresFit {
  /// Least length of what is left of a unit column after its predecessors are projected out; rounding leaves about 1e-15
  /// of a sum or share of other columns, whatever the number of rows.
  static let rankTolerance = 1e-13
  let model: GeneralizedLinearModel
  let design: FactoredDesign
  /// In the design's order of rows, as are `predictor` and `rest`.
  private let data: ResponseData
  let solution: WeightedLeastSquares.Solution
  private var coefficients: [Double]
  /// With the offset.
  private var predictor: [Double]
  private var rest: [Double]

  /// `data` in its own order of rows.
  init(_ model: GeneralizedLinearModel, _ design: FactoredDesign, _ data: ResponseData) throws(RegressionError) {
    self.model = model
    self.design = design
    self.data = data.ordered(by: design)
    var response = self.data.y
    if let offset = self.data.offset { for i in response.indices { response[i] -= offset[i] } }
    var solver = WeightedLeastSquares(design, rankTolerance: LeastSquaresFit.rankTolerance)
    do {
      solution = try solver.solve(response, weights: self.data.weights, byQR: !design.hasFactors)
    } catch {
      throw .numericalBreakdown("design", [])
    }
    coefficients = solution.step
    predictor = response
    rest = response
    refine()
  }

  /// Adds T Tᵀ Xᵀ W r until that is rounding: one step after QR as a rule, some after the normal equations.
  private mutating func refine() {
    var last = Double.infinity
    for _ in 0..<6 {
      let gradient = design.gradient(
        at: coefficients, of: data.y, offset: data.offset, weights: data.weights, predictor: &predictor, rest: &rest)
      let inner = innerStep(gradient)
      let size = inner.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard size < last else { return }
      last = 0.5 * size
      for (place, j) in solution.kept.enumerated() {
        var step = 0.0
        for k in inner.indices { step += solution.root[place, k] * inner[k] }
        coefficients[j] += step
      }
      // The fitted values would move by less than they are rounded to.
      if size * size < 1e-26 * length { return }
    }
  }

  private func innerStep(_ gradient: [Double]) -> [Double] {
    let root = solution.root
    return (0..<root.columns).map { k in
      var sum = 0.0
      for (place, j) in solution.kept.enumerated() { sum += root[place, k] * gradient[j] }
      return sum
    }
  }

  private var length: Double { weightedSquares(data.y) }

  private func weightedSquares(_ x: [Double]) -> Double {
    var sum = 0.0
    for i in x.indices { sum += data.totalWeights[i] * x[i] * x[i] }
    return sum
  }

  /// The largest factor by which the other columns inflate a coefficient's variance: the square of the scaled columns'
  /// condition number, or thereabouts. 1 for orthogonal columns.
  var inflation: Double {
    let lengths = design.squaredLengths(weights: data.weights)
    var largest = 1.0
    for (place, j) in solution.kept.enumerated() {
      var variance = 0.0
      for k in 0..<solution.root.columns { variance += solution.root[place, k] * solution.root[place, k] }
      largest = max(largest, variance * lengths[j])
    }
    return largest
  }

  func finished() -> FittedGLM {
    let weights = data.totalWeights
    return FittedGLM(
      leastSquares: model, names: design.names, coefficients: coefficients, covariance: solution.covariance,
      kept: solution.kept, aliased: solution.aliased, deviance: weightedSquares(rest),
      nullDeviance: totalSquares, data: data, fitted: predictor, restore: design.restored,
      hatValues: .byRows(design, root: solution.root, kept: solution.kept, weights: weights))
  }

  /// Sum of squares of the response less its offset, about its mean where the columns span the constant.
  private var totalSquares: Double {
    var y = data.y
    if let offset = data.offset { for i in y.indices { y[i] -= offset[i] } }
    guard design.spansConstant(solution.kept) else { return weightedSquares(y) }
    let total = data.totalWeights.reduce(0, +)
    for _ in 0..<2 {
      var sum = 0.0
      for i in y.indices { sum += data.totalWeights[i] * y[i] }
      // The second time this takes out what rounding left of the mean.
      for i in y.indices { y[i] -= sum / total }
    }
    return weightedSquares(y)
  }
}

extension FittedGLM {
  /// A Gaussian fit; `data` and `fitted` in an order of rows that `restore` turns into the data's.
  ///
  /// The dispersion is NaN without residual degrees of freedom. The log-likelihood is infinite where nothing is left to
  /// explain, as in R.
  init(
    leastSquares model: GeneralizedLinearModel, names: [String], coefficients: [Double], covariance: Matrix, kept: [Int],
    aliased: [Int], deviance: Double, nullDeviance: Double, data: ResponseData, fitted: [Double],
    restore: ([Double]) -> [Double] = { $0 }, hatValues: HatValues
  ) {
    let degrees = data.effectiveCount - kept.count
    let likelihood = model.family.gaussianLogLikelihood(data, deviance)
    var warnings: [RegressionWarning] = []
    if !aliased.isEmpty { warnings.append(.aliased(terms: aliased.map { names[$0] })) }
    if degrees <= 0 { warnings.append(.noResidualDegrees) }
    let rows = restore(fitted)
    self.init(
      model: model, names: names, coefficients: coefficients, unscaledCovariance: covariance, kept: kept,
      aliased: aliased, dispersion: degrees > 0 ? deviance / Double(degrees) : .nan, deviance: deviance,
      nullDeviance: nullDeviance, logLikelihood: likelihood, aic: -2 * likelihood + 2 * Double(kept.count + 1),
      degreesOfFreedom: degrees, count: data.effectiveCount, theta: nil, logThetaStandardError: nil, predictor: rows, mean: rows, pearson: deviance,
      warnings: warnings, trace: [], hatValues: hatValues)
  }
}
