internal import LinearAlgebra

extension VarianceSearch {
  /// The most fixed coefficients and parameters whose joint Hessian is taken.
  private static let largestJoint = 120

  /// The covariance of the fixed coefficients that counts the estimation of variances and θ, for small problems; nil
  /// elsewhere, and for the Gaussian, whose coefficients and variances do not interact.
  mutating func fixedCovarianceWithVariances() throws(RegressionError) -> Matrix? {
    guard spec.family != .gaussian, isFine, state.layout.fixedCount > 0, !state.priors.isEmpty,
      state.layout.fixedCount + free.count <= VarianceSearch.largestJoint
    else { return nil }
    return state.usesFixed ? try restrictedFixedCovariance() : try jointHessianFixedCovariance()
  }

  /// The fixed coefficients' part of the inverse at given variances, and what their mode moves with those: H⁻¹ + J C Jᵀ
  /// (Kass and Steffey, J. Am. Stat. Assoc. 84 (1989)), as TMB reports it.
  private mutating func restrictedFixedCovariance() throws(RegressionError) -> Matrix? {
    guard let covariance, !free.isEmpty else { return nil }
    let (p, x, base) = (state.layout.fixedCount, parameters(), state.coefficients.array)
    var slopes = Matrix(rows: p, columns: free.count)
    for (k, j) in free.enumerated() {
      var ends: [[Double]] = []
      for sign in [-1.0, 1] {
        var moved = x
        moved[j] += sign * 1e-3
        set(moved)
        try state.findMode(tolerance: modeTolerance)
        ends.append((0..<p).map { state.coefficients.base[state.plan.position[$0]] })
        state.restore(base)
      }
      for i in 0..<p { slopes[i, k] = (ends[1][i] - ends[0][i]) / 2e-3 }
    }
    place = nil
    _ = try evaluate(x)
    state.matrix.invert(withFixed: true)
    var result = state.fixedCovariance()
    guard let half = try? slopes.multiplied(by: covariance),
      let moved = try? half.multiplied(by: slopes, otherTransposed: true)
    else { return nil }
    for i in 0..<p { for j in 0..<p { result[i, j] += moved[i, j] } }
    return result
  }

  /// For maximum likelihood: the fixed coefficients' part of the inverse Hessian of the criterion in
  /// them and the parameters together, as lme4 and TMB report it.
  ///
  /// The fixed coefficients are moved by moving the linear term that holds them (`PenalizedState.shift`): pairs of
  /// displacements and differences of the gradient give the Hessian.
  private mutating func jointHessianFixedCovariance() throws(RegressionError) -> Matrix? {
    let (p, x) = (state.layout.fixedCount, parameters())
    let size = p + free.count
    let (base, shift) = (state.coefficients.array, state.shift)
    var moves = Matrix(rows: size, columns: size)
    var turns = moves
    for k in 0..<size {
      var ends: [(place: [Double], slope: [Double])] = []
      for sign in [-1.0, 1] {
        var (held, moved) = (shift, x)
        if k < p { held[k] += sign * 1e-3 / fixedError(k) } else { moved[free[k - p]] += sign * 1e-3 }
        ends.append(try point(moved, holding: held))
        state.restore(base)
      }
      for i in 0..<size {
        moves[i, k] = ends[1].place[i] - ends[0].place[i]
        turns[i, k] = ends[1].slope[i] - ends[0].slope[i]
      }
    }
    state.shift = shift
    place = nil
    _ = try evaluate(x)
    // H · moves = turns, so H⁻¹ = moves · turns⁻¹.
    guard let inverse = VarianceSearch.solved(turns, moves) else { return nil }
    var result = Matrix(rows: p, columns: p)
    for i in 0..<p { for j in 0..<p { result[i, j] = 0.5 * (inverse[i, j] + inverse[j, i]) } }
    return (0..<p).allSatisfy({ result[$0, $0] > 0 && result[$0, $0].isFinite }) ? result : nil
  }

  private func fixedError(_ column: Int) -> Double {
    state.matrix.invert(withFixed: true)
    return state.matrix.inverse.base[state.plan.diagonal(state.plan.position[column])].squareRoot()
  }

  /// Fixed coefficients and free parameters, and the criterion's gradient in them, with the linear term held.
  private func point(
    _ x: [Double], holding shift: [Double]
  ) throws(RegressionError) -> (place: [Double], slope: [Double]) {
    set(x)
    state.shift = shift
    try state.findMode(tolerance: modeTolerance)
    let adjoint = criterion.evaluateGradient()
    let slopes = slopes()
    return (
      shift.indices.map { state.coefficients.base[state.plan.position[$0]] } + free.map { x[$0] },
      zip(adjoint, shift).map(-) + free.map { slopes[$0] }
    )
  }

  /// `moves · turns⁻¹` by orthogonal factors.
  private static func solved(_ turns: Matrix, _ moves: Matrix) -> Matrix? {
    guard let qr = try? PivotedQR(turns.transposed, tolerance: 1e-14), qr.rank == turns.rows else { return nil }
    let rows = (0..<moves.rows).map { try? qr.solve(moves.row($0)) }
    guard rows.allSatisfy({ $0 != nil }) else { return nil }
    return Matrix(rowMajor: rows.compactMap { $0 })
  }
}
