internal import Glibc
internal import LinearAlgebra
internal import Probability

extension RegressionResult {
  /// What a group's level that the fit has not seen is taken to be.
  public enum UnseenGroups: Hashable, Sendable {
    /// The population's mean: effect 0, and the group's variance added to the error.
    case populationMean
    /// One draw from the group's distribution for each level, the same for the same seed and level: what a simulation of
    /// new groups uses. The error holds what remains.
    case drawn(seed: UInt64)
    /// An error that names the level and its row.
    case rejected
  }

  /// The expected response of one row.
  public struct Prediction: Hashable, Sendable {
    /// With offset.
    public let linearPredictor: Double
    /// Of the linear predictor: the uncertainty of coefficients and group effects, given variances and θ.
    public let standardError: Double
    /// On the scale of the response (a probability for the binomial), at the linear predictor.
    public let mean: Double
    /// Ends of the interval of the mean: those of the linear predictor, through the inverse link.
    public let lower: Double
    public let upper: Double
  }

  /// Expected responses for new data, one per row, in its order.
  ///
  /// - Parameters:
  ///   - data: the columns of the formula's right side and of the offset; the response is not needed.
  ///   - level: coverage of the interval, between 0 and 1; of t with the residual degrees of freedom in Gaussian fits
  ///     without groups, else of the normal.
  /// - Throws: missing columns and values, levels of factors that were not learnt, and of groups where they are rejected.
  public func predict(
    _ data: DataTable, unseen: UnseenGroups = .populationMean, level: Double = 0.95
  ) throws(DataError) -> [Prediction] {
    precondition(level > 0 && level < 1, "a level lies between 0 and 1")
    let columns = try schema.columns(for: data)
    var predictor = try offset(for: data)
    let errors: [Double]
    switch posterior {
    case .normal(let covariance, let scale, let kept):
      for (column, coefficient) in zip(columns, coefficients) where !coefficient.estimate.isNaN {
        for i in predictor.indices { predictor[i] += column[i] * coefficient.estimate }
      }
      errors = columns.variances(kept: kept, count: data.rowCount) { covariance[$0, $1] }.map { (scale * $0).squareRoot() }
    case .mixed(let mixed):
      errors = try mixed.add(to: &predictor, columns, schema, data, unseen)
    }
    return intervals(predictor, errors, reach: reach(level))
  }

  private func offset(for data: DataTable) throws(DataError) -> [Double] {
    var sum = try schema.offset(for: data) ?? [Double](repeating: 0, count: data.rowCount)
    if let extraOffset {
      let values = try extraOffset.values(in: data)
      for i in sum.indices { sum[i] += values[i] }
    }
    return sum
  }

  /// Standard errors on either side.
  private func reach(_ level: Double) -> Double {
    let hasDegrees = family == .gaussian && varianceComponents.isEmpty && residualDegreesOfFreedom > 0
    return StudentT(degrees: hasDegrees ? Double(residualDegreesOfFreedom) : .infinity).quantile(0.5 + level / 2)
  }

  private func intervals(_ predictor: [Double], _ errors: [Double], reach: Double) -> [Prediction] {
    func means(_ shift: Double) -> [Double] {
      var mean = predictor
      var slope = predictor
      link.inverse(zip(predictor, errors).map { $0 + shift * $1 }, into: &mean, slope: &slope)
      return mean
    }
    let (middle, low, high) = (means(0), means(-reach), means(reach))
    return predictor.indices.map {
      Prediction(
        linearPredictor: predictor[$0], standardError: errors[$0], mean: middle[$0], lower: low[$0], upper: high[$0])
    }
  }
}

extension [[Double]] {
  /// xᵀCx of every row, x its values in the kept columns.
  func variances(kept: [Int], count: Int, _ covariance: (Int, Int) -> Double) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    var sum = result
    for (a, i) in kept.enumerated() {
      for r in 0..<count { sum[r] = 0 }
      for (b, j) in kept.enumerated() {
        let factor = covariance(a, b)
        let column = self[j]
        for r in 0..<count { sum[r] += factor * column[r] }
      }
      let column = self[i]
      for r in 0..<count { result[r] += column[r] * sum[r] }
    }
    return result.map { Swift.max(0, $0) }
  }
}

extension MixedPosterior {
  /// Adds coefficients and pooled effects to the offsets in `predictor`; returns the predictors' standard errors. Levels
  /// that were not seen count as `unseen` says; steps of a random walk beyond the data add their variance.
  func add(
    to predictor: inout [Double], _ columns: [[Double]], _ schema: Schema, _ data: DataTable,
    _ unseen: RegressionResult.UnseenGroups
  ) throws(DataError) -> [Double] {
    var blocks: [NewRows] = []
    for (b, term) in schema.pooled.enumerated() {
      blocks.append(try NewRows(term, data, unseen, covariance: fit.covariances[b]))
    }
    var errors = [Double](repeating: 0, count: data.rowCount)
    var weights: [FittedPenalizedGLM.Weight] = []
    // Rows that differ in nothing but their offset are solved once.
    var solved: [[Double]: Double] = [:]
    for row in errors.indices {
      weights.removeAll(keepingCapacity: true)
      for (position, j) in kept.enumerated() where columns[j][row] != 0 {
        weights.append(.init(fit.layout.fixed(position), columns[j][row]))
      }
      var extra = 0.0
      for (b, block) in blocks.enumerated() {
        let factors = block.factors(row)
        if block.index[row] < 0 {
          predictor[row] += block.drawn(factors, row, stream: UInt64(b))
          extra += block.variance(factors, row)
        } else {
          for (k, factor) in factors.enumerated() where factor != 0 {
            weights.append(.init(fit.layout.effect(block: b, level: Int(block.index[row]), column: k), factor))
          }
        }
        extra += block.variance(beyond: row)
      }
      predictor[row] += fit.estimate(of: weights)
      let key = weights.flatMap { [Double($0.coefficient), $0.factor] }
      let variance = solved[key] ?? max(0, fit.variance(of: weights))
      solved[key] = variance
      errors[row] = (variance + extra).squareRoot()
    }
    return errors
  }
}

/// One pooled term applied to new data.
private struct NewRows {
  /// Level of each row, -1 where it was not seen.
  let index: [Int32]
  private let columns: [[Double]?]
  private let labels: [String]
  private let steps: [Double]?
  /// Of the columns together, or one number for each of them.
  private let covariance: Matrix
  private let seed: UInt64?

  init(
    _ term: PooledTerm, _ data: DataTable, _ unseen: RegressionResult.UnseenGroups, covariance: Matrix
  ) throws(DataError) {
    let block = try term.block(for: data, allowingNewGroups: unseen != .rejected)
    index = block.index
    columns = block.columns
    labels = index.contains(-1) ? try term.labels(for: data) : []
    steps = try term.stepsBeyond(data)
    self.covariance = covariance
    if case .drawn(let seed) = unseen { self.seed = seed } else { seed = nil }
  }

  func factors(_ row: Int) -> [Double] { columns.map { $0?[row] ?? 1 } }

  private func covariance(_ i: Int, _ j: Int) -> Double {
    if covariance.rows == columns.count { return covariance[i, j] }
    return i == j ? covariance[0, 0] : 0
  }

  /// Variance of a new level's effect; none where it is drawn.
  func variance(_ factors: [Double], _ row: Int) -> Double {
    guard seed == nil else { return 0 }
    var sum = 0.0
    for (i, a) in factors.enumerated() { for (j, b) in factors.enumerated() { sum += a * b * covariance(i, j) } }
    return sum
  }

  func variance(beyond row: Int) -> Double { (steps?[row] ?? 0) * covariance[0, 0] }

  /// The drawn effect of a new level: the same for every row of the level.
  func drawn(_ factors: [Double], _ row: Int, stream key: UInt64) -> Double {
    guard let seed else { return 0 }
    var stream = RandomStream(seed: seed, pair: key, NewRows.hash(labels[row]))
    let normals = factors.map { _ in stream.nextNormal() }
    let root = NewRows.root(factors.count) { covariance($0, $1) }
    var sum = 0.0
    for (i, factor) in factors.enumerated() { for j in 0...i { sum += factor * root[i][j] * normals[j] } }
    return sum
  }

  /// The lower triangle C with C Cᵀ a covariance that may be singular.
  private static func root(_ size: Int, _ covariance: (Int, Int) -> Double) -> [[Double]] {
    var root = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for i in 0..<size {
      for j in 0...i {
        let rest = (0..<j).reduce(covariance(i, j)) { $0 - root[i][$1] * root[j][$1] }
        root[i][j] = i == j ? max(0, rest).squareRoot() : root[j][j] > 0 ? rest / root[j][j] : 0
      }
    }
    return root
  }

  /// FNV-1a of a level's name: the same number in every run.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
