internal import Glibc
internal import LinearAlgebra

/// The mutable state of an IRLS fit; each step is small and works on whole columns.
struct ReweightedFit {
  let model: GeneralizedLinearModel
  let names: [String]
  let data: ResponseData
  var theta: Double
  private var solver: WeightedLeastSquares
  private var solution: WeightedLeastSquares.Solution?
  private(set) var coefficients: [Double] = []
  private(set) var predictor: [Double]
  private(set) var mean: [Double]
  private(set) var deviance = Double.infinity
  var trace: [IterationRecord] = []
  private var slope: [Double]
  private var variance: [Double]
  private var weights: [Double]
  private var working: [Double]

  init(
    _ model: GeneralizedLinearModel, _ design: Matrix, _ names: [String], _ data: ResponseData, theta: Double
  ) {
    self.model = model
    self.names = names
    self.data = data
    self.theta = theta
    solver = WeightedLeastSquares(design)
    mean = model.family.startingMeans(data)
    predictor = model.link.apply(mean)
    slope = [Double](repeating: 0, count: data.y.count)
    variance = slope
    weights = slope
    working = slope
  }

  /// Takes over another fit's coefficients as a start.
  mutating func start(from other: ReweightedFit) {
    coefficients = other.coefficients
    predictor = other.predictor
    mean = other.mean
  }

  // MARK: Iterating

  mutating func run() throws(RegressionError) {
    model.link.inverse(predictor, into: &mean, slope: &slope)
    deviance = coefficients.isEmpty ? .infinity : model.family.deviance(data, mean, theta: theta)
    var last = Double.infinity
    for iteration in 1...200 {
      try solve()
      guard let solution else { return }
      if coefficients.isEmpty {
        coefficients = solution.coefficients
        evaluate()
        try record(iteration, .infinity)
        if model.family == .gaussian { return }
        continue
      }
      let change = self.change(to: solution)
      let before = (predictor, deviance)
      try advance(to: solution.coefficients)
      try record(iteration, change)
      if change < 1e-11 || (change < 1e-8 && change >= last) {
        try solve()
        return
      }
      last = change
      try checkSeparation(iteration, before)
    }
    throw .nonConvergence(trace)
  }

  /// Working weights and response at the current point, and their least squares.
  private mutating func solve() throws(RegressionError) {
    model.family.variance(mean, theta: theta, into: &variance)
    let (y, w) = (data.y, data.totalWeights)
    for i in y.indices {
      weights[i] = w[i] * slope[i] * slope[i] / variance[i]
      working[i] = predictor[i] - (data.offset?[i] ?? 0) + (y[i] - mean[i]) / slope[i]
      if w[i] == 0 { (weights[i], working[i]) = (0, 0) }
    }
    do {
      solution = try solver.solve(working, weights: weights)
    } catch {
      throw .numericalBreakdown("working weights", trace)
    }
  }

  /// The largest change of a coefficient in its standard errors (of unit dispersion; relative for the Gaussian).
  private func change(to solution: WeightedLeastSquares.Solution) -> Double {
    var largest = 0.0
    for (position, j) in solution.kept.enumerated() {
      let error = solution.covariance[position, position].squareRoot()
      let old = coefficients[j].isNaN ? 0 : coefficients[j]
      largest = max(largest, abs(solution.coefficients[j] - old) / max(error, Double.leastNormalMagnitude))
    }
    return model.family == .gaussian ? 0 : largest
  }

  /// Moves to new coefficients, halving the step while the deviance rises.
  private mutating func advance(to target: [Double]) throws(RegressionError) {
    let (start, old) = (coefficients, deviance)
    coefficients = target
    evaluate()
    var halvings = 0
    while !(deviance <= old + 1e-9 * (abs(old) + 1)) {
      halvings += 1
      if halvings > 40 { throw .numericalBreakdown("deviance", trace) }
      for j in coefficients.indices { coefficients[j] = 0.5 * (coefficients[j] + (start[j].isNaN ? 0 : start[j])) }
      evaluate()
    }
  }

  private mutating func evaluate() {
    predictor = solver.design.predictor(coefficients, offset: data.offset)
    model.link.inverse(predictor, into: &mean, slope: &slope)
    deviance = model.family.deviance(data, mean, theta: theta)
  }

  private mutating func record(_ iteration: Int, _ change: Double) throws(RegressionError) {
    trace.append(IterationRecord(iteration: iteration, criterion: deviance, change: change, phase: "irls"))
    guard deviance.isFinite else { throw .numericalBreakdown("deviance", trace) }
  }

  /// A linear predictor that keeps running while the deviance stands still is a maximum at infinity.
  private func checkSeparation(_ iteration: Int, _ before: (predictor: [Double], deviance: Double)) throws(RegressionError) {
    guard iteration > 6, model.family != .gaussian,
      abs(before.deviance - deviance) < 1e-6 * (abs(deviance) + 0.1)
    else { return }
    var moving: [Int] = []
    for i in predictor.indices where data.totalWeights[i] > 0 && abs(predictor[i] - before.predictor[i]) > 0.2 {
      moving.append(i)
    }
    guard !moving.isEmpty else { return }
    throw .separation(terms: separatingTerms(moving))
  }

  /// Columns whose coefficient, times the column's spread, is large: they carry the fit to infinity.
  private func separatingTerms(_ rows: [Int]) -> [String] {
    let design = solver.design
    var found: [String] = []
    for j in coefficients.indices where coefficients[j].isFinite {
      let reach = rows.map { abs(design[$0, j] * coefficients[j]) }.max() ?? 0
      if reach > 10 { found.append(names[j]) }
    }
    return found.isEmpty ? names : found
  }

  // MARK: Result

  func finished(thetaEstimated: Bool) throws(RegressionError) -> FittedGLM {
    guard let solution else { preconditionFailure("run before finishing") }
    let hasIntercept = solver.design.spansConstant(solution.kept)
    let degrees = data.effectiveCount - solution.kept.count
    let isGaussian = model.family == .gaussian
    let dispersion = isGaussian ? (degrees > 0 ? deviance / Double(degrees) : .nan) : 1
    let likelihood = model.family.logLikelihood(data, mean, theta: theta)
    let parameters = Double(solution.kept.count + (isGaussian || thetaEstimated ? 1 : 0))
    var warnings: [RegressionWarning] = []
    if !solution.aliased.isEmpty { warnings.append(.aliased(terms: solution.aliased.map { names[$0] })) }
    if degrees <= 0 { warnings.append(.noResidualDegrees) }
    let atBound = rowsAtBound()
    if atBound > 0 { warnings.append(.fittedAtBound(rows: atBound)) }
    if thetaEstimated, theta >= NegativeBinomialTheta.upperBound { warnings.append(.thetaAtBound(theta: theta)) }
    return FittedGLM(
      model: model, names: names, coefficients: coefficients, unscaledCovariance: solution.covariance,
      kept: solution.kept, aliased: solution.aliased, dispersion: dispersion, deviance: deviance,
      nullDeviance: try model.nullDeviance(data, hasIntercept: hasIntercept, theta: theta), logLikelihood: likelihood,
      aic: -2 * likelihood + 2 * parameters, degreesOfFreedom: degrees, count: data.effectiveCount,
      theta: theta.isNaN ? nil : theta, predictor: predictor, mean: mean, pearson: pearson(), warnings: warnings,
      trace: trace)
  }

  private func pearson() -> Double {
    var v = variance
    model.family.variance(mean, theta: theta, into: &v)
    var sum = 0.0
    for i in v.indices where data.totalWeights[i] > 0 {
      sum += data.totalWeights[i] * (data.y[i] - mean[i]) * (data.y[i] - mean[i]) / v[i]
    }
    return sum
  }

  private func rowsAtBound() -> Int {
    let limit = 10 * 0x1p-52
    switch model.family {
    case .binomial: return mean.reduce(0) { $0 + ($1 < limit || $1 > 1 - limit ? 1 : 0) }
    case .poisson, .negativeBinomial: return mean.reduce(0) { $0 + ($1 < limit ? 1 : 0) }
    case .gaussian: return 0
    }
  }
}

extension Matrix {
  /// Whether a column is constant or the columns' sum is (a full set of dummies does not count, as in R).
  func spansConstant(_ kept: [Int]) -> Bool {
    kept.contains { j in
      let column = column(j)
      return column.allSatisfy { $0 == 1 }
    }
  }
}
