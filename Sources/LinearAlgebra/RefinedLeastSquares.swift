/// Least squares with a double-double design that is too tall to be factorised in double-double.
///
/// A triangle R of the design in doubles is used as a preconditioner only: Z = X T with T = R⁻¹ taken as exact has nearly
/// orthonormal columns, so G = ZᵀWZ in doubles is right to the last digits although X is badly conditioned. Then
/// (XᵀWX)⁻¹ = T G⁻¹ Tᵀ, a sum of products without cancellation, and the coefficients are refined by residuals in
/// double-double, each step with a factor of about u·κ, until they stand still. Good while κ of the scaled columns stays
/// below some 1e13; O(n p²/2) double-double operations once and O(n p) for each step.
///
/// The idea of the preconditioner: Rump (2009), Inversion of extremely ill-conditioned matrices in floating-point, Japan
/// J. Indust. Appl. Math. 26; of the residuals: Björck (1967), Iterative refinement of linear least squares solutions, BIT 7.
public struct RefinedLeastSquares: Sendable {
  public let coefficients: [Double]
  /// T' with T' T'ᵀ = (XᵀWX)⁻¹.
  public let inverseRoot: Matrix
  /// Response less fit, one for each row.
  public let residuals: [Double]
  /// Σ w r².
  public let residualSumOfSquares: Double
  /// Passes that moved the coefficients.
  public let steps: Int

  /// Rows of a problem: independent columns of the design, the response, and weights (all one where nil).
  public struct Rows: Sendable {
    public let design: [[DoubleDouble]]
    public let response: [DoubleDouble]
    public let weights: [Double]?

    public init(design: [[DoubleDouble]], response: [DoubleDouble], weights: [Double]?) {
      (self.design, self.response, self.weights) = (design, response, weights)
    }
  }

  /// - Parameters:
  ///   - root: p × p, such as `PivotedQR.inverseRoot()` of the design in doubles, rows in the order of its columns.
  ///   - pieces: into how many parts the rows are cut; `rows` gives one of them, 0..<pieces, and is called from several
  ///     threads, for each piece once a pass.
  /// Throws what `rows` throws; `didNotConverge` where the coefficients keep moving (κ too large).
  public init(root: Matrix, pieces: Int, rows: (Int) throws -> Rows) throws {
    let p = root.columns
    let grams = try inPieces(pieces) { RefinedLeastSquares.products(of: try rows($0), root) }
    var gram = Matrix(rows: p, columns: p)
    for part in grams { for j in 0..<p { for i in 0..<p { gram[i, j] += part[i, j] } } }
    let factor = try Cholesky(gram)
    var state = Refinement(count: p)
    while true {
      try state.measure(pieces, rows)
      let inner = try factor.solve((0..<p).map { k in RefinedLeastSquares.dot(root, column: k, state.gradient) })
      if try state.move(by: inner, root) { break }
    }
    steps = state.steps
    residuals = state.residuals
    residualSumOfSquares = state.squares.high
    coefficients = state.coefficients.map(\.high)
    inverseRoot = RefinedLeastSquares.root(root, factor)
  }

  /// T L⁻ᵀ with G = L Lᵀ.
  private static func root(_ root: Matrix, _ factor: Cholesky) -> Matrix {
    var result = Matrix(rows: root.rows, columns: root.columns)
    for j in 0..<root.rows {
      var row = root.row(j)
      factor.factor.withUnsafeElements { l in
        if let base = l.baseAddress { Cholesky.solveTriangular(base, order: factor.order, transposed: false, &row) }
      }
      for k in row.indices { result[j, k] = row[k] }
    }
    return result
  }

  /// Gram matrix of the rows of Z, each rounded to doubles.
  private static func products(of rows: Rows, _ root: Matrix) -> Matrix {
    let (n, p) = (rows.response.count, root.columns)
    var z = Matrix(rows: n, columns: p)
    var sums = [DoubleDouble](repeating: .zero, count: n)
    for k in 0..<p {
      for i in 0..<n { sums[i] = .zero }
      for j in 0..<p where root[j, k] != 0 {
        let (column, share) = (rows.design[j], DoubleDouble(root[j, k]))
        for i in 0..<n { sums[i] += column[i] * share }
      }
      for i in 0..<n { z[i, k] = sums[i].high * (rows.weights?[i].squareRoot() ?? 1) }
    }
    return z.crossProduct()
  }

  private static func dot(_ root: Matrix, column k: Int, _ x: [DoubleDouble]) -> Double {
    var sum = DoubleDouble.zero
    for j in x.indices where root[j, k] != 0 { sum += x[j] * DoubleDouble(root[j, k]) }
    return sum.high
  }
}

/// The coefficients on their way, with what the last pass found at them.
private struct Refinement {
  private(set) var coefficients: [DoubleDouble]
  /// XᵀWr, r and Σ w r².
  private(set) var gradient: [DoubleDouble]
  private(set) var residuals: [Double] = []
  private(set) var squares = DoubleDouble.zero
  private(set) var steps = 0
  /// Length of the response, the unit of steps, and the last step in it.
  private var length = 0.0
  private var last = Double.infinity

  init(count: Int) {
    coefficients = [DoubleDouble](repeating: .zero, count: count)
    gradient = coefficients
  }

  mutating func measure(_ pieces: Int, _ rows: (Int) throws -> RefinedLeastSquares.Rows) throws {
    let parts = try inPieces(pieces) { Part(try rows($0), coefficients) }
    gradient = [DoubleDouble](repeating: .zero, count: coefficients.count)
    (residuals, squares) = ([], .zero)
    for part in parts {
      residuals += part.residuals
      squares += part.squares
      for j in gradient.indices { gradient[j] += part.gradient[j] }
    }
    if steps == 0 { length = squares.high.squareRoot() }
  }

  /// What one piece adds.
  private struct Part {
    let residuals: [Double]
    private(set) var gradient: [DoubleDouble] = []
    private(set) var squares = DoubleDouble.zero

    init(_ rows: RefinedLeastSquares.Rows, _ coefficients: [DoubleDouble]) {
      var rest = rows.response
      for (column, coefficient) in zip(rows.design, coefficients) where coefficient != .zero {
        for i in rest.indices { rest[i] -= column[i] * coefficient }
      }
      residuals = rest.map(\.high)
      var weighted = rest
      if let weights = rows.weights { for i in rest.indices { weighted[i] = rest[i] * DoubleDouble(weights[i]) } }
      for i in rest.indices { squares += rest[i] * weighted[i] }
      for column in rows.design {
        var sum = DoubleDouble.zero
        for i in rest.indices { sum += column[i] * weighted[i] }
        gradient.append(sum)
      }
    }
  }

  /// Adds T `inner` unless that changes no digit. True where the coefficients stand: no digit moves, or steps have
  /// stopped shrinking below 1e-12 of the response, the noise of residuals in double-double.
  mutating func move(by inner: [Double], _ root: Matrix) throws(LinearAlgebraError) -> Bool {
    let size = inner.reduce(0) { $0 + $1 * $1 }.squareRoot() / max(length, .leastNormalMagnitude)
    if steps > 1, size > 0.25 * last {
      guard size < 1e-12 else { throw .didNotConverge(info: steps) }
      return true
    }
    var moved = coefficients
    for j in moved.indices {
      for k in inner.indices { moved[j] += DoubleDouble(product: root[j, k], inner[k]) }
    }
    if zip(moved, coefficients).allSatisfy({ abs(($0 - $1).high) <= 0x1p-55 * abs($0.high) }) { return true }
    (coefficients, last) = (moved, size)
    steps += 1
    return false
  }
}

/// What each piece gives, in order, from several threads; throws the first piece's error.
private func inPieces<Part>(_ count: Int, _ body: (Int) throws -> Part) throws -> [Part] {
  var results = [Result<Part, any Error>?](repeating: nil, count: count)
  results.withUnsafeMutableBufferPointer { slots in
    let slots = slots
    LinearAlgebra.inParallel(count) { piece in slots[piece] = Result { try body(piece) } }
  }
  return try results.compactMap { try $0?.get() }
}
