internal import Glibc
internal import LinearAlgebra

/// The basis that a smooth term learnt from data: what its line and its pooled coefficients are multiplied by.
struct SmoothBasis: Equatable, Sendable {
  private enum Shape: Equatable, Sendable {
    case spline(PSpline)
    /// Distinct values in order; the gap that counts as one step.
    case walk([Double], gap: Double)
    /// The middle and the end of the data; the share of the slope left after one unit beyond.
    case line(centre: Double, last: Double, damping: Double)
  }

  /// Most distinct values of a random walk.
  static let mostSteps = 400

  let smooth: Formula.Smooth
  /// Levels of `by` in byte order; nil without.
  let levels: [String]?
  private let shape: Shape

  init(_ smooth: Formula.Smooth, learningFrom data: DataTable, counting: (Int) -> Bool) throws(DataError) {
    self.smooth = smooth
    let all = try smooth.variable.values(in: data)
    let x = all.indices.filter(counting).map { all[$0] }
    guard let low = x.min(), let high = x.max(), high > low else {
      throw .constantColumn(smooth.variable.description)
    }
    levels = try smooth.by.map { (name) throws(DataError) in
      DesignCoding.sortedLevels(try data.labels(name, at: smooth.position))
    }
    switch smooth.kind {
    case .spline(let size): shape = .spline(PSpline(from: low, to: high, size: size))
    case .trend(let damping): shape = .line(centre: 0.5 * (low + high), last: high, damping: damping)
    case .randomWalk:
      var values: [Double] = []
      for value in x.sorted() where values.last != value { values.append(value) }
      guard values.count <= SmoothBasis.mostSteps else {
        throw .tooManyValues(smooth.variable.description, count: values.count, limit: SmoothBasis.mostSteps)
      }
      let gap = zip(values.dropFirst(), values).map(-).min() ?? 1
      shape = .walk(values, gap: gap)
    }
  }

  /// Pooled coefficients of a level.
  var pooledCount: Int {
    switch shape {
    case .spline(let spline): spline.size - 2
    case .walk(let values, _): values.count - 1
    // Without levels there is nothing to pool: the line is fixed.
    case .line: levels == nil ? 0 : 1
    }
  }

  /// Whether a fixed line belongs to the term, and whether each level has its own.
  var line: (isPresent: Bool, byLevel: Bool) {
    switch shape {
    case .spline: (true, levels != nil)
    case .walk: (false, false)
    case .line: (true, false)
    }
  }

  func pooledColumns(for data: DataTable) throws(DataError) -> [[Double]?] {
    let x = try smooth.variable.values(in: data)
    switch shape {
    case .line: return [x.map(lineValue)]
    case .spline(let spline):
      let rows = x.map { spline.penalised($0) }
      return (0..<pooledCount).map { k in rows.map { $0[k] } }
    case .walk(let values, let gap):
      return (1..<values.count).map { s in
        let size = ((values[s] - values[s - 1]) / gap).squareRoot()
        return x.map { $0 >= values[s] ? size : 0 }
      }
    }
  }

  func lineColumn(for data: DataTable) throws(DataError) -> [Double] { try smooth.variable.values(in: data).map(lineValue) }

  private func lineValue(_ x: Double) -> Double {
    switch shape {
    case .spline(let spline): return x - spline.centre
    case .walk: return 0
    case .line(let centre, let last, let damping):
      guard x > last else { return x - centre }
      return last - centre + SmoothBasis.damped(x - last, damping)
    }
  }

  /// The length of a distance whose slope shrinks to φ with each unit: (φ^h - 1) / ln φ. Gardner and McKenzie,
  /// "Forecasting trends in time series", Management Science 31 (1985), in continuous time.
  private static func damped(_ distance: Double, _ damping: Double) -> Double {
    if damping >= 1 { return distance }
    return damping <= 0 ? 0 : (pow(damping, distance) - 1) / log(damping)
  }

  func stepsBeyond(_ data: DataTable) throws(DataError) -> [Double]? {
    guard case .walk(let values, let gap) = shape, let last = values.last else { return nil }
    return try smooth.variable.values(in: data).map { max(0, ($0 - last) / gap) }
  }
}

/// The fixed line of a smooth term: one column, or one for each level.
struct LineTerm: Equatable, Sendable {
  private let basis: SmoothBasis
  let names: [String]

  static func terms(of basis: SmoothBasis) -> [LineTerm] { basis.line.isPresent ? [LineTerm(basis)] : [] }

  private init(_ basis: SmoothBasis) {
    self.basis = basis
    let label = basis.smooth.label
    names = basis.line.byLevel ? (basis.levels ?? []).map { label + $0 } : [label]
  }

  func columns(for data: DataTable) throws(DataError) -> [[Double]] {
    let line = try basis.lineColumn(for: data)
    guard basis.line.byLevel, let by = basis.smooth.by, let levels = basis.levels else { return [line] }
    let labels = try data.labels(by, at: basis.smooth.position)
    let index = try Schema.known(Schema.position(labels, levels), labels, by)
    return levels.indices.map { level in zip(index, line).map { $0 == Int32(level) ? $1 : 0 } }
  }
}
