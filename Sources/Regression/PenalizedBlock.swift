/// Pooled effects of the levels of one grouping: for each level as many coefficients as there are columns, with a
/// normal prior around zero, independent between levels.
///
/// A random intercept has one column of ones, a random slope its covariate, correlated intercepts and slopes both. A
/// ridge penalty is one level with the penalised columns; a smooth term its basis, random walks their steps.
public struct PenalizedBlock: Sendable {
  public enum Prior: Hashable, Sendable {
    /// N(0, σ²) for every coefficient, σ² estimated.
    case independent
    /// N(0, Σ) for the coefficients of a level together, Σ estimated without restriction.
    case unstructured
    /// N(0, φ/λ) for every coefficient with λ > 0 given; φ is the Gaussian's variance and 1 for other families.
    case given(penalty: Double)
  }

  public let name: String
  /// Number of levels; levels without rows are allowed and get the effect zero.
  public let levelCount: Int
  /// The level of each row from 0, or -1 where the row is not in the block.
  public let index: [Int32]
  /// What the coefficients of a level are multiplied by, one number per row; nil is 1 everywhere.
  public let columns: [[Double]?]
  public let prior: Prior
  /// For unstructured priors A by rows where the columns are z A of columns z that were centred and scaled for the
  /// search: variances are reported as A Σ Aᵀ, those of z. Nil is the identity.
  let reporting: [Double]?

  public init(
    name: String, levelCount: Int, index: [Int32], columns: [[Double]?], prior: Prior = .independent
  ) {
    self.init(name: name, levelCount: levelCount, index: index, columns: columns, prior: prior, reporting: nil)
  }

  init(
    name: String, levelCount: Int, index: [Int32], columns: [[Double]?], prior: Prior, reporting: [Double]?
  ) {
    precondition(index.allSatisfy { $0 >= -1 && $0 < levelCount }, "a level outside its block")
    precondition(columns.allSatisfy { $0 == nil || $0?.count == index.count }, "one number for each row")
    if case .given(let penalty) = prior { precondition(penalty > 0 && penalty.isFinite, "a penalty is positive") }
    self.name = name
    self.levelCount = levelCount
    self.index = index
    self.columns = columns
    self.prior = prior
    self.reporting = reporting
  }

  /// A random intercept, or a random slope where there is a covariate.
  public init(name: String, levelCount: Int, index: [Int32], covariate: [Double]? = nil) {
    self.init(name: name, levelCount: levelCount, index: index, columns: [covariate])
  }

  /// The covariate of a block with one column; nil is 1.
  public var covariate: [Double]? { columns.count == 1 ? columns[0] : nil }

  /// Whether the coefficients of a level share more than one variance.
  var isUnstructured: Bool { prior == .unstructured && columns.count > 1 }
}

/// Where each coefficient stands: fixed columns first, then the blocks in order, each level by level.
public struct CoefficientLayout: Equatable, Sendable {
  public let fixedCount: Int
  public let levelCounts: [Int]
  /// Coefficients of each level of a block.
  public let widths: [Int]
  private let starts: [Int]

  init(fixedCount: Int, levelCounts: [Int], widths: [Int]) {
    self.fixedCount = fixedCount
    self.levelCounts = levelCounts
    self.widths = widths
    var next = fixedCount
    var starts: [Int] = []
    for (count, width) in zip(levelCounts, widths) {
      starts.append(next)
      next += count * width
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
  public func effect(block: Int, level: Int, column: Int = 0) -> Int {
    precondition(level >= 0 && level < levelCounts[block], "no such level")
    precondition(column >= 0 && column < widths[block], "no such column")
    return starts[block] + level * widths[block] + column
  }
  /// Positions of all effects of a block.
  public func range(ofBlock block: Int) -> Range<Int> { starts[block]..<starts[block + 1] }
}
