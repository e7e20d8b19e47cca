/// Effects of the levels of one grouping: a random intercept, or a random slope where there is a covariate, with the
/// prior N(0, σ²) independently for each level.
public struct PenalizedBlock: Sendable {
  public let name: String
  /// Number of levels; levels without rows are allowed and get the effect zero.
  public let levelCount: Int
  /// The level of each row from 0, or -1 where the row is not in the block.
  public let index: [Int32]
  /// What the effect is multiplied by in each row; nil is 1.
  public let covariate: [Double]?

  public init(name: String, levelCount: Int, index: [Int32], covariate: [Double]? = nil) {
    precondition(index.allSatisfy { $0 >= -1 && $0 < levelCount }, "a level outside its block")
    precondition(covariate == nil || covariate?.count == index.count, "one covariate for each row")
    self.name = name
    self.levelCount = levelCount
    self.index = index
    self.covariate = covariate
  }
}

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
  /// Relative accuracy asked of variances by the exact search.
  public let tolerance: Double

  /// Throws `unsupportedLink`.
  public init(
    family: Family, link: Link? = nil, criterion: Criterion = .reml, search: Search = .exact, tolerance: Double = 1e-4
  ) throws(RegressionError) {
    let plain = try GeneralizedLinearModel(family: family, link: link)
    self.family = family
    self.link = plain.link
    self.criterion = criterion
    self.search = search
    self.tolerance = tolerance
  }

  /// Estimates everything. Cost per iteration: O(rows · k²) with k the columns that vary among rows of equal levels,
  /// plus a sparse factorisation; groups are never expanded.
  ///
  /// - Parameters:
  ///   - response: values, counts, or successes of `trials` (binomial; 1 where nil).
  ///   - weights: prior (precision) weights ≥ 0; `offset`: added to the linear predictor.
  ///   - fixed: unpenalised columns, each with one number per row; include a column of ones for an intercept.
  ///   - fixedNames: one for each fixed column.
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
    for (name, column) in zip(fixedNames, fixed) + blocks.compactMap({ b in b.covariate.map { (b.name, $0) } }) {
      if let row = column.firstIndex(where: { !$0.isFinite }) { throw .data(.notFinite(term: name, row: row)) }
    }
    let problem = PenalizedProblem(self, data, response, fixed, fixedNames, blocks)
    let state = PenalizedState(problem)
    var search = VarianceSearch(state)
    try search.run()
    return try search.finished()
  }
}

private func + (a: Zip2Sequence<[String], [[Double]]>, b: [(String, [Double])]) -> [(String, [Double])] { Array(a) + b }

/// Where each coefficient stands: fixed columns first, then the blocks in order.
public struct CoefficientLayout: Equatable, Sendable {
  public let fixedCount: Int
  public let levelCounts: [Int]
  private let starts: [Int]

  init(fixedCount: Int, levelCounts: [Int]) {
    self.fixedCount = fixedCount
    self.levelCounts = levelCounts
    var next = fixedCount
    var starts: [Int] = []
    for count in levelCounts {
      starts.append(next)
      next += count
    }
    self.starts = starts + [next]
  }

  /// Number of coefficients.
  public var dimension: Int { starts[levelCounts.count] }
  /// Position of a fixed column's coefficient.
  public func fixed(_ column: Int) -> Int {
    precondition(column >= 0 && column < fixedCount, "no such fixed column")
    return column
  }
  /// Position of the effect of a level of a block.
  public func effect(block: Int, level: Int) -> Int {
    precondition(level >= 0 && level < levelCounts[block], "no such level")
    return starts[block] + level
  }
  /// Positions of all effects of a block.
  public func range(ofBlock block: Int) -> Range<Int> { starts[block]..<starts[block + 1] }
}
