internal import Glibc

/// A pooled term of a formula with what it learnt from data: turns any data into a `PenalizedBlock`.
struct PooledTerm: Equatable, Sendable {
  private enum Columns: Equatable, Sendable {
    /// The columns of a group's inner terms, or some of them.
    case terms(DesignCoding, chosen: [Int], centring: Centring?)
    case smooth(SmoothBasis)
    case ridge([Expression], centres: [Double], scales: [Double])
  }

  /// How the correlated columns of a group are centred and scaled, so that the search for their covariance does not hang
  /// on where their zero is: (z - centre) / scale for each column, the intercept's 0 and 1.
  private struct Centring: Equatable, Sendable {
    let centres: [Double]
    let scales: [Double]

    /// A by rows: an effect of the columns as given is Σ A · (effects of the engine's).
    var transform: [Double] {
      let d = centres.count
      var a = [Double](repeating: 0, count: d * d)
      for k in 0..<d {
        a[k * d + k] = 1 / scales[k]
        if k > 0 { a[k] = -centres[k] / scales[k] }
      }
      return a
    }
  }

  /// The group's label, or that of the smooth term or ridge.
  let group: String
  /// Names of the coefficients of a level.
  let columnNames: [String]
  /// Levels in byte order; one empty name where there is no grouping.
  let levels: [String]
  let prior: PenalizedBlock.Prior
  private let grouping: [String]
  private let columns: Columns
  private let position: Int

  /// What a table of effects calls the term: a smooth term's many coefficients have no names of their own.
  var isSmooth: Bool { if case .smooth = columns { true } else { false } }
  var isRidge: Bool { if case .ridge = columns { true } else { false } }

  /// `(1 + x | g)` is one term, `(1 + x || g)` one for each column.
  static func terms(
    of group: Formula.Group, _ levels: [String], _ data: DataTable
  ) throws(DataError) -> [PooledTerm] {
    let coding = try DesignCoding(group.terms, group.variables, hasIntercept: group.hasIntercept, learningFrom: data)
    let all = Array(coding.columnNames.indices)
    let parts = group.isCorrelated ? [all] : all.map { [$0] }
    let centring = group.isCorrelated && all.count > 1 ? try PooledTerm.centring(coding, data) : nil
    return parts.map { chosen in
      PooledTerm(
        group: group.label, columnNames: chosen.map { coding.columnNames[$0] }, levels: levels,
        prior: chosen.count > 1 ? .unstructured : .independent, grouping: group.columns,
        columns: .terms(coding, chosen: chosen, centring: centring), position: group.position)
    }
  }

  /// Means and root mean squares about them; columns stay where they are where there is no intercept to take the mean.
  private static func centring(_ coding: DesignCoding, _ data: DataTable) throws(DataError) -> Centring {
    var (centres, scales) = ([Double](), [Double]())
    for (k, column) in try coding.columns(for: data).enumerated() {
      let isIntercept = coding.hasIntercept && k == 0
      let centre = coding.hasIntercept && !isIntercept ? column.reduce(0, +) / Double(column.count) : 0
      let square = column.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(column.count)
      let isFlat = isIntercept || !(square > 1e-20 * centre * centre) || square == 0
      centres.append(isFlat ? 0 : centre)
      scales.append(isFlat ? 1 : square.squareRoot())
    }
    return Centring(centres: centres, scales: scales)
  }

  static func terms(of basis: SmoothBasis) -> [PooledTerm] {
    guard basis.pooledCount > 0 else { return [] }
    let names = basis.pooledCount == 1 ? ["slope"] : (1...basis.pooledCount).map { "\($0)" }
    return [
      PooledTerm(
        group: basis.smooth.label, columnNames: names, levels: basis.levels ?? [""], prior: .independent,
        grouping: basis.smooth.by.map { [$0] } ?? [], columns: .smooth(basis), position: basis.smooth.position)
    ]
  }

  /// Columns are centred where the model has an intercept, and divided by their root mean square (divisor n) where
  /// scaled.
  init(
    _ ridge: Formula.Ridge, centred: Bool, learningFrom data: DataTable, counting: (Int) -> Bool
  ) throws(DataError) {
    var (centres, scales) = ([Double](), [Double]())
    for expression in ridge.variables {
      let all = try expression.values(in: data)
      let x = all.indices.filter(counting).map { all[$0] }
      let centre = centred ? x.reduce(0, +) / Double(x.count) : 0
      let square = x.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(x.count)
      guard square > 0 else { throw .constantColumn(expression.description) }
      centres.append(centre)
      scales.append(ridge.isScaled ? square.squareRoot() : 1)
    }
    if let lambda = ridge.lambda, !(lambda > 0 && lambda.isFinite) { throw .badPenalty(lambda, position: ridge.position) }
    group = ridge.label
    columnNames = ridge.variables.map(\.description)
    levels = [""]
    prior = ridge.lambda.map { .given(penalty: $0) } ?? .independent
    grouping = []
    columns = .ridge(ridge.variables, centres: centres, scales: scales)
    position = ridge.position
  }

  private init(
    group: String, columnNames: [String], levels: [String], prior: PenalizedBlock.Prior, grouping: [String],
    columns: Columns, position: Int
  ) {
    self.group = group
    self.columnNames = columnNames
    self.levels = levels
    self.prior = prior
    self.grouping = grouping
    self.columns = columns
    self.position = position
  }

  /// What the formula's coefficients are in those of a ridge's columns: one over the scale, and what the intercept
  /// loses with each.
  func ridgeWeights() -> [(factor: Double, intercept: Double)]? {
    guard case .ridge(_, let centres, let scales) = columns else { return nil }
    return zip(centres, scales).map { (1 / $1, -$0 / $1) }
  }

  /// An effect of a column as the formula gives it, in effects of the engine's columns.
  func effectWeights(column k: Int) -> [(column: Int, factor: Double)] {
    guard case .terms(_, _, let centring?) = columns else { return [(k, 1)] }
    let (a, d) = (centring.transform, centring.centres.count)
    return (0..<d).filter { a[k * d + $0] != 0 }.map { ($0, a[k * d + $0]) }
  }

  private var reporting: [Double]? {
    if case .terms(_, _, let centring?) = columns { centring.transform } else { nil }
  }

  // MARK: Applying

  /// The block of `data`. A level not learnt throws, or is -1 (no effect) where `allowingNewGroups`.
  func block(for data: DataTable, allowingNewGroups: Bool = false) throws(DataError) -> PenalizedBlock {
    try block(data, index: try index(for: data, allowingNewGroups: allowingNewGroups))
  }

  /// The same of a table whose groups are known as small numbers; a level not learnt throws.
  func block(for table: InternedTable) throws(DataError) -> PenalizedBlock {
    try block(table.data, index: try index(for: table))
  }

  private func block(_ data: DataTable, index: [Int32]) throws(DataError) -> PenalizedBlock {
    PenalizedBlock(
      name: columnNames.count == 1 ? "\(group) \(columnNames[0])" : group, levelCount: levels.count, index: index,
      columns: try values(for: data), prior: prior, reporting: reporting)
  }

  /// The name of each row's level.
  func labels(for data: DataTable) throws(DataError) -> [String] {
    if grouping.isEmpty { return [String](repeating: "", count: data.rowCount) }
    return try Schema.labels(of: grouping, in: data, at: position)
  }

  private func index(for data: DataTable, allowingNewGroups: Bool) throws(DataError) -> [Int32] {
    if grouping.isEmpty { return [Int32](repeating: 0, count: data.rowCount) }
    let labels = try Schema.labels(of: grouping, in: data, at: position)
    let index = Schema.position(labels, levels)
    return allowingNewGroups ? index : try Schema.known(index, labels, grouping.joined(separator: ":"))
  }

  private func index(for table: InternedTable) throws(DataError) -> [Int32] {
    if grouping.isEmpty { return [Int32](repeating: 0, count: table.data.rowCount) }
    let known = try table.grouping(grouping, at: position)
    let levelOfCode = Schema.position(known.labels, levels)
    let index = known.codes.map { levelOfCode[Int($0)] }
    guard let row = index.firstIndex(of: -1) else { return index }
    throw .unknownLevel(column: grouping.joined(separator: ":"), level: known.labels[Int(known.codes[row])], row: row)
  }

  private func values(for data: DataTable) throws(DataError) -> [[Double]?] {
    switch columns {
    case .terms(let coding, let chosen, let centring):
      if coding.hasIntercept, chosen == [0] { return [nil] }
      let all = try coding.columns(for: data)
      return chosen.map { k in
        if coding.hasIntercept, k == 0 { return nil }
        guard let centring else { return all[k] }
        return all[k].map { ($0 - centring.centres[k]) / centring.scales[k] }
      }
    case .smooth(let basis): return try basis.pooledColumns(for: data)
    case .ridge(let variables, let centres, let scales):
      var result: [[Double]?] = []
      for (k, expression) in variables.enumerated() {
        result.append(try expression.values(in: data).map { ($0 - centres[k]) / scales[k] })
      }
      return result
    }
  }

  /// For each row how many steps of a random walk lie beyond the learnt values, each with the term's variance.
  func stepsBeyond(_ data: DataTable) throws(DataError) -> [Double]? {
    guard case .smooth(let basis) = columns else { return nil }
    return try basis.stepsBeyond(data)
  }
}
