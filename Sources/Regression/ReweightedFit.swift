internal import Glibc
internal import LinearAlgebra

/// The mutable state of an IRLS fit; each step is small and works on whole columns, which are in the design's order of
/// rows until the fit is finished.
struct ReweightedFit {
  let model: GeneralizedLinearModel
  let data: ResponseData
  var theta: Double
  private(set) var solver: WeightedLeastSquares
  private(set) var solution: WeightedLeastSquares.Solution?
  /// Nil until the first step.
  private var current: [Double]?
  private(set) var predictor: [Double]
  private(set) var mean: [Double]
  private(set) var deviance = Double.infinity
  var trace: [IterationRecord] = []
  private var previous: [Double]
  private var slope: [Double]
  private(set) var weights: [Double]
  private var rest: [Double]
  /// Whether a maximum is known to exist; a fact of the data, so it is settled once.
  private var maximumExists = false

  var design: FactoredDesign { solver.design }
  var coefficients: [Double] { current ?? [] }

  /// `data` in the design's order of rows.
  init(_ model: GeneralizedLinearModel, _ design: FactoredDesign, _ data: ResponseData, theta: Double) {
    self.model = model
    self.data = data
    self.theta = theta
    solver = WeightedLeastSquares(design)
    mean = model.family.startingMeans(data)
    predictor = model.link.apply(mean)
    slope = [Double](repeating: 0, count: data.y.count)
    previous = slope
    weights = slope
    rest = slope
  }

  /// Takes over another fit's coefficients as a start.
  mutating func start(from other: ReweightedFit) {
    current = other.current
    predictor = other.predictor
    mean = other.mean
    maximumExists = other.maximumExists
  }

  // MARK: Iterating

  /// Iterates to the maximum. A fit that ends otherwise, or at the bounds of the means, is asked whether there is one.
  mutating func run() throws(RegressionError) {
    do {
      try iterate()
    } catch {
      switch error {
      case .separation, .oneOutcome: throw error
      default: try requireMaximum()
      }
      throw error
    }
    if rowsAtBound > 0 { try requireMaximum() }
  }

  private mutating func iterate() throws(RegressionError) {
    evaluateMeans()
    var last = Double.infinity
    for iteration in 1...200 {
      try solve(isStart: current == nil)
      guard let solution else { return }
      guard current != nil else {
        evaluate(at: solution.step)
        try record(iteration, .infinity)
        continue
      }
      let change = largestChange(solution)
      let before = deviance
      try advance(by: solution.step)
      try record(iteration, change)
      if change < 1e-11 { return }
      if change < 1e-8, change >= last {
        try solve(isStart: false)
        return
      }
      last = change
      // A linear predictor that keeps running while the deviance stands still may be a maximum at infinity.
      if iteration > 6, abs(before - deviance) < 1e-6 * (abs(deviance) + 0.1), isRunning { try requireMaximum() }
    }
    throw .nonConvergence(trace)
  }

  /// Working weights and what is left of the working response at the current point, and their least squares. At the
  /// start the coefficients are zero and the whole working response is left.
  private mutating func solve(isStart: Bool) throws(RegressionError) {
    fillWorkingColumns(isStart: isStart)
    do {
      solution = try solver.solve(rest, weights: weights)
    } catch {
      throw .numericalBreakdown("working weights", trace)
    }
  }

  private mutating func fillWorkingColumns(isStart: Bool) {
    let (family, theta, data, design) = (model.family, theta, data, design)
    weights.withUnsafeMutableBufferPointer { weights in
      rest.withUnsafeMutableBufferPointer { rest in
        let (weights, rest) = (weights.baseAddress!, rest.baseAddress!)
        LinearAlgebra.inParallel(design.lanes.count) { lane in
          let rows = design.rows(ofLane: lane)
          mean.withUnsafeBufferPointer { family.variance($0.baseAddress!, theta: theta, rows, into: weights) }
          for i in rows {
            let w = data.totalWeights[i]
            weights[i] = w == 0 ? 0 : w * slope[i] * slope[i] / weights[i]
            rest[i] = w == 0 ? 0 : (data.y[i] - mean[i]) / slope[i]
          }
          guard isStart else { return }
          for i in rows where weights[i] > 0 { rest[i] += predictor[i] - (data.offset?[i] ?? 0) }
        }
      }
    }
  }

  /// The largest step of a coefficient in its standard errors (of unit dispersion).
  private func largestChange(_ solution: WeightedLeastSquares.Solution) -> Double {
    zip(solution.kept, solution.errors).reduce(0) { largest, entry in
      max(largest, abs(solution.step[entry.0]) / max(entry.1, Double.leastNormalMagnitude))
    }
  }

  /// Moves by a step, halving it while the deviance rises.
  private mutating func advance(by step: [Double]) throws(RegressionError) {
    let (start, old) = (coefficients, deviance)
    var share = 1.0
    while true {
      evaluate(at: zip(start, step).map { $0 + share * $1 })
      if deviance <= old + 1e-9 * (abs(old) + 1) { return }
      share *= 0.5
      if share < 1e-12 { throw .numericalBreakdown("deviance", trace) }
    }
  }

  private mutating func evaluate(at coefficients: [Double]) {
    current = coefficients
    swap(&previous, &predictor)
    design.predict(coefficients, offset: data.offset, into: &predictor)
    evaluateMeans()
  }

  private mutating func evaluateMeans() {
    let (model, data, theta, design) = (model, data, theta, design)
    mean.withUnsafeMutableBufferPointer { mean in
      slope.withUnsafeMutableBufferPointer { slope in
        let (mean, slope) = (mean.baseAddress!, slope.baseAddress!)
        let parts = design.perLane { lane in
          let rows = design.rows(ofLane: lane)
          predictor.withUnsafeBufferPointer { model.link.inverse($0.baseAddress!, rows, into: mean, slope: slope) }
          return model.family.deviance(data, mean, theta: theta, rows)
        }
        deviance = parts.reduce(0, +)
      }
    }
  }

  private mutating func record(_ iteration: Int, _ change: Double) throws(RegressionError) {
    trace.append(IterationRecord(iteration: iteration, criterion: deviance, change: change, phase: "irls"))
    guard deviance.isFinite else { throw .numericalBreakdown("deviance", trace) }
  }

  // MARK: Separation

  /// Whether some row's linear predictor still moves by what a maximum would not allow.
  private var isRunning: Bool {
    predictor.indices.contains { data.totalWeights[$0] > 0 && abs(predictor[$0] - previous[$0]) > 0.2 }
  }

  /// Throws `separation` or `oneOutcome` where the likelihood has no maximum.
  private mutating func requireMaximum() throws(RegressionError) {
    guard !maximumExists, model.family != .gaussian else { return }
    if let terms = Separation(design, data, columns: solver.kept).terms { throw data.separation(model.family, terms: terms) }
    maximumExists = true
  }

  /// Rows whose fitted mean is as close to its bound as the arithmetic allows.
  var rowsAtBound: Int {
    let limit = 10 * 0x1p-52
    switch model.family {
    case .binomial: return mean.reduce(0) { $0 + ($1 < limit || $1 > 1 - limit ? 1 : 0) }
    case .poisson, .negativeBinomial: return mean.reduce(0) { $0 + ($1 < limit ? 1 : 0) }
    case .gaussian: return 0
    }
  }
}
