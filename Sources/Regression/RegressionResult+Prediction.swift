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
    for (column, coefficient) in zip(columns, coefficients) where !coefficient.estimate.isNaN {
      for i in predictor.indices { predictor[i] += column[i] * coefficient.estimate }
    }
    let errors: [Double]
    switch posterior {
    case .normal(let covariance, let scale, let kept):
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
  /// One block of the fit, applied to new data.
  private struct BlockRows {
    /// Level of each row, -1 where it was not seen.
    let index: [Int32]
    let labels: [String]
    let covariate: [Double]?
  }

  /// Adds the effects of groups to the linear predictors; returns the predictors' standard errors.
  func add(
    to predictor: inout [Double], _ columns: [[Double]], _ schema: Schema, _ data: DataTable,
    _ unseen: RegressionResult.UnseenGroups
  ) throws(DataError) -> [Double] {
    let blocks = try blockRows(schema, data, unseen)
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
      for (b, block) in blocks.enumerated() where fit.variances[b] > 0 {
        let factor = block.covariate?[row] ?? 1
        if block.index[row] >= 0 {
          let place = fit.layout.effect(block: b, level: Int(block.index[row]))
          weights.append(.init(place, factor))
          predictor[row] += factor * fit.coefficients[place]
        } else if case .drawn(let seed) = unseen {
          var stream = RandomStream(seed: seed, pair: UInt64(b), Self.hash(block.labels[row]))
          predictor[row] += factor * fit.variances[b].squareRoot() * stream.nextNormal()
        } else {
          extra += factor * factor * fit.variances[b]
        }
      }
      let key = weights.flatMap { [Double($0.coefficient), $0.factor] }
      let variance = solved[key] ?? max(0, fit.variance(of: weights))
      solved[key] = variance
      errors[row] = (variance + extra).squareRoot()
    }
    return errors
  }

  private func blockRows(
    _ schema: Schema, _ data: DataTable, _ unseen: RegressionResult.UnseenGroups
  ) throws(DataError) -> [BlockRows] {
    let indices = try schema.groupIndices(for: data, allowingNewGroups: unseen != .rejected)
    var blocks: [BlockRows] = []
    for (group, index) in zip(schema.formula.groups, indices) {
      let labels = index.contains(-1) ? try Self.labels(of: group, in: data) : []
      if group.hasIntercept { blocks.append(BlockRows(index: index, labels: labels, covariate: nil)) }
      for slope in group.slopes {
        blocks.append(BlockRows(index: index, labels: labels, covariate: try slope.values(in: data)))
      }
    }
    return blocks
  }

  private static func labels(of group: Formula.Group, in data: DataTable) throws(DataError) -> [String] {
    var labels = try data.labels(group.columns[0])
    for name in group.columns.dropFirst() {
      let more = try data.labels(name)
      for i in labels.indices { labels[i] += ":" + more[i] }
    }
    return labels
  }

  /// FNV-1a of a level's name: the same number in every run.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
